"""Frames and series of polars."""

import datetime

import numpy as np
import pandas as pd
import polars as pl
import pytest

import jazz
from jazz.convert import from_value, to_value
from jazz.errors import InvalidArgument
from unit.convert.travel import sent, there_and_back

SERIES = [
    pl.Series([1, None, 3], dtype=pl.Int8),
    pl.Series([1, 2], dtype=pl.UInt64),
    pl.Series([1.5, None, float("nan")], dtype=pl.Float32),
    pl.Series([1.5], dtype=pl.Float16),
    pl.Series([True, None, False]),
    pl.Series(["a", None, "é\0"]),
    pl.Series([b"a", None, b""]),
    pl.Series([datetime.date(2020, 1, 1), None]),
    pl.Series([datetime.timedelta(days=1), None], dtype=pl.Duration("ms")),
    pl.Series([0, None]).cast(pl.Datetime("ns", "Europe/Vienna")),
    pl.Series([0, 1]).cast(pl.Datetime("us")),
    pl.Series(["b", "a", None, "b"], dtype=pl.Categorical),
    pl.Series(["b", None], dtype=pl.Enum(["c", "b"])),
    pl.Series([], dtype=pl.Int16),
    pl.Series([], dtype=pl.Categorical),
    pl.Series([], dtype=pl.Enum([])),
    pl.Series([None], dtype=pl.String),
]


@pytest.mark.parametrize("series", SERIES, ids=lambda series: str(series.dtype))
def test_series_come_back(series):
    result = there_and_back(series, to="polars")
    assert result.dtype == series.dtype
    assert repr(result.to_list()) == repr(series.to_list())


def test_a_frame_comes_back():
    frame = pl.DataFrame({"n": [1, None], "s": ["x", None], "c": pl.Series(["u", "v"], dtype=pl.Categorical)})
    result = there_and_back(frame, to="polars")
    assert result.equals(frame)
    assert result.schema == frame.schema
    assert there_and_back(frame)["n"].dtype == "Int64"


def test_enums_are_ordered_factors_and_categoricals_the_others():
    assert sent(SERIES[12]).dtype.ordered
    assert not sent(SERIES[11]).dtype.ordered


def test_a_categorical_has_the_categories_that_it_uses():
    whole = pl.Series(["x", "y", "z", None], dtype=pl.Categorical)
    result = there_and_back(whole[1:], to="numpy")
    assert result.tolist() == ["y", "z", None]
    assert there_and_back(whole[1:]).categories.tolist() == ["y", "z"]


def test_seconds_become_milliseconds():
    result = there_and_back(np.array([1, 2], "M8[s]"), to="polars")
    assert result.dtype == pl.Datetime("ms")
    assert result[0] == datetime.datetime(1970, 1, 1, 0, 0, 1)  # noqa: DTZ001 - a wall clock
    with pytest.raises(InvalidArgument, match="seconds"):
        there_and_back(np.array([2**62], "M8[s]"), to="polars")


@pytest.mark.parametrize(
    ("series", "dtype"),
    [
        (pl.Series([[1]]), "List(Int64)"),
        (pl.Series([[1]], dtype=pl.Array(pl.Int8, 1)), "Array(Int8, shape=(1,))"),
        (pl.Series([{"a": 1}]), "Struct({'a': Int64})"),
        (pl.Series([datetime.time(1)]), "Time"),
        (pl.Series([1]).cast(pl.Decimal(10, 2)), "Decimal(precision=10, scale=2)"),
        (pl.Series([1]).cast(pl.Int128), "Int128"),
        (pl.Series([None]), "Null"),
        (pl.Series([object()]), "Object"),
    ],
    ids=lambda part: part if isinstance(part, str) else "",
)
def test_types_that_do_not_fit_are_refused_by_name(series, dtype):
    for obj, field in ((series, "value"), (pl.DataFrame({"x": series}), "value['x']")):
        with pytest.raises(InvalidArgument) as caught:
            to_value(obj)
        (violation,) = caught.value.violations
        assert (violation.field, violation.found) == (field, dtype)


@pytest.mark.parametrize(
    "obj",
    [
        np.zeros((2, 2)),
        np.array([1j]),
        pd.Series([1], index=["a"]),
        pd.Series([1]).rename_axis("gene"),
        jazz.Array([1], unit="m"),
        pd.Categorical(["a"], categories=["a", "b"]),
        pd.to_datetime(["2020-01-01"]).tz_localize(datetime.timezone(datetime.timedelta(hours=1))),
        pd.DataFrame(index=range(2)),
        {"a": {"b": 1}},
    ],
)
def test_what_polars_has_no_place_for_is_refused(obj):
    with pytest.raises(InvalidArgument):
        there_and_back(obj, to="polars")


def test_numbers_are_not_copied():
    series = pl.Series(np.arange(5.0))
    value = to_value(series)
    assert value.data.ctypes.data == series.to_arrow().buffers()[1].address
    assert from_value(value, to="polars").to_arrow().buffers()[1].address == value.data.ctypes.data
