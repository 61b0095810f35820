"""Finding everything that is wrong with a request, not only the first thing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from jazz.codec.errors import CodecError
from jazz.errors import JazzError
from jazz_server.kinds.errors import KindError
from jazz_server.pipelines.errors import PipelineError
from jazz_server.services.errors import known, refuse
from jazz_server.store import StoreError

_T = TypeVar("_T")


class Checks:
    """Collects what is wrong. The reason is that of the first thing."""

    def __init__(self) -> None:
        self._failures: list[JazzError] = []

    def attempt(self, check: Callable[[], _T]) -> _T | None:
        """What a check gives; None if it found something, which is noted."""
        try:
            return check()
        except (JazzError, CodecError, KindError, PipelineError, StoreError) as error:
            self.note(known(error))
            return None

    def note(self, failure: JazzError) -> None:
        """Note an error; one that is not about the input is raised at once."""
        if not failure.violations:
            raise failure
        self._failures.append(failure)

    def refuse(self) -> None:
        """Raise everything that was noted, if anything was.

        Raises:
            jazz.errors.InvalidArgument: Something was.
        """
        if len(self._failures) == 1:
            raise self._failures[0]
        if self._failures:
            violations = [violation for failure in self._failures for violation in failure.violations]
            raise refuse(violations, reason=self._failures[0].reason)
