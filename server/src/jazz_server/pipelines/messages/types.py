"""Types and kinds to and from their messages."""

from __future__ import annotations

from jazz.codec.header import known_zone
from jazz.codec.schema import (
    DATA_TYPE_NAMES,
    LAYOUT_NUMBERS,
    LAYOUTS,
    UNIT_NAMES,
    UNIT_NUMBERS,
    data_type,
    write_data_type,
)
from jazz.v1 import kinds_pb2, value_pb2
from jazz.values import DATA_TYPES, DataType, Layout
from jazz_server.kinds.types import (
    AnyType,
    Dimension,
    FieldType,
    Kind,
    KindReference,
    NullType,
    Symbol,
    TableType,
    TensorType,
    Type,
)
from jazz_server.pipelines.errors import InvalidType
from jazz_server.pipelines.violations import Violations, shown


def type_from_message(message: kinds_pb2.Type, field: str = "type") -> Type:
    """The type that a message says. Whether it makes sense is for `jazz_server.kinds.check` to say.

    Args:
        message: The message.
        field: What violations call it.

    Raises:
        InvalidType: The message is not well formed; every violation of it.
    """
    violations = Violations()
    read = read_type(message, field, violations)
    if violations:
        raise InvalidType(violations.all)
    return read


def kind_from_message(message: kinds_pb2.Kind, field: str = "kind") -> Kind:
    """The kind that a message says.

    Raises:
        InvalidType: The message is not well formed; every violation of it.
    """
    violations = Violations()
    read = read_type(message.type, f"{field}.type", violations)
    if violations:
        raise InvalidType(violations.all)
    return Kind(read, tuple(KindReference(reference.name) for reference in message.extends), message.doc)


def read_type(message: kinds_pb2.Type, field: str, violations: Violations) -> Type:
    """The type that a message says; where it says none, the violation is noted and any value fits."""
    which = message.WhichOneof("type")
    if which == "any":
        return AnyType()
    if which == "null":
        return NullType()
    if which == "tensor":
        return _read_tensor(message.tensor, field, violations)
    if which == "kind":
        return KindReference(message.kind.name)
    if which == "table":
        return _read_table(message.table, field, violations)
    violations.add(field, "a type: any, tensor, table, kind or null", "nothing")
    return AnyType()


def _read_table(message: kinds_pb2.TableType, field: str, violations: Violations) -> TableType:
    fields = []
    for position, item in enumerate(message.fields):
        where = f"{field}.{item.name or f'fields[{position}]'}"
        fields.append(FieldType(item.name, read_type(item.type, where, violations), item.optional, item.doc))
    return TableType(tuple(fields), message.closed)


def _read_tensor(message: kinds_pb2.TensorType, field: str, violations: Violations) -> TensorType:
    dtypes = [_read_element(item, f"{field}.types[{n}]", violations) for n, item in enumerate(message.types)]
    layouts: list[Layout] = []
    for position, number in enumerate(message.layouts):
        layout = LAYOUTS.get(number)
        if layout is None:
            violations.add(f"{field}.layouts[{position}]", "dense, csr, csc or coo", _enum_name(number))
        else:
            layouts.append(layout)
    shape = None
    if message.HasField("shape"):
        dimensions = message.shape.dimensions
        shape = tuple(_read_dimension(d, f"{field}.shape[{n}]", violations) for n, d in enumerate(dimensions))
    return TensorType(
        dtypes=tuple(sorted((d for d in dtypes if d is not None), key=_rank)),
        shape=shape,
        layouts=tuple(sorted(layouts, key=list(Layout).index)),
        strict=message.strict_layout,
        nullable=message.nullable,
        unit=message.unit,
        minimum=message.minimum if message.HasField("minimum") else None,
        maximum=message.maximum if message.HasField("maximum") else None,
    )


