"""Several blocks at once: commits, batches and sessions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from jazz.errors import error_for
from jazz.v1 import blocks_pb2 as pb
from jazz.v1 import value_pb2
from jazz_server.services.checks import Checks
from jazz_server.services.core import Core
from jazz_server.services.errors import invalid, known, within
from jazz_server.services.handlers import parse
from jazz_server.services.infos import block_info, outcome_info, value_header
from jazz_server.services.names import read_reference, read_request_id
from jazz_server.services.operations import (
    check_distinct,
    copy_operation,
    delete_operation,
    nothing_to_do,
    update_operation,
)
from jazz_server.services.puts import Gate, read_target, store_put
from jazz_server.services.requests import no_request_id, part_of, remembered
from jazz_server.services.room import Room, answer_is_full
from jazz_server.services.slices import take_part, wants_part
from jazz_server.services.staged import LostUpload, StagedUploads
from jazz_server.store import Body, Head, Operation, Put
from jazz_server.store.applying import operation_target

_WRITES = frozenset({"put", "copy", "delete"})


class Batches:
    """Several blocks at once."""

    def __init__(self, core: Core, gate: Gate, staged: StagedUploads) -> None:
        self._core = core
        self._store = core.store
        self._gate = gate
        self._staged = staged

    async def commit(self, request: pb.CommitRequest, context: object) -> pb.CommitResponse:
        """Put, copy, update and delete several blocks: all of it, or nothing."""
        remembrance = remembered(request)
        self._check_count(len(request.operations))
        operations = []
        checks = Checks()
        for position, message in enumerate(request.operations):
            try:
                operations.append(await self._commit_operation(message))
            except Exception as error:  # noqa: BLE001 - mapped as at the boundary, with the operation's place
                failure = within(f"operations[{position}]", known(error))
                checks.note(failure)
        checks.refuse()
        check_distinct([str(operation_target(operation)) for operation in operations])
        outcomes = await self._store.commit(operations, request=remembrance)
        room = Room(self._core.limits.message_bytes, request.operations)
        pairs = zip(request.operations, outcomes, strict=True)
        return pb.CommitResponse(infos=(room.info(operation, outcome_info(outcome)) for operation, outcome in pairs))

    async def batch(self, request: pb.BatchRequest, context: object) -> pb.BatchResponse:
        """Do many small operations in one message."""
        self._check_count(len(request.operations))
        request_id = read_request_id(request.request_id)
        if request_id and not any(each.WhichOneof("operation") in _WRITES for each in request.operations):
            raise invalid("request_id", "none, as the batch writes nothing", repr(request.request_id))
        return pb.BatchResponse(results=await self._run(request.operations, request_id))

    async def session(self, messages: AsyncIterator[bytes], context: object) -> AsyncIterator[pb.SessionResponse]:
        """Answer a stream of batches in order. Between two of them the call is idle."""
        activity = self._core.activity
        activity.pause()
        try:
            async for data in messages:
                activity.resume()
                try:
                    request = parse(pb.SessionRequest, data)
                    self._check_count(len(request.operations))
                    yield pb.SessionResponse(results=await self._run(request.operations, None))
                finally:
                    activity.pause()
        finally:
            activity.resume()

    def _check_count(self, count: int) -> None:
        limit = self._core.limits.batch_operations
        if not 0 < count <= limit:
            raise invalid("operations", f"1 to {limit} operations", str(count))

    # Commits

    async def _commit_operation(self, message: pb.CommitOperation) -> Operation:
        which = message.WhichOneof("operation")
        match which:
            case "put":
                return await self._put(message.put)
            case "copy":
                no_request_id(message.copy)
                return await copy_operation(message.copy, self._store, self._gate)
            case "update":
                no_request_id(message.update)
                return update_operation(message.update)
            case "delete":
                no_request_id(message.delete)
                return delete_operation(message.delete)
            case _:
                raise nothing_to_do("operation")

    async def _put(self, message: pb.PutOperation) -> Put:
        match message.WhichOneof("content"):
            case "upload":
                return await self._staged_put(message)
            case "value":
                return await self._gate.inline_put(message, self._core.limits.inline_bytes)
            case _:
                raise invalid("content", "a value or an upload", "neither")

    async def _staged_put(self, message: pb.PutOperation) -> Put:
        checks = Checks()
        target = read_target(message, checks)
        checks.refuse()
        assert target is not None
        staged = self._staged.get(message.upload)
        if staged is None:
            return Put(target.name, b"", LostUpload(message.upload, target.name.space))
        if staged.upload.space != target.name.space:
            raise invalid(
                "name", f"a block of the space {staged.upload.space!r}, where the upload is", repr(message.name)
            )
        admission = await self._gate.admit(target, staged.header)
        await self._gate.check_elements(admission, staged.header, staged.upload)
        return store_put(target, staged.header.encoded, admission, upload=staged.upload)

    # Batches

    async def _run(self, operations: Sequence[pb.Operation], request_id: str | None) -> list[pb.OperationResult]:
        """Carry out operations so that each sees those before it.

        Writes are started one after the other and go on side by side, so that they share a sync of the disk, until an
        operation comes that concerns a block which one of them writes.
        """
        results: list[pb.OperationResult | None] = [None] * len(operations)
        pending: dict[int, asyncio.Task[pb.OperationResult]] = {}
        writing: set[str] = set()
        room = Room(self._core.limits.message_bytes, operations)

        async def settle() -> None:
            await asyncio.gather(*pending.values())
            for position, task in pending.items():
                results[position] = task.result()
            pending.clear()
            writing.clear()

        try:
            for position, operation in enumerate(operations):
                touched = _touched(operation)
                if not touched.isdisjoint(writing):
                    await settle()
                if operation.WhichOneof("operation") in _WRITES:
                    writing |= touched
                    pending[position] = asyncio.create_task(self._result(operation, position, request_id, room))
                else:
                    results[position] = await self._result(operation, position, request_id, room)
                    await asyncio.sleep(0)  # the reads of a batch leave turns to other calls
            await settle()
        finally:
            for task in pending.values():
                task.cancel()
        return [result for result in results if result is not None]

    async def _result(
        self, operation: pb.Operation, position: int, request_id: str | None, room: Room
    ) -> pb.OperationResult:
        try:
            return room.result(operation, await self._operation(operation, position, request_id, room.left))
        except Exception as error:  # noqa: BLE001 - the boundary of one operation: others go on
            return room.failure(known(error))

    async def _operation(
        self, message: pb.Operation, position: int, request_id: str | None, room: int
    ) -> pb.OperationResult:
        store_operation: Operation
        match message.WhichOneof("operation"):
            case "get":
                return pb.OperationResult(value=await self._get(message.get, room))
            case "info":
                return pb.OperationResult(info=self._info(message.info, room))
            case "put":
                if message.put.WhichOneof("content") == "upload":
                    raise invalid("put.upload", "a value; uploads are for commits", "an upload")
                store_operation = await self._put(message.put)
            case "copy":
                no_request_id(message.copy)
                store_operation = await copy_operation(message.copy, self._store, self._gate)
            case "delete":
                no_request_id(message.delete)
                store_operation = delete_operation(message.delete)
            case _:
                raise nothing_to_do("operation")
        request = part_of(request_id, position, message) if request_id else None
        [outcome] = await self._store.commit([store_operation], request=request)
        if outcome.head is None:
            return pb.OperationResult(deleted=pb.DeleteResult())
        return pb.OperationResult(info=outcome_info(outcome))

    def _info(self, message: pb.GetBlockInfoRequest, room: int) -> pb.BlockInfo:
        head = self._store.head(*read_reference(message.name))
        if len(head.header) > room:
            raise answer_is_full(str(head.name))
        return block_info(head, full=True)

    async def _get(self, message: pb.GetOperation, room: int) -> pb.GetResult:
        head = self._store.head(*read_reference(message.name))
        async with self._store.open_body(head) as body:
            value = await self._inline(head, body, message.slice, room)
        return pb.GetResult(info=block_info(head), value=value)

    async def _inline(self, head: Head, body: Body, part: value_pb2.Slice, room: int) -> value_pb2.InlineValue:
        if wants_part(part):
            taken = await take_part(self._core, head, body, part)
            self._check_room(head, taken.body_bytes, room)
            return value_pb2.InlineValue(header=taken.header, body=await self._core.work(taken.body))
        self._check_room(head, head.size, room)
        return value_pb2.InlineValue(header=value_header(head), body=bytes(await body.read()))

    def _check_room(self, head: Head, size: int, room: int) -> None:
        limit = self._core.limits.inline_bytes
        if size > limit:
            message = f"the body has {size} bytes, and a message takes values of up to {limit}: GetBlock gives it"
            raise error_for("RESOURCE_EXHAUSTED", message, metadata={"block": str(head.name)})
        if size + len(head.header) > room:
            raise answer_is_full(str(head.name))


def _touched(operation: pb.Operation) -> frozenset[str]:
    """The names of the blocks that an operation reads or writes, as they are given."""
    which = operation.WhichOneof("operation")
    if which is None:
        return frozenset()
    message = getattr(operation, which)
    names = (message.source, message.target) if which == "copy" else (message.name,)
    return frozenset(name.partition("@")[0] for name in names)
