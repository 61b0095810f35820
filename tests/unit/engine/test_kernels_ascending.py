"""Numbers selected from segments, and functions of single numbers."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from scipy import special

from unit.engine.kernel_cases import CONFIGURATIONS, Configuration, Draw, draws, few, same

values = pytest.mark.parametrize(
    "types",
    [c for c in CONFIGURATIONS if c.value != "bool" and c.index == "int32"],
    ids=lambda c: f"{c.value}-{'compiled' if c.compiled else 'source'}",
)


@values
@few
@given(case=draws())
def test_numbers_at_a_place_and_behind_it_are_selected(types: Configuration, case: Draw) -> None:
    random = np.random.default_rng(case.seed)
    counts = random.choice([0, 1, 2, 15, 16, 17, 60, 500], case.rows)
    indptr = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    data = case.values(types, int(indptr[-1])) if case.seed % 2 else random.permutation(indptr[-1]).astype(types.value)
    found, places = data.copy(), random.integers(indptr[:-1], np.maximum(indptr[1:], indptr[:-1] + 1))
    types.run_rows("select_segments", indptr[:-1], indptr[1:], found, places, case.seed & 0x7FFFFFFF, rows=case.rows)
    for (begin, end), place in zip(pairwise(indptr), places, strict=True):
        if begin == end:
            continue
        ordered, own = np.sort(data[begin:end]), found[begin:end]
        both = slice(place - begin, place - begin + 2)
        if ordered[-1] != ordered[-1]:
            assert np.isnan(own).all()
        else:
            same(own[both], ordered[both])
            same(np.sort(own), ordered)


@values
def test_segments_stay_as_they_are_if_their_place_is_not_in_them(types: Configuration) -> None:
    data = np.arange(40)[::-1].astype(types.value)
    found = data.copy()
    types.run_rows("select_segments", np.array([0, 20]), np.array([20, 40]), found, np.array([-1, 40]), 7, rows=2)
    same(found, data)


@values
@pytest.mark.parametrize("order", ["ascending", "descending", "equal", "two"])
def test_no_order_of_numbers_is_in_the_way(types: Configuration, order: str) -> None:
    numbers = np.arange(1000)
    data = {"ascending": numbers, "descending": numbers[::-1], "equal": 0 * numbers, "two": numbers % 2}[order]
    found = data.astype(types.value)
    types.run("select_segments", np.array([0]), np.array([1000]), found, np.array([499]), 7, 0, 1)
    same(found[499:501], np.sort(data)[499:501].astype(types.value))


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
