"""Every operation answers as its reference does, for every element type and layout, and as its type said before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from jazz.values import Layout, Tensor
from jazz_server.engine.catalogue import CATALOGUE
from jazz_server.kinds.match import type_of
from jazz_server.kinds.types import AnyType, Symbol, TensorType, Type
from jazz_server.kinds.unify import is_fresh
from unit.engine.reference import REFERENCES
from unit.engine.samples import DTYPES, Notes, Sample, array_of, infer, is_canonical, run, samples, settings_of, shapes

Case = tuple[list[Any], dict[str, Any]]
REAL = tuple(name for name in DTYPES if not name.startswith("complex"))
UNARY = ("abs", "exp", "log", "log1p", "negative", "relu", "sigmoid", "sqrt")
BINARY = ("add", "subtract", "multiply", "divide", "maximum", "minimum")
COMPARING = ("equal", "not_equal", "less", "less_equal", "greater", "greater_equal")
ORDERED = {"maximum", "minimum", "less", "less_equal", "greater", "greater_equal", "relu", "sigmoid"}
REDUCING = ("sum", "mean", "max", "min", "argmax", "count_nonzero", "norm")

RTOL = {"float16": 2e-3, "float32": 1e-5, "complex64": 1e-5}
"""Relative tolerances of sums and functions of floating-point numbers; 1e-12 for those of 64 bits."""

LITERALS = st.sampled_from([0, 1, 2, -3, 300, 0.0, 0.5, -1.5, float("inf"), True, False])


def broadcastable(shape: tuple[int, ...]) -> st.SearchStrategy[tuple[int, ...]]:
    """Shapes that broadcast with a shape."""
    ones = st.tuples(*(st.booleans() for _ in shape)).map(
        lambda flags: tuple(1 if flag else n for flag, n in zip(flags, shape, strict=True))
    )
    return st.one_of(st.just(shape), ones, st.integers(0, len(shape)).map(lambda i: shape[i:]))


@st.composite
def unary(draw: st.DrawFn, name: str) -> Case:
    return [draw(samples(draw(shapes()), REAL if name in ORDERED else DTYPES))], {}


@st.composite
def binary(draw: st.DrawFn, name: str) -> Case:
    shape = draw(shapes())
    dtypes = REAL if name in ORDERED else DTYPES
    other = draw(st.one_of(samples(draw(broadcastable(shape)), dtypes), LITERALS))
    pair = [draw(samples(shape, dtypes)), other]
    return pair if draw(st.booleans()) else pair[::-1], {}


@st.composite
def clips(draw: st.DrawFn, _name: str) -> Case:
    bounds = sorted([draw(st.sampled_from([-2, 0, 1, 2.5])), draw(st.sampled_from([-1.5, 0, 3]))])
    chosen = {key: bound for key, bound in zip(("min", "max"), bounds, strict=True) if draw(st.booleans())}
    return [draw(samples(draw(shapes()), REAL))], chosen


@st.composite
def wheres(draw: st.DrawFn, _name: str) -> Case:
    shape = draw(shapes())
    condition = draw(samples(draw(broadcastable(shape)), ("bool",)))
    choices = [draw(st.one_of(samples(draw(broadcastable(shape))), LITERALS)) for _ in range(2)]
    return [condition, *choices], {}


@st.composite
def reductions(draw: st.DrawFn, name: str) -> Case:
    shape = draw(shapes())
    axis = draw(st.one_of(st.none(), st.integers(-len(shape), len(shape) - 1) if shape else st.none()))
    chosen: dict[str, Any] = {"keepdims": draw(st.booleans())} | ({} if axis is None else {"axis": axis})
    if name == "norm":
        chosen["ord"] = draw(st.sampled_from([1, 2, np.inf]))
    return [draw(samples(shape, REAL if name in ("max", "min", "argmax") else DTYPES, wild=name != "mean"))], chosen


@st.composite
def products(draw: st.DrawFn, _name: str) -> Case:
    inner = draw(st.integers(0, 4))
    a = (*draw(shapes(1)), inner)
    b = (inner, *draw(shapes(1)))
    # BLAS multiplies complex infinities in another order than numpy does.
    wild = draw(st.booleans())
    dtypes = REAL if wild else DTYPES
    return [draw(samples(a, dtypes, wild=wild)), draw(samples(b, dtypes, wild=wild))], {}


@st.composite
def topks(draw: st.DrawFn, _name: str) -> Case:
    shape = draw(shapes(min_rank=1))
    return [draw(samples(shape, REAL))], {"k": draw(st.integers(0, shape[-1]))}


@st.composite
def takes(draw: st.DrawFn, _name: str) -> Case:
    shape = draw(shapes(min_rank=1))
    axis = draw(st.integers(-len(shape), len(shape) - 1))
    length = shape[axis]
    indices = draw(samples(draw(shapes(2)) if length else (0,), ("int64", "int32"), (Layout.DENSE,), wild=False))
    wrapped = np.mod(indices.array, 2 * length) - length if length else indices.array
    tensor = replace(indices.tensor, data=wrapped.reshape(-1, order=indices.tensor.order.value))
    return [draw(samples(shape)), Sample(tensor, wrapped, indices.stored, indices.missing)], {"axis": axis}


@st.composite
def concats(draw: st.DrawFn, _name: str) -> Case:
    shape = draw(shapes(min_rank=1))
    axis = draw(st.integers(0, len(shape) - 1))
    lengths = draw(st.lists(st.integers(0, 3), min_size=1, max_size=3))
    parts = [draw(samples((*shape[:axis], n, *shape[axis + 1 :]))) for n in lengths]
    return parts, {"axis": axis - draw(st.sampled_from([0, len(shape)]))}


@st.composite
def casts(draw: st.DrawFn, _name: str) -> Case:
    dtype = draw(st.sampled_from(DTYPES))
    sources = DTYPES if dtype.startswith("complex") else REAL
    return [draw(samples(draw(shapes()), sources, wild=False))], {"dtype": dtype}


@st.composite
def to_sparse(draw: st.DrawFn, _name: str) -> Case:
    layout = draw(st.sampled_from(["csr", "csc", "coo"]))
    return [draw(samples(draw(shapes(min_rank=1) if layout == "coo" else shapes(2, 2))))], {"layout": layout}


@st.composite
def sizes(draw: st.DrawFn, _name: str) -> Case:
    shape = draw(shapes())
    axis = draw(st.integers(-len(shape), len(shape) - 1)) if shape and draw(st.booleans()) else None
    return [draw(samples(shape))], {} if axis is None else {"axis": axis}


@st.composite
def anything(draw: st.DrawFn, _name: str) -> Case:
    return [draw(samples(draw(shapes())))], {}


@st.composite
def diagonals(draw: st.DrawFn, _name: str) -> Case:
    return [draw(samples(draw(shapes(2, 1))))], {}


@st.composite
def drops(draw: st.DrawFn, _name: str) -> Case:
    shape = draw(shapes(min_rank=1))
    return [draw(samples(shape))], {"axis": draw(st.integers(-len(shape), len(shape) - 1))}


@st.composite
def fills(draw: st.DrawFn, _name: str) -> Case:
    shape = draw(shapes())
    dtype = draw(st.sampled_from(DTYPES))
    other = draw(st.one_of(samples(draw(broadcastable(shape)), (dtype,)), LITERALS))
    return [draw(samples(shape, (dtype,))), other], {}


CASES: dict[str, Callable[[str], st.SearchStrategy[Case]]] = {
    **dict.fromkeys(UNARY, unary),
    **dict.fromkeys((*BINARY, *COMPARING), binary),
    **dict.fromkeys(REDUCING, reductions),
    "clip": clips,
    "where": wheres,
    "matmul": products,
    "topk": topks,
    "take": takes,
    "concat": concats,
    "cast": casts,
    "to_sparse": to_sparse,
    "to_dense": anything,
    "transpose": anything,
    "size": sizes,
    "diag": diagonals,
    "is_na": anything,
    "count_na": reductions,
    "drop_na": drops,
    "fill_na": fills,
}
"""Cases of every operation but those on tables and graphs, which have tests of their own.

