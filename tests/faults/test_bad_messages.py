"""Messages with fields that their comments exclude, deep ones, long ones, and those whose answers would be long."""

from typing import Any

import pytest
from google.protobuf.duration_pb2 import Duration
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.timestamp_pb2 import Timestamp

from faults import specimens
from faults.victim import Victim
from jazz.v1 import blocks_pb2, kinds_pb2, pipelines_pb2, spaces_pb2, value_pb2

MANY = 100_000
NULL = value_pb2.Value(null=value_pb2.Null())


# Fields that their comments exclude


@pytest.fixture(autouse=True, scope="module")
def _blocks(victim: Victim) -> None:
    for name, value in {"frame": specimens.values()["frame"], "matrix": specimens.values()["dense"]}.items():
        victim.send("Blocks/PutBlock", [m.SerializeToString() for m in specimens.put_stream(value, name=f"lab/{name}")])


def known(**changes: Any) -> blocks_pb2.PutBlockHeader:
    value = specimens.values()["dense"]
    fields = {"name": "lab/new", "value": value.header, "body_bytes": value.body_bytes} | changes
    return blocks_pb2.PutBlockHeader(**fields)


def update(**changes: Any) -> blocks_pb2.UpdateBlockRequest:
    fields = {"name": "lab/known", "update_mask": FieldMask(paths=["attributes"])} | changes
    return blocks_pb2.UpdateBlockRequest(**fields)


def settings(**fields: Any) -> spaces_pb2.CreateSpaceRequest:
    return spaces_pb2.CreateSpaceRequest(name="refused", settings=spaces_pb2.SpaceSettings(**fields))


def a_kind(*dimensions: kinds_pb2.Dimension, **fields: Any) -> kinds_pb2.PutKindRequest:
    shape = kinds_pb2.ShapeType(dimensions=dimensions)
    type_ = kinds_pb2.Type(tensor=kinds_pb2.TensorType(**({"shape": shape} | fields)))
    return kinds_pb2.PutKindRequest(name="lab/refused", kind=kinds_pb2.Kind(type=type_))


def a_pipeline(**changes: Any) -> pipelines_pb2.ExplainPipelineRequest:
    pipeline = specimens.pipeline_of(
        {"x": specimens.tensor_type("n")}, [specimens.step("sum", specimens.argument(0))], y=specimens.output_of(0)
    )
    for path, value in changes.items():
        target: Any = pipeline.graph
        *way, last = path.split("__")
        for part in way:
            target = target[int(part)] if part.isdigit() else getattr(target, part)
        setattr(target, last, value)
    return pipelines_pb2.ExplainPipelineRequest(inline=pipelines_pb2.InlinePipeline(pipeline=pipeline))


def attribute(key: str) -> blocks_pb2.Attribute:
    return blocks_pb2.Attribute(key=key)


def labels(value: value_pb2.InlineValue) -> value_pb2.Selection:
    return value_pb2.Selection(labels=value)


def positions(*places: int, **fields: int) -> value_pb2.Selection:
    return value_pb2.Selection(positions=value_pb2.Positions(positions=places, **fields))


def part(**selections: Any) -> blocks_pb2.GetBlockRequest:
    return blocks_pb2.GetBlockRequest(name="lab/frame", slice=value_pb2.Slice(**selections))


def along(axis: str, selection: value_pb2.Selection) -> value_pb2.AxisSelection:
    return value_pb2.AxisSelection(axis=axis, selection=selection)


def inline(name: str, **changes: Any) -> value_pb2.InlineValue:
    """A value of the specimens as labels, with changes of its tensor."""
    value = specimens.inline(specimens.values()[name])
    for key, change in changes.items():
        setattr(value.header.tensor, key, change)
    return value


ELEMENT = value_pb2.ElementType
B, S, K, P = blocks_pb2, spaces_pb2, kinds_pb2, pipelines_pb2

