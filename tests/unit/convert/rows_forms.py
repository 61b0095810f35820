"""Rows of docs/types.md: all types in short, and what comes back."""

import datetime
from typing import Any

import numpy as np
import pandas as pd
import pint
import polars as pl
import pyarrow as pa
import pytest
import xarray as xr

import jazz
from jazz.convert import FORMS, from_value, to_value
from jazz.errors import InvalidArgument
from jazz.values import DataType, Layout, Tensor
from unit.convert.page import row
from unit.convert.rows_numpy import NUMBERS, VIENNA, sparse
from unit.convert.travel import sent, there_and_back

SHORT, BACK = "In short", "To Python"
TAKES_ALL = ("numpy", "array", "value")


def forms(obj: object, *given: str) -> dict[str, Any]:
    """What an object is in the forms given; checks that the others, but those of pint and anndata, are refused."""
    value = sent(obj)
    results = {form: from_value(value, to=form) for form in (*given, *TAKES_ALL)}
    for form in set(FORMS) - set(results) - {"pint", "anndata"}:
        with pytest.raises(InvalidArgument):
            from_value(value, to=form)
    return results


ALL = ("pandas", "polars", "arrow", "xarray")


@row(SHORT, "bool, integers, floats")
def _numbers() -> None:
    for name in NUMBERS[:-2]:
        given = forms(np.array([1, 0]).astype(name), *ALL)
        assert given["numpy"].dtype == given["pandas"].dtype == given["xarray"].dtype == name
        assert str(given["polars"].dtype).lower().removesuffix("ean") == name
        assert str(given["arrow"].type).replace("half", "").replace("double", "float64") in (name, "float")
        if name != "float16":
            assert there_and_back(sparse(name)).dtype == name
            missing = forms(np.ma.MaskedArray(np.ones(2, name), [True, False]), *ALL)
            assert missing["pandas"].isna().tolist() == [True, False]
            assert missing["xarray"].dtype == missing["pandas"].dtype


@row(SHORT, "complex")
def _complex() -> None:
    forms(np.array([1j]), "pandas", "xarray")
    forms(np.ma.MaskedArray([1j], [True]))


@row(SHORT, "string")
def _strings() -> None:
    given = forms(["a", None], *ALL)
    assert given["numpy"].dtype == np.dtypes.StringDType(na_object=None)
    assert (given["polars"].dtype, given["arrow"].type) == (pl.String, pa.large_string())
    assert isinstance(given["pandas"].dtype, pd.StringDtype)
    assert given["xarray"].values.tolist() == ["a", None]


@row(SHORT, "bytes")
def _bytes() -> None:
    given = forms([b"a", None], *ALL)
    assert (given["polars"].dtype, given["arrow"].type) == (pl.Binary, pa.large_binary())
    assert given["pandas"].tolist() == given["xarray"].values.tolist() == given["numpy"].tolist() == [b"a", None]


@row(SHORT, "timestamp")
def _timestamps() -> None:
    given = forms(np.array([0, "NaT"], "M8[ns]"), *ALL)
    assert given["numpy"].dtype == given["pandas"].dtype == given["xarray"].dtype == "M8[ns]"
    zoned = forms(pd.to_datetime(["2020-01-01"]).tz_localize("Europe/Vienna"), *ALL)
    assert zoned["numpy"].dtype.metadata == VIENNA
    assert zoned["pandas"].dtype == zoned["xarray"].dtype
    assert zoned["arrow"].type.tz == zoned["polars"].dtype.time_zone == "Europe/Vienna"


@row(SHORT, "date, duration")
def _dates() -> None:
    dates = forms([datetime.date(2020, 1, 1), None], *ALL)
    assert dates["numpy"].dtype == "M8[D]"
    assert dates["pandas"].tolist() == [datetime.date(2020, 1, 1), None]
    assert (dates["polars"].dtype, dates["arrow"].type) == (pl.Date, pa.date32())
    durations = forms(np.array([1, "NaT"], "m8[us]"), *ALL)
    assert durations["pandas"].dtype == durations["xarray"].dtype == "m8[us]"


