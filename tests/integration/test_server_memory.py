"""What a transfer takes of the server's own memory: the same for any size."""

import threading
from pathlib import Path

import grpc
import numpy as np

from jazz.codec.frames import checksum
from jazz.v1 import blocks_pb2 as pb
from running_server import RunningServer
from wire import Stubs, chunk_messages, encoded

MEBIBYTE = 1 << 20


def own_bytes(pid: int) -> int:
    """RssAnon + RssShmem: mapped files are the page cache's."""
    fields = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return sum(int(fields[name].split()[0]) * 1024 for name in ("RssAnon", "RssShmem"))


class Watch:
    """The most that a process had of its own while the context lasted, beyond what it had before."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._before = own_bytes(pid)
        self._most = self._before
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._done.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._done.wait(0.005):
            self._most = max(self._most, own_bytes(self._pid))

    @property
    def grown(self) -> int:
        return self._most - self._before


def test_300_mb_go_in_and_out_in_a_small_part_of_that(server, own):
    array = np.random.default_rng(1).integers(0, 256, 300 * MEBIBYTE, dtype=np.uint8)
    own.put("lab/warm", array[:MEBIBYTE])

    with Watch(server.pid) as watch:
        own.put("lab/x", array)
        total = 0
        for message in own.blocks.GetBlock(pb.GetBlockRequest(name="lab/x")):
            for chunk in message.chunks:
                assert checksum(chunk.data) == chunk.crc32c
                total += len(chunk.data)

    assert total == array.nbytes
    assert watch.grown < 64 * MEBIBYTE


def test_a_reader_that_stands_still_holds_little(server, own):
    own.put("lab/x", np.zeros(100 * MEBIBYTE, np.uint8))

    with Watch(server.pid) as watch:
        calls = [own.blocks.GetBlock(pb.GetBlockRequest(name="lab/x")) for _ in range(4)]
        for call in calls:
            next(call)
        own.put("lab/y", np.zeros(10 * MEBIBYTE, np.uint8))
        for call in calls:
            call.cancel()

    assert watch.grown < 100 * MEBIBYTE


def test_inputs_of_runs_beyond_the_limit_are_refused(tmp_path):
    from jazz.v1 import pipelines_pb2

    running = RunningServer(tmp_path, "--memory-limit", "16")
    try:
        running.start()
        with grpc.insecure_channel(running.target) as channel:
            from wire import failure, run_messages

            graph = pipelines_pb2.Graph(
                inputs=[pipelines_pb2.Input(name="x")],
                outputs=[pipelines_pb2.Output(name="y", source=pipelines_pb2.Argument(input=0))],
            )
            graph.inputs[0].type.any.SetInParent()
            inline = pipelines_pb2.InlinePipeline(pipeline=pipelines_pb2.Pipeline(graph=graph))
            messages = run_messages(inline, {"x": np.zeros(17 * MEBIBYTE, np.uint8)})
            failed = failure(Stubs(channel).pipelines.RunPipeline, messages)
        assert (failed.code, failed.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "MEMORY_LIMIT")
        assert failed.info.metadata["limit_bytes"] == str(16 * MEBIBYTE)
    finally:
        running.close()


def test_many_puts_that_stand_still_hold_little(server, own):
    sent = encoded(np.zeros(20 * MEBIBYTE, np.uint8))
    go_on = threading.Event()

    def messages(number):
        yield pb.PutBlockRequest(
            header=pb.PutBlockHeader(name=f"lab/{number}", value=sent.header, body_bytes=sent.body_bytes)
        )
        first, *rest = chunk_messages(sent)
        yield pb.PutBlockRequest(chunks=[first])
        go_on.wait(30)
        for chunk in rest:
            yield pb.PutBlockRequest(chunks=[chunk])

    own.put("lab/warm", np.zeros(MEBIBYTE))
    with Watch(server.pid) as watch:
        calls = [own.blocks.PutBlock.future(messages(number)) for number in range(8)]
        own.put("lab/other", np.zeros(3))
        go_on.set()
        assert [call.result(60).info.body_bytes for call in calls] == [sent.body_bytes] * 8

    assert watch.grown < 100 * MEBIBYTE
