"""The engine, through the server: from values that are stored to an answer at the client."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import scipy
import scipy.sparse as sp

import jazz
from figures import Figure, alternately
from local_server import Server


@contextmanager
def database() -> Iterator[jazz.Database]:
    """A client of a server of its own."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Server(Path(folder) / "data", Path(folder) / "log") as server,
        jazz.connect(server.target) as db,
    ):
        yield db


def ops() -> Iterator[Figure]:
    """Seconds of single operations on stored blocks, the answer summed up to a scalar on the server."""
    random = np.random.default_rng(1)
    rows, width = 100_000, 20
    columns = random.integers(0, rows, rows * width)
    matrix = sp.csr_array(
        (random.random(rows * width, np.float32), columns, np.arange(0, rows * width + 1, width)), shape=(rows, rows)
    )
    matrix.sum_duplicates()
    dense = random.random((rows, 32), np.float32)
    queries = matrix[:20_000]
    cases: dict[str, tuple[Any, Any]] = {
        "ops.spmm": (lambda a, x, q: jazz.ops.sum(a @ x), lambda: np.sum(matrix @ dense)),
        "ops.spgemm": (lambda a, x, q: jazz.ops.sum(q @ a), lambda: np.sum((queries @ matrix).data)),
        "ops.add": (lambda a, x, q: jazz.ops.sum(a + a.T), lambda: np.sum((matrix + matrix.T).data)),
        "ops.topk": (lambda a, x, q: jazz.ops.sum(jazz.ops.topk(q, 5).values), lambda: _topk(queries, 5).sum()),
    }
    with database() as db:
        blocks = {"a": matrix, "x": dense, "q": queries}
        for name, value in blocks.items():
            db.put(f"bench/{name}", value)
        for name, (pipeline, theirs) in cases.items():
            traced = jazz.pipeline(pipeline)
            inputs = {key: db[f"bench/{key}"] for key in blocks}
            ours, peer = alternately(lambda p=traced, i=inputs: db.run(p, **i), theirs, turns=3)  # type: ignore[misc]
            yield Figure(name, "s", ours, peer, f"scipy {scipy.__version__}, in process")


def _topk(matrix: sp.csr_array, k: int) -> Any:
    """The k greatest stored entries of each row, by numpy: positive entries, so that absent ones do not count."""
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    order = np.lexsort((-matrix.data, rows))
    rank = np.arange(matrix.nnz) - matrix.indptr[rows]
    return matrix.data[order][rank < k]