@row(SHORT, "factor")
def _factors() -> None:
    given = forms(pd.Categorical(["b", None, "a"]), *ALL)
    assert given["numpy"].tolist() == ["b", None, "a"]
    assert given["pandas"].dtype == given["xarray"].dtype == "category"
    assert (given["polars"].dtype, pa.types.is_dictionary(given["arrow"].type)) == (pl.Categorical, True)
    assert given["array"].categories.tolist() == ["a", "b"]


@row(SHORT, "names of dimensions")
def _names() -> None:
    given = forms(jazz.Array([[1, 2]], ("x", "y")), "pandas", "xarray")
    assert (given["pandas"].index.name, given["pandas"].columns.name) == ("x", "y")
    assert given["xarray"].dims == given["array"].dims == ("x", "y")
    assert isinstance(given["numpy"], np.ndarray)
    assert there_and_back(jazz.Array([[1, 2]], ("", "y")), to="arrow").type.dim_names == ["y"]
    forms(jazz.Array(sparse(), ("x", "y")), "arrow")


@row(SHORT, "labels")
def _labels() -> None:
    given = forms(jazz.Array([[1, 2]], ("x", "y"), {"y": ["a", "b"]}), "pandas", "xarray")
    assert given["pandas"].columns.tolist() == given["xarray"].y.values.tolist() == ["a", "b"]
    assert given["array"].labels["y"].tolist() == ["a", "b"]
    forms(jazz.Array(sparse(), ("x", ""), {"x": ["a", "b"]}))


@row(SHORT, "unit")
def _unit() -> None:
    given = forms(jazz.Array([1, 2], unit="m"), "pandas", "xarray", "pint")
    assert given["pandas"].attrs == {"unit": "m"}
    assert given["xarray"].attrs == {"units": "m"}
    assert str(given["pint"].units) == "meter"
    assert there_and_back(jazz.Array(sparse(), unit="m"), to="numpy").format == "csr"


@row(SHORT, "missing in sparse")
def _missing() -> None:
    value = sent(jazz.Array(sparse(), missing=[True, False]))
    assert from_value(value).missing.tolist() == [True, False]
    only_an_array_has(value)


@row(SHORT, "fill")
def _fill() -> None:
    value = sent(jazz.Array(sparse(), fill=2.0))
    assert from_value(value).fill == 2
    only_an_array_has(value)


def only_an_array_has(value: Any) -> None:
    for form in set(FORMS) - {"array", "value"}:
        with pytest.raises(InvalidArgument):
            from_value(value, to=form)


@row(SHORT, "table")
def _table() -> None:
    given = forms(pa.table({"a": [1, 2]}), *ALL)
    kinds = {"pandas": pd.DataFrame, "polars": pl.DataFrame, "arrow": pa.Table, "xarray": xr.Dataset, "numpy": dict}
    assert all(isinstance(given[form], kind) for form, kind in kinds.items())
    assert isinstance(given["array"]["a"], jazz.Array)


@row(SHORT, "null")
def _null() -> None:
    given = forms(None, "pandas", "polars", "arrow")
    assert {form for form, result in given.items() if result is None} == set(given) - {"value"}


@row(BACK, "null")
def _back_null() -> None:
    assert there_and_back(None) is None
    assert there_and_back(None, to="numpy") is None


@row(BACK, "dense, numbers and truth values")
def _back_numbers() -> None:
    result = there_and_back(np.asfortranarray(np.eye(2)))
    assert (result.flags.f_contiguous, result.flags.writeable) == (True, True)
    assert isinstance(there_and_back(np.float32(1)), np.float32)
    assert there_and_back(np.float32(1), to="numpy").shape == ()


@row(BACK, "dense with missing elements")
def _back_masked() -> None:
    for given in ([1, None], np.ma.array(1, mask=True)):
        for form in (None, "numpy"):
            assert isinstance(there_and_back(given, to=form), np.ma.MaskedArray)
    assert there_and_back([1, None]).dtype == np.int64


@row(BACK, "string")
def _back_strings() -> None:
    assert there_and_back(["a"]).dtype == np.dtypes.StringDType()
    assert there_and_back(["a", None]).dtype == np.dtypes.StringDType(na_object=None)
    assert (there_and_back("a"), there_and_back("a", to="numpy").shape) == ("a", ())


