"""Single blocks over the wire: put, get, info, list, update, copy, delete."""

import time
import uuid

import grpc
import numpy as np
import pytest
from google.protobuf.duration_pb2 import Duration
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.timestamp_pb2 import Timestamp

from jazz.v1 import blocks_pb2 as pb
from jazz.v1 import value_pb2
from jazz.values import Null, Table, dense
from wire import encoded, failure, put_messages

CODE = grpc.StatusCode
ARRAY = np.arange(12, dtype=np.float32).reshape(3, 4)


def wanted(**bounds) -> value_pb2.Selection:
    """A range."""
    return value_pb2.Selection(range=value_pb2.Range(**bounds))


def attributes(**texts):
    return [pb.Attribute(key=key, value=value) for key, value in texts.items()]


@pytest.mark.parametrize("size", [0, 1, 2_000, 20_000, 3_000_000])
def test_a_block_is_given_back_as_it_was_put(stubs, size):
    array = np.random.default_rng(size).random(size)

    stubs.put("lab/x", array)

    np.testing.assert_array_equal(stubs.array("lab/x"), array)


def test_null_is_a_value(stubs):
    stubs.put("lab/nothing", Null())

    assert isinstance(stubs.get("lab/nothing"), Null)


def test_a_put_tells_what_was_stored(stubs):
    info = stubs.put("lab/x", ARRAY, attributes=attributes(b="2", a="1"))

    assert (info.name, info.summary, info.body_bytes) == ("lab/x", "float32[3, 4]", 48)
    assert [(each.key, each.value) for each in info.attributes] == [("a", "1"), ("b", "2")]
    assert info.version > 0
    assert info.create_time.seconds > 0
    assert not info.HasField("header")
    assert not info.HasField("expire_time")


def test_an_info_carries_the_header(stubs):
    stubs.put("lab/x", ARRAY)

    assert list(stubs.info("lab/x").header.tensor.shape) == [3, 4]


def test_a_small_value_is_one_message_each_way(stubs):
    sent = encoded(ARRAY)
    header = pb.PutBlockHeader(name="lab/x", value=sent.header, body_bytes=48)
    from jazz.codec.frames import checksum

    chunk = value_pb2.Chunk(data=sent.body(), crc32c=checksum(sent.body()))
    stubs.blocks.PutBlock(iter([pb.PutBlockRequest(header=header, chunks=[chunk])]))

    [message] = stubs.blocks.GetBlock(pb.GetBlockRequest(name="lab/x"))
    assert message.chunks[0].data == sent.body()


def test_the_first_put_makes_the_space(stubs):
    stubs.put("new/x", ARRAY)

    assert stubs.info("new/x").name == "new/x"


def test_an_older_version_can_be_read(stubs):
    old = stubs.put("lab/x", np.zeros(3)).version
    stubs.put("lab/x", np.ones(3))

    np.testing.assert_array_equal(stubs.array(f"lab/x@{old}"), np.zeros(3))
    np.testing.assert_array_equal(stubs.array("lab/x"), np.ones(3))


def test_a_slice_gives_the_part(stubs):
    stubs.put("lab/x", ARRAY)

    part = stubs.array("lab/x", rows=wanted(start=1), columns=wanted(stop=-1))

    np.testing.assert_array_equal(part, ARRAY[1:, :-1])


def test_a_slice_of_a_large_block_gives_the_part(stubs):
    array = np.random.default_rng(0).random((100_000, 8))
    stubs.put("lab/x", array)

    part = stubs.array("lab/x", rows=wanted(start=50_000, stop=90_000))

    np.testing.assert_array_equal(part, array[50_000:90_000])


def test_an_item_of_a_table_is_a_value(stubs):
    stubs.put("lab/t", Table((("a", dense(np.zeros(2))), ("b", dense(np.ones(3))))))

    np.testing.assert_array_equal(stubs.array("lab/t", item=["b"]), np.ones(3))


def test_a_field_that_is_not_there_is_not_found(stubs):
    stubs.put("lab/t", Table((("a", dense(np.zeros(2))),)))

    failed = failure(stubs.blocks.GetBlock, pb.GetBlockRequest(name="lab/t", slice=value_pb2.Slice(item=["z"])))

    assert (failed.code, failed.reason) == (CODE.NOT_FOUND, "FIELD_NOT_FOUND")


