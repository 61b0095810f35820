"""Single operations on sparse matrices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from libraries import library

Array = NDArray[Any]


@library("scipy", "1 thread")
def scipy(op: str, a: sp.csr_array, x: Array | sp.csr_array | None = None) -> Callable[[], Any]:
    """Its sparse arrays; indices of products are sorted, as everybody's are."""

    def call() -> Any:
        if op == "transpose":
            return a.T.tocsr()
        product = a @ x
        if op == "spgemm":
            product.sort_indices()
        return product

    return call


@library("mkl", "through sparse_dot_mkl")
def mkl(op: str, a: sp.csr_array, x: Array | sp.csr_array | None = None) -> Callable[[], Any]:
    """Intel's library, which sorts when it is asked to."""
    from sparse_dot_mkl import dot_product_mkl

    left = sp.csr_matrix(a)
    right = sp.csr_matrix(x) if sp.issparse(x) else x
    if op == "spgemm":
        return lambda: dot_product_mkl(left, right, reorder_output=True)
    return lambda: dot_product_mkl(left, right)


@library("suitesparse-graphblas", "through python-graphblas")
def graphblas(op: str, a: sp.csr_array, x: Array | sp.csr_array | None = None) -> Callable[[], Any]:
    """SuiteSparse:GraphBLAS; its results are finished, and turned into arrays only to be compared."""
    import graphblas as gb

    left = gb.io.from_scipy_sparse(sp.csr_matrix(a))
    if sp.issparse(x):
        right = gb.io.from_scipy_sparse(sp.csr_matrix(x))
    elif x is not None:
        right = gb.Matrix.from_dense(x.reshape(len(x), -1))

    def call() -> Any:
        if x is not None:
            return left.mxm(right, gb.semiring.plus_times).new().wait()
        found = gb.Matrix(left.dtype, left.ncols, left.nrows)
        found << left.T
        return found.wait()

    def answer() -> Any:
        found = call()
        if x is None or op == "spgemm":
            return sp.csr_array(gb.io.to_scipy_sparse(found))
        return found.to_dense(0).reshape(-1, *x.shape[1:])

    call.answer = answer  # type: ignore[attr-defined]
    return call


@library("torch")
def torch(op: str, a: sp.csr_array, x: Array) -> Callable[[], Any]:
    """Its sparse CSR tensors, which MKL multiplies."""
    import torch

    left = torch.sparse_csr_tensor(*(torch.from_numpy(part.copy()) for part in (a.indptr, a.indices, a.data)), a.shape)
    right = torch.from_numpy(x.copy()).reshape(len(x), -1)
    return lambda: torch.sparse.mm(left, right).numpy().reshape(-1, *x.shape[1:])


@library("numpy", "lexsort")
def numpy(op: str, a: sp.csr_array, k: int) -> Callable[[], Any]:
    """The k greatest entries of each row; all are positive, so that absent ones do not count."""

    def call() -> Any:
        rows = np.repeat(np.arange(a.shape[0]), np.diff(a.indptr))
        order = np.lexsort((-a.data, rows))
        rank = np.arange(a.nnz) - a.indptr[rows]
        return a.data[order][rank < k]

    return call
