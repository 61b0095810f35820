"""sqrt(|2x - y|) + 1 = z, then exp(-z) x: eight steps on each element."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from libraries import library

Array = NDArray[Any]


@library("numpy", "1 thread")
def numpy(x: Array, y: Array) -> Callable[[], Array]:
    """Step by step."""
    return lambda: np.exp((np.sqrt(np.abs(x * 2 - y)) + 1) * -1) * x


@library("numexpr")
def numexpr(x: Array, y: Array) -> Callable[[], Array]:
    """Its virtual machine, block by block."""
    import numexpr

    names = {"x": x, "y": y, "one": np.float32(1), "two": np.float32(2), "minus": np.float32(-1)}
    text = "exp((sqrt(abs(x * two - y)) + one) * minus) * x"
    return lambda: numexpr.evaluate(text, local_dict=names)


@library("torch", "eager")
def torch(x: Array, y: Array) -> Callable[[], Array]:
    """Step by step."""
    import torch

    a, b = (torch.from_numpy(each.copy()) for each in (x, y))

    def call() -> Array:
        found: Array = (torch.exp((torch.sqrt(torch.abs(a * 2 - b)) + 1) * -1) * a).numpy()
        return found

    return call
