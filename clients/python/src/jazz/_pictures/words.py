"""Elements and facts in words."""

from __future__ import annotations

import datetime
import itertools
import math
import zoneinfo
from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from jazz._descriptions import AxisDescription, FieldDescription, Statistics
from jazz.values import DataType, Tensor

MISSING: Final = "<NA>"
"""How a missing element is shown."""

_TICKS: Final = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
_FEW: Final = 3


def elements(tensor: Tensor) -> list[str]:
    """The elements (stored entries) of a small tensor in words, in storage order."""
    if tensor.dtype.variable:
        assert tensor.offsets is not None
        assert tensor.data is not None
        bounds = tensor.offsets.tolist()
        data = tensor.data.tobytes()
        parts = [data[begin:end] for begin, end in itertools.pairwise(bounds)]
        words = [_text(part, tensor.dtype) for part in parts]
    elif tensor.data is None:
        words = ["True"] * tensor.stored
    else:
        words = [element(item, tensor.dtype) for item in tensor.data.tolist()]
    if tensor.validity is None:
        return words
    present = np.unpackbits(tensor.validity, count=tensor.stored, bitorder="little").tolist()
    return [word if there else MISSING for word, there in zip(words, present, strict=True)]


def _text(data: bytes, dtype: DataType) -> str:
    if dtype.name == "bytes":
        return repr(data)
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in data.decode())


def element(item: Any, dtype: DataType) -> str:
    """An element as `ndarray.tolist` gives it: a number, a truth value, or a time as a count."""
    match dtype.name:
        case "timestamp":
            return _timestamp(item, dtype)
        case "date":
            return str(np.datetime64(item, "D"))
        case "duration":
            return _duration(item, dtype)
        case "complex64" | "complex128":
            return f"{item:.4g}"
        case "float16" | "float32" | "float64":
            return number(item)
        case _:
            return str(item)


def number(value: float) -> str:
    """A number in at most six digits.

    >>> number(1234567.0), number(0.5), number(-3.0), number(123456.0)
    ('1.23457e+06', '0.5', '-3', '123456')
    """
    return f"{value:.6g}"


def count(value: int) -> str:
    """A whole number for people.

    >>> count(1234567)
    '1,234,567'
    """
    return f"{value:,}"


def share(part: int, whole: int) -> str:
    """How much of a whole.

    >>> share(1, 8), share(1, 10**6), share(0, 5), share(999_999, 10**6)
    ('12.5 %', '< 0.1 %', '0 %', '> 99.9 %')
    """
    if part in (0, whole):
        return "0 %" if part == 0 else "100 %"
    percent = 100 * part / whole
    return "< 0.1 %" if percent < 0.1 else "> 99.9 %" if percent > 99.9 else f"{percent:.1f} %"


def _timestamp(ticks: int, dtype: DataType) -> str:
    assert dtype.unit is not None
    shown = str(np.array(ticks, f"M8[{dtype.unit}]")).replace("T", " ")
    if not dtype.zone or shown == "NaT":
        return shown
    seconds, rest = divmod(ticks, _TICKS[dtype.unit])
    try:
        utc = datetime.datetime.fromtimestamp(seconds, datetime.UTC)
        local = utc.astimezone(_zone(dtype.zone))
    except (ValueError, OverflowError, OSError, zoneinfo.ZoneInfoNotFoundError):
        return f"{shown} UTC"
    text = local.isoformat(" ")
    return f"{text[:19]}{_fraction(rest, dtype.unit)}{text[19:]}"


def _fraction(ticks: int, unit: str) -> str:
    """A part of a second with its point; "" for none."""
    digits = len(str(_TICKS[unit])) - 1
    return f".{ticks:0{digits}}".rstrip("0") if ticks else ""


def _zone(name: str) -> datetime.tzinfo:
    if name[0] in "+-":
        hours, minutes = int(name[1:3]), int(name[4:6])
        offset = datetime.timedelta(hours=hours, minutes=minutes)
        return datetime.timezone(-offset if name[0] == "-" else offset)
    return zoneinfo.ZoneInfo(name)


def _duration(ticks: float, dtype: DataType) -> str:
    """A duration, such as "2 d 03:00:00.5"."""
    assert dtype.unit is not None
    if not math.isfinite(ticks):
        return str(ticks)
    sign = "-" if ticks < 0 else ""
    seconds, rest = divmod(abs(round(ticks)), _TICKS[dtype.unit])
    days, seconds = divmod(seconds, 86_400)
    clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{_fraction(rest, dtype.unit)}"
    return f"{sign}{days} d {clock}" if days else f"{sign}{clock}"


