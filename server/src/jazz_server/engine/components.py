"""The parts of graphs: connected components, triangles, cores. Edges are taken as going both ways."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from jazz_server.engine.adjacency import Graph
from jazz_server.engine.launch import launch, pointers
from jazz_server.engine.library import kernel
from jazz_server.engine.memory import check_bytes
from jazz_server.engine.op import Run
from jazz_server.engine.parallel import for_bounds, for_each, split_by_weight, thread_count
from jazz_server.engine.promotion import Array

_FIRST_EDGES = 2
_SAMPLE = 1 << 10
_ENTRIES = 1 << 20
"""Edges that one thread looks at before the run may stop."""

_ALIGNED = 512


def connected(run: Run, graph: Graph) -> tuple[NDArray[np.int64], int]:
    """The number of the component of each node, counted in the order of their first nodes, and how many there are.

    As in Afforest (Sutton et al., IPDPS 2018): the first edges of nodes are followed, which joins most of the largest
    component; of all others only those count that are not within it.
    """
    check_bytes((8 + 3 * graph.index.itemsize) * graph.nodes, "components")
    index = graph.index
    roots: Array = np.arange(graph.nodes, dtype=index)
    first = kernel("join_first_edges", index=index)
    for begin in range(0, graph.nodes, _ENTRIES):
        run.checkpoint()
        first(graph.indptr, graph.targets, roots, _FIRST_EDGES, begin, min(begin + _ENTRIES, graph.nodes))
    found = _flattened(roots)
    _join_the_rest(run, graph, roots, found)
    found = _flattened(roots)
    is_first = found == np.arange(graph.nodes, dtype=index)
    numbers = np.cumsum(is_first, dtype=np.int64) - 1
    return numbers[found], int(np.count_nonzero(is_first))


def _flattened(roots: Array) -> Array:
    """The root of each node."""
    found = np.empty_like(roots)
    launch("find_roots", len(roots), len(roots) * 4, roots, found, index=roots.dtype)
    return found


def _join_the_rest(run: Run, graph: Graph, roots: Array, found: Array) -> None:
    """Joins the trees that edges connect."""
    index = graph.index
    largest = _largest(found)
    parts = max(thread_count(), -(-graph.edges // _ENTRIES))
    bounds = split_by_weight(graph.indptr, parts)
    listing, join = kernel("list_joining_edges", index=index), kernel("join_pairs", index=index)
    for group in range(0, parts, thread_count()):
        run.checkpoint()
        pairs: dict[int, tuple[Array, Array, int]] = {}

        def search(part: int, pairs: dict[int, tuple[Array, Array, int]] = pairs) -> None:
            begin, end = int(bounds[part]), int(bounds[part + 1])
            room = int(graph.indptr[end] - graph.indptr[begin])
            sources, targets = np.empty(room, index), np.empty(room, index)
            count = listing(graph.indptr, graph.targets, found, largest, sources, targets, begin, end)
            pairs[part] = (sources, targets, count)

        for_each(range(group, min(group + thread_count(), parts)), search)
        for _, (sources, targets, count) in sorted(pairs.items()):
            join(sources, targets, roots, 0, count)


def _largest(found: Array) -> NDArray[np.uint8]:
    """The set of the nodes of the root that a sample has most."""
    nodes = len(found)
    words = np.zeros(-(-nodes // 8), np.uint8)
    if nodes:
        sample = found[np.linspace(0, nodes - 1, min(nodes, _SAMPLE)).astype(np.int64)]
        values, counts = np.unique(sample, return_counts=True)
        bounds = [*range(0, nodes, max(_ALIGNED, nodes // _ALIGNED // thread_count() * _ALIGNED)), nodes]
        select = kernel("select_tree", index=found.dtype).bind(found, words, int(values[counts.argmax()]))
        for_bounds(bounds, select)
    return words


def triangles(run: Run, graph: Graph) -> int:
    """How many sets of three nodes have all three edges, in an undirected graph.

    Each edge is turned towards the node of more edges, which leaves O(sqrt(edges)) at every node, and each triangle is
    found at its first node (Schank and Wagner, WEA 2005). Nodes are called by their ranks, so that those asked for most
    lie together.
    """
    check_bytes(graph.index.itemsize * (graph.edges // 2 + 4 * graph.nodes) + 16 * graph.nodes, "the edges of a graph")
    index, counts = graph.index, np.zeros(graph.nodes, np.int64)
    ranks = np.empty(graph.nodes, index)
    ranks[np.argsort(np.diff(graph.indptr), kind="stable")] = np.arange(graph.nodes)
    launch(
        "upward_count", graph.nodes, graph.edges + graph.nodes, graph.indptr, graph.targets, ranks, counts, index=index
    )
    starts = pointers(counts, index)
    targets = np.empty(int(starts[-1]), index)
    run.checkpoint()
    launch(
        "upward_fill", graph.nodes, graph.edges + graph.nodes,
        graph.indptr, graph.targets, ranks, starts, targets, index=index,
    )  # fmt: skip
    count = kernel("count_triangles", index=index)
    bounds = split_by_weight(starts, max(1, min(thread_count() * 8, graph.edges >> 14)))

    def work(begin: int, end: int) -> None:
        run.checkpoint()
        count(starts, targets, np.full(graph.nodes, -1, index), counts, begin, end)

    for_bounds(bounds.tolist(), work)
    return int(counts.sum())


def cores(run: Run, graph: Graph) -> NDArray[np.int64]:
    """For each node of an undirected graph the greatest k such that it is in a part where all have k neighbours."""
    check_bytes(4 * 8 * graph.nodes, "core numbers")
    degrees = np.diff(graph.indptr).astype(np.int64)
    order = np.argsort(degrees, kind="stable").astype(graph.index)
    places = np.empty(graph.nodes, np.int64)
    places[order] = np.arange(graph.nodes)
    starts = np.concatenate(([0], np.cumsum(np.bincount(degrees))))
    peel = kernel("peel", index=graph.index)
    for begin in range(0, graph.nodes, _ENTRIES):
        run.checkpoint()
        end = min(begin + _ENTRIES, graph.nodes)
        peel(graph.indptr, graph.targets, degrees, order, places, starts, begin, end)
    return degrees
