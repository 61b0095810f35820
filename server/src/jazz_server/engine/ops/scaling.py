"""Rows and columns brought to scale: by factors, by their norm, by their deviation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from jazz.values import DataType, Tensor, dense
from jazz_server.engine import arguments, operands, per_line, rows, shapes
from jazz_server.engine.compressed import drop_zeros, lines_of, tensor_of, with_data
from jazz_server.engine.dense import quiet
from jazz_server.engine.entries import coo
from jazz_server.engine.layouts import missing_array, to_dense
from jazz_server.engine.mapping import Rule, infer_rule, run_rule
from jazz_server.engine.missing import marked, missing_entries, unmarked
from jazz_server.engine.op import Flow, Inference, Op, Parameter, Run, Scalar, Settings
from jazz_server.engine.promotion import NUMERIC, REAL, Array, Function, ordered, outcomes
from jazz_server.engine.rearranged import reshaped
from jazz_server.engine.structure import filtered
from jazz_server.kinds.types import TensorType, Type

NORMS: Final = ("l1", "l2", "max")
"""The norms that lines are brought to."""

_SCALED = Rule("multiply", np.multiply, ("x", "scale"), annihilators=(0, 1))


def _infer_scale(axis: int) -> Callable[[Inference, Sequence[Type | Scalar], Settings], tuple[Type, ...]]:
    noun = ("row", "column")[axis]

    def infer(inference: Inference, args: Sequence[Type | Scalar], settings: Settings) -> tuple[Type, ...]:
        x, scale = (arguments.tensor(inference, name, arg) for name, arg in zip(("x", "scale"), args, strict=True))
        fit = [arguments.rank_in(inference, "x", x, (2,)), arguments.rank_in(inference, "scale", scale, (1,))]
        shape = x.shape if fit[0] and x.shape is not None else (None, None)
        if fit[1] and scale.shape is not None:
            length = shapes.same(inference, "scale", shape[axis], scale.shape[0], noun)
            shape = (length, shape[1]) if axis == 0 else (shape[0], length)
        column = replace(scale, shape=(shape[axis], 1) if axis == 0 else (1, shape[axis]))
        return infer_rule(_SCALED)(inference, [replace(x, shape=shape), column], settings)

    return infer


def _run_scale(axis: int) -> Callable[[Run, Sequence[Any], Settings], tuple[Tensor, ...]]:
    def run(run: Run, args: Sequence[Any], settings: Settings) -> tuple[Tensor, ...]:
        x, scale = operands.tensor("x", args[0]), operands.tensor("scale", args[1])
        stretched = reshaped(scale, (scale.size, 1) if axis == 0 else (1, scale.size))
        return run_rule(_SCALED)(run, [x, stretched], settings)

    return run


def _both_along(along: Sequence[bool], _args: Sequence[Type | Scalar], _settings: Settings) -> Flow | None:
    return Flow.ROWS if all(along) else None


def divided(x: Array) -> Array:
    """What numbers of a type give when they are divided by real numbers of the same width."""
    return np.asarray(x / np.ones(1, np.abs(x).dtype))


def _infer_lines(
    inference: Inference,
    args: Sequence[Type | Scalar],
    settings: Settings,
    accepts: Sequence[DataType],
    answer: Function,
) -> TensorType:
    x = arguments.tensor(inference, "x", args[0], accepts)
    if arguments.rank_at_least(inference, "x", x, 1):
        shapes.axis_of(inference, settings, x.shape)
    return replace(x, dtypes=ordered(result.dtype for result in outcomes(answer, [x.dtypes])))


def _infer_normalize(inference: Inference, args: Sequence[Type | Scalar], settings: Settings) -> tuple[Type, ...]:
    norm = settings.get("norm")
    if norm not in NORMS:
        inference.mismatch("norm", "l1, l2 or max", repr(norm))
    return (_infer_lines(inference, args, settings, NUMERIC, divided),)


def _run_normalize(run: Run, args: Sequence[Any], settings: Settings) -> tuple[Tensor, ...]:
    run.checkpoint()
    x, axis = operands.tensor("x", args[0]), settings["axis"]
    assert isinstance(axis, int)
    with quiet():
        return (normalized(x, str(settings["norm"]), axis % x.ndim),)


def normalized(x: Tensor, norm: str, axis: int) -> Tensor:
    """A tensor with every line along an axis divided by its norm; lines of norm 0 stay as they are."""
    data = per_line.shaped(x)
    magnitudes = np.abs(data if data.dtype.kind == "c" else data.astype(np.float64)).astype(np.float64, copy=False)
    if norm == "max":
        norms = per_line.maxima(x, magnitudes, axis)
    elif norm == "l1":
        norms = per_line.sums(x, magnitudes, axis)
    else:
        norms = np.sqrt(per_line.sums(x, np.square(magnitudes), axis))
    wide = data.astype(np.result_type(data, np.float64), copy=False)
    result = wide / per_line.spread(np.where(norms == 0, 1, norms), x, axis)
    hidden = None if x.validity is None else per_line.missing_in(x, axis) > 0
    return rescaled(x, result.astype(divided(np.zeros(1, data.dtype)).dtype, copy=False), hidden, axis)


def rescaled(x: Tensor, data: Array, hidden: Array | None, axis: int) -> Tensor:
    """A tensor with other elements in the places of those that are stored, zeros among them not stored.

    Args:
        x: The tensor.
        data: As `per_line.shaped` gives them.
        hidden: Which lines along `axis` are missing; None for those elements that are missing in `x`.
        axis: The axis.
    """
    if not operands.is_sparse(x):
        result = dense(data)
        if x.validity is None:
            return result
        return marked(result, missing_array(x) if hidden is None else per_line.spread(hidden, x, axis))
    if x.validity is not None:
        missing = missing_entries(x) if hidden is None else per_line.spread(hidden, x, axis)
        result = replace(unmarked(x), dtype=DataType(data.dtype.name), data=data)
        return filtered(marked(result, missing), (data != 0) | missing)
    if x.indptr is None:
        kept = data != 0
        return coo(x.shape, [index[kept] for index in x.indices], data[kept])
    return tensor_of(drop_zeros(with_data(lines_of(x), data)), x.layout)


def _averaged(x: Array) -> Array:
    return x if x.dtype.kind == "f" else x.astype(np.float64)


def _infer_standardize(inference: Inference, args: Sequence[Type | Scalar], settings: Settings) -> tuple[Type, ...]:
    x = _infer_lines(inference, args, settings, REAL, _averaged)
    arguments.flag(inference, settings, "skipna")
    return (replace(x, layouts=arguments.DENSE if arguments.flag(inference, settings, "with_mean") else x.layouts),)


def _run_standardize(run: Run, args: Sequence[Any], settings: Settings) -> tuple[Tensor, ...]:
    run.checkpoint()
    x, axis = operands.tensor("x", args[0]), settings["axis"]
    assert isinstance(axis, int)
    with_mean = bool(settings["with_mean"])
    with quiet():
        found = to_dense(x) if with_mean else x
        return (_standardized(found, axis % x.ndim, with_mean=with_mean, skipna=bool(settings.get("skipna"))),)


def _standardized(x: Tensor, axis: int, *, with_mean: bool, skipna: bool) -> Tensor:
    data = per_line.shaped(x).astype(np.float64)
    gone = per_line.missing_in(x, axis) if x.validity is not None else np.zeros(1, np.int64)
    count = (x.shape[axis] - gone).astype(np.float64)
    mean = per_line.sums(x, data, axis) / count
    deviation = data - per_line.spread(mean, x, axis)
    if x.validity is not None:
        deviation[missing_array(x) if not operands.is_sparse(x) else missing_entries(x)] = 0
    absent = x.shape[axis] - per_line.stored_in(x, axis)
    # Absent entries are zeros: each is as far from the mean as that is from zero.
    variance = (
        per_line.sums(x, np.square(deviation), axis) + np.where(absent > 0, absent * np.square(mean), 0)
    ) / count
    epsilon = np.finfo(np.float64).eps
    constant = variance <= count * epsilon * variance + np.square(count * mean * epsilon)
    scale = per_line.spread(np.where(constant, 1, np.sqrt(variance)), x, axis)
    result = (deviation if with_mean else data) / scale
    hidden = None if skipna or x.validity is None else gone > 0
    return rescaled(x, result.astype(_averaged(np.zeros(1, x.dtype.storage)).dtype, copy=False), hidden, axis)


_WHOLE_LINE: Final = "The whole line is missing, as far as it is stored, where an element of it is"

OPS: Final = (
    Op(
        name="scale_rows",
        version=1,
        signature="scale_rows(x[m, n], scale[m]) -> [m, n]",
        doc="Each row of x times a number: diag(scale) @ x, x[i, j] * scale[i]. Keeps the layout.",
        missing="Missing where the element or the factor of its row is, unless an entry of x or scale is absent.",
        arguments=("x", "scale"),
        results=("result",),
        infer=_infer_scale(0),
        run=_run_scale(0),
        rows=_both_along,
    ),
    Op(
        name="scale_columns",
        version=1,
        signature="scale_columns(x[m, n], scale[n]) -> [m, n]",
        doc="Each column of x times a number: x @ diag(scale), x[i, j] * scale[j]. Keeps the layout.",
        missing="Missing where the element or the factor of its column is, unless an entry of x or scale is absent.",
        arguments=("x", "scale"),
        results=("result",),
        infer=_infer_scale(1),
        run=_run_scale(1),
        rows=rows.of_first,
    ),
    Op(
        name="normalize",
        version=1,
        signature="normalize(x[..., n], norm, axis) -> [..., n]",
        doc=(
            'x with each line along an axis divided by its norm: "l1" sum(|x|), "l2" sqrt(sum(x^2)), "max" max(|x|). '
            "A line of norm 0 stays as it is; scikit-learn's normalize. Of integers and bools in float64. Keeps the "
            "layout."
        ),
        missing=f"{_WHOLE_LINE}.",
        arguments=("x",),
        results=("result",),
        infer=_infer_normalize,
        run=_run_normalize,
        parameters=(
            Parameter("norm", "str", 'The norm: "l1", "l2" or "max".', default="l2"),
            Parameter("axis", "axis", "The axis of the lines, from the end when negative.", default=-1),
        ),
        rows=rows.not_along(-1),
    ),
    Op(
        name="standardize",
        version=1,
        signature="standardize(x[n, ...], axis, with_mean, skipna) -> [n, ...]",
        doc=(
            "(x - mean) / deviation of each line along an axis, the deviation sqrt(sum((x - mean)^2) / n); a line that "
            "is constant within rounding is not divided; scikit-learn's StandardScaler. With with_mean=False nothing "
            "is subtracted, and the layout is kept; else dense. Of integers and bools in float64."
        ),
        missing=f"{_WHOLE_LINE}; with skipna they are left out of mean and deviation, and stay missing.",
        arguments=("x",),
        results=("result",),
        infer=_infer_standardize,
        run=_run_standardize,
        parameters=(
            Parameter("axis", "axis", "The axis of the lines, from the end when negative.", default=0),
            Parameter("with_mean", "bool", "Whether the mean is subtracted.", default=True),
            Parameter(
                "skipna",
                "bool",
                "Whether missing elements are left out; else they make the line missing.",
                default=False,
            ),
        ),
        rows=rows.not_along(0),
    ),
)
"""The operations of this module."""
