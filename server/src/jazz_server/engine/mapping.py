"""Operations element by element, with broadcasting, in any mix of layouts.

Where the result is zero is known from the layouts before it runs, and so is the layout of the result:

- An operand whose absent entries annihilate (either factor, the numerator) keeps the result sparse: an absent entry is
  a zero whatever stands beside it, infinity and NaN included.
- Otherwise the result is sparse if all tensors are and zeros give zero: `maximum(x, 0)` is, `x + 1` is not.
- A sparse result has the layout of the sparse operands that decided it, CSR if they differ, COO if its rank is not 2.
- Zeros that come out are not stored.
- The result is missing where an operand is, unless another one decides it alone: `False & missing` is false. A missing
  entry is stored: beside one that annihilates it leaves no trace.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np

from jazz.values import Layout, Tensor
from jazz_server.engine import arguments, dense, layouts, mapped_times, operands, shapes
from jazz_server.engine.compressed import (
    cast,
    drop_zeros,
    elements,
    lines_of,
    row_ids,
    tensor_of,
    with_data,
)
from jazz_server.engine.entries import (
    Entries,
    coo,
    entries_of,
    expand,
    gather,
    gather_dense,
    gather_missing,
    intersection,
    missing_positions,
    nonzero,
    sparse_of,
    union,
)
from jazz_server.engine.merging import merged
from jazz_server.engine.missing import Marks, marked
from jazz_server.engine.op import Inference, Run, Scalar, Settings
from jazz_server.engine.promotion import NUMERIC, Array, Function, ordered, outcome, outcomes
from jazz_server.engine.times import OfTimes, is_time
from jazz_server.kinds import describe
from jazz_server.kinds.types import TensorType, Type

_SOME_NUMBER: Final = 1.5

InferRule: TypeAlias = Callable[[Inference, Sequence[Type | Scalar], Settings], tuple[Type, ...]]
RunRule: TypeAlias = Callable[[Run, Sequence[Any], Settings], tuple[Tensor, ...]]


@dataclass(frozen=True, slots=True)
class Rule:
    """An element-wise operation.

    Attributes:
        name: The name of the operation.
        function: What it does to arrays and Python numbers.
        arguments: The names of its operands.
        accepts: The element types that each operand may have; numbers when empty.
        annihilators: The operands whose absent entries make the result zero.
        deciders: The operands that decide whether the result is sparse; all when empty.
        at_zero: What is zero if and only if the result is where the deciders are; `function` when None.
        settings: Settings that are passed to `function` after the operands: numbers,
        texts: and those of them that are texts, which are checked before.
        chooses: Whether the first operand says which of the two others counts.
        decisive: For each operand the element that decides the result whatever the others are, missing ones included;
            none when empty.
        times: What it is of times; None when it takes none.
    """

    name: str
    function: Function
    arguments: tuple[str, ...]
    accepts: tuple[tuple[Any, ...], ...] = ()
    annihilators: tuple[int, ...] = ()
    deciders: tuple[int, ...] = ()
    at_zero: Function | None = None
    settings: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    chooses: bool = False
    decisive: tuple[bool | int, ...] = ()
    times: OfTimes | None = None


@dataclass(frozen=True, slots=True)
class _Pattern:
    """Where a sparse result can have entries: where all, or any, of some operands have."""

    operands: tuple[int, ...]
    needs_all: bool


def _pattern(rule: Rule, found: Sequence[Layout | None], zero_at_zero: bool) -> _Pattern | None:
    """The pattern of the result, None when it is dense. A layout of None stands for a literal."""

    def sparse(i: int) -> bool:
        return found[i] not in (None, Layout.DENSE)

    annihilators = tuple(i for i in rule.annihilators if sparse(i))
    if annihilators:
        return _Pattern(annihilators, needs_all=True)
    deciders = tuple(i for i in rule.deciders or range(len(found)) if found[i] is not None)
    if deciders and zero_at_zero and all(map(sparse, deciders)):
        return _Pattern(deciders, needs_all=False)
    return None


def _layout(pattern: _Pattern | None, found: Sequence[Layout | None], rank: int) -> Layout:
    if pattern is None:
        return Layout.DENSE
    if rank != 2:
        return Layout.COO
    first, *rest = (found[i] for i in pattern.operands)
    assert first is not None
    return first if all(layout is first for layout in rest) else Layout.CSR


def infer_rule(rule: Rule) -> InferRule:
    """The type rule of an element-wise operation."""

    def infer(inference: Inference, args: Sequence[Type | Scalar], settings: Settings) -> tuple[Type, ...]:
        if rule.times is not None and mapped_times.are_times(args):
            return mapped_times.infer(inference, rule.times, args)
        accepts = rule.accepts or (NUMERIC,) * len(args)
        found: list[TensorType | Scalar] = [
            arguments.operand(inference, name, argument, allowed)
            for name, argument, allowed in zip(rule.arguments, args, accepts, strict=True)
        ]
        if not rule.annihilators:
            arguments.same_unit(inference, rule.arguments, args)
        extra = [
            settings[name] if name in rule.texts else arguments.number(inference, settings, name)
            for name in rule.settings
        ]
        shape = shapes.broadcast(inference, [(n, _shape(x)) for n, x in zip(rule.arguments, found, strict=True)])
        # None among the settings stands for "not set": numpy's functions take it as it is.
        types: list[Any] = [*(x.dtypes if isinstance(x, TensorType) else x for x in found), *((x,) for x in extra)]
        results = outcomes(rule.function, types)
        if not results:
            if all(number == settings.get(name) for name, number in zip(rule.settings, extra, strict=True)):
                _refuse(inference, rule, found, extra)
            return (TensorType(shape=shape),)
        at_zero = results if rule.at_zero is None else outcomes(rule.at_zero, types)
        ranks = (len(shape),) if shape is not None else (1, 2, 3)
        possible: set[Layout] = set()
        for one in arguments.combined(*map(arguments.layouts_of, found)):
            patterns = {_pattern(rule, one, zero) for zero in {result.is_zero for result in at_zero}}
            possible.update(_layout(pattern, one, rank) for pattern in patterns for rank in ranks)
        kept = tuple(layout for layout in Layout if layout in possible)
        nullable = arguments.may_be_missing(*found)
        known = rule.times is None or not mapped_times.may_be_times(rule.times, args)
        dtypes = ordered(result.dtype for result in results) if known else ()
        return (TensorType(dtypes, shape, kept, nullable=nullable),)

    return infer


def _shape(operand: TensorType | Scalar) -> shapes.Shape:
    return operand.shape if isinstance(operand, TensorType) else ()


def _refuse(inference: Inference, rule: Rule, found: Sequence[Any], extra: Sequence[Any]) -> None:
    types = [x for x in found if isinstance(x, TensorType)]
    literals = list(zip((*rule.arguments, *rule.settings), (*found, *extra), strict=True))
    for name, literal in literals:
        if isinstance(literal, int) and not isinstance(literal, bool) and types:
            inference.mismatch(name, f"a number that fits in {describe.dtypes(types[0].dtypes)}", repr(literal))
            return
    given = " and ".join(describe.dtypes(x.dtypes) if isinstance(x, TensorType) else repr(x) for x in found)
    inference.mismatch(rule.arguments[-1], f"element types that {rule.name} is defined for", given)


@dataclass(frozen=True, slots=True)
class Mapped:
    """The computation of an element-wise operation.

    Attributes:
        rule: What it does.
    """

    rule: Rule

    def __call__(self, run: Run, args: Sequence[Any], settings: Settings) -> tuple[Tensor, ...]:
        """The result."""
        rule = self.rule
        given = [operands.checked(name, argument) for name, argument in zip(rule.arguments, args, strict=True)]
        extra: list[Any] = [settings.get(name) for name in rule.settings]
        run.checkpoint()
        if rule.times is not None and any(isinstance(x, Tensor) and is_time(x.dtype) for x in given):
            return (_of_times(rule, rule.times, given),)
        if not any(map(operands.is_sparse, given)):
            known = [x.dtype if isinstance(x, Tensor) else _SOME_NUMBER if isinstance(x, float) else x for x in given]
            dtype = outcome(rule.function, *known, *extra).dtype
            assert dtype is not None
            return (_dense(rule, given, extra, dtype.storage),)
        types: list[Any] = [*(x.dtype if isinstance(x, Tensor) else x for x in given), *extra]
        dtype = outcome(rule.function, *types).dtype
        assert dtype is not None
        at_zero = outcome(rule.at_zero or rule.function, *types)
        found = [x.layout if isinstance(x, Tensor) else None for x in given]
        pattern = _pattern(rule, found, at_zero.is_zero)
        if pattern is None:
            return (_dense(rule, given, extra, dtype.storage),)
        shape = shapes.concrete(*(x.shape for x in given if isinstance(x, Tensor)))
        layout = _layout(pattern, found, len(shape))
        return (_sparse(rule, given, extra, pattern, shape, layout, dtype.storage),)

    def alike(self, args: Sequence[Type | Scalar]) -> Sequence[Type | Scalar]:
        """Arguments for which the type of the result is the same: of dense tensors any real number will do."""
        if float not in map(type, args):
            return args
        dense = all(x.layouts == arguments.DENSE for x in args if isinstance(x, TensorType))
        return [_SOME_NUMBER if dense and isinstance(x, float) else x for x in args]

    def function(self, settings: Settings) -> Function:
        """What it does to arrays and Python numbers, with its settings."""
        return _with(self.rule.function, [settings.get(name) for name in self.rule.settings])


def run_rule(rule: Rule) -> RunRule:
    """The computation of an element-wise operation."""
    return Mapped(rule)


def _dense(rule: Rule, given: Sequence[Any], extra: Sequence[Any], dtype: np.dtype[Any]) -> Tensor:
    arrays = [layouts.array_of(x) if isinstance(x, Tensor) else x for x in given]
    if not any(isinstance(x, np.ndarray) for x in arrays):
        arrays = [np.asarray(x) for x in arrays]
    result = dense.elementwise(_with(rule.function, extra), arrays, dtype)
    marks = [layouts.missing_array(x) if operands.has_missing(x) else None for x in given]
    missing = _missing(rule, marks, arrays)
    return result if missing is None else marked(result, missing)


def _of_times(rule: Rule, times: OfTimes, given: Sequence[Any]) -> Tensor:
    tensors = [operands.tensor(name, x) for name, x in zip(rule.arguments, given, strict=True)]
    marks = [layouts.missing_array(x) if operands.has_missing(x) else None for x in tensors]
    return mapped_times.computed(times, tensors, _missing(rule, marks, list(map(layouts.array_of, tensors))))


def _with(function: Function, extra: Sequence[Any]) -> Function:
    """The function of operands alone; numpy's own functions stay what they are."""
    return (lambda *operands: function(*operands, *extra)) if extra else function


