"""Timestamps, dates and durations, computed with as the integers that they are: exactly, or an error that says why.

Of two units the finer one is that of the result. What does not fit in 64 bits of it (32 of a date) is an error: nothing
wraps around. Days have no unit of durations, so that what lies between two dates is in seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np

from jazz.values import UNITS, DataType
from jazz_server.engine.errors import OpError
from jazz_server.engine.op import Scalar
from jazz_server.engine.promotion import BOOL, REAL, Array, scalar_dtype
from jazz_server.kinds import describe

DURATION: Final = "duration"
TIMES: Final = ("timestamp", "date", DURATION)
"""The names of the element types of times."""

_NUMBER: Final = "number"
_TRUTH: Final = "truth value"
_DAY: Final = DataType(DURATION, unit="s")
_SECONDS_OF_A_DAY: Final = 86_400
_LEAST: Final = np.iinfo(np.int64).min
_GREATEST: Final = np.iinfo(np.int64).max

Element: TypeAlias = DataType | Scalar
"""The element type of a tensor, or a literal."""


def is_time(dtype: DataType) -> bool:
    """Whether elements are timestamps, dates or durations."""
    return dtype.name in TIMES


@dataclass(frozen=True, slots=True)
class Operand:
    """What is computed with.

    Attributes:
        field: The name of the argument.
        type: The type of its elements.
        array: The elements as they are stored: integers, where they are times.
    """

    field: str
    type: DataType
    array: Array

    def ticks(self, unit: str) -> Array:
        """Timestamps or durations as int64 of a unit that is as fine as theirs, or finer.

        Raises:
            OpError: Some do not fit.
        """
        if self.type.unit == unit:
            return self.array
        factor = 1000 ** (UNITS.index(unit) - UNITS.index(self.type.unit or unit))
        wrong = (self.array > _GREATEST // factor) | (self.array < -(_GREATEST // factor))
        if wrong.any():
            found = f"{self.array[wrong][0]} {self.type.unit}"
            raise OpError(self.field, f"{self.type.name}s that fit in 64 bits of {unit}", found)
        return np.asarray(self.array * factor)

    def days(self) -> Array:
        """Durations as days.

        Raises:
            OpError: Some are not of whole days.
        """
        day = _SECONDS_OF_A_DAY * 1000 ** UNITS.index(self.type.unit or "s")
        wrong = self.array % day != 0
        if wrong.any():
            found = f"{self.array[wrong][0]} {self.type.unit}"
            raise OpError(self.field, "durations of whole days beside dates", found)
        return np.asarray(self.array // day)


Answer: TypeAlias = Callable[..., DataType]
"""The element type of the result for those of the operands; it raises `OpError` where they do not go together."""

Compute: TypeAlias = Callable[[Sequence[Operand], DataType], Array]
"""The result as it is stored, from the operands and its element type."""


@dataclass(frozen=True, slots=True)
class OfTimes:
    """What an element-wise operation is of times.

    Attributes:
        fields: The names of its arguments.
        cases: The type and the elements of the result by the families of the operands: times by their names, "number"
            and "truth value".
    """

    fields: tuple[str, ...]
    cases: Mapping[tuple[str, ...], tuple[Answer, Compute]]

    def answer(self, elements: Sequence[Element]) -> DataType:
        """The element type of the result.

        Raises:
            OpError: The operation is not defined for such elements.
        """
        families = tuple(map(_family, elements))
        if families not in self.cases:
            raise self.refusal(elements)
        try:
            return self.cases[families][0](*elements)
        except _Apart as apart:
            raise OpError(self.fields[-1], apart.expected, apart.found) from apart

    def compute(self, elements: Sequence[DataType], arrays: Sequence[Array], result: DataType) -> Array:
        """The result as it is stored.

        Raises:
            OpError: There is none for these elements.
        """
        given = [Operand(*each) for each in zip(self.fields, elements, arrays, strict=True)]
        return self.cases[tuple(map(_family, elements))][1](given, result)

    def takes(self, elements: Sequence[Element | None]) -> bool:
        """Whether operands may be times, where nothing is known of those that are None."""
        families = [None if element is None else _family(element) for element in elements]
        return any(all(f in (None, own) for f, own in zip(families, case, strict=True)) for case in self.cases)

    def refusal(self, elements: Sequence[Element | None]) -> OpError:
        """What is wrong with operands that do not go together: the first one that goes with none before it."""
        families = [None if element is None else _family(element) for element in elements]
        fitting = list(self.cases)
        for position, family in enumerate(families):
            words = describe.choices(f"{name}s" for name in dict.fromkeys(case[position] for case in fitting))
            fitting = [case for case in fitting if family in (None, case[position])]
            if not fitting:
                break
        found = elements[position]
        return OpError(self.fields[position], words, str(found) if isinstance(found, DataType) else repr(found))


class _Apart(Exception):
    """Two timestamps do not go together: what is expected of the second one, and what it is."""

    def __init__(self, expected: str, found: DataType) -> None:
        super().__init__(expected)
        self.expected = expected
        self.found = str(found)


def _family(element: Element) -> str:
    if isinstance(element, str):
        return "text"
    dtype = element if isinstance(element, DataType) else scalar_dtype(element)
    return _TRUTH if dtype == BOOL else _NUMBER if dtype in REAL else dtype.name


def _unit(*times: DataType) -> str:
    """The finest unit."""
    return UNITS[max(UNITS.index(time.unit or "s") for time in times)]


def _finer(a: DataType, b: DataType) -> DataType:
    return DataType(a.name, unit=_unit(a, b), zone=a.zone)


def _between(a: DataType, b: DataType) -> DataType:
    """What lies between two moments, whatever their zones; wall clocks are of no zone."""
    if bool(a.zone) != bool(b.zone):
        raise _Apart("timestamps with a zone" if a.zone else "timestamps without a zone", b)
    return DataType(DURATION, unit=_unit(a, b))


def _in_one_zone(a: DataType, b: DataType) -> DataType:
    if a.zone != b.zone:
        raise _Apart(f"timestamps in {a.zone}" if a.zone else "timestamps without a zone", b)
    return _finer(a, b)


def _first(a: DataType, _b: object) -> DataType:
    return a


def _second(_a: object, b: DataType) -> DataType:
    return b


def _too_large(wrong: Array, given: Sequence[Operand], result: DataType) -> None:
    """Refuses results that do not fit.

    Raises:
        OpError: There are some.
    """
    if not wrong.any():
        return
    place = np.unravel_index(int(np.argmax(wrong)), wrong.shape)
    found = [f"{np.broadcast_to(x.array, wrong.shape)[place]} {x.type.unit or x.type}" for x in given]
    bits = 8 * result.storage.itemsize
    raise OpError(given[-1].field, f"a result that fits in {bits} bits of {result.unit or 'days'}", " and ".join(found))


def _added(given: Sequence[Operand], result: DataType) -> Array:
    unit = result.unit or "s"
    a, b = (x.ticks(unit) for x in given)
    total = a + b
    _too_large(((a ^ total) & (b ^ total)) < 0, given, result)
    return np.asarray(total)


def _subtracted(given: Sequence[Operand], result: DataType) -> Array:
    unit = result.unit or "s"
    a, b = (x.ticks(unit) for x in given)
    rest = a - b
    _too_large(((a ^ b) & (a ^ rest)) < 0, given, result)
    return np.asarray(rest)


def _days_between(given: Sequence[Operand], _result: DataType) -> Array:
    a, b = (x.array.astype(np.int64) for x in given)
    return (a - b) * _SECONDS_OF_A_DAY


def _moved_days(sign: int, date: int) -> Compute:
    """A date moved by a duration; `date` is the operand that it is."""

    def compute(given: Sequence[Operand], result: DataType) -> Array:
        moved = given[date].array + sign * given[1 - date].days()
        kept: Array = moved.astype(np.int32)
        _too_large(kept != moved, given, result)
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
            wrong[near] = (exact < _LEAST) | (exact > _GREATEST)
            _too_large(wrong, given, result)
        return np.asarray(a * b.array.astype(np.int64))

    return compute


def _by_number(given: Sequence[Operand], result: DataType) -> Array:
    a, b = given
    if np.any(b.array == 0):
        raise OpError(b.field, "numbers other than 0 to divide durations by", "0")
    if b.array.dtype.kind == "f":
        return _cut_off(a.array.astype(np.float64) / _finite(b, infinite=True), given, result)
    if b.array.dtype == np.uint64 and b.array.max(initial=0) > _GREATEST:
        return _quotient(a.array.astype(object), b.array.astype(object)).astype(np.int64)
    divisor = b.array.astype(np.int64)
    _too_large((a.array == _LEAST) & (divisor == -1), given, result)
    return _quotient(a.array, divisor)


def _quotient(a: Array, b: Array) -> Array:
    """The quotient of integers, cut off towards zero."""
    down = a // b
    return np.asarray(down + ((down < 0) & (down * b != a)))


def _ratio(given: Sequence[Operand], _result: DataType) -> Array:
    unit = _unit(*(x.type for x in given))
    a, b = (x.ticks(unit).astype(np.float64) for x in given)
    return np.asarray(a / b)


def _finite(numbers: Operand, *, infinite: bool = False) -> Array:
    array = numbers.array.astype(np.float64)
    wrong = np.isnan(array) if infinite else ~np.isfinite(array)
    if wrong.any():
        expected = "numbers other than NaN" if infinite else "finite numbers"
        raise OpError(numbers.field, f"{expected} beside durations", str(array[wrong][0]))
    return array


def _cut_off(array: Array, given: Sequence[Operand], result: DataType) -> Array:
    """Floats as integers, cut off towards zero."""
    _too_large((array >= 2.0**63) | (array < -(2.0**63)), given, result)
    return array.astype(np.int64)


def _negative(given: Sequence[Operand], result: DataType) -> Array:
    _too_large(given[0].array == _LEAST, given, result)
    return np.asarray(-given[0].array)


def _absolute(given: Sequence[Operand], result: DataType) -> Array:
    _too_large(given[0].array == _LEAST, given, result)
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
        ("date", "date"): (lambda _a, _b: _DAY, _days_between),
        ("date", DURATION): (_first, _moved_days(-1, 0)),
        (DURATION, DURATION): (_finer, _subtracted),
    },
)
MULTIPLY: Final = OfTimes(
    ("a", "b"),
    {(DURATION, _NUMBER): (_first, _times_number(0)), (_NUMBER, DURATION): (_second, _times_number(1))},
)
DIVIDE: Final = OfTimes(
    ("a", "b"),
    {(DURATION, DURATION): (lambda _a, _b: DataType("float64"), _ratio), (DURATION, _NUMBER): (_first, _by_number)},
)
NEGATIVE: Final = OfTimes(("x",), {(DURATION,): (lambda x: x, _negative)})
ABS: Final = OfTimes(("x",), {(DURATION,): (lambda x: x, _absolute)})
WHERE: Final = OfTimes(
    ("condition", "a", "b"),
    {(_TRUTH, family, family): (_beside_condition(answer), _where) for family, answer in _FAMILIES.items()},
)
