"""Messages that carry chunks, framed by hand.

Python's gRPC takes and gives `bytes`. The generated classes would copy the data of a chunk once into the message and
once more out of it; here a message is joined around the data with one copy, and a message that arrives is cut without
any. Both work for every message whose chunks are `repeated Chunk chunks = 1000`.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final, NamedTuple

import crc32c
from google.protobuf.message import DecodeError

from jazz.v1 import value_pb2 as pb

_VARINT: Final = 0
_FIXED64: Final = 1
_LENGTH: Final = 2
_GROUP: Final = 3
_END_GROUP: Final = 4
_FIXED32: Final = 5

_CHUNKS: Final = 1000
_INDEX_TAG: Final = 1 << 3 | _VARINT
_OFFSET_TAG: Final = 2 << 3 | _VARINT
_CRC_TAG: Final = 3 << 3 | _FIXED32
_THOUSANDTH_TAG: Final = 1000 << 3 | _LENGTH
_THOUSANDTH: Final = b"\xc2\x3e"
_FIXED32_CODE: Final = struct.Struct("<I")


class Piece(NamedTuple):
    """A chunk that arrived; `data` is a view of the message."""

    value_index: int
    offset: int
    crc32c: int
    data: memoryview


def checksum(data: bytes | bytearray | memoryview) -> int:
    """The CRC-32C (Castagnoli) of some bytes.

    >>> hex(checksum(b"123456789"))
    '0xe3069283'
    """
    return int(crc32c.crc32c(data))


def encode_chunk_message(
    header_bytes: bytes, value_index: int, offset: int, data: bytes | memoryview, crc: int | None = None
) -> bytes:
    """A serialized message of the fields in `header_bytes` and one chunk, made with one copy of `data`.

    `header_bytes` are the message's other fields, serialized; messages that are appended to each other are one
    message with all their chunks. `crc` is the checksum of `data` where it is known.

    >>> from jazz.v1 import blocks_pb2
    >>> message = encode_chunk_message(b"", 0, 64, b"abc")
    >>> blocks_pb2.GetBlockResponse.FromString(message).chunks[0].offset
    64
    """
    parts = []
    if value_index:
        parts += [b"\x08", _varint(value_index)]
    if offset:
        parts += [b"\x10", _varint(offset)]
    if crc is None:
        crc = checksum(data)
    if crc:
        parts += [b"\x1d", _FIXED32_CODE.pack(crc)]
    if len(data):
        parts += [_THOUSANDTH, _varint(len(data))]
    length = sum(map(len, parts)) + len(data)
    return b"".join((header_bytes, _THOUSANDTH, _varint(length), *parts, data))


def split_message(message: bytes) -> tuple[bytes, list[Piece]]:
    """The other fields of a message, to be parsed by its generated class, and its chunks as views of it.

    Every legal encoding is taken; nothing but the data of a chunk encoded out of the ordinary is copied.

    Raises:
        google.protobuf.message.DecodeError: It is no message.
    """
    view = memoryview(message)
    others: list[memoryview] = []
    pieces: list[Piece] = []
    start = 0
    for tag, begin, content, end in _fields(view):
        if tag == _THOUSANDTH_TAG:
            if begin > start:
                others.append(view[start:begin])
            pieces.append(_chunk(view[content:end]))
            start = end
    if start < len(view):
        others.append(view[start:])
    return b"".join(others), pieces


def _chunk(view: memoryview) -> Piece:
    value_index, offset, crc, data = 0, 0, 0, view[:0]
    last = 0
    for tag, _, content, end in _fields(view):
        if tag <= last:
            return _parsed_chunk(view)
        last = tag
        if tag == _INDEX_TAG:
            value_index = _read_varint(view, content)[0]
        elif tag == _OFFSET_TAG:
            offset = _read_varint(view, content)[0]
        elif tag == _CRC_TAG:
            (crc,) = _FIXED32_CODE.unpack(view[content:end])
        elif tag == _THOUSANDTH_TAG:
            data = view[content:end]
        else:
            return _parsed_chunk(view)
    if value_index >= 1 << 32 or offset >= 1 << 64:
        return _parsed_chunk(view)
    return Piece(value_index, offset, crc, data)


def _parsed_chunk(view: memoryview) -> Piece:
    chunk = pb.Chunk.FromString(bytes(view))
    return Piece(chunk.value_index, chunk.offset, chunk.crc32c, memoryview(chunk.data))


def _fields(view: memoryview) -> Iterator[tuple[int, int, int, int]]:
    """The tag of each field, and where the field, its content and the next field begin."""
    position = 0
    while position < len(view):
        begin = position
        tag, content = _read_varint(view, position)
        content, position = _extent(view, tag, content, 0)
        yield tag, begin, content, position


def _extent(view: memoryview, tag: int, position: int, depth: int) -> tuple[int, int]:
    """Where the content of a field whose tag ends at `position` begins and ends."""
    if not 8 <= tag < 1 << 32:
        raise DecodeError("not a message: a tag is out of range")
    content = position
    match tag & 7:
        case 0:
            _, end = _read_varint(view, position)
        case 1:
            end = position + 8
        case 2:
            length, content = _read_varint(view, position)
            end = content + length
        case 3:
            end = _group_end(view, tag, position, depth + 1)
        case 5:
            end = position + 4
        case _:
            raise DecodeError("not a message: a field has no such wire type")
    if end > len(view):
        raise DecodeError("not a message: a field goes beyond its end")
    return content, end


def _group_end(view: memoryview, opening: int, position: int, depth: int) -> int:
    """Where a group (an encoding that proto3 cannot write but must skip) ends."""
    if depth > 100:
        raise DecodeError("not a message: groups are nested too deep")
    while True:
        tag, position = _read_varint(view, position)
        if tag & 7 == _END_GROUP:
            if tag >> 3 != opening >> 3:
                raise DecodeError("not a message: a group ends that did not begin")
            return position
        _, position = _extent(view, tag, position, depth)


def _read_varint(view: memoryview, position: int) -> tuple[int, int]:
    value = shift = 0
    while shift < 70:
        if position >= len(view):
            raise DecodeError("not a message: it ends in the middle of a number")
        byte = view[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
        shift += 7
    raise DecodeError("not a message: a number has more than ten bytes")


def _varint(value: int) -> bytes:
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)
