"""Arithmetic of timestamps, dates and durations: what numpy and pandas answer, exactly or not at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from jazz.values import DataType, Tensor
from jazz_server.engine.catalogue import CATALOGUE
from jazz_server.engine.errors import OpError
from jazz_server.kinds.match import type_of
from jazz_server.kinds.types import AnyType, TensorType
from unit.engine.answers import answered, mismatch, refused, shown, tensor, types, zoned
from unit.engine.samples import apply, infer, missing_of

UNITS = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
INT64 = st.integers(-(2**63) + 1, 2**63 - 1)
UNIT = st.sampled_from(list(UNITS))
MOMENTS = np.array(["1969-12-31T23:59:59.5", "2024-02-29T12:00", "NaT", "2024-03-01"], "M8[ms]")
DAYS = np.array(["1969-12-31", "2024-02-29", "NaT", "2024-03-01"], "M8[D]")
SPANS = np.array([-1500, 0, 86_400_000, "NaT"], "m8[ms]")


@pytest.mark.parametrize(
    ("name", "a", "b", "expected"),
    [
        ("subtract", MOMENTS, MOMENTS[1], MOMENTS - MOMENTS[1]),
        ("subtract", MOMENTS, MOMENTS.astype("M8[ns]")[::-1].copy(), MOMENTS - MOMENTS.astype("M8[ns]")[::-1]),
        ("subtract", MOMENTS, SPANS, MOMENTS - SPANS),
        ("subtract", SPANS, SPANS[0], SPANS - SPANS[0]),
        ("subtract", DAYS, DAYS[1], (DAYS - DAYS[1]).astype("m8[s]")),
        ("subtract", DAYS, np.timedelta64(172800, "s"), DAYS - np.timedelta64(2, "D")),
        ("add", MOMENTS, SPANS, MOMENTS + SPANS),
        ("add", SPANS, MOMENTS, MOMENTS + SPANS),
        ("add", MOMENTS, np.timedelta64(1, "ns"), MOMENTS + np.timedelta64(1, "ns")),
        ("add", DAYS, np.timedelta64(86_400_000, "ms"), DAYS + np.timedelta64(1, "D")),
        ("add", np.timedelta64(-86_400, "s"), DAYS, DAYS - np.timedelta64(1, "D")),
        ("add", SPANS, SPANS.astype("m8[us]"), SPANS + SPANS.astype("m8[us]")),
        ("multiply", SPANS, 3, SPANS * 3),
        ("multiply", -0.7, SPANS, SPANS * -0.7),
        ("multiply", SPANS, np.array([1, 2, 3, 4], np.uint8), SPANS * np.array([1, 2, 3, 4])),
        ("divide", SPANS, 7, SPANS / 7),
        ("divide", SPANS, -2.5, SPANS / -2.5),
        ("divide", SPANS, np.timedelta64(7, "s"), SPANS / np.timedelta64(7, "s")),
        ("floor_divide", SPANS[:3], np.timedelta64(-7, "s"), SPANS[:3] // np.timedelta64(-7, "s")),
        ("remainder", SPANS, np.timedelta64(7, "us"), SPANS % np.timedelta64(7, "us")),
        ("maximum", MOMENTS, MOMENTS[1].astype("M8[us]"), np.maximum(MOMENTS, MOMENTS[1].astype("M8[us]"))),
        ("minimum", DAYS, DAYS[1], np.minimum(DAYS, DAYS[1])),
        ("maximum", SPANS, np.timedelta64(1, "s"), np.maximum(SPANS, np.timedelta64(1, "s"))),
    ],
)
def test_what_numpy_answers(name: str, a: Any, b: Any, expected: Any) -> None:
    found = shown(answered(name, a, b))
    assert_array_equal(found, expected)
    assert found.dtype == expected.dtype


def test_units_and_differences_are_those_of_pandas() -> None:
    texts = ["2024-02-29T12:00:00.001", None, "1960-01-01T00:00:00.000"]
    moments = pd.Series(pd.to_datetime(texts)).astype("datetime64[us]")
    hour = pd.Timedelta("1h")
    begun = pd.Timestamp("2024-02-29").as_unit("ms")
    elapsed = moments - begun
    assert_array_equal(shown(answered("subtract", moments, begun)), elapsed.to_numpy())
    assert_array_equal(shown(answered("divide", elapsed, hour)), (elapsed / hour).to_numpy())
    assert_array_equal(shown(answered("multiply", elapsed, 1.5)), (elapsed * 1.5).to_numpy())


@pytest.mark.parametrize("name", ["add", "subtract"])
@given(a=INT64, b=INT64, units=st.tuples(UNIT, UNIT))
def test_sums_are_exact_or_refused(name: str, a: int, b: int, units: tuple[str, str]) -> None:
    finer = max(units, key=UNITS.__getitem__)
    x, y = (value * (UNITS[finer] // UNITS[unit]) for value, unit in zip((a, b), units, strict=True))
    exact = x + y if name == "add" else x - y
    operands = np.datetime64(a, units[0]), np.timedelta64(b, units[1])
    if all(-(2**63) < value < 2**63 for value in (x, y, exact)):
        found = answered(name, *operands)
        assert (int(found.array()), found.dtype.unit) == (exact, finer)
    elif not any(value == -(2**63) for value in (x, y, exact)):
        assert "64 bits" in refused(name, *operands).expected


@given(a=INT64, b=st.one_of(INT64, st.integers(-5, 5), st.integers(2**63, 2**64 - 1)))
def test_products_with_integers_are_exact_or_refused(a: int, b: int) -> None:
    number = np.array(b, np.uint64 if b > 2**63 - 1 else np.int64)
    for operands in ((np.timedelta64(a, "us"), number), (number, np.timedelta64(a, "us"))):
        if -(2**63) <= a * b < 2**63:
            assert int(answered("multiply", *operands).array()) == a * b
        else:
            assert "64 bits of us" in refused("multiply", *operands).expected


@given(a=INT64, b=st.one_of(INT64, st.integers(-5, 5), st.integers(2**63, 2**64 - 1)).filter(bool))
def test_quotients_by_integers_are_cut_off_towards_zero(a: int, b: int) -> None:
    number = np.array(b, np.uint64 if b > 2**63 - 1 else np.int64)
    quotient = abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)
    assert int(answered("divide", np.timedelta64(a, "ns"), number).array()) == quotient


@pytest.mark.parametrize(
    ("name", "args", "expected"),
    [
        ("add", (np.datetime64(2**63 - 1, "ns"), np.timedelta64(1, "s")), "a result that fits in 64 bits of ns"),
        ("add", (np.datetime64(2**40, "s"), np.timedelta64(1, "ns")), "a: expected timestamps that fit in 64 bits"),
        ("subtract", (np.datetime64(-(2**62), "s"), np.datetime64(2**62 + 2, "s")), "b: expected a result that fits"),
        ("add", (np.datetime64(2**31 - 1, "D"), np.timedelta64(86_400, "s")), "a result that fits in 32 bits of days"),
        ("add", (DAYS, np.timedelta64(86_401, "s")), "b: expected durations of whole days beside dates, found 86401 s"),
        ("multiply", (SPANS, np.inf), "b: expected finite numbers beside durations, found inf"),
        ("multiply", (SPANS, 1e300), "b: expected a result that fits in 64 bits of ms"),
        ("divide", (SPANS, 0), "b: expected numbers other than 0 to divide durations by, found 0"),
        ("floor_divide", (SPANS, np.timedelta64(0, "s")), "b: expected durations other than 0 to divide by, found 0"),
        ("divide", (SPANS, np.array(np.nan)), "b: expected numbers other than NaN beside durations, found nan"),
    ],
)
def test_what_has_no_answer_is_an_error(name: str, args: tuple[Any, ...], expected: str) -> None:
    assert expected in str(refused(name, *args))


@pytest.mark.parametrize(
    ("name", "args", "expected"),
    [
        ("add", (MOMENTS, MOMENTS), "b: expected durations, found timestamp[ms]"),
        ("add", (MOMENTS, 1), "b: expected durations, found 1"),
        ("add", (1.5, SPANS), "a: expected timestamps, dates or durations, found 1.5"),
        ("add", (SPANS, "1 h"), "b: expected what goes with duration[ms], which becomes no text, found '1 h'"),
        ("subtract", (SPANS, MOMENTS), "b: expected durations, found timestamp[ms]"),
        ("subtract", (MOMENTS, DAYS), "b: expected timestamps or durations, found date"),
        ("multiply", (SPANS, SPANS), "b: expected numbers, found duration[ms]"),
        ("multiply", (MOMENTS, 2), "a: expected durations or numbers, found timestamp[ms]"),
        ("multiply", (SPANS, True), "b: expected numbers, found True"),
        ("multiply", (SPANS, 2j * np.ones(4)), "b: expected numbers, found complex128"),
        ("divide", (1, SPANS), "a: expected durations, found 1"),
        ("negative", (MOMENTS,), "x: expected durations, found timestamp[ms]"),
        ("maximum", (MOMENTS, DAYS), "b: expected timestamps, found date"),
        ("pow", (SPANS, 2), "a: expected numbers, found duration[ms]"),
    ],
)
def test_what_does_not_go_together_is_a_mismatch(name: str, args: tuple[Any, ...], expected: str) -> None:
    assert mismatch(name, *args) == expected


def test_zones() -> None:
    vienna, lima = zoned(MOMENTS, "Europe/Vienna"), zoned(MOMENTS, "America/Lima")
    moved = answered("add", np.timedelta64(1, "us"), vienna)
    assert str(moved.dtype) == "timestamp[us, Europe/Vienna]"
    assert_array_equal(shown(answered("subtract", vienna, lima)), MOMENTS - MOMENTS)
    assert mismatch("subtract", vienna, MOMENTS) == "b: expected timestamps with a zone, found timestamp[ms]"
    assert mismatch("subtract", MOMENTS, vienna).startswith("b: expected timestamps without a zone, found")
    wrong = "b: expected timestamps in Europe/Vienna, found timestamp[ms, America/Lima]"
    assert mismatch("maximum", vienna, lima) == wrong
    assert answered("maximum", vienna, vienna).dtype.zone == "Europe/Vienna"


@pytest.mark.parametrize("name", ["negative", "abs"])
def test_signs(name: str) -> None:
    function: Callable[[Any], Any] = np.negative if name == "negative" else np.abs
    assert_array_equal(shown(answered(name, SPANS)), function(SPANS))
    assert_array_equal(shown(answered(name, np.timedelta64(-5, "s"))), function(np.timedelta64(-5, "s")))
    least = Tensor(tensor(SPANS).dtype, (), data=np.array([-(2**63)]))
    with pytest.raises(OpError, match="64 bits"):
        apply(name, least)


def test_a_choice_is_in_the_finer_unit_and_missing_as_what_is_chosen() -> None:
    condition = np.array([True, False, True, False])
    other = MOMENTS[::-1].astype("M8[us]")
    assert_array_equal(shown(answered("where", condition, MOMENTS, other)), np.where(condition, MOMENTS, other))
    assert_array_equal(shown(answered("where", condition, DAYS, DAYS[1])), np.where(condition, DAYS, DAYS[1]))
    unknown = np.ma.masked_array(condition, [True, False, False, False])
    assert_array_equal(missing_of(answered("where", unknown, SPANS, SPANS[1])), [True, False, False, False])
    assert answered("where", False, SPANS, SPANS[1]).dtype.unit == "ms"
    assert mismatch("where", condition, MOMENTS, 0) == "b: expected timestamps, found 0"
    assert mismatch("where", np.ones(4), MOMENTS, MOMENTS) == "condition: expected truth values, found float64"
    sparse = apply("to_sparse", tensor(condition.reshape(1, 4)), layout="csr")
    _, wrong = infer(CATALOGUE["where"], types([sparse, tensor(MOMENTS), tensor(MOMENTS)]))
    assert wrong == ["condition: expected a dense tensor, as all operands beside times, found layout csr"]


def test_what_is_missing_decides_nothing() -> None:
    ends = np.array(["NaT", 2**63 - 1], "M8[ns]")
    assert missing_of(answered("add", ends, np.array([2**63 - 1, "NaT"], "m8[ns]"))).all()
    assert missing_of(answered("add", np.array(["NaT"], "M8[D]"), np.array([1], "m8[s]"))).all()
    assert_array_equal(missing_of(answered("divide", SPANS, np.array([1, 1, 1, 0]))), np.isnat(SPANS))


def test_broadcasting_order_and_nothing() -> None:
    columns = np.asfortranarray(np.arange(6).reshape(2, 3).astype("m8[s]"))
    found = answered("add", columns, np.array([1, 2, 3], "m8[s]"))
    assert_array_equal(shown(found), columns + np.array([1, 2, 3], "m8[s]"))
    assert answered("subtract", MOMENTS[:0], MOMENTS[1]).shape == (0,)
    assert answered("subtract", np.zeros((0, 3), "M8[s]"), np.zeros(3, "M8[s]")).shape == (0, 3)


@pytest.mark.parametrize("name", ["add", "subtract", "multiply", "divide", "maximum"])
def test_who_knows_less_infers_less(name: str) -> None:
    op = CATALOGUE[name]
    spans = type_of(tensor(SPANS))
    for args in ([AnyType(), AnyType()], [AnyType(), spans], [spans, AnyType()], [TensorType(), TensorType()]):
        (found,), wrong = infer(op, list(args))
        assert not wrong
        assert isinstance(found, TensorType)
        assert not found.dtypes
    (found,), wrong = infer(op, [AnyType(), type_of(tensor(np.ones(3)))])
    assert not wrong
    assert isinstance(found, TensorType)
    assert bool(found.dtypes) == (name not in ("multiply", "divide"))
    assert infer(op, [type_of(tensor(np.array(["a"]))), spans])[1]
    either = TensorType((DataType("int64"), DataType("duration", unit="s")), (3,))
    (found,), wrong = infer(op, [either, either])
    assert not wrong
    assert isinstance(found, TensorType)
    assert not found.dtypes
