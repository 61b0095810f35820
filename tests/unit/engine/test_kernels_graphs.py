"""Kernels of graphs, neighbours and semirings: what is compiled does what its source says.

What they answer is tested where they are used, in `test_ops_graphs.py`, `test_ops_neighbours.py` and
`test_ops_semirings.py`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from numpy.testing import assert_array_equal

from jazz_server.engine import library
from jazz_server.engine.kernels import declare, distances, graphs, semirings, symmetry, traversal
from jazz_server.engine.kernels.semirings import MAX_PLUS, MAX_TIMES, MAX_TIMES_UNSIGNED, MIN_PLUS

NODES = 40
every_index = pytest.mark.parametrize("index", declare.INDEX)
every_float = pytest.mark.parametrize("value", ["float32", "float64"])
MODULES = (distances, graphs, semirings, symmetry, traversal)


def graph(index: str, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A graph with nodes without edges, its weights small whole numbers."""
    random = np.random.default_rng(seed)
    found = np.where(random.random((NODES, NODES)) < 0.1, random.integers(1, 5, (NODES, NODES)), 0)
    found[::7] = 0
    matrix = sp.csr_array(found)
    return matrix.indptr.astype(index), matrix.indices.astype(index), matrix.data.astype(np.float64)


def same(name: str, *arguments: Any, **choices: Any) -> None:
    """Runs a kernel compiled and as its source, and compares what they return and what they leave in their arrays."""
    kernel = declare.KERNELS[name]
    ours, theirs = ([a.copy() if isinstance(a, np.ndarray) else a for a in arguments] for _ in range(2))
    given = iter(theirs)
    passed = []
    for argument, kind in kernel.arguments.items():
        if isinstance(kind, declare.Template):
            choice = choices[argument]
            passed.append(np.dtype(choice).type)
        else:
            passed.append(next(given))
    found = library.kernel(name, **{key: choices[key] for key in kernel.templates})(*ours)
    with np.errstate(all="ignore"):
        expected = kernel.function(*passed)
    assert found == expected
    for mine, meant in zip(ours, theirs, strict=True):
        if isinstance(mine, np.ndarray):
            assert_array_equal(mine, meant)


def bitmap(*nodes: int) -> np.ndarray:
    flags = np.zeros(NODES, np.bool_)
    flags[list(nodes)] = True
    return np.packbits(flags, bitorder="little")


def ints(value: int = -1) -> np.ndarray:
    return np.full(NODES, value, np.int64)


@every_index
def test_searches(index: str) -> None:
    indptr, indices, weights = graph(index)
    lists = np.zeros((2, NODES), index)
    frontier = np.array([1, 2, 9], index)
    same("bfs_push", indptr, indices, frontier, bitmap(1, 2, 9), *lists, 0, 3, index=index)
    found, finders = np.array([3, 5, 3, 8], index), np.array([1, 1, 2, 9], index)
    same("bfs_claim", found, finders, bitmap(5), bitmap(), ints(), ints(), 4, 0, 4, index=index)
    seen = (bitmap(1, 2, 9), bitmap(1, 2, 9), bitmap())
    same("bfs_pull", indptr, indices, *seen, ints(), ints(), 1, 8, NODES, index=index)
    same("set_to_list", bitmap(0, 7, 8, 39), lists[0], NODES, index=index)
    distances_, places = np.full(NODES, np.inf), ints()
    distances_[1], places[1] = 0, 0
    heap = np.zeros(NODES, index)
    heap[0] = 1
    for steps in (1, 7, 1000):
        same("shortest_paths", indptr, indices, weights, distances_, heap, places, 1, steps, index=index)


@every_index
@pytest.mark.parametrize("weighted", [0, 1])
def test_walks(index: str, weighted: int) -> None:
    indptr, indices, weights = graph(index)
    cumulated = np.zeros(len(weights))
    same("cumulate_rows", indptr, weights, cumulated, 0, NODES, index=index)
    library.kernel("cumulate_rows", index=index)(indptr, weights, cumulated, 0, NODES)
    starts, walks = np.arange(NODES), np.zeros((NODES * 6), np.int64)
    same("walk_randomly", indptr, indices, cumulated, weighted, starts, walks, 5, 2**32 - 1, 3, NODES, index=index)


