"""Several blocks at once over the wire: staged uploads, commits, batches, sessions."""

import uuid

import grpc
import numpy as np
from google.protobuf.field_mask_pb2 import FieldMask

from jazz.codec import decode
from jazz.v1 import blocks_pb2 as pb
from jazz.v1 import spaces_pb2
from wire import commit, encoded, failure, inline_value, stage

CODE = grpc.StatusCode
LARGE = np.arange(300_000, dtype=np.float64)


def put(name, array, **fields):
    return pb.PutOperation(name=name, value=inline_value(array), **fields)


def batch(*operations, **fields):
    return pb.BatchRequest(operations=[pb.Operation(**operation) for operation in operations], **fields)


def value_of(result):
    return decode(result.value.value.header, result.value.value.body).array()


# Commits


def test_a_commit_puts_staged_and_inline_values_together(stubs):
    upload = stage(stubs, LARGE)

    answer = stubs.blocks.Commit(
        commit({"put": pb.PutOperation(name="lab/a", upload=upload)}, {"put": put("lab/b", np.ones(3))})
    )

    assert [info.name for info in answer.infos] == ["lab/a", "lab/b"]
    np.testing.assert_array_equal(stubs.array("lab/a"), LARGE)
    np.testing.assert_array_equal(stubs.array("lab/b"), np.ones(3))


def test_a_commit_puts_copies_updates_and_deletes(stubs):
    for name in ("source", "old", "changed"):
        stubs.put(f"lab/{name}", np.zeros(3))
    update = pb.UpdateBlockRequest(
        name="lab/changed", attributes=[pb.Attribute(key="a", value="1")], update_mask=FieldMask(paths=["attributes"])
    )

    answer = stubs.blocks.Commit(
        commit(
            {"put": put("lab/new", np.ones(2))},
            {"copy": pb.CopyBlockRequest(source="lab/source", target="lab/copy")},
            {"update": update},
            {"delete": pb.DeleteBlockRequest(name="lab/old")},
        )
    )

    assert [info.name for info in answer.infos] == ["lab/new", "lab/copy", "lab/changed", ""]
    assert stubs.info("lab/changed").attributes[0].value == "1"
    assert failure(stubs.blocks.GetBlockInfo, pb.GetBlockInfoRequest(name="lab/old")).reason == "BLOCK_NOT_FOUND"


def test_a_commit_happens_as_a_whole_or_not_at_all(stubs):
    stubs.put("lab/b", np.zeros(3))

    failed = failure(
        stubs.blocks.Commit, commit({"put": put("lab/a", LARGE[:9])}, {"put": put("lab/b", LARGE[:9], if_version=0)})
    )

    assert (failed.code, failed.reason) == (CODE.ALREADY_EXISTS, "BLOCK_EXISTS")
    assert failure(stubs.blocks.GetBlockInfo, pb.GetBlockInfoRequest(name="lab/a")).reason == "BLOCK_NOT_FOUND"


def test_everything_that_is_wrong_with_a_commit_is_told_at_once(stubs):
    delete = pb.DeleteBlockRequest(name="lab/x", request_id=str(uuid.uuid4()))

    failed = failure(stubs.blocks.Commit, commit({"put": pb.PutOperation(name="x")}, {"delete": delete}, {}))

    assert failed.code == CODE.INVALID_ARGUMENT
    assert failed.fields == ["operations[0].content", "operations[1].request_id", "operations[2].operation"]


def test_two_operations_on_one_block_are_refused(stubs):
    failed = failure(
        stubs.blocks.Commit, commit({"put": put("lab/x", LARGE[:1])}, {"delete": pb.DeleteBlockRequest(name="lab/x")})
    )

    assert failed.fields == ["operations[1]"]


def test_persisted_and_volatile_spaces_do_not_mix(stubs):
    settings = spaces_pb2.SpaceSettings(volatile=True, quota_bytes=1 << 20)
    stubs.spaces.CreateSpace(spaces_pb2.CreateSpaceRequest(name="mem", settings=settings))

    failed = failure(stubs.blocks.Commit, commit({"put": put("lab/x", LARGE[:1])}, {"put": put("mem/x", LARGE[:1])}))

    assert failed.reason == "MIXED_DURABILITY"


