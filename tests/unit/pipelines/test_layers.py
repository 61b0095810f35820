"""Layers of sparse networks run as one step, with the same results."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jazz.values import Layout, Tensor, Value, compressed, dense
from jazz_server.engine.catalogue import CATALOGUE as OPS
from jazz_server.engine.compressed import lines_of
from jazz_server.kinds.match import type_of
from jazz_server.kinds.types import AnyType
from jazz_server.pipelines.body import bind
from jazz_server.pipelines.control import RunControl
from jazz_server.pipelines.errors import RunCancelled, RunError
from jazz_server.pipelines.execution import Schedule
from jazz_server.pipelines.explain import explain
from jazz_server.pipelines.graph import Argument, ConstantRef, InputRef, Literal, Pipeline, Step, StepRef
from jazz_server.pipelines.infer import infer
from jazz_server.pipelines.passes.networks import stacked
from jazz_server.pipelines.passes.tiles import pays, through_tiles
from jazz_server.pipelines.program import Program
from jazz_server.pipelines.program import compile as compile_program
from unit.pipelines.small_ops import graph, step

X, W, BIAS = InputRef(0), InputRef(1), InputRef(2)


def _csr(matrix: Any, dtype: str = "float64") -> Tensor:
    m = sp.csr_array(matrix).astype(dtype)
    m.sort_indices()
    return compressed(Layout.CSR, m.shape, m.indptr.astype(np.int32), m.indices.astype(np.int32), m.data)


def _scipy(value: Value) -> Any:
    assert isinstance(value, Tensor)
    assert value.indptr is not None
    return sp.csr_array((value.data, value.indices[0], value.indptr), shape=value.shape)


def _random(seed: int, rows: int, columns: int, dtype: str = "float64") -> Tensor:
    rng = np.random.default_rng(seed)
    # Quarters, so that sums are exact and some cancel.
    values = rng.integers(-4, 8, (rows, columns)) / 4 * (rng.random((rows, columns)) < 0.4)
    return _csr(values, dtype)


def layer_steps(x: Argument, w: Argument, bias: Argument, first: int = 0) -> list[Step]:
    """y = x @ w; clip(y + bias * (y != 0), 0, 32)"""
    return [
        step("matmul", x, w),
        step("not_equal", StepRef(first), Literal(0)),
        step("multiply", bias, StepRef(first + 1)),
        step("add", StepRef(first), StepRef(first + 2)),
        step("clip", StepRef(first + 3), min=0, max=32),
    ]


def _both(steps: Sequence[Step], *values: Value, **outputs: Argument) -> tuple[Program, list[Value], list[Value]]:
    """The program, what it gives, and what the steps one by one give."""
    named = {f"v{n}": value for n, value in enumerate(values)}
    p = Pipeline(graph(dict.fromkeys(named, AnyType()), steps, **outputs), (), values)
    program = compile_program(p, {name: type_of(value) for name, value in named.items()}, ops=OPS)
    ours = program.run(named, RunControl())
    return program, list(ours.values()), list(Schedule(bind(p, OPS)).run(RunControl(), list(values)))


def _same(ours: Sequence[Value], theirs: Sequence[Value]) -> None:
    for a, b in zip(ours, theirs, strict=True):
        assert str(a) == str(b)
        assert isinstance(a, Tensor)
        assert isinstance(b, Tensor)
        for one, other in zip(a.buffers(), b.buffers(), strict=True):
            np.testing.assert_array_equal(one, other)


def _fused(program: Program) -> int:
    return sum(s.op.name in ("sparse_layer", "sparse_layers") for s in program.graph.steps)


SHAPES: dict[str, list[Step]] = {
    "b * mask": layer_steps(X, W, Literal(-0.25)),
    "mask * b": [
        *layer_steps(X, W, Literal(-0.25))[:2],
        step("multiply", StepRef(1), Literal(-0.25)),
        *layer_steps(X, W, Literal(-0.25))[3:],
    ],
    "0 != y": [
        step("matmul", X, W),
        step("not_equal", Literal(0.0), StepRef(0)),
        *layer_steps(X, W, Literal(-0.25))[2:],
    ],
    "term + y": [
        *layer_steps(X, W, Literal(-0.25))[:3],
        step("add", StepRef(2), StepRef(0)),
        step("clip", StepRef(3), min=0, max=32),
    ],
    "y - c * mask": [
        *layer_steps(X, W, Literal(0.25))[:3],
        step("subtract", StepRef(0), StepRef(2)),
        step("clip", StepRef(3), min=0.0),
    ],
    "relu": [*layer_steps(X, W, Literal(-0.25))[:4], step("relu", StepRef(3))],
    "minimum of relu": [
        *layer_steps(X, W, Literal(-0.25))[:4],
        step("relu", StepRef(3)),
        step("minimum", Literal(1.5), StepRef(4)),
    ],
    "maximum of clip": [
        *layer_steps(X, W, Literal(-0.25))[:4],
        step("clip", StepRef(3), min=-1, max=1.5),
        step("maximum", StepRef(4), Literal(0)),
    ],
    "the product written twice": [
        step("matmul", X, W),
        step("matmul", X, W),
        step("not_equal", StepRef(1), Literal(0)),
        step("multiply", Literal(-0.25), StepRef(2)),
        step("add", StepRef(0), StepRef(3)),
        step("clip", StepRef(4), min=0, max=2),
    ],
    "no bias": layer_steps(X, W, Literal(0)),
    "bias of one number": layer_steps(X, W, BIAS),
    "weights that are constants": layer_steps(X, ConstantRef(1), ConstantRef(2)),
}


@pytest.mark.parametrize("steps", SHAPES.values(), ids=SHAPES.keys())
@given(seed=st.integers(0, 1000), rows=st.integers(0, 6), inner=st.integers(1, 5), columns=st.integers(1, 70))
@settings(max_examples=15, deadline=None)
def test_a_layer_is_one_step_with_the_same_result(
    steps: list[Step], seed: int, rows: int, inner: int, columns: int
) -> None:
    x, w = _random(seed, rows, inner), _random(seed + 1, inner, columns)
    program, ours, theirs = _both(steps, x, w, dense(np.asarray(-0.25)))
    assert _fused(program) == 1
    assert len(program.graph.used()) == 1
    _same(ours, theirs)


def test_a_bias_may_be_one_for_each_column() -> None:
    bias = dense(np.array([-0.25, 0.0, -1.0, -0.5]))
    program, ours, theirs = _both(layer_steps(X, W, BIAS), _random(1, 9, 5), _random(2, 5, 4), bias)
    assert _fused(program) == 1
    _same(ours, theirs)


def test_float32_stays_float32() -> None:
    bias = dense(np.asarray(-0.25, np.float32))
    x, w = _random(1, 9, 5, "float32"), _random(2, 5, 7, "float32")
    program, ours, theirs = _both(layer_steps(X, W, BIAS), x, w, bias)
    assert _fused(program) == 1
    assert str(ours[0]) == "float32[9, 7] csr"
    _same(ours, theirs)


def test_a_product_that_is_rounded_before_the_bias_is_added_is_left_alone() -> None:
    x, w = _random(1, 9, 5, "float32"), _random(2, 5, 7, "float32")
    program, ours, theirs = _both(layer_steps(X, W, Literal(-0.3)), x, w)
    assert _fused(program) == 0
    assert str(ours[0]) == "float64[9, 7] csr"
    _same(ours, theirs)


@given(seed=st.integers(0, 1000), bias=st.sampled_from([0.25, np.nan, np.inf, -np.inf]))
@settings(max_examples=30, deadline=None)
def test_a_bias_that_makes_a_difference_where_sums_cancel_runs_step_by_step(seed: int, bias: float) -> None:
    _, ours, theirs = _both(layer_steps(X, W, Literal(bias)), _random(seed, 6, 3), _random(seed + 1, 3, 9))
    _same(ours, theirs)


def test_infinite_and_missing_numbers_come_through() -> None:
    x = _csr(np.array([[np.inf, 1, 0], [np.nan, 0, 1], [1, 0, 0]]))
    w = _csr(np.array([[1, 0, -1], [-np.inf, 2, 0], [0, 3, np.nan]]))
    program, ours, theirs = _both(layer_steps(X, W, Literal(-0.25)), x, w)
    assert _fused(program) == 1
    _same(ours, theirs)


KEPT: dict[str, tuple[list[Step], dict[str, Argument]]] = {
    "the product is an output": (layer_steps(X, W, Literal(-0.25)), {"y": StepRef(0), "z": StepRef(4)}),
    "the mask is used elsewhere": (
        [*layer_steps(X, W, Literal(-0.25)), step("multiply", StepRef(4), StepRef(1))],
        {"z": StepRef(5)},
    ),
    "limits that zero is not within": (
        [*layer_steps(X, W, Literal(-0.25))[:4], step("clip", StepRef(3), min=1, max=32)],
        {"z": StepRef(4)},
    ),
    "another comparison": (
        [
            step("matmul", X, W),
            step("not_equal", StepRef(0), Literal(1)),
            *layer_steps(X, W, Literal(-0.25))[2:],
        ],
        {"z": StepRef(4)},
    ),
    "the mask of something else": (
        [step("matmul", X, W), step("not_equal", X, Literal(0)), *layer_steps(X, W, Literal(-0.25))[2:]],
        {"z": StepRef(4)},
    ),
    "the mask minus the product": (
        [*layer_steps(X, W, Literal(-0.25))[:3], step("subtract", StepRef(2), StepRef(0)), step("relu", StepRef(3))],
        {"z": StepRef(4)},
    ),
    "no limits": (layer_steps(X, W, Literal(-0.25))[:4], {"z": StepRef(3)}),
}


@pytest.mark.parametrize(("steps", "outputs"), KEPT.values(), ids=KEPT.keys())
def test_what_is_not_a_layer_is_left_alone(steps: list[Step], outputs: dict[str, Argument]) -> None:
    program, ours, theirs = _both(steps, _random(1, 4, 4), _random(2, 4, 4), **outputs)
    assert _fused(program) == 0
    _same(ours, theirs)


@pytest.mark.parametrize("semiring", ["max_times", "or_and"])
def test_products_of_another_semiring_are_left_alone(semiring: str) -> None:
    steps = [step("matmul", X, W, semiring=semiring), *layer_steps(X, W, Literal(-0.25))[1:]]
    program, ours, theirs = _both(steps, _random(1, 6, 5), _random(2, 5, 7), y=StepRef(4))
    assert _fused(program) == 0
    _same(ours, theirs)


def test_dense_weights_are_left_alone() -> None:
    program, ours, theirs = _both(layer_steps(X, W, Literal(-0.25)), _random(1, 4, 3), dense(np.eye(3)))
    assert _fused(program) == 0
    _same(ours, theirs)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_network_of_120_layers_equals_scipy(dtype: str) -> None:
    rng = np.random.default_rng(7)
    layers = [_random(100 + n, 16, 16, dtype) for n in range(120)]
    bias = np.asarray(-0.25, dtype)
    x = _csr(rng.random((40, 16)) < 0.5, dtype)
    values = [x, *layers, dense(bias)]
    steps: list[Step] = []
    source: Argument = X
    for n in range(120):
        steps += layer_steps(source, InputRef(n + 1), InputRef(121), len(steps))
        source = StepRef(len(steps) - 1)
    named = {f"v{n}": v for n, v in enumerate(values)}
    p = Pipeline(graph(dict.fromkeys(named, AnyType()), steps))
    typing = infer(p, {name: type_of(v) for name, v in named.items()}, ops=OPS)
    program = compile_program(p, typing, ops=OPS)
    assert _fused(program) == 120
    expected = _scipy(x)
    for w in layers:
        y = expected @ _scipy(w)
        y.data += bias * (y.data != 0)
        y.data = np.clip(y.data, 0, 32)
        y.eliminate_zeros()
        y.sort_indices()
        expected = y
    result = _scipy(program.run(named, RunControl())["result"])
    assert expected.nnz > 0
    np.testing.assert_allclose(result.toarray(), expected.toarray(), rtol=1e-5)
    (last,) = explain(p, typing).steps
    assert last.op == "sparse_layers"
    assert last.note == "fused with steps 0-598: 120 layers, in tiles of rows if it pays; native"


def test_a_layer_is_explained() -> None:
    p = Pipeline(graph({"x": AnyType(), "w": AnyType()}, layer_steps(X, W, Literal(-0.25))))
    types = {name: type_of(_random(1, 4, 4)) for name in "xw"}
    (only,) = explain(p, infer(p, types)).steps
    assert (only.op, only.position, only.arguments) == ("sparse_layer", 4, "x, w, -0.25")
    assert only.note == "fused with steps 0-3: layer; native"


def _network(biases: Sequence[Argument], **outputs: Argument) -> tuple[list[Step], dict[str, Argument]]:
    """Layers, one on another: the first value is what goes in, the next ones are the weights."""
    steps: list[Step] = []
    source: Argument = X
    for n, bias in enumerate(biases):
        steps += layer_steps(source, InputRef(n + 1), bias, len(steps))
        source = StepRef(len(steps) - 1)
    return steps, outputs or {"result": source}


@pytest.fixture
def tiled(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Tiles wherever they can be; tells each time whether they could."""
    took: list[bool] = []

    def spied(*arguments: Any) -> Tensor | None:
        result = through_tiles(*arguments)
        took.append(result is not None)
        return result

    monkeypatch.setattr("jazz_server.pipelines.passes.runs.pays", lambda _: True)
    monkeypatch.setattr("jazz_server.pipelines.passes.runs.through_tiles", spied)
    return took


