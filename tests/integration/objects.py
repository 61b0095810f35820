"""Objects of Python, numpy, scipy.sparse and pandas, for properties; and whether what came back is what went."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse
from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import jazz

NUMBERS = [
    *("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
    *("float16", "float32", "float64", "complex64", "complex128"),
]
TIMES = ["M8[D]", *(f"{kind}8[{unit}]" for kind in "Mm" for unit in ("s", "ms", "us", "ns"))]
NULLABLE = ["Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16", "UInt32", "UInt64", "Float32", "Float64", "boolean"]
ZONES = [None, "UTC", "Europe/Vienna", datetime.timezone(datetime.timedelta(hours=5, minutes=30))]
DAYS = 50_000
"""Days before and after 1970 that frames have: those of pandas's calendar in every unit."""

texts = st.text(st.characters(codec="utf-8"), max_size=6)
names = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=6)
bits = st.integers(0, 2**32 - 1)


def _random(draw: st.DrawFn) -> np.random.Generator:
    return np.random.default_rng(draw(bits))


def _elements(random: np.random.Generator, dtype: np.dtype, shape: tuple[int, ...]) -> np.ndarray:
    """Any bits, so that all numbers, infinities and NaNs are there."""
    count = int(np.prod(shape))
    if dtype.kind == "b":
        return random.integers(0, 2, shape).astype(bool)
    if dtype == "M8[D]":
        return random.integers(-(2**31), 2**31, shape).astype(dtype)
    if count and random.random() < 0.3:
        return random.integers(0, 3, shape).astype(dtype)
    return np.frombuffer(random.bytes(count * dtype.itemsize), dtype).reshape(shape)


@st.composite
def arrays(draw: st.DrawFn) -> np.ndarray:
    """Arrays of numbers and times in either order, some masked."""
    dtype = np.dtype(draw(st.sampled_from(NUMBERS + TIMES)))
    shape = draw(hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))
    random = _random(draw)
    array = np.asarray(_elements(random, dtype, shape), order=draw(st.sampled_from("CF")))
    if dtype.kind in "Mm" or not shape or draw(st.booleans()):
        return array
    mask = np.asarray(random.random(shape) < draw(st.sampled_from([0.2, 1.0])), order="F" if array.flags.fnc else "C")
    return np.ma.MaskedArray(array, mask) if mask.any() else array


@st.composite
def text_arrays(draw: st.DrawFn) -> np.ndarray:
    """Arrays of texts, some missing."""
    shape = draw(hnp.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=3))
    items = draw(st.lists(texts, min_size=int(np.prod(shape)), max_size=int(np.prod(shape))))
    array = np.array(items, np.dtypes.StringDType(na_object=None)).reshape(shape)
    array[_random(draw).random(shape) < draw(st.sampled_from([0.0, 0.4]))] = None
    missing = any(item is None for item in array.ravel().tolist())
    return array if missing else array.astype(np.dtypes.StringDType())


@st.composite
def matrices(draw: st.DrawFn) -> Any:
    """Sparse arrays in canonical form, in each layout and with both types of indices."""
    layout = draw(st.sampled_from(["csr", "csc", "coo"]))
    dtype = np.dtype(draw(st.sampled_from([name for name in NUMBERS if name != "float16"])))
    sides = st.integers(0, 6)
    dims = draw(st.integers(1, 3)) if layout == "coo" else 2
    shape = tuple(draw(st.lists(sides, min_size=dims, max_size=dims)))
    random = _random(draw)
    places = np.nonzero(random.random(shape) < draw(st.sampled_from([0.0, 0.3, 1.0])))
    index = draw(st.sampled_from([np.int32, np.int64]))
    data = _elements(random, dtype, (len(places[0]),))
    made = scipy.sparse.coo_array((data, tuple(axis.astype(index) for axis in places)), shape=shape)
    return made if layout == "coo" else made.asformat(layout)


