"""Timestamps, dates and durations as the integers that they are, and what an operation is of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np

from jazz.values import UNITS, DataType
from jazz_server.engine.errors import OpError
from jazz_server.engine.op import Scalar
from jazz_server.engine.promotion import BOOL, REAL, Array, scalar_dtype
from jazz_server.kinds import describe

DURATION: Final = "duration"
TIMES: Final = ("timestamp", "date", DURATION)
"""The names of the element types of times."""

NUMBER: Final = "number"
TRUTH: Final = "truth value"
"""The families of what stands beside times: real numbers, and bool."""

SECONDS_OF_A_DAY: Final = 86_400
LEAST: Final = np.iinfo(np.int64).min
GREATEST: Final = np.iinfo(np.int64).max

Element: TypeAlias = DataType | Scalar
"""The element type of a tensor, or a literal."""


def is_time(dtype: DataType) -> bool:
    """Whether elements are timestamps, dates or durations."""
    return dtype.name in TIMES


def harmless(dtype: DataType) -> Any:
    """An element for the place of a missing one, which every operation has an answer for.

    Of moments 0, of numbers 1, and of durations a day, which is whole and divides.
    """
    element = _ticks_of_a_day(dtype) if dtype.name == DURATION else 0 if is_time(dtype) else 1
    return dtype.storage.type(element)


def _ticks_of_a_day(duration: DataType) -> int:
    ticks: int = SECONDS_OF_A_DAY * 1000 ** UNITS.index(duration.unit or "s")
    return ticks


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
        wrong = (self.array > GREATEST // factor) | (self.array < -(GREATEST // factor))
        if wrong.any():
            found = f"{self.array[wrong][0]} {self.type.unit}"
            raise OpError(self.field, f"{self.type.name}s that fit in 64 bits of {unit}", found)
        return np.asarray(self.array * factor)

    def days(self) -> Array:
        """Durations as days.

        Raises:
            OpError: Some are not of whole days.
        """
        day = _ticks_of_a_day(self.type)
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
        except Apart as apart:
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


class Apart(Exception):
    """Two timestamps do not go together: what is expected of the second one, and what it is."""

    def __init__(self, expected: str, found: DataType) -> None:
        super().__init__(expected)
        self.expected = expected
        self.found = str(found)


def _family(element: Element) -> str:
    if isinstance(element, str):
        return "text"
    dtype = element if isinstance(element, DataType) else scalar_dtype(element)
    return TRUTH if dtype == BOOL else NUMBER if dtype in REAL else dtype.name


def finest_unit(*times: DataType) -> str:
    """The finest unit."""
    return UNITS[max(UNITS.index(time.unit or "s") for time in times)]


def check_fits(wrong: Array, given: Sequence[Operand], result: DataType) -> None:
    """Refuses results that do not fit.

    Raises:
        OpError: There are some.
    """
    if not wrong.any():
        return
    place = np.unravel_index(int(np.argmax(wrong)), wrong.shape)
    found = [f"{np.broadcast_to(x.array, wrong.shape)[place]} {x.type.unit or x.type}" for x in given]
    room = f"{8 * result.storage.itemsize} bits of {result.unit or 'days'}" if is_time(result) else str(result)
    raise OpError(given[-1].field, f"a result that fits in {room}", " and ".join(found))
