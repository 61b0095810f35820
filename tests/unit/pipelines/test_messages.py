"""Pipelines, types and kinds survive the trip through their messages; everything that is wrong is told at once."""

from collections.abc import Callable

import numpy as np
import pytest

from jazz.errors import Violation
from jazz.v1 import kinds_pb2, pipelines_pb2, value_pb2
from jazz.values import DATA_TYPES, DataType, Layout, dense
from jazz_server.kinds.types import (
    AnyType,
    FieldType,
    Kind,
    KindReference,
    NullType,
    Symbol,
    TableType,
    TensorType,
    Type,
)
from jazz_server.pipelines.check import MAX_NESTING, MAX_STEPS
from jazz_server.pipelines.errors import InvalidPipeline, InvalidType
from jazz_server.pipelines.graph import ConstantRef, GraphRef, InputRef, Literal, Pipeline, StepRef
from jazz_server.pipelines.messages import (
    canonical_bytes,
    kind_from_message,
    kind_to_message,
    normalise,
    pipeline_from_message,
    pipeline_to_message,
    type_from_message,
    type_to_message,
)
from unit.pipelines.small_ops import OPS, graph, pipeline, step, tensor

X = {"x": tensor("rows", 4)}
FULL = TensorType(
    (DataType("float32"), DataType("timestamp", "ns", "UTC")),
    (3, Symbol("Zeilen"), None),
    (Layout.DENSE, Layout.CSR),
    strict=True,
    nullable=True,
    unit="kg/m^3",
    minimum=-1.5,
    maximum=2.0,
)


def _read(message: pipelines_pb2.Pipeline) -> Pipeline:
    return pipeline_from_message(message, ops=OPS)


def _violations(broken: Pipeline | pipelines_pb2.Pipeline) -> list[Violation]:
    message = pipeline_to_message(broken) if isinstance(broken, Pipeline) else broken
    with pytest.raises(InvalidPipeline) as caught:
        _read(message)
    assert caught.value.reason == "INVALID_PIPELINE"
    return list(caught.value.violations)


def _violation(broken: Pipeline | pipelines_pb2.Pipeline) -> Violation:
    violations = _violations(broken)
    assert len(violations) == 1
    return violations[0]


@pytest.mark.parametrize(
    "type_",
    [
        AnyType(),
        NullType(),
        KindReference("lab/image@3"),
        TensorType(),
        TensorType(shape=()),
        FULL,
        TensorType(tuple(DataType(n, "s" if n in ("timestamp", "duration") else None) for n in DATA_TYPES)),
        TableType((FieldType("größe", FULL, optional=True, doc="how large"), FieldType("t", TableType())), closed=True),
    ],
    ids=str,
)
def test_types_survive_the_trip(type_: Type) -> None:
    assert type_from_message(type_to_message(type_)) == type_


def test_kinds_survive_the_trip() -> None:
    kind = Kind(TableType((FieldType("a", FULL),)), (KindReference("lab/base"),), "what it is")
    assert kind_from_message(kind_to_message(kind)) == kind


def test_element_types_and_layouts_are_sorted() -> None:
    mixed = TensorType((DataType("float64"), DataType("int8")), None, (Layout.COO, Layout.DENSE))
    read = type_from_message(type_to_message(mixed))
    assert read == TensorType((DataType("int8"), DataType("float64")), None, (Layout.DENSE, Layout.COO))


def test_everything_wrong_with_a_type_is_told_at_once() -> None:
    message = kinds_pb2.Type()
    message.tensor.types.add()
    message.tensor.types.add(data_type=value_pb2.DATA_TYPE_TIMESTAMP)
    message.tensor.types.add(data_type=value_pb2.DATA_TYPE_INT8, time_unit=value_pb2.TIME_UNIT_SECOND, time_zone="UTC")
    message.tensor.layouts.append(9)  # type: ignore[arg-type]
    message.tensor.shape.dimensions.add()
    with pytest.raises(InvalidType) as caught:
        type_from_message(message, "kind.type")
    assert [v.field for v in caught.value.violations] == [
        "kind.type.types[0]",
        "kind.type.types[1]",
        "kind.type.types[2]",
        "kind.type.layouts[0]",
        "kind.type.shape[0]",
    ]


