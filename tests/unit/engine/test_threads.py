"""Answers are the same bytes for any number of threads."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp

import jazz

ops = jazz.ops


def layers(x, w, b):
    """A run of the layers that programs take through the cache together."""
    for _ in range(6):
        y = x @ w
        x = ops.clip(y + b * (y != 0), 0, 32)
    return x


PIPELINES = {
    "layers": (layers, ("x", "w", "b")),
    "sparse by sparse": (lambda x, w: x @ w, ("x", "w")),
    "sparse by dense": (lambda x, d: x @ d, ("x", "d")),
    "dense by sparse": (lambda d, w: d.T @ w, ("d", "w")),
    "sums of columns": (lambda x: ops.sum(x, axis=0), ("x",)),
    "sums of rows": (lambda x: ops.sum(x, axis=1), ("x",)),
    "a sum of all": (lambda d: ops.sum(d * 2), ("d",)),
    "means and deviations": (lambda d: (ops.mean(d, axis=0), ops.std(d, axis=0)), ("d",)),
    "element by element": (lambda d: ops.exp(ops.sqrt(ops.abs(d * 2 - 1)) * -1), ("d",)),
    "sparse by element": (lambda x, w: ops.maximum(x + x, w), ("x", "w")),
    "transposed": (lambda x: ops.to_sparse(x.T, "csr"), ("x",)),
    "greatest": (lambda x: ops.topk(x, 7), ("x",)),
    "softmax": (lambda d: ops.softmax(d, axis=1), ("d",)),
}


def inputs():
    """Large enough that several threads share the work."""
    rng = np.random.default_rng(0)

    def sparse(density):
        return sp.random_array((4096, 4096), density=density, rng=rng, format="csr", dtype=np.float32)

    return {
        "x": sparse(0.01), "w": sparse(0.004), "b": np.full(4096, -0.05, np.float32),
        "d": rng.random((4096, 64), np.float32),
    }  # fmt: skip


def digests(threads):
    """What all pipelines answer with so many threads, as hashes."""
    from jazz.convert import to_value
    from jazz.values import Tensor
    from jazz_server.engine.parallel import set_thread_count
    from jazz_server.kinds.match import type_of
    from jazz_server.pipelines.control import RunControl
    from jazz_server.pipelines.messages import pipeline_from_message
    from jazz_server.pipelines.program import compile as compile_program

    set_thread_count(threads)
    values = {name: to_value(value) for name, value in inputs().items()}
    found = {}
    for name, (traced, names) in PIPELINES.items():
        given = {each: values[each] for each in names}
        pipeline = pipeline_from_message(jazz.pipeline(traced).message)
        program = compile_program(pipeline, {each: type_of(value) for each, value in given.items()})
        digest = hashlib.blake2b()
        for value in program.run(given, RunControl()).values():
            assert isinstance(value, Tensor)
            for buffer in value.buffers():
                digest.update(buffer.tobytes())
        found[name] = digest.hexdigest()
    return found


@pytest.fixture(scope="module")
def answers():
    def ask(threads):
        code = f"import json, runpy; print(json.dumps(runpy.run_path({str(Path(__file__))!r})['digests']({threads})))"
        return json.loads(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout)

    return {threads: ask(threads) for threads in (1, 2, 4)}


@pytest.mark.parametrize("name", PIPELINES)
def test_the_answer_is_the_same_with_one_two_and_four_threads(answers, name):
    assert answers[1][name] == answers[2][name] == answers[4][name]
