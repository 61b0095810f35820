"""The first call of a function that nobody has called before: it is compiled, then run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from formulas import formula, fresh, function
from libraries import library

Array = NDArray[Any]


@library("numba", "njit, warm")
def numba(x: Array, w: Array, seed: int | None = None) -> Callable[[], Array]:
    """`numba.njit`, whose compiler has been at work before."""
    import numba

    x, w = np.array(x), np.array(w)
    numba.njit(function(formula(-1), np))(x, w)
    return _first(lambda source: numba.njit(function(source, np))(x, w), seed)


@library("jax", "jit on the CPU, warm")
def jax(x: Array, w: Array, seed: int | None = None) -> Callable[[], Array]:
    """`jax.jit`, whose compiler has been at work before."""
    import jax

    jax.config.update("jax_enable_x64", True)
    x, w = np.array(x), np.array(w)
    jax.jit(function(formula(-1), jax.numpy))(x, w).block_until_ready()
    return _first(lambda source: np.asarray(jax.jit(function(source, jax.numpy))(x, w)), seed)


def _first(call: Callable[[str], Array], seed: int | None) -> Callable[[], Array]:
    """A call that takes a new formula each time, but for its answer."""

    def again() -> Array:
        return call(fresh())

    again.answer = lambda: call(formula(seed or 0))  # type: ignore[attr-defined]
    return again
