"""The Gregorian calendar, before it was there as well, on days since 1970-01-01.

Months are counted from that of the year 0: `12 * year + month - 1`. All is of int64 and exact for all days that
timestamps have.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from jazz_server.engine.promotion import Array

CYCLE: Final = 146_097
"""The days of 400 years, after which the calendar is the same again, with the days of the week."""

_THURSDAY: Final = 3
"""The day of the week of 1970-01-01, of which Monday is 0."""
_MONTHS_TO_1970: Final = 12 * 1970


def months_of(days: Array) -> Array:
    """The months that days are in."""
    months: Array = days.view("M8[D]").astype("M8[M]").view(np.int64)
    return months + _MONTHS_TO_1970


def first_of_month(months: Array) -> Array:
    """The first days of months."""
    days: Array = (months - _MONTHS_TO_1970).view("M8[M]").astype("M8[D]").view(np.int64)
    return days


def day_of_week(days: Array) -> Array:
    """The days of the week, from 0 for Monday to 6 for Sunday."""
    return np.asarray((days % 7 + _THURSDAY) % 7)


def is_leap(years: Array) -> Array:
    """Whether years have a 29th of February."""
    return np.asarray((years % 4 == 0) & ((years % 100 != 0) | (years % 400 == 0)))
