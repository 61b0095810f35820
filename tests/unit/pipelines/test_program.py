"""Programs: what comes out, what stops them, what they hold on to, and what they say when they fail."""

import gc
import threading
import time
import weakref
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from jazz.errors import Violation
from jazz.values import DataType, Layout, Null, Table, Tensor, Value, dense
from jazz_server.engine.errors import Interrupted
from jazz_server.engine.op import Host, Op, Run, Settings
from jazz_server.kinds.match import type_of
from jazz_server.kinds.types import AnyType, FieldType, TableType, TensorType, Type
from jazz_server.pipelines.control import RunControl
from jazz_server.pipelines.errors import (
    IllTyped,
    InvalidRun,
    RunCancelled,
    RunDeadlineExceeded,
    RunError,
    RunOutOfMemory,
)
from jazz_server.pipelines.graph import ConstantRef, GraphRef, InputRef, Literal, Pipeline, StepRef
from jazz_server.pipelines.infer import infer
from jazz_server.pipelines.program import Program
from jazz_server.pipelines.program import compile as compile_program
from unit.pipelines.small_ops import OPS, graph, pipeline, step, tensor

X: dict[str, Type] = {"x": tensor("m", "n")}
ONES = dense(np.ones((2, 3)))


def _program(p: Pipeline, values: dict[str, Value], ops: dict[str, Op] = OPS) -> Program:
    return compile_program(p, {name: type_of(value) for name, value in values.items()}, ops=ops)


def _run(p: Pipeline, ops: dict[str, Op] = OPS, control: RunControl | None = None, **values: Value) -> dict[str, Value]:
    return _program(p, values, ops).run(values, control or RunControl())


def _array(value: Value) -> Any:
    assert isinstance(value, Tensor)
    return value.array()


def _spied(name: str, spy: Callable[[Run, Sequence[Any]], None]) -> dict[str, Op]:
    """The operations, one of which tells when it runs."""
    original = OPS[name]

    def run(run: Run, arguments: Sequence[Any], settings: Settings) -> tuple[Value, ...]:
        spy(run, arguments)
        results: tuple[Value, ...] = original.run(run, arguments, settings)
        return results

    return {**OPS, name: replace(original, run=run)}


def test_steps_run_in_order() -> None:
    steps = [
        step("matmul", InputRef(0), ConstantRef(0)),
        step("add", StepRef(0), Literal(1)),
        step("negative", StepRef(1)),
    ]
    p = Pipeline(graph(X, steps), (), (dense(np.eye(3) * 2),))
    np.testing.assert_array_equal(_array(_run(p, x=ONES)["result"]), np.full((2, 3), -3.0))


def test_several_outputs_come_in_their_order() -> None:
    steps = [step("plus_minus", InputRef(0))]
    p = pipeline(X, steps, minus=StepRef(0, 1), x=InputRef(0), plus=StepRef(0), one=Literal(1), t=Literal("ü"))
    outputs = _run(p, x=ONES)
    assert list(outputs) == ["minus", "x", "plus", "one", "t"]
    np.testing.assert_array_equal(_array(outputs["minus"]), -np.ones((2, 3)))
    assert outputs["x"] is ONES
    assert (str(outputs["one"]), _array(outputs["one"])) == ("int64[]", 1)
    assert isinstance(outputs["t"], Tensor)
    assert outputs["t"].data is not None
    assert outputs["t"].data.tobytes().decode() == "ü"


def test_literals_of_different_types_do_not_mix() -> None:
    p = pipeline({}, [], a=Literal(1), b=Literal(True), c=Literal(1.0))
    assert [str(v) for v in _run(p).values()] == ["int64[]", "bool[]", "float64[]"]


def test_sub_graphs_see_the_values_they_capture() -> None:
    body = graph({"s": AnyType(), "w": AnyType(), "c": AnyType()}, [
        step("matmul", InputRef(0), InputRef(1)), step("add", StepRef(0), InputRef(2)),
    ])  # fmt: skip
    steps = [step("repeat", InputRef(0), InputRef(1), Literal(1), body=GraphRef(0), turns=3)]
    p = Pipeline(graph({**X, "w": tensor("n", "n")}, steps), (body,))
    w = np.arange(9.0).reshape(3, 3)
    expected = np.ones((2, 3))
    for _ in range(3):
        expected = expected @ w + 1
    np.testing.assert_array_equal(_array(_run(p, x=ONES, w=dense(w))["result"]), expected)


def test_steps_that_no_output_needs_do_not_run() -> None:
    p = pipeline(X, [step("huge", InputRef(0)), step("negative", InputRef(0))])
    assert list(_run(p, x=ONES)) == ["result"]


def test_intermediate_values_are_freed_after_their_last_use() -> None:
    living: list[int] = []
    made: list[weakref.ref[Any]] = []

    def spy(run: Run, arguments: Sequence[Any]) -> None:
        made.append(weakref.ref(arguments[0].data))
        gc.collect()
        living.append(sum(reference() is not None for reference in made[1:]))

    steps = [step("negative", InputRef(0)), *(step("negative", StepRef(n)) for n in range(6))]
    _run(pipeline(X, steps), _spied("negative", spy), x=ONES)
    assert living == [0, 1, 1, 1, 1, 1, 1]


