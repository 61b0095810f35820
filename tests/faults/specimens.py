"""For every method of every service, messages that it takes."""

from collections.abc import Sequence
from functools import cache
from uuid import UUID

import numpy as np
import pandas as pd
import scipy.sparse
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.duration_pb2 import Duration
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from jazz.codec import Encoded, encode
from jazz.convert import to_value
from jazz.v1 import blocks_pb2, kinds_pb2, pipelines_pb2, server_pb2, spaces_pb2, value_pb2
from wire import chunk_messages

SERVICES = [
    module.DESCRIPTOR.services_by_name[name]
    for name, module in {
        "Blocks": blocks_pb2,
        "Spaces": spaces_pb2,
        "Kinds": kinds_pb2,
        "Pipelines": pipelines_pb2,
        "Server": server_pb2,
    }.items()
]
METHODS: dict[str, MethodDescriptor] = {
    f"{service.name}/{method.name}": method for service in SERVICES for method in service.methods
}
"""Every method by service and name."""

REQUEST_ID = str(UUID(int=7))


@cache
def values() -> dict[str, Encoded]:
    """A value of every layout and of every kind of element that has rules of its own."""
    sparse = scipy.sparse.random_array((5, 4), density=0.5, rng=np.random.default_rng(1), dtype=np.float32)
    objects = {
        "dense": np.arange(6.0).reshape(2, 3),
        "fortran": np.asfortranarray(np.arange(6, dtype=np.int16).reshape(2, 3)),
        "scalar": np.float32(1.5),
        "bools": np.array([True, False, True]),
        "complex": np.array([1j, 2.0]),
        "csr": sparse.tocsr(),
        "csc": sparse.tocsc(),
        "coo": sparse.tocoo(),
        "texts": ["né", "", "x"],
        "bytes": [b"\xff", b""],
        "missing": [7, None, 9],
        "times": np.array(["2026-11-23T10:00:00"], "datetime64[ns]"),
        "factor": pd.Categorical(["b", None, "a"], categories=["a", "b"]),
        "frame": pd.DataFrame({"n": [1, 2], "t": ["a", "b"]}, index=pd.Index(["g", "h"], name="gene")),
        "table": {"x": np.zeros(3), "y": {"z": np.ones((2, 2))}, "w": None},
        "empty": np.zeros((0, 3)),
    }
    return {name: encode(to_value(value)) for name, value in objects.items()}


def inline(encoded: Encoded) -> value_pb2.InlineValue:
    """A value in a message."""
    return value_pb2.InlineValue(header=encoded.header, body=encoded.body())


def attributes() -> list[blocks_pb2.Attribute]:
    """Attributes."""
    return [blocks_pb2.Attribute(key="a", value="1"), blocks_pb2.Attribute(key="b", value="2")]


def put_stream(encoded: Encoded, **fields: object) -> list[blocks_pb2.PutBlockRequest]:
    """A put."""
    header = blocks_pb2.PutBlockHeader(
        **({"name": "lab/new", "value": encoded.header, "body_bytes": encoded.body_bytes} | fields)  # type: ignore[arg-type]
    )
    return [blocks_pb2.PutBlockRequest(header=header), *_chunks(blocks_pb2.PutBlockRequest, encoded)]


def stage_stream(encoded: Encoded, **fields: object) -> list[blocks_pb2.StageBlockRequest]:
    """An upload."""
    header = blocks_pb2.StageBlockHeader(
        **({"space": "lab", "value": encoded.header, "body_bytes": encoded.body_bytes} | fields)  # type: ignore[arg-type]
    )
    return [blocks_pb2.StageBlockRequest(header=header), *_chunks(blocks_pb2.StageBlockRequest, encoded)]


def run_stream(pipeline: pipelines_pb2.Pipeline, *inputs: Encoded) -> list[pipelines_pb2.RunPipelineRequest]:
    """A run with values for the inputs of a pipeline."""
    given = [
        pipelines_pb2.RunInput(
            name=item.name,
            value=pipelines_pb2.StreamedValue(header=value.header, body_bytes=value.body_bytes),
        )
        for item, value in zip(pipeline.graph.inputs, inputs, strict=True)
    ]
    header = pipelines_pb2.RunPipelineHeader(inline=pipelines_pb2.InlinePipeline(pipeline=pipeline), inputs=given)
    bodies = [_chunks(pipelines_pb2.RunPipelineRequest, value, n) for n, value in enumerate(inputs)]
    return [pipelines_pb2.RunPipelineRequest(header=header), *(message for body in bodies for message in body)]


