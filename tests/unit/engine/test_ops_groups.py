"""Rows of tables in groups: each row of the result is what the operation of that name gives for the rows of a group."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as scipy_sparse
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from jazz.convert import from_value, to_value
from jazz.convert.axes import same
from jazz.values import DataType, Layout, Order, Table, Tensor, dense
from jazz_server.engine import scattered, together
from jazz_server.engine.catalogue import CATALOGUE
from jazz_server.engine.errors import OpError
from jazz_server.kinds.match import type_of
from unit.engine.samples import DTYPES, infer, missing_of, pierced, samples
from unit.engine.samples import apply as op
from unit.engine.test_keys import COLUMNS, value
from unit.engine.test_ops_frames import assert_valid
from unit.engine.test_ops_tables import assert_fits, bare, marked, table
from unit.engine.test_ops_values import csr, strings

REDUCTIONS = ("sum", "prod", "mean", "min", "max", "any", "all", "median", "var", "std")
FUNCTIONS = ("size", "count", *REDUCTIONS, "nunique", "first", "last")
DENSE_ONLY = ("median", "nunique")


def of(x: Any, *keys: Any, **more: Any) -> Table:
    """A table with a field, and with keys."""
    fields = [("x", x), *((f"k{i}", key if isinstance(key, Tensor) else to_value(key)) for i, key in enumerate(keys))]
    return Table(tuple((name, item if isinstance(item, Tensor | Table) else to_value(item)) for name, item in fields))


def aggregate(whole: Table, *functions: str, by: tuple[str, ...] = ("k0",), **more: Any) -> Any:
    """What functions give of `x`, each as the field of its name."""
    return op("aggregate", whole, by=by, names=functions, fields=("x",) * len(functions), functions=functions, **more)


def listed(value: Any) -> list[Any]:
    return np.ma.asarray(from_value(bare(value))).tolist()  # type: ignore[no-any-return]


def of_rows(x: Tensor, function: str, *, skipna: bool = False, correction: float = 0) -> Tensor:
    """What the operation of a name gives for some rows."""
    name, more = {"median": ("quantile", {"q": 0.5}), "var": ("var", {"correction": correction})}.get(
        function, (function, {"correction": correction} if function == "std" else {})
    )
    found = op(name, x, axis=0, skipna=skipna, **more)
    assert isinstance(found, Tensor)
    return found


def takes(function: str, dtype: np.dtype[Any]) -> bool:
    if function == "median":
        return dtype.kind in "iuf"
    return dtype.kind != "c" or function in ("sum", "prod", "mean", "var", "std", "any", "all", "count", "size")


# What is told of groups


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_a_reduction_of_groups_is_that_of_the_rows_of_each(data: st.DataObject) -> None:
    shape = tuple(data.draw(st.lists(st.integers(0, 3), max_size=2)))
    codes = data.draw(st.lists(st.integers(0, 3), min_size=1, max_size=9))
    dtype = data.draw(st.sampled_from(DTYPES))
    # numpy's product of one complex number that is not finite is not that number
    sample = data.draw(samples((len(codes), *shape), (dtype,), wild=not dtype.startswith("complex")))
    marks = np.array(data.draw(st.lists(st.booleans(), min_size=sample.array.size, max_size=sample.array.size)), bool)
    x = pierced(sample, marks.reshape(sample.array.shape)).tensor
    known = [name for name in REDUCTIONS if takes(name, sample.array.dtype)]
    function = data.draw(st.sampled_from([n for n in known if x.layout is Layout.DENSE or n not in DENSE_ONLY]))
    skipna = data.draw(st.booleans())
    correction = data.draw(st.sampled_from([0, 1]))

    whole = of(x, np.array(codes))
    found = aggregate(whole, function, skipna=skipna, correction=correction)
    assert_valid(found)
    (type_,), wrong = infer(
        CATALOGUE["aggregate"], [type_of(whole)], by=("k0",), names=(function,), fields=("x",), functions=(function,),
        skipna=skipna, correction=correction,
    )  # fmt: skip
    assert not wrong
    assert_fits(found, type_)
    groups = sorted(set(codes))
    assert listed(found["k0"]) == groups
    result = found[function]
    assert result.shape == (len(groups), *shape)
    for place, group in enumerate(groups):
        rows = op("take", x, dense(np.flatnonzero(np.array(codes) == group)))
        expected = of_rows(rows, function, skipna=skipna, correction=correction)
        assert result.dtype == expected.dtype
        assert (missing_of(result)[place] == missing_of(expected)).all()
        with np.errstate(all="ignore"):
            assert_allclose(
                result.array()[place], expected.array(), rtol={2: 5e-3, 4: 1e-5}.get(result.array().itemsize, 1e-12)
            )


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_elements_of_all_types_are_counted_and_first_and_last(data: st.DataObject) -> None:
    codes = data.draw(st.lists(st.integers(0, 2), min_size=1, max_size=8))
    elements, make = COLUMNS[data.draw(st.sampled_from(list(COLUMNS)))]
    column = data.draw(st.lists(st.none() | elements, min_size=len(codes), max_size=len(codes)))
    if all(each is None for each in column):
        column[0] = data.draw(elements)
    x = value(make, column)
    skipna = data.draw(st.booleans())
    found = aggregate(of(x, np.array(codes)), "size", "count", "nunique", "first", "last", "min", "max", skipna=skipna)
    assert_valid(found)
    for place, group in enumerate(sorted(set(codes))):
        own = [each for each, code in zip(column, codes, strict=True) if code == group]
        there = [each for each in own if each is not None]
        left = there if skipna else own
        least = None if len(there) < len(left) or not left else min(left)
        most = None if len(there) < len(left) or not left else max(left)
        assert [listed(found[name])[place] for name in ("size", "count", "nunique")] == [
            len(own), len(there), len(set(there)),
        ]  # fmt: skip
        ends = [left[0], left[-1]] if left else [None, None]
        for name, expected in zip(("first", "last", "min", "max"), [*ends, least, most], strict=True):
            assert same(op("take", found[name], dense(np.array([place]))), one(x, column, expected))


def one(x: Tensor, column: list[Any], expected: Any) -> Tensor:
    """A vector of an element of a column, or of one that is missing."""
    place = column.index(expected)
    found = op("take", x, dense(np.array([place])))
    assert isinstance(found, Tensor)
    return found


@pytest.mark.parametrize("layout", ["csr", "csc", "coo"])
@pytest.mark.parametrize("missing", [False, True])
def test_sparse_fields_give_what_dense_ones_do(layout: str, missing: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, several_parts in (("_MANY", 7), ("_GRAIN", 5)):
        monkeypatch.setattr(scattered, name, several_parts)
    matrix = scipy_sparse.random_array((60, 5), density=0.4, rng=np.random.default_rng(3))
    x = op("to_sparse", dense(matrix.toarray()), layout=layout)
    if missing:
        x = marked(x, [i % 7 == 0 for i in range(x.stored)])
    codes = np.random.default_rng(4).integers(0, 4, 60)
    functions = [name for name in FUNCTIONS if name not in DENSE_ONLY]
    key = marked(dense(codes), (codes == 1).tolist())
    for skipna in (False, True):
        if skipna and missing:
            functions = [name for name in functions if name not in ("first", "last")]
        for dropna in (False, True):
            found = aggregate(of(x, key), *functions, skipna=skipna, dropna=dropna)
            expected = aggregate(of(op("to_dense", x), key), *functions, skipna=skipna, dropna=dropna)
            for name in functions:
                result = op("to_dense", found[name])
                assert (missing_of(result) == missing_of(expected[name])).all()
                assert_allclose(result.array(), expected[name].array(), rtol=1e-12)
            if "first" in functions:
                assert found["first"].layout.name.lower() == layout


def test_a_sparse_matrix_of_many_rows_is_not_made_dense() -> None:
    rows, columns = 3_000_000, 100_000
    places = np.arange(rows)
    matrix = scipy_sparse.csr_array((np.ones(rows), places % columns, np.arange(rows + 1)), shape=(rows, columns))
    found = aggregate(of(csr(matrix), places % 2), "sum", "mean", "max")
    assert found["sum"].shape == (2, columns)
    assert found["sum"].array().sum() == rows
    assert found["max"].array().sum() == columns
    assert found["mean"].array().max() == 30 / (rows / 2)


def test_sums_are_as_accurate_as_those_of_a_vector() -> None:
    x = np.full(1_000_000, 0.1)
    found = aggregate(of(x, np.arange(1_000_000) % 2), "sum", "mean")
    assert_allclose(found["sum"].array(), 50_000, rtol=1e-14)
    assert_allclose(found["mean"].array(), 0.1, rtol=1e-14)


@pytest.mark.parametrize("layout", ["csr", "csc", "coo"])
def test_entries_are_added_up_in_types_that_hold_their_sums(layout: str) -> None:
    for dtype, most in (("int32", 2**31 - 1), ("uint8", 255), ("bool", 1), ("float32", 1.5)):
        x = op("to_sparse", dense(np.array([[most, 0], [most, 0], [most, most]], dtype)), layout=layout)
        found = aggregate(of(x, [0, 0, 1]), "sum", "mean")
        assert found["sum"].array().tolist() == [[2 * most, 0], [most, most]]
        assert found["mean"].array().tolist() == [[most, 0], [most, most]]
    x = op("to_sparse", dense(np.full((4, 1), 2**62)), layout=layout)
    assert aggregate(of(x, [7] * 4), "mean")["mean"].array().tolist() == [[2.0**62]]
    x = op("to_sparse", dense(np.full((2, 1), 2**64 - 1, np.uint64)), layout=layout)
    assert aggregate(of(x, [7] * 2), "sum")["sum"].array().tolist() == [[2**64 - 2]]


def test_sums_lose_nothing_to_numbers_that_are_taken_away_again() -> None:
    found = aggregate(of([1.0, 5.0, 1e100, 1.0, -1e100], [0, 1, 0, 0, 0]), "sum", "mean")
    assert found["sum"].array().tolist() == [2.0, 5.0]
    assert found["mean"].array().tolist() == [0.5, 5.0]


def test_sums_of_what_is_not_finite_are_not() -> None:
    x = np.array([np.inf, 1.0, np.inf, -np.inf, np.nan, 1.0, 1e308, 1e308])
    found = aggregate(of(x, [0, 0, 1, 1, 2, 2, 3, 3]), "sum", "mean")
    for name in ("sum", "mean"):
        assert_allclose(found[name].array(), [np.inf, np.nan, np.nan, np.inf])


def test_rows_of_dropped_keys_are_in_no_result() -> None:
    x = np.arange(10).reshape(5, 2) ** 2 * 1.5
    key = marked(dense(np.array([1, 0, 1, 0, 1])), [False, True, False, False, False])
    kept = op("take", dense(x), dense(np.array([0, 2, 3, 4])))
    found = aggregate(of(x, key), *FUNCTIONS, dropna=True)
    expected = aggregate(of(kept, np.array([1, 1, 0, 1])), *FUNCTIONS)
    assert listed(found["std"])[1] == pytest.approx(np.std(x[[0, 2, 4]], axis=0).tolist())
    for name in FUNCTIONS:
        assert listed(found[name]) == listed(expected[name])


@pytest.mark.parametrize("columns", [0, 1, 20])
def test_columns_of_any_order_in_memory_are_reduced_each_for_itself(columns: int) -> None:
    x = np.random.default_rng(5).random((30, columns))
    codes = np.arange(30) % 3
    turned = replace(dense(x), data=np.ravel(x, order="F"), order=Order.F)
    whole, other = (aggregate(of(each, codes), "sum", "std", "max", "median") for each in (x, turned))
    for name in ("sum", "std", "max", "median"):
        assert (whole[name].array() == other[name].array()).all()
    assert_allclose(whole["sum"].array(), [x[codes == code].sum(axis=0) for code in range(3)])


@pytest.mark.parametrize("threads", [1, 3])
def test_rows_are_brought_together_in_their_order_by_any_number_of_threads(
    threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(together, "_GRAIN", 1)
    monkeypatch.setattr(together, "thread_count", lambda: threads)
    codes = np.random.default_rng(6).integers(-1, 5, 1000)
    order = np.argsort(codes, kind="stable")[np.count_nonzero(codes < 0) :]
    indptr = np.searchsorted(codes[order], np.arange(6))
    for data in (np.arange(1000), np.arange(1000, dtype=np.float32), np.arange(1000) % 3 == 0):
        assert (together.together(data, codes, indptr) == data[order]).all()


def test_durations_and_times_are_added_up_and_averaged_exactly() -> None:
    x = replace(dense(np.array([2**62, 3, 2**62, -1])), dtype=DataType("duration", unit="ns"))
    assert aggregate(of(x, [0, 1, 1, 0]), "sum", "mean")["sum"].array().tolist() == [2**62 - 1, 2**62 + 3]
    with pytest.raises(OpError, match=r"table\.x: expected durations whose sum fits in 64 bits for sum"):
        aggregate(of(x, [0, 1, 0, 1]), "sum")
    when = replace(x, dtype=DataType("timestamp", unit="s", zone="UTC"))
    found = aggregate(of(when, [0, 1, 0, 1]), "mean", "max")
    assert (found["mean"].dtype, found["max"].dtype) == (when.dtype, when.dtype)
    assert found["mean"].array().tolist() == [2**62, 1]


def test_ordered_factors_have_a_least_element_and_others_a_first() -> None:
    x = to_value(pd.Categorical(["b", "a", "c", "a"], categories=["c", "b", "a"], ordered=True))
    found = aggregate(of(x, [0, 0, 1, 1]), "min", "max", "first", "nunique")
    assert strings(found["min"].categories) == ["c", "b", "a"]
    assert [listed(found[name]) for name in ("min", "max", "first", "nunique")] == [
        ["b", "c"], ["a", "a"], ["b", "c"], [2, 2],
    ]  # fmt: skip


# Keys


@settings(max_examples=100, deadline=None)
@given(data=st.data(), rows=st.integers(1, 12), names=st.lists(st.sampled_from(list(COLUMNS)), min_size=1, max_size=3))
def test_there_is_a_row_for_each_key_in_the_order_of_sort_by(data: st.DataObject, rows: int, names: list[str]) -> None:
    columns, fields = [], []
    for name in names:
        elements, make = COLUMNS[name]
        column = data.draw(st.lists(st.none() | elements, min_size=rows, max_size=rows))
        column = [data.draw(elements), *column[1:]] if all(each is None for each in column) else column
        columns.append(column)
        fields.append(value(make, column))
    dropna = data.draw(st.booleans())
    by = tuple(f"k{i}" for i in range(len(names)))
    found = aggregate(of(np.arange(rows), *fields), "size", "first", by=by, dropna=dropna)
    assert found.names == (*by, "size", "first")
    held = [tuple((x is None, 0 if x is None else x) for x in row) for row in zip(*columns, strict=True)]
    known = sorted({row for row in held if not (dropna and any(gone for gone, _ in row))})
    assert listed(found["size"]) == [held.count(key) for key in known]
    firsts = dense(np.array([held.index(key) for key in known], np.int64))
    assert same(bare(found["first"]), firsts)
    for name, field in zip(by, fields, strict=True):
        assert same(bare(found[name]), op("take", field, firsts))


def test_keys_keep_their_type_their_unit_and_their_categories() -> None:
    keys = {
        "f": to_value(pd.Categorical(["x", "y"], categories=["unused", "y", "x"])),
        "m": replace(dense(np.array([1.5, 2.5], np.float32)), unit="m"),
        "at": replace(dense(np.array([1, 0])), dtype=DataType("timestamp", unit="ns", zone="Europe/Vienna")),
    }
    whole = Table((*keys.items(), ("x", dense(np.arange(2)))))  # type: ignore[arg-type]
    found = aggregate(whole, "sum", by=("f", "m", "at"))
    assert [listed(found[name]) for name in ("f", "m", "sum")] == [["y", "x"], [2.5, 1.5], [1, 0]]
    assert strings(found["f"].categories) == ["unused", "y", "x"]
    assert [(found[name].dtype, found[name].unit) for name in keys] == [
        (key.dtype, key.unit) for key in keys.values() if isinstance(key, Tensor)
    ]


def test_nan_is_a_key_and_not_a_missing_one() -> None:
    found = aggregate(of([1, 2, 4], [np.nan, 1.0, np.nan]), "sum", dropna=True)
    assert_allclose(found["k0"].array(), [1.0, np.nan])
    assert listed(found["sum"]) == [2, 5]


@pytest.mark.parametrize("x", [np.zeros(0), np.zeros((0, 2)), np.zeros(0, "M8[ns]"), np.zeros(0, "m8[s]")])
def test_no_rows_have_no_groups(x: Any) -> None:
    functions = ("size", "count", "mean", "min", "first", "nunique")
    found = aggregate(of(x, np.zeros(0, np.int32)), *functions)
    assert_valid(found)
    assert found["k0"].dtype == DataType("int32")
    assert [found[name].shape for name in functions] == [(0,), *[(0, *x.shape[1:])] * 5]


def test_keys_that_are_all_missing_leave_no_rows_when_they_are_dropped() -> None:
    key = marked(dense(np.zeros(2)), [True, True])
    assert listed(aggregate(of([1, 2], key), "sum")["sum"]) == [3]
    assert aggregate(of([1, 2], key), *FUNCTIONS, dropna=True)["sum"].shape == (0,)


def test_a_field_may_be_its_own_key() -> None:
    found = op("aggregate", of([3, 1, 3]), by=("x",), names=("n", "sum"), fields=("x", "x"), functions=("size", "sum"))
    assert [listed(found[name]) for name in ("x", "n", "sum")] == [[1, 3], [1, 2], [1, 6]]


# Axes


def test_rows_have_no_labels_and_other_dimensions_keep_theirs() -> None:
    whole = table(6)
    names = ("m", "by", "counts", "s", "n")
    found = op(
        "aggregate", whole, by=("f",), names=names, fields=names, functions=("mean", "sum", "sum", "max", "last")
    )
    assert_valid(found)
    assert found.declared[0].labels is None
    assert [found[name].axes for name in ("f", "m", "by")] == [("rows",), ("rows", "xy"), ("rows", "")]
    assert strings(found["m"].declared[0].labels) == ["x", "y"]
    both = op("aggregate", whole, by=("f",), names=("a", "b"), fields=("m", "m"), functions=("min", "max"))
    assert [axis.name for axis in both.declared] == ["rows", "xy"]
    assert (found["n"].unit, found["m"].unit) == ("m", "")


# Against pandas


@settings(max_examples=150, deadline=None)
@given(data=st.data(), rows=st.integers(1, 12))
def test_groups_are_those_of_pandas(data: st.DataObject, rows: int) -> None:
    """With skipna and a correction of 1, which pandas has unless it is told otherwise."""

    def drawn(elements: st.SearchStrategy[Any]) -> list[Any]:
        return data.draw(st.lists(elements, min_size=rows, max_size=rows))

    frame = pd.DataFrame(
        {
            "i": pd.array(drawn(st.none() | st.integers(0, 2)), "Int64"),
            "s": pd.array(drawn(st.none() | st.sampled_from("abé")), "string"),
            "b": pd.array(drawn(st.none() | st.booleans()), "boolean"),
            "c": pd.Categorical(drawn(st.none() | st.sampled_from("xyz")), categories=list("zxy")),
            "t": pd.to_datetime(drawn(st.none() | st.sampled_from(["2024-01-01", "2023-01-01"]))).as_unit("s"),
            "x": pd.array(drawn(st.none() | st.integers(-5, 5)), "Int64"),
            "y": pd.array(drawn(st.none() | st.sampled_from([0.5, -1.5, 2.0, 7.25])), "Float64"),
        }
    )
    by = data.draw(st.lists(st.sampled_from("isbct"), min_size=1, max_size=3, unique=True))
    field = data.draw(st.sampled_from("xy"))
    dropna = data.draw(st.booleans())
    functions = ("size", "count", "sum", "prod", "mean", "min", "max", "median", "var", "std", "nunique")
    whole = to_value(frame)
    found = op(
        "aggregate", whole, by=tuple(by), names=functions, fields=(field,) * len(functions), functions=functions,
        skipna=True, correction=1, dropna=dropna,
    )  # fmt: skip
    grouped = frame.groupby(by, as_index=False, dropna=dropna, observed=True)
    expected = to_value(grouped.agg(**{name: (field, name) for name in functions}))
    assert isinstance(expected, Table)
    for name in (*by, "size", "count", "nunique", "min", "max"):
        assert listed(found[name]) == listed(expected[name])
    for name in ("sum", "prod", "mean", "median", "var", "std"):
        mine, theirs = (
            np.array([np.nan if each is None else each for each in listed(result[name])], float)
            for result in (found, expected)
        )
        assert_allclose(mine, theirs, rtol=1e-9, atol=1e-12)
