"""A pipeline over a block that is larger than the memory of the server runs on some of its rows at a time."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp

import jazz
from faults.test_memory import Watch, memory_cgroup, watched
from running_server import RunningServer

__all__ = ["memory_cgroup"]

GIGABYTE = 1 << 30
MEBIBYTE = 1 << 20
LARGE = bool(os.environ.get("JAZZ_SOAK"))
SIZE = (10 if LARGE else 1) * GIGABYTE
BUDGET = 1024 if LARGE else 128
CGROUP = 1536 if LARGE else 512
"""The bytes of the block, and in MiB the memory of runs and that of the whole server."""

COLUMNS, WIDTH, PART = 4096, 50, 20_000


class Rows:
    """A sparse matrix of `SIZE` bytes, in files: a part of random rows again and again."""

    def __init__(self, folder: Path) -> None:
        random = np.random.default_rng(11)
        columns = np.sort(random.integers(0, COLUMNS // WIDTH, (PART, WIDTH)) + np.arange(WIDTH) * (COLUMNS // WIDTH))
        values = random.random(PART * WIDTH, np.float32)
        self.repeats = SIZE // (PART * WIDTH * 8)
        self.rows = PART * self.repeats
        self.part = sp.csr_array(
            (values, columns.reshape(-1).astype(np.int32), np.arange(0, PART * WIDTH + 1, WIDTH, np.int32)),
            shape=(PART, COLUMNS),
        )
        stored = self.rows * WIDTH
        indices = np.lib.format.open_memmap(folder / "indices.npy", "w+", np.int32, (stored,))
        data = np.lib.format.open_memmap(folder / "data.npy", "w+", np.float32, (stored,))
        for repeat in range(self.repeats):
            place = slice(repeat * PART * WIDTH, (repeat + 1) * PART * WIDTH)
            indices[place], data[place] = self.part.indices, self.part.data
        indptr = np.arange(0, stored + 1, WIDTH, dtype=np.int32)
        self.matrix = sp.csr_array((data, indices, indptr), shape=(self.rows, COLUMNS))


@jazz.pipeline
def scored(
    x: jazz.Csr["rows", COLUMNS],  # noqa: F821 - the name of a dimension
    w: jazz.Dense[COLUMNS, 32],
) -> dict[str, object]:
    y = jazz.ops.relu(x @ w - 1)
    return {"best": jazz.ops.max(y, axis=1), "total": jazz.ops.sum(y, axis=0)}


@pytest.fixture
def small_server(tmp_path: Path) -> Iterator[RunningServer]:
    running = RunningServer(tmp_path, "--memory-limit", str(BUDGET))
    try:
        running.start()
        yield running
    finally:
        running.close()


@pytest.mark.timeout(3600 if LARGE else 300)
def test_a_pipeline_over_a_block_larger_than_memory_runs_within_its_budget(
    small_server: RunningServer, tmp_path: Path, memory_cgroup: Callable[[int, int], None]
) -> None:
    rows = Rows(tmp_path)
    w = np.random.default_rng(2).random((COLUMNS, 32), np.float32) / 10
    memory_cgroup(small_server.pid, CGROUP * MEBIBYTE)
    with jazz.connect(small_server.target) as db:
        db.put("big/x", rows.matrix)
        watch = Watch(small_server.pid)
        found = watched(watch, lambda: db.run(scored, x=db["big/x"], w=w))
        best, total = found.best, found.total

    part = np.maximum(rows.part @ w - 1, 0)
    np.testing.assert_allclose(best, np.tile(part.max(1), rows.repeats), rtol=1e-5)
    np.testing.assert_allclose(total, part.sum(0, dtype=np.float64) * rows.repeats, rtol=1e-4)
    assert watch.grown < BUDGET * MEBIBYTE