PUTS: list[tuple[B.PutBlockHeader, str, str]] = [
    (known(name=""), "INVALID_NAME", "name"),
    (known(kind="none"), "INVALID_NAME", "kind"),
    (known(kind="lab/k@x"), "INVALID_NAME", "kind"),
    (known(attributes=[attribute("")]), "INVALID_ARGUMENT", "attributes[0].key"),
    (known(attributes=[attribute("a"), attribute("a")]), "INVALID_ARGUMENT", "attributes[1].key"),
    (known(time_to_live=Duration(seconds=-1)), "INVALID_ARGUMENT", "time_to_live"),
    (known(time_to_live=Duration()), "INVALID_ARGUMENT", "time_to_live"),
    (known(time_to_live=Duration(seconds=2**62)), "INVALID_ARGUMENT", "time_to_live"),
    (known(time_to_live=Duration(seconds=1, nanos=10**9)), "INVALID_ARGUMENT", "time_to_live"),
    (known(request_id="7"), "INVALID_ARGUMENT", "request_id"),
    (known(body_bytes=47), "INVALID_VALUE", "value.body_bytes"),
    (known(body_bytes=2**64 - 1), "INVALID_VALUE", "value.body_bytes"),
    (known(value=value_pb2.Value()), "INVALID_VALUE", "value"),
]

