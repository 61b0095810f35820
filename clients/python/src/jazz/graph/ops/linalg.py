"""Linear algebra beyond the product of matrices. Decompositions and systems of equations are scipy's."""

from __future__ import annotations

from typing import Literal, NamedTuple

from jazz.graph import settings
from jazz.graph.errors import tracing_error
from jazz.graph.node import Node, Operand, apply, apply_many


def trace(x: Operand) -> Node:
    """The sum of the main diagonal of a matrix, `sum(x[i, i])`: `[m, n] -> []`.

    >>> print(jazz.pipeline(lambda x: jazz.ops.trace(x)))
    <lambda>(x) -> result
      %0 = trace(x)
      result = %0
    """
    return apply("trace", x)


def outer(a: Operand, b: Operand) -> Node:
    """The products of all elements of two vectors, `a[i] * b[j]`: `[m], [n] -> [m, n]`. CSR if either is sparse.

    >>> print(jazz.pipeline(lambda a, b: jazz.ops.outer(a, b)))
    <lambda>(a, b) -> result
      %0 = outer(a, b)
      result = %0
    """
    return apply("outer", a, b)


def kron(a: Operand, b: Operand) -> Node:
    """The Kronecker product of two matrices or two vectors: `[m, n], [p, q] -> [m * p, n * q]`. Sparse if either is.

    >>> print(jazz.pipeline(lambda a, b: jazz.ops.kron(a, b)))
    <lambda>(a, b) -> result
      %0 = kron(a, b)
      result = %0
    """
    return apply("kron", a, b)


class Singular(NamedTuple):
    """What `svds` gives: `a` is about `u * s @ vt`."""

    u: Node
    s: Node
    vt: Node


def svds(a: Operand, k: int = 6) -> Singular:
    """The `k` greatest singular values of a matrix, greatest first, and their vectors: `[m, k]`, `[k]`, `[k, n]`.

    By scipy's ARPACK, from a vector that is always the same. In each column of `u` the element of greatest magnitude is
    positive, so that answers are the same each time.

    Args:
        a: A matrix without missing elements.
        k: How many, less than the shorter side of `a`.

    >>> print(jazz.pipeline(lambda a: jazz.ops.svds(a, 2)))
    <lambda>(a) -> u, s, vt
      %0 = svds(a, k=2)
      u = %0[0]
      s = %0[1]
      vt = %0[2]
    """
    return Singular(*apply_many("svds", (a,), {"k": _few(k)}, 3))


class Eigen(NamedTuple):
    """What `eigsh` gives: `a @ v` is about `v * w`."""

    w: Node
    v: Node


def eigsh(a: Operand, k: int = 6, which: Literal["LM", "SM", "LA", "SA"] = "LM") -> Eigen:
    """`k` eigenvalues of a symmetric matrix, ascending, and their vectors: `[k]`, `[n, k]`.

    By scipy's ARPACK, from a vector that is always the same. In each column of `v` the element of greatest magnitude is
    positive, so that answers are the same each time.

    Args:
        a: A symmetric matrix without missing elements.
        k: How many, less than the rows of `a`.
        which: Those of greatest magnitude ("LM"), of smallest ("SM"), the greatest ("LA"), the smallest ("SA").

    >>> print(jazz.pipeline(lambda a: jazz.ops.eigsh(a, 2, "LA").w))
    <lambda>(a) -> result
      %0 = eigsh(a, k=2, which='LA')
      result = %0
    """
    if which not in ("LM", "SM", "LA", "SA"):
        raise tracing_error("which", "'LM', 'SM', 'LA' or 'SA'", repr(which))
    return Eigen(*apply_many("eigsh", (a,), {"k": _few(k), "which": None if which == "LM" else which}, 2))


def spsolve(a: Operand, b: Operand) -> Node:
    """The solution of `a @ x = b`, for a vector or for each column of a matrix, by scipy's SuperLU.

    A singular matrix is an error when the pipeline runs.

    >>> print(jazz.pipeline(lambda a, b: jazz.ops.spsolve(a, b)))
    <lambda>(a, b) -> result
      %0 = spsolve(a, b)
      result = %0
    """
    return apply("spsolve", a, b)


class Solved(NamedTuple):
    """What `cg` gives: the solution, and how many turns it took, an int64 scalar."""

    x: Node
    iterations: Node


def cg(a: Operand, b: Operand, *, rtol: float = 1e-5, max_iter: int | None = None) -> Solved:
    """The solution of `a @ x = b` for a symmetric positive definite matrix, by scipy's conjugate gradients.

    Args:
        a: The matrix.
        b: A vector.
        rtol: How far from `b` the product may be: `|b - a @ x| <= rtol * |b|`.
        max_iter: How many turns at most, ten times the rows when None; an error if it takes more.

    >>> print(jazz.pipeline(lambda a, b: jazz.ops.cg(a, b, rtol=1e-8).x))
    <lambda>(a, b) -> result
      %0 = cg(a, b, rtol=1e-08)
      result = %0
    """
    tolerance = float(settings.magnitude("rtol", rtol))
    limit = None if max_iter is None else settings.integer("max_iter", max_iter, least=1)
    options = {"rtol": None if tolerance == 1e-5 else tolerance, "max_iter": limit}
    return Solved(*apply_many("cg", (a, b), options, 2))


def _few(k: int) -> int | None:
    """How many vectors; 6 when left out."""
    found = settings.integer("k", k, least=1)
    return None if found == 6 else found
