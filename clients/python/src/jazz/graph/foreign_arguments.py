"""Arguments that functions of the same name have in other libraries, and what to write for them here."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import Final, ParamSpec, TypeVar

from jazz.graph.errors import TracingError, tracing_error
from jazz.graph.suggestions import CLOSE

_Parameters = ParamSpec("_Parameters")
_Result = TypeVar("_Result")

_LABELS: Final = "labels of rows are no keys: reset_index() makes them a field before the table is put"
_NEVER: Final = "values never change, and are never copied: leave it out"
_NUMBERS: Final = 'choose the fields that are numbers: t.groupby("key")[["x", "y"]]'

OF_GROUPBY: Final = {
    "as_index": "keys are fields of the result, as as_index=False has it: leave it out",
    "axis": "rows are put in groups: leave it out",
    "group_keys": "the result has a row for each group: leave it out",
    "key": 'write t.groupby("key")',
    "level": _LABELS,
    "maintain_order": "rows of the result are in the order of their keys: leave it out",
    "observed": "keys are the categories that occur, as observed=True has it: leave it out",
    "sort": "rows of the result are in the order of their keys, as sort=True has it: leave it out",
}
"""Those of pandas's `groupby`, and of polars's."""

OF_SPREADS: Final = {"ddof": "correction=1 is that of a sample, and 0 unless it is set"}
"""Those of variances in numpy, pandas and polars."""

OF_FUNCTIONS: Final = OF_SPREADS | {
    "axis": "of groups rows are told: leave it out",
    "engine": "what runs is machine code: leave it out",
    "engine_kwargs": "what runs is machine code: leave it out",
    "min_count": 'agg(n=("x", "count")) says how many there are, and jazz.ops.where chooses',
    "numeric_only": _NUMBERS,
}
"""Those of functions of groups in pandas."""

OF_MERGE: Final = {
    "by": 'on="key", or left_on and right_on',
    "copy": _NEVER,
    "indicator": 'how="semi" gives the rows of the left table that have a partner, and how="anti" the others',
    "left_by": "left_on",
    "left_index": _LABELS,
    "lsuffix": 'suffixes=("_x", "_y")',
    "maintain_order": "rows are in the order of the left table, or of their keys with sort=True: leave it out",
    "nulls_equal": "missing keys are equal: leave rows of which one is missing out, as t[~jazz.ops.is_na(t['key'])]",
    "right_by": "right_on",
    "right_index": _LABELS,
    "rsuffix": 'suffixes=("_x", "_y")',
    "suffix": 'suffixes=("", "_right")',
}
"""Those of pandas's `merge`, and of joins in pandas, polars and R."""

OF_DROP: Final = {
    "axis": "fields are dropped: leave it out, or choose rows, as t[mask]",
    "errors": "what is not there is refused: leave it out",
    "index": "rows are chosen: t[mask]",
    "inplace": 'values never change: t = t.drop(columns="x") makes a new table',
    "labels": 'write t.drop(columns="x")',
    "level": _LABELS,
}
"""Those of pandas's `drop`."""

_WHITE_SPACE: Final = "white space is stripped, and nothing else: leave it out"

OF_STRINGS: Final = {
    "case": "lower case is looked into: x.str.lower()",
    "chars": _WHITE_SPACE,
    "characters": _WHITE_SPACE,
    "flags": "what is looked for is a text as it is, and no regular expression: leave it out",
    "join": "elements are beside each other by their positions: leave it out",
    "literal": "regex=False says that it is a text as it is",
    "n": "every occurrence is replaced: leave it out",
    "na": 'jazz.ops.fill_na(x.str.contains("text"), False) is False where a text is missing',
    "na_rep": 'jazz.ops.fill_na(x, "-") has a text in the place of what is missing',
    "strict": "what is no text is refused: leave it out",
    "to_strip": _WHITE_SPACE,
}
"""Those of methods of texts in pandas and polars."""

_CLOCKS: Final = "there is one answer where clocks are moved, which docs/times.md tells: leave it out"

OF_FLOOR: Final = {
    "ambiguous": _CLOCKS,
    "every": 'write x.dt.floor("15min")',
    "nonexistent": _CLOCKS,
    "unit": 'write x.dt.floor("M"), or jazz.ops.time_floor(x, "month")',
}
"""Those of pandas's `floor` of times, and of operations here."""


def refusing(advice: Mapping[str, str]) -> Callable[[Callable[_Parameters, _Result]], Callable[_Parameters, _Result]]:
    """Makes a function refuse arguments that it does not have, with what to write for those that others have.

    Args:
        advice: What to write, by the names of arguments.
    """

    def decorate(function: Callable[_Parameters, _Result]) -> Callable[_Parameters, _Result]:
        parameters = [each for each in inspect.signature(function).parameters.values() if each.kind in _BY_NAME]
        known = [each.name for each in parameters if each.name != "self"]
        places = [each.name for each in parameters if each.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD]

        @functools.wraps(function)
        def checked(*args: _Parameters.args, **kwargs: _Parameters.kwargs) -> _Result:
            for name, value in kwargs.items():
                if name not in known:
                    raise refused(name, value, known, advice)
            if len(args) > len(places):
                raise _one_too_many(args[len(places)], known, places)
            return function(*args, **kwargs)

        return checked

    return decorate


_BY_NAME: Final = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


def refused(name: str, value: object, known: Sequence[str], advice: Mapping[str, str]) -> TracingError:
    """The error for an argument that is none of those known."""
    close = [] if name in advice else get_close_matches(name, known, n=1, cutoff=CLOSE)
    meant = f" (did you mean {close[0]}?)" if close else ""
    expected = f"one of {', '.join(known)}" if known else "none"
    return tracing_error(name, expected, f"{name}={value!r}{meant}", advice.get(name))


def _one_too_many(value: object, known: Sequence[str], places: Sequence[str]) -> TracingError:
    """The error for an argument behind those that have places."""
    first = ", ".join(name for name in known if name in places)
    named = ", ".join(f"{name}=..." for name in known if name not in places)
    return tracing_error("arguments", " and ".join(filter(None, [first, named])) or "none", f"{value!r} besides")
