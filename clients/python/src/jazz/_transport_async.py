"""gRPC by `grpc.aio`. Its twin is `_transport_sync`; all that stands on the two is written once."""

from __future__ import annotations

import asyncio
from asyncio import sleep
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final, TypeVar

import grpc
import grpc.aio

from jazz._process import check_process, note_connection
from jazz._status import error_from_call
from jazz._target import Target
from jazz.errors import Cancelled, FailedPrecondition

__all__ = ["Duplex", "Transport", "sleep"]

_BYTES: Final[dict[str, Any]] = {"request_serializer": None, "response_deserializer": None}

_T = TypeVar("_T")

_SETTLED_WITHIN: Final = 1.0
"""Seconds that the server's own status is waited for when gRPC has made one up."""


class Transport:
    """One channel, made at the first call; messages are bytes both ways, failures are exceptions of Jazz."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self._channel: grpc.aio.Channel | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closed = False

    async def unary(self, path: str, message: bytes, timeout: float | None) -> bytes:
        """One message there, one back."""
        call = self._open().unary_unary(path, **_BYTES)(message, timeout=timeout, metadata=self.target.metadata)
        async with self._errors(_Statuses(call)):
            answer: bytes = await call
        return answer

    async def upload(self, path: str, messages: Iterator[bytes], timeout: float | None) -> bytes:
        """Many messages there, one back."""
        call = self._open().stream_unary(path, **_BYTES)(messages, timeout=timeout, metadata=self.target.metadata)
        async with self._errors(_Statuses(call)):
            answer: bytes = await call
        return answer

    async def download(self, path: str, message: bytes, timeout: float | None) -> AsyncGenerator[bytes, None]:
        """One message there, many back. The call is called off if the iterator is closed early."""
        call = self._open().unary_stream(path, **_BYTES)(message, timeout=timeout, metadata=self.target.metadata)
        try:
            async with self._errors(_Statuses(call)):
                async for answer in call:
                    yield answer
        finally:
            call.cancel()

    async def exchange(
        self, path: str, messages: Iterator[bytes], timeout: float | None
    ) -> AsyncGenerator[bytes, None]:
        """Many messages there and many back. The call is called off if the iterator is closed early."""
        call = self._open().stream_stream(path, **_BYTES)(messages, timeout=timeout, metadata=self.target.metadata)
        try:
            async with self._errors(_Statuses(call)):
                async for answer in call:
                    yield answer
        finally:
            call.cancel()

    async def duplex(self, path: str, timeout: float | None) -> Duplex:
        """A call whose messages both ways are at the caller's pace."""
        return Duplex(self, path, timeout)

    async def close(self) -> None:
        """Close the channel; calls under way are called off."""
        self._closed = True
        if self._channel is not None:
            channel, self._channel = self._channel, None
            await channel.close()

    def _open(self) -> grpc.aio.Channel:
        if self._closed:
            raise FailedPrecondition(f"the connection to {self.target.shown} is closed")
        loop = asyncio.get_running_loop()
        if self._channel is None:
            note_connection()
            target = self.target
            if target.credentials is None:
                self._channel = grpc.aio.insecure_channel(target.address, options=target.options)
            else:
                self._channel = grpc.aio.secure_channel(target.address, target.credentials, options=target.options)
            self._loop = loop
        elif loop is not self._loop:
            raise FailedPrecondition("this connection belongs to another event loop; connect in each of them")
        check_process()
        return self._channel

    @asynccontextmanager
    async def _errors(self, statuses: _Statuses) -> AsyncIterator[None]:
        try:
            yield
        except grpc.aio.AioRpcError:
            raise error_from_call(*await statuses.settled(), target=self.target.shown) from None
        except grpc.aio.UsageError:
            raise FailedPrecondition(f"the connection to {self.target.shown} is closed") from None
        except asyncio.CancelledError:
            # gRPC raises it as well when the call, not this task, was cancelled: by the server, or by closing
            task = asyncio.current_task()
            if task is not None and task.cancelling() > 0:
                raise
            raise Cancelled(f"the call to {self.target.shown} was cancelled") from None


_Status = tuple[grpc.StatusCode, str | None, Sequence[tuple[str, str | bytes]]]


class _Statuses:
    """Keeps the status that the server gave.

    When a server refuses a stream that is still being sent, the send fails, and `grpc.aio` makes up a status of its
    own (INTERNAL, without metadata), shortly before or after that of the server, in whose place it is seen.
    """

    def __init__(self, call: grpc.aio.Call) -> None:
        self._call = call
        self._real: asyncio.Future[_Status] = asyncio.get_running_loop().create_future()
        call.add_done_callback(self._arrived)

    def _arrived(self, _: object) -> None:
        status = self._status()
        if not self._real.done() and not (status[0] is grpc.StatusCode.INTERNAL and not status[2]):
            self._real.set_result(status)

    def _status(self) -> _Status:
        # coroutines by name only: they give what is there already, and must be asked before it is overwritten
        code, text, trailing = self._call.code(), self._call.details(), self._call.trailing_metadata()
        return _now(code), _now(text), tuple(_now(trailing) or ())

    async def settled(self) -> _Status:
        """The server's status; the made-up one if the server's does not arrive soon."""
        try:
            return await asyncio.wait_for(self._real, _SETTLED_WITHIN)
        except TimeoutError:
            return self._status()


def _now(finished: Coroutine[Any, Any, _T]) -> _T:
    """What a coroutine gives that has nothing to wait for."""
    try:
        finished.send(None)
    except StopIteration as end:
        result: _T = end.value
        return result
    raise AssertionError("the call has no status yet")


class Duplex:
    """A call with messages both ways."""

    def __init__(self, transport: Transport, path: str, timeout: float | None) -> None:
        self._transport = transport
        self._outgoing: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._call = transport._open().stream_stream(path, **_BYTES)(
            self._requests(), timeout=timeout, metadata=transport.target.metadata
        )
        self._statuses = _Statuses(self._call)

    async def _requests(self) -> AsyncIterator[bytes]:
        # sent by a task of its own: a caller that waited for the send could not read meanwhile, nor the server write
        while (message := await self._outgoing.get()) is not None:
            yield message

    async def send(self, message: bytes) -> None:
        """Send one message. That the call has failed is said by `receive`."""
        self._outgoing.put_nowait(message)

    async def receive(self) -> bytes | None:
        """The next message; None when there are no more."""
        async with self._transport._errors(self._statuses):
            message = await self._call.read()
        return message if isinstance(message, bytes) else None

    async def end(self) -> None:
        """Say that no more messages follow."""
        self._outgoing.put_nowait(None)

    async def cancel(self) -> None:
        """Call it off; nothing happens when it has ended."""
        self._call.cancel()
        self._outgoing.put_nowait(None)  # releases the task that sends
