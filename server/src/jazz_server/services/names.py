"""Names in requests: read, with the field of the request in the error."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from typing import TypeVar

from jazz_server.services.errors import invalid
from jazz_server.store.errors import InvalidName
from jazz_server.store.names import BlockName, check_space_name, parse_name, parse_reference

_T = TypeVar("_T")

Reference = tuple[BlockName, int | None]
"""A name and a version, or None for the latest."""


def read_name(text: str, field: str = "name") -> BlockName:
    """A name without a version.

    Raises:
        jazz.errors.InvalidArgument: It is not one.
    """
    return _read(parse_name, text, field)


def read_reference(text: str, field: str = "name") -> Reference:
    """A name with or without a version.

    Raises:
        jazz.errors.InvalidArgument: It is not one.
    """
    return _read(parse_reference, text, field)


def read_versions(names: Iterable[str]) -> list[tuple[BlockName, int]]:
    """Names that are known to be there, each once, with the versions that they say."""
    read = (parse_reference(name) for name in dict.fromkeys(names))
    return [(name, version) for name, version in read if version is not None]


def read_space(text: str, field: str = "name") -> str:
    """The name of a space.

    Raises:
        jazz.errors.InvalidArgument: It is not one.
    """
    _read(check_space_name, text, field)
    return text


def read_prefix(text: str) -> tuple[str, str]:
    """The space and the beginning of the names that a listing is asked for.

    Raises:
        jazz.errors.InvalidArgument: It does not begin with the name of a space.
    """
    space, _, prefix = text.partition("/")
    return read_space(space, "prefix"), prefix


def read_request_id(text: str, field: str = "request_id") -> str | None:
    """A request id in its canonical spelling; None when there is none.

    Raises:
        jazz.errors.InvalidArgument: It is not a UUID.
    """
    if not text:
        return None
    try:
        return str(uuid.UUID(text))
    except ValueError:
        raise invalid(field, "a UUID", repr(text[:100])) from None


def _read(parse: Callable[[str], _T], text: str, field: str) -> _T:
    try:
        return parse(text)
    except InvalidName as error:
        raise invalid(field, error.expected, error.found, reason=error.reason) from None
