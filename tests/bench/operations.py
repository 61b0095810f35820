"""Single operations of the engine, in-process like their peers, on two threads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from typing import Any

import numpy as np
import scipy.sparse as sp

import jazz
from figures import Figure, best
from jazz.convert import from_value, to_value
from jazz_server.engine.parallel import set_thread_count
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
    """The run of a program that is compiled once, on values that are there."""
    set_thread_count(THREADS)
    values = {name: to_value(value) for name, value in inputs.items()}
    pipeline = pipeline_from_message(jazz.pipeline(traced).message)
    program = compile_program(pipeline, {name: type_of(value) for name, value in values.items()})
    return lambda: program.run(values, RunControl())


def op() -> Iterator[Figure]:
    """Seconds of one operation on a power-law matrix of 1M rows (products of two: 200k), float32, 20 entries a row."""
    ops = jazz.ops
    a, b = power_law(ROWS, WIDTH), power_law(SMALLER, WIDTH)
    random = np.random.default_rng(2)
    x, y = random.random(ROWS, np.float32), random.random((ROWS, 32), np.float32)
    libraries = ("scipy", "mkl", "graphblas", "torch")
    cases: list[tuple[str, Callable[..., Any], dict[str, Any], tuple[str, ...]]] = [
        ("spmv", lambda a, x: a @ x, {"a": a, "x": x}, libraries),
        ("spmm32", lambda a, x: a @ x, {"a": a, "x": y}, libraries),
        ("spgemm", lambda a, x: a @ x, {"a": b, "x": b}, libraries[:3]),
        ("transpose", lambda a: ops.to_sparse(a.T, "csr"), {"a": a}, ("scipy", "graphblas")),
        ("topk", lambda a: ops.topk(a, 5).values, {"a": a}, ("numpy",)),
    ]
    for name, traced, inputs, peers in cases:
        yield _figure(f"op.{name}", traced, inputs, [f"products.{peer}" for peer in peers], op=name)


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