def test_a_slice_that_does_not_fit_is_refused(stubs):
    stubs.put("lab/x", np.array(1.0))

    rows = value_pb2.Slice(rows=wanted(start=0, stop=1))
    failed = failure(stubs.blocks.GetBlock, pb.GetBlockRequest(name="lab/x", slice=rows))

    assert (failed.code, failed.reason) == (CODE.INVALID_ARGUMENT, "INVALID_SLICE")


def test_a_block_that_is_not_there_is_not_found(stubs):
    stubs.put("lab/x", ARRAY)

    failed = failure(stubs.blocks.GetBlock, pb.GetBlockRequest(name="lab/y"))

    assert (failed.code, failed.reason) == (CODE.NOT_FOUND, "BLOCK_NOT_FOUND")
    assert failed.info.domain == "jazz"
    assert failed.info.metadata["block"] == "lab/y"
    assert "'lab/y'" in failed.message


def test_a_version_that_is_not_there_is_not_found(stubs):
    version = stubs.put("lab/x", ARRAY).version

    failed = failure(stubs.blocks.GetBlockInfo, pb.GetBlockInfoRequest(name=f"lab/x@{version + 1}"))

    assert (failed.code, failed.reason) == (CODE.NOT_FOUND, "VERSION_NOT_FOUND")


@pytest.mark.parametrize("name", ["", "lab", "Lab/x", "lab/../x", "lab/a\0b", "lab/x@0", "lab/x@y", "lab//x", "/x"])
def test_a_bad_name_is_refused(stubs, name):
    failed = failure(stubs.blocks.GetBlockInfo, pb.GetBlockInfoRequest(name=name))

    assert (failed.code, failed.reason) == (CODE.INVALID_ARGUMENT, "INVALID_NAME")
    assert failed.fields == ["name"]


def test_everything_that_is_wrong_with_a_put_is_told_at_once(stubs):
    sent = encoded(ARRAY)
    sent.header.tensor.shape[0] = -1
    header = pb.PutBlockHeader(
        name="lab",
        kind="nothing",
        value=sent.header,
        body_bytes=48,
        attributes=[pb.Attribute(key="", value="x"), *attributes(a="1"), *attributes(a="2")],
        time_to_live=Duration(seconds=-1),
        request_id="not a uuid",
    )

    failed = failure(stubs.blocks.PutBlock, iter([pb.PutBlockRequest(header=header)]))

    assert failed.code == CODE.INVALID_ARGUMENT
    expected = {"name", "kind", "attributes[0].key", "attributes[2].key", "time_to_live", "request_id"}
    assert expected <= set(failed.fields)
    assert any(field.startswith("value.") for field in failed.fields)
    described = {each.field: each.description for each in failed.bad_request.field_violations}
    assert described["time_to_live"] == "expected a duration above 0, found -1 s and 0 ns"


def test_an_absent_value_is_refused(stubs):
    header = pb.PutBlockHeader(name="lab/x")

    failed = failure(stubs.blocks.PutBlock, iter([pb.PutBlockRequest(header=header)]))

    assert (failed.code, failed.reason) == (CODE.INVALID_ARGUMENT, "INVALID_VALUE")


def test_a_sparse_matrix_with_an_index_out_of_range_is_refused(stubs):
    from jazz.values import Layout, compressed

    bad = compressed(Layout.CSR, (2, 2), np.array([0, 1, 2]), np.array([0, 7]), np.ones(2))

    failed = failure(stubs.blocks.PutBlock, put_messages("lab/x", bad))

    assert (failed.code, failed.reason) == (CODE.INVALID_ARGUMENT, "INVALID_VALUE")
    assert failure(stubs.blocks.GetBlockInfo, pb.GetBlockInfoRequest(name="lab/x")).reason == "BLOCK_NOT_FOUND"


def test_bytes_that_are_no_message_are_refused(stubs):
    call = stubs.channel.unary_unary("/jazz.v1.Blocks/GetBlockInfo", _registered_method=False)

    failed = failure(call, b"\xff\xff\xff")

    assert (failed.code, failed.reason, failed.fields) == (CODE.INVALID_ARGUMENT, "INVALID_ARGUMENT", ["request"])


