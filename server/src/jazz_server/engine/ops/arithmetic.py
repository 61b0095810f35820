"""Arithmetic of two operands, element by element."""

from __future__ import annotations

from typing import Final

import numpy as np

from jazz_server.engine import rows
from jazz_server.engine.mapping import Rule, infer_rule, run_rule
from jazz_server.engine.op import Op
from jazz_server.engine.promotion import NUMERIC, REAL, Function

_SHARED = (
    "Operands are broadcast as in numpy, and the element type is numpy's; a literal takes the type of the tensor "
    "beside it within its family (NEP 50)."
)


_BASE, _EXPONENT = 1, 0
"""The base that any power of is 1, and the exponent that makes 1 of any base."""


def _pow(a: Any, b: Any) -> Array:
    square = isinstance(b, int | float) and b == 2 and not isinstance(b, bool)
    if square and isinstance(a, np.ndarray) and a.dtype.kind in "fc":
        return np.asarray(np.square(a))
    try:
        return np.asarray(np.power(a, b))
    except ValueError as error:
        raise OpError("b", "exponents of at least 0 for integers; floats have others", "a negative one") from error


def _infer_pow(inference: Inference, args: Sequence[Type | Scalar], settings: Settings) -> tuple[Type, ...]:
    base, exponent = args
    literal = isinstance(exponent, int) and not isinstance(exponent, bool) and exponent < 0
    dtypes = base.dtypes if isinstance(base, TensorType) else (scalar_dtype(base),) if is_scalar(base) else ()
    if literal and dtypes and set(dtypes) <= {*INTEGERS, BOOL}:
        inference.mismatch("b", "an exponent of at least 0 for integers; floats have others", repr(exponent))
        return (TensorType(dtypes, base.shape if isinstance(base, TensorType) else ()),)
    return _POW(inference, args, settings)


OPS: Final = (
    binary(
        "add",
        np.add,
        "a + b. Sparse if both are sparse, else dense; x + 0 of a sparse x stays sparse.",
        kernel="add",
    ),
    binary(
        "subtract",
        np.subtract,
        "a - b; not for two bools. Sparse if both are sparse, else dense.",
        kernel="subtract",
    ),
    binary(
        "multiply",
        np.multiply,
        "a * b. Sparse if either is sparse: an absent entry annihilates, 0 * inf = 0 where the zero is absent.",
        annihilators=(0, 1),
        kernel="multiply",
        missing="Missing where a or b is, unless an entry of the other one is absent.",
    ),
    binary(
        "divide",
        np.divide,
        "a / b, true division. Sparse if a is sparse: 0 / 0 = 0 where the numerator is absent. An absent entry of b "
        "is a zero to divide by.",
        annihilators=(0,),
        missing="Missing where a or b is, unless an entry of a is absent.",
    ),
    binary(
        "maximum",
        np.maximum,
        "The greater of a and b; NaN if either is. Sparse if both are sparse, or if one is and the other is a literal "
        "of at most 0.",
        REAL,
        kernel="maximum",
    ),
    binary(
        "minimum",
        np.minimum,
        "The lesser of a and b; NaN if either is. Sparse if both are sparse, or if one is and the other is a literal "
        "of at least 0.",
        REAL,
        kernel="minimum",
    ),
)
"""The operations of this module."""
