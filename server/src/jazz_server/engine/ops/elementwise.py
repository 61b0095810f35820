"""Functions of one operand, element by element."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from jazz.values import DATA_TYPES, DataType, Layout, Tensor, numeric_type
from jazz_server.engine import arguments, dense, layouts, operands, rows, time_arithmetic
from jazz_server.engine.compressed import drop_zeros, elements, lines_of, tensor_of, with_data
from jazz_server.engine.entries import coo
from jazz_server.engine.missing import marked, missing_entries
from jazz_server.engine.op import Inference, Op, Parameter, Run, Scalar, Settings
from jazz_server.engine.pointwise import unary
from jazz_server.engine.promotion import NUMERIC, REAL, Array
from jazz_server.engine.structure import filtered
from jazz_server.kinds import describe
from jazz_server.kinds.types import Type


def _clip(x: Array, low: float | None, high: float | None) -> Array:
    if low is None and high is None:
        return x
    return np.asarray(np.clip(x, low, high))


def _infer_cast(inference: Inference, args: Sequence[Type | Scalar], settings: Settings) -> tuple[Type, ...]:
    found = arguments.tensor(inference, "x", args[0])
    name = settings["dtype"]
    if not isinstance(name, str) or name not in DATA_TYPES or not DataType(name).numeric:
        known = [dtype.name for dtype in NUMERIC]
        inference.mismatch("dtype", describe.choices(known), f"{name!r}{inference.suggestion(str(name), known)}")
        return (replace(found, dtypes=()),)
    if DataType(name) in REAL and not set(found.dtypes) & set(REAL):
        inference.mismatch("dtype", "complex64 or complex128 for complex numbers", name)
    return (replace(found, dtypes=(DataType(name),)),)


def _run_cast(run: Run, args: Sequence[Any], settings: Settings) -> tuple[Tensor, ...]:
    x = operands.tensor("x", args[0])
    dtype = DataType(str(settings["dtype"])).storage
    run.checkpoint()
    if x.dtype.storage == dtype:
        return (x,)
    if x.layout is Layout.DENSE:
        return (_marked_as(x, dense.elementwise(lambda a: a.astype(dtype), [x.array()], dtype)),)
    data = dense.elementwise(lambda a: a.astype(dtype), [elements(x)], dtype).array()
    if x.validity is not None:
        result = replace(x, dtype=numeric_type(dtype), data=data)
        return (filtered(result, (data != 0) | missing_entries(x)),)
    if x.layout is Layout.COO:
        kept = data != 0
        return (coo(x.shape, [index[kept] for index in x.indices], data[kept]),)
    return (tensor_of(drop_zeros(with_data(lines_of(x), data)), x.layout),)


def _marked_as(x: Tensor, result: Tensor) -> Tensor:
    return result if x.validity is None else marked(result, layouts.missing_array(x))


OPS: Final = (
    unary(
        "negative",
        np.negative,
        "-x; not for bool. Also of durations. Keeps the layout.",
        times=time_arithmetic.NEGATIVE,
    ),
    unary(
        "abs",
        np.abs,
        "The absolute value of x, the modulus of a complex number. Also of durations. Keeps the layout.",
        times=time_arithmetic.ABS,
    ),
    unary(
        "sign",
        np.sign,
        "-1, 0 or 1, x / |x| of a complex number that is not zero; NaN stays NaN; not for bool. Keeps the layout.",
    ),
    unary("exp", np.exp, "e to the power of x. Dense: exp(0) = 1."),
    unary("log", np.log, "The natural logarithm of x; NaN below 0. Dense: log(0) = -inf."),
    unary("log1p", np.log1p, "log(1 + x), exact near 0. Keeps the layout."),
    unary("expm1", np.expm1, "exp(x) - 1, exact near 0. Keeps the layout."),
    unary("sqrt", np.sqrt, "The square root of x; NaN below 0. Keeps the layout."),
    unary("sin", np.sin, "The sine of x in radians; NaN of what is infinite. Keeps the layout."),
    unary("cos", np.cos, "The cosine of x in radians; NaN of what is infinite. Dense: cos(0) = 1."),
    unary(
        "clip",
        _clip,
        "min(max(x, min), max), as numpy's clip. Keeps the layout if zero is between the bounds, else dense.",
        REAL,
        Parameter("min", "float", "The least value of the result; none when unset."),
        Parameter("max", "float", "The greatest value of the result; none when unset."),
    ),
    Op(
        name="cast",
        version=1,
        signature="cast(x[...], dtype) -> dtype[...]",
        doc=(
            "x with another element type, as numpy's astype: floats are cut off towards zero, integers wrap around. "
            "Complex numbers cannot become real. Keeps the layout; entries that become zero are not stored."
        ),
        missing="Missing where x is.",
        arguments=("x",),
        results=("result",),
        infer=_infer_cast,
        run=_run_cast,
        rows=rows.of_first,
        parameters=(Parameter("dtype", "dtype", "The name of the element type of the result.", required=True),),
    ),
)
"""The operations of this module."""
