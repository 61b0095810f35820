"""Arrays of numpy come back as they went, and are not copied where they need not be."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from jazz.convert import from_value, to_value
from jazz.errors import InvalidArgument
from jazz.values import Null, Order, Table, dense
from unit.convert.travel import sent, there_and_back

NUMERIC = [
    *("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
    *("float16", "float32", "float64", "complex64", "complex128"),
]
TIMES = ["M8[s]", "M8[ms]", "M8[us]", "M8[ns]", "m8[s]", "m8[ms]", "m8[us]", "m8[ns]"]
shapes = hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)


@st.composite
def arrays(draw, types):
    array = draw(hnp.arrays(draw(st.sampled_from(types)), draw(shapes)))
    order = draw(st.sampled_from("CF"))
    return np.asarray(array, order=order)


def equal(left: np.ndarray, right: np.ndarray) -> None:
    """Checks that arrays are the same to the bit, with the same type, shape and order."""
    assert left.dtype == right.dtype
    assert left.shape == right.shape
    assert left.tobytes() == right.tobytes()
    if right.ndim > 1 and right.size and not right.flags.c_contiguous:
        assert left.flags.f_contiguous


@given(arrays(NUMERIC + TIMES))
@settings(max_examples=200, deadline=None)
def test_arrays_come_back_to_the_bit_with_type_shape_and_order(array):
    result = there_and_back(array, to="numpy")
    assert isinstance(result, np.ndarray)
    equal(result, array)


@given(arrays(NUMERIC), st.data())
@settings(max_examples=80, deadline=None)
def test_masked_arrays_come_back_masked(array, data):
    mask = data.draw(hnp.arrays(bool, array.shape))
    masked = np.ma.MaskedArray(array, np.asarray(mask, order="F" if array.flags.f_contiguous else "C"))
    result = there_and_back(masked, to="numpy")
    assert (np.ma.getmaskarray(result) == mask).all()
    equal(np.ma.getdata(result)[~mask], array[~mask])
    assert isinstance(result, np.ma.MaskedArray) == bool(mask.any())
    assert not np.ma.getdata(result)[mask].any()


def test_what_lies_under_a_mask_does_not_leave():
    masked = np.ma.MaskedArray([1, 42], [False, True])
    assert to_value(masked).data.tolist() == [1, 0]
    assert masked.data.tolist() == [1, 42]


@pytest.mark.parametrize("order", ["C", "F"])
def test_contiguous_arrays_are_not_copied_either_way(order):
    array = np.asarray(np.arange(24.0).reshape(2, 3, 4), order=order)
    value = to_value(array)
    assert np.shares_memory(value.data, array)
    assert value.order is Order[order]
    body = np.frombuffer(bytearray(array.tobytes(order=order)), np.uint8)
    result = from_value(dense(body.view(float).reshape(array.shape, order=order)))
    assert np.shares_memory(result, body)
    assert result.flags[f"{order}_CONTIGUOUS"]
    assert result.flags.writeable


def test_a_transposed_array_is_not_copied_but_is_of_fortran_order():
    array = np.arange(6.0).reshape(2, 3)
    assert np.shares_memory(to_value(array.T).data, array)
    assert to_value(array.T).order is Order.F


@pytest.mark.parametrize(
    "array",
    [
        np.arange(10)[::2],
        np.arange(10)[::-1],
        np.arange(24).reshape(4, 6)[1:3, 2:4],
        np.arange(24).reshape(2, 3, 4).transpose(1, 0, 2),
        np.broadcast_to(np.arange(3), (2, 3)),
        np.arange(5, dtype=">i4"),
        np.arange(6, dtype=">f8").reshape(2, 3, order="F"),
        np.arange(3).astype(">M8[s]"),
        np.array(["2020-01-01", "NaT"], ">M8[D]"),
    ],
    ids=str,
)
def test_any_strides_and_byte_orders_are_taken(array):
    result = there_and_back(array)
    np.testing.assert_array_equal(result, array)
    assert result.dtype == array.dtype.newbyteorder("=")


def test_a_read_only_array_is_taken():
    array = np.arange(3)
    array.flags.writeable = False
    assert there_and_back(array).tolist() == [0, 1, 2]


def test_bool_memory_with_other_bytes_than_0_and_1_is_made_true():
    array = np.array([0, 2, 255], np.uint8).view(bool)
    assert there_and_back(array).view(np.uint8).tolist() == [0, 1, 1]


@pytest.mark.parametrize("name", NUMERIC)
def test_scalars_of_numpy_keep_their_type(name):
    scalar = np.dtype(name).type(1)
    result = there_and_back(scalar)
    assert type(result) is type(scalar)
    assert result == scalar


def test_an_array_of_rank_0_comes_back_as_a_scalar_or_as_an_array_when_asked():
    assert there_and_back(np.array(1.5)) == np.float64(1.5)
    assert there_and_back(np.array(1.5), to="numpy").shape == ()


def test_a_missing_scalar_is_masked():
    assert there_and_back(np.ma.masked).mask


text = st.text(st.characters(codec="utf-8"), max_size=6)


@given(st.lists(text, max_size=8))
@settings(max_examples=60, deadline=None)
def test_strings_come_back_as_variable_width_strings(items):
    array = np.array(items, np.dtypes.StringDType())
    result = there_and_back(array)
    assert result.dtype == np.dtypes.StringDType()
    assert result.tolist() == items


@given(st.lists(st.none() | text, min_size=1, max_size=8))
@settings(max_examples=60, deadline=None)
def test_missing_strings_come_back_as_none(items):
    array = np.array(items, np.dtypes.StringDType(na_object=None))
    assert there_and_back(array).tolist() == items


@pytest.mark.parametrize("na_object", [None, np.nan, float("nan"), "?"])
def test_any_missing_object_of_strings_is_missing(na_object):
    array = np.array(["a", na_object], np.dtypes.StringDType(na_object=na_object))
    expected = ["a", "?"] if na_object == "?" else ["a", None]
    assert there_and_back(array).tolist() == expected


@pytest.mark.parametrize("order", ["C", "F"])
def test_fixed_width_strings_and_bytes_become_variable_ones_in_their_order(order):
    array = np.array([["a", "bcd", ""], ["é", "\U0001f600", "f"]], order=order)
    assert sent(array).order is Order[order]
    assert there_and_back(array).tolist() == array.tolist()
    encoded = np.char.encode(array)
    assert there_and_back(encoded).tolist() == encoded.tolist()


def test_empty_arrays_of_strings_and_bytes_keep_their_type():
    assert there_and_back(np.array([], "U1")).dtype == np.dtypes.StringDType()
    empty = there_and_back(np.array([], "S1"))
    assert empty.dtype.metadata == {"jazz": "bytes"}
    assert there_and_back(empty).dtype.metadata == {"jazz": "bytes"}


def test_arrays_of_objects_hold_texts_bytes_or_numbers_with_none_for_missing():
    assert there_and_back(np.array(["a", None], object)).tolist() == ["a", None]
    assert there_and_back(np.array([b"a", None], object)).tolist() == [b"a", None]
    assert there_and_back(np.array([[1, None], [3, 4]], object)).tolist() == [[1, None], [3, 4]]


def test_nat_is_missing_and_comes_back():
    array = np.array(["2020-01-01T00:00:01", "NaT"], "M8[ns]")
    value = to_value(array)
    assert value.missing == 1
    assert value.data[1] == 0
    np.testing.assert_array_equal(there_and_back(array), array)


def test_days_are_dates():
    array = np.array(["1969-12-31", "NaT", "9999-12-31"], "M8[D]")
    assert to_value(array).dtype.name == "date"
    np.testing.assert_array_equal(there_and_back(array), array)


def test_a_time_zone_travels_in_the_metadata_of_the_dtype():
    zoned = np.array([0, 1]).view(np.dtype("M8[s]", metadata={"zone": "Europe/Vienna"}))
    assert to_value(zoned).dtype.zone == "Europe/Vienna"
    assert there_and_back(zoned).dtype.metadata == {"zone": "Europe/Vienna"}
    assert there_and_back(zoned[0:1].reshape(())).dtype.metadata == {"zone": "Europe/Vienna"}


def test_arrays_of_records_become_tables():
    array = np.array([(1, "a", (1, 2)), (2, "b", (3, 4))], [("x", "i4"), ("y", "U3"), ("z", "f4", (2,))])
    result = there_and_back(array)
    assert list(result) == ["x", "y", "z"]
    assert result["x"].dtype == np.int32
    assert result["z"].tolist() == [[1, 2], [3, 4]]


@pytest.mark.parametrize(
    ("array", "field"),
    [
        (np.zeros(2, np.longdouble), "value"),
        (np.zeros(2, np.clongdouble), "value"),
        (np.zeros(2, "M8"), "value"),
        (np.zeros(2, "M8[h]"), "value"),
        (np.zeros(2, "M8[25s]"), "value"),
        (np.zeros(2, "m8[D]"), "value"),
        (np.zeros(2, "V3"), "value"),
        (np.array([2**40]).astype("M8[D]"), "value"),
        (np.array([], object), "value"),
        (np.array([None, None]), "value"),
        (np.array(["a", 1], object), "value[1]"),
        (np.array([["a", "b"], ["c", object()]], object), "value[1][1]"),
        (np.array(["a", "\ud800"]), "value[1]"),
        (np.zeros(1, np.dtype("M8[s]", metadata={"zone": "Nowhere"})), "value.dtype.metadata"),
    ],
)
def test_what_cannot_be_stored_is_refused_by_place(array, field):
    with pytest.raises(InvalidArgument) as caught:
        to_value(array)
    assert caught.value.reason == "INVALID_VALUE"
    assert caught.value.violations[0].field == field


def test_forms_that_do_not_exist_are_refused():
    with pytest.raises(InvalidArgument, match="no such form"):
        from_value(Null(), to="excel")


def test_the_value_itself_can_be_asked_for():
    value = Table((("a", Null()),))
    assert from_value(value, to="value") is value
