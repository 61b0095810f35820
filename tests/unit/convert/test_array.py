"""`jazz.Array`: what numpy and scipy.sparse cannot say comes back said."""

import pickle

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import jazz
from jazz.convert import from_value, to_value
from jazz.convert.axes import same
from jazz.errors import InvalidArgument
from unit.convert.travel import sent, there_and_back

GENES = np.array(["tp53", "brca1", "é"], np.dtypes.StringDType())


def labelled(data, **parts) -> jazz.Array:
    return jazz.Array(data, ("cells", "genes"), {"genes": GENES}, **parts)


@pytest.mark.parametrize("order", ["C", "F"])
def test_a_labelled_matrix_comes_back_labelled(order):
    array = labelled(np.asarray(np.arange(6.0).reshape(2, 3), order=order))
    result = there_and_back(array)
    assert isinstance(result, jazz.Array)
    assert result.equals(array)
    assert result.dims == ("cells", "genes")
    assert result.labels["genes"].tolist() == GENES.tolist()
    assert result.data.flags[f"{order}_CONTIGUOUS"]


@pytest.mark.parametrize("layout", ["csr", "csc", "coo"])
def test_a_labelled_sparse_matrix_comes_back_labelled(layout):
    array = labelled(scipy.sparse.random_array((2, 3), density=0.5, format=layout, rng=1))
    result = there_and_back(array)
    assert result.data.format == layout
    assert result.equals(array)


def test_names_without_labels_are_kept():
    result = there_and_back(jazz.Array(np.zeros((2, 3, 4)), ("x", "", "z")))
    assert result.dims == ("x", "", "z")
    assert dict(result.labels) == {}


def test_one_name_for_two_dimensions_is_one_axis():
    array = jazz.Array(np.eye(2), ("cells", "cells"), {"cells": ["a", "b"]})
    assert len(to_value(array).declared) == 1
    assert there_and_back(array).equals(array)


@st.composite
def sparse_arrays(draw):
    shape = draw(hnp.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=4))
    layout = draw(st.sampled_from(["csr", "csc", "coo"] if len(shape) == 2 else ["coo"]))
    dtype = draw(st.sampled_from(["bool", "int8", "uint16", "float32", "float64", "complex64"]))
    there = draw(hnp.arrays(bool, shape))
    places = np.nonzero(there)
    data = draw(hnp.arrays(dtype, len(places[0])))
    matrix = scipy.sparse.coo_array((data, places), shape=shape)
    matrix = matrix if layout == "coo" else matrix.asformat(layout)
    missing = draw(st.none() | hnp.arrays(bool, len(places[0])))
    fill = draw(st.none() | hnp.arrays(dtype, ()))
    return jazz.Array(matrix, missing=missing, fill=fill)


@given(sparse_arrays())
@settings(max_examples=150, deadline=None)
def test_missing_entries_and_fills_of_sparse_arrays_come_back(array):
    value = sent(array)
    assert value.missing == (0 if array.missing is None else array.missing.sum())
    assert same(to_value(from_value(value)), value)
    result = from_value(value, to="array")
    assert result.nnz == array.nnz
    if array.missing is not None and array.missing.any():
        assert result.missing.tolist() == array.missing.tolist()
        assert not result.data.data[result.missing].any()


def test_missing_entries_move_with_entries_that_are_sorted_and_summed():
    matrix = scipy.sparse.coo_array(([1, 2, 3, 4], ([1, 0, 1, 0], [0, 1, 0, 0])), shape=(2, 2))
    result = there_and_back(jazz.Array(matrix, missing=[False, True, True, False]))
    assert [axis.tolist() for axis in result.data.coords] == [[0, 0, 1], [0, 1, 0]]
    assert result.missing.tolist() == [False, True, True]
    assert result.data.data.tolist() == [4, 0, 0]


def test_a_fill_of_zero_is_none():
    assert scipy.sparse.issparse(there_and_back(jazz.Array(scipy.sparse.csr_array(np.eye(2)), fill=0)))


def test_absent_entries_of_min_plus_are_infinite():
    distances = jazz.Array(scipy.sparse.csr_array(np.eye(2, dtype=np.float32)), fill=float("inf"))
    assert there_and_back(distances).fill == np.inf
    assert there_and_back(distances).fill.dtype == np.float32


@pytest.mark.parametrize("data", [5, 2.5, [1, None], [[1.5]], scipy.sparse.csc_array([[1.0]]), 1j])
def test_units_come_back_in_every_layout_and_rank(data):
    array = jazz.Array(data, unit="kg/m**3")
    assert there_and_back(array).unit == "kg/m**3"
    assert there_and_back(array).equals(array)


