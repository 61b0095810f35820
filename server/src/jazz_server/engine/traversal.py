"""Ways through graphs: breadth-first search, shortest paths, random walks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from jazz_server.engine import adjacency
from jazz_server.engine.adjacency import Graph
from jazz_server.engine.launch import launch
from jazz_server.engine.library import kernel
from jazz_server.engine.memory import check_bytes, check_shape
from jazz_server.engine.op import Run
from jazz_server.engine.parallel import for_each, split_by_weight, thread_count
from jazz_server.engine.promotion import Array

_PULL_ABOVE = 14
"""Edges are pulled when the frontier has more than 1 in so many of those that are left (Beamer et al., SC 2012)."""

_PUSH_BELOW = 24
"""Edges are pushed again when the frontier has less than 1 in so many nodes."""

_PARALLEL = 1 << 15
"""Edges of a frontier above which it is split between threads."""

_ALIGNED = 512
_SETTLED = 1 << 14
"""Nodes that are settled between two looks at whether the run is to stop."""


def breadth_first(run: Run, graph: Graph, sources: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The number of edges from the nearest source to each node, and the node before it; -1 where no way leads.

    Of several nodes before a node its parent is the one of lowest number, however many threads there are.
    """
    check_bytes(16 * graph.nodes, "levels and parents")
    search = _Search(graph, sources)
    while len(search.frontier):
        run.checkpoint()
        search.step()
    return search.levels, search.parents


class _Search:
    """A breadth-first search between two levels."""

    def __init__(self, graph: Graph, sources: NDArray[np.int64]) -> None:
        self.graph = graph
        self.levels = np.full(graph.nodes, -1, np.int64)
        self.parents = np.full(graph.nodes, -1, np.int64)
        self.frontier: Array = np.unique(sources).astype(graph.index)
        self.levels[self.frontier] = 0
        self._level = 0
        self._degrees = np.diff(graph.indptr)
        self._left = graph.edges
        self._seen = _bitmap(self.frontier, graph.nodes)
        self._pulling = False
        self._back: Graph | None = None
        self._one_way = False

    def step(self) -> None:
        """Goes to the next level."""
        self._level += 1
        edges = int(self._degrees[self.frontier].sum())
        self._left -= edges
        if self._pulling:
            self._pulling = len(self.frontier) * _PUSH_BELOW > self.graph.nodes
        elif edges * _PULL_ABOVE > self._left > 0 and len(self.frontier) * _PUSH_BELOW > self.graph.nodes:
            self._pulling = self._can_pull()
        claimed = np.zeros(len(self._seen), np.uint8)
        count = self._pull(claimed) if self._pulling else self._push(edges, claimed)
        listed = np.empty(count, self.graph.index)
        kernel("set_to_list", index=self.graph.index)(claimed, listed, self.graph.nodes)
        self.frontier = listed

    def _can_pull(self) -> bool:
        """Whether the edges that lead to a node are at hand, which is so where each edge goes both ways."""
        if self._back is None and not self._one_way:
            if adjacency.is_symmetric(self.graph):
                self._back = self.graph
            else:
                self._one_way = True
        return self._back is not None

    def _push(self, edges: int, claimed: NDArray[np.uint8]) -> int:
        graph, frontier, index = self.graph, self.frontier, self.graph.index
        push, claim = kernel("bfs_push", index=index), kernel("bfs_claim", index=index)
        threads = thread_count() if edges > _PARALLEL else 1
        bounds = split_by_weight(np.concatenate(([0], np.cumsum(self._degrees[frontier]))), threads)
        found: list[tuple[Array, Array, int]] = [(frontier, frontier, 0)] * threads

        def search(part: int) -> None:
            begin, end = int(bounds[part]), int(bounds[part + 1])
            room = min(graph.nodes, int(self._degrees[frontier[begin:end]].sum()))
            nodes, finders = np.empty(room, index), np.empty(room, index)
            count = push(graph.indptr, graph.targets, frontier, self._seen.copy(), nodes, finders, begin, end)
            found[part] = (nodes, finders, count)

        for_each(range(threads), search)
        # Parts are in the order of the frontier, so that the lowest parent claims a node.
        return sum(
            claim(nodes, finders, self._seen, claimed, self.levels, self.parents, self._level, 0, count)
            for nodes, finders, count in found
        )

    def _pull(self, claimed: NDArray[np.uint8]) -> int:
        graph = self._back
        assert graph is not None
        frontier = _bitmap(self.frontier, graph.nodes)
        pull = kernel("bfs_pull", index=graph.index)
        bounds = _aligned(graph.indptr, thread_count() * 4)
        counts = [0] * (len(bounds) - 1)

        def search(part: int) -> None:
            counts[part] = pull(
                graph.indptr, graph.targets, frontier, self._seen, claimed, self.levels, self.parents, self._level,
                int(bounds[part]), int(bounds[part + 1]),
            )  # fmt: skip

        for_each(range(len(counts)), search)
        return sum(counts)


def _aligned(indptr: Array, parts: int) -> NDArray[np.int64]:
    """Bounds of ranges of about equal weight that share no byte of a bitmap."""
    bounds = split_by_weight(indptr, parts)
    bounds[1:-1] -= bounds[1:-1] % _ALIGNED
    return bounds


def _bitmap(nodes: Array, count: int) -> NDArray[np.uint8]:
    flags = np.zeros(count, np.bool_)
    flags[nodes] = True
    return np.packbits(flags, bitorder="little")


def shortest(run: Run, graph: Graph, source: int) -> NDArray[np.float64]:
    """The least sum of weights on a way from the source to each node, infinite where none leads."""
    check_bytes((16 + graph.index.itemsize) * graph.nodes, "distances")
    weights = adjacency.float_weights(graph)
    distances = np.full(graph.nodes, np.inf)
    heap, places = np.empty(graph.nodes, graph.index), np.full(graph.nodes, -1, np.int64)
    settle = kernel("shortest_paths", index=graph.index)
    distances[source], heap[0], places[source], size = 0.0, source, 0, 1
    while size > 0:
        run.checkpoint()
        size = settle(graph.indptr, graph.targets, weights, distances, heap, places, size, _SETTLED)
    return distances


def random_walks(run: Run, graph: Graph, starts: NDArray[np.int64], length: int, seed: int) -> NDArray[np.int64]:
    """Walks from nodes, one in each row of `length` + 1 nodes; -1 from where no edge leads on."""
    check_shape((len(starts), length + 1), np.dtype(np.int64))
    walks = np.empty((len(starts), length + 1), np.int64)
    weights = None if graph.weights is None else adjacency.float_weights(graph, finite=True)
    cumulated = np.empty(0 if weights is None else graph.edges)
    if weights is not None:
        launch("cumulate_rows", graph.nodes, graph.edges, graph.indptr, weights, cumulated, index=graph.index)
    run.checkpoint()
    launch(
        "walk_randomly", len(starts), walks.size * 32, graph.indptr, graph.targets, cumulated,
        int(weights is not None), starts, walks, length, seed, index=graph.index,
    )  # fmt: skip
    return walks
