"""Decompositions and systems of equations, by scipy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np

from jazz.values import Layout, Tensor, dense
from jazz_server.engine import arguments, layouts, operands, shapes
from jazz_server.engine.compressed import elements
from jazz_server.engine.dense import quiet
from jazz_server.engine.errors import OpError
from jazz_server.engine.op import Cost, CostSettings, Host, Inference, Op, Parameter, Run, Scalar, Settings, Size
from jazz_server.engine.promotion import INT64, REAL, Array, ordered, outcomes
from jazz_server.kinds import describe
from jazz_server.kinds.types import Dimension, TensorType, Type

_BASIS: Final = 20
"""Vectors that ARPACK keeps at least."""

_FILL: Final = 32
"""How many times as many entries as a matrix its factors are taken to have at most."""

_MISSING: Final = "Refused when it runs: no answer would be right."
_WHICH: Final = ("LM", "SM", "LA", "SA")


def _wide(*arrays: Array) -> Array:
    """A number of the element type that is computed in: float32 if all are of it or of float16, else float64."""
    common = np.result_type(*arrays)
    return np.zeros(1, np.float32 if common in (np.float16, np.float32) else np.float64)


def _matrix(inference: Inference, argument: Type | Scalar, *, square: bool) -> tuple[TensorType, Dimension, Dimension]:
    """What is known of a matrix, and its dimensions."""
    a = arguments.tensor(inference, "a", argument, REAL)
    if not arguments.rank_in(inference, "a", a, (2,)) or a.shape is None:
        return a, inference.fresh(), inference.fresh()
    if square:
        length = shapes.same(inference, "a", a.shape[0], a.shape[1], "column")
        return a, length, length
    return a, a.shape[0], a.shape[1]


def _types(*args: TensorType) -> Any:
    return ordered(found.dtype for found in outcomes(_wide, [arg.dtypes for arg in args]))


def _check_k(inference: Inference, settings: Settings, *lengths: Dimension) -> int | None:
    """How many vectors: less than the shorter side."""
    k = arguments.count(inference, settings, "k", 1)
    known = [length for length in lengths if isinstance(length, int)]
    if k is not None and known and k >= min(known):
        inference.mismatch("k", f"less than the {min(known)} of the shorter side", str(k))
    return k


def _infer_svds(inference: Inference, args: Sequence[Type | Scalar], settings: Settings) -> tuple[Type, ...]:
    a, rows, columns = _matrix(inference, args[0], square=False)
    k, dtypes = _check_k(inference, settings, rows, columns), _types(a)
    every: list[tuple[Dimension, ...]] = [(rows, k), (k,), (k, columns)]
    return tuple(TensorType(dtypes, shape, arguments.DENSE) for shape in every)


def _infer_eigsh(inference: Inference, args: Sequence[Type | Scalar], settings: Settings) -> tuple[Type, ...]:
    a, length, _ = _matrix(inference, args[0], square=True)
    if settings.get("which") not in _WHICH:
        inference.mismatch("which", describe.choices(map(repr, _WHICH)), repr(settings.get("which")))
    k, dtypes = _check_k(inference, settings, length), _types(a)
    return TensorType(dtypes, (k,), arguments.DENSE), TensorType(dtypes, (length, k), arguments.DENSE)


def _right_side(
    inference: Inference, args: Sequence[Type | Scalar], ranks: Sequence[int]
) -> tuple[Any, tuple[Dimension, ...] | None]:
    """The element types and the shape of a solution."""
    a, length, _ = _matrix(inference, args[0], square=True)
    b = arguments.tensor(inference, "b", args[1], REAL)
    if not arguments.rank_in(inference, "b", b, ranks) or b.shape is None:
        return _types(a, b), None
    return _types(a, b), (shapes.same(inference, "b", length, b.shape[0], "row"), *b.shape[1:])


def _infer_spsolve(inference: Inference, args: Sequence[Type | Scalar], _settings: Settings) -> tuple[Type, ...]:
    dtypes, shape = _right_side(inference, args, (1, 2))
    return (TensorType(dtypes, shape, arguments.DENSE),)


def _infer_cg(inference: Inference, args: Sequence[Type | Scalar], settings: Settings) -> tuple[Type, ...]:
    rtol = arguments.number(inference, settings, "rtol")
    if rtol is not None and rtol < 0:
        inference.mismatch("rtol", "a number of at least 0", repr(rtol))
    arguments.count(inference, settings, "max_iter", 1)
    dtypes, shape = _right_side(inference, args, (1,))
    shape = (inference.fresh(),) if shape is None else shape
    return TensorType(dtypes, shape, arguments.DENSE), TensorType((INT64,), (), arguments.DENSE)


def _complete(field: str, argument: Any) -> Tensor:
    """A tensor of finite numbers, none missing.

    Raises:
        OpError: It is not that.
    """
    found = operands.complete(field, argument)
    data = elements(found)
    if data.dtype.kind == "f" and not np.isfinite(data).all():
        raise OpError(field, "finite numbers", str(data[~np.isfinite(data)][0]))
    return found


def _scipy_of(x: Tensor, dtype: np.dtype[Any]) -> Any:
    """A matrix as scipy has it: an array, or CSR."""
    import scipy.sparse as sp

    if x.layout is Layout.DENSE:
        return np.asarray(x.array(), dtype)
    rows = layouts.rows_of(x)
    return sp.csr_array((rows.data.astype(dtype, copy=False), rows.indices, rows.indptr), shape=x.shape)


def _start(length: int, dtype: np.dtype[Any]) -> Array:
    """The vector that ARPACK begins with: always the same, and hardly ever at right angles to what is looked for."""
    return np.random.default_rng(0).standard_normal(length).astype(dtype)


def _signs(vectors: Array) -> Array:
    """For each column the sign that makes its element of greatest magnitude, of several the first, positive."""
    greatest = np.take_along_axis(vectors, np.abs(vectors).argmax(axis=0)[None, :], axis=0)[0]
    return np.where(greatest < 0, -1, 1).astype(vectors.dtype)


def _checked_k(settings: Settings, *lengths: int) -> int:
    k = settings["k"]
    assert isinstance(k, int)
    if k >= min(lengths):
        raise OpError("k", f"less than the {min(lengths)} of the shorter side", str(k))
    return k


def _not_converged(error: Exception) -> OpError:
    return OpError("a", "a matrix for which ARPACK converges", str(error))


def _run_svds(run: Run, args: Sequence[Any], settings: Settings) -> tuple[Tensor, ...]:
    from scipy.sparse.linalg import ArpackError, svds

    a = _complete("a", args[0])
    k, dtype = _checked_k(settings, *a.shape), _wide(np.empty(0, a.dtype.storage)).dtype
    run.checkpoint()
    try:
        u, s, vt = svds(_scipy_of(a, dtype), k, v0=_start(min(a.shape), dtype))
    except ArpackError as error:
        raise _not_converged(error) from error
    order = np.argsort(-s, kind="stable")
    u, s, vt = u[:, order], s[order], vt[order]
    signs = _signs(u)
    return dense(np.ascontiguousarray(u * signs)), dense(s), dense(np.ascontiguousarray(vt * signs[:, None]))


def _run_eigsh(run: Run, args: Sequence[Any], settings: Settings) -> tuple[Tensor, ...]:
    from scipy.sparse.linalg import ArpackError, eigsh

    a = _complete("a", args[0])
    k, dtype = _checked_k(settings, *a.shape), _wide(np.empty(0, a.dtype.storage)).dtype
    run.checkpoint()
    try:
        w, v = eigsh(_scipy_of(a, dtype), k, which=str(settings["which"]), v0=_start(a.shape[0], dtype))
    except ArpackError as error:
        raise _not_converged(error) from error
    order = np.argsort(w, kind="stable")
    v = v[:, order]
    return dense(w[order]), dense(np.ascontiguousarray(v * _signs(v)))


def _system(args: Sequence[Any]) -> tuple[Tensor, Array, np.dtype[Any]]:
    """The matrix and the right side of a system of equations, and the type to solve it in."""
    a, b = _complete("a", args[0]), _complete("b", args[1])
    dtype = _wide(np.empty(0, a.dtype.storage), np.empty(0, b.dtype.storage)).dtype
    return a, layouts.array_of(b).astype(dtype), dtype


def _run_spsolve(run: Run, args: Sequence[Any], _settings: Settings) -> tuple[Tensor, ...]:
    import scipy.sparse as sp
    from scipy.sparse.linalg import splu

    a, b, _ = _system(args)
    run.checkpoint()
    if b.size == 0:
        return (dense(b),)
    matrix = sp.csc_array(_scipy_of(a, b.dtype))
    try:
        # SuperLU's indices have 32 bits.
        matrix.indices, matrix.indptr = matrix.indices.astype(np.int32), matrix.indptr.astype(np.int32)
        found = splu(matrix).solve(b)
    except RuntimeError as error:
        raise OpError("a", "a matrix that is not singular", str(error)) from error
    return (dense(np.ascontiguousarray(found)),)


def _run_cg(run: Run, args: Sequence[Any], settings: Settings) -> tuple[Tensor, ...]:
    from scipy.sparse.linalg import cg

    a, b, dtype = _system(args)
    rtol, limit = settings["rtol"], settings.get("max_iter") or 10 * len(b)
    assert isinstance(rtol, int | float)
    assert isinstance(limit, int)
    done = 0

    def count(_x: Array) -> None:
        nonlocal done
        done += 1
        run.checkpoint()

    run.checkpoint()
    with quiet():
        x, left = cg(_scipy_of(a, dtype), b, rtol=float(rtol), maxiter=limit, callback=count)
    if left:
        raise OpError("max_iter", f"|b - a x| of at most {rtol:g} |b| in {limit} turns", "more than that")
    return dense(np.asarray(x, dtype)), dense(np.asarray(done, np.int64))


def _of_vectors(args: Sequence[Size], settings: Settings) -> float:
    """What ARPACK keeps: a basis, the matrix in the type that is computed in, and the results."""
    k = settings["k"]
    assert isinstance(k, int)
    basis = max(2 * k + 1, _BASIS)
    return 8 * (2 * args[0].stored + sum(args[0].shape) * (basis + 2 * k + 3) + basis * (basis + 8)) + args[0].bytes


def _of_factors(args: Sequence[Size], _settings: Settings) -> float:
    a, b = args
    stored = min(_FILL * a.stored, a.shape[0] ** 2)
    return 12 * (2 * stored + a.stored) + 16 * b.elements + a.bytes


def _of_turns(args: Sequence[Size], _settings: Settings) -> float:
    a, b = args
    return 12 * a.stored + 6 * 8 * b.elements + a.bytes


def _turns(count: float) -> Callable[[Sequence[Size], CostSettings, Sequence[Size]], Cost]:
    """The cost of so many products with the matrix."""

    def cost(args: Sequence[Size], settings: CostSettings, _results: Sequence[Size]) -> Cost:
        k = settings.get("k", 1)
        times = count * (k if isinstance(k, int) else 1)
        return Cost(2 * times * args[0].stored, times * args[0].bytes)

    return cost


def _cost_factors(args: Sequence[Size], settings: CostSettings, _results: Sequence[Size]) -> Cost:
    return Cost(2 * _FILL * args[0].stored * np.sqrt(max(args[0].shape[0], 1)), _FILL * args[0].bytes)


_K: Final = Parameter("k", "int", "How many, less than the shorter side.", default=6)
_IN_TYPE: Final = "In float32 if elements are of float32 or float16, else float64."

OPS: Final = (
    Op(
        name="svds",
        version=1,
        signature="svds(a[m, n], k) -> u[m, k], s[k], vt[k, n]",
        doc=(
            "The k greatest singular values, greatest first, with their vectors: a is about u diag(s) vt. By ARPACK "
            "(Lehoucq et al., 1998) from a vector that is always the same; the element of greatest magnitude in each "
            f"column of u is positive, so that answers are the same each time. {_IN_TYPE}"
        ),
        missing=_MISSING,
        arguments=("a",),
        results=("u", "s", "vt"),
        infer=_infer_svds,
        run=_run_svds,
        parameters=(_K,),
        host=Host("scipy.sparse.linalg.svds", _of_vectors),
        cost=_turns(20),
        work="O(k stored) a turn",
    ),
    Op(
        name="eigsh",
        version=1,
        signature="eigsh(a[n, n], k, which) -> w[k], v[n, k]",
        doc=(
            "k eigenvalues of a symmetric matrix, ascending, with their vectors: a v is about v diag(w). Only one "
            "triangle counts if it is not symmetric, and which one is not said. By ARPACK from a vector that is always "
            "the same; the element of greatest magnitude in each column of v is positive, so that answers are the same "
            f"each time. {_IN_TYPE}"
        ),
        missing=_MISSING,
        arguments=("a",),
        results=("w", "v"),
        infer=_infer_eigsh,
        run=_run_eigsh,
        parameters=(
            _K,
            Parameter(
                "which",
                "str",
                "Those of greatest magnitude (LM), of smallest (SM), the greatest (LA), the smallest (SA).",
                default="LM",
            ),
        ),
        host=Host("scipy.sparse.linalg.eigsh", _of_vectors),
        cost=_turns(20),
        work="O(k stored) a turn",
    ),
    Op(
        name="spsolve",
        version=1,
        signature="spsolve(a[n, n], b[n, ...]) -> [n, ...]",
        doc=(
            "The solution of a x = b, for a vector or for each column of a matrix, by LU factors with columns "
            "ordered by "
            f"COLAMD (SuperLU; Demmel et al., 1999). A singular matrix is an error. {_IN_TYPE} Dense."
        ),
        missing=_MISSING,
        arguments=("a", "b"),
        results=("x",),
        infer=_infer_spsolve,
        run=_run_spsolve,
        host=Host("scipy.sparse.linalg.splu", _of_factors),
        cost=_cost_factors,
        work="O(entries of the factors)",
    ),
    Op(
        name="cg",
        version=1,
        signature="cg(a[n, n], b[n], rtol, max_iter) -> x[n], iterations int64[]",
        doc=(
            "The solution of a x = b for a symmetric positive definite matrix by conjugate gradients (Hestenes and "
            "Stiefel, 1952) from zero, until |b - a x| is at most rtol |b|, and how many turns that took; an error "
            "if it "
            f"takes more than max_iter. {_IN_TYPE}"
        ),
        missing=_MISSING,
        arguments=("a", "b"),
        results=("x", "iterations"),
        infer=_infer_cg,
        run=_run_cg,
        parameters=(
            Parameter("rtol", "float", "How far from b the product may be, relative to b.", default=1e-5),
            Parameter("max_iter", "int", "How many turns at most; 10 n when unset."),
        ),
        host=Host("scipy.sparse.linalg.cg", _of_turns, cancellable=True),
        cost=_turns(100),
        work="O(stored) a turn",
    ),
)
"""The operations of this module."""
