"""Comparisons of what is no number: texts, bytes, factors, times. References are Python, numpy's texts and pandas."""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from jazz.convert import from_value, to_value
from jazz.values import DataType, Layout, Order, Tensor, dense
from jazz_server.engine.catalogue import CATALOGUE
from jazz_server.engine.errors import OpError
from jazz_server.engine.rows import between
from jazz_server.kinds.match import type_of
from jazz_server.kinds.types import AnyType, Symbol, TableType, TensorType
from unit.engine.samples import Steps, infer, sparse
from unit.engine.samples import apply as op

SIGNS: dict[str, Callable[[Any, Any], Any]] = {
    "equal": operator.eq,
    "not_equal": operator.ne,
    "less": operator.lt,
    "less_equal": operator.le,
    "greater": operator.gt,
    "greater_equal": operator.ge,
}
ORDERS = [name for name in SIGNS if name not in ("equal", "not_equal")]
UNITS = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
TEXTS_OR_NONE = np.dtypes.StringDType(na_object=None)
LEAST, MOST = np.iinfo(np.int64).min, np.iinfo(np.int64).max

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=10) | st.text("ab\x00é四😀\uffff", max_size=20)
ticks = st.integers(LEAST, MOST) | st.integers(-3, 3) | st.sampled_from([LEAST, LEAST + 1, MOST - 1, MOST])


def compared(name: str, a: Any, b: Any) -> Any:
    """The answers as nested lists, None where they are missing."""
    result = op(name, *(x if isinstance(x, str | Tensor) else to_value(x) for x in (a, b)))
    assert result.dtype == DataType("bool")
    return np.ma.asarray(from_value(result)).tolist()


def factor(*texts: str | None, categories: list[str], ordered: bool = False) -> Tensor:
    found = to_value(pd.Categorical(list(texts), categories=categories, ordered=ordered))
    assert isinstance(found, Tensor)
    return found


def times(name: str, unit: str | None, *elements: int, zone: str = "") -> Tensor:
    dtype = DataType(name, unit=unit, zone=zone)
    return replace(dense(np.array(elements, dtype.storage)), dtype=dtype)


# Texts and bytes


@settings(deadline=None)
@given(pairs=st.lists(st.tuples(text, text), max_size=40), alike=st.lists(text, max_size=5))
def test_texts_are_compared_as_python_compares_them(pairs: list[tuple[str, str]], alike: list[str]) -> None:
    pairs = [*pairs, *((each, each) for each in alike), *((each, each + "\0") for each in alike)]
    a, b = (np.array([pair[side] for pair in pairs], np.dtypes.StringDType()) for side in (0, 1))
    for name, sign in SIGNS.items():
        assert compared(name, a, b) == [sign(*pair) for pair in pairs]


@settings(deadline=None)
@given(texts=st.lists(text, max_size=40), literal=text)
def test_texts_are_compared_with_a_literal(texts: list[str], literal: str) -> None:
    array = np.array([*texts, literal], np.dtypes.StringDType())
    for name, sign in SIGNS.items():
        assert compared(name, array, literal) == [sign(each, literal) for each in [*texts, literal]]
        assert compared(name, literal, array) == [sign(literal, each) for each in [*texts, literal]]


@settings(deadline=None)
@given(pairs=st.lists(st.tuples(st.binary(max_size=12), st.binary(max_size=12)), min_size=1, max_size=20))
def test_bytes_are_compared_as_python_compares_them(pairs: list[tuple[bytes, bytes]]) -> None:
    a, b = ([pair[side] for pair in pairs] for side in (0, 1))
    for name, sign in SIGNS.items():
        assert compared(name, a, b) == [sign(*pair) for pair in pairs]


@pytest.mark.parametrize("name", SIGNS)
def test_the_order_of_texts_is_that_of_code_points(name: str) -> None:
    """In UTF-16 the last of these would come before the one before it, and in most languages "é" comes before "z"."""
    words = ["", "Z", "a", "a\0", "ab", "z", "é", "\ud7ff", "\uffff", "\U0001f600"]
    array = np.array(words, np.dtypes.StringDType())
    assert_array_equal(compared(name, array[:, None], array), SIGNS[name](array[:, None], array))
    assert_array_equal(compared(name, array[:, None], array), [[SIGNS[name](x, y) for y in words] for x in words])


@pytest.mark.parametrize("name", SIGNS)
@pytest.mark.parametrize(
    ("left", "right"), [((2, 3), (3,)), ((2, 1), (1, 3)), ((), (2, 3)), ((0, 3), (3,)), ((2, 0), (2, 1)), ((), ())]
)
def test_texts_broadcast_as_in_numpy(name: str, left: tuple[int, ...], right: tuple[int, ...]) -> None:
    rng = np.random.default_rng(1)
    a, b = (rng.choice(["a", "b", "bb"], shape).astype(np.dtypes.StringDType()) for shape in (left, right))
    expected = SIGNS[name](a, b)
    assert_array_equal(op(name, to_value(a), to_value(b)).array(), expected)


