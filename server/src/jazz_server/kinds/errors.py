"""What can be wrong with kinds and with values that should be of one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from jazz_server.kinds.types import Mismatch


class KindError(Exception):
    """Base of the errors about kinds.

    Attributes:
        reason: A key of `jazz.errors.REASONS`.
        mismatches: Everything that is wrong.
    """

    reason: ClassVar[str] = "INVALID_ARGUMENT"

    def __init__(self, message: str, mismatches: Sequence[Mismatch] = ()) -> None:
        super().__init__("\n".join([message, *(f"  - {mismatch}" for mismatch in mismatches)]))
        self.message = message
        self.mismatches = tuple(mismatches)


class InvalidKind(KindError):
    """A kind that no value can be of, or that contradicts itself."""


class NotOfKind(KindError):
    """A value is not of a kind."""

    reason = "KIND_MISMATCH"


class UnknownKind(KindError):
    """A kind that is referred to is not there."""

    reason = "KIND_NOT_FOUND"
