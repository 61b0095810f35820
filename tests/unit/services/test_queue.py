"""Runs that wait: in their order, and together where that gives each the answer that it would have alone."""

import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp

import jazz
from jazz.codec import decode
from jazz.convert import from_value, to_value
from jazz.values import Value
from jazz_server.engine.catalogue import CATALOGUE
from jazz_server.engine.errors import OpError
from jazz_server.engine.op import Run, Settings
from jazz_server.kinds.match import type_of
from jazz_server.pipelines.control import RunControl
from jazz_server.pipelines.errors import RunCancelled, RunError
from jazz_server.pipelines.joining import FEW, MOST, Member, few_rows, joinable
from jazz_server.pipelines.messages import pipeline_from_message
from jazz_server.pipelines.program import compile as compile_program
from jazz_server.services.queue import Computed, Job, Queue

RNG = np.random.default_rng(3)
W = to_value(sp.random_array((20, 8), density=0.3, rng=RNG, format="csr"))
ops = jazz.ops


class Busy:
    """A queue whose one thread is kept busy until it is let go."""

    def __init__(self) -> None:
        self.threads = ThreadPoolExecutor(1)
        self.queue = Queue(self.threads)
        self._gate = threading.Event()
        self.threads.submit(self._gate.wait)

    def submit(self, traced: Callable[..., Any], values: Mapping[str, Value], key: Any = "k", **replaced: Any) -> Any:
        types = {name: type_of(value) for name, value in values.items()}
        pipeline = pipeline_from_message(jazz.pipeline(traced).message)
        program = compile_program(pipeline, types, ops={**CATALOGUE, **replaced})
        control = RunControl()
        names = tuple(name for name in values if name != "w")
        job = Job(Member(program, values, control), key, names, few_rows({name: types[name] for name in names}))
        return control, self.queue.submit(job)

    def go(self) -> None:
        self._gate.set()


@pytest.fixture
def busy() -> Iterator[Busy]:
    made = Busy()
    yield made
    made.go()
    made.threads.shutdown()


def _shown(computed: Computed, name: str = "result") -> Any:
    encoded = computed.outputs[name]
    body = b"".join(bytes(data) for _, data in jazz.codec.chunks(encoded))
    return from_value(decode(encoded.header, body))


def _dense(x: Any) -> Any:
    return x.toarray() if sp.issparse(x) else x


@pytest.mark.parametrize("sparse", [True, False])
def test_alike_runs_that_wait_are_one_run_and_each_gets_its_rows(busy: Busy, sparse: bool) -> None:
    inputs = [sp.random_array((n, 20), density=0.2, rng=RNG, format="csr") for n in (1, 3, 2, 1, 7)]
    given = inputs if sparse else [x.toarray() for x in inputs]
    futures = [busy.submit(lambda x, w: ops.maximum(x @ w - 0.1, 0), {"x": to_value(x), "w": W})[1] for x in given]
    busy.go()
    w = _dense(from_value(W))
    for x, future in zip(inputs, futures, strict=True):
        computed = future.result(10)
        assert computed.together == len(inputs)
        np.testing.assert_allclose(_dense(_shown(computed)), np.maximum(x.toarray() @ w - 0.1, 0), rtol=1e-12)


def test_several_inputs_and_outputs_are_kept_apart(busy: Busy) -> None:
    given = [(RNG.random((n, 4)), RNG.random((n, 4))) for n in (2, 5)]
    traced = lambda a, b: ops.topk(a + b, 2)  # noqa: E731
    futures = [busy.submit(traced, {"a": to_value(a), "b": to_value(b)})[1] for a, b in given]
    busy.go()
    for (a, b), future in zip(given, futures, strict=True):
        assert future.result(10).together == 2
        np.testing.assert_array_equal(_shown(future.result(), "values"), -np.sort(-(a + b), axis=1)[:, :2])
        np.testing.assert_array_equal(_shown(future.result(), "indices"), np.argsort(-(a + b), axis=1)[:, :2])


def test_runs_of_other_keys_and_without_one_go_alone(busy: Busy) -> None:
    x = to_value(RNG.random((2, 20)))
    futures = [busy.submit(lambda x, w: x @ w, {"x": x, "w": W}, key)[1] for key in ("a", "b", None, None)]
    busy.go()
    assert [future.result(10).together for future in futures] == [1, 1, 1, 1]


def test_what_needs_other_rows_goes_alone(busy: Busy) -> None:
    inputs = [RNG.random((3, 5)) for _ in range(3)]
    futures = [busy.submit(lambda x: x - ops.mean(x, axis=0), {"x": to_value(x)})[1] for x in inputs]
    busy.go()
    for x, future in zip(inputs, futures, strict=True):
        assert future.result(10).together == 1
        np.testing.assert_allclose(_shown(future.result()), x - x.mean(0))


def test_no_more_rows_than_the_bound_are_joined(busy: Busy) -> None:
    futures = [busy.submit(lambda x: x + 1, {"x": to_value(np.ones((FEW, 2)))})[1] for _ in range(MOST // FEW + 3)]
    busy.go()
    assert {future.result(10).together for future in futures} == {MOST // FEW, 3}


def test_many_rows_none_and_scalars_are_not_few() -> None:
    many, none, scalar = (type_of(to_value(np.ones(shape))) for shape in ((FEW + 1, 2), (0, 2), ()))
    assert [few_rows({"x": each}) for each in (many, none, scalar)] == [0, 0, 0]
    assert few_rows({}) == 0


def test_a_run_that_fails_does_not_harm_the_others(busy: Busy) -> None:
    def run(run: Run, args: Any, settings: Settings) -> Any:
        if (args[0].array() < 0).any():
            raise OpError("x", "numbers of at least 0", "others")
        return CATALOGUE["sqrt"].run(run, args, settings)

    sqrt = replace(CATALOGUE["sqrt"], run=run)
    inputs = [np.ones((1, 2)), -np.ones((1, 2)), np.ones((2, 2)) * 4]
    futures = [busy.submit(ops.sqrt, {"x": to_value(x)}, sqrt=sqrt)[1] for x in inputs]
    busy.go()
    np.testing.assert_array_equal(_shown(futures[0].result(10)), [[1, 1]])
    with pytest.raises(RunError, match="at least 0"):
        futures[1].result(10)
    np.testing.assert_array_equal(_shown(futures[2].result(10)), [[2, 2], [2, 2]])


def test_a_run_that_is_called_off_does_not_stop_the_others(busy: Busy) -> None:
    controls, futures = zip(
        *[busy.submit(lambda x: x * 2, {"x": to_value(np.ones((1, 2)))}) for _ in range(3)], strict=True
    )
    controls[1].cancelled.set()
    busy.go()
    for future in (futures[0], futures[2]):
        np.testing.assert_array_equal(_shown(future.result(10)), [[2, 2]])


def test_runs_that_all_are_called_off_stop(busy: Busy) -> None:
    controls, futures = zip(
        *[busy.submit(lambda x: x * 2, {"x": to_value(np.ones((1, 2)))}) for _ in range(2)], strict=True
    )
    for control in controls:
        control.cancelled.set()
    busy.go()
    for future in futures:
        with pytest.raises(RunCancelled):
            future.result(10)


def test_labels_of_rows_are_not_mixed() -> None:
    x = to_value(np.ones((2, 2)))
    program = compile_program(
        pipeline_from_message(jazz.pipeline(lambda x: (x, x + 1)).message), {"x": type_of(x)}, ops=CATALOGUE
    )
    assert joinable(program, ["x"]) is None