def test_texts_in_fortran_order_are_where_they_were() -> None:
    array = np.array([["a", "b", "c"], ["d", "e", "f"]], np.dtypes.StringDType())
    turned = op("transpose", to_value(np.ascontiguousarray(array.T)))
    assert turned.order is Order.F
    assert compared("equal", turned, array) == [[True] * 3] * 2
    assert compared("less", turned, "c") == [[True, True, False], [False] * 3]


def test_two_literals_are_compared() -> None:
    assert compared("less", "a", "b") is True
    assert compared("equal", "a", "b") is False


@pytest.mark.parametrize("name", SIGNS)
def test_a_comparison_is_missing_where_either_side_is(name: str) -> None:
    assert [x is None for x in compared(name, ["a", None, "c", None], ["a", "b", None, None])] == [
        False,
        True,
        True,
        True,
    ]
    assert compared(name, np.array([[None], [None]], TEXTS_OR_NONE), ["a", "b", "c"]) == [[None] * 3] * 2
    assert compared(name, np.array([None, None], TEXTS_OR_NONE), "a") == [None, None]
    days = [dt.date(2024, 1, 1), None]
    assert compared(name, days, days[::-1]) == [None, None]
    grades = factor("a", None, categories=["a", "b"], ordered=True)
    assert compared(name, grades, "a")[1] is None


def test_long_texts_and_many_of_them_are_compared() -> None:
    rng = np.random.default_rng(2)
    words = np.array(["x" * 1000 + str(n) for n in rng.integers(100, size=20_000)], np.dtypes.StringDType())
    other = rng.permutation(words)
    for name, sign in SIGNS.items():
        assert_array_equal(compared(name, words, other), sign(words, other))


def test_rows_of_texts_are_compared_with_rows() -> None:
    words = to_value(np.array(["a", "b", "c", "d"], np.dtypes.StringDType()))
    assert isinstance(words, Tensor)
    assert compared("equal", between(words, 1, 3), "c") == [False, True]
    assert compared("greater", between(words, 2, 4), between(words, 0, 2)) == [True, True]


# Factors


@settings(deadline=None)
@given(
    a=st.lists(st.none() | st.sampled_from("abc"), max_size=8),
    categories=st.permutations(["a", "b", "c", "d"]),
    literal=st.sampled_from(["a", "d", "e", ""]),
)
def test_elements_of_factors_are_equal_to_texts_as_in_pandas(
    a: list[str | None], categories: list[str], literal: str
) -> None:
    series = pd.Series(pd.Categorical(a, categories=categories))
    expected = [None if x is None else bool(same) for x, same in zip(a, series == literal, strict=True)]
    given = factor(*a, categories=categories)
    assert compared("equal", given, literal) == expected
    assert compared("equal", literal, given) == expected
    assert compared("not_equal", given, literal) == [None if same is None else not same for same in expected]


def test_factors_are_equal_by_the_texts_of_their_categories() -> None:
    a = factor("x", "y", "z", None, categories=["x", "y", "z"])
    b = factor("x", "z", "z", "q", categories=["q", "z", "x"], ordered=True)
    assert compared("equal", a, b) == compared("equal", b, a) == [True, False, True, None]
    assert compared("not_equal", a, a) == [False, False, False, None]
    texts = ["x", "q", None, "z"]
    assert compared("equal", a, texts) == compared("equal", texts, a) == [True, False, None, None]


def test_factors_without_categories_are_compared() -> None:
    empty = factor(None, None, categories=[])
    assert compared("equal", empty, "a") == [None, None]
    assert compared("equal", empty, factor("a", "b", categories=["a", "b"])) == [None, None]
    assert compared("equal", factor(categories=[]), "a") == []


@pytest.mark.parametrize("name", SIGNS)
def test_ordered_factors_are_in_the_order_of_their_categories(name: str) -> None:
    categories = ["low", "middle", "high"]
    a, b = (factor(*texts, categories=categories, ordered=True) for texts in (categories, reversed(categories)))
    left, right = (pd.Series(pd.Categorical(t, categories, ordered=True)) for t in (categories, categories[::-1]))
    assert compared(name, a, b) == SIGNS[name](left, right).tolist()
    assert compared(name, a, "middle") == SIGNS[name](left, "middle").tolist()
    assert compared(name, "middle", a) == [SIGNS[name](1, code) for code in range(3)]


