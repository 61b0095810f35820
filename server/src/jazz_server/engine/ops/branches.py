"""Other pipelines called, and choices of which one side is computed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from jazz.values import Tensor, Value, dense
from jazz_server.engine import arguments, operands
from jazz_server.engine.agreement import agreed, typed
from jazz_server.engine.errors import OpError
from jazz_server.engine.op import (
    Cost,
    CostSettings,
    Inference,
    Op,
    Parameter,
    Run,
    Scalar,
    Settings,
    Size,
    SubGraph,
)
from jazz_server.engine.promotion import BOOL
from jazz_server.engine.watching import note
from jazz_server.kinds import describe
from jazz_server.kinds.types import AnyType, Type


def _graph(settings: Settings, name: str) -> SubGraph | None:
    found = settings.get(name)
    return None if found is None or isinstance(found, bool | int | float | str | tuple) else found


def _fits(inference: Inference, name: str, graph: SubGraph, given: int) -> bool:
    if graph.arity != given:
        expected = f"a graph of {describe.count(given, 'input')}, one for each value"
        inference.mismatch(name, expected, f"one of {describe.count(graph.arity, 'input')}")
    return graph.arity == given


def _values(args: Sequence[Any]) -> list[Value]:
    """Literals as the tensors that they are in a sub-graph."""
    return [dense(np.asarray(x)) if isinstance(x, bool | int | float) else x for x in args]


def _infer_call(inference: Inference, args: Sequence[Type | Scalar], settings: Settings) -> tuple[Type, ...]:
    graph = _graph(settings, "pipeline")
    if graph is None:
        return (AnyType(),)
    if not _fits(inference, "pipeline", graph, len(args)):
        return (AnyType(),) * graph.outputs
    return graph.infer(inference, [typed(argument) for argument in args])


def _run_call(run: Run, args: Sequence[Any], settings: Settings) -> tuple[Value, ...]:
    graph = _graph(settings, "pipeline")
    assert graph is not None
    run.checkpoint()
    return graph.run(run, _values(args))


def _cost_call(_args: Sequence[Size], settings: CostSettings, _results: Sequence[Size]) -> Cost:
    inner = settings["pipeline"]
    assert isinstance(inner, Cost)
    return inner


def _infer_cond(inference: Inference, args: Sequence[Type | Scalar], settings: Settings) -> tuple[Type, ...]:
    predicate = arguments.tensor(inference, "predicate", args[0], (BOOL,))
    arguments.rank_in(inference, "predicate", predicate, (0,))
    then, other = _graph(settings, "then"), _graph(settings, "else")
    if then is None or other is None:
        return (AnyType(),)
    unknown = (AnyType(),) * then.outputs
    captured = [typed(argument) for argument in args[1:]]
    fit = [_fits(inference, name, graph, len(captured)) for name, graph in (("then", then), ("else", other))]
    if not all(fit):
        return unknown
    if other.outputs != then.outputs:
        expected = f"a graph of {describe.count(then.outputs, 'output')}, as then is"
        inference.mismatch("else", expected, f"one of {describe.count(other.outputs, 'output')}")
        return unknown
    pairs = zip(then.infer(inference, captured), other.infer(inference, captured), strict=True)
    types = [
        agreed(inference, f"else.outputs[{position}]", found, expected, "then")
        for position, (expected, found) in enumerate(pairs)
    ]
    return unknown if None in types else tuple(type_ for type_ in types if type_ is not None)


def _run_cond(run: Run, args: Sequence[Any], settings: Settings) -> tuple[Value, ...]:
    side = "then" if _is_true(args[0]) else "else"
    graph = _graph(settings, side)
    assert graph is not None
    note(f"{side} is computed")
    run.checkpoint()
    return graph.run(run, _values(args[1:]))


def _is_true(predicate: Tensor | bool) -> bool:
    if isinstance(predicate, bool):
        return predicate
    tensor = operands.tensor("predicate", predicate)
    if tensor.missing:
        raise OpError("predicate", "true or false", "a missing element")
    return bool(tensor.array())


def _cost_cond(_args: Sequence[Size], settings: CostSettings, _results: Sequence[Size]) -> Cost:
    """That of the side that costs more."""
    then, other = settings["then"], settings["else"]
    assert isinstance(then, Cost)
    assert isinstance(other, Cost)
    return Cost(max(then.flops, other.flops), max(then.bytes or 0, other.bytes or 0))


OPS: Final = (
    Op(
        name="call",
        version=1,
        signature="call(*values, pipeline) -> *results",
        doc=(
            "The outputs of a pipeline for the values of its inputs, in their order. The pipeline is part of the one "
            "that calls it, once however often it is called: what is registered is whole, and no later version of what "
            "was called changes it. Its inputs take what they are declared to take; symbols in them are its own."
        ),
        missing="As the pipeline has it.",
        arguments=("*values",),
        results=("*results",),
        infer=_infer_call,
        run=_run_call,
        cost=_cost_call,
        work="O(the pipeline)",
        parameters=(Parameter("pipeline", "graph", "From the values to the results.", required=True),),
    ),
    Op(
        name="cond",
        version=1,
        signature="cond(predicate bool[], *captured, then, else) -> *results",
        doc=(
            "then(*captured) if the predicate is true, else(*captured); the other side is not computed. Both give as "
            "many results, of the same element types and shapes, tables with the same fields; where layouts, numbers "
            "of rows of tables, or lengths that show only when it runs, differ, those of a result are not known before."
        ),
        missing="As the side that is computed has it; a predicate that is missing is an error when it runs.",
        arguments=("predicate", "*captured"),
        results=("*results",),
        infer=_infer_cond,
        run=_run_cond,
        cost=_cost_cond,
        work="O(the side that is computed)",
        parameters=(
            Parameter("then", "graph", "From the captured values to the results.", required=True),
            Parameter("else", "graph", "The same when the predicate is false.", required=True),
        ),
    ),
)
"""The operations of this module."""