@every_index
@pytest.mark.parametrize("weighted", [0, 1])
def test_ranks(index: str, weighted: int) -> None:
    indptr, indices, weights = graph(index)
    places = np.random.default_rng(1).permutation(NODES).astype(index)
    # sums of whole numbers are the same in any order
    shares, rates = np.arange(NODES, dtype=float), np.arange(NODES) % 3.0
    sums = np.zeros((2, 5))
    same(
        "pull_ranks", indptr, indices, weights, weighted, places, shares, rates, np.ones(NODES), np.zeros(NODES), *sums,
        4.0, NODES, 8, 1, 5, index=index,
    )  # fmt: skip


@every_index
def test_components(index: str) -> None:
    indptr, indices, _ = graph(index)
    roots = np.arange(NODES, dtype=index)
    same("join_first_edges", indptr, indices, roots, 2, 3, NODES, index=index)
    library.kernel("join_first_edges", index=index)(indptr, indices, roots, 1, 0, NODES)
    found, lists = np.zeros(NODES, index), np.zeros((2, len(indices)), index)
    same("find_roots", roots, found, 0, NODES, index=index)
    library.kernel("find_roots", index=index)(roots, found, 0, NODES)
    same("select_tree", found, bitmap(), int(found[1]), 8, NODES, index=index)
    largest = np.packbits(found == found[1], bitorder="little")
    same("list_joining_edges", indptr, indices, found, largest, *lists, 0, NODES, index=index)
    same("join_pairs", np.array([0, 7], index), np.array([9, 30], index), roots, 0, 2, index=index)


@every_index
def test_triangles_and_cores(index: str) -> None:
    indptr, indices, _ = graph(index)
    ranks = np.random.default_rng(5).permutation(NODES).astype(index)
    same("upward_count", indptr, indices, ranks, ints(0), 0, NODES, index=index)
    upward = np.repeat(ranks, np.diff(indptr)) < ranks[indices]
    counts = np.zeros(NODES, np.int64)
    np.add.at(counts, np.repeat(ranks, np.diff(indptr))[upward], 1)
    first = np.concatenate(([0], np.cumsum(counts))).astype(index)
    same("upward_fill", indptr, indices, ranks, first, np.zeros(first[-1], index), 1, NODES, index=index)
    same("count_triangles", indptr, indices, np.full(NODES, -1, index), ints(0), 2, NODES, index=index)
    matrix = sp.csr_array((np.ones(len(indices)), indices, indptr), shape=(NODES, NODES))
    both = sp.csr_array(matrix + matrix.T)
    both.sort_indices()
    degrees = np.diff(both.indptr).astype(np.int64)
    order = np.argsort(degrees, kind="stable").astype(index)
    places = np.argsort(order, kind="stable")
    starts = np.concatenate(([0], np.cumsum(np.bincount(degrees))))
    buffers = (both.indptr.astype(index), both.indices.astype(index))
    same("peel", *buffers, degrees, order, places, starts, 0, NODES, index=index)


def test_hashes_of_symmetric_matrices_add_up_to_nothing() -> None:
    for index in declare.INDEX:
        indptr, indices, _ = graph(index)
        matrix = sp.csr_array((np.ones(len(indices)), indices, indptr), shape=(NODES, NODES))
        both = sp.csr_array(matrix + matrix.T)
        for found, symmetric in ((matrix, False), (both, True)):
            sums = np.zeros(NODES, np.int64)
            hashes = library.kernel("hash_asymmetry", index=index)
            hashes(found.indptr.astype(index), found.indices.astype(index), sums, NODES, 0, NODES)
            assert (int(sums.sum()) == 0) is symmetric


