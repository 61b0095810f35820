"""Talking to a server with nothing but the generated stubs."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import grpc
import numpy as np
from google.protobuf.message import Message
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo
from grpc_status import rpc_status

from jazz.codec import Encoded, chunks, decode, encode
from jazz.codec.frames import checksum
from jazz.v1 import (
    blocks_pb2,
    blocks_pb2_grpc,
    errors_pb2,
    kinds_pb2_grpc,
    pipelines_pb2,
    pipelines_pb2_grpc,
    server_pb2_grpc,
    spaces_pb2_grpc,
    value_pb2,
)
from jazz.values import Value, dense

OPTIONS = [("grpc.max_receive_message_length", -1)]
"""Channels that take messages as large as the server sends them; gRPC's own limit is 4 MiB."""


class Failed:
    """What a call that failed says: its status code and everything in its details."""

    def __init__(self, error: grpc.RpcError) -> None:
        self.code: grpc.StatusCode = error.code()
        self.message: str = error.details()
        self.info, self.error, self.bad_request = ErrorInfo(), errors_pb2.Error(), BadRequest()
        status = rpc_status.from_call(error)
        for detail in status.details if status is not None else ():
            for message in (self.info, self.error, self.bad_request):
                detail.Unpack(message)

    @property
    def reason(self) -> str:
        """The reason."""
        return self.info.reason

    @property
    def fields(self) -> list[str]:
        """The fields that are wrong."""
        return [violation.field for violation in self.error.violations]

    def violation(self, field: str) -> tuple[str, str]:
        """What was expected of a field and what was found."""
        return next((v.expected, v.found) for v in self.error.violations if v.field == field)


class Stubs:
    """The generated stubs over one channel, and short ways to put, get and run."""

    def __init__(self, channel: grpc.Channel) -> None:
        self.channel = channel
        self.blocks = blocks_pb2_grpc.BlocksStub(channel)
        self.spaces = spaces_pb2_grpc.SpacesStub(channel)
        self.kinds = kinds_pb2_grpc.KindsStub(channel)
        self.pipelines = pipelines_pb2_grpc.PipelinesStub(channel)
        self.server = server_pb2_grpc.ServerStub(channel)

    def put(self, name: str, value: Value | np.ndarray, **header: Any) -> blocks_pb2.BlockInfo:
        """Store a value."""
        return self.blocks.PutBlock(put_messages(name, value, **header), timeout=60).info

    def get(self, name: str, **part: Any) -> Value:
        """The value of a block or of a part of it."""
        wanted = value_pb2.Slice(**part) if part else None
        messages = list(self.blocks.GetBlock(blocks_pb2.GetBlockRequest(name=name, slice=wanted), timeout=60))
        return decode(messages[0].value, body_of(messages, messages[0].body_bytes))

    def array(self, name: str, **part: Any) -> np.ndarray:
        """The array in a block."""
        return self.get(name, **part).array()

    def info(self, name: str) -> blocks_pb2.BlockInfo:
        """What is known of a block."""
        return self.blocks.GetBlockInfo(blocks_pb2.GetBlockInfoRequest(name=name), timeout=60).info

    def run(
        self, target: "str | pipelines_pb2.InlinePipeline", inputs: dict[str, Any] | None = None, **header: Any
    ) -> tuple[pipelines_pb2.RunResultHeader, dict[str, Value]]:
        """Run a pipeline; an input is an array, or a request for a block."""
        answers = list(self.pipelines.RunPipeline(run_messages(target, inputs or {}, **header), timeout=60))
        outputs = {}
        for index, output in enumerate(answers[0].header.outputs):
            if output.WhichOneof("result") == "value":
                body = body_of(answers, output.value.body_bytes, index)
                outputs[output.name] = decode(output.value.header, body)
        return answers[0].header, outputs


def encoded(value: Value | np.ndarray) -> Encoded:
    """A value as it travels."""
    return encode(dense(value) if isinstance(value, np.ndarray) else value)


def chunk_messages(value: Encoded, index: int = 0) -> Iterator[value_pb2.Chunk]:
    """The body of a value in chunks."""
    for offset, data in chunks(value):
        yield value_pb2.Chunk(value_index=index, offset=offset, crc32c=checksum(data), data=bytes(data))


def put_messages(name: str, value: Value | np.ndarray, **header: Any) -> Iterator[blocks_pb2.PutBlockRequest]:
    """What a put of a value sends."""
    sent = encoded(value)
    yield blocks_pb2.PutBlockRequest(
        header=blocks_pb2.PutBlockHeader(name=name, value=sent.header, body_bytes=sent.body_bytes, **header)
    )
    for chunk in chunk_messages(sent):
        yield blocks_pb2.PutBlockRequest(chunks=[chunk])


def run_messages(
    target: "str | pipelines_pb2.InlinePipeline", inputs: dict[str, Any], **header: Any
) -> Iterator[pipelines_pb2.RunPipelineRequest]:
    """What a run sends."""
    named = {"name": target} if isinstance(target, str) else {"inline": target}
    streamed: dict[int, Encoded] = {}
    run_inputs = []
    for position, (name, given) in enumerate(inputs.items()):
        if isinstance(given, blocks_pb2.GetBlockRequest):
            run_inputs.append(pipelines_pb2.RunInput(name=name, block=given))
            continue
        sent = streamed[position] = encoded(given)
        value = pipelines_pb2.StreamedValue(header=sent.header, body_bytes=sent.body_bytes)
        run_inputs.append(pipelines_pb2.RunInput(name=name, value=value))
    yield pipelines_pb2.RunPipelineRequest(header=pipelines_pb2.RunPipelineHeader(**named, inputs=run_inputs, **header))
    for position, sent in streamed.items():
        for chunk in chunk_messages(sent, position):
            yield pipelines_pb2.RunPipelineRequest(chunks=[chunk])


def body_of(messages: Iterable[Any], size: int, index: int = 0) -> bytes:
    """The body of one value in a stream, whose chunks must come in order and without gaps."""
    body = bytearray()
    for message in messages:
        for chunk in message.chunks:
            if chunk.value_index == index:
                assert chunk.offset == len(body)
                assert chunk.crc32c == checksum(chunk.data)
                body += chunk.data
    assert len(body) == size
    return bytes(body)


def inline_value(value: Value | np.ndarray) -> value_pb2.InlineValue:
    """A value in a message."""
    sent = encoded(value)
    return value_pb2.InlineValue(header=sent.header, body=sent.body())


def failure(call: Callable[..., Any], *arguments: Any) -> Failed:
    """What a call that must fail says."""
    try:
        answer = call(*arguments, timeout=60)
        if not isinstance(answer, Message):
            list(answer)
    except grpc.RpcError as error:
        return Failed(error)
    raise AssertionError(f"the call did not fail but gave {answer}")


def stage(stubs: Stubs, array: np.ndarray, space: str = "lab") -> str:
    """Upload a value, and give its token."""
    sent = encoded(array)
    first = blocks_pb2.StageBlockRequest(
        header=blocks_pb2.StageBlockHeader(space=space, value=sent.header, body_bytes=sent.body_bytes)
    )
    rest = [blocks_pb2.StageBlockRequest(chunks=[chunk]) for chunk in chunk_messages(sent)]
    token: str = stubs.blocks.StageBlock(iter([first, *rest])).upload
    return token


def commit(*operations: dict[str, Any], **fields: Any) -> blocks_pb2.CommitRequest:
    """A commit of operations, each given by what it is."""
    return blocks_pb2.CommitRequest(
        operations=[blocks_pb2.CommitOperation(**operation) for operation in operations], **fields
    )