def _chunks(message: type, encoded: Encoded, index: int = 0) -> list[Message]:
    return [message(chunks=[chunk]) for chunk in chunk_messages(encoded, index)]


def dimension(length: int | str | None) -> kinds_pb2.Dimension:
    """A dimension of a type: a length, a symbol, or any."""
    if length is None:
        return kinds_pb2.Dimension(any=kinds_pb2.AnySize())
    return kinds_pb2.Dimension(size=length) if isinstance(length, int) else kinds_pb2.Dimension(symbol=length)


def tensor_type(*shape: int | str | None) -> kinds_pb2.Type:
    """The type of a tensor of float64."""
    float64 = value_pb2.ElementType(data_type=value_pb2.DATA_TYPE_FLOAT64)
    dimensions = kinds_pb2.ShapeType(dimensions=[dimension(length) for length in shape])
    return kinds_pb2.Type(tensor=kinds_pb2.TensorType(types=[float64], shape=dimensions, minimum=-1e9, unit="m"))


def kind() -> kinds_pb2.Kind:
    """A kind with everything that a kind can have, but for kinds that it refers to."""
    fields = [
        kinds_pb2.FieldType(name="x", type=tensor_type("rows", 3)),
        kinds_pb2.FieldType(name="y", type=kinds_pb2.Type(any=kinds_pb2.AnyType()), optional=True, doc="anything"),
        kinds_pb2.FieldType(name="z", type=kinds_pb2.Type(null=value_pb2.Null())),
    ]
    return kinds_pb2.Kind(type=kinds_pb2.Type(table=kinds_pb2.TableType(fields=fields, closed=True)), doc="a kind")


def argument(position: int) -> pipelines_pb2.Argument:
    """An input as an argument."""
    return pipelines_pb2.Argument(input=position)


def output_of(step: int, output: int = 0) -> pipelines_pb2.Argument:
    """What a step gives, as an argument."""
    return pipelines_pb2.Argument(step=pipelines_pb2.StepOutput(step=step, output=output))


def step(op: str, *arguments: pipelines_pb2.Argument, **parameters: int | float | str) -> pipelines_pb2.Step:
    """A step."""
    settings = [
        pipelines_pb2.Parameter(name=name, literal=literal(value)) for name, value in sorted(parameters.items())
    ]
    return pipelines_pb2.Step(op=op, arguments=arguments, parameters=settings)


def literal(value: int | float | str) -> pipelines_pb2.Literal:
    """A literal."""
    field = {bool: "bool_value", int: "int_value", float: "float_value", str: "string_value"}[type(value)]
    return pipelines_pb2.Literal(**{field: value})  # type: ignore[arg-type]


def pipeline_of(
    inputs: dict[str, kinds_pb2.Type], steps: Sequence[pipelines_pb2.Step], **outputs: pipelines_pb2.Argument
) -> pipelines_pb2.Pipeline:
    """A pipeline without sub-graphs and constants."""
    return pipelines_pb2.Pipeline(
        graph=pipelines_pb2.Graph(
            inputs=[pipelines_pb2.Input(name=name, type=each) for name, each in inputs.items()],
            steps=steps,
            outputs=[pipelines_pb2.Output(name=name, source=source) for name, source in outputs.items()],
        )
    )


def pipeline() -> pipelines_pb2.Pipeline:
    """A pipeline with a constant, literals, parameters, a list and a loop."""
    constant = pipelines_pb2.Argument(constant=0)
    number = pipelines_pb2.Argument(literal=literal(2.0))
    made = pipeline_of(
        {"x": tensor_type("rows", 3)},
        [
            step("matmul", argument(0), constant),
            step("multiply", output_of(0), number),
            step("sum", output_of(1), axis=0),
            step("topk", output_of(1), k=1),
            step("iterate", output_of(2)),
        ],
        y=output_of(1),
        total=output_of(2),
        top=output_of(3, 1),
        turned=output_of(4),
    )
    made.graph.steps[4].parameters.extend(
        [
            pipelines_pb2.Parameter(name="body", graph=0),
            pipelines_pb2.Parameter(name="count", literal=literal(1)),
            pipelines_pb2.Parameter(name="max_iter", literal=literal(3)),
        ]
    )
    body = pipeline_of({"s": tensor_type(None)}, [step("multiply", argument(0), number)], s=output_of(0)).graph
    made.graphs.append(body)
    made.constants.append(inline(encode(to_value(np.ones((3, 2))))))
    return made


