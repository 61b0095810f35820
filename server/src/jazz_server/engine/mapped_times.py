"""Operations element by element on times: dense tensors of them, with broadcasting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import numpy as np

from jazz.values import DataType, Layout, Tensor, dense
from jazz_server.engine import arguments, shapes
from jazz_server.engine.dense import quiet
from jazz_server.engine.errors import OpError
from jazz_server.engine.memory import check_shape
from jazz_server.engine.missing import Marks, marked
from jazz_server.engine.op import Inference, Scalar
from jazz_server.engine.times import Element, OfTimes, harmless, is_time
from jazz_server.kinds import describe
from jazz_server.kinds.types import AnyType, KindReference, TensorType, Type


def are_times(args: Sequence[Type | Scalar]) -> bool:
    """Whether some operand is known to be of times."""
    return any(isinstance(arg, TensorType) and arg.dtypes and all(map(is_time, arg.dtypes)) for arg in args)


def may_be_times(times: OfTimes, args: Sequence[Type | Scalar]) -> bool:
    """Whether operands of which some are not known may turn out to be times."""
    choices = [_elements(arg) or (None,) for arg in args]
    return not all(map(_is_told, choices)) and any(times.takes(elements) for elements in product(*choices))


def _is_told(choice: Sequence[Element | None]) -> bool:
    """Whether it is known that elements are times, or that they are none."""
    return None not in choice and len({isinstance(element, DataType) and is_time(element) for element in choice}) == 1


def _elements(arg: Type | Scalar) -> Sequence[Element]:
    """The element types that an operand may have; none where that is not known."""
    if isinstance(arg, bool | int | float | str):
        return (arg,)
    return arg.dtypes if isinstance(arg, TensorType) else ()


def infer(inference: Inference, times: OfTimes, args: Sequence[Type | Scalar]) -> tuple[TensorType]:
    """The type of the result where some operand is known to be of times."""
    named = list(zip(times.fields, args, strict=True))
    shape = shapes.broadcast(inference, [(field, _shape(inference, field, arg)) for field, arg in named])
    nullable = any(not isinstance(arg, TensorType) or arg.nullable for arg in args if not arguments.is_scalar(arg))
    dtypes = _answers(inference, times, args)
    return (TensorType(dtypes, shape, arguments.DENSE, nullable=nullable),)


def _shape(inference: Inference, field: str, arg: Type | Scalar) -> shapes.Shape:
    if isinstance(arg, bool | int | float | str):
        return ()
    if isinstance(arg, AnyType | KindReference):
        return None
    if not isinstance(arg, TensorType):
        inference.mismatch(field, "a tensor", describe.kind_of(arg))
        return None
    if arg.layouts and Layout.DENSE not in arg.layouts:
        inference.mismatch(field, "a dense tensor, as all operands beside times", describe.layouts(arg.layouts))
    return arg.shape


def _answers(inference: Inference, times: OfTimes, args: Sequence[Type | Scalar]) -> tuple[DataType, ...]:
    """The element types that the result may have; none where that is not known, or there are none."""
    choices = [_elements(arg) for arg in args]
    if not all(choices):
        if not may_be_times(times, args):
            wrong = times.refusal([choice[0] if choice else None for choice in choices])
            inference.mismatch(wrong.field, wrong.expected, wrong.found)
        return ()
    found: list[DataType] = []
    refused: list[OpError] = []
    for elements in product(*choices):
        try:
            found.append(times.answer(elements))
        except OpError as error:
            refused.append(error)
    if not found:
        inference.mismatch(refused[0].field, refused[0].expected, refused[0].found)
    return tuple(dict.fromkeys(found))


def computed(times: OfTimes, tensors: Sequence[Tensor], missing: Marks | None) -> Tensor:
    """The result for dense tensors, missing where `missing` says so.

    Raises:
        OpError: There is none for these elements.
    """
    types = [tensor.dtype for tensor in tensors]
    dtype = times.answer(types)
    shape = shapes.concrete(*(tensor.shape for tensor in tensors))
    check_shape(shape, dtype.storage)
    arrays = [x.array() for x in tensors]
    if missing is not None:
        arrays = [np.where(missing, harmless(x.dtype), x.array()) for x in tensors]
    with quiet():
        result = times.compute(types, list(map(np.atleast_1d, arrays)), dtype).reshape(shape)
    whole = replace(dense(result), dtype=dtype)
    return whole if missing is None else marked(whole, missing)
