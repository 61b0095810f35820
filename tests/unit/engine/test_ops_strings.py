"""Texts element by element: what Python's strings, numpy and pandas answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jazz.values import DataType, Layout, Tensor, dense
from jazz_server.engine import memory
from jazz_server.engine.catalogue import CATALOGUE
from jazz_server.engine.errors import MemoryLimit, OpError
from jazz_server.kinds.types import AnyType, Symbol, TensorType
from unit.engine.answers import answered, mismatch, refused
from unit.engine.samples import Steps, apply, infer, missing_of
from unit.engine.test_ops_values import strings, texts

Text: TypeAlias = str | None

LETTERS = st.text("aAbB ß\x00İΣσς\u0301é四😀\t\u00a0\u3000ŉǅ", max_size=8)  # noqa: RUF001
ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
WITHOUT_NUL = (LETTERS | ANY).map(lambda text: text.replace("\0", ""))  # which numpy's cases drop at the end
LIST = st.lists(st.none() | LETTERS | ANY, max_size=12)
PATTERN = st.text("aAb é四", min_size=1, max_size=3)

some = settings(max_examples=80, deadline=None)


def column(values: list[Text]) -> Tensor:
    """A vector of strings of which some are missing."""
    whole = texts(*("" if value is None else value for value in values))
    present = np.array([value is not None for value in values], np.bool_)
    return whole if present.all() else replace(whole, validity=np.packbits(present, bitorder="little"))


def factor(values: list[Text]) -> Tensor:
    """The same as a factor, whose categories are in the order in which they are there first."""
    categories = list(dict.fromkeys(value for value in values if value is not None))
    codes = np.array([0 if value is None else categories.index(value) for value in values], np.int32)
    return replace(column(values), dtype=DataType("factor"), data=codes, offsets=None, categories=texts(*categories))


def listed(found: Tensor) -> list[Any]:
    """The elements of an answer, None where they are missing; what is below is empty, or zero."""
    values = strings(found) if found.dtype.variable else found.array().ravel().tolist()
    missing = missing_of(found).ravel().tolist()
    assert not any(value for value, gone in zip(values, missing, strict=True) if gone)
    return [None if gone else value for value, gone in zip(values, missing, strict=True)]


def check(name: str, values: list[Text], expected: Callable[[str], Any], *args: Any, **settings: Any) -> None:
    """An operation of strings, and of a factor, answers as a function of Python's strings does."""
    wanted = [None if value is None else expected(value) for value in values]
    for x in (column(values), factor(values)):
        assert listed(answered(name, x, *args, **settings)) == wanted


@some
@given(values=LIST)
def test_what_python_makes_of_each_text(values: list[Text]) -> None:
    check("str_len", values, len)
    check("str_upper", values, str.upper)
    check("str_lower", values, str.lower)
    check("str_strip", values, str.strip)
    check("str_strip", values, str.lstrip, side="left")
    check("str_strip", values, str.rstrip, side="right")


@some
@given(values=LIST, start=st.integers(-10, 10), stop=st.none() | st.integers(-10, 10))
def test_parts_are_those_of_pythons_slices(values: list[Text], start: int, stop: int | None) -> None:
    check("str_slice", values, lambda text: text[start:stop], start=start, stop=stop)


@some
@given(values=LIST, pattern=st.just("") | PATTERN, new=LETTERS)
def test_what_is_in_texts(values: list[Text], pattern: str, new: str) -> None:
    check("str_startswith", values, lambda text: text.startswith(pattern), pattern)
    check("str_endswith", values, lambda text: text.endswith(pattern), pattern)
    check("str_contains", values, lambda text: pattern in text, pattern)
    if pattern:
        check("str_replace", values, lambda text: text.replace(pattern, new), pattern, new)


@some
@given(values=st.lists(st.text("ab", max_size=30), max_size=5), pattern=st.text("ab", min_size=1, max_size=6))
def test_what_begins_again_inside_of_itself_is_found(values: list[str], pattern: str) -> None:
    check("str_contains", list(values), lambda text: pattern in text, pattern)
    check("str_replace", list(values), lambda text: text.replace(pattern, "-"), pattern, "-")


