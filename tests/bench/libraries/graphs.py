"""Graphs, in GraphBLAS as LAGraph formulates them, in scipy and in igraph. Every edge of a graph goes both ways."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from libraries import library
from peers import THREADS

DAMPING, TOLERANCE = 0.85, 1e-6
_PULL_ABOVE, _PUSH_BELOW = 8, 512
"""When LAGraph's search changes direction."""


def _graphblas(a: sp.csr_array, dtype: type) -> Any:
    """The matrix of GraphBLAS."""
    import graphblas as gb

    gb.ss.config["nthreads"] = THREADS
    entries = np.ones(a.nnz, dtype)
    return gb.Matrix.from_csr(a.indptr.astype(np.uint64), a.indices.astype(np.uint64), entries, ncols=a.shape[1])


def _igraph(a: sp.csr_array) -> Any:
    import igraph

    rows = np.repeat(np.arange(a.shape[0]), np.diff(a.indptr))
    once = rows < a.indices
    return igraph.Graph(n=a.shape[0], edges=np.stack([rows[once], a.indices[once]], axis=1))


@library("python-graphblas", "LAGr_PageRank")
def pagerank_graphblas(a: sp.csr_array) -> Callable[[], NDArray[np.float64]]:
    """Power iteration with plus_second over the edges back."""
    from graphblas import Vector, binary, semiring, unary

    matrix, nodes = _graphblas(a, np.float64), a.shape[0]
    degrees = np.diff(a.indptr).astype(np.float64)
    share = Vector.from_dense(degrees / DAMPING, missing_value=0)
    dangling = Vector.from_coo(np.flatnonzero(degrees == 0), 1.0, size=nodes)

    def run() -> NDArray[np.float64]:
        ranks = Vector.from_scalar(1 / nodes, nodes)
        while True:
            lost = float(binary.second(dangling & ranks).new().reduce().new().value or 0)
            given = binary.truediv(ranks & share).new()
            following = Vector.from_scalar((1 - DAMPING + DAMPING * lost) / nodes, nodes)
            following(binary.plus) << semiring.plus_second(matrix @ given)
            change = unary.abs(binary.minus(ranks & following).new()).new().reduce().new().value
            ranks = following
            if change <= TOLERANCE:
                return np.asarray(ranks.to_dense())

    return run


@library("scipy", "power iteration")
def pagerank_scipy(a: sp.csr_array) -> Callable[[], NDArray[np.float64]]:
    """Power iteration with a matrix times a vector, in one thread."""
    nodes, degrees = a.shape[0], np.diff(a.indptr).astype(np.float64)
    back = sp.csr_array((np.ones(a.nnz), a.indices, a.indptr), shape=a.shape)
    share = np.divide(DAMPING, degrees, out=np.zeros(nodes), where=degrees > 0)

    def run() -> NDArray[np.float64]:
        ranks = np.full(nodes, 1 / nodes)
        while True:
            lost = ranks[degrees == 0].sum()
            following = back @ (ranks * share) + (1 - DAMPING + DAMPING * lost) / nodes
            change = np.abs(following - ranks).sum()
            ranks = following
            if change <= TOLERANCE:
                return np.asarray(ranks)

    return run


@library("igraph", "PRPACK")
def pagerank_igraph(a: sp.csr_array) -> Callable[[], NDArray[np.float64]]:
    """By a solver of its own, until it is exact."""
    graph = _igraph(a)
    return lambda: np.asarray(graph.pagerank(damping=DAMPING))


@library("python-graphblas", "LAGr_BreadthFirstSearch")
def bfs_graphblas(a: sp.csr_array, source: int) -> Callable[[], NDArray[np.int64]]:
    """Levels and parents, pushed or pulled."""
    from graphblas import Vector, semiring

    matrix, nodes, degrees = _graphblas(a, np.bool_), a.shape[0], np.diff(a.indptr)

    def run() -> NDArray[np.int64]:
        frontier, parents, levels = (Vector(np.int64, nodes) for _ in range(3))
        frontier[source], parents[source], levels[source] = source, source, 0
        last, count, level, left, pulling = 0, 1, 0, a.nnz, False
        while count:
            growing = count > last
            if not pulling and growing:
                edges = int(degrees[frontier.to_coo()[0]].sum())
                left -= edges
                pulling = left < edges * _PULL_ABOVE
            elif pulling and not growing and count <= nodes / _PUSH_BELOW:
                pulling = False
            found, level = Vector(np.int64, nodes), level + 1
            if pulling:
                found(~parents.S, replace=True) << semiring.ss.any_secondi(matrix @ frontier)
            else:
                found(~parents.S, replace=True) << semiring.ss.any_firsti(frontier @ matrix)
            last, count, frontier = count, found.nvals, found
            parents(frontier.S) << frontier
            levels(frontier.S)[:] = level
        return np.asarray(levels.to_dense(fill_value=-1))

    return run


@library("scipy", "breadth_first_order")
def bfs_scipy(a: sp.csr_array, source: int) -> Callable[[], list[NDArray[Any]]]:
    """Nodes in the order in which they are met, and their parents."""
    from scipy.sparse.csgraph import breadth_first_order

    weighted = sp.csr_array((np.ones(a.nnz), a.indices, a.indptr), shape=a.shape)
    return lambda: list(breadth_first_order(weighted, source))


@library("igraph", "distances")
def bfs_igraph(a: sp.csr_array, source: int) -> Callable[[], NDArray[np.int64]]:
    """Levels alone."""
    graph = _igraph(a)

    def run() -> NDArray[np.int64]:
        (levels,) = graph.distances([source])
        found = np.asarray(levels)
        return np.where(np.isinf(found), -1, found).astype(np.int64)

    return run


@library("python-graphblas", "LG_CC_FastSV6")
def cc_graphblas(a: sp.csr_array) -> Callable[[], NDArray[np.int64]]:
    """FastSV: hooking and shortcutting until no grandparent changes; scattered minima are numpy's."""
    from graphblas import Vector, binary, semiring

    matrix, nodes = _graphblas(a, np.bool_), a.shape[0]

    def run() -> NDArray[np.int64]:
        parents = np.arange(nodes)
        grandparents = parents
        least = Vector.from_dense(parents)
        while True:
            least(binary.min) << semiring.min_second(matrix @ Vector.from_dense(grandparents))
            found = least.to_dense()
            following = parents.copy()
            np.minimum.at(following, parents, found)
            following = np.minimum(following, np.minimum(found, grandparents))
            above = following[following]
            if np.array_equal(above, grandparents):
                return np.asarray(following)
            parents, grandparents = following, above

    return run


@library("scipy", "connected_components")
def cc_scipy(a: sp.csr_array) -> Callable[[], NDArray[np.int64]]:
    """In one thread."""
    from scipy.sparse.csgraph import connected_components

    weighted = sp.csr_array((np.ones(a.nnz), a.indices, a.indptr), shape=a.shape)
    return lambda: np.asarray(connected_components(weighted, directed=False)[1])


@library("igraph", "connected_components")
def cc_igraph(a: sp.csr_array) -> Callable[[], NDArray[np.int64]]:
    """In one thread."""
    graph = _igraph(a)
    return lambda: np.asarray(graph.connected_components().membership)
