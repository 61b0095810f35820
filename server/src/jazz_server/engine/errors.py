"""What can go wrong while a pipeline runs."""

from __future__ import annotations

from collections.abc import Sequence


class OpError(Exception):
    """Something about the data that no type shows: an index out of range, a value that an operation does not take.

    Attributes:
        field: The argument or parameter that is wrong.
        expected: What was expected.
        found: What was found.
    """

    def __init__(self, field: str, expected: str, found: str) -> None:
        super().__init__(f"{field}: expected {expected}, found {found}")
        self.field = field
        self.expected = expected
        self.found = found


class Interrupted(Exception):
    """A run was cancelled, or its time was up, between two kernels."""


class MemoryLimit(Exception):
    """A value would take more memory than a run may have."""


class UnknownOp(LookupError):
    """There is no operation of a name, or not in a version.

    Attributes:
        name: The name asked for.
        version: The version asked for; 0 for the latest.
        close: Names that are spelled like it.
        available: The version that there is, if the name is right.
    """

    def __init__(self, name: str, version: int, close: Sequence[str] = (), available: int = 0) -> None:
        hint = f" (did you mean {' or '.join(close)}?)" if close else ""
        super().__init__(
            f"operation {name} has version {available}, not {version}" if available else f"no operation {name!r}{hint}"
        )
        self.name = name
        self.version = version
        self.close = tuple(close)
        self.available = available


class InvalidTheme(Exception):
    """A module of operations, or a folder of them, is not as it should be.

    Attributes:
        theme: Its path.
        expected: What was expected of it.
        found: What was found.
    """

    def __init__(self, theme: str, expected: str, found: str) -> None:
        super().__init__(f"{theme}: expected {expected}, found {found}")
        self.theme = theme
        self.expected = expected
        self.found = found
