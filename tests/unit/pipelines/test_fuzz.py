"""Whatever a message says, what comes of it is a pipeline or an error of a known type."""

import random
import time

import numpy as np
from google.protobuf.message import DecodeError
from hypothesis import given, settings
from hypothesis import strategies as st

from jazz.graph.canonical import write_literal
from jazz.v1 import pipelines_pb2
from jazz.values import Value, dense
from jazz_server.engine.catalogue import CATALOGUE
from jazz_server.engine.errors import Interrupted
from jazz_server.kinds.match import match, type_of
from jazz_server.kinds.types import AnyType
from jazz_server.pipelines.control import RunControl
from jazz_server.pipelines.errors import IllTyped, InvalidPipeline, InvalidRun, RunError
from jazz_server.pipelines.explain import explain
from jazz_server.pipelines.graph import ConstantRef, GraphRef, InputRef, Literal, Pipeline, StepRef
from jazz_server.pipelines.infer import infer
from jazz_server.pipelines.messages import normalise, pipeline_from_message, pipeline_to_message
from jazz_server.pipelines.program import compile as compile_program
from unit.pipelines.small_ops import graph, step, tensor

_BODY = graph({"s": AnyType(), "w": tensor("n", "n")}, [step("matmul", InputRef(0), InputRef(1))])
_STEPS = [
    step("matmul", InputRef(0), ConstantRef(0)),
    step("iterate", StepRef(0), ConstantRef(0), body=GraphRef(0), max_iter=2, tol=0.5),
    step("topk", StepRef(1), k=2),
    step("sum", StepRef(2), axis=-1, keepdims=True),
    step("clip", StepRef(3), min=0, max=1.5),
    step("concat", StepRef(4), StepRef(4), axis=1),
    step("to_sparse", StepRef(5), layout="csr"),
    step("cast", StepRef(6), dtype="float32"),
    step("where", Literal(True), StepRef(7), InputRef(1)),
]
_MESSAGE = pipeline_to_message(
    Pipeline(graph({"x": tensor("m", 3), "y": tensor(None, 2)}, _STEPS), (_BODY,), (dense(np.eye(3)),))
)
_VALUES: dict[str, Value] = {"x": dense(np.arange(12.0).reshape(4, 3)), "y": dense(np.ones((1, 2)))}
_LITERALS: list[bool | int | float | str] = [
    True,
    False,
    0,
    1,
    -1,
    2**40,
    -(2**63),
    0.0,
    -0.5,
    float("nan"),
    float("inf"),
    "",
    "csr",
    "float32",
    "ü\0",
]


def _examine(message: pipelines_pb2.Pipeline) -> None:
    error = None
    try:
        pipeline = pipeline_from_message(message)
        typing = infer(pipeline)
    except (InvalidPipeline, IllTyped) as caught:
        error = caught
    if error is not None:
        assert error.violations
        assert all(v.field and v.expected and v.found for v in error.violations)
        return
    assert str(explain(pipeline, typing))
    again = pipeline_from_message(normalise(message))
    assert str(infer(again)) == str(typing)
    _run(pipeline)


def _run(pipeline: Pipeline) -> None:
    """What comes out is what was inferred, or an error of a known type does."""
    try:
        program = compile_program(pipeline, {name: type_of(value) for name, value in _VALUES.items()})
        outputs = program.run(_VALUES, RunControl(deadline=time.monotonic() + 1))
    except (IllTyped, InvalidRun, RunError, Interrupted):
        return
    for name, value in outputs.items():
        assert match(program.typing.outputs[name], type_of(value)).matches


def _mutate(message: pipelines_pb2.Pipeline, chance: random.Random) -> None:
    chosen = chance.choice([message.graph, message.graph, message.graph, *message.graphs])
    kind = chance.randrange(9)
    if kind == 0 and chosen.inputs:
        chance.choice(chosen.inputs).type.CopyFrom(chance.choice(message.graph.inputs).type)
        return
    if kind == 1 and len(chosen.steps) > 1:
        del chosen.steps[chance.randrange(len(chosen.steps))]
        return
    if not chosen.steps:
        return
    a_step = chance.choice(chosen.steps)
    if kind == 2:
        a_step.op = chance.choice([*CATALOGUE, "nothing", ""])
    elif kind == 3:
        a_step.op_version = chance.randrange(3)
    elif kind == 4 and a_step.arguments:
        del a_step.arguments[chance.randrange(len(a_step.arguments))]
    elif kind == 5:
        argument = (
            chance.choice(a_step.arguments) if a_step.arguments and chance.random() < 0.7 else a_step.arguments.add()
        )
        which = chance.randrange(4)
        if which == 0:
            argument.input = chance.randrange(3)
        elif which == 1:
            argument.step.step = chance.randrange(len(chosen.steps))
            argument.step.output = chance.choice([0, 0, 1, 5])
        elif which == 2:
            argument.constant = chance.randrange(2)
        else:
            write_literal(chance.choice(_LITERALS), argument.literal)
    elif kind == 6:
        parameters = [p.name for p in CATALOGUE[a_step.op].parameters] if a_step.op in CATALOGUE else []
        parameter = a_step.parameters.add(name=chance.choice([*parameters, "axis", "k"]))
        for _ in range(chance.randrange(3)):
            into = parameter.list.values.add() if chance.random() < 0.2 else parameter.literal
            write_literal(chance.choice(_LITERALS), into)
    elif kind == 7 and a_step.parameters:
        parameter = chance.choice(a_step.parameters)
        if chance.random() < 0.3:
            parameter.graph = chance.randrange(2)
        else:
            write_literal(chance.choice(_LITERALS), parameter.literal)
    elif chosen.outputs:
        chosen.outputs[0].source.step.step = chance.randrange(len(chosen.steps) + 1)


@given(seed=st.integers(0, 2**32), changes=st.integers(0, 6))
@settings(max_examples=300, deadline=None)
def test_a_changed_message_gives_a_pipeline_or_typed_errors(seed: int, changes: int) -> None:
    message = pipelines_pb2.Pipeline()
    message.CopyFrom(_MESSAGE)
    chance = random.Random(seed)
    for _ in range(changes):
        _mutate(message, chance)
    _examine(message)


@given(position=st.floats(0, 1, exclude_max=True), replacement=st.binary(max_size=3), cut=st.integers(0, 3))
@settings(max_examples=200, deadline=None)
def test_changed_bytes_give_a_pipeline_or_typed_errors(position: float, replacement: bytes, cut: int) -> None:
    encoded = _MESSAGE.SerializeToString()
    place = int(position * len(encoded))
    try:
        message = pipelines_pb2.Pipeline.FromString(encoded[:place] + replacement + encoded[place + cut :])
    except DecodeError:
        return
    _examine(message)


def test_the_message_that_is_changed_is_fine_as_it_is() -> None:
    typing = infer(pipeline_from_message(_MESSAGE))
    assert list(typing.outputs) == ["result"]
