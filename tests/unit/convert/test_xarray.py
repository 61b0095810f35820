"""DataArrays and Datasets of xarray."""

import datetime

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import jazz
from jazz.convert import to_value
from jazz.errors import InvalidArgument
from unit.convert.travel import sent, there_and_back

TEMPERATURE = xr.DataArray(
    np.arange(6, dtype=np.int16).reshape(2, 3),
    dims=("day", "place"),
    coords={"day": pd.to_datetime(["2020-01-01", "2020-01-02"]), "place": np.array(["a", "b", "é"])},
    attrs={"units": "degC"},
)


def test_a_data_array_comes_back_with_names_labels_and_unit():
    result = there_and_back(TEMPERATURE, to="xarray")
    xr.testing.assert_identical(result.astype(np.int16), TEMPERATURE.astype(np.int16).assign_coords(place=result.place))
    assert result.dtype == np.int16
    assert result.attrs == {"units": "degC"}
    assert result.place.values.tolist() == ["a", "b", "é"]


def test_it_is_an_array_otherwise():
    result = there_and_back(TEMPERATURE)
    assert isinstance(result, jazz.Array)
    assert (result.dims, result.unit) == (("day", "place"), "degC")
    assert result.labels["place"].tolist() == ["a", "b", "é"]


def test_a_dataset_is_a_table_whose_fields_share_axes():
    dataset = xr.Dataset({"t": TEMPERATURE, "n": ("place", [1, 2, 3]), "z": 5}, coords={"place": ["a", "b", "c"]})
    value = sent(dataset)
    assert [axis.name for axis in value.declared] == ["day", "place"]
    result = there_and_back(dataset, to="xarray")
    xr.testing.assert_equal(result.assign_coords(place=dataset.place), dataset)
    assert result.t.attrs == {"units": "degC"}


def test_units_of_coordinates_are_kept():
    array = xr.DataArray([1.0, 2.0], dims="x", coords={"x": ("x", [0.5, 1.5], {"units": "m"})})
    assert there_and_back(array, to="xarray").x.attrs == {"units": "m"}
    assert there_and_back(array).labels["x"].unit == "m"


@pytest.mark.parametrize(
    "data",
    [
        pd.array([1, None], dtype="Int64"),
        pd.Categorical(["a", None], categories=["b", "a"]),
        pd.to_datetime(["2020-01-01", None]).tz_localize("Europe/Vienna").as_unit("us"),
    ],
    ids=["integers", "categories", "zoned"],
)
def test_vectors_that_only_pandas_has_come_back(data):
    array = xr.DataArray(data, dims="x", coords={"x": pd.CategoricalIndex(["u", "v"])})
    result = there_and_back(array, to="xarray")
    assert str(result.dtype) == str(array.dtype)
    assert pd.Series(result.data).equals(pd.Series(array.data))
    assert isinstance(result.indexes["x"], pd.CategoricalIndex)


def test_missing_texts_and_times():
    assert there_and_back(["a", None], to="xarray").values.tolist() == ["a", None]
    assert np.isnat(there_and_back([datetime.date(2020, 1, 1), None], to="xarray").values[1])


def test_names_that_are_not_there_are_those_that_xarray_gives():
    assert there_and_back(np.zeros((2, 2)), to="xarray").dims == ("dim_0", "dim_1")


def test_a_frame_can_be_had_as_a_dataset():
    frame = pd.DataFrame({"n": pd.array([1, None], dtype="Int64")}, index=pd.Index(["a", "b"], name="gene"))
    result = there_and_back(frame, to="xarray")
    assert result.n.dims == ("gene",)
    pd.testing.assert_frame_equal(there_and_back(result), frame)


@pytest.mark.parametrize(
    ("obj", "field"),
    [
        (TEMPERATURE.assign_attrs(long_name="t"), "value.attrs"),
        (TEMPERATURE.assign_attrs(units=5), "value.attrs['units']"),
        (TEMPERATURE.assign_coords(run=1), "value.coords['run']"),
        (TEMPERATURE.assign_coords(height=("place", [1, 2, 3])), "value.coords['height']"),
        (xr.Dataset({"x": ("d", [1])}, attrs={"source": "here"}), "value.attrs"),
        (xr.DataArray([1], dims=[("a", "b")]), "value.dims"),
        (xr.Dataset({5: ("d", [1])}), "value.data_vars"),
        (xr.DataArray(np.array([object()]), dims="x"), "value[0]"),
    ],
)
def test_what_cannot_be_kept_is_refused_by_place(obj, field):
    with pytest.raises(InvalidArgument) as caught:
        to_value(obj)
    assert caught.value.violations[0].field == field


@pytest.mark.parametrize(
    "obj",
    [
        np.ma.MaskedArray([[1, 2]], [[True, False]]),
        jazz.Array(np.ma.MaskedArray([[1.5, 2]], [[True, False]]), ("x", "y")),
        jazz.Array(np.eye(2), ("x", "x")),
        {"x": [1, 2]},
        {"a": {"b": 1}},
        None,
        pd.DataFrame({"gene": [1]}, index=pd.Index(["a"], name="gene")),
    ],
)
def test_what_xarray_has_no_place_for_is_refused(obj):
    with pytest.raises(InvalidArgument):
        there_and_back(obj, to="xarray")


def test_memory_is_not_copied():
    array = xr.DataArray(np.arange(6.0).reshape(2, 3), dims=("x", "y"))
    assert np.shares_memory(to_value(array).data, array.values)
