"""Decompositions and systems of equations: what the answers have to fulfil, since bases may differ in sign."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from jazz.values import Layout, dense
from unit.engine.cases import REAL, Case
from unit.engine.checking import Check
from unit.engine.checks.graphs import complete
from unit.engine.samples import Sample, samples, sparse

ALONE = dict.fromkeys(("svds", "eigsh", "cg"), "test_ops_solvers.py")


@st.composite
def systems(draw: st.DrawFn, name: str) -> Case:
    """A matrix whose diagonal outweighs the rest; symmetric for `cg`."""
    rows = draw(st.integers(0, 5))
    given = draw(samples((rows, rows), REAL, wild=False))
    kind = given.array.dtype.kind
    array = given.array if kind != "b" else np.zeros((rows, rows), np.bool_)
    small = np.clip(array, 0, 2) if kind != "b" else array
    if name == "cg":
        small = np.maximum(small, small.T)
    np.fill_diagonal(small := np.array(small), True if kind == "b" else 2 * rows + 1)
    layout = given.tensor.layout
    stored = np.asarray(small != 0)
    tensor = dense(small) if layout is Layout.DENSE else sparse(small, stored, layout)
    a = Sample(tensor, small, stored if layout is not Layout.DENSE else np.ones_like(stored), np.zeros_like(stored))
    shape = (rows,) if name == "cg" else draw(st.sampled_from([(rows,), (rows, 0), (rows, 1), (rows, 3)]))
    return [a, draw(samples(shape, REAL, wild=False))], {"rtol": 1e-13} if name == "cg" else {}


def _wide(a: Sample, b: Sample) -> np.dtype[Any]:
    common = np.result_type(a.array, b.array)
    return np.dtype(np.float32 if common in (np.float16, np.float32) else np.float64)


def _spsolve(a: Sample, b: Sample) -> tuple[Any, ...]:
    found = np.linalg.solve(a.array.astype(np.float64), b.array.astype(np.float64))
    return (found.astype(_wide(a, b)),)


CHECKS = {"spsolve": Check(systems, _spsolve, complete(_spsolve), complete=(0, 1), rtol=1e-4)}
