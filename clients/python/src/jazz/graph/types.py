"""Types for the inputs of pipelines: `jazz.Csr["rows", 1024]`, `jazz.Dense[np.float32, "n"]`, `jazz.Table[{...}]`.

A type is a set of values. Subscripting one narrows it. The entries are, in this order:

- an element type, if any: a numpy type (`np.float32`, `np.dtype("datetime64[ns]")`, an abstract one such as
  `np.floating`, a union such as `np.float32 | np.float64`), one of Python's (`bool`, `int`, `float`, `complex`, `str`,
  `bytes`), or a `jazz.values.DataType`;
- the dimensions: a length, a symbol (a text) for a length that is the same wherever the symbol recurs in the
  pipeline, `None` or `"*"` for any length; or `...` alone for any rank, or `()` alone for a scalar.

>>> Csr["rows", 1024]
jazz.Csr['rows', 1024]
>>> Dense[np.float32, "h", "w", 3].nullable()
jazz.Dense[np.float32, 'h', 'w', 3].nullable()

Type checkers and linters take what stands in brackets behind a parameter for types, and symbols for names (ruff: F821,
UP037). Where one is run, write

    x: Annotated[jazz.Node, jazz.Csr["rows", 1024]]

which means the same here, and says that `x` has the operators of a `Node`; or leave the parameter `x: jazz.Node` and
name the type in `@jazz.pipeline(inputs={"x": jazz.Csr["rows", 1024]})`.

Wherever a type is taken, its text is taken as well (see `jazz.kinds`); `str` gives it.

>>> str(Csr[np.float32, "rows", 1024].unit("kg"))
'float32[rows, 1024] csr in kg'
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

from jazz.graph.entries import described
from jazz.graph.errors import tracing_error
from jazz.graph.tensor_types import TensorType, tensor_message, tensor_type
from jazz.kinds import parse_type, type_text
from jazz.kinds.words import is_line
from jazz.v1 import kinds_pb2, value_pb2
from jazz.values import Layout


@dataclass(frozen=True, slots=True)
class FieldType:
    """A field of a table: its name, what it holds, whether it may be absent, and what it is, in a line."""

    name: str
    type: Type
    optional: bool = False
    doc: str = ""


@dataclass(frozen=True, slots=True)
class TableType:
    """A set of tables: those that have these fields, and, when it is closed, no others.

    Attributes:
        fields: The fields that are asked for, in their order.
        is_closed: Whether further fields are refused.
        own_symbols: Whether it was proposed for a value: as inputs of a pipeline, two such tables share no symbols.

    >>> Table[{"image": Dense["h", "w", 3], "mask": Dense[bool, "h", "w"]}].closed()
    jazz.Table[{'image': jazz.Dense['h', 'w', 3], 'mask': jazz.Dense[np.bool, 'h', 'w']}].closed()
    """

    fields: tuple[FieldType, ...] = ()
    is_closed: bool = False
    own_symbols: bool = field(default=False, compare=False, repr=False)

    def __getitem__(self, fields: Mapping[str, Type | str]) -> TableType:
        """The tables of it with these fields: types, or their texts.

        Raises:
            TracingError: It is not a dict from names to types.
        """
        if not isinstance(fields, Mapping):
            raise tracing_error("jazz.Table[...]", 'a dict such as {"a": jazz.Dense["n"]}', described(fields))
        for name in fields:
            if not isinstance(name, str) or not name:
                raise tracing_error("jazz.Table[...]", "a name that is not empty for each field", described(name))
        written = tuple(_field(name, entry) for name, entry in fields.items())
        return replace(self, fields=written, own_symbols=False)

    def optional(self, *names: str) -> TableType:
        """The same, with these fields allowed to be absent."""
        known = [field.name for field in self.fields]
        for name in names:
            if name not in known:
                raise tracing_error("optional", f"one of the fields {', '.join(known)}", repr(name))
        fields = tuple(replace(field, optional=field.optional or field.name in names) for field in self.fields)
        return replace(self, fields=fields)

    def docs(self, docs: Mapping[str, str]) -> TableType:
        """The same, with a line about each of these fields.

        >>> print(Table[{"image": Dense["h", "w", 3]}].docs({"image": "the picture"}).fields[0].doc)
        the picture
        """
        known = [field.name for field in self.fields]
        for name, doc in docs.items():
            if name not in known:
                raise tracing_error("docs", f"one of the fields {', '.join(known)}", repr(name))
            if not isinstance(doc, str) or not is_line(doc):
                raise tracing_error(f"docs[{name!r}]", "a line without space around it", repr(doc))
        return replace(self, fields=tuple(replace(f, doc=docs.get(f.name, f.doc)) for f in self.fields))

    def closed(self) -> TableType:
        """The same, refusing further fields."""
        return replace(self, is_closed=True)

    def __repr__(self) -> str:
        fields = ", ".join(f"{field.name!r}: {field.type!r}" for field in self.fields)
        optional = ", ".join(repr(field.name) for field in self.fields if field.optional)
        docs = {field.name: field.doc for field in self.fields if field.doc}
        text = f"jazz.Table[{{{fields}}}]" if fields else "jazz.Table"
        text += (f".optional({optional})" if optional else "") + (f".docs({docs!r})" if docs else "")
        return text + (".closed()" if self.is_closed else "")

    def __str__(self) -> str:
        return type_text(to_message(self))


@dataclass(frozen=True, slots=True)
class KindType:
    """The values of a stored kind.

    Attributes:
        name: `space/name` or `space/name@version`; empty for the factory itself.

    >>> OfKind["lab/photo"]
    jazz.OfKind['lab/photo']
    """

    name: str = ""

    def __getitem__(self, name: str) -> KindType:
        """The values of the kind of this name."""
        if not isinstance(name, str) or "/" not in name:
            raise tracing_error("jazz.OfKind[...]", "the name of a kind, such as 'lab/photo'", described(name))
        return KindType(name)

    def __repr__(self) -> str:
        return f"jazz.OfKind[{self.name!r}]" if self.name else "jazz.OfKind"

    def __str__(self) -> str:
        return type_text(to_message(self))


@dataclass(frozen=True, slots=True)
class AnyType:
    """All values."""

    def __repr__(self) -> str:
        return "jazz.Any"

    def __str__(self) -> str:
        return "any"


@dataclass(frozen=True, slots=True)
class NullType:
    """Null alone."""

    def __repr__(self) -> str:
        return "jazz.NullType()"

    def __str__(self) -> str:
        return "null"


Type: TypeAlias = TensorType | TableType | KindType | AnyType | NullType
"""A set of values."""

EXPECTED_TYPE: Final = (
    "a type of Jazz, such as jazz.Csr['rows', 1024], jazz.Dense['n'], jazz.Table[{...}] or jazz.Any, or the text of one"
)
"""What to say when something else stands where a type belongs."""

Tensor: Final = TensorType()
"""Tensors in any layout: `jazz.Tensor["n"]`."""
Dense: Final = TensorType(layouts=(Layout.DENSE,))
"""Dense tensors: `jazz.Dense["h", "w", 3]`."""
Csr: Final = TensorType(layouts=(Layout.CSR,))
"""Compressed sparse rows: `jazz.Csr["rows", 1024]`. Values in other layouts are converted, unless it is `.strict()`."""
Csc: Final = TensorType(layouts=(Layout.CSC,))
"""Compressed sparse columns: `jazz.Csc["rows", 1024]`."""
Coo: Final = TensorType(layouts=(Layout.COO,))
"""Sparse tensors as coordinates, of rank 1 or more: `jazz.Coo["i", "j", "k"]`."""
Table: Final = TableType()
"""Tables: `jazz.Table[{"a": jazz.Dense["n"]}]`; further fields are allowed unless it is `.closed()`."""
OfKind: Final = KindType()
"""The values of a stored kind: `jazz.OfKind["lab/photo"]`."""
Any: Final = AnyType()
"""All values."""


def as_type(entry: object, field: str) -> Type:
    """The type that stands somewhere, or that a text there says.

    Raises:
        InvalidArgument: The text cannot be read; names the line and column.
        TracingError: It is neither.

    >>> as_type("float32[rows, 1024] csr", "x")
    jazz.Csr[np.float32, 'rows', 1024]
    """
    return _field(field, entry, field).type


def _field(name: str, entry: object, field: str = "") -> FieldType:
    where = field or f"jazz.Table[{{{name!r}: ...}}]"
    if isinstance(entry, str):
        message, doc = parse_type(entry, where)
        return FieldType(name, from_message(message), doc=doc)
    if not isinstance(entry, Type):
        raise tracing_error(where, EXPECTED_TYPE, described(entry))
    return FieldType(name, entry)


def to_message(type_: Type) -> kinds_pb2.Type:
    """The type as a message of the contract."""
    match type_:
        case TensorType():
            return kinds_pb2.Type(tensor=tensor_message(type_))
        case TableType():
            fields = [
                kinds_pb2.FieldType(
                    name=field.name, type=to_message(field.type), optional=field.optional, doc=field.doc
                )
                for field in type_.fields
            ]
            return kinds_pb2.Type(table=kinds_pb2.TableType(fields=fields, closed=type_.is_closed))
        case KindType():
            if not type_.name:
                raise tracing_error("jazz.OfKind", "the name of a kind in brackets", "none")
            return kinds_pb2.Type(kind=kinds_pb2.KindReference(name=type_.name))
        case NullType():
            return kinds_pb2.Type(null=value_pb2.Null())
        case AnyType():
            return kinds_pb2.Type(any=kinds_pb2.AnyType())


def from_message(message: kinds_pb2.Type) -> Type:
    """The type that a message of the contract says."""
    match message.WhichOneof("type"):
        case "tensor":
            return tensor_type(message.tensor)
        case "table":
            fields = tuple(FieldType(f.name, from_message(f.type), f.optional, f.doc) for f in message.table.fields)
            return TableType(fields, message.table.closed)
        case "kind":
            return KindType(message.kind.name)
        case "null":
            return NullType()
        case _:
            return Any


__all__ = [
    "Any",
    "AnyType",
    "Coo",
    "Csc",
    "Csr",
    "Dense",
    "KindType",
    "NullType",
    "OfKind",
    "Table",
    "TableType",
    "Tensor",
    "TensorType",
    "Type",
]
