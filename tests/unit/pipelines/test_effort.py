"""What is computed where it arrives, as to hand it to a thread would take as long."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import scipy.sparse as sp

import jazz
from jazz import ops
from jazz.convert import to_value
from jazz_server.kinds.match import type_of
from jazz_server.pipelines.infer import infer
from jazz_server.pipelines.messages import pipeline_from_message
from jazz_server.pipelines.program import compile as compile_program

SMALL = np.ones((20, 20))


def is_little(traced: Callable[..., object], x: object) -> bool:
    pipeline = pipeline_from_message(jazz.pipeline(traced).message)
    return compile_program(pipeline, infer(pipeline, {"x": type_of(to_value(x))})).little


def test_few_dense_numbers_are_little() -> None:
    inner = jazz.pipeline(lambda x: x @ x)
    assert is_little(lambda x: ops.sum(ops.exp(x) @ x + 1, axis=0), SMALL)
    assert is_little(lambda x: ops.sort(ops.call(inner, x)), SMALL)
    assert is_little(lambda x: x + 1, np.empty((0, 3)))


@pytest.mark.parametrize(
    ("traced", "x"),
    [
        (lambda x: x + 1, np.ones(1 << 16)),
        (lambda x: ops.outer(x, x), np.ones(300)),
        (lambda x: x @ x @ x, np.ones((100, 100))),
        (lambda x: x * 2, sp.csr_array(SMALL)),
        (lambda x: ops.to_sparse(-x), SMALL),
        (lambda x: ops.tokenize(x)["tokens"], np.array(["a text"])),
        (lambda x: ops.unique(x).values, SMALL),
        (lambda x: ops.iterate(lambda s: s + 1, x, max_iter=3).state, SMALL),
        (lambda x: ops.cond(ops.sum(x) > 1, lambda: x, lambda: -x), SMALL),
        (lambda x: ops.pagerank(x, max_iter=1 << 20), SMALL),
        (lambda x: ops.svds(x, 3)[0], SMALL),
    ],
    ids=["many", "large results", "many products", "sparse", "made sparse", "texts", "as many as there are", "loop",
         "choice", "many turns", "library"],
)  # fmt: skip
def test_what_may_take_longer_is_not_little(traced: Callable[..., object], x: object) -> None:
    assert not is_little(traced, x)
