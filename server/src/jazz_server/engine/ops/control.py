"""Loops."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from jazz.values import Layout, Tensor, Value, dense
from jazz_server.engine import arguments, layouts
from jazz_server.engine.agreement import agreed, typed
from jazz_server.engine.compressed import elements
from jazz_server.engine.dense import quiet
from jazz_server.engine.entries import entries_of, gather, union
from jazz_server.engine.errors import OpError
from jazz_server.engine.op import Cost, CostSettings, Inference, Op, Parameter, Run, Scalar, Settings, Size, SubGraph
from jazz_server.engine.promotion import INT64, NUMERIC
from jazz_server.kinds import describe
from jazz_server.kinds.types import AnyType, TableType, TensorType, Type

_UNKNOWN: Final[tuple[Type, ...]] = (AnyType(), TensorType((INT64,), (), arguments.DENSE))


def _body(settings: Settings) -> SubGraph:
    body = settings["body"]
    assert not isinstance(body, bool | int | float | str | tuple)
    return body


def _infer(inference: Inference, args: Sequence[Type | Scalar], settings: Settings) -> tuple[Type, ...]:
    count = arguments.count(inference, settings, "count", 1)
    arguments.count(inference, settings, "max_iter")
    tolerance = arguments.number(inference, settings, "tol")
    if tolerance is not None and tolerance < 0:
        inference.mismatch("tol", "a number of at least 0", repr(tolerance))
    body = settings.get("body")
    if count is None or body is None or isinstance(body, bool | int | float | str | tuple):
        return _UNKNOWN
    iterations = TensorType((INT64,), (), arguments.DENSE)
    states_there = min(count, len(args))  # a count that lies makes nothing that long
    unknown: tuple[Type, ...] = (*(AnyType() for _ in range(states_there)), iterations)
    if not _fits(inference, body, count, len(args)):
        return unknown
    known = [typed(argument) for argument in args]
    if tolerance is not None:
        arguments.tensor(inference, "values[0]", known[0], NUMERIC)
    # Layouts, lengths, and whether elements may be missing, can change in a turn; the body is typed again until what is
    # known of them holds for every turn.
    for _ in range(sum(map(_changes, known[:count]))):
        found = body.infer(inference, known)
        if len(found) != count:
            return unknown
        states = [
            agreed(inference, f"values[{i}]", before, after, "the body")
            for i, (before, after) in enumerate(zip(known[:count], found, strict=True))
        ]
        if None in states:
            return unknown
        if states == known[:count]:
            break
        known[:count] = [state for state in states if state is not None]
    return (*known[:count], iterations)


def _changes(state: Type) -> int:
    """How often less can be known of a state than before, and once more."""
    if isinstance(state, TableType):
        return max(1, sum(_changes(item.type) for item in state.fields))
    return len(Layout) + 1 + (len(state.shape or ()) if isinstance(state, TensorType) else 0)


def _fits(inference: Inference, body: SubGraph, count: int, given: int) -> bool:
    """Whether the numbers of values, states, inputs and outputs agree."""
    if given < count:
        inference.mismatch("values", f"at least {describe.count(count, 'state')}", describe.count(given, "value"))
    elif body.arity != given:
        expected = f"a graph of {describe.count(given, 'input')}, one for each value"
        inference.mismatch("body", expected, f"one of {describe.count(body.arity, 'input')}")
    elif body.outputs != count:
        expected = f"a graph of {describe.count(count, 'output')}, one for each state"
        inference.mismatch("body", expected, f"one of {describe.count(body.outputs, 'output')}")
    else:
        return True
    return False


def _run(run: Run, args: Sequence[Any], settings: Settings) -> tuple[Value, ...]:
    body, count, limit, tolerance = _body(settings), settings["count"], settings["max_iter"], settings.get("tol")
    assert isinstance(count, int)
    assert isinstance(limit, int)
    values = [dense(np.asarray(x)) if isinstance(x, bool | int | float) else x for x in args]
    states, captured = tuple(values[:count]), tuple(values[count:])
    done = 0
    while done < limit:
        run.checkpoint()
        following = body.run(run, (*states, *captured))
        done += 1
        change = _change(states[0], following[0]) if isinstance(tolerance, int | float) else math.inf
        states = following
        if isinstance(tolerance, int | float) and change <= tolerance:
            break
    return (*states, dense(np.asarray(done, np.int64)))


def _cost(_args: Sequence[Size], settings: CostSettings, _results: Sequence[Size]) -> Cost:
    """As many turns as there may be."""
    body, limit = settings["body"], settings["max_iter"]
    assert isinstance(body, Cost)
    assert isinstance(limit, int)
    return Cost(limit * body.flops, limit * (body.bytes or 0))


def _change(before: Value, after: Value) -> float:
    """The 1-norm of the difference of two tensors, in float64; NaN when it is not a number.

    Raises:
        OpError: Elements are missing, or shapes differ, so that it is not known how far apart the tensors are.
    """
    assert isinstance(before, Tensor)
    assert isinstance(after, Tensor)
    for state in (before, after):
        if state.missing:
            expected = "a first state without missing elements, since it is to converge to within tol"
            raise OpError("values[0]", expected, describe.count(state.missing, "missing element"))
    if before.shape != after.shape:
        expected = f"a first state of shape {describe.shape(before.shape)}, since it is to converge to within tol"
        raise OpError("values[0]", expected, f"shape {describe.shape(after.shape)}")
    with quiet():
        if before.layout is Layout.DENSE or after.layout is Layout.DENSE:
            return _distance(layouts.array_of(before), layouts.array_of(after))
        if _same_pattern(before, after):
            return _distance(elements(before), elements(after))
        parts = [entries_of(before), entries_of(after)]
        positions = union(parts)
        return _distance(gather(parts[0], positions), gather(parts[1], positions))


def _same_pattern(a: Tensor, b: Tensor) -> bool:
    if a.layout is not b.layout or a.stored != b.stored:
        return False
    pairs = [*zip(a.indices, b.indices, strict=True), *([(a.indptr, b.indptr)] if a.indptr is not None else [])]
    return all(np.array_equal(p, q) for p, q in pairs if p is not None and q is not None)


def _distance(a: Any, b: Any) -> float:
    wide = np.complex128 if "c" in (a.dtype.kind, b.dtype.kind) else np.float64
    return float(np.abs(a.astype(wide) - b.astype(wide)).sum())


OPS: Final = (
    Op(
        name="iterate",
        version=1,
        signature="iterate(*states, *captured, body, count, max_iter, tol) -> *states, iterations int64[]",
        doc=(
            "Repeats states = body(*states, *captured) until the 1-norm of the change of the first state, "
            "sum(|new - old|) in float64, is at most tol, or max_iter turns are done; gives the last states and how "
            "many turns were done. Every turn gives states of the element types and shapes that it takes, tables with "
            "the same fields; layouts, numbers of rows of tables, and lengths that show only when it runs, may change, "
            "and are then not known before."
        ),
        missing="As the body has it; with tol, a first state with missing elements is an error when it runs.",
        arguments=("*values",),
        results=("*states", "iterations"),
        infer=_infer,
        run=_run,
        cost=_cost,
        work="O(turns times the body)",
        parameters=(
            Parameter("body", "graph", "From the states and the captured values to the next states.", required=True),
            Parameter("max_iter", "int", "How many turns at most.", required=True),
            Parameter("count", "int", "How many of the values are states; the others are captured.", default=1),
            Parameter("tol", "float", "The change at which to stop; when unset, all turns are done."),
        ),
    ),
)
"""The operations of this module."""