def test_a_type_that_says_nothing_is_refused() -> None:
    with pytest.raises(InvalidType, match="expected a type: any, tensor, table, kind or null, found nothing"):
        type_from_message(kinds_pb2.Type())


def test_pipelines_survive_the_trip_with_versions_filled_in() -> None:
    body = graph({"a": AnyType()}, [step("negative", InputRef(0))])
    steps = [
        step("matmul", InputRef(0), ConstantRef(0)),
        step("repeat", StepRef(0), body=GraphRef(0), turns=3),
        step("plus_minus", StepRef(1)),
        step("add", StepRef(2, 1), Literal(0.5)),
        step("pick", StepRef(3), index=2, label="zwei ✓"),
    ]
    written = Pipeline(graph(X, steps, y=StepRef(4), z=StepRef(3)), (body,), (dense(np.eye(4)),), "a doc")
    read = _read(pipeline_to_message(written))
    assert [s.version for s in read.graph.steps] == [2, 1, 1, 1, 1]
    assert [s.parameters for s in read.graph.steps] == [s.parameters for s in steps]
    assert [s.arguments for s in read.graph.steps] == [s.arguments for s in steps]
    assert (read.graph.inputs, read.graph.outputs) == (written.graph.inputs, written.graph.outputs)
    assert (read.graphs[0].inputs, read.doc) == (body.inputs, "a doc")
    np.testing.assert_array_equal(read.constants[0].array(), np.eye(4))  # type: ignore[union-attr]


def test_constants_that_are_known_are_not_decoded_again() -> None:
    message = pipeline_to_message(pipeline(X, [step("matmul", InputRef(0), ConstantRef(0))]))
    constant = dense(np.eye(4))
    assert pipeline_from_message(message, ops=OPS, constants=[constant]).constants == (constant,)


def test_equal_pipelines_are_equal_bytes() -> None:
    one = pipeline_to_message(pipeline(X, [step("pick", InputRef(0), index=1, label="a")]))
    other = pipelines_pb2.Pipeline()
    other.CopyFrom(one)
    other.graph.steps[0].parameters.reverse()
    other.graph.steps[0].op_version = 1
    assert canonical_bytes(one) != canonical_bytes(other)
    assert canonical_bytes(normalise(one, OPS)) == canonical_bytes(normalise(other, OPS))


def test_versions_are_filled_in_for_sub_graphs_too() -> None:
    body = graph({"a": AnyType()}, [step("matmul", InputRef(0), InputRef(0))])
    message = pipeline_to_message(Pipeline(graph(X, [step("repeat", InputRef(0), body=GraphRef(0))]), (body,)))
    assert normalise(message, OPS).graphs[0].steps[0].op_version == 2
    assert message.graphs[0].steps[0].op_version == 0


