"""Time zones: how far the wall clock of a zone is ahead of UTC, and which moment it shows, at all times.

A zone is a table of the moments at which its clock was moved. It begins long before the first one, where the clock
shows the mean time of the place. Behind the last one the rule of the zone counts for ever: the table goes on with it
for more than 400 years, after which the calendar, and with it the rule, is the same again. A moment that the table does
not have is looked up as one of the same day of the calendar that it has.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

import numpy as np

from jazz_server.engine import zone_files
from jazz_server.engine.calendar import CYCLE, months_of
from jazz_server.engine.promotion import Array
from jazz_server.engine.times import SECONDS_OF_A_DAY
from jazz_server.engine.zone_rules import rule_of

_FIRST_CYCLE: Final = -2
_LAST_CYCLE: Final = 1
"""The cycles of 400 years, counted from 1970 on, of which tables have all: from 1170 up to 2770."""
_FIRST_YEAR: Final = 1970 + 400 * _FIRST_CYCLE
_BEHIND: Final = 1970 + 400 * (_LAST_CYCLE + 1) + 1


@dataclass(frozen=True)
class Zone:
    """How clocks of a zone are moved. Days and seconds are whole days since 1970-01-01 and seconds of that day.

    Attributes:
        transitions: The moments at which they are, in seconds since 1970, in their order.
        offsets: How many seconds they are ahead of UTC before the first of them, and since each.
    """

    transitions: Array
    offsets: Array

    def offset(self, days: Array, seconds: Array) -> Array:
        """How many seconds the clock is ahead of UTC at moments."""
        if not len(self.transitions):
            return np.broadcast_to(self.offsets, days.shape)
        return np.asarray(self.offsets[np.searchsorted(self.transitions, _in_table(days, seconds), "right")])

    def first_offset(self, days: Array, seconds: Array) -> Array:
        """What it is ahead of UTC when it first shows a time; where it never does, since when it was moved over it.

        That is, a time less its offset is the first moment at which the clock shows it, or that at which it jumps.
        """
        if not len(self.transitions):
            return np.broadcast_to(self.offsets, days.shape)
        wall = _in_table(days, seconds)
        place = np.searchsorted(self._walls[0], wall, "right")
        behind = np.append(self.transitions, np.iinfo(np.int64).max)[place]
        return np.asarray(wall - np.minimum(wall - self.offsets[place], behind))

    def last_offset(self, days: Array, seconds: Array) -> Array:
        """As `first_offset`, when the clock shows a time the last time."""
        if not len(self.transitions):
            return np.broadcast_to(self.offsets, days.shape)
        wall = _in_table(days, seconds)
        place = np.searchsorted(self._walls[1], wall, "right")
        before = np.append(np.iinfo(np.int64).min, self.transitions)[place]
        return np.asarray(wall - np.maximum(wall - self.offsets[place], before))

    @cached_property
    def _walls(self) -> tuple[Array, Array]:
        """What clocks show at each transition, the later and the earlier of the times before and after it is moved."""
        before, after = self.offsets[:-1], self.offsets[1:]
        return self.transitions + np.maximum(before, after), self.transitions + np.minimum(before, after)


def _in_table(days: Array, seconds: Array) -> Array:
    """Seconds since 1970 of moments that tables have, in which the calendar is that of the given ones."""
    cycle = days // CYCLE
    near = days + (np.clip(cycle, _FIRST_CYCLE, _LAST_CYCLE) - cycle) * CYCLE
    return np.asarray(near * SECONDS_OF_A_DAY + seconds)


@lru_cache(maxsize=1024)
def zone_of(name: str) -> Zone:
    """The zone of an IANA name, or of an offset such as "+02:00".

    Raises:
        LookupError: There is none of this name.
    """
    if name[:1] in ("+", "-"):
        offset = int(name[1:3]) * 3600 + int(name[4:6]) * 60
        return Zone(np.zeros(0, np.int64), np.array([-offset if name[0] == "-" else offset]))
    file = zone_files.read(name)
    if not file.rule:
        return Zone(file.transitions, file.offsets)
    rule = rule_of(file.rule)
    if not len(file.transitions):
        moments, offsets = rule.transitions(_FIRST_YEAR, _BEHIND)
        return Zone(moments, np.append(rule.standard, offsets))
    last = file.transitions[-1:]
    first_year = int(months_of(last // SECONDS_OF_A_DAY)[0]) // 12
    moments, offsets = rule.transitions(first_year, _BEHIND)
    later = moments > last
    return Zone(np.append(file.transitions, moments[later]), np.append(file.offsets, offsets[later]))
