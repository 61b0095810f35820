"""Tables made of fields, with other fields, and without some."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from jazz.values import Table, Value
from jazz_server.engine import frames
from jazz_server.engine.beside import beside, check_rows, field_types
from jazz_server.engine.errors import OpError
from jazz_server.engine.names import infer_names, listed, unknown
from jazz_server.engine.op import Cost, CostSettings, Inference, Op, Parameter, Run, Scalar, Settings, Size
from jazz_server.kinds import describe
from jazz_server.kinds.types import AnyType, FieldType, TableType, Type


def _infer_frame(inference: Inference, args: Sequence[Type | Scalar], settings: Settings) -> tuple[Type, ...]:
    names = infer_names(inference, settings, count=len(args))
    if names is None:
        return (AnyType(),)
    check_rows(inference, args)
    return (TableType(tuple(field_types(inference, names, args)), closed=True),)


def _run_frame(run: Run, args: Sequence[Any], settings: Settings) -> tuple[Value, ...]:
    run.checkpoint()
    return (beside(dict(zip(listed(settings, "names"), args, strict=True))),)


def _infer_assign(inference: Inference, args: Sequence[Type | Scalar], settings: Settings) -> tuple[Type, ...]:
    names = infer_names(inference, settings, count=len(args) - 1)
    table = frames.known_table(inference, "table", args[0])
    if names is None or table is None:
        return (AnyType(),)
    known, rows = frames.table_type(inference, "table", table)
    if known.closed and not known.fields:
        check_rows(inference, args[1:])
    fields = {item.name: item for item in known.fields}
    fields |= {item.name: item for item in field_types(inference, names, args[1:], rows)}
    return (TableType(tuple(fields.values()), known.closed),)


def _run_assign(run: Run, args: Sequence[Any], settings: Settings) -> tuple[Value, ...]:
    run.checkpoint()
    table, added = frames.checked_table("table", args[0]), args[1:]
    fields = {name: frames.declaring(value, table.declared) for name, value in table.fields}
    return (beside(fields | dict(zip(listed(settings, "names"), added, strict=True))),)


def _infer_drop(inference: Inference, args: Sequence[Type | Scalar], settings: Settings) -> tuple[Type, ...]:
    names = infer_names(inference, settings)
    table = frames.known_table(inference, "table", args[0])
    if names is None or table is None:
        return (AnyType(),)
    beyond = next((name for name in names if table.named(name) is None), None)
    if table.closed and beyond is not None:
        found = unknown(inference, beyond, table.names)
        inference.mismatch("names", f"some of the fields {describe.names(table.names)}", found)
    fields = _left(table.fields, names)
    if table.closed and not fields:
        inference.mismatch("names", "a field that stays", "all fields")
    return (replace(table, fields=fields),)


def _left(fields: Sequence[FieldType], names: Sequence[str]) -> tuple[FieldType, ...]:
    gone = set(names)
    return tuple(item for item in fields if item.name not in gone)


def _run_drop(run: Run, args: Sequence[Any], settings: Settings) -> tuple[Value, ...]:
    run.checkpoint()
    table = frames.checked_table("table", args[0])
    gone = set(listed(settings, "names"))
    beyond = sorted(gone - set(table.names))
    if beyond:
        found = f"`{beyond[0]}`{describe.suggestion(beyond[0], table.names)}"
        raise OpError("names", f"some of the fields {describe.names(table.names)}", found)
    if len(gone) == len(table.fields):
        raise OpError("names", "a field that stays", "all fields")
    fields = tuple((name, value) for name, value in table.fields if name not in gone)
    # An axis that only fields had that are gone is gone, too; one of rows stays.
    rest = Table(fields)
    lost = frames.axes_in(table) - frames.axes_in(rest)
    return (replace(rest, declared=tuple(axis for axis in table.declared if axis.name not in lost)),)


def _free(_args: Sequence[Size], _settings: CostSettings, _results: Sequence[Size]) -> Cost:
    return Cost(0, 0)


_MISSING: Final = "Stay so."

OPS: Final = (
    Op(
        name="frame",
        version=1,
        signature="frame(*fields[n, ...], names) -> table",
        doc=(
            "A table of values beside each other, in their order: what pandas and R call a data frame. Fields are "
            "dense or sparse, of any type and of rank 1 or more, or tables, all with the same number of rows; a "
            "literal or a value of rank 0 stands in every row, beside others that have rows. Rows have the axis and "
            "the labels that fields have: those of all that have some must be the same, and nothing is matched by "
            "them. Where no field names them their axis is `rows`. No element is copied but those of single values."
        ),
        missing=_MISSING,
        arguments=("*fields",),
        results=("table",),
        infer=_infer_frame,
        run=_run_frame,
        cost=_free,
        work="O(fields)",
        parameters=(Parameter("names", "strs", "The names of the fields, each once.", required=True),),
    ),
    Op(
        name="assign",
        version=1,
        signature="assign(table, *fields[n, ...], names) -> table",
        doc=(
            "The table with other fields in the place of those of the same names, and with further ones behind, as "
            "`assign` of pandas has it. All else is as for `frame`."
        ),
        missing=_MISSING,
        arguments=("table", "*fields"),
        results=("table",),
        infer=_infer_assign,
        run=_run_assign,
        cost=_free,
        work="O(fields)",
        parameters=(Parameter("names", "strs", "The names of the fields that are new, each once.", required=True),),
    ),
    Op(
        name="drop",
        version=1,
        signature="drop(table, names) -> table",
        doc="The table without some of its fields, as `drop(columns=...)` of pandas has it. One field stays at least.",
        missing=_MISSING,
        arguments=("table",),
        results=("table",),
        infer=_infer_drop,
        run=_run_drop,
        cost=_free,
        work="O(fields)",
        parameters=(Parameter("names", "strs", "The names of the fields that go, each once.", required=True),),
    ),
)
"""The operations of this module."""
