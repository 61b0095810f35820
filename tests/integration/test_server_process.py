"""The process: starting, refusing to start, stopping, health, reflection, errors nobody foresaw."""

import math
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import grpc
import numpy as np
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from jazz.v1 import blocks_pb2, pipelines_pb2, server_pb2
from jazz_server.health import problem
from running_server import RunningServer, refused_start, serve_command
from wire import Stubs, chunk_messages, encoded, failure, inline_value, run_messages

SERVICES = ["Blocks", "Kinds", "Pipelines", "Server", "Spaces"]


# Starting


def test_one_line_says_where_it_listens_and_where_its_data_is(server):
    line = next(line for line in server.messages.splitlines() if "listening" in line)

    pattern = (
        r"jazz-server \S+ listening on 127\.0\.0\.1:\d+ and unix:\S+, data in \S+, kernels \S+, ready in [\d.]+ s$"
    )
    assert re.search(pattern, line)


def test_what_was_put_is_there_after_a_restart(server, own):
    array = np.random.default_rng(0).random(200_000)
    small = own.put("lab/small", array[:3])
    own.put("lab/large", array)

    server.restart()

    with grpc.insecure_channel(server.target) as channel:
        again = Stubs(channel)
        assert again.info("lab/small").version == small.version
        np.testing.assert_array_equal(again.array("lab/large"), array)


def test_what_was_acknowledged_is_there_after_a_crash(server, own):
    array = np.random.default_rng(0).random(200_000)
    own.put("lab/large", array)

    server.kill()
    server.start()

    with grpc.insecure_channel(server.target) as channel:
        np.testing.assert_array_equal(Stubs(channel).array("lab/large"), array)


def test_the_unix_socket_serves(server):
    with grpc.insecure_channel(f"unix:{server.socket}") as channel:
        stubs = Stubs(channel)
        stubs.put("lab/x", np.arange(3))

        np.testing.assert_array_equal(stubs.array("lab/x"), np.arange(3))


def test_a_stale_socket_is_replaced(server):
    server.kill()
    assert server.socket.exists()

    server.start()

    with grpc.insecure_channel(f"unix:{server.socket}") as channel:
        Stubs(channel).put("lab/x", np.arange(3))


def test_the_socket_is_removed_at_the_end(server):
    assert server.stop() == 0

    assert not server.socket.exists()


def test_the_data_folder_can_be_named_from_where_one_is(tmp_path):
    server = RunningServer(Path(os.path.relpath(tmp_path)))
    server.start()

    assert server.stop() == 0
    assert (tmp_path / "data" / "FORMAT").exists()


def test_a_data_folder_that_is_in_use_is_refused(server, own):
    own.put("lab/x", np.arange(3))

    message = refused_start("--data", server.data, "--listen", "127.0.0.1:0")

    assert message.count("\n") == 1
    assert f"{server.data}" in message
    assert "in use" in message
    np.testing.assert_array_equal(own.array("lab/x"), np.arange(3))


def test_a_port_that_is_taken_is_refused_before_anything_is_touched(server, tmp_path):
    message = refused_start("--data", tmp_path / "other", "--listen", server.target)

    assert message == f"jazz-server: cannot listen on {server.target}: another process listens there\n"
    assert not (tmp_path / "other").exists()


def test_a_socket_that_is_in_use_is_refused(server, tmp_path):
    message = refused_start("--data", tmp_path / "other", "--listen", "127.0.0.1:0", "--socket", server.socket)

    assert "another process listens there" in message
    assert server.socket.exists()


def test_a_file_in_the_place_of_the_socket_is_left_alone(tmp_path):
    file = tmp_path / "precious"
    file.write_text("precious")

    message = refused_start("--data", tmp_path / "data", "--listen", "127.0.0.1:0", "--socket", file)

    assert "no socket" in message
    assert file.read_text() == "precious"


def test_a_folder_that_holds_something_else_is_refused_and_left_alone(tmp_path):
    (tmp_path / "thesis.tex").write_text("precious")

    message = refused_start("--data", tmp_path, "--listen", "127.0.0.1:0")

    assert str(tmp_path) in message
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


@pytest.mark.parametrize("listen", ["nowhere", "127.0.0.1", "127.0.0.1:http", "127.0.0.1:70000", "::1:50051", ":1"])
def test_an_address_that_is_none_is_refused(tmp_path, listen):
    assert f"cannot listen on {listen!r}" in refused_start("--data", tmp_path / "data", "--listen", listen)


