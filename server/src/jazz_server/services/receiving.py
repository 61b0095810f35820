"""Streams of bodies on their way in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import TypeVar

from google.protobuf.message import DecodeError, Message

from jazz.codec.frames import Piece, split_message
from jazz.errors import JazzError
from jazz_server.services.errors import invalid
from jazz_server.services.handlers import parse

_M = TypeVar("_M", bound=Message)

Write = Callable[[memoryview, int], Awaitable[None]]
"""Takes a piece of a body, which the CRC-32C vouches for."""


class Incoming:
    """The messages of a call that carries a header and then bodies in pieces. Every piece is a view of its message."""

    def __init__(self, messages: AsyncIterator[bytes], message: type[Message]) -> None:
        self._messages = messages
        self._message = message
        self._first: list[Piece] = []

    async def header(self, header: type[_M]) -> _M:
        """The header, which the first message has to carry.

        Raises:
            jazz.errors.InvalidArgument: There is none.
        """
        data = await anext(self._messages, None)
        if data is None:
            raise bad_stream("stream", "a first message with a header", "a stream that ends at once")
        found, self._first = self._split(data)
        if not found.HasField("header"):
            raise bad_stream("header", "a header in the first message", "none")
        result: _M = found.header  # type: ignore[attr-defined]
        return result

    async def pieces(self) -> AsyncIterator[Piece]:
        """The pieces that follow, those of the first message included.

        Raises:
            jazz.errors.InvalidArgument: A later message carries a header again.
        """
        for piece in self._first:
            yield piece
        self._first = []
        position = 0
        async for data in self._messages:
            position += 1
            found, pieces = self._split(data)
            if found.HasField("header"):
                raise bad_stream(f"messages[{position}].header", "a header in the first message only", "another one")
            for piece in pieces:
                yield piece

    def _split(self, data: bytes) -> tuple[Message, list[Piece]]:
        try:
            others, pieces = split_message(data)
        except DecodeError as error:
            name = self._message.DESCRIPTOR.full_name
            raise invalid("request", f"a {name} message", "bytes that cannot be parsed") from error
        return parse(self._message, others), pieces


async def receive(incoming: Incoming, sizes: Mapping[int, int], write: Mapping[int, Write]) -> None:
    """Receive bodies one after the other; `sizes` has their announced lengths by `value_index`, in order.

    Raises:
        jazz.errors.InvalidArgument: The pieces are not what was announced; nothing is wrong with those written so far.
    """
    left = [(index, size) for index, size in sizes.items() if size]
    offset = 0
    async for piece in incoming.pieces():
        index, size = left[0] if left else (piece.value_index, sizes.get(piece.value_index, 0))
        if piece.value_index != index:
            raise _wrong_value(piece, index, sizes)
        if not left:
            offset = size
        if piece.offset != offset:
            raise bad_stream("chunks.offset", f"{offset} in value {index}", str(piece.offset))
        end = offset + len(piece.data)
        if end > size:
            raise bad_stream("chunks", f"{size} bytes in value {index}, as announced", f"at least {end} bytes")
        if len(piece.data):
            await write[index](piece.data, piece.crc32c)
        offset = end
        if left and offset == size:
            del left[0]
            offset = 0
    if left:
        index, size = left[0]
        raise bad_stream("chunks", f"{size} bytes in value {index}, as announced", f"a stream that ends after {offset}")


def _wrong_value(piece: Piece, index: int, sizes: Mapping[int, int]) -> JazzError:
    if piece.value_index in sizes:
        return bad_stream(
            "chunks.value_index", f"pieces of value {index}, which is not complete", str(piece.value_index)
        )
    known = ", ".join(map(str, sizes)) or "none"
    return bad_stream("chunks.value_index", f"a value that was announced ({known})", str(piece.value_index))


def bad_stream(field: str, expected: str, found: str) -> JazzError:
    """The error for a stream that is not what its first message announced."""
    return invalid(field, expected, found, reason="INVALID_STREAM")


class WriteBehind:
    """Writes one piece while the next is on its way; never more than one waits."""

    def __init__(self, write: Write) -> None:
        self._write = write
        self._pending: asyncio.Task[None] | None = None

    async def __call__(self, data: memoryview, crc: int) -> None:
        """Write a piece, once the one before is written; an error shows at the next call or at `flush`."""
        await self.flush()
        self._pending = asyncio.create_task(_awaited(self._write(data, crc)))

    async def flush(self) -> None:
        """Wait for the piece that is being written."""
        if self._pending is not None:
            pending, self._pending = self._pending, None
            await pending

    async def stop(self) -> None:
        """Let go after a failure: what is being written is waited for, what comes of it does not matter any more."""
        if self._pending is not None:
            await asyncio.wait([self._pending])
            self._pending.cancelled() or self._pending.exception()
            self._pending = None


async def _awaited(work: Awaitable[None]) -> None:
    await work
