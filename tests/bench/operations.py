"""Single operations of the engine, in-process like their peers, on two threads."""

from __future__ import annotations

import mmap
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

import jazz
from figures import Benchmark, Figure, best
from jazz.codec import decode, encode
from jazz.convert import from_value, to_value
from jazz.values import Value
from jazz_server.engine.parallel import NICENESS, set_thread_count
from jazz_server.kinds.match import type_of
from jazz_server.pipelines.control import RunControl
from jazz_server.pipelines.messages import pipeline_from_message
from jazz_server.pipelines.program import compile as compile_program
from peers import THREADS, Peer

ROWS, WIDTH = 1_000_000, 20
SMALLER = 200_000
CHAIN = 10_000_000


def power_law(rows: int, width: int, seed: int = 1) -> sp.csr_array:
    """A square matrix with `width` entries a row on average, whose rows and columns have power-law degrees."""
    random = np.random.default_rng(seed)
    degrees = np.minimum(random.zipf(2.0, rows) * width // 4, 50 * width)
    degrees = np.maximum(degrees * (rows * width / degrees.sum()), 1).astype(np.int64)
    columns = (rows * random.random(int(degrees.sum())) ** 2).astype(np.int64)
    columns = random.permutation(rows)[columns]
    data = random.random(len(columns), np.float32) + np.float32(0.1)
    indptr = np.concatenate(([0], np.cumsum(degrees)))
    matrix = sp.csr_array((data, columns.astype(np.int32), indptr.astype(np.int32)), shape=(rows, rows))
    matrix.sum_duplicates()
    return matrix


def in_process(traced: Callable[..., Any], **inputs: Any) -> Callable[[], Mapping[str, Any]]:
    """The run of a program that is compiled once, on values that are there, in a niced thread like those of runs."""
    set_thread_count(THREADS)
    values = {name: _held(to_value(value)) for name, value in inputs.items()}
    pipeline = pipeline_from_message(jazz.pipeline(traced).message)
    program = compile_program(pipeline, {name: type_of(value) for name, value in values.items()})
    return lambda: _thread().submit(program.run, values, RunControl()).result()


@cache
def _thread() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(
        1, initializer=lambda: os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
    )


def _held(value: Value) -> Value:
    """A value as a server holds it: views of a body, whose buffers begin with a line of the cache, as peers' do."""
    encoded = encode(value)
    body = mmap.mmap(-1, max(encoded.body_bytes, 1))
    for piece in encoded.pieces():
        body.write(piece)
    return decode(encoded.header, memoryview(body)[: encoded.body_bytes])


@dataclass(frozen=True)
class _Case:
    """An operation, the inputs that it is measured on, and the peers that can do it."""

    traced: Callable[..., Any]
    inputs: Callable[[], dict[str, Any]]
    peers: tuple[str, ...]


@cache
def _matrix(rows: int) -> sp.csr_array:
    return power_law(rows, WIDTH)


def _dense(*shape: int) -> NDArray[np.float32]:
    return np.random.default_rng(2).random(shape, np.float32)


_LIBRARIES: Final = ("scipy", "mkl", "graphblas", "torch")
_CASES: Final[Mapping[str, _Case]] = {
    "spmv": _Case(lambda a, x: a @ x, lambda: {"a": _matrix(ROWS), "x": _dense(ROWS)}, _LIBRARIES),
    "spmm32": _Case(lambda a, x: a @ x, lambda: {"a": _matrix(ROWS), "x": _dense(ROWS, 32)}, _LIBRARIES),
    "spgemm": _Case(lambda a, x: a @ x, lambda: {"a": _matrix(SMALLER), "x": _matrix(SMALLER)}, _LIBRARIES[:3]),
    "transpose": _Case(lambda a: jazz.ops.to_sparse(a.T, "csr"), lambda: {"a": _matrix(ROWS)}, ("scipy", "graphblas")),
    "topk": _Case(lambda a: jazz.ops.topk(a, 5).values, lambda: {"a": _matrix(ROWS)}, ("numpy",)),
}


def _op(name: str) -> Iterator[Figure]:
    """Seconds of one operation on a power-law matrix of 1M rows (products of two: 200k), float32, 20 entries a row."""
    case = _CASES[name]
    yield _figure(f"op.{name}", case.traced, case.inputs(), [f"products.{peer}" for peer in case.peers], op=name)


OPERATIONS: Final[Mapping[str, Benchmark]] = {f"op.{name}": partial(_op, name) for name in _CASES}
"""Benchmarks of single operations by the names of their figures."""


def fuse() -> Iterator[Figure]:
    """Seconds of a chain of 8 element-wise steps on 10M values, float32."""
    random = np.random.default_rng(3)
    x, y = random.random(CHAIN, np.float32), random.random(CHAIN, np.float32)
    ops = jazz.ops

    def chain(x: Any, y: Any) -> Any:
        z = ops.sqrt(ops.abs(x * 2 - y)) + 1
        return ops.exp(z * -1) * x

    peers = ["elementwise.numexpr", "elementwise.numpy", "elementwise.torch"]
    yield _figure("fuse.elementwise", chain, {"x": x, "y": y}, peers)


def _figure(
    name: str, traced: Callable[..., Any], inputs: dict[str, Any], peers: list[str], op: str | None = None
) -> Figure:
    ours = in_process(traced, **inputs)
    answer = from_value(ours()["result"])
    given = inputs if op is None else {"op": op, **inputs} | ({"k": 5} if op == "topk" else {})
    if op == "topk":
        answer = answer[answer > 0]
    with ExitStack() as stack:
        running = [stack.enter_context(Peer(peer, **given)) for peer in peers]
        for peer in running:
            peer.check(answer)
        return best(name, "s", ours, {str(peer): peer for peer in running}, turns=3)