def test_values_that_are_used_again_are_kept_until_then() -> None:
    steps = [step("negative", InputRef(0)), step("negative", StepRef(0)), step("add", StepRef(1), StepRef(0))]
    np.testing.assert_array_equal(_array(_run(pipeline(X, steps), x=ONES)["result"]), np.zeros((2, 3)))


def test_values_given_by_the_caller_stay_with_the_caller() -> None:
    values: dict[str, Value] = {"x": ONES}
    program = _program(pipeline(X, [step("negative", InputRef(0))]), values)
    program.run(values, RunControl())
    assert values == {"x": ONES}


def test_one_program_runs_in_many_threads_at_once() -> None:
    steps = [step("matmul", InputRef(0), ConstantRef(0)), *(step("negative", StepRef(n)) for n in range(20))]
    p = Pipeline(graph(X, steps), (), (dense(np.eye(3)),))
    program = _program(p, {"x": ONES})
    begin = threading.Barrier(4)

    def work(number: int) -> bool:
        begin.wait()
        for turn in range(20):
            x = np.full((2, 3), float(100 * number + turn))
            if not np.array_equal(_array(program.run({"x": dense(x)}, RunControl())["result"]), x):
                return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(work, range(4))) == [True] * 4


def test_a_run_can_be_cancelled_between_steps() -> None:
    control = RunControl()
    ran: list[int] = []

    def spy(run: Run, arguments: Sequence[Any]) -> None:
        ran.append(1)
        if len(ran) == 2:
            control.cancelled.set()

    steps = [step("negative", InputRef(0)), *(step("negative", StepRef(n)) for n in range(6))]
    with pytest.raises(RunCancelled) as caught:
        _run(pipeline(X, steps), _spied("negative", spy), control, x=ONES)
    assert len(ran) == 2
    assert isinstance(caught.value, Interrupted)
    assert caught.value.reason == "CANCELLED"


def test_a_run_can_be_cancelled_in_a_loop() -> None:
    control = RunControl()
    body = graph({"s": AnyType()}, [step("negative", InputRef(0))])
    p = Pipeline(graph(X, [step("repeat", InputRef(0), body=GraphRef(0), turns=10**9)]), (body,))
    with pytest.raises(RunCancelled):
        _run(p, _spied("negative", lambda *_: control.cancelled.set()), control, x=ONES)


def test_a_run_ends_when_its_time_is_up() -> None:
    body = graph({"s": AnyType()}, [step("negative", InputRef(0))])
    p = Pipeline(graph(X, [step("repeat", InputRef(0), body=GraphRef(0), turns=10**9)]), (body,))
    with pytest.raises(RunDeadlineExceeded) as caught:
        _run(p, control=RunControl(deadline=time.monotonic() + 0.01), x=ONES)
    assert caught.value.reason == "DEADLINE_EXCEEDED"


def test_a_run_does_not_begin_when_its_time_is_up() -> None:
    with pytest.raises(RunDeadlineExceeded):
        _run(pipeline(X, [], x=InputRef(0)), control=RunControl(deadline=time.monotonic() - 1), x=ONES)


def test_a_step_that_fails_is_named() -> None:
    p = pipeline(X, [step("negative", InputRef(0)), step("pick", StepRef(0), index=99)])
    with pytest.raises(RunError) as caught:
        _run(p, x=ONES)
    assert caught.value.reason == "INVALID_VALUE"
    assert caught.value.violations == (Violation("steps[1] pick.index", "below 6", "99"),)


def test_a_step_that_fails_in_a_sub_graph_is_named_with_the_steps_around_it() -> None:
    body = graph({"s": AnyType()}, [step("pick", InputRef(0), index=99)])
    p = Pipeline(graph(X, [step("repeat", InputRef(0), body=GraphRef(0))]), (body,))
    with pytest.raises(RunError) as caught:
        _run(p, x=ONES)
    assert caught.value.violations[0].field == "steps[0] repeat.body.steps[0] pick.index"


def test_a_step_that_would_take_too_much_memory_is_named() -> None:
    with pytest.raises(RunOutOfMemory) as caught:
        _run(pipeline(X, [step("huge", InputRef(0))]), x=ONES)
    assert caught.value.reason == "MEMORY_LIMIT"
    assert caught.value.violations == (Violation("steps[0] huge", "values that fit into memory", "a petabyte"),)


def test_no_step_begins_whose_output_would_not_fit_into_the_memory_of_the_run() -> None:
    ran: list[int] = []
    p = pipeline(X, [step("negative", InputRef(0)), step("add", StepRef(0), StepRef(0))])
    ops = _spied("add", lambda *_: ran.append(1))
    _run(p, ops, RunControl(memory_limit=96), x=ONES)
    with pytest.raises(RunOutOfMemory) as caught:
        _run(p, ops, RunControl(memory_limit=95), x=ONES)
    assert caught.value.violations == (Violation("steps[1] add", "at most 95 bytes of values at a time", "96 bytes"),)
    assert ran == [1]


