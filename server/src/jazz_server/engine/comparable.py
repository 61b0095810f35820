"""Which elements can be compared with which, as their types say it before anything runs.

Numbers are compared with numbers, texts with texts and factors, bytes, dates and durations with their like, timestamps
with timestamps if both have a zone or neither has. Texts, bytes and times have an order, and so have factors whose
categories have one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from typing import Final, TypeAlias

from jazz.values import DataType, Layout
from jazz_server.engine import arguments
from jazz_server.engine.op import Inference, Scalar
from jazz_server.engine.promotion import INT64, scalar_dtype
from jazz_server.engine.texts import STRING
from jazz_server.kinds import describe
from jazz_server.kinds.types import Mismatch, TensorType, Type

FIELDS: Final = ("a", "b")
"""The names of the operands."""

Element: TypeAlias = DataType | Scalar
"""An element type, or a literal."""

_TEXTS: Final = frozenset(("string", "factor"))
_NEVER_SPARSE: Final = frozenset(("string", "bytes", "factor"))


def may_be_number(argument: Type | Scalar) -> bool:
    """Whether an argument may be of numbers, for all that is known of it."""
    if isinstance(argument, TensorType):
        return not argument.dtypes or any(dtype.numeric for dtype in argument.dtypes)
    return not isinstance(argument, str)


def refusal(a: Element, b: Element, fields: Sequence[str] = FIELDS, *, by_order: bool) -> Mismatch | None:
    """Why elements cannot be compared, None if they can; `by_order` is whether one may be less than the other."""
    given, types = (a, b), (_type(a), _type(b))
    if {dtype.name for dtype in types} <= _TEXTS:
        return _refused_texts(given, types, fields) if by_order else None
    first, second = types
    if (first.numeric and second.numeric) or (first.name == second.name and bool(first.zone) == bool(second.zone)):
        return None
    return Mismatch(fields[1], f"{_words(first, by_order=by_order)}, as `{fields[0]}`", described(b))


def _refused_texts(given: Sequence[Element], types: Sequence[DataType], fields: Sequence[str]) -> Mismatch | None:
    """Why texts or factors have no common order."""
    if all(dtype == STRING for dtype in types):
        return None
    for field, dtype in zip(fields, types, strict=True):
        if dtype.name == "factor" and not dtype.ordered:
            return Mismatch(field, "an ordered factor, whose categories have an order", str(dtype))
    for field, element in zip(fields, given, strict=True):
        if element == STRING:
            return Mismatch(field, "an ordered factor, or a category as a literal", str(element))
    return None


def _type(element: Element) -> DataType:
    if isinstance(element, DataType):
        return element
    return STRING if isinstance(element, str) else scalar_dtype(element)


def described(element: Element) -> str:
    """An element type or a literal as a mismatch shows it."""
    return str(element) if isinstance(element, DataType) else repr(element)


def _words(dtype: DataType, *, by_order: bool) -> str:
    if dtype.numeric:
        return "real numbers" if by_order else "numbers"
    if dtype.name == "timestamp":
        return f"timestamps {'with' if dtype.zone else 'without'} a zone"
    return {"bytes": "bytes", "date": "dates", "duration": "durations"}.get(dtype.name, "texts (string or factor)")


def as_integers(
    inference: Inference, args: Sequence[Type | Scalar], fields: Sequence[str] = FIELDS, *, by_order: bool
) -> list[Type | Scalar]:
    """The types of integers that are compared in the place of arguments of which one is not of numbers.

    Notes what cannot be compared.
    """
    seen = tensors(inference, args, fields)
    check(inference, args, seen, fields, by_order=by_order)
    return [replace(x, dtypes=(INT64,), layouts=_layouts(x)) for x in seen]


def tensors(
    inference: Inference, args: Sequence[Type | Scalar], fields: Sequence[str] = FIELDS
) -> tuple[TensorType, TensorType]:
    """What is known of two arguments that are compared, as tensors; literals, also texts, are of rank 0."""
    a, b = (_tensor(inference, field, arg) for field, arg in zip(fields, args, strict=True))
    return a, b


def check(
    inference: Inference,
    args: Sequence[Type | Scalar],
    seen: Sequence[TensorType],
    fields: Sequence[str] = FIELDS,
    *,
    by_order: bool,
) -> None:
    """Notes that arguments cannot be compared, whichever of the element types that are possible they have."""
    elements = [_elements(arg, x) for arg, x in zip(args, seen, strict=True)]
    refused = [refusal(a, b, fields, by_order=by_order) for a, b in product(*elements)]
    if refused and all(refused):
        first = refused[0]
        assert first is not None
        position = fields.index(first.field)
        literal = arguments.is_scalar(args[position])
        found = first.found if literal else describe.dtypes(seen[position].dtypes)
        inference.mismatch(first.field, first.expected, found)


def _tensor(inference: Inference, field: str, argument: Type | Scalar) -> TensorType:
    if isinstance(argument, str):
        return TensorType((STRING,), (), arguments.DENSE)
    return arguments.tensor(inference, field, argument, ())


def _elements(argument: Type | Scalar, seen: TensorType) -> Sequence[Element]:
    """The literal, or the element types that are possible."""
    return (argument,) if isinstance(argument, bool | int | float | str) else seen.dtypes


def _layouts(x: TensorType) -> tuple[Layout, ...]:
    """The layouts that are possible for such elements."""
    dense = bool(x.dtypes) and all(dtype.name in _NEVER_SPARSE for dtype in x.dtypes)
    return arguments.DENSE if dense else x.layouts
