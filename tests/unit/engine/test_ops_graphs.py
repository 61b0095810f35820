"""Graphs: what checks of small ones do not show. Random walks, large graphs, threads, cancellation, what is refused."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from numpy.typing import NDArray
from scipy.sparse import csgraph

from jazz.convert import to_value
from jazz.values import Layout, Tensor
from jazz_server.engine import adjacency, layouts, parallel, traversal
from jazz_server.engine.catalogue import CATALOGUE
from jazz_server.engine.errors import Interrupted, OpError
from jazz_server.engine.kernels.traversal import random_bits
from jazz_server.kinds.match import type_of
from jazz_server.kinds.types import Symbol, TensorType
from unit.engine.cases import REAL
from unit.engine.samples import Sample, apply, array_of, infer, samples, settings_of

NODES = 3000
GRAPHS = ("pagerank", "bfs", "sssp", "connected_components", "triangle_count", "k_core", "random_walks")


def power_law(seed: int = 0, *, both_ways: bool = False) -> sp.csr_array:
    """A graph with hubs, and nodes without edges."""
    random = np.random.default_rng(seed)
    pairs = [(NODES * random.random(8 * NODES) ** 3).astype(np.int64) for _ in range(2)]
    found = sp.coo_array((random.integers(1, 9, 8 * NODES).astype(float), pairs), shape=(NODES, NODES)).tocsr()
    return sp.csr_array(found.maximum(found.T)) if both_ways else found


def tensor(value: Any, layout: Layout | None = None) -> Tensor:
    found = to_value(value)
    assert isinstance(found, Tensor)
    return found if layout is None else layouts.to_sparse(found, layout)


def arguments(name: str, a: Any) -> list[Any]:
    more: dict[str, Any] = {"bfs": 0, "sssp": 0, "random_walks": tensor(np.arange(50))}
    return [tensor(a), *([more[name]] if name in more else [])]


def chosen(name: str) -> dict[str, Any]:
    return {"length": 20} if name == "random_walks" else {}


@pytest.fixture
def threads(monkeypatch: pytest.MonkeyPatch) -> Any:
    def use(count: int) -> None:
        monkeypatch.setattr(parallel, "_threads", count)

    return use


@pytest.mark.parametrize("both_ways", [False, True])
@pytest.mark.parametrize("name", GRAPHS)
def test_answers_are_the_same_for_any_number_of_threads(
    name: str, both_ways: bool, threads: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(traversal, "_PARALLEL", 16)
    a = power_law(both_ways=both_ways)
    found = []
    for count in (1, 2, 4):
        threads(count)
        results = CATALOGUE[name].run(_Patient(), arguments(name, a), settings_of(CATALOGUE[name], chosen(name)))
        found.append([array_of(result) for result in results])
    for other in found[1:]:
        for mine, yours in zip(found[0], other, strict=True):
            assert_array_equal(mine, yours)


class _Patient:
    def checkpoint(self) -> None:
        """Goes on."""


class _Impatient:
    def __init__(self, turns: int) -> None:
        self.left = turns

    def checkpoint(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise Interrupted


@pytest.mark.parametrize("name", GRAPHS)
def test_a_run_stops_between_two_kernels(name: str) -> None:
    op = CATALOGUE[name]
    with pytest.raises(Interrupted):
        op.run(_Impatient(1), arguments(name, power_law()), settings_of(op, chosen(name)))


@pytest.mark.parametrize("layout", [Layout.CSR, Layout.CSC, Layout.COO])
@pytest.mark.parametrize("both_ways", [False, True])
def test_large_graphs_are_searched_as_scipy_does(layout: Layout, both_ways: bool) -> None:
    graph = power_law(1, both_ways=both_ways)
    a = tensor(graph, layout)
    levels, parents = map(array_of, apply("bfs", a, 7))
    far = csgraph.dijkstra(graph, indices=7, unweighted=True)
    assert_array_equal(levels, np.where(np.isinf(far), -1, far))
    reached = np.flatnonzero(levels > 0)
    assert_array_equal(levels[parents[reached]] + 1, levels[reached])
    assert np.all(graph[parents[reached], reached] > 0)
    assert_allclose(array_of(apply("sssp", a, 7)), csgraph.dijkstra(graph, indices=7))
    labels, count = map(array_of, apply("connected_components", a))
    expected = csgraph.connected_components(graph, directed=True, connection="weak")
    assert count == expected[0]
    assert_array_equal(labels, expected[1])


def test_paths_without_hubs_are_searched() -> None:
    length = 5000
    line = sp.diags_array([np.ones(length - 1)], offsets=[1], shape=(length, length)).tocsr()
    levels, parents = map(array_of, apply("bfs", tensor(line), 0))
    assert_array_equal(levels, np.arange(length))
    assert_array_equal(parents, np.arange(length) - 1)
    labels, count = map(array_of, apply("connected_components", tensor(line.T.tocsr())))
    assert (labels.any(), count) == (False, 1)


def test_pagerank_of_a_matrix_of_either_order_is_the_same_to_the_bit() -> None:
    graph = power_law(2, both_ways=True)
    uniform = sp.csr_array((np.ones(graph.nnz), graph.indices, graph.indptr), shape=graph.shape)
    by_rows, by_columns = (array_of(apply("pagerank", tensor(uniform, layout))) for layout in (Layout.CSR, Layout.CSC))
    assert_array_equal(by_rows, by_columns)
    assert_allclose(by_rows.sum(), 1, rtol=1e-12)


def test_equal_weights_are_no_weights() -> None:
    graph = power_law(3)
    ranks = [
        array_of(apply("pagerank", tensor(sp.csr_array((data, graph.indices, graph.indptr), shape=graph.shape))))
        for data in (np.ones(graph.nnz, np.bool_), np.full(graph.nnz, 2.5), np.full(graph.nnz, 7, np.uint8))
    ]
    assert_array_equal(ranks[0], ranks[1])
    assert_array_equal(ranks[0], ranks[2])


def test_a_graph_is_symmetric_only_if_every_edge_goes_both_ways() -> None:
    graph = power_law(4, both_ways=True)
    assert adjacency.is_symmetric(adjacency.outgoing(tensor(graph)))
    for position in (0, graph.nnz // 2, graph.nnz - 1):
        left = graph.tolil()
        row = int(np.searchsorted(graph.indptr, position, "right")) - 1
        column = int(graph.indices[position])
        if row != column:
            left[row, column] = 0
            assert not adjacency.is_symmetric(adjacency.outgoing(tensor(sp.csr_array(left.tocsr()))))


@st.composite
def walks(draw: st.DrawFn) -> tuple[Sample, NDArray[np.int64], int, int]:
    nodes = draw(st.integers(1, 8))
    a = draw(samples((nodes, nodes), REAL, wild=False))
    starts = np.array(draw(st.lists(st.integers(0, nodes - 1), max_size=5)), np.int64)
    return a, starts, draw(st.integers(0, 6)), draw(st.sampled_from([0, 1, 2**32 - 1]))


@settings(max_examples=150, deadline=None)
@given(walks())
def test_walks_follow_edges_until_none_leads_on(case: tuple[Sample, NDArray[np.int64], int, int]) -> None:
    a, starts, length, seed = case
    if (a.array.astype(np.float64) < 0).any():
        with pytest.raises(OpError, match="at least 0"):
            apply("random_walks", a.tensor, tensor(starts), length=length, seed=seed)
        return
    found = array_of(apply("random_walks", a.tensor, tensor(starts), length=length, seed=seed))
    assert (found.shape, found.dtype) == ((len(starts), length + 1), np.dtype(np.int64))
    assert_array_equal(found[:, 0], starts)
    for walk in found:
        for u, v in itertools.pairwise(walk):
            if v < 0:
                assert v == -1
                assert u < 0 or not a.array[u].any()
            else:
                assert a.array[u, v] != 0


def test_edges_are_chosen_as_their_weights_say() -> None:
    a = np.array([[0, 1, 3, 6], [1, 0, 0, 0], [1, 0, 0, 0], [1, 0, 0, 0.0]])
    found = array_of(apply("random_walks", tensor(a), tensor(np.zeros(20_000, np.int64)), length=1, seed=5))
    assert_allclose(np.bincount(found[:, 1], minlength=4) / 20_000, a[0] / 10, atol=0.01)
    uniform = array_of(apply("random_walks", tensor(a > 0), tensor(np.zeros(30_000, np.int64)), length=1))
    assert_allclose(np.bincount(uniform[:, 1], minlength=4) / 30_000, [0, 1 / 3, 1 / 3, 1 / 3], atol=0.01)


def test_another_seed_walks_elsewhere_and_the_first_walks_are_always_the_same() -> None:
    a, starts = tensor(power_law(5, both_ways=True)), np.arange(100)
    first = array_of(apply("random_walks", a, tensor(starts), length=10, seed=1))
    assert_array_equal(first[:10], array_of(apply("random_walks", a, tensor(starts[:10]), length=10, seed=1)))
    assert_array_equal(first[:, :4], array_of(apply("random_walks", a, tensor(starts), length=3, seed=1)))
    assert np.any(first != array_of(apply("random_walks", a, tensor(starts), length=10, seed=2)))


@pytest.mark.parametrize(
    ("counter", "key", "expected"),
    [
        (0x0000000000000000, 0x00000000, (0xFF1DAE59, 0x6CD10DF2)),
        (0xFFFFFFFFFFFFFFFF, 0xFFFFFFFF, (0x2C3F628B, 0xAB4FD7AD)),
        (0x85A308D3243F6A88, 0x13198A2E, (0xDD7CE038, 0xF62A4C12)),
    ],
)
def test_random_numbers_are_those_that_the_authors_of_philox_give(
    counter: int, key: int, expected: tuple[int, int]
) -> None:
    left, right = expected
    assert random_bits(counter, key) == ((left & 0x1FFFFF) << 32) | right


WEIGHTED = ("pagerank", "sssp", "random_walks")


@pytest.mark.parametrize("weight", [-1.0, np.nan, -np.inf])
@pytest.mark.parametrize("name", WEIGHTED)
def test_weights_below_zero_and_what_is_no_number_are_refused(name: str, weight: float) -> None:
    a = np.ones((60, 60))
    a[1, 2] = weight
    with pytest.raises(OpError) as caught:
        apply(name, *arguments(name, a), **chosen(name))
    assert (caught.value.field, caught.value.expected) == ("a", "weights of at least 0")


@pytest.mark.parametrize("name", ["pagerank", "random_walks"])
def test_infinite_weights_are_refused_where_shares_are_computed(name: str) -> None:
    a = np.ones((60, 60))
    a[1, 2] = np.inf
    with pytest.raises(OpError, match="finite weights"):
        apply(name, *arguments(name, a), **chosen(name))


@pytest.mark.parametrize("name", GRAPHS)
def test_missing_elements_are_refused(name: str) -> None:
    a = np.ma.masked_array(np.ones((60, 60)), np.eye(60))
    with pytest.raises(OpError) as caught:
        apply(name, *arguments(name, a), **chosen(name))
    assert (caught.value.field, caught.value.found) == ("a", "60 missing elements")


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [("bfs", "sources", 3), ("bfs", "sources", -1), ("sssp", "source", 3), ("bfs", "sources", [0, 5])],
)
def test_nodes_that_there_are_not_are_refused(name: str, field: str, value: Any) -> None:
    given = value if isinstance(value, int) else tensor(np.array(value))
    with pytest.raises(OpError) as caught:
        apply(name, tensor(np.ones((3, 3))), given)
    assert (caught.value.field, caught.value.expected) == (field, "nodes from 0 to 2")


def test_ranks_that_do_not_settle_are_an_error() -> None:
    with pytest.raises(OpError) as caught:
        apply("pagerank", tensor(np.array([[0, 1], [0, 0]])), tol=0.0, max_iter=3)
    assert caught.value.field == "max_iter"
    assert caught.value.found.startswith("a change of ")


@pytest.mark.parametrize("name", GRAPHS)
def test_what_is_no_square_matrix_of_real_numbers_is_refused(name: str) -> None:
    for wrong in (np.ones((60, 61)), np.ones(60), np.ones((60, 60), np.complex64)):
        types = [type_of(x) if isinstance(x, Tensor) else x for x in arguments(name, wrong)]
        _, mismatches = infer(CATALOGUE[name], types, **chosen(name))
        assert [mismatch.split(":")[0] for mismatch in mismatches] == ["a"]


@pytest.mark.parametrize(
    ("name", "given", "field"),
    [
        ("pagerank", {"damping": 1.5}, "damping"),
        ("pagerank", {"tol": -1.0}, "tol"),
        ("pagerank", {"max_iter": 0}, "max_iter"),
        ("random_walks", {"length": -1}, "length"),
        ("random_walks", {"length": 1, "seed": 2**32}, "seed"),
    ],
)
def test_settings_that_do_not_fit_are_refused(name: str, given: dict[str, Any], field: str) -> None:
    types = [type_of(x) for x in arguments(name, np.ones((60, 60)))]
    _, mismatches = infer(CATALOGUE[name], types, **given)
    assert [mismatch.split(":")[0] for mismatch in mismatches] == [field]


def test_the_dimensions_of_a_graph_are_one() -> None:
    dtype = type_of(tensor(np.zeros(1))).dtypes  # type: ignore[union-attr]
    a = TensorType(dtype, (Symbol("n"), Symbol("m")), (Layout.CSR,))
    starts = TensorType(type_of(tensor(np.zeros(1, np.int64))).dtypes, (Symbol("w"),), (Layout.DENSE,))  # type: ignore[union-attr]
    (ranks,), wrong = infer(CATALOGUE["pagerank"], [a])
    assert (str(ranks), wrong) == ("float64[n]", [])
    (found,), wrong = infer(CATALOGUE["random_walks"], [a, starts], length=4)
    assert (str(found), wrong) == ("int64[w, 5]", [])
