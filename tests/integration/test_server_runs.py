"""Runs of pipelines over the wire: inputs, outputs, and how they end."""

import threading
import time
import uuid

import grpc
import numpy as np
import pytest

from integration.pipeline_messages import (
    CODE,
    MATRIX,
    PRODUCT,
    WEIGHTS,
    block,
    given,
    graph,
    inline,
    put,
    result,
    run_failure,
    step,
    tensor,
)
from jazz.v1 import blocks_pb2, kinds_pb2, spaces_pb2, value_pb2
from jazz.v1 import pipelines_pb2 as pb
from jazz.values import Layout, compressed
from wire import body_of, encoded, failure, put_messages, run_messages


def number(value):
    return {"literal": pb.Literal(int_value=value) if isinstance(value, int) else pb.Literal(float_value=value)}


def test_a_stored_pipeline_runs(stubs):
    info = put(stubs)

    header, outputs = stubs.run("lab/product", {"x": MATRIX, "w": WEIGHTS})

    np.testing.assert_allclose(outputs["y"].array(), MATRIX @ WEIGHTS)
    np.testing.assert_allclose(outputs["total"].array(), (MATRIX @ WEIGHTS).sum())
    assert [output.name for output in header.outputs] == ["y", "total"]
    assert header.pipeline_version == info.version
    assert header.compute_nanoseconds > 0


def test_a_pipeline_that_is_not_stored_runs(stubs):
    header, outputs = stubs.run(inline(), {"w": WEIGHTS, "x": MATRIX})

    np.testing.assert_allclose(outputs["y"].array(), MATRIX @ WEIGHTS)
    assert header.pipeline_version == 0


def test_large_inputs_and_outputs_stream(stubs):
    x = np.random.default_rng(0).random((400_000, 3))

    _, outputs = stubs.run(inline(), {"x": x, "w": WEIGHTS})

    np.testing.assert_allclose(outputs["y"].array(), x @ WEIGHTS)


def test_a_sparse_input_runs(stubs):
    x = compressed(Layout.CSR, (2, 3), np.array([0, 1, 2]), np.array([0, 2]), np.array([1.0, 2.0]))

    _, outputs = stubs.run(inline(), {"x": x, "w": WEIGHTS})

    np.testing.assert_allclose(outputs["y"].array(), np.array([[1.0, 0, 0], [0, 0, 2.0]]) @ WEIGHTS)


def test_stored_blocks_and_parts_of_them_are_inputs(stubs):
    version = stubs.put("lab/x", MATRIX).version
    stubs.put("lab/w", WEIGHTS)

    header, outputs = stubs.run(
        inline(),
        {"x": block("lab/x", rows=value_pb2.Selection(range=value_pb2.Range(start=1, stop=3))), "w": block("lab/w")},
    )

    np.testing.assert_allclose(outputs["y"].array(), MATRIX[1:3] @ WEIGHTS)
    assert [(used.input, used.name) for used in header.used_blocks] == [("x", "lab/x"), ("w", "lab/w")]
    assert header.used_blocks[0].version == version


def test_a_bind_follows_the_latest_version(stubs):
    stubs.put("lab/w", WEIGHTS)
    put(stubs, binds={"w": "lab/w"})
    new = stubs.put("lab/w", WEIGHTS * 2).version

    header, outputs = stubs.run("lab/product", {"x": MATRIX})

    np.testing.assert_allclose(outputs["y"].array(), MATRIX @ WEIGHTS * 2)
    assert header.used_blocks[0].version == new


def test_a_pinned_bind_keeps_its_version(stubs):
    stubs.spaces.CreateSpace(
        spaces_pb2.CreateSpaceRequest(name="lab", settings=spaces_pb2.SpaceSettings(versions_kept=1))
    )
    old = stubs.put("lab/w", WEIGHTS).version
    put(stubs, binds={"w": f"lab/w@{old}"})
    for factor in (2, 3):
        stubs.put("lab/w", WEIGHTS * factor)

    header, outputs = stubs.run("lab/product", {"x": MATRIX})

    np.testing.assert_allclose(outputs["y"].array(), MATRIX @ WEIGHTS)
    assert header.used_blocks[0].version == old


def test_a_value_takes_the_place_of_a_bind(stubs):
    stubs.put("lab/w", WEIGHTS)
    put(stubs, binds={"w": "lab/w"})

    header, outputs = stubs.run("lab/product", {"x": MATRIX, "w": WEIGHTS * 5})

    np.testing.assert_allclose(outputs["y"].array(), MATRIX @ WEIGHTS * 5)
    assert not header.used_blocks


