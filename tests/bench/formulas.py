"""Functions that nobody has run before: generated formulas over whatever stands for numpy."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import count
from types import SimpleNamespace
from typing import Any

_STEPS = (
    "{a} + {b}", "{a} - {b}", "{a} * {b}", "{a} * {c}", "np.maximum({a}, {b})", "np.minimum({a}, {c})",
    "np.exp(-np.abs({a}))", "np.tanh({a})", "np.sqrt(np.abs({a}))", "np.maximum({a} @ w, 0)",
)  # fmt: skip
_seeds = count()


def formula(seed: int, least: int = 3, most: int = 20) -> str:
    """The source of a function f(x, w) of 3 to 20 steps that gives a number for each row of x; no two are the same."""
    rng = random.Random(seed)
    lines, names = [], ["x"]
    for step in range(rng.randint(least, most) - 1):
        a, b = rng.choice(names[-3:]), rng.choice(names)
        text = rng.choice(_STEPS).format(a=a, b=b, c=round(rng.uniform(0.1, 2), 6))
        lines.append(f"v{step} = {text}")
        names.append(f"v{step}")
    body = "\n    ".join([*lines, f"return np.sum({names[-1]}, 1)"])
    return f"def f(x, w):\n    {body}\n"


def function(source: str, np: Any) -> Callable[..., Any]:
    """The function of a source over what stands for numpy."""
    scope: dict[str, Any] = {"np": np}
    exec(source, scope)
    return scope["f"]  # type: ignore[no-any-return]


def fresh() -> str:
    """A formula that has not been given before."""
    return formula(next(_seeds))


def traced() -> SimpleNamespace:
    """What stands for numpy where Jazz traces."""
    from jazz import ops

    names = ("maximum", "minimum", "exp", "tanh", "sqrt", "abs")
    return SimpleNamespace(**{name: getattr(ops, name) for name in names}, sum=lambda x, axis: ops.sum(x, axis=axis))
