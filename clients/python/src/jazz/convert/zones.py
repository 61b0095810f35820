"""Time zones and their names."""

from __future__ import annotations

import datetime

from jazz.codec.header import known_zone
from jazz.convert.errors import refuse


def zone_name(zone: datetime.tzinfo, path: str) -> str:
    """The name of a time zone of `zoneinfo`, `pytz` or `datetime`.

    >>> zone_name(datetime.timezone(datetime.timedelta(hours=-3, minutes=-30)), "value")
    '-03:30'

    Raises:
        InvalidArgument: It has no name that other machines know.
    """
    name = getattr(zone, "key", None) or getattr(zone, "zone", None)
    if isinstance(zone, datetime.timezone) or (name is None and type(zone).__module__.startswith("pytz")):
        offset = zone.utcoffset(None)
        if offset is not None and offset.total_seconds() % 60 == 0:
            name = _offset_name(int(offset.total_seconds()) // 60)
    if isinstance(name, str) and known_zone(name):
        return name
    return refuse(path, "a time zone with an IANA name or an offset of whole minutes", repr(zone))


def _offset_name(minutes: int) -> str:
    if minutes == 0:
        return "UTC"
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def zone_for_pandas(name: str) -> str | datetime.tzinfo:
    """The time zone of a name that `known_zone` knows, so that pandas takes the object it has for it."""
    if name[0] not in "+-":
        return name
    minutes = int(name[1:3]) * 60 + int(name[4:6])
    return datetime.timezone(datetime.timedelta(minutes=-minutes if name[0] == "-" else minutes))