@row(BACK, "bytes")
def _back_bytes() -> None:
    assert there_and_back([b"a"]).dtype.metadata == {"jazz": "bytes"}
    assert (there_and_back(b"a"), there_and_back(b"a", to="numpy").shape) == (b"a", ())


@row(BACK, "timestamp")
def _back_timestamps() -> None:
    assert np.isnat(there_and_back(np.array([0, "NaT"], "M8[s]"))).tolist() == [False, True]
    zoned = there_and_back(datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC))
    assert (zoned.shape, zoned.dtype.metadata) == ((), {"zone": "UTC"})


@row(BACK, "date, duration")
def _back_dates() -> None:
    assert there_and_back([datetime.date(2020, 1, 1), None]).dtype == "M8[D]"
    assert there_and_back([datetime.timedelta(1), None]).dtype == "m8[us]"


@row(BACK, "factor of rank 1")
def _back_factor() -> None:
    factor = pd.Categorical(["a", None])
    assert isinstance(there_and_back(factor), pd.Categorical)
    assert there_and_back(factor, to="numpy").tolist() == ["a", None]


@row(BACK, "factor of another rank")
def _back_factors() -> None:
    for codes in (np.array(0), np.zeros((2, 2), np.int32)):
        given = jazz.Array(codes, categories=["a"])
        assert there_and_back(given).equals(jazz.Array(codes.astype(np.int32), categories=["a"]))
        assert set(np.ravel(there_and_back(given, to="numpy")).tolist()) == {"a"}


@row(BACK, "CSR, CSC, COO")
def _back_sparse() -> None:
    for layout in ("csr", "csc", "coo"):
        matrix = sparse(layout=layout)
        for form in (None, "numpy"):
            result = from_value(to_value(matrix), to=form)
            assert result.format == layout
            assert np.shares_memory(result.data, matrix.data) or layout == "coo"


def entries(**parts: Any) -> Tensor:
    """A CSR tensor of one entry."""
    return Tensor(parts.pop("dtype"), (1, 1), Layout.CSR, indptr=np.array([0, 1]), indices=(np.array([0]),), **parts)


@row(BACK, "pattern")
def _back_pattern() -> None:
    assert from_value(entries(dtype=DataType("bool"))).data.tolist() == [True]


@row(BACK, "sparse with missing entries, with `fill`")
def _back_missing() -> None:
    for given in (jazz.Array(sparse(), missing=[True, False]), jazz.Array(sparse(), fill=2.0)):
        assert isinstance(there_and_back(given), jazz.Array)
        with pytest.raises(InvalidArgument):
            there_and_back(given, to="numpy")


@row(BACK, "sparse of float16, of times")
def _back_rare() -> None:
    half = entries(dtype=DataType("float16"), data=np.ones(1, np.float16))
    for value in (half, entries(dtype=DataType("timestamp", "s"), data=np.ones(1, np.int64))):
        for form in (None, "numpy"):
            with pytest.raises(InvalidArgument, match="'value'"):
                from_value(value, to=form)
        assert from_value(value, to="value") is value


@row(BACK, "vector along an axis")
def _back_vector() -> None:
    array = jazz.Array([1, None], ("x",), {"x": ["a", "b"]}, "m")
    assert isinstance(there_and_back(array), pd.Series)
    assert isinstance(there_and_back(jazz.Array(np.ma.array([1j], mask=[True]), ("x",))), jazz.Array)
    assert isinstance(there_and_back(array, to="numpy"), np.ma.MaskedArray)


@row(BACK, "other tensor with names, labels or a unit")
def _back_labelled() -> None:
    for array in (jazz.Array([1], unit="m"), jazz.Array(np.eye(2), ("x", "")), jazz.Array(sparse(), unit="m")):
        assert isinstance(there_and_back(array), jazz.Array)
        assert not isinstance(there_and_back(array, to="numpy"), jazz.Array)


@row(BACK, "table of dense vectors along one axis")
def _back_frame() -> None:
    assert isinstance(there_and_back(pa.table({"a": [1]})), pd.DataFrame)
    assert there_and_back(pa.table({"a": [1]}), to="numpy")["a"].tolist() == [1]


