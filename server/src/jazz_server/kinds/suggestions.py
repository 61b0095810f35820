"""What may have been meant by names that are not there, looked for as long as somebody reads of it."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Final

from jazz_server.kinds import describe

_LOOKED_AT: Final = 20_000
"""So many names are looked at, which takes a second at most: a hundred questions about two hundred names."""


class Suggestions:
    """Names that are close to others. Behind so many that were looked at there are none."""

    def __init__(self) -> None:
        self._left = _LOOKED_AT

    def close_to(self, name: str, known: Iterable[str]) -> list[str]:
        """Up to three names that are spelled like `name`, the closest first."""
        looked_at = list(islice(known, self._left))
        self._left -= len(looked_at)
        return describe.close_to(name, looked_at)

    def question(self, name: str, known: Iterable[str]) -> str:
        """A question that names what is spelled like `name`, or "".

        >>> Suggestions().question("matmull", ["matmul", "take"])
        ' (did you mean matmul?)'
        """
        return describe.did_you_mean(self.close_to(name, known))
