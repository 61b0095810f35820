"""Batches: several small operations in one message."""

from __future__ import annotations

import datetime
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self, TypeVar

from jazz._bodies import damaged, encoded
from jazz._cuts import Wanted
from jazz._infos import BlockInfo
from jazz._names import request_id
from jazz._operations import (
    Result,
    copy_operation,
    delete_operation,
    get_operation,
    info_operation,
    put_inline,
)
from jazz._slices import Ref
from jazz._sync._calls import Calls
from jazz.errors import Cancelled, FailedPrecondition, JazzError
from jazz.v1 import blocks_pb2

T = TypeVar("T")

_WRITES = ("put", "copy", "delete")


class Operations(ABC):
    """The small operations that travel together; each stands for itself, one that fails does not undo another."""

    def put(
        self,
        name: str | Ref,
        value: object,
        *,
        attributes: Mapping[str, str] | None = None,
        kind: str | None = None,
        if_version: int | None = None,
        ttl: float | datetime.timedelta | None = None,
    ) -> Result[BlockInfo]:
        """Store a small value; as `Database.put`. The value is copied at once."""
        body = encoded("value", value)
        return self._add(*put_inline(name, body, attributes=attributes, kind=kind, if_version=if_version, ttl=ttl))

    def get(
        self,
        name: str | Ref,
        *,
        version: int | None = None,
        rows: Wanted = None,
        columns: Wanted = None,
        along: Mapping[str, Wanted] | None = None,
        item: str | Sequence[str] | None = None,
        to: str | None = None,
    ) -> Result[Any]:
        """A small value, or a small part of one; as `Database.get`."""
        return self._add(
            *get_operation(name, version=version, rows=rows, columns=columns, along=along, item=item, to=to)
        )

    def info(self, name: str | Ref, *, version: int | None = None) -> Result[BlockInfo]:
        """What is known of a block; as `Database.info`."""
        return self._add(*info_operation(name, version=version))

    def copy(
        self, source: str | Ref, target: str | Ref, *, version: int | None = None, if_version: int | None = None
    ) -> Result[BlockInfo]:
        """Store a block under another name as well; as `Database.copy`."""
        return self._add(*copy_operation(source, target, version=version, if_version=if_version))

    def delete(self, name: str | Ref, *, version: int | None = None, if_version: int | None = None) -> Result[None]:
        """Delete a block; as `Database.delete`."""
        return self._add(*delete_operation(name, version=version, if_version=if_version))

    @abstractmethod
    def _add(self, operation: blocks_pb2.Operation, result: Result[T]) -> Result[T]:
        """Take in one operation."""


class Batch(Operations):
    """Collects small operations and makes one call of them when the `with` block is left.

    They are done in order, and each stands for itself. When the block is left by an exception, nothing is sent.

    >>> with db.batch() as batch:
    ...     stored = batch.put("lab/small", 7)
    ...     read = batch.get("lab/small")
    ...     lost = batch.get("lab/nothing of this name")
    >>> print(read.value)
    7
    >>> lost.error.reason
    'BLOCK_NOT_FOUND'
    """

    def __init__(self, calls: Calls, timeout: float | None) -> None:
        self._calls = calls
        self._timeout = timeout
        self._request = blocks_pb2.BatchRequest()
        self._results: list[Result[Any]] = []
        self._open = True

    @property
    def results(self) -> tuple[Result[Any], ...]:
        """The results of all operations, in their order."""
        return tuple(self._results)

    def check(self) -> None:
        """Raise the error of the first operation that failed, if one did."""
        for result in self._results:
            if result.error is not None:
                raise result.error

    def _add(self, operation: blocks_pb2.Operation, result: Result[T]) -> Result[T]:
        if not self._open:
            raise FailedPrecondition("this batch was sent already; begin another one")
        self._request.operations.append(operation)
        self._results.append(result)
        return result

    def _send(self) -> None:
        request, results = self._request, self._results
        if not results:
            return
        if any(operation.WhichOneof("operation") in _WRITES for operation in request.operations):
            request.request_id = request_id()
        answer = self._calls.unary("Blocks/Batch", request, blocks_pb2.BatchResponse, self._timeout, repeatable=True)
        if len(answer.results) != len(results):
            raise damaged(f"{len(answer.results)} results for {len(results)} operations")
        for result, arrived in zip(results, answer.results, strict=True):
            result.resolve(arrived)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open = False
        if error is not None:
            for result in self._results:
                result.fail(Cancelled("the batch was left by an exception, and not sent"))
            return
        try:
            self._send()
        except JazzError as failure:
            for result in self._results:
                result.fail(failure)
            raise
        finally:
            self._request = blocks_pb2.BatchRequest()

    def __repr__(self) -> str:
        return f"<Batch of {len(self._results)} operations>"
