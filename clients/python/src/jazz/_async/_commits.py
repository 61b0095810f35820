"""Commits: several writes, all of which happen, or none."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from jazz._async._calls import Calls
from jazz._bodies import damaged, encoded, inline
from jazz._infos import BlockInfo, block_info
from jazz._names import request_id
from jazz._operations import (
    UNCHANGED,
    Result,
    Unchanged,
    copy_request,
    delete_request,
    put_operation,
    update_request,
)
from jazz._slices import Ref
from jazz.errors import Cancelled, FailedPrecondition, JazzError
from jazz.v1 import blocks_pb2

T = TypeVar("T")

INLINE_BYTES: Final = 16 * 1024
"""Values up to this length travel inside the commit, larger ones are uploaded before it."""


class Commit:
    """Collects writes, and makes one atomic commit of them when the `with` block is left.

    Large values are uploaded as they are put, without being stored yet; small ones are copied. When the block is left
    by an exception, nothing happens, and what was uploaded is dropped by the server after a while. All blocks must be
    in persisted spaces, or all in volatile ones, and no two writes may be on the same block.

    >>> async with db.commit() as commit:
    ...     image = await commit.put("lab/image", np.zeros((480, 640), np.uint8))
    ...     label = await commit.put("lab/label", "a cat")
    >>> image.value.name, label.value.version > 0
    ('lab/image', True)
    """

    def __init__(self, calls: Calls, timeout: float | None) -> None:
        self._calls = calls
        self._timeout = timeout
        self._request = blocks_pb2.CommitRequest()
        self._results: list[Result[Any]] = []
        self._open = True

    @property
    def results(self) -> tuple[Result[Any], ...]:
        """The results of all writes, in their order."""
        return tuple(self._results)

    async def put(
        self,
        name: str | Ref,
        value: object,
        *,
        attributes: Mapping[str, str] | None = None,
        kind: str | None = None,
        if_version: int | None = None,
        ttl: float | datetime.timedelta | None = None,
    ) -> Result[BlockInfo]:
        """Store a value; as `Database.put`."""
        self._check_open()
        put = put_operation(name, attributes=attributes, kind=kind, if_version=if_version, ttl=ttl)
        body = encoded("value", value)
        if body.body_bytes <= INLINE_BYTES:
            put.value.CopyFrom(inline(body))
        else:
            space = put.name.partition("/")[0]
            header = blocks_pb2.StageBlockHeader(space=space, value=body.header, body_bytes=body.body_bytes)
            staged = await self._calls.upload(
                "Blocks/StageBlock",
                blocks_pb2.StageBlockRequest(header=header),
                body,
                blocks_pb2.StageBlockResponse,
                self._timeout,
                label=f"put {put.name}",
            )
            put.upload = staged.upload
        result = Result(put.name, lambda arrived: block_info(arrived.info, body.header))
        return self._add(blocks_pb2.CommitOperation(put=put), result)

    async def copy(
        self, source: str | Ref, target: str | Ref, *, version: int | None = None, if_version: int | None = None
    ) -> Result[BlockInfo]:
        """Store a block under another name as well; as `Database.copy`."""
        request = copy_request(source, target, version=version, if_version=if_version)
        return self._add(blocks_pb2.CommitOperation(copy=request), _info_result(request.target))

    async def update(
        self,
        name: str | Ref,
        *,
        attributes: Mapping[str, str] | Unchanged | None = UNCHANGED,
        expires: datetime.datetime | Unchanged | None = UNCHANGED,
        if_version: int | None = None,
    ) -> Result[BlockInfo]:
        """Change attributes and expiry; as `Database.update`."""
        request = update_request(name, attributes=attributes, expires=expires, if_version=if_version)
        return self._add(blocks_pb2.CommitOperation(update=request), _info_result(request.name))

    async def delete(
        self, name: str | Ref, *, version: int | None = None, if_version: int | None = None
    ) -> Result[None]:
        """Delete a block; as `Database.delete`."""
        request = delete_request(name, version=version, if_version=if_version)
        return self._add(blocks_pb2.CommitOperation(delete=request), Result(request.name, lambda _: None))

    def _add(self, operation: blocks_pb2.CommitOperation, result: Result[T]) -> Result[T]:
        self._check_open()
        self._request.operations.append(operation)
        self._results.append(result)
        return result

    def _check_open(self) -> None:
        if not self._open:
            raise FailedPrecondition("this commit has ended; begin another one")

    async def _commit(self) -> None:
        if not self._results:
            return
        self._request.request_id = request_id()
        answer = await self._calls.unary(
            "Blocks/Commit", self._request, blocks_pb2.CommitResponse, self._timeout, repeatable=True
        )
        if len(answer.infos) != len(self._results):
            raise damaged(f"{len(answer.infos)} infos for {len(self._results)} operations")
        for result, info in zip(self._results, answer.infos, strict=True):
            result.resolve(blocks_pb2.OperationResult(info=info))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open = False
        if error is not None:
            for result in self._results:
                result.fail(Cancelled("the commit was left by an exception, and not made"))
            return
        try:
            await self._commit()
        except JazzError as failure:
            for result in self._results:
                result.fail(failure)
            raise
        finally:
            self._request = blocks_pb2.CommitRequest()

    def __repr__(self) -> str:
        return f"<Commit of {len(self._results)} writes>"


def _info_result(name: str) -> Result[BlockInfo]:
    return Result(name, lambda arrived: block_info(arrived.info))
