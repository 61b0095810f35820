"""Bodies on their way out, in messages of about 1 MiB; what reads or computes them does so in worker threads."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator

from jazz.codec import CHUNK, Encoded, chunks
from jazz.codec.frames import encode_chunk_message
from jazz_server.services.core import Core
from jazz_server.store import Body

SMALL = 64 * 1024
"""Bodies up to this length are put into a message without a thread."""

Part = tuple[int, int, memoryview | bytes]
"""The index of a value, an offset in its body, and bytes."""


async def send_body(core: Core, head: bytes, body: Body) -> AsyncIterator[bytes]:
    """Messages with a stored body; the first one begins with the fields in `head`."""
    if body.size == 0:
        yield head
        return
    ahead = asyncio.ensure_future(_message(head, body, 0))
    try:
        for offset in range(0, body.size, CHUNK):
            message = await ahead
            if offset + CHUNK < body.size:
                ahead = asyncio.ensure_future(_message(b"", body, offset + CHUNK))
            yield message
    finally:
        ahead.cancel()
        await asyncio.wait([ahead])
        if not ahead.cancelled():
            ahead.exception()  # whoever stops reading does not care that reading ahead failed


async def _message(head: bytes, body: Body, offset: int) -> bytes:
    def framed(data: memoryview, crc: int) -> bytes:
        return encode_chunk_message(head, 0, offset, data, crc)

    return await body.convert(framed, offset, min(CHUNK, body.size - offset))


def parts_of(values: Iterable[tuple[int, Encoded]]) -> Iterator[Part]:
    """The bodies of values, one after the other, in pieces."""
    for index, encoded in values:
        for offset, data in chunks(encoded):
            yield index, offset, data


async def send_parts(core: Core, head: bytes, parts: Iterator[Part]) -> AsyncIterator[bytes]:
    """Messages with parts of bodies, which are computed in a worker thread, one message ahead."""

    def step(prefix: bytes) -> bytes | None:
        part = next(parts, None)
        return None if part is None else encode_chunk_message(prefix, *part)

    message = await core.work(lambda: step(head))
    if message is None:
        yield head
    while message is not None:
        ahead = asyncio.ensure_future(core.work(lambda: step(b"")))
        try:
            yield message
        finally:
            await asyncio.wait([ahead])
        message = ahead.result()


async def send_values(head: bytes, values: Iterable[tuple[int, Encoded]]) -> AsyncIterator[bytes]:
    """Messages with whole bodies, which lie in memory; the first begins with the fields in `head`, small chunks share.

    They are made on the loop: of that only the checksum could run beside it, for as long as waking a thread takes.
    """
    message = head
    for part in parts_of(values):
        message = encode_chunk_message(message, *part)
        if len(message) > SMALL:
            yield message
            message = b""
    if message:
        yield message
