"""Fewer entries: those above a threshold, the largest of each row, those that a mask lets through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from jazz.values import Layout, Tensor
from jazz_server.engine import along, arguments, costs, operands, per_line, shapes
from jazz_server.engine.compressed import elements
from jazz_server.engine.entries import entries_of, gather
from jazz_server.engine.errors import OpError
from jazz_server.engine.launch import launch
from jazz_server.engine.layouts import to_sparse
from jazz_server.engine.missing import missing_entries
from jazz_server.engine.op import Flow, Inference, Op, Parameter, Run, Scalar, Settings
from jazz_server.engine.promotion import REAL, Array
from jazz_server.engine.rearranged import numbered_entries
from jazz_server.engine.structure import filtered
from jazz_server.kinds import describe
from jazz_server.kinds.types import TensorType, Type


def sparse_layouts(x: TensorType) -> tuple[Layout, ...]:
    """The layouts of what is left of a tensor: its own if it is sparse."""
    rank = None if x.shape is None else len(x.shape)
    of_dense = {2: {Layout.CSR}, None: {Layout.CSR, Layout.COO}}.get(rank, {Layout.COO})
    possible = {*x.layouts} - {Layout.DENSE} | (of_dense if Layout.DENSE in x.layouts else set())
    return tuple(layout for layout in Layout if layout in possible)


def sparse_form(x: Tensor) -> Tensor:
    """A tensor of rank 1 or more as a sparse one."""
    if x.layout is not Layout.DENSE:
        return x
    return to_sparse(x, Layout.CSR if x.ndim == 2 else Layout.COO)


def within(data: Array, threshold: float) -> NDArray[np.bool_]:
    """Which numbers are of magnitude `threshold` or less; NaN is not."""
    if data.dtype.kind == "c":
        return np.asarray(np.abs(data) <= threshold)
    # Not by np.abs, which overflows at the least integer.
    return np.asarray((data <= threshold) & (data >= -threshold))


def threshold_of(inference: Inference, settings: Settings) -> None:
    """Notes a threshold that is none."""
    threshold = arguments.number(inference, settings, "threshold")
    if threshold is not None and threshold < 0:
        inference.mismatch("threshold", "a number of at least 0", repr(threshold))


def _infer_prune(inference: Inference, args: Sequence[Type | Scalar], settings: Settings) -> tuple[Type, ...]:
    x = arguments.tensor(inference, "x", args[0])
    arguments.rank_at_least(inference, "x", x, 1)
    threshold_of(inference, settings)
    arguments.count(inference, settings, "k")
    if len(args) > 1:
        mask = arguments.tensor(inference, "mask", args[1])
        if x.shape is None or mask.shape is None:
            x = replace(x, shape=x.shape or mask.shape)
        elif arguments.rank_in(inference, "mask", mask, (len(x.shape),)):
            pairs = zip(x.shape, mask.shape, strict=True)
            x = replace(x, shape=tuple(shapes.same(inference, "mask", a, b, "element") for a, b in pairs))
    return (replace(x, layouts=sparse_layouts(x)),)


def _run_prune(run: Run, args: Sequence[Any], settings: Settings) -> tuple[Tensor, ...]:
    run.checkpoint()
    threshold, k = settings["threshold"], settings.get("k")
    assert isinstance(threshold, int | float)
    x = sparse_form(operands.tensor("x", args[0]))
    kept = ~within(elements(x), threshold) | missing_entries(x)
    if len(args) > 1:
        kept &= _let_through(x, operands.complete("mask", args[1]))
    x = filtered(x, kept)
    if isinstance(k, int):
        run.checkpoint()
        count = per_line.stored_in(x, x.ndim - 1)
        x = filtered(x, _largest(x, _by_magnitude(elements(x)), np.full(len(count), k, np.int64)))
    return (x,)


def _let_through(x: Tensor, mask: Tensor) -> NDArray[np.bool_]:
    """Whether the mask is not zero at the entries, in storage order."""
    if mask.shape != x.shape:
        raise OpError("mask", f"the shape {describe.shape(x.shape)} of x", describe.shape(mask.shape))
    entries = numbered_entries(x)
    if mask.layout is Layout.DENSE:
        found = mask.array().reshape(-1)[entries.positions]
    else:
        found = gather(entries_of(mask), entries.positions)
    result = np.empty(len(found), np.bool_)
    result[entries.values] = found != 0
    return result


def _largest(x: Tensor, keys: Array, limits: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which entries have the greatest keys of their row, so many as its limit says; and those that are missing."""
    kept = missing_entries(x)
    there = filtered(along.map_elements(x, np.arange(x.stored)), ~kept)
    per_row = along.per_row(there, (x.ndim - 1,))
    keys = np.ascontiguousarray(keys[per_row.data])
    marks = np.empty(per_row.stored, np.bool_)
    launch(
        "csr_mark_largest", per_row.rows, per_row.rows + per_row.stored,
        per_row.indptr, keys, limits, np.empty(per_row.stored, np.int64), marks,
        index=per_row.indptr.dtype, value=keys.dtype,
    )  # fmt: skip
    kept[per_row.data] = marks
    return kept


