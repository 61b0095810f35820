"""Whether a pipeline is so little work that to hand it to a thread would take as long."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Final

from jazz_server.engine.op import Size
from jazz_server.engine.sizes import size_of, size_of_type
from jazz_server.kinds.types import TensorType, Type
from jazz_server.pipelines.body import Body
from jazz_server.pipelines.bound import BoundGraph, BoundStep
from jazz_server.pipelines.graph import Argument, ConstantRef, InputRef, StepRef
from jazz_server.pipelines.typing import Typing

_MOST_ELEMENTS: Final = 1 << 16
_MOST_OPERATIONS: Final = 1 << 20
"""So many elements and operations take less than a millisecond."""


def is_little(graph: BoundGraph, typing: Typing) -> bool:
    """Whether a typed graph, before any pass, computes with few numbers, all of them dense and of known shape.

    What runs inside of a library, and what holds a sub-graph, is never little.
    """
    elements, operations = sum(map(_elements, typing.arguments)), 0.0
    for position in graph.used():
        elements += sum(map(_elements, typing.steps[position]))
        operations += _operations(graph, typing, position)
        if elements > _MOST_ELEMENTS or operations > _MOST_OPERATIONS:
            return False
    return True


@lru_cache(1024)
def _elements(type_: Type) -> float:
    """How many elements values of a type have; infinite for what is not dense or not known."""
    size = _size(type_)
    plain = isinstance(type_, TensorType) and size is not None and not size.sparse and not math.isnan(size.bytes)
    return size.stored if plain and size is not None else math.inf


@lru_cache(1024)
def _size(type_: Type) -> Size | None:
    return size_of_type(type_)


def _operations(graph: BoundGraph, typing: Typing, position: int) -> float:
    """What a step says of its work, apart from an operation for each element; all turns that it may take count."""
    step = graph.steps[position]
    if step.op.host is not None or (step.settings and _holds_graph(step)):
        return math.inf
    if step.op.cost is None:
        return 0
    sizes = [_argument_size(graph, typing, argument) for argument in step.arguments]
    results = [_size(type_) for type_ in typing.steps[position]]
    given, made = [s for s in sizes if s is not None], [s for s in results if s is not None]
    if len(given) < len(sizes):
        return math.inf
    turns = step.settings.get("max_iter")
    return step.op.cost(given, step.settings, made).flops * (turns if isinstance(turns, int) else 1)


def _holds_graph(step: BoundStep) -> bool:
    return any(isinstance(setting, Body) for setting in step.settings.values())


def _argument_size(graph: BoundGraph, typing: Typing, argument: Argument) -> Size | None:
    if isinstance(argument, StepRef):
        return _size(typing.steps[argument.step][argument.output])
    if isinstance(argument, InputRef):
        return _size(typing.arguments[argument.input])
    return size_of(graph.constants[argument.constant] if isinstance(argument, ConstantRef) else argument.value)
