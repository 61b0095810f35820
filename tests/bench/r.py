"""The R package: one R process and the Python client on one server; R's own files for sparse matrices."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

import jazz
from figures import Figure, seconds
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

    def median(self, code: str, *, turns: int = 5) -> float:
        """The median of the seconds of several turns, after one that does not count."""
        self(code)
        return float(np.median([self(code) for _ in range(turns)]))

    def alternately(self, first: str, second: str, *, turns: int = 5) -> tuple[float, float]:
        """The medians of two lines in turns, after one of each that does not count."""
        taken = [(self(first), self(second)) for _ in range(turns + 1)][1:]
        return float(np.median([one for one, _ in taken])), float(np.median([two for _, two in taken]))


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
        put = session.median('jz_put(db, "bench/r", x)')
        peer_put = seconds(lambda: db.put("bench/python", array))
        get = session.median('y <- jz_get(db, "bench/r")')
        peer_get = seconds(lambda: db.get("bench/python"))
        yield Figure("r.put.200MB", "MB/s", MEGABYTES / put, MEGABYTES / peer_put, python)
        yield Figure("r.get.200MB", "MB/s", MEGABYTES / get, MEGABYTES / peer_get, python)
        session("rm(x, y)")

        def pairs() -> None:
            for _ in range(SMALL):
                db.put("bench/python-small", few)
                db.get("bench/python-small")

        session("x <- as.double(0:7)")
        ours = session.median(f'for (turn in 1:{SMALL}) {{ jz_put(db, "bench/r-small", x); jz_get(db, "bench/r-small") }}')
        yield Figure("r.small", "pairs/s", SMALL / ours, SMALL / seconds(pairs), python)

        session(f"m <- sparse(20000L, 10000L, {NONZEROS}L)")
        session('file <- tempfile(tmpdir = "/dev/shm", fileext = ".rds")')
        try:
            put, peer_put = session.alternately('jz_put(db, "bench/dgC", m)', "saveRDS(m, file, compress = FALSE)")
            get, peer_get = session.alternately('n <- jz_get(db, "bench/dgC")', "n <- readRDS(file)")
            session("stopifnot(identical(m, n))")
        finally:
            session("unlink(file)")
        yield Figure("r.dgC.put", "s", put, peer_put, "saveRDS, uncompressed, to memory")
        yield Figure("r.dgC.get", "s", get, peer_get, "readRDS, uncompressed, from memory")
