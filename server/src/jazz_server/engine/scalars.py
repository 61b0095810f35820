"""Chains of element-wise operations on single numbers, as the source of one kernel.

Only operations are here whose result is numpy's to the last bit: what functions of a library of mathematics give is
not, and numpy's vectorised ones are faster than those of single numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from jazz_server.engine.op import Settings

NAME: Final = "chain"
"""The name of the kernel in each source."""

_FORMS: Final[Mapping[str, str]] = {
    "add": "{0} + {1}",
    "subtract": "{0} - {1}",
    "multiply": "{0} * {1}",
    "divide": "{0} / {1}",
    "negative": "-{0}",
    "abs": "abs({0})",
    "sqrt": "math.sqrt({0})",
    "maximum": "{0} if {0} >= {1} or {0} != {0} else {1}",
    "minimum": "{0} if {0} <= {1} or {0} != {0} else {1}",
    "relu": "{0} if {0} >= value(0.0) or {0} != {0} else value(0.0)",
}
"""What an operation does to numbers; NaN is kept, as numpy does."""

_HEAD: Final = '''"""Written for a chain of element-wise steps that runs often."""

import math

from jazz_server.engine.kernels.declare import NumberType, Size, Values, ValuesOut, kernel


@kernel(value=("{dtype}",))
def {name}({takes}, out: ValuesOut, value: NumberType, begin: Size, end: Size) -> None:
    """Compute the elements from `begin` up to `end`."""
    for i in range(begin, end):
'''


@dataclass(frozen=True, slots=True)
class Number:
    """A literal."""

    value: float


@dataclass(frozen=True, slots=True)
class ScalarStep:
    """One operation of a chain.

    Attributes:
        op: Its name.
        operands: Literals, or the places of values: those that the chain takes come first, then the steps.
        settings: Its settings.
    """

    op: str
    operands: tuple[int | Number, ...]
    settings: Settings


def source_of(steps: Sequence[ScalarStep], takes: int, dtype: str) -> str | None:
    """The source of the kernel of a chain; None when it has a step that has no form for single numbers.

    Args:
        steps: The steps, the last of which gives the result.
        takes: How many arrays go in, all of the shape and the element type of the result.
        dtype: That element type.
    """
    names = [f"v{place}" for place in range(takes)]
    lines = [f"{name} = x{place}[i]" for place, name in enumerate(names)]
    for step in steps:
        form = _form(step)
        if form is None or dtype not in ("float32", "float64"):
            return None
        texts = [f"value({each.value!r})" if isinstance(each, Number) else names[each] for each in step.operands]
        if any("inf" in text or "nan" in text for text in texts):
            return None
        names.append(f"v{len(names)}")
        lines.append(f"{names[-1]} = {form.format(*texts)}")
    lines.append(f"out[i] = {names[-1]}")
    head = _HEAD.format(dtype=dtype, name=NAME, takes=", ".join(f"x{place}: Values" for place in range(takes)))
    return head + "".join(f"        {line}\n" for line in lines)


def has_form(op: str) -> bool:
    """Whether an operation may have a form for single numbers."""
    return op == "clip" or op in _FORMS


def _form(step: ScalarStep) -> str | None:
    if step.op != "clip":
        return _FORMS.get(step.op)
    low, high = (step.settings.get(name) for name in ("min", "max"))
    if not isinstance(low, int | float) or not isinstance(high, int | float) or not low <= high:
        return None
    return f"min(max({{0}}, value({float(low)!r})), value({float(high)!r})) if {{0}} == {{0}} else {{0}}"
