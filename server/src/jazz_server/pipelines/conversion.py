"""Values of inputs in the layouts that their types ask for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from jazz.values import Layout, Table, Value
from jazz_server.engine.op import Op, Run
from jazz_server.kinds.types import TableType, TensorType, Type


def conversions(given: Type, wanted: Type, path: str) -> Iterator[tuple[str, Layout, Layout]]:
    """The tensors of a value that change their layout: where they are, and the layouts before and after."""
    if isinstance(given, TensorType) and isinstance(wanted, TensorType):
        before, after = given.layout, wanted.layout
        if before is not None and after is not None and before is not after:
            yield path, before, after
    elif isinstance(given, TableType) and isinstance(wanted, TableType):
        fields = {f.name: f.type for f in wanted.fields}
        for field in given.fields:
            if field.name in fields:
                yield from conversions(field.type, fields[field.name], f"{path}.{field.name}")


def converted(value: Value, given: Type, wanted: Type, run: Run, ops: Mapping[str, Op]) -> Value:
    """The value in the layouts of the type that is wanted."""
    if isinstance(value, Table) and isinstance(given, TableType) and isinstance(wanted, TableType):
        if not any(conversions(given, wanted, "")):
            return value
        before = {f.name: f.type for f in given.fields}
        after = {f.name: f.type for f in wanted.fields}
        fields = [(name, converted(v, before[name], after[name], run, ops)) for name, v in value.fields]
        return Table(tuple(fields), value.declared)
    if not any(conversions(given, wanted, "")):
        return value
    assert isinstance(wanted, TensorType)
    assert wanted.layout is not None
    if wanted.layout is Layout.DENSE:
        return ops["to_dense"].run(run, [value], {})[0]
    return ops["to_sparse"].run(run, [value], {"layout": wanted.layout.value})[0]
