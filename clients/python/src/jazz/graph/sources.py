"""What a traced function passes to an operation, as a source of the step: a node's own, a literal, or a constant."""

from __future__ import annotations

import re
import sys
from typing import Final

import numpy as np

from jazz.graph.errors import tracing_error
from jazz.graph.settings import can_encode
from jazz.graph.trace import Source, Trace
from jazz.graph.traced import Traced, cannot_be

_MISSING: Final = (
    "what is missing is no argument: jazz.ops.is_na(x) says where x has it, jazz.ops.fill_na(x, value) replaces it"
)

_WRITTEN: Final = re.compile(r"<Node: (?:input \d+ of|a constant of|\w+ in) ")
"""How a value of the pipeline looks in a text: see `Traced.__repr__`."""

_MONTHS: Final = (
    "months and years are not of one length: (x.dt.floor('M') + np.timedelta64(32, 'D')).dt.floor('M') is the "
    "beginning of the next month"
)


def source_of(value: object, trace: Trace) -> Source:
    """Where an argument comes from, seen from the trace that is under way.

    Raises:
        TracingError: It is a node of another pipeline, or nothing that can be an argument.
    """
    match value:
        case Traced():
            if value._trace is not trace and not value._trace.encloses(trace):
                raise tracing_error(
                    "argument",
                    f"a value made in {trace.name}",
                    repr(value),
                    "a value of a pipeline cannot be used outside of the function that made it",
                )
            return value._source
        case np.ndarray() if value.ndim == 0 and value.dtype.kind in "mMTU":  # of a scalar on the left of an operator
            return source_of(value[()], trace)
        case _ if _is_missing(value):
            raise tracing_error("argument", "a value", repr(value), _MISSING)
        case np.datetime64() | np.timedelta64():
            return trace.constant(_in_seconds_or_days(value))
        case np.str_():
            return _text(str(value))
        case np.generic():
            return trace.constant(value)
        case str():
            return _text(value)
        case bool() | float():
            return value
        case int():
            if -(2**63) <= value < 2**63:
                return value
            raise tracing_error("argument", "an integer of 64 bits", str(value))
        case list() | tuple() if any(isinstance(item, Traced) for item in value):
            raise tracing_error(
                "argument",
                "one value",
                f"a {type(value).__name__} that holds values of the pipeline",
                "nodes cannot stand inside a list: jazz.ops.concat joins arrays",
            )
        case np.ndarray() if value.dtype == object and any(isinstance(item, Traced) for item in value.flat):
            raise tracing_error("argument", "one value", "an array of objects that holds values of the pipeline")
        case _ if callable(value):
            raise tracing_error("argument", "a value", f"the function {value!r}; call it, and pass what it gives")
        case _:
            return trace.constant(value)


def _text(text: str) -> str:
    """A text that the contract can hold, and into which no value of the pipeline was written, as by `f"{x}"`."""
    if _WRITTEN.search(text):
        raise cannot_be("written into a text", 'x + "-" + y for texts behind each other')
    if not can_encode(text):
        raise tracing_error("argument", "a text that UTF-8 can encode", ascii(text))
    return text


def _is_missing(value: object) -> bool:
    """Whether it is None, what pandas has for it, or numpy's without a unit, which says nothing of a type."""
    if isinstance(value, np.datetime64 | np.timedelta64):
        return bool(np.isnat(value)) and np.datetime_data(value.dtype)[0] == "generic"
    pandas = sys.modules.get("pandas")
    return value is None or (pandas is not None and (value is pandas.NA or value is pandas.NaT))


def _in_seconds_or_days(time: np.datetime64 | np.timedelta64) -> np.generic:
    """A time in a coarse unit of numpy's, which Jazz has not, as the same time in one that it has.

    >>> _in_seconds_or_days(np.timedelta64(2, "D")), _in_seconds_or_days(np.datetime64("2024-02"))
    (np.timedelta64(172800,'s'), np.datetime64('2024-02-01'))
    """
    unit, _ = np.datetime_data(time.dtype)
    if unit in ("Y", "M") and isinstance(time, np.timedelta64):
        raise tracing_error("argument", "a duration in weeks or a shorter unit", repr(time), _MONTHS)
    if unit in ("W", "D", "h", "m") and isinstance(time, np.timedelta64):
        finer: np.generic = time.astype("m8[s]")
    elif unit in ("h", "m"):
        finer = time.astype("M8[s]")
    elif unit in ("Y", "M", "W") and isinstance(time, np.datetime64):
        finer = time.astype("M8[D]")
    else:
        return time
    return finer if np.isnat(time) or finer.astype(time.dtype) == time else time
