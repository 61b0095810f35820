"""What is known of values while a function is traced: what types of inputs, and constants, say of fields of tables."""

from __future__ import annotations

from typing import Final

from jazz.graph.trace import Constant, InputOf, OutputOf, Source, Step, SubGraph
from jazz.graph.types import Any, FieldType, TableType, TensorType, Type
from jazz.v1 import value_pb2
from jazz.values import Layout

_SAME_FIELDS: Final = frozenset({"drop", "drop_na", "filter", "flip", "slice", "take"})
"""Operations of whose result the fields have the ranks that those of the first argument have."""

_OF_FIRST: Final = _SAME_FIELDS | {"assign", "concat", "merge"}
"""Operations that give a table which has fields of the first argument, or of more."""

_COMPRESSED: Final = frozenset({Layout.CSR, Layout.CSC})


def rank_of_field(table: Source, name: str) -> int | None:
    """The rank of a field of a table; None when it is not known."""
    known = _field(table, name, _View())
    if not isinstance(known, TensorType):
        return None
    if known.shape is None:
        return 2 if known.layouts and _COMPRESSED.issuperset(known.layouts) else None
    return len(known.shape)


def names_of_fields(table: Source) -> tuple[str, ...] | None:
    """The names of the fields that a table is known to have, in their order; None when nothing is known of it."""
    behind: list[Step] = []
    view = _View()
    while isinstance(table := view.through(table), OutputOf) and table.step.op in _OF_FIRST:
        behind.append(table.step)
        table = table.step.arguments[0]
    names = _first_names(table, view)
    for step in reversed(behind):
        names = None if names is None else _changed_names(names, step)
    return names or None


def _first_names(table: Source, view: _View) -> tuple[str, ...] | None:
    if isinstance(table, OutputOf) and table.step.op == "frame":
        return _names_in(table.step, "names")
    if isinstance(table, OutputOf) and table.step.op == "aggregate":
        return (*_names_in(table.step, "by"), *_names_in(table.step, "names"))
    known = _said(table)
    if isinstance(table, OutputOf) and table.step.op == "field":
        known = _field(table.step.arguments[0], str(dict(table.step.settings)["name"]), view)
    return tuple(field.name for field in known.fields) if isinstance(known, TableType) else None


def _changed_names(names: tuple[str, ...], step: Step) -> tuple[str, ...] | None:
    if step.op == "assign":
        return tuple(dict.fromkeys((*names, *_names_in(step, "names"))))
    if step.op == "drop":
        gone = _names_in(step, "names")
        return tuple(name for name in names if name not in gone)
    if step.op != "merge":
        return names
    others = () if _gives_rows_of_first(step) else names_of_fields(step.arguments[1])
    return None if others is None else tuple(_joined_fields(names, others, step))


def _gives_rows_of_first(step: Step) -> bool:
    """Whether tables are joined into rows of the first one, with nothing beside them."""
    return dict(step.settings).get("how") in ("semi", "anti")


def _joined_fields(left: tuple[str, ...], right: tuple[str, ...], step: Step) -> dict[str, tuple[int, str]]:
    """The fields of two tables that are joined by keys: which table each is from, and its name there."""
    keys = zip(_names_in(step, "left_on"), _names_in(step, "right_on"), strict=True)
    coalesce = bool(dict(step.settings).get("coalesce"))
    shared = {one: other for one, other in keys if coalesce or one == other}
    beyond = dict.fromkeys(name for name in right if name not in shared.values())
    behind_left, behind_right = _names_in(step, "suffixes") or ("_x", "_y")
    own = {name + behind_left * (name in beyond and name not in shared): (0, name) for name in left}
    return own | {name + behind_right * (name in left): (1, name) for name in beyond}


def _origin(step: Step, name: str) -> tuple[Source, str] | None:
    """The table that a field of joined ones is from, and its name there; None where that is not known."""
    if _gives_rows_of_first(step):
        return step.arguments[0], name
    left, right = (names_of_fields(table) for table in step.arguments)
    if left is None or right is None:
        return None
    found = _joined_fields(left, right, step).get(name)
    return None if found is None else (step.arguments[found[0]], found[1])


def _names_in(step: Step, setting: str) -> tuple[str, ...]:
    found = dict(step.settings).get(setting, ())
    return tuple(map(str, found)) if isinstance(found, tuple) else ()