@given(
    seed=st.integers(0, 1000),
    rows=st.integers(0, 90),
    widths=st.lists(st.integers(1, 40), min_size=4, max_size=4),
    per_column=st.booleans(),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_run_of_layers_is_one_step_with_the_same_result(
    tiled: list[bool], seed: int, rows: int, widths: list[int], per_column: bool
) -> None:
    weights = [_random(seed + n, widths[n], widths[n + 1]) for n in range(3)]
    bias = dense(np.random.default_rng(seed).integers(-3, 1, widths[2] if per_column else 1) / 4)
    steps, outputs = _network([Literal(-0.25), InputRef(4), Literal(-0.5)])
    program, ours, theirs = _both(steps, _random(seed, rows, widths[0]), *weights, bias, **outputs)
    assert len(program.graph.used()) == 1
    assert tiled.pop()
    _same(ours, theirs)


def test_a_result_between_layers_that_is_an_output_ends_a_run(tiled: list[bool]) -> None:
    steps, _ = _network([Literal(-0.25)] * 4)
    weights = [_random(n, 9, 9) for n in range(4)]
    program, ours, theirs = _both(steps, _random(9, 30, 9), *weights, middle=StepRef(9), last=StepRef(19))
    assert [program.graph.steps[n].op.name for n in sorted(program.graph.used())] == ["sparse_layers"] * 2
    assert tiled == [True, True]
    _same(ours, theirs)


def test_layers_with_other_limits_are_runs_of_their_own() -> None:
    steps, outputs = _network([Literal(-0.25)] * 4)
    steps[9] = step("clip", StepRef(8), min=0, max=1)
    program, ours, theirs = _both(steps, _random(9, 30, 9), *(_random(n, 9, 9) for n in range(4)), **outputs)
    used = [program.graph.steps[n].op.name for n in sorted(program.graph.used())]
    assert used == ["sparse_layer", "sparse_layer", "sparse_layers"]
    _same(ours, theirs)


def test_infinite_weights_are_left_to_sparse_layers(tiled: list[bool]) -> None:
    weights = [_csr(np.array([[np.inf, 0.5], [0, 1]])), _csr(np.array([[0, 1], [1, np.nan]]))]
    steps, outputs = _network([Literal(-0.25)] * 2)
    _, ours, theirs = _both(steps, _csr(np.array([[1.0, 0], [0, 1]])), *weights, **outputs)
    assert tiled == [False]
    _same(ours, theirs)


def test_a_bias_above_zero_in_a_run_is_left_to_the_operations(tiled: list[bool]) -> None:
    steps, outputs = _network([Literal(-0.25), InputRef(3)])
    weights = [_random(n, 5, 5) for n in range(2)]
    _, ours, theirs = _both(steps, _random(9, 30, 5), *weights, dense(np.asarray(0.25)), **outputs)
    assert tiled == []
    _same(ours, theirs)


@pytest.mark.parametrize(("rows", "density", "expected"), [(1, 1.0, False), (500, 0.01, False), (500, 0.2, True)])
def test_tiles_pay_for_many_rows_that_are_not_almost_empty(rows: int, density: float, expected: bool) -> None:
    assert pays(_csr(np.random.default_rng(1).random((rows, 200)) < density)) is expected


def test_nothing_goes_through_tiles_as_nothing() -> None:
    empty = _csr(np.zeros((0, 3)))
    network = stacked(RunControl(), [lines_of(_random(1, 3, 4))], [np.zeros(1)], 32.0)
    result = through_tiles(RunControl(), empty, network)
    assert str(result) == "float64[0, 4] csr"


def test_a_layer_stops_when_the_run_is_cancelled() -> None:
    x, w = _random(1, 4, 4), _random(2, 4, 4)
    p = Pipeline(graph({"x": AnyType(), "w": AnyType()}, layer_steps(X, W, Literal(-0.25))))
    program = compile_program(p, {"x": type_of(x), "w": type_of(w)}, ops=OPS)
    control = RunControl()
    control.cancelled.set()
    with pytest.raises(RunCancelled):
        program.run({"x": x, "w": w}, control)


def test_a_step_inside_a_layer_names_itself_when_it_fails() -> None:
    x, w = _random(1, 4, 4), _random(2, 4, 4)
    filled = Tensor(w.dtype, w.shape, w.layout, w.order, w.data, indptr=w.indptr, indices=w.indices, fill=b"\1" * 8)
    p = Pipeline(graph({"x": AnyType(), "w": AnyType()}, layer_steps(X, W, Literal(-0.25))))
    program = compile_program(p, {"x": type_of(x), "w": type_of(w)}, ops=OPS)
    with pytest.raises(RunError) as caught:
        program.run({"x": x, "w": filled}, RunControl())
    assert caught.value.violations[0].field == "steps[0] matmul.b"


def test_equal_steps_are_computed_once_but_literals_keep_their_types() -> None:
    steps = [
        step("add", X, Literal(1)),
        step("add", X, Literal(True)),
        step("add", X, Literal(1)),
        step("add", X, Literal(1.0)),
        step("clip", StepRef(0), min=0),
        step("clip", StepRef(2), min=0),
        step("clip", StepRef(2), min=0.0),
    ]
    x = dense(np.arange(3, dtype=np.int8))
    outputs: dict[str, Argument] = {f"o{n}": StepRef(n) for n in range(len(steps))}
    program, ours, theirs = _both(steps, x, **outputs)
    assert program.graph.used() == {0, 1, 3, 4, 6}
    _same(ours, theirs)


def _holey(tensor: Tensor, *missing: int) -> Tensor:
    """The tensor with elements missing that are at these positions in its buffers."""
    assert tensor.data is not None
    there = np.ones(tensor.stored, np.bool_)
    there[list(missing)] = False
    return replace(tensor, data=np.where(there, tensor.data, 0), validity=np.packbits(there, bitorder="little"))


@pytest.mark.parametrize("missing", ["x", "w", "bias", "v"])
def test_layers_in_which_something_is_missing_run_step_by_step(missing: str) -> None:
    two = [*layer_steps(X, W, BIAS), *layer_steps(StepRef(4), InputRef(3), BIAS, first=5)]
    named = {"x": _random(1, 9, 6), "w": _random(2, 6, 6), "bias": dense(np.full(6, -0.25)), "v": _random(3, 6, 6)}
    named[missing] = _holey(named[missing], 1)
    program, ours, theirs = _both(two, *named.values(), y=StepRef(9))
    _same(ours, theirs)
    assert isinstance(ours[0], Tensor)
    assert ours[0].missing > 0
    assert _fused(program) == (1 if missing == "v" else 0)


def test_what_shows_to_be_missing_when_it_runs_is_left_to_the_steps() -> None:
    values = [_random(1, 9, 6), _random(2, 6, 6), dense(np.full(6, -0.25))]
    program, _, _ = _both(layer_steps(X, W, BIAS), *values, y=StepRef(4))
    (layer,) = [s for s in program.graph.steps if s.op.name == "sparse_layer"]
    for position in range(3):
        given = [_holey(x, 0) if n == position else x for n, x in enumerate(values)]
        p = Pipeline(graph(dict.fromkeys("xwb", AnyType()), layer_steps(X, W, BIAS), y=StepRef(4)), (), ())
        _same(layer.op.run(RunControl(), given, {}), Schedule(bind(p, OPS)).run(RunControl(), given))