@pytest.mark.parametrize("shape", [(), (2, 2), (0, 3)])
def test_factors_of_any_rank_are_codes_and_categories(shape):
    codes = np.ma.MaskedArray(np.zeros(shape, np.int32), np.zeros(shape, bool))
    if codes.size:
        codes.mask.flat[0] = True
    array = jazz.Array(codes, categories=["low", "high"], ordered=True)
    result = there_and_back(array)
    assert (result.ordered, result.categories.tolist()) == (True, ["low", "high"])
    assert result.equals(array)
    if codes.size:
        assert result.to_numpy().ravel()[0] is None


def test_what_is_one_tensor_can_be_made_an_array_with_what_it_says():
    series = pd.Series(pd.array([1, None], dtype="Int64"), index=pd.Index(["a", "b"], name="gene"))
    array = jazz.Array(series, unit="count")
    assert (array.dims, array.unit, array.labels["gene"].tolist()) == (("gene",), "count", ["a", "b"])
    assert array.data.tolist() == [1, None]
    assert jazz.Array(pd.Categorical(["x", None])).categories.tolist() == ["x"]
    assert jazz.Array(array, unit="m").unit == "m"


def test_labels_may_be_anything_that_is_a_vector():
    days = pd.DatetimeIndex(["2020-01-01", "2020-01-02"], tz="Europe/Vienna")
    array = jazz.Array(np.zeros((2, 2, 1)), ("day", "kind", "x"), {"day": days, "kind": pd.Categorical(["a", "b"])})
    result = there_and_back(array)
    assert result.equals(array)
    assert result.labels["day"].dtype.metadata == {"zone": "Europe/Vienna"}
    assert result.labels["kind"].categories.tolist() == ["a", "b"]


def test_a_vector_with_a_name_comes_back_as_a_series():
    result = there_and_back(jazz.Array([1.5, 2.5], ("x",), unit="m"))
    assert isinstance(result, pd.Series)
    assert (result.index.name, result.attrs) == ("x", {"unit": "m"})
    assert isinstance(there_and_back(jazz.Array(np.ma.array([1j], mask=[True]), ("x",))), jazz.Array)


def test_arrays_of_a_dict_share_axes_and_labels():
    arrays = {"a": labelled(np.zeros((2, 3))), "b": labelled(scipy.sparse.csr_array((2, 3))), "c": 1}
    value = sent(arrays)
    assert [axis.name for axis in value.declared] == ["cells", "genes"]
    result = from_value(value)
    assert result["a"].equals(arrays["a"])
    assert result["a"].labels["genes"] is result["b"].labels["genes"]
    assert sent({"a": labelled(np.zeros((2, 3))), "b": labelled(np.zeros((3, 3)))}).declared[0].name == "genes"


@pytest.mark.parametrize(
    ("parts", "field", "found"),
    [
        ({"data": object()}, "value", "object"),
        ({"data": {"a": 1}}, "data", "dict"),
        ({"data": [1], "dims": ("x", "y")}, "dims", "2"),
        ({"data": [1], "dims": (5,)}, "dims", "5"),
        ({"data": [1], "dims": ("a\0",)}, "dims[0]", "x00"),
        ({"data": [1], "dims": ("\ud800",)}, "dims[0]", "ud800"),
        ({"data": [[1, 2]], "dims": ("x", "x")}, "dims[1]", "length 2"),
        ({"data": [1], "dims": ("x",), "labels": {"y": ["a"]}}, "labels", "'y'"),
        ({"data": [1], "labels": {"": ["a"]}}, "labels", "''"),
        ({"data": [1], "dims": ("x",), "labels": {"x": ["a", "b"]}}, "labels['x']", "[2]"),
        ({"data": [1], "dims": ("x",), "labels": {"x": [["a"]]}}, "labels['x']", "[1, 1]"),
        ({"data": [1], "dims": ("x",), "labels": ["a"]}, "labels", "list"),
        ({"data": ["a"], "unit": "m"}, "unit", "'m'"),
        ({"data": [True], "unit": "m"}, "unit", "'m'"),
        ({"data": [1], "unit": " m"}, "unit", "' m'"),
        ({"data": [1], "unit": "m" * 300}, "unit", "mmm"),
        ({"data": [1], "unit": 5}, "unit", "5"),
        ({"data": [1], "missing": [True]}, "missing", "array"),
        ({"data": [1], "fill": 1}, "fill", "1"),
        ({"data": scipy.sparse.csr_array(np.eye(2)), "missing": [True]}, "missing", "[1]"),
        ({"data": scipy.sparse.csr_array(np.eye(2)), "missing": [0, 1]}, "missing", "int64"),
        ({"data": scipy.sparse.lil_array((2, 2)), "missing": [True]}, "missing", "lil"),
        ({"data": scipy.sparse.csr_array(np.eye(2, dtype=int)), "fill": 1.5}, "fill", "1.5"),
        ({"data": scipy.sparse.csr_array(np.eye(2, dtype=np.int8)), "fill": 300}, "fill", "300"),
        ({"data": scipy.sparse.csr_array(np.eye(2)), "fill": [1, 2]}, "fill", "[1, 2]"),
        ({"data": [1], "ordered": True}, "ordered", "True"),
        ({"data": [1], "categories": ["a"]}, "data", "1"),
        ({"data": [0], "categories": ["a", "a"]}, "categories", "twice"),
        ({"data": [0.5], "categories": ["a"]}, "data", "float64"),
        ({"data": [0], "categories": [1]}, "categories", "int64"),
    ],
)
def test_parts_that_do_not_fit_are_refused_by_name(parts, field, found):
    with pytest.raises(InvalidArgument) as caught:
        jazz.Array(**parts)
    (violation,) = caught.value.violations
    assert violation.field == field
    assert found in violation.found