@pytest.mark.parametrize("option", ["--data", "--socket", "--tls-cert", "--tls-key", "--tls-client-ca"])
def test_an_empty_path_is_not_the_current_folder(tmp_path, option):
    line = ["--data", tmp_path / "data", "--listen", "127.0.0.1:0", option, ""]
    ended = subprocess.run(serve_command(*line), capture_output=True, text=True, timeout=60, cwd=tmp_path, check=False)

    assert ended.returncode == 2
    assert option in ended.stderr
    assert "expected a path" in ended.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_address_of_another_machine_is_refused(tmp_path):
    assert "cannot listen on 192.0.2.1:0" in refused_start("--data", tmp_path / "data", "--listen", "192.0.2.1:0")


@pytest.mark.parametrize("names", ["colums", "tiles, colums", "TILES"])
def test_a_pass_to_leave_out_that_there_is_not_is_refused(tmp_path, names):
    unknown = names.split(", ")[-1]

    message = refused_start("--data", tmp_path / "data", "--listen", "127.0.0.1:0", JAZZ_WITHOUT=names)

    expected = "expected names of columns, full_rows, halves, tiles, separated by commas"
    assert message == f"jazz-server: JAZZ_WITHOUT: {expected}, found {unknown!r}\n"
    assert not (tmp_path / "data").exists()


def test_a_level_of_kernels_that_there_is_not_is_refused(tmp_path):
    message = refused_start("--data", tmp_path / "data", "--listen", "127.0.0.1:0", JAZZ_KERNEL_LEVEL="x86-64-v9")

    assert re.fullmatch(r"jazz-server: JAZZ_KERNEL_LEVEL: expected one of .*, found 'x86-64-v9'\n", message)
    assert not (tmp_path / "data").exists()


def test_an_empty_level_of_kernels_is_none(tmp_path):
    running = RunningServer(tmp_path, environment={"JAZZ_KERNEL_LEVEL": ""})
    try:
        running.start()
        assert "kernels none" not in running.messages
    finally:
        running.close()


def test_health_may_wait_for_any_time(server):
    assert problem(server.target, math.inf) is None


def test_passes_to_leave_out_may_have_spaces_and_commas_around_them(tmp_path):
    running = RunningServer(tmp_path, environment={"JAZZ_WITHOUT": " tiles, columns,"})
    try:
        running.start()
    finally:
        running.close()


def test_a_folder_of_operations_that_there_is_not_is_refused(tmp_path):
    message = refused_start("--data", tmp_path / "data", "--listen", "127.0.0.1:0", JAZZ_OPS=tmp_path / "ops")

    assert message == f"jazz-server: {tmp_path / 'ops'}: expected a folder of modules with operations, found none\n"


def test_a_module_without_operations_is_refused(tmp_path):
    (tmp_path / "shrinking.py").write_text("ops = ()")

    message = refused_start("--data", tmp_path / "data", "--listen", "127.0.0.1:0", JAZZ_OPS=tmp_path)

    module = tmp_path / "shrinking.py"
    assert message == f"jazz-server: {module}: expected OPS, the operations of the module, found none\n"


@pytest.mark.parametrize("level", ["info", "INFO", "Warning"])
def test_a_level_of_the_log_is_told_in_any_case(tmp_path, level):
    message = refused_start("--data", tmp_path / "data", "--listen", "nowhere", JAZZ_LOG_LEVEL=level)

    assert "cannot listen on 'nowhere'" in message


def test_listening_to_other_machines_without_tls_warns(tmp_path):
    running = RunningServer(tmp_path)
    running.target = "0.0.0.0:0"
    try:
        running.start()
        assert "without TLS" in running.messages
    finally:
        running.close()


def test_spaces_are_not_made_by_a_put_when_told_so(tmp_path):
    running = RunningServer(tmp_path, "--no-create-spaces")
    try:
        running.start()
        with grpc.insecure_channel(running.target) as channel:
            message = blocks_pb2.BatchRequest(
                operations=[
                    blocks_pb2.Operation(put=blocks_pb2.PutOperation(name="lab/x", value=inline_value(np.arange(3))))
                ]
            )
            [result] = Stubs(channel).blocks.Batch(message).results
            assert result.error.reason == "SPACE_NOT_FOUND"
    finally:
        running.close()


# Stopping


