"""Every operation answers as its reference does where elements are missing, whatever the type, layout and share."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from jazz.values import Layout, Tensor
from jazz_server.engine.catalogue import CATALOGUE
from jazz_server.kinds.match import type_of
from jazz_server.kinds.types import AnyType, TensorType
from unit.engine.missing_reference import ANSWERS
from unit.engine.samples import (
    Sample,
    array_of,
    in_storage_order,
    infer,
    is_canonical,
    missing_of,
    pierced,
    run,
)
from unit.engine.test_ops_answers import CASES, COMPUTED, REDUCING, RTOL, Case, forgetful, types_of, values_of

WITHOUT_NA = {"take": 1}
"""Arguments that must be complete."""


@st.composite
def cases(draw: st.DrawFn, name: str) -> Case:
    """Cases with elements missing: none, some or all of an argument."""
    args, chosen = draw(CASES[name](name))
    punched: list[Any] = []
    for position, arg in enumerate(args):
        if not isinstance(arg, Sample) or WITHOUT_NA.get(name) == position:
            punched.append(arg)
            continue
        share = draw(st.sampled_from([0, 0.2, 0.6, 1]))
        rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
        punched.append(pierced(arg, rng.random(arg.array.shape) < share))
    if name in REDUCING:
        chosen = chosen | {"skipna": draw(st.booleans())}
    return punched, chosen


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


@pytest.mark.parametrize("name", sorted(CASES))
@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_an_answer_is_that_of_the_reference(name: str, data: st.DataObject) -> None:
    args, chosen = data.draw(cases(name))
    types, wrong = infer(CATALOGUE[name], types_of(args), **chosen)
    if wrong:
        return
    with np.errstate(all="raise"):
        results = run(CATALOGUE[name], values_of(args), **chosen)
    expected = ANSWERS[name](name, args, chosen)
    for result, (values, missing), type_ in zip(results, expected, types, strict=True):
        assert_is_well_made(result)
        assert_array_equal(missing_of(result), missing)
        found = array_of(result)
        assert found.dtype == values.dtype
        rtol = RTOL.get(found.dtype.name, 1e-12)
        if found.dtype.kind in "fc":
            assert_allclose(found[~missing], values[~missing], rtol=rtol, atol=rtol * 8, equal_nan=True)
        else:
            assert_array_equal(found[~missing], values[~missing])
        assert_is_of_type(result, type_)
        if name in COMPUTED and result.layout is not Layout.DENSE and result.data is not None:
            # What is missing is stored, and zeros that are computed are not.
            assert np.all((result.data != 0) | in_storage_order(result, missing))


def assert_is_of_type(result: Tensor, type_: Any) -> None:
    exact = type_of(result)
    assert isinstance(exact, TensorType)
    assert isinstance(type_, TensorType)
    assert (type_.dtypes, type_.layouts) == (exact.dtypes, exact.layouts)
    assert type_.shape is not None
    assert exact.shape is not None
    for dimension, length in zip(type_.shape, exact.shape, strict=True):
        assert dimension == length or not isinstance(dimension, int)
    assert type_.nullable or not exact.nullable


@pytest.mark.parametrize("name", sorted(CASES))
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_what_is_not_known_may_be_missing(name: str, data: st.DataObject) -> None:
    args, chosen = data.draw(cases(name))
    exact, wrong = infer(CATALOGUE[name], types_of(args), **chosen)
    if wrong:
        return
    general, wrong = infer(CATALOGUE[name], [forgetful(data.draw, type_) for type_ in types_of(args)], **chosen)
    assert not wrong
    for known, type_ in zip(exact, general, strict=True):
        assert isinstance(known, TensorType)
        assert isinstance(type_, AnyType) or type_.nullable or not known.nullable


@pytest.mark.parametrize("name", sorted(CASES))
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_where_nothing_may_be_missing_nothing_is(name: str, data: st.DataObject) -> None:
    args, chosen = data.draw(CASES[name](name))
    types, wrong = infer(CATALOGUE[name], types_of(args), **chosen)
    assert wrong or not any(isinstance(type_, TensorType) and type_.nullable for type_ in types)
