"""kill -9 while writing: what was acknowledged is there and intact, and what is there was written."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

import jazz

ROUNDS = 200 if os.environ.get("JAZZ_SOAK") else 20
WRITER = Path(__file__).with_name("writer.py")


def content(name: str, size: int) -> np.ndarray:
    """What the writer puts under a name: reproducible without being told."""
    return np.random.default_rng(list(name.encode())).integers(0, 256, size, dtype=np.uint8)


def write_until_killed(server, first: int, acknowledged_before_kill: int) -> list[tuple[str, int, int]]:
    """Runs the writer against the server, kills the server in the middle, gives what was acknowledged."""
    command = [sys.executable, str(WRITER), server.target, str(first)]
    acknowledged: list[tuple[str, int, int]] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        enough = threading.Event()

        def collect() -> None:
            for line in writer.stdout:
                name, size, version = line.split()
                acknowledged.append((name, int(size), int(version)))
                if len(acknowledged) >= acknowledged_before_kill:
                    enough.set()
            enough.set()

        reader = threading.Thread(target=collect)
        reader.start()
        assert enough.wait(60), "the writer got nothing through"
        server.kill()
        reader.join(60)
        assert not reader.is_alive()
    return acknowledged


@pytest.mark.timeout(ROUNDS * 30)
def test_every_acknowledged_block_survives_kill_9_and_is_intact(server):
    acknowledged: list[tuple[str, int, int]] = []
    random = np.random.default_rng(7)
    for _ in range(ROUNDS):
        acknowledged += write_until_killed(server, len(acknowledged), int(random.integers(5, 40)))
        server.start()
        with jazz.connect(server.target) as db:
            for name, size, version in acknowledged[-60:]:
                assert db.info(name).version == version
                np.testing.assert_array_equal(db.get(name), content(name, size))

    with jazz.connect(server.target) as db:
        for name, size, version in acknowledged:
            assert db.info(name).version == version
            np.testing.assert_array_equal(db.get(name), content(name, size))


def test_a_block_that_was_not_acknowledged_is_whole_or_absent(server):
    acknowledged = {name for name, _, _ in write_until_killed(server, 0, 25)}
    server.start()

    with jazz.connect(server.target) as db:
        for info in db.list("kill"):
            if info.name not in acknowledged:
                found = db.get(info.name)
                np.testing.assert_array_equal(found, content(info.name, len(found)))


def test_versions_go_on_rising_after_kill_9(server):
    before = max(version for _, _, version in write_until_killed(server, 0, 10))
    server.start()

    with jazz.connect(server.target) as db:
        assert db.put("kill/after", 1).version > before
