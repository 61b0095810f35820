"""Limits that element-wise operations put on their operand, and how they add up."""

from __future__ import annotations

import math
from dataclasses import dataclass

from jazz_server.pipelines.bound import BoundStep
from jazz_server.pipelines.graph import Argument, Literal


@dataclass(frozen=True, slots=True)
class Clamp:
    """The function min(max(x, lower), upper); NaN stays NaN."""

    lower: float = -math.inf
    upper: float = math.inf

    def __call__(self, x: float) -> float:
        """The number within the limits."""
        return min(max(x, self.lower), self.upper)

    def after(self, inner: Clamp) -> Clamp:
        """The function that does `inner` first and this one then, which is a clamp again."""
        return Clamp(self(inner.lower), self(inner.upper))


def clamp_of(step: BoundStep) -> tuple[Argument, Clamp] | None:
    """What a step limits and how; None when it does something else."""
    name, arguments = step.op.name, step.arguments
    if name == "relu":
        return arguments[0], Clamp(lower=0.0)
    if name == "clip":
        low, high = step.settings.get("min"), step.settings.get("max")
        lower = -math.inf if low is None else _number(low)
        upper = math.inf if high is None else _number(high)
        return None if lower is None or upper is None else (arguments[0], Clamp(lower, upper))
    if name in ("maximum", "minimum"):
        for operand, limit in (arguments, arguments[::-1]):
            number = _number(limit.value) if isinstance(limit, Literal) else None
            if number is not None:
                return operand, Clamp(lower=number) if name == "maximum" else Clamp(upper=number)
    return None


def _number(value: object) -> float | None:
    if isinstance(value, int | float) and not isinstance(value, bool) and not math.isnan(value):
        return float(value)
    return None