@some
@given(pairs=st.lists(st.tuples(st.none() | LETTERS, st.none() | st.text("aé四", max_size=2), LETTERS), max_size=8))
def test_texts_beside_each_other(pairs: list[tuple[Text, Text, str]]) -> None:
    first, second, third = ([pair[i] for pair in pairs] for i in range(3))
    both = [None if a is None or b is None else (a, b, c or "") for a, b, c in zip(first, second, third, strict=True)]
    one = pd.Series(first, dtype="str")
    assert listed(answered("add", column(first), column(second))) == [
        None if pd.isna(text) else text for text in one.str.cat(pd.Series(second, dtype="str"))
    ]
    for name, function in (("str_startswith", str.startswith), ("str_endswith", str.endswith)):
        wanted = [None if each is None else function(each[0], each[1]) for each in both]
        assert listed(answered(name, column(first), factor(second))) == wanted
    kept = [each for each in both if each is not None and each[1]]
    x, old, new = (column([each[i] for each in kept]) for i in range(3))
    assert listed(answered("str_replace", x, old, new)) == [text.replace(*rest) for text, *rest in kept]


@some
@given(values=st.lists(WITHOUT_NUL, min_size=1, max_size=8), pattern=PATTERN, start=st.integers(-4, 4))
def test_numpy_and_pandas_say_the_same(values: list[str], pattern: str, start: int) -> None:
    x, array, series = texts(*values), np.array(values, np.dtypes.StringDType()), pd.Series(values, dtype=object)
    for name, found in {
        "str_len": (np.strings.str_len(array), series.str.len()),
        "str_upper": (np.strings.upper(array), series.str.upper()),
        "str_lower": (np.strings.lower(array), series.str.lower()),
        "str_strip": (np.strings.strip(array), series.str.strip()),
    }.items():
        assert all(listed(answered(name, x)) == each.tolist() for each in found)
    for name, found in {
        "str_startswith": (np.strings.startswith(array, pattern), series.str.startswith(pattern)),
        "str_endswith": (np.strings.endswith(array, pattern), series.str.endswith(pattern)),
        "str_contains": (np.strings.find(array, pattern) >= 0, series.str.contains(pattern, regex=False)),
        "add": (np.strings.add(array, pattern), series + pattern),
    }.items():
        assert all(listed(answered(name, x, pattern)) == each.tolist() for each in found)
    assert listed(answered("str_replace", x, pattern, "é")) == np.strings.replace(array, pattern, "é").tolist()
    assert listed(answered("str_slice", x, start=start)) == series.str.slice(start).tolist()


def test_operands_are_broadcast() -> None:
    rows, columns = replace(texts("a", "b", "c"), shape=(3, 1)), texts("x", "yy")
    found = answered("add", rows, columns)
    assert (found.shape, strings(found)) == ((3, 2), ["ax", "ayy", "bx", "byy", "cx", "cyy"])
    assert strings(answered("add", "<", answered("add", columns, ">"))) == ["<x>", "<yy>"]
    square = replace(texts("a", "b", "c", "d"), shape=(2, 2))
    turned = apply("transpose", square)
    assert strings(answered("add", turned, columns)) == ["ax", "cyy", "bx", "dyy"]
    assert strings(apply("transpose", answered("str_upper", turned))) == ["A", "B", "C", "D"]


@pytest.mark.parametrize("name", ["str_len", "str_upper", "str_lower", "str_strip", "str_slice"])
def test_single_texts_and_literals(name: str) -> None:
    whole = replace(texts("é四"), shape=())
    for x in (whole, "é四"):
        assert answered(name, x).shape == ()
    assert listed(answered(name, column([]))) == []
    assert listed(answered(name, column([None, None]))) == [None, None]
    assert listed(answered(name, factor([None, None]))) == [None, None]


def test_one_of_two_texts() -> None:
    condition = np.array([True, False, True, False, True])
    a, b = ["é", "b", None, "d", "e"], ["v", "wé", "x", None, "z"]
    assert listed(answered("where", condition, column(a), column(b))) == ["é", "wé", None, None, "e"]
    assert listed(answered("where", condition, factor(a), "")) == ["é", "", None, "", "e"]
    gone = replace(dense(condition), validity=np.array([0b11110], np.uint8))
    assert listed(answered("where", gone, column(a), "-")) == [None, "-", None, "-", "e"]
    assert listed(answered("where", True, "yes", "no")) == ["yes"]
    wide = answered("where", np.array([[True], [False]]), texts("a", "b"), "-")
    assert (wide.shape, strings(wide)) == ((2, 2), ["a", "b", "-", "-"])


