"""Literals as values: what a number or text is when no tensor is beside it. As numpy has it: int64, float64."""

from __future__ import annotations

import numpy as np

from jazz.values import DataType, Layout, Tensor, dense
from jazz_server.engine import texts
from jazz_server.engine.op import Scalar
from jazz_server.kinds.types import TensorType


def scalar_type(value: Scalar) -> TensorType:
    """The type of a literal that stands alone."""
    if isinstance(value, bool):
        name = "bool"
    elif isinstance(value, int):
        name = "int64"
    else:
        name = "float64" if isinstance(value, float) else "string"
    return TensorType((DataType(name),), (), (Layout.DENSE,))


def scalar_value(value: Scalar) -> Tensor:
    """The tensor of rank 0 that holds a literal."""
    if isinstance(value, str):
        return texts.single(value)
    return dense(np.asarray(value, dtype=scalar_type(value).dtypes[0].storage))
