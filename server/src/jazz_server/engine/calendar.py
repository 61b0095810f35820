"""The Gregorian calendar, before it was there as well, on days since 1970-01-01.

Months are counted from that of the year 0: `12 * year + month - 1`. All is of int64 and exact for all days that
timestamps have. The calendar is the same every 400 years, so that two tables of these are all of it.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np

from jazz_server.engine.promotion import Array

CYCLE: Final = 146_097
"""The days of 400 years, after which the calendar is the same again, with the days of the week."""

_MONTHS: Final = 4800
"""The months of 400 years."""
_MONTHS_TO_1970: Final = 12 * 1970
_THURSDAY: Final = 3
"""The day of the week of 1970-01-01, of which Monday is 0."""


def months_of(days: Array) -> Array:
    """The months that days are in."""
    cycles, days = np.divmod(days, CYCLE)
    return np.asarray(cycles * _MONTHS + _month_of_day()[days])


def first_of_month(months: Array) -> Array:
    """The first days of months."""
    cycles, months = np.divmod(months - _MONTHS_TO_1970, _MONTHS)
    return np.asarray(cycles * CYCLE + _first_of_month()[months])


def day_of_week(days: Array) -> Array:
    """The days of the week, from 0 for Monday to 6 for Sunday."""
    return np.asarray((days % 7 + _THURSDAY) % 7)


def is_leap(years: Array) -> Array:
    """Whether years have a 29th of February."""
    return np.asarray((years % 4 == 0) & ((years % 100 != 0) | (years % 400 == 0)))


@cache
def _month_of_day() -> Array:
    """The month of each day of the 400 years from 1970 on."""
    months: Array = np.arange(CYCLE).view("M8[D]").astype("M8[M]").view(np.int64)
    return (months + _MONTHS_TO_1970).astype(np.int32)


@cache
def _first_of_month() -> Array:
    """The first day of each month of the 400 years from 1970 on."""
    days: Array = np.arange(_MONTHS).view("M8[M]").astype("M8[D]").view(np.int64)
    return days
