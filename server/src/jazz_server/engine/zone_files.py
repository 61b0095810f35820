"""Files of time zones (RFC 9636), of the system or the package `tzdata`: when clocks were moved, and the rule since."""

from __future__ import annotations

import importlib.resources
import zoneinfo
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from jazz_server.engine.promotion import Array

_HEADER: Final = 44
_COUNTS: Final = 6
_BYTES_OF_A_KIND: Final = 6


@dataclass(frozen=True, slots=True)
class ZoneFile:
    """What a file says of a zone.

    Attributes:
        transitions: The moments at which the clock was moved, in seconds since 1970, in their order.
        offsets: How many seconds it was ahead of UTC before the first of them, and since each.
        rule: The rule since the last one, as POSIX writes it in `TZ`; "" for none.
    """

    transitions: Array
    offsets: Array
    rule: str


def read(name: str) -> ZoneFile:
    """What the file of a zone says: that which `zoneinfo` reads.

    Raises:
        LookupError: There is no file of a zone of this name.
    """
    for folder in zoneinfo.TZPATH:
        file = Path(folder, name)
        if file.is_file():
            return parsed(file.read_bytes())
    try:
        return parsed(importlib.resources.files("tzdata").joinpath("zoneinfo", name).read_bytes())
    except (OSError, ModuleNotFoundError) as error:
        raise LookupError(name) from error


def parsed(data: bytes) -> ZoneFile:
    """What the bytes of a file say. A file of version 1, which has no rule, has moments of 32 bits."""
    version, begin, width = data[4:5], 0, 4
    if version >= b"2":
        begin, width = _end(data, 0, 4), 8
    counts = _counts(data, begin)
    moved, kinds = counts[3:5]
    at = begin + _HEADER
    transitions = np.frombuffer(data, f">i{width}", moved, at).astype(np.int64)
    at += moved * width
    kind_since = np.frombuffer(data, np.uint8, moved, at)
    at += moved
    offset_of_kind = np.array(
        [int.from_bytes(data[at + i * _BYTES_OF_A_KIND :][:4], "big", signed=True) for i in range(kinds)], np.int64
    )
    before = 0 if moved == 0 else _kind_before(data, at, kinds)
    offsets = offset_of_kind[np.concatenate(([before], kind_since)).astype(np.intp)]
    rule = data[_end(data, begin, width) :].strip(b"\n").decode("ascii") if width == 8 else ""
    return ZoneFile(transitions, offsets, rule)


def _kind_before(data: bytes, at: int, kinds: int) -> int:
    """What was the case before the first transition, as `zoneinfo` has it: the first kind that is no summer time."""
    summer = [data[at + i * _BYTES_OF_A_KIND + 4] for i in range(kinds)]
    return summer.index(0) if 0 in summer else 0


def _counts(data: bytes, begin: int) -> tuple[int, ...]:
    """How many there are of each of what stands in a block that begins somewhere."""
    return tuple(int(count) for count in np.frombuffer(data, ">u4", _COUNTS, begin + _HEADER - 4 * _COUNTS))


def _end(data: bytes, begin: int, width: int) -> int:
    """Where a block ends, of which moments have so many bytes."""
    utc, standard, leaps, moved, kinds, letters = _counts(data, begin)
    end = begin + _HEADER + moved * (width + 1) + kinds * _BYTES_OF_A_KIND
    return end + letters + leaps * (width + 4) + standard + utc
