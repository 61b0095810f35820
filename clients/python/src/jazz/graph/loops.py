"""Bodies of loops and sides of choices: functions traced into sub-graphs."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence

from jazz.graph.canonical import order
from jazz.graph.errors import tracing_error
from jazz.graph.node import Node, Operand
from jazz.graph.sources import source_of
from jazz.graph.trace import INPUT_TYPE, InputOf, Source, SubGraph, Trace, under_way
from jazz.graph.types import Type


def trace_body(body: Callable[..., object], starts: Sequence[Source], around: Trace) -> SubGraph:
    """The sub-graph of a loop's body over states that are `starts` before the first turn.

    Its inputs are `state_0`, `state_1`, ... and then `captured_0`, ... for what the body uses from around it, in the
    order of first use; its outputs are the next states.

    Raises:
        TracingError: The body does not take as many values, or does not give as many.
    """
    name, count = getattr(body, "__name__", "body"), len(starts)
    if not callable(body):
        raise tracing_error("body", "a function from states to states", repr(body))
    try:
        inspect.signature(body).bind(*range(count))
    except TypeError:
        raise tracing_error("body", f"a function of {count} values, one for each state", _described(body)) from None
    trace = Trace(f"{around.name}.{name}", around, starts=tuple(starts))
    with under_way(trace):
        result = body(*(Node(trace, InputOf(trace, index)) for index in range(count)))
        states = _several(result)
        if len(states) != count:
            found = f"{len(states)} of them" if isinstance(result, tuple | list) else "one"
            raise tracing_error("body", f"{count} next states in a tuple", found)
        if any(state is None for state in states):
            raise tracing_error("body", "a next state for each state", "None: does the function return them?")
        sources = [source_of(state, trace) for state in states]
    _, captured = order(sources, trace)
    inputs = [(f"state_{index}", INPUT_TYPE) for index in range(count)]
    outputs = tuple((f"state_{index}", source) for index, source in enumerate(sources))
    return SubGraph(trace, (*inputs, *_captured(captured)), tuple(captured), outputs)


def trace_sides(
    then: Callable[[], object], otherwise: Callable[[], object], around: Trace
) -> tuple[SubGraph, SubGraph]:
    """The sub-graphs of the two sides of a choice.

    Both have the inputs `captured_0`, ... for what either uses from around it, in the order of first use, `then` first,
    and the outputs `result_0`, ....

    Raises:
        TracingError: A side takes something, or they do not give as many results.
    """
    sides = [_side(field, function, around) for field, function in (("then", then), ("otherwise", otherwise))]
    counts = [len(sources) for _, sources in sides]
    if counts[0] != counts[1]:
        raise tracing_error("otherwise", f"as many results as then, {counts[0]}", str(counts[1]))
    captured = tuple(dict.fromkeys(source for trace, sources in sides for source in order(sources, trace)[1]))
    first, second = (
        SubGraph(trace, _captured(captured), captured, tuple((f"result_{n}", s) for n, s in enumerate(sources)))
        for trace, sources in sides
    )
    return first, second


def _side(field: str, function: Callable[[], object], around: Trace) -> tuple[Trace, list[Source]]:
    if not callable(function):
        raise tracing_error(field, "a function of nothing, such as lambda: x + 1", repr(function))
    try:
        inspect.signature(function).bind()
    except TypeError:
        raise tracing_error(field, "a function of nothing, such as lambda: x + 1", _described(function)) from None
    trace = Trace(f"{around.name}.{field}", around)
    with under_way(trace):
        results = _several(function())
        if not results or any(result is None for result in results):
            raise tracing_error(field, "a value, or several in a tuple", "None: does the function return it?")
        return trace, [source_of(result, trace) for result in results]


def _several(result: object) -> tuple[Operand, ...]:
    return tuple(result) if isinstance(result, tuple | list) else (result,)


def _captured(sources: Sequence[Source]) -> tuple[tuple[str, Type], ...]:
    return tuple((f"captured_{index}", INPUT_TYPE) for index in range(len(sources)))


def _described(body: Callable[..., object]) -> str:
    return f"{getattr(body, '__name__', 'a function')}{inspect.signature(body)}"
