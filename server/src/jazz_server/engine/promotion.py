"""Element types of results: whatever numpy answers, asked of numpy itself on one element.

Literals are weak (NEP 50): a Python number takes the type of the tensors beside it within its family.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from jazz.values import DATA_TYPES, DataType, numeric_type
from jazz_server.engine.errors import OpError
from jazz_server.engine.op import Scalar

Array: TypeAlias = NDArray[Any]
Function: TypeAlias = Callable[..., Any]
"""A function of numpy arrays and Python numbers that gives an array."""

NUMERIC: Final = tuple(DataType(name) for name in DATA_TYPES if DataType(name).numeric)
"""Everything that can be computed with."""

REAL: Final = tuple(dtype for dtype in NUMERIC if dtype.storage.kind != "c")
"""Numbers that have an order, and truth values."""

INTEGERS: Final = tuple(dtype for dtype in NUMERIC if dtype.storage.kind in "iu")
BOOL: Final = DataType("bool")
INT64: Final = DataType("int64")

_WORDS: Final = {
    NUMERIC: "numbers",
    REAL: "real numbers",
    tuple(dtype for dtype in REAL if dtype != BOOL): "real numbers that are no truth values",
    INTEGERS: "integers",
    (BOOL,): "truth values (bool)",
}


def words(dtypes: Sequence[DataType]) -> str:
    """Element types in words."""
    return _WORDS.get(tuple(dtypes)) or ", ".join(map(str, dtypes))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What numpy answers for operands of some types.

    Attributes:
        dtype: The element type of the result; None when numpy refuses.
        is_zero: Whether the result is zero where all tensors are.
        refusal: Why numpy refuses.
    """

    dtype: DataType | None
    is_zero: bool = False
    refusal: str = ""


@lru_cache(maxsize=8192, typed=True)
def outcome(function: Function, *operands: DataType | Scalar) -> Outcome:
    """What `function` gives for tensors of element types and for literals."""
    try:
        with np.errstate(all="ignore"):
            result = np.asarray(function(*(_zero(operand, operands) for operand in operands)))
    except (TypeError, ValueError, OverflowError, OpError) as error:
        return Outcome(None, refusal=str(error))
    return Outcome(numeric_type(result.dtype), is_zero=not result.any())


def _zero(operand: DataType | Scalar, operands: Sequence[DataType | Scalar]) -> Any:
    if isinstance(operand, DataType):
        return np.zeros(1, operand.storage)
    return operand if any(isinstance(other, DataType) for other in operands) else np.asarray([operand])


def outcomes(function: Function, operands: Iterable[Sequence[DataType] | Scalar]) -> list[Outcome]:
    """All that `function` can give when each tensor has one of several element types, without what is refused."""
    choices = [(operand,) if isinstance(operand, bool | int | float | str) else operand for operand in operands]
    found = [outcome(function, *combination) for combination in product(*choices)]
    return [one for one in found if one.dtype is not None]


def ordered(dtypes: Iterable[DataType | None]) -> tuple[DataType, ...]:
    """Element types without repetition, in the order of types."""
    found = set(dtypes)
    if len(found) == 1:
        return tuple(dtype for dtype in found if dtype is not None and dtype.numeric)
    return tuple(dtype for dtype in NUMERIC if dtype in found)


def scalar_dtype(literal: Scalar) -> DataType:
    """The element type of a literal that has no tensor beside it."""
    return numeric_type(np.asarray(literal).dtype)


KERNEL_DTYPES: Final = frozenset(np.dtype(name) for name in ("float32", "float64", "int64", "bool"))
"""The element types that kernels are compiled for."""


def work_dtype(dtype: np.dtype[Any]) -> np.dtype[Any] | None:
    """The type of the kernels that sum and multiply exactly like this one; None for complex numbers.

    Integers wrap around modulo a power of two, so that the low bits of a sum of int64 are those of any narrower type,
    and numpy computes float16 as float32.
    """
    if dtype in KERNEL_DTYPES:
        return dtype
    if dtype.kind in "iu":
        return np.dtype(np.int64)
    return np.dtype(np.float32) if dtype == np.float16 else None
