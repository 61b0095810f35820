"""Pipelines on some rows at a time: the answers of the whole, and nothing of the size of the whole in between."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st

import jazz
from jazz.convert import from_value, to_value
from jazz.values import Layout, Tensor, Value
from jazz_server.engine.catalogue import CATALOGUE
from jazz_server.engine.op import Flow, Run, Settings
from jazz_server.engine.rows import between, can_be_cut
from jazz_server.engine.watching import watching
from jazz_server.kinds.match import type_of
from jazz_server.pipelines import streaming
from jazz_server.pipelines.control import RunControl
from jazz_server.pipelines.errors import RunCancelled, RunError, RunOutOfMemory
from jazz_server.pipelines.infer import infer
from jazz_server.pipelines.messages import pipeline_from_message
from jazz_server.pipelines.program import Program
from jazz_server.pipelines.program import compile as compile_program
from jazz_server.pipelines.slabs import Slabs, slabs
from unit.engine.samples import Sample, pierced, samples

ops = jazz.ops
RNG = np.random.default_rng(7)
X = sp.random_array((101, 12), density=0.2, rng=RNG, format="csr", dtype=np.float64)
D = RNG.random((101, 12))
W = RNG.random((12, 5))
Y = RNG.random(101)

PIPELINES: Mapping[str, tuple[Callable[..., Any], Mapping[str, Any]]] = {
    "a layer": (lambda x, w: ops.relu(x @ w - 0.5), {"x": X, "w": W}),
    "sparse stays sparse": (lambda x: ops.maximum(x * 2, 0), {"x": X}),
    "two results of one step": (lambda x: ops.topk(x, 3), {"x": X}),
    "rows are normalised": (lambda x: x / ops.sum(x, axis=1, keepdims=True), {"x": D}),
    "sums": (lambda x: ops.sum(x, axis=0), {"x": X}),
    "a sum of all": (ops.sum, {"x": D}),
    "means": (lambda x: ops.mean(x, axis=0), {"x": D}),
    "means that stay rows": (lambda x: ops.mean(x, axis=0, keepdims=True), {"x": X}),
    "extremes": (lambda x: (ops.max(x, axis=0), ops.min(x)), {"x": D}),
    "counts": (lambda x: ops.count_nonzero(x, axis=0), {"x": X}),
    "integers": (lambda x: ops.sum(x, axis=0), {"x": RNG.integers(0, 9, (77, 3), np.int32)}),
    "work after the rows": (lambda x: ops.sqrt(ops.sum(x * x, axis=0)) + 1, {"x": D}),
    "work before the rows": (lambda x, w: x @ ops.exp(w.T).T, {"x": X, "w": W}),
    "an input that goes along": (lambda x, y: x * y, {"x": D, "y": D + 1}),
    "a vector": (lambda y: ops.exp(y) - 1, {"y": Y}),
    "columns": (lambda x: ops.take(x, np.array([3, 1]), axis=1), {"x": X}),
    "rows that are looked up": (lambda i, w: ops.take(w, i), {"i": RNG.integers(0, 12, 300), "w": W}),
    "joined side by side": (lambda x: ops.concat([x, x + 1], axis=1), {"x": D}),
    "an input as an output": (lambda x: (x, ops.sum(x)), {"x": D}),
    "texts": (lambda t: ops.fill_na(t, "none"), {"t": ["a", None, "ü", "", None, "zz"] * 9}),
    "comparisons of texts": (
        lambda t, u: (t < u, t == "ü", (t <= "a") & (t != u)),
        {"t": ["a", None, "ü", "", None, "zz"] * 9, "u": ["ü", "a", "\0"] * 18},
    ),
    "comparisons of factors": (
        lambda f: (f == "b", f > "a", f != "c"),
        {"f": pd.Categorical(["a", None, "b"] * 20, ordered=True)},
    ),
    "comparisons of times": (
        lambda m, s: m <= s,
        {"m": np.array([5, 6, -7] * 20, "M8[s]"), "s": np.array([5000, 1, 2] * 20, "M8[ms]")},
    ),
    "times": (
        lambda m, s: (m + s, ops.maximum(s, np.timedelta64(3, "s")), s / np.timedelta64(1, "m")),
        {"m": np.array([5, 6, -7, 8] * 20, "M8[s]"), "s": np.array([1, 2, 3, 4] * 20, "m8[ms]")},
    ),
    "extremes of times": (
        lambda s: ops.max(s, axis=1) - ops.min(s, axis=1),
        {"s": np.arange(99).reshape(33, 3).astype("m8[s]")},
    ),
}


def _values(inputs: Mapping[str, Any]) -> dict[str, Value]:
    return {name: to_value(value) for name, value in inputs.items()}


def _program(traced: Callable[..., Any], values: Mapping[str, Value], **replaced: Any) -> Program:
    pipeline = pipeline_from_message(jazz.pipeline(traced).message)
    return compile_program(pipeline, {n: type_of(v) for n, v in values.items()}, ops={**CATALOGUE, **replaced})


def _cut(monkeypatch: pytest.MonkeyPatch, bytes_: int) -> None:
    monkeypatch.setattr(streaming, "SLAB_BYTES", bytes_)
    monkeypatch.setattr(streaming, "WHOLE_BYTES", 0)


def _equal(a: Value, b: Value) -> None:
    shown = [from_value(value) for value in (a, b)]
    assert str(a) == str(b)
    if sp.issparse(shown[0]):
        assert (shown[0].indices == shown[1].indices).all()
        shown = [each.toarray() for each in shown]
    shown = [np.asarray(each) for each in shown]
    if shown[0].dtype.kind == "f":
        np.testing.assert_allclose(shown[0], shown[1], rtol=1e-12)
    else:
        assert np.array_equal(*shown)


@pytest.mark.parametrize("name", PIPELINES)
@pytest.mark.parametrize("bytes_", [1, 700, 5000])
def test_the_answer_is_that_of_the_whole(name: str, bytes_: int, monkeypatch: pytest.MonkeyPatch) -> None:
    traced, inputs = PIPELINES[name]
    values = _values(inputs)
    whole = _program(traced, values).run(values, RunControl())
    _cut(monkeypatch, bytes_)
    cut = _program(traced, values)
    found = cut.run(values, RunControl())
    assert any(plan is not None for plan in cut._slabs.values())
    assert list(found) == list(whole)
    for output in whole:
        _equal(found[output], whole[output])


def _slabs(traced: Callable[..., Any], inputs: Mapping[str, Any], seed: int = 0) -> Slabs | None:
    values = _values(inputs)
    compiled = _program(traced, values)
    typing = infer(pipeline_from_message(jazz.pipeline(traced).message), {n: type_of(v) for n, v in values.items()})
    return slabs(compiled.graph, typing, seed)


@pytest.mark.parametrize(
    ("traced", "inputs"),
    [
        (lambda x: x.T, {"x": D}),
        (lambda x: x - ops.mean(x, axis=0), {"x": D}),
        (lambda x, w: w @ x, {"x": D, "w": RNG.random((4, 101))}),
        (lambda x: ops.topk(x, 2), {"x": Y}),
        (lambda x: ops.argmax(x, axis=0), {"x": D}),
        (lambda x: ops.concat([x, x]), {"x": D}),
        (lambda x, y: x + y, {"x": Y[:12], "y": D}),
    ],
)
def test_what_needs_other_rows_is_not_cut(traced: Callable[..., Any], inputs: Mapping[str, Any]) -> None:
    assert _slabs(traced, inputs) is None


def test_columns_are_not_cut() -> None:
    assert _slabs(lambda x: x * 2, {"x": X.tocsc()}) is None


def test_steps_without_rows_run_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def run(run: Run, args: Any, settings: Settings) -> Any:
        calls.append(args[0].shape)
        return CATALOGUE["exp"].run(run, args, settings)

    _cut(monkeypatch, 500)
    values = _values({"x": D, "w": W})
    _program(lambda x, w: x @ ops.exp(w), values, exp=replace(CATALOGUE["exp"], run=run)).run(values, RunControl())
    assert calls == [W.shape]


def test_what_lies_along_the_rows_is_known() -> None:
    along = _slabs(lambda x, w: ops.relu(x @ w), {"x": X, "w": W})
    summed = _slabs(lambda x: (x * 2, ops.sum(x)), {"x": X})
    assert along is not None
    assert summed is not None
    assert (along.lie_along, summed.lie_along) == (True, False)
    assert Flow.SUM in summed.flows


def test_a_run_is_stopped_between_two_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    control = RunControl()
    turns = []

    def run(run: Run, args: Any, settings: Settings) -> Any:
        turns.append(args[0].shape[0])
        control.cancelled.set()
        return CATALOGUE["exp"].run(run, args, settings)

    _cut(monkeypatch, 800)
    values = _values({"x": D})
    compiled = _program(ops.exp, values, exp=replace(CATALOGUE["exp"], run=run))
    with pytest.raises(RunCancelled):
        compiled.run(values, control)
    assert len(turns) == 1
    assert turns[0] < len(D)


def test_rows_that_are_not_stored_may_be_any_number() -> None:
    """Where they are cut is told one after the other: a list of all cuts would take more memory than there is."""
    control = RunControl(memory_limit=1 << 20)

    def run(run: Run, args: Any, settings: Settings) -> Any:
        control.cancelled.set()
        return CATALOGUE["exp"].run(run, args, settings)

    values = _values({"x": sp.coo_array(([1.0], ([3],)), shape=(1 << 62,))})
    compiled = _program(lambda x: ops.sum(ops.exp(x)), values, exp=replace(CATALOGUE["exp"], run=run))
    with pytest.raises(RunCancelled):
        compiled.run(values, control)


def test_only_the_outputs_need_memory_for_all_rows() -> None:
    wide = RNG.random((4096, 64))
    values = _values({"x": wide})
    limit = wide.nbytes
    small = _program(lambda x: ops.sum(ops.exp(x * 2) + x, axis=1), values)
    found = small.run(values, RunControl(memory_limit=limit))
    assert isinstance(found["result"], Tensor)
    np.testing.assert_allclose(found["result"].array(), (np.exp(wide * 2) + wide).sum(1))
    large = _program(lambda x: ops.concat([x, x, x], axis=1), values)
    with pytest.raises(RunOutOfMemory, match="bytes"):
        large.run(values, RunControl(memory_limit=limit))


def test_steps_that_are_fused_with_others_are_no_reason_to_cut() -> None:
    def chain(x: Any) -> Any:
        for _ in range(8):
            x = ops.sqrt(x + 1)
        return x

    values = _values({"x": D})
    compiled = _program(chain, values)
    with watching() as run:
        compiled.run(values, RunControl(memory_limit=10 * D.nbytes))
    assert not any("some rows" in chosen for chosen in run.chosen)


def test_an_error_in_some_rows_names_its_step(monkeypatch: pytest.MonkeyPatch) -> None:
    _cut(monkeypatch, 64)
    values = _values({"i": np.array([0, 1, 2] * 20 + [12]), "w": W})
    with pytest.raises(RunError, match="take"):
        _program(lambda i, w: ops.take(w, i), values).run(values, RunControl())


@given(st.data())
def test_rows_of_a_tensor_are_those_of_its_array(data: st.DataObject) -> None:
    shape = tuple(data.draw(st.lists(st.integers(0, 9), min_size=1, max_size=3)))
    layouts = tuple(layout for layout in Layout if layout is not Layout.CSC)
    sample: Sample = data.draw(samples(shape, layouts=layouts))
    sample = pierced(sample, np.random.default_rng(len(shape)).random(shape) < 0.3)
    assert can_be_cut(type_of(sample.tensor))
    begin = data.draw(st.integers(0, shape[0]))
    end = data.draw(st.integers(begin, shape[0]))
    part = between(sample.tensor, begin, end)
    assert part.shape == (end - begin, *shape[1:])
    whole = CATALOGUE["take"].run(_Free(), [sample.tensor, to_value(np.arange(begin, end))], {"axis": 0})[0]
    _equal_tensors(part, whole)


class _Free:
    def checkpoint(self) -> None:
        """Never stops."""


def _equal_tensors(a: Value, b: Value) -> None:
    assert isinstance(a, Tensor)
    assert isinstance(b, Tensor)
    dense = [CATALOGUE["to_dense"].run(_Free(), [x], {})[0] for x in (a, b)]
    assert isinstance(dense[0], Tensor)
    assert isinstance(dense[1], Tensor)
    np.testing.assert_array_equal(dense[0].array(), dense[1].array())
    assert dense[0].missing == dense[1].missing
