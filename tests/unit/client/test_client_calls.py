"""Deadlines, cancelling, interrupts, closing, forks, threads, event loops."""

import _thread
import asyncio
import multiprocessing
import os
import pickle
import threading
from collections.abc import Callable, Iterator

import grpc
import numpy as np
import pytest

import jazz
import jazz.aio
from jazz import codec
from jazz._bodies import Incoming
from jazz.codec.frames import encode_chunk_message
from jazz.v1 import blocks_pb2
from jazz.values import dense
from unit.client.fake import Fake, refuse

INFO = blocks_pb2.GetBlockInfoResponse(info=blocks_pb2.BlockInfo(name="lab/x", version=3))
VALUE = codec.encode(dense(np.zeros(3_000_000, np.uint8)))
HEAD = blocks_pb2.GetBlockResponse(value=VALUE.header, body_bytes=VALUE.body_bytes)
METHODS = ("Blocks/GetBlockInfo", "Blocks/GetBlock", "Blocks/PutBlock", "Pipelines/RunPipeline", "Blocks/Session")


class Hanging:
    """Methods that take what arrives and then answer nothing until the call ends."""

    def __init__(self, fake: Fake) -> None:
        self.reached = threading.Event()
        self.ended = threading.Event()
        self.over = threading.Event()
        for method in METHODS:
            fake.on(method, self._behave)

    def _behave(self, arriving: Iterator[bytes], context: grpc.ServicerContext) -> Iterator[bytes]:
        context.add_callback(self.ended.set)
        next(arriving)
        self.reached.set()
        self.over.wait(30)
        yield b""


@pytest.fixture
def hanging(fake: Fake) -> Iterator[Hanging]:
    methods = Hanging(fake)
    yield methods
    methods.over.set()


def session(db: jazz.Database) -> None:
    with db.session() as open_session:
        open_session.get("lab/x")


CALLS = [
    pytest.param(lambda db: db.info("lab/x"), id="unary"),
    pytest.param(lambda db: db.get("lab/x"), id="download"),
    pytest.param(lambda db: db.put("lab/x", np.zeros(3_000_000)), id="upload"),
    pytest.param(lambda db: db.run("lab/p", x=np.zeros(3_000_000)), id="exchange"),
    pytest.param(session, id="session"),
]


@pytest.mark.parametrize("call", CALLS)
def test_an_interrupt_ends_the_call_and_leaves_the_connection_usable(
    fake: Fake, db: jazz.Database, hanging: Hanging, call: Callable[[jazz.Database], object]
) -> None:
    def interrupt() -> None:
        hanging.reached.wait(20)
        _thread.interrupt_main()

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        call(db)
    thread.join()

    assert hanging.ended.wait(20)
    fake.answers("Blocks/GetBlockInfo", INFO)
    assert db.info("lab/x").version == 3


