"""Pipelines to and from their messages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from jazz.v1 import pipelines_pb2
from jazz.values import Null, Value
from jazz_server.engine.catalogue import CATALOGUE
from jazz_server.engine.op import Op, Scalar
from jazz_server.kinds.check import check_kind
from jazz_server.pipelines.check import MAX_STEPS, argument_name, check
from jazz_server.pipelines.errors import InvalidPipeline
from jazz_server.pipelines.graph import (
    Argument,
    ConstantRef,
    Graph,
    GraphRef,
    Input,
    InputRef,
    Literal,
    Output,
    ParameterValue,
    Pipeline,
    Step,
    StepRef,
)
from jazz_server.pipelines.messages.constants import constant_from_message, constant_to_message
from jazz_server.pipelines.messages.types import read_type, type_to_message
from jazz_server.pipelines.violations import Violations


def pipeline_from_message(
    message: pipelines_pb2.Pipeline, *, ops: Mapping[str, Op] = CATALOGUE, constants: Sequence[Value] | None = None
) -> Pipeline:
    """The pipeline that a message says, with the versions of its operations filled in.

    Args:
        message: The message.
        ops: The operations by name.
        constants: The values of its constants, when they are known; they are decoded from the message when not given.

    Raises:
        InvalidPipeline: The message is not well formed; every violation of it.
    """
    violations = Violations()
    graphs = (*message.graphs, message.graph)
    total = sum(len(graph.steps) for graph in graphs)
    if total > MAX_STEPS:
        violations.add("steps", f"at most {MAX_STEPS} steps", str(total))
        raise InvalidPipeline(violations.all)
    if constants is None:
        constants = _read_constants(message, violations)
    reader = _Reader(ops, violations)
    pipeline = Pipeline(
        graph=reader.graph(message.graph, ""),
        graphs=tuple(reader.graph(graph, f"graphs[{n}].") for n, graph in enumerate(message.graphs)),
        constants=tuple(constants),
        doc=message.doc,
    )
    if not reader.complete:
        _note_unset(message, ops, violations)
    check(pipeline, ops, violations)
    if violations:
        raise InvalidPipeline(violations.all)
    return pipeline


def pipeline_to_message(pipeline: Pipeline) -> pipelines_pb2.Pipeline:
    """The message of a pipeline."""
    return pipelines_pb2.Pipeline(
        graph=_graph_message(pipeline.graph),
        graphs=[_graph_message(graph) for graph in pipeline.graphs],
        doc=pipeline.doc,
        constants=[constant_to_message(constant) for constant in pipeline.constants],
    )


def normalise(message: pipelines_pb2.Pipeline, ops: Mapping[str, Op] = CATALOGUE) -> pipelines_pb2.Pipeline:
    """A copy of a message of a well-formed pipeline as it is stored: versions filled in, parameters sorted by name.

    Unknown fields are dropped, so that equal pipelines are equal bytes.
    """
    copy = pipelines_pb2.Pipeline()
    copy.CopyFrom(message)
    copy.DiscardUnknownFields()
    for graph in (*copy.graphs, copy.graph):
        for step in graph.steps:
            step.op_version = step.op_version or ops[step.op].version
            step.parameters.sort(key=_parameter_name)
    return copy


def canonical_bytes(message: pipelines_pb2.Pipeline) -> bytes:
    """The bytes that say what a pipeline is: the same for equal messages."""
    return message.SerializeToString(deterministic=True)


def _parameter_name(parameter: pipelines_pb2.Parameter) -> str:
    return parameter.name


def _read_constants(message: pipelines_pb2.Pipeline, violations: Violations) -> list[Value]:
    constants: list[Value] = []
    for position, constant in enumerate(message.constants):
        value = constant_from_message(constant, f"constants[{position}]", violations)
        constants.append(Null() if value is None else value)
    return constants


_step_ref = lru_cache(4096)(StepRef)
_input_ref = lru_cache(256)(InputRef)


class _Reader:
    """Reads graphs; what a message leaves unset is replaced by something that causes no further violation.

    Attributes:
        complete: Whether all that steps and outputs refer to was set.
    """

    def __init__(self, ops: Mapping[str, Op], violations: Violations) -> None:
        self.complete = True
        self._ops = ops
        self._violations = violations

    def graph(self, message: pipelines_pb2.Graph, prefix: str) -> Graph:
        inputs = [self._input(item, f"{prefix}inputs[{n}] {item.name}") for n, item in enumerate(message.inputs)]
        outputs = [Output(item.name, self._argument(item.source)) for item in message.outputs]
        return Graph(tuple(inputs), tuple(map(self._step, message.steps)), tuple(outputs))

    def _input(self, message: pipelines_pb2.Input, field: str) -> Input:
        known = len(self._violations)
        takes = read_type(message.type, field, self._violations)
        if len(self._violations) == known:
            for wrong in check_kind(takes, suggestions=self._violations.suggestions):
                self._violations.add(f"{field}.{wrong.field}" if wrong.field else field, wrong.expected, wrong.found)
        return Input(message.name, takes)

    def _step(self, message: pipelines_pb2.Step) -> Step:
        name = message.op
        op = self._ops.get(name)
        parameters = tuple([(item.name, self._parameter(item)) for item in message.parameters])
        version = message.op_version or (op.version if op else 0)
        return Step(name, tuple(map(self._argument, message.arguments)), parameters, version)

    def _argument(self, message: pipelines_pb2.Argument) -> Argument:
        which = message.WhichOneof("argument")
        if which == "step":
            step = message.step
            return _step_ref(step.step, step.output)
        if which == "input":
            return _input_ref(message.input)
        if which == "literal":
            return Literal(self._literal(message.literal))
        if which == "constant":
            return ConstantRef(message.constant)
        self.complete = False
        return Literal(0)

    def _parameter(self, message: pipelines_pb2.Parameter) -> ParameterValue:
        which = message.WhichOneof("value")
        if which == "literal":
            return self._literal(message.literal)
        if which == "list":
            return tuple(map(self._literal, message.list.values))
        if which == "graph":
            return GraphRef(message.graph)
        self.complete = False
        return 0

    def _literal(self, message: pipelines_pb2.Literal) -> Scalar:
        which = message.WhichOneof("literal")
        if which is None:
            self.complete = False
            return 0
        value: Scalar = getattr(message, which)
        return value


def _note_unset(message: pipelines_pb2.Pipeline, ops: Mapping[str, Op], violations: Violations) -> None:
    """Notes everything that steps and outputs leave unset."""
    prefixes = ("", *(f"graphs[{position}]." for position in range(len(message.graphs))))
    for prefix, graph in zip(prefixes, (message.graph, *message.graphs), strict=True):
        for n, step in enumerate(graph.steps):
            name, op = f"{prefix}steps[{n}] {step.op}", ops.get(step.op)
            for position, argument in enumerate(step.arguments):
                label = argument_name(op, position) if op else f"arguments[{position}]"
                _note_unset_argument(argument, f"{name}.{label}", violations)
            for parameter in step.parameters:
                _note_unset_parameter(parameter, f"{name}.{parameter.name}", violations)
        for n, output in enumerate(graph.outputs):
            _note_unset_argument(output.source, f"{prefix}outputs[{n}] {output.name}", violations)


def _note_unset_argument(message: pipelines_pb2.Argument, field: str, violations: Violations) -> None:
    which = message.WhichOneof("argument")
    if which is None:
        violations.add(field, "an input, a step, a constant or a literal", "nothing")
    elif which == "literal":
        _note_unset_literals([message.literal], field, violations)


def _note_unset_parameter(message: pipelines_pb2.Parameter, field: str, violations: Violations) -> None:
    which = message.WhichOneof("value")
    if which is None:
        violations.add(field, "a literal, a list or a sub-graph", "nothing")
    elif which != "graph":
        literals = [message.literal] if which == "literal" else message.list.values
        _note_unset_literals(literals, field, violations)


def _note_unset_literals(messages: Iterable[pipelines_pb2.Literal], field: str, violations: Violations) -> None:
    if any(message.WhichOneof("literal") is None for message in messages):
        violations.add(field, "a truth value, an integer, a real number or a text", "nothing")


def _graph_message(graph: Graph) -> pipelines_pb2.Graph:
    return pipelines_pb2.Graph(
        inputs=[pipelines_pb2.Input(name=item.name, type=type_to_message(item.type)) for item in graph.inputs],
        steps=[
            pipelines_pb2.Step(
                op=step.op,
                op_version=step.version,
                arguments=[_argument_message(argument) for argument in step.arguments],
                parameters=[_parameter_message(name, value) for name, value in sorted(step.parameters, key=_first)],
            )
            for step in graph.steps
        ],
        outputs=[pipelines_pb2.Output(name=o.name, source=_argument_message(o.source)) for o in graph.outputs],
    )


def _first(parameter: tuple[str, ParameterValue]) -> str:
    return parameter[0]


def _argument_message(argument: Argument) -> pipelines_pb2.Argument:
    if isinstance(argument, InputRef):
        return pipelines_pb2.Argument(input=argument.input)
    if isinstance(argument, StepRef):
        return pipelines_pb2.Argument(step=pipelines_pb2.StepOutput(step=argument.step, output=argument.output))
    if isinstance(argument, ConstantRef):
        return pipelines_pb2.Argument(constant=argument.constant)
    return pipelines_pb2.Argument(literal=_literal_message(argument.value))


def _parameter_message(name: str, value: ParameterValue) -> pipelines_pb2.Parameter:
    if isinstance(value, GraphRef):
        return pipelines_pb2.Parameter(name=name, graph=value.graph)
    if isinstance(value, tuple):
        literals = pipelines_pb2.Literals(values=[_literal_message(item) for item in value])
        return pipelines_pb2.Parameter(name=name, list=literals)
    return pipelines_pb2.Parameter(name=name, literal=_literal_message(value))


def _literal_message(value: Scalar) -> pipelines_pb2.Literal:
    if isinstance(value, bool):
        return pipelines_pb2.Literal(bool_value=value)
    if isinstance(value, int):
        return pipelines_pb2.Literal(int_value=value)
    if isinstance(value, float):
        return pipelines_pb2.Literal(float_value=value)
    return pipelines_pb2.Literal(string_value=value)
