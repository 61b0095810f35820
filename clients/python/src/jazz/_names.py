"""Checks of arguments before they travel: types here, the rules of names on the server alone."""

from __future__ import annotations

import datetime
import math
import uuid
from collections.abc import Mapping

from jazz.errors import InvalidArgument, Violation
from jazz.v1 import blocks_pb2

MAX_VERSION = 2**64 - 1
"""Versions are unsigned 64-bit integers."""


def invalid(
    field: str,
    expected: str,
    found: object = None,
    *,
    described: str | None = None,
    reason: str = "INVALID_ARGUMENT",
) -> InvalidArgument:
    """The error for one bad argument: what was found itself, or described in words."""
    shown = _shown(found) if described is None else described
    return InvalidArgument(
        f"the argument {field!r} is not valid", reason=reason, violations=[Violation(field, expected, shown)]
    )


def _shown(found: object) -> str:
    text = repr(found)
    short = text if len(text) <= 80 else text[:77] + "..."
    return short if found is None or isinstance(found, str) else f"{short} ({type(found).__name__})"


def text(field: str, value: object, expected: str = "a string") -> str:
    """The argument as a string that can be sent.

    Raises:
        InvalidArgument: It is not a string, or holds half a surrogate pair.
    """
    if not isinstance(value, str):
        raise invalid(field, expected, value)
    try:
        value.encode()
    except UnicodeEncodeError:
        raise invalid(
            field, f"{expected} of Unicode characters", described=f"{value!a} with a lone surrogate"
        ) from None
    return value


def name(field: str, value: object) -> str:
    """A name such as `space/name`; its rules are the server's to check.

    Raises:
        InvalidArgument: It is not a string, or empty.
    """
    given = text(field, value, "a name such as 'space/name'")
    if not given:
        raise invalid(field, "a name such as 'space/name'", given, reason="INVALID_NAME")
    return given


def versioned(field: str, value: object, version: object) -> str:
    """`space/name@version`, or the name as it is when no version is given.

    Raises:
        InvalidArgument: The version is not a positive integer, or the name has one already.
    """
    given = name(field, value)
    if version is None:
        return given
    number = whole("version", version, least=1, most=MAX_VERSION)
    if "@" in given:
        raise invalid("version", f"None, since {field} already says {given!r}", number)
    return f"{given}@{number}"


def whole(field: str, value: object, *, least: int, most: int) -> int:
    """An argument that is an integer within bounds; numpy's integers are integers, truth values are not.

    Raises:
        InvalidArgument: It is not.
    """
    expected = f"an integer from {least} to {most}"
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise invalid(field, expected, value)
    number = int(value.__index__())
    if not least <= number <= most:
        raise invalid(field, expected, number)
    return number


def if_version(value: object) -> int | None:
    """A precondition: None, or a version, or 0 for "must not exist"."""
    return None if value is None else whole("if_version", value, least=0, most=MAX_VERSION)


def seconds(field: str, value: object) -> float | None:
    """A span of time as seconds: None, a number, or a timedelta; positive. Infinity means None.

    Raises:
        InvalidArgument: It is anything else.
    """
    if value is None:
        return None
    if isinstance(value, datetime.timedelta):
        value = value.total_seconds()
    if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
        raise invalid(field, "a positive number of seconds, a timedelta or None", value)
    return None if math.isinf(value) else float(value)


def attributes(value: object) -> list[blocks_pb2.Attribute]:
    """Attributes sorted by key.

    Raises:
        InvalidArgument: They are not a mapping of strings to strings.
    """
    if value is None:
        return []
    if not isinstance(value, Mapping):
        raise invalid("attributes", "a mapping of strings to strings", value)
    pairs = [
        (text("attributes key", key), text(f"attributes[{key!r}]", content, "a string"))
        for key, content in value.items()
    ]
    return [blocks_pb2.Attribute(key=key, value=content) for key, content in sorted(pairs)]


def kind_name(value: object) -> str:
    """The name of a kind, or "" for None."""
    return "" if value is None else name("kind", value)


def flag(field: str, value: object) -> bool:
    """A truth value; nothing else is taken for one.

    Raises:
        InvalidArgument: It is not a bool.
    """
    if not isinstance(value, bool):
        raise invalid(field, "True or False", value)
    return value


def request_id() -> str:
    """A new identity for a write, by which the server recognises a repetition."""
    return str(uuid.uuid4())
