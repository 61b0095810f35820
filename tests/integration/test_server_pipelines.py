"""Pipelines over the wire: stored, bound, listed, explained."""

import uuid

import numpy as np

from integration.pipeline_messages import (
    CODE,
    MATRIX,
    PRODUCT,
    WEIGHTS,
    given,
    graph,
    inline,
    put,
    result,
    run_failure,
    step,
    tensor,
)
from jazz.v1 import kinds_pb2
from jazz.v1 import pipelines_pb2 as pb
from wire import failure, inline_value


def test_a_pipeline_tells_the_types_of_its_inputs_and_outputs(stubs):
    info = put(stubs)

    assert [each.name for each in info.inputs] == ["x", "w"]
    shape = info.outputs[0].type.tensor.shape
    assert [each.symbol for each in shape.dimensions] == ["rows", "classes"]
    assert not info.HasField("pipeline")


def test_a_pipeline_is_given_back_as_it_was_put(stubs):
    stored = put(stubs)

    found = stubs.pipelines.GetPipeline(pb.GetPipelineRequest(name="lab/product")).info

    assert (found.name, found.version) == ("lab/product", stored.version)
    assert [each.op_version for each in found.pipeline.graph.steps] == [1, 1]
    assert found.pipeline.graph.inputs == PRODUCT.graph.inputs


def test_a_pipeline_that_is_not_well_formed_is_refused_with_everything_that_is_wrong(stubs):
    wrong = pb.Pipeline(graph=graph({"x": tensor(2)}, [step("teleport", given(7))], {"y": result(3)}))

    failed = failure(stubs.pipelines.PutPipeline, pb.PutPipelineRequest(name="lab/p", pipeline=wrong))

    assert (failed.code, failed.reason) == (CODE.INVALID_ARGUMENT, "INVALID_PIPELINE")
    assert len(failed.fields) >= 2
    assert failure(stubs.pipelines.GetPipeline, pb.GetPipelineRequest(name="lab/p")).reason == "PIPELINE_NOT_FOUND"


def test_a_pipeline_that_is_not_well_typed_is_refused_naming_the_step(stubs):
    wrong = pb.Pipeline(
        graph=graph({"x": tensor(4, 3), "w": tensor(5, 2)}, [step("matmul", given(0), given(1))], {"y": result(0)})
    )

    failed = failure(stubs.pipelines.PutPipeline, pb.PutPipelineRequest(name="lab/p", pipeline=wrong))

    assert (failed.code, failed.reason) == (CODE.INVALID_ARGUMENT, "KIND_MISMATCH")
    [field] = failed.fields
    assert field.startswith("steps[0] matmul")


def test_a_bind_of_an_unknown_input_is_refused(stubs):
    stubs.put("lab/w", WEIGHTS)
    binds = [pb.Bind(input="w", block="lab/w"), pb.Bind(input="z", block="Lab"), pb.Bind(input="w", block="lab/w")]

    failed = failure(stubs.pipelines.PutPipeline, pb.PutPipelineRequest(name="lab/p", pipeline=PRODUCT, binds=binds))

    assert failed.fields == ["binds[1].input", "binds[1].block", "binds[2].input"]


def test_a_bind_of_a_block_that_is_not_there_names_the_input_and_the_block(stubs):
    request = pb.PutPipelineRequest(name="lab/p", pipeline=PRODUCT, binds=[pb.Bind(input="w", block="lab/none")])

    failed = failure(stubs.pipelines.PutPipeline, request)

    assert (failed.code, failed.reason) == (CODE.NOT_FOUND, "BLOCK_NOT_FOUND")
    assert (failed.info.metadata["input"], failed.info.metadata["block"]) == ("w", "lab/none")


def test_a_bind_whose_block_does_not_fit_is_refused(stubs):
    stubs.put("lab/w", np.zeros(3))
    request = pb.PutPipelineRequest(name="lab/p", pipeline=PRODUCT, binds=[pb.Bind(input="w", block="lab/w")])

    assert failure(stubs.pipelines.PutPipeline, request).reason == "KIND_MISMATCH"


def test_a_bound_input_is_not_asked_for(stubs):
    stubs.put("lab/w", WEIGHTS)

    info = put(stubs, binds={"w": "lab/w"})

    assert [each.name for each in info.inputs] == ["x"]
    assert [(each.input, each.block) for each in info.binds] == [("w", "lab/w")]


def test_a_repeated_put_of_a_pipeline_acts_once(stubs):
    request_id = str(uuid.uuid4())

    assert put(stubs, request_id=request_id) == put(stubs, request_id=request_id)


def test_pipelines_are_listed_without_their_graphs(stubs):
    for name in ("b", "a"):
        put(stubs, f"lab/{name}")

    first = stubs.pipelines.ListPipelines(pb.ListPipelinesRequest(prefix="lab", page_size=1))
    rest = stubs.pipelines.ListPipelines(pb.ListPipelinesRequest(prefix="lab", page_token=first.next_page_token))

    assert [info.name for info in (*first.pipelines, *rest.pipelines)] == ["lab/a", "lab/b"]
    assert not first.pipelines[0].HasField("pipeline")


def test_a_deleted_pipeline_is_gone(stubs):
    put(stubs)

    stubs.pipelines.DeletePipeline(pb.DeletePipelineRequest(name="lab/product"))

    assert run_failure(stubs, "lab/product").reason == "PIPELINE_NOT_FOUND"


def test_a_constant_that_is_too_large_is_refused(stubs):
    big = pb.Pipeline(graph=PRODUCT.graph, constants=[inline_value(np.zeros(1 << 18))])

    failed = failure(stubs.pipelines.PutPipeline, pb.PutPipelineRequest(name="lab/p", pipeline=big))

    assert failed.fields == ["pipeline.constants[0].body"]


def test_operations_are_listed_in_pages(stubs):
    names, token = [], None
    while token != "":
        page = stubs.pipelines.ListOps(pb.ListOpsRequest(page_size=7, page_token=token or ""))
        names += [op.name for op in page.ops]
        token = page.next_page_token

    assert names == sorted(names)
    assert {"matmul", "relu", "topk", "iterate"} <= set(names)


def test_an_explanation_says_what_a_run_would_do(stubs):
    stubs.put("lab/w", WEIGHTS)
    put(stubs, binds={"w": "lab/w"})

    explained = stubs.pipelines.ExplainPipeline(pb.ExplainPipelineRequest(name="lab/product")).explanation

    assert [each.name for each in explained.inputs] == ["x"]
    assert [each.op for each in explained.steps] == ["matmul", "sum"]
    assert "matmul" in explained.text


def test_a_pipeline_refers_to_stored_kinds(stubs):
    kind = kinds_pb2.Kind(type=tensor("k", 2))
    stubs.kinds.PutKind(kinds_pb2.PutKindRequest(name="lab/weights", kind=kind))
    named = kinds_pb2.Type(kind=kinds_pb2.KindReference(name="lab/weights"))
    pipeline = pb.Pipeline(
        graph=graph({"x": tensor("n", "k"), "w": named}, [step("matmul", given(0), given(1))], {"y": result(0)})
    )

    _, outputs = stubs.run(inline(pipeline), {"x": MATRIX, "w": WEIGHTS})
    failed = run_failure(stubs, inline(pipeline), {"x": MATRIX, "w": WEIGHTS[:, :1]})

    np.testing.assert_allclose(outputs["y"].array(), MATRIX @ WEIGHTS)
    assert failed.reason == "KIND_MISMATCH"
