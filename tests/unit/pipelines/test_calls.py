"""Calls of other pipelines, written out: their steps are steps of the graph, and are called what they were called."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from numpy.testing import assert_allclose, assert_array_equal

import jazz
from jazz import ops
from jazz.convert import from_value, to_value
from jazz_server.engine.watching import watching
from jazz_server.kinds.match import type_of
from jazz_server.pipelines.control import RunControl
from jazz_server.pipelines.errors import RunError
from jazz_server.pipelines.explain import explain
from jazz_server.pipelines.infer import infer
from jazz_server.pipelines.messages import pipeline_from_message
from jazz_server.pipelines.passes import calls
from jazz_server.pipelines.program import Program
from jazz_server.pipelines.program import compile as compile_program

X = np.array([[1.0, -2.0], [0.5, 3.0]])
SCALED = jazz.pipeline(lambda x, by: ops.exp(x) * by)
MOVED = jazz.pipeline(lambda x: ops.call(SCALED, x, 2.0) + 1)


def program(traced: Callable[..., object], **values: object) -> Program:
    pipeline = pipeline_from_message(jazz.pipeline(traced).message)
    return compile_program(pipeline, infer(pipeline, {name: type_of(to_value(x)) for name, x in values.items()}))


def answer(traced: Callable[..., object], **values: object) -> Any:
    outputs = program(traced, **values).run({name: to_value(x) for name, x in values.items()}, RunControl())
    return from_value(outputs["result"], to="numpy")


def told(traced: Callable[..., object], *, profile: bool = False, **values: object) -> list[tuple[str, str, str]]:
    """Number, operation and arguments, and note of each step."""
    pipeline = pipeline_from_message(jazz.pipeline(traced).message)
    given = {name: to_value(x) for name, x in values.items()}
    typing = infer(pipeline, {name: type_of(x) for name, x in given.items()})
    with watching() as run:
        compile_program(pipeline, typing).run(given, RunControl())
    steps = explain(pipeline, typing, run=run if profile else None).steps
    assert not profile or all(step.took for step in steps if step.op != "call")
    return [(step.number, f"{step.op}({step.arguments})", step.note) for step in steps]


def test_steps_are_fused_across_calls() -> None:
    chain = "3 element-wise steps, block by block; native"
    assert told(lambda x: ops.sum(-ops.call(MOVED, x), axis=0), x=X, profile=True) == [
        ("1", "elementwise(x, 2.0)", f"fused with steps 0/0/0, 0/0/1, 0/1: {chain.replace('3', '4')}"),
        ("2", "sum(%1, axis=0)", "native"),
    ]
    assert told(lambda x: ops.sum(ops.call(MOVED, x), axis=0), x=X) == [
        ("0", "call(x)", "its steps are part of the graph"),
        ("0/1", "elementwise(x, 2.0)", f"in pipeline; fused with steps 0/0/0, 0/0/1: {chain}"),
        ("1", "sum(%0/1, axis=0)", "native"),
    ]
    assert_allclose(answer(lambda x: ops.sum(ops.call(MOVED, x), axis=0), x=X), (np.exp(X) * 2 + 1).sum(axis=0))


def test_layers_that_are_called_are_one_network() -> None:
    layer = jazz.pipeline(lambda x, w: ops.clip((x @ w) + (x @ w != 0) * -0.25, 0, 32))

    def network(x: jazz.Node, w: jazz.Node) -> jazz.Node:
        for _ in range(3):
            x = ops.call(layer, x, w)
        return x

    def written(x: jazz.Node, w: jazz.Node) -> jazz.Node:
        for _ in range(3):
            x = layer(x, w)
        return x

    x, w = (sp.random_array((n, 20), density=0.3, format="csr", rng=n) for n in (30, 20))
    ((_, _, note),) = (step for step in told(network, x=x, w=w) if step[1].startswith("sparse_layers"))
    assert note.startswith("in pipeline; fused with steps 0/0-2/4: 3 layers")
    assert_array_equal(answer(network, x=x, w=w).toarray(), answer(written, x=x, w=w).toarray())


def test_what_fails_is_named_as_it_was_before() -> None:
    chosen = jazz.pipeline(lambda x, at: ops.take(ops.abs(x), at, axis=0))
    with pytest.raises(RunError) as caught:
        answer(lambda x, at: ops.call(chosen, x, at + 1) * 2, x=X, at=np.array([0, 5]))
    assert [violation.field for violation in caught.value.violations] == [
        "steps[1] call.pipeline.steps[1] take.indices"
    ]


def test_a_result_may_be_an_argument_or_a_literal() -> None:
    def both(x: Any, y: Any) -> Any:
        return {"same": x, "one": ops.abs(y)}

    given = jazz.pipeline(both)
    assert_array_equal(answer(lambda x: ops.call(given, x, 2)[0] + ops.call(given, x, -2)[1], x=X), X + 2)


def test_what_is_called_very_often_stays_a_call(monkeypatch: pytest.MonkeyPatch) -> None:
    def deep(x: Any) -> Any:
        for _ in range(20):
            x = ops.call(MOVED, x) / 100
        return x

    assert len(program(deep, x=X).graph.steps) == 80
    several = answer(deep, x=X)
    monkeypatch.setattr(calls, "_MOST_STEPS", 50)
    assert len(program(deep, x=X).graph.steps) == 40
    assert_array_equal(answer(deep, x=X), several)


def test_a_call_that_asks_for_another_layout_stays() -> None:
    sparse = jazz.pipeline(lambda x: x * 2, inputs={"x": jazz.Csr["n", "m"]})
    assert [step.op.name for step in program(lambda x: ops.call(sparse, x), x=X).graph.steps] == ["call"]
    assert [step.op.name for step in program(lambda x: ops.call(sparse, x), x=sp.csr_array(X)).graph.steps] == [
        "multiply"
    ]