def _by_value(data: Array) -> Array:
    """Numbers in the same order, of a type that kernels have."""
    if data.dtype == np.uint64:
        return np.asarray(data ^ np.uint64(1 << 63)).view(np.int64)
    if data.dtype.kind == "f":
        return data.astype(np.float32) if data.dtype == np.float16 else data
    return data.astype(np.int64)


def _by_magnitude(data: Array) -> Array:
    """Numbers that are ordered as magnitudes are, of a type that kernels have."""
    if data.dtype.kind in "fc":
        return _by_value(np.abs(data))
    if data.dtype == np.uint64:
        return _by_value(data)
    wide = data.astype(np.int64)
    return ~np.where(wide < 0, wide, -wide)


def _infer_keep(inference: Inference, args: Sequence[Type | Scalar], settings: Settings) -> tuple[Type, ...]:
    x = arguments.tensor(inference, "x", args[0], REAL)
    arguments.rank_at_least(inference, "x", x, 1)
    arguments.count(inference, settings, "k")
    return (replace(x, layouts=sparse_layouts(x)),)


def _run_keep(run: Run, args: Sequence[Any], settings: Settings) -> tuple[Tensor, ...]:
    run.checkpoint()
    k = settings["k"]
    assert isinstance(k, int)
    x = sparse_form(operands.tensor("x", args[0]))
    missing = missing_entries(x)
    x = filtered(x, (elements(x) != 0) | missing)
    row = per_line.of_entries(x, x.ndim - 1)
    stored = per_line.stored_in(x, x.ndim - 1)
    above = np.bincount(row[elements(x) > 0], minlength=len(stored))
    # The zeros of a row, stored or not, come between what is above and what is below them.
    zeros = x.shape[-1] - stored
    limits = np.where(above >= k, k, above + np.maximum(k - above - zeros, 0)).astype(np.int64)
    return (filtered(x, _largest(x, _by_value(elements(x)), limits)),)


def _along_first(along_: Sequence[bool], args: Sequence[Type | Scalar], _settings: Settings) -> Flow | None:
    """Rows of x, and of the mask if there is one; the rows of a vector are not rows."""
    first = args[0]
    deep = isinstance(first, TensorType) and first.shape is not None and len(first.shape) > 1
    return Flow.ROWS if deep and all(along_) else None


_LAYOUT: Final = "Sparse: in the layout of x, CSR of a dense matrix, COO of a dense tensor of another rank."

OPS: Final = (
    Op(
        name="prune",
        version=1,
        signature="prune(x[..., n], mask[..., n], threshold, k) -> sparse [..., n]",
        doc=(
            "The elements of x of magnitude above a threshold; with a mask only those where it is not zero; with k of "
            "those that are left the k of greatest magnitude in each row, the last axis, of equal ones the first, NaN "
            f"last. The others are zero and not stored. {_LAYOUT}"
        ),
        missing="Stay so where the mask lets them, and do not count among the k; nothing of the mask may be missing.",
        arguments=("x", "mask"),
        optional_arguments=1,
        results=("result",),
        infer=_infer_prune,
        run=_run_prune,
        parameters=(
            Parameter("threshold", "float", "The magnitude that elements have to exceed, at least 0.", default=0),
            Parameter("k", "int", "How many elements of each row are left at most; all when unset."),
        ),
        cost=costs.keeping,
        work="O(entries log k)",
        rows=_along_first,
    ),
    Op(
        name="keep_topk",
        version=1,
        signature="keep_topk(x[..., n], k) -> sparse [..., n]",
        doc=(
            "The k greatest elements of each row, the last axis, by value; the others are zero and not stored: sparse "
            "activation, as in k-winners-take-all (Makhzani and Frey 2014). Of equal elements the first, NaN last; "
            f"absent entries are zeros, and count. {_LAYOUT}"
        ),
        missing="Stay so, and do not count among the k.",
        arguments=("x",),
        results=("result",),
        infer=_infer_keep,
        run=_run_keep,
        parameters=(Parameter("k", "int", "How many elements of each row are left at most.", required=True),),
        cost=costs.keeping,
        work="O(entries log k)",
        rows=_along_first,
    ),
)
"""The operations of this module."""
