"""Bodies whose buffers do not hold what readers rely on are refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jazz.codec import BytesReader, InvalidValue, check_body, check_header, decode, encode, readers
from jazz.codec import body as body_module
from jazz.values import DataType, Layout, Table, Tensor, compressed, dense
from unit.codec.value_strategies import bitmap, replaced, valid, values, variable


@pytest.fixture(params=[readers.BLOCK, 16], ids=["one block", "blocks of 16 bytes"], autouse=True)
def block_size(request, monkeypatch):
    monkeypatch.setattr(readers, "BLOCK", request.param)
    monkeypatch.setattr(body_module, "_TEXT_BLOCK", min(request.param, 7))


def refused(value) -> dict[str, tuple[str, str]]:
    """What is wrong with the body of a value whose header is right: expected and found by field."""
    encoded = encode(value)
    check_header(encoded.header, encoded.body_bytes)
    with pytest.raises(InvalidValue) as caught:
        check_body(encoded.header, BytesReader(encoded.body()))
    return {violation.field: (violation.expected, violation.found) for violation in caught.value.violations}


def csr(indptr, indices, columns=100, layout=Layout.CSR) -> Tensor:
    shape = (len(indptr) - 1, columns) if layout is Layout.CSR else (columns, len(indptr) - 1)
    return compressed(layout, shape, np.array(indptr), np.array(indices), np.ones(len(indices)))


@pytest.mark.parametrize("layout", [Layout.CSR, Layout.CSC])
@pytest.mark.parametrize(
    ("indptr", "indices", "field"),
    [
        ([1, 2], [0, 1], "value.indptr[0]"),
        ([0, 3, 2, 4], [0, 1, 2, 3], "value.indptr[2]"),
        ([0, 1, 3], [0, 1], "value.indptr[2]"),
        ([0, 5, 5], [0, 1], "value.indptr[2]"),
        ([0, 1, 1], [0, 1], "value.indptr[2]"),
        ([0, 2], [0, 100], "value.indices[1]"),
        ([0, 2], [-1, 0], "value.indices[0]"),
        ([0, 2], [1, 1], "value.indices[1]"),
        ([0, 1, 3], [5, 4, 3], "value.indices[2]"),
        ([0, 3, 3, 6], [1, 2, 3, 1, 3, 2], "value.indices[5]"),
    ],
)
def test_positions_and_indices_of_compressed_tensors_are_checked(indptr, indices, field, layout):
    assert field in refused(csr(indptr, indices, layout=layout))


def test_indices_may_fall_from_one_row_to_the_next():
    encoded = encode(csr([0, 0, 3, 3, 4, 6, 6], [1, 50, 99, 3, 0, 2]))
    check_body(encoded.header, BytesReader(encoded.body()))


@pytest.mark.parametrize(
    ("coordinates", "field"),
    [
        (([0, 1, 0], [0, 0, 0]), "value.indices[2]"),
        (([0, 0, 1], [1, 0, 0]), "value.indices[1]"),
        (([0, 1, 1], [0, 1, 1]), "value.indices[2]"),
        (([0, 3], [0, 1]), "value.indices(0)[1]"),
        (([0, 1], [-1, 1]), "value.indices(1)[0]"),
    ],
)
def test_coordinates_are_checked(coordinates, field):
    indices = tuple(np.array(axis) for axis in coordinates)
    tensor = Tensor(DataType("bool"), (3, 3), layout=Layout.COO, indices=indices)
    assert field in refused(tensor)


@pytest.mark.parametrize(
    ("offsets", "field"),
    [
        ([1, 2, 5], "value.offsets[0]"),
        ([0, 2, 4], "value.offsets[2]"),
        ([0, 2, 6], "value.offsets[2]"),
        ([0, 9, 5], "value.offsets[2]"),
        ([0, 3, 1, 5], "value.offsets[2]"),
        ([0, -3, 5], "value.offsets[1]"),
    ],
)
def test_offsets_are_checked(offsets, field):
    tensor = variable("bytes", [b"hello", *[b""] * (len(offsets) - 2)], (len(offsets) - 1,))
    assert set(refused(replaced(tensor, offsets=np.array(offsets)))) == {field}


@pytest.mark.parametrize("text", [b"\xff", b"abc\xc3", b"\xed\xa0\x80", b"\xc0\x80", b"123456789\xe2\x82", b"\x80"])
def test_strings_must_be_utf8(text):
    (field,) = refused(variable("string", [b"ok", text], (2,)))
    assert field.startswith("value.data[")


def test_strings_must_not_begin_inside_a_character():
    text = "aé".encode()
    tensor = replaced(variable("string", [text, b""], (2,)), offsets=np.array([0, 2, 3]))
    assert refused(tensor)["value.offsets[1]"] == ("the beginning of a character", "2, inside of one")


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=12), max_size=12))
@settings(max_examples=60, deadline=None)
def test_all_text_is_taken(items):
    encoded = encode(variable("string", [item.encode() for item in items], (len(items),)))
    check_body(encoded.header, BytesReader(encoded.body()))


def test_truth_values_are_0_or_1():
    tensor = replaced(dense(np.zeros(40, bool)), data=np.array([0] * 38 + [2, 1], np.uint8))
    assert refused(tensor) == {"value.data[38]": ("0 or 1", "2")}


def test_bytes_under_missing_elements_are_zero():
    missing = np.array([False, True, False])
    tensor = replaced(dense(np.array([1, 2, 3])), validity=bitmap(missing))
    assert refused(tensor) == {"value.data[1]": ("zero bytes, as it is missing", "other bytes")}
    text = replaced(variable("string", [b"a", b"b", b"c"], (3,)), validity=bitmap(missing))
    assert "value.data[1]" in refused(text)


def test_bits_after_the_last_are_zero_and_zeros_are_counted():
    tensor = replaced(dense(np.array([0, 1, 1])), validity=np.array([0b1000_0110], np.uint8))
    assert set(refused(tensor)) == {"value.validity"}
    encoded = encode(replaced(tensor, validity=np.array([0b0000_0110], np.uint8)))
    encoded.header.tensor.missing_entries = 2
    with pytest.raises(InvalidValue, match="2 zeros"):
        check_body(encoded.header, BytesReader(encoded.body()))


def factor(codes, categories, missing=None) -> Tensor:
    return Tensor(
        DataType("factor"),
        (len(codes),),
        data=np.array(codes, np.int32),
        validity=None if missing is None else bitmap(np.array(missing)),
        categories=variable("string", categories, (len(categories),)),
    )


def test_codes_are_within_the_categories():
    assert "value.data[1]" in refused(factor([0, 2], [b"a", b"b"]))
    assert "value.data[0]" in refused(factor([-1, 1], [b"a", b"b"]))
    assert "value.data[0]" in refused(factor([0], []))


def test_missing_codes_need_no_category():
    encoded = encode(factor([0, 0], [], [True, True]))
    check_body(encoded.header, BytesReader(encoded.body()))


@pytest.mark.parametrize("categories", [[b"a", b"a"], [b"", b"x", b""], [b"ab", b"cd", b"ab", b"e"], [b"a\0", b"a\0"]])
def test_categories_all_differ(categories):
    assert refused(factor([0], categories)) == {"value.categories": ("texts that all differ", "the same text twice")}


def test_categories_that_differ_by_a_trailing_nul_are_different():
    encoded = encode(factor([0], [b"a", b"a\0", b"\0a", b"aa"]))
    check_body(encoded.header, BytesReader(encoded.body()))


def test_padding_is_zero():
    encoded = encode(Table((("a", dense(np.ones(1))), ("b", dense(np.ones(1))))))
    body = bytearray(encoded.body())
    body[20] = 1
    with pytest.raises(InvalidValue) as caught:
        check_body(encoded.header, BytesReader(body))
    assert caught.value.violations[0].field == "value['b'].buffers[0]"


def test_all_tensors_are_checked_and_named():
    bad = replaced(dense(np.zeros(1, bool)), data=np.array([2], np.uint8))
    assert set(refused(Table((("a", bad), ("b", Table((("c", bad),))))))) == {
        "value['a'].data[0]",
        "value['b']['c'].data[0]",
    }


@given(values(), st.data())
@settings(max_examples=200, deadline=None)
def test_a_changed_body_is_refused_or_a_value_again(value, data):
    encoded = encode(value)
    body = bytearray(encoded.body())
    for _ in range(data.draw(st.integers(1, 4))):
        if body:
            body[data.draw(st.integers(0, len(body) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    if valid(encoded.header, body):
        assert encode(decode(encoded.header, body)).body() == bytes(body)
