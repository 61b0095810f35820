"""Pipelines that call others, and choices of which one side is computed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import jazz
from jazz import ops
from jazz.convert import from_value, to_value
from jazz.values import Value
from jazz_server.engine.watching import watching
from jazz_server.kinds.match import type_of
from jazz_server.pipelines.control import RunControl
from jazz_server.pipelines.errors import IllTyped, RunError
from jazz_server.pipelines.infer import infer
from jazz_server.pipelines.messages import pipeline_from_message
from jazz_server.pipelines.program import compile as compile_program

LAYER = jazz.pipeline(lambda x, w: ops.relu(x @ w), inputs={"x": jazz.Tensor["n", "k"], "w": jazz.Tensor["k", "m"]})
X, W = np.array([[1.0, -2.0]]), np.array([[1.0, 2.0], [3.0, -4.0]])


def run(traced: Callable[..., object], **values: object) -> Any:
    """What a function gives as a pipeline, for values of its inputs."""
    pipeline = pipeline_from_message(jazz.pipeline(traced).message)
    given: dict[str, Value] = {name: to_value(value) for name, value in values.items()}
    typing = infer(pipeline, {name: type_of(value) for name, value in given.items()})
    results = compile_program(pipeline, typing).run(given, RunControl())
    for name, value in results.items():
        assert str(type_of(value)).split("[")[0] in str(typing.outputs[name])
    found = [from_value(value, to="numpy") for value in results.values()]
    return found[0] if len(found) == 1 else found


def wrong(traced: Callable[..., object], **values: object) -> list[str]:
    """What is wrong with the types."""
    with pytest.raises(IllTyped) as caught:
        run(traced, **values)
    return [str(violation) for violation in caught.value.violations]


def test_a_call_gives_what_the_pipeline_gives() -> None:
    assert_array_equal(run(lambda x, w: ops.call(LAYER, x, w=w), x=X, w=W), [[0, 10]])


def test_what_is_called_often_is_there_once() -> None:
    def deep(x: jazz.Node, w: jazz.Node) -> object:
        for _ in range(100):
            x = ops.call(LAYER, x, w)
        return x

    message = jazz.pipeline(deep).message
    assert (len(message.graph.steps), len(message.graphs)) == (100, 1)
    assert_array_equal(run(deep, x=X, w=np.eye(2)), [[1, 0]])


def test_a_call_may_give_several_results() -> None:
    top = jazz.pipeline(lambda x: ops.topk(x, 1))
    found = jazz.pipeline(lambda x: ops.call(top, x).indices)
    assert [output.source.step.output for output in found.message.graph.outputs] == [1]
    assert_array_equal(run(lambda x: ops.call(top, x).indices, x=X), [[0]])


def test_symbols_of_what_is_called_are_its_own() -> None:
    both = run(lambda x, w: (ops.call(LAYER, x, w), ops.call(LAYER, w, w)), x=X, w=W)
    assert [result.shape for result in both] == [(1, 2), (2, 2)]


def test_what_is_wrong_in_a_call_is_named_within_it() -> None:
    assert wrong(lambda x, w: ops.call(LAYER, x, w), x=X, w=np.ones((3, 3))) == [
        "steps[0] call.pipeline.w: expected 2 as steps[0] call.pipeline.x set it in dimension 0, found 3"
    ]


def test_a_call_takes_literals_and_constants() -> None:
    shifted = jazz.pipeline(lambda x, by: x + by + np.array([1.0, 2.0]))
    assert_array_equal(run(lambda x: ops.call(shifted, x, 10), x=np.zeros(2)), [11, 12])


def test_calls_may_be_nested_and_looped() -> None:
    once = jazz.pipeline(lambda x: x * 2)
    twice = jazz.pipeline(lambda x: ops.call(once, ops.call(once, x)))
    assert run(lambda x: ops.iterate(lambda s: ops.call(twice, s), x, max_iter=3).state, x=1.0) == 64


def test_one_side_is_computed() -> None:
    def halved(x: jazz.Node) -> object:
        return ops.cond(ops.sum(x) > 1, lambda: x / 2, lambda: x + 10.0)

    assert_array_equal(run(halved, x=np.array([4.0, 6.0])), [2, 3])
    assert_array_equal(run(halved, x=np.array([-4.0, 3.0])), [6, 13])
    with watching() as took:
        run(halved, x=np.array([4.0, 6.0]))
    (step,) = [part for name, part in took.inner.items() if name.endswith("cond")]
    assert list(step.inner) == ["then"]


def test_sides_take_what_is_around_them_and_literals() -> None:
    assert run(lambda x, y: ops.cond(x > y, lambda: x - y, lambda: y - x), x=3, y=5) == 2
    assert run(lambda x: ops.cond(x > 0, lambda: 1, lambda: 0), x=-1.0) == 0
    assert run(lambda x: ops.cond(True, lambda: x, lambda: -x), x=7) == 7


def test_sides_may_give_several_results() -> None:
    found = run(lambda x, y: ops.cond(x > y, lambda: (x, y), lambda: (y, x)), x=1, y=2)
    assert [int(value) for value in found] == [2, 1]


def test_choices_may_be_nested_and_looped() -> None:
    def collatz(n: jazz.Node) -> object:
        def step(s: jazz.Node) -> object:
            half = (s / 2).astype(np.int64)
            return ops.cond(s == 1, lambda: s, lambda: ops.cond(half * 2 == s, lambda: half, lambda: s * 3 + 1))

        return ops.iterate(step, n, max_iter=200).state

    assert run(collatz, n=27) == 1


def test_layouts_of_sides_may_differ() -> None:
    def maybe_sparse(x: jazz.Node, sparse: jazz.Node) -> object:
        return ops.cond(sparse, lambda: ops.to_sparse(x), lambda: x)

    assert_array_equal(run(maybe_sparse, x=W, sparse=True).toarray(), W)
    assert_array_equal(run(maybe_sparse, x=W, sparse=False), W)


def test_lengths_that_show_when_it_runs_may_differ_from_side_to_side_and_turn_to_turn() -> None:
    def some(x: jazz.Node, all_: jazz.Node) -> object:
        return ops.cond(all_, lambda: x, lambda: x[x > 1])

    assert_array_equal(run(some, x=TABLE["x"], all_=True), TABLE["x"])
    assert_array_equal(run(some, x=TABLE["x"], all_=False), [2, 3])
    below = lambda x: ops.iterate(lambda s: s[s < ops.max(s)], x, max_iter=3).state  # noqa: E731
    assert_array_equal(run(below, x=TABLE["x"]), [0])
    chosen = lambda t: ops.cond(True, lambda: t["m"], lambda: ops.filter(t["m"], t["x"] > 1))  # noqa: E731
    fields = "{x: float64[n] dense, m: float64[n, 2] dense, closed}"
    assert typed(chosen, fields) == "float64[*, 2]"
    assert typed(lambda t: below(t["x"]), fields) == "float64[*]"
    assert typed(lambda t: ops.cond(True, lambda: t["m"], lambda: -t["m"]), fields) == "float64[n, 2]"
    converging = lambda x: ops.iterate(lambda s: s[s < ops.max(s)], x, max_iter=3, tol=0.1).state  # noqa: E731
    with pytest.raises(RunError, match=r"values\[0\]: expected a first state of shape \[4\], .* found shape \[3\]"):
        run(converging, x=TABLE["x"])


TABLE = {"x": np.arange(4.0), "k": np.arange(4)}


def typed(traced: Callable[..., object], table: str) -> str:
    """The type of what a function gives of a table of a type."""
    pipeline = jazz.pipeline(traced, inputs={"t": table})
    typing = infer(pipeline_from_message(pipeline.message), {})
    return str(next(iter(typing.outputs.values())))


def test_tables_of_sides_may_have_other_rows_and_layouts() -> None:
    def some(t: jazz.Node, all_: jazz.Node) -> object:
        return ops.cond(all_, lambda: t, lambda: t[t["x"] > 1])

    assert_array_equal(run(some, t=TABLE, all_=True)["x"], TABLE["x"])
    assert_array_equal(run(some, t=TABLE, all_=False)["x"], [2, 3])
    closed = "{x: float64[n] dense, m: float64[n, 2] csr, k: int64[n] dense in kg, closed}"
    dense = lambda t: t.assign(m=ops.to_dense(t["m"]))  # noqa: E731
    found = typed(lambda t: ops.cond(True, lambda: t[t["x"] > 1], lambda: dense(t)), closed)
    assert found == "{x: float64[*], m: float64[*, 2] dense|csr, k: int64[*] in kg}"
    assert "k: int64[n] in kg" in typed(lambda t: ops.cond(True, lambda: t, lambda: t), closed)


def test_of_tables_with_further_fields_those_are_known_that_both_sides_have() -> None:
    found = typed(lambda t: ops.cond(True, lambda: t.assign(z=t["x"]), lambda: t), "{x: float64[n] dense}")
    assert found == "{x: float64[n], ...}"


def test_rows_of_tables_change_from_turn_to_turn() -> None:
    def fewer(t: jazz.Node) -> object:
        return ops.iterate(lambda u: u[u["x"] < ops.max(u["x"])], t, max_iter=3).state

    assert_array_equal(run(fewer, t=TABLE)["k"], [0])
    assert typed(fewer, "{x: float64[n] dense, m: float64[n, 2] dense, closed}") == "{x: float64[*], m: float64[*, 2]}"


def test_what_changes_in_one_field_after_the_other_is_known_of_all_turns() -> None:
    def shifted(t: jazz.Node) -> object:
        moved = {name: lambda u, name=name: u[name] for name in "bcdefghi"}
        turn = lambda u: ops.frame({"a": u["a"]} | {n: u[chr(ord(n) - 1)] for n in moved})  # noqa: E731
        return ops.iterate(turn, t, max_iter=9).state

    fields = ", ".join(["a: float64[2, 2] csr", *(f"{name}: float64[2, 2] dense" for name in "bcdefghi")])
    *_, last = typed(shifted, f"{{{fields}, closed}}").split(", i: ")
    assert last == "float64[2, 2] dense|csr}"


@pytest.mark.parametrize(
    ("traced", "reason"),
    [
        (
            lambda t: ops.cond(True, lambda: t, lambda: t.assign(z=1)),
            "steps[0] cond.else.outputs[0]: expected the fields of what then gives, found `z` is beside them",
        ),
        (
            lambda t: ops.cond(True, lambda: t, lambda: t.drop(columns="k").assign(z=1)),
            "found `k` is not there, and `z` is beside them",
        ),
        (
            lambda t: ops.cond(True, lambda: t, lambda: t.assign(k=t["x"])),
            "cond.else.outputs[0].k: expected int64, as then gives, found float64",
        ),
        (
            lambda t: ops.cond(True, lambda: ops.frame({"t": t}), lambda: ops.frame({"t": t.assign(x=t[["x"]])})),
            "cond.else.outputs[0].t.x: expected a tensor float64[4], as then gives, found a table {x: float64[4]}",
        ),
        (
            lambda t: ops.iterate(lambda u: u.assign(z=1), t, max_iter=2).state,
            "iterate.values[0]: expected the fields of what the body gives, found `z` is not there",
        ),
    ],
)
def test_tables_that_do_not_agree_are_refused(traced: Callable[..., object], reason: str) -> None:
    assert any(reason in each for each in wrong(traced, t=TABLE)), wrong(traced, t=TABLE)


@pytest.mark.parametrize(
    ("traced", "reason"),
    [
        (
            lambda x: ops.cond(x, lambda: x, lambda: x),
            "steps[0] cond.predicate: expected truth values (bool), found float64",
        ),
        (
            lambda x: ops.cond(x > 0, lambda: x, lambda: x),
            "steps[1] cond.predicate: expected rank 0, found rank 1 [2]",
        ),
        (
            lambda x: ops.cond(True, lambda: x, lambda: x > 0),
            "steps[0] cond.else.outputs[0]: expected float64, as then gives, found bool",
        ),
        (
            lambda x: ops.cond(True, lambda: x, lambda: ops.sum(x)),
            "steps[0] cond.else.outputs[0]: expected shape [2], as then gives, found shape []",
        ),
    ],
)
def test_what_is_no_choice_is_refused(traced: Callable[..., object], reason: str) -> None:
    assert reason in wrong(traced, x=np.zeros(2))


def test_a_predicate_that_is_missing_is_an_error_when_it_runs() -> None:
    with pytest.raises(RunError, match=r"cond\.predicate: expected true or false, found a missing element"):
        run(lambda p: ops.cond(p, lambda: 1, lambda: 0), p=np.ma.array(True, mask=True))


@pytest.mark.parametrize(
    ("traced", "reason"),
    [
        (lambda x: ops.cond(x, x, lambda: x), "then: expected a function of nothing"),
        (lambda x: ops.cond(x, lambda: x, lambda y: y), "otherwise: expected a function of nothing"),
        (lambda x: ops.cond(x, lambda: x, lambda: (x, x)), "otherwise: expected as many results as then, 1, found 2"),
        (lambda x: ops.cond(x, lambda: None, lambda: x), "then: expected a value"),
        (lambda x: ops.call(abs, x), "pipeline: expected a pipeline"),
        (lambda x: ops.call(LAYER, x), "missing a required argument: 'w'"),
    ],
)
def test_what_cannot_be_traced_is_told(traced: Callable[..., object], reason: str) -> None:
    with pytest.raises(jazz.InvalidArgument, match=reason.replace("(", r"\(")):
        jazz.pipeline(traced)


def test_a_choice_outside_of_a_pipeline_is_refused() -> None:
    with pytest.raises(jazz.InvalidArgument, match="inside the pipeline's function"):
        ops.cond(True, lambda: 1, lambda: 2)


def test_an_operation_is_applied_by_its_name() -> None:
    assert_array_equal(run(lambda x: ops.apply("topk", x, results=2, k=1)[1], x=X), [[0]])
    assert wrong(lambda x: ops.apply("sum", x, axis=7), x=X)
