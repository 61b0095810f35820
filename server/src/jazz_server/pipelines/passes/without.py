"""Passes that are left out, to find out what they do: names in `JAZZ_WITHOUT`, separated by commas."""

from __future__ import annotations

import os
from typing import Final

VARIABLE: Final = "JAZZ_WITHOUT"

PASSES: Final = ("columns", "full_rows", "halves", "tiles")
"""Those that can be left out: equal columns once, full rows retired, weights as float16, tiles of rows."""


class UnknownPass(Exception):
    """A name in `JAZZ_WITHOUT` is none of a pass that can be left out."""


def left_out() -> frozenset[str]:
    """The names of the passes that are left out.

    Raises:
        UnknownPass: There is no such pass; says which there are.
    """
    names = frozenset(filter(None, map(str.strip, os.environ.get(VARIABLE, "").split(","))))
    unknown = sorted(names.difference(PASSES))
    if unknown:
        message = f"{VARIABLE}: expected names of {', '.join(PASSES)}, separated by commas, found {unknown[0]!r}"
        raise UnknownPass(message)
    return names


def without(name: str) -> bool:
    """Whether a pass is left out."""
    return name in left_out()