def test_everything_that_is_wrong_is_said_at_once():
    with pytest.raises(InvalidArgument) as caught:
        jazz.Array([1], ("x", "y"), unit=" ", fill=1)
    assert [violation.field for violation in caught.value.violations] == ["dims", "unit", "fill"]


def test_labels_that_cannot_be_stored_are_refused_by_place():
    with pytest.raises(InvalidArgument) as caught:
        to_value(jazz.Array([1], ("x",), {"x": np.array([object()])}))
    assert caught.value.violations[0].field == "value.labels['x'][0]"


def test_equality_is_of_all_parts_and_to_the_bit():
    array = labelled(np.array([[1.0, np.nan, 0.0], [1, 2, 3]]), unit="m")
    assert array.equals(labelled(array.data.copy(), unit="m"))
    assert not array.equals(labelled(array.data, unit="s"))
    assert not array.equals(jazz.Array(array.data, unit="m"))
    assert not array.equals(array.data)
    assert (array == labelled(array.data, unit="m")) is False
    assert hash(array) != hash(labelled(array.data, unit="m"))


def test_arrays_can_be_pickled():
    array = labelled(scipy.sparse.csr_array(np.eye(2, 3)), unit="m", missing=[True, False], fill=2.0)
    assert pickle.loads(pickle.dumps(array)).equals(array)


def test_numpy_takes_nothing_from_it_silently():
    with pytest.raises(TypeError, match=r"\.to_numpy\(\)"):
        np.asarray(jazz.Array([1], unit="m"))


def test_it_shows_what_it_is():
    array = labelled(scipy.sparse.csr_array(np.eye(2, 3)), unit="m", missing=[True, False], fill=2.0)
    assert repr(array).splitlines() == [
        "<Array float64[cells: 2, genes: 3] csr in m>",
        "entries: 2 stored, 1 of them missing",
        "fill: 2.0",
        "genes: tp53, brca1, é",
    ]
    page = labelled(np.array([["<b>", "x", "y"]] * 20))._repr_html_()
    assert "&lt;b&gt;" in page
    assert "<b>x" not in page
    assert "tp53" in page
    assert "<tr><th>…" in page


def test_sparse_arrays_and_scalars_show_themselves_too():
    assert "5" in repr(jazz.Array(5, unit="m"))
    for array in (jazz.Array(5, unit="m"), jazz.Array([1], unit="m"), jazz.Array(np.zeros((2, 2, 2)), ("a", "b", "c"))):
        assert "Array" in array._repr_html_()


def test_other_forms():
    array = labelled(np.arange(6.0).reshape(2, 3))
    frame = array.to_pandas()
    assert (frame.columns.name, frame.index.name) == ("genes", "cells")
    assert frame["brca1"].tolist() == [1, 4]
    assert array.to_numpy().tolist() == array.data.tolist()
    assert array.to_xarray().sel(genes="é").values.tolist() == [2, 5]
    with pytest.raises(InvalidArgument, match="'array'"):
        jazz.Array(scipy.sparse.csr_array(np.eye(2)), fill=1.0).to_numpy()


def test_it_is_not_copied():
    matrix = scipy.sparse.csr_array(np.eye(3))
    value = to_value(labelled(matrix))
    assert np.shares_memory(value.data, matrix.data)
    assert np.shares_memory(from_value(value).data.data, matrix.data)
