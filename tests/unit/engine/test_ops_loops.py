"""Loops: turns, tolerances, and states that must be what the next turn takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from jazz.values import DataType, Layout, Table, Value, dense
from jazz_server.engine.catalogue import CATALOGUE
from jazz_server.engine.op import Inference, Run
from jazz_server.kinds.match import type_of
from jazz_server.kinds.types import AnyType, Symbol, TensorType, Type
from unit.engine.samples import Steps, infer, settings_of, sparse
from unit.engine.samples import apply as op

RNG = np.random.default_rng(7)


@dataclass(frozen=True)
class Body:
    """A sub-graph that is a function of values and one of types."""

    arity: int
    outputs: int
    compute: Callable[..., tuple[Value, ...]]
    type_: Callable[..., tuple[Type, ...]]

    def infer(self, inference: Inference, arguments: Sequence[Type]) -> tuple[Type, ...]:
        return self.type_(inference, *arguments)

    def run(self, run: Run, arguments: Sequence[Value]) -> tuple[Value, ...]:
        return self.compute(*arguments)


def body_of(name: str, *more: Any) -> Body:
    """A body that applies an operation to its first value and constants."""
    found = CATALOGUE[name]
    return Body(
        1,
        1,
        lambda x: found.run(Steps(), [x, *more], settings_of(found, {})),
        lambda inference, x: found.infer(inference, [x, *more], settings_of(found, {})),
    )


HALVED = body_of("multiply", 0.5)


def test_a_loop_does_all_turns_without_a_tolerance() -> None:
    state, turns = op("iterate", dense(np.array([8.0])), body=HALVED, max_iter=3)
    assert (state.array().tolist(), int(turns.array())) == ([1.0], 3)


def test_a_loop_stops_when_the_change_is_at_most_the_tolerance() -> None:
    state, turns = op("iterate", dense(np.array([8.0])), body=HALVED, max_iter=100, tol=1.0)
    assert (state.array().tolist(), int(turns.array())) == ([1.0], 3)


def test_a_loop_of_no_turns_gives_what_it_was_given() -> None:
    state, turns = op("iterate", 2.5, body=HALVED, max_iter=0, tol=1)
    assert (state.array(), int(turns.array())) == (2.5, 0)


@pytest.mark.parametrize("layout", ["csr", "csc", "coo"])
def test_the_change_of_sparse_states_is_measured(layout: str) -> None:
    x = op("to_sparse", dense(np.array([[0.0, 4.0], [0, 0]])), layout=layout)
    state, turns = op("iterate", x, body=HALVED, max_iter=100, tol=1.0)
    assert (state.layout.value, float(state.data[0]), int(turns.array())) == (layout, 1.0, 2)


def test_a_state_of_nans_never_settles() -> None:
    _, turns = op("iterate", dense(np.array([np.nan])), body=HALVED, max_iter=5, tol=1.0)
    assert int(turns.array()) == 5


def test_pagerank_is_that_of_power_iteration() -> None:
    links = RNG.random((20, 20)) < 0.3
    links[0] = True
    matrix = links / links.sum(axis=0)
    matmul, scale, add = (CATALOGUE[name] for name in ("matmul", "multiply", "add"))

    def compute(rank: Value, m: Value) -> tuple[Value, ...]:
        product = matmul.run(Steps(), [m, rank], settings_of(matmul, {}))
        return add.run(Steps(), [scale.run(Steps(), [product[0], 0.85], {})[0], 0.15 / 20], {})

    def types(inference: Inference, rank: Type, m: Type) -> tuple[Type, ...]:
        product = matmul.infer(inference, [m, rank], settings_of(matmul, {}))
        return add.infer(inference, [scale.infer(inference, [product[0], 0.85], {})[0], 0.15 / 20], {})

    body = Body(2, 1, compute, types)
    rank, turns = op(
        "iterate",
        dense(np.full(20, 1 / 20)),
        sparse(matrix, matrix != 0, Layout.CSR),
        body=body,
        max_iter=200,
        tol=1e-12,
    )
    expected = np.linalg.solve(np.eye(20) - 0.85 * matrix, np.full(20, 0.15 / 20))
    assert_allclose(rank.array(), expected, rtol=1e-9)
    assert 10 < int(turns.array()) < 200


def types_of_loop(*args: Any, **settings: Any) -> tuple[list[str], list[str]]:
    types, wrong = infer(CATALOGUE["iterate"], list(args), **settings)
    return [str(type_) for type_ in types], wrong


def vector(dtype: str, length: Any, *layouts: Layout) -> TensorType:
    return TensorType((DataType(dtype),), (length,), layouts or (Layout.DENSE,))


def test_a_loop_has_the_types_of_its_states() -> None:
    found, wrong = types_of_loop(vector("float32", Symbol("n")), body=HALVED, max_iter=3)
    assert (found, wrong) == (["float32[n]", "int64[]"], [])


def test_a_layout_that_changes_in_a_turn_is_unknown() -> None:
    x = TensorType((DataType("float32"),), (2, 2), (Layout.CSR,))
    found, wrong = types_of_loop(x, body=body_of("add", 1), max_iter=3)
    assert (found[0], wrong) == ("float32[2, 2] dense|csr", [])


@pytest.mark.parametrize(
    ("state", "body", "settings", "reason"),
    [
        (
            vector("int64", 3),
            HALVED,
            {},
            "values[0]: expected float64, as the body gives, found int64",
        ),
        (
            vector("float32", 1),
            body_of("add", dense(np.ones(3, np.float32))),
            {},
            "values[0]: expected shape [3], as the body gives, found shape [1]",
        ),
        (vector("float32", 1), HALVED, {"count": 2}, "values: expected at least 2 states, found 1 value"),
        (vector("float32", 1), HALVED, {"tol": -1}, "tol: expected a number of at least 0, found -1"),
        (vector("float32", 1), HALVED, {"max_iter": -1}, "max_iter: expected an integer of at least 0, found -1"),
        (
            vector("float32", 1),
            Body(2, 1, lambda *x: x, lambda _, *x: x),
            {},
            "body: expected a graph of 1 input, one for each value, found one of 2 inputs",
        ),
        (
            vector("float32", 1),
            Body(1, 2, lambda *x: x, lambda _, *x: x),
            {},
            "body: expected a graph of 1 output, one for each state, found one of 2 outputs",
        ),
    ],
)
def test_a_loop_whose_turns_do_not_fit_is_refused(state: Type, body: Body, settings: Any, reason: str) -> None:
    if body.outputs == 1 and body.arity == 1 and reason.startswith("values[0]: expected shape"):
        constant = np.ones(3, np.float32)
        add = CATALOGUE["add"]
        body = Body(1, 1, lambda x: (x,), lambda i, x: add.infer(i, [x, type_of(dense(constant))], {}))
    _, wrong = types_of_loop(state, **({"body": body, "max_iter": 2} | settings))
    assert wrong == [reason]


def test_a_loop_over_unknown_values_is_of_unknown_values() -> None:
    found, wrong = types_of_loop(AnyType(), body=Body(1, 1, lambda x: (x,), lambda _, x: (x,)), max_iter=2)
    assert (found, wrong) == (["any value", "int64[]"], [])


def test_tables_can_be_states() -> None:
    table = Table((("a", dense(np.zeros(1))),))
    same = Body(1, 1, lambda x: (x,), lambda _, x: (x,))
    state, _ = op("iterate", table, body=same, max_iter=2)
    assert state is table
