"""Peers of Jazz: libraries that run in `.venv/bench`, each in a process of its own, on the same arrays.

A peer is a function of a module in `libraries`, which says of what distribution it is::

    @library("scipy")
    def spmv(a: sp.csr_array, x: Array) -> Callable[[], Array]:
        return lambda: a @ x

It prepares, which is not timed, and gives the call that is::

    with Peer("products.spmv", a=matrix, x=vector) as peer:
        peer.check(jazz_answer)     # before anything is timed
        peer()                      # the seconds of one call
        str(peer)                   # "scipy 1.17.1"
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import numpy as np
import scipy.sparse as sp

from arrays import load, save

THREADS: Final = 2
PYTHON: Final = Path(sys.prefix, "bench/bin/python")
_MKL: Final = Path(sys.prefix, "bench/lib/libmkl_rt.so.3")
_MEMORY: Final = Path("/dev/shm")
_COUNTS: Final = (
    "OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS", "NUMBA_NUM_THREADS",
)  # fmt: skip

Same = Callable[[Any, Any], None]
"""Raises when two answers are not the same."""


class Disagreement(AssertionError):
    """A peer gives another answer than Jazz."""


def close(ours: Any, theirs: Any, *, rtol: float = 1e-5, atol: float = 1e-6) -> None:
    """Numbers equal within rounding, dense or sparse; lists item by item.

    Raises:
        Disagreement: They are not.
    """
    if isinstance(theirs, list):
        if len(ours) != len(theirs):
            raise Disagreement(f"{len(ours)} answers against {len(theirs)}")
        for a, b in zip(ours, theirs, strict=True):
            close(a, b, rtol=rtol, atol=atol)
        return
    if sp.issparse(ours) and sp.issparse(theirs):
        apart = abs(sp.csr_array(ours) - sp.csr_array(theirs))
        limit = atol + rtol * float(abs(theirs).max())
        if apart.nnz and apart.max() > limit:
            raise Disagreement(f"sparse answers differ by {apart.max()}, more than {limit}")
        return
    ours, theirs = (np.asarray(x.toarray() if sp.issparse(x) else x) for x in (ours, theirs))
    try:
        np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=atol)
    except AssertionError as error:
        raise Disagreement(str(error)) from None


class Peer:
    """A function of `libraries` in a process of `.venv/bench`, on two CPUs, ended with the block that it is used in."""

    def __init__(self, function: str, **arguments: Any) -> None:
        """Names the function as "module.function" and the arguments that it prepares for."""
        self._function = function
        self._arguments = arguments

    def __enter__(self) -> Peer:
        if not PYTHON.exists():
            raise RuntimeError(f"{PYTHON} is not there: make .venv/bench")
        self._folder = Path(tempfile.mkdtemp(prefix="jazz-peer-", dir=_MEMORY if _MEMORY.is_dir() else None))
        environment = os.environ | dict.fromkeys(_COUNTS, str(THREADS)) | {"MKL_RT": str(_MKL)}
        self._process = subprocess.Popen(
            [str(PYTHON), str(Path(__file__).with_name("peer_process.py")), str(self._folder)],
            env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        arguments = {name: save(value, self._folder) for name, value in self._arguments.items()}
        self._label: str = self._ask({"prepare": self._function, "arguments": arguments})["library"]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    def __str__(self) -> str:
        """The library with its version."""
        return self._label

    def __call__(self) -> float:
        """The seconds that one call takes, measured in its process: over several calls when they are short."""
        return float(self._ask({"do": "time"})["seconds"])

    def answer(self) -> Any:
        """What it answers."""
        return load(self._ask({"do": "answer"})["answer"])

    def check(self, ours: Any, same: Same = close) -> None:
        """Compares its answer with ours.

        Raises:
            Disagreement: It is another.
        """
        try:
            same(ours, self.answer())
        except Disagreement as error:
            raise Disagreement(f"{self._function}: {error}") from None

    def _ask(self, line: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps(line), file=self._process.stdin, flush=True)
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"{self._function} has ended; what it said is above")
        found: dict[str, Any] = json.loads(answer)
        return found
