"""The kind of data at hand, as far as its header tells: a proposal, which a person then edits.

Types, layouts of sparse tensors, units, and whether something is missing are those of the value. Of lengths it keeps
what may well be meant:

- Dimensions along the same axis have a symbol, named after the axis.
- Where tensors beside each other in a table begin with the same lengths, above 1, those have symbols (`rows`,
  `columns`, `d2`, ...). Equal lengths elsewhere are taken for chance.
- Of others, lengths up to 4 behind the first dimension stay (channels, coordinates); all else may have any length.

The value is always of the kind proposed for it.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

from jazz.v1 import kinds_pb2, value_pb2

_SMALL: Final = 4
"""Lengths up to this one stay numbers."""

_NAMES: Final = ("rows", "columns")
"""What shared dimensions without an axis are called; further ones are `d2`, `d3`, ..."""

_AxisSymbols = Mapping[str, str]


def proposed(header: value_pb2.Value) -> kinds_pb2.Kind:
    """The kind proposed for the value of a checked header. Linear in the header.

    >>> import numpy as np
    >>> from jazz.codec import encode
    >>> from jazz.kinds import kind_text
    >>> from jazz.values import Table, dense
    >>> image, mask = dense(np.zeros((12, 16, 3), np.uint8)), dense(np.zeros((12, 16), np.bool_))
    >>> print(kind_text(proposed(encode(Table((("image", image), ("mask", mask)))).header)))
    {
      image: uint8[rows, columns, 3]
      mask: bool[rows, columns]
      ...
    }
    """
    return kinds_pb2.Kind(type=_Proposal().type(header, {}, ()))


class _Proposal:
    """A walk over a header, with the symbols that were given away."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def type(self, value: value_pb2.Value, axes: _AxisSymbols, shared: Sequence[str]) -> kinds_pb2.Type:
        """The type of a value whose first dimensions are called `shared`."""
        in_sight = {**axes, **{axis.name: self._symbol(_identifier(axis.name)) for axis in value.axes}}
        match value.WhichOneof("value"):
            case "tensor":
                return kinds_pb2.Type(tensor=_tensor(value.tensor, in_sight, shared))
            case "table":
                return kinds_pb2.Type(table=self._table(value.table, in_sight))
            case _:
                return kinds_pb2.Type(null=value_pb2.Null())

    def _table(self, table: value_pb2.Table, axes: _AxisSymbols) -> kinds_pb2.TableType:
        shared = self._shared([field.value.tensor for field in table.fields])
        fields = [
            kinds_pb2.FieldType(name=field.name, type=self.type(field.value, axes, symbols))
            for field, symbols in zip(table.fields, shared, strict=True)
        ]
        return kinds_pb2.TableType(fields=fields)

    def _shared(self, tensors: Sequence[value_pb2.Tensor]) -> list[Sequence[str]]:
        """The symbols of the first dimensions of tensors beside each other."""
        groups: defaultdict[int, list[int]] = defaultdict(list)
        for position, tensor in enumerate(tensors):
            if tensor.shape and tensor.shape[0] != 1 and not _axis(tensor, 0):
                groups[tensor.shape[0]].append(position)
        symbols: list[Sequence[str]] = [()] * len(tensors)
        for members in groups.values():
            if len(members) > 1:
                names = [self._symbol(_name(n)) for n in range(_common([tensors[position] for position in members]))]
                for position in members:
                    symbols[position] = names
        return symbols

    def _symbol(self, wanted: str) -> str:
        """A symbol that nothing else has."""
        symbol, number = wanted, 1
        while symbol in self._taken:
            number += 1
            symbol = f"{wanted}_{number}"
        self._taken.add(symbol)
        return symbol


def _tensor(tensor: value_pb2.Tensor, axes: _AxisSymbols, shared: Sequence[str]) -> kinds_pb2.TensorType:
    described = kinds_pb2.TensorType(types=[tensor.type], nullable=tensor.missing_entries > 0, unit=tensor.unit)
    if tensor.layout != value_pb2.LAYOUT_DENSE:
        described.layouts.append(tensor.layout)
    described.shape.SetInParent()
    for position, length in enumerate(tensor.shape):
        symbol = axes.get(_axis(tensor, position), "") or (shared[position] if position < len(shared) else "")
        if symbol:
            described.shape.dimensions.add(symbol=symbol)
        elif position and length <= _SMALL:
            described.shape.dimensions.add(size=length)
        else:
            described.shape.dimensions.add(any=kinds_pb2.AnySize())
    return described


def _axis(tensor: value_pb2.Tensor, position: int) -> str:
    return tensor.axes[position] if tensor.axes else ""


def _common(tensors: Sequence[value_pb2.Tensor]) -> int:
    """With how many equal lengths, above 1 and along no axis, the shapes of tensors begin."""
    count = 0
    for lengths in zip(*(tensor.shape for tensor in tensors), strict=False):
        if len(set(lengths)) > 1 or lengths[0] == 1 or any(_axis(tensor, count) for tensor in tensors):
            break
        count += 1
    return count


def _name(position: int) -> str:
    return _NAMES[position] if position < len(_NAMES) else f"d{position}"


def _identifier(name: str) -> str:
    """A symbol that is like the name of an axis."""
    normal = unicodedata.normalize("NFC", name)
    letters = "".join(c if f"_{c}".isidentifier() else "_" for c in normal)
    return letters if letters.isidentifier() else f"_{letters}"
