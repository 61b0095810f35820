"""PageRank: how often somebody is at a node who follows edges at random."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from jazz.values import Layout, Tensor
from jazz_server.engine import adjacency
from jazz_server.engine.adjacency import Graph
from jazz_server.engine.errors import OpError
from jazz_server.engine.launch import launch_serial
from jazz_server.engine.library import kernel
from jazz_server.engine.memory import check_bytes
from jazz_server.engine.op import Run
from jazz_server.engine.parallel import for_bounds, split_by_weight, thread_count
from jazz_server.engine.promotion import Array

_BLOCK = 1 << 10
"""Nodes whose changes are added up together, whatever the number of threads, so that the sums are always the same."""

_RANGES_PER_THREAD = 8
_MANY = np.iinfo(np.uint16).max


def pagerank(run: Run, matrix: Tensor, damping: float, tolerance: float, turns: int) -> NDArray[np.float64]:
    """The ranks of all nodes, by power iteration.

    Raises:
        OpError: They still change by more than the tolerance after so many turns.
    """
    nodes = matrix.shape[0]
    if nodes == 0:
        return np.zeros(0)
    back, given = _edges_back(matrix)
    check_bytes(6 * 8 * nodes + back.edges * back.index.itemsize, "ranks and the edges back")
    weights = _finite(back)
    # what a node that has edges gives to each of them
    rates = np.divide(damping, given, out=np.zeros(nodes), where=given > 0)
    blocks = -(-nodes // _BLOCK)
    ranks = np.full(nodes, 1 / nodes)
    hubs_first = _hubs_first(back)
    places = np.empty(nodes, back.index)
    places[hubs_first] = np.arange(nodes, dtype=back.index)
    neighbours = places[back.targets]
    shares, following = (ranks * rates)[hubs_first], np.empty(nodes)
    changes, dangling = np.empty(blocks), np.full(1, ranks[rates == 0].sum())
    lost = np.empty(blocks)
    edges_before = np.append(back.indptr[:-1:_BLOCK], back.indptr[-1])
    bounds = split_by_weight(edges_before, thread_count() * _RANGES_PER_THREAD).tolist()
    pull = kernel("pull_ranks", index=back.index)
    for _ in range(turns):
        run.checkpoint()
        base = (1 - damping + damping * float(dangling.sum())) / nodes
        dangling = lost
        bound = pull.bind(
            back.indptr, neighbours, np.empty(0) if weights is None else weights, int(weights is not None), places,
            shares, rates, ranks, following, changes, lost, base, nodes, _BLOCK,
        )  # fmt: skip
        for_bounds(bounds, bound)
        shares, following = following, shares
        if float(changes.sum()) <= tolerance:
            return ranks
    raise OpError("max_iter", f"ranks that change by at most {tolerance:g} in {turns} turns", _change(changes, turns))


def _change(changes: NDArray[np.float64], turns: int) -> str:
    return f"a change of {float(changes.sum()):.3g}" if turns else "no turn"


def _edges_back(matrix: Tensor) -> tuple[Graph, NDArray[np.float64]]:
    """The edges by the node that they lead to, and the sum of weights that begins at each node."""
    if matrix.layout is Layout.CSC:
        back = _without_equal_weights(adjacency.incoming(matrix))
        return back, _totals(back.targets, back)
    there = _without_equal_weights(adjacency.outgoing(matrix))
    if there.weights is None:
        given = np.diff(there.indptr).astype(np.float64)
        return there if adjacency.is_symmetric(there) else adjacency.reverse(there), given
    sources = np.repeat(np.arange(there.nodes), np.diff(there.indptr))
    return adjacency.reverse(there), _totals(sources, there)


def _totals(sources: Array, graph: Graph) -> NDArray[np.float64]:
    """The sums of the weights of edges by their sources."""
    found: NDArray[Any] = np.bincount(sources, _finite(graph), minlength=graph.nodes)
    return found.astype(np.float64)


def _finite(graph: Graph) -> NDArray[np.float64] | None:
    """The weights of edges, None when each is 1."""
    return None if graph.weights is None else adjacency.float_weights(graph, finite=True)


def _hubs_first(back: Graph) -> NDArray[np.intp]:
    """The nodes by how many edges begin at them, most first.

    Shares that are asked for most lie together then: on a graph with hubs most of them are in the cache.
    """
    asked = np.zeros(back.nodes, np.int64)
    launch_serial("csr_count_columns", back.nodes, back.indptr, back.targets, asked, index=back.index)
    # Integers of 16 bits are sorted by radix, which takes a tenth of the time.
    return np.argsort(np.uint16(_MANY) - np.minimum(asked, _MANY).astype(np.uint16), kind="stable")


def _without_equal_weights(graph: Graph) -> Graph:
    """The graph without weights if all of them are the same positive number, which changes no rank."""
    weights = graph.weights
    if weights is None or not len(weights) or not 0 < weights[0] < np.inf or not (weights == weights[0]).all():
        return graph
    return Graph(graph.nodes, graph.indptr, graph.targets)