@pytest.mark.parametrize("name", ORDERS)
def test_factors_without_a_common_order_are_refused(name: str) -> None:
    plain, grades = (factor("a", categories=["a", "b"], ordered=ordered) for ordered in (False, True))
    wrong = "expected an ordered factor, whose categories have an order, found factor"
    assert _refused(name, plain, "a") == [f"a: {wrong}"]
    assert _refused(name, grades, plain) == [f"b: {wrong}"]
    text = "expected an ordered factor, or a category as a literal, found string"
    assert _refused(name, grades, to_value(["a"])) == [f"b: {text}"]
    assert _refused(name, to_value(["a"]), grades) == [f"a: {text}"]
    turned = factor("a", categories=["b", "a"], ordered=True)
    with pytest.raises(OpError, match="b: expected the categories `a`, `b` in this order, found `b`, `a`"):
        op(name, grades, turned)
    with pytest.raises(OpError, match="b: expected one of the categories `a`, `b`, found 'c'"):
        op(name, grades, "c")
    with pytest.raises(OpError, match="a: expected one of the categories `a`, `b`, found 'c'"):
        op(name, "c", grades)


# Times


@settings(deadline=None)
@given(data=st.data(), pairs=st.lists(st.tuples(ticks, ticks), min_size=1, max_size=20))
def test_times_of_any_units_are_compared_exactly(data: st.DataObject, pairs: list[tuple[int, int]]) -> None:
    units = data.draw(st.tuples(st.sampled_from([*UNITS]), st.sampled_from([*UNITS])))
    name, zone = data.draw(st.sampled_from([("duration", ""), ("timestamp", ""), ("timestamp", "UTC")]))
    a, b = (times(name, unit, *(pair[side] for pair in pairs), zone=zone) for side, unit in enumerate(units))
    exact = [tuple(Fraction(tick, UNITS[unit]) for tick, unit in zip(pair, units, strict=True)) for pair in pairs]
    for sign, function in SIGNS.items():
        assert compared(sign, a, b) == [function(*pair) for pair in exact]


@pytest.mark.parametrize("name", SIGNS)
def test_what_lies_between_two_ticks_is_equal_to_neither(name: str) -> None:
    seconds, fine = times("duration", "s", 1, 1, 1, -1, -1), times("duration", "ns", 10**9, 10**9 + 1, 1, -(10**9), -1)
    expected = SIGNS[name](np.array([0, 0, 1, 0, -1]), np.array([0, 1, 0, 0, 0]))
    assert compared(name, seconds, fine) == expected.tolist()


@pytest.mark.parametrize("name", SIGNS)
def test_timestamps_are_compared_as_pandas_does(name: str) -> None:
    series = pd.Series(pd.to_datetime(["2024-03-01 12:00:00", "1969-12-31 23:59:59.999999999", None], format="ISO8601"))
    moment = pd.Timestamp("2024-03-01 12:00")
    expected = [bool(x) for x in SIGNS[name](series[:2], moment)]
    assert compared(name, pd.array(series), moment) == [*expected, None]


@pytest.mark.parametrize("name", SIGNS)
def test_timestamps_of_two_zones_are_compared_as_instants(name: str) -> None:
    vienna = pd.DatetimeIndex(["2024-07-01 12:00", "2024-07-01 14:00"], tz="Europe/Vienna")
    new_york = pd.DatetimeIndex(["2024-07-01 06:00", "2024-07-01 07:59"], tz="America/New_York")
    assert compared(name, vienna.array, new_york.array) == SIGNS[name](vienna, new_york).tolist()


@pytest.mark.parametrize("name", SIGNS)
def test_dates_are_compared(name: str) -> None:
    days = np.array(["1900-01-01", "1970-01-01", "2024-02-29"], "M8[D]")
    assert_array_equal(compared(name, days[:, None], days), SIGNS[name](days[:, None], days))
    assert compared(name, days, dt.date(1970, 1, 1)) == SIGNS[name](days, np.datetime64("1970-01-01")).tolist()


@pytest.mark.parametrize("name", SIGNS)
@pytest.mark.parametrize("layout", [Layout.CSR, Layout.CSC, Layout.COO])
def test_sparse_times_are_compared_as_dense_ones(name: str, layout: Layout) -> None:
    a, b = (np.random.default_rng(seed).integers(-1, 2, (6, 5)) for seed in (1, 2))
    left, right = (
        replace(sparse(array * factor, array != 0, layout), dtype=DataType("duration", unit=unit))
        for array, unit, factor in ((a, "s", 1), (b, "ms", 1500))
    )
    expected = SIGNS[name](a * 1000, b * 1500)
    for one, other in ((left, right), (op("to_dense", left), right), (left, op("to_dense", right))):
        (inferred,), wrong = infer(CATALOGUE[name], [type_of(one), type_of(other)])
        result = op(name, one, other)
        assert isinstance(inferred, TensorType)
        assert not wrong
        assert result.layout in inferred.layouts
        assert_array_equal(op("to_dense", result).array(), expected)


