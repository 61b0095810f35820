"""Products over semirings: for every mix of layouts and element types those of the definition, with what is missing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from numpy.typing import NDArray

from jazz.values import Layout, dense
from jazz_server.engine import semirings
from jazz_server.engine.catalogue import CATALOGUE
from jazz_server.engine.errors import OpError
from jazz_server.kinds.match import type_of
from unit.engine import checking
from unit.engine.cases import REAL, Case
from unit.engine.checking import Check
from unit.engine.missing_reference import Answer
from unit.engine.samples import Sample, Steps, apply, array_of, infer, missing_of, pierced, run, samples, shapes, sparse

MATMUL = CATALOGUE["matmul"]
RINGS = ("min_plus", "max_plus", "max_times", "or_and")
NOTHING = {"min_plus": np.inf, "max_plus": -np.inf, "max_times": 0, "or_and": False}


@st.composite
def products(draw: st.DrawFn, _name: str) -> Case:
    inner = draw(st.integers(0, 4))
    pair = [(*draw(shapes(1)), inner), (inner, *draw(shapes(1)))]
    wild = draw(st.booleans())
    return [draw(samples(shape, REAL, wild=wild)) for shape in pair], {"semiring": draw(st.sampled_from(RINGS))}


def element_type(a: NDArray[Any], b: NDArray[Any], semiring: str) -> np.dtype[Any]:
    both = np.result_type(a, b)
    if semiring == "or_and":
        return np.dtype(np.bool_)
    if both.kind == "f":
        return both
    if semiring == "max_times":
        return np.dtype(np.uint64 if both.kind == "u" else np.int64)
    return np.dtype(np.float64)


def reference(a: Sample, b: Sample, semiring: str) -> tuple[Any, ...]:
    dtype = element_type(a.array, b.array, semiring)
    x, y = np.atleast_2d(a.array), b.array[:, None] if b.array.ndim == 1 else b.array
    here, there = np.atleast_2d(a.stored), b.stored[:, None] if b.array.ndim == 1 else b.stored
    out = np.full((len(x), y.shape[1]), NOTHING[semiring], dtype)
    for i, k, j in np.ndindex(len(x), len(y), y.shape[1]):
        if not (here[i, k] and there[k, j]):
            continue
        if semiring == "or_and":
            out[i, j] |= (x[i, k] != 0) & (y[k, j] != 0)
            continue
        p, q = x[i, k].astype(dtype), y[k, j].astype(dtype)
        with np.errstate(all="ignore"):
            found = p * q if semiring == "max_times" else p + q
        out[i, j] = (np.minimum if semiring == "min_plus" else np.maximum)(out[i, j], found)
    return (out.reshape((*a.array.shape[:-1], *b.array.shape[1:])),)


def missing(_name: str, args: list[Any], chosen: dict[str, Any]) -> list[Answer]:
    a, b = args
    (values,) = reference(a, b, **chosen)
    ma, sa = (np.atleast_2d(x).astype(int) for x in (a.missing, a.stored))
    mb, sb = ((x[:, None] if x.ndim == 1 else x).astype(int) for x in (b.missing, b.stored))
    return [(values, ((ma @ sb + sa @ mb) > 0).reshape(values.shape))]


# What is not stored is the fill, so that zeros may be.
CHECK = Check(products, reference, missing, moves=True)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_an_answer_is_that_of_the_definition(data: st.DataObject) -> None:
    checking.check_answers(CATALOGUE["matmul"], CHECK, data)


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_an_answer_is_that_of_the_definition_where_elements_are_missing(data: st.DataObject) -> None:
    checking.check_missing(CATALOGUE["matmul"], CHECK, data)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_types_are_inferred_from_what_is_known(data: st.DataObject) -> None:
    checking.check_symbols(CATALOGUE["matmul"], CHECK, data)
    checking.check_less_known(CATALOGUE["matmul"], CHECK, data)


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_what_is_nothing_is_not_stored(data: st.DataObject) -> None:
    args, chosen = data.draw(products("matmul"))
    (result,) = run(CATALOGUE["matmul"], checking.values_of(args), **chosen)
    nothing = NOTHING[chosen["semiring"]]
    if result.layout is Layout.DENSE:
        return
    assert result.fill == (result.dtype.storage.type(nothing).tobytes() if nothing else b"")
    assert result.data is None or not np.any(result.data == nothing)


@settings(max_examples=60, deadline=None)
@given(data=st.data(), semiring=st.sampled_from(["min_plus", "max_plus"]))
def test_another_product_takes_the_fill_and_to_dense_writes_it_out(data: st.DataObject, semiring: str) -> None:
    edges = data.draw(samples((4, 4), ("float32", "float64", "int8"), (Layout.CSR, Layout.CSC, Layout.COO), wild=False))
    twice = apply("matmul", edges.tensor, edges.tensor, semiring=semiring)
    whole = apply("to_dense", twice)
    found = array_of(apply("matmul", twice, edges.tensor, semiring=semiring))
    assert_array_equal(found, array_of(apply("matmul", whole, edges.tensor, semiring=semiring)))


def test_other_fills_are_refused_when_it_runs_as_well() -> None:
    edges = replace(checking.values_of([_edges()])[0], fill=np.float64(1).tobytes())
    for semiring in semirings.NAMES:
        with pytest.raises(OpError, match="absent entries that are 1"):
            MATMUL.run(Steps(), [edges, edges], {"semiring": semiring})
    infinite = replace(edges, fill=np.float64(np.inf).tobytes())
    for semiring in ("plus_times", "max_plus", "max_times", "or_and"):
        with pytest.raises(OpError, match="absent entries that are inf"):
            MATMUL.run(Steps(), [infinite, edges], {"semiring": semiring})


def _edges() -> Sample:

    array = np.array([[0, 1.0], [2, 0]])
    stored = array != 0
    return Sample(sparse(array, stored, Layout.CSR), array, stored, np.zeros_like(stored))


def test_missing_sums_keep_the_fill() -> None:
    edges = pierced(_edges(), np.array([[False, True], [False, False]]))
    result = apply("matmul", edges.tensor, edges.tensor, semiring="min_plus")
    assert result.fill == np.float64(np.inf).tobytes()
    assert_array_equal(missing_of(result), [[True, False], [False, True]])


@pytest.mark.parametrize("semiring", ["plus", "", None, 1, "times_plus"])
def test_another_name_is_refused(semiring: Any) -> None:
    a = type_of(_edges().tensor)
    _, wrong = infer(CATALOGUE["matmul"], [a, a], semiring=semiring)
    assert wrong == [
        f"semiring: expected 'plus_times', 'min_plus', 'max_plus', 'max_times' or 'or_and', found {semiring!r}"
    ]


@pytest.mark.parametrize("semiring", sorted(semirings.RINGS))
def test_complex_numbers_have_no_order(semiring: str) -> None:
    a = replace(type_of(_edges().tensor), dtypes=(type_of(np_complex()).dtypes[0],))
    _, wrong = infer(CATALOGUE["matmul"], [a, a], semiring=semiring)
    assert [mismatch.split(":")[0] for mismatch in wrong] == ["a", "b"]


def np_complex() -> Any:

    return dense(np.zeros(1, np.complex64))


def test_large_sparse_products_are_the_same_in_parts() -> None:
    random = np.random.default_rng(1)
    array = np.where(random.random((300, 300)) < 0.2, random.integers(1, 100, (300, 300)), 0).astype(float)
    stored = array != 0

    tensor = sparse(array, stored, Layout.CSR)
    lengths = np.where(stored, array, np.inf)
    expected = np.array([(row[:, None] + lengths).min(axis=0) for row in lengths])
    assert_array_equal(array_of(apply("matmul", tensor, tensor, semiring="min_plus")), expected)
