"""Parts of times without a zone and their units, by the calendar of numpy; zones have a file of their own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import strategies as st

from jazz.values import UNITS, DataType, Layout
from unit.engine.cases import Case
from unit.engine.checking import Check
from unit.engine.samples import Sample, samples, shapes

DATES = ("year", "quarter", "month", "day", "day_of_week", "day_of_year")
CLOCKS = {"hour": ("D", "h"), "minute": ("h", "m"), "second": ("m", "s"), "microsecond": ("s", "us")}
DURATIONS = {"seconds": ("D", "s"), "microseconds": ("s", "us"), "nanoseconds": ("us", "ns")}
CODES = {"year": "Y", "month": "M", "day": "D", "hour": "h", "minute": "m", "second": "s", "millisecond": "ms"}


@st.composite
def times(draw: st.DrawFn, names: tuple[str, ...]) -> Sample:
    """Dense times of some types, with the integers that they are as elements."""
    dtype = DataType(draw(st.sampled_from(names)))
    if dtype.name != "date":
        dtype = replace(dtype, unit=draw(st.sampled_from(UNITS)))
    storage = "int32" if dtype.name == "date" else "int64"
    sample = draw(samples(draw(shapes()), (storage,), (Layout.DENSE,), wild=False))
    a_day = 86_400 * 1000 ** UNITS.index(dtype.unit) if dtype.unit else 1
    scaled = sample.array.astype(np.int64) * (draw(st.sampled_from([1, 17, 364])) * a_day) // 7
    array = np.asarray(scaled.astype(storage), order=sample.tensor.order.value)
    flat = array.reshape(-1, order=sample.tensor.order.value)
    return replace(sample, tensor=replace(sample.tensor, dtype=dtype, data=flat), array=array)


@st.composite
def parts(draw: st.DrawFn, _name: str) -> Case:
    part = draw(st.sampled_from([*DATES, *CLOCKS, "nanosecond", "days", *DURATIONS]))
    dates = ("timestamp", "date") if part in DATES else ("timestamp",)
    return [draw(times(("duration",) if part in ("days", *DURATIONS) else dates))], {"part": part}


@st.composite
def floors(draw: st.DrawFn, _name: str) -> Case:
    unit = draw(st.sampled_from([*CODES, "quarter", "week"]))
    dates = unit in ("year", "quarter", "month", "week", "day")
    chosen = {"unit": unit} | ({"every": draw(st.integers(1, 5))} if unit in ("day", "hour") else {})
    return [draw(times(("timestamp", "date") if dates else ("timestamp",)))], chosen


def as_numpy(x: Sample) -> Any:
    dtype = x.tensor.dtype
    if dtype.name == "date":
        return x.array.astype(np.int64).view("M8[D]")
    return x.array.view(f"{'M8' if dtype.name == 'timestamp' else 'm8'}[{dtype.unit}]")


def part_of(x: Sample, part: str) -> tuple[Any, ...]:
    moments = as_numpy(x)
    if part == "days":
        return (moments // np.timedelta64(1, "D"),)
    if part in (*CLOCKS, *DURATIONS, "nanosecond"):
        whole, unit = {**CLOCKS, **DURATIONS, "nanosecond": ("us", "ns")}[part]
        since = moments - moments.astype(f"M8[{whole}]") if part in CLOCKS or part == "nanosecond" else moments
        return ((since % np.timedelta64(1, whole) // np.timedelta64(1, unit)).astype(np.int32),)
    days = moments.astype("M8[D]")
    found = {
        "year": days.astype("M8[Y]").astype(np.int64) + 1970,
        "quarter": days.astype("M8[M]").astype(np.int64) % 12 // 3 + 1,
        "month": days.astype("M8[M]").astype(np.int64) % 12 + 1,
        "day": (days - days.astype("M8[M]")).astype(np.int64) + 1,
        "day_of_week": (days.astype(np.int64) + 3) % 7,
        "day_of_year": (days - days.astype("M8[Y]")).astype(np.int64) + 1,
    }
    return (found[part].astype(np.int32),)


def beginning_of(x: Sample, unit: str, every: int = 1) -> tuple[Any, ...]:
    moments = as_numpy(x)
    if unit == "quarter":
        months = moments.astype("M8[M]").astype(np.int64)
        begun = (months - months % 3).astype("M8[M]")
    elif unit == "week":
        days = moments.astype("M8[D]").astype(np.int64)
        begun = (days - (days + 3) % 7).astype("M8[D]")
    else:
        count = moments.astype(f"M8[{CODES[unit]}]").astype(np.int64)
        begun = (count - count % every).astype(f"M8[{CODES[unit]}]")
    return (begun.astype(moments.dtype).astype(np.int64).astype(x.array.dtype),)


CHECKS = {"time_part": Check(parts, part_of), "time_floor": Check(floors, beginning_of)}
