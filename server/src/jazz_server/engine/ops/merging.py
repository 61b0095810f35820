"""Tables joined by keys."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from jazz.values import Value
from jazz_server.engine import arguments, costs, frames
from jazz_server.engine.joined import joined
from jazz_server.engine.joins import HOWS, ONCE, SIDES, Merge, joined_type
from jazz_server.engine.names import has_nul, infer_names, listed
from jazz_server.engine.noting import Strict
from jazz_server.engine.op import Inference, Op, Parameter, Run, Scalar, Settings
from jazz_server.engine.ops import shape
from jazz_server.kinds import describe
from jazz_server.kinds.match import type_of
from jazz_server.kinds.types import AnyType, TableType, Type


def _infer(inference: Inference, args: Sequence[Type | Scalar], settings: Settings) -> tuple[Type, ...]:
    tables = [frames.known_table(inference, side, arg) for side, arg in zip(SIDES, args, strict=True)]
    merge = _inferred(inference, settings)
    known = [table for table in tables if table is not None]
    if merge is None or len(known) < len(tables):
        return (AnyType(),)
    return (_joined_type(inference, merge, known),)


def _joined_type(inference: Inference, merge: Merge, tables: Sequence[TableType]) -> TableType:
    return joined_type(inference, merge, tables, partial(shape.joined_type, inference, {"axis": 0}))


def _inferred(inference: Inference, settings: Settings) -> Merge | None:
    """How tables are joined; None when something is wrong with it."""
    arguments.flag(inference, settings, "coalesce")
    arguments.flag(inference, settings, "sort")
    chosen = [
        _is_one_of(inference, settings, name, words) for name, words in (("how", HOWS), ("validate", tuple(ONCE)))
    ]
    left_on = infer_names(inference, settings, "left_on")
    right_on = infer_names(inference, settings, "right_on")
    suffixes = listed(settings, "suffixes")
    if len(suffixes) != len(SIDES):
        inference.mismatch("suffixes", "two texts", describe.names(suffixes))
        return None
    if any(map(has_nul, suffixes)):
        inference.mismatch("suffixes", "texts without NUL", repr(suffixes))
        return None
    if left_on is None or right_on is None or not all(chosen):
        return None
    if len(left_on) != len(right_on):
        inference.mismatch("right_on", f"as many names as left_on has, {len(left_on)}", str(len(right_on)))
        return None
    return _merge(settings)


def _is_one_of(inference: Inference, settings: Settings, name: str, words: Sequence[str]) -> bool:
    found = settings.get(name)
    if found in words:
        return True
    hint = inference.suggestion(found, words) if isinstance(found, str) else ""
    inference.mismatch(name, describe.choices(map(repr, words)), f"{found!r}{hint}")
    return False


def _merge(settings: Settings) -> Merge:
    one, other = listed(settings, "suffixes")
    return Merge(
        listed(settings, "left_on"), listed(settings, "right_on"), str(settings["how"]), (one, other),
        coalesce=bool(settings.get("coalesce")), by_key=bool(settings.get("sort")), validate=str(settings["validate"]),
    )  # fmt: skip


def _run(run: Run, args: Sequence[Any], settings: Settings) -> tuple[Value, ...]:
    run.checkpoint()
    tables = [frames.checked_table(side, arg) for side, arg in zip(SIDES, args, strict=True)]
    types = [type_ for type_ in map(type_of, tables) if isinstance(type_, TableType)]
    merge = _merge(settings)
    _joined_type(Strict(), merge, types)
    return (joined(run, merge, tables, partial(shape.joined, run, 0)),)


_HOW: Final = (
    'Which rows stay: "inner", those with a partner; "left", all of left; "right", all of right; "outer", all; of left '
    'alone "semi", those with a partner, and "anti", those without.'
)
_VALIDATE: Final = (
    'What is refused unless it is so: "one_to_one", each key is once in both tables; "one_to_many", in left; '
    '"many_to_one", in right; "many_to_many", nothing.'
)

OPS: Final = (
    Op(
        name="merge",
        version=1,
        signature="merge(left, right, left_on, right_on, how, suffixes, coalesce, sort, validate) -> table",
        doc=(
            "Rows of two tables beside each other where their keys are equal, as `merge` of pandas has it: each row of "
            "left with each of right that has its keys. Keys are vectors of elements that equal compares and that have "
            "an order; NaN is equal to NaN here. Fields are those of left in their places, then those of right; a key "
            'that has one name in both is one field. Rows are in the order of left, of right for "right", of the keys '
            'for "outer"; they have no labels, but those of "semi" and "anti", which are rows of left. Integers '
            "stay integers. How many rows there are shows when it runs, unless keys that are there once say it."
        ),
        missing=(
            "A key that is missing is equal to one that is, as in pandas and R. Where a row has no partner the fields "
            "of the other table are missing; sparse ones cannot be, and are refused then."
        ),
        arguments=SIDES,
        results=("table",),
        infer=_infer,
        run=_run,
        cost=costs.looking_up,
        work="O(n log n) for n rows of both, and O(elements of the result)",
        parameters=(
            Parameter("left_on", "strs", "The names of the keys in left, each once.", required=True),
            Parameter("right_on", "strs", "The names of the keys in right, in the same order.", required=True),
            Parameter("how", "str", _HOW, default="inner"),
            Parameter(
                "suffixes", "strs", "What is put behind the names of fields that both have.", default=("_x", "_y")
            ),
            Parameter(
                "coalesce", "bool", "Whether keys of two names are one field, too, with that of left.", default=False
            ),
            Parameter("sort", "bool", "Whether rows are in the order of their keys, missing ones last.", default=False),
            Parameter("validate", "str", _VALIDATE, default="many_to_many"),
        ),
    ),
)
"""The operations of this module."""