def facts(field: FieldDescription) -> Iterator[tuple[str, str]]:
    """What is known of a tensor, by name."""
    about = field.statistics
    if about is None or field.shape == ():
        return
    if field.sparse:
        yield "stored", f"{count(field.stored)} of {count(field.size)} ({share(field.stored, field.size)})"
    if field.missing:
        yield "missing", f"{count(field.missing)} ({share(field.missing, field.stored)})"
    known = about.seen - about.missing
    if about.histogram is not None or about.nan or about.infinite:
        times = about.extremes is not None and about.extremes.dtype.name in ("timestamp", "date", "duration")
        if not times:
            yield "non-zero", f"{count(known - about.zero)} ({share(known - about.zero, known)})"
        if about.nan:
            yield "NaN", f"{count(about.nan)} ({share(about.nan, known)})"
        if about.infinite:
            yield "infinite", f"{count(about.infinite)} ({share(about.infinite, known)})"
    if about.extremes is not None:
        yield ("magnitudes" if field.complex else "range"), span(about)
    if about.mean is not None and about.deviation is not None and about.extremes is not None:
        dtype = about.extremes.dtype
        shown = [about.mean, about.deviation]
        in_words = (_duration(each, dtype) if dtype.name == "duration" else number(each) for each in shown)
        yield "mean ± std", " ± ".join(in_words)
    if about.frequent is not None:
        yield "different", f"{count(about.distinct)} of {count(known)}"
        yield "most often", ", ".join(frequent(about))
    if about.lengths is not None:
        least, mean, most = about.lengths
        yield (
            "bytes each",
            f"{count(least)}" if least == most else f"{count(least)} … {count(most)}, mean {number(mean)}",
        )
    for place, axis in enumerate(field.axes):
        if axis is not None:
            yield f"axis {place}", axis_text(axis)
    if about.sampled:
        yield "sample", f"{count(about.seen)} of {count(about.total)} {'entries' if field.sparse else 'elements'}"


def span(about: Statistics) -> str:
    """The range of numbers."""
    assert about.extremes is not None
    least, greatest = elements(about.extremes)
    return least if least == greatest else f"{least} … {greatest}"


def frequent(about: Statistics) -> Iterator[str]:
    """The most frequent texts with their shares."""
    if about.frequent is not None:
        known = about.seen - about.missing
        for text, times in zip(elements(about.frequent), about.counts, strict=True):
            yield f"{text or repr('')} {share(times, known)}"


def axis_text(axis: AxisDescription) -> str:
    """An axis with its first labels."""
    if axis.labels is None:
        return axis.name
    labels = elements(axis.labels)[:_FEW]
    return f"{axis.name}: {', '.join(labels)}{', …' if axis.length > len(labels) else ''}"


def short(field: FieldDescription) -> str:
    """What a field's elements are like, in few words."""
    about = field.statistics
    if about is None:
        return ""
    if about.extremes is not None:
        return span(about)
    return ", ".join(list(frequent(about))[:_FEW])


def beginning(field: FieldDescription, limit: int = 8) -> str:
    """The first elements of a field in a line."""
    head = field.head
    if head is None:
        return "" if field.shape is None else "empty"
    words = elements(head)
    if field.sparse:
        words = [f"({place}) {word}" for place, word in zip(places(head), words, strict=True)]
    elif head.ndim == 2:
        words = words[: head.shape[1]]
    cut = words[:limit]
    return ", ".join(cut) + (", …" if len(cut) < (field.stored if field.sparse else field.size) else "")


def places(head: Tensor) -> list[str]:
    """Where the entries of a sparse tensor in COO are."""
    return [", ".join(map(str, place)) for place in zip(*(each.tolist() for each in head.indices), strict=True)]


def grid(head: Tensor) -> list[list[str]]:
    """The elements of a small dense tensor of rank 1 or 2, row by row."""
    words = np.array(elements(head), object).reshape(head.shape, order=head.order.value)
    return [[word] if head.ndim == 1 else list(word) for word in words]


def labels(axis: AxisDescription | None, number_of: int) -> list[str] | None:
    """The labels of the first positions along an axis; None when it has none."""
    return None if axis is None or axis.labels is None else elements(axis.labels)[:number_of]
