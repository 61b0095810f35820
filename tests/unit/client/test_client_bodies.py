"""Values in and out of streams."""

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import jazz
from jazz import codec
from jazz._bodies import Incoming, alone, empty_body, messages
from jazz._progress import Transfer
from jazz.codec.frames import encode_chunk_message
from jazz.v1 import blocks_pb2
from jazz.values import dense

VALUE = codec.encode(dense(np.arange(100, dtype=np.uint8)))
HEAD = blocks_pb2.GetBlockResponse(value=VALUE.header, body_bytes=100)


def receive(*pieces: bytes) -> np.ndarray[Any, Any]:
    with Transfer("get", 0, shown=False) as transfer:
        incoming = Incoming(blocks_pb2.GetBlockResponse, lambda first: [(0, first.body_bytes)], transfer)
        for piece in pieces:
            incoming.take(piece)
        _, bodies = incoming.finish()
    return bodies[0]


def chunk(offset: int, data: bytes, *, head: bytes = b"", index: int = 0) -> bytes:
    return encode_chunk_message(head, index, offset, data)


@given(st.lists(st.integers(0, 100), max_size=8))
def test_chunks_may_be_cut_anywhere(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), 100]
    pieces = [chunk(a, VALUE.body()[a:b]) for a, b in itertools.pairwise(edges)]

    assert bytes(receive(HEAD.SerializeToString(), *pieces)) == VALUE.body()


@given(st.lists(st.integers(0, 3_000_000), max_size=3))
def test_what_is_sent_arrives(lengths: list[int]) -> None:
    values = [codec.encode(dense(np.full(length, index, np.uint8))) for index, length in enumerate(lengths)]
    first = blocks_pb2.GetBlockResponse(body_bytes=7)
    with Transfer("put", 0, shown=False) as there, Transfer("get", 0, shown=False) as back:
        incoming = Incoming(
            blocks_pb2.GetBlockResponse, lambda _: [(i, value.body_bytes) for i, value in enumerate(values)], back
        )
        sent = list(messages(first, values, there))
        for message in sent:
            incoming.take(message)
    head, bodies = incoming.finish()

    assert head == first
    assert [bytes(bodies[i]) for i in range(len(values))] == [value.body() for value in values]
    assert there.done == back.done == sum(lengths)
    assert max(map(len, sent)) < codec.CHUNK + 64 * 1024 + 100


def test_small_values_share_one_message() -> None:
    with Transfer("run", 0, shown=False) as transfer:
        single, sent = alone(messages(HEAD, [VALUE, VALUE], transfer))

    assert [single] == list(sent)


def test_a_large_value_is_not_alone() -> None:
    value = codec.encode(dense(np.zeros(codec.CHUNK + 1, np.uint8)))
    with Transfer("put", 0, shown=False) as transfer:
        single, sent = alone(messages(HEAD, [value], transfer))

    assert single is None
    assert len(list(sent)) == 2


def test_a_small_value_is_one_message() -> None:
    with Transfer("put", 0, shown=False) as transfer:
        assert len(list(messages(HEAD, [VALUE], transfer))) == 1


def test_a_value_without_a_body_is_one_message() -> None:
    empty = codec.encode(dense(np.empty((0, 3))))
    with Transfer("put", 0, shown=False) as transfer:
        assert list(messages(HEAD, [empty], transfer)) == [HEAD.SerializeToString()]


def test_several_chunks_in_one_message_are_taken() -> None:
    body = VALUE.body()
    message = HEAD.SerializeToString() + chunk(0, body[:10]) + chunk(10, body[10:])

    assert bytes(receive(message)) == body


def damaged() -> Iterator[tuple[str, list[bytes]]]:
    head, body = HEAD.SerializeToString(), VALUE.body()
    wrong = bytearray(chunk(0, body))
    wrong[-1] ^= 1
    yield "no answer", []
    yield "a message that cannot be read", [b"\xff\xff"]
    yield "0 bytes of value 0 instead of 100", [head]
    yield "99 bytes of value 0 instead of 100", [head, chunk(0, body[:99])]
    yield "101 bytes of value 0 instead of 100", [head, chunk(0, body + b"x")]
    yield "at byte 50 of value 0 instead of 40", [head, chunk(0, body[:40]), chunk(50, body[50:])]
    yield "at byte 30 of value 0 instead of 40", [head, chunk(0, body[:40]), chunk(30, body[30:])]
    yield "value 1, which was not announced", [head, chunk(0, body, index=1)]
    yield "a wrong checksum of bytes 0 to 100", [head, bytes(wrong)]


@pytest.mark.parametrize(("what", "pieces"), list(damaged()))
def test_what_arrives_damaged_is_told(what: str, pieces: list[bytes]) -> None:
    with pytest.raises(jazz.DataLoss, match=what):
        receive(*pieces)


def test_a_body_is_aligned_and_can_be_written_to() -> None:
    for length in (1, 63, 64, 65, 1 << 20):
        body = empty_body(length)
        assert len(body) == length
        assert body.ctypes.data % 64 == 0
        assert body.flags.writeable


def test_a_body_that_no_memory_can_hold_is_refused() -> None:
    with pytest.raises(jazz.ResourceExhausted) as caught:
        empty_body(2**62)

    assert caught.value.reason == "MEMORY_LIMIT"
