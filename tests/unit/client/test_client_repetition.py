"""Which calls are made again, and which are not."""

from collections.abc import Callable, Iterator

import grpc
import numpy as np
import pytest
from google.protobuf.message import Message

import jazz
from jazz import codec
from jazz._retry import ATTEMPTS, LONGEST_DELAY, Backoff, deadline_after
from jazz.codec.frames import encode_chunk_message
from jazz.errors import DataLoss, JazzError, NotFound, OutcomeUnknown, Unavailable
from jazz.v1 import blocks_pb2, pipelines_pb2, spaces_pb2
from jazz.values import dense
from unit.client.fake import Fake, refuse

_UNAVAILABLE = grpc.StatusCode.UNAVAILABLE
VALUE = codec.encode(dense(np.arange(3_000_000, dtype=np.uint8)))
HEAD = blocks_pb2.GetBlockResponse(value=VALUE.header, body_bytes=VALUE.body_bytes)


def failing(
    fake: Fake,
    method: str,
    times: int,
    answer: Message | list[bytes],
    code: grpc.StatusCode = grpc.StatusCode.UNAVAILABLE,
) -> list[bytes]:
    """Let a method fail so often and then answer; gives the first message of each call."""
    seen: list[bytes] = []

    def behaviour(arriving: Iterator[bytes], context: grpc.ServicerContext) -> Iterator[bytes]:
        requests = list(arriving)
        seen.append(requests[0])
        if len(seen) <= times:
            refuse(context, code, "not now")
        yield from answer if isinstance(answer, list) else [answer.SerializeToString()]

    fake.on(method, behaviour)
    return seen


def get_answer() -> list[bytes]:
    chunks = [encode_chunk_message(b"", 0, offset, data) for offset, data in codec.chunks(VALUE)]
    return [HEAD.SerializeToString(), *chunks]


def test_a_read_is_made_again(fake: Fake, db: jazz.Database) -> None:
    seen = failing(fake, "Blocks/GetBlockInfo", 2, blocks_pb2.GetBlockInfoResponse())

    db.info("lab/x")

    assert len(seen) == 3


def test_a_get_begins_anew(fake: Fake, db: jazz.Database) -> None:
    calls = 0

    def behaviour(arriving: Iterator[bytes], context: grpc.ServicerContext) -> Iterator[bytes]:
        nonlocal calls
        calls += 1
        answer = get_answer()
        if calls == 1:
            yield from answer[:2]
            refuse(context, grpc.StatusCode.UNAVAILABLE, "going down")
        yield from answer

    fake.on("Blocks/GetBlock", behaviour)

    assert np.array_equal(db.get("lab/x"), np.arange(3_000_000, dtype=np.uint8))
    assert calls == 2


def test_bytes_damaged_on_their_way_are_asked_for_again(fake: Fake, db: jazz.Database) -> None:
    calls = 0

    def behaviour(arriving: Iterator[bytes], context: grpc.ServicerContext) -> Iterator[bytes]:
        nonlocal calls
        calls += 1
        answer = get_answer()
        yield from answer[: 3 if calls == 1 else None]

    fake.on("Blocks/GetBlock", behaviour)

    assert len(db.get("lab/x")) == 3_000_000
    assert calls == 2


def test_bytes_that_stay_damaged_are_told(fake: Fake, db: jazz.Database) -> None:
    fake.answers("Blocks/GetBlock", *get_answer()[:3])

    with pytest.raises(jazz.DataLoss, match="bytes of value 0 instead of 3000000"):
        db.get("lab/x")
    assert len(fake.calls) == ATTEMPTS


def test_a_put_is_made_again_with_the_same_request_id(fake: Fake, db: jazz.Database) -> None:
    seen = failing(fake, "Blocks/PutBlock", 2, blocks_pb2.PutBlockResponse())

    db.put("lab/x", np.zeros(3_000_000, np.uint8))

    ids = {blocks_pb2.PutBlockRequest.FromString(message).header.request_id for message in seen}
    assert len(seen) == 3
    assert len(ids) == 1
    assert ids != {""}


