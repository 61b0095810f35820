"""Numbers in ascending order within segments, and functions of single numbers."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from scipy import special

from unit.engine.kernel_cases import CONFIGURATIONS, Configuration, Draw, draws, few

values = pytest.mark.parametrize(
    "types",
    [c for c in CONFIGURATIONS if c.value != "bool" and c.index == "int32"],
    ids=lambda c: f"{c.value}-{'compiled' if c.compiled else 'source'}",
)


@values
@few
@given(case=draws())
def test_segments_are_sorted_and_long_ones_left_alone(types: Configuration, case: Draw) -> None:
    counts = np.random.default_rng(case.seed).integers(0, 70, case.rows)
    indptr = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    data = case.values(types, int(indptr[-1]))
    found = data.copy()
    types.run_rows("sort_segments", indptr, found, types.empty(len(data)), 60, rows=case.rows)
    for begin, end in pairwise(indptr):
        segment = data[begin:end]
        np.testing.assert_array_equal(found[begin:end], np.sort(segment) if len(segment) <= 60 else segment)


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("value", ["float32", "float64"])
def test_gelu_is_exact_in_its_tail(value: str, compiled: bool) -> None:
    types = Configuration("int32", value, compiled)
    x = np.array([-np.inf, -1e30, -37.0, -9.5, -0.0, 0.5, 3.0, np.inf, np.nan]).astype(value)
    out = types.empty(len(x))
    if compiled:
        types.run("map_values", x, out, 0, len(x), op="gelu")
    else:
        from jazz_server.engine.kernels.activations import gelu

        out[:] = [gelu(float(each)) for each in x]
    wide = x.astype(np.float64)
    with np.errstate(invalid="ignore"):
        expected = np.where(wide < -40, 0, wide * special.ndtr(wide))
    np.testing.assert_allclose(out, expected.astype(value), rtol=1e-6 if value == "float32" else 1e-13)