WRONG: list[tuple[str, Any, str, str]] = [
    *(("Blocks/PutBlock", B.PutBlockRequest(header=header), reason, field) for header, reason, field in PUTS),
    ("Blocks/GetBlock", B.GetBlockRequest(name="lab"), "INVALID_NAME", "name"),
    ("Blocks/GetBlock", part(item=["x"]), "FIELD_NOT_FOUND", "slice.item[0]"),
    ("Blocks/GetBlock", part(rows=value_pb2.Selection()), "INVALID_SLICE", "slice.rows"),
    ("Blocks/GetBlock", part(columns=value_pb2.Selection()), "INVALID_SLICE", "slice.columns"),
    ("Blocks/GetBlock", part(rows=positions(1, 2)), "INVALID_SLICE", "slice.rows.positions[1]"),
    ("Blocks/GetBlock", part(rows=positions(-(2**63))), "INVALID_SLICE", "slice.rows.positions[0]"),
    ("Blocks/GetBlock", part(rows=positions(2**63 - 1)), "INVALID_SLICE", "slice.rows.positions[0]"),
    ("Blocks/GetBlock", part(rows=positions(0, of=-1)), "INVALID_SLICE", "slice.rows.positions"),
    ("Blocks/GetBlock", part(columns=positions(1, 1)), "INVALID_SLICE", "slice.columns.positions[1]"),
    ("Blocks/GetBlock", part(columns=labels(inline("texts"))), "FIELD_NOT_FOUND", "slice.columns.labels[0]"),
    ("Blocks/GetBlock", part(columns=labels(inline("missing"))), "INVALID_SLICE", "slice.columns.labels"),
    ("Blocks/GetBlock", part(rows=labels(inline("texts"))), "LABEL_NOT_FOUND", "slice.rows.labels[2]"),
    ("Blocks/GetBlock", part(rows=labels(inline("factor"))), "LABEL_NOT_FOUND", "slice.rows.labels[1]"),
    ("Blocks/GetBlock", part(rows=labels(inline("missing"))), "INVALID_SLICE", "slice.rows.labels"),
    ("Blocks/GetBlock", part(rows=labels(inline("csr"))), "INVALID_SLICE", "slice.rows.labels"),
    ("Blocks/GetBlock", part(rows=labels(inline("table"))), "INVALID_SLICE", "slice.rows.labels"),
    ("Blocks/GetBlock", part(rows=labels(value_pb2.InlineValue())), "INVALID_SLICE", "slice.rows.labels"),
    ("Blocks/GetBlock", part(rows=labels(inline("texts", layout=7))), "INVALID_SLICE", "slice.rows.labels.layout"),
    ("Blocks/GetBlock", part(axes=[along("x", positions(0))]), "INVALID_SLICE", "slice.axes[0].axis"),
    ("Blocks/GetBlock", part(axes=[along("gene", value_pb2.Selection())]), "INVALID_SLICE", "slice.axes[0].selection"),
    ("Blocks/GetBlock", part(axes=[along("gene", positions(0))] * 2), "INVALID_SLICE", "slice.axes[1].axis"),
    ("Blocks/GetBlock", part(rows=positions(0), axes=[along("gene", positions(0))]), "INVALID_SLICE",
     "slice.axes[0].selection"),
    ("Blocks/DescribeBlock", B.DescribeBlockRequest(name="lab"), "INVALID_NAME", "name"),
    ("Blocks/DescribeBlock", B.DescribeBlockRequest(name="lab/known", item=["x"]), "FIELD_NOT_FOUND", "item[0]"),
    ("Blocks/DescribeBlock", B.DescribeBlockRequest(name="lab/known", item=["x"] * MANY), "FIELD_NOT_FOUND", "item[0]"),
    ("Blocks/GetBlockInfo", B.GetBlockInfoRequest(name="lab/x@0"), "INVALID_NAME", "name"),
    ("Blocks/ListBlocks", B.ListBlocksRequest(prefix="No"), "INVALID_NAME", "prefix"),
    ("Blocks/ListBlocks", B.ListBlocksRequest(prefix="lab", page_size=-1), "INVALID_ARGUMENT", "page_size"),
    ("Blocks/ListBlocks", B.ListBlocksRequest(prefix="lab", page_token="?"), "INVALID_PAGE_TOKEN", "page_token"),
    ("Blocks/ListBlockVersions", B.ListBlockVersionsRequest(name="lab/x@1"), "INVALID_NAME", "name"),
    (
        "Blocks/ListBlockVersions",
        B.ListBlockVersionsRequest(name="lab/known", page_size=-5),
        "INVALID_ARGUMENT",
        "page_size",
    ),
    ("Blocks/UpdateBlock", update(name="lab/known@1"), "INVALID_NAME", "name"),
    ("Blocks/UpdateBlock", update(attributes=[attribute("")]), "INVALID_ARGUMENT", "attributes[0].key"),
    ("Blocks/UpdateBlock", update(update_mask=FieldMask(paths=["name"])), "INVALID_ARGUMENT", "update_mask.paths[0]"),
    ("Blocks/UpdateBlock", update(update_mask=FieldMask()), "INVALID_ARGUMENT", "update_mask"),
    ("Blocks/UpdateBlock", update(if_version=0), "INVALID_ARGUMENT", "if_version"),
    ("Blocks/UpdateBlock", update(expire_time=Timestamp(seconds=-1)), "INVALID_ARGUMENT", "expire_time"),
    (
        "Blocks/UpdateBlock",
        update(expire_time=Timestamp(seconds=1), update_mask=FieldMask(paths=["expire_time"])),
        "INVALID_ARGUMENT",
        "expire_time",
    ),
    (
        "Blocks/UpdateBlock",
        update(attributes=[B.Attribute(key="k", value="v" * 65_536)]),
        "INVALID_ARGUMENT",
        "attributes",
    ),
    ("Blocks/CopyBlock", B.CopyBlockRequest(source="lab", target="lab/y"), "INVALID_NAME", "source"),
    ("Blocks/CopyBlock", B.CopyBlockRequest(source="lab/known", target="lab/y@3"), "INVALID_NAME", "target"),
    ("Blocks/DeleteBlock", B.DeleteBlockRequest(name="lab/known", if_version=0), "INVALID_ARGUMENT", "if_version"),
    ("Blocks/DeleteBlock", B.DeleteBlockRequest(name="lab/known", request_id="x"), "INVALID_ARGUMENT", "request_id"),
    ("Blocks/Commit", B.CommitRequest(), "INVALID_ARGUMENT", "operations"),
    ("Blocks/Commit", B.CommitRequest(operations=[B.CommitOperation()]), "INVALID_ARGUMENT", "operations[0].operation"),
    (
        "Blocks/Commit",
        B.CommitRequest(operations=[B.CommitOperation(put=B.PutOperation(name="lab/y"))]),
        "INVALID_ARGUMENT",
        "operations[0].content",
    ),
    (
        "Blocks/Commit",
        B.CommitRequest(operations=[B.CommitOperation(delete=B.DeleteBlockRequest(name="lab/known", request_id="x"))]),
        "INVALID_ARGUMENT",
        "operations[0].request_id",
    ),
    ("Blocks/Batch", B.BatchRequest(), "INVALID_ARGUMENT", "operations"),
    ("Blocks/Batch", B.BatchRequest(operations=[B.Operation()] * 10_001), "INVALID_ARGUMENT", "operations"),
    ("Blocks/Session", B.SessionRequest(), "INVALID_ARGUMENT", "operations"),
    ("Spaces/CreateSpace", S.CreateSpaceRequest(name="../x"), "INVALID_NAME", "name"),
    ("Spaces/CreateSpace", settings(versions_kept=1_000_001), "INVALID_SETTINGS", "settings.versions_kept"),
    ("Spaces/CreateSpace", settings(quota_bytes=2**63), "INVALID_SETTINGS", "settings.quota_bytes"),
    ("Spaces/CreateSpace", settings(volatile=True), "INVALID_SETTINGS", "settings.quota_bytes"),
    ("Spaces/CreateSpace", settings(time_to_live=Duration()), "INVALID_ARGUMENT", "settings.time_to_live"),
    ("Spaces/CreateSpace", settings(kind="x"), "INVALID_NAME", "settings.kind"),
    ("Spaces/ListSpaces", S.ListSpacesRequest(page_size=-1), "INVALID_ARGUMENT", "page_size"),
    ("Spaces/ListSpaces", S.ListSpacesRequest(page_token="AAAA"), "INVALID_PAGE_TOKEN", "page_token"),
    ("Spaces/UpdateSpace", S.UpdateSpaceRequest(name="lab"), "INVALID_ARGUMENT", "update_mask"),
    ("Spaces/DeleteSpace", S.DeleteSpaceRequest(name="L"), "INVALID_NAME", "name"),
    ("Kinds/PutKind", K.PutKindRequest(name="lab/refused"), "INVALID_ARGUMENT", "kind.type"),
    ("Kinds/PutKind", a_kind(K.Dimension()), "INVALID_ARGUMENT", "kind.type.shape[0]"),
    ("Kinds/PutKind", a_kind(K.Dimension(size=-1)), "INVALID_ARGUMENT", "kind"),
    ("Kinds/PutKind", a_kind(K.Dimension(symbol="a b")), "INVALID_ARGUMENT", "kind"),
    ("Kinds/PutKind", a_kind(minimum=float("nan")), "INVALID_ARGUMENT", "kind"),
    ("Kinds/PutKind", a_kind(minimum=2.0, maximum=1.0), "INVALID_ARGUMENT", "kind"),
    ("Kinds/PutKind", a_kind(layouts=[99]), "INVALID_ARGUMENT", "kind.type.layouts[0]"),
    ("Kinds/PutKind", a_kind(types=[ELEMENT(data_type=77)]), "INVALID_ARGUMENT", "kind.type.types[0]"),
    ("Kinds/MatchKind", K.MatchKindRequest(), "INVALID_ARGUMENT", "kind"),
    ("Kinds/MatchKind", K.MatchKindRequest(inline=specimens.kind(), block=".."), "INVALID_NAME", "block"),
    ("Kinds/ListKinds", K.ListKindsRequest(prefix=""), "INVALID_NAME", "prefix"),
    ("Kinds/ListKinds", K.ListKindsRequest(prefix="lab", page_token="x"), "INVALID_PAGE_TOKEN", "page_token"),
    ("Pipelines/ExplainPipeline", P.ExplainPipelineRequest(), "INVALID_ARGUMENT", "target"),
    ("Pipelines/ExplainPipeline", a_pipeline(steps__0__op="nosuch"), "INVALID_PIPELINE", "steps[0] nosuch"),
    ("Pipelines/ExplainPipeline", a_pipeline(steps__0__op_version=7), "INVALID_PIPELINE", "steps[0] sum.op_version"),
    ("Pipelines/ExplainPipeline", a_pipeline(inputs__0__name="a b"), "INVALID_PIPELINE", "inputs[0].name"),
    ("Pipelines/ExplainPipeline", a_pipeline(outputs__0__source__step__step=5), "INVALID_PIPELINE", "outputs[0] y"),
    ("Pipelines/ExplainPipeline", a_pipeline(steps__0__arguments__0__constant=3), "INVALID_PIPELINE", "steps[0] sum.x"),
    ("Pipelines/RunPipeline", P.RunPipelineRequest(header=P.RunPipelineHeader()), "INVALID_ARGUMENT", "target"),
    ("Pipelines/RunPipeline", P.RunPipelineRequest(), "INVALID_STREAM", "header"),
    ("Pipelines/ListOps", P.ListOpsRequest(page_size=-1), "INVALID_ARGUMENT", "page_size"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("method", "message", "reason", "field"), WRONG, ids=[f"{method}-{field}" for method, _, _, field in WRONG]
)
def test_a_field_that_is_wrong_is_named(victim: Victim, method: str, message: Any, reason: str, field: str):
    failed = victim.refusal(method, message)

    assert (failed.reason, field in failed.fields) == (reason, True), (failed.reason, failed.fields)
    assert all(v.expected and v.found for v in failed.error.violations)
    assert failed.fields == [v.field for v in failed.bad_request.field_violations]


def test_an_expiry_after_the_end_of_the_calendar_of_64_bits_is_taken(victim: Victim):
    far = update(expire_time=Timestamp(seconds=253_402_300_799), update_mask=FieldMask(paths=["expire_time"]))

    assert victim.send("Blocks/UpdateBlock", [far.SerializeToString()]).failed is None
    assert victim.stubs.info("lab/known").expire_time.seconds > 9_000_000_000


# Deep and long messages


def field(number: int, content: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(content)) + content


def varint(number: int) -> bytes:
    data = bytearray()
    while number > 127:
        data.append(number & 127 | 128)
        number >>= 7
    return bytes([*data, number])


def nested_value(depth: int) -> bytes:
    data = NULL.SerializeToString()
    for _ in range(depth):
        data = field(4, field(1, field(1, b"f") + field(2, data)))
    return data


def nested_type(depth: int) -> bytes:
    data = field(5, b"")
    for _ in range(depth):
        data = field(3, field(1, field(1, b"f") + field(2, data)))
    return data


@pytest.mark.parametrize("depth", [32, 33, 60, 1000, 20_000])
def test_values_that_are_too_deep_are_refused(victim: Victim, depth: int):
    value = nested_value(depth)

    victim.refusal("Blocks/PutBlock", field(1, field(1, b"lab/deep") + field(2, value)))
    victim.refusal("Blocks/StageBlock", field(1, field(1, b"lab") + field(2, value)))
    victim.refusal("Kinds/MatchKind", field(2, field(1, field(1, b""))) + field(4, value))
    victim.refusal("Blocks/Batch", field(1000, field(1, field(1, b"lab/deep") + field(1000, field(1, value)))))


@pytest.mark.parametrize("depth", [33, 60, 1000, 20_000])
def test_types_that_are_too_deep_are_refused(victim: Victim, depth: int):
    victim.refusal("Kinds/PutKind", field(1, b"lab/deep") + field(2, field(1, nested_type(depth))))
    given = field(1, field(1, b"x") + field(2, nested_type(depth)))
    victim.refusal("Pipelines/ExplainPipeline", field(2, field(1000, field(1, given))))


def test_a_header_that_is_too_large_is_refused_before_the_body(victim: Victim):
    wide = value_pb2.Table(fields=[value_pb2.Field(name=str(n), value=NULL) for n in range(MANY)])

    failed = victim.refusal("Blocks/PutBlock", B.PutBlockRequest(header=known(value=value_pb2.Value(table=wide))))

    assert failed.fields == ["value"]
    assert "1048576" in failed.violation("value")[0]


@pytest.mark.parametrize(
    "tensor",
    [
        value_pb2.Tensor(shape=[1] * MANY),
        value_pb2.Tensor(shape=[2**63 - 1] * MANY),
        value_pb2.Tensor(buffers=[value_pb2.Buffer(role=value_pb2.BUFFER_ROLE_DATA)] * MANY),
        value_pb2.Tensor(axes=["a"] * MANY),
    ],
    ids=["dimensions", "overflow", "buffers", "axes"],
)
def test_tensors_of_very_many_parts_are_refused(victim: Victim, tensor: value_pb2.Tensor):
    failed = victim.refusal("Blocks/PutBlock", B.PutBlockRequest(header=known(value=value_pb2.Value(tensor=tensor))))

    assert failed.reason == "INVALID_VALUE"


def test_very_many_violations_are_counted(victim: Victim):
    paths = FieldMask(paths=["x"] * MANY)

    failed = victim.refusal("Blocks/UpdateBlock", update(update_mask=paths))

    assert int(failed.info.metadata["violations_omitted"]) + len(failed.fields) == MANY


def test_a_pipeline_of_very_many_wrong_steps_is_refused(victim: Victim):
    wrong = specimens.pipeline_of({}, [specimens.step("nosuch")] * 20_000, y=specimens.argument(0))

    target = pipelines_pb2.ExplainPipelineRequest(inline=pipelines_pb2.InlinePipeline(pipeline=wrong))

    assert victim.refusal("Pipelines/ExplainPipeline", target).reason == "INVALID_PIPELINE"


def test_a_name_of_megabytes_is_refused_in_a_short_message(victim: Victim):
    failed = victim.refusal("Blocks/GetBlockInfo", B.GetBlockInfoRequest(name="\1" * 20_000_000))

    assert failed.reason == "INVALID_NAME"
    assert len(failed.message) < 2000


def test_a_slice_of_very_many_positions_is_refused(victim: Victim):
    failed = victim.refusal("Blocks/GetBlock", part(rows=positions(*[2**60] * 2_000_000)))

    assert failed.fields == ["slice"]


def test_very_many_positions_that_are_beyond_are_refused_in_a_short_message(victim: Victim):
    failed = victim.refusal("Blocks/GetBlock", part(rows=positions(*range(2, MANY))))

    assert failed.reason == "INVALID_SLICE"
    assert len(failed.fields) <= 100


def test_a_part_that_would_be_terabytes_is_refused(victim: Victim):
    many = positions(*[0] * MANY)
    request = blocks_pb2.GetBlockRequest(name="lab/matrix", slice=value_pb2.Slice(rows=many, columns=many))

    assert victim.refusal("Blocks/GetBlock", request).fields == ["slice"]


# Answers that would be larger than what was asked for


def batch(victim: Victim, *operations: B.Operation) -> B.BatchResponse:
    # ten thousand errors are looked at for what they take, not for how long
    answer = victim.send("Blocks/Batch", [B.BatchRequest(operations=operations).SerializeToString()], timeout=60)
    assert answer.failed is None, answer.failed.message
    return B.BatchResponse.FromString(answer.messages[0])


def test_errors_in_a_batch_are_short(victim: Victim):
    long = B.Operation(info=B.GetBlockInfoRequest(name="\1" * 10_000_000))

    answer = batch(victim, long, long)

    assert [result.error.reason for result in answer.results] == ["INVALID_NAME"] * 2
    assert answer.ByteSize() < 10_000


def test_errors_of_a_full_batch_fit_into_a_message(victim: Victim):
    fields = [value_pb2.Field(name="f" * 30) for _ in range(20)]
    value = value_pb2.InlineValue(header=value_pb2.Value(table=value_pb2.Table(fields=fields)))

    answer = batch(victim, *[B.Operation(put=B.PutOperation(name="lab/bad", value=value))] * 10_000)

    assert {result.error.reason for result in answer.results} == {"INVALID_VALUE"}


def test_infos_that_do_not_fit_into_the_answer_are_refused_one_by_one(victim: Victim):
    wide = value_pb2.Table(fields=[value_pb2.Field(name=str(n), value=NULL) for n in range(60_000)])
    put = B.PutBlockRequest(header=B.PutBlockHeader(name="lab/wide", value=value_pb2.Value(table=wide)))
    assert victim.send("Blocks/PutBlock", [put.SerializeToString()]).failed is None

    answer = batch(victim, *[B.Operation(info=B.GetBlockInfoRequest(name="lab/wide"))] * 100)

    told = [result.WhichOneof("result") for result in answer.results]
    assert told == ["info"] * told.count("info") + ["error"] * told.count("error")
    assert {result.error.reason for result in answer.results if result.HasField("error")} == {"RESOURCE_EXHAUSTED"}
    assert answer.ByteSize() <= 32 << 20


def test_copies_whose_attributes_do_not_fit_into_the_answer_are_made_all_the_same(victim: Victim):
    heavy = [B.Attribute(key="k", value="v" * 65_000)]
    assert victim.send("Blocks/UpdateBlock", [update(attributes=heavy).SerializeToString()]).failed is None
    copies = [B.CopyBlockRequest(source="lab/known", target=f"copies/{n}") for n in range(600)]

    answer = batch(victim, *(B.Operation(copy=copy) for copy in copies[:-1]))
    committed = victim.send(
        "Blocks/Commit", [B.CommitRequest(operations=[B.CommitOperation(copy=c) for c in copies]).SerializeToString()]
    )

    assert committed.failed is None
    assert victim.contents()["copies"][1] == 600
    for infos in ([result.info for result in answer.results], B.CommitResponse.FromString(committed.messages[0]).infos):
        assert all(info.version and info.name.startswith("copies/") for info in infos)
        assert infos[0].attributes
        assert not infos[-1].attributes


def test_versions_with_large_attributes_are_listed_in_short_pages(victim: Victim):
    created = S.CreateSpaceRequest(name="many", settings=S.SpaceSettings(versions_kept=1000))
    assert victim.send("Spaces/CreateSpace", [created.SerializeToString()]).failed is None
    heavy = B.PutOperation(
        name="many/x",
        attributes=[B.Attribute(key="k", value="v" * 65_000)],
        value=specimens.inline(specimens.values()["scalar"]),
    )
    for _ in range(2):
        batch(victim, *[B.Operation(put=heavy)] * 300)

    listing = B.ListBlockVersionsRequest(name="many/x", page_size=1000)
    answer = victim.send("Blocks/ListBlockVersions", [listing.SerializeToString()])

    assert answer.failed is None
    page = B.ListBlockVersionsResponse.FromString(answer.messages[0])
    assert page.next_page_token
    assert 0 < len(page.blocks) < 100
