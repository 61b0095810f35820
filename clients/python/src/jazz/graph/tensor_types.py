"""`TensorType`: a set of tensors, and the message that says it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from jazz.codec.schema import (
    DATA_TYPE_NAMES,
    DATA_TYPE_NUMBERS,
    LAYOUT_NUMBERS,
    LAYOUTS,
    UNIT_NUMBERS,
    data_type,
    write_data_type,
)
from jazz.graph.entries import Dimension, dimension, element_types, fits, is_dimension, written
from jazz.graph.errors import tracing_error
from jazz.kinds import type_text
from jazz.v1 import kinds_pb2, value_pb2
from jazz.values import DataType, Layout

_RANKS: Final = {Layout.CSR: "2 dimensions", Layout.CSC: "2 dimensions", Layout.COO: "1 dimension or more"}


@dataclass(frozen=True, slots=True)
class TensorType:
    """A set of tensors.

    Attributes:
        layouts: The layouts that fit; any when empty.
        dtypes: The element types that fit; any when empty.
        shape: The dimensions; None for any rank.
        strict_layout: Whether a value in another layout is refused rather than converted.
        may_miss: Whether elements may be missing.
        units: The unit of the elements, "" when they have none.
        minimum: The least element that fits.
        maximum: The greatest element that fits.
    """

    layouts: tuple[Layout, ...] = ()
    dtypes: tuple[DataType, ...] = ()
    shape: tuple[Dimension, ...] | None = None
    strict_layout: bool = False
    may_miss: bool = False
    units: str = ""
    minimum: float | None = None
    maximum: float | None = None

    def __getitem__(self, entries: object) -> TensorType:
        """The tensors of it with this element type and these dimensions.

        Raises:
            TracingError: An entry is none of those that `jazz.graph.types` names, or the layout has another rank.
        """
        parts: tuple[object, ...] = entries if isinstance(entries, tuple) else (entries,)
        dtypes: tuple[DataType, ...] | None = None
        if parts and not is_dimension(parts[0]):
            dtypes, parts = element_types(parts[0]), parts[1:]
            if not parts:
                return replace(self, dtypes=dtypes)
            if parts == ((),):
                parts = ()
        shape = None if parts == (...,) else tuple(dimension(part) for part in parts)
        if shape is not None and not all(fits(layout, len(shape)) for layout in self.layouts):
            layout = next(layout for layout in self.layouts if not fits(layout, len(shape)))
            raise tracing_error(f"jazz.{layout.name.capitalize()}[...]", _RANKS[layout], f"{len(shape)}")
        return replace(self, dtypes=self.dtypes if dtypes is None else dtypes, shape=shape)

    def strict(self) -> TensorType:
        """The same, refusing values in another layout instead of converting them."""
        return replace(self, strict_layout=True)

    def nullable(self) -> TensorType:
        """The same, with elements that may be missing."""
        return replace(self, may_miss=True)

    def unit(self, unit: str) -> TensorType:
        """The same, with elements in this unit, in pint's vocabulary ("m", "kg/m**3")."""
        return replace(self, units=unit)

    def between(self, minimum: float | None = None, maximum: float | None = None) -> TensorType:
        """The same, with elements that are not less than `minimum` and not greater than `maximum`."""
        return replace(self, minimum=minimum, maximum=maximum)

    def __repr__(self) -> str:
        entries: list[str] = []
        if self.dtypes:
            entries.append(written(self.dtypes))
        if self.shape is not None:
            entries += [repr(dimension) for dimension in self.shape] or ["()"]
        name = "|".join(layout.name.capitalize() for layout in self.layouts) or "Tensor"
        text = f"jazz.{name}" + (f"[{', '.join(entries)}]" if entries else "")
        text += ".strict()" if self.strict_layout else ""
        text += ".nullable()" if self.may_miss else ""
        text += f".unit({self.units!r})" if self.units else ""
        return text + (f".between({self.minimum!r}, {self.maximum!r})" if self._bounded else "")

    def __str__(self) -> str:
        return type_text(kinds_pb2.Type(tensor=tensor_message(self)))

    @property
    def _bounded(self) -> bool:
        return self.minimum is not None or self.maximum is not None


def tensor_message(type_: TensorType) -> kinds_pb2.TensorType:
    """A type of tensors as a message of the contract."""
    message = kinds_pb2.TensorType(
        types=[_element_message(dtype) for dtype in sorted(type_.dtypes, key=_rank)],
        layouts=sorted(LAYOUT_NUMBERS[layout] for layout in type_.layouts),  # type: ignore[misc]
        strict_layout=type_.strict_layout,
        nullable=type_.may_miss,
        unit=type_.units,
        minimum=type_.minimum,
        maximum=type_.maximum,
    )
    if type_.shape is not None:
        message.shape.SetInParent()
        message.shape.dimensions.extend(_dimension_message(dimension) for dimension in type_.shape)
    return message


def tensor_type(message: kinds_pb2.TensorType) -> TensorType:
    """The type of tensors that a message of the contract says."""

    def dimension(item: kinds_pb2.Dimension) -> Dimension:
        match item.WhichOneof("dimension"):
            case "size":
                return item.size
            case "symbol":
                return item.symbol
            case _:
                return None

    return TensorType(
        layouts=tuple(LAYOUTS[number] for number in message.layouts if number in LAYOUTS),
        dtypes=tuple(data_type(item) for item in message.types if item.data_type in DATA_TYPE_NAMES),
        shape=tuple(dimension(item) for item in message.shape.dimensions) if message.HasField("shape") else None,
        strict_layout=message.strict_layout,
        may_miss=message.nullable,
        units=message.unit,
        minimum=message.minimum if message.HasField("minimum") else None,
        maximum=message.maximum if message.HasField("maximum") else None,
    )


def _rank(dtype: DataType) -> tuple[int, int, str, bool]:
    return (DATA_TYPE_NUMBERS[dtype.name], UNIT_NUMBERS.get(dtype.unit or "", 0), dtype.zone, dtype.ordered)


def _dimension_message(dimension: Dimension) -> kinds_pb2.Dimension:
    if dimension is None:
        return kinds_pb2.Dimension(any=kinds_pb2.AnySize())
    if isinstance(dimension, str):
        return kinds_pb2.Dimension(symbol=dimension)
    return kinds_pb2.Dimension(size=dimension)


def _element_message(dtype: DataType) -> value_pb2.ElementType:
    message = value_pb2.ElementType()
    write_data_type(dtype, message)
    return message
