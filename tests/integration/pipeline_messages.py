"""Messages of pipelines and graphs, as tests write them."""

import grpc
import numpy as np

from jazz.v1 import blocks_pb2, kinds_pb2, value_pb2
from jazz.v1 import pipelines_pb2 as pb
from wire import failure, run_messages

CODE = grpc.StatusCode
MATRIX = np.arange(12, dtype=np.float64).reshape(4, 3)
WEIGHTS = np.arange(6, dtype=np.float64).reshape(3, 2)


def dimension(length):
    if length is None:
        return kinds_pb2.Dimension(any=kinds_pb2.AnySize())
    return kinds_pb2.Dimension(size=length) if isinstance(length, int) else kinds_pb2.Dimension(symbol=length)


def tensor(*shape):
    dimensions = [dimension(length) for length in shape]
    float64 = value_pb2.ElementType(data_type=value_pb2.DATA_TYPE_FLOAT64)
    return kinds_pb2.Type(
        tensor=kinds_pb2.TensorType(types=[float64], shape=kinds_pb2.ShapeType(dimensions=dimensions))
    )


def step(op, *arguments, **parameters):
    return pb.Step(
        op=op,
        arguments=arguments,
        parameters=[pb.Parameter(name=name, **value) for name, value in sorted(parameters.items())],
    )


def given(position):
    return pb.Argument(input=position)


def result(position, output=0):
    return pb.Argument(step=pb.StepOutput(step=position, output=output))


def graph(inputs, steps, outputs):
    return pb.Graph(
        inputs=[pb.Input(name=name, type=type_) for name, type_ in inputs.items()],
        steps=steps,
        outputs=[pb.Output(name=name, source=source) for name, source in outputs.items()],
    )


PRODUCT = pb.Pipeline(
    graph=graph(
        {"x": tensor("rows", "k"), "w": tensor("k", "classes")},
        [step("matmul", given(0), given(1)), step("sum", result(0))],
        {"y": result(0), "total": result(1)},
    )
)


def inline(pipeline=PRODUCT, **binds):
    return pb.InlinePipeline(pipeline=pipeline, binds=[pb.Bind(input=n, block=block) for n, block in binds.items()])


def put(stubs, name="lab/product", pipeline=PRODUCT, binds=None, **fields):
    bound = [pb.Bind(input=each, block=block) for each, block in (binds or {}).items()]
    return stubs.pipelines.PutPipeline(pb.PutPipelineRequest(name=name, pipeline=pipeline, binds=bound, **fields)).info


def run_failure(stubs, target, inputs=None, **header):
    return failure(stubs.pipelines.RunPipeline, run_messages(target, inputs or {}, **header))


def block(name, **part):
    return blocks_pb2.GetBlockRequest(name=name, slice=value_pb2.Slice(**part) if part else None)
