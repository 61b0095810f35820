"""Rows of docs/types.md: pandas."""

import datetime

import numpy as np
import pandas as pd
import pyarrow as pa

from jazz.values import DataType
from unit.convert.page import row
from unit.convert.rows_numpy import kinds, refused
from unit.convert.travel import sent, there_and_back

PANDAS = "pandas"
INDEX = pd.Index(["r1", "r2"], name="gene")
TEXT = "str" if int(pd.__version__.partition(".")[0]) >= 3 else "string"


def frame(column: object) -> pd.DataFrame:
    return pd.DataFrame({"x": column}, index=INDEX)


def column_comes_back(column: object, dtype: str, kind: str | None = None) -> None:
    """Checks the type that a column has in a value, and in a frame that comes back."""
    given = frame(column)
    result = there_and_back(given)
    assert sent(given)["x"].dtype.name == dtype
    assert str(result["x"].dtype) == (kind or str(given["x"].dtype))
    pd.testing.assert_frame_equal(result, given.astype({"x": result["x"].dtype}))


@row(PANDAS, "`DataFrame`")
def _frame() -> None:
    value = sent(frame([1, 2]))
    assert [(axis.name, axis.length) for axis in value.declared] == [("gene", 2)]
    assert sent(frame([1, 2]).rename_axis(None)).declared[0].name == "rows"
    refused(frame([1, 2]).rename_axis("rows"), "rows")
    pd.testing.assert_frame_equal(there_and_back(frame([1, 2])), frame([1, 2]))


@row(PANDAS, "`Series`")
def _series() -> None:
    series = pd.Series([1, 2], index=INDEX)
    pd.testing.assert_series_equal(there_and_back(series), series)


@row(PANDAS, "`RangeIndex` from 0, as an index")
def _range_index() -> None:
    assert sent(pd.Series([1])).declared[0].labels is None
    assert sent(pd.Series([1], index=pd.RangeIndex(1, 2))).declared[0].labels is not None


@row(PANDAS, "`Index` of one level")
def _index() -> None:
    assert kinds(INDEX, pd.Index([1.5]), pd.RangeIndex(2)) == ["string[2]", "float64[1]", "int64[2]"]


@row(PANDAS, "extension array")
def _extension() -> None:
    assert kinds(pd.array([1, None], dtype="Int8")) == ["int8[2]"]


def with_attrs(obj, **attrs):
    obj.attrs.update(attrs)
    return obj


@row(PANDAS, '`frame.attrs["units"]`, `{column: unit}`')
def _frame_units() -> None:
    given = with_attrs(frame([1.5, 2.5]), units={"x": "m"})
    assert sent(given)["x"].unit == "m"
    assert there_and_back(given).attrs == {"units": {"x": "m"}}
    refused(with_attrs(frame([1, 2]), other=1), "other")


@row(PANDAS, '`series.attrs["unit"]`')
def _series_unit() -> None:
    given = with_attrs(pd.Series([1.5]), unit="m")
    assert there_and_back(given).attrs == {"unit": "m"}
    refused(with_attrs(pd.Series([1]), other=1), "other")


@row(PANDAS, "`bool`, `int8` … `uint64`, `float16` … `float64`, `complex64`, `complex128`")
def _numbers() -> None:
    signed = [f"{kind}{bits}" for bits in (8, 16, 32, 64) for kind in ("int", "uint")]
    for name in ("bool", *signed, "float16", "float32", "float64", "complex64", "complex128"):
        column_comes_back(np.array([1, 0]).astype(name), name)
    column_comes_back(np.array([np.nan, 1.0]), "float64")


@row(PANDAS, "`Int8` … `UInt64`, `Float32`, `Float64`, `boolean`")
def _nullable() -> None:
    signed = [f"{kind}{bits}" for bits in (8, 16, 32, 64) for kind in ("Int", "UInt")]
    for name in (*signed, "Float32", "Float64", "boolean"):
        plain = "bool" if name == "boolean" else name.lower()
        column_comes_back(pd.array([1, None], dtype=name), plain, name)
        column_comes_back(pd.array([1, 0], dtype=name), plain, plain)


