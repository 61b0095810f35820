"""Chunk messages framed by hand are what the generated classes read and write."""

import crc32c
import numpy as np
import pytest
from google.protobuf.message import DecodeError
from hypothesis import example, given, settings
from hypothesis import strategies as st

from jazz.codec.frames import checksum, encode_chunk_message, split_message
from jazz.v1 import blocks_pb2, value_pb2

uint32 = st.integers(0, 2**32 - 1)
uint64 = st.integers(0, 2**64 - 1)


@given(st.binary(max_size=10), uint32 | st.just(0), uint64 | st.just(0), st.binary(max_size=300))
@settings(max_examples=60)
def test_the_generated_class_reads_and_would_write_what_is_framed(upload, value_index, offset, data):
    header = blocks_pb2.PutBlockRequest(header=blocks_pb2.PutBlockHeader(name=upload.hex())).SerializeToString()
    framed = encode_chunk_message(header, value_index, offset, memoryview(data))
    message = blocks_pb2.PutBlockRequest.FromString(framed)
    (chunk,) = message.chunks
    assert (chunk.value_index, chunk.offset, chunk.data) == (value_index, offset, data)
    assert chunk.crc32c == crc32c.crc32c(data) == checksum(data)
    assert message.header.name == upload.hex()
    assert message.SerializeToString() == framed


chunks = st.builds(value_pb2.Chunk, value_index=uint32, offset=uint64, crc32c=uint32, data=st.binary(max_size=50))


@given(st.lists(chunks, max_size=4), st.text(max_size=5))
@settings(max_examples=60)
def test_what_the_generated_class_writes_is_split(sent, name):
    request = blocks_pb2.PutBlockRequest(header=blocks_pb2.PutBlockHeader(name=name), chunks=sent)
    others, pieces = split_message(request.SerializeToString())
    assert blocks_pb2.PutBlockRequest.FromString(others) == blocks_pb2.PutBlockRequest(header=request.header)
    assert [tuple(piece) for piece in pieces] == [
        (chunk.value_index, chunk.offset, chunk.crc32c, chunk.data) for chunk in sent
    ]


def varint(value: int, padding: int = 0) -> bytes:
    """A varint, made longer than it need be by `padding` bytes."""
    parts = []
    while value > 0x7F or padding:
        parts.append(value & 0x7F | 0x80)
        padding -= value <= 0x7F
        value >>= 7
    return bytes([*parts, value])


def length_delimited(number: int, content: bytes, padding: int = 0) -> bytes:
    return varint(number << 3 | 2) + varint(len(content), padding) + content


numbers = st.integers(4, 999) | st.integers(1001, 2**29 - 1)
unknown_fields = st.one_of(
    st.builds(lambda number, value: varint(number << 3) + varint(value), numbers, uint64),
    st.builds(lambda number, value: varint(number << 3 | 1) + value, numbers, st.binary(min_size=8, max_size=8)),
    st.builds(length_delimited, numbers, st.binary(max_size=5)),
    st.builds(lambda number, value: varint(number << 3 | 5) + value, numbers, st.binary(min_size=4, max_size=4)),
    st.builds(
        lambda number, content: varint(number << 3 | 3) + length_delimited(7, content) + varint(number << 3 | 4),
        numbers,
        st.binary(max_size=5),
    ),
    st.builds(lambda value: varint(1000 << 3) + varint(value), uint64),
)
chunk_fields = st.one_of(
    st.builds(lambda value, padding: varint(1 << 3) + varint(value, padding), uint64, st.integers(0, 1)),
    st.builds(lambda value: varint(2 << 3) + varint(value), uint64),
    st.builds(lambda value: varint(3 << 3 | 5) + value, st.binary(min_size=4, max_size=4)),
    st.builds(length_delimited, st.just(1000), st.binary(max_size=5), st.integers(0, 2)),
    unknown_fields,
)
any_chunk = st.lists(chunk_fields, max_size=5).map(lambda fields: length_delimited(1000, b"".join(fields)))
header_field = st.binary(max_size=5).map(lambda name: length_delimited(1, length_delimited(1, name.hex().encode())))
any_message = st.lists(st.one_of(any_chunk, header_field, unknown_fields), max_size=6).map(b"".join)


def agrees(message: bytes) -> None:
    """Checks that both ways of reading give the same, or both refuse."""
    try:
        expected = blocks_pb2.PutBlockRequest.FromString(message)
    except DecodeError:
        with pytest.raises(DecodeError):
            blocks_pb2.PutBlockRequest.FromString(split_message(message)[0])
        return
    others, pieces = split_message(message)
    assert [tuple(piece) for piece in pieces] == [
        (chunk.value_index, chunk.offset, chunk.crc32c, chunk.data) for chunk in expected.chunks
    ]
    rest = blocks_pb2.PutBlockRequest.FromString(others)
    assert not rest.chunks
    assert rest.header == expected.header


@given(any_message)
@settings(max_examples=200)
@example(length_delimited(1000, b"") + length_delimited(1, b""))
def test_any_order_of_fields_unknown_fields_and_repeated_fields_are_read_as_the_generated_class_reads_them(message):
    agrees(message)


@given(any_message, st.data())
@settings(max_examples=150)
def test_messages_with_changed_bytes_are_read_or_refused_as_by_the_generated_class(message, data):
    changed = bytearray(message)
    for _ in range(data.draw(st.integers(1, 3))):
        if changed:
            changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    agrees(bytes(changed[: data.draw(st.integers(0, len(changed)))]))


def test_data_is_a_view_of_the_message():
    message = encode_chunk_message(b"", 0, 0, bytes(1000))
    _, (piece,) = split_message(message)
    assert np.shares_memory(np.frombuffer(piece.data, np.uint8), np.frombuffer(message, np.uint8))


def test_appended_messages_are_one_message():
    message = encode_chunk_message(b"", 0, 0, b"abc") + encode_chunk_message(b"", 1, 0, b"de")
    assert [bytes(piece.data) for piece in split_message(message)[1]] == [b"abc", b"de"]


def test_the_checksum_is_castagnoli():
    assert checksum(b"123456789") == 0xE3069283
