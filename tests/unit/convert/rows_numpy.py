"""Rows of docs/types.md: Python and numpy, scipy.sparse, names, labels and units."""

import datetime
from types import MappingProxyType

import numpy as np
import pandas as pd
import pytest
import scipy.sparse

import jazz
from jazz.convert import from_value, to_value
from jazz.errors import InvalidArgument
from jazz.values import MAX_DEPTH, Null
from unit.convert.page import row
from unit.convert.travel import sent, there_and_back

NUMPY = "Python and numpy"
SCIPY = "scipy.sparse"
NAMES = "Names, labels, units"
TABLES = "Tables"
NUMBERS = [
    *("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
    *("float16", "float32", "float64", "complex64", "complex128"),
]
VIENNA = {"zone": "Europe/Vienna"}


def kinds(*objects: object) -> list[str]:
    """The types and shapes of what arrives of objects."""
    return [str(sent(obj)) for obj in objects]


def refused(obj: object, *words: str) -> None:
    """Checks that an object is refused, with all these words in what is expected or found."""
    with pytest.raises(InvalidArgument) as caught:
        to_value(obj)
    (violation,) = caught.value.violations
    for word in words:
        assert word in f"{violation.expected} {violation.found}"


@row(NUMPY, "`None`")
def _none() -> None:
    assert sent(None) == Null()
    assert sent([1, None]).missing == sent(np.array(["a", None], object)).missing == 1


@row(NUMPY, "`bool`, `int`, `float`, `complex`")
def _numbers() -> None:
    assert kinds(True, 1, 1.5, 1j, 2**63) == ["bool[]", "int64[]", "float64[]", "complex128[]", "uint64[]"]
    refused(2**64, "64 bits")


@row(NUMPY, "`str`")
def _texts() -> None:
    for text in ("", "é\0\U0001f600\u202e", "\0", "a\0"):
        assert there_and_back(text) == text
        assert there_and_back([text, None]).tolist() == [text, None]
        for form in ("pandas", "arrow", "polars", "xarray"):
            result = there_and_back([text, "x"], to=form)
            assert (result.to_pylist() if form == "arrow" else result.to_numpy().tolist()) == [text, "x"]
    refused("a\ud800", "UTF-8", "surrogate")


@row(NUMPY, "`bytes`, `bytearray`")
def _bytes() -> None:
    assert kinds(b"a\0", bytearray(b"a")) == ["bytes[]", "bytes[]"]
    assert there_and_back(b"a\0") == b"a\0"


@row(NUMPY, "`datetime.datetime`")
def _datetimes() -> None:
    when = datetime.datetime(2020, 7, 1, 12, tzinfo=datetime.timezone(datetime.timedelta(hours=2)))
    assert kinds(when.replace(tzinfo=None), when) == ["timestamp[us][]", "timestamp[us, +02:00][]"]
    refused(when.astimezone(datetime.timezone(datetime.timedelta(seconds=1))), "time zone")


@row(NUMPY, "`datetime.date`, `datetime.timedelta`")
def _dates() -> None:
    assert kinds(datetime.date(2020, 1, 1), datetime.timedelta(1)) == ["date[]", "duration[us][]"]


@row(NUMPY, "list, tuple, nested; `range`")
def _lists() -> None:
    assert kinds([1], ((1, 2), [3, 4]), range(3), [1, 2.5], []) == [
        *("int64[1]", "int64[2, 2]", "int64[3]", "float64[2]", "float64[0]"),
    ]
    refused([0.5, 2**53 + 1], "holds exactly")
    refused([[1], [2, 3]], "1 elements")


@row(NUMPY, "dict, another mapping")
def _dicts() -> None:
    assert sent({"b": 1, "a": {}}).names == sent(MappingProxyType({"b": 1, "a": {}})).names == ("b", "a")
    for name in ("", 1, "a\0", "\ud800"):
        refused({name: 1})
    deep: dict[str, object] = {}
    for _ in range(MAX_DEPTH):
        deep = {"a": deep}
    refused(deep, "inside each other")


@row(NUMPY, "array of bool, int, uint, float, complex")
def _arrays() -> None:
    for name in NUMBERS:
        for shape in ((), (0,), (3,), (2, 0), (2, 3), (2, 1, 3)):
            for order in "CF":
                array = np.asarray(np.arange(np.prod(shape, dtype=int)).reshape(shape).astype(name), order=order)
                result = there_and_back(array, to="numpy")
                np.testing.assert_array_equal(result, array, strict=True)
                assert np.shares_memory(to_value(array).data, array) or array.size == 0
                assert array.ndim < 2 or array.size < 2 or result.flags[f"{order}_CONTIGUOUS"]
    assert sent(np.arange(6)[::2]).data.tolist() == [0, 2, 4]
    assert there_and_back(np.arange(3, dtype=">i4")).dtype == np.dtype("<i4")


@row(NUMPY, "array of `StringDType`, `U`")
def _string_arrays() -> None:
    for missing in (None, np.nan):
        array = np.array(["a", missing], np.dtypes.StringDType(na_object=missing))
        assert there_and_back(array).tolist() == ["a", None]
    assert there_and_back(np.array(["a", "é"])).dtype == np.dtypes.StringDType()


@row(NUMPY, "array of `S`, of objects that are `bytes`")
def _bytes_arrays() -> None:
    assert there_and_back(np.array([b"a\0"])).tolist() == [b"a"]
    assert there_and_back(np.array([b"a\0", None], object)).tolist() == [b"a\0", None]


@row(NUMPY, "array of other objects")
def _object_arrays() -> None:
    assert there_and_back(np.array([1, None], object)).dtype == np.int64
    for empty in (np.array([], object), np.array([None])):
        refused(empty)
    assert kinds(np.array([], np.dtype("O", metadata={"jazz": "bytes"}))) == ["bytes[0]"]


@row(NUMPY, "array of `datetime64[s, ms, us, ns]`")
def _timestamps() -> None:
    for unit in ("s", "ms", "us", "ns"):
        array = np.array([0, "NaT"], f"M8[{unit}]")
        assert sent(array).missing == 1
        np.testing.assert_array_equal(there_and_back(array), array, strict=True)
    zoned = np.array([0]).view(np.dtype("M8[s]", metadata=VIENNA))
    assert kinds(zoned) == ["timestamp[s, Europe/Vienna][1]"]
    assert there_and_back(zoned).dtype.metadata == VIENNA


@row(NUMPY, "array of `datetime64[D]`, `timedelta64[s, ms, us, ns]`")
def _days() -> None:
    for kind in ("M8[D]", "m8[s]", "m8[ms]", "m8[us]", "m8[ns]"):
        array = np.array([1, "NaT"], kind)
        assert sent(array).missing == 1
        np.testing.assert_array_equal(there_and_back(array), array, strict=True)


@row(NUMPY, "masked array")
def _masked() -> None:
    for name in NUMBERS:
        array = np.ma.MaskedArray(np.array([1, 1, 0]).astype(name), [True, False, False], fill_value=1)
        result = there_and_back(array)
        assert result.dtype == array.dtype
        assert result.tolist() == array.tolist()
        assert not sent(array).data[0]


@row(NUMPY, "array of records")
def _records() -> None:
    result = there_and_back(np.array([(1, "a")], [("x", "i2"), ("y", "U1")]))
    assert (result["x"].dtype, result["y"].tolist()) == (np.int16, ["a"])


@row(NUMPY, "list of scalars of numpy")
def _lists_of_scalars() -> None:
    for name in NUMBERS:
        tensor = sent([np.ones((), name)[()], None, np.zeros((), name)[()]])
        assert (tensor.dtype.name, tensor.missing, tensor.data.tolist()) == (name, 1, [1, 0, 0])
    refused([np.int64(1), np.int32(1)], "as at value[0]")
    day, second, nanosecond = np.datetime64("2020-01-01"), np.datetime64(5, "s"), np.datetime64(5, "ns")
    assert kinds([day, day], [np.timedelta64(1, "s")]) == ["date[2]", "duration[s][1]"]
    assert sent([second, None, np.datetime64("NaT", "s")]).missing == 2
    expected = np.array([[5_000_000_000, 5]], "M8[ns]")
    np.testing.assert_array_equal(there_and_back([[second, nanosecond]]), expected, strict=True)
    refused([day, second], "units from s to ns")
    refused([np.datetime64(2**62, "s"), nanosecond], "fits in datetime64[ns]")
    refused([second, np.timedelta64(1, "s")], "a time without a zone, as at value[0]")


@row(NUMPY, "scalar of numpy")
def _scalars() -> None:
    assert kinds(*(np.dtype(name).type(1) for name in NUMBERS)) == [f"{name}[]" for name in NUMBERS]
    assert kinds(np.datetime64("2020-01-01", "D"), np.timedelta64(1, "s")) == ["date[]", "duration[s][]"]


@row(NUMPY, "`jazz.Array`")
def _array() -> None:
    array = jazz.Array(np.eye(2), ("x", ""), {"x": ["a", "b"]}, "m")
    assert there_and_back(array).equals(array)


@row(NUMPY, "a value of `jazz.values`")
def _value() -> None:
    value = to_value({"a": [1]})
    assert to_value(from_value(value, to="value")) is value


def sparse(name: str = "float64", layout: str = "csr", kind: str = "array"):
    return getattr(scipy.sparse, f"{layout}_{kind}")(np.array([[0, 1, 0], [1, 0, 0]]).astype(name))


@row(SCIPY, "`csr_array`, `csc_array`, `coo_array`")
def _layouts() -> None:
    for layout in ("csr", "csc", "coo"):
        assert there_and_back(sparse(layout=layout)).format == layout
    assert there_and_back(scipy.sparse.coo_array(np.eye(2).reshape(2, 1, 2))).shape == (2, 1, 2)
    assert there_and_back(scipy.sparse.csr_array(([0.0], ([0], [0])))).nnz == 1
    wide = scipy.sparse.csr_array(np.eye(2))
    wide.indices, wide.indptr = wide.indices.astype(np.int64), wide.indptr.astype(np.int64)
    assert there_and_back(wide).indices.dtype == np.int64


@row(SCIPY, "`csr_matrix`, `csc_matrix`, `coo_matrix`")
def _matrices() -> None:
    for layout in ("csr", "csc", "coo"):
        result = there_and_back(sparse(layout=layout, kind="matrix"))
        assert (result.format, isinstance(result, scipy.sparse.sparray)) == (layout, True)


@row(SCIPY, "`bsr`, `dia`, `dok`, `lil`")
def _other_layouts() -> None:
    for layout in ("bsr", "dia", "dok", "lil"):
        result = there_and_back(sparse(layout=layout))
        assert result.format == "csr"
        np.testing.assert_array_equal(result.toarray(), sparse().toarray())


@row(SCIPY, "vectors of any of these")
def _vectors() -> None:
    for layout in ("csr", "coo", "dok"):
        result = there_and_back(getattr(scipy.sparse, f"{layout}_array")(np.array([0, 2, 0, 3], np.int16)))
        assert (result.format, result.dtype, result.toarray().tolist()) == ("coo", np.int16, [0, 2, 0, 3])


@row(SCIPY, "of bool, integers, float32, float64, complex")
def _sparse_types() -> None:
    for name in NUMBERS:
        if name != "float16":
            for layout in ("csr", "csc", "coo"):
                assert there_and_back(sparse(name, layout)).dtype == name


@row(NAMES, "`dims`")
def _dims() -> None:
    value = sent(jazz.Array(np.eye(2), ("x", "x")))
    assert (value.axes, [axis.name for axis in value.declared]) == (("x", "x"), ["x"])
    assert there_and_back(jazz.Array(np.eye(2), ("", "y"))).dims == ("", "y")
    with pytest.raises(InvalidArgument):
        jazz.Array(np.zeros((2, 3)), ("x", "x"))


@row(NAMES, "`labels`")
def _labels() -> None:
    vectors = [np.array([1.5, 1.5]), np.array(["a", None], object), np.array([0, "NaT"], "M8[s]"), [True, False]]
    for labels in (*vectors, pd.Categorical(["a", None])):
        for data in (np.eye(2), scipy.sparse.csr_array(np.eye(2))):
            array = jazz.Array(data, ("x", ""), {"x": labels})
            assert there_and_back(array).equals(jazz.Array(array))


@row(NAMES, "`unit`")
def _unit() -> None:
    for data in (1, 1.5, 1j, np.eye(2), scipy.sparse.coo_array(np.eye(2))):
        assert there_and_back(jazz.Array(data, unit="m/s")).unit == "m/s"
    assert sent(jazz.Array([1], unit="dimensionless")).unit == "dimensionless"
    assert sent(jazz.Array([1])).unit == ""


@row(NAMES, "`missing`")
def _missing() -> None:
    for layout in ("csr", "csc", "coo"):
        array = jazz.Array(sparse(layout=layout), missing=[True, False])
        assert sent(array).missing == 1
        assert there_and_back(array).missing.tolist() == [True, False]
    twice = scipy.sparse.coo_array(([1, 2], ([0, 0], [0, 0])))
    assert there_and_back(jazz.Array(twice, missing=[True, False])).missing.tolist() == [True]


@row(NAMES, "`fill`")
def _fill() -> None:
    assert there_and_back(jazz.Array(sparse("float32"), fill=np.inf)).fill == np.inf
    assert sent(jazz.Array(sparse(), fill=0)).fill == b""


@row(NAMES, "`categories`, `ordered`")
def _factors() -> None:
    array = jazz.Array(np.ma.array([[0, 1]], mask=[[True, False]]), categories=["a", "b", "unused"], ordered=True)
    assert kinds(array) == ["ordered factor[1, 2]"]
    assert there_and_back(array).categories.tolist() == ["a", "b", "unused"]


def labelled(*labels: str, name: str = "gene"):
    return jazz.Array(np.zeros((len(labels), 2)), (name, ""), {name: list(labels)})


@row(TABLES, "parts with an axis of one name, and the same labels")
def _shared() -> None:
    value = sent({"a": labelled("x", "y"), "b": {"c": pd.Series([1, 2], index=pd.Index(["x", "y"], name="gene"))}})
    assert value.declared == ()
    value = sent({"a": labelled("x", "y"), "b": pd.Series([1, 2], index=pd.Index(["x", "y"], name="gene"))})
    assert [axis.name for axis in value.declared] == ["gene"]
    assert value["a"].declared == value["b"].declared == ()


@row(TABLES, "parts with an axis of one name, of one length, without labels")
def _shared_names() -> None:
    value = sent({"a": jazz.Array(np.eye(2), ("x", "")), "b": jazz.Array([1, 2], ("x",))})
    assert [axis.name for axis in value.declared] == ["x"]
    assert sent({"a": pd.Series([1]), "b": pd.Series([1])}).declared == ()


@row(TABLES, "parts with an axis of one name, but other labels or lengths")
def _apart() -> None:
    value = sent({"a": labelled("x", "y"), "b": labelled("x", "z"), "c": labelled("x")})
    assert value.declared == ()
    assert value["c"].declared[0].length == 1


@row(TABLES, "parts of any shapes and layouts")
def _general() -> None:
    result = there_and_back({"a": np.eye(2), "b": sparse(), "c": 1, "d": {"e": None}, "f": ["x"]})
    assert (result["a"].shape, result["b"].format, result["c"], result["d"]) == ((2, 2), "csr", 1, {"e": None})
