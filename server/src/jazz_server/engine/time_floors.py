"""Times at the beginning of the unit that they are in: of the month, of the day, of a quarter of an hour.

Units of timestamps with a zone are those of its clock. Of a day, or a longer unit, it is the first moment at which the
clock shows the date. Of shorter units it is the last moment, up to the time itself, at which the clock shows their
beginning, so that hours which are there twice stay apart. Where the clock was moved over the beginning it is the moment
at which it was moved.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from jazz.values import DataType
from jazz_server.engine.calendar import day_of_week, first_of_month, months_of
from jazz_server.engine.errors import OpError
from jazz_server.engine.promotion import Array
from jazz_server.engine.times import DURATION, LEAST, SECONDS_OF_A_DAY
from jazz_server.engine.wall_clocks import WallClock, ticks_of_a_second, wall_clock, zone_in
from jazz_server.engine.zones import Zone

_NANOSECONDS: Final = 10**9
_NANOSECONDS_OF_A_DAY: Final = SECONDS_OF_A_DAY * _NANOSECONDS


def _in_months(count: int) -> Callable[[Array], Array]:
    def first(days: Array) -> Array:
        months = months_of(days)
        return first_of_month(months - months % count)

    return first


CALENDAR: Final[dict[str, Callable[[Array], Array]]] = {
    "year": _in_months(12),
    "quarter": _in_months(3),
    "month": _in_months(1),
    "week": lambda days: days - day_of_week(days),
}
"""Units whose beginning is that of a day of the calendar: which one, for days."""

FIXED: Final = {
    "day": _NANOSECONDS_OF_A_DAY,
    "hour": 3600 * _NANOSECONDS,
    "minute": 60 * _NANOSECONDS,
    "second": _NANOSECONDS,
    "millisecond": 10**6,
    "microsecond": 1000,
    "nanosecond": 1,
}
"""Units that are of one length, in nanoseconds."""

_STAYING: Final = tuple(unit for unit in FIXED if unit != "day")
"""Units whose beginning may be there twice on one day, and then is the last one."""

LONGEST: Final = 36_525
"""How many days units are at most, together."""


def takes(unit: str) -> tuple[str, ...]:
    """The names of the element types of which a unit has a beginning."""
    if unit in CALENDAR:
        return ("timestamp", "date")
    return ("timestamp", "date", DURATION) if unit == "day" else ("timestamp", DURATION)


def step_in(dtype: DataType, unit: str, every: int) -> int | None:
    """How many of the unit of timestamps or durations are so many of another one; None where these are no whole number.

    It is 1 where all times are at the beginning of one.
    """
    nanoseconds = FIXED[unit] * every
    tick = _NANOSECONDS // ticks_of_a_second(dtype)
    return max(nanoseconds // tick, 1) if nanoseconds % tick == 0 or tick % nanoseconds == 0 else None


def floored(array: Array, dtype: DataType, unit: str, every: int) -> Array:
    """Times, as they are stored, at the beginning of the unit that they are in, or of several, counted from 1970.

    Raises:
        OpError: A beginning does not fit in the type of the times.
    """
    if dtype.name == "date":
        return _floored_dates(array, unit, every)
    clock = wall_clock(array, dtype)
    passed = _passed_since(array, dtype, clock, unit, every)
    zone = zone_in(dtype)
    if zone is not None:
        passed = _passed_in(zone, clock, passed, ticks_of_a_second(dtype), stays=unit in _STAYING)
    _check_room(array < LEAST + passed, array, dtype, unit)
    return np.asarray(array - passed)


def _floored_dates(array: Array, unit: str, every: int) -> Array:
    days = array.astype(np.int64)
    first = CALENDAR[unit](days) if unit in CALENDAR else days - days % every
    _check_room(first < np.iinfo(np.int32).min, array, DataType("date"), unit)
    return first


def _passed_since(array: Array, dtype: DataType, clock: WallClock, unit: str, every: int) -> Array:
    """What has passed on the clock since the beginning of the unit, in the unit of the times."""
    second = ticks_of_a_second(dtype)
    if unit in CALENDAR:
        days = clock.days - CALENDAR[unit](clock.days)
        return np.asarray((days * SECONDS_OF_A_DAY + clock.seconds) * second + clock.ticks)
    step = step_in(dtype, unit, every)
    assert step is not None, "types are checked before"
    return np.asarray((array % step + clock.offset * second % step) % step)


def _passed_in(zone: Zone, clock: WallClock, passed: Array, second: int, *, stays: bool) -> Array:
    """What has passed since the clock of a zone showed the beginning, or was moved over it; a second is so many ticks.

    Args:
        zone: The zone.
        clock: What the clock shows.
        passed: How much more that is than the beginning.
        second: How many ticks are a second.
        stays: Whether it is the last time that the clock showed it, rather than the first one.
    """
    whole_days, rest = np.divmod(passed, SECONDS_OF_A_DAY * second)
    carried, ticks = np.divmod(clock.ticks - rest, second)
    carried_days, seconds = np.divmod(clock.seconds + carried, SECONDS_OF_A_DAY)
    days = clock.days - whole_days + carried_days

    def since(offset: Array) -> Array:
        whole = passed + (offset - clock.offset) * second
        if not ticks.any():
            return np.asarray(whole)
        moved_over = zone.offset(days, seconds - offset) != offset
        return np.asarray(whole + np.where(moved_over, ticks, 0))

    first = since(zone.first_offset(days, seconds))
    if not stays:
        return first
    last = since(zone.last_offset(days, seconds))
    return np.where(last >= 0, last, first)


def _check_room(wrong: Array, array: Array, dtype: DataType, unit: str) -> None:
    if wrong.any():
        room = f"{8 * dtype.storage.itemsize} bits of {dtype.unit or 'days'}"
        found = f"{array[wrong][0]} {dtype.unit or 'days'}"
        raise OpError("x", f"{dtype.name}s in a {unit} whose beginning fits in {room}", found)
