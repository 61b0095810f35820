"""Kinds as text, in the one way in which each of them is written."""

from __future__ import annotations

from collections.abc import Iterator

from jazz.codec.schema import DATA_TYPE_NAMES, LAYOUTS, UNIT_NAMES
from jazz.kinds.words import REFERENCE, UNIT, ZONE, bare_or_quoted, name_text
from jazz.v1 import kinds_pb2, value_pb2

_INDENT = "  "


def kind_text(kind: kinds_pb2.Kind) -> str:
    """The text of a kind: its lines, without one at the end.

    >>> from jazz.kinds import parse_kind
    >>> print(kind_text(parse_kind("{a:float32[n] in   m, closed} # made up")))
    # made up
    {
      a: float32[n] in m
      closed
    }
    """
    lines = [f"# {line}" if line else "#" for line in kind.doc.split("\n")] if kind.doc else []
    bases = ", ".join(bare_or_quoted(base.name, REFERENCE) for base in kind.extends)
    first, *rest = _type_lines(kind.type, "")
    return "\n".join([*lines, f"extends {bases} {first}" if bases else first, *rest])


def type_text(type_: kinds_pb2.Type) -> str:
    """The text of a type, in one line, without the docs of its fields.

    >>> from jazz.kinds import parse_type
    >>> type_text(parse_type('{"two words"?: any, meta: {}}')[0])
    '{"two words"?: any, meta: {...}, ...}'
    """
    if type_.WhichOneof("type") != "table":
        return _leaf_text(type_)
    fields = [f"{_field_name(field)}: {type_text(field.type)}" for field in type_.table.fields]
    return f"{{{', '.join([*fields, _rest(type_.table)])}}}"


def _type_lines(type_: kinds_pb2.Type, indent: str, doc: str = "") -> Iterator[str]:
    """The lines of a type, the first without indent; the doc goes behind the first."""
    about = f"  # {doc}" if doc else ""
    if type_.WhichOneof("type") != "table" or not type_.table.fields:
        yield type_text(type_) + about
        return
    yield "{" + about
    inner = indent + _INDENT
    for field in type_.table.fields:
        first, *rest = _type_lines(field.type, inner, field.doc)
        yield f"{inner}{_field_name(field)}: {first}"
        yield from rest
    yield inner + _rest(type_.table)
    yield indent + "}"


def _field_name(field: kinds_pb2.FieldType) -> str:
    return name_text(field.name) + ("?" if field.optional else "")


def _rest(table: kinds_pb2.TableType) -> str:
    return "closed" if table.closed else "..."


def _leaf_text(type_: kinds_pb2.Type) -> str:
    match type_.WhichOneof("type"):
        case "tensor":
            return _tensor_text(type_.tensor)
        case "kind":
            return bare_or_quoted(type_.kind.name, REFERENCE)
        case "null":
            return "null"
        case _:
            return "any"


def _tensor_text(tensor: kinds_pb2.TensorType) -> str:
    elements = "|".join(map(element_text, tensor.types)) or "any"
    shape = ", ".join(map(_dimension_text, tensor.shape.dimensions)) if tensor.HasField("shape") else "..."
    text = f"{elements}[{shape}]{'?' if tensor.nullable else ''}"
    if tensor.layouts:
        text += " " + "|".join(LAYOUTS[layout].value for layout in tensor.layouts)
    if tensor.strict_layout:
        text += " strict"
    if tensor.unit:
        text += f" in {bare_or_quoted(tensor.unit, UNIT)}"
    if tensor.HasField("minimum"):
        text += f" from {_number_text(tensor.minimum)}"
    if tensor.HasField("maximum"):
        text += f" to {_number_text(tensor.maximum)}"
    return text


def element_text(element: value_pb2.ElementType) -> str:
    """The text of an element type, such as "timestamp[ms, Europe/Vienna]"."""
    name = DATA_TYPE_NAMES[element.data_type]
    parts = [UNIT_NAMES[element.time_unit]] if element.time_unit else []
    if element.time_zone:
        parts.append(bare_or_quoted(element.time_zone, ZONE))
    inside = f"[{', '.join(parts)}]" if parts else ""
    return f"{'ordered ' if element.ordered else ''}{name}{inside}"


def _dimension_text(dimension: kinds_pb2.Dimension) -> str:
    match dimension.WhichOneof("dimension"):
        case "size":
            return str(dimension.size)
        case "symbol":
            return dimension.symbol
        case _:
            return "*"


def _number_text(number: float) -> str:
    """
    >>> _number_text(-3.0), _number_text(0.1), _number_text(float("inf"))
    ('-3', '0.1', 'inf')
    """
    return repr(number).removesuffix(".0")