def test_a_bind_that_is_gone_is_not_found_and_named(stubs):
    stubs.put("lab/w", WEIGHTS)
    put(stubs, binds={"w": "lab/w"})
    stubs.blocks.DeleteBlock(blocks_pb2.DeleteBlockRequest(name="lab/w"))

    failed = run_failure(stubs, "lab/product", {"x": MATRIX})

    assert (failed.code, failed.reason) == (CODE.NOT_FOUND, "BLOCK_NOT_FOUND")
    assert (failed.info.metadata["input"], failed.info.metadata["block"]) == ("w", "lab/w")


def test_a_bind_that_does_not_fit_any_more_names_both_versions(stubs):
    then = stubs.put("lab/w", WEIGHTS).version
    put(stubs, binds={"w": "lab/w"})
    now = stubs.put("lab/w", np.zeros(3)).version

    failed = run_failure(stubs, "lab/product", {"x": MATRIX})

    assert failed.reason == "KIND_MISMATCH"
    expected, found = failed.violation("binds.w")
    assert f"lab/w@{then}" in expected
    assert f"lab/w@{now}" in found


def test_everything_that_is_wrong_with_the_inputs_is_told_at_once(stubs):
    def messages():
        sent = encoded(MATRIX)
        value = pb.StreamedValue(header=sent.header, body_bytes=5)
        yield pb.RunPipelineRequest(
            header=pb.RunPipelineHeader(
                inline=inline(),
                inputs=[
                    pb.RunInput(name="x", value=value),
                    pb.RunInput(name="x", block=block("lab/x")),
                    pb.RunInput(name="z", block=block("Lab")),
                    pb.RunInput(name="y"),
                ],
                stores=[pb.StoreOutput(output="none", block="bad")],
            )
        )

    failed = failure(stubs.pipelines.RunPipeline, messages())

    assert failed.code == CODE.INVALID_ARGUMENT
    assert {
        "inputs[0].value.body_bytes",
        "inputs[1].name",
        "inputs[2].name",
        "inputs[2].block.name",
        "inputs[3].name",
        "inputs[3]",
        "inputs.w",
        "stores[0].output",
        "stores[0].block",
    } == set(failed.fields)


def test_inputs_that_do_not_fit_are_refused_before_their_bodies_are_sent(stubs):
    go_on = threading.Event()

    def messages():
        [first, *_] = run_messages(inline(), {"x": np.zeros((2, 7)), "w": WEIGHTS})
        yield first
        go_on.wait(30)

    failed = failure(stubs.pipelines.RunPipeline, messages())
    go_on.set()

    assert failed.reason == "KIND_MISMATCH"


def test_a_run_needs_a_target(stubs):
    message = pb.RunPipelineRequest(header=pb.RunPipelineHeader())

    assert failure(stubs.pipelines.RunPipeline, iter([message])).fields == ["target"]


def test_an_input_whose_contents_are_not_valid_is_refused(stubs):
    bad = compressed(Layout.CSR, (2, 3), np.array([0, 1, 2]), np.array([0, 9]), np.ones(2))

    failed = run_failure(stubs, inline(), {"x": bad, "w": WEIGHTS})

    assert failed.reason == "INVALID_VALUE"
    assert all(field.startswith("inputs.x.") for field in failed.fields)


@pytest.mark.parametrize("damage", ["cut", "order", "checksum", "index"])
def test_a_stream_of_inputs_that_is_not_what_was_announced_is_refused(stubs, damage):
    first, *chunks = run_messages(inline(), {"x": MATRIX, "w": WEIGHTS})
    if damage == "cut":
        del chunks[-1]
    elif damage == "order":
        chunks.reverse()
    elif damage == "checksum":
        chunks[0].chunks[0].crc32c ^= 1
    else:
        chunks[0].chunks[0].value_index = 9

    failed = failure(stubs.pipelines.RunPipeline, iter([first, *chunks]))

    assert failed.reason == ("CHECKSUM_MISMATCH" if damage == "checksum" else "INVALID_STREAM")


def test_outputs_are_stored_in_one_commit_and_others_given_back(stubs):
    header, outputs = stubs.run(
        inline(), {"x": MATRIX, "w": WEIGHTS}, stores=[pb.StoreOutput(output="y", block="lab/y")]
    )

    assert set(outputs) == {"total"}
    assert header.outputs[0].block.name == "lab/y"
    np.testing.assert_allclose(stubs.array("lab/y"), MATRIX @ WEIGHTS)


def test_outputs_that_cannot_all_be_stored_are_not_stored_at_all(stubs):
    stubs.spaces.CreateSpace(
        spaces_pb2.CreateSpaceRequest(name="small", settings=spaces_pb2.SpaceSettings(quota_bytes=1))
    )
    stores = [pb.StoreOutput(output="y", block="lab/y"), pb.StoreOutput(output="total", block="small/t")]

    failed = run_failure(stubs, inline(), {"x": MATRIX, "w": WEIGHTS}, stores=stores)

    assert failed.reason == "QUOTA_EXCEEDED"
    assert failure(stubs.blocks.GetBlockInfo, blocks_pb2.GetBlockInfoRequest(name="lab/y")).reason == "BLOCK_NOT_FOUND"