# Types


def _refused(name: str, *args: Any) -> list[str]:
    """What is wrong, by the types; without them a run says the same."""
    types = [type_of(x) if isinstance(x, Tensor) else x for x in args]
    _, wrong = infer(CATALOGUE[name], types)
    if any(isinstance(x, Tensor) for x in args):
        with pytest.raises(OpError) as caught:
            CATALOGUE[name].run(Steps(), args, {})
        assert [str(caught.value)] == wrong
    return wrong


NUMBERS = dense(np.arange(3))
TEXTS = to_value(["a", "b", "c"])
DAYS = times("date", None, 1, 2, 3)
HOURS = times("duration", "s", 1, 2, 3)
CLOCKS = times("timestamp", "us", 1, 2, 3)
INSTANTS = times("timestamp", "us", 1, 2, 3, zone="UTC")
COLOURS = factor("a", "b", "c", categories=["a", "b", "c"])


@pytest.mark.parametrize(
    ("a", "b", "wrong"),
    [
        (NUMBERS, TEXTS, "b: expected numbers, as `a`, found string"),
        (NUMBERS, "1", "b: expected numbers, as `a`, found '1'"),
        (TEXTS, NUMBERS, "b: expected texts (string or factor), as `a`, found int64"),
        (TEXTS, 1.5, "b: expected texts (string or factor), as `a`, found 1.5"),
        ("a", NUMBERS, "b: expected texts (string or factor), as `a`, found int64"),
        (TEXTS, to_value([b"a"]), "b: expected texts (string or factor), as `a`, found bytes"),
        (to_value([b"a"]), "a", "b: expected bytes, as `a`, found 'a'"),
        (COLOURS, NUMBERS, "b: expected texts (string or factor), as `a`, found int64"),
        (DAYS, CLOCKS, "b: expected dates, as `a`, found timestamp[us]"),
        (DAYS, "2024-01-01", "b: expected dates, as `a`, found '2024-01-01'"),
        (CLOCKS, 5, "b: expected timestamps without a zone, as `a`, found 5"),
        (CLOCKS, INSTANTS, "b: expected timestamps without a zone, as `a`, found timestamp[us, UTC]"),
        (INSTANTS, CLOCKS, "b: expected timestamps with a zone, as `a`, found timestamp[us]"),
        (CLOCKS, HOURS, "b: expected timestamps without a zone, as `a`, found duration[s]"),
        (HOURS, NUMBERS, "b: expected durations, as `a`, found int64"),
        (True, DAYS, "b: expected numbers, as `a`, found date"),
    ],
)
def test_what_cannot_be_compared_is_refused_before_and_when_it_runs(a: Any, b: Any, wrong: str) -> None:
    for name in ("equal", "not_equal"):
        assert _refused(name, a, b) == [wrong]
    for name in ORDERS:
        assert _refused(name, a, b) == [wrong.replace("expected numbers", "expected real numbers")]


@pytest.mark.parametrize("name", SIGNS)
def test_types_of_comparisons_are_known_before_they_run(name: str) -> None:
    n = Symbol("n")
    texts = TensorType((DataType("string"),), (n,), nullable=True)
    (found,), wrong = infer(CATALOGUE[name], [texts, "a"])
    assert (found, wrong) == (TensorType((DataType("bool"),), (n,), (Layout.DENSE,), nullable=True), [])
    (found,), wrong = infer(CATALOGUE[name], [texts, AnyType()])
    assert isinstance(found, TensorType)
    assert (found.dtypes, found.shape, found.nullable, wrong) == ((DataType("bool"),), None, True, [])
    (found,), wrong = infer(CATALOGUE[name], [TensorType((DataType("int64"), DataType("string")), (n,)), "a"])
    assert (found, wrong) == (TensorType((DataType("bool"),), (n,), (Layout.DENSE,)), [])
    _, wrong = infer(CATALOGUE[name], [TableType(), "a"])
    assert wrong == ["a: expected a tensor, found a table"]
    _, wrong = infer(CATALOGUE[name], [replace(texts, shape=(2,)), replace(texts, shape=(3,))])
    assert wrong == ["b: expected a shape that broadcasts with [2], found [3]"]


def test_what_is_not_known_before_is_compared_when_it_runs() -> None:
    for name, sign in SIGNS.items():
        (found,), wrong = infer(CATALOGUE[name], [AnyType(), AnyType()])
        assert isinstance(found, TensorType)
        assert (found.dtypes, found.nullable, wrong) == ((DataType("bool"),), True, [])
        assert Layout.DENSE in found.layouts
        assert compared(name, TEXTS, "b") == [sign(each, "b") for each in "abc"]
