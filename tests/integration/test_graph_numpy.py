"""What Python's notation means in a pipeline is what it means to numpy and scipy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.sparse
import scipy.special

import jazz
from client_database import emptying
from jazz import ops
from running_server import RunningServer

A = np.array([[1.5, -2.0, 0.0], [0.0, 4.0, -0.5]])
B = np.array([[2.0, 0.5, 3.0], [-1.0, 0.25, 8.0]])
V = np.array([3.0, 1.0, 2.0])


@pytest.fixture(scope="module")
def db(shared_server: RunningServer) -> Any:
    with emptying(shared_server.target) as db:
        yield db


def same(x: Any) -> Any:
    return x


def dense(x: Any) -> Any:
    return x.toarray() if scipy.sparse.issparse(x) else x


@pytest.mark.parametrize("layout", [same, scipy.sparse.csr_array, scipy.sparse.csc_array], ids=["dense", "csr", "csc"])
@pytest.mark.parametrize(
    "function",
    [
        lambda a, b, v: a + b * 2 - b / 4,
        lambda a, b, v: a @ b.T,
        lambda a, b, v: (a @ v) * 3,
        lambda a, b, v: -abs(a),
        lambda a, b, v: (a > 0) == (b <= 0.25),
        lambda a, b, v: 1 - a,
        lambda a, b, v: a + v,
        lambda a, b, v: np.eye(2) @ a,
        lambda a, b, v: a.sum() + b.mean(),
        lambda a, b, v: a.sum(axis=0),
        lambda a, b, v: a.max(axis=1),
        lambda a, b, v: (a * b).astype(np.float32),
        lambda a, b, v: abs(a) ** v + 2.0**b,
        lambda a, b, v: b // 2 + b % v,
        lambda a, b, v: (a > 0) & (b > 0) | ~(a == 0) ^ (b < 1),
        lambda a, b, v: a.var(axis=0) + a.std(axis=0),
        lambda a, b, v: b.prod(axis=1) + b.sum(axis=(0, 1)),
        lambda a, b, v: (a > 0).any(axis=0) == (b > 0).all(axis=0),
        lambda a, b, v: a.argmin(axis=1) - a.argmax(axis=1),
        lambda a, b, v: b.cumsum(axis=1).round(1),
    ],
)
def test_operators(db: jazz.Database, function: Callable[..., Any], layout: Any) -> None:
    found = dense(db.run(jazz.pipeline(function), a=layout(A), b=layout(B), v=V))
    expected = np.asarray(function(A, B, V))
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    assert np.asarray(found).dtype == expected.dtype


@pytest.mark.parametrize(
    ("function", "reference"),
    [
        (lambda x: ops.clip(x, 0, 2), lambda x: np.clip(x, 0, 2)),
        (lambda x: ops.where(x > 0, x, -1), lambda x: np.where(x > 0, x, -1)),
        (lambda x: ops.norm(x, ord=1, axis=1), lambda x: np.linalg.norm(x, 1, axis=1)),
        (lambda x: ops.argmax(x, axis=1), lambda x: np.argmax(x, axis=1)),
        (lambda x: ops.count_nonzero(x, axis=0), lambda x: np.count_nonzero(x, axis=0)),
        (lambda x: ops.concat([x, x * 2], axis=1), lambda x: np.concatenate([x, x * 2], axis=1)),
        (lambda x: ops.take(x, np.array([2, 0]), axis=1), lambda x: np.take(x, [2, 0], axis=1)),
        (lambda x: ops.size(x, axis=1), lambda x: x.shape[1]),
        (lambda x: ops.diag(ops.sum(x, axis=1)) @ x, lambda x: np.diag(x.sum(axis=1)) @ x),
        (lambda x: np.exp(ops.log1p(abs(x))), lambda x: 1 + abs(x)),
        (lambda x: ops.topk(x, 2).values, lambda x: -np.sort(-x, axis=1)[:, :2]),
        (lambda x: np.floor(np.tanh(x) * 10), lambda x: np.floor(np.tanh(x) * 10)),
        (lambda x: np.logical_and(np.isfinite(x), x > 0), lambda x: np.isfinite(x) & (x > 0)),
        (lambda x: ops.quantile(x, [0.25, 0.5], axis=1), lambda x: np.quantile(x, [0.25, 0.5], axis=1)),
        (lambda x: ops.softmax(x, axis=0), lambda x: scipy.special.softmax(x, axis=0)),
        (lambda x: ops.logsumexp(x, axis=0), lambda x: scipy.special.logsumexp(x, axis=0)),
        (lambda x: ops.norm(x, ord="fro"), lambda x: np.linalg.norm(x, "fro")),
    ],
)
def test_functions(db: jazz.Database, function: Callable[..., Any], reference: Callable[..., Any]) -> None:
    found = dense(db.run(jazz.pipeline(function), x=A))
    np.testing.assert_allclose(found, reference(A), rtol=1e-12)


def test_fields_of_tables(db: jazz.Database) -> None:
    pipeline = jazz.pipeline(lambda t: t["a"] * t["b"])
    np.testing.assert_array_equal(db.run(pipeline, t={"a": V, "b": V}), V * V)


def test_loops(db: jazz.Database) -> None:
    def root(x: jazz.Node) -> object:
        return ops.iterate(lambda r: (r + x / r) / 2, x, max_iter=100, tol=1e-12)

    found = db.run(jazz.pipeline(root), x=V)
    np.testing.assert_allclose(found.state, np.sqrt(V), rtol=1e-12)
    assert 0 < found.iterations < 20


def test_pipelines_made_of_pipelines(db: jazz.Database) -> None:
    layer = jazz.pipeline(lambda x, w: ops.relu(x @ w))
    deep = jazz.pipeline(lambda x, w: layer(layer(x, w.T), w))
    expected = np.maximum(np.maximum(A @ B.T, 0) @ B, 0)
    np.testing.assert_allclose(db.run(deep, x=A, w=B), expected)


def test_constants_of_any_kind(db: jazz.Database) -> None:
    weights = scipy.sparse.csr_array(B)
    pipeline = jazz.pipeline(lambda x: weights @ x + np.float32(1))
    np.testing.assert_allclose(dense(db.run(pipeline, x=V)), B @ V + 1)


def test_a_stored_pipeline_comes_back_as_it_was_written(db: jazz.Database) -> None:
    def f(x: jazz.Node) -> object:
        """What it is for."""
        return ops.iterate(lambda s: s * np.array([2.0]), x, max_iter=2).state

    pipeline = jazz.pipeline(f, inputs={"x": jazz.Dense[np.float64, "n"]})
    db.pipelines.put("written/f", pipeline)
    again = db.pipelines.get("written/f").pipeline
    assert again is not None
    assert again.inputs == pipeline.inputs
    assert again.doc == "What it is for."
    assert str(again).splitlines()[1:] == str(pipeline).splitlines()[1:]
    np.testing.assert_array_equal(db.run(again, x=V), V * 4)
    db.spaces.delete("written", force=True)
