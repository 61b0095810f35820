"""The message does not depend on how the function wrote its steps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jazz import graph as jazz
from jazz.graph import Node, TracingError, ops


def test_tracing_twice_gives_the_same_bytes() -> None:
    def f(x):
        y = ops.iterate(lambda s: s + ops.sum(x), np.ones(3), max_iter=2).state
        return {"b": y @ x, "a": ops.clip(x, 0, 1)}

    assert bytes(jazz.pipeline(f)) == bytes(jazz.pipeline(f))


def test_the_order_in_which_steps_are_written_does_not_matter() -> None:
    def left_first(x, y):
        a = ops.exp(x)
        b = ops.sqrt(y)
        return a + b

    def right_first(x, y):
        b = ops.sqrt(y)
        a = ops.exp(x)
        return a + b

    assert jazz.pipeline(left_first) == jazz.pipeline(right_first)


def test_steps_that_no_output_needs_are_dropped() -> None:
    def wasteful(x):
        ops.log(np.ones(4))
        ops.exp(x)
        return x + 1

    assert jazz.pipeline(wasteful) == jazz.pipeline(lambda x: x + 1)


def test_inputs_that_are_not_used_stay() -> None:
    assert list(jazz.pipeline(lambda x, y: x).inputs) == ["x", "y"]


def test_a_value_used_twice_is_one_step() -> None:
    def f(x):
        y = ops.exp(x)
        return y * y

    assert [step.op for step in jazz.pipeline(f).message.graph.steps] == ["exp", "multiply"]


def test_settings_at_their_defaults_are_left_out() -> None:
    written = jazz.pipeline(lambda x: ops.norm(ops.concat([x, x], axis=0), ord=2.0, axis=None, keepdims=False))
    assert written == jazz.pipeline(lambda x: ops.norm(ops.concat([x, x])))
    assert all(not step.parameters for step in written.message.graph.steps)


def test_settings_are_sorted_by_name() -> None:
    step = jazz.pipeline(lambda x: ops.norm(x, ord=1, keepdims=True, axis=0)).message.graph.steps[0]
    assert [parameter.name for parameter in step.parameters] == ["axis", "keepdims", "ord"]


def test_equal_constants_are_stored_once() -> None:
    weights = np.arange(4.0)
    message = jazz.pipeline(lambda x: (x + weights) * weights - weights.copy()).message
    assert len(message.constants) == 1


def test_an_array_that_changes_while_it_is_traced_is_two_constants() -> None:
    def f(x):
        buffer = np.zeros(2)
        first = x + buffer
        buffer[:] = 1
        return first + buffer

    assert len(jazz.pipeline(f).message.constants) == 2


def test_constants_are_numbered_where_they_are_first_used() -> None:
    one, two = np.ones(1), np.full(1, 2.0)

    def f(x):
        late = x * two
        return (x + one) @ late

    message = jazz.pipeline(f).message
    assert [np.frombuffer(constant.body)[0] for constant in message.constants] == [1.0, 2.0]


def test_constants_that_no_output_needs_are_dropped() -> None:
    def f(x):
        _ = x + np.ones(9)
        return x

    assert len(jazz.pipeline(f).message.constants) == 0


def test_a_constant_too_large_belongs_into_a_block() -> None:
    with pytest.raises(TracingError, match="bind"):
        jazz.pipeline(lambda x: x + np.zeros((1 << 17) + 1))


def test_constants_too_large_together_belong_into_blocks() -> None:
    half = 1 << 16
    jazz.pipeline(lambda x: x + np.zeros(half) + np.ones(half))
    with pytest.raises(TracingError, match="bind"):
        jazz.pipeline(lambda x: x + np.zeros(half) + np.ones(half) + np.ones(1))


def test_a_deep_network_needs_no_deep_stack() -> None:
    def deep(x):
        for _ in range(20_000):
            x = ops.relu(x)
        return x

    assert len(jazz.pipeline(deep).message.graph.steps) == 20_000


def test_captured_values_come_in_the_order_of_their_first_use() -> None:
    def f(a, b, x):
        def body(state):
            unused = b * 2  # noqa: F841
            late = b - 1
            return (a @ state) + late

        return ops.iterate(body, x, max_iter=1).state

    pipeline = jazz.pipeline(f)
    step = pipeline.message.graph.steps[0]
    assert [argument.input for argument in step.arguments] == [2, 0, 1]
    assert [item.name for item in pipeline.message.graphs[0].inputs] == ["state_0", "captured_0", "captured_1"]


def test_loops_in_loops_hand_down_what_they_capture() -> None:
    def f(a, b, x):
        def outer(s):
            return ops.iterate(lambda t: a @ t + s, b, max_iter=2).state

        return ops.iterate(outer, x, max_iter=3).state

    assert str(jazz.pipeline(f)).splitlines()[1:] == [
        "  %0 = iterate(x, b, a, body=graph 1, count=1, max_iter=3)",
        "  result = %0",
        "graph 0(state_0, captured_0, captured_1)",
        "  %0 = matmul(captured_0, state_0)",
        "  %1 = add(%0, captured_1)",
        "  state_0 = %1",
        "graph 1(state_0, captured_0, captured_1)",
        "  %0 = iterate(captured_0, captured_1, state_0, body=graph 0, count=1, max_iter=2)",
        "  state_0 = %0",
    ]


def test_equal_bodies_are_stored_once() -> None:
    def f(x):
        y = ops.iterate(lambda s: s * 2, x, max_iter=1).state
        return ops.iterate(lambda t: t * 2, y, max_iter=9).state

    assert len(jazz.pipeline(f).message.graphs) == 1


def test_a_pipeline_that_is_called_twice_is_read_and_written_once() -> None:
    """Else thirty pipelines, each of which calls the one before it twice, would take 2 ** 30 steps to write."""

    def twice(called: jazz.Pipeline) -> jazz.Pipeline:
        return jazz.pipeline(lambda x: ops.call(called, ops.call(called, x)))

    pipeline = jazz.pipeline(lambda x: x + 1)
    for _ in range(30):
        pipeline = twice(pipeline)
    assert len(pipeline.message.graphs) == 30


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_any_order_of_writing_gives_the_same_bytes(data: Any) -> None:
    """A random graph is written in two orders that both respect what each step uses."""
    count = data.draw(st.integers(1, 12))
    uses = [tuple(data.draw(st.integers(-1, step - 1)) for _ in range(2)) for step in range(count)]

    def write(order: list[int]) -> jazz.Pipeline:
        def function(x: Node) -> Node:
            made: dict[int, Node] = {-1: x}
            for step in order:
                a, b = (made[use] for use in uses[step])
                made[step] = a + b if step % 2 else ops.maximum(a, b)
            return made[count - 1]

        return jazz.pipeline(function)

    waiting, mixed = set(range(count)), list[int]()
    while waiting:
        ready = sorted(step for step in waiting if not waiting & set(uses[step]))
        step = data.draw(st.sampled_from(ready))
        waiting.remove(step)
        mixed.append(step)
    assert write(mixed) == write(list(range(count)))