def _missing(rule: Rule, marks: Sequence[Marks | None], values: Sequence[Any]) -> Marks | None:
    """Where the result is missing, for operands that are missing where `marks` say so; None when it is nowhere."""
    some = [mark for mark in marks if mark is not None]
    if not some:
        return None
    if not rule.chooses:
        missing = functools.reduce(np.logical_or, some)
        for mark, value, element in zip(marks, values, rule.decisive, strict=False):
            missing = missing & ((value != element) | (False if mark is None else mark))
        return np.asarray(missing)
    condition, a, b = (np.False_ if mark is None else mark for mark in marks)
    return np.asarray(condition | np.where(values[0], a, b))


def _sparse(
    rule: Rule,
    given: Sequence[Any],
    extra: Sequence[Any],
    pattern: _Pattern,
    shape: tuple[int, ...],
    layout: Layout,
    dtype: np.dtype[Any],
) -> Tensor:
    sparse = [x for x in given if operands.is_sparse(x)]
    if any(map(operands.has_missing, given)):
        return _gathered(rule, given, extra, pattern, shape, layout, dtype)
    if len(sparse) == 1 and sparse[0].shape == shape:
        return _mapped(rule, given, extra, sparse[0], dtype)
    if pattern.operands == (0, 1) and len(given) == 2 and len(shape) == 2 and all(x.shape == shape for x in sparse):
        common = _common(*(x.dtype.storage for x in sparse))
        if common is not None:
            return _merged(_with(rule.function, extra), sparse, common, pattern.needs_all, layout, dtype)
    return _gathered(rule, given, extra, pattern, shape, layout, dtype)


