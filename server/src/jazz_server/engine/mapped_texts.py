"""Operations element by element that are of numbers, and of texts as well."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

from jazz.values import Tensor
from jazz_server.engine import arguments, layouts, operands, shapes, string_functions, strings
from jazz_server.engine.errors import OpError
from jazz_server.engine.mapping import InferRule, Mapped
from jazz_server.engine.op import Inference, Op, Run, Scalar, Settings
from jazz_server.engine.promotion import BOOL
from jazz_server.kinds import describe
from jazz_server.kinds.types import AnyType, TensorType, Type

_Infer: TypeAlias = Callable[[Inference, Sequence[Type | Scalar]], TensorType]
_Compute: TypeAlias = Callable[[Sequence[Any]], Tensor]


@dataclass(frozen=True, slots=True)
class OfTexts:
    """What an operation is of texts.

    Attributes:
        first: From which operand on they are texts.
        infer: The type of the result.
        compute: The result. It raises `OpError` for operands that are no texts beside one that is.
    """

    first: int
    infer: _Infer
    compute: _Compute


@dataclass(frozen=True, slots=True)
class WithTexts(Mapped):
    """The computation of an element-wise operation of numbers and of texts.

    Attributes:
        texts: What it is of texts.
    """

    texts: OfTexts

    def __call__(self, run: Run, args: Sequence[Any], settings: Settings) -> tuple[Tensor, ...]:
        """The result."""
        if not any(map(strings.are_texts, args[self.texts.first :])):
            return Mapped.__call__(self, run, args, settings)
        run.checkpoint()
        return (self.texts.compute(args),)


def with_texts(op: Op, texts: OfTexts) -> Op:
    """An element-wise operation, of texts as well."""
    assert isinstance(op.run, Mapped)
    return replace(op, infer=_infer(op, texts), run=WithTexts(op.run.rule, texts))


def _infer(of_numbers: Op, texts: OfTexts) -> InferRule:
    def infer(inference: Inference, args: Sequence[Type | Scalar], settings: Settings) -> tuple[Type, ...]:
        before, operands = args[: texts.first], args[texts.first :]
        if _make_texts(operands):
            return (texts.infer(inference, args),)
        known = [arg for arg in operands if isinstance(arg, TensorType) and arg.dtypes]
        if known:
            expected = f"what goes with {describe.dtypes(known[0].dtypes)}, which becomes no text"
            for field, arg in zip(of_numbers.arguments[texts.first :], operands, strict=True):
                if isinstance(arg, str):
                    inference.mismatch(field, expected, repr(arg))
            operands = [AnyType() if isinstance(arg, str) else arg for arg in operands]
        return of_numbers.infer(inference, [*before, *operands], settings)

    return infer


def _make_texts(args: Sequence[Type | Scalar]) -> bool:
    """Whether operands are texts. Beside a tensor that is none, a literal is what is wrong."""
    tensors = [arg for arg in args if isinstance(arg, TensorType) and arg.dtypes]
    return any(map(strings.are_known, tensors)) or (not tensors and any(isinstance(arg, str) for arg in args))


def _infer_joined(inference: Inference, args: Sequence[Type | Scalar]) -> TensorType:
    return strings.result_type(inference, ("a", "b"), args)


def _joined(args: Sequence[Any]) -> Tensor:
    a, b = (strings.operand(field, arg) for field, arg in zip(("a", "b"), args, strict=True))
    return string_functions.joined(strings.beside(a, b))


def _infer_chosen(inference: Inference, args: Sequence[Type | Scalar]) -> TensorType:
    condition = arguments.tensor(inference, "condition", args[0], (BOOL,))
    found = strings.result_type(inference, ("a", "b"), args[1:])
    shape = shapes.broadcast(inference, [("condition", condition.shape), ("b", found.shape)])
    return replace(found, shape=shape, nullable=found.nullable or condition.nullable)


def _chosen(args: Sequence[Any]) -> Tensor:
    condition = layouts.to_dense(operands.tensor("condition", args[0]))
    if condition.dtype != BOOL:
        raise OpError("condition", "truth values (bool)", str(condition.dtype))
    a, b = (strings.as_strings(strings.operand(field, arg)) for field, arg in zip(("a", "b"), args[1:], strict=True))
    return string_functions.chosen(condition, a, b, shapes.concrete(condition.shape, a.shape, b.shape))


JOINED: Final = OfTexts(0, _infer_joined, _joined)
"""The sum of two texts: one behind the other."""

CHOSEN: Final = OfTexts(1, _infer_chosen, _chosen)
"""One of two texts, as a condition says."""
