"""Streams that are not what they announce, and what they leave behind: nothing."""

import threading
from itertools import pairwise
from pathlib import Path

import grpc
import numpy as np
import pytest

from jazz.codec.frames import checksum
from jazz.v1 import blocks_pb2 as pb
from jazz.v1 import spaces_pb2, value_pb2
from wire import body_of, chunk_messages, encoded, failure, put_messages

CODE = grpc.StatusCode
LARGE = np.arange(500_000, dtype=np.float64)


def header(name="lab/x", array=LARGE, **changed):
    sent = encoded(array)
    fields = {"name": name, "value": sent.header, "body_bytes": sent.body_bytes} | changed
    return pb.PutBlockRequest(header=pb.PutBlockHeader(**fields))


def pieces(array=LARGE):
    return [pb.PutBlockRequest(chunks=[chunk]) for chunk in chunk_messages(encoded(array))]


def assert_nothing_is_left(stubs):
    assert failure(stubs.blocks.GetBlockInfo, pb.GetBlockInfoRequest(name="lab/x")).reason == "BLOCK_NOT_FOUND"
    for space in stubs.spaces.ListSpaces(spaces_pb2.ListSpacesRequest()).spaces:
        assert (space.blocks, space.used_bytes) == (0, 0)


def refused(stubs, messages):
    failed = failure(stubs.blocks.PutBlock, iter(messages))
    assert_nothing_is_left(stubs)
    return failed


@pytest.mark.parametrize("array", [LARGE, np.arange(100.0)], ids=["large", "small"])
def test_a_stream_that_stops_in_the_middle_stores_nothing(stubs, array):
    cut = pieces(array)[0]
    cut.chunks[0].data = cut.chunks[0].data[:64]
    cut.chunks[0].crc32c = checksum(cut.chunks[0].data)

    failed = refused(stubs, [header(array=array), cut])

    assert (failed.code, failed.reason) == (CODE.INVALID_ARGUMENT, "INVALID_STREAM")
    assert failed.violation("chunks") == (
        f"{array.nbytes} bytes in value 0, as announced",
        "a stream that ends after 64",
    )


def test_more_than_announced_is_refused(stubs):
    extra = pb.PutBlockRequest(chunks=[value_pb2.Chunk(offset=LARGE.nbytes, data=b"x", crc32c=checksum(b"x"))])

    assert refused(stubs, [header(), *pieces(), extra]).reason == "INVALID_STREAM"


def test_a_chunk_that_goes_beyond_the_end_is_refused(stubs):
    chunk = value_pb2.Chunk(data=b"x" * 100, crc32c=checksum(b"x" * 100))

    failed = refused(stubs, [header(array=np.zeros(2)), pb.PutBlockRequest(chunks=[chunk])])

    assert failed.violation("chunks") == ("16 bytes in value 0, as announced", "at least 100 bytes")


def test_an_offset_that_jumps_is_refused(stubs):
    first, second, *rest = pieces()

    failed = refused(stubs, [header(), first, *rest, second])

    assert failed.fields == ["chunks.offset"]


def test_a_chunk_sent_twice_is_refused(stubs):
    first, *rest = pieces()

    assert refused(stubs, [header(), first, first, *rest]).fields == ["chunks.offset"]


def test_a_chunk_of_a_value_that_was_not_announced_is_refused(stubs):
    [*_, last] = pieces(np.zeros(2))
    last.chunks[0].value_index = 3

    assert refused(stubs, [header(array=np.zeros(2)), last]).fields == ["chunks.value_index"]


def test_a_second_header_is_refused(stubs):
    assert refused(stubs, [header(), header(), *pieces()]).fields == ["messages[1].header"]


def test_a_stream_without_a_header_is_refused(stubs):
    assert refused(stubs, pieces()).fields == ["header"]


def test_an_empty_stream_is_refused(stubs):
    assert refused(stubs, []).reason == "INVALID_STREAM"


@pytest.mark.parametrize("array", [LARGE, np.arange(100.0)], ids=["large", "small"])
def test_a_wrong_checksum_is_data_loss(stubs, array):
    messages = pieces(array)
    messages[-1].chunks[0].crc32c ^= 1

    failed = refused(stubs, [header(array=array), *messages])

    assert (failed.code, failed.reason) == (CODE.DATA_LOSS, "CHECKSUM_MISMATCH")