def test_a_put_under_way_is_finished_before_the_server_stops(server, own):
    sent = encoded(np.arange(1_000_000))
    go_on = threading.Event()

    def messages():
        yield blocks_pb2.PutBlockRequest(
            header=blocks_pb2.PutBlockHeader(name="lab/x", value=sent.header, body_bytes=sent.body_bytes)
        )
        first, *rest = chunk_messages(sent)
        yield blocks_pb2.PutBlockRequest(chunks=[first])
        go_on.wait(30)
        for chunk in rest:
            yield blocks_pb2.PutBlockRequest(chunks=[chunk])

    own.put("lab/other", np.arange(3))
    call = own.blocks.PutBlock.future(messages())
    time.sleep(0.3)
    server.signal(signal.SIGTERM)
    wait_for(lambda: "finishing" in server.messages)
    wait_for(lambda: not accepts(server.target))
    go_on.set()

    assert call.result(30).info.name == "lab/x"
    assert server.wait() == 0
    server.start()
    with grpc.insecure_channel(server.target) as channel:
        np.testing.assert_array_equal(Stubs(channel).array("lab/x"), np.arange(1_000_000))


def test_health_says_that_it_is_over_while_a_put_is_under_way(server, own):
    watched = []
    health = health_pb2_grpc.HealthStub(own.channel)

    def watch():
        try:
            answers = health.Watch(health_pb2.HealthCheckRequest(service="jazz.v1.Blocks"))
            watched.extend(answer.status for answer in answers)
        except grpc.RpcError:
            watched.append("ended")

    thread = threading.Thread(target=watch)
    thread.start()
    wait_for(lambda: watched)

    assert server.stop() == 0

    thread.join(10)
    assert watched == [health_pb2.HealthCheckResponse.SERVING, health_pb2.HealthCheckResponse.NOT_SERVING, "ended"]


def test_an_idle_session_does_not_hold_the_server_up(server, own):
    go_on = threading.Event()

    def messages():
        yield blocks_pb2.SessionRequest(
            operations=[blocks_pb2.Operation(info=blocks_pb2.GetBlockInfoRequest(name="lab/x"))]
        )
        go_on.wait(60)

    call = own.blocks.Session(messages())
    next(call)

    began = time.monotonic()
    assert server.stop() == 0
    assert time.monotonic() - began < 10
    go_on.set()


def test_a_call_that_does_not_finish_in_time_is_cancelled(tmp_path):
    running = RunningServer(tmp_path, "--grace", "0.5")
    go_on = threading.Event()
    try:
        running.start()
        with grpc.insecure_channel(running.target) as channel:
            stubs = Stubs(channel)
            stubs.put("lab/other", np.arange(3))
            sent = encoded(np.arange(1_000_000))

            def messages():
                yield blocks_pb2.PutBlockRequest(
                    header=blocks_pb2.PutBlockHeader(name="lab/x", value=sent.header, body_bytes=sent.body_bytes)
                )
                go_on.wait(60)

            call = stubs.blocks.PutBlock.future(messages())
            time.sleep(0.3)
            assert running.stop() == 0
            assert call.exception(10) is not None
        assert "cancelling 1 calls" in running.messages
    finally:
        go_on.set()
        running.close()


def test_a_second_signal_ends_it_at_once(server, own):
    go_on = threading.Event()
    sent = encoded(np.arange(1_000_000))

    def messages():
        yield blocks_pb2.PutBlockRequest(
            header=blocks_pb2.PutBlockHeader(name="lab/x", value=sent.header, body_bytes=sent.body_bytes)
        )
        go_on.wait(60)

    own.put("lab/other", np.arange(3))
    own.blocks.PutBlock.future(messages())
    time.sleep(0.3)
    server.signal(signal.SIGINT)
    wait_for(lambda: "finishing" in server.messages)
    server.signal(signal.SIGINT)

    assert server.wait(10) == 1
    go_on.set()
    server.start()


# What it says of itself


def test_the_server_says_what_it_is(stubs):
    info = stubs.server.GetServerInfo(server_pb2.GetServerInfoRequest())

    assert info.version
    assert info.identity == "anonymous"
    assert info.threads > 0
    assert info.start_time.seconds > 1_700_000_000
    assert info.limits.message_bytes >= info.limits.inline_bytes > 0
    assert info.limits.batch_operations > 0
    assert info.limits.upload_lifetime.seconds > 0


