"""What the codec refuses, and how it says so."""

from __future__ import annotations

from collections.abc import Iterable

from jazz.errors import Violation


class CodecError(Exception):
    """Any refusal of the codec.

    Attributes:
        reason: A key of `jazz.errors.REASONS`.
        message: A sentence for people.
        violations: Everything that is wrong, as far as it was found.
    """

    reason = "INVALID_VALUE"

    def __init__(self, message: str, violations: Iterable[Violation] = ()) -> None:
        self.message = message
        self.violations = tuple(violations)
        super().__init__("\n".join([message, *(f"  - {violation}" for violation in self.violations)]))


class InvalidValue(CodecError):
    """A header or a body that is not what `docs/wire-format.md` says."""

    reason = "INVALID_VALUE"


class SliceError(CodecError):
    """A slice that does not fit the value it is taken of."""

    reason = "INVALID_SLICE"


class FieldNotFound(SliceError):
    """A slice that names a field which is not there."""

    reason = "FIELD_NOT_FOUND"


class LabelNotFound(SliceError):
    """A slice with labels that are not there."""

    reason = "LABEL_NOT_FOUND"


MAX_VIOLATIONS = 100
"""So many violations are described; of further ones only the number is given."""


class Findings:
    """Collects violations, and their number beyond `MAX_VIOLATIONS`."""

    def __init__(self) -> None:
        self._violations: list[Violation] = []
        self._more = 0

    @property
    def violations(self) -> list[Violation]:
        """Those that are described."""
        return self._violations

    def add(self, field: str, expected: str, found: str) -> None:
        """Notes that something is wrong."""
        if len(self._violations) < MAX_VIOLATIONS:
            self._violations.append(Violation(field, expected, found))
        else:
            self._more += 1

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self._violations) + self._more

    def refuse(self, message: str) -> None:
        """Raises what was collected, if anything was.

        Raises:
            InvalidValue: There is a violation.
        """
        if self._more:
            message = f"{message} ({self._more} more violations are not listed)"
        if self._violations:
            raise InvalidValue(message, self._violations)


def quoted(name: str, limit: int = 60) -> str:
    """A name in quotes, shortened when it is long."""
    return repr(name if len(name) <= limit else f"{name[:limit]}…")
