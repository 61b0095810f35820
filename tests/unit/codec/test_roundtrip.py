"""Values are the same after they were encoded and decoded."""

import mmap
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings

from jazz.codec import BytesReader, check_body, check_header, chunks, decode, encode, summary
from jazz.codec.readers import BLOCK
from jazz.values import Null, Table, dense
from unit.codec.value_strategies import dense_tensors, same, values, variable_tensors


@given(values())
@settings(max_examples=150, deadline=None)
def test_a_value_is_valid_and_the_same_after_encoding_and_decoding(value):
    encoded = encode(value)
    body = encoded.body()
    check_header(encoded.header, encoded.body_bytes)
    check_body(encoded.header, BytesReader(body))
    assert len(body) == encoded.body_bytes
    assert same(decode(encoded.header, body), value)


@given(values())
@settings(max_examples=60, deadline=None)
def test_encoding_is_deterministic_and_encoding_what_was_decoded_gives_the_same_bytes(value):
    first = encode(value)
    again = encode(decode(first.header, first.body()))
    assert again.header.SerializeToString() == first.header.SerializeToString()
    assert again.body() == first.body()


@pytest.mark.parametrize("size", [1, 7, 64, 100, 1 << 20])
@given(value=values())
@settings(max_examples=20, deadline=None)
def test_chunks_are_the_body_in_order_without_gaps(value, size):
    encoded = encode(value)
    end = 0
    for offset, data in chunks(encoded, size):
        assert offset == end
        end += len(data)
        assert len(data) == size or end == encoded.body_bytes
    assert b"".join(data for _, data in chunks(encoded, size)) == encoded.body()


def test_a_chunk_inside_a_buffer_is_a_view_of_the_array():
    array = np.arange(1 << 18, dtype=np.float64)
    for _, data in chunks(encode(Table((("a", Null()), ("b", dense(array)))))):
        assert np.shares_memory(np.frombuffer(data, np.uint8), array)


def test_encoding_does_not_copy_arrays():
    array = np.asfortranarray(np.arange(12.0).reshape(3, 4))
    (piece,) = encode(dense(array)).pieces()
    assert np.shares_memory(np.frombuffer(piece, np.uint8), array)


def test_a_fortran_ordered_array_keeps_its_order_and_its_memory():
    array = np.asfortranarray(np.arange(12.0).reshape(3, 4))
    encoded = encode(dense(array))
    body = np.frombuffer(encoded.body(), np.uint8)
    decoded = decode(encoded.header, body).array()
    assert decoded.flags.f_contiguous
    assert not decoded.flags.c_contiguous
    assert np.shares_memory(decoded, body)
    np.testing.assert_array_equal(decoded, array)


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview, lambda body: np.frombuffer(body, np.uint8)])
def test_any_buffer_can_be_decoded(kind):
    encoded = encode(dense(np.arange(5)))
    assert decode(encoded.header, kind(encoded.body())).array().tolist() == [0, 1, 2, 3, 4]


def test_a_mapped_file_can_be_decoded(tmp_path):
    encoded = encode(dense(np.arange(5)))
    path = tmp_path / "body"
    path.write_bytes(encoded.body())
    with path.open("rb") as file:
        value = decode(encoded.header, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    assert value.array().tolist() == [0, 1, 2, 3, 4]
    assert not value.array().flags.writeable


def test_arrays_can_be_written_to_if_the_buffer_can():
    encoded = encode(dense(np.arange(5)))
    assert decode(encoded.header, bytearray(encoded.body())).array().flags.writeable
    assert not decode(encoded.header, encoded.body()).array().flags.writeable


def test_buffers_begin_at_multiples_of_64_and_the_last_one_is_not_padded():
    encoded = encode(Table((("a", dense(np.zeros(3, np.int8))), ("b", dense(np.ones(5, np.int8))))))
    offsets = [field.value.tensor.buffers[0].offset for field in encoded.header.table.fields]
    assert offsets == [0, 64]
    assert encoded.body_bytes == 69
    assert encoded.body()[3:64] == bytes(61)


def test_null_has_no_body():
    encoded = encode(Null())
    assert encoded.body_bytes == 0
    assert encoded.body() == b""
    assert decode(encoded.header, b"") == Null()


def test_large_bodies_are_checked_block_by_block():
    value = Table((("a", dense(np.arange(BLOCK // 4, dtype=np.int64))), ("b", dense(np.ones(BLOCK + 1, np.bool_)))))
    encoded = encode(value)
    longest = 0

    class Reader(BytesReader):
        def view(self, offset, length):
            nonlocal longest
            longest = max(longest, length)
            return super().view(offset, length)

    check_body(encoded.header, Reader(encoded.body()))
    assert longest <= BLOCK


@given(dense_tensors(axes=False) | variable_tensors())
@settings(max_examples=40, deadline=None)
def test_summaries_say_type_and_shape(tensor):
    shape = ", ".join(map(str, tensor.shape))
    assert summary(encode(tensor).header) == f"{tensor.dtype}[{shape}]"


def test_summaries_of_long_tables_are_short():
    table = Table(tuple((f"{'long' * 50}{number}", dense(np.zeros((4, 2)))) for number in range(1000)))
    text = summary(encode(table).header)
    assert text.endswith("… 992 more} 4 rows")
    assert len(text) < 600


ALONE = """
import importlib.util, sys, types
jazz = types.ModuleType("jazz")
jazz.__path__ = list(importlib.util.find_spec("jazz").submodule_search_locations)
sys.modules["jazz"] = jazz
import jazz.codec, jazz.codec.frames
print([name for name in ("scipy", "pandas", "pyarrow", "polars") if name in sys.modules])
"""


def test_the_codec_itself_needs_no_more_than_numpy():
    done = subprocess.run([sys.executable, "-c", ALONE], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