@st.composite
def labelled(draw: st.DrawFn) -> jazz.Array:
    """Arrays with names and labels of dimensions, with units, missing entries and fills: with one of them at least."""
    data = draw(arrays() | matrices())
    random = _random(draw)
    dense_vector = not scipy.sparse.issparse(data) and data.ndim == 1  # with a name it would be a Series
    dims = [""] * data.ndim if dense_vector else [draw(st.sampled_from(["", f"dim {n}"])) for n in range(data.ndim)]
    labels = {}
    for name, length in zip(dims, data.shape, strict=True):
        if name and draw(st.booleans()):
            dtype = np.dtype(draw(st.sampled_from(["int64", "uint8", "float64", "M8[D]", "m8[ms]", "bool"])))
            texts_ = st.lists(texts, min_size=length, max_size=length).map(
                lambda t: np.array(t, np.dtypes.StringDType())
            )
            labels[name] = draw(texts_ | st.just(_elements(random, dtype, (length,))))
    unit = draw(st.sampled_from(["", "m", "µmol/l"])) if data.dtype.kind in "iufc" else ""
    missing = fill = None
    if scipy.sparse.issparse(data):
        gone = random.random(data.data.shape) < draw(st.sampled_from([0.0, 0.4]))
        data.data = np.where(gone, np.zeros(1, data.dtype), data.data)
        missing = gone if gone.any() else None
        fill = draw(st.sampled_from([None, np.ones(1, data.dtype)[0]]))
    assume(any(dims) or unit or missing is not None or fill is not None)
    return jazz.Array(data, dims=dims, labels=labels, unit=unit, missing=missing, fill=fill)


@st.composite
def columns(draw: st.DrawFn, length: int) -> Any:
    """Columns of frames: numpy's, nullable, texts, categories, times with and without zones, dates, bytes."""
    random = _random(draw)
    missing = random.random(length) < draw(st.sampled_from([0.0, 0.4]))
    match draw(st.sampled_from(["number", "nullable", "text", "category", "time", "span", "date", "bytes"])):
        case "nullable" if missing.any():
            dtype = draw(st.sampled_from(NULLABLE))
            values = _elements(random, np.dtype(dtype.lower().replace("boolean", "bool")), (length,))
            series = pd.Series(np.nan_to_num(values) if values.dtype.kind == "f" else values).astype(dtype)
            series[missing] = pd.NA
            return series.array
        case "text":
            items = draw(st.lists(texts, min_size=length, max_size=length))
            return pd.array([None if gone else item for item, gone in zip(items, missing, strict=True)], dtype="str")
        case "category":
            categories = draw(st.lists(texts, max_size=4, unique=True))
            codes = random.integers(0, len(categories), length) if categories else np.full(length, -1)
            made = pd.Index(categories, dtype="str")
            codes = np.where(missing, -1, codes)
            return pd.Categorical.from_codes(codes, categories=made, ordered=draw(st.booleans()))
        case "time" | "span" as kind:
            unit = draw(st.sampled_from(["s", "ms", "us", "ns"]))
            counts = random.integers(-DAYS, DAYS, length).astype("m8[D]").astype(f"m8[{unit}]")
            counts[missing] = np.timedelta64("NaT")
            if kind == "span":
                return counts
            series = pd.Series(counts.astype(np.int64).view(f"M8[{unit}]"))
            zone = draw(st.sampled_from(ZONES))
            return series.array if zone is None else series.dt.tz_localize("UTC").dt.tz_convert(zone).array
        case "date" if not missing.all():
            days = random.integers(-DAYS, DAYS, length)
            origin = datetime.date(1970, 1, 1)
            return _objects(
                None if gone else origin + datetime.timedelta(int(day)) for day, gone in zip(days, missing, strict=True)
            )
        case "bytes" if not missing.all():
            items = draw(st.lists(st.binary(max_size=4), min_size=length, max_size=length))
            return _objects(None if gone else item for item, gone in zip(items, missing, strict=True))
    return _elements(random, np.dtype(draw(st.sampled_from([n for n in NUMBERS if n != "float16"]))), (length,))


def _objects(items: Any) -> np.ndarray:
    listed = list(items)
    array = np.empty(len(listed), object)
    array[:] = listed
    return array


