"""Slices at positions of which some are nowhere: all elements of these are missing."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from jazz.values import Tensor
from jazz_server.engine import structure
from jazz_server.engine.memory import check_shape

NOWHERE: Final = -1
"""The position of a slice that there is not."""


def taken(tensor: Tensor, positions: NDArray[np.int64]) -> Tensor:
    """The slices of a dense tensor along its first dimension at positions, counted from 0, or nowhere."""
    if (positions != NOWHERE).all():
        return structure.taken(tensor, positions, 0)
    shape = tensor.shape[1:]
    check_shape((len(positions), *shape), np.dtype(np.int64))
    # What lies behind the last slice is what NOWHERE counts from the end.
    if shape:
        behind = np.full((1, *shape), tensor.size, np.int64)
        positions = np.concatenate([structure.numbered(tensor), behind])[positions]
    return structure.arranged(with_gap(tensor), positions)


def with_gap(tensor: Tensor) -> Tensor:
    """A vector of the stored elements of a tensor, and behind them one that is missing."""
    variable = tensor.dtype.variable
    gap = Tensor(
        tensor.dtype, (1,), data=np.zeros(0 if variable else 1, tensor.dtype.storage),
        offsets=np.zeros(2, np.int64) if variable else None, validity=np.zeros(1, np.uint8),
        categories=tensor.categories,
    )  # fmt: skip
    return structure.pooled((tensor, gap), None)
