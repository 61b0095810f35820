"""Protobuf's times and durations from and to Python's."""

from __future__ import annotations

import datetime

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from jazz._names import invalid, seconds

_LONGEST = 315_576_000_000  # seconds: what a Duration may hold


def to_duration(field: str, value: object) -> Duration | None:
    """A time to live: None, a positive number of seconds, or a timedelta; infinity means None.

    Raises:
        InvalidArgument: It is anything else, or longer than 10 000 years.
    """
    span = seconds(field, value)
    if span is None:
        return None
    if span > _LONGEST:
        raise invalid(field, "at most 10 000 years", value)
    duration = Duration()
    duration.FromNanoseconds(max(1, round(span * 1e9)))
    return duration


def from_duration(duration: Duration) -> datetime.timedelta:
    """A timedelta, to the microsecond."""
    return datetime.timedelta(seconds=duration.seconds, microseconds=duration.nanos // 1000)


def to_timestamp(field: str, value: object) -> Timestamp:
    """A moment: a datetime with a zone.

    Raises:
        InvalidArgument: It is anything else, such as a datetime without a zone.
    """
    if not isinstance(value, datetime.datetime) or value.tzinfo is None:
        raise invalid(field, "a datetime with a time zone", value)
    stamp = Timestamp()
    stamp.FromDatetime(value)
    return stamp


def from_timestamp(stamp: Timestamp) -> datetime.datetime:
    """A datetime in UTC, to the microsecond."""
    return stamp.ToDatetime(tzinfo=datetime.UTC)
