"""Traces, and products of every element with every element."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from unit.engine.cases import Case
from unit.engine.checking import Check
from unit.engine.samples import Sample, samples, shapes


@st.composite
def matrices(draw: st.DrawFn, _name: str) -> Case:
    return [draw(samples(draw(shapes(2, 2))))], {}


@st.composite
def vectors(draw: st.DrawFn, _name: str) -> Case:
    return [draw(samples(draw(shapes(1, 1)), wild=False)) for _ in range(2)], {}


@st.composite
def pairs(draw: st.DrawFn, _name: str) -> Case:
    rank = draw(st.integers(1, 2))
    return [draw(samples(draw(shapes(rank, rank)))) for _ in range(2)], {}


def _trace(x: Sample) -> tuple[Any, ...]:
    return (np.asarray(np.sum(np.diagonal(x.array))),)


def _trace_missing(_name: str, args: list[Any], _settings: dict[str, Any]) -> list[Any]:
    return [(np.sum(np.diagonal(args[0].array)), np.diagonal(args[0].missing).any())]


def _spread(a: NDArray[Any], b: NDArray[Any], name: str) -> NDArray[Any]:
    """The product of every element with every element, one by one."""
    if name == "outer":
        return np.asarray(np.multiply.outer(a, b))
    shape = tuple(m * n for m, n in zip(a.shape, b.shape, strict=True))
    out = np.zeros(shape, np.multiply(a.reshape(-1)[:0], b.reshape(-1)[:0]).dtype)
    for i in np.ndindex(a.shape):
        for j in np.ndindex(b.shape):
            out[tuple(p * n + q for p, q, n in zip(i, j, b.shape, strict=True))] = np.multiply(a[i], b[j])
    return out


def _products(name: str) -> Any:
    def reference(a: Sample, b: Sample) -> tuple[Any, ...]:
        found = _spread(a.array, b.array, name)
        return (np.where(_spread(a.stored, b.stored, name), found, found.dtype.type(0)),)

    return reference


def _products_missing(name: str, args: list[Any], _settings: dict[str, Any]) -> list[Any]:
    a, b = args
    with np.errstate(all="ignore"):
        (values,) = _products(name)(a, b)
    both = _spread(a.missing, b.stored, name) | _spread(a.stored, b.missing, name)
    return [(values, both)]


CHECKS = {
    "trace": Check(matrices, _trace, _trace_missing),
    "outer": Check(vectors, _products("outer"), _products_missing),
    "kron": Check(pairs, _products("kron"), _products_missing),
}