@row(PANDAS, "`str`, `string`, objects that are texts")
def _texts() -> None:
    for dtype in (TEXT, "string", object):
        column_comes_back(
            pd.Series(["a", "é"], dtype=dtype, index=INDEX), "string", str(pd.Series([], dtype=TEXT).dtype)
        )
    assert there_and_back(frame(pd.array(["a", None], dtype="string")))["x"].isna().tolist() == [False, True]


@row(PANDAS, "`Timestamp`, `Timedelta`, lists of them")
def _scalars() -> None:
    when, zoned = pd.Timestamp("2020-07-01 00:00:00.000000001"), pd.Timestamp("2020-07-01", tz="Europe/Vienna")
    assert sent(when).data.tolist() == [when.value]
    assert sent(pd.Timedelta(1, "ns")).data.tolist() == [1]
    assert kinds(when, pd.Timedelta(1, "ns")) == ["timestamp[ns][]", "duration[ns][]"]
    for unit in ("s", "ms", "us", "ns"):
        tensor = sent([zoned.as_unit(unit), pd.NaT, None])
        assert (tensor.dtype, tensor.missing) == (DataType("timestamp", unit, "Europe/Vienna"), 2)
        assert tensor.data[0] == zoned.as_unit(unit).asm8.astype(np.int64)
    assert sent([pd.Timestamp(0).as_unit("s"), np.datetime64(7, "ns")]).data.tolist() == [0, 7]
    assert sent(np.array([[when], [when]], object, order="F")).data.tolist() == [when.value] * 2
    refused([pd.Timestamp(2**40, unit="s").as_unit("s"), when], "fits in datetime64[ns]")
    refused([zoned, zoned.tz_convert("Europe/Paris")], "the zone Europe/Vienna, as at value[0]")
    refused([when, when.to_pydatetime(warn=False)], "as at value[0]")
    refused([when, 1], "as at value[0]")


@row(PANDAS, "`datetime64[unit]`, with or without a zone")
def _times() -> None:
    for unit in ("s", "ms", "us", "ns"):
        times = pd.DatetimeIndex(["2020-07-01", None]).as_unit(unit)
        for zone in (None, "UTC", "Europe/Vienna"):
            column_comes_back(times.tz_localize(zone), "timestamp")


@row(PANDAS, "`timedelta64[unit]`")
def _durations() -> None:
    for unit in ("s", "ms", "us", "ns"):
        column_comes_back(pd.TimedeltaIndex([np.timedelta64(1, "s"), None]).as_unit(unit), "duration")


@row(PANDAS, "`category` of text")
def _categories() -> None:
    for ordered in (False, True):
        given = pd.Categorical(["b", None], categories=["unused", "b"], ordered=ordered)
        column_comes_back(given, "factor")
        result = there_and_back(given)
        assert (result.ordered, result.categories.tolist()) == (ordered, ["unused", "b"])


@row(PANDAS, "objects that are `bytes`")
def _bytes() -> None:
    column_comes_back(np.array([b"a", None], object), "bytes", "object")


@row(PANDAS, "objects that are `datetime.date`")
def _dates() -> None:
    column_comes_back(np.array([datetime.date(2020, 1, 1), None], object), "date", "object")


@row(PANDAS, "objects that are `bool` and None")
def _truths() -> None:
    result = there_and_back(frame(np.array([True, None], object)))
    assert (str(result["x"].dtype), result["x"].isna().tolist()) == ("boolean", [False, True])


@row(PANDAS, "Arrow-backed")
def _backed() -> None:
    column_comes_back(pd.array([1, None], dtype=pd.ArrowDtype(pa.int16())), "int16", "Int16")