@pytest.mark.parametrize("service", ["", *(f"jazz.v1.{name}" for name in SERVICES)])
def test_each_service_is_healthy(stubs, service):
    health = health_pb2_grpc.HealthStub(stubs.channel)

    assert health.Check(health_pb2.HealthCheckRequest(service=service)).status == (
        health_pb2.HealthCheckResponse.SERVING
    )


def test_reflection_names_the_services_and_gives_their_description(stubs):
    reflection = reflection_pb2_grpc.ServerReflectionStub(stubs.channel)
    ask = reflection_pb2.ServerReflectionRequest
    listed, described = reflection.ServerReflectionInfo(
        iter([ask(list_services=""), ask(file_containing_symbol="jazz.v1.Blocks")])
    )

    names = [service.name for service in listed.list_services_response.service]
    assert {f"jazz.v1.{name}" for name in SERVICES} <= set(names)
    assert described.file_descriptor_response.file_descriptor_proto


def test_many_violations_fit_into_the_trailers(stubs):
    attributes = [blocks_pb2.Attribute(key="", value="x")] * 2000
    header = blocks_pb2.PutBlockHeader(name="lab/x", value=encoded(np.arange(3)).header, attributes=attributes)

    failed = failure(stubs.blocks.PutBlock, iter([blocks_pb2.PutBlockRequest(header=header)]))

    assert failed.reason == "INVALID_ARGUMENT"
    assert 0 < len(failed.fields) < 2000
    assert int(failed.info.metadata["violations_omitted"]) + len(failed.fields) >= 2000


def test_an_error_in_any_script_travels(stubs):
    name = "lab/" + "ünïcode-数据-" * 10

    failed = failure(stubs.blocks.GetBlockInfo, blocks_pb2.GetBlockInfoRequest(name=name))

    assert failed.info.metadata["block"] == name


def test_no_compiler_and_no_scientific_stack_is_in_the_process(server, own):
    own.put("lab/x", np.arange(3.0))
    type_ = pipelines_pb2.Input(name="x")
    type_.type.any.SetInParent()
    graph = pipelines_pb2.Graph(
        inputs=[type_],
        steps=[
            pipelines_pb2.Step(op="abs", arguments=[pipelines_pb2.Argument(input=0)]),
        ],
        outputs=[pipelines_pb2.Output(name="y", source=pipelines_pb2.Argument(step=pipelines_pb2.StepOutput(step=0)))],
    )
    inline = pipelines_pb2.InlinePipeline(pipeline=pipelines_pb2.Pipeline(graph=graph))
    list(own.pipelines.RunPipeline(run_messages(inline, {"x": np.array([-1.0])}), timeout=60))

    maps = Path(f"/proc/{server.pid}/maps").read_text()
    assert "numpy" in maps
    for library in ("numba", "llvmlite", "scipy", "pandas", "pyarrow"):
        assert f"/{library}/" not in maps


def test_the_server_imports_neither_compiler_nor_scientific_stack():
    code = """
import sys
import jazz_server.cli, jazz_server.process
unwanted = set("numba llvmlite scipy pandas pyarrow polars".split())
print(*sorted({name.partition(".")[0] for name in sys.modules} & unwanted))
"""
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert ended.stdout.split() == []


def wait_for(condition):
    """Wait until something holds."""
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def accepts(target: str) -> bool:
    """Whether somebody listens there."""
    host, _, port = target.rpartition(":")
    with socket.socket() as trial:
        trial.settimeout(5)
        return trial.connect_ex((host, int(port))) == 0


def test_health_is_asked_from_the_command_line(server):
    over_tcp = subprocess.run([sys.executable, "-m", "jazz_server", "health", server.target], check=False)
    over_socket = subprocess.run([sys.executable, "-m", "jazz_server", "health", f"unix:{server.socket}"], check=False)

    assert (over_tcp.returncode, over_socket.returncode) == (0, 0)


def test_a_server_that_is_gone_is_not_healthy(server):
    server.stop()

    asked = subprocess.run(
        [sys.executable, "-m", "jazz_server", "health", server.target], capture_output=True, text=True, check=False
    )

    assert asked.returncode == 1
    assert f"no answer from {server.target}" in asked.stderr


def test_the_server_may_open_as_many_files_as_the_system_lets_it(server):
    limits = Path(f"/proc/{server.pid}/limits").read_text()
    [soft, hard] = re.search(r"Max open files\s+(\d+)\s+(\d+)", limits).groups()

    assert soft == hard
