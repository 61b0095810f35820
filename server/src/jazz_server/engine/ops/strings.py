"""Texts element by element: their lengths, cases and parts, and what they contain."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from jazz.values import DataType, Tensor
from jazz_server.engine import costs, rows, string_functions, strings
from jazz_server.engine.op import Inference, Op, Parameter, Run, Scalar, Settings
from jazz_server.engine.promotion import BOOL, INT64
from jazz_server.engine.strings import Beside
from jazz_server.engine.texts import STRING
from jazz_server.kinds.types import Type

SIDES: Final = ("both", "left", "right")
"""Where white space is stripped."""

_FACTORS: Final = "Elements of factors are the texts of their categories."
_BROADCAST: Final = f"{_FACTORS} Operands are literals or are broadcast as in numpy."


def _unary(
    name: str,
    function: Callable[[Tensor, Settings], Tensor],
    doc: str,
    *parameters: Parameter,
    dtype: DataType = STRING,
    check: Callable[[Inference, Settings], None] = lambda _inference, _settings: None,
) -> Op:
    """The operation of one operand that a function of a vector of texts says."""

    def infer(inference: Inference, args: Sequence[Type | Scalar], settings: Settings) -> tuple[Type, ...]:
        check(inference, settings)
        return (strings.result_type(inference, ("x",), args, dtype),)

    def run(run: Run, args: Sequence[Any], settings: Settings) -> tuple[Tensor, ...]:
        run.checkpoint()
        return (strings.of_each(strings.operand("x", args[0]), lambda texts: function(texts, settings)),)

    takes = "".join(f", {parameter.name}" for parameter in parameters)
    return Op(
        name=name,
        version=1,
        signature=f"{name}(x string[...]{takes}) -> {dtype}[...]",
        doc=f"{doc} {_FACTORS}",
        missing="Missing where x is.",
        arguments=("x",),
        results=("result",),
        infer=infer,
        run=run,
        parameters=parameters,
        cost=costs.reading,
        work="O(bytes)",
        rows=rows.elementwise,
    )


def _beside(
    name: str,
    function: Callable[[Beside], Tensor],
    doc: str,
    fields: tuple[str, ...],
    dtype: DataType = BOOL,
    check: Callable[[Inference, Sequence[Type | Scalar]], None] = lambda _inference, _args: None,
) -> Op:
    """The operation of several operands that a function of texts beside each other says."""

    def infer(inference: Inference, args: Sequence[Type | Scalar], _settings: Settings) -> tuple[Type, ...]:
        check(inference, args)
        return (strings.result_type(inference, fields, args, dtype),)

    def run(run: Run, args: Sequence[Any], _settings: Settings) -> tuple[Tensor, ...]:
        run.checkpoint()
        found = strings.beside(*(strings.operand(field, arg) for field, arg in zip(fields, args, strict=True)))
        run.checkpoint()
        return (function(found),)

    return Op(
        name=name,
        version=1,
        signature=f"{name}({', '.join(f'{field} string[...]' for field in fields)}) -> {dtype}[...]",
        doc=f"{doc} {_BROADCAST}",
        missing="Missing where an operand is.",
        arguments=fields,
        results=("result",),
        infer=infer,
        run=run,
        cost=costs.reading,
        work="O(bytes)",
        rows=rows.elementwise,
    )


def _check_side(inference: Inference, settings: Settings) -> None:
    if settings.get("side") not in SIDES:
        inference.mismatch("side", "both, left or right", repr(settings.get("side")))


def _check_bounds(inference: Inference, settings: Settings) -> None:
    for name in ("start", "stop"):
        found = settings.get(name)
        if found is not None and (isinstance(found, bool) or not isinstance(found, int)):
            inference.mismatch(name, "an integer", repr(found))


def _check_old(inference: Inference, args: Sequence[Type | Scalar]) -> None:
    if args[1] == "":
        inference.mismatch("old", "a text that is not empty", "''")


def _sliced(texts: Tensor, settings: Settings) -> Tensor:
    start, stop = settings.get("start"), settings.get("stop")
    assert start is None or isinstance(start, int)
    assert stop is None or isinstance(stop, int)
    return string_functions.sliced(texts, start, stop)


OPS: Final = (
    _unary(
        "str_len",
        lambda texts, _settings: string_functions.lengths_of(texts),
        "How many code points each text has, int64: numpy.strings.str_len.",
        dtype=INT64,
    ),
    _unary(
        "str_upper",
        lambda texts, _settings: string_functions.in_case(texts, "upper"),
        "Texts in upper case, by Unicode's full mapping, as Python's str.upper has it: a ß becomes SS.",
    ),
    _unary(
        "str_lower",
        lambda texts, _settings: string_functions.in_case(texts, "lower"),
        "Texts in lower case, by Unicode's full mapping, as Python's str.lower has it: a Σ at the end of a word "
        "becomes ς.",
    ),
    _unary(
        "str_strip",
        lambda texts, settings: string_functions.stripped(texts, str(settings["side"])),
        "Texts without the white space (Unicode's, as str.strip of Python has it) at their left end, their right end "
        "or both.",
        Parameter("side", "str", 'Where: "both", "left" or "right".', default="both"),
        check=_check_side,
    ),
    _unary(
        "str_slice",
        _sliced,
        "The code points of each text from start up to stop, as Python slices: negative ones count from the end, and "
        "what is not there is left out.",
        Parameter("start", "int", "The first code point, counted from 0; the beginning of the text when not set."),
        Parameter("stop", "int", "The one behind the last; the end of the text when not set."),
        check=_check_bounds,
    ),
    _beside(
        "str_startswith",
        string_functions.starts,
        "Whether each text starts with a prefix, code point by code point: numpy.strings.startswith.",
        ("x", "prefix"),
    ),
    _beside(
        "str_endswith",
        lambda found: string_functions.starts(found, from_end=True),
        "Whether each text ends with a suffix, code point by code point: numpy.strings.endswith.",
        ("x", "suffix"),
    ),
    _beside(
        "str_contains",
        string_functions.contains,
        "Whether another text is anywhere in each text, as it is: no regular expression. An empty text is in each.",
        ("x", "text"),
    ),
    _beside(
        "str_replace",
        string_functions.replaced,
        "Texts with a new text in the place of each occurrence of an old one, from the left, none of which overlap: "
        "numpy.strings.replace. The old one is no regular expression, and is not empty.",
        ("x", "old", "new"),
        STRING,
        check=_check_old,
    ),
)
"""The operations of this module."""
