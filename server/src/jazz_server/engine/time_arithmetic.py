"""Arithmetic of timestamps, dates and durations: exact, or an error that says why.

Of two units the finer one is that of the result. What does not fit in 64 bits of it (32 of a date) is an error: nothing
wraps around. Durations have no days, so that what lies between two dates is in seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np

from jazz.values import DataType
from jazz_server.engine.errors import OpError
from jazz_server.engine.promotion import INT64, Array
from jazz_server.engine.times import (
    DURATION,
    GREATEST,
    LEAST,
    NUMBER,
    SECONDS_OF_A_DAY,
    TRUTH,
    Answer,
    Apart,
    Compute,
    OfTimes,
    Operand,
    check_fits,
    finest_unit,
)

_DAYS_APART: Final = DataType(DURATION, unit="s")


def _finer(a: DataType, b: DataType) -> DataType:
    return DataType(a.name, unit=finest_unit(a, b), zone=a.zone)


def _between(a: DataType, b: DataType) -> DataType:
    """What lies between two moments, whatever their zones; wall clocks are of no zone."""
    if bool(a.zone) != bool(b.zone):
        raise Apart("timestamps with a zone" if a.zone else "timestamps without a zone", b)
    return DataType(DURATION, unit=finest_unit(a, b))


def _in_one_zone(a: DataType, b: DataType) -> DataType:
    if a.zone != b.zone:
        raise Apart(f"timestamps in {a.zone}" if a.zone else "timestamps without a zone", b)
    return _finer(a, b)


def _first(a: DataType, _b: object) -> DataType:
    return a


def _second(_a: object, b: DataType) -> DataType:
    return b


def _added(given: Sequence[Operand], result: DataType) -> Array:
    unit = result.unit or "s"
    a, b = (x.ticks(unit) for x in given)
    total = a + b
    check_fits(((a ^ total) & (b ^ total)) < 0, given, result)
    return np.asarray(total)


def _subtracted(given: Sequence[Operand], result: DataType) -> Array:
    unit = result.unit or "s"
    a, b = (x.ticks(unit) for x in given)
    rest = a - b
    check_fits(((a ^ b) & (a ^ rest)) < 0, given, result)
    return np.asarray(rest)


def _days_between(given: Sequence[Operand], _result: DataType) -> Array:
    a, b = (x.array.astype(np.int64) for x in given)
    return (a - b) * SECONDS_OF_A_DAY


def _moved_days(sign: int, date: int) -> Compute:
    """A date moved by a duration; `date` is the operand that it is."""

    def compute(given: Sequence[Operand], result: DataType) -> Array:
        moved = given[date].array + sign * given[1 - date].days()
        kept: Array = moved.astype(np.int32)
        check_fits(kept != moved, given, result)
        return kept

    return compute


def _times_number(duration: int) -> Compute:
    """A duration multiplied by a number; `duration` is the operand that it is."""

    def compute(given: Sequence[Operand], result: DataType) -> Array:
        a, b = given[duration].array, given[1 - duration]
        product = a.astype(np.float64) * _finite(b)
        if b.array.dtype.kind == "f":
            return _cut_off(product, given, result)
        near = np.abs(product) >= 2.0**62
        if near.any():
            left, right = (np.broadcast_to(side, near.shape)[near].astype(object) for side in (a, b.array))
            exact = left * right
            wrong = np.zeros(near.shape, np.bool_)
            wrong[near] = (exact < LEAST) | (exact > GREATEST)
            check_fits(wrong, given, result)
        return np.asarray(a * b.array.astype(np.int64))

    return compute


def _by_number(given: Sequence[Operand], result: DataType) -> Array:
    a, b = given
    if np.any(b.array == 0):
        raise OpError(b.field, "numbers other than 0 to divide durations by", "0")
    if b.array.dtype.kind == "f":
        return _cut_off(a.array.astype(np.float64) / _finite(b, infinite=True), given, result)
    if b.array.dtype == np.uint64 and b.array.max(initial=0) > GREATEST:
        return _quotient(a.array.astype(object), b.array.astype(object)).astype(np.int64)
    divisor = b.array.astype(np.int64)
    check_fits((a.array == LEAST) & (divisor == -1), given, result)
    return _quotient(a.array, divisor)


def _quotient(a: Array, b: Array) -> Array:
    """The quotient of integers, cut off towards zero."""
    down = a // b
    return np.asarray(down + ((down < 0) & (down * b != a)))


def _ratio(given: Sequence[Operand], _result: DataType) -> Array:
    unit = finest_unit(*(x.type for x in given))
    a, b = (x.ticks(unit).astype(np.float64) for x in given)
    return np.asarray(a / b)


def _whole_ratio(given: Sequence[Operand], _result: DataType) -> Array:
    a, b = _divided(given)
    check_fits((a == LEAST) & (b == -1), given, DataType("int64"))
    return np.asarray(a // b)


def _left_over(given: Sequence[Operand], _result: DataType) -> Array:
    a, b = _divided(given)
    return np.asarray(a % b)


def _divided(given: Sequence[Operand]) -> tuple[Array, Array]:
    """Two durations in one unit, the second one to divide by."""
    unit = finest_unit(*(x.type for x in given))
    a, b = (x.ticks(unit) for x in given)
    if np.any(b == 0):
        raise OpError(given[1].field, "durations other than 0 to divide by", "0")
    return a, b


def _finite(numbers: Operand, *, infinite: bool = False) -> Array:
    array = numbers.array.astype(np.float64)
    wrong = np.isnan(array) if infinite else ~np.isfinite(array)
    if wrong.any():
        expected = "numbers other than NaN" if infinite else "finite numbers"
        raise OpError(numbers.field, f"{expected} beside durations", str(array[wrong][0]))
    return array


def _cut_off(array: Array, given: Sequence[Operand], result: DataType) -> Array:
    """Floats as integers, cut off towards zero."""
    check_fits((array >= 2.0**63) | (array < -(2.0**63)), given, result)
    return array.astype(np.int64)


def _negative(given: Sequence[Operand], result: DataType) -> Array:
    check_fits(given[0].array == LEAST, given, result)
    return np.asarray(-given[0].array)


def _absolute(given: Sequence[Operand], result: DataType) -> Array:
    check_fits(given[0].array == LEAST, given, result)
    return np.asarray(np.abs(given[0].array))


def _chosen(function: Callable[[Array, Array], Array]) -> Compute:
    """One of two times of a family."""

    def compute(given: Sequence[Operand], result: DataType) -> Array:
        if result.unit is None:
            return np.asarray(function(given[0].array, given[1].array))
        a, b = (x.ticks(result.unit) for x in given)
        return np.asarray(function(a, b))

    return compute


def _where(given: Sequence[Operand], result: DataType) -> Array:
    condition, *sides = given
    return _chosen(lambda a, b: np.where(condition.array, a, b))(sides, result)


_FAMILIES: Final[Mapping[str, Answer]] = {"timestamp": _in_one_zone, "date": _first, DURATION: _finer}
"""What becomes of two times of a family, one of which is chosen."""


def _beside_condition(answer: Answer) -> Answer:
    return lambda _condition, a, b: answer(a, b)


def extremes(function: Callable[[Array, Array], Array]) -> OfTimes:
    """The lesser or greater of two times of a family."""
    compute = _chosen(function)
    return OfTimes(("a", "b"), {(family, family): (answer, compute) for family, answer in _FAMILIES.items()})


ADD: Final = OfTimes(
    ("a", "b"),
    {
        ("timestamp", DURATION): (_finer, _added),
        ("date", DURATION): (_first, _moved_days(1, 0)),
        (DURATION, "timestamp"): (lambda a, b: _finer(b, a), _added),
        (DURATION, "date"): (_second, _moved_days(1, 1)),
        (DURATION, DURATION): (_finer, _added),
    },
)
SUBTRACT: Final = OfTimes(
    ("a", "b"),
    {
        ("timestamp", "timestamp"): (_between, _subtracted),
        ("timestamp", DURATION): (_finer, _subtracted),
        ("date", "date"): (lambda _a, _b: _DAYS_APART, _days_between),
        ("date", DURATION): (_first, _moved_days(-1, 0)),
        (DURATION, DURATION): (_finer, _subtracted),
    },
)
MULTIPLY: Final = OfTimes(
    ("a", "b"),
    {(DURATION, NUMBER): (_first, _times_number(0)), (NUMBER, DURATION): (_second, _times_number(1))},
)
DIVIDE: Final = OfTimes(
    ("a", "b"),
    {(DURATION, DURATION): (lambda _a, _b: DataType("float64"), _ratio), (DURATION, NUMBER): (_first, _by_number)},
)
FLOOR_DIVIDE: Final = OfTimes(("a", "b"), {(DURATION, DURATION): (lambda _a, _b: INT64, _whole_ratio)})
REMAINDER: Final = OfTimes(("a", "b"), {(DURATION, DURATION): (_finer, _left_over)})
NEGATIVE: Final = OfTimes(("x",), {(DURATION,): (lambda x: x, _negative)})
ABS: Final = OfTimes(("x",), {(DURATION,): (lambda x: x, _absolute)})
WHERE: Final = OfTimes(
    ("condition", "a", "b"),
    {(TRUTH, family, family): (_beside_condition(answer), _where) for family, answer in _FAMILIES.items()},
)
