"""Pipelines written twice that are about linear algebra, graphs and neighbours."""

# ruff: noqa: PLW0108 - the names of parameters are those of inputs

from __future__ import annotations

from collections.abc import Callable

import jazz
from jazz import ops


def _square(x: jazz.Node) -> jazz.Node:
    """What is symmetric and positive definite, of any matrix."""
    return x @ x.T + 1.0 * ops.diag(x.sum(axis=1) * x.sum(axis=1) + 1.0)


_SQUARE = "(x %*% t(x) + 1 * jz_diag(rowSums(x) * rowSums(x) + 1))"

OF_GRAPHS: dict[str, Callable[..., object]] = {
    # linear algebra
    'function(q) jz_matmul(q, q, "min_plus")': lambda q: ops.matmul(q, q, semiring="min_plus"),
    'function(s, w) jz_matmul(s, w, "max_plus")': lambda s, w: ops.matmul(s, w, semiring="max_plus"),
    'function(x, u) jz_matmul(x, u, "max_times")': lambda x, u: ops.matmul(x, u, semiring="max_times"),
    'function(s) jz_matmul(s, t(s), "or_and")': lambda s: ops.matmul(s, s.T, semiring="or_and"),
    "function(q) jz_trace(q)": lambda q: ops.trace(q),
    "function(u, v) jz_outer(u, v)": lambda u, v: ops.outer(u, v),
    "function(u, v) outer(u, v) %*% v": lambda u, v: ops.outer(u, v) @ v,
    "function(u, v) u %o% v": lambda u, v: ops.outer(u, v),
    "function(s, w) jz_kron(s, w)": lambda s, w: ops.kron(s, w),
    "function(x, w) kronecker(x, w)": lambda x, w: ops.kron(x, w),
    "function(x, w) x %x% w": lambda x, w: ops.kron(x, w),
    "function(x) jz_svds(x, 2)": lambda x: ops.svds(x, 2),
    f"function(x) jz_eigsh({_SQUARE}, 2)": lambda x: ops.eigsh(_square(x), 2),
    f'function(x) jz_eigsh({_SQUARE}, 1, "SA")$w': lambda x: ops.eigsh(_square(x), 1, "SA").w,
    f"function(x, v) jz_spsolve({_SQUARE}, v)": lambda x, v: ops.spsolve(_square(x), v),
    f"function(x, y) solve({_SQUARE}, y)": lambda x, y: ops.spsolve(_square(x), y),
    f"function(x, v) jz_cg({_SQUARE}, v)": lambda x, v: ops.cg(_square(x), v),
    f"function(x, v) jz_cg({_SQUARE}, v, 1e-8, max_iter = 50)$iterations": lambda x, v: (
        ops.cg(_square(x), v, rtol=1e-8, max_iter=50).iterations
    ),
    # graphs
    "function(q) jz_pagerank(q)": lambda q: ops.pagerank(q),
    "function(q) jz_pagerank(q, 0.5, tol = 1e-4, max_iter = 50)": lambda q: ops.pagerank(
        q, damping=0.5, tol=1e-4, max_iter=50
    ),
    "function(q) jz_bfs(q, 0L)": lambda q: ops.bfs(q, 0),
    "function(q, i) jz_bfs(q, i)$levels": lambda q, i: ops.bfs(q, i).levels,
    "function(q) jz_sssp(q, 1L)": lambda q: ops.sssp(q, 1),
    "function(q) jz_connected_components(q)": lambda q: ops.connected_components(q),
    "function(q) jz_triangle_count(q)": lambda q: ops.triangle_count(q),
    "function(q) jz_k_core(q)": lambda q: ops.k_core(q),
    "function(q, i) jz_random_walks(q, i, 4)": lambda q, i: ops.random_walks(q, i, length=4),
    "function(q, i) jz_random_walks(q, i, 4, seed = 7)": lambda q, i: ops.random_walks(q, i, length=4, seed=7),
    # neighbours
    "function(x, y) jz_knn(x, y, 2)": lambda x, y: ops.knn(x, y, 2),
    'function(s, x) jz_knn(s, x, 1, "euclidean")$indices': lambda s, x: ops.knn(s, x, 1, metric="euclidean").indices,
}
