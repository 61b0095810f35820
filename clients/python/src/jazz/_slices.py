"""Stored blocks by name and parts of values, as Python writes them and as the contract does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Self

from jazz._cuts import PART, Cut, is_one, outside, read_cut
from jazz._names import invalid, name, text
from jazz.v1 import blocks_pb2, value_pb2

_KEY = "[rows] or [rows, columns] with slices and lists, ['field'] or [['field', 'field']]"
_MAX_BYTES: Final = 16 << 20
"""How long a part may be as a message."""


@dataclass(frozen=True, slots=True)
class Selection:
    """A part of a value: first the item, then what is wanted of rows, columns and axes.

    Attributes:
        item: A path of field names into nested tables.
        rows: What is wanted of the first dimension; None for all.
        columns: What is wanted of the second dimension, or of fields; None for all.
        along: What is wanted of axes, by name.
    """

    item: tuple[str, ...] = ()
    rows: Cut | None = None
    columns: Cut | None = None
    along: tuple[tuple[str, Cut], ...] = ()

    def message(self) -> value_pb2.Slice | None:
        """The part in the words of the contract; None for the whole value.

        Raises:
            InvalidArgument: It is too long for a message.
        """
        if not self:
            return None
        part = value_pb2.Slice(item=self.item)
        if self.rows is not None:
            part.rows.CopyFrom(self.rows.message())
        if self.columns is not None:
            part.columns.CopyFrom(self.columns.message())
        for axis, cut in self.along:
            part.axes.add(axis=axis, selection=cut.message())
        if part.ByteSize() > _MAX_BYTES:
            described = f"{part.ByteSize()} bytes of positions and labels"
            raise invalid("rows", f"a part that is said in {_MAX_BYTES} bytes; get it in several", described=described)
        return part

    def __bool__(self) -> bool:
        return self != Selection()

    def narrowed(self, key: object) -> Selection:
        """The part of this part that `value[key]` is.

        Raises:
            InvalidArgument: The key is nothing that can be cut out on the server.
        """
        if key is ...:
            return self
        if isinstance(key, str):
            if self.columns is not None:
                raise invalid("key", "a field before columns are chosen", key)
            return replace(self, item=(*self.item, text("key", key)))
        if key is None or (isinstance(key, tuple) and (len(key) != 2 or any(part is None for part in key))):
            raise invalid("key", _KEY, key)
        for part in key if isinstance(key, tuple) else (key,):
            if is_one(part):
                raise invalid("key", f"{_KEY}; [[{part!r}]] for one alone, which keeps the dimension", part)
        if isinstance(key, tuple):
            return self._cut(key[0], key[1])
        if isinstance(key, list) and any(isinstance(each, str) for each in key):
            return self._cut(None, key)
        return self._cut(key, None)

    def cut_along(self, axes: Mapping[str, object]) -> Selection:
        """The part of this part with what is wanted of axes.

        Raises:
            InvalidArgument: It is nothing that can be cut out on the server, or the axis is cut already.
        """
        new = _along(axes)
        for axis, _ in new:
            if axis in dict(self.along):
                raise invalid("along", "an axis that is not cut already", axis)
        return replace(self, along=(*self.along, *new))

    def _cut(self, rows: object, columns: object) -> Selection:
        if isinstance(rows, slice) and rows == slice(None):
            rows = None
        if isinstance(columns, slice) and columns == slice(None):
            columns = None
        new = selection((), rows, columns)
        if (self.rows and new.rows) or (self.columns and new.columns):
            raise invalid("key", "a dimension that is not cut already", described=f"{new} after {self}")
        return replace(self, rows=new.rows or self.rows, columns=new.columns or self.columns)

    def __str__(self) -> str:
        parts = "".join(f"[{step!r}]" for step in self.item)
        cuts = [":" if self.rows is None else self.rows.shown]
        if self.columns is not None:
            cuts.append(self.columns.shown)
        if len(cuts) == 1 and cuts[0].startswith(("['", '["')):
            cuts.append(":")  # alone, a list of texts would be columns
        if cuts != [":"]:
            parts += f"[{', '.join(cuts)}]"
        if self.along:
            parts += f".along({_arguments(self.along)})"
        return parts


def selection(item: object, rows: object, columns: object, along: object = None) -> Selection:
    """The arguments `item`, `rows`, `columns` and `along` of a get, checked.

    Raises:
        InvalidArgument: One of them is nothing that can be cut out on the server.
    """
    return Selection(_item(item), read_cut("rows", rows), read_cut("columns", columns), _along(along))


def _arguments(along: Sequence[tuple[str, Cut]]) -> str:
    """What Python would write for cuts along axes."""
    shown = [(axis, outside(cut)) for axis, cut in along]
    if all(axis.isidentifier() for axis, _ in shown):
        return ", ".join(f"{axis}={cut}" for axis, cut in shown)
    return f"{{{', '.join(f'{axis!r}: {cut}' for axis, cut in shown)}}}"


def _item(item: object) -> tuple[str, ...]:
    if item is None:
        return ()
    if isinstance(item, str):
        return (text("item", item),)
    if isinstance(item, tuple | list):
        return tuple(text(f"item[{index}]", step, "the name of a field") for index, step in enumerate(item))
    raise invalid("item", "the name of a field, or a tuple of names for a field of a field", item)


def _along(axes: object) -> tuple[tuple[str, Cut], ...]:
    if axes is None:
        return ()
    if not isinstance(axes, Mapping):
        raise invalid("along", f"a mapping from names of axes to {PART}", axes)
    cuts = [
        (text("along", axis, "the name of an axis"), read_cut(f"along[{axis!r}]", part)) for axis, part in axes.items()
    ]
    return tuple((axis, cut) for axis, cut in cuts if cut is not None)


class Ref:
    """A stored block, or a part of one, by name: an input of a run that stays on the server.

    >>> jazz.ref("lab/images@3")[:100]
    jazz.ref('lab/images@3')[:100]
    """

    __slots__ = ("_selection", "name")

    def __init__(self, block: str, selection: Selection = Selection()) -> None:
        self.name = name("name", block)
        self._selection = selection

    def __getitem__(self, key: object) -> Self:
        """The part `key` of it, still on the server.

        Slices, lists of positions, masks and `jazz.labels` take rows, a second one columns; there, and beside one
        another, lists of texts are labels: `[["r1", "r2"], :]`. A name takes a field of a table, a list of names
        several fields, or columns: `[["a", "b"]]` is `[:, ["a", "b"]]`.
        """
        return self._with(self._selection.narrowed(key))

    def along(self, axes: Mapping[str, object] | None = None, /, **named: object) -> Self:
        """The part of it that is wanted along axes, by their names: every dimension along them is cut.

        >>> jazz.ref("lab/cells").along(obs=["a", "b"], var=slice(100))
        jazz.ref('lab/cells').along(obs=['a', 'b'], var=slice(None, 100))
        """
        return self._with(self._selection.cut_along({**(axes or {}), **named}))

    __iter__ = None  # what can be indexed would otherwise be iterated over, one request for each index

    def _with(self, selection: Selection) -> Self:
        return type(self)(self.name, selection)

    def _request(self) -> blocks_pb2.GetBlockRequest:
        return blocks_pb2.GetBlockRequest(name=self.name, slice=self._selection.message())

    def _whole_name(self, field: str) -> str:
        """The name, where a part cannot be meant.

        Raises:
            InvalidArgument: It is a part.
        """
        if self._selection:
            raise invalid(field, "a whole block", described=f"the part {self._selection} of {self.name}")
        return self.name

    def __repr__(self) -> str:
        return f"jazz.ref({self.name!r}){self._selection}"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Ref):
            return NotImplemented
        return self.name == other.name and self._selection == other._selection

    def __hash__(self) -> int:
        return hash((self.name, self._selection))


def ref(block: str) -> Ref:
    """A stored block by name, `space/name` or `space/name@version`, as an input of a run or a bind.

    >>> jazz.ref("lab/images")[:100]
    jazz.ref('lab/images')[:100]
    """
    return Ref(block)


def block_name(field: str, block: object) -> str:
    """The name of a whole block, from a name, a reference or a handle.

    Raises:
        InvalidArgument: It is none of them, or a part of a block.
    """
    return block._whole_name(field) if isinstance(block, Ref) else name(field, block)
