"""Rows of docs/types.md: polars, pyarrow, xarray, pint, anndata."""

import datetime

import numpy as np
import pandas as pd
import pint
import polars as pl
import pyarrow as pa
import pytest
import scipy.sparse
import xarray as xr

from jazz.convert import from_value, to_value
from jazz.values import Null
from unit.convert import test_arrow
from unit.convert.page import row
from unit.convert.rows_numpy import kinds, refused
from unit.convert.travel import sent, there_and_back

POLARS, ARROW, XARRAY, PINT, ANNDATA = "polars", "pyarrow", "xarray", "pint", "anndata"


def polars_comes_back(*series: pl.Series) -> None:
    for given in series:
        result = there_and_back(given, to="polars")
        assert (result.dtype, repr(result.to_list())) == (given.dtype, repr(given.to_list()))


@row(POLARS, "`DataFrame`")
def _polars_frame() -> None:
    given = pl.DataFrame({"n": [1, None], "s": ["x", None]})
    assert there_and_back(given, to="polars").equals(given)


@row(POLARS, "`Series`")
def _polars_series() -> None:
    assert kinds(pl.Series("name", [1, 2])) == ["int64[2]"]


@row(POLARS, "`Boolean`, `Int8` … `UInt64`, `Float16` … `Float64`, with nulls")
def _polars_numbers() -> None:
    integers = (pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.UInt8, pl.UInt16, pl.UInt32, pl.UInt64)
    polars_comes_back(*(pl.Series([1, None]).cast(kind) for kind in (*integers, pl.Float16, pl.Float32, pl.Float64)))
    polars_comes_back(pl.Series([True, None]), pl.Series([float("nan"), None]))


@row(POLARS, "`String`, `Binary`")
def _polars_texts() -> None:
    polars_comes_back(pl.Series(["é\0", None]), pl.Series([b"a\0", None]))


@row(POLARS, "`Date`, `Duration`")
def _polars_dates() -> None:
    units = ("ms", "us", "ns")
    polars_comes_back(pl.Series([1, None]).cast(pl.Date), *(pl.Series([1, None]).cast(pl.Duration(u)) for u in units))
    assert there_and_back(np.array([1], "m8[s]"), to="polars").dtype == pl.Duration("ms")


@row(POLARS, "`Datetime`, with or without a zone")
def _polars_times() -> None:
    for unit in ("ms", "us", "ns"):
        polars_comes_back(*(pl.Series([1, None]).cast(pl.Datetime(unit, zone)) for zone in (None, "Europe/Vienna")))
    assert there_and_back(np.array([1], "M8[s]"), to="polars").dtype == pl.Datetime("ms")


@row(POLARS, "`Categorical`")
def _polars_categories() -> None:
    given = pl.Series(["x", "y", None], dtype=pl.Categorical)
    polars_comes_back(given, given[1:])
    assert there_and_back(given[1:]).categories.tolist() == ["y"]


@row(POLARS, "`Enum`")
def _polars_enum() -> None:
    given = pl.Series(["x", None], dtype=pl.Enum(["unused", "x"]))
    polars_comes_back(given)
    assert there_and_back(given).ordered


def arrow_comes_back(given: pa.Array, kind: pa.DataType | None = None) -> None:
    result = there_and_back(given, to="arrow")
    result.validate(full=True)
    assert (result.type, result.to_pylist()) == (kind or given.type, given.to_pylist())


@row(ARROW, "`Table`, `RecordBatch`")
def _arrow_table() -> None:
    table = pa.table({"a": [1, None], "b": pa.array(["x", None], pa.large_string())})
    for given in (table, table.to_batches()[0]):
        assert there_and_back(given, to="arrow").equals(table)


@row(ARROW, "`Array`, `ChunkedArray`")
def _arrow_arrays() -> None:
    arrow_comes_back(pa.array([1, None]))
    assert there_and_back(pa.chunked_array([[1], [None, 3]]), to="arrow").to_pylist() == [1, None, 3]
    test_arrow.test_a_chunked_array_of_one_chunk_is_not_copied()


@row(ARROW, "integers, floats, `timestamp`, `date32`, `duration`")
def _arrow_numbers() -> None:
    integers = (pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64())
    times = (pa.timestamp("s"), pa.timestamp("ns", "Europe/Vienna"), pa.date32(), pa.duration("us"))
    for kind in (*integers, pa.float32(), pa.float64(), *times):
        arrow_comes_back(pa.array([1, 2, None], kind))
        test_arrow.test_numbers_and_times_are_not_copied_either_way(pa.array([1, 2], kind))
    test_arrow.test_numbers_and_times_are_not_copied_either_way(pa.array(np.array([1, 2], np.float16)))
    test_arrow.test_what_is_missing_is_not_copied_again_when_it_is_zero_already()


