"""What is known of values while a function is traced: what the types of its inputs say of fields of tables."""

from __future__ import annotations

from typing import Final

from jazz.graph.trace import InputOf, OutputOf, Source, Step
from jazz.graph.types import Any, TableType, TensorType, Type
from jazz.values import Layout

_SAME_FIELDS: Final = frozenset({"drop", "drop_na", "filter", "flip", "slice", "take"})
"""Operations of whose result the fields have the ranks that those of the first argument have."""

_COMPRESSED: Final = frozenset({Layout.CSR, Layout.CSC})


def rank_of_field(table: Source, name: str) -> int | None:
    """The rank of a field of a table; None when it is not known."""
    known = _field(table, name)
    if not isinstance(known, TensorType):
        return None
    if known.shape is None:
        return 2 if known.layouts and _COMPRESSED.issuperset(known.layouts) else None
    return len(known.shape)


def _field(table: Source, name: str) -> Type:
    path = [name]
    while isinstance(table, OutputOf):
        step = table.step
        made = _made(step, path[-1]) if path and step.op in ("frame", "assign") else None
        if made is not None:
            path.pop()
            table = made
        elif step.op == "field":
            path.append(str(dict(step.settings)["name"]))
            table = step.arguments[0]
        elif path and (step.op in _SAME_FIELDS or step.op == "assign"):
            table = step.arguments[0]
        else:
            return Any
    known: Type = table.trace.inputs[table.index] if isinstance(table, InputOf) and table.trace.inputs else Any
    for each in reversed(path):
        if not isinstance(known, TableType):
            return Any
        known = next((field.type for field in known.fields if field.name == each), Any)
    return known


def _made(step: Step, name: str) -> Source | None:
    """The argument of a step that makes a table which becomes the field of a name."""
    names = dict(step.settings)["names"]
    assert isinstance(names, tuple)
    behind = len(step.arguments) - len(names)
    return step.arguments[behind + names.index(name)] if name in names else None
