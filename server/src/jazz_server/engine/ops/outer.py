"""Products of every element with every element."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from jazz.values import Layout, Tensor, dense
from jazz_server.engine import arguments, layouts, operands
from jazz_server.engine.dense import quiet
from jazz_server.engine.entries import Entries, check_positions, entries_of, nonzero, sparse_of, unravel
from jazz_server.engine.memory import check_bytes, check_shape
from jazz_server.engine.missing import marked, unmarked
from jazz_server.engine.op import Cost, CostSettings, Inference, Op, Run, Scalar, Settings, Size
from jazz_server.engine.promotion import Array, ordered, outcomes
from jazz_server.kinds import describe
from jazz_server.kinds.types import Dimension, TensorType, Type

_Lengths = tuple[int, ...]


def _infer(
    ranks: Sequence[int], shape_of: Callable[[Inference, TensorType, TensorType], tuple[Dimension, ...] | None]
) -> Callable[[Inference, Sequence[Type | Scalar], Settings], tuple[Type, ...]]:
    def infer(inference: Inference, args: Sequence[Type | Scalar], _settings: Settings) -> tuple[Type, ...]:
        a, b = (arguments.tensor(inference, name, arg) for name, arg in zip(("a", "b"), args, strict=True))
        fit = [arguments.rank_in(inference, name, x, ranks) for name, x in (("a", a), ("b", b))]
        dtypes = ordered(result.dtype for result in outcomes(np.multiply, [a.dtypes, b.dtypes]))
        shape = shape_of(inference, a, b) if all(fit) else None
        possible: set[Layout] = set()
        for p in a.layouts:
            for q in b.layouts:
                possible |= _layouts(p, q, None if shape is None else len(shape))
        kept = tuple(layout for layout in Layout if layout in possible)
        return (TensorType(dtypes, shape, kept, nullable=arguments.may_be_missing(a, b)),)

    return infer


def _layouts(p: Layout, q: Layout, rank: int | None) -> set[Layout]:
    """The layouts that a result may have: sparse if a factor is, whose absent entries annihilate."""
    if p is q is Layout.DENSE:
        return {Layout.DENSE}
    return {Layout.CSR, Layout.COO} if rank is None else {Layout.CSR if rank == 2 else Layout.COO}


def _outer_shape(_inference: Inference, a: TensorType, b: TensorType) -> tuple[Dimension, ...]:
    lengths = [None if x.shape is None else x.shape[0] for x in (a, b)]
    return tuple(lengths)


def _kron_shape(inference: Inference, a: TensorType, b: TensorType) -> tuple[Dimension, ...] | None:
    if a.shape is None or b.shape is None:
        return None
    if len(a.shape) != len(b.shape):
        inference.mismatch("b", describe.rank(a.shape), describe.rank(b.shape))
        return None
    return tuple(_times(inference, m, n) for m, n in zip(a.shape, b.shape, strict=True))


def _times(inference: Inference, m: Dimension, n: Dimension) -> Dimension:
    if isinstance(m, int) and isinstance(n, int):
        return m * n
    return m if n == 1 else n if m == 1 else inference.fresh()


def _run_outer(run: Run, args: Sequence[Any], _settings: Settings) -> tuple[Tensor, ...]:
    a, b = (operands.tensor(name, arg) for name, arg in zip(("a", "b"), args, strict=True))
    column, row = (a.size, 1), (1, b.size)
    return (_expanded(run, a, b, (a.size, b.size), column, row),)


def _run_kron(run: Run, args: Sequence[Any], _settings: Settings) -> tuple[Tensor, ...]:
    a, b = (operands.tensor(name, arg) for name, arg in zip(("a", "b"), args, strict=True))
    shape = tuple(m * n for m, n in zip(a.shape, b.shape, strict=True))
    return (_expanded(run, a, b, shape, a.shape, b.shape),)


def _expanded(run: Run, a: Tensor, b: Tensor, shape: _Lengths, first: _Lengths, second: _Lengths) -> Tensor:
    """The Kronecker product of two tensors as if they had the shapes `first` and `second`."""
    run.checkpoint()
    if not operands.is_sparse(a) and not operands.is_sparse(b):
        return _dense(a, b, shape, first, second)
    check_positions(shape)
    left, right = _entries(a), _entries(b)
    dtype = np.result_type(left.values, right.values)
    count = len(left.positions) * len(right.positions)
    check_bytes(count * (8 * 3 + dtype.itemsize), "a product of every entry with every entry")
    positions = np.zeros(1, np.int64)
    places = zip(unravel(left.positions, first, _INT64), unravel(right.positions, second, _INT64), strict=True)
    for (p, q), length, total in zip(places, second, shape, strict=True):
        positions = positions * total + (p[:, None] * length + q)
    with quiet():
        values = np.multiply(left.values[:, None], right.values).reshape(-1)
    missing = _either(left, right)
    run.checkpoint()
    positions = np.broadcast_to(positions, (len(left.positions), len(right.positions))).reshape(-1)
    order = np.argsort(positions, kind="stable")
    if missing is not None:
        missing = missing.reshape(-1)[order]
        values = np.where(missing, values.dtype.type(0), values[order])
    else:
        values = values[order]
    found = nonzero(Entries(shape, positions[order], values, missing))
    return sparse_of(found, Layout.CSR if len(shape) == 2 else Layout.COO, wide=layouts.wide(a, b))


_INT64: Final = np.dtype(np.int64)


def _entries(x: Tensor) -> Entries:
    """The stored elements of a tensor, all of a dense one."""
    if operands.is_sparse(x):
        return entries_of(x)
    missing = None if x.validity is None else layouts.missing_array(x).reshape(-1)
    return Entries(x.shape, np.arange(x.size), x.array().reshape(-1), missing)


def _either(left: Entries, right: Entries) -> NDArray[np.bool_] | None:
    """Which products are missing: those of a factor that is."""
    if left.missing is None and right.missing is None:
        return None
    marks = [
        np.zeros(len(entries.positions), np.bool_) if entries.missing is None else entries.missing
        for entries in (left, right)
    ]
    return np.asarray(marks[0][:, None] | marks[1])


def _dense(a: Tensor, b: Tensor, shape: _Lengths, first: _Lengths, second: _Lengths) -> Tensor:
    check_shape(shape, np.result_type(a.dtype.storage, b.dtype.storage))

    def product(p: Array, q: Array) -> Array:
        spread = p.reshape([n for length in first for n in (length, 1)])
        return np.asarray(np.multiply(spread, q.reshape([n for length in second for n in (1, length)]))).reshape(shape)

    with quiet():
        found = dense(product(unmarked(a).array(), unmarked(b).array()))
    if a.validity is None and b.validity is None:
        return found
    here, there = (np.logical_not(layouts.missing_array(x)) for x in (a, b))
    return marked(found, np.logical_not(product(here, there)))


def _cost(args: Sequence[Size], _settings: CostSettings, results: Sequence[Size]) -> Cost:
    products = args[0].stored * args[1].stored
    return Cost(products, stored=min(products, results[0].elements))


OPS: Final = (
    Op(
        name="outer",
        version=1,
        signature="outer(a[m], b[n]) -> [m, n]",
        doc=(
            "The outer product a[i] b[j], as numpy.outer of vectors. CSR if either is sparse, since an absent entry "
            "annihilates; else dense."
        ),
        missing="Missing where either element is, unless the other one is absent.",
        arguments=("a", "b"),
        results=("result",),
        infer=_infer((1,), _outer_shape),
        run=_run_outer,
        cost=_cost,
        work="O(stored of a times stored of b)",
    ),
    Op(
        name="kron",
        version=1,
        signature="kron(a[m, n], b[p, q]) -> [m p, n q]",
        doc=(
            "The Kronecker product, of two vectors or two matrices: a[i, j] b[k, l] at (i p + k, j q + l), as "
            "numpy.kron. Sparse if either is (CSR for matrices, COO for vectors), since an absent entry annihilates; "
            "else dense."
        ),
        missing="Missing where either element is, unless the other one is absent.",
        arguments=("a", "b"),
        results=("result",),
        infer=_infer((1, 2), _kron_shape),
        run=_run_kron,
        cost=_cost,
        work="O(stored of a times stored of b)",
    ),
)
"""The operations of this module."""