def test_an_unknown_method_is_unimplemented(stubs):
    call = stubs.channel.unary_unary("/jazz.v1.Blocks/Teleport", _registered_method=False)

    assert failure(call, b"").code == CODE.UNIMPLEMENTED


def test_version_0_says_that_the_block_must_not_exist(stubs):
    stubs.put("lab/x", ARRAY, if_version=0)

    failed = failure(stubs.blocks.PutBlock, put_messages("lab/x", ARRAY, if_version=0))

    assert (failed.code, failed.reason) == (CODE.ALREADY_EXISTS, "BLOCK_EXISTS")


def test_a_put_on_another_version_than_the_latest_is_a_conflict(stubs):
    version = stubs.put("lab/x", ARRAY).version
    stubs.put("lab/x", ARRAY, if_version=version)

    failed = failure(stubs.blocks.PutBlock, put_messages("lab/x", ARRAY, if_version=version))

    assert (failed.code, failed.reason) == (CODE.ABORTED, "VERSION_CONFLICT")
    assert failed.info.metadata["expected"] == str(version)


def test_a_repeated_put_acts_once(stubs):
    request_id = str(uuid.uuid4())

    first = stubs.put("lab/x", ARRAY, request_id=request_id)
    second = stubs.put("lab/x", ARRAY, request_id=request_id.upper())

    assert second == first


def test_a_request_id_for_another_put_is_refused(stubs):
    request_id = str(uuid.uuid4())
    stubs.put("lab/x", np.zeros(3), request_id=request_id)

    failed = failure(stubs.blocks.PutBlock, put_messages("lab/x", np.ones(3), request_id=request_id))

    assert (failed.code, failed.reason) == (CODE.INVALID_ARGUMENT, "REQUEST_ID_REUSED")


def test_a_block_expires(stubs):
    info = stubs.put("lab/x", ARRAY, time_to_live=Duration(nanos=1_000_000))

    assert info.HasField("expire_time")
    while time.time_ns() < info.expire_time.ToNanoseconds():
        time.sleep(0.001)
    assert failure(stubs.blocks.GetBlockInfo, pb.GetBlockInfoRequest(name="lab/x")).reason == "BLOCK_NOT_FOUND"


def test_a_list_has_the_latest_versions_in_order(stubs):
    for name in ("b", "a/2", "a/1", "a/1"):
        stubs.put(f"lab/{name}", ARRAY)

    listed = stubs.blocks.ListBlocks(pb.ListBlocksRequest(prefix="lab"))

    assert [info.name for info in listed.blocks] == ["lab/a/1", "lab/a/2", "lab/b"]
    assert not listed.blocks[0].HasField("header")
    assert listed.next_page_token == ""


def test_a_list_with_a_prefix_in_pages_and_with_headers(stubs):
    for number in range(5):
        stubs.put(f"lab/a{number}", ARRAY)
    stubs.put("lab/b", ARRAY)
    names, token = [], ""
    for _ in range(3):
        page = stubs.blocks.ListBlocks(
            pb.ListBlocksRequest(prefix="lab/a", page_size=2, page_token=token, view=pb.BLOCK_VIEW_FULL)
        )
        names += [info.name for info in page.blocks]
        token = page.next_page_token

    assert names == [f"lab/a{number}" for number in range(5)]
    assert token == ""
    assert page.blocks[0].HasField("header")


def test_a_negative_page_size_is_refused(stubs):
    stubs.put("lab/x", ARRAY)

    failed = failure(stubs.blocks.ListBlocks, pb.ListBlocksRequest(prefix="lab", page_size=-1))

    assert (failed.code, failed.fields) == (CODE.INVALID_ARGUMENT, ["page_size"])


def test_a_page_token_of_another_list_is_refused(stubs):
    for number in range(3):
        stubs.put(f"lab/{number}", ARRAY)
    token = stubs.blocks.ListBlocks(pb.ListBlocksRequest(prefix="lab", page_size=1)).next_page_token

    failed = failure(stubs.blocks.ListBlocks, pb.ListBlocksRequest(prefix="lab/0", page_token=token))

    assert (failed.code, failed.reason) == (CODE.INVALID_ARGUMENT, "INVALID_PAGE_TOKEN")


