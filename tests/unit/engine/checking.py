"""Whether an operation answers as its reference does, for every element type, layout and share of missing elements.

A `Check` says how an operation is tried; `check` tries all that is asked of any operation. Checks lie in modules of
`unit.engine.checks`, where tests find them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from jazz.values import Layout, Tensor
from jazz_server.engine.op import Op
from jazz_server.kinds.match import type_of
from jazz_server.kinds.types import AnyType, Symbol, TensorType, Type
from jazz_server.kinds.unify import is_fresh
from unit.engine.cases import Case
from unit.engine.missing_reference import Answers, elementwise
from unit.engine.reference import REFERENCES, Reference
from unit.engine.samples import (
    Notes,
    Sample,
    array_of,
    in_storage_order,
    infer,
    is_canonical,
    missing_of,
    pierced,
    run,
    settings_of,
)

RTOL = {"float16": 2e-3, "float32": 1e-5, "complex64": 1e-5}
"""Relative tolerances of sums and functions of floating-point numbers; 1e-12 for those of 64 bits."""


def _never(_args: list[Any], _settings: dict[str, Any]) -> bool:
    return False


@dataclass(frozen=True)
class Check:
    """How an operation is tried.

    Attributes:
        cases: Arguments (samples and literals) and settings, of which nothing is missing.
        reference: What it answers where nothing is missing: from samples and numbers to a tuple of arrays. What it
            raises `TypeError`, `ValueError` or `OverflowError` for, the operation has to refuse.
        missing: What it answers where elements are missing; where any operand's are unless another rule is named.
        moves: Whether it moves entries as they are, so that its results may store zeros.
        fills: Whether elements decide what absent entries of a result stand for, which types do not know then.
        skipna: Whether it has the setting `skipna`.
        complete: The positions of arguments in which nothing may be missing.
        refuses: What it refuses although the reference takes it.
        rtol: A relative tolerance of its own.
        judged: What is compared instead of an answer's arrays where rounding decides between right ones: from the
            arguments, the settings and those arrays.
    """

    cases: Callable[[str], st.SearchStrategy[Case]]
    reference: Reference
    missing: Answers = elementwise
    moves: bool = False
    fills: bool = False
    skipna: bool = False
    complete: tuple[int, ...] = ()
    refuses: Callable[[list[Any], dict[str, Any]], bool] = _never
    rtol: float | None = None
    judged: Callable[[Any, Any, list[Any]], list[Any]] = lambda _args, _settings, arrays: arrays


def check(op: Op, tried: Check, data: st.DataObject) -> None:
    """All that is asked of an operation, on cases that are drawn."""
    check_answers(op, tried, data)
    check_symbols(op, tried, data)
    check_less_known(op, tried, data)
    check_missing(op, tried, data)
    check_missing_types(op, tried, data)


def check_answers(op: Op, tried: Check, data: st.DataObject) -> None:
    """An answer is that of the reference, and of the type that was inferred; zeros are not stored."""
    args, chosen = data.draw(tried.cases(op.name))
    types, wrong = infer(op, types_of(args), **chosen)
    if wrong:
        assert _is_refused(tried, args, chosen) or tried.refuses(args, chosen), wrong
        return
    results = run(op, values_of(args), **chosen)
    with np.errstate(all="ignore"):
        expected = tried.reference(*args, **chosen)
    assert len(results) == len(expected) == len(types)
    for result, answer, type_ in zip(results, map(np.asarray, expected), types, strict=True):
        found = array_of(result)
        assert (found.dtype, found.shape) == (answer.dtype, answer.shape)
        known = type_of(replace(result, fill=b"") if tried.fills else result)
        assert known == with_lengths(type_, result.shape)
        assert is_canonical(result)
        if not tried.moves and result.layout is not Layout.DENSE and result.data is not None:
            assert np.all(result.data != 0)
    assert not any(isinstance(type_, TensorType) and type_.nullable for type_ in types)
    founds = tried.judged(args, chosen, list(map(array_of, results)))
    for found, answer in zip(founds, tried.judged(args, chosen, list(map(np.asarray, expected))), strict=True):
        _assert_close(found, answer, tried.rtol)


def check_symbols(op: Op, tried: Check, data: st.DataObject) -> None:
    """Inference over symbols says the same as over the lengths that they stand for."""
    args, chosen = data.draw(tried.cases(op.name))
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


def check_less_known(op: Op, tried: Check, data: st.DataObject) -> None:
    """Who knows less infers less, and nothing false."""
    args, chosen = data.draw(tried.cases(op.name))
    exact, wrong = infer(op, types_of(args), **chosen)
    if wrong:
        return
    general, wrong = infer(op, [forgetful(data.draw, type_) for type_ in types_of(args)], **chosen)
    assert not wrong
    for known, type_ in zip(exact, general, strict=True):
        assert isinstance(known, TensorType)
        if isinstance(type_, AnyType):
            continue  # of a table it might be a table
        assert isinstance(type_, TensorType)
        assert not type_.dtypes or set(known.dtypes) <= set(type_.dtypes)
        assert not type_.layouts or set(known.layouts) <= set(type_.layouts)
        assert type_.shape is None or len(type_.shape) == len(known.shape or ())
        for dimension, length in zip(type_.shape or (), known.shape or (), strict=type_.shape is not None):
            assert not isinstance(dimension, int) or dimension == length


def check_missing(op: Op, tried: Check, data: st.DataObject) -> None:
    """An answer is that of the rule where elements are missing, and as well made as the wire asks."""
    args, chosen = data.draw(pierced_cases(op, tried))
    types, wrong = infer(op, types_of(args), **chosen)
    if wrong:
        return
    REFERENCES.setdefault(op.name, tried.reference)  # where rules look it up
    with np.errstate(all="raise"):
        results = run(op, values_of(args), **chosen)
    expected = tried.missing(op.name, args, chosen)
    for result, (values, missing), type_ in zip(results, expected, types, strict=True):
        assert_is_well_made(result)
        assert_array_equal(missing_of(result), missing)
        found = array_of(result)
        assert found.dtype == values.dtype
        _assert_is_of_type(result, type_)
        if not tried.moves and result.layout is not Layout.DENSE and result.data is not None:
            # What is missing is stored, and zeros that are computed are not.
            assert np.all((result.data != 0) | in_storage_order(result, missing))
    founds = tried.judged(args, chosen, list(map(array_of, results)))
    answers = tried.judged(args, chosen, [values for values, _ in expected])
    for found, values, (_, missing) in zip(founds, answers, expected, strict=True):
        _assert_close(found[~missing], values[~missing], tried.rtol)


def check_missing_types(op: Op, tried: Check, data: st.DataObject) -> None:
    """What is not known of may be missing."""
    args, chosen = data.draw(pierced_cases(op, tried))
    exact, wrong = infer(op, types_of(args), **chosen)
    if wrong:
        return
    general, wrong = infer(op, [forgetful(data.draw, type_) for type_ in types_of(args)], **chosen)
    assert not wrong
    for known, type_ in zip(exact, general, strict=True):
        assert isinstance(known, TensorType)
        assert isinstance(type_, AnyType) or (isinstance(type_, TensorType) and (type_.nullable or not known.nullable))


@st.composite
def pierced_cases(draw: st.DrawFn, op: Op, tried: Check) -> Case:
    """Cases with elements missing: none, some or all of an argument."""
    args, chosen = draw(tried.cases(op.name))
    punched: list[Any] = []
    for position, arg in enumerate(args):
        if not isinstance(arg, Sample) or position in tried.complete:
            punched.append(arg)
            continue
        share = draw(st.sampled_from([0, 0.2, 0.6, 1]))
        rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
        punched.append(pierced(arg, rng.random(arg.array.shape) < share))
    if tried.skipna:
        chosen = chosen | {"skipna": draw(st.booleans())}
    return punched, chosen


def types_of(args: list[Any]) -> list[Any]:
    """The types of samples; literals as they are."""
    return [type_of(arg.tensor) if isinstance(arg, Sample) else arg for arg in args]


def values_of(args: list[Any]) -> list[Any]:
    """The tensors of samples; literals as they are."""
    return [arg.tensor if isinstance(arg, Sample) else arg for arg in args]


def assert_is_well_made(tensor: Tensor) -> None:
    """What the wire asks of a tensor with missing elements."""
    assert is_canonical(tensor)
    if tensor.validity is None:
        return
    assert tensor.missing > 0
    assert len(tensor.validity) == (tensor.stored + 7) // 8
    assert not np.unpackbits(tensor.validity, bitorder="little")[tensor.stored :].any()
    assert tensor.data is not None
    marks = in_storage_order(tensor, missing_of(tensor))
    assert not np.any(tensor.data[marks] != 0)
    assert tensor.data.tobytes() == np.where(marks, np.zeros((), tensor.data.dtype), tensor.data).tobytes()


def with_lengths(type_: Type, shape: tuple[int, ...]) -> Type:
    """The type with the lengths that show only in the data."""
    assert isinstance(type_, TensorType)
    assert type_.shape is not None
    pairs = zip(type_.shape, shape, strict=True)
    return replace(type_, shape=tuple(n if isinstance(d, Symbol) and is_fresh(d) else d for d, n in pairs))


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


def _is_refused(tried: Check, args: list[Any], chosen: dict[str, Any]) -> bool:
    try:
        with np.errstate(all="ignore"):
            tried.reference(*args, **chosen)
    except (TypeError, ValueError, OverflowError):
        return True
    return False


def _assert_close(found: Any, expected: Any, rtol: float | None) -> None:
    if found.dtype.kind in "fc":
        allowed = RTOL.get(found.dtype.name, 1e-12) if rtol is None else rtol
        assert_allclose(found, expected, rtol=allowed, atol=allowed * 8, equal_nan=True)
    else:
        assert_array_equal(found, expected)


def _assert_is_of_type(result: Tensor, type_: Any) -> None:
    exact = type_of(result)
    assert isinstance(exact, TensorType)
    assert isinstance(type_, TensorType)
    assert (type_.dtypes, type_.layouts) == (exact.dtypes, exact.layouts)
    assert type_.shape is not None
    assert exact.shape is not None
    for dimension, length in zip(type_.shape, exact.shape, strict=True):
        assert dimension == length or not isinstance(dimension, int)
    assert type_.nullable or not exact.nullable