def _mapped(rule: Rule, given: Sequence[Any], extra: Sequence[Any], sparse: Tensor, dtype: np.dtype[Any]) -> Tensor:
    """The result where one operand is sparse and decides alone: its entries, each with what stands beside it."""
    located = places(sparse) if any(isinstance(x, Tensor) and x is not sparse and x.size != 1 for x in given) else ()

    def beside(operand: Any) -> Any:
        if not isinstance(operand, Tensor):
            return operand
        if operand is sparse:
            return elements(sparse)
        array = operand.array()
        if array.size == 1:
            return array.reshape(1)
        own = located[len(located) - array.ndim :]
        axes = [axis for axis, length in enumerate(array.shape) if length != 1]
        return array.reshape([array.shape[axis] for axis in axes])[tuple(own[axis] for axis in axes)]

    result = dense.elementwise(_with(rule.function, extra), [beside(x) for x in given], dtype)
    assert result.data is not None
    if sparse.layout is Layout.COO:
        kept = result.data != 0
        return coo(sparse.shape, [index[kept] for index in sparse.indices], result.data[kept])
    return tensor_of(drop_zeros(with_data(lines_of(sparse), result.data)), sparse.layout)


def places(sparse: Tensor) -> tuple[Array, ...]:
    """The indices of the stored entries along each axis, in storage order."""
    if sparse.layout is Layout.COO:
        return sparse.indices
    lines = lines_of(sparse)
    found = (row_ids(lines), lines.indices)
    return found if sparse.layout is Layout.CSR else found[::-1]


