"""Frames, series and indexes of pandas."""

import datetime
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jazz.convert import MissingPackage, from_value, to_value
from jazz.errors import FailedPrecondition, InvalidArgument
from jazz.values import Axis, DataType, Table, Tensor, dense
from unit.convert.travel import sent, there_and_back

TEXT = "str" if int(pd.__version__.partition(".")[0]) >= 3 else "string"
"""The type of columns of texts."""

COLUMNS = {
    "int8": np.array([1, -2, 3], np.int8),
    "float32": np.array([1.5, np.nan, -0.0], np.float32),
    "bool": np.array([True, False, True]),
    "complex": np.array([1j, 2, 3]),
    "Int64": pd.array([1, None, 3], dtype="Int64"),
    "UInt8": pd.array([1, None, 255], dtype="UInt8"),
    "Float32": pd.array([1.5, None, 3], dtype="Float32"),
    "boolean": pd.array([True, None, False], dtype="boolean"),
    "str": pd.array(["a", None, "é"], dtype=TEXT),
    "category": pd.Categorical(["x", None, "x"], categories=["y", "x"]),
    "ordered": pd.Categorical(["low", "high", "low"], categories=["low", "high"], ordered=True),
    "naive": pd.to_datetime(["2020-01-01", None, "2021-01-01"]).as_unit("ms"),
    "zoned": pd.to_datetime(["2020-01-01", None, "2021-07-01"]).as_unit("us").tz_localize("Europe/Vienna"),
    "offset": pd.to_datetime(["2020-01-01"] * 3).tz_localize(datetime.timezone(datetime.timedelta(hours=-3))),
    "utc": pd.to_datetime(["2020-01-01"] * 3).tz_localize("UTC"),
    "duration": pd.to_timedelta([1, None, 3], unit="s"),
    "bytes": np.array([b"a", None, b""], object),
    "date": np.array([datetime.date(2020, 1, 1), None, datetime.date(1900, 1, 1)], object),
}


def test_a_frame_comes_back_with_its_columns_and_their_types():
    frame = pd.DataFrame(COLUMNS)
    pd.testing.assert_frame_equal(there_and_back(frame), frame)


@pytest.mark.parametrize(
    "index",
    [
        pd.RangeIndex(3),
        pd.RangeIndex(3, name="row"),
        pd.Index(["a", "b", "c"], name="gene"),
        pd.Index([3, 1, 1]),
        pd.DatetimeIndex(["2020-01-01", "2020-01-02", "2020-01-04"], tz="UTC", name="day"),
        pd.CategoricalIndex(["a", "b", "a"]),
        pd.Index(["a", None, "b"]),
    ],
)
def test_the_index_comes_back_with_its_name(index):
    frame = pd.DataFrame({"x": [1, 2, 3]}, index=index)
    pd.testing.assert_frame_equal(there_and_back(frame), frame)


def test_a_default_index_has_no_labels():
    (axis,) = sent(pd.DataFrame({"x": [1, 2]})).declared
    assert (axis.name, axis.length, axis.labels) == ("rows", 2, None)


@pytest.mark.parametrize("frame", [pd.DataFrame({"x": np.array([], np.int8)}), pd.DataFrame(index=["a", "b"])])
def test_empty_frames_come_back(frame):
    pd.testing.assert_frame_equal(there_and_back(frame), frame, check_column_type=False, check_index_type=False)


@given(st.lists(st.none() | st.integers(-(2**63), 2**63 - 1)))
@settings(max_examples=40, deadline=None)
def test_integers_stay_integers_where_some_are_missing(items):
    series = pd.Series(items, dtype="Int64")
    result = there_and_back(series)
    assert result.dtype == ("Int64" if None in items else "int64")
    assert result.astype("Int64").equals(series)


@pytest.mark.parametrize("name", COLUMNS)
def test_a_series_comes_back_without_its_name(name):
    series = pd.Series(COLUMNS[name], index=["a", "b", "c"], name="name")
    pd.testing.assert_series_equal(there_and_back(series), series.rename(None))


def test_numpy_columns_are_not_copied():
    array = np.arange(5.0)
    value = to_value(pd.DataFrame({"x": array}, copy=False))
    assert np.shares_memory(value["x"].data, array)


@pytest.mark.parametrize(
    ("obj", "expected"),
    [
        (pd.Index([1, 2]), np.array([1, 2])),
        (pd.array([1, 2], dtype="Int8"), np.array([1, 2], np.int8)),
    ],
)
def test_indexes_and_extension_arrays_are_vectors(obj, expected):
    np.testing.assert_array_equal(there_and_back(obj), expected, strict=True)


