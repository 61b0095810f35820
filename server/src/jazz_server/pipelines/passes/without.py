"""Passes that are left out, to find out what they do: names in `JAZZ_WITHOUT`, separated by commas."""

from __future__ import annotations

import os
from typing import Final

VARIABLE: Final = "JAZZ_WITHOUT"


def without(name: str) -> bool:
    """Whether a pass is left out: "tiles", "columns" (equal ones once), "full_rows" (retired), "halves" (float16)."""
    return name in os.environ.get(VARIABLE, "").split(",")
