"""Functions that neurons apply to what they have summed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from jazz_server.engine import rows
from jazz_server.engine.library import kernel
from jazz_server.engine.mapping import Rule, infer_rule, run_rule
from jazz_server.engine.op import Inference, Op, Parameter, Scalar, Settings
from jazz_server.engine.pointwise import unary
from jazz_server.engine.promotion import KERNEL_DTYPES, REAL, Array
from jazz_server.kinds.types import Type

_TWICE_ROOT_2_PI: Final = 1.5957691216057308
"""2 sqrt(2 / pi)."""


def _real(x: Array) -> Array:
    """Numbers as those floating-point numbers that numpy's exp gives of them."""
    return x.astype(np.exp(np.zeros(1, x.dtype)).dtype, copy=False)


def _gelu(x: Array, approximate: str) -> Array:
    real = _real(x)
    work = np.asarray(real if real.dtype in KERNEL_DTYPES else real.astype(np.float32), order="C")
    if approximate == "tanh":
        # x / 2 * (1 + tanh(u)) is x / (1 + exp(-2 u)), in which nothing cancels.
        out = work / (1 + np.exp(-_TWICE_ROOT_2_PI * (work + 0.044715 * work * work * work)))
        out = np.where(work == -np.inf, work.dtype.type(0), out)
    else:
        out = np.empty(work.shape, work.dtype)
        kernel("map_values", op="gelu", value=work.dtype)(work.reshape(-1), out.reshape(-1), 0, out.size)
    return np.asarray(out.astype(real.dtype, copy=False))


def _relu(x: Array) -> Array:
    return np.asarray(np.maximum(x, x.dtype.type(0)))


def _leaky_relu(x: Array, alpha: float) -> Array:
    return np.asarray(np.where(x > 0, x, x * alpha))


def _sigmoid(x: Array) -> Array:
    """1 / (1 + exp(-x)) without overflow: exp is taken of -|x| only."""
    e = np.exp(-np.abs(_real(x)))
    return np.asarray(np.where(x >= 0, e.dtype.type(1), e) / (1 + e))


def _softplus(x: Array) -> Array:
    """log(1 + exp(x)) without overflow: exp is taken of -|x| only."""
    real = _real(x)
    return np.asarray(np.maximum(real, 0) + np.log1p(np.exp(-np.abs(real))))


_GELU: Final = Rule("gelu", _gelu, ("x",), (REAL,), settings=("approximate",), texts=("approximate",))


def _infer_gelu(inference: Inference, args: Sequence[Type | Scalar], settings: Settings) -> tuple[Type, ...]:
    if settings["approximate"] not in ("none", "tanh"):
        inference.mismatch("approximate", "none or tanh", repr(settings["approximate"]))
    return infer_rule(_GELU)(inference, args, settings)


OPS: Final = (
    unary("relu", _relu, "max(x, 0), with the element type of x; NaN stays NaN. Keeps the layout.", REAL),
    unary(
        "leaky_relu",
        _leaky_relu,
        "x where it is above 0, else alpha * x (Maas, Hannun and Ng 2013). Keeps the layout.",
        REAL,
        Parameter("alpha", "float", "The slope below 0.", default=0.01),
    ),
    unary(
        "sigmoid",
        _sigmoid,
        "The logistic function 1 / (1 + exp(-x)), without overflow. Dense: sigmoid(0) = 1/2.",
        REAL,
    ),
    unary("tanh", np.tanh, "The hyperbolic tangent of x. Keeps the layout."),
    Op(
        name="gelu",
        version=1,
        signature="gelu(x[...], approximate) -> [...]",
        doc=(
            "x * P(X <= x) of a normal variable X, which is x / 2 * (1 + erf(x / sqrt(2))); the limit 0 of -inf "
            "(Hendrycks and Gimpel 2016). Keeps the layout."
        ),
        missing="Missing where x is.",
        arguments=("x",),
        results=("result",),
        infer=_infer_gelu,
        run=run_rule(_GELU),
        rows=rows.elementwise,
        parameters=(
            Parameter(
                "approximate",
                "str",
                '"none", or "tanh": x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x**3))).',
                default="none",
            ),
        ),
    ),
    unary(
        "softplus",
        _softplus,
        "log(1 + exp(x)), without overflow. Dense: softplus(0) = log(2).",
        REAL,
    ),
)
"""The operations of this module."""
