"""The Sparse DNN Graph Challenge's rule, layer by layer; rows that are all zero are left out where that is possible.

Activations that are dense are feature-major (neurons, rows), so that a layer is a sparse matrix by a dense one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from libraries import library

_FEWER = 0.9
"""Rows are left out when that leaves at most so many of them."""


def _csr(columns: NDArray[Any], alive: NDArray[np.int64], rows: int) -> sp.csr_array:
    """Activations (neurons, rows left) as a sparse matrix of all rows."""
    left = sp.coo_array(columns.T)
    return sp.csr_array((left.data, (alive[left.coords[0]], left.coords[1])), shape=(rows, columns.shape[0]))


@library("scipy", "1 thread")
def scipy(x: sp.csr_array, weights: Sequence[sp.csr_array], bias: float, cap: float) -> Callable[[], sp.csr_array]:
    """Sparse by sparse: what is zero is left out after every layer."""

    def call() -> sp.csr_array:
        y = x
        for w in weights:
            y = y @ w
            y.data += np.float32(bias)
            np.clip(y.data, 0, cap, out=y.data)
            y.eliminate_zeros()
            y.sort_indices()
        return y

    return call


@library("torch", "sparse by dense, dead rows left out")
def torch(x: sp.csr_array, weights: Sequence[sp.csr_array], bias: float, cap: float) -> Callable[[], sp.csr_array]:
    """Its sparse CSR matrices, which MKL multiplies."""
    import torch

    def matrix(w: sp.csr_array) -> Any:
        t = sp.csr_array(w.T)
        return torch.sparse_csr_tensor(*(torch.from_numpy(a.copy()) for a in (t.indptr, t.indices, t.data)), t.shape)

    matrices = [matrix(w) for w in weights]
    start = torch.from_numpy(np.ascontiguousarray(x.toarray().T))

    def call() -> sp.csr_array:
        y, alive = start, torch.arange(x.shape[0])
        for w in matrices:
            y = torch.sparse.mm(w, y).add_(bias).clamp_(0, cap)
            left = y.any(dim=0)
            if int(left.sum()) <= _FEWER * y.shape[1]:
                y, alive = y[:, left].contiguous(), alive[left]
        return _csr(y.numpy(), alive.numpy(), x.shape[0])

    with torch.inference_mode():
        return torch.inference_mode()(call)  # type: ignore[no-any-return]


@library("mkl", "sparse by dense, dead rows left out")
def mkl(x: sp.csr_array, weights: Sequence[sp.csr_array], bias: float, cap: float) -> Callable[[], sp.csr_array]:
    """`mkl_sparse_s_mm` through sparse_dot_mkl."""
    from sparse_dot_mkl import dot_product_mkl

    matrices = [sp.csr_matrix(sp.csr_array(w.T)) for w in weights]
    start = np.ascontiguousarray(x.toarray().T)

    def call() -> sp.csr_array:
        y, alive = start, np.arange(x.shape[0])
        for w in matrices:
            y = dot_product_mkl(w, y)
            y += np.float32(bias)
            np.clip(y, 0, cap, out=y)
            left = y.any(axis=0)
            if left.sum() <= _FEWER * y.shape[1]:
                y, alive = np.ascontiguousarray(y[:, left]), alive[left]
        return _csr(y, alive, x.shape[0])

    return call


@library("suitesparse-graphblas", "through python-graphblas")
def graphblas(x: sp.csr_array, weights: Sequence[sp.csr_array], bias: float, cap: float) -> Callable[[], sp.csr_array]:
    """Sparse by sparse, as the challenge's own reference in GraphBLAS."""
    import graphblas as gb

    def matrix(a: sp.csr_array) -> Any:
        return gb.io.from_scipy_sparse(sp.csr_matrix(a))

    start, matrices = matrix(x), [matrix(w) for w in weights]

    def call() -> sp.csr_array:
        y = start
        for w in matrices:
            y = y.mxm(w, "plus_times").new()
            y << y.apply("plus", np.float32(bias))
            y << y.select(">", np.float32(0))
            y << y.apply("min", np.float32(cap))
        return sp.csr_array(gb.io.to_scipy_sparse(y, format="csr"))

    return call
