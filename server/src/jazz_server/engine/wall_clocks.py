"""What clocks show at moments: the day, and the time of that day, in the zone of the moments."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jazz.values import UNITS, DataType
from jazz_server.engine.promotion import Array
from jazz_server.engine.times import SECONDS_OF_A_DAY
from jazz_server.engine.zones import Zone, zone_of


def ticks_of_a_second(dtype: DataType) -> int:
    """How many of the unit of timestamps or durations are a second."""
    ticks: int = 1000 ** UNITS.index(dtype.unit or "s")
    return ticks


@dataclass(frozen=True, slots=True)
class WallClock:
    """What a clock shows. No number overflows, whatever the moments are.

    Attributes:
        days: Days since 1970-01-01.
        seconds: Seconds of the day.
        ticks: What has passed of the second, in the unit of the moments.
        offset: How many seconds the clock is ahead of UTC; 0 without a zone.
    """

    days: Array
    seconds: Array
    ticks: Array
    offset: Array


def wall_clock(array: Array, dtype: DataType) -> WallClock:
    """What clocks show at timestamps; the days, seconds and ticks of durations, of which days may be below 0."""
    seconds, ticks = np.divmod(array, ticks_of_a_second(dtype))
    days, seconds = np.divmod(seconds, SECONDS_OF_A_DAY)
    zone = zone_in(dtype)
    if zone is None:
        return WallClock(days, seconds, ticks, np.zeros((), np.int64))
    offset = zone.offset(days, seconds)
    more, seconds = np.divmod(seconds + offset, SECONDS_OF_A_DAY)
    return WallClock(days + more, seconds, ticks, offset)


def zone_in(dtype: DataType) -> Zone | None:
    """The zone of a type; None for one without, and for UTC."""
    return None if dtype.zone in ("", "UTC") else zone_of(dtype.zone)