class _View:
    """Sources seen through calls of pipelines, loops and choices, as if their steps stood there.

    A state is what it is at the start, and a choice is what `then` gives, since tables have the same fields in all
    turns and on both sides. Calls inside of calls are not looked through.
    """

    def __init__(self) -> None:
        self._call: Step | None = None

    def through(self, source: Source) -> Source:
        """What a source stands for: the argument in the place of an input, what is called in that of a call."""
        while (behind := self._behind(source)) is not None:
            source = behind
        return source

    def _behind(self, source: Source) -> Source | None:
        if isinstance(source, InputOf):
            return self._given(source)
        if not isinstance(source, OutputOf):
            return None
        step, index = source.step, source.index
        called, then = _graph(step, "pipeline"), _graph(step, "then")
        if called is not None and self._call is None:
            self._call = step
            return called.outputs[index][1]
        if then is not None and len(then.captured) == len(then.inputs):  # else it was read, and has inputs for these
            return then.outputs[index][1]
        if step.op == "iterate" and index < len(step.arguments) and index != dict(step.settings).get("count", 1):
            return step.arguments[index]
        return None

    def _given(self, source: InputOf) -> Source | None:
        """What stands for an input: an argument of the call that is looked through, or how a state starts."""
        called = None if self._call is None else _graph(self._call, "pipeline")
        if self._call is not None and called is not None and source.trace is called.trace:
            call, self._call = self._call, None
            return call.arguments[source.index]
        return source.trace.starts[source.index] if source.trace.starts else None


def _graph(step: Step, setting: str) -> SubGraph | None:
    graph = dict(step.settings).get(setting) if step.op in ("call", "cond") else None
    return graph if isinstance(graph, SubGraph) else None


def _field(table: Source, name: str, view: _View) -> Type:
    path, in_rows = [name], False
    while isinstance(table := view.through(table), OutputOf):
        step = table.step
        made = _made(step, path[-1]) if path and step.op in ("frame", "assign") else None
        if made is not None:
            path.pop()
            table, in_rows = made, in_rows or not path
        elif path and step.op == "aggregate":
            told = _told(step, path[-1])
            if told is None:
                return Any
            table, path[-1] = step.arguments[0], told
        elif path and step.op == "merge":
            origin = _origin(step, path[-1])
            if origin is None:
                return Any
            table, path[-1] = origin
        elif step.op == "field":
            path.append(str(dict(step.settings)["name"]))
            table = step.arguments[0]
        elif path and (step.op in _SAME_FIELDS or step.op == "assign"):
            table = step.arguments[0]
        else:
            return Any
    known = _said(table)
    for each in reversed(path):
        if not isinstance(known, TableType):
            return Any
        known = next((field.type for field in known.fields if field.name == each), Any)
    single = isinstance(known, TensorType) and known.shape == ()
    return Any if single and in_rows else known  # a single value that becomes a field stands in every row


def _said(source: Source) -> Type:
    """The type that is declared of an input, or that a constant has."""
    if isinstance(source, Constant):
        return _type_of(source.message.header)
    return source.trace.inputs[source.index] if isinstance(source, InputOf) and source.trace.inputs else Any


def _type_of(header: value_pb2.Value) -> Type:
    """Names of fields, and shapes."""
    if header.HasField("table"):
        return TableType(tuple(FieldType(field.name, _type_of(field.value)) for field in header.table.fields))
    return TensorType(shape=tuple(header.tensor.shape)) if header.HasField("tensor") else Any


def _told(step: Step, name: str) -> str | None:
    """The field of the rank that a field of groups has; None when none is known to."""
    if name in _names_in(step, "by"):
        return name
    names, fields, functions = (_names_in(step, setting) for setting in ("names", "fields", "functions"))
    place = names.index(name) if name in names else None
    if place is None:
        return None
    return _names_in(step, "by")[0] if functions[place] == "size" else fields[place]


def _made(step: Step, name: str) -> Source | None:
    """The argument of a step that makes a table which becomes the field of a name."""
    names = dict(step.settings)["names"]
    assert isinstance(names, tuple)
    behind = len(step.arguments) - len(names)
    return step.arguments[behind + names.index(name)] if name in names else None
