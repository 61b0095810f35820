"""Membership of what is no number, and of numbers at their limits. What is among values is equal to one of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jazz.convert import from_value, to_value
from jazz.values import DataType, Layout, Tensor, dense
from jazz_server.engine.catalogue import CATALOGUE
from jazz_server.engine.errors import OpError
from jazz_server.engine.rows import between
from jazz_server.kinds.match import type_of
from jazz_server.kinds.types import AnyType, Symbol, TensorType
from unit.engine.samples import Steps, infer, sparse
from unit.engine.samples import apply as op

TEXTS_OR_NONE = np.dtypes.StringDType(na_object=None)
UNITS = ("s", "ms", "us", "ns")

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=3) | st.text("ab\x00é😀", max_size=2)
ticks = st.integers(-(2**63), 2**63 - 1) | st.integers(-3, 3).map(lambda n: n * 1000)


def asked(x: Any, values: Any) -> Any:
    """The answers as nested lists, None where they are missing."""
    result = op("isin", *(each if isinstance(each, str | Tensor) else to_value(each) for each in (x, values)))
    assert result.dtype == DataType("bool")
    return np.ma.asarray(from_value(result)).tolist()


def factor(*texts: str | None, categories: list[str]) -> Tensor:
    found = to_value(pd.Categorical(list(texts), categories=categories))
    assert isinstance(found, Tensor)
    return found


def times(name: str, unit: str | None, *elements: int, zone: str = "") -> Tensor:
    dtype = DataType(name, unit=unit, zone=zone)
    return replace(dense(np.array(elements, dtype.storage)), dtype=dtype)


def texts(elements: list[str | None]) -> Tensor:
    found = to_value(np.array(elements, TEXTS_OR_NONE))
    assert isinstance(found, Tensor)
    return found


def kleene(x: list[Any], values: list[Any]) -> list[bool | None]:
    """Whether any value is equal, which is not known where that hangs on something missing."""
    known = [value for value in values if value is not None]
    return [
        None if values and (each is None or (each not in known and None in values)) else each in known for each in x
    ]


@settings(deadline=None)
@given(x=st.lists(st.none() | text, max_size=30), values=st.lists(st.none() | text, max_size=30))
def test_texts_are_among_others_as_python_has_them(x: list[str | None], values: list[str | None]) -> None:
    assert asked(texts(x), texts(values)) == kleene(x, values)
    assert asked(texts(x), texts([*values, *x, *x])) == kleene(x, [*values, *x])


@settings(deadline=None)
@given(x=st.lists(st.binary(max_size=2), min_size=1), values=st.lists(st.binary(max_size=2), min_size=1))
def test_bytes_are_among_others(x: list[bytes], values: list[bytes]) -> None:
    assert asked(x, values) == [each in values for each in x]


@settings(deadline=None)
@given(
    x=st.lists(st.none() | st.sampled_from("abc"), max_size=8),
    values=st.lists(st.none() | st.sampled_from("abxy"), max_size=4),
    categories=st.permutations("abcd"),
)
def test_elements_of_factors_are_among_others_by_their_texts(
    x: list[str | None], values: list[str | None], categories: list[str]
) -> None:
    of_x, of_values = factor(*x, categories=categories), factor(*values, categories=["y", "x", "b", "a"])
    for left in (of_x, texts(x)):
        for right in (of_values, texts(values)):
            assert asked(left, right) == kleene(x, values)


@settings(deadline=None)
@given(data=st.data(), x=st.lists(ticks, min_size=1), values=st.lists(ticks, min_size=1))
def test_times_of_any_units_are_among_others_where_they_are_equal(
    data: st.DataObject, x: list[int], values: list[int]
) -> None:
    one, other = data.draw(st.tuples(st.sampled_from(UNITS), st.sampled_from(UNITS)))
    name, zone = data.draw(st.sampled_from([("duration", ""), ("timestamp", ""), ("timestamp", "UTC")]))
    a, b = times(name, one, *x, zone=zone), times(name, other, *values, zone=zone)
    row = replace(b, shape=(1, len(values)))
    column = replace(a, shape=(len(x), 1))
    assert asked(a, b) == op("any", op("equal", column, row), axis=1).array().tolist()


def test_moments_of_two_zones_are_the_same() -> None:
    noon = pd.DatetimeIndex(["2024-07-01 12:00", "2024-07-01 14:00"], tz="Europe/Vienna")
    assert asked(noon.array, pd.DatetimeIndex(["2024-07-01 06:00"], tz="America/New_York").array) == [True, False]


def test_dates_are_among_others() -> None:
    days = [dt.date(2024, 2, 28), dt.date(2024, 2, 29), None]
    assert asked(days, [dt.date(1970, 1, 1), dt.date(2024, 2, 29)]) == [False, True, None]
    assert asked(days, dt.date(2024, 2, 28)) == [True, False, None]


# Numbers


@pytest.mark.parametrize(
    ("x", "values"),
    [
        (np.array([2**63 - 1, -1, 5]), np.array([2**63, 2**64 - 1, 5], np.uint64)),
        (np.array([2**63, 2**64 - 1, 5], np.uint64), np.array([2**63 - 1, -1, 5])),
        (np.array([-1, 5], np.int8), np.array([2**64 - 1, 5], np.uint64)),
        (np.array([2**53, 2**53 + 1, 2**53 + 2]), np.array([2**53 + 1])),
        (np.array([2**53, 2**53 + 1, 2**53 + 2]), np.array([2.0**53, np.nan, np.inf])),
        (np.array([0.1, np.nan, -0.0], np.float32), np.array([0.1, np.nan, 0])),
        (np.array([0.1, np.nan, -0.0], np.float32), np.array([0.1, np.nan, 0], np.float32)),
        (np.array([1 + 1j, complex(np.nan, 1), 2]), np.array([2, complex(np.nan, 1), 1 - 1j])),
        (np.array([True, False]), np.array([1, 7])),
    ],
)
def test_numbers_are_among_others_where_equal_says_that_they_are(x: Any, values: Any) -> None:
    assert asked(x, values) == op("any", op("equal", to_value(x[:, None]), to_value(values)), axis=1).array().tolist()


def test_integers_of_64_bits_are_told_apart() -> None:
    assert asked(np.array([2**53, 2**53 + 1]), np.array([2**53 + 1])) == [False, True]
    assert asked(np.array([2**63 - 1]), np.array([2**63], np.uint64)) == [False]


def test_a_literal_is_among_a_tensor_and_a_tensor_beside_a_literal_is_equal_to_it() -> None:
    assert op("isin", 2, dense(np.arange(3))).array().item() is True
    assert op("isin", 0.1, dense(np.array([0.1], np.float32))).array().item() is True
    assert asked("b", texts(["a", "b", None])) is True
    assert asked("c", texts(["a", "b", None])) is None
    assert asked("b", factor("a", None, categories=["a", "b"])) is None
    assert asked(texts(["a", None]), "a") == [True, None]
    assert asked("a", "a") is True


def test_many_are_looked_for_among_many() -> None:
    rng = np.random.default_rng(1)
    x, values = rng.integers(10**6, size=(2, 300_000))
    assert np.array_equal(op("isin", dense(x), dense(values)).array(), np.isin(x, values))
    of_x, of_values = (texts([f"Ünï{n}" for n in numbers[:30_000]]) for numbers in (x, values))
    assert np.array_equal(op("isin", of_x, of_values).array(), np.isin(x[:30_000], values[:30_000]))


# Shapes and layouts


@pytest.mark.parametrize("shape", [(), (0,), (2, 0, 3), (2, 3), (1,)])
@pytest.mark.parametrize("several", [(), (0,), (3, 2), (2, 0)])
def test_an_answer_has_the_shape_of_x(shape: tuple[int, ...], several: tuple[int, ...]) -> None:
    words = np.full(shape, "a", np.dtypes.StringDType())
    found = op("isin", to_value(words), to_value(np.full(several, "a", np.dtypes.StringDType())))
    assert found.shape == shape
    assert found.array().tolist() == np.full(shape, 0 not in several).tolist()


def test_texts_in_fortran_order_are_where_they_were() -> None:
    turned = op("transpose", to_value(np.array([["a", "b"], ["c", "d"], ["e", "f"]], np.dtypes.StringDType())))
    assert asked(turned, ["c", "f"]) == [[False, True, False], [False, False, True]]


@pytest.mark.parametrize("layout", [Layout.CSR, Layout.CSC, Layout.COO])
def test_sparse_times_are_among_others_as_dense_ones(layout: Layout) -> None:
    array = np.array([[0, 2, 0], [1, 0, 3]])
    spans = replace(sparse(array, array != 0, layout), dtype=DataType("duration", unit="s"))
    assert asked(spans, times("duration", "ms", 1000, 3000)) == [[False] * 3, [True, False, True]]
    assert asked(spans, times("duration", "ms", 0, 1)) == (array == 0).tolist()
    assert asked(times("duration", "s", 0, 2, 5), spans) == [True, True, False]


def test_beside_a_literal_what_is_sparse_stays_so() -> None:
    array = np.array([[0, 2], [1, 0]])
    x = sparse(array, array != 0, Layout.CSR)
    assert op("isin", x, 2).layout is Layout.CSR
    assert op("isin", x, 0).layout is op("isin", x, dense(np.array([2]))).layout is Layout.DENSE


def test_rows_of_texts_are_looked_for() -> None:
    words = texts(["a", "b", "c", None, "b"])
    assert asked(between(words, 1, 4), ["b", "d"]) == [True, False, None]
    assert asked(["a", "b"], between(words, 1, 3)) == [False, True]


# What is missing


def test_nothing_is_known_of_what_is_missing() -> None:
    assert asked([1, None, 3], [3, 4]) == [False, None, True]
    assert asked([1, None, 3], [3, None]) == [None, None, True]
    assert asked(np.ma.masked_array([1, 2], [True, True]), [1]) == [None, None]
    assert asked([1, 2], np.ma.masked_array([1, 2], [True, True])) == [None, None]
    assert asked(factor(None, "a", categories=["a"]), factor(None, categories=[])) == [None, None]


def test_among_no_values_is_nothing_whatever_it_is() -> None:
    nothing = dense(np.zeros(0))
    for x in (texts(["a", None]), times("date", None, 1, 2), dense(np.arange(2)), factor("a", None, categories=["a"])):
        assert asked(x, nothing) == [False, False]
    assert asked("a", nothing) is False


# Types

NUMBERS, WORDS, DAYS = dense(np.arange(3)), texts(["a", "b"]), times("date", None, 1, 2)
CLOCKS, INSTANTS = times("timestamp", "us", 1), times("timestamp", "us", 1, zone="UTC")


@pytest.mark.parametrize(
    ("x", "values", "wrong"),
    [
        (NUMBERS, WORDS, "values: expected numbers, as `x`, found string"),
        (NUMBERS, "1", "values: expected numbers, as `x`, found '1'"),
        (WORDS, NUMBERS, "values: expected texts (string or factor), as `x`, found int64"),
        (WORDS, 1.5, "values: expected texts (string or factor), as `x`, found 1.5"),
        ("a", NUMBERS, "values: expected texts (string or factor), as `x`, found int64"),
        (DAYS, CLOCKS, "values: expected dates, as `x`, found timestamp[us]"),
        (CLOCKS, INSTANTS, "values: expected timestamps without a zone, as `x`, found timestamp[us, UTC]"),
        (DAYS, WORDS, "values: expected dates, as `x`, found string"),
    ],
)
def test_what_cannot_be_equal_is_refused(x: Any, values: Any, wrong: str) -> None:
    types = [type_of(each) if isinstance(each, Tensor) else each for each in (x, values)]
    assert infer(CATALOGUE["isin"], types)[1] == [wrong]
    with pytest.raises(OpError) as caught:
        CATALOGUE["isin"].run(Steps(), [x, values], {})
    assert str(caught.value) == wrong


def test_the_type_of_an_answer_is_known_of_what_is_known() -> None:
    n = Symbol("n")
    words = TensorType((DataType("string"),), (n,), (Layout.DENSE,))
    for values, nullable in ((words, False), (replace(words, nullable=True), True), (AnyType(), True), ("a", False)):
        (found,), wrong = infer(CATALOGUE["isin"], [words, values])
        assert (found, wrong) == (TensorType((DataType("bool"),), (n,), (Layout.DENSE,), nullable=nullable), [])


def test_units_have_to_be_those_of_the_values() -> None:
    metres, seconds = (TensorType((DataType("int64"),), (3,), (Layout.DENSE,), unit=unit) for unit in ("m", "s"))
    assert infer(CATALOGUE["isin"], [metres, metres])[1] == []
    assert len(infer(CATALOGUE["isin"], [metres, seconds])[1]) == 1