def _read_element(message: value_pb2.ElementType, field: str, violations: Violations) -> DataType | None:
    name = DATA_TYPE_NAMES.get(message.data_type)
    if name is None:
        violations.add(field, "a data type", _enum_name(message.data_type))
        return None
    timed = name in ("timestamp", "duration")
    unit = UNIT_NAMES.get(message.time_unit)
    if timed and unit is None:
        violations.add(field, f"a time unit for {name}", _enum_name(message.time_unit))
    if not timed and message.time_unit:
        violations.add(field, f"no time unit for {name}", _enum_name(message.time_unit))
    if name != "timestamp" and message.time_zone:
        violations.add(field, f"no time zone for {name}", shown(message.time_zone))
    if name == "timestamp" and message.time_zone and not known_zone(message.time_zone):
        violations.add(field, "a time zone: an IANA name or an offset such as +02:00", shown(message.time_zone))
    if name != "factor" and message.ordered:
        violations.add(field, f"no order for {name}", "ordered")
    return data_type(message)


def _read_dimension(message: kinds_pb2.Dimension, field: str, violations: Violations) -> Dimension:
    which = message.WhichOneof("dimension")
    if which == "size":
        return message.size
    if which == "symbol":
        return Symbol(message.symbol)
    if which is None:
        violations.add(field, "a dimension: a size, a symbol or any", "nothing")
    return None


def _enum_name(number: int) -> str:
    return str(number) if number else "unspecified"


def _rank(dtype: DataType) -> tuple[int, int, str, bool]:
    return (DATA_TYPES.index(dtype.name), UNIT_NUMBERS.get(dtype.unit or "", 0), dtype.zone, dtype.ordered)


def type_to_message(described: Type) -> kinds_pb2.Type:
    """The message of a type."""
    if isinstance(described, AnyType):
        return kinds_pb2.Type(any=kinds_pb2.AnyType())
    if isinstance(described, NullType):
        return kinds_pb2.Type(null=value_pb2.Null())
    if isinstance(described, KindReference):
        return kinds_pb2.Type(kind=kinds_pb2.KindReference(name=described.name))
    if isinstance(described, TableType):
        fields = [
            kinds_pb2.FieldType(name=f.name, type=type_to_message(f.type), optional=f.optional, doc=f.doc)
            for f in described.fields
        ]
        return kinds_pb2.Type(table=kinds_pb2.TableType(fields=fields, closed=described.closed))
    return kinds_pb2.Type(tensor=_tensor_message(described))


def kind_to_message(kind: Kind) -> kinds_pb2.Kind:
    """The message of a kind."""
    extends = [kinds_pb2.KindReference(name=reference.name) for reference in kind.extends]
    return kinds_pb2.Kind(type=type_to_message(kind.type), extends=extends, doc=kind.doc)


def _tensor_message(tensor: TensorType) -> kinds_pb2.TensorType:
    shape = None
    if tensor.shape is not None:
        shape = kinds_pb2.ShapeType(dimensions=[_dimension_message(d) for d in tensor.shape])
    return kinds_pb2.TensorType(
        types=[_element_message(dtype) for dtype in tensor.dtypes],
        shape=shape,
        layouts=[LAYOUT_NUMBERS[layout] for layout in tensor.layouts],  # type: ignore[misc]
        strict_layout=tensor.strict,
        nullable=tensor.nullable,
        unit=tensor.unit,
        minimum=tensor.minimum,
        maximum=tensor.maximum,
    )


def _element_message(dtype: DataType) -> value_pb2.ElementType:
    message = value_pb2.ElementType()
    write_data_type(dtype, message)
    return message


def _dimension_message(dimension: Dimension) -> kinds_pb2.Dimension:
    if dimension is None:
        return kinds_pb2.Dimension(any=kinds_pb2.AnySize())
    if isinstance(dimension, Symbol):
        return kinds_pb2.Dimension(symbol=dimension.name)
    return kinds_pb2.Dimension(size=dimension)