def test_a_library_is_not_called_that_may_take_more_memory_than_the_run_has_left() -> None:
    ran: list[int] = []
    steps = [step("negative", InputRef(0)), step("pick", StepRef(0), index=0), step("add", StepRef(0), StepRef(0))]
    p = pipeline(X, steps, best=StepRef(1), twice=StepRef(2))
    ops = _spied("pick", lambda *_: ran.append(1))
    ops["pick"] = replace(ops["pick"], host=Host("numpy.take", memory=lambda sizes, _: 3 * sizes[0].bytes))
    with pytest.raises(RunOutOfMemory) as caught:
        _run(p, ops, RunControl(memory_limit=4 * 48 - 1), x=ONES)
    found = "numpy.take may take 144 bytes; at most 143 bytes are left"
    assert caught.value.violations == (Violation("steps[1] pick", "values that fit into memory", found),)
    assert ran == []
    _run(p, ops, RunControl(memory_limit=4 * 48), x=ONES)
    assert ran == [1]


def test_the_steps_of_a_loop_have_the_memory_that_is_left_outside_of_it() -> None:
    body = graph({"s": AnyType()}, [step("negative", InputRef(0)), step("add", StepRef(0), StepRef(0))])
    p = Pipeline(graph(X, [step("negative", InputRef(0)), step("repeat", StepRef(0), body=GraphRef(0))]), (body,))
    _run(p, control=RunControl(memory_limit=4 * 48), x=ONES)
    with pytest.raises(RunOutOfMemory) as caught:
        _run(p, control=RunControl(memory_limit=3 * 48 - 1), x=ONES)
    assert caught.value.violations[0].field.startswith("steps[1] repeat.body.steps[1] add")


def test_memory_of_freed_values_is_free() -> None:
    steps = [step("negative", InputRef(0)), *(step("negative", StepRef(n)) for n in range(50))]
    _run(pipeline(X, steps), control=RunControl(memory_limit=96), x=ONES)


def test_missing_and_unknown_inputs_are_named() -> None:
    p = pipeline({**X, "y": tensor()}, [], x=InputRef(0))
    program = _program(p, {"x": ONES, "y": dense(np.array(1.0))})
    with pytest.raises(InvalidRun) as caught:
        program.run({"x": ONES, "z": ONES}, RunControl())
    assert [v.field for v in caught.value.violations] == ["inputs.z", "inputs.y"]


def test_a_program_refuses_values_of_types_that_it_was_not_compiled_for() -> None:
    program = _program(pipeline(X, [step("negative", InputRef(0))]), {"x": ONES})
    with pytest.raises(IllTyped) as caught:
        program.run({"x": dense(np.ones((3, 3)))}, RunControl())
    assert caught.value.violations == (Violation("inputs.x", "2 rows", "3 rows"),)


def test_elements_out_of_the_range_of_an_input_are_refused() -> None:
    takes = TensorType((DataType("float64"),), None, minimum=0, maximum=0.5)
    with pytest.raises(IllTyped) as caught:
        _run(pipeline({"x": takes}, [], x=InputRef(0)), x=ONES)
    assert caught.value.violations == (Violation("inputs.x", "elements from 0 to 0.5", "1.0 at [0, 0], and 5 more"),)


def test_a_program_needs_exact_types_of_all_inputs() -> None:
    p = pipeline({**X, "y": AnyType()}, [], x=InputRef(0))
    with pytest.raises(InvalidRun, match=r"inputs\.y"):
        compile_program(p, infer(p, {"x": tensor(1, 1)}, ops=OPS), ops=OPS)
    with pytest.raises(InvalidRun, match="an exact type"):
        compile_program(p, {"x": tensor("m", 1), "y": tensor()}, ops=OPS)


def test_a_program_is_compiled_from_types_that_are_known_already() -> None:
    p = pipeline(X, [step("negative", InputRef(0))])
    typing = infer(p, {"x": type_of(ONES)}, ops=OPS)
    assert compile_program(p, typing, ops=OPS).typing is typing


def test_values_come_to_steps_in_the_layout_that_the_type_asks_for() -> None:
    p = pipeline({"x": tensor("m", "n", layout=Layout.CSR)}, [step("stored", InputRef(0))])
    assert _array(_run(p, x=dense(np.eye(3)))["result"]) == 3


def test_fields_of_tables_are_converted_too() -> None:
    table = TableType((FieldType("a", tensor("m", "n", layout=Layout.CSR)),))
    value = Table((("a", dense(np.eye(3))), ("b", Null())))
    (output,) = _run(pipeline({"t": table}, [], t=InputRef(0)), t=value).values()
    assert isinstance(output, Table)
    assert output.names == ("a", "b")
    assert str(output["a"]) == "float64[3, 3] csr"


def test_an_empty_tensor_runs_through() -> None:
    result = _run(pipeline(X, [step("add", InputRef(0), Literal(1))]), x=dense(np.ones((0, 3))))["result"]
    assert _array(result).shape == (0, 3)
