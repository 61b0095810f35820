"""Arguments of pandas, numpy, polars and R that functions of pipelines do not have: errors say what to write."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

import jazz
from jazz import ops
from jazz.graph.errors import TracingError
from jazz.graph.foreign_arguments import OF_DROP, OF_FUNCTIONS, OF_GROUPBY, OF_MERGE
from jazz.graph.grouping import GroupBy


def refusal(traced: Callable[..., Any]) -> TracingError:
    with pytest.raises(TracingError) as caught:
        jazz.pipeline(traced)
    return caught.value


@pytest.mark.parametrize(
    ("traced", "argument", "said"),
    [
        (lambda t: t.groupby("k", as_index=False), "as_index", "keys are fields of the result"),
        (lambda t: t.groupby("k", sort=False).size(), "sort", "in the order of their keys"),
        (lambda t: t.groupby(level=0), "level", "reset_index"),
        (lambda t: t.groupby("k")[["x"]].sum(numeric_only=True), "numeric_only", '[["x", "y"]]'),
        (lambda t: t.groupby("k")["x"].var(ddof=1), "ddof", "correction=1"),
        (lambda t: t.groupby("k")["x"].agg("std", ddof=1), "ddof", "correction=1"),
        (lambda t: t["x"].std(ddof=1), "ddof", "correction=1"),
        (lambda t: ops.var(t["x"], ddof=1), "ddof", "correction=1"),
        (lambda t: t.merge(t, on="k", indicator=True), "indicator", 'how="semi"'),
        (lambda t: t.merge(t, left_on="k", right_index=True), "right_index", "reset_index"),
        (lambda t: ops.merge(t, t, on="k", lsuffix="_a"), "lsuffix", "suffixes="),
        (lambda t: t.drop("x", axis=1), "axis", "leave it out"),
        (lambda t: t.drop(columns="x", inplace=True), "inplace", "t = t.drop"),
    ],
)
def test_arguments_of_others_say_what_to_write(traced: Callable[..., Any], argument: str, said: str) -> None:
    error = refusal(traced)
    assert said in error.message
    assert [violation.field for violation in error.violations] == [argument]


def test_a_misspelt_argument_is_told_with_the_one_that_is_like_it() -> None:
    (violation,) = refusal(lambda t: t.merge(t, on="k", validat="1:1")).violations
    assert violation.expected == "one of right, how, on, left_on, right_on, sort, suffixes, coalesce, validate"
    assert violation.found == "validat='1:1' (did you mean validate?)"


@pytest.mark.parametrize(
    ("traced", "expected", "found"),
    [
        (lambda t: t["x"].str.contains("a", True), "pat and regex=...", "True besides"),
        (lambda t: t["x"].str.replace("a", "b", 1), "pat, repl and regex=...", "1 besides"),
        (lambda t: t["x"].str.strip("-"), "none", "'-' besides"),
        (lambda t: t.drop("x"), "columns=...", "'x' besides"),
    ],
)
def test_arguments_without_a_name_are_those_that_have_a_place(traced: Any, expected: str, found: str) -> None:
    (violation,) = refusal(traced).violations
    assert (violation.expected, violation.found) == (expected, found)


def test_results_may_have_the_names_of_arguments() -> None:
    text = str(jazz.pipeline(lambda t: t.groupby("k").agg(axis=("x", "sum"), ddof=("x", "size"))))
    assert "names=('axis', 'ddof')" in text


@pytest.mark.parametrize(
    ("theirs", "ours", "advice"),
    [
        (pd.DataFrame.groupby, jazz.Node.groupby, OF_GROUPBY),
        (pd.DataFrame.merge, jazz.Node.merge, OF_MERGE),
        (pd.DataFrame.drop, jazz.Node.drop, OF_DROP),
        (pd.api.typing.DataFrameGroupBy.sum, GroupBy.sum, OF_FUNCTIONS),
        (pd.api.typing.DataFrameGroupBy.std, GroupBy.std, OF_FUNCTIONS),
    ],
)
def test_there_is_advice_for_every_argument_of_pandas(theirs: Any, ours: Any, advice: dict[str, str]) -> None:
    own = inspect.signature(ours).parameters
    for name in inspect.signature(theirs).parameters:
        assert name in own or name in advice, name
