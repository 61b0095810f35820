"""A few rows by a matrix that comes again: pushed or pulled, with the answers of the operation."""

from __future__ import annotations

import gc
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from jazz.values import Layout, Tensor, Value, compressed, dense
from jazz_server.engine.catalogue import CATALOGUE as OPS
from jazz_server.engine.watching import watching
from jazz_server.kinds.match import type_of
from jazz_server.kinds.types import AnyType
from jazz_server.pipelines.body import bind
from jazz_server.pipelines.control import RunControl
from jazz_server.pipelines.execution import Schedule
from jazz_server.pipelines.explain import explain
from jazz_server.pipelines.graph import InputRef, Pipeline
from jazz_server.pipelines.infer import infer
from jazz_server.pipelines.passes.ready import Ready
from jazz_server.pipelines.program import compile as compile_program
from unit.pipelines.small_ops import graph, step

PRODUCT = Pipeline(graph({"x": AnyType(), "w": AnyType()}, [step("matmul", InputRef(0), InputRef(1))]))


def csr(matrix: Any, dtype: Any = np.float32) -> Tensor:
    m = sp.csr_array(np.asarray(matrix).astype(dtype))
    m.sort_indices()
    return compressed(Layout.CSR, m.shape, m.indptr.astype(np.int32), m.indices.astype(np.int32), m.data)


def answers(w: Tensor, *rows: Tensor) -> tuple[list[Tensor], list[str]]:
    """What runs with the same matrix give, one after the other, and what was chosen in the last one."""
    results: list[Tensor] = []
    chosen: list[str] = []
    for x in rows:
        values: dict[str, Value] = {"x": x, "w": w}
        program = compile_program(PRODUCT, {name: type_of(value) for name, value in values.items()}, ops=OPS)
        with watching() as run:
            found = program.run(values, RunControl())["result"]
        assert isinstance(found, Tensor)
        results.append(found)
        chosen = [words for part in run.inner.values() for words in part.chosen]
    return results, chosen


def operation(w: Tensor, x: Tensor) -> Tensor:
    (found,) = Schedule(bind(PRODUCT, OPS)).run(RunControl(), [x, w])
    assert isinstance(found, Tensor)
    return found


@given(
    seed=st.integers(0, 1000),
    inner=st.integers(0, 60),
    columns=st.integers(0, 60),
    rows=st.sampled_from([(), (0,), (1,), (3,), (4,), (5,)]),
    active=st.sampled_from([0.0, 0.1, 1.0]),
    dtype=st.sampled_from([np.float32, np.float64]),
    odd=st.sampled_from([[], [np.inf], [np.nan, -np.inf]]),
    odd_weight=st.sampled_from([0.5, 0.5, np.inf, np.nan]),
)
@settings(max_examples=150, deadline=None)
def test_the_answer_is_that_of_the_operation(
    seed: int, inner: int, columns: int, rows: Any, active: float, dtype: Any, odd: Any, odd_weight: float
) -> None:
    random = np.random.default_rng(seed)
    w = np.where(random.random((inner, columns)) < 0.3, random.random((inner, columns)), 0)
    if w.size:
        w.flat[random.integers(w.size)] = odd_weight
    x = np.where(random.random((*rows, inner)) < active, random.random((*rows, inner)), 0)
    x.flat[: len(odd)] = odd[: x.size]
    matrix, row = csr(w, dtype), dense(x.astype(dtype))
    expected = operation(matrix, row)
    for found in answers(matrix, row, row, row)[0]:
        assert str(found) == str(expected)
        np.testing.assert_allclose(found.array(), expected.array(), rtol=1e-5)


@pytest.mark.parametrize(("active", "words"), [(3, "a row is pushed: 3 of 40 inputs"), (40, "a row is pulled: more")])
def test_a_matrix_that_comes_again_is_pushed_or_pulled_by_what_is_active(active: int, words: str) -> None:
    matrix = csr(np.random.default_rng(1).random((40, 30)) < 0.2)
    x = dense((np.arange(40) < active).astype(np.float32))
    assert answers(matrix, x)[1][0] == "the matrix comes for the first time"
    assert answers(matrix, x)[1][-1].startswith(words)


def test_many_rows_share_a_pass_over_the_matrix() -> None:
    matrix = csr(np.eye(4))
    x = dense(np.ones((5, 4), np.float32))
    assert not any("row is" in words for words in answers(matrix, x, x)[1])


def test_missing_elements_are_left_to_the_operation() -> None:
    matrix = csr(np.eye(3))
    x = Tensor(
        matrix.dtype, (3,), Layout.DENSE, matrix.order, np.ones(3, np.float32), validity=np.array([0b101], np.uint8)
    )
    expected = operation(matrix, x)
    for found in answers(matrix, x, x)[0]:
        assert found.missing == expected.missing == 1


def test_it_is_explained() -> None:
    types = {"x": type_of(dense(np.ones(4, np.float32))), "w": type_of(csr(np.eye(4)))}
    (only,) = explain(PRODUCT, infer(PRODUCT, types)).steps
    assert "a few rows are pushed or pulled when the matrix comes again" in only.note


class Made:
    nbytes = 10


def test_what_comes_again_is_made_ready_and_forgotten_with_its_arrays() -> None:
    ready: Ready[Made] = Ready(lambda: 100)
    array = np.zeros(2)
    assert ready.recurring([array], None, Made) is None
    made = ready.recurring([array], None, Made)
    assert made is not None
    assert ready.recurring([array], None, Made) is made
    del array
    gc.collect()
    assert len(ready) == 0
