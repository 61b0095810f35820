"""The functions of numpy that are operations of pipelines."""

from __future__ import annotations

from typing import Final

import numpy as np

UFUNCS: Final = {
    np.add: "add",
    np.subtract: "subtract",
    np.multiply: "multiply",
    np.divide: "divide",
    np.matmul: "matmul",
    np.maximum: "maximum",
    np.minimum: "minimum",
    np.equal: "equal",
    np.not_equal: "not_equal",
    np.less: "less",
    np.less_equal: "less_equal",
    np.greater: "greater",
    np.greater_equal: "greater_equal",
    np.negative: "negative",
    np.absolute: "abs",
    np.exp: "exp",
    np.log: "log",
    np.log1p: "log1p",
    np.sqrt: "sqrt",
    np.floor_divide: "floor_divide",
    np.remainder: "remainder",
    np.power: "pow",
    np.expm1: "expm1",
    np.sign: "sign",
    np.sin: "sin",
    np.cos: "cos",
    np.tanh: "tanh",
    np.rint: "round",
    np.floor: "floor",
    np.ceil: "ceil",
    np.trunc: "trunc",
    np.isnan: "isnan",
    np.isinf: "isinf",
    np.isfinite: "isfinite",
    np.logical_and: "logical_and",
    np.logical_or: "logical_or",
    np.logical_xor: "logical_xor",
    np.logical_not: "logical_not",
    np.bitwise_and: "logical_and",
    np.bitwise_or: "logical_or",
    np.bitwise_xor: "logical_xor",
    np.invert: "logical_not",
}
"""Names of operations by the functions of numpy that say the same."""
