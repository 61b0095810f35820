"""Rows of docs/types.md: what is refused, and what the error says to do instead."""

import datetime
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import scipy.sparse
import xarray as xr

import jazz
from jazz.errors import InvalidArgument
from unit.convert.page import row
from unit.convert.rows_numpy import refused
from unit.convert.travel import sent

REFUSED = "Refused"


@row(REFUSED, 'mixed families: `[1, "x"]`, `[1, True]`')
def _mixed() -> None:
    for mixed in ([1, "x"], [1, True], [b"a", "a"]):
        refused(mixed, "as at value[0]")


@row(REFUSED, "ragged lists; lists of arrays; lists of dicts")
def _ragged() -> None:
    refused([[1], [1, 2]], "as in the first row")
    refused([np.zeros(2)], "np.stack")
    refused([{"a": 1}], "DataFrame")


@row(REFUSED, "field names that are empty, twice, no text, or with NUL")
def _field_names() -> None:
    for name in ("", "a\0", 5):
        refused({name: [1]}, "not empty")
        refused(pd.DataFrame({name: [1]}), ".rename(columns=str)")
    refused(pd.DataFrame([[1, 2]], columns=["a", "a"]), "no other field")
    refused(pa.table([[1], [2]], ["a", "a"]), "no other field")
    refused(pa.table([[1]], [""]), "not empty")


@row(REFUSED, "text with a lone surrogate")
def _surrogates() -> None:
    for text in ("\ud800", ["a\udfff"], np.array(["\ud800"]), np.array(["\ud800"], object)):
        refused(text, "UTF-8")
    refused({"\ud800": 1}, "UTF-8")


@row(REFUSED, "`longdouble`, `void`, `datetime64` and `timedelta64` of other units")
def _numpy_types() -> None:
    for kind in (np.longdouble, "M8[h]", "m8[D]", "M8[25s]"):
        refused(np.zeros(1, kind), ".astype()")
    refused(np.zeros(1, "V3"), "V3")


@row(REFUSED, "integers beyond 64 bits, or that a float beside them does not hold")
def _integers() -> None:
    refused(2**64, "64 bits")
    refused([-1, 2**63], "uint64")
    refused([0.5, 2**53 + 1], "exactly")


@row(REFUSED, "`datetime.time`, sets, other objects")
def _objects() -> None:
    for obj in (datetime.time(1), {1}, object()):
        refused(obj, "docs/types.md")


@row(REFUSED, "times with a zone that has no name")
def _zones() -> None:
    refused(datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone(datetime.timedelta(seconds=1))), "whole minutes")


@row(REFUSED, "pandas: categories that are not text")
def _categories() -> None:
    refused(pd.Categorical([1, 2]), ".rename_categories(str)")


@row(REFUSED, "pandas: periods, intervals, sparse columns")
def _pandas_types() -> None:
    for vector in (pd.period_range("2020", periods=1, freq="D"), pd.interval_range(0, 1), pd.arrays.SparseArray([0])):
        refused(vector, ".astype()")


@row(REFUSED, "pandas: several levels of an index or of columns")
def _levels() -> None:
    refused(pd.Series([1], index=pd.MultiIndex.from_tuples([(1, 2)])), ".reset_index()")
    refused(pd.DataFrame({("a", "b"): [1]}), ".columns.map")


@row(REFUSED, "pandas: a name of the columns' index, other `attrs`")
def _pandas_names() -> None:
    refused(pd.DataFrame({"a": [1]}).rename_axis(columns="x"), ".rename_axis(columns=None)")
    frame = pd.DataFrame({"a": [1]})
    frame.attrs["source"] = "here"
    refused(frame, "attributes of the block")


@row(REFUSED, "polars: `List`, `Array`, `Struct`, `Decimal`, `Time`, `Int128`, `Null`, `Object`")
def _polars_types() -> None:
    refused(pl.Series([[1]]), "List")
    refused(pl.Series([[1]], dtype=pl.Array(pl.Int8, 1)), ".to_numpy()")
    refused(pl.Series([{"a": 1}]), "Struct")
    for kind in (pl.Decimal(10, 2), pl.Int128):
        refused(pl.Series([1]).cast(kind), ".cast()")
    for item in (datetime.time(1), None, object()):
        refused(pl.Series([item]))


@row(REFUSED, "Arrow: nested, decimal, time and null types, other extension types")
def _arrow_types() -> None:
    decimal = pa.array([1]).cast(pa.decimal128(20))
    for array in (pa.array([[1]]), pa.array([{"a": 1}]), decimal, pa.array([datetime.time(1)]), pa.array([None])):
        refused(array, ".cast()")
    refused(pa.array([b"0123456789abcdef"], pa.uuid()), ".storage")


@row(REFUSED, "Arrow: dictionaries that are not text, or have a text twice or none")
def _dictionaries() -> None:
    codes = pa.array([0, 1])
    refused(pa.DictionaryArray.from_arrays(codes, pa.array([1, 2])), ".dictionary_decode()")
    refused(pa.DictionaryArray.from_arrays(codes, pa.array(["a", "a"])), "twice")
    refused(pa.DictionaryArray.from_arrays(codes, pa.array(["a", None])), "missing")


@row(REFUSED, "Arrow: metadata")
def _metadata() -> None:
    refused(pa.table({"a": [1]}).replace_schema_metadata({"a": "b"}), "attributes of the block")
    pandas = pa.Table.from_pandas(pd.DataFrame({"a": [1]}))
    assert sent(pandas).names == ("a",)


@row(REFUSED, "xarray: coordinates that are not labels, other `attrs`")
def _coordinates() -> None:
    array = xr.DataArray([1], dims="x")
    refused(array.assign_coords(run=1), ".reset_coords()")
    refused(array.assign_attrs(long_name="x"), ".drop_attrs()")


@row(REFUSED, "sparse float16 and times")
def _sparse_types() -> None:
    for kind in (np.float16, "M8[s]"):
        matrix = scipy.sparse.csr_array(np.eye(2))
        matrix.data = np.zeros(2, kind)
        refused(matrix, ".astype()")


@row(REFUSED, "AnnData that is backed by a file")
def _backed() -> None:
    anndata = pytest.importorskip("anndata", reason="anndata shuts out pandas 3: run with .venv/pandas2")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.h5ad"
        anndata.AnnData(np.eye(2)).write_h5ad(path)
        data = anndata.read_h5ad(path, backed="r")
        refused(data, ".to_memory()")
        data.file.close()


@row(REFUSED, "a unit of truth values, texts or times")
def _units() -> None:
    for given in ([True], ["a"], np.array([1], "m8[s]")):
        with pytest.raises(InvalidArgument):
            jazz.Array(given, unit="m")
