"""What is wanted of one dimension, as Python writes it and as the contract does."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias

import numpy as np

from jazz import codec, convert
from jazz._names import invalid, whole
from jazz.errors import InvalidArgument
from jazz.v1 import value_pb2
from jazz.values import Layout, Tensor

PART: Final = "a slice, a list of positions, a mask, or labels"
"""What can be wanted, for error messages."""

_SHOWN: Final = 6


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
    return Labels(_vector("labels", [values] if is_one(values) else values))


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


def read_cut(field: str, part: object) -> Cut | None:
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
        raise invalid(field, PART, part)
    if is_one(part):
        part = [part]
    if isinstance(part, Sequence) and len(part) == 0:
        part = np.empty(0, np.int64)
    tensor = _vector(field, part)
    if tensor.dtype.name == "bool":
        return _positions(field, tensor, mask=True)
    if tensor.dtype.storage.kind in "iu" and tensor.dtype.measurable:
        return _positions(field, tensor, mask=False)
    return _labelled(tensor, _listed(tensor))


def is_one(part: object) -> bool:
    """Whether something is one position or one label."""
    return isinstance(part, str | bytes | int | float | np.generic | datetime.date | datetime.timedelta)


def _span(field: str, part: slice) -> Cut:
    if part.step is not None and part.step != 1:
        raise invalid(field, f"{PART}; a slice has step 1: take every n-th element after the get", part)
    start, stop = _position(f"{field}.start", part.start), _position(f"{field}.stop", part.stop)
    message = value_pb2.Selection(range=value_pb2.Range(start=start, stop=stop))
    return Cut(message.SerializeToString(), f"{'' if start is None else start}:{'' if stop is None else stop}")


def _position(field: str, value: object) -> int | None:
    return None if value is None else whole(field, value, least=-(2**63), most=2**63 - 1)


def _vector(field: str, part: object) -> Tensor:
    """Positions, truth values or labels as a dense tensor of rank 1."""
    expected = f"{PART}: a list, an array or an index of one type"
    try:
        value = convert.to_value(_array(part))
    except InvalidArgument as error:
        raise invalid(field, expected, part) from error
    if not isinstance(value, Tensor) or value.layout is not Layout.DENSE or value.ndim != 1:
        raise invalid(field, expected, part)
    return replace(value, axes=(), declared=(), unit="")


def _array(part: object) -> object:
    """Lists of scalars of numpy as arrays, in one type that holds them all."""
    if not isinstance(part, list | tuple) or not part:
        return part
    if all(isinstance(each, np.generic) for each in part):
        return np.array(part)
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


def outside(cut: Cut) -> str:
    """What Python would write for a cut that is not in brackets."""
    start, colon, stop = cut.shown.partition(":")
    spans = colon and not start.startswith(("[", "jazz"))
    return f"slice({start or None}, {stop or None})" if spans else cut.shown
