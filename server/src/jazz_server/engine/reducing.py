"""Reductions along one axis, along several, or over all elements: what they have in common."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, TypeAlias

import numpy as np

from jazz.values import DataType, Tensor, dense
from jazz_server.engine import along, arguments, operands, present, rows, shapes
from jazz_server.engine.along import Axes
from jazz_server.engine.by_integers import ByIntegers
from jazz_server.engine.dense import quiet
from jazz_server.engine.errors import OpError
from jazz_server.engine.groups import Groups
from jazz_server.engine.memory import check_shape
from jazz_server.engine.missing import Marks, marked, unmarked
from jazz_server.engine.op import Flow, Inference, Op, Parameter, Run, Scalar, Settings
from jazz_server.engine.promotion import NUMERIC, Array, Function, ordered, outcomes
from jazz_server.engine.segments import OfLines
from jazz_server.kinds import describe
from jazz_server.kinds.types import TensorType, Type

AXES: Final = Parameter(
    "axis", "axes", "The axis along which to reduce, or several, from the end when negative; all axes when unset."
)
AXIS: Final = Parameter(
    "axis", "axis", "The axis along which to reduce, from the end when negative; all axes when unset."
)
KEEPDIMS: Final = Parameter("keepdims", "bool", "Whether reduced axes are kept with length 1.", default=False)
SKIPNA: Final = Parameter(
    "skipna", "bool", "Whether missing elements are left out; else they make the result missing.", default=False
)

OfArray: TypeAlias = Callable[[Array, Axes, Settings], Array]
"""A reduction of an array along axes, or of all elements when they are None."""

OfTensor: TypeAlias = Callable[[Tensor, Axes, Settings], Array]
"""A reduction of a sparse tensor; or of any tensor, of the elements that are there. The results are in C order of the
axes that are left. Where nothing is left, they need not make sense.
"""


@dataclass(frozen=True, slots=True)
class Reduction:
    """How a tensor is reduced.

    Attributes:
        of_array: The reduction of a dense tensor of which nothing is missing.
        of_sparse: The reduction of a sparse tensor of which nothing is missing.
        answer: Gives the element type of the result, from an array and the settings.
        accepts: The element types that it takes.
        of_present: The reduction of what is there; None when zeros in the place of what is missing change nothing, and
            there is a result where nothing is left.
        of_nothing: Whether there is a result where nothing is left, which is not missing then.
        needs_elements: Whether there must be elements to reduce.
        several: The setting that may be a list: then its items are the first axis of the result.
        decides: The result that is what it is whatever the missing elements would be; none is when None.
        others: How elements that are no numbers are reduced; None when they are not.
        of_lines: The reduction of the elements that are there of groups of rows; None when it has none.
    """

    of_array: OfArray
    of_sparse: OfTensor
    answer: Callable[[Array, Settings], Any]
    accepts: Sequence[DataType] = NUMERIC
    of_present: OfTensor | None = None
    of_nothing: bool = False
    needs_elements: bool = False
    several: str = ""
    decides: bool | None = None
    others: ByIntegers | None = None
    of_lines: OfLines | None = None

    def infer(self, inference: Inference, args: Sequence[Type | Scalar], settings: Settings) -> tuple[TensorType, ...]:
        """The type of the result."""
        known = args[0].dtypes if isinstance(args[0], TensorType) else ()
        if self.others is not None and known and all(map(self.others.takes, known)):
            return self.others.infer(inference, arguments.tensor(inference, "x", args[0], ()), settings)
        x = arguments.tensor(inference, "x", args[0], self.accepts, besides=self.others.named if self.others else ())
        axes = shapes.axes_of(inference, settings, x.shape)
        keepdims = arguments.flag(inference, settings, "keepdims")
        skipna = arguments.flag(inference, settings, "skipna")
        every = settings.get("axis") is None
        lengths = () if x.shape is None else x.shape if every else [x.shape[axis] for axis in axes or ()]
        if self.needs_elements and 0 in lengths:
            inference.mismatch("x", "at least one element along the axis", f"shape {describe.shape(x.shape)}")
        dtypes = ordered(result.dtype for result in outcomes(self._answer(settings), [x.dtypes]))
        if self._may_be_others(args[0]):
            dtypes = ()
        shape = shapes.reduced(x.shape, axes, every, keepdims)
        if self._items(settings) and shape is not None:
            shape = (*self._items(settings), *shape)
        nullable = x.nullable and not (skipna and self._of_nothing)
        return (TensorType(dtypes, shape, arguments.DENSE, nullable=nullable),)

    def run(self, run: Run, args: Sequence[Any], settings: Settings) -> tuple[Tensor, ...]:
        """The result."""
        x = operands.tensor("x", args[0])
        if self.others is not None and self.others.takes(x.dtype):
            return self.others.run(run, x, settings)
        axes = along.axes_of(settings.get("axis"), x.ndim)
        if self.needs_elements and along.length(x.shape, axes) == 0:
            raise OpError("x", "at least one element along the axis", f"shape {describe.shape(x.shape)}")
        run.checkpoint()
        with quiet():
            found, missing = self._reduced(x, axes, settings)
            dtype = _answered(self.answer, x.dtype, tuple(settings.items()))
            result = np.asarray(found).astype(dtype, copy=False)
        keepdims = bool(settings.get("keepdims"))
        shape = along.left(x.shape, axes, keepdims=keepdims)
        whole = (*self._items(settings), *shape)
        check_shape(whole, result.dtype)
        values = dense(result.reshape(whole))
        return (values if missing is None else marked(values, missing.reshape(shape)),)

    def of_groups(self, x: Tensor, groups: Groups, settings: Settings) -> Tensor:
        """The reduction of the rows of each group: `[n, ...] -> [groups, ...]`, dense."""
        if self.others is not None and self.others.takes(x.dtype):
            return self.others.of_groups(x, groups, settings)
        assert self.of_lines is not None
        lines, hidden = groups.lines_of(x)
        with quiet():
            found = self.of_lines(lines, settings)
            dtype = _answered(self.answer, x.dtype, tuple(settings.items()))
            values = dense(groups.laid(found.astype(dtype, copy=False), x.shape[1:]))
        if hidden is None:
            return values
        if settings.get("skipna"):
            missing = np.zeros(len(found), np.bool_) if self._of_nothing else lines.length == 0
        else:
            missing = self._undecided(hidden > 0, found)
        return marked(values, groups.laid(missing, x.shape[1:]))

    def _may_be_others(self, argument: Type | Scalar) -> bool:
        """Whether elements may turn out to be no numbers, and so may the result."""
        if self.others is None or not self.others.stays or arguments.is_scalar(argument):
            return False
        return not isinstance(argument, TensorType) or not all(
            d.numeric for d in argument.dtypes or (DataType("date"),)
        )

    def _items(self, settings: Settings) -> tuple[int, ...]:
        items = settings.get(self.several)
        return (len(items),) if isinstance(items, tuple) else ()

    @property
    def _of_nothing(self) -> bool:
        return self.of_nothing or self.of_present is None

    def _answer(self, settings: Settings) -> Function:
        return lambda array: self.answer(array, settings)

    def _reduced(self, x: Tensor, axes: Axes, settings: Settings) -> tuple[Array, Array | None]:
        """The results, and which of them are missing."""
        if x.validity is None:
            return self._of_all(x, axes, settings), None
        counts = present.counts(x, axes)
        if not settings.get("skipna"):
            missing = np.asarray(counts > 0)
            if self.decides is None:
                return self._of_all(unmarked(x), axes, settings), missing
            found = self._of_present(x, axes, settings)
            return found, self._undecided(missing, found.reshape(missing.shape))
        nothing = None if self._of_nothing else np.asarray(counts == along.length(x.shape, axes))
        return self._of_present(x, axes, settings), nothing

    def _undecided(self, missing: Marks, found: Array) -> Marks:
        """Where results are missing, of lines in which something is, and what has been found of the rest of them."""
        return missing if self.decides is None else missing & (found != self.decides)

    def _of_present(self, x: Tensor, axes: Axes, settings: Settings) -> Array:
        return (
            self._of_all(unmarked(x), axes, settings) if self.of_present is None else self.of_present(x, axes, settings)
        )

    def _of_all(self, x: Tensor, axes: Axes, settings: Settings) -> Array:
        return self.of_sparse(x, axes, settings) if operands.is_sparse(x) else self.of_array(x.array(), axes, settings)


@lru_cache(1024)
def _answered(answer: Callable[[Array, Settings], Any], dtype: DataType, settings: tuple[tuple[str, Any], ...]) -> Any:
    """The element type of the result for elements of a type; settings that are equal numbers give the same."""
    return np.asarray(answer(np.zeros(1, dtype.storage), dict(settings))).dtype


def missing_rule(nothing_left: str) -> str:
    """The rule for missing elements of reductions that give `nothing_left` when nothing is left."""
    return f"Missing where any element of the line is; with skipna they are left out, {nothing_left} if none is left."


def reduction(
    name: str,
    doc: str,
    rule: Reduction,
    *parameters: Parameter,
    nothing_left: str = "missing",
    missing: str = "",
    flow: Flow | None = None,
    axis: Parameter = AXES,
) -> Op:
    """The operation that reduces as a rule says; `flow` says how results of parts of the rows become one."""
    every = (*parameters, axis, KEEPDIMS, SKIPNA)
    return Op(
        name=name,
        version=1,
        signature=f"{name}(x[...], {', '.join(parameter.name for parameter in every)}) -> [...]",
        doc=f"{doc} Dense.",
        missing=missing or missing_rule(nothing_left),
        arguments=("x",),
        results=("result",),
        infer=rule.infer,
        run=rule.run,
        rows=rows.reducing(flow),
        parameters=every,
    )