def test_what_is_missing_is_filled() -> None:
    assert listed(answered("fill_na", column(["é", None]), "?")) == ["é", "?"]
    assert strings(apply("concat", answered("add", texts("a"), "b"), texts("c"))) == ["ab", "c"]


@pytest.mark.parametrize(
    ("name", "args", "expected"),
    [
        ("str_len", [np.zeros(2)], "x: expected texts (string or factor), found float64"),
        ("str_len", [5], "x: expected texts (string or factor), found 5"),
        ("str_upper", [np.array([b"a"])], "x: expected texts (string or factor), found bytes"),
        ("str_startswith", [texts("a"), 1], "prefix: expected texts (string or factor), found 1"),
        ("str_contains", [texts("a", "b"), texts("a", "b", "c")], "text: expected a shape that broadcasts with [2]"),
        ("str_replace", [texts("a"), "", "b"], "old: expected a text that is not empty, found ''"),
        ("add", [texts("a"), 1], "b: expected texts (string or factor), found 1"),
        ("add", [np.zeros(1), texts("a")], "a: expected texts (string or factor), found float64"),
        ("add", [np.array([b"a"]), texts("a")], "a: expected texts (string or factor), found bytes"),
        ("add", [np.zeros(1), "a"], "b: expected what goes with float64, which becomes no text, found 'a'"),
        ("add", ["a", np.array(["2024-02-29"], "M8[D]")], "a: expected what goes with date, which becomes no text, "),
        ("where", [np.array([True]), np.zeros(1), "a"], "b: expected what goes with float64, which becomes no text, "),
        ("where", [np.array([True]), texts("a"), 0], "b: expected texts (string or factor), found 0"),
        ("where", [np.array([1]), texts("a"), ""], "condition: expected truth values (bool), found int64"),
        ("where", ["a", np.zeros(1), 1], "condition: expected a tensor of truth values (bool), found 'a'"),
    ],
)
def test_what_are_no_texts_is_refused(name: str, args: list[Any], expected: str) -> None:
    assert mismatch(name, *args).startswith(expected)


@pytest.mark.parametrize(
    ("name", "setting", "expected"),
    [
        ("str_strip", {"side": "middle"}, "side: expected both, left or right, found 'middle'"),
        ("str_slice", {"start": 1.5}, "start: expected an integer, found 1.5"),
        ("str_slice", {"stop": True}, "stop: expected an integer, found True"),
    ],
)
def test_settings_are_checked(name: str, setting: dict[str, Any], expected: str) -> None:
    assert mismatch(name, texts("a"), **setting) == expected


def test_an_old_text_that_is_empty_is_an_error_where_there_is_something_to_replace() -> None:
    assert refused("str_replace", texts("a", "b"), texts("a", ""), "c").field == "old"
    assert listed(answered("str_replace", column(["a", None]), texts("a", ""), "c")) == ["c", None]


def test_types_that_are_not_known_are_told_when_it_runs() -> None:
    unknown, n = AnyType(), Symbol("n")
    column_type = TensorType((DataType("string"),), (n,), (Layout.DENSE,))
    assert str(infer(CATALOGUE["add"], [column_type, "a"])[0][0]) == "string[n]"
    assert str(infer(CATALOGUE["add"], [unknown, "a"])[0][0]) == "string[...]?"
    assert str(infer(CATALOGUE["where"], [unknown, column_type, unknown])[0][0]) == "string[...]?"
    assert str(infer(CATALOGUE["str_contains"], [column_type, "a"])[0][0]) == "bool[n]"
    for both in ([unknown, unknown], [TensorType(), TensorType()]):
        assert not infer(CATALOGUE["add"], both)[0][0].dtypes  # type: ignore[union-attr]
    for name, args in (("add", [texts("a"), dense(np.zeros(1))]), ("where", [dense(np.zeros(1)), texts("a"), "b"])):
        with pytest.raises(OpError):
            CATALOGUE[name].run(Steps(), args, {})


def test_results_that_are_too_large_are_refused_before_they_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    x = texts(*["ab" * 50] * 100)
    monkeypatch.setattr(memory, "_limit", 40_000)
    assert answered("add", x, "c").stored == 100
    for name, args in (("str_replace", (x, "a", "long" * 10)), ("add", (x, "long" * 100))):
        with pytest.raises(MemoryLimit, match="the texts of a result would take"):
            apply(name, *args)