@every_float
@every_index
@pytest.mark.parametrize("score", [distances.DOT, distances.SQUARED, distances.JACCARD])
def test_neighbours_of_sparse_rows(index: str, value: str, score: int) -> None:
    indptr, indices, data = graph(index)
    lanes, queries, k = 16, 5, 3
    slots = np.arange(NODES, dtype=np.int32) % 4
    tile = np.zeros((4, lanes), value)
    tile[1:, :queries] = np.random.default_rng(1).integers(0, 3, (3, queries))
    sizes, row_sizes = tile.sum(axis=0), np.arange(NODES).astype(value)
    scratch = (np.zeros(lanes, value), np.zeros(NODES, np.int32), np.zeros(NODES, value))
    best = (np.zeros(queries * k, value), np.zeros(queries * k, np.int64), np.zeros(queries, np.int64))
    same(
        "csr_nearest", indptr, indices, data.astype(value), row_sizes, slots, tile.reshape(-1), sizes, *scratch, *best,
        np.full(queries, np.nan, value), lanes, queries, k, score, 2, NODES, index=index, value=value,
    )  # fmt: skip
    places = np.arange(NODES * 2) % NODES
    same(
        "csr_squared_distances", indptr, indices, data.astype(value), indptr, indices, data.astype(value), places,
        np.zeros(NODES * 2, value), 2, 0, NODES, index=index, value=value,
    )  # fmt: skip


@every_float
@pytest.mark.parametrize("score", [distances.DOT, distances.DIFFERENCE])
def test_neighbours_of_dense_rows(value: str, score: int) -> None:
    lanes, queries, k, columns = 16, 5, 3, 7
    random = np.random.default_rng(2)
    array, tile = random.integers(0, 4, NODES * columns).astype(value), random.integers(0, 4, columns * lanes)
    best = (np.zeros(queries * k, value), np.zeros(queries * k, np.int64), np.zeros(queries, np.int64))
    same(
        "dense_nearest", array, np.zeros(NODES, value), tile.astype(value), np.zeros(lanes, value),
        np.zeros(lanes, value), *best, np.full(queries, np.nan, value), columns, lanes, queries, k, score, 0, NODES,
        value=value,
    )  # fmt: skip


@every_index
@pytest.mark.parametrize("value", declare.NUMBER)
@pytest.mark.parametrize("ring", [MIN_PLUS, MAX_PLUS, MAX_TIMES, MAX_TIMES_UNSIGNED])
def test_products(index: str, value: str, ring: int) -> None:
    indptr, indices, data = graph(index)
    numbers, columns = data.astype(value), 3
    right = np.random.default_rng(3).integers(-3, 4, NODES * columns).astype(value)
    nothing = np.dtype(value).type(0 if value == "int64" else np.inf if ring == MIN_PLUS else -np.inf)
    out = np.zeros(NODES * columns, value)
    chosen = {"index": index, "value": value}
    same("csr_dense_ring", indptr, indices, numbers, right, out, ring, nothing, columns, 1, NODES, **chosen)
    left = np.random.default_rng(4).integers(-3, 4, NODES * NODES).astype(value)
    same("dense_dense_ring", left, right, out, ring, nothing, NODES, columns, 1, NODES, value=value)
    counts = np.zeros(NODES, np.int64)
    stamps = np.zeros(NODES + 1, index)
    count = library.kernel("csr_matmul_csr_count", index=index)
    count(indptr, indices, indptr, indices, counts, stamps, NODES, 0, NODES)
    rows = np.concatenate(([0], np.cumsum(counts))).astype(index)
    scratch = (stamps, np.zeros(NODES, value), stamps.copy(), np.zeros(NODES, np.int64), stamps.copy())
    same(
        "csr_csr_ring", indptr, indices, numbers, indptr, indices, numbers, rows, np.zeros(rows[-1], index),
        np.zeros(rows[-1], value), *scratch, ring, nothing, NODES, 0, NODES, **chosen,
    )  # fmt: skip


def test_every_kernel_is_tried() -> None:
    names = {
        name for name, kernel in declare.KERNELS.items() for m in MODULES if kernel.function.__module__ == m.__name__
    }
    tried = {
        "bfs_push", "bfs_claim", "bfs_pull", "set_to_list", "shortest_paths", "walk_randomly", "cumulate_rows",
        "pull_ranks", "join_first_edges", "find_roots", "select_tree", "list_joining_edges", "join_pairs",
        "count_triangles", "upward_count", "upward_fill", "peel", "hash_asymmetry", "csr_nearest", "dense_nearest",
        "csr_squared_distances",
        "csr_dense_ring", "dense_dense_ring", "csr_csr_ring",
    }  # fmt: skip
    assert names == tried
