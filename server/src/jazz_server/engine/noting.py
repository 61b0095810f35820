"""Inferences that note in other words what a type rule finds wrong, or refuse it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NoReturn

from jazz_server.engine.errors import OpError
from jazz_server.engine.op import Inference
from jazz_server.kinds import describe
from jazz_server.kinds.types import Dimension


@dataclass(frozen=True, slots=True)
class Renamed:
    """The inference of a step that asks the type rule of another operation.

    Attributes:
        inference: Where mismatches are noted.
        names: What arguments of that operation are in this one.
        purpose: What is put behind what was expected of them, such as " for mean".
    """

    inference: Inference
    names: Mapping[str, str]
    purpose: str = ""

    def unify(self, field: str, expected: Dimension, found: Dimension) -> Dimension:
        """As the inference does."""
        return self.inference.unify(self.names.get(field, field), expected, found)

    def fresh(self) -> Dimension:
        """As the inference does."""
        return self.inference.fresh()

    def mismatch(self, field: str, expected: str, found: str) -> None:
        """Notes it with the name that the argument has here."""
        if field in self.names:
            field, expected = self.names[field], expected + self.purpose
        self.inference.mismatch(field, expected, found)

    def suggestion(self, name: str, known: Iterable[str]) -> str:
        """As the inference does."""
        return self.inference.suggestion(name, known)


class Strict:
    """An inference of values as they are when they run: what is wrong with them is an error."""

    def unify(self, field: str, expected: Dimension, found: Dimension) -> Dimension:
        """The dimension that both are."""
        if expected != found:
            self.mismatch(field, str(expected), str(found))
        return expected

    def fresh(self) -> Dimension:
        """A dimension that nothing is known of."""
        return None

    def mismatch(self, field: str, expected: str, found: str) -> NoReturn:
        """Refuses it.

        Raises:
            OpError: Always.
        """
        raise OpError(field, expected, found)

    def suggestion(self, name: str, known: Iterable[str]) -> str:
        """A question that names what is spelled like `name`, or ""."""
        return describe.suggestion(name, known)