Nothing is missing in them.
"""


def types_of(args: list[Any]) -> list[Any]:
    return [type_of(arg.tensor) if isinstance(arg, Sample) else arg for arg in args]


def values_of(args: list[Any]) -> list[Any]:
    return [arg.tensor if isinstance(arg, Sample) else arg for arg in args]


def is_refused_by_numpy(name: str, args: list[Any], chosen: dict[str, Any]) -> bool:
    try:
        with np.errstate(all="ignore"):
            REFERENCES[name](*args, **chosen)
    except (TypeError, ValueError, OverflowError):
        return True
    return False


def is_complex_sparse_product(name: str, args: list[Any]) -> bool:
    tensors = [arg.tensor for arg in args if isinstance(arg, Sample)]
    return (
        name == "matmul"
        and any(tensor.dtype.name.startswith("complex") for tensor in tensors)
        and any(tensor.layout is not Layout.DENSE for tensor in tensors)
    )


def test_every_operation_has_a_reference_and_cases() -> None:
    assert REFERENCES.keys() == CATALOGUE.keys()
    assert CASES.keys() | {"field", "iterate"} == CATALOGUE.keys()


def assert_answers(found: Tensor, expected: Any) -> None:
    expected = np.asarray(expected)
    array = array_of(found)
    assert array.dtype == expected.dtype
    assert array.shape == expected.shape
    if array.dtype.kind in "fc":
        rtol = RTOL.get(array.dtype.name, 1e-12)
        assert_allclose(array, expected, rtol=rtol, atol=rtol * 8, equal_nan=True)
    else:
        assert_array_equal(array, expected)


def with_lengths(type_: Type, shape: tuple[int, ...]) -> Type:
    """The type with the lengths that show only in the data."""
    assert isinstance(type_, TensorType)
    assert type_.shape is not None
    pairs = zip(type_.shape, shape, strict=True)
    return replace(type_, shape=tuple(n if isinstance(d, Symbol) and is_fresh(d) else d for d, n in pairs))


@pytest.mark.parametrize("name", sorted(CASES))
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_an_answer_is_that_of_the_reference_and_of_the_type_inferred(name: str, data: st.DataObject) -> None:
    args, chosen = data.draw(CASES[name](name))
    op = CATALOGUE[name]
    types, wrong = infer(op, types_of(args), **chosen)
    if wrong:
        assert is_refused_by_numpy(name, args, chosen) or is_complex_sparse_product(name, args), wrong
        return
    results = run(op, values_of(args), **chosen)
    with np.errstate(all="ignore"):
        expected = REFERENCES[name](*args, **chosen)
    assert len(results) == len(expected) == len(types) == len(op.results)
    for result, answer, type_ in zip(results, expected, types, strict=True):
        assert_answers(result, answer)
        assert type_of(result) == with_lengths(type_, result.shape)
        assert is_canonical(result)


MOVING = {"transpose", "take", "concat", "to_sparse", "to_dense", "cast", "fill_na", "drop_na"}
COMPUTED = sorted(CASES.keys() - MOVING)


@pytest.mark.parametrize("name", COMPUTED)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_zeros_that_are_computed_are_not_stored(name: str, data: st.DataObject) -> None:
    args, chosen = data.draw(CASES[name](name))
    if infer(CATALOGUE[name], types_of(args), **chosen)[1]:
        return
    for result in run(CATALOGUE[name], values_of(args), **chosen):
        if result.layout is not Layout.DENSE and result.data is not None:
            assert np.all(result.data != 0)


def symbolic(args: list[Any], lengths: dict[Symbol, int]) -> list[Any]:
    """The types with a symbol of its own for every dimension that is not 1."""

    def named(length: int) -> int | Symbol:
        if length == 1:
            return length
        symbol = Symbol(f"d{len(lengths)}")
        lengths[symbol] = length
        return symbol

    return [
        replace(type_, shape=tuple(map(named, type_.shape))) if isinstance(type_, TensorType) and type_.shape else type_
        for type_ in types_of(args)
    ]


@pytest.mark.parametrize("name", sorted(CASES))
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_inference_over_symbols_says_the_same_as_over_their_lengths(name: str, data: st.DataObject) -> None:
    args, chosen = data.draw(CASES[name](name))
    op = CATALOGUE[name]
    exact, wrong = infer(op, types_of(args), **chosen)
    if wrong:
        return
    lengths: dict[Symbol, int] = {}
    notes = Notes()
    general = op.infer(notes, symbolic(args, lengths), settings_of(op, chosen))
    assert not notes.mismatches
    for symbol, length in lengths.items():
        notes.unifier.unify(symbol, length)
    for known, type_ in zip(exact, general, strict=True):
        assert isinstance(known, TensorType)
        assert isinstance(type_, TensorType)
        assert type_.dtypes == known.dtypes
        assert set(type_.layouts) >= set(known.layouts)
        assert type_.shape is not None
        assert known.shape is not None
        for dimension, length in zip(type_.shape, known.shape, strict=True):
            found = notes.unifier.resolve(dimension)
            assert found == length or not isinstance(found, int)


def forgetful(draw: Callable[[st.SearchStrategy[Any]], Any], type_: Any) -> Type:
    """A type that is known less of."""
    if not isinstance(type_, TensorType) or draw(st.integers(0, 5)) == 0:
        return AnyType() if isinstance(type_, TensorType) else type_
    assert type_.shape is not None
    kept = tuple(None if draw(st.booleans()) else length for length in type_.shape)
    return replace(
        type_,
        dtypes=draw(st.sampled_from([(), type_.dtypes])),
        layouts=draw(st.sampled_from([(), type_.layouts])),
        shape=draw(st.sampled_from([None, kept, type_.shape])),
    )


@pytest.mark.parametrize("name", sorted(CASES))
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_who_knows_less_infers_less_and_nothing_false(name: str, data: st.DataObject) -> None:
    args, chosen = data.draw(CASES[name](name))
    op = CATALOGUE[name]
    exact, wrong = infer(op, types_of(args), **chosen)
    if wrong:
        return
    general, wrong = infer(op, [forgetful(data.draw, type_) for type_ in types_of(args)], **chosen)
    assert not wrong
    for known, type_ in zip(exact, general, strict=True):
        assert isinstance(known, TensorType)
        if name == "drop_na" and isinstance(type_, AnyType):
            continue  # of a table it would be a table
        assert isinstance(type_, TensorType)
        assert not type_.dtypes or set(known.dtypes) <= set(type_.dtypes)
        assert not type_.layouts or set(known.layouts) <= set(type_.layouts)
        assert type_.shape is None or len(type_.shape) == len(known.shape or ())
        for dimension, length in zip(type_.shape or (), known.shape or (), strict=type_.shape is not None):
            assert not isinstance(dimension, int) or dimension == length
