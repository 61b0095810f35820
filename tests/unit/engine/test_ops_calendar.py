"""Parts of times and the units that they are in: what pandas answers, in zones as well, exactly or not at all."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from jazz.values import UNITS, DataType, Tensor
from jazz_server.engine.catalogue import CATALOGUE
from jazz_server.kinds.match import type_of
from jazz_server.kinds.types import AnyType, TensorType
from unit.engine.answers import answered, mismatch, refused, shown, tensor, zoned
from unit.engine.samples import Notes, apply, infer, missing_of

PARTS = (
    "year", "quarter", "month", "day", "day_of_week", "day_of_year", "hour", "minute", "second", "microsecond",
    "nanosecond",
)  # fmt: skip
FIXED = {
    "D": ("day", 1), "7D": ("day", 7), "h": ("hour", 1), "36h": ("hour", 36), "15min": ("minute", 15),
    "s": ("second", 1),
}  # fmt: skip
ZONES = (
    "", "UTC", "Europe/Vienna", "Asia/Kolkata", "Australia/Lord_Howe", "America/St_Johns", "America/Sao_Paulo",
    "Africa/Casablanca",
)  # fmt: skip
PER_SECOND = {unit: 1000 ** UNITS.index(unit) for unit in UNITS}
SECONDS = st.integers(-5_364_662_400, 7_289_654_400)
"""From the year 1800 to 2200."""
MOVED = st.sampled_from([1_711_846_800, 1_729_990_800, 1_712_415_600, 1_728_142_200, 1_540_695_600, 920_000_000])
"""Moments about which clocks of some of these zones are moved."""


@st.composite
def moments(draw: st.DrawFn) -> tuple[Any, str, str]:
    """Times of a unit, and their zone."""
    unit = draw(st.sampled_from(UNITS))
    near = st.tuples(MOVED, st.integers(-7300, 7300)).map(sum)
    seconds = np.array(draw(st.lists(st.one_of(SECONDS, near), min_size=1, max_size=20)), np.int64)
    ticks = np.array([draw(st.integers(0, PER_SECOND[unit] - 1)) for _ in seconds])
    return (seconds * PER_SECOND[unit] + ticks).view(f"M8[{unit}]"), unit, draw(st.sampled_from(ZONES))


def in_pandas(array: Any, zone: str) -> Any:
    series = pd.Series(array)
    return series.dt.tz_localize("UTC").dt.tz_convert(zone) if zone else series


def walls_of(array: Any, zone: str) -> Any:
    """What clocks show at moments."""
    series = in_pandas(array, zone)
    return (series.dt.tz_localize(None) if zone else series).to_numpy()


def moments_of(walls: Any, zone: str, *, first: bool) -> Any:
    """The moments at which clocks show times for the first time, or for the last one; NaT where they never do."""
    if not zone:
        return walls
    found = pd.Series(walls).dt.tz_localize(zone, ambiguous=np.full(len(walls), first), nonexistent="NaT")
    return found.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy()


def assert_begin(found: Any, walls: Any, zone: str, up_to: Any = None) -> None:
    """Moments are the first ones at which clocks show times, or the last ones up to others, or those of a jump."""
    expected = moments_of(walls, zone, first=True)
    if up_to is not None:
        last = moments_of(walls, zone, first=False)
        expected = np.where(last <= up_to, last, expected)
    jumps = np.isnat(expected)
    assert_array_equal(found[~jumps], expected[~jumps])
    assert np.all(walls_of(found[jumps], zone) > walls[jumps])
    assert np.all(walls_of(found[jumps] - 1, zone) < walls[jumps])


@settings(max_examples=40, deadline=None)
@given(given_=moments())
def test_parts_are_those_of_pandas(given_: tuple[Any, str, str]) -> None:
    array, _, zone = given_
    series, x = in_pandas(array, zone), zoned(array, zone) if zone else array
    for part in PARTS:
        found = answered("time_part", x, part=part)
        assert found.dtype == DataType("int32")
        assert_array_equal(shown(found), getattr(series.dt, part), err_msg=part)


@settings(max_examples=40, deadline=None)
@given(given_=moments())
def test_units_of_one_length_begin_as_those_of_pandas(given_: tuple[Any, str, str]) -> None:
    array, unit, zone = given_
    x = zoned(array, zone) if zone else array
    for freq, (name, every) in FIXED.items():
        walls = pd.Series(walls_of(array, zone)).dt.floor(freq).to_numpy().astype(f"M8[{unit}]")
        found = answered("time_floor", x, unit=name, every=every)
        assert found.dtype == tensor(x).dtype
        assert_begin(shown(found), walls, zone, None if name == "day" else array)


@settings(max_examples=40, deadline=None)
@given(given_=moments())
def test_units_of_the_calendar_begin_when_the_clock_first_shows_it(given_: tuple[Any, str, str]) -> None:
    array, unit, zone = given_
    x, walls = zoned(array, zone) if zone else array, walls_of(array, zone)
    months = walls.astype("M8[M]").astype(np.int64)
    days = walls.astype("M8[D]")
    begun = {
        "year": walls.astype("M8[Y]"),
        "quarter": (months - months % 3).astype("M8[M]"),
        "month": walls.astype("M8[M]"),
        "week": days - (days.astype(np.int64) + 3) % 7,
        "day": days,
    }
    for name, beginning in begun.items():
        assert_begin(shown(answered("time_floor", x, unit=name)), beginning.astype(f"M8[{unit}]"), zone)


@settings(max_examples=40, deadline=None)
@given(ticks=st.lists(st.integers(-(2**62), 2**62), min_size=1), unit=st.sampled_from(UNITS))
def test_parts_and_units_of_durations_are_those_of_pandas(ticks: list[int], unit: str) -> None:
    spans = np.array(ticks).view(f"m8[{unit}]")
    if unit != "ns":
        spans = spans % np.timedelta64(10**9, "s")
    series = pd.Series(spans)
    for part in ("days", "seconds", "microseconds", "nanoseconds"):
        found = shown(answered("time_part", spans, part=part))
        assert_array_equal(found, getattr(series.dt, part), err_msg=part)
        assert found.dtype == (np.int64 if part == "days" else np.int32)
    for freq, (name, every) in FIXED.items():
        assert_array_equal(shown(answered("time_floor", spans, unit=name, every=every)), series.dt.floor(freq))


@settings(max_examples=100, deadline=None)
@given(
    ticks=st.integers(-(2**63), 2**63 - 1),
    unit=st.sampled_from(UNITS),
    zone=st.sampled_from(["", "Europe/Vienna", "America/Nuuk"]),
    name=st.sampled_from(["year", "quarter", "month", "week", "day", "hour"]),
)
def test_nothing_wraps_around(ticks: int, unit: str, zone: str, name: str) -> None:
    """Times of any size are in a unit that begins up to a year before, or are refused."""
    dtype = DataType("timestamp", unit=unit, zone=zone)
    x = Tensor(dtype, (1,), data=np.array([ticks]))
    longest = {"year": 366, "quarter": 92, "month": 31, "week": 7}.get(name, 2) * 86_400 * PER_SECOND[unit]
    if ticks < -(2**63) + longest:
        return
    (begun,) = apply("time_floor", x, unit=name).data
    assert 0 <= ticks - int(begun) < longest
    again = Tensor(dtype, (1,), data=np.array([begun]))
    assert apply("time_floor", again, unit=name).data[0] == begun
    month = apply("time_part", x, part="month").data[0]
    assert 1 <= month <= 12
    if name == "month":
        assert apply("time_part", again, part="month").data[0] == month


def test_what_does_not_fit_is_refused() -> None:
    least = np.datetime64(-(2**63) + 1, "ns")
    assert (
        refused("time_floor", least, unit="year").expected
        == "timestamps in a year whose beginning fits in 64 bits of ns"
    )
    assert refused("time_floor", np.datetime64(-(2**31), "D"), unit="year").expected.endswith("32 bits of days")
    assert refused("time_part", np.datetime64(2**62, "s"), part="year").found == "one in the year 146138514283"
    assert shown(answered("time_part", np.datetime64(2**62, "s"), part="month")) == 6
    assert shown(answered("time_part", np.datetime64(2**62, "ms"), part="year")) == 146_140_482


def test_dates_have_a_calendar_and_no_clock() -> None:
    days = np.array(["1582-10-15", "2024-02-29", "NaT"], "M8[D]")
    assert_array_equal(answered("time_part", days, part="day_of_year").array(), [288, 60, 0])
    weeks = np.array(["1582-10-11", "2024-02-26", "NaT"], "M8[D]")
    assert_array_equal(shown(answered("time_floor", days, unit="week")), weeks)
    assert str(shown(answered("time_floor", days, unit="day", every=10))[1]) == "2024-02-27"
    assert mismatch("time_part", days, part="hour") == "x: expected timestamps, found date"
    assert mismatch("time_floor", days, unit="hour") == "x: expected timestamps or durations, found date"


def test_what_is_missing_stays_missing() -> None:
    times = np.array([["2024-02-29T12:00", "NaT"], ["NaT", "1969-12-31T23:59"]], "M8[s]")
    assert_array_equal(missing_of(answered("time_part", times, part="month")), np.isnat(times))
    assert_array_equal(missing_of(answered("time_floor", np.asfortranarray(times), unit="month")), np.isnat(times))
    assert answered("time_part", times[:0], part="month").shape == (0, 2)
    assert shown(answered("time_part", times[0, 0], part="quarter")) == 1


@pytest.mark.parametrize(
    ("zone", "unit", "time", "expected"),
    [
        # hours that are there twice stay apart
        ("Europe/Vienna", "hour", "2024-10-27T00:30", "2024-10-27T00:00"),
        ("Europe/Vienna", "hour", "2024-10-27T01:30", "2024-10-27T01:00"),
        # of which half is there twice: it began before the clock was moved
        ("Australia/Lord_Howe", "hour", "2024-04-06T15:15", "2024-04-06T14:00"),
        # or jumps over its beginning
        ("Australia/Lord_Howe", "hour", "2024-10-05T15:40", "2024-10-05T15:30"),
        # midnight is there twice, or never
        ("America/Havana", "day", "2024-11-03T04:30", "2024-11-03T04:00"),
        ("America/Havana", "day", "2024-11-03T05:30", "2024-11-03T04:00"),
        ("America/Havana", "day", "2024-03-10T12:00", "2024-03-10T05:00"),
        # the day that Samoa left out is in the month
        ("Pacific/Apia", "month", "2011-12-31T00:00", "2011-12-01T10:00"),
    ],
)
def test_where_clocks_are_moved(zone: str, unit: str, time: str, expected: str) -> None:
    found = answered("time_floor", zoned(np.array([time], "M8[s]"), zone), unit=unit)
    assert str(shown(found)[0])[:16] == expected


def test_units_that_end_within_a_second_begin_where_the_clock_was_moved_over_their_beginning() -> None:
    moved = np.array([1_711_846_800_000_001], np.int64).view("M8[us]")
    found = answered("time_floor", zoned(moved, "Europe/Vienna"), unit="microsecond", every=7_000_003)
    assert str(shown(found)[0]) == "2024-03-31T01:00:00.000000"


@pytest.mark.parametrize(
    ("name", "chosen", "expected"),
    [
        ("time_part", {"part": "months"}, "part: expected year, .* or nanoseconds, found 'months' .did you mean"),
        ("time_floor", {"unit": "D"}, "unit: expected year, quarter, month, week, day, .*, found 'D'"),
        ("time_floor", {"unit": "month", "every": 2}, "every: expected 1, as months are not of one length, found 2"),
        ("time_floor", {"unit": "week", "every": 2}, "every: expected 1, as weeks begin on Monday; .*, found 2"),
        ("time_floor", {"unit": "day", "every": 0}, "every: expected an integer of at least 1, found 0"),
        ("time_floor", {"unit": "day", "every": 40_000}, "every: expected at most 36525 days in all, found 40000 days"),
        ("time_floor", {"unit": "millisecond", "every": 1500}, "every: expected milliseconds that are a whole num"),
        ("time_part", {"part": "days"}, r"x: expected durations, found timestamp\[s\]"),
    ],
)
def test_settings_that_are_wrong(name: str, chosen: dict[str, Any], expected: str) -> None:
    wrong = mismatch(name, np.array(["2024-02-29"], "M8[s]"), **chosen)
    assert re.match(expected, wrong), wrong


def test_names_that_were_meant_are_looked_for_by_the_inference_which_says_how_often(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Notes, "suggestion", lambda _self, _name, _known: "")
    wrong = mismatch("time_part", np.array(["2024-02-29"], "M8[s]"), part="months")
    assert wrong.endswith("found 'months'")


@pytest.mark.parametrize("x", [np.arange(3), np.array(["a"]), np.array([True]), 1, "2024-02-29"])
def test_what_is_no_time_is_refused(x: Any) -> None:
    assert mismatch("time_part", x, part="month").startswith("x: expected timestamps or dates, found ")
    assert mismatch("time_floor", x, unit="day").startswith("x: expected timestamps, dates or durations, found ")


def test_sparse_times_are_refused() -> None:
    sparse = apply("to_sparse", tensor(np.eye(3)), layout="csr")
    times = TensorType((DataType("timestamp", unit="s"),), (3, 3), (sparse.layout,))
    _, wrong = infer(CATALOGUE["time_part"], [times], part="month")
    assert wrong == ["x: expected a dense tensor of times, found layout csr"]


@pytest.mark.parametrize("known", [AnyType(), TensorType(), TensorType((DataType("int64"), DataType("date")), (3,))])
def test_who_knows_less_infers_less(known: Any) -> None:
    (part,), wrong = infer(CATALOGUE["time_part"], [known], part="year")
    assert not wrong
    assert isinstance(part, TensorType)
    assert part.dtypes == (DataType("int32"),)
    (begun,), wrong = infer(CATALOGUE["time_floor"], [known], unit="day")
    assert not wrong
    assert isinstance(begun, TensorType)
    assert begun.dtypes in ((), (DataType("date"),))
    assert type_of(tensor(np.zeros(3, "M8[D]"))).dtypes == (DataType("date"),)