def test_an_upload_is_used_up_by_its_commit(stubs):
    upload = stage(stubs, LARGE)
    stubs.blocks.Commit(commit({"put": pb.PutOperation(name="lab/a", upload=upload)}))

    failed = failure(stubs.blocks.Commit, commit({"put": pb.PutOperation(name="lab/b", upload=upload)}))

    assert (failed.code, failed.reason) == (CODE.NOT_FOUND, "UPLOAD_NOT_FOUND")


def test_a_repeated_commit_of_an_upload_acts_once(stubs):
    upload = stage(stubs, LARGE)
    request = commit({"put": pb.PutOperation(name="lab/a", upload=upload)}, request_id=str(uuid.uuid4()))

    first = stubs.blocks.Commit(request)

    assert stubs.blocks.Commit(request) == first


def test_a_repeated_commit_of_an_upload_acts_once_across_a_restart(server, own):
    upload = stage(own, LARGE)
    request = commit({"put": pb.PutOperation(name="lab/a", upload=upload)}, request_id=str(uuid.uuid4()))
    first = own.blocks.Commit(request)

    server.restart()

    assert own.blocks.Commit(request, wait_for_ready=True) == first


def test_an_upload_goes_into_the_space_that_it_was_made_for(stubs):
    upload = stage(stubs, LARGE, space="staging")

    failed = failure(stubs.blocks.Commit, commit({"put": pb.PutOperation(name="other/a", upload=upload)}))

    assert failed.fields == ["operations[0].name"]


def test_a_staged_value_is_checked(stubs):
    sent = encoded(LARGE)
    first = pb.StageBlockRequest(header=pb.StageBlockHeader(space="Lab", value=sent.header, body_bytes=3))

    assert {"space", "value.body_bytes"} <= set(failure(stubs.blocks.StageBlock, iter([first])).fields)


def test_an_empty_commit_is_refused(stubs):
    assert failure(stubs.blocks.Commit, pb.CommitRequest()).fields == ["operations"]


# Batches


def test_a_batch_does_many_things_in_order(stubs):
    answer = stubs.blocks.Batch(
        batch(
            {"put": put("lab/x", np.zeros(3))},
            {"get": pb.GetOperation(name="lab/x")},
            {"put": put("lab/x", np.ones(3))},
            {"get": pb.GetOperation(name="lab/x")},
            {"copy": pb.CopyBlockRequest(source="lab/x", target="lab/y")},
            {"delete": pb.DeleteBlockRequest(name="lab/x")},
            {"info": pb.GetBlockInfoRequest(name="lab/x")},
            {"get": pb.GetOperation(name="lab/y")},
        )
    )

    kinds = [result.WhichOneof("result") for result in answer.results]
    assert kinds == ["info", "value", "info", "value", "info", "deleted", "error", "value"]
    np.testing.assert_array_equal(value_of(answer.results[1]), np.zeros(3))
    np.testing.assert_array_equal(value_of(answer.results[3]), np.ones(3))
    np.testing.assert_array_equal(value_of(answer.results[7]), np.ones(3))


def test_one_operation_that_fails_does_not_undo_another(stubs):
    answer = stubs.blocks.Batch(
        batch(
            {"put": put("lab/x", np.ones(3))}, {"get": pb.GetOperation(name="lab/none")}, {"put": put("bad", LARGE[:1])}
        )
    )

    assert answer.results[0].info.name == "lab/x"
    assert answer.results[1].error.reason == "BLOCK_NOT_FOUND"
    assert answer.results[2].error.reason == "INVALID_NAME"
    assert answer.results[2].error.violations[0].field == "name"


