"""Parts of stored values."""

from __future__ import annotations

from jazz.codec import Encoded, take
from jazz.v1 import value_pb2
from jazz_server.services.core import Core
from jazz_server.services.infos import value_header
from jazz_server.services.sending import SMALL
from jazz_server.store import Body, Head

_SHORT = 1024
"""Slices up to this length, as messages, of small blocks are taken without a thread."""


def wants_part(part: value_pb2.Slice) -> bool:
    """Whether a slice asks for less than all."""
    return bool(part.ListFields())


async def take_part(core: Core, head: Head, body: Body, part: value_pb2.Slice) -> Encoded:
    """The part of a block; only what it touches is read. The body must stay open until the part has been sent.

    Raises:
        jazz.codec.SliceError: The slice does not fit the value.
    """
    mapped = body.map()
    header = value_header(head)
    if head.size <= SMALL and part.ByteSize() <= _SHORT:
        return take(header, part, mapped)
    return await core.work(lambda: take(header, part, mapped))
