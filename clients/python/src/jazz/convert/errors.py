"""What conversions refuse, and how they say so."""

from __future__ import annotations

import importlib
from typing import Any, NoReturn

from jazz.errors import FailedPrecondition, InvalidArgument, Violation


class MissingPackage(FailedPrecondition, ImportError):
    """A value that can only be shown with a package that is not installed."""


def refuse(path: str, expected: str, found: str) -> NoReturn:
    """Raises the error for an object that cannot be stored.

    Raises:
        InvalidArgument: Always.
    """
    raise InvalidArgument(
        "the object cannot be made a value", reason="INVALID_VALUE", violations=[Violation(path, expected, found)]
    )


def refuse_form(found: str, form: str | None, advice: str) -> NoReturn:
    """Raises the error for a value that cannot take a form.

    Raises:
        InvalidArgument: Always.
    """
    message = f"the value cannot be given {'as it is usually' if form is None else 'in this form'}"
    raise InvalidArgument(message, violations=[Violation("to", advice, f"{form!r} for {found}")])


def require(package: str, extra: str, reason: str) -> Any:
    """A package that is needed now.

    Raises:
        MissingPackage: It is not installed.
    """
    try:
        return importlib.import_module(package)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != package.partition(".")[0]:
            raise
        message = f"{reason} needs {package}: pip install 'jazz-client[{extra}]', or ask for to=\"numpy\""
        raise MissingPackage(message, metadata={"package": package, "extra": extra}) from error
