"""Many at once: processes that put and get in parallel, and a put that is cut off in the middle."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

import jazz

WORKER = Path(__file__).with_name("worker.py")
PROCESSES = 4
ROUNDS = 25  # in each process: 100 puts and 100 gets in all


@pytest.mark.timeout(120)
def test_100_puts_and_gets_from_several_processes_do_not_mix(server):
    command = [sys.executable, str(WORKER), server.target]
    workers = [
        subprocess.Popen([*command, str(number), str(ROUNDS)], stdout=subprocess.PIPE, text=True)
        for number in range(PROCESSES)
    ]
    failures = [worker.communicate(timeout=100)[0] for worker in workers]

    assert [worker.returncode for worker in workers] == [0] * PROCESSES
    assert failures == [""] * PROCESSES
    with jazz.connect(server.target) as db:
        names = [info.name for info in db.list("parallel/own")]
    assert len(names) == PROCESSES * ROUNDS


def test_one_of_many_writers_that_must_not_overwrite_wins(server):
    import threading

    outcomes: list[str] = []

    def put(number: int) -> None:
        with jazz.connect(server.target) as db:
            try:
                db.put("race/once", number, if_version=0)
            except jazz.AlreadyExists:
                outcomes.append("lost")
            else:
                outcomes.append("won")

    threads = [threading.Thread(target=put, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["lost"] * 15 + ["won"]


def test_a_put_whose_client_is_killed_in_the_middle_leaves_the_old_version(server):
    with jazz.connect(server.target) as db:
        old = db.put("cut/block", np.arange(1000))
    script = f"""
        import sys
        import crc32c, grpc, jazz.codec, jazz.values, numpy as np
        from jazz.v1 import blocks_pb2, blocks_pb2_grpc, value_pb2

        def requests():
            encoded = jazz.codec.encode(jazz.values.dense(np.zeros(4_000_000)))
            header = blocks_pb2.PutBlockHeader(
                name="cut/block", value=encoded.header, body_bytes=encoded.body_bytes
            )
            yield blocks_pb2.PutBlockRequest(header=header)
            for number, (offset, data) in enumerate(jazz.codec.chunks(encoded)):
                chunk = value_pb2.Chunk(offset=offset, crc32c=crc32c.crc32c(data), data=bytes(data))
                yield blocks_pb2.PutBlockRequest(chunks=[chunk])
                if number == 10:
                    print("half", flush=True)
                    sys.stdin.read()

        blocks_pb2_grpc.BlocksStub(grpc.insecure_channel({server.target!r})).PutBlock(requests())
    """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as client:
        assert client.stdout.readline() == "half\n"
        os.kill(client.pid, signal.SIGKILL)

    with jazz.connect(server.target) as db:
        assert db.info("cut/block").version == old.version
        np.testing.assert_array_equal(db.get("cut/block"), np.arange(1000))

        db.put("cut/block", np.zeros(3))
        np.testing.assert_array_equal(db.get("cut/block"), np.zeros(3))
