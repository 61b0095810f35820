"""Linear algebra."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from jazz.values import Layout, Tensor, compressed, dense
from jazz_server.engine import arguments, costs, layouts, operands, products, rows, semirings, shapes
from jazz_server.engine.arguments import SPARSE
from jazz_server.engine.compressed import Compressed, drop_zeros, elements, lines_of, tensor_of
from jazz_server.engine.dense import quiet
from jazz_server.engine.entries import Entries, entries_of, gather, gather_missing, sparse_of, union
from jazz_server.engine.errors import OpError
from jazz_server.engine.launch import launch
from jazz_server.engine.memory import check_bytes
from jazz_server.engine.missing import marked, marks, missing_entries, unmarked
from jazz_server.engine.op import Cost, CostSettings, Inference, Op, Parameter, Run, Scalar, Settings, Size
from jazz_server.engine.promotion import (
    BOOL,
    NUMERIC,
    REAL,
    Array,
    Function,
    ordered,
    outcomes,
    work_dtype,
)
from jazz_server.engine.structure import filtered
from jazz_server.kinds import describe
from jazz_server.kinds.types import Dimension, TensorType, Type


def _product(a: Array, b: Array) -> Array:
    return np.asarray(np.matmul(a, b))


def _ring_element(name: str) -> Function:
    """What gives a number of the element type of products in a semiring, asked of two arrays."""
    return lambda a, b: np.zeros(1, semirings.RINGS[name].dtype(np.result_type(a, b)))


_ELEMENTS: Final[Mapping[str, Function]] = {
    "plus_times": _product,
    "or_and": lambda _a, _b: np.zeros(1, np.bool_),
    **{name: _ring_element(name) for name in semirings.RINGS},
}


def _infer_matmul(inference: Inference, args: Sequence[Type | Scalar], settings: Settings) -> tuple[Type, ...]:
    name = settings.get("semiring")
    if name not in semirings.NAMES:
        inference.mismatch("semiring", describe.choices(map(repr, semirings.NAMES)), repr(name))
        name = "plus_times"
    accepts = REAL if name in semirings.RINGS else NUMERIC
    ring = semirings.RINGS.get(str(name))
    nothing = ring.nothing if ring else 0
    a, b = (
        arguments.tensor(inference, field, arg, accepts, fill=nothing)
        for field, arg in zip(("a", "b"), args, strict=True)
    )
    fit = [arguments.rank_in(inference, name, x, (1, 2)) for name, x in (("a", a), ("b", b))]
    dtypes = ordered(result.dtype for result in outcomes(_ELEMENTS[str(name)], [a.dtypes, b.dtypes]))
    _refuse_complex(inference, a, b, [dtype.storage.kind for dtype in dtypes])
    shape: shapes.Shape = None
    if all(fit) and a.shape is not None and b.shape is not None:
        noun = "row" if len(b.shape) == 2 else "element"
        shapes.same(inference, "b", a.shape[-1], b.shape[0], noun)
        shape = (*a.shape[:-1], *b.shape[1:])
    possible = {_product_layout(p, q, a, b) for p in a.layouts for q in b.layouts} - {None}
    if shape is None and possible == {Layout.CSR} and Layout.COO in (*a.layouts, *b.layouts):
        possible.add(Layout.DENSE)
    kept = tuple(layout for layout in Layout if layout in possible)
    fill = 0 if kept == arguments.DENSE else nothing
    return (TensorType(dtypes, shape, kept, nullable=arguments.may_be_missing(a, b), fill=fill),)


def _product_layout(p: Layout, q: Layout, a: TensorType, b: TensorType) -> Layout:
    matrices = all(x.shape is None or len(x.shape) == 2 for x in (a, b))
    return Layout.CSR if matrices and p in SPARSE and q in SPARSE else Layout.DENSE


def _refuse_complex(inference: Inference, a: TensorType, b: TensorType, kinds: Sequence[str]) -> None:
    for name, x in (("a", a), ("b", b)):
        if kinds and set(kinds) == {"c"} and Layout.DENSE not in x.layouts:
            expected = "real numbers, or a dense tensor, in a product with complex numbers"
            inference.mismatch(name, expected, f"{describe.dtypes(x.dtypes)} in {describe.layouts(x.layouts)}")


def _run_matmul(run: Run, args: Sequence[Any], settings: Settings) -> tuple[Tensor, ...]:
    name = str(settings.get("semiring", "plus_times"))
    a, b = (semirings.factor(field, arg, name) for field, arg in zip(("a", "b"), args, strict=True))
    run.checkpoint()
    if name in semirings.RINGS:
        with quiet():
            result = semirings.product(run, unmarked(a), unmarked(b), name)
    elif name == "or_and":
        result = _multiplied(run, semirings.truth(unmarked(a)), semirings.truth(unmarked(b)))
    else:
        result = _multiplied(run, unmarked(a), unmarked(b))
    if a.validity is not None:
        result = _also_missing(result, _multiplied(run, marks(a), _stored(b)))
    if b.validity is not None:
        result = _also_missing(result, _multiplied(run, _stored(a), marks(b)))
    return (result,)


def _cost_matmul(args: Sequence[Size], _settings: CostSettings, results: Sequence[Size]) -> Cost:
    a, b = args
    multiplications = a.stored * b.stored / max(b.shape[0], 1)
    return Cost(2 * multiplications, stored=min(multiplications, results[0].elements))


def _stored(x: Tensor) -> Tensor:
    """The tensor of bool that is true where another has stored elements."""
    return Tensor(BOOL, x.shape, x.layout, x.order, np.ones(x.stored, np.bool_), indptr=x.indptr, indices=x.indices)


def _also_missing(result: Tensor, missing: Tensor) -> Tensor:
    """A product that is missing where `missing`, a tensor of the same shape and layout, is true, too."""
    if not operands.is_sparse(result):
        return marked(unmarked(result), missing.array() | layouts.missing_array(result))
    shape = (result.shape[0], result.shape[1])
    parts = [entries_of(x) for x in (result, missing)]
    positions = union(parts)
    both = gather_missing(parts[0], positions) | gather(parts[1], positions)
    entries = Entries(shape, positions, gather(parts[0], positions), both)
    return replace(sparse_of(entries, result.layout, wide=layouts.wide(result)), fill=result.fill)


def _multiplied(run: Run, a: Tensor, b: Tensor) -> Tensor:
    """The product of two tensors of which nothing is missing."""
    dtype = np.result_type(a.dtype.storage, b.dtype.storage)
    with quiet():
        if _is_sparse_vector(a) and not operands.is_sparse(b):
            return products.dense_by_dense(elements(a), products.lines_at(b.array(), a.indices[0], 0), dtype)
        if _is_sparse_vector(b) and not operands.is_sparse(a):
            return products.dense_by_dense(products.lines_at(a.array(), b.indices[0], -1), elements(b), dtype)
        if not operands.is_sparse(a) and not operands.is_sparse(b):
            return products.dense_by_dense(a.array(), b.array(), dtype)
        work = work_dtype(dtype)
        if work is None:
            raise OpError("a" if operands.is_sparse(a) else "b", "real numbers in a sparse product", str(dtype))
        if operands.is_sparse(a) and operands.is_sparse(b):
            result = products.sparse_by_sparse(run, _as_matrix(a, Layout.CSR), _as_matrix(b, Layout.CSC), work, dtype)
            if a.ndim == b.ndim == 2:
                return result
            found = layouts.to_dense(result).array()
        elif operands.is_sparse(a):
            found = products.sparse_by_dense(a, products.as_matrix(b.array(), row=False), work)
        else:
            found = products.dense_by_sparse(products.as_matrix(a.array(), row=True), b, work)
        found = found.astype(dtype, copy=False)
    return dense(found.reshape((*a.shape[:-1], *b.shape[1:])) if 1 in (a.ndim, b.ndim) else found)


def _is_sparse_vector(x: Tensor) -> bool:
    return x.ndim == 1 and operands.is_sparse(x)


def _as_matrix(x: Tensor, layout: Layout) -> Tensor:
    """A sparse vector as a CSR matrix of one row, or as a CSC matrix of one column."""
    if x.ndim == 2:
        return x
    shape = (1, x.size) if layout is Layout.CSR else (x.size, 1)
    (indices,) = x.indices
    return compressed(layout, shape, np.array([0, len(indices)], indices.dtype), indices, elements(x))


def _infer_diag(inference: Inference, args: Sequence[Type | Scalar], _settings: Settings) -> tuple[Type, ...]:
    x = arguments.tensor(inference, "x", args[0])
    if not arguments.rank_in(inference, "x", x, (1, 2)):
        return (TensorType(x.dtypes),)
    if x.shape is None:
        return (replace(x, layouts=(Layout.DENSE, Layout.CSR)),)
    if len(x.shape) == 1:
        return (replace(x, shape=(x.shape[0], x.shape[0]), layouts=(Layout.CSR,)),)
    return (replace(x, shape=(_shorter(inference, *x.shape),), layouts=arguments.DENSE),)


def _shorter(inference: Inference, rows: Dimension, columns: Dimension) -> Dimension:
    if isinstance(rows, int) and isinstance(columns, int):
        return min(rows, columns)
    return rows if rows is not None and rows == columns else inference.fresh()


def _run_diag(run: Run, args: Sequence[Any], _settings: Settings) -> tuple[Tensor, ...]:
    x = operands.tensor("x", args[0])
    run.checkpoint()
    if x.ndim == 1:
        return (_diagonal_matrix(layouts.to_dense(x)),)
    diagonal = dense(_diagonal_of(x))
    return (diagonal if x.validity is None else marked(diagonal, _diagonal_of(marks(x))),)


def _diagonal_matrix(vector: Tensor) -> Tensor:
    diagonal, length = vector.array(), vector.size
    index = np.dtype(np.int64 if length > np.iinfo(np.int32).max else np.int32)
    check_bytes(length * (diagonal.itemsize + 2 * index.itemsize), "a diagonal matrix")
    indptr = np.arange(length + 1, dtype=index)
    matrix = Compressed(length, length, indptr, indptr[:-1], diagonal)
    if vector.validity is None:
        return tensor_of(drop_zeros(matrix))
    missing = missing_entries(vector)
    return filtered(marked(tensor_of(matrix), missing), (diagonal != 0) | missing)


def _diagonal_of(x: Tensor) -> Array:
    if not operands.is_sparse(x):
        return np.ascontiguousarray(np.diagonal(x.array()))
    return _diagonal(lines_of(x) if x.layout is not Layout.COO else layouts.rows_of(x))


def _diagonal(matrix: Compressed) -> Array:
    length = min(matrix.rows, matrix.columns)
    places = np.empty(length, np.int64)
    launch("csr_diagonal", length, length, matrix.indptr, matrix.indices, places, 0, index=matrix.indices.dtype)
    out = np.zeros(length, matrix.data.dtype)
    out[places >= 0] = matrix.data[places[places >= 0]]
    return out


def _infer_trace(inference: Inference, args: Sequence[Type | Scalar], _settings: Settings) -> tuple[Type, ...]:
    x = arguments.tensor(inference, "x", args[0])
    arguments.rank_in(inference, "x", x, (2,))
    dtypes = ordered(result.dtype for result in outcomes(np.sum, [x.dtypes]))
    return (TensorType(dtypes, (), arguments.DENSE, nullable=x.nullable),)


def _run_trace(run: Run, args: Sequence[Any], _settings: Settings) -> tuple[Tensor, ...]:
    x = operands.tensor("x", args[0])
    run.checkpoint()
    with quiet():
        total = dense(np.asarray(np.sum(_diagonal_of(unmarked(x)))))
    return (total if x.validity is None else marked(total, np.asarray(_diagonal_of(marks(x)).any())),)


OPS: Final = (
    Op(
        name="matmul",
        version=1,
        signature="matmul(a[m, k], b[k, n], semiring) -> [m, n]",
        doc=(
            "The matrix product sum_k a[i, k] b[k, j], numpy's @ for rank 1 and 2; of bools whether any product is "
            "true. CSR if both are sparse matrices, else dense. Absent entries take no part: beside them infinity and "
            "NaN leave no trace. Products of complex numbers are for dense tensors. Sparse by "
            "sparse is Gustavson's algorithm (ACM TOMS 4 (3), 1978). With another semiring sum and product are others, "
            "as in GraphBLAS: min_plus is min_k (a[i, k] + b[k, j]) and max_plus the greatest, in float64 for integers "
            "and bools; max_times is max(0, max_k a[i, k] b[k, j]), in 64 bits for integers and bools; or_and is "
            "whether both are other than zero for any k, bool. Where nothing meets, min_plus gives inf and max_plus "
            "-inf: a sparse result has that as its fill, which another product in that semiring takes and to_dense "
            "writes out."
        ),
        missing="Missing where a missing element meets one that is stored; every element of a dense tensor is.",
        arguments=("a", "b"),
        results=("result",),
        infer=_infer_matmul,
        run=_run_matmul,
        parameters=(
            Parameter(
                "semiring", "str", f"Sum and product: {describe.choices(semirings.NAMES)}.", default="plus_times"
            ),
        ),
        rows=rows.product,
        cost=_cost_matmul,
        work="O(multiplications): stored of a times stored of b by k where sparse, m k n where dense",
    ),
    Op(
        name="diag",
        version=1,
        signature="diag(x[n]) -> [n, n], diag(x[m, n]) -> [min(m, n)]",
        doc="Of a vector the CSR matrix with it on the main diagonal; of a matrix its main diagonal, dense.",
        missing="Stay so.",
        arguments=("x",),
        results=("result",),
        infer=_infer_diag,
        run=_run_diag,
        cost=costs.diagonal,
        work="O(n)",
    ),
    Op(
        name="trace",
        version=1,
        signature="trace(x[m, n]) -> []",
        doc="The sum of the main diagonal, sum_i x[i, i], of the element type of sum; 0 of none.",
        missing="Missing where an element of the diagonal is.",
        arguments=("x",),
        results=("result",),
        infer=_infer_trace,
        run=_run_trace,
        cost=costs.diagonal,
        work="O(n)",
    ),
)
"""The operations of this module."""