@st.composite
def indexes(draw: st.DrawFn, length: int) -> pd.Index:
    """Indexes with and without names and labels."""
    name = draw(st.none() | names.filter(lambda name: name != "rows"))
    match draw(st.sampled_from(["none", "text", "number", "time"])):
        case "text":
            return pd.Index(draw(st.lists(texts, min_size=length, max_size=length)), dtype="str", name=name)
        case "number":
            return pd.Index(_random(draw).integers(-9, 9, length), name=name)
        case "time":
            days = _random(draw).integers(-DAYS, DAYS, length).astype("M8[D]").astype("M8[s]")
            return pd.DatetimeIndex(days, name=name)
    return pd.RangeIndex(length, name=name)


@st.composite
def frames(draw: st.DrawFn) -> pd.DataFrame:
    """Frames of any columns."""
    length = draw(st.integers(0, 6))
    index = draw(indexes(length))
    found = draw(st.lists(names, max_size=4, unique=True))
    made = {name: pd.Series(draw(columns(length)), index=index) for name in found}
    return pd.DataFrame(made, index=index)


@st.composite
def series(draw: st.DrawFn) -> pd.Series:
    """Series of any column."""
    length = draw(st.integers(0, 6))
    return pd.Series(draw(columns(length)), index=draw(indexes(length)))


scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**64 - 1),
    st.floats(),
    st.complex_numbers(),
    texts,
    st.binary(max_size=9),
)
leaves = scalars | arrays() | text_arrays() | matrices() | labelled() | series() | frames()
objects = leaves | st.recursive(leaves, lambda inner: st.dictionaries(names, inner, max_size=3), max_leaves=4)


def alike(found: Any, given: Any) -> None:
    """Asserts that an object is what was given, type, order and bits included."""
    if isinstance(given, dict):
        assert isinstance(found, dict)
        assert list(found) == list(given)
        for name, each in given.items():
            alike(found[name], each)
    elif isinstance(given, jazz.Array):
        assert isinstance(found, jazz.Array)
        assert (found.dims, found.unit) == (given.dims, given.unit)
        for one, other in [(found.data, given.data), (found.missing, given.missing), (found.fill, given.fill)]:
            alike(one, other)
        alike(dict(found.labels), dict(given.labels))
    elif isinstance(given, pd.DataFrame):
        pd.testing.assert_frame_equal(
            found, given, check_exact=True, check_freq=False, check_column_type=len(given.columns) > 0
        )
    elif isinstance(given, pd.Series):
        pd.testing.assert_series_equal(found, given, check_exact=True, check_freq=False)
    elif scipy.sparse.issparse(given):
        assert found.format == given.format
        assert found.shape == given.shape
        parts = ["data", "coords"] if given.format == "coo" else ["data", "indices", "indptr"]
        for part in parts:
            _equal(np.asarray(getattr(found, part)), np.asarray(getattr(given, part)))
    elif isinstance(given, np.ma.MaskedArray):
        assert isinstance(found, np.ma.MaskedArray)
        mask = np.ma.getmaskarray(given)
        assert (np.ma.getmaskarray(found) == mask).all()
        _equal(np.ma.getdata(found)[~mask], np.ma.getdata(given)[~mask])
        assert np.ma.getdata(found).flags.fnc == np.ma.getdata(given).flags.fnc
    elif isinstance(given, np.ndarray):
        array = np.asarray(found)
        _equal(array, given)
        assert array.flags.fnc == given.flags.fnc
    elif given is None or isinstance(given, str | bytes):
        assert type(found) is type(given)
        assert found == given
    else:
        wanted = np.array(given)
        assert found.shape == ()
        _equal(np.asarray(found), wanted)


def _equal(found: np.ndarray, given: np.ndarray) -> None:
    assert found.dtype == given.dtype
    assert found.shape == given.shape
    if found.dtype.kind in "TO":
        assert found.tolist() == given.tolist()
    else:
        assert found.tobytes() == given.tobytes()
