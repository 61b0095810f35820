"""Texts element by element: what is known of operands, and where their texts lie.

A factor is the texts of its categories here: what is made of each of them is made once. What comes out are strings,
numbers or truth values, missing where an operand is.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from jazz.values import DataType, Order, Tensor
from jazz_server.engine import arguments, layouts, operands, shapes, structure
from jazz_server.engine.errors import OpError
from jazz_server.engine.launch import launch, pointers
from jazz_server.engine.memory import check_bytes
from jazz_server.engine.missing import Marks, bitmap, marked, missing_entries, unmarked
from jazz_server.engine.op import Inference, Scalar
from jazz_server.engine.texts import STRING, buffers, single
from jazz_server.kinds import describe
from jazz_server.kinds.types import TensorType, Type

WORDS: Final = "texts (string or factor)"
_NAMES: Final = ("string", "factor")


def are_known(arg: Type | Scalar) -> bool:
    """Whether an argument is known to be of texts."""
    if isinstance(arg, TensorType):
        return bool(arg.dtypes) and all(dtype.name in _NAMES for dtype in arg.dtypes)
    return isinstance(arg, str)


def are_texts(value: Any) -> bool:
    """Whether a value is of texts."""
    return isinstance(value, str) or (isinstance(value, Tensor) and value.dtype.name in _NAMES)


def operand_type(inference: Inference, field: str, arg: Type | Scalar) -> TensorType:
    """What is known of an argument that is of texts; of a literal, that it is one of rank 0."""
    if isinstance(arg, str):
        return TensorType((STRING,), (), arguments.DENSE)
    x = arguments.tensor(inference, field, arg, ())
    if x.dtypes and not any(dtype.name in _NAMES for dtype in x.dtypes):
        inference.mismatch(field, WORDS, repr(arg) if arguments.is_scalar(arg) else describe.dtypes(x.dtypes))
    return replace(x, layouts=arguments.DENSE)


def result_type(
    inference: Inference, fields: Sequence[str], args: Sequence[Type | Scalar], dtype: DataType = STRING
) -> TensorType:
    """The type of what is made of texts, element by element, with broadcasting."""
    found = [operand_type(inference, field, arg) for field, arg in zip(fields, args, strict=True)]
    shape = shapes.broadcast(inference, [(field, x.shape) for field, x in zip(fields, found, strict=True)])
    return TensorType((dtype,), shape, arguments.DENSE, nullable=arguments.may_be_missing(*found))


def operand(field: str, value: Any) -> Tensor:
    """A value as texts: strings, or a factor.

    Raises:
        OpError: It is something else, which no type said.
    """
    if not are_texts(value):
        raise OpError(field, WORDS, _found(value))
    found = single(value) if isinstance(value, str) else operands.checked(field, value)
    assert isinstance(found, Tensor)
    return found


def _found(value: Any) -> str:
    if isinstance(value, Tensor):
        return str(value.dtype)
    return repr(value) if arguments.is_scalar(value) else type(value).__name__.lower()


def of_each(x: Tensor, function: Callable[[Tensor], Tensor]) -> Tensor:
    """What a function makes of texts, one by one. The categories of a factor are those that it is called with."""
    if x.categories is None:
        found = function(replace(unmarked(x), shape=(x.size,), order=Order.C))
    else:
        categories = with_empty(x.categories)
        found = structure.picked(function(categories), _numbers(x, categories.size - 1))
    if found.dtype.variable:  # of an empty text, which is in the place of what is missing, nothing else is made
        return replace(found, shape=x.shape, order=x.order, validity=x.validity)
    return marked(replace(found, shape=x.shape, order=x.order), layouts.missing_array(x))


def as_strings(x: Tensor) -> Tensor:
    """The texts of a factor as strings; strings as they are."""
    return x if x.categories is None else of_each(x, lambda categories: categories)


def with_empty(texts: Tensor) -> Tensor:
    """A vector of texts and an empty one behind them, which stands for what is missing."""
    offsets, _ = buffers(texts)
    return replace(texts, shape=(texts.size + 1,), offsets=np.append(offsets, offsets[-1]), validity=None)


def _numbers(x: Tensor, missing: int) -> NDArray[np.int64]:
    """Which category each element of a factor is, in storage order; `missing` where it is missing."""
    assert x.data is not None
    return np.where(missing_entries(x), np.int64(missing), x.data)


@dataclass(frozen=True, slots=True)
class Placed:
    """The texts of an operand beside those of others.

    Attributes:
        offsets: Where each text begins and ends in `data`.
        data: The bytes.
        at: For each element of the result, in C order, which text it has of this operand.
    """

    offsets: NDArray[np.int64]
    data: NDArray[np.uint8]
    at: NDArray[np.int64]

    @property
    def lengths(self) -> NDArray[np.int64]:
        """How many bytes each text has."""
        return np.diff(self.offsets)[self.at]

    @property
    def work(self) -> int:
        """About how many bytes are looked at."""
        texts = max(len(self.offsets) - 1, 1)
        return len(self.at) + len(self.data) * max(len(self.at), texts) // texts

    @property
    def buffers(self) -> tuple[NDArray[Any], ...]:
        """All three, as kernels take them."""
        return self.offsets, self.data, self.at


@dataclass(frozen=True, slots=True)
class Beside:
    """Operands beside each other, broadcast to one shape.

    Attributes:
        shape: That shape.
        operands: The texts of each. Where the result is missing they are empty.
        missing: Where the result is missing; None when it is nowhere.
    """

    shape: tuple[int, ...]
    operands: tuple[Placed, ...]
    missing: Marks | None

    @property
    def work(self) -> int:
        """About how many bytes are looked at."""
        return sum(each.work for each in self.operands)


def beside(*given: Tensor) -> Beside:
    """Operands broadcast as in numpy."""
    shape = shapes.concrete(*(x.shape for x in given))
    check_bytes(8 * (len(given) + 1) * int(np.prod(shape, dtype=object)), "which texts are beside each other")
    marks = [layouts.missing_array(x) for x in given if operands.has_missing(x)]
    missing = None
    if marks:
        missing = np.broadcast_to(functools.reduce(np.logical_or, marks), shape).reshape(-1)
    return Beside(shape, tuple(_placed(x, shape, missing) for x in given), missing)


def _placed(x: Tensor, shape: tuple[int, ...], missing: Marks | None) -> Placed:
    texts = with_empty(x if x.categories is None else x.categories)
    empty = texts.size - 1
    if x.categories is None:
        numbers = structure.numbered(x)
    else:
        numbers = _numbers(x, empty).reshape(x.shape, order=x.order.value)
    at = np.broadcast_to(numbers, shape).reshape(-1)
    return Placed(*buffers(texts), np.ascontiguousarray(at if missing is None else np.where(missing, empty, at)))


def made(lengths: NDArray[np.int64], kernel: str, work: int, *given: Any) -> Tensor:
    """The vector of texts of so many bytes each that a kernel writes."""
    offsets = pointers(lengths, np.dtype(np.int64))
    size = int(offsets[-1])
    check_bytes(size + offsets.nbytes, "the texts of a result")
    out = np.empty(size, np.uint8)
    launch(kernel, len(lengths), work + size, *given, offsets, out)
    return Tensor(STRING, (len(lengths),), data=out, offsets=offsets)


def shaped(texts: Tensor, found: Beside) -> Tensor:
    """A vector of texts in the shape of the operands, missing where the result is."""
    return replace(texts, shape=found.shape, validity=None if found.missing is None else bitmap(~found.missing))
