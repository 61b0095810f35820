"""Bodies of loops: functions traced into sub-graphs."""

from __future__ import annotations

import inspect
from collections.abc import Callable

from jazz.graph.canonical import order
from jazz.graph.errors import tracing_error
from jazz.graph.node import Node, Operand, source_of
from jazz.graph.trace import INPUT_TYPE, InputOf, SubGraph, Trace, under_way


def trace_body(body: Callable[..., object], count: int, around: Trace) -> SubGraph:
    """The sub-graph of a loop's body over `count` states.

    Its inputs are `state_0`, `state_1`, ... and then `captured_0`, ... for what the body uses from around it, in the
    order of first use; its outputs are the next states.

    Raises:
        TracingError: The body does not take `count` values, or does not give as many.
    """
    name = getattr(body, "__name__", "body")
    if not callable(body):
        raise tracing_error("body", "a function from states to states", repr(body))
    try:
        inspect.signature(body).bind(*range(count))
    except TypeError:
        raise tracing_error("body", f"a function of {count} values, one for each state", _described(body)) from None
    trace = Trace(f"{around.name}.{name}", around)
    with under_way(trace):
        result = body(*(Node(trace, InputOf(trace, index)) for index in range(count)))
        states: tuple[Operand, ...] = tuple(result) if isinstance(result, tuple | list) else (result,)
        if len(states) != count:
            found = f"{len(states)} of them" if isinstance(result, tuple | list) else "one"
            raise tracing_error("body", f"{count} next states in a tuple", found)
        if any(state is None for state in states):
            raise tracing_error("body", "a next state for each state", "None: does the function return them?")
        sources = [source_of(state, trace) for state in states]
    _, captured = order(sources, trace)
    inputs = [(f"state_{index}", INPUT_TYPE) for index in range(count)]
    inputs += [(f"captured_{index}", INPUT_TYPE) for index in range(len(captured))]
    outputs = tuple((f"state_{index}", source) for index, source in enumerate(sources))
    return SubGraph(trace, tuple(inputs), tuple(captured), outputs)


def _described(body: Callable[..., object]) -> str:
    return f"{getattr(body, '__name__', 'a function')}{inspect.signature(body)}"
