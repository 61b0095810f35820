"""Parts of times, and the units of the calendar that they are in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from jazz.values import DataType, Layout, Tensor
from jazz_server.engine import arguments, dense, layouts, operands, rows, time_floors, time_parts
from jazz_server.engine.missing import marked, unmarked
from jazz_server.engine.op import Inference, Op, Parameter, Run, Scalar, Settings
from jazz_server.engine.promotion import Function
from jazz_server.kinds import describe
from jazz_server.kinds.types import TensorType, Type

_UNITS: Final = (*time_floors.CALENDAR, *time_floors.FIXED)


def _times(inference: Inference, argument: Type | Scalar, takes: Sequence[str]) -> TensorType:
    """What is known of a dense tensor of times, of which the element types have some names."""
    words = describe.choices(f"{name}s" for name in takes)
    if arguments.is_scalar(argument):
        inference.mismatch("x", words, repr(argument))
        return TensorType(nullable=True)
    x = arguments.tensor(inference, "x", argument, ())
    dtypes = tuple(dtype for dtype in x.dtypes if dtype.name in takes)
    if x.dtypes and not dtypes:
        inference.mismatch("x", words, describe.dtypes(x.dtypes))
    elif Layout.DENSE not in x.layouts:
        inference.mismatch("x", "a dense tensor of times", describe.layouts(x.layouts))
    return replace(x, dtypes=dtypes, layouts=arguments.DENSE)


def _named(inference: Inference, settings: Settings, name: str, known: Sequence[str]) -> str | None:
    """A setting that is one of some names; None for another one, which is noted."""
    found = settings[name]
    if isinstance(found, str) and found in known:
        return found
    inference.mismatch(name, describe.choices(known), f"{found!r}{inference.suggestion(str(found), known)}")
    return None


def _infer_part(inference: Inference, args: Sequence[Type | Scalar], settings: Settings) -> tuple[Type, ...]:
    part = _named(inference, settings, "part", time_parts.PARTS)
    x = _times(inference, args[0], time_parts.takes(part) if part else ("timestamp", "date", "duration"))
    return (replace(x, dtypes=(time_parts.part_type(part),) if part else ()),)


def _run_part(run: Run, args: Sequence[Any], settings: Settings) -> tuple[Tensor, ...]:
    x, part = operands.tensor("x", args[0]), str(settings["part"])
    run.checkpoint()
    return (_mapped(x, lambda array: time_parts.part_of(array, x.dtype, part), time_parts.part_type(part)),)


def _infer_floor(inference: Inference, args: Sequence[Type | Scalar], settings: Settings) -> tuple[Type, ...]:
    unit = _named(inference, settings, "unit", _UNITS)
    every = arguments.count(inference, settings, "every", 1) or 1
    x = _times(inference, args[0], time_floors.takes(unit) if unit else ("timestamp", "date", "duration"))
    if unit in time_floors.CALENDAR and every > 1:
        week = "weeks begin on Monday; several days are counted from 1970"
        why = week if unit == "week" else f"{unit}s are not of one length"
        inference.mismatch("every", f"1, as {why}", str(every))
    elif unit in time_floors.FIXED:
        if time_floors.FIXED[unit] * every > time_floors.FIXED["day"] * time_floors.LONGEST:
            inference.mismatch("every", f"at most {time_floors.LONGEST} days in all", f"{every} {unit}s")
        _check_steps(inference, x.dtypes, unit, every)
    return (x,)


def _check_steps(inference: Inference, dtypes: Sequence[DataType], unit: str, every: int) -> None:
    """Notes units of which no times in these units can be at the beginning."""
    timed = [dtype for dtype in dtypes if dtype.unit]
    if timed and all(time_floors.step_in(dtype, unit, every) is None for dtype in timed):
        inference.mismatch("every", f"{unit}s that are a whole number of {timed[0].unit}", str(every))


def _run_floor(run: Run, args: Sequence[Any], settings: Settings) -> tuple[Tensor, ...]:
    x, unit, every = operands.tensor("x", args[0]), str(settings["unit"]), settings["every"]
    assert isinstance(every, int)
    run.checkpoint()
    return (_mapped(x, lambda array: time_floors.floored(array, x.dtype, unit, every), x.dtype),)


def _mapped(x: Tensor, function: Function, dtype: DataType) -> Tensor:
    """What a function gives of the elements as they are stored, of an element type."""
    data = dense.elementwise(function, [x.data], dtype.storage).data
    result = replace(unmarked(x), dtype=dtype, data=data)
    return result if x.validity is None else marked(result, layouts.missing_array(x))


OPS: Final = (
    Op(
        name="time_part",
        version=1,
        signature="time_part(x[...], part) -> [...]",
        doc=(
            "A part of each time, as pandas has it in .dt: of timestamps and dates, which are of the Gregorian "
            "calendar, year, quarter, month and day from 1, day_of_week from 0 for Monday (ISO 8601's less 1) and "
            "day_of_year from 1; of timestamps also hour, minute, second, microsecond (of the second) and nanosecond "
            "(of the microsecond); of durations days, rounded down, and of what is left of them seconds, microseconds "
            "(of the second) and nanoseconds (of the microsecond). int32, but int64 days. What has a zone is told as "
            "the clock of the zone shows it, by the IANA database, and by the rule that counts now for all times to "
            "come; years that do not fit in int32 are an error when it runs. Dense."
        ),
        missing="Missing where x is.",
        arguments=("x",),
        results=("result",),
        infer=_infer_part,
        run=_run_part,
        rows=rows.elementwise,
        parameters=(Parameter("part", "str", f"One of {describe.choices(time_parts.PARTS)}.", required=True),),
    ),
    Op(
        name="time_floor",
        version=1,
        signature="time_floor(x[...], unit, every) -> [...]",
        doc=(
            "The beginning of the unit that each time is in: of the year, quarter, month, week (from Monday), day, "
            "hour, minute, second, millisecond, microsecond or nanosecond; those from the day on also of several, "
            "counted from 1970-01-01T00:00, by the clock. The type stays. Of dates units from the day on; of durations "
            "those up to the day, rounded down. What has a zone is rounded as its clock shows it: of a day and longer "
            "units it is the first moment at which the clock shows the beginning; of shorter ones the last one up to "
            "x, so that hours that are there twice stay apart; where the clock was moved over the beginning it is the "
            "moment at which it was. A beginning that does not fit in the type is an error when it runs. Dense."
        ),
        missing="Missing where x is.",
        arguments=("x",),
        results=("result",),
        infer=_infer_floor,
        run=_run_floor,
        rows=rows.elementwise,
        parameters=(
            Parameter("unit", "str", f"One of {describe.choices(_UNITS)}.", required=True),
            Parameter("every", "int", "How many units are one, of those from the day down.", default=1),
        ),
    ),
)
"""The operations of this module."""
