"""Factors one behind the other, and as keys of joined tables: they have the categories of all."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.api.types import union_categoricals

from jazz import codec
from jazz.convert import from_value, to_value
from jazz.values import DataType, Tensor
from jazz_server.engine.errors import OpError
from unit.engine.merged import factor, merge, numbered, pairs, unchecked, whole
from unit.engine.samples import apply as op
from unit.engine.test_ops_values import strings

CATEGORIES = ["b", "", "a", "é", "z"]


@st.composite
def categoricals(draw: st.DrawFn) -> pd.Categorical:
    categories = draw(st.permutations(CATEGORIES))[: draw(st.integers(0, len(CATEGORIES)))]
    elements = draw(st.lists(st.sampled_from([*categories, None]), max_size=5))
    return pd.Categorical(elements, categories=pd.Index(categories, dtype="object"))


@settings(max_examples=200, deadline=None)
@given(st.lists(categoricals(), min_size=1, max_size=4))
def test_factors_have_the_categories_that_pandas_unites(given: list[pd.Categorical]) -> None:
    expected = union_categoricals(given)
    found = op("concat", *map(to_value, given))
    assert strings(found.categories) == list(expected.categories)
    shown = from_value(found)
    assert [None if gone else x for x, gone in zip(shown, pd.isna(shown), strict=True)] == [
        None if gone else x for x, gone in zip(expected, pd.isna(expected), strict=True)
    ]
    encoded = codec.encode(found)
    codec.decode(encoded.header, encoded.body())


def test_matrices_of_factors_have_the_categories_of_both() -> None:
    one, other = (
        op("reshape", factor(*elements, categories=list(elements)), shape=(2, 1))
        for elements in (("x", "y"), ("y", "z"))
    )
    found = op("concat", one, other, axis=1)
    assert (strings(found.categories), found.array().tolist()) == (["x", "y", "z"], [[0, 1], [1, 2]])


def ordered(*elements: str, categories: list[str]) -> Tensor:
    return replace(factor(*elements, categories=categories), dtype=DataType("factor", ordered=True))


def test_ordered_factors_are_joined_if_their_categories_have_the_same_order() -> None:
    low = ordered("low", categories=["low", "high"])
    assert op("concat", low, low).array().tolist() == [0, 0]
    for other in (ordered("low", categories=["high", "low"]), ordered("low", categories=["low"])):
        own = ", ".join(f"`{each}`" for each in strings(other.categories))
        wrong = f"expected the ordered categories `low`, `high`, as %s has, found {own}"
        with pytest.raises(OpError, match=re.escape("arrays[1]: " + wrong % "arrays[0]")):
            op("concat", low, other)
        with pytest.raises(OpError, match=re.escape("right.k: " + wrong % "left.k")):
            unchecked(whole(k=low), whole(k=other), how="outer")
        assert pairs(merge(numbered(low, "i"), numbered(other, "j"))) == [(0, 0)]


def test_keys_of_all_rows_are_in_the_order_of_the_categories_of_left_and_then_of_right() -> None:
    left = numbered(factor("z", "b", None, categories=["z", "b"]), "i")
    right = numbered(factor("a", "b", "c", categories=["b", "c", "a"]), "j")
    found = merge(left, right, how="outer")
    assert strings(found["k"].categories) == ["z", "b", "c", "a"]
    assert pairs(found) == [(0, None), (1, 1), (None, 2), (None, 0), (2, None)]
    assert np.array_equal(op("argsort", found["k"], axis=0).array(), np.arange(5))
    kept = merge(left, right, how="left")["k"]
    assert strings(kept.categories) == ["z", "b"]
