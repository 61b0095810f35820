"""From traced steps to the one message for them, and back.

The message does not depend on the order in which a function wrote its steps, nor on the language that it was written
in: steps come in depth-first post-order from the outputs, nothing unused is kept, settings are sorted by name,
constants and sub-graphs are numbered where they are first used (a step's arguments before its sub-graph), and equal
constants and equal sub-graphs are stored once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from jazz.graph.trace import (
    MAX_CONSTANT_BYTES,
    Constant,
    InputOf,
    OutputOf,
    Scalar,
    Setting,
    Source,
    Step,
    SubGraph,
    Trace,
    constants_too_large,
)
from jazz.graph.types import Type, from_message, to_message
from jazz.v1 import pipelines_pb2


def order(outputs: Iterable[Source], trace: Trace) -> tuple[list[Step], list[Source]]:
    """The steps of a trace that its outputs need, each after those that it uses, and what they take from outside.

    Both are in depth-first post-order, arguments from left to right. Linear in steps and arguments; not recursive,
    so that a network may be as deep as it likes.
    """
    outputs = list(outputs)
    steps: dict[Step, None] = {}
    entered: set[Step] = set()
    pending = [source.step for source in reversed(outputs) if isinstance(source, OutputOf) and source.trace is trace]
    while pending:
        step = pending[-1]
        if step in entered:
            pending.pop()
            steps.setdefault(step)
            continue
        entered.add(step)
        pending.extend(
            source.step
            for source in reversed(step.arguments)
            if isinstance(source, OutputOf) and source.trace is trace and source.step not in entered
        )
    used = [source for step in steps for source in step.arguments] + outputs
    captured = [source for source in used if isinstance(source, InputOf | OutputOf) and source.trace is not trace]
    return list(steps), list(dict.fromkeys(captured))


@dataclass(slots=True)
class Encoded:
    """A pipeline as a message, with what the message does not say.

    Attributes:
        message: The message.
        lines: For each step of the graph the line of the program that made it.
        sub_lines: The same for each sub-graph.
    """

    message: pipelines_pb2.Pipeline = field(default_factory=pipelines_pb2.Pipeline)
    lines: tuple[str, ...] = ()
    sub_lines: list[tuple[str, ...]] = field(default_factory=list)


def encode(
    trace: Trace, inputs: Sequence[tuple[str, Type]], outputs: Sequence[tuple[str, Source]], doc: str
) -> Encoded:
    """The message for a traced function.

    Raises:
        TracingError: The constants that are used take more than `MAX_CONSTANT_BYTES` together.
    """
    encoder = _Encoder()
    message = encoder.encoded.message
    encoder.encoded.lines = encoder.write(SubGraph(trace, tuple(inputs), (), tuple(outputs)), message.graph)
    message.doc = doc
    message.constants.extend(constant.message for constant in encoder.constants)
    nbytes = sum(len(constant.body) for constant in message.constants)
    if nbytes > MAX_CONSTANT_BYTES:
        raise constants_too_large(nbytes)
    return encoder.encoded


class _Encoder:
    def __init__(self) -> None:
        self.encoded = Encoded()
        self.constants: dict[Constant, int] = {}
        self.graphs: dict[bytes, int] = {}
        self.numbers: dict[SubGraph, int] = {}

    def write(self, graph: SubGraph, message: pipelines_pb2.Graph) -> tuple[str, ...]:
        """Writes a graph into an empty message; gives the lines of its steps."""
        steps, _ = order((source for _, source in graph.outputs), graph.trace)
        own = len(graph.inputs) - len(graph.captured)
        places = {source: own + position for position, source in enumerate(graph.captured)}
        numbers = {step: number for number, step in enumerate(steps)}

        def write(source: Source, into: pipelines_pb2.Argument) -> None:
            if isinstance(source, Constant):
                into.constant = self.constants.setdefault(source, len(self.constants))
            elif not isinstance(source, InputOf | OutputOf):
                write_literal(source, into.literal)
            elif source.trace is not graph.trace:
                into.input = places[source]
            elif isinstance(source, InputOf):
                into.input = source.index
            else:
                output = into.step
                output.step = numbers[source.step]
                output.output = source.index

        for name, type_ in graph.inputs:
            message.inputs.add(name=name, type=to_message(type_))
        for step in steps:
            written = message.steps.add(op=step.op, op_version=step.op_version)
            for source in step.arguments:
                write(source, written.arguments.add())
            for name, value in step.settings:
                self.write_setting(value, written.parameters.add(name=name))
        for name, source in graph.outputs:
            write(source, message.outputs.add(name=name).source)
        return tuple([step.where for step in steps])

    def write_setting(self, value: Setting, into: pipelines_pb2.Parameter) -> None:
        """Writes the value of a setting into its message."""
        match value:
            case SubGraph():
                into.graph = self.sub_graph(value)
            case tuple():
                into.list.SetInParent()
                for item in value:
                    write_literal(item, into.list.values.add())
            case _:
                write_literal(value, into.literal)

    def sub_graph(self, graph: SubGraph) -> int:
        """The number of a sub-graph, the same for equal ones."""
        if graph in self.numbers:
            return self.numbers[graph]
        message = pipelines_pb2.Graph()
        lines = self.write(graph, message)
        key = message.SerializeToString(deterministic=True)
        if key not in self.graphs:
            self.graphs[key] = len(self.graphs)
            self.encoded.message.graphs.append(message)
            self.encoded.sub_lines.append(lines)
        self.numbers[graph] = self.graphs[key]
        return self.numbers[graph]


def write_literal(value: Scalar, into: pipelines_pb2.Literal) -> None:
    """Writes a literal into its message."""
    if isinstance(value, bool):
        into.bool_value = value
    elif isinstance(value, int):
        into.int_value = value
    elif isinstance(value, float):
        into.float_value = value
    else:
        into.string_value = value


def literal(message: pipelines_pb2.Literal) -> Scalar:
    """What a literal of the contract says."""
    match message.WhichOneof("literal"):
        case "bool_value":
            return message.bool_value
        case "int_value":
            return message.int_value
        case "float_value":
            return message.float_value
        case _:
            return message.string_value


def inline(
    message: pipelines_pb2.Pipeline,
    arguments: Sequence[Source],
    trace: Trace,
    lines: Sequence[str],
    sub_lines: Sequence[Sequence[str]],
) -> list[tuple[str, Source]]:
    """Writes the steps of a pipeline into a trace, with its inputs replaced by `arguments`; gives its outputs."""
    return _Reader(message, trace, sub_lines).steps_of(message.graph, arguments, trace, lines)


def embedded(
    message: pipelines_pb2.Pipeline, trace: Trace, lines: Sequence[str], sub_lines: Sequence[Sequence[str]]
) -> SubGraph:
    """A pipeline as a sub-graph of a trace, with inputs and outputs of its own names."""
    return _Reader(message, trace, sub_lines).graph(message.graph, trace, lines)


class _Reader:
    """Reads the graphs of a message into traces, each sub-graph once; `trace` keeps its constants."""

    def __init__(self, message: pipelines_pb2.Pipeline, trace: Trace, sub_lines: Sequence[Sequence[str]]) -> None:
        self._constants = [trace.keep(constant) for constant in message.constants]
        self._graphs = list(zip(message.graphs, sub_lines, strict=True))
        self._read: dict[int, SubGraph] = {}

    def graph(self, graph: pipelines_pb2.Graph, around: Trace, where: Sequence[str]) -> SubGraph:
        """A graph with inputs of its own, inside of a trace."""
        inner = Trace(around.name, around)
        inputs = tuple((item.name, from_message(item.type)) for item in graph.inputs)
        outputs = self.steps_of(graph, [InputOf(inner, index) for index in range(len(inputs))], inner, where)
        return SubGraph(inner, inputs, (), tuple(outputs))

    def steps_of(
        self, graph: pipelines_pb2.Graph, inputs: Sequence[Source], within: Trace, where: Sequence[str]
    ) -> list[tuple[str, Source]]:
        """The outputs of a graph whose inputs are sources of a trace."""
        steps: list[Step] = []

        def source(argument: pipelines_pb2.Argument) -> Source:
            match argument.WhichOneof("argument"):
                case "input":
                    return inputs[argument.input]
                case "step":
                    return OutputOf(steps[argument.step.step], argument.step.output)
                case "constant":
                    return self._constants[argument.constant]
                case _:
                    return literal(argument.literal)

        for step, line in zip(graph.steps, where, strict=True):
            taken = tuple(source(argument) for argument in step.arguments)
            options = tuple((p.name, self._setting(p, within)) for p in step.parameters)
            steps.append(Step(within, step.op, taken, options, line, step.op_version))
        return [(output.name, source(output.source)) for output in graph.outputs]

    def _setting(self, parameter: pipelines_pb2.Parameter, around: Trace) -> Setting:
        match parameter.WhichOneof("value"):
            case "graph":
                if parameter.graph not in self._read:
                    graph, where = self._graphs[parameter.graph]
                    self._read[parameter.graph] = self.graph(graph, around, where)
                return self._read[parameter.graph]
            case "list":
                return tuple(literal(item) for item in parameter.list.values)
            case _:
                return literal(parameter.literal)
