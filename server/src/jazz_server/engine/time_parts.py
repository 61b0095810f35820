"""Parts of times: the year of a timestamp, the hours that its clock shows, the days of a duration."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

import numpy as np

from jazz.values import DataType
from jazz_server.engine.calendar import day_of_week, first_of_month, months_of
from jazz_server.engine.errors import OpError
from jazz_server.engine.promotion import INT64, Array
from jazz_server.engine.times import DURATION
from jazz_server.engine.wall_clocks import WallClock, ticks_of_a_second, wall_clock

_INT32: Final = DataType("int32")
_NANOSECONDS: Final = 10**9

_OfDays: TypeAlias = Callable[[Array], Array]
_OfClock: TypeAlias = Callable[[WallClock, int], Array]


def _year(days: Array) -> Array:
    return np.asarray(months_of(days) // 12)


def _month(days: Array) -> Array:
    return np.asarray(months_of(days) % 12 + 1)


def _day_of_year(days: Array) -> Array:
    months = months_of(days)
    return np.asarray(days - first_of_month(months - months % 12) + 1)


def _microsecond(clock: WallClock, second: int) -> Array:
    return np.asarray(_nanoseconds(clock, second) // 1000)


def _nanosecond(clock: WallClock, second: int) -> Array:
    return np.asarray(_nanoseconds(clock, second) % 1000)


def _nanoseconds(clock: WallClock, second: int) -> Array:
    return clock.ticks * (_NANOSECONDS // second)


_OF_DAYS: Final[dict[str, _OfDays]] = {
    "year": _year,
    "quarter": lambda days: months_of(days) % 12 // 3 + 1,
    "month": _month,
    "day": lambda days: days - first_of_month(months_of(days)) + 1,
    "day_of_week": day_of_week,
    "day_of_year": _day_of_year,
}
"""Parts of dates and timestamps."""

_OF_CLOCK: Final[dict[str, _OfClock]] = {
    "hour": lambda clock, _: clock.seconds // 3600,
    "minute": lambda clock, _: clock.seconds // 60 % 60,
    "second": lambda clock, _: clock.seconds % 60,
    "microsecond": _microsecond,
    "nanosecond": _nanosecond,
}
"""Parts of timestamps alone; the second is so many ticks."""

_OF_DURATIONS: Final[dict[str, _OfClock]] = {
    "days": lambda clock, _: clock.days,
    "seconds": lambda clock, _: clock.seconds,
    "microseconds": _microsecond,
    "nanoseconds": _nanosecond,
}
"""Parts of durations."""

PARTS: Final = (*_OF_DAYS, *_OF_CLOCK, *_OF_DURATIONS)
"""The names of all parts."""


def takes(part: str) -> tuple[str, ...]:
    """The names of the element types that have a part."""
    if part in _OF_DURATIONS:
        return (DURATION,)
    return ("timestamp",) if part in _OF_CLOCK else ("timestamp", "date")


def part_type(part: str) -> DataType:
    """The element type of a part: int32, which holds all but the days of durations."""
    return INT64 if part == "days" else _INT32


def part_of(array: Array, dtype: DataType, part: str) -> Array:
    """A part of times, as they are stored.

    Raises:
        OpError: A year does not fit in 32 bits.
    """
    if dtype.name == "date":
        return _OF_DAYS[part](array.astype(np.int64))
    clock = wall_clock(array, dtype)
    if part in _OF_DAYS:
        found = _OF_DAYS[part](clock.days)
    else:
        found = {**_OF_CLOCK, **_OF_DURATIONS}[part](clock, ticks_of_a_second(dtype))
    if part == "year" and dtype.unit == "s":
        _check_year(found)
    return found


def _check_year(years: Array) -> None:
    limits = np.iinfo(np.int32)
    wrong = (years < limits.min) | (years > limits.max)
    if wrong.any():
        raise OpError("x", "timestamps whose years fit in int32", f"one in the year {years[wrong][0]}")