def test_an_interrupt_between_two_messages_ends_the_call(
    fake: Fake, db: jazz.Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = Incoming.take
    taken = []

    def interrupted(incoming: Incoming[blocks_pb2.GetBlockResponse], message: bytes) -> None:
        take(incoming, message)
        taken.append(message)
        _thread.interrupt_main()

    monkeypatch.setattr(Incoming, "take", interrupted)
    chunks = [encode_chunk_message(b"", 0, offset, data) for offset, data in codec.chunks(VALUE)]
    fake.answers("Blocks/GetBlock", HEAD.SerializeToString() + chunks[0], *chunks[1:])
    with pytest.raises(KeyboardInterrupt):
        db.get("lab/x")
    assert 0 < len(taken) < len(chunks)

    fake.answers("Blocks/GetBlockInfo", INFO)
    assert db.info("lab/x").version == 3


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.usefixtures("hanging")
def test_the_connections_timeout_ends_calls(fake: Fake, call: Callable[[jazz.Database], object]) -> None:
    with jazz.connect(fake.target, timeout=0.1) as db, pytest.raises(jazz.DeadlineExceeded, match=r"127\.0\.0\.1"):
        call(db)


def test_a_calls_own_timeout_comes_first(fake: Fake, hanging: Hanging) -> None:
    with jazz.connect(fake.target, timeout=60) as db:
        with pytest.raises(jazz.DeadlineExceeded):
            db.info("lab/x", timeout=0.1)
        with pytest.raises(jazz.DeadlineExceeded):
            db["lab/x"].get(timeout=0.1)
    assert hanging.ended.wait(20)


@pytest.mark.parametrize(
    ("given", "own", "small", "bulk"),
    [
        (None, None, 60, None),
        (5, None, 5, 5),
        (5, 7, 7, 7),
        (5, float("inf"), None, None),
        (float("inf"), None, None, None),
    ],
)
def test_timeouts_are_as_documented(
    fake: Fake, given: float | None, own: float | None, small: float | None, bulk: float | None
) -> None:
    left: list[float | None] = []

    def behaviour(_: Iterator[bytes], context: grpc.ServicerContext) -> Iterator[bytes]:
        left.append(context.time_remaining())
        refuse(context, grpc.StatusCode.NOT_FOUND, "gone")
        return iter(())

    fake.on("Blocks/GetBlockInfo", behaviour)
    fake.on("Blocks/GetBlock", behaviour)
    with jazz.connect(fake.target, timeout=given) as db:
        for call in (db.info, db.get):
            with pytest.raises(jazz.NotFound):
                call("lab/x", timeout=own)

    for seconds, expected in zip(left, (small, bulk), strict=True):
        if expected is None:
            assert seconds is None or seconds > 1e6
        else:
            assert seconds is not None
            assert expected - 3 < seconds < expected + 1


@pytest.mark.parametrize("timeout", [0, -1, "1", True, float("nan")])
def test_other_timeouts_are_refused(db: jazz.Database, timeout: object) -> None:
    calls: list[Callable[..., object]] = [db.info, db.get, db.delete, db.batch, db.session, db.commit]
    for call in calls:
        with pytest.raises(jazz.InvalidArgument) as caught:
            call(*([] if call in calls[3:] else ["lab/x"]), timeout=timeout)
        assert caught.value.violations[0].field == "timeout"


def test_closing_ends_the_calls_of_other_threads(db: jazz.Database, hanging: Hanging) -> None:
    errors: list[BaseException] = []

    def call() -> None:
        try:
            db.info("lab/x")
        except jazz.JazzError as error:
            errors.append(error)

    thread = threading.Thread(target=call)
    thread.start()
    hanging.reached.wait(20)
    db.close()
    thread.join(20)

    assert [type(error) for error in errors] == [jazz.Cancelled]


def test_a_closed_connection_says_so(fake: Fake) -> None:
    fake.answers("Blocks/GetBlockInfo", INFO)
    db = jazz.connect(fake.target)
    db.info("lab/x")
    db.close()
    db.close()

    with pytest.raises(jazz.FailedPrecondition, match="is closed"):
        db.info("lab/x")


def test_many_threads_share_a_connection(fake: Fake, db: jazz.Database) -> None:
    fake.answers("Blocks/GetBlockInfo", INFO)
    versions: list[int] = []

    def look() -> None:
        versions.extend(db.info("lab/x").version for _ in range(20))

    threads = [threading.Thread(target=look) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert versions == [3] * 160


def _in_child(call: Callable[[], object], answers: "multiprocessing.Queue[str]") -> None:
    try:
        call()
    except jazz.JazzError as error:
        answers.put(f"{type(error).__name__}: {error}")
    else:
        answers.put("no error")


@pytest.mark.filterwarnings("ignore:This process")
@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_process_is_told_instead_of_hanging(fake: Fake, db: jazz.Database) -> None:
    fake.answers("Blocks/GetBlockInfo", INFO)
    db.info("lab/x")
    fork = multiprocessing.get_context("fork")
    answers = fork.Queue()

    for call in (lambda: db.info("lab/x"), lambda: jazz.connect(fake.target).info("lab/x")):
        process = fork.Process(target=_in_child, args=(call, answers), daemon=True)
        process.start()
        answer = answers.get(timeout=30)
        process.join(30)
        assert answer.startswith("FailedPrecondition")
        assert "spawn" in answer

    assert db.info("lab/x").version == 3


def test_a_connection_cannot_be_pickled(db: jazz.Database) -> None:
    for thing in (db, db["lab/x"]):
        with pytest.raises(TypeError, match="connect in each process"):
            pickle.dumps(thing)


def test_the_token_travels_with_every_call(fake: Fake) -> None:
    seen: list[object] = []

    def behaviour(_: Iterator[bytes], context: grpc.ServicerContext) -> Iterator[bytes]:
        seen.append(dict(context.invocation_metadata()).get("authorization"))
        yield INFO.SerializeToString()

    fake.on("Blocks/GetBlockInfo", behaviour)
    with jazz.connect(fake.target, token="secret") as db:
        db.info("lab/x")

    assert seen == ["Bearer secret"]


ACALLS = [
    pytest.param(lambda db: db.info("lab/x"), id="unary"),
    pytest.param(lambda db: db.get("lab/x"), id="download"),
    pytest.param(lambda db: db.put("lab/x", np.zeros(3_000_000)), id="upload"),
    pytest.param(lambda db: db.run("lab/p", x=np.zeros(3_000_000)), id="exchange"),
]


@pytest.mark.parametrize("call", ACALLS)
async def test_cancelling_a_task_ends_its_call(
    fake: Fake, hanging: Hanging, call: Callable[[jazz.aio.Database], object]
) -> None:
    async with jazz.aio.connect(fake.target) as db:
        task = asyncio.ensure_future(call(db))  # type: ignore[call-overload]
        await asyncio.to_thread(hanging.reached.wait, 20)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

        assert await asyncio.to_thread(hanging.ended.wait, 20)
        fake.answers("Blocks/GetBlockInfo", INFO)
        assert (await db.info("lab/x")).version == 3


@pytest.mark.parametrize("call", ACALLS)
async def test_a_call_that_the_server_cancels_is_an_error_of_its_own(
    fake: Fake, call: Callable[[jazz.aio.Database], object]
) -> None:
    def behaviour(_: Iterator[bytes], context: grpc.ServicerContext) -> Iterator[bytes]:
        refuse(context, grpc.StatusCode.CANCELLED, "stopping")
        return iter(())

    for method in METHODS:
        fake.on(method, behaviour)
    async with jazz.aio.connect(fake.target) as db:
        with pytest.raises(jazz.Cancelled):
            await call(db)  # type: ignore[misc]


async def test_closing_ends_the_calls_of_other_tasks(fake: Fake, hanging: Hanging) -> None:
    db = jazz.aio.connect(fake.target)
    task = asyncio.ensure_future(db.info("lab/x"))
    await asyncio.to_thread(hanging.reached.wait, 20)
    await db.close()

    with pytest.raises(jazz.Cancelled):
        await task
    with pytest.raises(jazz.FailedPrecondition, match="is closed"):
        await db.info("lab/x")


def test_a_connection_belongs_to_its_event_loop(fake: Fake) -> None:
    fake.answers("Blocks/GetBlockInfo", INFO)
    db = jazz.aio.connect(fake.target)

    async def first() -> None:
        await db.info("lab/x")

    async def second() -> None:
        with pytest.raises(jazz.FailedPrecondition, match="event loop"):
            await db.info("lab/x")

    with asyncio.Runner() as one, asyncio.Runner() as other:
        one.run(first())
        other.run(second())
        one.run(db.close())


async def test_what_cannot_be_awaited_says_what_to_write() -> None:
    async with jazz.aio.connect("localhost:1") as db:
        with pytest.raises(TypeError, match="await db"):
            assert "lab/x" in db
