"""Tables that a pipeline joins by keys, as steps."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import jazz
from jazz import ops
from jazz.graph import TracingError

TYPES = {"t": "{k: int64[n], x: float64[n], a: string[n]}", "u": "{a: string[m], k: int64[m], y: float64[m]}"}

VALIDATE = "one of 'one_to_one', 'one_to_many', 'many_to_one', 'many_to_many'"


def steps(function: Any, inputs: Any = None) -> list[str]:
    return [line.strip() for line in str(jazz.pipeline(function, inputs=inputs)).splitlines()[1:-1]]


def keys(function: Any) -> str:
    """The keys that the last step has."""
    return steps(function, TYPES)[-1].partition("left_on=")[2].partition(", right_on")[0]


def test_settings_at_their_defaults_are_left_out() -> None:
    assert steps(lambda t, u: t.merge(u, on="k")) == ["%0 = merge(t, u, left_on=('k'), right_on=('k'))"]
    plain = steps(lambda t, u: t.merge(u, on="k"))
    assert plain == steps(lambda t, u: ops.merge(t, u, "inner", ["k"], suffixes=["_x", "_y"], sort=False))
    assert plain == steps(lambda t, u: t.merge(u, left_on="k", right_on=["k"]))


def test_settings_are_written_as_pandas_takes_them() -> None:
    def f(t: Any, u: Any) -> Any:
        names = {"left_on": ["a", "b"], "right_on": ("c", "b")}
        return t.merge(u, "left", **names, sort=True, suffixes=(None, "_r"), coalesce=True, validate="m:1")

    (step,) = steps(f)
    assert step == (
        "%0 = merge(t, u, coalesce=True, how='left', left_on=('a', 'b'), right_on=('c', 'b'), sort=True, "
        "suffixes=('', '_r'), validate='many_to_one')"
    )


def test_a_frame_is_a_constant() -> None:
    frame = pd.DataFrame({"k": [1, 2], "name": ["a", "b"]})
    (step,) = steps(lambda t: t.merge(frame), {"t": TYPES["t"]})
    assert step.endswith("left_on=('k'), right_on=('k'))")


@pytest.mark.parametrize(
    ("function", "found"),
    [
        (lambda t, u: t.merge(u), "('k', 'a')"),
        (lambda t, u: u.merge(t), "('a', 'k')"),
        (lambda t, u: t.drop(columns="a").merge(u[u["y"] > 0][:3]), "('k')"),
        (lambda t, u: t[["a", "x"]].merge(u), "('a')"),
        (lambda t, u: ops.frame({"y": t["x"]}).merge(u.assign(x=1)), "('y')"),
        (lambda t, u: t.merge(u[["k", "y"]]).merge(u), "('k', 'a', 'y')"),
        (lambda t, u: t.merge(u, on="k").merge(ops.frame({"a_y": u["a"]})), "('a_y')"),
        (lambda t, u: t.merge(u, left_on="k", right_on="y", suffixes=("", ".u")).merge(u), "('k', 'a', 'y')"),
        (lambda t, u: t.merge(u, on="k", how="anti").merge(ops.frame({"y": u["y"], "x": u["y"]})), "('x')"),
        (lambda t, u: t.merge(u, left_on="x", right_on="y", coalesce=True).merge(u[["y"]].assign(x=1)), "('x')"),
        (lambda t, u: ops.concat([t, t]).merge(u), "('k', 'a')"),
    ],
)
def test_keys_that_are_not_named_are_the_fields_that_both_are_known_to_have(function: Any, found: str) -> None:
    assert keys(function) == found


@pytest.mark.parametrize(
    ("function", "field", "expected"),
    [
        (lambda t, u: t.merge(u, on="k", left_on="k"), "on", "on, or left_on and right_on"),
        (lambda t, u: t.merge(u, left_on="k"), "right_on", "left_on and right_on"),
        (lambda t, u: t.merge(u, left_on="k", right_on=["k", "y"]), "right_on", "as many names as left_on has, 1"),
        (lambda t, u: t.merge(u, on=[]), "on", "names of fields"),
        (lambda t, u: t.merge(u, on=["k", "k"]), "on", "each name once"),
        (lambda t, u: t.merge(u, on=7), "on", "names of fields"),
        (lambda t, u: t.merge(u, on="k\0"), "on", "names that UTF-8 can encode, without NUL"),
        (lambda t, u: t.merge(u, on="k\ud800"), "on", "names that UTF-8 can encode, without NUL"),
        (lambda t, u: t.merge(u, on="k", suffixes=("", "\0")), "suffixes", "texts that UTF-8 can encode, without NUL"),
        (lambda t, u: t.merge(u, "k"), "how", "one of 'inner', 'left', 'right', 'outer', 'semi', 'anti'"),
        (lambda t, u: t.merge(u, on="k", how=None), "how", "one of 'inner', 'left', 'right', 'outer', 'semi', 'anti'"),
        (lambda t, u: t.merge(u, on="k", validate=1), "validate", VALIDATE),
        (lambda t, u: t.merge(u, on="k", validate="once"), "validate", VALIDATE),
        (lambda t, u: t.merge(u, on="k", sort="yes"), "sort", "True or False"),
        (lambda t, u: t.merge(u, on="k", suffixes="xy"), "suffixes", "two texts, such as ('_x', '_y')"),
        (lambda t, u: t.merge(u, on="k", suffixes=("x",)), "suffixes", "two texts, such as ('_x', '_y')"),
        (lambda t, u: t[["x"]].merge(u), "on", "a field that both have, as one of 'x'"),
        (lambda t, u: t["x"].merge(u), "on", "names of keys, such as on=['key']"),
    ],
)
def test_what_says_no_keys_is_refused(function: Any, field: str, expected: str) -> None:
    with pytest.raises(TracingError) as caught:
        jazz.pipeline(function, inputs=TYPES)
    (violation,) = caught.value.violations
    assert (violation.field, violation.expected) == (field, expected)


def test_without_types_keys_are_named() -> None:
    with pytest.raises(TracingError, match="none, and left is a table of which no fields are known"):
        jazz.pipeline(lambda t, u: t.merge(u))
    with pytest.raises(TracingError, match="none, and right is a table of which no fields are known"):
        jazz.pipeline(lambda t, u: t.merge(u), inputs={"t": TYPES["t"]})


@pytest.mark.parametrize("how", ["k", "cross"])
def test_another_word_for_how_is_refused_whether_or_not_keys_are_known(how: str) -> None:
    with pytest.raises(TracingError, match=f"how: expected one of 'inner', .*, found '{how}'"):
        jazz.pipeline(lambda t, u: t.merge(u, how))


def test_what_other_libraries_have_names_the_method() -> None:
    with pytest.raises(AttributeError, match=r'use t\.merge\(u, on="key"\)'):
        jazz.pipeline(lambda t, u: t.join(u))


MATRICES = {
    "t": "{k: int64[n], x: float64[n, 2], closed}",
    "u": "{k: int64[m], x: int64[m], m: float64[m, 3], closed}",
}


@pytest.mark.parametrize(
    "function",
    [
        lambda t, u: ops.sort_by(t.merge(u, on="k"), "m"),
        lambda t, u: ops.sort_by(t.merge(u, on="k"), "x_x"),
        lambda t, u: ops.sort_by(u.merge(t, on="k"), "x_y"),
        lambda t, u: ops.sort_by(t.merge(u, on="k", how="semi"), "x"),
        lambda t, u: ops.sort_by(t.merge(u.merge(t, on="k"), on="k"), "m"),
    ],
)
def test_fields_of_joined_tables_that_are_no_vectors_sort_nothing(function: Any) -> None:
    with pytest.raises(TracingError, match=r"expected fields that are vectors, found '.*' of rank 2"):
        jazz.pipeline(function, inputs=MATRICES)


@pytest.mark.parametrize(
    "function",
    [
        lambda t, u: ops.sort_by(t.merge(u, on="k"), ["k", "x_y"]),
        lambda t, u: ops.sort_by(u.merge(t, on="k"), ["x_x", "further"]),
        lambda t, u, v: ops.sort_by(t.merge(v, on="k"), "x"),
    ],
)
def test_fields_of_joined_tables_that_may_be_vectors_sort_them(function: Any) -> None:
    jazz.pipeline(function, inputs=MATRICES)