def test_a_length_that_lies_is_refused_before_bytes_are_taken(stubs):
    failed = refused(stubs, [header(body_bytes=2**62)])

    assert failed.reason == "INVALID_VALUE"


def test_bytes_that_are_no_message_in_a_stream_are_refused(stubs):
    call = stubs.channel.stream_unary("/jazz.v1.Blocks/PutBlock", _registered_method=False)

    failed = failure(call, iter([header().SerializeToString(), b"\xff\xff"]))

    assert failed.fields == ["request"]
    assert_nothing_is_left(stubs)


def test_chunks_may_be_cut_anywhere_and_travel_together(stubs):
    sent = encoded(np.arange(1000.0))
    body = sent.body()
    cuts = [0, 1, 77, 77, 4096, 8000]
    chunks = [value_pb2.Chunk(offset=a, data=body[a:b], crc32c=checksum(body[a:b])) for a, b in pairwise(cuts)]
    first = header(array=np.arange(1000.0))
    first.chunks.extend(chunks[:2])

    stubs.blocks.PutBlock(iter([first, pb.PutBlockRequest(chunks=chunks[2:])]))

    np.testing.assert_array_equal(stubs.array("lab/x"), np.arange(1000.0))


def test_a_client_that_goes_away_leaves_nothing(server, own):
    going = threading.Event()

    def messages():
        yield header()
        yield pieces()[0]
        going.wait(30)

    call = own.blocks.PutBlock.future(messages())
    own.put("lab/other", np.zeros(3))
    call.cancel()
    going.set()
    own.put("lab/after", np.zeros(3))

    server.restart()
    assert failure(own.blocks.GetBlockInfo, pb.GetBlockInfoRequest(name="lab/x")).reason == "BLOCK_NOT_FOUND"
    assert own.spaces.GetSpace(spaces_pb2.GetSpaceRequest(name="lab")).space.blocks == 2
    assert list(staged(server.data)) == []


def staged(data: Path):
    return (path for path in data.rglob("*") if path.is_file() and "stag" in str(path.parent.name))


def test_a_quota_is_reserved_before_bytes_are_taken(stubs):
    stubs.spaces.CreateSpace(
        spaces_pb2.CreateSpaceRequest(name="lab", settings=spaces_pb2.SpaceSettings(quota_bytes=1000))
    )

    failed = refused(stubs, [header()])

    assert (failed.code, failed.reason) == (CODE.RESOURCE_EXHAUSTED, "QUOTA_EXCEEDED")
    assert failed.info.metadata["quota_bytes"] == "1000"


def test_a_get_that_is_cancelled_lets_others_go_on(stubs):
    stubs.put("lab/x", np.zeros(4_000_000))
    call = stubs.blocks.GetBlock(pb.GetBlockRequest(name="lab/x"))
    next(call)
    call.cancel()

    messages = list(stubs.blocks.GetBlock(pb.GetBlockRequest(name="lab/x")))

    assert len(body_of(messages, 32_000_000)) == 32_000_000


def test_a_block_that_is_deleted_while_it_is_read_is_read_to_its_end(stubs):
    stubs.put("lab/x", LARGE)
    call = stubs.blocks.GetBlock(pb.GetBlockRequest(name="lab/x"))
    first = next(call)
    stubs.blocks.DeleteBlock(pb.DeleteBlockRequest(name="lab/x"))

    assert body_of([first, *call], LARGE.nbytes) == LARGE.tobytes()


def test_parallel_clients_do_not_mix(stubs):
    failures = []

    def work(number):
        array = np.full(300_000, number)
        for turn in range(5):
            stubs.put(f"lab/{number}", array + turn)
            if not np.array_equal(stubs.array(f"lab/{number}"), array + turn):
                failures.append(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []


def test_bodies_are_given_in_chunks_of_a_mebibyte(stubs):
    stubs.put("lab/x", LARGE)

    messages = list(stubs.blocks.GetBlock(pb.GetBlockRequest(name="lab/x")))

    assert [len(message.chunks[0].data) for message in messages] == [1 << 20] * 3 + [LARGE.nbytes - 3 * (1 << 20)]


def test_put_messages_of_any_cut_are_taken(stubs):
    first, *rest = put_messages("lab/x", LARGE)
    joined = pb.PutBlockRequest(header=first.header)
    for message in rest:
        joined.chunks.extend(message.chunks)

    stubs.blocks.PutBlock(iter([joined]))

    np.testing.assert_array_equal(stubs.array("lab/x"), LARGE)
