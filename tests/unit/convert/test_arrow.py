"""Tables and arrays of pyarrow, and those of polars."""

import datetime

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

from jazz.convert import from_value, to_value
from jazz.errors import InvalidArgument
from unit.convert.travel import sent, there_and_back

ARRAYS = [
    pa.array([1, None, 3], pa.int8()),
    pa.array([1, 2, 3], pa.uint64()),
    pa.array([1.5, None, float("nan")], pa.float32()),
    pa.array(np.array([1, 2], np.float16)),
    pa.array([True, None, False]),
    pa.array(["a", None, "é"], pa.large_string()),
    pa.array([b"a", None, b""], pa.large_binary()),
    pa.array([0, None], pa.timestamp("ms")),
    pa.array([0, 1], pa.timestamp("ns", tz="Europe/Vienna")),
    pa.array([datetime.date(2020, 1, 1), None]),
    pa.array([1, None], pa.duration("us")),
    pa.DictionaryArray.from_arrays(pa.array([0, None, 1], pa.int32()), pa.array(["a", "b"], pa.large_string())),
    pa.array([], pa.int16()),
    pa.array([], pa.large_string()),
]


@pytest.mark.parametrize("array", ARRAYS, ids=lambda array: str(array.type))
def test_arrays_come_back(array):
    result = there_and_back(array, to="arrow")
    assert result.type == array.type
    assert repr(result.to_pylist()) == repr(array.to_pylist())
    result.validate(full=True)


@pytest.mark.parametrize("array", ARRAYS, ids=lambda array: str(array.type))
def test_parts_of_arrays_and_chunks_are_taken_as_what_they_show(array):
    result = there_and_back(array[1:], to="arrow")
    assert repr(result.to_pylist()) == repr(array[1:].to_pylist())
    chunked = pa.chunked_array([array[:1], array[1:]], array.type)
    assert len(there_and_back(chunked, to="arrow")) == len(array)


def test_other_types_of_text_become_the_large_ones():
    for kind in (pa.string(), pa.string_view()):
        assert there_and_back(pa.array(["a", None], kind), to="arrow").to_pylist() == ["a", None]
    assert there_and_back(pa.array([b"ab"], pa.binary(2)), to="arrow").to_pylist() == [b"ab"]


def test_numbers_are_not_copied():
    array = pa.array(np.arange(5.0))
    assert np.shares_memory(to_value(array).data, array.to_numpy())


def test_a_table_comes_back():
    table = pa.table({"a": [1, None], "b": pa.array(["x", "y"], pa.large_string())})
    assert there_and_back(table, to="arrow").equals(table)
    assert there_and_back(table.to_batches()[0], to="arrow").equals(table)


def test_a_table_of_polars_is_taken():
    frame = pl.DataFrame({"a": [1, None], "b": ["x", None], "c": pl.Series(["u", "v"], dtype=pl.Categorical)})
    result = pl.from_arrow(there_and_back(frame, to="arrow"))
    assert result.rows() == frame.rows()
    assert there_and_back(pl.Series([1, 2])).tolist() == [1, 2]


@pytest.mark.parametrize(
    ("obj", "field"),
    [
        (pa.array([[1]]), "value"),
        (pa.array([None]), "value"),
        (pa.array([datetime.time(1)]), "value"),
        (pa.table([pa.array([1]), pa.array([1])], ["a", "a"]), "value.schema.names[1]"),
        (pa.table({"a": [{"b": 1}]}), "value['a']"),
        (pa.array([0], pa.timestamp("s", tz="Mars")), "value.type.tz"),
        (pa.array([1, 2]).dictionary_encode(), "value.dictionary"),
        (pa.DictionaryArray.from_arrays(pa.array([0, 1]), pa.array(["a", "a"])), "value.dictionary"),
        (pa.DictionaryArray.from_arrays(pa.array([0, 1]), pa.array(["a", None])), "value.dictionary"),
    ],
)
def test_what_cannot_be_stored_is_refused_by_place(obj, field):
    with pytest.raises(InvalidArgument) as caught:
        to_value(obj)
    assert caught.value.violations[0].field == field


@pytest.mark.parametrize("obj", [np.array([["a"]]), np.zeros(2, complex), {"a": 1}])
def test_what_arrow_cannot_hold_is_refused(obj):
    with pytest.raises(InvalidArgument):
        from_value(sent(obj), to="arrow")
