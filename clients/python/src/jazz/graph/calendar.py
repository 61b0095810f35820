"""Parts of times and the units that they are in, by the names that pandas has: `x.dt.month`, `x.dt.floor("D")`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import ClassVar, Final

import numpy as np

from jazz.graph.errors import tracing_error
from jazz.graph.foreign_arguments import OF_FLOOR, refusing
from jazz.graph.known import names_of_fields
from jazz.graph.node import Node, apply
from jazz.graph.suggestions import CLOSE, OF_TIMES

PARTS: Final = (
    "year", "quarter", "month", "day", "day_of_week", "day_of_year", "hour", "minute", "second", "microsecond",
    "nanosecond", "days", "seconds", "microseconds", "nanoseconds",
)  # fmt: skip
"""The names of the parts of times."""

_ALIASES: Final = {"dayofweek": "day_of_week", "weekday": "day_of_week", "dayofyear": "day_of_year"}

UNITS: Final = {
    "Y": "year",
    "Q": "quarter",
    "M": "month",
    "W": "week",
    "D": "day",
    "h": "hour",
    "min": "minute",
    "s": "second",
    "ms": "millisecond",
    "us": "microsecond",
    "ns": "nanosecond",
}
"""The names of units, by those that pandas has for them."""

_FREQUENCY: Final = re.compile(r"(\d{0,18})\s*([A-Za-z]+)")

_MEANT: Final = {
    "MS": "M", "ME": "M", "mo": "M", "QS": "Q", "QE": "Q", "q": "Q", "YS": "Y", "YE": "Y", "A": "Y", "y": "Y",
    "W-MON": "W", "w": "W", "d": "D", "H": "h", "T": "min", "m": "min", "S": "s", "L": "ms", "U": "us", "N": "ns",
}  # fmt: skip
"""Units by other names that pandas has or had for them, or polars has."""


@dataclass(frozen=True, slots=True, eq=False)
class Times:
    """The parts of times, of which each is a value of the pipeline, and the units that they are in: `x.dt`.

    Timestamps and dates have `year`, `quarter`, `month`, `day`, `day_of_week` (0 is Monday; also `dayofweek` and
    `weekday`) and `day_of_year` (`dayofyear`); timestamps also `hour`, `minute`, `second`, `microsecond` and
    `nanosecond`; durations `days`, `seconds`, `microseconds` and `nanoseconds`: see `jazz.ops.time_part`.
    """

    node: Node

    year: ClassVar[Node]
    quarter: ClassVar[Node]
    month: ClassVar[Node]
    day: ClassVar[Node]
    day_of_week: ClassVar[Node]
    dayofweek: ClassVar[Node]
    weekday: ClassVar[Node]
    day_of_year: ClassVar[Node]
    dayofyear: ClassVar[Node]
    hour: ClassVar[Node]
    minute: ClassVar[Node]
    second: ClassVar[Node]
    microsecond: ClassVar[Node]
    nanosecond: ClassVar[Node]
    days: ClassVar[Node]
    seconds: ClassVar[Node]
    microseconds: ClassVar[Node]
    nanoseconds: ClassVar[Node]

    def __getattr__(self, name: str) -> Node:
        part = _ALIASES.get(name, name)
        if part in PARTS:
            return apply("time_part", self.node, part=part)
        instead = "" if name.startswith("_") else f"; {_instead_of(name)}"
        raise AttributeError(f"times have no {name}{instead}")

    def __dir__(self) -> list[str]:
        return sorted([*PARTS, *_ALIASES, "floor", "total_seconds"])

    @refusing(OF_FLOOR)
    def floor(self, freq: str) -> Node:
        """The beginning of the unit that each time is in, on the clock of its zone: `jazz.ops.time_floor`.

        Args:
            freq: A unit as pandas names it, `"Y"`, `"Q"`, `"M"`, `"W"`, `"D"`, `"h"`, `"min"`, `"s"`, `"ms"`, `"us"`
                or `"ns"`, or `jazz.ops.time_floor` does, such as `"month"`; from the day on also several, as `"15min"`.

        Raises:
            TracingError: It is none of these.
        """
        found = _FREQUENCY.fullmatch(freq) if isinstance(freq, str) else None
        unit = None if found is None else UNITS.get(found[2], found[2])
        every = int(found[1] or 1) if found is not None else 0
        if unit not in UNITS.values() or every < 1:
            known = f"one of {', '.join([*UNITS, *UNITS.values()])}, or several, such as 15min"
            raise tracing_error("freq", known, f"{freq!r}{_meant(freq)}")
        return apply("time_floor", self.node, unit=unit, every=None if every == 1 else every)

    def total_seconds(self) -> Node:
        """The seconds of durations, as float64."""
        return self.node / np.timedelta64(1, "s")


def times_of(node: Node) -> Times:
    """Parts of a value, which is not known to be a table.

    Raises:
        AttributeError: It is.
    """
    if names_of_fields(node._source) is not None:
        raise AttributeError("dt")  # of which `Traced` says what to write
    return Times(node)


def _meant(freq: object) -> str:
    """The unit that is meant, as far as is known."""
    name = freq.lstrip("0123456789 ") if isinstance(freq, str) else ""
    return f" (did you mean {_MEANT[name]}?)" if name in _MEANT else ""


def _instead_of(name: str) -> str:
    """What to write for a part of this name."""
    if name in OF_TIMES:
        return f"use {OF_TIMES[name]}"
    close = get_close_matches(name, [*PARTS, *_ALIASES, "floor", "total_seconds"], n=2, cutoff=CLOSE)
    return f"they have {', '.join(close or [*PARTS, 'floor', 'total_seconds'])}"
