"""Arithmetic of two operands, element by element."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from jazz_server.engine import arguments, rows, time_arithmetic
from jazz_server.engine.errors import OpError
from jazz_server.engine.mapped_texts import JOINED, with_texts
from jazz_server.engine.mapping import Rule, infer_rule, run_rule
from jazz_server.engine.op import Inference, Op, Scalar, Settings
from jazz_server.engine.pointwise import binary
from jazz_server.engine.promotion import BOOL, INTEGERS, NUMERIC, REAL, Array, scalar_dtype
from jazz_server.kinds.types import TensorType, Type

_SHARED = (
    "Operands are broadcast as in numpy, and the element type is numpy's; a literal takes the type of the tensor "
    "beside it within its family (NEP 50)."
)
_FINER = "of two units the result has the finer one"
_DENSE_TIMES = "Times are dense; what does not fit in 64 bits is an error when it runs."
_EXPONENTS = "exponents of at least 0 of integers; floating-point numbers have others"


def _power(a: Any, b: Any) -> Array:
    square = isinstance(b, int | float) and not isinstance(b, bool) and b == 2
    if square and isinstance(a, np.ndarray) and a.dtype.kind in "fc":
        return np.asarray(np.square(a))
    try:
        return np.asarray(np.power(a, b))
    except ValueError as error:  # of integers only
        raise OpError("b", _EXPONENTS, str(np.min(b))) from error


_POW = Rule("pow", _power, ("a", "b"), decisive=(1, 0))


def _infer_pow(inference: Inference, args: Sequence[Type | Scalar], settings: Settings) -> tuple[Type, ...]:
    base, exponent = args
    if isinstance(exponent, int) and exponent < 0:
        found = arguments.operand(inference, "a", base, NUMERIC)
        dtypes = found.dtypes if isinstance(found, TensorType) else (scalar_dtype(found),)
        if set(dtypes) <= {*INTEGERS, BOOL}:
            inference.mismatch("b", _EXPONENTS, repr(exponent))
            return (TensorType(dtypes, found.shape if isinstance(found, TensorType) else ()),)
    return infer_rule(_POW)(inference, args, settings)


_ADD = binary(
    "add",
    np.add,
    f"a + b. Sparse if both are sparse, else dense; x + 0 of a sparse x stays sparse. {_SHARED} Durations are "
    f"added to timestamps, to dates (whole days) and to durations: {_FINER}. {_DENSE_TIMES} Of texts, b behind a, as "
    "strings; elements of factors are the texts of their categories.",
    times=time_arithmetic.ADD,
)

OPS: Final = (
    with_texts(_ADD, JOINED),
    binary(
        "subtract",
        np.subtract,
        f"a - b; not for two bools. Sparse if both are sparse, else dense. {_SHARED} The difference of two timestamps "
        "(both with zones, of moments; or both without), of two dates (in seconds) and of two durations is a duration; "
        f"durations are subtracted from timestamps and dates (whole days); {_FINER}. {_DENSE_TIMES}",
        times=time_arithmetic.SUBTRACT,
    ),
    binary(
        "multiply",
        np.multiply,
        "a * b. Sparse if either is sparse: an absent entry annihilates, 0 * inf = 0 where the zero is absent. "
        f"{_SHARED} A duration times a number is a duration, cut off towards zero. {_DENSE_TIMES}",
        annihilators=(0, 1),
        missing="Missing where a or b is, unless an entry of the other one is absent.",
        times=time_arithmetic.MULTIPLY,
    ),
    binary(
        "divide",
        np.divide,
        "a / b, true division. Sparse if a is sparse: 0 / 0 = 0 where the numerator is absent. An absent entry of b "
        f"is a zero to divide by. {_SHARED} The ratio of two durations is float64; a duration divided by a number is a "
        f"duration, cut off towards zero, and then 0 is an error. {_DENSE_TIMES}",
        annihilators=(0,),
        missing="Missing where a or b is, unless an entry of a is absent.",
        times=time_arithmetic.DIVIDE,
    ),
    binary(
        "floor_divide",
        np.floor_divide,
        "floor(a / b), the quotient rounded down; integers divided by 0 give 0. Sparse if a is sparse: 0 where an "
        f"entry of a is absent. {_SHARED} Of two durations int64, and then 0 is an error.",
        REAL,
        annihilators=(0,),
        missing="Missing where a or b is, unless an entry of a is absent.",
        times=time_arithmetic.FLOOR_DIVIDE,
    ),
    binary(
        "remainder",
        np.remainder,
        "a - floor(a / b) * b, with the sign of b; integers divided by 0 leave 0. Sparse if a is sparse: 0 where an "
        f"entry of a is absent. {_SHARED} Of two durations a duration, and then 0 is an error.",
        REAL,
        annihilators=(0,),
        missing="Missing where a or b is, unless an entry of a is absent.",
        times=time_arithmetic.REMAINDER,
    ),
    Op(
        name="pow",
        version=1,
        signature="pow(a[...], b[...]) -> [...]",
        doc=(
            "a to the power of b; NaN for a root of what is negative. Sparse if a is and b is a literal above 0, else "
            f"dense: 0 to the power of 0 is 1. {_SHARED}"
        ),
        missing="Missing where a or b is, unless a is 1 or b is 0: then 1, as in IEEE 754 of NaN.",
        arguments=("a", "b"),
        results=("result",),
        infer=_infer_pow,
        run=run_rule(_POW),
        rows=rows.elementwise,
    ),
    binary(
        "maximum",
        np.maximum,
        "The greater of a and b; NaN if either is. Sparse if both are sparse, or if one is and the other is a literal "
        f"of at most 0. {_SHARED} Of two timestamps in one zone, or without; of dates; of durations: {_FINER}.",
        REAL,
        times=time_arithmetic.extremes(np.maximum),
    ),
    binary(
        "minimum",
        np.minimum,
        "The lesser of a and b; NaN if either is. Sparse if both are sparse, or if one is and the other is a literal "
        f"of at least 0. {_SHARED} Of two timestamps in one zone, or without; of dates; of durations: {_FINER}.",
        REAL,
        times=time_arithmetic.extremes(np.minimum),
    ),
)
"""The operations of this module."""