@row(ARROW, "`date64`")
def _arrow_date64() -> None:
    arrow_comes_back(pa.array([datetime.date(2020, 1, 1), None], pa.date64()), pa.date32())


@row(ARROW, "`bool`")
def _arrow_bool() -> None:
    arrow_comes_back(pa.array([True, None, False]))


@row(ARROW, "`large_string`, `large_binary`")
def _arrow_large() -> None:
    arrow_comes_back(pa.array(["é\0", None], pa.large_string()))
    arrow_comes_back(pa.array([b"a\0", None], pa.large_binary()))
    test_arrow.test_large_strings_and_bytes_are_not_copied_either_way()


@row(ARROW, "`string`, `string_view`, `binary`, `binary_view`, fixed-size binary")
def _arrow_texts() -> None:
    for kind in (pa.string(), pa.string_view()):
        arrow_comes_back(pa.array(["a", None], kind), pa.large_string())
    for kind in (pa.binary(), pa.binary_view(), pa.binary(1)):
        arrow_comes_back(pa.array([b"a", None], kind), pa.large_binary())


@row(ARROW, "dictionary of text")
def _arrow_dictionary() -> None:
    for ordered in (False, True):
        codes, texts = pa.array([0, None], pa.int8()), pa.array(["a", "unused"])
        result = there_and_back(pa.DictionaryArray.from_arrays(codes, texts, ordered=ordered), to="arrow")
        assert result.type == pa.dictionary(pa.int32(), pa.large_string(), ordered)
        assert (result.to_pylist(), result.dictionary.to_pylist()) == (["a", None], ["a", "unused"])
    test_arrow.test_codes_and_categories_of_factors_are_not_copied_either_way()


@row(ARROW, "`FixedShapeTensorArray`")
def _arrow_tensors() -> None:
    test_arrow.test_tensors_are_not_copied_either_way()
    test_arrow.test_names_and_permutations_of_tensors()
    test_arrow.test_missing_elements_and_rows_of_tensors()


@row(ARROW, "`Tensor`")
def _arrow_tensor() -> None:
    for order in "CF":
        array = np.asarray(np.arange(6).reshape(2, 3), order=order)
        value = to_value(pa.Tensor.from_numpy(array, dim_names=["x", "y"]))
        assert (value.axes, value.order.value) == (("x", "y"), order)
        assert np.shares_memory(value.data, array)


@row(ARROW, "`SparseCSRMatrix`, `SparseCSCMatrix`")
def _arrow_sparse() -> None:
    test_arrow.test_sparse_tensors_come_back("csr", "float64")
    test_arrow.test_sparse_tensors_come_back("csc", "int8")
    test_arrow.test_sparse_matrices_are_not_copied_either_way()


@row(ARROW, "`SparseCOOTensor`")
def _arrow_coo() -> None:
    test_arrow.test_sparse_tensors_come_back("coo", "float64")
    test_arrow.test_names_of_sparse_tensors_and_any_rank()


@row(ARROW, "scalar")
def _arrow_scalar() -> None:
    assert kinds(pa.scalar(1, pa.int8()), pa.scalar("a")) == ["int8[]", "string[]"]
    assert there_and_back(pa.scalar(1, pa.int8()), to="arrow") == pa.scalar(1, pa.int8())


@row(ARROW, "`unit` in the metadata of a column")
def _arrow_units() -> None:
    test_arrow.test_units_are_in_the_metadata_of_columns()


DATA = xr.DataArray(np.arange(6).reshape(2, 3), dims=("x", "y"), coords={"x": ("x", [0.5, 1.5], {"units": "m"})})


@row(XARRAY, "`DataArray`")
def _data_array() -> None:
    xr.testing.assert_identical(there_and_back(DATA, to="xarray"), DATA)


@row(XARRAY, "`Dataset`")
def _dataset() -> None:
    dataset = xr.Dataset({"a": DATA, "b": ("y", [1, 2, 3])})
    xr.testing.assert_identical(there_and_back(dataset, to="xarray"), dataset)
    assert [axis.name for axis in sent(dataset).declared] == ["x", "y"]


@row(XARRAY, "coordinate of one dimension with its name")
def _coordinate() -> None:
    result = there_and_back(DATA, to="xarray")
    assert (result.x.values.tolist(), result.x.attrs) == ([0.5, 1.5], {"units": "m"})


