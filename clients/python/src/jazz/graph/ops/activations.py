"""Functions that neurons apply to what they have summed."""

from __future__ import annotations

from typing import Literal

from jazz.graph import settings
from jazz.graph.errors import tracing_error
from jazz.graph.node import Node, Operand, apply


def relu(x: Operand) -> Node:
    """`max(x, 0)`, element by element; sparse stays sparse.

    >>> print(jazz.pipeline(lambda x: jazz.ops.relu(x)))
    <lambda>(x) -> result
      %0 = relu(x)
      result = %0
    """
    return apply("relu", x)


def sigmoid(x: Operand) -> Node:
    """`1 / (1 + exp(-x))`, element by element; dense, since `sigmoid(0)` is 0.5.

    >>> print(jazz.pipeline(lambda x: jazz.ops.sigmoid(x)))
    <lambda>(x) -> result
      %0 = sigmoid(x)
      result = %0
    """
    return apply("sigmoid", x)


def leaky_relu(x: Operand, alpha: float = 0.01) -> Node:
    """`x` where it is above 0, else `alpha * x`, element by element; sparse stays sparse.

    >>> print(jazz.pipeline(lambda x: jazz.ops.leaky_relu(x, 0.2)))
    <lambda>(x) -> result
      %0 = leaky_relu(x, alpha=0.2)
      result = %0
    """
    slope = settings.real("alpha", alpha)
    return apply("leaky_relu", x, alpha=None if slope == 0.01 else slope)


def tanh(x: Operand) -> Node:
    """The hyperbolic tangent, element by element; sparse stays sparse.

    >>> print(jazz.pipeline(lambda x: jazz.ops.tanh(x)))
    <lambda>(x) -> result
      %0 = tanh(x)
      result = %0
    """
    return apply("tanh", x)


def gelu(x: Operand, approximate: Literal["none", "tanh"] = "none") -> Node:
    """`x * P(X <= x)` of a normal variable X, element by element; sparse stays sparse.

    Args:
        x: A tensor of real numbers.
        approximate: "tanh" for `x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x**3)))` in its place.

    >>> print(jazz.pipeline(lambda x: jazz.ops.gelu(x)))
    <lambda>(x) -> result
      %0 = gelu(x)
      result = %0
    """
    if approximate not in ("none", "tanh"):
        raise tracing_error("approximate", "'none' or 'tanh'", repr(approximate))
    return apply("gelu", x, approximate=None if approximate == "none" else approximate)


def softplus(x: Operand) -> Node:
    """`log(1 + exp(x))`, element by element, without overflow; dense, since `softplus(0)` is `log(2)`.

    >>> print(jazz.pipeline(lambda x: jazz.ops.softplus(x)))
    <lambda>(x) -> result
      %0 = softplus(x)
      result = %0
    """
    return apply("softplus", x)