def test_a_repeated_run_stores_once(stubs):
    request_id = str(uuid.uuid4())
    stores = [pb.StoreOutput(output="y", block="lab/y")]

    first, _ = stubs.run(inline(), {"x": MATRIX, "w": WEIGHTS}, stores=stores, request_id=request_id)
    second, _ = stubs.run(inline(), {"x": MATRIX, "w": WEIGHTS}, stores=stores, request_id=request_id)

    assert second.outputs[0].block == first.outputs[0].block


def test_a_request_id_is_not_for_another_run(stubs):
    request_id = str(uuid.uuid4())
    stores = [pb.StoreOutput(output="y", block="lab/y")]
    stubs.run(inline(), {"x": MATRIX, "w": WEIGHTS}, stores=stores, request_id=request_id)

    failed = run_failure(stubs, inline(), {"x": MATRIX + 1, "w": WEIGHTS}, stores=stores, request_id=request_id)

    assert failed.reason == "REQUEST_ID_REUSED"


def test_a_request_id_on_a_run_that_stores_nothing_is_refused(stubs):
    failed = run_failure(stubs, inline(), {"x": MATRIX, "w": WEIGHTS}, request_id=str(uuid.uuid4()))

    assert failed.fields == ["request_id"]


def test_a_step_that_fails_on_its_data_names_the_step(stubs):
    pipeline = pb.Pipeline(
        graph=graph(
            {"x": tensor("n"), "i": kinds_pb2.Type(any=kinds_pb2.AnyType())},
            [step("take", given(0), given(1))],
            {"y": result(0)},
        )
    )

    failed = run_failure(stubs, inline(pipeline), {"x": np.arange(3.0), "i": np.array([99])})

    assert (failed.code, failed.reason) == (CODE.INVALID_ARGUMENT, "INVALID_VALUE")
    assert failed.fields[0].startswith("steps[0] take")


def endless(turns=1_000_000_000):
    """A loop that takes far longer than any test."""
    body = graph(
        {"s": kinds_pb2.Type(any=kinds_pb2.AnyType())},
        [step("multiply", given(0), pb.Argument(literal=pb.Literal(float_value=1.0)))],
        {"s": result(0)},
    )
    loop = step("iterate", given(0), body={"graph": 0}, count=number(1), max_iter=number(turns))
    return pb.Pipeline(graph=graph({"x": tensor("n")}, [loop], {"y": result(0)}), graphs=[body])


def computes(stubs):
    """Whether runs are computed (a run that goes on for ever would stand in the way)."""
    _, outputs = stubs.run(inline(endless(3)), {"x": np.ones(3)})
    return np.array_equal(outputs["y"].array(), np.ones(3))


def test_a_run_stops_at_its_deadline(stubs):
    for _ in range(3):
        with pytest.raises(grpc.RpcError) as raised:
            list(stubs.pipelines.RunPipeline(run_messages(inline(endless()), {"x": np.ones(3)}), timeout=0.5))
        assert raised.value.code() == CODE.DEADLINE_EXCEEDED

    assert computes(stubs)


def test_a_run_stops_when_it_is_cancelled(stubs):
    for _ in range(3):
        call = stubs.pipelines.RunPipeline(run_messages(inline(endless()), {"x": np.ones(3)}))
        time.sleep(0.2)
        call.cancel()

    assert computes(stubs)


def test_a_run_that_never_ends_does_not_hold_small_calls_up(stubs):
    call = stubs.pipelines.RunPipeline(run_messages(inline(endless()), {"x": np.ones(3)}))
    try:
        for turn in range(20):
            stubs.put("lab/x", np.full(3, turn))
    finally:
        call.cancel()

    assert computes(stubs)


def test_a_block_put_during_a_run_is_not_seen_by_it(stubs):
    stubs.put("lab/w", WEIGHTS)
    first, *chunks = run_messages(inline(PRODUCT, w="lab/w"), {"x": MATRIX})
    looked_up = threading.Event()

    def messages():
        yield first
        looked_up.wait(30)
        yield from chunks

    call = stubs.pipelines.RunPipeline(messages())
    time.sleep(0.3)
    stubs.blocks.PutBlock(put_messages("lab/w", WEIGHTS * 100))
    stubs.blocks.DeleteBlock(blocks_pb2.DeleteBlockRequest(name="lab/w"))
    looked_up.set()

    answers = list(call)
    assert answers[0].header.used_blocks[0].name == "lab/w"
    expected = encoded(MATRIX @ WEIGHTS)
    assert body_of(answers, expected.body_bytes, 0) == expected.body()
