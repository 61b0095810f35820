"""Settings of operations: what may be written, made into what the contract holds. None means "left out"."""

from __future__ import annotations

import operator
from collections.abc import Collection, Sequence
from difflib import get_close_matches
from typing import Final, TypeAlias

import numpy as np

from jazz.graph.entries import data_types
from jazz.graph.errors import tracing_error
from jazz.graph.suggestions import CLOSE
from jazz.graph.trace import Setting
from jazz.graph.traced import Traced
from jazz.values import DATA_TYPES, DataType

_COMPUTED: Final = 'what is computed has a name as a field: t = t.assign(key=x), and then "key"'

Axis: TypeAlias = int | Sequence[int] | None
"""An axis, several, or all of them; negative ones count from the last."""


def integer(name: str, value: object, *, least: int | None = None) -> int:
    """An integer, not less than `least`."""
    if not isinstance(value, bool | np.bool):
        try:
            number = operator.index(value)  # type: ignore[arg-type]
        except TypeError:
            number = None
        if number is not None and (least is None or number >= least):
            if -(2**63) <= number < 2**63:
                return number
            raise tracing_error(name, "an integer of 64 bits", repr(value))
    raise tracing_error(name, "an integer" if least is None else f"an integer not less than {least}", repr(value))


def real(name: str, value: object) -> int | float:
    """A number, as integer or float as it was written."""
    if isinstance(value, bool | np.bool) or not isinstance(value, int | float | np.integer | np.floating):
        raise tracing_error(name, "a number", repr(value))
    return float(value) if isinstance(value, float | np.floating) else integer(name, value)


def axes(value: Axis) -> Setting | None:
    """One axis or several."""
    if value is None:
        return None
    if isinstance(value, tuple | list):
        numbers = tuple(integer("axis", item) for item in value)
        return numbers[0] if len(numbers) == 1 else numbers
    return integer("axis", value)


def flag(name: str, value: object) -> bool | None:
    """A truth value that is false when left out."""
    if not isinstance(value, bool | np.bool):
        raise tracing_error(name, "True or False", repr(value))
    return True if value else None


def reduction(axis: Axis, keepdims: bool, skipna: bool = False) -> dict[str, Setting | None]:
    """The settings of a reduction."""
    return {"axis": axes(axis), "keepdims": flag("keepdims", keepdims), "skipna": flag("skipna", skipna)}


def line(axis: int | None, keepdims: bool, skipna: bool) -> dict[str, Setting | None]:
    """The settings of a reduction along one axis only."""
    return reduction(None if axis is None else integer("axis", axis), keepdims, skipna)


def spread(axis: Axis, correction: float, keepdims: bool, skipna: bool) -> dict[str, Setting | None]:
    """The settings of a variance."""
    return {"correction": real("correction", correction) or None, **reduction(axis, keepdims, skipna)}


def shares(name: str, value: float | Sequence[float]) -> Setting:
    """A number from 0 to 1, or several."""
    several = isinstance(value, tuple | list | np.ndarray)
    numbers = tuple(real(name, item) for item in value) if several else (real(name, value),)  # type: ignore[union-attr]
    if not numbers or not all(0 <= number <= 1 for number in numbers):
        raise tracing_error(name, "a number from 0 to 1, or several", repr(value))
    return numbers if several else numbers[0]


def integers(name: str, value: object) -> Setting:
    """One integer or several; several that are one are that one."""
    if isinstance(value, tuple | list | np.ndarray):
        numbers = tuple(integer(name, item) for item in value)
        return numbers[0] if len(numbers) == 1 else numbers
    return integer(name, value)


def names(name: str, value: object) -> tuple[str, ...]:
    """Names of fields, one or more."""
    if any(isinstance(item, Traced) for item in (value if isinstance(value, list | tuple) else [value])):
        raise tracing_error(name, "names of fields", repr(value), _COMPUTED)
    found = tuple(value) if isinstance(value, list | tuple) else ()
    if not found or not all(isinstance(item, str) and item for item in found):
        raise tracing_error(name, "names of fields", repr(value))
    wrong = next((item for item in found if not can_name(item)), None)
    if wrong is not None:
        raise tracing_error(name, "names that UTF-8 can encode, without NUL", ascii(wrong))
    if len(set(found)) < len(found):
        raise tracing_error(name, "each name once", repr(value))
    return tuple(map(str, found))


def can_name(text: str) -> bool:
    """Whether a text can be, or end, the name of a field."""
    return "\0" not in text and can_encode(text)


def can_encode(text: str) -> bool:
    """Whether UTF-8 can encode a text, which it cannot if there are surrogates."""
    return text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text)


def one_of(name: str, value: object, known: Collection[str]) -> str:
    """One of some names."""
    if not isinstance(value, str) or value not in known:
        close = get_close_matches(value, known, n=1, cutoff=CLOSE) if isinstance(value, str) else []
        meant = f" (did you mean {close[0]}?)" if close else ""
        raise tracing_error(name, f"one of {', '.join(known)}", f"{value!r}{meant}")
    return value


def magnitude(name: str, value: object) -> int | float:
    """A number not less than 0."""
    number = real(name, value)
    if not number >= 0:
        raise tracing_error(name, "a number not less than 0", repr(value))
    return number


def last_axis(value: object) -> int | None:
    """An axis that is -1 when left out."""
    axis = integer("axis", value)
    return None if axis == -1 else axis


def first_axis(value: object) -> int | None:
    """An axis that is 0 when left out."""
    return integer("axis", value) or None


def dtype(value: object) -> str:
    """The name of a type of numbers, from a numpy type, one of Python's, a `DataType` or a name."""
    found = (DataType(value),) if isinstance(value, str) and value in DATA_TYPES else data_types(value)
    if found is not None and len(found) == 1 and found[0].numeric:
        return found[0].name
    expected = "one type of numbers, such as np.float32 or 'float32'"
    raise tracing_error("dtype", expected, repr(value), _cast_instead(value))


def _cast_instead(dtype: object) -> str | None:
    """What to write for a cast to what are no numbers."""
    name = dtype.__name__ if isinstance(dtype, type) else str(dtype)
    if name in ("str", "string", "object"):
        return 'a factor is strings as x + "", and numbers and times become no texts: cast a column before it is put'
    if name == "category":
        return "texts are keys as they are, and become a factor before the column is put"
    if name.startswith(("datetime64", "M8")):
        return 'x.dt.floor("D") is the day of a time; texts become times before the column is put'
    return None
