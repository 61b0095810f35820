"""Truth values, and questions whether numbers are numbers."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from unit.engine.cases import Case, anything, broadcastable
from unit.engine.checking import Check
from unit.engine.missing_reference import deciding
from unit.engine.reference import elementwise
from unit.engine.samples import samples, shapes

BOOL = ("bool",)


@st.composite
def truths(draw: st.DrawFn, _name: str) -> Case:
    shape = draw(shapes())
    other = draw(st.one_of(samples(draw(broadcastable(shape)), BOOL), st.booleans()))
    pair = [draw(samples(shape, BOOL)), other]
    return pair if draw(st.booleans()) else pair[::-1], {}


@st.composite
def truth(draw: st.DrawFn, _name: str) -> Case:
    return [draw(samples(draw(shapes()), BOOL))], {}


CHECKS = {
    "logical_and": Check(truths, elementwise(np.logical_and, 0, 1), deciding(False, False)),
    "logical_or": Check(truths, elementwise(np.logical_or), deciding(True, True)),
    "logical_xor": Check(truths, elementwise(np.logical_xor)),
    "logical_not": Check(truth, elementwise(np.logical_not)),
    "isnan": Check(anything, elementwise(np.isnan)),
    "isinf": Check(anything, elementwise(np.isinf)),
    "isfinite": Check(anything, elementwise(np.isfinite)),
}
