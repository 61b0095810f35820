"""Parts of values, taken from a body without reading the rest of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from jazz.codec.cuts import Cut, length_of
from jazz.codec.encoded import BodyPlan, Encoded
from jazz.codec.errors import quoted
from jazz.codec.readers import RangeReader
from jazz.codec.selections import cut_of, field_places, not_found, one_of, refusal
from jazz.codec.slices import LARGEST, Writer
from jazz.codec.summary import summary
from jazz.v1 import value_pb2 as pb

MAX_SLICE_BYTES: Final = 16 << 20
"""How long a slice may be as a message."""

Scope = Mapping[str, pb.Axis]
"""The axes in sight, by name."""


def take(header: pb.Value, part: pb.Slice, body: RangeReader) -> Encoded:
    """A part of a stored value: the item, and of it what is wanted of rows, columns and axes.

    Ranges mean what they mean in Python: negative positions count from the end, and what lies beyond is left out.
    Single positions that lie beyond are refused, and so are labels that are not there, or more than once. Rows of a
    table are rows of all its fields, whose first dimensions must have the same length and not two different axes. An
    axis is cut with the dimension that is; a dimension that would no longer be as long as its axis loses it. Where an
    axis is cut by its name, all dimensions along it are, in every tensor. Axes that are declared around the item and
    used in it are declared on the result.

    Nothing but labels and what the lengths of the result depend on (`indptr`, offsets, bitmaps, and for a cut through
    compressed rows their indices) is read before `Encoded.pieces` asks for it; `body` must stay readable as long. What
    is read and made at a time is some megabytes; if the entries of sparse rows change their order, at least a row.

    Args:
        header: The header of the stored value.
        part: What is wanted.
        body: The body of the stored value.

    Raises:
        FieldNotFound: The item, or a column that is named, is not there.
        LabelNotFound: A label is not there.
        SliceError: The item has no rows, columns or axes of that sort; or the part is larger than the value and than
            1 GiB, because positions are repeated.
    """
    if part.ByteSize() > MAX_SLICE_BYTES:
        raise refusal("slice", f"at most {MAX_SLICE_BYTES} bytes; take it in several parts", f"{part.ByteSize()} bytes")
    item, around = _item(header, part.item)
    axes = [*around, *item.axes]
    plan = BodyPlan()
    target = pb.Value()
    writer = Writer(body, plan, max(LARGEST, _body_bytes(header)))
    along = _along(part.axes, [*around, *_declared(item)])
    scope = {axis.name: axis for axis in axes}
    fields = list(item.table.fields)
    if part.HasField("columns") and item.HasField("table"):
        fields = [fields[place] for place in field_places(part.columns, item.table, "slice.columns")]
    elif part.HasField("columns") and not item.HasField("tensor"):
        raise refusal("slice.columns", "a tensor or a table", "null")
    chosen = [(field.value, field.name) for field in fields] if item.HasField("table") else [(item, "")]
    rows = _row_cut(item, chosen, scope, part.rows, body) if part.HasField("rows") else None
    taking = _Taking(writer, rows, along)
    if item.HasField("table"):
        outer: dict[str, Cut] = {}
        if rows is not None and not any(_leaves(chosen, scope)):
            outer[item.axes[0].name] = rows
        taking.table(fields, axes, target, outer)
    elif item.HasField("tensor"):
        columns = _column_cut(item.tensor, scope, part.columns, body) if part.HasField("columns") else None
        taking.tensor(item.tensor, axes, target, {}, columns)
    else:
        target.null.SetInParent()
    return plan.encoded(target)


def _body_bytes(header: pb.Value) -> int:
    return max((buffer.offset + buffer.length for buffer in _buffers(header)), default=0)


def _buffers(value: pb.Value) -> Iterator[pb.Buffer]:
    for axis in value.axes:
        yield from axis.labels.buffers
        yield from axis.labels.categories.buffers
    yield from value.tensor.buffers
    yield from value.tensor.categories.buffers
    for field in value.table.fields:
        yield from _buffers(field.value)


def _item(header: pb.Value, path: Sequence[str]) -> tuple[pb.Value, list[pb.Axis]]:
    """The value at a path, and those axes declared around it that it uses."""
    value = header
    around: list[pb.Axis] = []
    for depth, name in enumerate(path):
        if not value.HasField("table"):
            raise not_found(f"slice.item[{depth}]", name, "a table", summary(value))
        around.extend(value.axes)
        found = next((field.value for field in value.table.fields if field.name == name), None)
        if found is None:
            names = [field.name for field in value.table.fields]
            raise not_found(f"slice.item[{depth}]", name, one_of(names, "the table is empty"), quoted(name))
        value = found
    if around:
        used = {name for tensor in _tensors(value) for name in tensor.axes}
        around = [axis for axis in around if axis.name in used]
    return value, around


def _declared(value: pb.Value) -> Iterator[pb.Axis]:
    """The axes that are declared in a value."""
    yield from value.axes
    for field in value.table.fields:
        yield from _declared(field.value)


def _tensors(value: pb.Value) -> Iterator[pb.Tensor]:
    if value.HasField("tensor"):
        yield value.tensor
    elif value.HasField("table"):
        for field in value.table.fields:
            yield from _tensors(field.value)


def _along(selections: Sequence[pb.AxisSelection], axes: Iterable[pb.Axis]) -> dict[str, tuple[str, pb.Selection]]:
    """What is wanted of axes by their names, each with what it is called in an error."""
    names = list(dict.fromkeys(axis.name for axis in axes)) if selections else []
    along: dict[str, tuple[str, pb.Selection]] = {}
    for number, each in enumerate(selections):
        field = f"slice.axes[{number}].axis"
        if each.axis not in names:
            raise refusal(field, one_of(names, "the value has no axes"), quoted(each.axis))
        if each.axis in along:
            raise refusal(field, "each axis once", f"{quoted(each.axis)} again")
        along[each.axis] = (f"slice.axes[{number}].selection", each.selection)
    return along


def _leaves(values: Iterable[tuple[pb.Value, str]], scope: Scope) -> Iterator[tuple[pb.Value, str, Scope]]:
    """All values in values that are not tables, each with the name of its field and the axes in sight."""
    for value, name in values:
        seen = {**scope, **{axis.name: axis for axis in value.axes}} if value.axes else scope
        if value.HasField("table"):
            yield from _leaves(((field.value, field.name) for field in value.table.fields), seen)
        else:
            yield value, name, seen


def _row_cut(
    item: pb.Value, chosen: Sequence[tuple[pb.Value, str]], scope: Scope, rows: pb.Selection, body: RangeReader
) -> Cut:
    """The rows that are wanted of all tensors in the chosen values."""
    lengths: set[int] = set()
    axes: dict[int, pb.Axis] = {}
    for value, name, seen in _leaves(chosen, scope):
        if not value.tensor.shape:
            where = f" in field {quoted(name)}" if name else ""
            raise refusal("slice.rows", f"a first dimension{where}", summary(value))
        lengths.add(value.tensor.shape[0])
        if any(value.tensor.axes[:1]):
            axis = seen[value.tensor.axes[0]]
            axes[id(axis)] = axis
    names = sorted({axis.name for axis in axes.values()})
    if len(names) > 1:
        found = f"axes {', '.join(map(quoted, names[:3]))}"
        raise refusal("slice.rows", "fields whose rows lie along the same axis, or one of slice.axes", found)
    if len(lengths) > 1:
        found = f"{len(lengths)} different lengths, such as {', '.join(map(str, sorted(lengths)[:3]))}"
        raise refusal("slice.rows", "fields of the same number of rows", found)
    if not lengths and len(item.axes) == 1:
        lengths.add(item.axes[0].length)
        axes[0] = item.axes[0]
    if not lengths:
        raise refusal("slice.rows", "a table with rows", "a table of no fields")
    if len(axes) > 1 and rows.HasField("labels"):
        found = f"{len(axes)} axes {quoted(names[0])} in fields beside each other"
        raise refusal("slice.rows.labels", "fields whose rows lie along the same axis", found)
    return cut_of(rows, lengths.pop(), next(iter(axes.values()), None), body, "slice.rows")


def _column_cut(tensor: pb.Tensor, scope: Scope, columns: pb.Selection, body: RangeReader) -> Cut:
    """The columns that are wanted of a tensor."""
    if len(tensor.shape) < 2:
        raise refusal("slice.columns", "a tensor of 2 dimensions or more", f"{len(tensor.shape)}")
    axis = scope.get(tensor.axes[1]) if tensor.axes else None
    return cut_of(columns, tensor.shape[1], axis, body, "slice.columns")


@dataclass(frozen=True, slots=True)
class _Taking:
    """Writes values of which parts are wanted.

    Attributes:
        writer: Writes their tensors.
        rows: What is wanted of the first dimension of every tensor; None for all.
        along: What is wanted of axes, by name.
    """

    writer: Writer
    rows: Cut | None
    along: Mapping[str, tuple[str, pb.Selection]]

    def table(
        self, fields: Sequence[pb.Field], axes: Sequence[pb.Axis], target: pb.Value, outer: Mapping[str, Cut]
    ) -> None:
        """Writes fields of a table that declares axes; `outer` has the axes around it that are cut."""
        tensors = [tensor for field in fields for tensor in _tensors(field.value)] if axes else []
        cuts = {**outer, **self._axis_cuts(axes, [(tensor, self._cuts(tensor, None)) for tensor in tensors])}
        self._write_axes(axes, cuts, target)
        target.table.SetInParent()
        for field in fields:
            written = target.table.fields.add(name=field.name).value
            if field.value.HasField("table"):
                self.table(field.value.table.fields, field.value.axes, written, cuts)
            elif field.value.HasField("tensor"):
                self.tensor(field.value.tensor, field.value.axes, written, cuts, None)
            else:
                written.null.SetInParent()

    def tensor(
        self,
        tensor: pb.Tensor,
        axes: Sequence[pb.Axis],
        target: pb.Value,
        outer: Mapping[str, Cut],
        columns: Cut | None,
    ) -> None:
        """Writes a tensor that declares axes."""
        wanted = self._cuts(tensor, columns)
        axis_cuts = {**outer, **self._axis_cuts(axes, [(tensor, wanted)])}
        for dimension, name in enumerate(tensor.axes):
            if name in self.along:
                if wanted[dimension] != (0, tensor.shape[dimension]):
                    given = "rows" if dimension == 0 else "columns"
                    raise refusal(
                        self.along[name][0],
                        "an axis of no dimension that is cut already",
                        f"{quoted(name)}, of {given}",
                    )
                wanted[dimension] = axis_cuts[name]
        self._write_axes(axes, axis_cuts, target)
        target.tensor.SetInParent()
        names = [
            name if cut == axis_cuts.get(name, (0, length)) else ""
            for name, cut, length in zip(tensor.axes, wanted, tensor.shape, strict=False)
        ]
        if any(names):
            target.tensor.axes.extend(names)
        self.writer.write(tensor, wanted, target.tensor)

    def _cuts(self, tensor: pb.Tensor, columns: Cut | None) -> list[Cut]:
        """What rows and columns want of the dimensions of a tensor."""
        cuts: list[Cut] = [(0, length) for length in tensor.shape]
        if self.rows is not None:
            cuts[0] = self.rows
        if columns is not None:
            cuts[1] = columns
        return cuts

    def _axis_cuts(self, axes: Iterable[pb.Axis], tensors: Iterable[tuple[pb.Tensor, Sequence[Cut]]]) -> dict[str, Cut]:
        """What is wanted of those axes that are cut: what is said of them, or of the first dimension that is cut."""
        by_dimension: dict[str, Cut] = {}
        for tensor, wanted in tensors:
            for name, cut, length in zip(tensor.axes, wanted, tensor.shape, strict=False):
                if name and cut != (0, length):
                    by_dimension.setdefault(name, cut)
        cuts: dict[str, Cut] = {}
        for axis in axes:
            if axis.name in self.along:
                field, selection = self.along[axis.name]
                cuts[axis.name] = cut_of(selection, axis.length, axis, self.writer.body, field)
            elif axis.name in by_dimension:
                cuts[axis.name] = by_dimension[axis.name]
        return cuts

    def _write_axes(self, axes: Iterable[pb.Axis], cuts: Mapping[str, Cut], target: pb.Value) -> None:
        for axis in axes:
            cut = cuts.get(axis.name, (0, axis.length))
            written = target.axes.add(name=axis.name, length=length_of(cut))
            if axis.HasField("labels"):
                self.writer.write(axis.labels, [cut], written.labels)
