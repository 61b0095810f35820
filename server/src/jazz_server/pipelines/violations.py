"""Collecting everything that is wrong, instead of stopping at the first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from jazz.errors import Violation
from jazz_server.kinds import describe
from jazz_server.kinds.suggestions import Suggestions

_GUIDED: Final = 100
"""As many violations say what may have been meant: looking for it takes a millisecond, and no answer has more."""


class Violations:
    """Violations in the order in which they are found, one for each field: what follows from the first is not told.

    Attributes:
        suggestions: Where names are looked for that may have been meant.
    """

    def __init__(self) -> None:
        self.suggestions = Suggestions()
        self._found: list[Violation] = []
        self._fields: set[str] = set()

    def add(self, field: str, expected: str, found: str) -> None:
        """Notes one, unless one of that field is known."""
        self.add_all([Violation(field, expected, found)])

    def add_all(self, violations: Iterable[Violation]) -> None:
        """Notes some that do not follow from each other, those of one field included, unless one of it was known."""
        new = [violation for violation in violations if violation.field not in self._fields]
        self._found += new
        self._fields.update(violation.field for violation in new)

    def __len__(self) -> int:
        return len(self._found)

    def __contains__(self, field: str) -> bool:
        return field in self._fields

    def nearest(self, name: str, names: Iterable[str]) -> str:
        """The names that are close to one that is not there, in words: "a, b or c"; "" when none is close.

        Nor are there any behind so many violations that nobody hears of this one.
        """
        close = self._close_to(name, names)
        return describe.choices(close) if close else ""

    def suggestion(self, name: str, names: Iterable[str]) -> str:
        """The same as a question, such as " (did you mean a or b?)"; "" when none is close."""
        return describe.did_you_mean(self._close_to(name, names))

    def _close_to(self, name: str, names: Iterable[str]) -> list[str]:
        return self.suggestions.close_to(name, names) if len(self) < _GUIDED else []

    @property
    def all(self) -> tuple[Violation, ...]:
        """All of them."""
        return tuple(self._found)


def shown(text: str) -> str:
    """A text from outside, quoted and no longer than a line."""
    return repr(text if len(text) <= 60 else f"{text[:57]}...")
