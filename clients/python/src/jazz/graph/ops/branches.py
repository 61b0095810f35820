"""Other pipelines called, choices of which one side is computed, and operations by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, overload

from jazz._outputs import Outputs
from jazz.graph.errors import tracing_error
from jazz.graph.loops import trace_sides
from jazz.graph.node import Node, Operand, apply_many
from jazz.graph.pipeline import Pipeline
from jazz.graph.trace import Setting, current


def call(pipeline: Pipeline, /, *values: Operand, **named: Operand) -> Any:
    """The outputs of another pipeline, which becomes a part of this one: once, however often it is called.

    To call a pipeline as a function, `pipeline(x)`, writes its steps between the others instead, where they can be
    fused with them; `call` keeps them apart, so that a pipeline of a hundred equal layers is as small as one. What is
    called is as it is now: `db.pipelines.get("lab/layer").pipeline` calls a stored one, and later versions of it change
    nothing.

    Args:
        pipeline: The pipeline.
        values: Values of its inputs, in their order.
        named: Values of its inputs, by name.

    Returns:
        A value, or `Outputs` when there are several: a tuple that knows names, too.

    >>> layer = jazz.pipeline(lambda x, w: jazz.ops.relu(x @ w))
    >>> print(jazz.pipeline(lambda x, w: jazz.ops.call(layer, jazz.ops.call(layer, x, w), w)))
    <lambda>(x, w) -> result
      %0 = call(x, w, pipeline=graph 0)
      %1 = call(%0, w, pipeline=graph 0)
      result = %1
    graph 0(x, w)
      %0 = matmul(x, w)
      %1 = relu(%0)
      result = %1
    """
    called: object = pipeline
    if not isinstance(called, Pipeline):
        expected = 'a pipeline, such as db.pipelines.get("space/name").pipeline'
        raise tracing_error("pipeline", expected, f"{called!r} ({type(called).__name__})")
    trace = current()
    given = tuple(pipeline.bound(values, named))
    options: dict[str, Setting | None] = {} if trace is None else {"pipeline": pipeline.within(trace)}
    nodes = apply_many("call", given, options, len(pipeline.outputs))
    return nodes[0] if len(nodes) == 1 else Outputs(list(pipeline.outputs), list(nodes))


@overload
def cond(predicate: Operand, then: Callable[[], Node], otherwise: Callable[[], object], /) -> Node: ...
@overload
def cond(predicate: Operand, then: Callable[[], object], otherwise: Callable[[], object], /) -> Any: ...
def cond(predicate: Operand, then: Callable[[], object], otherwise: Callable[[], object], /) -> Any:
    """What `then` gives if the predicate is true, what `otherwise` gives if not; the other side is not computed.

    Both functions take nothing and are traced once; what they use of the function around them is handed to them. They
    give one value, or as many in a tuple, of the same element types and shapes. `jazz.ops.where` chooses for each
    element.

    Args:
        predicate: A truth value of rank 0.
        then: Gives the results if it is true.
        otherwise: Gives the results if it is false.

    Returns:
        The value, or a tuple of several.

    >>> @jazz.pipeline
    ... def centred(x):
    ...     mean = jazz.ops.mean(x)
    ...     return jazz.ops.cond(mean > 1, lambda: x - mean, lambda: x)
    >>> print(centred)
    centred(x) -> result
      %0 = mean(x)
      %1 = greater(%0, 1)
      %2 = cond(%1, x, %0, else=graph 0, then=graph 1)
      result = %2
    graph 0(captured_0, captured_1)
      result_0 = captured_0
    graph 1(captured_0, captured_1)
      %0 = subtract(captured_0, captured_1)
      result_0 = %0
    """
    trace = current()
    if trace is None:
        return apply_many("cond", (predicate,), {}, 1)[0]
    first, second = trace_sides(then, otherwise, trace)
    captured = tuple(Node(trace, source) for source in first.captured)
    nodes = apply_many("cond", (predicate, *captured), {"then": first, "else": second}, len(first.outputs))
    return nodes[0] if len(nodes) == 1 else nodes


def apply(op: str, /, *arguments: Operand, results: int = 1, **settings: Setting | None) -> Any:
    """An operation by its name: for those that the server has and `jazz.ops` has no function for.

    Args:
        op: The name, as `db.ops()` lists it.
        arguments: What it is applied to.
        results: How many results it gives.
        settings: Its settings: numbers, texts, truth values, or tuples of them; None for what is left out.

    Returns:
        The result, or a tuple of several.

    >>> print(jazz.pipeline(lambda x: jazz.ops.apply("topk", x, results=2, k=3)[0]))
    <lambda>(x) -> result
      %0 = topk(x, k=3)
      result = %0
    """
    nodes = apply_many(op, arguments, settings, results)
    return nodes[0] if results == 1 else nodes