def _common(a: np.dtype[Any], b: np.dtype[Any]) -> tuple[np.dtype[Any], np.dtype[Any]] | None:
    """Element types of one size, of at most 64 bits, in which numpy answers as for two; None if there are none."""
    if a.itemsize != b.itemsize:
        both = np.promote_types(a, b)
        if both.kind == "f" and a.kind in "iu" and b.kind in "iu":
            return None
        # an integer of 64 bits stays one, since not all of them are floats
        a, b = (x if x.kind in "iu" and x.itemsize == 8 else both for x in (a, b))
    return (a, b) if a.itemsize == b.itemsize <= 8 else None


def _merged(
    function: Function,
    sparse: Sequence[Tensor],
    common: tuple[np.dtype[Any], np.dtype[Any]],
    needs_both: bool,
    layout: Layout,
    dtype: np.dtype[Any],
) -> Tensor:
    """The result for two sparse matrices of one shape: their rows are merged, then all is computed at once."""
    lines = lines_of if all(x.layout is Layout.CSC for x in sparse) else layouts.rows_of
    a, b = (cast(lines(x), element) for x, element in zip(sparse, common, strict=True))
    left, right = merged(a, b, needs_both=needs_both)
    found = dense.elementwise(function, [left.data, right], dtype)
    assert found.data is not None
    result = drop_zeros(with_data(left, found.data))
    if layout is Layout.COO:
        return layouts.to_sparse(tensor_of(result), layout)
    return tensor_of(result, layout)


def _gathered(
    rule: Rule,
    given: Sequence[Any],
    extra: Sequence[Any],
    pattern: _Pattern,
    shape: tuple[int, ...],
    layout: Layout,
    dtype: np.dtype[Any],
) -> Tensor:
    """The result for any mix of operands: every operand is looked up where the result can have entries."""
    parts = {i: expand(entries_of(x), shape) for i, x in enumerate(given) if operands.is_sparse(x)}
    deciding = [parts[i] for i in pattern.operands]
    positions = intersection(deciding) if pattern.needs_all else union(deciding)
    if rule.chooses and operands.has_missing(given[0]):
        positions = np.union1d(positions, _missing_positions(given[0], shape))
    values = [
        gather(parts[i], positions)
        if i in parts
        else gather_dense(x.array(), shape, positions)
        if isinstance(x, Tensor)
        else x
        for i, x in enumerate(given)
    ]
    result = dense.elementwise(_with(rule.function, extra), values, dtype)
    assert result.data is not None
    marks = [
        None
        if not operands.has_missing(x)
        else gather_missing(parts[i], positions)
        if i in parts
        else gather_dense(layouts.missing_array(x), shape, positions)
        for i, x in enumerate(given)
    ]
    missing = _missing(rule, marks, values)
    data = result.data if missing is None else np.where(missing, dtype.type(0), result.data)
    return sparse_of(nonzero(Entries(shape, positions, data, missing)), layout, wide=layouts.wide(*given))


def _missing_positions(x: Tensor, shape: tuple[int, ...]) -> Array:
    """Where a tensor that is broadcast to a shape is missing."""
    if not operands.is_sparse(x):
        return np.flatnonzero(np.broadcast_to(layouts.missing_array(x), shape))
    return missing_positions(expand(entries_of(x), shape))
