"""What a slice wants of one dimension, found in the value."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from jazz.codec.cuts import Cut, cut_at
from jazz.codec.errors import FieldNotFound, Findings, SliceError, quoted
from jazz.codec.labels import find_labels, names_of, read_labels
from jazz.codec.readers import RangeReader
from jazz.errors import Violation
from jazz.v1 import value_pb2 as pb

_NAMES_SHOWN = 10


def refusal(field: str, expected: str, found: str) -> SliceError:
    """The error for a slice that does not fit."""
    return SliceError("the slice does not fit the value", [Violation(field, expected, found)])


def not_found(field: str, name: str, expected: str, found: str) -> FieldNotFound:
    """The error for a field that is not there."""
    return FieldNotFound(f"there is no field {quoted(name)}", [Violation(field, expected, found)])


def one_of(names: Sequence[str], none: str) -> str:
    """Names in words; `none` says why there are none."""
    shown = [quoted(name) for name in names[:_NAMES_SHOWN]]
    if len(names) > _NAMES_SHOWN:
        shown.append("…")
    return f"one of {', '.join(shown)}" if shown else f"no name, as {none}"


def cut_of(selection: pb.Selection, length: int, axis: pb.Axis | None, body: RangeReader, field: str) -> Cut:
    """What is wanted of a dimension.

    Args:
        selection: How it is said.
        length: The length of the dimension.
        axis: The axis that it lies along, if any.
        body: Where the labels of the axis are.
        field: What the selection is called in an error.

    Raises:
        LabelNotFound: A label is not there.
        SliceError: There are no labels, or they are of another type; a position is beyond the dimension.
    """
    match selection.WhichOneof("selection"):
        case "range":
            return _range(selection.range, length)
        case "positions":
            return cut_at(_positions(selection.positions, length, field))
        case "labels":
            wanted = read_labels(selection.labels, f"{field}.labels")
            if axis is None or not axis.HasField("labels"):
                found = (
                    "a dimension without an axis" if axis is None else f"the axis {quoted(axis.name)} without labels"
                )
                raise refusal(f"{field}.labels", "a dimension whose axis has labels", found)
            return cut_at(find_labels(wanted, axis.labels, body, f"{field}.labels"))
        case _:
            raise refusal(field, "a range, positions or labels", "none of them")


def field_places(selection: pb.Selection, table: pb.Table, field: str) -> Sequence[int]:
    """The positions of the fields of a table that are wanted.

    Raises:
        FieldNotFound: One is not there.
        SliceError: A position is beyond the table, or a field is wanted twice.
    """
    match selection.WhichOneof("selection"):
        case "range":
            return range(*_range(selection.range, len(table.fields)))
        case "positions":
            field = f"{field}.positions"
            places = _positions(selection.positions, len(table.fields), field.removesuffix(".positions")).tolist()
        case "labels":
            field = f"{field}.labels"
            places = _named(names_of(read_labels(selection.labels, field), field), table, field)
        case _:
            raise refusal(field, "a range, positions or labels", "none of them")
    first: dict[int, int] = {}
    for number, place in enumerate(places):
        if first.setdefault(place, number) != number:
            raise refusal(f"{field}[{number}]", "each field once", quoted(table.fields[place].name))
    return places


def _range(wanted: pb.Range, length: int) -> tuple[int, int]:
    start = wanted.start if wanted.HasField("start") else None
    stop = wanted.stop if wanted.HasField("stop") else None
    first, last, _ = slice(start, stop).indices(length)
    return first, max(first, last)


def _positions(wanted: pb.Positions, length: int, field: str) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    if wanted.HasField("of") and wanted.of != length:
        raise refusal(f"{field}.positions", f"positions of {length}, the length of the dimension", f"of {wanted.of}")
    positions = np.fromiter(wanted.positions, np.int64, len(wanted.positions))
    beyond = Findings()
    for number in np.flatnonzero((positions < -length) | (positions >= length)).tolist():
        expected = f"a position from {-length} to {length - 1}" if length else "no position, as there is none"
        beyond.add(f"{field}.positions[{number}]", expected, str(positions[number]))
    if beyond.count:
        raise SliceError(_beyond(beyond.count), beyond.violations)
    return np.where(positions < 0, positions + length, positions)


def _beyond(count: int) -> str:
    return "a position is beyond the dimension" if count == 1 else f"{count} positions are beyond the dimension"


def _named(names: Sequence[str], table: pb.Table, field: str) -> list[int]:
    places = {each.name: place for place, each in enumerate(table.fields)}
    for number, name in enumerate(names):
        if name not in places:
            raise not_found(f"{field}[{number}]", name, one_of(list(places), "the table is empty"), quoted(name))
    return [places[name] for name in names]