@row(XARRAY, '`attrs["units"]`')
def _xarray_units() -> None:
    given = DATA.assign_attrs(units="kg")
    assert sent(given).unit == "kg"
    assert there_and_back(given, to="xarray").attrs == {"units": "kg"}


@row(XARRAY, "vectors of pandas' types in it")
def _xarray_vectors() -> None:
    for data in (pd.array([1, None], dtype="Int8"), pd.Categorical(["a", None])):
        result = there_and_back(xr.DataArray(data, dims="x"), to="xarray")
        assert pd.Series(result.data).equals(pd.Series(data))


def quantity(magnitude: object, unit: str = "m"):
    return pint.get_application_registry().Quantity(magnitude, unit)


@row(PINT, "`Quantity` of a number")
def _quantity() -> None:
    assert kinds(quantity(1), quantity(1.5)) == ["int64[] in m", "float64[] in m"]
    assert there_and_back(quantity(1.5), to="pint") == quantity(1.5)


@row(PINT, "`Quantity` of an array, masked or not")
def _quantities() -> None:
    for array in (np.arange(4).reshape(2, 2), np.ma.MaskedArray([1, 2], [True, False])):
        result = there_and_back(quantity(array), to="pint")
        assert (result.magnitude.dtype, result.magnitude.tolist()) == (array.dtype, array.tolist())


@row(PINT, "unit")
def _unit() -> None:
    units = ("meter", "kilogram/meter**3", "degC")
    assert [sent(quantity(1.5, unit)).unit for unit in units] == ["m", "kg/m**3", "°C"]
    assert [there_and_back(quantity(1.5, unit), to="pint").units for unit in units] == [
        quantity(1.5, unit).units for unit in units
    ]


@row(PINT, "`dimensionless`")
def _dimensionless() -> None:
    assert sent(quantity(1.5, "dimensionless")).unit == "dimensionless"
    assert there_and_back(quantity(1.5, "dimensionless"), to="pint") == quantity(1.5, "dimensionless")


def annotated():
    """An AnnData with something in every part."""
    pytest.importorskip("anndata", reason="anndata shuts out pandas 3: run with .venv/pandas2")
    from unit.convert.test_anndata import sample

    data = sample()
    data.obs.index.name = "cell"
    data.raw = data.copy()
    return data


@row(ANNDATA, "`AnnData`")
def _anndata() -> None:
    data = annotated()
    value = sent(data)
    assert [axis.name for axis in value.declared] == ["obs", "var"]
    assert type(from_value(value)) is type(data)
    assert from_value(value, to="array")["X"].labels["obs"].tolist() == data.obs_names.tolist()
    assert from_value(value, to="numpy")["X"].shape == data.shape


@row(ANNDATA, "`X`, `layers`")
def _x() -> None:
    data = annotated()
    result = there_and_back(data)
    assert (result.X != data.X).nnz == 0
    assert result.layers["raw"].tolist() == data.layers["raw"].tolist()
    del data.raw
    data.X = None
    assert to_value(data)["X"] == Null()


@row(ANNDATA, "`obs`, `var`")
def _obs() -> None:
    data = annotated()
    pd.testing.assert_frame_equal(there_and_back(data).obs, data.obs)
    pd.testing.assert_frame_equal(there_and_back(data).var, data.var)


@row(ANNDATA, "`obsm`, `varm`")
def _obsm() -> None:
    data = annotated()
    result = there_and_back(data)
    pd.testing.assert_frame_equal(result.obsm["frame"], data.obsm["frame"])
    np.testing.assert_array_equal(result.varm["PCs"], data.varm["PCs"])


@row(ANNDATA, "`obsp`, `varp`")
def _obsp() -> None:
    result = there_and_back(annotated())
    assert scipy.sparse.issparse(result.obsp["distances"])
    assert result.varp["same"].tolist() == [[1, 0], [0, 1]]


@row(ANNDATA, "`uns`")
def _uns() -> None:
    data = annotated()
    data.uns["records"] = np.array([(1, "a")], [("x", "i4"), ("y", "U1")])
    assert there_and_back(data).uns["records"]["y"].tolist() == ["a"]
    data.uns["bad"] = {"deep": object()}
    refused(data, "object")


@row(ANNDATA, "`raw`")
def _raw() -> None:
    data = annotated()
    value = sent(data)
    assert value["raw"].declared[0].name == "raw_var"
    pd.testing.assert_frame_equal(from_value(value).raw.var, data.raw.var)


@row(ANNDATA, "names of the indexes")
def _names() -> None:
    assert there_and_back(annotated()).obs_names.name == "cell"
