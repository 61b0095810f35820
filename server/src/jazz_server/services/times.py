"""Times and durations of the contract, and those of the store: nanoseconds and seconds."""

from __future__ import annotations

from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from jazz_server.services.errors import invalid

_SECOND = 10**9
_LAST = 253_402_300_799
"""The last second of the year 9999, the end of protobuf's times."""


def timestamp(nanoseconds: int) -> Timestamp:
    """A time, from nanoseconds since 1970."""
    seconds, nanos = divmod(nanoseconds, _SECOND)
    return Timestamp(seconds=min(seconds, _LAST), nanos=nanos)


def nanoseconds(field: str, time: Timestamp) -> int:
    """Nanoseconds since 1970; times after 2262, which 64 bits of them cannot hold, are the last that they can.

    Raises:
        jazz.errors.InvalidArgument: It is not a time from 1970 to 9999.
    """
    if not (0 <= time.seconds <= _LAST and 0 <= time.nanos < _SECOND):
        raise invalid(field, "a time from 1970 to 9999", f"{time.seconds} s and {time.nanos} ns")
    return min(time.seconds * _SECOND + time.nanos, 2**63 - 1)


def duration(seconds: float) -> Duration:
    """A duration, from seconds."""
    whole = int(seconds)
    return Duration(seconds=whole, nanos=round((seconds - whole) * _SECOND))


def positive_seconds(field: str, message: Message, name: str) -> float | None:
    """The seconds of a duration that a message may have; None if it has none.

    Raises:
        jazz.errors.InvalidArgument: It is not more than zero, or longer than 10 000 years.
    """
    if not message.HasField(name):
        return None
    span: Duration = getattr(message, name)
    if not (0 <= span.seconds <= 315_576_000_000 and 0 <= span.nanos < _SECOND and (span.seconds or span.nanos)):
        raise invalid(field, "a duration above 0", f"{span.seconds} s and {span.nanos} ns")
    return span.seconds + span.nanos / _SECOND
