"""Networks made ready for tiles: what is left out and made compact changes no bit of an answer."""

from __future__ import annotations

import gc
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jazz.values import Layout, Tensor, compressed
from jazz_server.engine import parallel
from jazz_server.engine.compressed import lines_of
from jazz_server.engine.kernels.tiles import EACH, HALVES, SAME
from jazz_server.engine.watching import watching
from jazz_server.pipelines.control import RunControl
from jazz_server.pipelines.errors import RunCancelled
from jazz_server.pipelines.passes import networks
from jazz_server.pipelines.passes.networks import stacked
from jazz_server.pipelines.passes.ready import Ready
from jazz_server.pipelines.passes.stages import Network
from jazz_server.pipelines.passes.tiles import through_tiles
from jazz_server.pipelines.passes.without import VARIABLE
from radixnet import infer, radixnet

BIAS = np.array([-0.3], np.float32)
CAP = 32.0


def csr(matrix: Any, dtype: Any = np.float32) -> Tensor:
    m = sp.csr_array(matrix).astype(dtype)
    m.sort_indices()
    return compressed(Layout.CSR, m.shape, m.indptr.astype(np.int32), m.indices.astype(np.int32), m.data)


def network(weights: Sequence[Any], biases: Sequence[np.ndarray] | None = None, upper: float = CAP) -> Network:
    dtype = np.float32 if biases is None else biases[0].dtype
    matrices = [lines_of(csr(w, dtype)) for w in weights]
    return stacked(RunControl(), matrices, biases or [BIAS] * len(weights), upper)


def answer(x: Any, net: Network) -> sp.csr_array:
    found = through_tiles(RunControl(), csr(x, net.data.dtype), net)
    assert found is not None
    assert found.indptr is not None
    return sp.csr_array((found.data, found.indices[0], found.indptr), shape=found.shape)


def same(a: sp.csr_array, b: sp.csr_array) -> None:
    assert a.shape == b.shape
    for one, other in ((a.indptr, b.indptr), (a.indices, b.indices), (a.data, b.data)):
        np.testing.assert_array_equal(one, other)


def images(rows: int, neurons: int = 1024, density: float = 0.15) -> sp.csr_array:
    return sp.csr_array((np.random.default_rng(5).random((rows, neurons)) < density).astype(np.float32))


