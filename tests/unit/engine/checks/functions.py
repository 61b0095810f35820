"""Functions of one number."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import special

from unit.engine.cases import REAL, Case, anything
from unit.engine.checking import Check
from unit.engine.reference import Reference, alone, elementwise
from unit.engine.samples import samples, shapes


def real(settings: dict[str, list[Any]] | None = None) -> Any:
    """Cases of one operand that is real, with one of several values of each setting, or its default."""

    @st.composite
    def cases(draw: st.DrawFn, _name: str) -> Case:
        chosen = {key: draw(st.sampled_from([None, *values])) for key, values in (settings or {}).items()}
        return [draw(samples(draw(shapes()), REAL))], {k: v for k, v in chosen.items() if v is not None}

    return cases


@st.composite
def rounds(draw: st.DrawFn, _name: str) -> Case:
    return [draw(samples(draw(shapes())))], {"decimals": draw(st.integers(-2, 2))}


def in_float64(function: Any) -> Reference:
    """What a function gives of float64, in the type that numpy's exp gives."""

    def reference(x: Any, **settings: Any) -> tuple[Any, ...]:
        array = alone(x)
        found = function(array.astype(np.float64), **settings)
        return (np.asarray(found).astype(np.exp(np.zeros(1, array.dtype)).dtype),)

    return reference


def leaky_relu(x: Any, alpha: float = 0.01) -> tuple[Any, ...]:
    array = alone(x)
    return (np.where(array > 0, array, array * alpha),)


def gelu(x: NDArray[Any], approximate: str = "none") -> NDArray[Any]:
    if approximate == "none":
        share = special.ndtr(x)
    else:
        share = (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))) / 2
    return np.where(x == -np.inf, 0, x * share)


CHECKS = {
    "sign": Check(anything, elementwise(np.sign)),
    "expm1": Check(anything, elementwise(np.expm1)),
    "sin": Check(anything, elementwise(np.sin)),
    "cos": Check(anything, elementwise(np.cos)),
    "tanh": Check(anything, elementwise(np.tanh)),
    "round": Check(rounds, lambda x, decimals: (np.round(alone(x), decimals),)),
    "floor": Check(real(), elementwise(np.floor)),
    "ceil": Check(real(), elementwise(np.ceil)),
    "trunc": Check(real(), elementwise(np.trunc)),
    "leaky_relu": Check(real({"alpha": [0.2, 0, 2, 300]}), leaky_relu),
    "gelu": Check(real({"approximate": ["none", "tanh"]}), in_float64(gelu)),
    "softplus": Check(real(), in_float64(lambda x: np.logaddexp(x, 0))),
}
