"""Powers, quotients rounded down, and what they leave."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from unit.engine.cases import LITERALS, REAL, Case, broadcastable
from unit.engine.checking import Check
from unit.engine.missing_reference import annihilating, deciding
from unit.engine.reference import elementwise
from unit.engine.samples import DTYPES, samples, shapes


@st.composite
def pairs(draw: st.DrawFn, _name: str) -> Case:
    shape = draw(shapes())
    other = draw(st.one_of(samples(draw(broadcastable(shape)), REAL), LITERALS))
    pair = [draw(samples(shape, REAL)), other]
    return pair if draw(st.booleans()) else pair[::-1], {}


@st.composite
def powers(draw: st.DrawFn, _name: str) -> Case:
    """Exponents that are tensors are not negative integers, which show only in the data."""
    shape = draw(shapes())
    other = draw(broadcastable(shape))
    exponents = ("bool", "uint8", "uint64", "float32", "float64")
    args: tuple[Any, Any] = draw(
        st.sampled_from(
            [
                (samples(shape, DTYPES), samples(other, exponents)),
                (samples(other, DTYPES), samples(shape, exponents)),
                (samples(shape, DTYPES), st.sampled_from([0, 1, 2, 3, -1, 2.0, 0.5, -1.5, True])),
                (st.sampled_from([0, 1, 2, -3, 2.0, 0.5]), samples(shape, exponents)),
            ]
        )
    )
    return [draw(args[0]), draw(args[1])], {}


def _to_a_negative_integer(args: list[Any], _settings: dict[str, Any]) -> bool:
    """Which numpy refuses only where there are elements."""
    return isinstance(args[1], int) and args[1] < 0


CHECKS = {
    "floor_divide": Check(pairs, elementwise(np.floor_divide, 0), annihilating(0)),
    "remainder": Check(pairs, elementwise(np.remainder, 0), annihilating(0)),
    "pow": Check(powers, elementwise(np.power), deciding(1, 0), refuses=_to_a_negative_integer),
}
