"""Running one kernel over the rows of a matrix, on as many threads as pay."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from jazz_server.engine.library import kernel
from jazz_server.engine.parallel import for_ranges

_GRAIN = 1 << 16
"""How many elements a thread should have to work on, for its start to be worth it."""


def grain(rows: int, work: int) -> int:
    """How many rows a thread should have at least, when all rows are so much work."""
    return max(1, rows * _GRAIN // max(work, 1))


def launch(name: str, rows: int, work: int, *arguments: Any, **choices: DTypeLike) -> None:
    """Runs a kernel over all rows. `work` is about how many elements it touches."""
    if rows > 0:
        for_ranges(rows, kernel(name, **choices).bind(*arguments), grain=grain(rows, work))


def launch_serial(name: str, rows: int, *arguments: Any, **choices: DTypeLike) -> None:
    """Runs a kernel that adds up over the rows, in one thread."""
    if rows > 0:
        kernel(name, **choices)(*arguments, 0, rows)


def pointers(counts: NDArray[Any], dtype: np.dtype[Any]) -> NDArray[Any]:
    """Where each row begins, from the number of entries of each; int64 where they would not fit in `dtype`."""
    total = int(counts.sum()) if len(counts) else 0
    wide = np.dtype(np.int64) if total > np.iinfo(dtype).max else dtype
    result = np.zeros(len(counts) + 1, wide)
    np.cumsum(counts, out=result[1:], dtype=wide)
    return result
