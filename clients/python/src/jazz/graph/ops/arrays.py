"""Products, and operations that change the shape, the layout, the type or the choice of elements."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from jazz.graph import settings
from jazz.graph.errors import tracing_error
from jazz.graph.node import Node, Operand, apply

_SEMIRINGS = ("plus_times", "min_plus", "max_plus", "max_times", "or_and")


def matmul(
    a: Operand,
    b: Operand,
    *,
    semiring: Literal["plus_times", "min_plus", "max_plus", "max_times", "or_and"] = "plus_times",
) -> Node:
    """The matrix product, `a @ b`: `c[i, j] = sum over k of a[i, k] * b[k, j]`.

    Shapes: `[m, k] @ [k, n] -> [m, n]`, `[k] @ [k, n] -> [n]`, `[m, k] @ [k] -> [m]`, `[k] @ [k] -> []`. The result is
    CSR if both are sparse, else dense. Products of sparse matrices cost as
    much as there are products of stored entries.

    Another semiring has another sum and product: the least of the sums (`min_plus`: lengths of shortest ways), the
    greatest of the sums, 0 or the greatest of the products, whether both are other than zero. Absent entries take no
    part in any of them. Where nothing meets, `min_plus` gives inf and `max_plus` -inf: a sparse result has that as its
    `fill`, which another product in that semiring takes, and `to_dense` writes out.

    >>> print(jazz.pipeline(lambda a, b: a @ b))
    <lambda>(a, b) -> result
      %0 = matmul(a, b)
      result = %0
    >>> print(jazz.pipeline(lambda a: jazz.ops.matmul(a, a, semiring="min_plus")))
    <lambda>(a) -> result
      %0 = matmul(a, a, semiring='min_plus')
      result = %0
    """
    if semiring not in _SEMIRINGS:
        raise tracing_error("semiring", f"one of {', '.join(map(repr, _SEMIRINGS))}", repr(semiring))
    return apply("matmul", a, b, semiring=None if semiring == "plus_times" else semiring)


def transpose(x: Operand) -> Node:
    """The axes reversed, `x.T`: `[m, n] -> [n, m]`. CSR becomes CSC and the reverse, without moving data.

    >>> print(jazz.pipeline(lambda x: x.T))
    <lambda>(x) -> result
      %0 = transpose(x)
      result = %0
    """
    return apply("transpose", x)


def to_dense(x: Operand) -> Node:
    """The same elements, all of them stored.

    >>> print(jazz.pipeline(lambda x: jazz.ops.to_dense(x)))
    <lambda>(x) -> result
      %0 = to_dense(x)
      result = %0
    """
    return apply("to_dense", x)


def to_sparse(x: Operand, layout: Literal["csr", "csc", "coo"] = "csr", *, threshold: float | None = None) -> Node:
    """The same elements, with those that are zero not stored. CSR and CSC take rank 2, COO rank 1 or more.

    With a threshold only what exceeds it in magnitude is stored, and the rest is zero.

    >>> print(jazz.pipeline(lambda x: jazz.ops.to_sparse(x, "csc")))
    <lambda>(x) -> result
      %0 = to_sparse(x, layout='csc')
      result = %0
    """
    if layout not in ("csr", "csc", "coo"):
        raise tracing_error("layout", "'csr', 'csc' or 'coo'", repr(layout))
    least = None if threshold is None else settings.magnitude("threshold", threshold)
    return apply("to_sparse", x, layout=None if layout == "csr" else layout, threshold=least)


def cast(x: Operand, dtype: object) -> Node:
    """The same elements in another type of numbers, with numpy's `astype` rules; the layout stays.

    >>> print(jazz.pipeline(lambda x: jazz.ops.cast(x, np.float32)))
    <lambda>(x) -> result
      %0 = cast(x, dtype='float32')
      result = %0
    """
    return apply("cast", x, dtype=settings.dtype(dtype))


def diag(x: Operand) -> Node:
    """Of a vector `[n]` the CSR matrix `[n, n]` with it on its diagonal; of a matrix `[m, n]` its diagonal.

    >>> print(jazz.pipeline(lambda x: jazz.ops.diag(1 / jazz.ops.sum(x, axis=1)) @ x))
    <lambda>(x) -> result
      %0 = sum(x, axis=1)
      %1 = divide(1, %0)
      %2 = diag(%1)
      %3 = matmul(%2, x)
      result = %3
    """
    return apply("diag", x)


def concat(arrays: Sequence[Operand], *, axis: int = 0) -> Node:
    """Arrays joined along an axis; their other dimensions must agree. Or tables of the same fields, row by row.

    >>> print(jazz.pipeline(lambda a, b: jazz.ops.concat([a, b], axis=1)))
    <lambda>(a, b) -> result
      %0 = concat(a, b, axis=1)
      result = %0
    """
    if not isinstance(arrays, list | tuple) or not arrays:
        raise tracing_error("arrays", "a list of one array or more", repr(arrays))
    return apply("concat", *arrays, axis=settings.first_axis(axis))


def take(x: Operand, indices: Operand, *, axis: int = 0) -> Node:
    """The elements at positions along an axis: for axis 0 `x[indices]`; of a table its rows.

    Positions are integers, a tensor of rank 1; a single one leaves no axis.

    >>> print(jazz.pipeline(lambda x, i: jazz.ops.take(x, i, axis=1)))
    <lambda>(x, i) -> result
      %0 = take(x, i, axis=1)
      result = %0
    """
    return apply("take", x, indices, axis=settings.first_axis(axis))


def field(table: Operand, name: str) -> Node:
    """A field of a table, `table["name"]`.

    >>> print(jazz.pipeline(lambda t: t["a"] + t["b"]))
    <lambda>(t) -> result
      %0 = field(t, name='a')
      %1 = field(t, name='b')
      %2 = add(%0, %1)
      result = %2
    """
    if not isinstance(name, str) or not name:
        raise tracing_error("name", "the name of a field", repr(name))
    return apply("field", table, name=name)
