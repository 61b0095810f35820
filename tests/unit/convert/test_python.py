"""Python's own objects."""

import datetime
import zoneinfo
from types import MappingProxyType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jazz.convert import to_value
from jazz.errors import InvalidArgument
from jazz.values import MAX_DEPTH, DataType
from unit.convert.travel import sent, there_and_back

SCALARS = [True, 0, -(2**63), 2**64 - 1, 1.5, -0.0, float("inf"), 1 + 2j, "", "é\0", b"", b"\0x", None]
NAIVE = datetime.datetime(2020, 2, 29, 12, 30, 1, 5)  # noqa: DTZ001 - a wall clock is what is meant


@pytest.mark.parametrize("obj", SCALARS)
def test_scalars_come_back_equal(obj):
    assert there_and_back(obj) == obj


def test_integers_are_int64_or_uint64_when_they_must_be():
    assert sent(2**63 - 1).dtype == DataType("int64")
    assert sent(2**63).dtype == DataType("uint64")
    assert sent([0, 2**63]).dtype == DataType("uint64")


@given(
    st.one_of(
        *(
            st.lists(st.none() | one, min_size=1).filter(any)
            for one in (
                st.integers(-(2**63), 2**63 - 1),
                st.floats(allow_nan=False),
                st.booleans(),
                st.text(st.characters(codec="utf-8")),
                st.binary(),
            )
        )
    )
)
@settings(max_examples=100, deadline=None)
def test_lists_come_back_equal_with_none_for_what_is_missing(items):
    assert there_and_back(items).tolist() == items


def test_nan_is_not_missing():
    value = sent([1.0, float("nan"), None])
    assert value.missing == 1
    assert np.isnan(value.data[1])


def test_nested_lists_are_arrays_and_an_empty_one_is_of_float64():
    assert there_and_back([[1, 2], (3, 4)]).tolist() == [[1, 2], [3, 4]]
    assert there_and_back([]).dtype == np.float64
    assert there_and_back([[], []]).shape == (2, 0)


def test_integers_among_floats_become_floats():
    assert there_and_back([1, 2.5]).tolist() == [1.0, 2.5]
    assert there_and_back([1, 2.5, 1j]).dtype == np.complex128


def test_scalars_of_numpy_in_a_list_keep_their_type():
    assert there_and_back([np.float32(1), None]).dtype == np.float32


def test_dates_and_times():
    assert there_and_back(NAIVE) == np.datetime64(NAIVE, "us")
    assert there_and_back(datetime.date(1969, 1, 1)) == np.datetime64("1969-01-01")
    assert there_and_back([datetime.timedelta(days=-1, microseconds=1), None])[0] == np.timedelta64(-86399999999, "us")


def test_times_with_a_zone_keep_it():
    zone = zoneinfo.ZoneInfo("Europe/Vienna")
    result = there_and_back([datetime.datetime(2020, 7, 1, tzinfo=zone), None])
    assert result.dtype.metadata == {"zone": "Europe/Vienna"}
    assert result[0] == np.datetime64("2020-06-30T22:00")
    offset = datetime.timezone(datetime.timedelta(hours=2))
    assert sent(datetime.datetime(2020, 7, 1, tzinfo=offset)).dtype.zone == "+02:00"
    assert sent(datetime.datetime(2020, 7, 1, tzinfo=datetime.UTC)).dtype.zone == "UTC"


def test_dicts_are_tables_in_their_order():
    result = there_and_back({"b": 1, "a": {"x": [1.0], "none": None}})
    assert list(result) == ["b", "a"]
    assert result["a"]["none"] is None
    assert there_and_back({}) == {}
    assert there_and_back(MappingProxyType({"a": 1})) == {"a": 1}


def deep(depth: int):
    value = None
    for _ in range(depth - 1):
        value = {"a": value}
    return value


def test_dicts_may_be_nested_as_deep_as_values_may():
    sent(deep(MAX_DEPTH))
    with pytest.raises(InvalidArgument, match="inside each other"):
        to_value(deep(MAX_DEPTH + 1))


def test_a_dict_that_contains_itself_is_refused():
    endless: dict[str, object] = {}
    endless["a"] = endless
    with pytest.raises(InvalidArgument, match="inside each other"):
        to_value(endless)


@pytest.mark.parametrize(
    ("obj", "field", "found"),
    [
        (object(), "value", "object"),
        ({"a": {"b": [1, "x"]}}, "value['a']['b'][1]", "'x'"),
        ({"a": [[1, 2], [3]]}, "value['a'][1]", "1 elements"),
        ([1, [2]], "value[1]", "1 elements"),
        ([[1], 2], "value[1]", "2"),
        ([None], "value", "None only"),
        ([1, True], "value[1]", "True"),
        ([b"a", "a"], "value[1]", "'a'"),
        (2**64, "value", str(2**64)),
        ([-1, 2**63], "value[0]", "-1"),
        ([0.5, 2**53 + 1], "value[1]", str(2**53 + 1)),
        ([0.5, 10**400], "value[1]", "1"),
        ({1: 2}, "value.keys()", "1"),
        ({"": 2}, "value.keys()", "''"),
        ({"a\0": 2}, "value.keys()", "'a\\x00'"),
        ({"\ud800": 2}, "value.keys()", "ud800"),
        ("\ud800", "value", "surrogate"),
        ({1, 2}, "value", "set"),
        ([np.float32(1), np.float16(1)], "value[1]", "float16"),
        ([np.zeros(2), np.zeros(2)], "value[0]", "ndarray"),
        ([datetime.date(2020, 1, 1), NAIVE], "value[1]", "datetime"),
        (datetime.time(1), "value", "time"),
        (datetime.timedelta.max, "value", "999999999 days"),
        (datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone(datetime.timedelta(seconds=1))), "value", "timezone"),
    ],
)
def test_what_cannot_be_stored_is_refused_by_place(obj, field, found):
    with pytest.raises(InvalidArgument) as caught:
        to_value(obj)
    (violation,) = caught.value.violations
    assert violation.field == field
    assert found in violation.found


@pytest.mark.parametrize(
    ("obj", "advice"),
    [
        ([np.zeros(2), np.zeros(2)], "np.stack"),
        ([{"a": 1}, {"a": 2}], "a DataFrame, or a dict of lists"),
        ([-1, 2**63], "not less than 0, as 9223372036854775808 beside it needs uint64"),
        (10**30, "64 bits"),
    ],
)
def test_what_is_refused_says_what_to_store_instead(obj, advice):
    with pytest.raises(InvalidArgument) as caught:
        to_value(obj)
    assert advice in caught.value.violations[0].expected


def test_a_range_is_its_numbers():
    np.testing.assert_array_equal(there_and_back(range(5, 0, -2)), [5, 3, 1])
    assert there_and_back(range(2**63, 2**63 + 1)).dtype == np.uint64