def test_a_categorical_is_a_factor():
    result = there_and_back(pd.Categorical(["a", "b", None], categories=["b", "a"], ordered=True))
    assert result.categories.tolist() == ["b", "a"]
    assert result.codes.tolist() == [1, 0, -1]
    assert result.ordered


def test_a_factor_can_be_had_as_strings():
    value = sent(pd.Categorical(["a", "b", None]))
    assert from_value(value, to="numpy").tolist() == ["a", "b", None]


def test_a_dict_of_frames_comes_back():
    frames = {"a": pd.DataFrame({"x": [1, 2]}), "b": pd.DataFrame({"x": [1]}, index=["r"]), "c": 3}
    result = there_and_back(frames)
    pd.testing.assert_frame_equal(result["a"], frames["a"])
    pd.testing.assert_frame_equal(result["b"], frames["b"])


def test_vectors_of_one_length_can_be_had_as_a_frame():
    result = there_and_back({"x": [1, 2], "y": ["a", "b"]}, to="pandas")
    assert result["y"].tolist() == ["a", "b"]
    with pytest.raises(InvalidArgument):
        there_and_back({"x": [1, 2], "y": ["a"]}, to="pandas")
    with pytest.raises(InvalidArgument):
        there_and_back(np.zeros((2, 2, 2)), to="pandas")


def test_a_vector_can_be_had_as_a_series():
    assert there_and_back([1, 2], to="pandas").tolist() == [1, 2]


@pytest.mark.parametrize(
    ("obj", "field"),
    [
        (pd.DataFrame({1: [1]}), "value.columns[0]"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "value.columns[1]"),
        (pd.DataFrame({("a", "b"): [1]}), "value.columns"),
        (pd.DataFrame({"a": [1]}, index=pd.MultiIndex.from_tuples([(1, 2)])), "value.index"),
        (pd.DataFrame({"a": [1]}, index=pd.Index([1], name="rows")), "value.index.name"),
        (pd.DataFrame({"a": [1]}, index=pd.Index([1], name=5)), "value.index.name"),
        (pd.DataFrame({"a": pd.period_range("2020", periods=1, freq="D")}), "value['a']"),
        (pd.DataFrame({"a": pd.arrays.SparseArray([0, 1])}), "value['a']"),
        (pd.DataFrame({"a": pd.interval_range(0, 1)}), "value['a']"),
        (pd.DataFrame({"a": pd.Categorical([1, 2])}), "value['a'].categories"),
        (pd.DataFrame({"a": np.array([1, "x"], object)}), "value['a'][1]"),
        (pd.DataFrame({"a": np.array([None], object)}), "value['a']"),
    ],
)
def test_what_cannot_be_stored_is_refused_by_place(obj, field):
    with pytest.raises(InvalidArgument) as caught:
        to_value(obj)
    assert caught.value.violations[0].field == field


def test_labels_are_never_dropped_unless_asked_for():
    labels = to_value(np.array(["a", "b"]))
    tensor = Tensor(
        DataType("float64"), (2, 2), data=np.zeros(4), axes=("rows", ""), declared=(Axis("rows", 2, labels),)
    )
    table = Table((("x", Tensor(DataType("float64"), (2, 2), data=np.zeros(4), axes=("rows", ""))),), tensor.declared)
    assert from_value(tensor).labels["rows"].tolist() == ["a", "b"]
    assert from_value(table)["x"].labels["rows"].tolist() == ["a", "b"]
    assert from_value(tensor, to="numpy").shape == (2, 2)
    assert from_value(table, to="numpy")["x"].shape == (2, 2)


def test_a_date_beyond_the_calendar_of_python_is_refused():
    days = Tensor(DataType("date"), (1,), data=np.array([2**30], np.int32))
    with pytest.raises(InvalidArgument, match="years 1 to 9999"):
        from_value(days, to="pandas")


@pytest.mark.parametrize("dtype", ["float16", "complex64"])
def test_missing_elements_that_pandas_cannot_hold_are_refused(dtype):
    tensor = Tensor(DataType(dtype), (1,), data=np.zeros(1, dtype), validity=np.array([0], np.uint8))
    with pytest.raises(InvalidArgument, match="nullable"):
        from_value(tensor, to="pandas")


