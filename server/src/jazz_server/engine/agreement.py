"""Types that have to agree: of a state before and after a turn, of the two sides of a choice."""

from __future__ import annotations

from dataclasses import replace

from jazz.values import Layout
from jazz_server.engine import shapes
from jazz_server.engine.arguments import DENSE
from jazz_server.engine.op import Inference, Scalar
from jazz_server.engine.promotion import scalar_dtype
from jazz_server.kinds import describe
from jazz_server.kinds.types import (
    AnyType,
    Dimension,
    FieldType,
    KindReference,
    Symbol,
    TableType,
    TensorType,
    Type,
)
from jazz_server.kinds.unify import is_fresh


def typed(argument: Type | Scalar) -> Type:
    """A literal as it is in a sub-graph, where it has a type of its own."""
    if isinstance(argument, bool | int | float):
        return TensorType((scalar_dtype(argument),), (), DENSE)
    return AnyType() if isinstance(argument, str) else argument


def agreed(inference: Inference, field: str, found: Type, expected: Type, giver: str) -> Type | None:
    """What is known of a value that may be of either type; None, and a mismatch, when no value can be of both.

    Layouts, what absent entries stand for, and whether elements may be missing, may differ, and so may lengths that
    show only when it runs, such as that of `x[x > 0]`. Of tables each field has to agree, but for its number of rows;
    one that only one of them is known to have is not known of the value.

    Args:
        inference: Where mismatches are noted.
        field: What is to blame.
        found: Its type.
        expected: The type that it has to agree with.
        giver: Who gives that, such as "the body".
    """
    if found == expected:
        return found
    if isinstance(found, AnyType | KindReference) or isinstance(expected, AnyType | KindReference):
        return AnyType()
    if isinstance(found, TableType) and isinstance(expected, TableType):
        return _agreed_tables(inference, field, found, expected, giver)
    if not isinstance(found, TensorType) or not isinstance(expected, TensorType):
        if type(found) is type(expected):
            return found
        inference.mismatch(field, f"{describe.kind_of(expected)}, as {giver} gives", describe.kind_of(found))
        return None
    dtypes = found.dtypes or expected.dtypes
    if found.dtypes and expected.dtypes:
        dtypes = tuple(dtype for dtype in found.dtypes if dtype in expected.dtypes)
        if not dtypes:
            wanted = f"{describe.dtypes(expected.dtypes)}, as {giver} gives"
            inference.mismatch(field, wanted, describe.dtypes(found.dtypes))
            return None
    if _clash(found.shape, expected.shape):
        wanted = f"shape {describe.shape(expected.shape)}, as {giver} gives"
        inference.mismatch(field, wanted, f"shape {describe.shape(found.shape)}")
        return None
    shape = _common_shape(inference, field, found.shape, expected.shape)
    possible = {*(found.layouts or Layout), *(expected.layouts or Layout)}
    kept = tuple(layout for layout in Layout if layout in possible)
    fill = found.fill if found.fill == expected.fill else 0
    return TensorType(dtypes, shape, kept, nullable=found.nullable or expected.nullable, fill=fill)


def _agreed_tables(
    inference: Inference, field: str, found: TableType, expected: TableType, giver: str
) -> TableType | None:
    if not _same_names(inference, field, found, expected, giver):
        return None
    fields: list[FieldType] = []
    for each in found.fields:
        other = expected.named(each.name)
        if other is not None:
            pair = _without_other_rows(each.type, other.type)
            type_ = agreed(inference, f"{field}.{each.name}", *pair, giver)
            if type_ is None:
                return None
            fields.append(replace(each, type=type_, optional=each.optional or other.optional))
    return TableType(tuple(fields), found.closed and expected.closed)


def _same_names(inference: Inference, field: str, found: TableType, expected: TableType, giver: str) -> bool:
    """Whether neither table has a field that the other one has not; notes it."""
    beyond = [f.name for f in found.fields if expected.closed and not f.optional and expected.named(f.name) is None]
    absent = [f.name for f in expected.fields if found.closed and not f.optional and found.named(f.name) is None]
    if beyond or absent:
        differ = [f"{describe.names(absent)} is not there"] if absent else []
        differ += [f"{describe.names(beyond)} is beside them"] if beyond else []
        inference.mismatch(field, f"the fields of what {giver} gives", ", and ".join(differ))
    return not (beyond or absent)


def _without_other_rows(found: Type, expected: Type) -> tuple[Type, Type]:
    """The types of a field in two tables: of rows that may be others it is not known how many there are."""
    if not isinstance(found, TensorType) or not isinstance(expected, TensorType):
        return found, expected
    if not found.shape or not expected.shape or found.shape[0] == expected.shape[0]:
        return found, expected
    return replace(found, shape=(None, *found.shape[1:])), replace(expected, shape=(None, *expected.shape[1:]))


def _clash(found: shapes.Shape, expected: shapes.Shape) -> bool:
    if found is None or expected is None:
        return False
    if len(found) != len(expected):
        return True
    return any(isinstance(p, int) and isinstance(q, int) and p != q for p, q in zip(found, expected, strict=True))


def _common_shape(inference: Inference, field: str, found: shapes.Shape, expected: shapes.Shape) -> shapes.Shape:
    if found is None or expected is None:
        return None
    pairs = zip(found, expected, strict=True)
    return tuple(_common_length(inference, field, p, q) for p, q in pairs)


def _common_length(inference: Inference, field: str, found: Dimension, expected: Dimension) -> Dimension:
    """The length that a dimension has in both; None where one shows only when it runs, and may be any."""
    if found != expected and any(x is None or (isinstance(x, Symbol) and is_fresh(x)) for x in (found, expected)):
        return None
    return inference.unify(field, expected, found)
