"""Tables joined by keys: which rows go with which, and in which order."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jazz.convert import from_value, to_value
from jazz.values import DataType, Tensor, dense
from jazz_server.engine.missing import missing_entries
from unit.engine.merged import HOWS, factor, merge, numbered, pairs, rows, times, whole
from unit.engine.samples import apply as op
from unit.engine.test_ops_values import holey, texts

# As pandas has it

KEYS: dict[str, tuple[list[Any], Any]] = {
    "int64": ([3, -1, 0, 2**62], "int64"),
    "int8 or missing": ([3, -1, 0, pd.NA], "Int8"),
    "float64": ([0.5, -0.0, 0.0, np.nan, np.inf], "float64"),
    "bool": ([True, False], "bool"),
    "texts": (["", "a", "ab", "é", None], "str" if pd.__version__ >= "3" else "string"),
    "times": ([pd.Timestamp("2024-02-29"), pd.Timestamp("1969-12-31"), pd.NaT], "datetime64[ns]"),
    "spans": ([pd.Timedelta(1), pd.Timedelta(-5), pd.NaT], "timedelta64[ns]"),
    "categories": (["b", "a", None], pd.CategoricalDtype(["b", "z", "a"], ordered=True)),
}


@st.composite
def frames(draw: st.DrawFn) -> tuple[pd.DataFrame, pd.DataFrame, list[str]]:
    """Two frames with one or two keys of the same types, and the names of these."""
    kinds = draw(st.lists(st.sampled_from(sorted(KEYS)), min_size=1, max_size=2))
    made = []
    for name in ("i", "j"):
        count = draw(st.integers(0, 5))
        columns = {}
        for place, kind in enumerate(kinds):
            elements, dtype = KEYS[kind]
            chosen = draw(st.lists(st.sampled_from(elements), min_size=count, max_size=count))
            columns[f"k{place}"] = pd.Series(chosen, dtype=dtype)
        made.append(pd.DataFrame(columns | {name: pd.Series(range(count), dtype="int64")}))
    return made[0], made[1], [f"k{place}" for place in range(len(kinds))]


def values(given: tuple[pd.DataFrame, pd.DataFrame, list[str]]) -> tuple[Any, Any, tuple[str, ...]]:
    """The tables of two frames, and the names of their keys."""
    left, right, on = given
    return to_value(left), to_value(right), tuple(on)


@settings(max_examples=300, deadline=None)
@given(frames(), st.sampled_from(HOWS))
def test_rows_are_those_that_pandas_has_in_its_order(given: Any, how: Any) -> None:
    left, right, on = given
    expected = pd.merge(left, right, on=on, how=how)

    found = merge(*values(given), how=how)

    assert list(found.names) == list(expected)
    wanted = [
        tuple(None if pd.isna(x) else int(x) for x in pair) for pair in zip(expected["i"], expected["j"], strict=True)
    ]
    keys = pd.concat([left[on], right[on]])
    if how == "outer" and keys.isna().any(axis=None):
        # Where what is missing comes depends on its type and the number of keys in pandas, and is the end here.
        assert sorted(pairs(found), key=str) == sorted(wanted, key=str)
        complete = expected[on].notna().all(axis=1)
        if len(on) == 1:
            assert pairs(found)[: sum(complete)] == [
                pair for pair, there in zip(wanted, complete, strict=True) if there
            ]
        return
    assert pairs(found) == wanted
    shown = from_value(found)
    for name in on:
        pd.testing.assert_series_equal(shown[name], expected[name], check_dtype=False)


@settings(max_examples=100, deadline=None)
@given(frames(), st.sampled_from(HOWS))
def test_rows_in_the_order_of_keys_are_those_of_sort_by(given: Any, how: str) -> None:
    left, right, on = values(given)
    plain, ordered = merge(left, right, on, how=how), merge(left, right, on, how=how, sort=True)

    if how == "right":  # in which left rows come first within a key
        order = np.lexsort([[-1 if x is None else x for x in rows(plain, name)] for name in ("j", "i")])
        plain = op("take", plain, dense(order))
    for name in reversed(on):
        plain = op("take", plain, op("argsort", plain[name], axis=0))
    assert pairs(ordered) == pairs(plain)


@settings(max_examples=100, deadline=None)
@given(frames())
def test_semi_and_anti_are_the_rows_of_left_with_and_without_a_partner(given: Any) -> None:
    left, right, on = values(given)
    partners = set(rows(merge(left, right, on), "i"))
    assert rows(merge(left, right, on, how="semi"), "i") == sorted(partners)  # type: ignore[type-var]
    assert rows(merge(left, right, on, how="anti"), "i") == [i for i in rows(left, "i") if i not in partners]  # type: ignore[arg-type]


# Keys of different types

FAR = 2**63 - 1
VECTORS: dict[str, list[Tensor]] = {
    "numbers": [
        dense(np.array([0, 1, -1, FAR, -FAR - 1, 2])),
        dense(np.array([0, 1, 2**64 - 1, FAR, FAR + 1], np.uint64)),
        dense(np.array([True, False])),
        dense(np.array([-0.0, 1, np.nan, 0.5, 2.0**63])),
        dense(np.array([0.5, np.inf, 2], np.float32)),
        holey([1, 0, 2], True, False, True),
        op("to_sparse", dense(np.array([0.0, 2, 0, 1])), layout="coo"),
    ],
    "texts": [
        texts("", "a", "é", "b\0"),
        replace(texts("", "a", ""), validity=np.packbits([False, True, True], bitorder="little")),
        factor("a", None, "b", categories=["b", "a", "z"]),
        factor("a", "z", categories=["z", "a"]),
        factor(None, None, categories=[]),
        replace(factor("b", "a", categories=["b", "a"]), dtype=DataType("factor", ordered=True)),
    ],
    "bytes": [to_value(np.array([b"a", b""], object)), to_value(np.array([b"", b"\xff"], object))],  # type: ignore[list-item]
    "timestamps": [
        times("timestamp", "s", 0, 1, -1, FAR),
        times("timestamp", "ns", 0, 1, 10**9, -(10**9), -1, FAR),
        times("timestamp", "ms", -1000, 0, 5, -FAR),
    ],
    "moments": [
        times("timestamp", "s", 0, 7, zone="UTC"),
        times("timestamp", "us", 7 * 10**6, 8, zone="Europe/Vienna"),
    ],
    "durations": [times("duration", "s", 0, 1), times("duration", "us", 10**6, 999_999, 0)],
    "dates": [times("date", None, 0, -1), times("date", None, -1, 5)],
}


def is_nan(x: Tensor) -> np.ndarray[Any, Any]:
    if x.dtype.storage.kind != "f":
        return np.zeros(x.shape, np.bool_)
    return np.asarray(op("isnan", op("fill_na", x, 0.0)).array())


def alike(a: Tensor, b: Tensor) -> set[tuple[int, int]]:
    """The pairs of elements that are equal, both NaN or both missing, asked one by one."""
    a, b = (op("to_dense", x) if x.dtype.numeric else x for x in (a, b))
    gone, nan = [(missing_entries(x)) for x in (a, b)], [is_nan(x) for x in (a, b)]
    found = set()
    for i, j in product(range(a.shape[0]), range(b.shape[0])):
        one, other = op("take", a, dense(np.array([i]))), op("take", b, dense(np.array([j])))
        if gone[0][i] or gone[1][j]:
            equal = bool(gone[0][i] and gone[1][j])
        elif nan[0][i] or nan[1][j]:
            equal = bool(nan[0][i] and nan[1][j])
        else:
            equal = bool(op("equal", one, other).array()[0])
        if equal:
            found.add((i, j))
    return found


@pytest.mark.parametrize("family", VECTORS)
def test_keys_that_equal_compares_are_equal_where_it_says_so(family: str) -> None:
    for a, b in product(VECTORS[family], repeat=2):
        expected = sorted(alike(a, b))
        assert pairs(merge(numbered(a, "i"), numbered(b, "j"))) == expected
        semi = merge(numbered(a, "i"), numbered(b, "j"), how="semi")
        assert rows(semi, "i") == sorted({i for i, _ in expected})


def test_what_is_told_apart_on_one_side_is_there_once() -> None:
    apart = [
        (times("timestamp", "ns", 1, 2, FAR), times("timestamp", "s", 0)),
        (dense(np.array([2**64 - 1, 2**64 - 2, FAR], np.uint64)), dense(np.array([FAR, -1]))),
        (texts("x", "y", "z"), factor("a", categories=["a"])),
    ]
    for fine, coarse in apart:
        once = merge(numbered(fine, "i"), numbered(coarse, "j"), how="left", validate="one_to_one")
        assert rows(once, "i") == [0, 1, 2]


def test_several_keys_are_equal_in_all() -> None:
    left = whole(a=dense(np.array([1, 1, 2])), b=texts("x", "y", "x"), i=dense(np.arange(3)))
    right = whole(b=texts("x", "x", "y"), a=dense(np.array([2.0, 1.0, 2.0])), j=dense(np.arange(3)))
    found = merge(left, right, ("a", "b"))
    assert found.names == ("a", "b", "i", "j")
    assert pairs(found) == [(0, 1), (2, 0)]
