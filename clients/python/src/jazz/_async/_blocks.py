"""Blocks: put, get, look, list, copy, change, delete."""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from jazz._async._calls import Calls
from jazz._async._handles import Block
from jazz._bodies import decoded, encoded, form
from jazz._cuts import Wanted
from jazz._descriptions import Description, description
from jazz._infos import BlockInfo, block_info
from jazz._mapping_async import DatabaseMapping
from jazz._names import flag, request_id, text, versioned
from jazz._operations import UNCHANGED, Unchanged, copy_request, delete_request, put_operation, update_request
from jazz._slices import Ref, block_name, selection
from jazz.errors import NotFound
from jazz.v1 import blocks_pb2


class Blocks(DatabaseMapping):
    """What a database does with blocks."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    __iter__ = None  # what can be indexed would otherwise be iterated over

    def __getitem__(self, block: str) -> Block:
        """A handle for a block, which need not exist.

        >>> db["lab/numbers"]
        <Block lab/numbers>
        """
        return Block(self, block)

    async def put(
        self,
        name: str | Ref,
        value: object,
        *,
        attributes: Mapping[str, str] | None = None,
        kind: str | None = None,
        if_version: int | None = None,
        ttl: float | datetime.timedelta | None = None,
        timeout: float | None = None,
    ) -> BlockInfo:
        """Store a value as the latest version of a block.

        When this returns, a block of a persisted space is on disk. If it is cut off in the middle, nothing is stored.

        Args:
            name: `space/name`. The space is created with default settings when there is none.
            value: numpy arrays of any rank, scipy.sparse matrices, pandas and Arrow tables and columns, texts, bytes,
                numbers, None, dicts and lists of them; arrays are sent from where they lie.
            attributes: Texts that belong to the block.
            kind: The kind that the value is, `space/name` or `space/name@version`; it is matched before anything is
                stored.
            if_version: The version that must be the latest one now; 0 for "must not exist".
            ttl: How long it lives, in seconds or as a timedelta; as the space says when None.
            timeout: Seconds that it may take; None for the connection's timeout, which is none for transfers.

        Raises:
            InvalidArgument: The name, the value or another argument is not valid.
            KindMismatch: The value is not of the kind.
            VersionConflict: `if_version` is not the latest version.
            ResourceExhausted: The space's quota or the disk is full.

        >>> await db.put("lab/numbers", np.arange(6.0).reshape(2, 3), attributes={"source": "dice"})
        <BlockInfo lab/numbers@...: float64[2, 3], 48 B, source=dice>
        """
        operation = put_operation(name, attributes=attributes, kind=kind, if_version=if_version, ttl=ttl)
        body = encoded("value", value)
        header = blocks_pb2.PutBlockHeader(
            name=operation.name,
            value=body.header,
            body_bytes=body.body_bytes,
            kind=operation.kind,
            attributes=operation.attributes,
            if_version=operation.if_version if operation.HasField("if_version") else None,
            time_to_live=operation.time_to_live if operation.HasField("time_to_live") else None,
            request_id=request_id(),
        )
        answer = await self._calls.upload(
            "Blocks/PutBlock",
            blocks_pb2.PutBlockRequest(header=header),
            body,
            blocks_pb2.PutBlockResponse,
            timeout,
            label=f"put {operation.name}",
        )
        return block_info(answer.info, body.header)

    async def get(
        self,
        name: str | Ref,
        *,
        version: int | None = None,
        rows: Wanted = None,
        columns: Wanted = None,
        along: Mapping[str, Wanted] | None = None,
        item: str | Sequence[str] | None = None,
        to: str | None = None,
        timeout: float | None = None,
    ) -> Any:
        """The value of a block, or a part of it: the item, and of it the rows, the columns, what lies along axes.

        What is wanted of a dimension is a slice (step 1) or a range; positions, negative ones from the end, in any
        order and repeated at will; a mask of the whole of it; or labels of its axis, each of which must be there once.
        One position or label is a list of one: the dimension stays. Integers are positions; `jazz.labels([10, 20])`
        are labels.

        Only the part is read and sent. The arrays that come back are the caller's own: they can be written to.

        Args:
            name: `space/name`, or `space/name@version`.
            version: The version; the latest when None.
            rows: What is wanted of the first dimension; of a table: of all its tensors, which must share it.
            columns: What is wanted of the second dimension; of a table: fields by name or position.
            along: What is wanted of axes, by their names: every dimension along them is cut, in every field.
            item: The name of a field of a table; a tuple of names for a field of a field.
            to: The form that the value shall have, as `jazz.convert.from_value` says; the usual one when None.
            timeout: Seconds that it may take; None for the connection's timeout, which is none for transfers.

        Raises:
            NotFound: There is no such block, version, field or label.
            InvalidArgument: The part does not fit the value, or an argument is not valid.
            DataLoss: What is stored or what arrived is damaged.

        >>> await db.put("lab/numbers", np.arange(6.0).reshape(2, 3))
        <BlockInfo ...>
        >>> await db.get("lab/numbers", rows=slice(1, None), columns=slice(0, 2))
        array([[3., 4.]])
        >>> await db.get("lab/numbers", rows=[-1, 0], columns=[True, False, True])
        array([[3., 5.],
               [0., 2.]])
        """
        if isinstance(name, Ref) and not (item is None and rows is None and columns is None and along is None):
            name = name._whole_name("name")
        if isinstance(name, Ref) and version is None:
            return await self._get(name._request(), to=to, timeout=timeout)
        request = blocks_pb2.GetBlockRequest(
            name=versioned("name", block_name("name", name), version),
            slice=selection(item, rows, columns, along).message(),
        )
        return await self._get(request, to=to, timeout=timeout)

    async def _get(self, request: blocks_pb2.GetBlockRequest, *, to: str | None, timeout: object) -> Any:
        shown = form(to)
        answer, bodies = await self._calls.download(
            "Blocks/GetBlock",
            request,
            blocks_pb2.GetBlockResponse,
            lambda first: [(0, first.body_bytes)],
            timeout,
            label=f"get {request.name}",
        )
        return decoded(answer.value, bodies[0], shown)

    async def info(self, name: str | Ref, *, version: int | None = None, timeout: float | None = None) -> BlockInfo:
        """What is known of a block, without its value.

        Raises:
            NotFound: There is no such block or version.

        >>> await db.put("lab/numbers", np.zeros((2, 3), np.float32))
        <BlockInfo ...>
        >>> (await db.info("lab/numbers")).shape
        (2, 3)
        """
        request = blocks_pb2.GetBlockInfoRequest(name=versioned("name", block_name("name", name), version))
        answer = await self._calls.unary(
            "Blocks/GetBlockInfo", request, blocks_pb2.GetBlockInfoResponse, timeout, repeatable=True
        )
        return block_info(answer.info)

    async def describe(
        self,
        name: str | Ref,
        *,
        version: int | None = None,
        item: str | Sequence[str] | None = None,
        timeout: float | None = None,
    ) -> Description:
        """What a block shows at a glance: statistics, a small sample and small pictures, which the server computes.

        A notebook shows it as a picture, `print` in characters. It is some kilobytes, however large the block is; where
        not all elements were looked at, it says so.

        Args:
            name: `space/name`, or `space/name@version`.
            version: The version; the latest when None.
            item: The name of a field of a table, of which alone is told; a tuple of names for a field of a field.
            timeout: Seconds that it may take.

        Raises:
            NotFound: There is no such block, version or field.

        >>> await db.put("lab/numbers", np.arange(6.0).reshape(2, 3))
        <BlockInfo ...>
        >>> shown = await db.describe("lab/numbers")
        >>> shown
        <Description lab/numbers@...: float64[2, 3]>
        >>> shown.fields[0].statistics.mean
        2.5
        """
        path = selection(item, None, None).item
        request = blocks_pb2.DescribeBlockRequest(name=versioned("name", block_name("name", name), version), item=path)
        answer = await self._calls.unary(
            "Blocks/DescribeBlock", request, blocks_pb2.DescribeBlockResponse, timeout, repeatable=True
        )
        return description(answer, path)

    async def exists(self, name: str | Ref, *, version: int | None = None, timeout: float | None = None) -> bool:
        """Whether there is such a block, or such a version of it.

        >>> await db.exists("lab/nothing of this name")
        False
        """
        try:
            await self.info(name, version=version, timeout=timeout)
        except NotFound:
            return False
        return True

    def list(self, prefix: str, *, full: bool = False, timeout: float | None = None) -> AsyncIterator[BlockInfo]:
        """The latest version of each block of a space, in the order of the bytes of their names.

        Pages are asked for as they are needed.

        Args:
            prefix: `space`, or `space/prefix` for the names that start with it.
            full: Whether to get the headers of the values as well: shapes, fields.
            timeout: Seconds that one page may take.

        Raises:
            NotFound: There is no such space.

        >>> await db.put("shelf/a", 1), await db.put("shelf/b", 2)
        (...)
        >>> [info.name async for info in db.list("shelf")]
        ['shelf/a', 'shelf/b']
        """
        view = blocks_pb2.BLOCK_VIEW_FULL if flag("full", full) else blocks_pb2.BLOCK_VIEW_BASIC
        return self._listed(blocks_pb2.ListBlocksRequest(prefix=text("prefix", prefix), view=view), timeout)

    async def _listed(self, request: blocks_pb2.ListBlocksRequest, timeout: object) -> AsyncIterator[BlockInfo]:
        while True:
            page = await self._calls.unary(
                "Blocks/ListBlocks", request, blocks_pb2.ListBlocksResponse, timeout, repeatable=True
            )
            for info in page.blocks:
                yield block_info(info)
            request.page_token = page.next_page_token
            if not request.page_token:
                return

    def versions(self, name: str | Ref, *, timeout: float | None = None) -> AsyncIterator[BlockInfo]:
        """The versions of a block that are kept, newest first.

        Raises:
            NotFound: There is no such block.
        """
        return self._versions(blocks_pb2.ListBlockVersionsRequest(name=block_name("name", name)), timeout)

    async def _versions(
        self, request: blocks_pb2.ListBlockVersionsRequest, timeout: object
    ) -> AsyncIterator[BlockInfo]:
        while True:
            page = await self._calls.unary(
                "Blocks/ListBlockVersions", request, blocks_pb2.ListBlockVersionsResponse, timeout, repeatable=True
            )
            for info in page.blocks:
                yield block_info(info)
            request.page_token = page.next_page_token
            if not request.page_token:
                return

    async def copy(
        self,
        source: str | Ref,
        target: str | Ref,
        *,
        version: int | None = None,
        if_version: int | None = None,
        timeout: float | None = None,
    ) -> BlockInfo:
        """Store one version of a block under another name, without moving its bytes.

        Args:
            source: What to copy: `space/name`, or `space/name@version`.
            target: Its new name.
            version: The version of the source; the latest when None.
            if_version: The version that must be the target's latest one now; 0 for "must not exist".
            timeout: Seconds that it may take.

        Raises:
            NotFound: There is no such block or version.
            VersionConflict: `if_version` is not the target's latest version.
        """
        request = copy_request(source, target, version=version, if_version=if_version)
        request.request_id = request_id()
        answer = await self._calls.unary(
            "Blocks/CopyBlock", request, blocks_pb2.CopyBlockResponse, timeout, repeatable=True
        )
        return block_info(answer.info)

    async def update(
        self,
        name: str | Ref,
        *,
        attributes: Mapping[str, str] | Unchanged | None = UNCHANGED,
        expires: datetime.datetime | Unchanged | None = UNCHANGED,
        if_version: int | None = None,
        timeout: float | None = None,
    ) -> BlockInfo:
        """Change attributes and expiry of the latest version of a block; the value and the version stay.

        Args:
            name: `space/name`.
            attributes: The attributes that it shall have, all of them; None for none.
            expires: When it shall expire, a datetime with a time zone; None for never.
            if_version: The version that must be the latest one now.
            timeout: Seconds that it may take.

        Raises:
            NotFound: There is no such block.
            VersionConflict: `if_version` is not the latest version.
        """
        request = update_request(name, attributes=attributes, expires=expires, if_version=if_version)
        request.request_id = request_id()
        answer = await self._calls.unary(
            "Blocks/UpdateBlock", request, blocks_pb2.UpdateBlockResponse, timeout, repeatable=True
        )
        return block_info(answer.info)

    async def delete(
        self,
        name: str | Ref,
        *,
        version: int | None = None,
        if_version: int | None = None,
        timeout: float | None = None,
    ) -> None:
        """Delete a block with all its versions, or one version of it.

        Args:
            name: `space/name`, or `space/name@version` for that version alone.
            version: The version to delete; all of them when None.
            if_version: The version that must be the latest one now.
            timeout: Seconds that it may take.

        Raises:
            NotFound: There is no such block or version.
            VersionConflict: `if_version` is not the latest version.
        """
        request = delete_request(name, version=version, if_version=if_version)
        request.request_id = request_id()
        await self._calls.unary("Blocks/DeleteBlock", request, blocks_pb2.DeleteBlockResponse, timeout, repeatable=True)
