"""The rule by which clocks of a zone are moved every year, as POSIX writes it in `TZ`: "CET-1CEST,M3.5.0,M10.5.0/3"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import numpy as np

from jazz_server.engine.calendar import day_of_week, first_of_month, is_leap
from jazz_server.engine.promotion import Array

_NAME = r"(?:<[^>]+>|[A-Za-z]+)"
_TIME = r"[+-]?\d+(?::\d+){0,2}"
_RULE: Final = re.compile(
    rf"{_NAME}(?P<standard>{_TIME})(?:{_NAME}(?P<summer>{_TIME})?,(?P<begin>[^,]+),(?P<end>[^,]+))?"
)
_DATE: Final = re.compile(
    rf"(?:M(?P<month>\d+)\.(?P<week>\d)\.(?P<weekday>\d)|J(?P<julian>\d+)|(?P<day>\d+))(?:/(?P<time>{_TIME}))?"
)
_HOUR: Final = 3600
_LAST: Final = 5
"""The week of a month that stands for the last one."""
_FEBRUARY_28: Final = 59
"""Which day of a year it is: behind it are those that leap years move."""


@dataclass(frozen=True, slots=True)
class ZoneRule:
    """How far clocks are ahead of UTC, and when they are moved.

    Attributes:
        standard: Seconds ahead of UTC in standard time.
        summer: Seconds ahead of UTC in summer time.
        moved: When summer begins and ends, as POSIX writes it; None where clocks are not moved.
    """

    standard: int
    summer: int
    moved: tuple[str, str] | None

    def transitions(self, first: int, last: int) -> tuple[Array, Array]:
        """The moments at which clocks are moved in some years, in their order, and the seconds ahead of UTC since."""
        if self.moved is None:
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        years = np.arange(first, last + 1)
        begin, end = (_walls(date, years) for date in self.moved)
        moments = np.stack([begin - self.standard, end - self.summer], axis=1).reshape(-1)
        offsets = np.tile([self.summer, self.standard], len(years))
        order = np.argsort(moments, kind="stable")
        moments, offsets = moments[order], offsets[order]
        # summer may end and begin at one moment, from year to year: what is said last counts
        kept = np.append(moments[1:] > moments[:-1], True)
        return moments[kept], offsets[kept]


def rule_of(text: str) -> ZoneRule:
    """What a rule says.

    Raises:
        ValueError: It is none.
    """
    found = _RULE.fullmatch(text)
    if found is None:
        raise ValueError(f"expected a rule such as CET-1CEST,M3.5.0,M10.5.0/3, found {text!r}")
    standard = -_seconds(found["standard"])
    summer = -_seconds(found["summer"]) if found["summer"] else standard + _HOUR
    return ZoneRule(standard, summer, (found["begin"], found["end"]) if found["begin"] else None)


def _seconds(time: str) -> int:
    """A time such as "-3:30" in seconds."""
    hours, minutes, seconds = (*map(int, time.lstrip("+-").split(":")), 0, 0)[:3]
    return (-1 if time[0] == "-" else 1) * (hours * _HOUR + minutes * 60 + seconds)


def _walls(date: str, years: Array) -> Array:
    """What a clock shows, in seconds since 1970, when it is moved in each of some years."""
    found = _DATE.fullmatch(date)
    if found is None:
        raise ValueError(f"expected a date such as M3.5.0/2, found {date!r}")
    return _days(found, years) * 86_400 + _seconds(found["time"] or "2")


def _days(found: re.Match[str], years: Array) -> Array:
    new_year = first_of_month(years * 12)
    if found["day"] is not None:
        return new_year + int(found["day"])
    if found["julian"] is not None:
        day = int(found["julian"])
        return new_year + day - 1 + (is_leap(years) & (day > _FEBRUARY_28))
    months = years * 12 + int(found["month"]) - 1
    first, behind = first_of_month(months), first_of_month(months + 1)
    weekday = (int(found["weekday"]) - 1) % 7
    day = first + (weekday - day_of_week(first)) % 7 + 7 * (int(found["week"]) - 1)
    return np.where(day >= behind, day - 7, day) if int(found["week"]) == _LAST else np.asarray(day)
