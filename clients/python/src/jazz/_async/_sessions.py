"""Sessions: many thousands of small operations over one call."""

from __future__ import annotations

from collections import deque
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from jazz._async._batches import Operations
from jazz._async._calls import Calls
from jazz._bodies import damaged, parsed
from jazz._operations import Result
from jazz._transport_async import Duplex
from jazz.errors import Cancelled, FailedPrecondition, JazzError, Unavailable
from jazz.v1 import blocks_pb2

T = TypeVar("T")

MESSAGE_OPERATIONS: Final = 256
"""A message is sent when so many operations wait for it."""

MESSAGE_BYTES: Final = 256 * 1024
"""A message is sent when the operations in it have so many bytes."""

MESSAGES_UNDER_WAY: Final = 8
"""So many messages may be without an answer; before another is sent, one answer is waited for."""


class Session(Operations):
    """Sends small operations as they are added, many in a message, and takes in answers meanwhile.

    Operations are done in order, and each stands for itself. What is under way is bounded. When the `with` block is
    left, all answers are there; when it is left by an exception, the call is called off, and what was sent may have
    happened. A session that breaks off is not made again: results without an answer have the error, and for writes
    that does not say whether they happened.

    >>> async with db.session() as session:
    ...     for number in range(1000):
    ...         _ = await session.put(f"many/{number}", number)
    >>> session.failed
    []
    >>> print(await db.get("many/999"))
    999
    """

    def __init__(self, calls: Calls, timeout: float | None) -> None:
        self._calls = calls
        self._timeout = timeout
        self._call: Duplex | None = None
        self._request = blocks_pb2.SessionRequest()
        self._bytes = 0
        self._waiting: list[Result[Any]] = []
        self._under_way: deque[list[Result[Any]]] = deque()
        self._open = False
        self.failed: list[Result[Any]] = []
        """The results of operations that failed, in their order."""

    def check(self) -> None:
        """Raise the error of the first operation that failed, if one did."""
        for result in self.failed:
            if result.error is not None:
                raise result.error

    async def flush(self) -> None:
        """Send what waits, and wait for all answers.

        Raises:
            JazzError: The call failed as a whole.
        """
        self._check_open()
        await self._send()
        while self._under_way:
            await self._receive()

    async def _add(self, operation: blocks_pb2.Operation, result: Result[T]) -> Result[T]:
        self._check_open()
        self._request.operations.append(operation)
        self._waiting.append(result)
        self._bytes += operation.ByteSize()
        if len(self._waiting) >= MESSAGE_OPERATIONS or self._bytes >= MESSAGE_BYTES:
            await self._send()
        return result

    def _check_open(self) -> None:
        if not self._open:
            raise FailedPrecondition("this session is not open; use it inside its with block")

    async def _send(self) -> None:
        if not self._waiting:
            return
        while len(self._under_way) >= MESSAGES_UNDER_WAY:
            await self._receive()
        if self._call is None:
            self._call = await self._calls.duplex("Blocks/Session", self._timeout)
        self._under_way.append(self._waiting)
        message = self._request.SerializeToString()
        self._request, self._bytes, self._waiting = blocks_pb2.SessionRequest(), 0, []
        await self._call.send(message)

    async def _receive(self) -> None:
        assert self._call is not None
        try:
            message = await self._call.receive()
            if message is None:
                raise Unavailable(f"the server at {self._calls.target} ended the session")
            answer = parsed(blocks_pb2.SessionResponse, message)
            results = self._under_way[0]
            if len(answer.results) != len(results):
                raise damaged(f"{len(answer.results)} results for {len(results)} operations")
        except JazzError as failure:
            self._fail(failure)
            raise
        self._under_way.popleft()
        for result, arrived in zip(results, answer.results, strict=True):
            result.resolve(arrived)
            if result.error is not None:
                self.failed.append(result)

    def _fail(self, failure: JazzError) -> None:
        self._open = False
        for results in (*self._under_way, self._waiting):
            for result in results:
                result.fail(failure)
                self.failed.append(result)
        self._under_way.clear()
        self._waiting = []

    async def __aenter__(self) -> Self:
        self._open = True
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None and self._open:
                await self.flush()
                if self._call is not None:
                    await self._call.end()
        finally:
            if error is not None:
                self._fail(Cancelled("the session was left by an exception; what was sent may have happened"))
            self._open = False
            if self._call is not None:
                await self._call.cancel()

    def __repr__(self) -> str:
        state = "open" if self._open else "closed"
        return f"<Session {state}, {sum(map(len, self._under_way)) + len(self._waiting)} operations under way>"
