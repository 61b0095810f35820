"""Tables that a pipeline makes, changes and sorts, as steps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import jazz
from jazz import ops
from jazz.graph import TracingError

TYPE = "{x: float64[n], m: float64[n, 2], s: any[...] csr, in: {v: float64[n, 3]}, any: any}"


def steps(function: Any) -> list[str]:
    return [line.strip() for line in str(jazz.pipeline(function)).splitlines()[1:-1]]


def test_a_table_is_made_of_fields_in_their_order() -> None:
    assert steps(lambda x, y: ops.frame({"b": x, "a": y, "text": "é", "yes": True})) == [
        "%0 = frame(x, y, 'é', True, names=('b', 'a', 'text', 'yes'))"
    ]


def test_a_function_gets_the_table_with_the_fields_before_it() -> None:
    assert steps(lambda t: t.assign(a=1, b=lambda t: t["a"] + 1, c=2, d=lambda t: t["c"])) == [
        "%0 = assign(t, 1, names=('a'))",
        "%1 = field(%0, name='a')",
        "%2 = add(%1, 1)",
        "%3 = assign(%0, %2, 2, names=('b', 'c'))",
        "%4 = field(%3, name='c')",
        "%5 = assign(%3, %4, names=('d'))",
    ]


def test_methods_and_operations_write_the_same_steps() -> None:
    assert steps(lambda t: t.assign(**{"no identifier": 1})) == steps(lambda t: ops.assign(t, {"no identifier": 1}))
    assert steps(lambda t: t.drop(columns="a")) == steps(lambda t: ops.drop(t, ["a"]))
    assert steps(lambda t: t[["b", "a"]]) == steps(lambda t: ops.frame({"b": t["b"], "a": t["a"]}))


def test_an_assignment_names_the_method() -> None:
    def f(t: Any) -> Any:
        t["a"] = 1
        return t

    with pytest.raises(TracingError, match=r"use t = t.assign\(...\), which makes a new table"):
        jazz.pipeline(f)


@pytest.mark.parametrize(
    ("function", "found"),
    [
        (lambda t: ops.sort_by(t, "m"), "'m' of rank 2"),
        (lambda t: ops.sort_by(t, "s"), "'s' of rank 2"),
        (lambda t: ops.sort_by(t, ["x", "m"]), "'m' of rank 2"),
        (lambda t: ops.sort_by(t["in"], "v"), "'v' of rank 2"),
        (lambda t: ops.sort_by(ops.drop_na(t[t["x"] > 0][:3][[1, 0]]), "m"), "'m' of rank 2"),
        (lambda t: ops.sort_by(t.assign(z=t["m"]).drop(columns="x"), "z"), "'z' of rank 2"),
        (lambda t: ops.sort_by(t.assign(z=t["x"]), "m"), "'m' of rank 2"),
        (lambda t: ops.sort_by(t[["x", "in"]]["in"], "v"), "'v' of rank 2"),
    ],
)
def test_rows_are_sorted_by_vectors_as_far_as_that_is_known(function: Any, found: str) -> None:
    with pytest.raises(TracingError) as caught:
        jazz.pipeline(function, inputs={"t": TYPE})
    assert caught.value.violations[0].found == found


SAME = jazz.pipeline(lambda t: t)
SOME = jazz.pipeline(lambda t, u: {"some": t[t["x"] > 0].assign(x=u["m"], z=1), "in": u["in"]})
AGAIN = jazz.pipeline(lambda t: ops.call(SAME, t))


@pytest.mark.parametrize("write", [ops.call, lambda pipeline, *given: pipeline(*given)])
@pytest.mark.parametrize(
    ("function", "found"),
    [
        (lambda call, t: ops.sort_by(call(SAME, t), "m"), "'m' of rank 2"),
        (lambda call, t: ops.sort_by(call(SAME, call(SAME, t).drop(columns="x"))["in"], "v"), "'v' of rank 2"),
        (lambda call, t: ops.sort_by(call(SOME, t, t)["some"][1:], "x"), "'x' of rank 2"),
        (lambda call, t: ops.sort_by(call(SOME, t, t[:2])["in"], "v"), "'v' of rank 2"),
        (lambda call, t: ops.sort_by(call(SOME, call(SAME, t), t)["some"], "s"), "'s' of rank 2"),
    ],
)
def test_fields_of_what_a_call_gives_are_known_as_if_its_steps_stood_there(
    write: Any, function: Any, found: str
) -> None:
    with pytest.raises(TracingError) as caught:
        jazz.pipeline(lambda t: function(write, t), inputs={"t": TYPE})
    assert caught.value.violations[0].found == found


@pytest.mark.parametrize(
    "function",
    [
        lambda t: ops.sort_by(ops.call(SOME, t, t)["some"], "z"),
        lambda t: ops.sort_by(ops.call(SOME, t, t)["some"].assign(m=1), "m"),
        lambda t: ops.sort_by(ops.call(AGAIN, t), "m"),
        lambda t: ops.sort_by(ops.call(jazz.pipeline(lambda: {"t": jazz.ops.frame({"a": np.arange(2)})})), "a"),
        lambda t: ops.sort_by(ops.call(jazz.pipeline(lambda t: 1), t), "a"),
    ],
)
def test_what_a_call_may_give_is_not_refused(function: Any) -> None:
    jazz.pipeline(function, inputs={"t": TYPE})


def test_names_of_the_fields_of_what_a_call_gives_are_known_too() -> None:
    inner = jazz.pipeline(lambda t: ops.drop(t, ["s", "in", "any"]))
    found = jazz.pipeline(lambda t, u: ops.call(inner, t).merge(ops.call(inner, u)), inputs={"t": TYPE, "u": TYPE})
    assert "left_on=('x', 'm'), right_on=('x', 'm')" in str(found)


@pytest.mark.parametrize(
    "function",
    [
        lambda t: ops.sort_by(t, "x"),
        lambda t: ops.sort_by(t, "any"),
        lambda t: ops.sort_by(t, "further"),
        lambda t: ops.sort_by(t.assign(m=t["x"]), "m"),
        lambda t: ops.sort_by(t.assign(m=1), "m"),
        lambda t: ops.sort_by(t.assign(m=t["m"][0]), "m"),
        lambda t: ops.sort_by(ops.frame({"m": t["m"][:, 0]}), "m"),
        lambda t: ops.sort_by(t["in"].assign(v=t["x"]), "v"),
        lambda t: t.assign(m=ops.max(t["x"])),
        lambda t: ops.sort_by(ops.frame({"x": t["x"], "day": np.datetime64("2024-02-29")}), "day"),
        lambda t: ops.sort_by(ops.iterate(lambda u: u[1:], t, max_iter=2)[0], "x"),
        lambda t: ops.sort_by(ops.cond(True, lambda: t, lambda: t), "x"),
        lambda t: ops.sort_by(ops.apply("cond", True, t), "m"),
        lambda t: ops.sort_by(ops.apply("call", t), "m"),
        lambda t: ops.sort_by(ops.apply("iterate", t, results=9, count=9)[7], "m"),
        lambda t: ops.sort_by(FRAME, "m").merge(ops.sort_by(t, "x"), on="x"),
    ],
)
def test_what_may_be_a_vector_is_not_refused(function: Any) -> None:
    jazz.pipeline(function, inputs={"t": TYPE})


FRAME = {"x": np.arange(3.0), "c": np.ones((3, 2)), "m": np.array(["a", "b", "c"]), "in": {"v": np.ones((3, 1))}}


@pytest.mark.parametrize(
    ("function", "found"),
    [
        (lambda t, p: ops.sort_by(ops.cond(p, lambda: t, lambda: t[1:]), "m"), "'m' of rank 2"),
        (lambda t, p: ops.sort_by(ops.cond(p, lambda: (1, t["in"]), lambda: (2, t["in"]))[1], "v"), "'v' of rank 2"),
        (lambda t, p: ops.cond(p, lambda: ops.sort_by(t, "m"), lambda: t), "'m' of rank 2"),
        (
            lambda t, p: ops.sort_by(ops.cond(p, lambda: ops.cond(p, lambda: t, lambda: t), lambda: t), "s"),
            "'s' of rank 2",
        ),
        (lambda t, p: ops.sort_by(ops.iterate(lambda u: u[1:], t, max_iter=2).state, "m"), "'m' of rank 2"),
        (lambda t, p: ops.sort_by(ops.iterate(lambda n, u: (n, u), 1, t, max_iter=2)[0][1], "m"), "'m' of rank 2"),
        (lambda t, p: ops.iterate(lambda u: ops.sort_by(u, "m"), t, max_iter=2).state, "'m' of rank 2"),
        (lambda t, p: ops.iterate(lambda u: ops.call(SAME, ops.sort_by(u, "m")), t, max_iter=2).state, "'m' of rank 2"),
        (lambda t, p: ops.sort_by(ops.call(TURNED, t), "m"), "'m' of rank 2"),
        (lambda t, p: ops.sort_by(FRAME, "c"), "'c' of rank 2"),
        (lambda t, p: ops.sort_by(ops.take(FRAME, [1, 0])["in"], "v"), "'v' of rank 2"),
        (lambda t, p: ops.sort_by(ops.call(SAME, FRAME), "c"), "'c' of rank 2"),
        (lambda t, p: ops.sort_by(ops.frame({"t": FRAME})["t"], "c"), "'c' of rank 2"),
    ],
)
def test_fields_of_choices_loops_and_constants_are_known(function: Any, found: str) -> None:
    with pytest.raises(TracingError) as caught:
        jazz.pipeline(function, inputs={"t": TYPE})
    assert caught.value.violations[0].found == found


TURNED = jazz.pipeline(lambda t: ops.iterate(lambda u: u[1:], t, max_iter=2).state)


@pytest.mark.parametrize(
    "function",
    [
        lambda t, u: ops.cond(True, lambda: t.drop(columns="m"), lambda: u.drop(columns="m")).merge(u),
        lambda t, u: ops.iterate(lambda s: s[s["x"] > 0], t.drop(columns="m"), max_iter=2).state.merge(u),
        lambda t, u: ops.iterate(lambda s: s.merge(u), t.drop(columns="m"), max_iter=2).state,
        lambda t, u: ops.call(TURNED, t).drop(columns="m").merge(u),
        lambda t, u: t.drop(columns="m").merge(ops.take(FRAME, [0])),
    ],
)
def test_names_of_their_fields_are_known_too(function: Any) -> None:
    found = jazz.pipeline(function, inputs=dict.fromkeys("tu", "{x: float64[n], m: int64[n], closed}"))
    assert "left_on=('x'), right_on=('x')" in str(found)


def test_a_long_chain_of_tables_is_looked_through() -> None:
    def f(t: Any) -> Any:
        for _ in range(3000):
            t = t[1:]
        return ops.sort_by(t, "m")

    with pytest.raises(TracingError, match="'m' of rank 2"):
        jazz.pipeline(f, inputs={"t": TYPE})