def repeating(random: np.random.Generator, rows: int, columns: int) -> np.ndarray:
    """Weights of which some columns are equal, and some nearly so."""
    w = np.where(random.random((rows, columns)) < 0.4, random.choice([0.25, 0.3, -0.7, 1.1], (rows, columns)), 0)
    w[:, random.integers(0, columns, columns // 2)] = w[:, [0]]
    w[0, -1] += 0.5
    return w


@given(
    seed=st.integers(0, 1000),
    rows=st.integers(0, 200),
    widths=st.lists(st.integers(1, 40), min_size=2, max_size=7),
    dtype=st.sampled_from([np.float32, np.float64]),
    per_column=st.booleans(),
    left_out=st.sampled_from(["columns", "full_rows", "columns,full_rows"]),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_pass_changes_a_bit(
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
    rows: int,
    widths: list[int],
    dtype: Any,
    per_column: bool,
    left_out: str,
) -> None:
    random = np.random.default_rng(seed)
    weights = [repeating(random, *pair) for pair in pairwise(widths)]
    biases = [-random.choice([0, 0.3], w.shape[1] if per_column else 1).astype(dtype) for w in weights]
    x = random.choice([0, 0, 0.7, 1.0, 5.0], (rows, widths[0]))
    monkeypatch.delenv(VARIABLE, raising=False)
    ours = answer(x, network(weights, biases, 2.0))
    monkeypatch.setenv(VARIABLE, left_out)
    same(ours, answer(x, network(weights, biases, 2.0)))


def test_equal_columns_are_computed_once() -> None:
    w = np.tile(np.eye(3), 4) * 0.5
    net = network([w, np.ones((12, 2))])
    assert np.diff(net.starts).tolist() == [3, 1]
    assert "equal columns once: 4 of 14" in str(net)


def test_columns_that_differ_in_their_bias_or_in_the_order_of_weights_are_not_equal() -> None:
    same_inputs = np.array([[0.5, 0.25, 0.5], [0.25, 0.5, 0.25]])
    net = network([same_inputs], [np.array([-0.1, -0.1, -0.2], np.float32)])
    assert net.starts.tolist() == [0, 3]


def test_a_row_at_the_upper_limit_retires_only_when_it_stays_there() -> None:
    keeps, lowers = np.eye(4), np.eye(4) * 0.5
    zero = [np.zeros(1, np.float32)] * 3
    assert network([keeps, keeps, keeps], zero).full_from == 0
    assert network([lowers, keeps, keeps], zero).full_from == 1
    assert network([keeps, keeps, lowers], zero).full_from == 3
    x = np.full((3, 4), CAP)
    np.testing.assert_array_equal(answer(x, network([keeps, keeps, lowers], zero)).toarray(), x / 2)
    np.testing.assert_array_equal(answer(x, network([keeps, keeps, keeps], zero)).toarray(), x)


def test_weights_are_as_compact_as_they_can_be() -> None:
    random = np.random.default_rng(1)
    different = random.random((30, 30)).astype(np.float32)
    assert network([np.eye(30), np.eye(30) * 2]).data[:2].tolist() == [1.0, 2.0]
    net = network([different])
    assert net.indices.dtype == np.uint16
    assert kept(net) == [EACH]
    wide = sp.csr_array((np.ones(2, np.float32), ([0, 69_999], [0, 1])), shape=(70_000, 2))
    assert network([wide]).indices.dtype == np.int32
    x = sp.csr_array((np.array([3.0, 4.0], np.float32), ([0, 0], [0, 69_999])), shape=(1, 70_000))
    np.testing.assert_array_equal(answer(x, network([wide], [np.zeros(1, np.float32)])).toarray(), [[3.0, 4.0]])


def kept(net: Network) -> list[int]:
    """How the weights of each layer are kept."""
    return list(net.weights[:, 0].tolist())


@pytest.fixture
def halves_pay(monkeypatch: pytest.MonkeyPatch) -> None:
    """Weights are kept as float16 where that is exact, also where it is not faster."""
    monkeypatch.setattr(networks, "has_many_registers", lambda: True)
    monkeypatch.setattr(networks, "_FEW_BYTES_OF_ROWS", 1 << 20)
    monkeypatch.setattr(networks, "_TOGETHER", 1)


def stored(weights: Sequence[float], columns: int = 1) -> sp.csr_array:
    """Weights that are all stored, also zeros."""
    rows = len(weights) // columns
    places = np.divmod(np.arange(len(weights)), columns)
    return sp.csr_array((np.array(weights, np.float32), places), shape=(rows, columns))


def various(neurons: int, layers: int) -> list[sp.csr_array]:
    """A network of the challenge whose weights are not the same; all are float16."""
    random, weights = np.random.default_rng(4), radixnet(neurons, layers, seed=1)
    for w in weights:
        w.data[:] = random.integers(1, 8, w.nnz) / 64
    return weights


@pytest.mark.usefixtures("halves_pay")
@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        ([1.0, 0.5, -3 / 64], HALVES),
        ([65504.0, -65504.0], HALVES),
        ([2.0**-14, 1.0], HALVES),
        ([-0.0, 1.0], HALVES),
        ([1.0, 1.0], SAME),
        ([-0.0, 0.0], SAME),
        ([], EACH),
        ([1.0, 0.5, 0.1], EACH),
        ([1.0, 1 + 2.0**-11], EACH),
        ([1.0, 65505.0], EACH),
        ([1.0, 1e30], EACH),
        ([1.0, np.inf], EACH),
        ([1.0, np.nan], EACH),
        ([1.0, 2.0**-15], EACH),
        ([1.0, 2.0**-24], EACH),
        ([1.0, 1e-30], EACH),
        ([1.0, 1e-45], EACH),
    ],
)
def test_weights_are_kept_as_float16_where_that_is_exact_and_not_subnormal(weights: list[float], expected: int) -> None:
    assert kept(network([stored(weights)])) == [expected]


@pytest.mark.usefixtures("halves_pay")
def test_the_signs_of_zeros_are_kept() -> None:
    net = network([stored([1.0, -0.0, 0.0, -1.0])])
    assert np.signbit(net.halves[:4]).tolist() == [False, True, False, True]


@pytest.mark.usefixtures("halves_pay")
def test_a_network_tells_how_the_weights_of_its_layers_are_kept() -> None:
    same, halves, each = np.eye(4), np.diag([1, 2, 3, 4]), np.diag([0.1, 2, 3, 4])
    assert "one weight for each layer" in str(network([same, same]))
    assert "2 bytes for a weight" in str(network([halves, halves]))
    mixed = network([halves, same, each, halves])
    assert kept(mixed) == [HALVES, SAME, EACH, HALVES]
    assert "one weight in 1 of 4 layers, 2 bytes for a weight in 2 of 4 layers, 4 bytes for a weight in 1" in str(mixed)


def test_weights_are_kept_as_float16_where_layers_are_wide_and_neurons_share_inputs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(networks, "has_many_registers", lambda: True)
    wide = various(4096, 1)
    assert kept(network(wide)) == [HALVES]
    assert kept(network(various(1024, 1))) == [EACH]
    neurons = np.arange(4096)
    inputs = (neurons[:, None] + 17 * np.arange(32)) % 4096
    scattered = sp.csr_array((wide[0].data, (inputs.ravel(), np.repeat(neurons, 32))))
    assert kept(network([scattered])) == [EACH]
    monkeypatch.setattr(networks, "has_many_registers", lambda: False)
    assert kept(network(wide)) == [EACH]


@pytest.mark.usefixtures("halves_pay")
@given(
    seed=st.integers(0, 1000),
    rows=st.integers(0, 200),
    widths=st.lists(st.integers(1, 40), min_size=2, max_size=6),
    dtype=st.sampled_from([np.float32, np.float64]),
    numbers=st.lists(
        st.sampled_from([(0.25, -1.5, 3 / 64), (0.25, -0.0), (0.5,), (0.25, 0.1), (0.5, 2.0**-15), (0.75, 2.0**-24)]),
        min_size=5,
        max_size=5,
    ),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_float16_changes_no_bit(
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
    rows: int,
    widths: list[int],
    dtype: Any,
    numbers: list[tuple[float, ...]],
) -> None:
    random = np.random.default_rng(seed)
    weights = []
    for (before, after), choices in zip(pairwise(widths), numbers, strict=False):
        places = np.nonzero(np.repeat(random.random((before, 4)) < 0.5, [1, 2, 4, after], axis=1)[:, :after])
        weights.append(sp.csr_array((random.choice(choices, len(places[0])), places), shape=(before, after)))
    biases = [-random.choice([0, 0.3], w.shape[1]).astype(dtype) for w in weights]
    x = random.choice([0, 0, 0.7, 1.0, 5.0], (rows, widths[0]))
    monkeypatch.delenv(VARIABLE, raising=False)
    ours = network(weights, biases, 2.0)
    monkeypatch.setenv(VARIABLE, "halves")
    theirs = network(weights, biases, 2.0)
    assert HALVES not in kept(theirs)
    same(answer(x, ours), answer(x, theirs))


@pytest.mark.parametrize("neurons", [64, 1024])
def test_the_rule_of_the_challenge(neurons: int) -> None:
    # Weights of 1/16 make sums exact, but for the bias.
    weights = radixnet(neurons, 40, seed=2)
    x = images(700, neurons)
    ours, theirs = answer(x, network(weights)), infer(x, weights, -0.3)
    np.testing.assert_array_equal(np.diff(ours.indptr) > 0, np.diff(theirs.indptr) > 0)
    np.testing.assert_allclose(ours.toarray(), theirs.toarray(), rtol=1e-5)


@pytest.mark.usefixtures("halves_pay")
@pytest.mark.parametrize("weights", [radixnet(1024, 12, seed=1), various(1024, 12)], ids=["same", "halves"])
def test_answers_are_the_same_for_any_number_of_threads(
    monkeypatch: pytest.MonkeyPatch, weights: list[sp.csr_array]
) -> None:
    monkeypatch.setenv(VARIABLE, "columns,halves")
    x = images(900)
    expected = answer(x, network(weights))
    monkeypatch.setenv(VARIABLE, "columns")
    net = network(weights)
    for threads in (1, 2, 4):
        pool = ThreadPoolExecutor(threads, initializer=parallel._begin_thread)
        monkeypatch.setattr(parallel, "_pool", lambda pool=pool: pool)
        monkeypatch.setattr(parallel, "_threads", threads)
        same(answer(x, net), expected)
        pool.shutdown()


def test_answers_are_the_same_for_any_rows_at_their_side() -> None:
    x, net = images(300), network(radixnet(1024, 12, seed=1))
    expected = answer(x, net)
    for part in (slice(0, 1), slice(7, 40), slice(100, 300)):
        same(answer(x[part], net), expected[part])


def test_fifty_runs_at_once_give_the_same() -> None:
    x, net = images(200), network(radixnet(1024, 12, seed=1))
    expected = answer(x, net)
    with ThreadPoolExecutor(50) as pool:
        for found in pool.map(lambda _: answer(x, net), range(50)):
            same(found, expected)


@pytest.mark.parametrize(("value", "weight", "counts"), [(1.0, 0.0625, True), (3.0, 0.5, True), (1.0, 0.3, False)])
def test_inputs_of_one_value_are_counted_where_no_sum_of_their_weights_is_rounded(
    value: float, weight: float, counts: bool
) -> None:
    w = np.where(np.random.default_rng(3).random((300, 40)) < 0.5, weight, 0)
    net = network([w, np.eye(40) * weight])
    x = images(90, 300) * value
    with watching() as run:
        ours = answer(x, net)
    assert ("counts inputs" in " ".join(run.chosen)) is counts
    other = x.copy()
    other.data[-1] = 2 * value
    same(ours[:-1], answer(other, net)[:-1])


def test_a_run_stops_between_tiles() -> None:
    control = RunControl()
    control.cancelled.set()
    with pytest.raises(RunCancelled):
        through_tiles(control, csr(images(100)), network(radixnet(1024, 12, seed=1)))


def test_a_run_tells_what_it_chose_and_how_many_rows_it_left_out() -> None:
    x, net = images(200), network(radixnet(1024, 30, seed=1))
    with watching() as run:
        answer(x, net)
    words = " ".join(run.chosen)
    assert "equal columns once" in words
    assert "2 bytes for an index" in words
    assert run.rows_pruned > 0


class Made:
    nbytes = 10


def test_what_was_made_ready_is_kept_for_as_long_as_its_arrays() -> None:
    ready: Ready[Made] = Ready(lambda: 100)
    arrays = [np.zeros(2), np.ones(2)]
    first = ready.get(arrays, "a", Made)
    assert ready.get(arrays, "a", Made) is first
    assert ready.get(arrays, "b", Made) is not first
    assert ready.get([np.zeros(2), arrays[1]], "a", Made) is not first
    assert len(ready) == 2
    del arrays
    gc.collect()
    assert len(ready) == 0


def test_what_was_used_longest_ago_makes_room() -> None:
    ready: Ready[Made] = Ready(lambda: 25)
    arrays = [[np.zeros(1)] for _ in range(3)]
    made = [ready.get(one, None, Made) for one in arrays]
    assert ready.get(arrays[2], None, Made) is made[2]
    assert ready.get(arrays[0], None, Made) is not made[0]


def test_what_many_ask_for_at_once_is_made_once() -> None:
    ready: Ready[Made] = Ready(lambda: 100)
    array, made, gate = np.zeros(1), [], threading.Barrier(8)

    def make() -> Made:
        made.append(Made())
        return made[-1]

    def ask(_: int) -> Made:
        gate.wait()
        return ready.get([array], None, make)

    with ThreadPoolExecutor(8) as pool:
        assert len(set(map(id, pool.map(ask, range(8))))) == 1
    assert len(made) == 1


def test_what_could_not_be_made_is_tried_again() -> None:
    ready: Ready[Made] = Ready(lambda: 100)
    array = np.zeros(1)

    def fail() -> Made:
        raise MemoryError

    with pytest.raises(MemoryError):
        ready.get([array], None, fail)
    assert isinstance(ready.get([array], None, Made), Made)
