"""Loops."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, NamedTuple, TypeVar, overload

from jazz.graph import settings
from jazz.graph.errors import tracing_error
from jazz.graph.loops import trace_body
from jazz.graph.node import Node, Operand, apply_many
from jazz.graph.sources import source_of
from jazz.graph.trace import Setting, current

State = TypeVar("State")


class Iterated(NamedTuple, Generic[State]):
    """What `iterate` gives: the state after the last turn (a tuple of several), and how many turns were done."""

    state: State
    iterations: Node


@overload
def iterate(
    body: Callable[[Any], object], state: Operand, /, *, max_iter: int, tol: float | None = None
) -> Iterated[Node]: ...
@overload
def iterate(
    body: Callable[..., object], state: Operand, /, *states: Operand, max_iter: int, tol: float | None = None
) -> Iterated[tuple[Node, ...]]: ...
def iterate(
    body: Callable[..., object], state: Operand, /, *states: Operand, max_iter: int, tol: float | None = None
) -> Iterated[Node] | Iterated[tuple[Node, ...]]:
    """Repeats `state = body(state)` until it changes by no more than `tol`, or `max_iter` turns are done.

    The body is traced once. It takes as many values as there are states and gives as many, in a tuple when there are
    several; what it uses of the function around it is handed to it. The change of a turn is the 1-norm of the
    difference of the first state, `sum(|new - old|)`.

    Args:
        body: From states to next states.
        state: The first state at the start.
        states: Further states at the start.
        max_iter: How many turns at most, 0 or more.
        tol: The change at which to stop; None to do all turns.

    Returns:
        The state, or a tuple of all states, and how many turns were done, an int64 scalar.

    >>> @jazz.pipeline
    ... def pagerank(links, start):
    ...     rank, turns = jazz.ops.iterate(lambda r: 0.85 * (links @ r) + 0.15, start, max_iter=100, tol=1e-9)
    ...     return {"rank": rank, "turns": turns}
    >>> print(pagerank)
    pagerank(links, start) -> rank, turns
      %0 = iterate(start, links, body=graph 0, count=1, max_iter=100, tol=1e-09)
      rank = %0[0]
      turns = %0[1]
    graph 0(state_0, captured_0)
      %0 = matmul(captured_0, state_0)
      %1 = multiply(0.85, %0)
      %2 = add(%1, 0.15)
      state_0 = %2
    """
    trace = current()
    every = (state, *states)
    if trace is None:
        return Iterated(*apply_many("iterate", every, {}, 2))
    limit = settings.integer("max_iter", max_iter, least=0)
    change = None if tol is None else float(settings.real("tol", tol))
    if change is not None and not change >= 0:
        raise tracing_error("tol", "a number not less than 0", repr(tol))
    starts = [source_of(each, trace) for each in every]
    graph = trace_body(body, starts, trace)
    given = [Node(trace, source) for source in (*starts, *graph.captured)]
    options: dict[str, Setting | None] = {"body": graph, "count": len(every), "max_iter": limit, "tol": change}
    *after, iterations = apply_many("iterate", tuple(given), options, len(every) + 1)
    if len(after) == 1:
        return Iterated(after[0], iterations)
    return Iterated(tuple(after), iterations)
