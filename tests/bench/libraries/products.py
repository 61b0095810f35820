"""Products of sparse matrices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import scipy.sparse as sp
from numpy.typing import NDArray

from libraries import library


@library("scipy")
def spmv(a: sp.csr_array, x: NDArray[Any]) -> Callable[[], NDArray[Any]]:
    """A matrix times a vector, in one thread."""
    return lambda: a @ x
