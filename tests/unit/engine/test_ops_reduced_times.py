"""Reductions of what is no number: extremes of times, texts and ordered factors, sums and means of durations."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from jazz.convert import from_value
from jazz_server.engine.catalogue import CATALOGUE
from jazz_server.kinds.match import type_of
from jazz_server.kinds.types import AnyType, TensorType
from unit.engine.answers import answered, mismatch, refused, shown, tensor, zoned
from unit.engine.samples import apply, infer, missing_of

MOMENTS = np.array([["1969-12-31T23", "2024-02-29T12"], ["2024-03-01T00", "1969-12-31T23"]], "M8[ms]")
DAYS = MOMENTS.astype("M8[D]")
SPANS = np.array([[-1500, 86_400_000], [7, -1500]], "m8[ms]")
TEXTS = ["beta", "", "Ärger", "\U0001f600", "beta\0", "b"]
EXTREMES = {"max": np.max, "min": np.min, "argmax": np.argmax, "argmin": np.argmin}


def with_gap(array: Any) -> Any:
    array = array.copy()
    array[0, 1] = "NaT"
    return array


@pytest.mark.parametrize("array", [MOMENTS, DAYS, SPANS], ids=["timestamps", "dates", "durations"])
@pytest.mark.parametrize("name", EXTREMES)
@pytest.mark.parametrize("axis", [None, 0, 1])
def test_extremes_are_those_of_numpy(name: str, array: Any, axis: int | None) -> None:
    for order in "CF":
        found = shown(answered(name, np.asarray(array, order=order), axis=axis))
        expected = np.asarray(EXTREMES[name](array, axis=axis))
        assert_array_equal(found, expected)
        assert found.dtype == expected.dtype
    assert answered(name, array, axis=axis, keepdims=True).ndim == 2


@pytest.mark.parametrize("array", [MOMENTS, DAYS, SPANS], ids=["timestamps", "dates", "durations"])
@pytest.mark.parametrize("name", EXTREMES)
def test_what_is_missing_counts_or_is_left_out(name: str, array: Any) -> None:
    gappy = with_gap(array)
    assert_array_equal(missing_of(answered(name, gappy, axis=1)), [True, False])
    left = shown(answered(name, gappy, axis=0, skipna=True))
    expected = [EXTREMES[name](gappy[:, 0]), gappy[1, 1] if name in ("max", "min") else 1]
    assert left.tolist() == np.asarray(expected, left.dtype).tolist()
    nothing = np.full((2, 3), "NaT", array.dtype)
    assert missing_of(answered(name, nothing, axis=0, skipna=True)).all()


def test_extremes_keep_units_and_zones() -> None:
    assert str(answered("max", zoned(MOMENTS, "Asia/Tokyo")).dtype) == "timestamp[ms, Asia/Tokyo]"
    assert str(answered("min", SPANS.astype("m8[ns]"), axis=0).dtype) == "duration[ns]"


@pytest.mark.parametrize("name", [*EXTREMES, "mean"])
def test_there_must_be_elements(name: str) -> None:
    assert "at least one element" in mismatch(name, MOMENTS[:0])


@pytest.mark.parametrize("name", EXTREMES)
def test_texts_are_in_the_order_of_code_points(name: str) -> None:
    found = from_value(answered(name, np.array(TEXTS, np.dtypes.StringDType())))
    assert found == {"max": "\U0001f600", "min": "", "argmax": 3, "argmin": 1}[name]


@given(
    texts=st.lists(st.lists(st.one_of(st.none(), st.text(max_size=3)), min_size=2, max_size=2), min_size=1, max_size=5),
    skipna=st.booleans(),
    axis=st.sampled_from([0, 1]),
)
def test_extremes_of_texts_are_those_of_python(texts: list[list[str | None]], skipna: bool, axis: int) -> None:
    if all(text is None for line in texts for text in line):
        return
    lines = [list(line) for line in (zip(*texts, strict=True) if axis == 0 else texts)]
    for name, function in {"max": max, "min": min}.items():
        found = from_value(answered(name, texts, axis=axis, skipna=skipna), to="pandas")
        for element, line in zip(found.astype(object).where(found.notna(), None), lines, strict=True):
            there = [text for text in line if text is not None]
            known = there and (skipna or len(there) == len(line))
            assert element == (function(there) if known else None)


def test_bytes_and_ordered_factors() -> None:
    assert from_value(answered("min", [b"b", b"a\0", b"a"])) == b"a"
    sizes = pd.Categorical(["M", "S", "L"], categories=["S", "M", "L"], ordered=True)
    largest = answered("max", sizes)
    assert str(largest.dtype) == "ordered factor"
    assert largest.categories is not None
    assert from_value(largest).to_numpy() == "L"
    assert int(answered("argmin", sizes).array()) == 1
    with_order = "real numbers, texts, bytes, times or ordered factors"
    assert mismatch("max", pd.Categorical(["a", "b"])) == f"x: expected {with_order}, found factor"


def test_sums_of_durations_are_those_of_numpy() -> None:
    assert_array_equal(shown(answered("sum", SPANS)), SPANS.sum())
    assert_array_equal(shown(answered("sum", SPANS, axis=0)), SPANS.sum(axis=0))
    assert missing_of(answered("sum", with_gap(SPANS))).all()
    assert_array_equal(shown(answered("sum", with_gap(SPANS), axis=0, skipna=True)), [SPANS[:, 0].sum(), SPANS[1, 1]])
    assert_array_equal(shown(answered("sum", SPANS[:0], axis=0)), np.zeros(2, "m8[ms]"))
    assert "numbers" in mismatch("sum", MOMENTS)


@given(ticks=st.lists(st.integers(-(2**63) + 1, 2**63 - 1), min_size=1, max_size=6))
def test_sums_and_means_are_exact(ticks: list[int]) -> None:
    spans, total = np.array(ticks, "m8[ns]"), sum(ticks)
    mean = abs(total) // len(ticks) * (1 if total >= 0 else -1)
    assert int(answered("mean", spans).array()) == mean
    if -(2**63) <= total < 2**63:
        assert int(answered("sum", spans).array()) == total
    else:
        assert "64 bits" in refused("sum", spans).expected


@pytest.mark.parametrize("unit", ["s", "ns"])
def test_means_are_those_of_pandas(unit: str) -> None:
    for ticks in ([-3, -4], [3, 4, 7]):
        moments = pd.Series(np.array(ticks, f"M8[{unit}]"))
        assert_array_equal(shown(answered("mean", moments)), moments.mean().asm8)
        spans = pd.Series(np.array(ticks, f"m8[{unit}]"))
        assert_array_equal(shown(answered("mean", spans)), spans.mean().asm8)
    gappy = with_gap(MOMENTS)
    expected = pd.DataFrame(gappy).mean().to_numpy()
    assert_array_equal(shown(answered("mean", gappy, axis=0, skipna=True)), expected)
    assert missing_of(answered("mean", gappy)).all()
    assert "numbers" in mismatch("mean", DAYS)


@pytest.mark.parametrize("name", ["max", "min", "sum", "mean"])
def test_nothing_is_known_of_the_result_for_what_nothing_is_known_of(name: str) -> None:
    for argument in (AnyType(), TensorType()):
        (found,), wrong = infer(CATALOGUE[name], [argument])
        assert not wrong
        assert isinstance(found, TensorType)
        assert not found.dtypes
    (found,), _ = infer(CATALOGUE[name], [type_of(tensor(np.ones(3)))])
    assert isinstance(found, TensorType)
    assert [str(dtype) for dtype in found.dtypes] == ["float64"]


def test_sparse_times_have_zeros_where_entries_are_absent() -> None:
    dense = tensor(np.array([[0, 5], [0, -7]], "m8[s]"))
    numbers = apply("to_sparse", tensor(np.array([[0, 5], [0, -7]])), layout="csr")
    sparse = replace(numbers, dtype=dense.dtype)
    for name in ("max", "min", "argmin", "sum", "mean"):
        assert_array_equal(shown(apply(name, sparse, axis=1)), shown(apply(name, dense, axis=1)))
