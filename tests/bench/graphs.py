"""Graphs, in-process like the peers, on two threads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

import jazz
from figures import Figure, best
from jazz.convert import from_value
from operations import in_process
from peers import Disagreement, Peer

SCALE, EDGES = 20, 8
"""A graph of 2**20 nodes, with so many edges for each of them, most of which are there once."""

_QUARTERS = (0.57, 0.76, 0.95)
"""How edges fall into the quarters of a matrix in Graph500: 57 %, 19 %, 19 %, 5 %."""


def power_law(scale: int, edges: int, seed: int = 2) -> sp.csr_array:
    """A symmetric matrix of truth values as Graph500 makes them (R-MAT), its nodes shuffled, without loops."""
    random, count = np.random.default_rng(seed), (1 << scale) * edges
    rows, columns = np.zeros(count, np.int64), np.zeros(count, np.int64)
    for _ in range(scale):
        drawn = random.random(count, np.float32)
        quarter = np.searchsorted(_QUARTERS, drawn, side="right")
        rows, columns = 2 * rows + (quarter >> 1), 2 * columns + (quarter & 1)
    order = random.permutation(1 << scale).astype(np.int32)
    pairs = [order[nodes[rows != columns]] for nodes in (rows, columns)]
    half = sp.coo_array((np.ones(len(pairs[0]), np.bool_), pairs), shape=(1 << scale, 1 << scale)).tocsr()
    both = sp.csr_array(half + half.T)
    both.sort_indices()
    return both


def graph() -> Iterator[Figure]:
    """Seconds on a power-law graph of 1M nodes and 16M entries, every edge both ways."""
    a = power_law(SCALE, EDGES)
    source = int(np.flatnonzero(np.diff(a.indptr) == 3)[0])
    cases: list[tuple[str, Callable[..., Any], dict[str, Any], Callable[[Any, Any], None]]] = [
        ("pagerank", lambda a: jazz.ops.pagerank(a, tol=1e-6), {}, _same_ranks),
        ("bfs", lambda a: jazz.ops.bfs(a, source), {"source": source}, _same_levels),
        ("cc", lambda a: jazz.ops.connected_components(a).labels, {}, _same_parts),
    ]
    for name, traced, more, same in cases:
        ours = in_process(traced, a=a)
        answer = from_value(next(iter(ours().values())))
        with ExitStack() as stack:
            peers = [
                stack.enter_context(Peer(f"graphs.{name}_{library}", a=a, **more))
                for library in ("graphblas", "scipy", "igraph")
            ]
            for peer in peers:
                peer.check(answer, same)
            yield best(f"graph.{name}", "s", ours, {str(peer): peer for peer in peers}, turns=3)


def _same_ranks(ours: NDArray[Any], theirs: NDArray[Any]) -> None:
    apart = float(np.abs(ours - theirs).sum())
    if apart > 1e-5:
        raise Disagreement(f"ranks differ by {apart} in all")


def _same_levels(ours: NDArray[Any], theirs: Any) -> None:
    """Levels, or nodes in their order with their parents."""
    levels = np.asarray(theirs) if not isinstance(theirs, list) else np.full(len(ours), -1)
    if isinstance(theirs, list):
        order, parents = theirs
        levels[order[0]] = 0
        for node in order[1:]:
            levels[node] = levels[parents[node]] + 1
    if not np.array_equal(ours, levels):
        raise Disagreement(f"{np.count_nonzero(ours != levels)} levels differ")


def _same_parts(ours: NDArray[Any], theirs: NDArray[Any]) -> None:
    _, first, inverse = np.unique(theirs, return_index=True, return_inverse=True)
    if not np.array_equal(ours, np.argsort(np.argsort(first))[inverse]):
        raise Disagreement("components differ")
