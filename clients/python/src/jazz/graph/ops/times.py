"""Parts of times, and the units of the calendar that they are in; `x.dt` has both by the names that pandas has."""

from __future__ import annotations

from jazz.graph import settings
from jazz.graph.calendar import PARTS, UNITS
from jazz.graph.node import Node, Operand, apply


def time_part(x: Operand, part: str) -> Node:
    """A part of each time: int32, but for the `"days"` of durations, which are int64.

    Of timestamps and dates `"year"`, `"quarter"`, `"month"`, `"day"`, `"day_of_week"` (0 is Monday) and
    `"day_of_year"`; of timestamps also `"hour"`, `"minute"`, `"second"`, `"microsecond"` and `"nanosecond"`; of
    durations `"days"`, `"seconds"`, `"microseconds"` and `"nanoseconds"`. What has a zone is told as its clock shows
    it.

    >>> print(jazz.pipeline(lambda x: jazz.ops.time_part(x, "month")))
    <lambda>(x) -> result
      %0 = time_part(x, part='month')
      result = %0
    """
    return apply("time_part", x, part=settings.one_of("part", part, PARTS))


def time_floor(x: Operand, unit: str, every: int = 1) -> Node:
    """The beginning of the unit that each time is in, on the clock of its zone; the type stays.

    Units are `"year"`, `"quarter"`, `"month"`, `"week"` (from Monday), `"day"`, `"hour"`, `"minute"`, `"second"`,
    `"millisecond"`, `"microsecond"` and `"nanosecond"`; of those from the day on also several, counted from 1970.

    >>> print(jazz.pipeline(lambda x: jazz.ops.time_floor(x, "minute", every=15)))
    <lambda>(x) -> result
      %0 = time_floor(x, every=15, unit='minute')
      result = %0
    """
    several = settings.integer("every", every, least=1)
    chosen = settings.one_of("unit", unit, UNITS.values())
    return apply("time_floor", x, unit=chosen, every=None if several == 1 else several)
