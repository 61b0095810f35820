"""Keys of rows: which rows are equal in several fields, and their order."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jazz.convert import to_value
from jazz.values import DataType, Layout, Tensor, dense
from jazz_server.engine.keys import Keys, keys_of_rows
from unit.engine.samples import sparse

TEXTS = np.dtypes.StringDType(na_object=None)

COLUMNS: dict[str, tuple[st.SearchStrategy[Any], Any]] = {
    "small integers": (st.integers(-2, 2), lambda x: pd.array(x, "Int8")),
    "any integers": (st.integers(-(2**63), 2**63 - 1), lambda x: pd.array(x, "Int64")),
    "unsigned integers": (st.integers(2**64 - 3, 2**64 - 1), lambda x: pd.array(x, "UInt64")),
    "truth values": (st.booleans(), lambda x: pd.array(x, "boolean")),
    "texts": (st.sampled_from(["", "a", "b", "ab", "é", "😀"]), lambda x: np.array(x, TEXTS)),
    "bytes": (st.binary(max_size=1), list),
    "dates": (st.dates(dt.date(2024, 1, 1), dt.date(2024, 1, 3)), list),
}


def value(make: Any, elements: Sequence[Any]) -> Tensor:
    found = to_value(make(list(elements)))
    assert isinstance(found, Tensor)
    return found


def expected(columns: Sequence[Sequence[Any]]) -> tuple[list[int], list[int], list[bool]]:
    rows = [tuple((x is None, 0 if x is None else x) for x in row) for row in zip(*columns, strict=True)]
    known = sorted(set(rows))
    codes = [known.index(row) for row in rows]
    return codes, [codes.index(code) for code in range(len(known))], [any(gone for gone, _ in key) for key in known]


def found(keys: Keys) -> tuple[list[int], list[int], list[bool]]:
    assert [each.dtype.name for each in (keys.codes, keys.first, keys.missing)] == ["int64", "int64", "bool"]
    assert keys.count == len(keys.first)
    return keys.codes.tolist(), keys.first.tolist(), keys.missing.tolist()


@settings(deadline=None)
@given(data=st.data(), rows=st.integers(1, 20), names=st.lists(st.sampled_from(list(COLUMNS)), min_size=1, max_size=3))
def test_rows_are_numbered_in_order_by_what_they_hold(data: st.DataObject, rows: int, names: list[str]) -> None:
    columns, fields = [], []
    for name in names:
        elements, make = COLUMNS[name]
        column = data.draw(st.lists(st.none() | elements, min_size=rows, max_size=rows))
        if all(each is None for each in column):
            column[0] = data.draw(elements)  # so that its type is known
        columns.append(column)
        fields.append(value(make, column))
    assert found(keys_of_rows(fields)) == expected(columns)


def test_numbers_that_are_equal_have_one_key_and_nan_is_one_behind_them() -> None:
    x = dense(np.array([math.nan, 0.0, math.inf, -0.0, -math.inf, -math.nan]))
    assert found(keys_of_rows([x])) == ([3, 1, 2, 1, 0, 3], [4, 1, 2, 0], [False] * 4)


def test_what_is_missing_is_one_key_behind_nan_whatever_lies_below_it() -> None:
    x = replace(dense(np.array([1.0, math.nan, 5.0, 6.0])), validity=np.packbits([1, 1, 0, 0], bitorder="little"))
    assert found(keys_of_rows([x])) == ([0, 1, 2, 2], [0, 1, 2], [False, False, True])


def test_factors_are_in_the_order_of_their_categories() -> None:
    x = value(lambda x: pd.Categorical(x, categories=["low", "unused", "high"]), ["high", None, "low", "high"])
    assert found(keys_of_rows([x])) == ([1, 2, 0, 1], [2, 0, 1], [False, False, True])


def test_sparse_fields_have_the_keys_of_dense_ones() -> None:
    array = np.array([0, -1, 0, 3, -1])
    x = sparse(array, array != 0, Layout.COO)
    assert found(keys_of_rows([x])) == found(keys_of_rows([dense(array)])) == ([1, 0, 1, 2, 0], [1, 0, 3], [False] * 3)


@pytest.mark.parametrize("fields", [1, 2])
def test_no_rows_have_no_keys(fields: int) -> None:
    assert found(keys_of_rows([dense(np.zeros(0))] * fields)) == ([], [], [])


def test_fields_of_many_different_elements_have_as_many_keys_as_rows_at_most() -> None:
    generator = np.random.default_rng(1)
    columns = [generator.permutation(20_000) * 10**12 for _ in range(5)]
    keys = keys_of_rows([dense(column) for column in columns])
    order = np.lexsort(columns[::-1])
    assert keys.count == 20_000
    assert (keys.codes[order] == np.arange(20_000)).all()
    assert (keys.first == order).all()


def test_times_are_ordered_by_time() -> None:
    x = replace(dense(np.array([5, -(2**63), 5, 0])), dtype=DataType("timestamp", unit="ns"))
    assert found(keys_of_rows([x]))[0] == [2, 0, 2, 1]
