"""Products of dense matrices where they are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from jazz.values import DataType, Layout, Tensor
from jazz_server.engine import arguments, layouts, operands, per_line, shapes
from jazz_server.engine.compressed import Compressed, elements
from jazz_server.engine.dense import quiet
from jazz_server.engine.errors import OpError
from jazz_server.engine.launch import launch
from jazz_server.engine.missing import marked, missing_entries, unmarked
from jazz_server.engine.op import Cost, CostSettings, Flow, Inference, Op, Run, Scalar, Settings, Size
from jazz_server.engine.ops.pruning import sparse_form, sparse_layouts
from jazz_server.engine.promotion import Array, ordered, outcomes, work_dtype
from jazz_server.engine.structure import filtered
from jazz_server.kinds import describe
from jazz_server.kinds.types import TensorType, Type


def _product(a: Array, b: Array) -> Array:
    return np.asarray(np.matmul(a, b))


def _infer(inference: Inference, args: Sequence[Type | Scalar], _settings: Settings) -> tuple[Type, ...]:
    names = ("mask", "a", "b")
    mask, a, b = (arguments.tensor(inference, name, arg) for name, arg in zip(names, args, strict=True))
    dtypes = ordered(result.dtype for result in outcomes(_product, [a.dtypes, b.dtypes]))
    fits = [arguments.rank_in(inference, name, x, (2,)) for name, x in zip(names, (mask, a, b), strict=True)]
    for name, x in (("a", a), ("b", b)):
        if Layout.DENSE not in x.layouts:
            inference.mismatch(name, "a dense matrix; to_dense makes one", describe.layouts(x.layouts))
    shape = mask.shape if all(fits) and mask.shape is not None else (None, None)
    left = a.shape if all(fits) and a.shape is not None else (None, None)
    right = b.shape if all(fits) and b.shape is not None else (None, None)
    shapes.same(inference, "b", left[1], right[0], "row")
    shape = (
        shapes.same(inference, "a", shape[0], left[0], "row"),
        shapes.same(inference, "b", shape[1], right[1], "column"),
    )
    found = sparse_layouts(replace(mask, shape=shape))
    nullable = arguments.may_be_missing(mask, a, b)
    return (TensorType(dtypes, shape, found, nullable=nullable),)


def _run(run: Run, args: Sequence[Any], _settings: Settings) -> tuple[Tensor, ...]:
    run.checkpoint()
    mask, a, b = (operands.tensor(name, arg) for name, arg in zip(("mask", "a", "b"), args, strict=True))
    _check(mask, a, b)
    mask = sparse_form(mask)
    mask = filtered(mask, (elements(mask) != 0) | missing_entries(mask))
    # Of columns it is the product of the transposes: a column of b with rows of a.
    by_columns = mask.layout is Layout.CSC
    pattern = layouts.columns_of(unmarked(mask)) if by_columns else layouts.rows_of(unmarked(mask))
    factors = [a.array(), b.array().T]
    with quiet():
        data = _products(pattern, *(factors[::-1] if by_columns else factors))
    missing = missing_entries(mask)
    for x, axis in ((a, 1), (b, 0)):
        if x.validity is not None:
            hidden = per_line.missing_in(x, axis) > 0
            missing = missing | hidden[per_line.of_entries(mask, axis)]
    result = replace(unmarked(mask), dtype=DataType(data.dtype.name), data=data)
    return (filtered(marked(result, missing), (data != 0) | missing),)


def _check(mask: Tensor, a: Tensor, b: Tensor) -> None:
    for name, x in (("a", a), ("b", b)):
        if x.layout is not Layout.DENSE:
            raise OpError(name, "a dense matrix; to_dense makes one", f"layout {x.layout.value}")
    if a.shape[1] != b.shape[0] or mask.shape != (a.shape[0], b.shape[1]):
        expected = f"matrices whose product has the shape {describe.shape(mask.shape)} of the mask"
        raise OpError("b", expected, f"{describe.shape(a.shape)} and {describe.shape(b.shape)}")


def _products(pattern: Compressed, a: Array, b: Array) -> Array:
    """The products of rows of two matrices at the places of the pattern."""
    dtype = np.matmul(np.zeros((1, 1), a.dtype), np.zeros((1, 1), b.dtype)).dtype
    if dtype.kind == "c":
        part = np.zeros(1, dtype).real.dtype
        (p, q), (r, s) = ((np.asarray(x.real, part), np.asarray(x.imag, part)) for x in (a, b))
        real = _products(pattern, p, r) - _products(pattern, q, s)
        return np.asarray(real + 1j * (_products(pattern, p, s) + _products(pattern, q, r)), dtype)
    work = work_dtype(dtype)
    assert work is not None
    work = np.dtype(np.int64) if work == np.bool_ else work
    left, right = (np.ascontiguousarray(x, work) for x in (a, b))
    out = np.empty(pattern.stored, work)
    launch(
        "csr_sampled_matmul", pattern.rows, pattern.stored * a.shape[1] + pattern.rows,
        pattern.indptr, pattern.indices, left, right, out, a.shape[1], index=pattern.indices.dtype, value=work,
    )  # fmt: skip
    return out != 0 if dtype == np.bool_ else out.astype(dtype, copy=False)


def _cost(args: Sequence[Size], _settings: CostSettings, _results: Sequence[Size]) -> Cost:
    mask, a, _ = args
    return Cost(2 * mask.stored * a.shape[-1], stored=mask.stored)


def _rows(along: Sequence[bool], _args: Sequence[Type | Scalar], _settings: Settings) -> Flow | None:
    return Flow.ROWS if along[0] and along[1] and not along[2] else None


OPS: Final = (
    Op(
        name="sampled_matmul",
        version=1,
        signature="sampled_matmul(mask[m, n], a[m, k], b[k, n]) -> sparse [m, n]",
        doc=(
            "The matrix product a @ b of dense matrices where the mask is not zero: sum over k of a[i, k] * b[k, j]; "
            "elsewhere it is zero and not computed. What the mask is does not count. Sparse: in the layout of the "
            "mask, CSR of a dense one."
        ),
        missing="Missing where the mask is, or an element of the row of a or the column of b.",
        arguments=("mask", "a", "b"),
        results=("result",),
        infer=_infer,
        run=_run,
        cost=_cost,
        work="O(entries of the mask * k)",
        rows=_rows,
    ),
)
"""The operations of this module."""
