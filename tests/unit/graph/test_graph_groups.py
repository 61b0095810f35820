"""Rows of tables in groups, as steps: what pandas's groupby writes."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd
import pytest

import jazz
from jazz import ops
from jazz.graph import TracingError

TYPE = "{k: int64[n], s: string[n], x: float64[n], m: float64[n, 2]}"


def steps(function: Any, type_: str | None = TYPE) -> list[str]:
    inputs = None if type_ is None else {"t": type_}
    return [line.strip() for line in str(jazz.pipeline(function, inputs=inputs)).splitlines()[1:-1]]


def told(function: Any, type_: str | None = TYPE) -> list[str]:
    """Each result as `name=function(field)`, and settings that are not left out."""
    settings: dict[str, Any] = {}

    def noted(t: Any) -> Any:
        result = function(t)
        settings.update(result._source.step.settings)
        return result

    jazz.pipeline(noted, inputs=None if type_ is None else {"t": type_})
    by = settings.pop("by")
    names, fields, functions = (settings.pop(name) for name in ("names", "fields", "functions"))
    results = [f"{n}={f}({x})" for n, x, f in zip(names, fields, functions, strict=True)]
    return [*by, *results, *(f"{name}={setting}" for name, setting in sorted(settings.items()))]


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda t: t.groupby("k").agg(total=("x", "sum"), n=("x", "size")), ["k", "total=sum(x)", "n=size(x)"]),
        (lambda t: t.groupby(["k", "s"]).agg({"x": "sum", "m": "mean"}), ["k", "s", "x=sum(x)", "m=mean(m)"]),
        (lambda t: t.groupby("k").agg("max"), ["k", "s=max(s)", "x=max(x)", "m=max(m)"]),
        (lambda t: t.groupby("k")["x"].agg("max"), ["k", "x=max(x)"]),
        (lambda t: t.groupby("k")["x"].agg(["min", "max"]), ["k", "min=min(x)", "max=max(x)"]),
        (lambda t: t.groupby("k")["x"].agg(low="min", top=("m", "max")), ["k", "low=min(x)", "top=max(m)"]),
        (lambda t: t.groupby("k").size(), ["k", "size=size(k)"]),
        (lambda t: t.groupby(["k", "s"]).first(), ["k", "s", "x=first(x)", "m=first(m)"]),
        (lambda t: t.groupby("k")["x"].sum(), ["k", "x=sum(x)"]),
        (lambda t: t.groupby("k")[["m", "x"]].mean(), ["k", "m=mean(m)", "x=mean(x)"]),
        (lambda t: t.groupby("k")["x"].median(skipna=True), ["k", "x=median(x)", "skipna=True"]),
        (lambda t: t.groupby("k", dropna=True)["x"].var(correction=1),
         ["k", "x=var(x)", "correction=1", "dropna=True"]),
        (lambda t: t.groupby("k")["x"].agg("std", correction=1.5, skipna=True),
         ["k", "x=std(x)", "correction=1.5", "skipna=True"]),
    ],
)  # fmt: skip
def test_groups_are_told_of_as_pandas_writes_it(function: Any, expected: list[str]) -> None:
    assert told(function) == expected


@pytest.mark.parametrize("name", ["count", "sum", "prod", "mean", "median", "min", "max", "any", "all", "var", "std",
                                  "nunique", "first", "last"])  # fmt: skip
def test_every_function_is_a_method(name: str) -> None:
    assert told(lambda t: getattr(t.groupby("k")["x"], name)(), None) == ["k", f"x={name}(x)"]


def test_methods_and_operations_write_the_same_steps() -> None:
    def function(t: Any) -> Any:
        return ops.aggregate(t, ["k", "s"], skipna=True, dropna=True, table=("x", "sum"), by=["m", "var"], correction=1)

    names = {"table": ("x", "sum"), "by": ("m", "var")}
    groups = steps(lambda t: t.groupby(["k", "s"], dropna=True).agg(**names, skipna=True, correction=1))
    assert steps(function) == groups


def test_what_is_told_is_a_table_whose_fields_are_known() -> None:
    def f(t: Any) -> Any:
        found = t.groupby(["s", "k"]).agg(n=("x", "size"), m=("m", "sum"), y=("x", "max")).groupby("s")
        return found.max()

    assert "names=('k', 'n', 'm', 'y')" in steps(f)[-1]
    for name in ("s", "k", "n", "y"):
        jazz.pipeline(lambda t, n=name: ops.sort_by(t.groupby(["s", "k"]).agg(n=("m", "size"), y=("x", "max")), n),
                      inputs={"t": TYPE})  # fmt: skip
    with pytest.raises(TracingError, match="'top' of rank 2"):
        jazz.pipeline(lambda t: ops.sort_by(t.groupby("k").agg(top=("m", "max")), "top"), inputs={"t": TYPE})


@pytest.mark.parametrize(
    ("function", "found"),
    [
        (lambda t: t.groupby([]), "[]"),
        (lambda t: t.groupby(["k", "k"]), "['k', 'k']"),
        (lambda t: t.groupby(3), "3"),
        (lambda t: t.groupby("k", dropna=1), "1"),
        (lambda t: t.groupby("k")[[]], "[]"),
        (lambda t: t.groupby("k").agg(), "nothing"),
        (lambda t: t.groupby("k").agg({}), "[]"),
        (lambda t: t.groupby("k").agg("sum", n=("x", "size")), "both"),
        (lambda t: t.groupby("k").agg(n="x"), "'x'"),
        (lambda t: t.groupby("k").agg(n=("x", "sum", "max")), "('x', 'sum', 'max')"),
        (lambda t: t.groupby("k").agg(n=("x", max)), "<built-in function max> (did you mean 'max'?)"),
        (lambda t: t.groupby("k").agg(n=(1, "max")), "1"),
        (lambda t: t.groupby("k").agg(k=("x", "sum")), "'k'"),
        (lambda t: t.groupby("k").agg(["sum"]), "['sum']"),
        (lambda t: t.groupby("k").agg(n=("x", "summ")), "'summ' (did you mean 'sum'?)"),
        (lambda t: t.groupby("k").agg({"x": ["min", "max"]}), "['min', 'max']"),
        (lambda t: t.groupby("k").agg({"x": len}), "<built-in function len> (did you mean 'size'?)"),
        (lambda t: t.groupby("k")["x"].agg(sum), "<built-in function sum> (did you mean 'sum'?)"),
        (lambda t: t.groupby("k")["x"].agg(["min", max]), "<built-in function max> (did you mean 'max'?)"),
        (lambda t: t.groupby("k").agg(n=("x", "avg")), "'avg' (did you mean 'mean'?)"),
        (lambda t: t.groupby("k").agg({"x": ["min", len]}), "<built-in function len> (did you mean 'size'?)"),
        (lambda t: t.groupby("k")["x"].sum(skipna="yes"), "'yes'"),
        (lambda t: t.groupby("k")["x"].var(correction="1"), "'1'"),
        (lambda t: t[["k"]].groupby("k").sum(), "none"),
        (lambda t: ops.aggregate(t, "k"), "[]"),
        (lambda t: ops.aggregate(t, "k", n="size"), "'size'"),
        (lambda t: ops.aggregate(t, ["k", "s"], s=("x", "sum")), "'s'"),
    ],
)
def test_mistakes_are_found_while_it_is_traced(function: Any, found: str) -> None:
    with pytest.raises(TracingError) as caught:
        jazz.pipeline(function, inputs={"t": TYPE})
    assert caught.value.violations[0].found == found


def test_lists_of_functions_say_what_to_write() -> None:
    with pytest.raises(TracingError, match=r'write agg\(x_min=\("x", "min"\), x_max=\("x", "max"\)\)'):
        jazz.pipeline(lambda t: t.groupby("k").agg({"x": ["min", "max"]}))


def test_all_fields_of_a_table_of_which_none_are_known_are_refused() -> None:
    with pytest.raises(TracingError, match="unless types of inputs say it"):
        jazz.pipeline(lambda t: t.groupby("k").sum())
    with pytest.raises(TracingError, match="which the name of a kind does not: its text does"):
        jazz.pipeline(lambda t: t.groupby("k").sum(), inputs={"t": "lab/sale"})
    assert told(lambda t: t.groupby("k").size(), None) == ["k", "size=size(k)"]


@pytest.mark.parametrize("told_of", [lambda x: x.max(), {"x": lambda x: x.max()}, [lambda x: x.max()]])
def test_functions_of_python_are_refused_with_where_they_belong(told_of: Any) -> None:
    with pytest.raises(TracingError, match="written by name, and none of Python's is run on a server"):
        jazz.pipeline(lambda t: t.groupby("k")["x"].agg(told_of))


@pytest.mark.parametrize("by", [lambda t: t["k"] > 1, lambda t: ["s", t["k"] > 1]])
@pytest.mark.parametrize(
    "function",
    [
        lambda t, by: t.groupby(by).size(),
        lambda t, by: ops.aggregate(t, by, n=("k", "size")),
        lambda t, by: t.merge(t, left_on=by, right_on="k"),
        ops.sort_by,
    ],
)
def test_keys_that_are_computed_are_refused_with_what_to_write(function: Any, by: Any) -> None:
    with pytest.raises(TracingError, match=r'has a name as a field: t = t\.assign\(key=x\), and then "key"'):
        jazz.pipeline(lambda t: function(t, by(t)))


def test_periods_are_keys_as_fields() -> None:
    with pytest.raises(TracingError, match=r'assign\(day=t\["when"\]\.dt\.floor\("D"\)\)'):
        jazz.pipeline(lambda t: t.groupby(pd.Grouper(key="when", freq="D")).size())


def test_groups_are_not_taken_one_by_one() -> None:
    with pytest.raises(TracingError, match=r"cannot be taken group by group.*use g\.agg"):
        jazz.pipeline(lambda t: [part for _, part in t.groupby("k")])
    with pytest.raises(TracingError, match=r"cannot be asked how many groups it has.*use jazz\.ops\.size"):
        jazz.pipeline(lambda t: len(t.groupby("k")))


@pytest.mark.parametrize(
    ("function", "instead"),
    [
        (lambda g: g.meen(), "they have mean"),
        (lambda g: g.transform("sum"), 'use t.merge(g.agg(total=("x", "sum")), on="key", how="left")'),
        (lambda g: g.filter(len), 'use t.merge(n[n["n"] > 2], on="key", how="semi")'),
        (lambda g: g.head(3), "use docs/tables.md"),
        (lambda g: g.x.sum(), 'the field of that name is g["x"]'),
        (lambda g: g.ewm(), "they have agg, size, count, sum, prod, mean, min, max"),
    ],
)
def test_what_groups_have_not_names_what_they_have(function: Any, instead: str) -> None:
    with pytest.raises(AttributeError, match=f"groups of rows have no \\w+; {re.escape(instead)}"):
        jazz.pipeline(lambda t: function(t.groupby("k")), inputs={"t": TYPE})
