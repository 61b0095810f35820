"""The service Blocks: single blocks. What concerns several at once is in `jazz_server.services.batches`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from jazz.v1 import blocks_pb2 as pb
from jazz_server.identity import caller
from jazz_server.services.batches import Batches
from jazz_server.services.checks import Checks
from jazz_server.services.core import Core
from jazz_server.services.describing import Describer
from jazz_server.services.infos import block_info, outcome_info, value_header
from jazz_server.services.names import read_name, read_prefix, read_reference, read_space
from jazz_server.services.operations import copy_operation, delete_operation, update_operation
from jazz_server.services.pages import page_of
from jazz_server.services.puts import CheckedHeader, Gate, read_header, read_target, store_put
from jazz_server.services.receiving import Incoming, WriteBehind, receive
from jazz_server.services.requests import remembered
from jazz_server.services.sending import parts_of, send_body, send_parts
from jazz_server.services.slices import take_part, wants_part
from jazz_server.services.staged import StagedUploads
from jazz_server.services.times import timestamp
from jazz_server.store import Head, Upload

FRAMED = frozenset({"GetBlock"})


class Blocks(Batches):
    """Values stored under names."""

    def __init__(self, core: Core, gate: Gate, staged: StagedUploads, describer: Describer) -> None:
        super().__init__(core, gate, staged)
        self._describer = describer

    async def put_block(self, messages: AsyncIterator[bytes], context: object) -> pb.PutBlockResponse:
        """Store a value as the latest version of a block."""
        incoming = Incoming(messages, pb.PutBlockRequest)
        message = await incoming.header(pb.PutBlockHeader)
        checks = Checks()
        target = read_target(message, checks)
        header = await read_header(self._core, message.value, message.body_bytes, checks)
        checks.attempt(lambda: remembered(message))
        checks.refuse()
        assert target is not None
        admission = await self._gate.admit(target, header)
        upload = await self._store.upload(target.name.space, header.body_bytes, owner=caller.get())
        try:
            await _receive(incoming, header, upload)
            await self._gate.check_upload(admission, header, upload)
            request = remembered(message, upload.checksum.to_bytes(4, "little"))
            put = store_put(target, header.encoded, admission, upload=upload)
            [outcome] = await self._store.commit([put], request=request)
        finally:
            await upload.abort()
        return pb.PutBlockResponse(info=outcome_info(outcome))

    async def get_block(self, request: pb.GetBlockRequest, context: object) -> AsyncIterator[bytes]:
        """Give a block or a part of it."""
        head = self._store.head(*read_reference(request.name))
        async with self._store.open_body(head) as body:
            first = pb.GetBlockResponse(info=block_info(head))
            if wants_part(request.slice):
                part = await take_part(self._core, head, body, request.slice)
                first.value.CopyFrom(part.header)
                first.body_bytes = part.body_bytes
                messages = send_parts(self._core, first.SerializeToString(), parts_of([(0, part)]))
            else:
                first.value.CopyFrom(value_header(head))
                first.body_bytes = head.size
                messages = send_body(self._core, first.SerializeToString(), body)
            async for message in messages:
                yield message

    async def get_block_info(self, request: pb.GetBlockInfoRequest, context: object) -> pb.GetBlockInfoResponse:
        """Give what is known of a block without its body."""
        head = self._store.head(*read_reference(request.name))
        return pb.GetBlockInfoResponse(info=block_info(head, full=True))

    async def describe_block(self, request: pb.DescribeBlockRequest, context: Any) -> pb.DescribeBlockResponse:
        """Give what a block shows at a glance."""
        return await self._describer.describe(request, context.time_remaining())

    async def list_blocks(self, request: pb.ListBlocksRequest, context: object) -> pb.ListBlocksResponse:
        """List the blocks of a space."""
        space, prefix = read_prefix(request.prefix)
        page = self._store.list_blocks(space, prefix=prefix, page_size=request.page_size, page_token=request.page_token)
        full = request.view == pb.BLOCK_VIEW_FULL
        blocks = [block_info(head, full=full) for head in page.items]
        return pb.ListBlocksResponse(blocks=blocks, next_page_token=page.next_page_token)

    async def list_block_versions(
        self, request: pb.ListBlockVersionsRequest, context: object
    ) -> pb.ListBlockVersionsResponse:
        """List the versions of a block that are kept, newest first."""
        name = read_name(request.name)
        page = page_of(
            f"versions {name}",
            self._store.versions(name),
            _newest_first,
            size=_listed_bytes,
            page_size=request.page_size,
            page_token=request.page_token,
        )
        blocks = [block_info(head) for head in page.items]
        return pb.ListBlockVersionsResponse(blocks=blocks, next_page_token=page.next_page_token)

    async def update_block(self, request: pb.UpdateBlockRequest, context: object) -> pb.UpdateBlockResponse:
        """Change attributes and expiry of the latest version."""
        [outcome] = await self._store.commit([update_operation(request)], request=remembered(request))
        return pb.UpdateBlockResponse(info=outcome_info(outcome))

    async def copy_block(self, request: pb.CopyBlockRequest, context: object) -> pb.CopyBlockResponse:
        """Store one version of a block under another name."""
        copy = await copy_operation(request, self._store, self._gate)
        [outcome] = await self._store.commit([copy], request=remembered(request))
        return pb.CopyBlockResponse(info=outcome_info(outcome))

    async def delete_block(self, request: pb.DeleteBlockRequest, context: object) -> pb.DeleteBlockResponse:
        """Delete a block, or one version of it."""
        await self._store.commit([delete_operation(request)], request=remembered(request))
        return pb.DeleteBlockResponse()

    async def stage_block(self, messages: AsyncIterator[bytes], context: object) -> pb.StageBlockResponse:
        """Upload a value without storing it yet."""
        incoming = Incoming(messages, pb.StageBlockRequest)
        message = await incoming.header(pb.StageBlockHeader)
        checks = Checks()
        space = checks.attempt(lambda: read_space(message.space, "space"))
        header = await read_header(self._core, message.value, message.body_bytes, checks)
        checks.refuse()
        assert space is not None
        upload = await self._store.upload(space, header.body_bytes, owner=caller.get())
        try:
            await _receive(incoming, header, upload)
            await self._gate.check_contents(header, upload)
            self._staged.add(upload, header)
        except BaseException:
            await upload.abort()
            raise
        return pb.StageBlockResponse(upload=upload.token, expire_time=timestamp(upload.expires_at))


async def _receive(incoming: Incoming, header: CheckedHeader, upload: Upload) -> None:
    """The body of a value into an upload, which is complete then."""
    write = WriteBehind(upload.write)
    try:
        await receive(incoming, {0: header.body_bytes}, {0: write})
        await write.flush()
    finally:
        await write.stop()
    await upload.finish()


def _listed_bytes(head: Head) -> int:
    """About as many bytes as a version takes in a list: most of them are its attributes."""
    return sum(len(text) for attribute in head.attributes for text in attribute)


def _newest_first(head: Head) -> bytes:
    return (2**64 - head.version).to_bytes(8, "big")
