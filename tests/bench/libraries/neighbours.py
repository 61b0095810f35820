"""The nearest rows of a sparse matrix by cosine; rows have unit length."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from libraries import library
from peers import THREADS


@library("scikit-learn", "brute")
def scikit_learn(x: sp.csr_array, queries: sp.csr_array, k: int) -> Callable[[], NDArray[Any]]:
    """Distances."""
    from sklearn.neighbors import NearestNeighbors

    found = NearestNeighbors(n_neighbors=k, algorithm="brute", metric="cosine", n_jobs=THREADS).fit(x)
    return lambda: np.asarray(found.kneighbors(queries)[0])


@library("sparse-dot-topn", "transposed beforehand")
def sparse_dot_topn(x: sp.csr_array, queries: sp.csr_array, k: int) -> Callable[[], NDArray[Any]]:
    """Distances, from the greatest cosines."""
    from sparse_dot_topn import sp_matmul_topn

    turned, rows = sp.csr_matrix(x.T.tocsr()), sp.csr_matrix(queries, copy=True)

    def run() -> NDArray[Any]:
        found = sp_matmul_topn(rows, turned, top_n=k, n_threads=THREADS, sort=True)
        return np.asarray(1 - found.data.reshape(len(found.indptr) - 1, k))

    return run