WRONG: dict[str, tuple[Pipeline, Violation]] = {
    "unknown operation": (
        pipeline(X, [step("matmull", InputRef(0), InputRef(0))]),
        Violation("steps[0] matmull", "an operation, such as matmul", "'matmull'"),
    ),
    "unknown version": (
        Pipeline(graph(X, [type(step("x"))("matmul", (InputRef(0), InputRef(0)), (), 7)])),
        Violation("steps[0] matmul.op_version", "version 2", "version 7"),
    ),
    "too few arguments": (
        pipeline(X, [step("matmul", InputRef(0))]),
        Violation("steps[0] matmul.arguments", "2 arguments (a, b)", "1"),
    ),
    "too many arguments where some are optional": (
        pipeline(X, [step("shift", InputRef(0), Literal(1), Literal(2))]),
        Violation("steps[0] shift.arguments", "1 to 2 arguments (a, by)", "3"),
    ),
    "input that is not there": (
        pipeline(X, [step("matmul", InputRef(0), InputRef(5))]),
        Violation("steps[0] matmul.b", "input 0", "input 5"),
    ),
    "input of none": (
        pipeline({}, [step("negative", InputRef(0))]),
        Violation("steps[0] negative.a", "no input: there are none", "input 0"),
    ),
    "constant that is not there": (
        pipeline(X, [step("matmul", InputRef(0), ConstantRef(0))]),
        Violation("steps[0] matmul.b", "no constant: there are none", "constant 0"),
    ),
    "later step": (
        pipeline(X, [step("negative", StepRef(1)), step("negative", InputRef(0))]),
        Violation("steps[0] negative.a", "an earlier step", "step 1"),
    ),
    "step itself": (
        pipeline(X, [step("negative", StepRef(0))]),
        Violation("steps[0] negative.a", "an earlier step", "step 0"),
    ),
    "step that is not there": (
        pipeline(X, [step("negative", InputRef(0))], y=StepRef(4)),
        Violation("outputs[0] y", "an earlier step", "step 4, which is not there"),
    ),
    "output that a step does not have": (
        pipeline(X, [step("plus_minus", InputRef(0)), step("negative", StepRef(0, 2))]),
        Violation("steps[1] negative.a", "output 0 to 1 of step 0", "output 2 of step 0"),
    ),
    "one of any number of arguments": (
        pipeline(X, [step("stack", InputRef(0), InputRef(3))]),
        Violation("steps[0] stack.arrays[1]", "input 0", "input 3"),
    ),
    "unknown parameter": (
        pipeline(X, [step("pick", InputRef(0), index=1, lable="a")]),
        Violation("steps[0] pick.lable", "a parameter, such as label", "'lable'"),
    ),
    "parameter of an operation without any": (
        pipeline(X, [step("negative", InputRef(0), axis=1)]),
        Violation("steps[0] negative.axis", "no parameters", "'axis'"),
    ),
    "missing parameter": (
        pipeline(X, [step("pick", InputRef(0))]),
        Violation("steps[0] pick.index", "an integer", "nothing"),
    ),
    "parameter of the wrong type": (
        pipeline(X, [step("pick", InputRef(0), index="two")]),
        Violation("steps[0] pick.index", "an integer", "'two'"),
    ),
    "truth value for an integer": (
        pipeline(X, [step("pick", InputRef(0), index=True)]),
        Violation("steps[0] pick.index", "an integer", "true"),
    ),
    "list for an integer": (
        pipeline(X, [step("pick", InputRef(0), index=(1, 2))]),
        Violation("steps[0] pick.index", "an integer", "[1, 2]"),
    ),
    "literal for a sub-graph": (
        pipeline(X, [step("repeat", InputRef(0), body=1)]),
        Violation("steps[0] repeat.body", "a sub-graph", "1"),
    ),
    "sub-graph that is not there": (
        pipeline(X, [step("repeat", InputRef(0), body=GraphRef(0))]),
        Violation("steps[0] repeat.body", "no sub-graph: there are none", "sub-graph 0"),
    ),
    "sub-graph that uses itself": (
        Pipeline(
            graph(X, [step("negative", InputRef(0))]),
            (graph({"a": AnyType()}, [step("repeat", InputRef(0), body=GraphRef(0))]),),
        ),
        Violation("graphs[0].steps[0] repeat.body", "no sub-graph: there are none", "sub-graph 0"),
    ),
    "no outputs": (
        Pipeline(type(graph({}, [], y=Literal(1)))((), (), ())),
        Violation("outputs", "at least one output", "none"),
    ),
    "input without a proper name": (
        pipeline({"my x": AnyType()}, [step("negative", InputRef(0))]),
        Violation("inputs[0].name", "an identifier", "'my x'"),
    ),
    "symbol that is no identifier": (
        pipeline({"x": tensor("a b")}, [step("negative", InputRef(0))]),
        Violation("inputs[0] x", "a symbol that is an identifier", "'a b'"),
    ),
}


