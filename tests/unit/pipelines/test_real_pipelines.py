"""Pipelines that people would write, against plain numpy."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp

from jazz.values import DataType, Layout, Table, Tensor, Value, compressed, dense
from jazz_server.kinds.match import type_of
from jazz_server.kinds.types import AnyType, FieldType, Symbol, TableType, TensorType, Type
from jazz_server.pipelines.control import RunControl
from jazz_server.pipelines.errors import IllTyped, RunCancelled
from jazz_server.pipelines.explain import explain
from jazz_server.pipelines.graph import ConstantRef, GraphRef, InputRef, Literal, Pipeline, StepRef
from jazz_server.pipelines.infer import infer
from jazz_server.pipelines.messages import pipeline_from_message, pipeline_to_message
from jazz_server.pipelines.program import compile as compile_program
from unit.pipelines.small_ops import graph, step, tensor

CSR = (Layout.CSR,)
F64 = (DataType("float64"),)


def _csr(matrix: Any) -> Tensor:
    m = sp.csr_array(matrix)
    m.sort_indices()
    return compressed(Layout.CSR, m.shape, m.indptr.astype(np.int32), m.indices.astype(np.int32), m.data)


def _run(pipeline: Pipeline, values: Mapping[str, Value], control: RunControl | None = None) -> dict[str, Any]:
    """The outputs of a pipeline that travelled as a message."""
    travelled = pipeline_from_message(pipeline_to_message(pipeline))
    program = compile_program(travelled, {name: type_of(value) for name, value in values.items()})
    outputs = program.run(values, control or RunControl())
    return {name: v.array() if isinstance(v, Tensor) else v for name, v in outputs.items()}


def pagerank(damping: float, tol: float | None, max_iter: int) -> Pipeline:
    """r = d (r / outdegree) @ links + (1 - d) / n, until it stays."""
    body = graph(
        {"r": AnyType(), "links": AnyType(), "degrees": AnyType(), "rest": AnyType()},
        [
            step("divide", InputRef(0), InputRef(2)),
            step("matmul", StepRef(0), InputRef(1)),
            step("multiply", StepRef(1), Literal(damping)),
            step("add", StepRef(2), InputRef(3)),
        ],
    )
    steps = [
        step("sum", InputRef(0), axis=1),
        step("size", InputRef(0), axis=0),
        step("divide", Literal(1.0), StepRef(1)),
        step("multiply", StepRef(0), Literal(0.0)),
        step("add", StepRef(3), StepRef(2)),
        step("multiply", StepRef(2), Literal(1 - damping)),
        step(
            "iterate",
            StepRef(4),
            InputRef(0),
            StepRef(0),
            StepRef(5),
            body=GraphRef(0),
            max_iter=max_iter,
            **({} if tol is None else {"tol": tol}),
        ),
    ]
    inputs: dict[str, Type] = {"links": TensorType(F64, (Symbol("n"), Symbol("n")), CSR)}
    return Pipeline(graph(inputs, steps, rank=StepRef(6), turns=StepRef(6, 1)), (body,))


def _links(n: int) -> Any:
    rng = np.random.default_rng(3)
    matrix = (rng.random((n, n)) < 0.2).astype(float)
    matrix[np.arange(n), (np.arange(n) + 1) % n] = 1
    return matrix


def test_pagerank_converges_to_the_stationary_distribution() -> None:
    links = _links(30)
    outputs = _run(pagerank(0.85, 1e-12, 1000), {"links": _csr(links)})
    transition = 0.85 * links / links.sum(axis=1, keepdims=True) + 0.15 / 30
    values, vectors = np.linalg.eig(transition.T)
    expected = np.real(vectors[:, np.argmax(values.real)])
    np.testing.assert_allclose(outputs["rank"], expected / expected.sum(), rtol=1e-8)
    assert 10 < outputs["turns"] < 1000


def test_pagerank_stops_after_so_many_turns() -> None:
    outputs = _run(pagerank(0.85, None, 7), {"links": _csr(_links(10))})
    assert outputs["turns"] == 7
    np.testing.assert_allclose(outputs["rank"].sum(), 1)


def test_pagerank_is_typed_before_it_runs() -> None:
    typing = infer(pagerank(0.85, 1e-9, 100))
    assert str(typing.outputs["rank"]) == "float64[n]"
    assert str(typing.outputs["turns"]) == "int64[]"
    assert "iterate" in str(explain(pagerank(0.85, 1e-9, 100), typing))
    with pytest.raises(IllTyped) as caught:
        infer(pagerank(0.85, 1e-9, 100), {"links": type_of(_csr(np.ones((3, 4))))})
    assert caught.value.violations[0].field == "inputs.links"


def test_pagerank_can_be_cancelled() -> None:
    control = RunControl()
    control.cancelled.set()
    with pytest.raises(RunCancelled):
        _run(pagerank(0.85, None, 10**9), {"links": _csr(_links(10))}, control)


def test_the_most_similar_documents_by_tf_idf_and_cosine() -> None:
    counts: dict[str, Type] = {
        "documents": TensorType(F64, (Symbol("documents"), Symbol("terms")), CSR),
        "query": TensorType(F64, (Symbol("terms"),), (Layout.DENSE,)),
    }
    steps = [
        step("count_nonzero", InputRef(0), axis=0),
        step("size", InputRef(0), axis=0),
        step("add", StepRef(0), Literal(1)),
        step("divide", StepRef(1), StepRef(2)),
        step("log1p", StepRef(3)),
        step("multiply", InputRef(0), StepRef(4)),
        step("norm", StepRef(5), axis=1),
        step("multiply", InputRef(1), StepRef(4)),
        step("norm", StepRef(7)),
        step("matmul", StepRef(5), StepRef(7)),
        step("multiply", StepRef(6), StepRef(8)),
        step("divide", StepRef(9), StepRef(10)),
        step("topk", StepRef(11), k=3),
    ]
    p = Pipeline(graph(counts, steps, score=StepRef(12), document=StepRef(12, 1)))
    rng = np.random.default_rng(5)
    documents = rng.poisson(0.3, (40, 60)).astype(float) + np.eye(40, 60)
    query = rng.poisson(0.5, 60).astype(float)
    outputs = _run(p, {"documents": _csr(documents), "query": dense(query)})

    idf = np.log1p(40 / (np.count_nonzero(documents, axis=0) + 1))
    weighted, asked = documents * idf, query * idf
    score = weighted @ asked / (np.linalg.norm(weighted, axis=1) * np.linalg.norm(asked))
    np.testing.assert_array_equal(outputs["document"], np.argsort(-score, kind="stable")[:3])
    np.testing.assert_allclose(outputs["score"], np.sort(score)[::-1][:3])


def test_fields_of_a_table_and_constants() -> None:
    table = TableType((FieldType("x", tensor("n", 3)), FieldType("y", tensor("n"))))
    steps = [
        step("field", InputRef(0), name="x"),
        step("field", InputRef(0), name="y"),
        step("matmul", StepRef(0), ConstantRef(0)),
        step("subtract", StepRef(2), StepRef(1)),
        step("norm", StepRef(3)),
    ]
    p = Pipeline(graph({"data": table}, steps, residual=StepRef(4)), (), (dense(np.array([1.0, -2.0, 0.5])),))
    x, y = np.arange(12.0).reshape(4, 3), np.array([1.0, 0, -1, 2])
    outputs = _run(p, {"data": Table((("x", dense(x)), ("y", dense(y))))})
    np.testing.assert_allclose(outputs["residual"], np.linalg.norm(x @ [1, -2, 0.5] - y))
    assert str(infer(p).outputs["residual"]) == "float64[]"


def test_a_dense_layer_classifies() -> None:
    inputs: dict[str, Type] = {
        "x": TensorType(F64, (Symbol("rows"), None), CSR),
        "w": TensorType(F64, (None, Symbol("classes"))),
        "b": tensor("classes"),
    }
    steps = [
        step("matmul", InputRef(0), InputRef(1)),
        step("add", StepRef(0), InputRef(2)),
        step("relu", StepRef(1)),
        step("topk", StepRef(2), k=2),
    ]
    p = Pipeline(graph(inputs, steps, values=StepRef(3), classes=StepRef(3, 1)))
    rng = np.random.default_rng(1)
    x, w, b = rng.random((6, 8)), rng.standard_normal((8, 4)), rng.standard_normal(4)
    # A dense x is converted, because the input asks for CSR.
    outputs = _run(p, {"x": dense(x), "w": dense(w), "b": dense(b)})
    expected = np.maximum(x @ w + b, 0)
    np.testing.assert_allclose(outputs["values"], -np.sort(-expected, axis=1)[:, :2])
    typing = infer(p, {"w": type_of(dense(w))})
    assert str(typing.inputs["x"]) == "float64[rows, 8] csr"
    assert str(typing.inputs["b"]) == "float64[4]"
    assert str(typing.outputs["classes"]) == "int64[rows, 2]"
