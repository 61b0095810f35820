"""Graphs, by the plainest of algorithms."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse import csgraph

from jazz.values import Layout, dense
from unit.engine.cases import REAL, Case
from unit.engine.checking import Check
from unit.engine.missing_reference import Answer, Answers
from unit.engine.reference import Reference
from unit.engine.samples import Sample, samples

ALONE = {"random_walks": "test_ops_graphs.py"}


def _not_negative(a: Sample) -> Sample:
    data = None if a.tensor.data is None else np.abs(a.tensor.data)
    return replace(a, array=np.abs(a.array), tensor=replace(a.tensor, data=data))


@st.composite
def graphs(draw: st.DrawFn, name: str) -> Case:
    """Graphs of up to 12 nodes; weights are negative only where they do not matter."""
    nodes = draw(st.integers(name == "sssp", 12))
    a = draw(samples((nodes, nodes), REAL, wild=False))
    weighted = name in ("pagerank", "sssp")
    return [_not_negative(a) if weighted else a], {"tol": 1e-9, "max_iter": 500} if name == "pagerank" else {}


@st.composite
def searches(draw: st.DrawFn, name: str) -> Case:
    [a], _ = draw(graphs(name))
    nodes = len(a.array)
    shape = () if name == "sssp" else draw(st.sampled_from([(), (1,), (3,)])) if nodes else (0,)
    given = draw(samples(shape, ("int64", "int32", "uint8", "uint64"), (Layout.DENSE,), wild=False))
    there = np.asarray(np.mod(given.array, max(nodes, 1)), given.array.dtype)
    return [a, replace(given, array=there, tensor=dense(there))], {}


def _edges(a: Sample) -> NDArray[np.bool_]:
    return np.asarray(a.array != 0)


def _both_ways(a: Sample) -> NDArray[np.bool_]:
    edges = _edges(a) | _edges(a).T
    np.fill_diagonal(edges, False)
    return edges


def _weights(a: Sample) -> NDArray[np.float64]:
    return a.array.astype(np.float64)


def _pagerank(a: Sample, tol: float, max_iter: int) -> tuple[Any, ...]:
    weights, nodes = _weights(a), len(a.array)
    given = weights.sum(axis=1)
    steps = np.divide(weights, given[:, None], out=np.full(weights.shape, 1 / max(nodes, 1)), where=given[:, None] > 0)
    system = np.eye(nodes) - 0.85 * steps.T
    return (np.linalg.solve(system, np.full(nodes, 0.15 / max(nodes, 1))),)


def _bfs(a: Sample, sources: Sample) -> tuple[Any, ...]:
    edges = _edges(a)
    levels, parents = (np.full(len(edges), -1, np.int64) for _ in range(2))
    frontier = sorted({int(node) for node in sources.array.reshape(-1)})
    levels[frontier] = 0
    for level in itertools.count(1):
        found = []
        for u in frontier:
            for v in np.flatnonzero(edges[u] & (levels < 0)):
                levels[v], parents[v] = level, u
                found.append(int(v))
        frontier = sorted(found)
        if not found:
            return levels, parents
    raise AssertionError


def _sssp(a: Sample, source: Sample) -> tuple[Any, ...]:
    weights = _weights(a)
    distances = np.full(len(weights), np.inf)
    distances[int(source.array)] = 0
    lengths = np.where(_edges(a), weights, np.inf)
    for _ in range(len(weights)):
        distances = np.minimum(distances, (distances[:, None] + lengths).min(axis=0))
    return (distances,)


def _components(a: Sample) -> tuple[Any, ...]:
    if not len(a.array):
        return np.zeros(0, np.int64), np.asarray(0)
    count, labels = csgraph.connected_components(_edges(a), directed=True, connection="weak")
    return labels.astype(np.int64), np.asarray(count, np.int64)


def _triangles(a: Sample) -> tuple[Any, ...]:
    edges = _both_ways(a)
    triples = itertools.combinations(range(len(edges)), 3)
    return (np.asarray(sum(edges[i, j] and edges[j, k] and edges[i, k] for i, j, k in triples), np.int64),)


def _cores(a: Sample) -> tuple[Any, ...]:
    edges = _both_ways(a)
    numbers = np.zeros(len(edges), np.int64)
    for k in range(1, len(edges) + 1):
        left = np.ones(len(edges), np.bool_)
        while (dropped := left & ((edges & left).sum(axis=1) < k)).any():
            left &= ~dropped
        numbers[left] = k
    return (numbers,)


def complete(reference: Reference) -> Answers:
    """The rule of operations that take nothing missing, and give nothing missing."""

    def rule(_name: str, args: list[Any], settings: dict[str, Any]) -> list[Answer]:
        values = [np.asarray(found) for found in reference(*args, **settings)]
        return [(found, np.zeros(found.shape, np.bool_)) for found in values]

    return rule


def _check(cases: Any, reference: Reference, rtol: float | None = None) -> Check:
    return Check(cases, reference, complete(reference), complete=(0, 1), rtol=rtol)


CHECKS = {
    "pagerank": _check(graphs, _pagerank, rtol=1e-7),
    "bfs": _check(searches, _bfs),
    "sssp": _check(searches, _sssp),
    "connected_components": _check(graphs, _components),
    "triangle_count": _check(graphs, _triangles),
    "k_core": _check(graphs, _cores),
}
