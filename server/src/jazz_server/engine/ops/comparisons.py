"""Comparisons of two operands, element by element: of numbers, texts, bytes, factors and times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from jazz.values import Tensor
from jazz_server.engine import comparable, compared, operands, rows
from jazz_server.engine.by_value import by_value, dtype_of_literal, mixed
from jazz_server.engine.mapping import InferRule, Mapped, Rule, infer_rule
from jazz_server.engine.op import Inference, Op, Run, Scalar, Settings
from jazz_server.engine.promotion import NUMERIC, REAL, Function
from jazz_server.kinds.types import Type

_SHARED = (
    "Of numbers, texts (string), bytes, factors and times, each beside its like. Gives bool, with numpy's "
    "broadcasting. Numbers are compared by value, whatever their types. NaN is equal to nothing, itself included, and "
    "neither less nor greater. Times may be of any units; timestamps with zones are instants, and are not compared "
    "with those without. "
)
_EQUAL = (
    "Elements of factors are equal to texts, and to each other, by the texts of their categories: a text that is no "
    "category is equal to none of them. "
)
_ORDERED = (
    "Texts and bytes are in the order of their bytes, which for texts is that of code points. Elements of ordered "
    "factors are in the order of their categories: beside another with the same categories in the same order, or "
    "beside a category as a literal. "
)
_STRICT = "Sparse if both are sparse, or one is and the comparison of zero with the literal is false; else dense."
_WEAK = "Dense, unless the comparison of zero with a literal is false: zero is equal to zero."


@dataclass(frozen=True, slots=True)
class Comparison(Mapped):
    """The computation of a comparison.

    Attributes:
        by_order: Whether one element may be less than the other, or both may only be equal.
    """

    by_order: bool

    def __call__(self, run: Run, args: Sequence[Any], settings: Settings) -> tuple[Tensor, ...]:
        """Whether it is so, for each pair of elements."""
        if not any(isinstance(x, str) or (isinstance(x, Tensor) and not x.dtype.numeric) for x in args):
            mapped = Mapped(replace(self.rule, function=self.function(settings))) if _is_mixed(args) else self
            return Mapped.__call__(mapped, run, args, settings)
        run.checkpoint()
        fields = self.rule.arguments
        a, b = (x if isinstance(x, str) else operands.checked(n, x) for n, x in zip(fields, args, strict=True))
        compared.check_comparable(a, b, fields, by_order=self.by_order)
        if compared.are_texts(a, b):
            return (compared.compare_texts(self.rule.name, a, b),)
        return Mapped.__call__(self, run, compared.as_integers(a, b, by_order=self.by_order), settings)

    def function(self, _settings: Settings) -> Function:
        """What it does to arrays and Python numbers."""
        assert isinstance(self.rule.function, np.ufunc)
        return by_value(self.rule.function)


def _is_mixed(args: Sequence[Any]) -> bool:
    """Whether numpy would compare two operands in a type that does not hold both."""
    a, b = (x.dtype.storage if isinstance(x, Tensor) else dtype_of_literal(x) for x in args)
    return mixed(a, b)


def infer_comparison(rule: Rule, *, by_order: bool) -> InferRule:
    """The type rule of a comparison."""
    of_numbers = infer_rule(rule)

    def infer(inference: Inference, args: Sequence[Type | Scalar], settings: Settings) -> tuple[Type, ...]:
        if not all(map(comparable.may_be_number, args)):
            args = comparable.as_integers(inference, args, rule.arguments, by_order=by_order)
        return of_numbers(inference, args, settings)

    return infer


def _comparison(name: str, function: Function, sign: str, *, by_order: bool, strict: bool) -> Op:
    accepts = REAL if by_order else NUMERIC
    rule = Rule(name, function, ("a", "b"), (accepts, accepts))
    return Op(
        name=name,
        version=1,
        signature=f"{name}(a[...], b[...]) -> bool[...]",
        missing="Missing where a or b is.",
        doc=f"a {sign} b. {_SHARED}{_ORDERED if by_order else _EQUAL}{_STRICT if strict else _WEAK}",
        arguments=("a", "b"),
        results=("result",),
        infer=infer_comparison(rule, by_order=by_order),
        run=Comparison(rule, by_order),
        rows=rows.elementwise,
    )


OPS: Final = (
    _comparison("equal", np.equal, "==", by_order=False, strict=False),
    _comparison("not_equal", np.not_equal, "!=", by_order=False, strict=True),
    _comparison("less", np.less, "<", by_order=True, strict=True),
    _comparison("less_equal", np.less_equal, "<=", by_order=True, strict=False),
    _comparison("greater", np.greater, ">", by_order=True, strict=True),
    _comparison("greater_equal", np.greater_equal, ">=", by_order=True, strict=False),
)
"""The operations of this module."""
