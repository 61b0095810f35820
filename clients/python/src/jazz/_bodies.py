"""Values in and out of streams: framed chunks on the way out, one buffer for each body on the way in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import chain, islice
from typing import Any, Final, Generic, TypeVar

import numpy as np
from google.protobuf.message import DecodeError, Message

from jazz import codec, convert
from jazz._names import invalid
from jazz._progress import Transfer
from jazz._retry import TRANSFER_DAMAGED
from jazz._show import size
from jazz._slices import Ref
from jazz.codec.frames import checksum, encode_chunk_message, split_message
from jazz.errors import DataLoss, ResourceExhausted
from jazz.v1 import value_pb2

Body = np.ndarray[Any, np.dtype[np.uint8]]
"""The bytes of a body, aligned as every buffer in it wants to be."""

M = TypeVar("M", bound=Message)

_ALIGNMENT: Final = 64

_MOST_FREED: Final = (32 << 20) - (64 << 10)
"""The largest block whose end glibc learns from, less what it takes itself."""

_SHARED: Final = 64 * 1024
"""A message that is shorter takes in the next chunk as well."""


def encoded(field: str, value: object) -> codec.Encoded:
    """A value of any library, ready to travel; nothing is copied that need not be.

    Raises:
        InvalidArgument: It is nothing that Jazz has a type for.
    """
    if isinstance(value, Ref):
        raise invalid(field, "a value (copy a stored block with db.copy, or pass what its get() gives)", value)
    return codec.encode(convert.to_value(value))


def inline(value: codec.Encoded) -> value_pb2.InlineValue:
    """A value inside a message."""
    return value_pb2.InlineValue(header=value.header, body=value.body())


def messages(first: Message, bodies: Sequence[codec.Encoded], transfer: Transfer) -> Iterator[bytes]:
    """The messages of a stream: the first carries the header, and small chunks share one."""
    waiting = first.SerializeToString()
    for index, body in enumerate(bodies):
        for offset, data in codec.chunks(body):
            message = encode_chunk_message(waiting, index, offset, data)
            waiting = b""
            transfer.advance(len(data))
            if len(message) < _SHARED:
                waiting = message
            else:
                yield message
    if waiting:
        yield waiting


def alone(messages: Iterator[bytes]) -> tuple[bytes | None, Iterator[bytes]]:
    """The only message of a stream, if it has no other; otherwise None and all of them.

    On the wire a stream of one message is the same as a single message, which gRPC sends without threads of its own.
    """
    ahead = list(islice(messages, 2))
    return (ahead[0], iter(ahead)) if len(ahead) == 1 else (None, chain(ahead, messages))


class Incoming(Generic[M]):
    """A stream of messages on arrival: the first of them, and the bodies that it announces.

    Every chunk is checked: that it is the next of its body, that it fits, and its checksum.
    """

    def __init__(
        self, answer: type[M], announced: Callable[[M], Sequence[tuple[int, int]]], transfer: Transfer
    ) -> None:
        self._answer = answer
        self._announced = announced
        self._transfer = transfer
        self._head: M | None = None
        self._bodies: dict[int, Body] = {}
        self._filled: dict[int, int] = {}
        transfer.restart()

    def take(self, message: bytes) -> None:
        """Take in the next message.

        Raises:
            DataLoss: It is not what can follow.
            ResourceExhausted: There is no memory for a body.
        """
        try:
            rest, pieces = split_message(message)
            if self._head is None:
                self._begin(self._answer.FromString(rest))
        except DecodeError:
            raise damaged("a message that cannot be read") from None
        for piece in pieces:
            body = self._bodies.get(piece.value_index)
            if body is None:
                raise damaged(f"a chunk of value {piece.value_index}, which was not announced")
            start = self._filled[piece.value_index]
            end = start + len(piece.data)
            if piece.offset != start:
                raise damaged(f"a chunk at byte {piece.offset} of value {piece.value_index} instead of {start}")
            if end > len(body):
                raise damaged(f"{end} bytes of value {piece.value_index} instead of {len(body)}")
            if checksum(piece.data) != piece.crc32c:
                raise damaged(f"a wrong checksum of bytes {start} to {end} of value {piece.value_index}")
            body[start:end] = np.frombuffer(piece.data, np.uint8)
            self._filled[piece.value_index] = end
            self._transfer.advance(len(piece.data))

    def _begin(self, head: M) -> None:
        self._head = head
        announced = self._announced(head)
        self._transfer.total = sum(length for _, length in announced)
        if self._transfer.total > codec.CHUNK:
            _keep_freed_memory()
        for index, length in announced:
            self._bodies[index] = empty_body(length)
            self._filled[index] = 0

    def finish(self) -> tuple[M, dict[int, Body]]:
        """The first message and the bodies by index.

        Raises:
            DataLoss: The stream ended too early.
        """
        if self._head is None:
            raise damaged("no answer at all")
        for index, body in self._bodies.items():
            if self._filled[index] != len(body):
                raise damaged(f"{self._filled[index]} bytes of value {index} instead of {len(body)}")
        return self._head, self._bodies


@cache
def _keep_freed_memory() -> None:
    """Has the C library keep what is freed for what comes next, 64 MiB at most, as it does in most programs anyway.

    Until a block of almost 32 MiB has been freed, glibc gives all that gRPC frees after a message back to the system,
    which clears it for the next one: half of what it costs to receive a message. Other libraries are not changed by it.
    """
    np.empty(_MOST_FREED, np.uint8)


def damaged(what: str) -> DataLoss:
    """The error for an answer that is not what was sent."""
    return DataLoss(f"the server's answer arrived damaged: {what}", reason=TRANSFER_DAMAGED)


def form(to: object) -> str | None:
    """The form that a value shall have, checked before anything is sent for it.

    Raises:
        InvalidArgument: There is no such form.
    """
    if to is None or (isinstance(to, str) and to in convert.FORMS):
        return to
    raise invalid("to", f"None or one of {', '.join(map(repr, convert.FORMS))}", to)


def empty_body(length: int) -> Body:
    """Memory for a body, writable, starting at a multiple of 64.

    Raises:
        ResourceExhausted: There is not so much.
    """
    try:
        memory = np.empty(length + _ALIGNMENT, np.uint8)
    except (MemoryError, ValueError):
        raise ResourceExhausted(
            f"this process has no memory for a value of {size(length)}", reason="MEMORY_LIMIT"
        ) from None
    start = -memory.ctypes.data % _ALIGNMENT
    return memory[start : start + length]


def decoded(header: value_pb2.Value, body: Body, to: str | None) -> object:
    """A value that arrived, in the form that `to` asks for. Its arrays are views of the body and can be written to.

    Raises:
        DataLoss: The header does not describe the body.
    """
    try:
        codec.check_header(header, len(body))
    except codec.InvalidValue as error:
        raise damaged(str(error)) from None
    return convert.from_value(codec.decode(header, body), to=to)


def decoded_inline(value: value_pb2.InlineValue, to: str | None) -> object:
    """A value that arrived inside a message; it is copied once, so that it can be written to."""
    body = empty_body(len(value.body))
    body[:] = np.frombuffer(value.body, np.uint8)
    return decoded(value.header, body, to)


def parsed(answer: type[M], message: bytes) -> M:
    """An answer from its bytes.

    Raises:
        DataLoss: They are none.
    """
    try:
        return answer.FromString(message)
    except DecodeError:
        raise damaged(f"no {answer.DESCRIPTOR.name}") from None
