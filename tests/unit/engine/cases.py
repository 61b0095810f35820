"""Arguments and settings that operations are tried with: tensors of every element type and layout, and literals.

A strategy takes the name of the operation that it is for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import strategies as st

from jazz.values import Layout
from unit.engine.samples import DTYPES, Sample, samples, shapes

Case = tuple[list[Any], dict[str, Any]]
REAL = tuple(name for name in DTYPES if not name.startswith("complex"))
UNARY = ("abs", "exp", "log", "log1p", "negative", "relu", "sigmoid", "sqrt")
BINARY = ("add", "subtract", "multiply", "divide", "maximum", "minimum")
COMPARING = ("equal", "not_equal", "less", "less_equal", "greater", "greater_equal")
ORDERED = {"maximum", "minimum", "less", "less_equal", "greater", "greater_equal", "relu", "sigmoid"}
REDUCING = ("sum", "prod", "mean", "max", "min", "any", "all", "argmax", "argmin", "count_nonzero", "norm")

LITERALS = st.sampled_from([0, 1, 2, -3, 300, 0.0, 0.5, -1.5, float("inf"), True, False])


def broadcastable(shape: tuple[int, ...]) -> st.SearchStrategy[tuple[int, ...]]:
    """Shapes that broadcast with a shape."""
    ones = st.tuples(*(st.booleans() for _ in shape)).map(
        lambda flags: tuple(1 if flag else n for flag, n in zip(flags, shape, strict=True))
    )
    return st.one_of(st.just(shape), ones, st.integers(0, len(shape)).map(lambda i: shape[i:]))


@st.composite
def unary(draw: st.DrawFn, name: str) -> Case:
    return [draw(samples(draw(shapes()), REAL if name in ORDERED else DTYPES))], {}


@st.composite
def binary(draw: st.DrawFn, name: str) -> Case:
    shape = draw(shapes())
    dtypes = REAL if name in ORDERED else DTYPES
    other = draw(st.one_of(samples(draw(broadcastable(shape)), dtypes), LITERALS))
    pair = [draw(samples(shape, dtypes)), other]
    return pair if draw(st.booleans()) else pair[::-1], {}


@st.composite
def clips(draw: st.DrawFn, _name: str) -> Case:
    bounds = sorted([draw(st.sampled_from([-2, 0, 1, 2.5])), draw(st.sampled_from([-1.5, 0, 3]))])
    chosen = {key: bound for key, bound in zip(("min", "max"), bounds, strict=True) if draw(st.booleans())}
    return [draw(samples(draw(shapes()), REAL))], chosen


@st.composite
def wheres(draw: st.DrawFn, _name: str) -> Case:
    shape = draw(shapes())
    condition = draw(samples(draw(broadcastable(shape)), ("bool",)))
    choices = [draw(st.one_of(samples(draw(broadcastable(shape))), LITERALS)) for _ in range(2)]
    return [condition, *choices], {}


def axes(rank: int) -> st.SearchStrategy[dict[str, Any]]:
    """The setting of one axis, of several, or of none."""
    if rank == 0:
        return st.just({})
    one = st.integers(-rank, rank - 1)
    several = st.lists(one, min_size=1, unique_by=lambda axis: axis % rank).map(tuple)
    return st.one_of(st.just({}), st.one_of(one, several).map(lambda axis: {"axis": axis}))


def axis_or_none(rank: int) -> st.SearchStrategy[dict[str, Any]]:
    """The setting of one axis, or of none."""
    if rank == 0:
        return st.just({})
    return st.one_of(st.just({}), st.integers(-rank, rank - 1).map(lambda axis: {"axis": axis}))


@st.composite
def reductions(draw: st.DrawFn, name: str) -> Case:
    shape = draw(shapes())
    one = name in ("argmax", "argmin")
    chosen: dict[str, Any] = {"keepdims": draw(st.booleans())}
    chosen |= draw(axis_or_none(len(shape)) if one else axes(len(shape)))
    if name == "norm":
        chosen["ord"] = draw(st.sampled_from([1, 2, np.inf, "fro"]))
    ordered = name in ("max", "min", "argmax", "argmin")
    return [draw(samples(shape, REAL if ordered else DTYPES, wild=name not in ("mean", "prod")))], chosen


@st.composite
def products(draw: st.DrawFn, _name: str) -> Case:
    inner = draw(st.integers(0, 4))
    a = (*draw(shapes(1)), inner)
    b = (inner, *draw(shapes(1)))
    # BLAS multiplies complex infinities in another order than numpy does.
    wild = draw(st.booleans())
    dtypes = REAL if wild else DTYPES
    return [draw(samples(a, dtypes, wild=wild)), draw(samples(b, dtypes, wild=wild))], {}


@st.composite
def topks(draw: st.DrawFn, _name: str) -> Case:
    shape = draw(shapes(min_rank=1))
    return [draw(samples(shape, REAL))], {"k": draw(st.integers(0, shape[-1]))}


@st.composite
def takes(draw: st.DrawFn, _name: str) -> Case:
    shape = draw(shapes(min_rank=1))
    axis = draw(st.integers(-len(shape), len(shape) - 1))
    length = shape[axis]
    indices = draw(samples(draw(shapes(2)) if length else (0,), ("int64", "int32"), (Layout.DENSE,), wild=False))
    wrapped = np.mod(indices.array, 2 * length) - length if length else indices.array
    tensor = replace(indices.tensor, data=wrapped.reshape(-1, order=indices.tensor.order.value))
    return [draw(samples(shape)), Sample(tensor, wrapped, indices.stored, indices.missing)], {"axis": axis}


@st.composite
def concats(draw: st.DrawFn, _name: str) -> Case:
    shape = draw(shapes(min_rank=1))
    axis = draw(st.integers(0, len(shape) - 1))
    lengths = draw(st.lists(st.integers(0, 3), min_size=1, max_size=3))
    parts = [draw(samples((*shape[:axis], n, *shape[axis + 1 :]))) for n in lengths]
    return parts, {"axis": axis - draw(st.sampled_from([0, len(shape)]))}


@st.composite
def casts(draw: st.DrawFn, _name: str) -> Case:
    dtype = draw(st.sampled_from(DTYPES))
    sources = DTYPES if dtype.startswith("complex") else REAL
    return [draw(samples(draw(shapes()), sources, wild=False))], {"dtype": dtype}


@st.composite
def to_sparse(draw: st.DrawFn, _name: str) -> Case:
    layout = draw(st.sampled_from(["csr", "csc", "coo"]))
    return [draw(samples(draw(shapes(min_rank=1) if layout == "coo" else shapes(2, 2))))], {"layout": layout}


@st.composite
def sizes(draw: st.DrawFn, _name: str) -> Case:
    shape = draw(shapes())
    axis = draw(st.integers(-len(shape), len(shape) - 1)) if shape and draw(st.booleans()) else None
    return [draw(samples(shape))], {} if axis is None else {"axis": axis}


@st.composite
def anything(draw: st.DrawFn, _name: str) -> Case:
    return [draw(samples(draw(shapes())))], {}


@st.composite
def diagonals(draw: st.DrawFn, _name: str) -> Case:
    return [draw(samples(draw(shapes(2, 1))))], {}


@st.composite
def drops(draw: st.DrawFn, _name: str) -> Case:
    shape = draw(shapes(min_rank=1))
    return [draw(samples(shape))], {"axis": draw(st.integers(-len(shape), len(shape) - 1))}


@st.composite
def fills(draw: st.DrawFn, _name: str) -> Case:
    shape = draw(shapes())
    dtype = draw(st.sampled_from(DTYPES))
    other = draw(st.one_of(samples(draw(broadcastable(shape)), (dtype,)), LITERALS))
    return [draw(samples(shape, (dtype,))), other], {}


CASES: dict[str, Callable[[str], st.SearchStrategy[Case]]] = {
    **dict.fromkeys(UNARY, unary),
    **dict.fromkeys((*BINARY, *COMPARING), binary),
    **dict.fromkeys(REDUCING, reductions),
    "clip": clips,
    "where": wheres,
    "matmul": products,
    "topk": topks,
    "take": takes,
    "concat": concats,
    "cast": casts,
    "to_sparse": to_sparse,
    "to_dense": anything,
    "transpose": anything,
    "size": sizes,
    "diag": diagonals,
    "is_na": anything,
    "count_na": reductions,
    "drop_na": drops,
    "fill_na": fills,
}
"""Cases of every operation but those on tables and graphs, which have tests of their own.

Nothing is missing in them.
"""
