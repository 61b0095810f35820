"""gRPC by `grpc.aio`. Its twin is `_transport_sync`; all that stands on the two is written once."""

from __future__ import annotations

import asyncio
from asyncio import sleep
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any, Final, cast

import grpc
import grpc.aio

from jazz._process import check_process, note_connection
from jazz._status import error_from_call
from jazz._target import Target
from jazz.errors import Cancelled, FailedPrecondition

__all__ = ["Duplex", "Transport", "sleep"]

_BYTES: Final[dict[str, Any]] = {"request_serializer": None, "response_deserializer": None}


class Transport:
    """One channel, made at the first call; messages are bytes both ways, failures are exceptions of Jazz."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self._channel: grpc.aio.Channel | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closed = False

    async def unary(self, path: str, message: bytes, timeout: float | None) -> bytes:
        """One message there, one back."""
        channel = self._open()
        with self._errors():
            answer: bytes = await channel.unary_unary(path, **_BYTES)(
                message, timeout=timeout, metadata=self.target.metadata
            )
        return answer

    async def upload(self, path: str, messages: Iterator[bytes], timeout: float | None) -> bytes:
        """Many messages there, one back."""
        channel = self._open()
        with self._errors():
            answer: bytes = await channel.stream_unary(path, **_BYTES)(
                messages, timeout=timeout, metadata=self.target.metadata
            )
        return answer

    async def download(self, path: str, message: bytes, timeout: float | None) -> AsyncGenerator[bytes, None]:
        """One message there, many back. The call is called off if the iterator is closed early."""
        call = self._open().unary_stream(path, **_BYTES)(message, timeout=timeout, metadata=self.target.metadata)
        try:
            with self._errors():
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
            with self._errors():
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

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except grpc.aio.AioRpcError as failure:
            raise error_from_call(cast(grpc.Call, failure), target=self.target.shown) from None
        except grpc.aio.UsageError:
            raise FailedPrecondition(f"the connection to {self.target.shown} is closed") from None
        except asyncio.CancelledError:
            # gRPC raises it as well when the call, not this task, was cancelled: by the server, or by closing
            task = asyncio.current_task()
            if task is not None and task.cancelling() > 0:
                raise
            raise Cancelled(f"the call to {self.target.shown} was cancelled") from None


class Duplex:
    """A call with messages both ways."""

    def __init__(self, transport: Transport, path: str, timeout: float | None) -> None:
        self._transport = transport
        self._outgoing: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._call = transport._open().stream_stream(path, **_BYTES)(
            self._requests(), timeout=timeout, metadata=transport.target.metadata
        )

    async def _requests(self) -> AsyncIterator[bytes]:
        # sent by a task of its own: a caller that waited for the send could not read meanwhile, nor the server write
        while (message := await self._outgoing.get()) is not None:
            yield message

    async def send(self, message: bytes) -> None:
        """Send one message. That the call has failed is said by `receive`."""
        self._outgoing.put_nowait(message)

    async def receive(self) -> bytes | None:
        """The next message; None when there are no more."""
        with self._transport._errors():
            message = await self._call.read()
        return message if isinstance(message, bytes) else None

    async def end(self) -> None:
        """Say that no more messages follow."""
        self._outgoing.put_nowait(None)

    async def cancel(self) -> None:
        """Call it off; nothing happens when it has ended."""
        self._call.cancel()
        self._outgoing.put_nowait(None)  # releases the task that sends
