"""Messages with a changed byte: each is answered or refused by type, none is a fault of the server."""

import random

import grpc
import numpy as np
import pytest

from jazz.v1 import blocks_pb2, kinds_pb2, value_pb2
from jazz.v1 import pipelines_pb2 as pb
from jazz.values import Layout, Table, compressed, dense
from wire import inline_value, put_messages, run_messages

ROUNDS = 60
TABLE = Table(
    (
        ("a", dense(np.arange(6.0).reshape(2, 3))),
        ("b", compressed(Layout.CSR, (2, 2), np.array([0, 1, 2]), np.array([0, 1]), np.ones(2))),
    )
)
MATRIX = kinds_pb2.Type(
    tensor=kinds_pb2.TensorType(
        types=[value_pb2.ElementType(data_type=value_pb2.DATA_TYPE_FLOAT64)],
        shape=kinds_pb2.ShapeType(dimensions=[kinds_pb2.Dimension(symbol="n"), kinds_pb2.Dimension(size=3)]),
    )
)
PIPELINE = pb.Pipeline(
    graph=pb.Graph(
        inputs=[pb.Input(name="x", type=MATRIX)],
        steps=[pb.Step(op="relu", arguments=[pb.Argument(input=0)])],
        outputs=[pb.Output(name="y", source=pb.Argument(step=pb.StepOutput(step=0)))],
    )
)
SLICE = value_pb2.Slice(
    item=["a"],
    rows=value_pb2.Selection(range=value_pb2.Range(start=0, stop=1)),
    columns=value_pb2.Selection(positions=value_pb2.Positions(positions=[1, -1], of=3)),
    axes=[value_pb2.AxisSelection(axis="b", selection=value_pb2.Selection(range=value_pb2.Range(start=1)))],
)
MESSAGES = {
    "Blocks/PutBlock": ("stream_unary", list(put_messages("lab/x", TABLE))),
    "Blocks/GetBlock": ("unary_stream", [blocks_pb2.GetBlockRequest(name="lab/t", slice=SLICE)]),
    "Blocks/Batch": (
        "unary_unary",
        [
            blocks_pb2.BatchRequest(
                operations=[
                    blocks_pb2.Operation(put=blocks_pb2.PutOperation(name="lab/y", value=inline_value(TABLE))),
                    blocks_pb2.Operation(get=blocks_pb2.GetOperation(name="lab/t", slice=SLICE)),
                ]
            )
        ],
    ),
    "Kinds/PutKind": ("unary_unary", [kinds_pb2.PutKindRequest(name="lab/k", kind=kinds_pb2.Kind(type=MATRIX))]),
    "Kinds/MatchKind": (
        "unary_unary",
        [kinds_pb2.MatchKindRequest(inline=kinds_pb2.Kind(type=MATRIX), header=inline_value(TABLE).header)],
    ),
    "Pipelines/PutPipeline": ("unary_unary", [pb.PutPipelineRequest(name="lab/p", pipeline=PIPELINE)]),
    "Pipelines/RunPipeline": (
        "stream_stream",
        list(run_messages(pb.InlinePipeline(pipeline=PIPELINE), {"x": np.ones((2, 3))})),
    ),
}
REFUSALS = {
    grpc.StatusCode.INVALID_ARGUMENT,
    grpc.StatusCode.NOT_FOUND,
    grpc.StatusCode.DATA_LOSS,
    grpc.StatusCode.ALREADY_EXISTS,
    grpc.StatusCode.ABORTED,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
}


@pytest.mark.parametrize("method", MESSAGES)
def test_a_changed_byte_is_never_a_fault_of_the_server(shared_server, stubs, method):
    stubs.put("lab/t", TABLE)
    arity, messages = MESSAGES[method]
    call = getattr(stubs.channel, arity)(f"/jazz.v1.{method}", _registered_method=False)
    choose = random.Random(method)
    refused = []
    before = shared_server.messages.count("incident")

    for _ in range(ROUNDS):
        sent = [message.SerializeToString() for message in messages]
        changed = bytearray(sent[choose.randrange(len(sent))])
        position = sent.index(bytes(changed))
        changed[choose.randrange(min(len(changed), 400))] ^= 1 << choose.randrange(8)
        sent[position] = bytes(changed)
        try:
            answer = call(iter(sent) if arity.startswith("stream") else sent[0], timeout=30)
            if arity.endswith("stream"):
                list(answer)
        except grpc.RpcError as error:
            refused.append(error.code())

    assert set(refused) <= REFUSALS
    assert shared_server.messages.count("incident") == before
    np.testing.assert_array_equal(stubs.array("lab/t", item=["a"]), np.arange(6.0).reshape(2, 3))
