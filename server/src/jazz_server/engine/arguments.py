"""What type rules ask of their arguments and settings, and how they say that it is not so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from typing import Final, TypeAlias

from jazz.values import DataType, Layout
from jazz_server.engine.op import Inference, Scalar, Settings
from jazz_server.engine.promotion import NUMERIC, scalar_dtype, words
from jazz_server.kinds import describe, units
from jazz_server.kinds.types import AnyType, KindReference, TensorType, Type

LAYOUTS: Final = tuple(Layout)
SPARSE: Final = (Layout.CSR, Layout.CSC, Layout.COO)
DENSE: Final = (Layout.DENSE,)
Known: TypeAlias = Type | Scalar


def is_scalar(argument: object) -> bool:
    """Whether an argument is a literal."""
    return isinstance(argument, bool | int | float | str)


def tensor(
    inference: Inference,
    field: str,
    argument: Known,
    accepts: Sequence[DataType] = NUMERIC,
    *,
    fill: complex | None = 0,
    besides: Sequence[str] = (),
) -> TensorType:
    """What is known of an argument that is a tensor; of a literal, that it is one of rank 0.

    All element types and layouts that are possible are listed, unless `accepts` is empty, which takes any element
    type. What does not fit is noted, and then nothing is assumed of it. Where nothing is known, elements may be
    missing.

    Args:
        inference: Where mismatches are noted.
        field: The name of the argument.
        argument: What is known of it.
        accepts: The element types that the operation takes.
        fill: What absent entries may stand for instead of zero, and then they are nothing; whatever it is when None,
            and then the type keeps it.
        besides: What else the operation takes, in words; that is seen to before.
    """
    unknown = TensorType(tuple(accepts), layouts=LAYOUTS, nullable=True)
    if isinstance(argument, str):
        inference.mismatch(field, f"a tensor of {_taken(accepts, besides)}", repr(argument))
        return unknown
    if isinstance(argument, bool | int | float):
        found = TensorType((scalar_dtype(argument),), (), DENSE)
    elif isinstance(argument, AnyType | KindReference):
        return unknown
    elif isinstance(argument, TensorType):
        found = argument
    else:
        inference.mismatch(field, "a tensor", describe.kind_of(argument))
        return unknown
    dtypes = found.dtypes
    if accepts:
        dtypes = tuple(d for d in dtypes if d in accepts) if dtypes else tuple(accepts)
        if not dtypes:
            inference.mismatch(field, _taken(accepts, besides), describe.dtypes(found.dtypes))
            dtypes = tuple(accepts)
    told = TensorType(dtypes, found.shape, found.layouts, nullable=found.nullable, fill=found.fill)
    known = _completed(found if found == told else told)
    if fill is None or known.fill == 0:
        return known
    if known.fill != fill and Layout.DENSE not in known.layouts:
        expected = "a sparse tensor whose absent entries are zero"
        inference.mismatch(field, expected, f"absent entries that are {known.fill:g}")
    return replace(known, fill=0)


def _taken(accepts: Sequence[DataType], besides: Sequence[str]) -> str:
    return describe.choices((words(accepts), *besides))


def _completed(found: TensorType) -> TensorType:
    """All that shape and layout say about each other."""
    layouts = found.layouts or LAYOUTS
    shape = found.shape
    if shape is None and set(layouts) <= {Layout.CSR, Layout.CSC}:
        shape = (None, None)
    elif shape is not None and len(shape) != 2:
        possible = (Layout.DENSE, Layout.COO) if shape else DENSE
        layouts = tuple(layout for layout in layouts if layout in possible) or possible
    fill = 0 if tuple(layouts) == DENSE else found.fill
    same = shape is found.shape and layouts is found.layouts and fill == found.fill
    return found if same else replace(found, shape=shape, layouts=layouts, fill=fill)


def with_order(inference: Inference, field: str, argument: Known) -> TensorType:
    """What is known of an argument that is a tensor of elements that have an order: all but complex numbers."""
    x = tensor(inference, field, argument, ())
    dtypes = tuple(dtype for dtype in x.dtypes if dtype.storage.kind != "c")
    if x.dtypes and not dtypes:
        inference.mismatch(field, "elements that have an order", describe.dtypes(x.dtypes))
    return replace(x, dtypes=dtypes)


def operand(inference: Inference, field: str, argument: Known, accepts: Sequence[DataType]) -> TensorType | Scalar:
    """An argument that is a tensor, or a literal that stays weak."""
    if isinstance(argument, bool | int | float):
        if accepts and scalar_dtype(argument) not in accepts:
            inference.mismatch(field, words(accepts), repr(argument))
        return argument
    return tensor(inference, field, argument, accepts)


def may_be_missing(*operands: TensorType | Scalar) -> bool:
    """Whether elements of any operand may be missing."""
    return any(isinstance(x, TensorType) and x.nullable for x in operands)


def same_unit(inference: Inference, fields: Sequence[str], given: Sequence[Known]) -> None:
    """Notes operands whose unit is not that of the first one that has one: a metre is no second, and no kilometre.

    What has no unit, as all that steps compute, goes with any.
    """
    measured = [(field, x.unit) for field, x in zip(fields, given, strict=True) if isinstance(x, TensorType) and x.unit]
    for field, unit in measured[1:]:
        wrong = units.difference(measured[0][1], unit)
        if wrong is not None:
            inference.mismatch(field, f"{wrong.expected}, as `{measured[0][0]}`", wrong.found)


def rank_in(inference: Inference, field: str, found: TensorType, ranks: Sequence[int]) -> bool:
    """Whether the rank can be one of several; a mismatch is noted when it cannot."""
    if found.shape is None or len(found.shape) in ranks:
        return True
    inference.mismatch(field, f"rank {describe.choices(map(str, ranks))}", describe.rank(found.shape))
    return False


def rank_at_least(inference: Inference, field: str, found: TensorType, least: int) -> bool:
    """Whether the rank can be as large; a mismatch is noted when it cannot."""
    if found.shape is None or len(found.shape) >= least:
        return True
    inference.mismatch(field, f"rank {least} or more", describe.rank(found.shape))
    return False


def flag(inference: Inference, settings: Settings, name: str) -> bool:
    """A setting that is true or false."""
    found = settings.get(name, False)
    if not isinstance(found, bool):
        inference.mismatch(name, "true or false", repr(found))
        return False
    return found


def number(inference: Inference, settings: Settings, name: str) -> int | float | None:
    """A setting that is a real number and not NaN; None when it is not set."""
    found = settings.get(name)
    if found is None:
        return None
    if isinstance(found, bool) or not isinstance(found, int | float) or found != found:
        inference.mismatch(name, "a number", repr(found))
        return None
    return found


def count(inference: Inference, settings: Settings, name: str, least: int = 0) -> int | None:
    """A setting that counts something; None when it is not set or wrong."""
    found = settings.get(name)
    if found is None:
        return None
    if isinstance(found, bool) or not isinstance(found, int) or found < least:
        inference.mismatch(name, f"an integer of at least {least}", repr(found))
        return None
    return found


def combined(*choices: Sequence[Layout | None]) -> list[tuple[Layout | None, ...]]:
    """Every combination of the layouts that arguments may have; None stands for a literal."""
    return list(product(*choices))


def layouts_of(found: TensorType | Scalar) -> tuple[Layout | None, ...]:
    """The layouts that an operand may have; None stands for a literal."""
    return found.layouts if isinstance(found, TensorType) else (None,)
