"""Parts of values, as Python writes them and as the contract does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self, TypeAlias

import numpy as np

from jazz._names import invalid, name, text, whole
from jazz.v1 import blocks_pb2, value_pb2

_ROWS = "a slice or a range with step 1, such as slice(10, 20)"
_COLUMNS = "a slice or a range with step 1, or a list of names of fields"
_KEY = "[rows], [rows, columns] with slices, ['field'] or [['field', 'field']]"

Span: TypeAlias = tuple[int | None, int | None]
"""Start and stop; negative ones count from the end, None is the end."""


@dataclass(frozen=True, slots=True)
class Selection:
    """A part of a value: first the item, then the rows, then the columns.

    Attributes:
        item: A path of field names into nested tables.
        rows: Positions along the first dimension; None for all.
        columns: Positions along the second dimension; None for all.
        names: Names of fields, in the place of columns; None for all.
    """

    item: tuple[str, ...] = ()
    rows: Span | None = None
    columns: Span | None = None
    names: tuple[str, ...] | None = None

    def message(self) -> value_pb2.Slice | None:
        """The part in the words of the contract; None for the whole value."""
        if not self:
            return None
        part = value_pb2.Slice(item=self.item)
        if self.rows is not None:
            part.rows.CopyFrom(_range(self.rows))
        if self.columns is not None:
            part.column_range.CopyFrom(_range(self.columns))
        elif self.names is not None:
            part.column_names.SetInParent()
            part.column_names.names.extend(self.names)
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
            if self._has_columns:
                raise invalid("key", "a field before columns are chosen", key)
            return replace(self, item=(*self.item, text("key", key)))
        if key is None or (isinstance(key, tuple) and (len(key) != 2 or any(part is None for part in key))):
            raise invalid("key", _KEY, key)
        if isinstance(key, tuple):
            return self._cut(key[0], key[1])
        if isinstance(key, list):
            return self._cut(None, key)
        return self._cut(key, None)

    def _cut(self, rows: object, columns: object) -> Selection:
        if isinstance(rows, slice) and rows == slice(None):
            rows = None
        if isinstance(columns, slice) and columns == slice(None):
            columns = None
        new = selection((), rows, columns)
        if (self.rows is not None and new.rows is not None) or (self._has_columns and new._has_columns):
            raise invalid("key", "a dimension that is not cut already", described=f"{new} after {self}")
        return Selection(
            self.item,
            self.rows if new.rows is None else new.rows,
            self.columns if new.columns is None else new.columns,
            self.names if new.names is None else new.names,
        )

    @property
    def _has_columns(self) -> bool:
        return self.columns is not None or self.names is not None

    def __str__(self) -> str:
        parts = "".join(f"[{step!r}]" for step in self.item)
        cuts = [":" if self.rows is None else _span_text(self.rows)]
        if self.columns is not None:
            cuts.append(_span_text(self.columns))
        elif self.names is not None:
            cuts.append(repr(list(self.names)))
        return parts if cuts == [":"] else f"{parts}[{', '.join(cuts)}]"


def selection(item: object, rows: object, columns: object) -> Selection:
    """The arguments `item`, `rows` and `columns` of a get, checked.

    Raises:
        InvalidArgument: One of them is nothing that can be cut out on the server.
    """
    if isinstance(columns, slice | range):
        return Selection(_item(item), _span("rows", rows, _ROWS), _span("columns", columns, _COLUMNS))
    return Selection(_item(item), _span("rows", rows, _ROWS), names=_names(columns))


def _item(item: object) -> tuple[str, ...]:
    if item is None:
        return ()
    if isinstance(item, str):
        return (text("item", item),)
    if isinstance(item, tuple | list):
        return tuple(text(f"item[{index}]", step, "the name of a field") for index, step in enumerate(item))
    raise invalid("item", "the name of a field, or a tuple of names for a field of a field", item)


def _names(columns: object) -> tuple[str, ...] | None:
    if columns is None:
        return None
    if isinstance(columns, str) or not isinstance(columns, Sequence):
        raise invalid("columns", _COLUMNS, columns)
    return tuple(text(f"columns[{index}]", column, "the name of a field") for index, column in enumerate(columns))


def _span(field: str, part: object, expected: str) -> Span | None:
    if part is None:
        return None
    if isinstance(part, range):
        if part.step != 1 or part.start < 0:
            raise invalid(field, f"{expected}; ranges that start at 0 or later", part)
        part = slice(part.start, max(part.start, part.stop))
    if not isinstance(part, slice):
        raise invalid(field, f"{expected}{_instead(part)}", part)
    if part.step is not None and part.step != 1:
        raise invalid(field, f"{expected}; take every n-th element after the get", part)
    return _position(f"{field}.start", part.start), _position(f"{field}.stop", part.stop)


def _instead(part: object) -> str:
    """How to get what is no span."""
    if isinstance(part, int | np.integer):
        return f" (slice({part}, {part + 1 or None}) for one alone)"
    if isinstance(part, Sequence | np.ndarray):
        return " (for several positions, take them from the array, or in a pipeline with jazz.ops.take)"
    return ""


def _position(field: str, value: object) -> int | None:
    return None if value is None else whole(field, value, least=-(2**63), most=2**63 - 1)


def _range(span: Span) -> value_pb2.Range:
    return value_pb2.Range(start=span[0], stop=span[1])


def _span_text(span: Span) -> str:
    start, stop = ("" if position is None else str(position) for position in span)
    return f"{start}:{stop}"


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

        Slices take rows, a second one columns, a name takes a field of a table, a list of names several.
        """
        return self._with(self._selection.narrowed(key))

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