@row(BACK, "table with the shape of an AnnData")
def _back_anndata() -> None:
    from unit.convert.rows_packages import annotated

    data = annotated()
    assert type(there_and_back(data)) is type(data)
    assert there_and_back(data, to="numpy")["obsm"]["pca"].shape == (3, 4)


@row(BACK, "other table")
def _back_table() -> None:
    assert there_and_back({"a": [1], "b": {}}).keys() == {"a", "b"}


@row(BACK, '`to="numpy"`')
def _to_numpy() -> None:
    result = there_and_back({"a": jazz.Array([1], ("x",), {"x": ["l"]}, "m"), "f": pd.Categorical(["t"])}, to="numpy")
    assert (type(result["a"]), result["f"].tolist()) == (np.ndarray, ["t"])


@row(BACK, '`to="array"`')
def _to_array() -> None:
    for given in (1, "a", [1, None], pd.Categorical(["a"]), sparse(), [datetime.date(2020, 1, 1)]):
        assert isinstance(there_and_back(given, to="array"), jazz.Array)
    assert isinstance(there_and_back({"a": {"b": 1}}, to="array")["a"]["b"], jazz.Array)


def refuses(form: str, *objects: object) -> None:
    for obj in objects:
        with pytest.raises(InvalidArgument):
            there_and_back(obj, to=form)


@row(BACK, '`to="pandas"`')
def _to_pandas() -> None:
    assert there_and_back([1], to="pandas").tolist() == [1]
    assert there_and_back(np.eye(2), to="pandas").shape == (2, 2)
    assert there_and_back({"a": [1], "b": ["x"]}, to="pandas").shape == (1, 2)
    missing = np.ma.array([1], mask=[True])
    refuses("pandas", sparse(), 1, np.zeros((1, 1, 1)), jazz.Array([[1]], unit="m"))
    refuses("pandas", missing.astype(np.float16), missing.astype(complex))


@row(BACK, '`to="polars"`')
def _to_polars() -> None:
    assert there_and_back([1], to="polars").to_list() == [1]
    unused = {"categories": ["a", "b"]}
    offset = pd.to_datetime(["2020-01-01"]).tz_localize(datetime.timezone(datetime.timedelta(hours=1)))
    refuses("polars", pd.Series([1], index=["a"]), jazz.Array([1], ("x",)), jazz.Array([1], unit="m"), [1j], offset)
    refuses("polars", pd.Categorical(["a"], **unused), 1, np.eye(2))
    assert there_and_back(pd.Categorical(["a"], ordered=True, **unused), to="polars").dtype == pl.Enum(["a", "b"])


@row(BACK, '`to="arrow"`')
def _to_arrow() -> None:
    assert there_and_back(1, to="arrow").as_py() == 1
    refuses("arrow", pd.Series([1], index=["a"]), jazz.Array([1], ("x",)), jazz.Array([1], unit="m"), [1j], [["a"]])
    refuses("arrow", jazz.Array([[0]], categories=["a"]), sparse("bool"))


@row(BACK, '`to="xarray"`')
def _to_xarray() -> None:
    assert there_and_back([1], to="xarray").dims == ("dim_0",)
    zoned = np.zeros((1, 1), np.int64).view(np.dtype("M8[s]", metadata=VIENNA))
    refuses("xarray", sparse(), np.ma.array([[1]], mask=[[True]]), jazz.Array([[0]], categories=["a"]), zoned)
    refuses("xarray", {"a": {"b": 1}}, {"a": [1]})


@row(BACK, '`to="pint"`')
def _to_pint() -> None:
    assert isinstance(there_and_back(jazz.Array([1], unit="m"), to="pint"), pint.Quantity)
    assert there_and_back({"a": jazz.Array([1], unit="m"), "b": [1]}, to="pint").keys() == {"a", "b"}
    refuses("pint", [1], jazz.Array([1], unit="wibble"), jazz.Array([1], ("x",), unit="m"))
    refuses("pint", jazz.Array(sparse(), unit="m"))


@row(BACK, '`to="anndata"`')
def _to_anndata() -> None:
    refuses("anndata", {"X": [1]}, None, 1)


@row(BACK, '`to="value"`')
def _to_value() -> None:
    value = sent(jazz.Array(sparse(), fill=2.0))
    assert from_value(value, to="value") is value
