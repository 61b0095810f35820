"""`x.dt`: parts of times and their units, by the names of pandas."""

from __future__ import annotations

from typing import Any

import pytest

import jazz
from jazz.graph.calendar import PARTS, UNITS
from jazz.graph.errors import TracingError
from jazz_server.engine import time_floors, time_parts


def step(function: Any) -> str:
    """The one step of a pipeline as it is shown."""
    shown = str(jazz.pipeline(function)).splitlines()
    assert len(shown) == 3
    return shown[1].partition(" = ")[2]


def test_parts_and_units_are_those_of_the_server() -> None:
    assert time_parts.PARTS == PARTS
    assert (*time_floors.CALENDAR, *time_floors.FIXED) == tuple(UNITS.values())


@pytest.mark.parametrize(
    ("name", "part"), [*zip(PARTS, PARTS, strict=True), ("dayofweek", "day_of_week"), ("dayofyear", "day_of_year")]
)
def test_a_part_is_a_step(name: str, part: str) -> None:
    assert step(lambda x: getattr(x.dt, name)) == f"time_part(x, part='{part}')"
    jazz.pipeline(lambda x: x if name in dir(x.dt) else None)


@pytest.mark.parametrize(
    ("freq", "settings"),
    [
        ("D", "unit='day'"),
        ("M", "unit='month'"),
        ("month", "unit='month'"),
        ("15min", "every=15, unit='minute'"),
        ("36 h", "every=36, unit='hour'"),
        ("1W", "unit='week'"),
    ],
)
def test_units_are_those_of_pandas_or_have_their_names(freq: str, settings: str) -> None:
    assert step(lambda x: x.dt.floor(freq)) == f"time_floor(x, {settings})"


@pytest.mark.parametrize("freq", ["MS", "1mo", "", "15", "0D", "-1D", "1.5h", "9" * 5000 + "D", None, 15])
def test_what_is_no_unit_is_refused_with_what_there_is(freq: Any) -> None:
    with pytest.raises(TracingError, match=r"freq: expected one of Y, Q, M, W, D, h, min, s, .*, found"):
        jazz.pipeline(lambda x: x.dt.floor(freq))


@pytest.mark.parametrize(("freq", "meant"), [("MS", "M"), ("2H", "h"), ("15T", "min"), ("1mo", "M"), ("W-MON", "W")])
def test_other_names_of_units_are_told_with_the_one_that_is_meant(freq: str, meant: str) -> None:
    with pytest.raises(TracingError, match=rf"found '{freq}' \(did you mean {meant}\?\)"):
        jazz.pipeline(lambda x: x.dt.floor(freq))


def test_what_pandas_does_where_clocks_are_moved_is_no_choice() -> None:
    with pytest.raises(TracingError, match=r"(?s)one answer where clocks are moved.* ambiguous: expected one of freq"):
        jazz.pipeline(lambda x: x.dt.floor("h", ambiguous="infer"))


def test_total_seconds_are_a_ratio() -> None:
    assert "divide" in step(lambda x: x.dt.total_seconds())


@pytest.mark.parametrize(
    ("name", "instead"),
    [
        ("mnth", "they have month"),
        ("nothing_alike", "they have year, quarter, month, .*, floor, total_seconds"),
        ("week", 'use x.dt.floor."W"., the Monday of the week'),
        ("strftime", "use numbers such as x.dt.month"),
        ("tz_convert", "use the zone that the column has when it is put"),
        ("components", "use x.dt.days, x.dt.seconds"),
    ],
)
def test_a_part_that_is_not_there_names_what_is(name: str, instead: str) -> None:
    with pytest.raises(AttributeError, match=f"times have no {name}; {instead}"):
        jazz.pipeline(lambda x: getattr(x.dt, name))


def test_a_table_has_no_parts_but_its_fields_have() -> None:
    with pytest.raises(AttributeError, match=r'has no dt; use t\["when"\]\.dt, of a field of times'):
        jazz.pipeline(lambda t: t.dt.month, inputs={"t": "{when: timestamp[s][n]}"})
    with pytest.raises(AttributeError, match=r'has no dt; use t\["dt"\], the field of that name'):
        jazz.pipeline(lambda t: t.dt.month, inputs={"t": "{dt: timestamp[s][n]}"})


@pytest.mark.parametrize("wrong", [lambda x: jazz.ops.time_part(x, "moth"), lambda x: jazz.ops.time_floor(x, "D")])
def test_names_of_parts_and_units_are_checked_when_it_is_written(wrong: Any) -> None:
    with pytest.raises(TracingError, match="expected one of year, quarter, month"):
        jazz.pipeline(wrong)
