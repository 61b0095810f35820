"""A pipeline for people: as text and as HTML."""

from __future__ import annotations

import html as escaping
from collections.abc import Callable, Iterator, Sequence

from jazz.graph.types import AnyType, from_message
from jazz.v1 import pipelines_pb2


def head(name: str, message: pipelines_pb2.Pipeline) -> str:
    """Name, inputs and outputs in a line."""
    inputs = []
    for item in message.graph.inputs:
        type_ = from_message(item.type)
        inputs.append(item.name if isinstance(type_, AnyType) else f"{item.name}: {type_!r}")
    return f"{name}({', '.join(inputs)}) -> {', '.join(item.name for item in message.graph.outputs)}"


def text(name: str, message: pipelines_pb2.Pipeline) -> str:
    """The steps, one a line, and the outputs; sub-graphs behind, one a paragraph."""
    lines = [head(name, message), *(f"  {line}" for line in _lines(message.graph, message))]
    for number, graph in enumerate(message.graphs):
        inputs = ", ".join(item.name for item in graph.inputs)
        lines += [f"graph {number}({inputs})", *(f"  {line}" for line in _lines(graph, message))]
    return "\n".join(lines)


def html(name: str, message: pipelines_pb2.Pipeline, where: Sequence[str]) -> str:
    """The same for a notebook, with the lines of the program."""
    rows = "".join(
        f"<tr><td style='text-align:left'><code>{escaping.escape(step)}</code></td>"
        f"<td style='text-align:left'>{escaping.escape(line)}</td></tr>"
        for step, line in zip(_steps(message.graph, message), where, strict=True)
    )
    outputs = "".join(
        f"<tr><td style='text-align:left' colspan='2'><code>{escaping.escape(line)}</code></td></tr>"
        for line in _outputs(message.graph, message)
    )
    title = escaping.escape(head(name, message))
    doc = f"<p>{escaping.escape(message.doc)}</p>" if message.doc else ""
    return f"<div><b>{title}</b>{doc}<table>{rows}{outputs}</table></div>"


def _lines(graph: pipelines_pb2.Graph, message: pipelines_pb2.Pipeline) -> Iterator[str]:
    yield from _steps(graph, message)
    yield from _outputs(graph, message)


def _steps(graph: pipelines_pb2.Graph, message: pipelines_pb2.Pipeline) -> Iterator[str]:
    shown = _argument(graph, message)
    for number, step in enumerate(graph.steps):
        arguments = [shown(argument) for argument in step.arguments]
        settings = [f"{parameter.name}={_setting(parameter)}" for parameter in step.parameters]
        yield f"%{number} = {step.op}({', '.join(arguments + settings)})"


def _outputs(graph: pipelines_pb2.Graph, message: pipelines_pb2.Pipeline) -> Iterator[str]:
    shown = _argument(graph, message)
    for output in graph.outputs:
        yield f"{output.name} = {shown(output.source)}"


def _argument(graph: pipelines_pb2.Graph, message: pipelines_pb2.Pipeline) -> Callable[[pipelines_pb2.Argument], str]:
    """What an argument is called. The outputs of a step are told apart where more than the first is used."""
    every = [argument for step in graph.steps for argument in step.arguments] + [o.source for o in graph.outputs]
    several = {argument.step.step for argument in every if argument.step.output > 0}

    def shown(argument: pipelines_pb2.Argument) -> str:
        match argument.WhichOneof("argument"):
            case "input":
                return graph.inputs[argument.input].name
            case "step":
                step = argument.step
                return f"%{step.step}[{step.output}]" if step.step in several else f"%{step.step}"
            case "constant":
                return f"constant {argument.constant} of {len(message.constants[argument.constant].body)} bytes"
            case _:
                return _literal(argument.literal)

    return shown


def _setting(parameter: pipelines_pb2.Parameter) -> str:
    match parameter.WhichOneof("value"):
        case "graph":
            return f"graph {parameter.graph}"
        case "list":
            return f"({', '.join(_literal(item) for item in parameter.list.values)})"
        case _:
            return _literal(parameter.literal)


def _literal(message: pipelines_pb2.Literal) -> str:
    which = message.WhichOneof("literal")
    return repr(getattr(message, which)) if which else "?"