SOME = value_pb2.Selection(range=value_pb2.Range(start=1, stop=-1))


def operations() -> list[blocks_pb2.Operation]:
    """Operations of a batch, one of each."""
    value = inline(values()["csr"])
    return [
        blocks_pb2.Operation(
            put=blocks_pb2.PutOperation(
                name="lab/small", value=value, attributes=attributes(), time_to_live=Duration(seconds=60)
            )
        ),
        blocks_pb2.Operation(get=blocks_pb2.GetOperation(name="lab/known", slice=value_pb2.Slice(rows=SOME))),
        blocks_pb2.Operation(info=blocks_pb2.GetBlockInfoRequest(name="lab/known")),
        blocks_pb2.Operation(copy=blocks_pb2.CopyBlockRequest(source="lab/known", target="lab/copy")),
        blocks_pb2.Operation(delete=blocks_pb2.DeleteBlockRequest(name="lab/copy")),
    ]


def commit() -> blocks_pb2.CommitRequest:
    """A commit with each operation, but for staged uploads."""
    put, _, _, copy, delete = operations()
    update = blocks_pb2.UpdateBlockRequest(
        name="lab/known", attributes=attributes(), update_mask=FieldMask(paths=["attributes"])
    )
    delete.delete.name = "lab/csr"
    return blocks_pb2.CommitRequest(
        operations=[
            blocks_pb2.CommitOperation(put=put.put),
            blocks_pb2.CommitOperation(copy=copy.copy),
            blocks_pb2.CommitOperation(update=update),
            blocks_pb2.CommitOperation(delete=delete.delete),
        ]
    )


