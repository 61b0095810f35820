"""Pipelines as data: graphs of steps with their inputs, constants and outputs.

The classes mirror the contract's messages and check nothing; `jazz_server.pipelines.check` does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from jazz.values import Value
from jazz_server.engine.op import Scalar
from jazz_server.kinds.types import Type


@dataclass(frozen=True, slots=True)
class InputRef:
    """An input of the graph, counted from 0."""

    input: int


@dataclass(frozen=True, slots=True)
class StepRef:
    """An output of an earlier step."""

    step: int
    output: int = 0


@dataclass(frozen=True, slots=True)
class ConstantRef:
    """A constant of the pipeline, counted from 0."""

    constant: int


@dataclass(frozen=True, slots=True)
class Literal:
    """A number or text, which takes the type of its neighbours."""

    value: Scalar


Argument: TypeAlias = InputRef | StepRef | ConstantRef | Literal
"""Where an argument of a step comes from."""


@dataclass(frozen=True, slots=True)
class GraphRef:
    """A sub-graph of the pipeline, counted from 0."""

    graph: int


ParameterValue: TypeAlias = Scalar | tuple[Scalar, ...] | GraphRef
"""What a parameter is set to."""


@dataclass(frozen=True, slots=True)
class Step:
    """One operation applied to arguments.

    Attributes:
        op: The name of the operation.
        version: Its version; 0 for the latest.
        arguments: Its arguments in order.
        parameters: Names and values of the parameters that are set.
    """

    op: str
    arguments: tuple[Argument, ...] = ()
    parameters: tuple[tuple[str, ParameterValue], ...] = ()
    version: int = 0


@dataclass(frozen=True, slots=True)
class Input:
    """An input of a graph: its name and the values that it takes."""

    name: str
    type: Type


@dataclass(frozen=True, slots=True)
class Output:
    """An output of a graph: its name and where it comes from."""

    name: str
    source: Argument


@dataclass(frozen=True, slots=True)
class Graph:
    """Steps from inputs to outputs, each after the steps that it uses."""

    inputs: tuple[Input, ...] = ()
    steps: tuple[Step, ...] = ()
    outputs: tuple[Output, ...] = ()


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A graph with everything that it is made of.

    Attributes:
        graph: The graph.
        graphs: Sub-graphs that steps refer to, each after the sub-graphs that it uses.
        constants: Constants that steps refer to.
        doc: What it is for.
    """

    graph: Graph
    graphs: tuple[Graph, ...] = ()
    constants: tuple[Value, ...] = ()
    doc: str = ""
