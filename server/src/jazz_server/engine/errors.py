"""What can go wrong while a pipeline runs."""

from __future__ import annotations


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
