"""Matrix products in which the sum is a minimum or maximum, and the product perhaps a sum."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from jazz.values import Layout, Order, Tensor, compressed, dense
from jazz_server.engine import layouts, operands, products, structure
from jazz_server.engine.compressed import Compressed, aligned, cast, elements, tensor_of
from jazz_server.engine.launch import launch
from jazz_server.engine.library import kernel
from jazz_server.engine.memory import check_bytes, check_shape
from jazz_server.engine.op import Run
from jazz_server.engine.parallel import for_bounds
from jazz_server.engine.promotion import BOOL, Array, work_dtype


@dataclass(frozen=True, slots=True)
class Ring:
    """How a product is computed.

    Attributes:
        number: What it is called in `kernels.semirings`.
        nothing: What the sum of no products is, and what an absent entry of a result stands for.
        dtype: The element type of a result, from that of both factors together.
    """

    number: int
    nothing: float
    dtype: Callable[[np.dtype[Any]], np.dtype[Any]]


def _with_infinity(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """No integer is infinite."""
    return dtype if dtype.kind == "f" else np.dtype(np.float64)


def _of_sums(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Integers and bools have 64 bits, as numpy's sums have."""
    if dtype.kind == "f":
        return dtype
    return np.dtype(np.uint64 if dtype.kind == "u" else np.int64)


RINGS: Final[Mapping[str, Ring]] = MappingProxyType(
    {
        "min_plus": Ring(0, np.inf, _with_infinity),
        "max_plus": Ring(1, -np.inf, _with_infinity),
        "max_times": Ring(2, 0, _of_sums),
    }
)
"""The rings with kernels of their own, by the name of the semiring."""

_UNSIGNED: Final = 3
"""The number of `max_times` of unsigned integers of 64 bits."""

NAMES: Final = ("plus_times", *RINGS, "or_and")


def factor(field: str, argument: Any, name: str) -> Tensor:
    """A factor of a product. Its absent entries are zero, or nothing in the semiring: they take no part either way.

    Raises:
        OpError: It is no tensor, or its absent entries are something else.
    """
    nothing = RINGS[name].nothing if name in RINGS else 0
    if isinstance(argument, Tensor) and argument.fill and argument.dtype.storage.kind == "f":
        element = np.frombuffer(argument.fill, argument.dtype.storage)[0]
        argument = replace(argument, fill=b"") if element == nothing else argument
    return operands.tensor(field, argument)


def product(run: Run, a: Tensor, b: Tensor, name: str) -> Tensor:
    """The product of two tensors of real numbers of rank 1 or 2 of which nothing is missing.

    CSR if both are sparse matrices, else dense. What is nothing is not stored.
    """
    ring = RINGS[name]
    dtype = ring.dtype(np.result_type(a.dtype.storage, b.dtype.storage))
    work = work_dtype(dtype)
    assert work is not None
    left, right = (_as_matrix(x, Layout.CSR if x is a else Layout.CSC) for x in (a, b))
    multiply = _Product(run, _UNSIGNED if dtype == np.uint64 else ring.number, work.type(ring.nothing), work)
    shape = (*a.shape[:-1], *b.shape[1:])
    if operands.is_sparse(left) and operands.is_sparse(right):
        matrix = multiply.sparse(left, right)
        found = _stored(cast(matrix, dtype), dtype.type(ring.nothing))
        return found if len(shape) == 2 else _reshaped(layouts.array_of(found), shape, dtype)
    if operands.is_sparse(left):
        out = multiply.by_rows(layouts.rows_of(left), right.array())
    elif operands.is_sparse(right):
        out = multiply.by_rows(layouts.columns_of(right), left.array().T).T
    else:
        out = multiply.arrays(left.array(), right.array())
    return _reshaped(out, shape, dtype)


def truth(x: Tensor) -> Tensor:
    """Which elements are not zero."""
    return x if x.data is None else replace(x, dtype=BOOL, data=x.data != 0)


@dataclass(frozen=True, slots=True)
class _Product:
    """The product of matrices in every mix of layouts."""

    run: Run
    ring: int
    nothing: Any
    work: np.dtype[Any]

    def by_rows(self, a: Compressed, b: Array) -> Array:
        """A sparse matrix by an array."""
        matrix, columns = cast(a, self.work), b.shape[1]
        check_shape((a.rows, columns), self.work)
        out = np.empty((a.rows, columns), self.work)
        launch(
            "csr_dense_ring", a.rows, (a.stored + a.rows) * columns, matrix.indptr, matrix.indices, matrix.data,
            np.ascontiguousarray(b, self.work), out, self.ring, self.nothing, columns,
            index=matrix.indices.dtype, value=self.work,
        )  # fmt: skip
        return out

    def arrays(self, a: Array, b: Array) -> Array:
        """An array by an array."""
        rows, inner, columns = *a.shape, b.shape[1]
        check_shape((rows, columns), self.work)
        out = np.empty((rows, columns), self.work)
        launch(
            "dense_dense_ring", rows, rows * inner * columns, np.ascontiguousarray(a, self.work),
            np.ascontiguousarray(b, self.work), out, self.ring, self.nothing, inner, columns, value=self.work,
        )  # fmt: skip
        return out

    def sparse(self, a: Tensor, b: Tensor) -> Compressed:
        """A sparse matrix by a sparse matrix: counted before filled, as `products.sparse_by_sparse`."""
        left, right = aligned(cast(layouts.rows_of(a), self.work), cast(layouts.rows_of(b), self.work))
        left, right, indptr, bounds = products.laid_out(self.run, left, right)
        stored, columns = int(indptr[-1]), right.columns
        check_bytes(stored * (indptr.itemsize + self.work.itemsize), "a sparse product")
        indices, data = np.empty(stored, indptr.dtype), np.empty(stored, self.work)
        fill = kernel("csr_csr_ring", index=indices.dtype, value=self.work)

        def fill_rows(begin: int, end: int) -> None:
            stamps, touched, merged = (np.empty(columns + 1, indices.dtype) for _ in range(3))
            fill(
                left.indptr, left.indices, left.data, right.indptr, right.indices, right.data, indptr, indices, data,
                stamps, np.empty(columns, self.work), touched, np.empty(columns // 32 + 1, np.int64), merged,
                self.ring, self.nothing, columns, begin, end,
            )  # fmt: skip

        for_bounds(bounds, fill_rows)
        self.run.checkpoint()
        return Compressed(left.rows, columns, indptr, indices, data)


def _stored(matrix: Compressed, nothing: Any) -> Tensor:
    """The matrix without entries that are nothing, which is what its absent entries are."""
    found = structure.filtered(tensor_of(matrix), matrix.data != nothing)
    return replace(found, fill=nothing.tobytes() if nothing else b"")


def _reshaped(array: Array, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Tensor:
    found = array.astype(dtype, copy=False)
    return dense(found if found.shape == shape else found.reshape(shape))


def _as_matrix(x: Tensor, layout: Layout) -> Tensor:
    """A vector as a matrix of one row (CSR) or of one column (CSC)."""
    if x.ndim == 2:
        return x
    shape = (1, x.size) if layout is Layout.CSR else (x.size, 1)
    if x.layout is Layout.DENSE:
        return replace(x, shape=shape, order=Order.C)
    (indices,) = x.indices
    return compressed(layout, shape, np.array([0, len(indices)], indices.dtype), indices, elements(x))