def test_a_list_of_a_space_that_is_not_there_is_not_found(stubs):
    assert failure(stubs.blocks.ListBlocks, pb.ListBlocksRequest(prefix="none")).reason == "SPACE_NOT_FOUND"


def test_versions_are_listed_newest_first_and_in_pages(stubs):
    versions = [stubs.put("lab/x", ARRAY).version for _ in range(3)]

    first = stubs.blocks.ListBlockVersions(pb.ListBlockVersionsRequest(name="lab/x", page_size=2))
    rest = stubs.blocks.ListBlockVersions(pb.ListBlockVersionsRequest(name="lab/x", page_token=first.next_page_token))

    assert [info.version for info in (*first.blocks, *rest.blocks)] == versions[::-1]


def test_an_update_changes_attributes_and_not_the_version(stubs):
    version = stubs.put("lab/x", ARRAY, attributes=attributes(a="1")).version

    info = stubs.blocks.UpdateBlock(pb.UpdateBlockRequest(name="lab/x", attributes=attributes(b="2"))).info

    assert info.version == version
    assert [(each.key, each.value) for each in info.attributes] == [("b", "2")]
    np.testing.assert_array_equal(stubs.array("lab/x"), ARRAY)


def test_an_update_sets_and_removes_the_expiry(stubs):
    stubs.put("lab/x", ARRAY)
    later = Timestamp(seconds=4_000_000_000)

    expires = stubs.blocks.UpdateBlock(pb.UpdateBlockRequest(name="lab/x", expire_time=later)).info
    never = stubs.blocks.UpdateBlock(
        pb.UpdateBlockRequest(name="lab/x", update_mask=FieldMask(paths=["expire_time"]))
    ).info

    assert expires.expire_time == later
    assert not never.HasField("expire_time")


def test_an_update_of_unknown_fields_is_refused(stubs):
    stubs.put("lab/x", ARRAY)
    mask = FieldMask(paths=["attributes", "version", "name"])

    failed = failure(stubs.blocks.UpdateBlock, pb.UpdateBlockRequest(name="lab/x", update_mask=mask))

    assert failed.fields == ["update_mask.paths[1]", "update_mask.paths[2]"]


def test_an_update_of_nothing_is_refused(stubs):
    stubs.put("lab/x", ARRAY)

    assert failure(stubs.blocks.UpdateBlock, pb.UpdateBlockRequest(name="lab/x")).fields == ["update_mask"]


def test_a_copy_has_the_value_and_the_attributes(stubs):
    stubs.put("lab/x", ARRAY, attributes=attributes(a="1"))

    info = stubs.blocks.CopyBlock(pb.CopyBlockRequest(source="lab/x", target="other/y")).info

    assert (info.name, info.attributes[0].value) == ("other/y", "1")
    np.testing.assert_array_equal(stubs.array("other/y"), ARRAY)


def test_a_copy_of_nothing_is_not_found(stubs):
    failed = failure(stubs.blocks.CopyBlock, pb.CopyBlockRequest(source="lab/x", target="lab/y"))

    assert failed.reason == "BLOCK_NOT_FOUND"


def test_a_deleted_block_is_gone(stubs):
    stubs.put("lab/x", ARRAY)

    stubs.blocks.DeleteBlock(pb.DeleteBlockRequest(name="lab/x"))

    assert failure(stubs.blocks.GetBlock, pb.GetBlockRequest(name="lab/x")).reason == "BLOCK_NOT_FOUND"
    assert failure(stubs.blocks.DeleteBlock, pb.DeleteBlockRequest(name="lab/x")).reason == "BLOCK_NOT_FOUND"


def test_one_version_can_be_deleted(stubs):
    old = stubs.put("lab/x", np.zeros(3)).version
    new = stubs.put("lab/x", np.ones(3)).version

    stubs.blocks.DeleteBlock(pb.DeleteBlockRequest(name=f"lab/x@{new}"))

    assert stubs.info("lab/x").version == old


def test_a_delete_that_presupposes_absence_is_refused(stubs):
    failed = failure(stubs.blocks.DeleteBlock, pb.DeleteBlockRequest(name="lab/x", if_version=0))

    assert failed.fields == ["if_version"]
