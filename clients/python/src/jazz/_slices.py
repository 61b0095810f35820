"""Parts of values, as Python writes them and as the contract does."""

from __future__ import annotations

import datetime
import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Self, TypeAlias

import numpy as np

from jazz import codec, convert
from jazz._names import invalid, name, text, whole
from jazz.errors import InvalidArgument
from jazz.v1 import blocks_pb2, value_pb2
from jazz.values import Layout, Tensor

_PART = "a slice, a list of positions, a mask, or labels"
_KEY = "[rows] or [rows, columns] with slices and lists, ['field'] or [['field', 'field']]"
_SHOWN: Final = 6
_MAX_BYTES: Final = 16 << 20
"""How long a part may be as a message."""


Wanted: TypeAlias = object
"""What is wanted of a dimension: a slice or a range; positions; a mask of the whole of it; or labels of its axis.

Positions are an integer or any list, array or index of them, masks are of truth values, labels of anything else (texts,
times, factors, floats). Integers are positions: `jazz.labels` marks those that are labels.
"""


class Labels:
    """Labels of an axis, marked as such: `jazz.labels`."""

    __slots__ = ("tensor",)

    def __init__(self, tensor: Tensor) -> None:
        self.tensor = tensor

    def __repr__(self) -> str:
        return f"jazz.labels({_listed(self.tensor)})"


def labels(values: object) -> Labels:
    """Labels of an axis, where integers would be taken for positions.

    Args:
        values: One label, or a list, an array or an index of labels.

    Raises:
        InvalidArgument: They are of no type that labels can have.

    >>> jazz.labels([10, 20])
    jazz.labels([10, 20])
    """
    return Labels(_vector("labels", [values] if _is_one(values) or _is_integer(values) else values))


@dataclass(frozen=True, slots=True)
class Cut:
    """What is wanted of a dimension.

    Attributes:
        encoded: The selection of the contract, as bytes.
        shown: What Python would write for it.
    """

    encoded: bytes
    shown: str = field(compare=False)

    def message(self) -> value_pb2.Selection:
        """It in the words of the contract."""
        return value_pb2.Selection.FromString(self.encoded)

    def __str__(self) -> str:
        return self.shown


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
            if _is_one(part) or _is_integer(part):
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
    return Selection(_item(item), _cut("rows", rows), _cut("columns", columns), _along(along))


def _arguments(along: Sequence[tuple[str, Cut]]) -> str:
    """What Python would write for cuts along axes."""
    shown = [(axis, _outside(cut)) for axis, cut in along]
    if all(axis.isidentifier() for axis, _ in shown):
        return ", ".join(f"{axis}={cut}" for axis, cut in shown)
    return f"{{{', '.join(f'{axis!r}: {cut}' for axis, cut in shown)}}}"


def _outside(cut: Cut) -> str:
    """What Python would write for a cut that is not in brackets."""
    start, colon, stop = cut.shown.partition(":")
    spans = colon and not start.startswith(("[", "jazz"))
    return f"slice({start or None}, {stop or None})" if spans else cut.shown


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
        raise invalid("along", f"a mapping from names of axes to {_PART}", axes)
    cuts = [(text("along", axis, "the name of an axis"), _cut(f"along[{axis!r}]", part)) for axis, part in axes.items()]
    return tuple((axis, cut) for axis, cut in cuts if cut is not None)


def _cut(field: str, part: object) -> Cut | None:
    """What is wanted of a dimension; one position or label is a list of one."""
    if part is None:
        return None
    if isinstance(part, range) and part.step == 1 and part.start >= 0:
        part = slice(part.start, max(part.start, part.stop))
    if isinstance(part, slice):
        return _span(field, part)
    if isinstance(part, Labels):
        return _labelled(part.tensor, repr(part))
    if isinstance(part, bool | np.bool_ | Mapping | set | frozenset):
        raise invalid(field, _PART, part)
    if _is_one(part) or _is_integer(part):
        part = [part]
    if isinstance(part, Sequence) and len(part) == 0:
        part = np.empty(0, np.int64)
    tensor = _vector(field, part)
    if tensor.dtype.name == "bool":
        return _positions(field, tensor, mask=True)
    if tensor.dtype.storage.kind in "iu" and tensor.dtype.measurable:
        return _positions(field, tensor, mask=False)
    return _labelled(tensor, _listed(tensor))


def _is_one(part: object) -> bool:
    """Whether something is one label."""
    return isinstance(part, str | bytes | float | np.generic | datetime.date | datetime.timedelta) and not _is_integer(
        part
    )


def _is_integer(part: object) -> bool:
    return isinstance(part, int | np.integer) and not isinstance(part, np.timedelta64)


def _span(field: str, part: slice) -> Cut:
    if part.step is not None and part.step != 1:
        raise invalid(field, f"{_PART}; a slice has step 1: take every n-th element after the get", part)
    start, stop = _position(f"{field}.start", part.start), _position(f"{field}.stop", part.stop)
    message = value_pb2.Selection(range=value_pb2.Range(start=start, stop=stop))
    return Cut(message.SerializeToString(), f"{'' if start is None else start}:{'' if stop is None else stop}")


def _position(field: str, value: object) -> int | None:
    return None if value is None else whole(field, value, least=-(2**63), most=2**63 - 1)


def _vector(field: str, part: object) -> Tensor:
    """Positions, truth values or labels as a dense tensor of rank 1."""
    expected = f"{_PART}: a list, an array or an index of one type"
    try:
        value = convert.to_value(_array(part))
    except InvalidArgument as error:
        raise invalid(field, expected, part) from error
    if not isinstance(value, Tensor) or value.layout is not Layout.DENSE or value.ndim != 1:
        raise invalid(field, expected, part)
    return replace(value, axes=(), declared=(), unit="")


def _array(part: object) -> object:
    """Lists of the scalars of numpy or pandas as what they are elements of."""
    if not isinstance(part, list | tuple) or not part:
        return part
    if all(isinstance(each, np.generic) for each in part):
        return np.array(part)
    if type(part[0]).__module__.startswith("pandas"):
        pandas: Any = importlib.import_module("pandas")
        return pandas.Index(part)
    return part


def _positions(field: str, tensor: Tensor, *, mask: bool) -> Cut:
    if tensor.missing:
        raise invalid(
            field, "positions or truth values of which none is missing", described=f"{tensor.missing} missing"
        )
    found = tensor.array()
    positions = value_pb2.Positions()
    if mask:
        positions.of = len(found)
        found = np.flatnonzero(found)
    elif len(found) and int(found.max()) > 2**63 - 1:
        raise invalid(field, "positions of 64 bits", int(found.max()))
    positions.positions.extend(found.tolist())
    message = value_pb2.Selection(positions=positions)
    return Cut(message.SerializeToString(), _abbreviated(list(map(str, found[:_SHOWN].tolist())), len(found)))


def _labelled(tensor: Tensor, shown: str) -> Cut:
    value = codec.encode(tensor)
    message = value_pb2.Selection(labels=value_pb2.InlineValue(header=value.header, body=value.body()))
    return Cut(message.SerializeToString(deterministic=True), shown)


def _listed(tensor: Tensor) -> str:
    """Labels as a list of Python's."""
    first = convert.from_value(tensor, to="numpy")
    shown: Any = first[:_SHOWN]
    return _abbreviated(
        [repr(each.item() if isinstance(each, np.generic) and each.dtype.kind in "biufSU" else each) for each in shown],
        tensor.shape[0],
    )


def _abbreviated(items: list[str], count: int) -> str:
    return f"[{', '.join(items)}{f', … {count} in all' if count > len(items) else ''}]"


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