@cache
def requests() -> dict[str, list[list[Message]]]:
    """For each method the messages of calls that it understands."""
    known = values()
    settings = spaces_pb2.SpaceSettings(versions_kept=3, quota_bytes=1 << 20, time_to_live=Duration(seconds=9))
    some = value_pb2.Selection(range=value_pb2.Range(start=1, stop=3))
    rows = value_pb2.Slice(rows=some, columns=value_pb2.Selection(positions=value_pb2.Positions(positions=[1, -1, 0])))
    names = value_pb2.Slice(item=["y"], columns=value_pb2.Selection(labels=inline(encode(to_value(["z"])))))
    genes = value_pb2.Slice(axes=[value_pb2.AxisSelection(axis="gene", selection=names.columns)])
    genes.axes[0].selection.labels.CopyFrom(inline(encode(to_value(["h", "g"]))))
    run = run_stream(pipeline(), known["dense"])
    from_block = pipelines_pb2.RunPipelineRequest(
        header=pipelines_pb2.RunPipelineHeader(
            inline=pipelines_pb2.InlinePipeline(
                pipeline=pipeline(), binds=[pipelines_pb2.Bind(input="x", block="lab/matrix")]
            ),
            stores=[pipelines_pb2.StoreOutput(output="y", block="lab/y")],
        )
    )
    return {
        "Blocks/PutBlock": [
            put_stream(
                each,
                attributes=attributes(),
                time_to_live=Duration(seconds=60, nanos=5),
            )
            for each in known.values()
        ],
        "Blocks/GetBlock": [
            [blocks_pb2.GetBlockRequest(name="lab/matrix", slice=rows)],
            [blocks_pb2.GetBlockRequest(name="lab/table", slice=names)],
            [blocks_pb2.GetBlockRequest(name="lab/csr", slice=rows)],
            [blocks_pb2.GetBlockRequest(name="lab/frame", slice=genes)],
        ],
        "Blocks/DescribeBlock": [
            [blocks_pb2.DescribeBlockRequest(name="lab/known")],
            [blocks_pb2.DescribeBlockRequest(name="lab/table", item=["y", "z"])],
            [blocks_pb2.DescribeBlockRequest(name="lab/csr")],
        ],
        "Blocks/GetBlockInfo": [[blocks_pb2.GetBlockInfoRequest(name="lab/known")]],
        "Blocks/ListBlocks": [
            [blocks_pb2.ListBlocksRequest(prefix="lab/k", page_size=2, view=blocks_pb2.BLOCK_VIEW_FULL)]
        ],
        "Blocks/ListBlockVersions": [[blocks_pb2.ListBlockVersionsRequest(name="lab/known", page_size=2)]],
        "Blocks/UpdateBlock": [
            [
                blocks_pb2.UpdateBlockRequest(
                    name="lab/known",
                    attributes=attributes(),
                    expire_time=Timestamp(seconds=4_000_000_000),
                    update_mask=FieldMask(paths=["attributes", "expire_time"]),
                )
            ]
        ],
        "Blocks/CopyBlock": [[blocks_pb2.CopyBlockRequest(source="lab/known", target="lab/copied", if_version=0)]],
        "Blocks/DeleteBlock": [[blocks_pb2.DeleteBlockRequest(name="lab/small")]],
        "Blocks/StageBlock": [stage_stream(known["frame"]), stage_stream(known["csr"])],
        "Blocks/Commit": [[commit()]],
        "Blocks/Batch": [[blocks_pb2.BatchRequest(operations=operations(), request_id=REQUEST_ID)]],
        "Blocks/Session": [[blocks_pb2.SessionRequest(operations=operations())] * 2],
        "Spaces/CreateSpace": [[spaces_pb2.CreateSpaceRequest(name="made", settings=settings)]],
        "Spaces/GetSpace": [[spaces_pb2.GetSpaceRequest(name="lab")]],
        "Spaces/ListSpaces": [[spaces_pb2.ListSpacesRequest(prefix="l", page_size=1)]],
        "Spaces/UpdateSpace": [
            [
                spaces_pb2.UpdateSpaceRequest(
                    name="lab", settings=settings, update_mask=FieldMask(paths=["versions_kept"])
                )
            ]
        ],
        "Spaces/DeleteSpace": [[spaces_pb2.DeleteSpaceRequest(name="made")]],
        "Kinds/PutKind": [[kinds_pb2.PutKindRequest(name="lab/kind", kind=kind())]],
        "Kinds/GetKind": [[kinds_pb2.GetKindRequest(name="lab/kind@1")]],
        "Kinds/ListKinds": [[kinds_pb2.ListKindsRequest(prefix="lab/", page_size=1)]],
        "Kinds/DeleteKind": [[kinds_pb2.DeleteKindRequest(name="lab/kind")]],
        "Kinds/MatchKind": [
            [kinds_pb2.MatchKindRequest(inline=kind(), header=known["frame"].header)],
            [kinds_pb2.MatchKindRequest(inline=kinds_pb2.Kind(type=tensor_type("n")), block="lab/known")],
        ],
        "Kinds/ProposeKind": [
            [kinds_pb2.ProposeKindRequest(header=known["frame"].header)],
            [kinds_pb2.ProposeKindRequest(block="lab/known")],
        ],
        "Pipelines/PutPipeline": [
            [
                pipelines_pb2.PutPipelineRequest(
                    name="lab/made",
                    pipeline=pipeline(),
                    binds=[pipelines_pb2.Bind(input="x", block="lab/matrix")],
                )
            ]
        ],
        "Pipelines/GetPipeline": [[pipelines_pb2.GetPipelineRequest(name="lab/made")]],
        "Pipelines/ListPipelines": [[pipelines_pb2.ListPipelinesRequest(prefix="lab", page_size=1)]],
        "Pipelines/DeletePipeline": [[pipelines_pb2.DeletePipelineRequest(name="lab/made")]],
        "Pipelines/ExplainPipeline": [
            [pipelines_pb2.ExplainPipelineRequest(inline=pipelines_pb2.InlinePipeline(pipeline=pipeline()))]
        ],
        "Pipelines/RunPipeline": [run, [from_block]],
        "Pipelines/ListOps": [[pipelines_pb2.ListOpsRequest(page_size=3)]],
        "Server/GetServerInfo": [[server_pb2.GetServerInfoRequest()]],
    }
