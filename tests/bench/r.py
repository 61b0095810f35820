"""The R package: one R process and the Python client on one server; R's own files for sparse matrices."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

import jazz
from figures import Figure
from local_server import Server

MEGABYTES = 200
SMALL = 100
NONZEROS = 10_000_000
LIBRARY = Path("build/r-library")

SESSION = Path(__file__).with_name("r_session.R")


class Session:
    """An R process that runs what it is sent and says how many seconds it took."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def __call__(self, code: str) -> float:
        """The seconds that a line of R takes, measured by R.

        Raises:
            RuntimeError: It failed; the message is R's.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(code, file=self._process.stdin, flush=True)
        answer: dict[str, Any] = json.loads(self._process.stdout.readline() or '{"error": "R has ended"}')
        if "error" in answer:
            raise RuntimeError(f"{code}: {answer['error']}")
        return float(answer["seconds"])

    def against(self, code: str, peer: Callable[[], object] | str, *, turns: int = 40) -> tuple[float, float]:
        """The medians of the seconds of a line and of its peer (a call, or another line), after one turn of each.

        Who comes second finds what the first has left: memory that was just freed, a disk that still writes. So each is
        the first as often as the other.
        """
        ours, theirs = (partial(self, code), partial(self, peer) if isinstance(peer, str) else partial(_seconds, peer))
        ours(), theirs()
        taken: dict[Callable[[], float], list[float]] = {ours: [], theirs: []}
        for turn in range(turns):
            for each in (ours, theirs) if turn % 2 else (theirs, ours):
                taken[each].append(each())
        return median(taken[ours]), median(taken[theirs])


def _seconds(call: Callable[[], object]) -> float:
    gc.collect()  # as the R process does before each line
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


@contextmanager
def both() -> Iterator[tuple[Session, jazz.Database]]:
    """R and Python, each with a connection `db` to one server."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Server(Path(folder) / "data", Path(folder) / "log") as server,
        jazz.connect(server.target) as db,
        subprocess.Popen(
            ["Rscript", "--vanilla", str(SESSION), server.target],
            env=os.environ | {"R_LIBS": os.pathsep.join([str(LIBRARY.resolve()), os.environ.get("R_LIBS", "")])},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=sys.stderr,
            text=True,
        ) as process,
    ):
        yield Session(process), db


def r() -> Iterator[Figure]:
    """Transfers from R: doubles against the Python client, a sparse matrix against R's files in memory."""
    array = np.random.default_rng(1).random(MEGABYTES * 1_000_000 // 8)
    few = np.arange(8.0)
    python = f"the Python client, numpy {np.__version__}"

    with both() as (session, db):
        session(f"x <- runif({MEGABYTES} * 1e6 / 8)")
        put, peer_put = session.against('jz_put(db, "bench/r", x)', lambda: db.put("bench/python", array))
        get, peer_get = session.against('y <- jz_get(db, "bench/r")', lambda: db.get("bench/python"))
        yield Figure("r.put.200MB", "MB/s", MEGABYTES / put, MEGABYTES / peer_put, python)
        yield Figure("r.get.200MB", "MB/s", MEGABYTES / get, MEGABYTES / peer_get, python)
        session("rm(x, y)")

        def pairs() -> None:
            for _ in range(SMALL):
                db.put("bench/python-small", few)
                db.get("bench/python-small")

        session("x <- as.double(0:7)")
        line = f'for (turn in 1:{SMALL}) {{ jz_put(db, "bench/r-small", x); jz_get(db, "bench/r-small") }}'
        ours, theirs = session.against(line, pairs)
        yield Figure("r.small", "pairs/s", SMALL / ours, SMALL / theirs, python)

        session(f"m <- sparse(20000L, 10000L, {NONZEROS}L)")
        session('file <- tempfile(tmpdir = "/dev/shm", fileext = ".rds")')
        try:
            put, peer_put = session.against('jz_put(db, "bench/dgC", m)', "saveRDS(m, file, compress = FALSE)")
            get, peer_get = session.against('n <- jz_get(db, "bench/dgC")', "n <- readRDS(file)")
            session("stopifnot(identical(m, n))")
        finally:
            session("unlink(file)")
        yield Figure("r.dgC.put", "s", put, peer_put, "saveRDS, uncompressed, to memory")
        yield Figure("r.dgC.get", "s", get, peer_get, "readRDS, uncompressed, from memory")