@pytest.mark.parametrize(("broken", "violation"), WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_is_named_with_what_was_expected_and_found(broken: Pipeline, violation: Violation) -> None:
    assert _violation(broken) == violation


def _message(change: Callable[[pipelines_pb2.Pipeline], object]) -> pipelines_pb2.Pipeline:
    message = pipeline_to_message(pipeline(X, [step("pick", InputRef(0), index=1)]))
    change(message)
    return message


UNSET: dict[str, tuple[Callable[[pipelines_pb2.Pipeline], object], str]] = {
    "argument": (lambda m: m.graph.steps[0].arguments[0].Clear(), "steps[0] pick.a"),
    "literal": (lambda m: m.graph.steps[0].arguments[0].literal.Clear(), "steps[0] pick.a"),
    "parameter": (lambda m: m.graph.steps[0].parameters[0].ClearField("literal"), "steps[0] pick.index"),
    "type": (lambda m: m.graph.inputs[0].ClearField("type"), "inputs[0] x"),
    "source": (lambda m: m.graph.outputs[0].ClearField("source"), "outputs[0] result"),
    "constant": (lambda m: m.constants.add(), "constants[0].value"),
    "repeated parameter": (
        lambda m: m.graph.steps[0].parameters.append(m.graph.steps[0].parameters[0]),
        "steps[0] pick.index",
    ),
    "repeated input": (lambda m: m.graph.inputs.append(m.graph.inputs[0]), "inputs[1].name"),
    "repeated output": (lambda m: m.graph.outputs.append(m.graph.outputs[0]), "outputs[1].name"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "field"), UNSET.values(), ids=UNSET.keys())
def test_what_is_unset_or_said_twice_is_named(change: Callable[[pipelines_pb2.Pipeline], object], field: str) -> None:
    assert _violation(_message(change)).field == field


def test_everything_wrong_is_told_at_once() -> None:
    steps = [step("matmul", InputRef(0)), step("nothing_like_it", InputRef(9)), step("pick", StepRef(7), index="x")]
    inner = graph({"a": AnyType()}, [step("negative", InputRef(3))])
    broken = Pipeline(graph({"1st": AnyType()}, steps, y=ConstantRef(0)), (inner,))
    assert [v.field for v in _violations(broken)] == [
        "graphs[0].steps[0] negative.a",
        "inputs[0].name",
        "steps[0] matmul.arguments",
        "steps[1] nothing_like_it",
        "steps[1] nothing_like_it.arguments[0]",
        "steps[2] pick.index",
        "steps[2] pick.a",
        "outputs[0] y",
    ]


def test_a_constant_with_a_broken_body_is_refused() -> None:
    message = pipeline_to_message(
        Pipeline(graph(X, [step("matmul", InputRef(0), ConstantRef(0))]), (), (dense(np.eye(4)),))
    )
    message.constants[0].body = message.constants[0].body[:-8]
    assert all(v.field.startswith("constants[0].") for v in _violations(message))


def test_sub_graphs_are_nested_only_so_deep() -> None:
    first = graph({"a": AnyType()}, [step("negative", InputRef(0))])
    nested = [graph({"a": AnyType()}, [step("repeat", InputRef(0), body=GraphRef(n))]) for n in range(MAX_NESTING)]
    main = graph(X, [step("repeat", InputRef(0), body=GraphRef(MAX_NESTING - 1))])
    _read(pipeline_to_message(Pipeline(main, (first, *nested[: MAX_NESTING - 1]))))
    deeper = graph(X, [step("repeat", InputRef(0), body=GraphRef(MAX_NESTING))])
    violation = _violation(Pipeline(deeper, (first, *nested)))
    assert violation == Violation("graphs", "sub-graphs nested at most 32 deep", "deeper ones")


def test_there_are_only_so_many_steps() -> None:
    message = pipelines_pb2.Pipeline()
    for _ in range(MAX_STEPS + 1):
        message.graph.steps.add()
    assert _violation(message) == Violation("steps", "at most 100000 steps", "100001")


def test_sub_graphs_that_unfold_into_too_many_steps_are_refused() -> None:
    inputs: dict[str, Type] = {"a": AnyType()}
    graphs = [graph(inputs, [step("negative", InputRef(0))])]
    for n in range(20):
        twice = [step("repeat", InputRef(0), body=GraphRef(n)), step("repeat", StepRef(0), body=GraphRef(n))]
        graphs.append(graph(inputs, twice))
    main = graph(X, [step("repeat", InputRef(0), body=GraphRef(20))])
    violation = _violation(Pipeline(main, tuple(graphs)))
    assert (violation.field, violation.expected) == ("steps", "at most 100000 steps")
