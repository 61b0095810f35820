"""Rows of tables in groups, by what they hold in some fields."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Final

from jazz.values import Table, Tensor, Value, dense
from jazz_server.engine import arguments, frames, operands, structure
from jazz_server.engine.aggregates import Aggregate, Count, Different, End, Reduced
from jazz_server.engine.beside import beside
from jazz_server.engine.costs import comparisons
from jazz_server.engine.errors import OpError
from jazz_server.engine.groups import Groups, groups_of
from jazz_server.engine.keys import keys_of_rows
from jazz_server.engine.layouts import to_dense
from jazz_server.engine.names import infer_names, listed, unknown
from jazz_server.engine.noting import Renamed, Strict
from jazz_server.engine.op import Cost, CostSettings, Inference, Op, Parameter, Run, Scalar, Settings, Size
from jazz_server.engine.ops.reductions import ALL, ANY, MAX, MEAN, MIN, PROD, SUM
from jazz_server.engine.ops.statistics import QUANTILE, STD, VAR
from jazz_server.engine.promotion import INT64
from jazz_server.engine.watching import note
from jazz_server.kinds import describe
from jazz_server.kinds.match import type_of
from jazz_server.kinds.types import AnyType, Dimension, FieldType, TableType, TensorType, Type

_SIZE: Final = "size"
"""The function that looks at no element."""

_FUNCTIONS: Final = MappingProxyType[str, Aggregate](
    {
        "count": Count(),
        "sum": Reduced(SUM),
        "prod": Reduced(PROD),
        "mean": Reduced(MEAN),
        "min": Reduced(MIN),
        "max": Reduced(MAX),
        "any": Reduced(ANY),
        "all": Reduced(ALL),
        "median": Reduced(QUANTILE, MappingProxyType({"q": 0.5, "method": "linear"}), dense=True),
        "var": Reduced(VAR),
        "std": Reduced(STD),
        "nunique": Different(),
        "first": End(last=False),
        "last": End(last=True),
    }
)
_NAMES: Final = (_SIZE, *_FUNCTIONS)
_QUOTED: Final = ", ".join(f'"{name}"' for name in _NAMES)
_SIZES: Final = TensorType((INT64,), (None,), arguments.DENSE)


@dataclass(frozen=True, slots=True)
class _Result:
    """A field of the result: a function of a field."""

    name: str
    field: str
    function: str


def _results(settings: Settings) -> list[_Result]:
    given = (listed(settings, setting) for setting in ("names", "fields", "functions"))
    return [_Result(*each) for each in zip(*given, strict=True)]


def _infer(inference: Inference, args: Sequence[Type | Scalar], settings: Settings) -> tuple[Type, ...]:
    for flag in ("skipna", "dropna"):
        arguments.flag(inference, settings, flag)
    by, results = infer_names(inference, settings, "by"), _infer_results(inference, settings)
    table = frames.known_table(inference, "table", args[0])
    if by is None or results is None or table is None:
        return (AnyType(),)
    keys = set(by)
    taken = next((each.name for each in results if each.name in keys), None)
    if taken is not None:
        inference.mismatch("names", "names that no key has", f"`{taken}`")
    asked = {"by": by, "fields": [each.field for each in results]}
    found = {name: _known_field(inference, table, setting, name) for setting, names in asked.items() for name in names}
    used = TableType(tuple(item for item in table.fields if item.name in found))
    _, rows = frames.table_type(inference, "table", used)
    groups = 0 if rows == 0 else inference.fresh()
    types = {name: _key_type(inference, name, found[name], settings) for name in by}
    types |= {each.name: _result_type(inference, each, found[each.field], settings) for each in results}
    fields = [FieldType(name, _in_groups(type_, groups)) for name, type_ in types.items()]
    return (TableType(tuple(fields), closed=True),)


def _infer_results(inference: Inference, settings: Settings) -> list[_Result] | None:
    """What is told of groups; None when something is wrong with it."""
    names = infer_names(inference, settings)
    if names is None:
        return None
    for setting, noun in (("fields", "field"), ("functions", "function")):
        given = listed(settings, setting)
        if len(given) != len(names):
            inference.mismatch(setting, f"a {noun} for each of {describe.count(len(names), 'name')}", str(len(given)))
            return None
    results = _results(settings)
    wrong = [each.function for each in results if each.function not in _NAMES]
    for function in wrong:
        inference.mismatch("functions", describe.choices(_NAMES), unknown(inference, function, _NAMES))
    return None if wrong else results


def _known_field(inference: Inference, table: TableType, setting: str, name: str) -> Type:
    item = table.named(name)
    if item is not None:
        return item.type
    if table.closed:
        found = unknown(inference, name, table.names)
        inference.mismatch(setting, f"some of the fields {describe.names(table.names)}", found)
    return AnyType()


def _key_type(inference: Inference, name: str, found: Type, settings: Settings) -> TensorType:
    field = f"table.{name}"
    key = arguments.with_order(inference, field, found)
    arguments.rank_in(inference, field, key, (1,))
    nullable = key.nullable and not settings.get("dropna")
    unit = found.unit if isinstance(found, TensorType) else ""
    return TensorType(key.dtypes, (None,), arguments.DENSE, nullable=nullable, unit=unit)


def _result_type(inference: Inference, result: _Result, found: Type, settings: Settings) -> TensorType:
    if result.function == _SIZE:
        return _SIZES
    if isinstance(found, TensorType) and found.shape == ():
        return TensorType()  # which has no rows, as is noted already
    renamed = Renamed(inference, {"x": f"table.{result.field}"}, f" for {result.function}")
    return _FUNCTIONS[result.function].infer(renamed, found, settings)


def _in_groups(type_: TensorType, groups: Dimension) -> TensorType:
    return replace(type_, shape=(groups, *type_.shape[1:])) if type_.shape else type_


def _run(run: Run, args: Sequence[Any], settings: Settings) -> tuple[Value, ...]:
    run.checkpoint()
    table, by = frames.checked_table("table", args[0]), listed(settings, "by")
    _infer(Strict(), (type_of(table),), settings)
    keys = [to_dense(operands.tensor(f"table.{name}", table[name])) for name in by]
    groups = groups_of(keys_of_rows(keys), dropna=bool(settings.get("dropna")))
    note(describe.count(groups.count, "group"))
    made: dict[str, Value] = {}
    for name, key in zip(by, keys, strict=True):
        made[name] = replace(structure.taken(key, groups.first, 0), unit=_unit(table[name]))
    results = _results(settings)
    told: dict[str, Tensor] = {}
    # Those of one field follow each other, so that its rows are brought together once.
    for field, several in groupby(sorted(results, key=attrgetter("field")), attrgetter("field")):
        told |= _told(run, field, table, list(several), groups, settings)
    return (beside(made | {each.name: told[each.name] for each in results}),)


def _told(
    run: Run, field: str, table: Table, results: Sequence[_Result], groups: Groups, settings: Settings
) -> dict[str, Tensor]:
    """What is told of a field, by name."""
    x = table[field]
    bare = operands.whatever(f"table.{field}", x) if isinstance(x, Tensor) else None
    told = {}
    for result in results:
        run.checkpoint()
        if result.function == _SIZE:
            told[result.name] = dense(groups.sizes)
            continue
        assert isinstance(x, Tensor)
        assert bare is not None
        function = _FUNCTIONS[result.function]
        try:
            found = function.of_groups(bare, groups, settings)
        except OpError as error:
            raise OpError(f"table.{field}", f"{error.expected} for {result.function}", error.found) from None
        if isinstance(function, End):
            found = replace(found, unit=x.unit)
        told[result.name] = _along_its_axes(found, x, table)
    return told


def _along_its_axes(found: Tensor, x: Tensor, table: Table) -> Tensor:
    """A result with the axes of the dimensions behind the rows, and no axis of rows."""
    if not x.axes:
        return found
    rows = frames.axis_of_rows(x)
    axes = ("", *("" if name == rows else name for name in x.axes[1:]))
    if not any(axes):
        return found
    declared = tuple(axis for axis in x.declared if axis.name in axes)
    placed = frames.declaring(replace(found, axes=axes, declared=declared), table.declared)
    assert isinstance(placed, Tensor)
    return placed


def _unit(field: Value) -> str:
    assert isinstance(field, Tensor)
    return field.unit


def _cost(args: Sequence[Size], _settings: CostSettings, _results: Sequence[Size]) -> Cost:
    return Cost(args[0].stored * comparisons(args[0].stored))


OPS: Final = (
    Op(
        name="aggregate",
        version=1,
        signature="aggregate(table, by, names, fields, functions, skipna, dropna, correction) -> table",
        doc=(
            "The rows of a table in groups that are equal in some fields, as `groupby` of pandas has it: a row for "
            "each group, with its keys and, for each name, a function of a field. Keys are vectors of elements that "
            "have an order; groups are in that of their keys, as sort_by has it, NaN once and after all numbers. "
            "size counts rows; count elements that are not missing; nunique different ones of these; first and last "
            "are elements of these rows; sum, prod, mean, min, max, any, all, var and std are those operations along "
            "the rows, and median is the quantile of 0.5: they take and give what those do. Of matrices each column "
            "for itself. Results are dense, but first and last of sparse fields; median and nunique are of dense "
            "ones. Rows have no labels."
        ),
        missing=(
            "A missing key is a key, the last one; with dropna its rows are left out. Elements make results missing, "
            "or are left out with skipna, as reductions have it; count and nunique do not count them, and first and "
            "last are those that are there with skipna."
        ),
        arguments=("table",),
        results=("table",),
        infer=_infer,
        run=_run,
        cost=_cost,
        work=(
            "O(n log n) for n rows, O(n) where keys are truth values, factors, close integers or few different texts; "
            "O(elements stored)"
        ),
        parameters=(
            Parameter("by", "strs", "The names of the fields that are keys, each once.", required=True),
            Parameter("names", "strs", "The names of the further fields of the result.", required=True),
            Parameter("fields", "strs", "For each name the field that it tells of.", required=True),
            Parameter(
                "functions",
                "strs",
                f"For each name its function: {_QUOTED}.",
                required=True,
            ),
            Parameter("skipna", "bool", "Whether missing elements are left out.", default=False),
            Parameter("dropna", "bool", "Whether rows with a missing key are left out.", default=False),
            Parameter(
                "correction", "float", "What var and std take from the number of elements: 1 for a sample.", default=0
            ),
        ),
    ),
)
"""The operations of this module."""