def test_a_thousand_puts_and_gets_in_two_batches(stubs):
    stubs.blocks.Batch(batch(*({"put": put(f"lab/{n}", np.full(3, n))} for n in range(1000))))

    answer = stubs.blocks.Batch(batch(*({"get": pb.GetOperation(name=f"lab/{n}")} for n in range(1000))))

    assert [int(value_of(result)[0]) for result in answer.results] == list(range(1000))


def test_a_get_of_too_large_a_block_says_what_to_do(stubs):
    stubs.put("lab/x", LARGE)

    [result] = stubs.blocks.Batch(batch({"get": pb.GetOperation(name="lab/x")})).results

    assert result.error.reason == "RESOURCE_EXHAUSTED"
    assert "GetBlock" in result.error.message


def test_a_small_slice_of_a_large_block_fits(stubs):
    from jazz.v1 import value_pb2

    stubs.put("lab/x", LARGE)
    part = value_pb2.Slice(rows=value_pb2.Selection(range=value_pb2.Range(start=10, stop=13)))

    [result] = stubs.blocks.Batch(batch({"get": pb.GetOperation(name="lab/x", slice=part)})).results

    np.testing.assert_array_equal(value_of(result), LARGE[10:13])


def test_too_large_an_inline_value_is_refused(stubs):
    [result] = stubs.blocks.Batch(batch({"put": put("lab/x", LARGE)})).results

    assert result.error.violations[0].field == "value.body"


def test_an_answer_that_would_be_too_large_is_refused_for_what_does_not_fit(stubs):
    stubs.put("lab/x", np.zeros(120_000))

    answer = stubs.blocks.Batch(batch(*({"get": pb.GetOperation(name="lab/x")} for _ in range(40))))

    given = [result.WhichOneof("result") for result in answer.results]
    assert given.count("value") == 34
    assert given[34:] == ["error"] * 6
    assert answer.results[-1].error.reason == "RESOURCE_EXHAUSTED"


def test_a_repeated_batch_writes_once(stubs):
    request = batch({"put": put("lab/x", np.ones(3))}, {"put": put("lab/y", np.ones(3))}, request_id=str(uuid.uuid4()))

    first = stubs.blocks.Batch(request)

    assert stubs.blocks.Batch(request) == first


def test_a_request_id_on_a_batch_that_only_reads_is_refused(stubs):
    request = batch({"info": pb.GetBlockInfoRequest(name="lab/x")}, request_id=str(uuid.uuid4()))

    assert failure(stubs.blocks.Batch, request).fields == ["request_id"]


def test_an_upload_in_a_batch_is_refused(stubs):
    [result] = stubs.blocks.Batch(batch({"put": pb.PutOperation(name="lab/x", upload="token")})).results

    assert result.error.violations[0].field == "put.upload"


def test_too_many_operations_are_refused(stubs):
    request = pb.BatchRequest(operations=[pb.Operation()] * 10_001)

    assert failure(stubs.blocks.Batch, request).violation("operations") == ("1 to 10000 operations", "10001")


# Sessions


def test_a_session_answers_each_message_in_order(stubs):
    def messages():
        for n in range(20):
            yield pb.SessionRequest(
                operations=[
                    pb.Operation(put=put("lab/x", np.full(2, n))),
                    pb.Operation(get=pb.GetOperation(name="lab/x")),
                ]
            )

    answers = list(stubs.blocks.Session(messages()))

    assert [int(value_of(answer.results[1])[0]) for answer in answers] == list(range(20))


def test_a_session_goes_on_after_an_operation_that_failed(stubs):
    get = pb.SessionRequest(operations=[pb.Operation(get=pb.GetOperation(name="lab/none"))])
    add = pb.SessionRequest(operations=[pb.Operation(put=put("lab/x", np.ones(1)))])

    failed, added = stubs.blocks.Session(iter([get, add]))

    assert failed.results[0].error.reason == "BLOCK_NOT_FOUND"
    assert added.results[0].info.name == "lab/x"


def test_bytes_that_are_no_message_end_a_session(stubs):
    call = stubs.channel.stream_stream("/jazz.v1.Blocks/Session", _registered_method=False)

    assert failure(call, iter([b"\xff\xff"])).fields == ["request"]
