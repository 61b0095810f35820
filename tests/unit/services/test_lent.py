"""Outputs whose bytes are those of inputs: they are sent by a thread, since they may have to be read from a disk."""

from collections.abc import Callable

import numpy as np
import pytest
import scipy.sparse as sp

import jazz
from jazz import ops
from jazz.convert import to_value
from jazz.values import Null, Value, dense
from jazz_server.kinds.match import type_of
from jazz_server.pipelines.control import RunControl
from jazz_server.pipelines.joining import Member
from jazz_server.pipelines.messages import pipeline_from_message
from jazz_server.pipelines.program import compile as compile_program
from jazz_server.services.lent import lent
from jazz_server.services.queue import done_at_once

X = np.arange(40_000.0).reshape(200, 200)
SPARSE = sp.csr_array(X)
TABLE = {"x": X, "y": np.arange(3)}
LABELLED = {"x": jazz.Array(np.zeros(20_000), ("rows",), {"rows": np.arange(20_000)}), "y": np.arange(3)}


def found(traced: Callable[..., object], x: object) -> frozenset[str]:
    value = to_value(x)
    program = compile_program(pipeline_from_message(jazz.pipeline(traced).message), {"x": type_of(value)})
    return done_at_once(Member(program, {"x": value}, RunControl()), watched=False).lent


@pytest.mark.parametrize(
    ("traced", "x"),
    [
        (lambda x: x, X),
        (lambda x: x.T, X),
        (lambda x: x.T, SPARSE),
        (lambda x: x, TABLE),
        (lambda x: x["x"], TABLE),
        (lambda x: x, LABELLED),
        (ops.to_dense, X),
    ],
)
def test_what_is_given_back_is_found(traced: Callable[..., object], x: object) -> None:
    assert found(traced, x) == {"result"}


@pytest.mark.parametrize(
    ("traced", "x"),
    [(lambda x: x + 1.0, X), (lambda x: x @ x, SPARSE), (lambda x: x["y"], TABLE), (lambda x: x, np.arange(100.0))],
)
def test_what_is_computed_or_small_is_not(traced: Callable[..., object], x: object) -> None:
    assert found(traced, x) == frozenset()


def test_each_output_is_told_by_itself() -> None:
    assert found(lambda x: {"same": x, "sum": ops.sum(x), "more": x * 2.0}, X) == {"same"}


def test_values_without_buffers_are_none() -> None:
    inputs: list[Value] = [Null(), dense(np.array(1.0))]
    assert lent({"a": inputs[0], "b": dense(X)}, inputs) == frozenset()
