"""Parts of values, taken from a body without reading the rest of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from jazz.codec.box import Range
from jazz.codec.encoded import BodyPlan, Encoded
from jazz.codec.errors import FieldNotFound, SliceError, quoted
from jazz.codec.readers import RangeReader
from jazz.codec.slices import write_tensor
from jazz.codec.summary import summary
from jazz.errors import Violation
from jazz.v1 import value_pb2 as pb

_NAMES_SHOWN = 10


def take(header: pb.Value, part: pb.Slice, body: RangeReader) -> Encoded:
    """A part of a stored value: first the item, then rows of it, then columns.

    Ranges mean what they mean in Python: negative positions count from the end, and what lies beyond is left out.
    Rows of a table are rows of all its fields, whose first dimensions must have the same length and not two different
    axes. An axis is cut with the dimension that is; a dimension that would no longer be as long as its axis loses it.
    Axes that are declared around the item and used in it are declared on the result.

    Nothing but what the lengths of the result depend on (`indptr`, offsets, bitmaps, and for a cut through compressed
    rows their indices) is read before `Encoded.pieces` asks for it; `body` must stay readable as long.

    Args:
        header: The header of the stored value.
        part: What is wanted.
        body: The body of the stored value.

    Raises:
        FieldNotFound: The item, or a column that is named, is not there.
        SliceError: The item has no rows or columns of that sort.
    """
    item, around = _item(header, part.item)
    row_cut = _row_cut(item, part.rows) if part.HasField("rows") else None
    columns = part.WhichOneof("columns")
    target = pb.Value()
    plan = BodyPlan()
    axes = [*around, *item.axes]
    if item.HasField("tensor"):
        ranges = _tensor_ranges(item.tensor, row_cut, part)
        axis_cuts = _axis_cuts(item.tensor, ranges)
        _write_axes(axes, axis_cuts, body, target, plan)
        target.tensor.SetInParent()
        _write_axis_names(item.tensor, ranges, axis_cuts, target.tensor)
        write_tensor(item.tensor, ranges, body, target.tensor, plan)
    elif item.HasField("table"):
        chosen = _chosen_fields(item.table, part) if columns else range(len(item.table.fields))
        writer = _TableWriter(body, plan, row_cut)
        no_tensors = next(_tensors(item), None) is None
        cuts = {axis.name: row_cut for axis in axes} if row_cut is not None and no_tensors else {}
        writer.write(item, axes, chosen, target, cuts)
    else:
        if columns:
            raise _slice_error("columns", "a tensor or a table", "null")
        target.null.SetInParent()
    return plan.encoded(target)


def _slice_error(field: str, expected: str, found: str) -> SliceError:
    return SliceError("the slice does not fit the value", [Violation(f"slice.{field}", expected, found)])


def _item(header: pb.Value, path: Sequence[str]) -> tuple[pb.Value, list[pb.Axis]]:
    """The value at a path, and those axes declared around it that it uses."""
    value = header
    around: list[pb.Axis] = []
    for depth, name in enumerate(path):
        if not value.HasField("table"):
            raise _not_found(f"item[{depth}]", name, "a table", summary(value))
        around.extend(value.axes)
        found = next((field.value for field in value.table.fields if field.name == name), None)
        if found is None:
            raise _not_found(f"item[{depth}]", name, _one_of(value.table), quoted(name))
        value = found
    if around:
        used = {name for tensor in _tensors(value) for name in tensor.axes}
        around = [axis for axis in around if axis.name in used]
    return value, around


def _not_found(field: str, name: str, expected: str, found: str) -> FieldNotFound:
    return FieldNotFound(f"there is no field {quoted(name)}", [Violation(f"slice.{field}", expected, found)])


def _one_of(table: pb.Table) -> str:
    names = [quoted(field.name) for field in table.fields[:_NAMES_SHOWN]]
    if len(table.fields) > _NAMES_SHOWN:
        names.append("…")
    return f"one of {', '.join(names)}" if names else "no name, as the table is empty"


def _tensors(value: pb.Value) -> Iterator[pb.Tensor]:
    if value.HasField("tensor"):
        yield value.tensor
    elif value.HasField("table"):
        for field in value.table.fields:
            yield from _tensors(field.value)


def _resolved(wanted: pb.Range, length: int) -> Range:
    start = wanted.start if wanted.HasField("start") else None
    stop = wanted.stop if wanted.HasField("stop") else None
    first, last, _ = slice(start, stop).indices(length)
    return first, max(first, last)


def _row_cut(item: pb.Value, rows: pb.Range) -> Range:
    """The rows that are wanted of all tensors in a value."""
    lengths: set[int] = set()
    names: set[str] = set()
    for value, name in _leaves(item, ""):
        if not value.tensor.shape:
            raise _slice_error(
                "rows", f"a first dimension{' in field ' + quoted(name) if name else ''}", summary(value)
            )
        lengths.add(value.tensor.shape[0])
        names.update(value.tensor.axes[:1])
    names.discard("")
    if len(lengths) > 1:
        found = f"{len(lengths)} different lengths, such as {', '.join(map(str, sorted(lengths)[:3]))}"
        raise _slice_error("rows", "fields of the same number of rows", found)
    if len(names) > 1:
        found = f"axes {', '.join(map(quoted, sorted(names)[:3]))}"
        raise _slice_error("rows", "fields whose rows lie along the same axis", found)
    if not lengths and len(item.axes) == 1:
        lengths.add(item.axes[0].length)
    if not lengths:
        raise _slice_error("rows", "a table with rows", "a table of no fields")
    return _resolved(rows, lengths.pop())


def _leaves(value: pb.Value, name: str) -> Iterator[tuple[pb.Value, str]]:
    """All values in a value that are not tables, each with the name of its field."""
    if value.HasField("table"):
        for field in value.table.fields:
            yield from _leaves(field.value, field.name)
    else:
        yield value, name


def _tensor_ranges(tensor: pb.Tensor, row_cut: Range | None, part: pb.Slice) -> list[Range]:
    ranges = [(0, length) for length in tensor.shape]
    if row_cut is not None:
        ranges[0] = row_cut
    match part.WhichOneof("columns"):
        case "column_names":
            raise _slice_error("columns", "a range of positions, as it is a tensor", "names")
        case "column_range":
            if len(ranges) < 2:
                raise _slice_error("columns", "a tensor of 2 dimensions or more", f"{len(ranges)}")
            ranges[1] = _resolved(part.column_range, tensor.shape[1])
    return ranges


def _axis_cuts(tensor: pb.Tensor, ranges: Sequence[Range]) -> dict[str, Range]:
    """What is wanted of each axis that is cut: what is wanted of the first dimension along it that is cut."""
    cuts: dict[str, Range] = {}
    for name, wanted, length in zip(tensor.axes, ranges, tensor.shape, strict=False):
        if name and wanted != (0, length):
            cuts.setdefault(name, wanted)
    return cuts


def _write_axes(
    axes: Iterable[pb.Axis], cuts: Mapping[str, Range], body: RangeReader, target: pb.Value, plan: BodyPlan
) -> None:
    for axis in axes:
        wanted = cuts.get(axis.name, (0, axis.length))
        written = target.axes.add(name=axis.name, length=wanted[1] - wanted[0])
        if axis.HasField("labels"):
            write_tensor(axis.labels, [wanted], body, written.labels, plan)


def _write_axis_names(tensor: pb.Tensor, ranges: Sequence[Range], cuts: Mapping[str, Range], target: pb.Tensor) -> None:
    names = [
        name if wanted == cuts.get(name, (0, length)) else ""
        for name, wanted, length in zip(tensor.axes, ranges, tensor.shape, strict=False)
    ]
    if any(names):
        target.axes.extend(names)


def _chosen_fields(table: pb.Table, part: pb.Slice) -> Sequence[int]:
    """The positions of the fields that are wanted."""
    if part.WhichOneof("columns") == "column_range":
        return range(*_resolved(part.column_range, len(table.fields)))
    places = {field.name: place for place, field in enumerate(table.fields)}
    chosen: dict[int, None] = {}
    for number, name in enumerate(part.column_names.names):
        if name not in places:
            raise _not_found(f"column_names.names[{number}]", name, _one_of(table), quoted(name))
        if places[name] in chosen:
            raise _slice_error(f"column_names.names[{number}]", "each name once", quoted(name))
        chosen[places[name]] = None
    return list(chosen)


@dataclass(frozen=True, slots=True)
class _TableWriter:
    """Writes tables of which rows are wanted, or all rows."""

    body: RangeReader
    plan: BodyPlan
    rows: Range | None

    def write(
        self,
        value: pb.Value,
        axes: Sequence[pb.Axis],
        chosen: Iterable[int],
        target: pb.Value,
        outer_cuts: Mapping[str, Range],
    ) -> None:
        """Writes the chosen fields of a table along the axes that it declares."""
        cuts = {**outer_cuts, **self._cuts(value, axes)}
        _write_axes(axes, cuts, self.body, target, self.plan)
        target.table.SetInParent()
        for place in chosen:
            field = value.table.fields[place]
            self._write_field(field.value, target.table.fields.add(name=field.name).value, cuts)

    def _write_field(self, value: pb.Value, target: pb.Value, outer_cuts: Mapping[str, Range]) -> None:
        if value.HasField("table"):
            self.write(value, value.axes, range(len(value.table.fields)), target, outer_cuts)
        elif value.HasField("tensor"):
            tensor = value.tensor
            cuts = {**outer_cuts, **self._cuts(value, value.axes)}
            ranges = [(0, length) for length in tensor.shape]
            if self.rows is not None:
                ranges[0] = self.rows
            _write_axes(value.axes, cuts, self.body, target, self.plan)
            target.tensor.SetInParent()
            _write_axis_names(tensor, ranges, cuts, target.tensor)
            write_tensor(tensor, ranges, self.body, target.tensor, self.plan)
        else:
            target.null.SetInParent()

    def _cuts(self, value: pb.Value, axes: Sequence[pb.Axis]) -> dict[str, Range]:
        """What is wanted of the axes that rows lie along."""
        if self.rows is None or not axes:
            return {}
        names = {tensor.axes[0] for tensor in _tensors(value) if tensor.axes}
        return {axis.name: self.rows for axis in axes if axis.name in names}