@pytest.mark.parametrize(
    ("method", "request_type", "answer", "write"),
    [
        ("CopyBlock", blocks_pb2.CopyBlockRequest, blocks_pb2.CopyBlockResponse(), lambda db: db.copy("a/x", "a/y")),
        ("DeleteBlock", blocks_pb2.DeleteBlockRequest, blocks_pb2.DeleteBlockResponse(), lambda db: db.delete("a/x")),
        (
            "UpdateBlock",
            blocks_pb2.UpdateBlockRequest,
            blocks_pb2.UpdateBlockResponse(),
            lambda db: db.update("a/x", attributes={"a": "b"}),
        ),
    ],
)
def test_small_writes_are_made_again_with_the_same_request_id(
    fake: Fake,
    db: jazz.Database,
    method: str,
    request_type: type[blocks_pb2.CopyBlockRequest],
    answer: Message,
    write: Callable[[jazz.Database], object],
) -> None:
    seen = failing(fake, f"Blocks/{method}", 1, answer)

    write(db)
    write(db)

    ids = [request_type.FromString(message).request_id for message in seen]
    assert ids[0] == ids[1]
    assert ids[1] != ids[2]


def test_a_write_whose_outcome_is_not_known_is_asked_for_again(fake: Fake, db: jazz.Database) -> None:
    seen = failing(fake, "Blocks/DeleteBlock", 1, blocks_pb2.DeleteBlockResponse(), grpc.StatusCode.UNKNOWN)

    db.delete("lab/x")

    assert len(seen) == 2


def test_a_run_is_made_again_and_has_a_request_id_only_if_it_stores(fake: Fake, db: jazz.Database) -> None:
    answer = pipelines_pb2.RunPipelineResponse()
    answer.header.outputs.add(name="result").block.name = "lab/y"
    seen = failing(fake, "Pipelines/RunPipeline", 1, answer)

    db.run("lab/p", into={"result": "lab/y"})
    db.run("lab/p")

    ids = [pipelines_pb2.RunPipelineRequest.FromString(message).header.request_id for message in seen]
    assert ids[0] == ids[1] != ""
    assert ids[2] == ""


@pytest.mark.parametrize(
    "write",
    [
        lambda db: db.spaces.create("lab"),
        lambda db: db.spaces.update("lab", versions=2),
        lambda db: db.spaces.delete("lab"),
        lambda db: db.kinds.delete("lab/k"),
        lambda db: db.pipelines.delete("lab/p"),
    ],
)
def test_writes_without_a_request_id_are_made_once(
    fake: Fake, db: jazz.Database, write: Callable[[jazz.Database], object]
) -> None:
    for method in ("Spaces/CreateSpace", "Spaces/UpdateSpace", "Spaces/DeleteSpace", "Kinds/DeleteKind",
                   "Pipelines/DeletePipeline"):  # fmt: skip
        failing(fake, method, 1, spaces_pb2.CreateSpaceResponse())

    with pytest.raises(jazz.Unavailable):
        write(db)
    assert len(fake.calls) == 1


def test_an_answer_is_an_answer(fake: Fake, db: jazz.Database) -> None:
    failing(fake, "Blocks/GetBlockInfo", 9, blocks_pb2.GetBlockInfoResponse(), grpc.StatusCode.NOT_FOUND)

    with pytest.raises(jazz.NotFound):
        db.info("lab/x")
    assert len(fake.calls) == 1


def test_attempts_end(fake: Fake, db: jazz.Database) -> None:
    failing(fake, "Blocks/GetBlockInfo", 99, blocks_pb2.GetBlockInfoResponse())

    with pytest.raises(jazz.Unavailable):
        db.info("lab/x")
    assert len(fake.calls) == ATTEMPTS


def test_pauses_grow_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jazz._retry.ATTEMPTS", 99)
    monkeypatch.setattr("jazz._retry.FIRST_DELAY", 0.1)
    backoff = Backoff(None, repeatable=True)

    delays = [backoff.delay(Unavailable("...")) or 0.0 for _ in range(12)]

    assert 0.05 <= delays[0] <= 0.1
    assert all(delay <= min(LONGEST_DELAY, 0.1 * 2**n) for n, delay in enumerate(delays))
    assert delays[-1] >= LONGEST_DELAY / 2


def test_no_pause_goes_beyond_the_deadline() -> None:
    assert Backoff(deadline_after(0.0001), repeatable=True).delay(Unavailable("...")) is None


@pytest.mark.parametrize(
    ("error", "again"),
    [
        (Unavailable("..."), True),
        (OutcomeUnknown("..."), True),
        (DataLoss("..."), True),
        (DataLoss("...", reason="CHECKSUM_MISMATCH"), False),
        (NotFound("..."), False),
    ],
)
def test_only_what_may_pass_is_tried_again(error: JazzError, again: bool) -> None:
    assert (Backoff(None, repeatable=True).delay(error) is not None) is again
    assert Backoff(None, repeatable=False).delay(error) is None
