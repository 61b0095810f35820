"""The room that the answer to several operations has in one message: what does not fit is said in fewer bytes."""

from __future__ import annotations

from collections.abc import Iterable

from google.protobuf.message import Message

from jazz.errors import JazzError, error_for
from jazz.v1 import blocks_pb2 as pb
from jazz_server.services.errors import error_message
from jazz_server.store.names import MAX_NAME_BYTES

_ENVELOPE = 64
"""Bytes that a result takes in its message beside its content."""

_SHORTEST = 300
"""Bytes in which everything can be said that has to be said, but for names."""


class Room:
    """What is left of a message. For each operation so much is kept that its outcome can be told in short.

    Attributes:
        left: Bytes that answers may take beyond that.
    """

    def __init__(self, limit: int, operations: Iterable[Message]) -> None:
        self.left = limit - sum(_SHORTEST + _ENVELOPE + _name_bytes(operation) for operation in operations)

    def result(self, operation: pb.Operation, result: pb.OperationResult) -> pb.OperationResult:
        """The result, or what there is room for: an error for what was read, the bare info of what was written."""
        if self._take(result, _name_bytes(operation)):
            return result
        if result.HasField("info") and operation.WhichOneof("operation") != "info":
            return pb.OperationResult(info=bare(result.info))
        return self.failure(answer_is_full(result.info.name or result.value.info.name))

    def failure(self, error: JazzError) -> pb.OperationResult:
        """The result that says how an operation failed."""
        result = pb.OperationResult(error=error_message(error))
        if self._take(result):
            return result
        return pb.OperationResult(error=error_message(error, _SHORTEST))

    def info(self, operation: Message, info: pb.BlockInfo) -> pb.BlockInfo:
        """What was written, as far as there is room for it."""
        return info if self._take(info, _name_bytes(operation)) else bare(info)

    def _take(self, message: Message, kept: int = 0) -> bool:
        """Whether there is room for a message, which is then taken."""
        more = max(0, message.ByteSize() - _SHORTEST - kept)
        if more > self.left:
            return False
        self.left -= more
        return True


def bare(info: pb.BlockInfo) -> pb.BlockInfo:
    """The info of a block without what may be large: its kind, its attributes, its summary and its header."""
    short = pb.BlockInfo()
    short.CopyFrom(info)
    for field in ("kind", "attributes", "summary", "header"):
        short.ClearField(field)
    return short


def answer_is_full(block: str) -> JazzError:
    """The error for what does not fit any more."""
    message = "the answer to this batch is full: ask for it in another one"
    return error_for("RESOURCE_EXHAUSTED", message, metadata={"block": block})


def _name_bytes(operation: Message) -> int:
    which = operation.WhichOneof("operation")
    if which is None:
        return 0
    message = getattr(operation, which)
    return min(len((message.target if which == "copy" else message.name).encode()), MAX_NAME_BYTES)
