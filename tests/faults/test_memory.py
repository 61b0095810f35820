"""A block larger than the server's memory goes in and out; the server holds a little of it at a time."""

import os
from pathlib import Path

import numpy as np
import pytest

import jazz

GIGABYTE = 1 << 30
MEBIBYTE = 1 << 20


def anonymous_bytes(pid: int) -> int:
    """RssAnon + RssShmem: memory that is the process's own. Mapped segments are the page cache's."""
    fields = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return sum(int(fields[name].split()[0]) * 1024 for name in ("RssAnon", "RssShmem"))


@pytest.fixture(scope="module")
def two_gigabytes():
    return np.random.default_rng(1).integers(0, 256, 2 * GIGABYTE, dtype=np.uint8)


class Watch:
    """The most memory that a process had of its own since the watch began."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.begin = anonymous_bytes(pid)
        self.most = self.begin

    def look(self) -> None:
        self.most = max(self.most, anonymous_bytes(self.pid))

    @property
    def grown(self) -> int:
        return self.most - self.begin


def watched(watch, call):
    """What `call` gives, while the watch looks every 10 ms."""
    import threading

    done = threading.Event()

    def look() -> None:
        while not done.wait(0.01):
            watch.look()

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        return call()
    finally:
        done.set()
        watcher.join()


@pytest.mark.timeout(300)
def test_2_gb_go_in_and_out_while_the_server_grows_by_less_than_200_mb(server, two_gigabytes):
    with jazz.connect(server.target) as db:
        db.put("warm/up", np.zeros(MEBIBYTE))
        db.get("warm/up")
        watch = Watch(server.pid)

        watched(watch, lambda: db.put("big/block", two_gigabytes))
        found = watched(watch, lambda: db.get("big/block"))

        assert np.array_equal(found, two_gigabytes)
    assert watch.grown < 200 * MEBIBYTE


@pytest.mark.timeout(300)
def test_2_gb_go_in_and_out_of_a_server_inside_a_512_mb_cgroup(memory_cgroup, server, two_gigabytes):
    memory_cgroup(server.pid, 512 * MEBIBYTE)

    with jazz.connect(server.target) as db:
        db.put("big/block", two_gigabytes)
        found = db.get("big/block")

    assert np.array_equal(found, two_gigabytes)


@pytest.fixture
def memory_cgroup():
    """Puts a process into a cgroup of its own with a limit; the cgroup is removed afterwards."""
    own = _own_memory_cgroup()
    if own is None or not os.access(own, os.W_OK):
        pytest.skip("no cgroup can be made here: /sys/fs/cgroup is not writable")
    made = own / f"jazz-test-{os.getpid()}"

    def limit(pid: int, limit_bytes: int) -> None:
        made.mkdir()
        name = "memory.max" if (made / "memory.max").exists() else "memory.limit_in_bytes"
        (made / name).write_text(str(limit_bytes))
        (made / "cgroup.procs").write_text(str(pid))

    yield limit
    if made.exists():
        for pid in (made / "cgroup.procs").read_text().split():
            (own / "cgroup.procs").write_text(pid)
        made.rmdir()


def _own_memory_cgroup() -> Path | None:
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        root = Path("/sys/fs/cgroup") / "memory" if controllers == "memory" else Path("/sys/fs/cgroup")
        if controllers == "memory" or (controllers == "" and (root / "cgroup.controllers").exists()):
            folder = root / path.lstrip("/")
            if folder.is_dir():
                return folder
    return None
