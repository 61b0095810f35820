"""Golden files that were damaged: refused with reasons, or values like any other; in little memory, and in no time."""

import itertools
import json
import os
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest

from faults.mutants import HEADROOM, golden, mutant, verdict
from faults.specimens import put_stream
from faults.victim import SOAK, Victim, assert_typed
from jazz.codec import Encoded, InvalidValue, check_header
from jazz.codec.encoded import Source
from jazz.v1 import blocks_pb2
from jazz.v1 import value_pb2 as pb
from wire import body_of

MUTANTS = 500 * SOAK
SENT = 50 * SOAK
TESTS = Path(__file__).parents[1]


@pytest.mark.timeout(3600 if SOAK > 1 else 120)
def test_a_damaged_file_is_refused_with_reasons_or_is_a_value_in_bounded_memory():
    command = [sys.executable, "-m", "faults.mutants", "0", str(MUTANTS)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(TESTS), *sys.path])}

    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=3000, check=False)

    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    print(f"{MUTANTS} mutants from seed 0: {report}")
    assert sum(report["ends"].values()) == MUTANTS
    assert set(report["ends"]) == {"no message", "header", "body", "valid"}
    assert report["grown"] < HEADROOM // 4


def test_a_server_says_of_a_damaged_file_what_the_codec_says(victim: Victim):
    found = {"header": 0, "body": 0, "valid": 0}
    for seed in range(10**6, 10**6 + SENT):
        made = mutant(seed)
        if made is None:
            continue
        header, body = made
        expected = verdict(header, body)
        found[expected] += 1
        before = victim.contents()

        answer = victim.send("Blocks/PutBlock", [message.SerializeToString() for message in _put(header, body)])

        if expected == "valid":
            assert answer.failed is None, f"seed {seed}: {answer.failed.message}"
            assert _got(victim) == (header, body), f"seed {seed}"
        else:
            assert answer.failed is not None, f"seed {seed}"
            assert_typed(answer.failed)
            assert answer.failed.fields, f"seed {seed}: {answer.failed.message}"
            victim.assert_nothing_added(before)
    print(f"{SENT} mutants from seed {10**6} sent to a server: {found}")
    assert all(found.values())


def _put(header: pb.Value, body: bytes) -> list:
    sources = ((0, Source(len(body), lambda: iter((memoryview(body),)))),)
    return put_stream(Encoded(header, len(body), sources), name="lab/mutant")


def _got(victim: Victim) -> tuple[pb.Value, bytes]:
    messages = list(victim.stubs.blocks.GetBlock(blocks_pb2.GetBlockRequest(name="lab/mutant"), timeout=10))
    return messages[0].value, body_of(messages, messages[0].body_bytes)


def test_dimensions_beyond_any_memory_take_none():
    tensors = [(file, file.header.tensor) for file in golden() if file.header.HasField("tensor")]
    files = [file for file, tensor in tensors if tensor.shape and tensor.buffers[0].length and all(tensor.shape)]
    assert len(files) > 400
    tracemalloc.start()
    try:
        for file, length in itertools.product(files, (2**31, 2**60, 2**63 - 1)):
            header = pb.Value()
            header.CopyFrom(file.header)
            header.tensor.shape[0] = length
            if header.tensor.layout != pb.LAYOUT_DENSE:
                header.tensor.stored_entries = length
            with pytest.raises(InvalidValue):
                check_header(header, len(file.body))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 1 << 20