def test_without_pandas_frames_say_what_to_install_and_arrays_still_come(monkeypatch):
    value = sent(pd.DataFrame({"x": [1, 2]}))
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(MissingPackage, match=r"jazz-client\[pandas\]") as caught:
        from_value(value)
    assert isinstance(caught.value, ImportError)
    assert isinstance(caught.value, FailedPrecondition)
    assert from_value(value, to="numpy")["x"].tolist() == [1, 2]
    assert from_value(dense(np.zeros(2))).tolist() == [0, 0]


def test_units_of_columns_and_series_are_attributes():
    frame = pd.DataFrame(
        {"height": [1.5, 2.5], "name": pd.array(["a", "b"], dtype=TEXT), "n": pd.array([1, None], dtype="Int64")}
    )
    frame.attrs["units"] = {"height": "m", "n": "count"}
    result = there_and_back(frame)
    pd.testing.assert_frame_equal(result, frame)
    assert result.attrs == frame.attrs
    series = pd.Series([1.5], index=["r"])
    series.attrs["unit"] = "kg/m**3"
    assert sent(series).unit == "kg/m**3"
    assert there_and_back(series).attrs == series.attrs


def attributed(obj, attrs):
    obj.attrs.update(attrs)
    return obj


@pytest.mark.parametrize(
    ("obj", "field"),
    [
        (attributed(pd.DataFrame({"x": [1]}), {"source": "here"}), "value.attrs"),
        (attributed(pd.DataFrame({"x": [1]}), {"units": {"y": "m"}}), "value.attrs['units']"),
        (attributed(pd.DataFrame({"x": [1]}), {"units": ["m"]}), "value.attrs['units']"),
        (attributed(pd.DataFrame({"x": ["a"]}), {"units": {"x": "m"}}), "value.attrs['units']['x']"),
        (attributed(pd.Series([1]), {"unit": 5}), "value.attrs['unit']"),
        (attributed(pd.Series([1]), {"units": "m"}), "value.attrs"),
        (pd.DataFrame({"x": [1]}).rename_axis(columns="names"), "value.columns.name"),
    ],
)
def test_attributes_that_have_no_place_are_refused(obj, field):
    with pytest.raises(InvalidArgument) as caught:
        to_value(obj)
    assert caught.value.violations[0].field == field


def test_frames_with_one_index_share_its_labels_and_others_keep_their_own():
    index = pd.Index(["a", "b"], name="gene")
    frames = {"x": pd.DataFrame({"n": [1, 2]}, index=index), "y": pd.Series([1.5, 2.5], index=index)}
    value = sent(frames)
    assert [axis.name for axis in value.declared] == ["gene"]
    result = from_value(value)
    pd.testing.assert_frame_equal(result["x"], frames["x"])
    pd.testing.assert_series_equal(result["y"], frames["y"])
    apart = sent(frames | {"z": pd.Series([1], index=pd.Index(["c"], name="gene"))})
    assert apart.declared == ()
    inner = sent({"a": frames, "b": pd.Series([3], index=pd.Index(["d"], name="gene"))})
    assert inner.declared == ()
    assert [axis.name for axis in inner["a"].declared] == ["gene"]


def test_default_indexes_are_shared_by_nobody():
    assert sent({"a": pd.Series([1, 2]), "b": pd.Series([3, 4])}).declared == ()


def test_a_matrix_can_be_had_as_a_frame():
    masked = np.ma.MaskedArray([[1, 2], [3, 4]], [[True, False], [False, False]])
    result = there_and_back(masked, to="pandas")
    assert result.dtypes.tolist() == ["Int64", "int64"]
    assert there_and_back(np.array([["a"]]), to="pandas").iloc[0, 0] == "a"


def test_without_anndata_its_shape_says_what_to_install_and_arrays_still_come(monkeypatch):
    labels = (Axis("obs", 1, to_value(["a"])), Axis("var", 1, to_value(["b"])))
    parts = ("layers", "obs", "var", "obsm", "varm", "obsp", "varp", "uns")
    matrix = Tensor(DataType("float64"), (1, 1), data=np.zeros(1), axes=("obs", "var"))
    table = Table((("X", matrix), *((name, Table()) for name in parts)), labels)
    monkeypatch.setitem(sys.modules, "anndata", None)
    with pytest.raises(MissingPackage, match=r"jazz-client\[anndata\].*to=\"numpy\""):
        from_value(table)
    assert from_value(table, to="numpy")["X"].tolist() == [[0]]
    assert from_value(table, to="array")["X"].labels["obs"].tolist() == ["a"]
