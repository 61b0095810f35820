"""`x.str`: texts changed and looked into, by the names of pandas."""

from __future__ import annotations

import inspect
import re
from typing import Any

import numpy as np
import pandas as pd
import pytest

import jazz
from jazz.graph.errors import TracingError
from jazz.graph.foreign_arguments import OF_STRINGS
from jazz.graph.suggestions import OF_TEXTS
from jazz.graph.texts import METHODS, Texts


def steps(function: Any) -> list[str]:
    """The steps of a pipeline as they are shown."""
    return [line.partition(" = ")[2] for line in str(jazz.pipeline(function)).splitlines()[1:-1]]


@pytest.mark.parametrize(
    ("function", "step"),
    [
        (lambda x: x.str.len(), "str_len(x)"),
        (lambda x: x.str.upper(), "str_upper(x)"),
        (lambda x: x.str.lower(), "str_lower(x)"),
        (lambda x: x.str.strip(), "str_strip(x)"),
        (lambda x: x.str.lstrip(), "str_strip(x, side='left')"),
        (lambda x: x.str.rstrip(), "str_strip(x, side='right')"),
        (lambda x: x.str.slice(1, 3), "str_slice(x, start=1, stop=3)"),
        (lambda x: x.str.slice(stop=-1), "str_slice(x, stop=-1)"),
        (lambda x: x.str[-3:], "str_slice(x, start=-3)"),
        (lambda x: x.str[0:2], "str_slice(x, stop=2)"),
        (lambda x: x.str.startswith("a"), "str_startswith(x, 'a')"),
        (lambda x, y: x.str.endswith(y), "str_endswith(x, y)"),
        (lambda x: x.str.contains("a"), "str_contains(x, 'a')"),
        (lambda x: x.str.contains("a.b", regex=False), "str_contains(x, 'a.b')"),
        (lambda x: x.str.replace("a.", "é"), "str_replace(x, 'a.', 'é')"),
        (lambda x, y: x.str.cat(y), "add(x, y)"),
        (lambda x: x + "a", "add(x, 'a')"),
        (lambda x: "a" + x, "add('a', x)"),
    ],
)
def test_a_method_is_a_step(function: Any, step: str) -> None:
    assert steps(function) == [step]


def test_texts_with_something_between() -> None:
    assert steps(lambda x, y: x.str.cat(y, sep="-")) == ["add(x, '-')", "add(%0, y)"]


@pytest.mark.parametrize("name", ["startswith", "endswith", "contains"])
def test_answers_choose_rows(name: str) -> None:
    assert steps(lambda x: x[getattr(x.str, name)("a")])[1] == "filter(x, %0)"
    assert steps(lambda x: x[jazz.ops.fill_na(getattr(x.str, name)("a"), False)])[2] == "filter(x, %1)"


def test_methods_are_those_of_pandas() -> None:
    assert set(METHODS) == {name for name in vars(Texts) if not name.startswith("_")} - {"node"}
    assert all(hasattr(pd.Series([], dtype="str").str, name) for name in METHODS)


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda x: x.str.contains("a.b"), "regex: expected False, since pandas takes this text for a regular"),
        (lambda x: x.str.contains("a", regex=True), "regex: expected False, since pipelines have no regular"),
        (lambda x: x.str.replace("a", "b", regex=True), "regex: expected False, since pipelines have no regular"),
        (lambda x: x.str.contains(re.compile("a")), "pat: expected a text, or a value of the pipeline"),
        (lambda x: x.str.startswith(("a", "b")), "pat: expected a text, or a value of the pipeline"),
        (lambda x: x.str.replace("a", str.upper), "repl: expected a text, or a value of the pipeline"),
        (lambda x: x.str.replace("", "a"), "old: expected a text that is not empty, found ''"),
        (lambda x: x.str.cat(x, sep=1), "sep: expected a text, found 1"),
        (lambda x: x.str.cat(["a"]), "others: expected a text, or a value of the pipeline"),
        (lambda x: x.str[0], "part: expected a slice of each text, such as x.str[:1]"),
        (lambda x: x.str[::-1], "step: expected 1: each code point"),
        (lambda x: x.str[:: np.array([1, 2])], "step: expected an integer, found array"),
        (lambda x: x.str.slice(1.5), "start: expected an integer, found 1.5"),
        (lambda x: jazz.ops.str_strip(x, "middle"), "side: expected one of both, left, right"),
    ],
)
def test_what_is_no_text_is_refused_when_it_is_written(function: Any, expected: str) -> None:
    with pytest.raises(TracingError, match=re.escape(expected)):
        jazz.pipeline(function)


@pytest.mark.parametrize(
    ("function", "argument", "said"),
    [
        (lambda x: x.str.contains("a", na=False), "na", "jazz.ops.fill_na"),
        (lambda x: x.str.contains("a", case=False), "case", "x.str.lower()"),
        (lambda x: x.str.replace("a", "b", n=1), "n", "leave it out"),
        (lambda x: x.str.strip(to_strip="a"), "to_strip", "white space is stripped"),
        (lambda x: x.str.cat(x, na_rep="-"), "na_rep", 'jazz.ops.fill_na(x, "-")'),
    ],
)
def test_arguments_of_pandas_say_what_to_write(function: Any, argument: str, said: str) -> None:
    with pytest.raises(TracingError, match=re.escape(said)) as caught:
        jazz.pipeline(function)
    assert [violation.field for violation in caught.value.violations] == [argument]


def test_what_is_said_of_arguments_is_of_arguments_of_pandas() -> None:
    theirs = {name for method in METHODS for name in inspect.signature(getattr(pd.Series.str, method)).parameters}
    own = {name for method in METHODS for name in inspect.signature(getattr(Texts, method)).parameters}
    assert theirs - own == set(OF_STRINGS) - {"characters", "chars", "literal", "strict"}


@pytest.mark.parametrize(
    ("name", "instead"),
    [
        ("uper", "they have upper"),
        ("nothing_alike", "they have cat, contains, endswith, len, .*, upper"),
        ("extract", "use x.str.contains.*: there are no regular expressions"),
        ("to_uppercase", r"use x.str.upper\(\)"),
        ("rsplit", r"use jazz.ops.tokenize\(x\)"),
    ],
)
def test_a_method_that_is_not_there_names_what_is(name: str, instead: str) -> None:
    with pytest.raises(AttributeError, match=f"texts have no {name}; {instead}"):
        jazz.pipeline(lambda x: getattr(x.str, name)())


def test_what_is_suggested_is_there() -> None:
    for instead in OF_TEXTS.values():
        assert set(re.findall(r"\.str\.(\w+)", instead)) <= set(METHODS), instead
        assert all(hasattr(jazz.ops, name) for name in re.findall(r"jazz\.ops\.(\w+)", instead)), instead
    assert not OF_TEXTS.keys() & set(METHODS)


def test_a_table_has_no_texts_but_its_fields_have() -> None:
    with pytest.raises(AttributeError, match=r'has no str; use t\["name"\]\.str, of a field of texts'):
        jazz.pipeline(lambda t: t.str.len(), inputs={"t": "{name: string[n]}"})
    with pytest.raises(AttributeError, match=r'has no str; use t\["str"\], the field of that name'):
        jazz.pipeline(lambda t: t.str.len(), inputs={"t": "{str: string[n]}"})
    with pytest.raises(AttributeError, match=r"use x\.str\.upper\(\)"):
        jazz.pipeline(lambda x: x.upper())
