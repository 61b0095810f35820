"""What a pipeline would do, or did, step by step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from jazz.values import Layout, Tensor
from jazz_server.engine.catalogue import CATALOGUE
from jazz_server.engine.op import Op, Size
from jazz_server.engine.watching import Watched
from jazz_server.kinds.describe import listed
from jazz_server.kinds.types import SHOWN, TensorType, Type
from jazz_server.pipelines.body import Body, bind
from jazz_server.pipelines.bound import BoundGraph, BoundStep
from jazz_server.pipelines.conversion import conversions
from jazz_server.pipelines.estimates import Estimate, Estimates, estimates, total
from jazz_server.pipelines.explained import Explanation, StepExplanation, bytes_words
from jazz_server.pipelines.graph import Argument, ConstantRef, InputRef, Literal, Pipeline, StepRef
from jazz_server.pipelines.passes import rewritten
from jazz_server.pipelines.passes.calls import written_out
from jazz_server.pipelines.passes.repeats import shared
from jazz_server.pipelines.typing import StepTypes, Typing


def explain(
    pipeline: Pipeline,
    typing: Typing,
    *,
    ops: Mapping[str, Op] = CATALOGUE,
    sizes: Mapping[str, Size] | None = None,
    run: Watched | None = None,
) -> Explanation:
    """Says how a pipeline would run, or did.

    Args:
        pipeline: A well-formed pipeline.
        typing: Its types, as `jazz_server.pipelines.infer.infer` gives them.
        ops: The operations by name.
        sizes: The sizes of the inputs whose values are known.
        run: What a run on values of these types took.
    """
    return _Explaining(pipeline, typing, ops, sizes or {}, run).explanation()


class _Explaining:
    def __init__(
        self, pipeline: Pipeline, typing: Typing, ops: Mapping[str, Op], sizes: Mapping[str, Size], run: Watched | None
    ) -> None:
        self._typing = typing
        self._ops = ops
        self._bound = bind(pipeline, ops)
        self._written, self._types = written_out(self._bound, typing)
        self._places = {step.name: position for position, step in enumerate(self._written.steps)}
        self._program = rewritten(self._written, self._types)
        self._run = run
        self._estimates = _joined(estimates(self._written, self._types, sizes), self._written, self._program.graph)

    def explanation(self) -> Explanation:
        typing = self._typing
        return Explanation(
            inputs={name: type_ for name, type_ in typing.inputs.items() if name not in typing.given},
            known=typing.given,
            outputs=typing.outputs,
            steps=(*self._converting(), *self._steps(self._bound, typing.steps)),
            unused=len(self._bound.steps) - len(self._bound.used()),
            took=self._run,
        )

    def _steps(
        self, graph: BoundGraph, types: StepTypes, path: str = "", number: str = "", depth: int = 0
    ) -> Iterator[StepExplanation]:
        """The steps of a graph that run; those of a call that is written out follow the call."""
        for position, (step, found) in enumerate(zip(graph.steps, types, strict=True)):
            name, own = f"{path}{step.name}", f"{number}{position}"
            place = self._places.get(name)
            if place is not None:
                yield from self._step(place, position, found, own, depth)
                continue
            body = step.settings["pipeline"]
            assert isinstance(body, Body)
            inner = f"{name}.{body.name}"
            steps = list(self._steps(body.graph, self._typing.bodies[inner], f"{inner}.", f"{own}/", depth + 1))
            if steps:  # else they all became one with a step outside, which says so
                yield _call(graph, step, position, found, own, depth, steps)
                yield from steps

    def _step(
        self, place: int, position: int, types: tuple[Type, ...], number: str, depth: int
    ) -> Iterator[StepExplanation]:
        """A step of the graph in which calls are written out, and what is inside of it."""
        if place not in self._program.graph.used():
            return
        step = self._program.graph.steps[place]
        took = self._run.inner.get(step.name) if self._run is not None else None
        words = ("in pipeline" if depth else "", self._program.notes.get(place, ""), self._layout_words(step, place))
        note, estimate = "; ".join(filter(None, words)), self._estimates.steps[place]
        yield replace(_explained(step, position, types, note, self._written, depth, estimate, took), number=number)
        yield from self._inside(step, step.name, depth + 1, took)

    def _layout_words(self, step: BoundStep, position: int) -> str:
        """What is to be said of the layout of a result: that it is dense although no operand is."""
        types = [self._types.arguments[a.input] for a in step.arguments if isinstance(a, InputRef)]
        types += [self._types.steps[a.step][a.output] for a in step.arguments if isinstance(a, StepRef)]
        arrays = [t for t in types if isinstance(t, TensorType) and t.shape != ()]
        dense = [
            t for t in self._types.steps[position] if isinstance(t, TensorType) and t.shape and t.layout is Layout.DENSE
        ]
        sparse = bool(arrays) and all(t.layouts and Layout.DENSE not in t.layouts for t in arrays)
        same = any(result.shape == t.shape for result in dense for t in arrays)
        return "sparse operands, dense result" if sparse and same and step.op.name != "to_dense" else ""

    def _converting(self) -> Iterator[StepExplanation]:
        typing = self._typing
        for item, seen in zip(self._bound.inputs, typing.arguments, strict=True):
            if item.name not in typing.given:
                continue
            for path, before, after in conversions(typing.given[item.name], seen, item.name):
                op = self._ops["to_dense" if after is Layout.DENSE else "to_sparse"]
                note = f"converts {path} from {before.value} to {after.value}"
                took = self._run.inner.get(f"inputs.{item.name}") if self._run is not None else None
                yield StepExplanation(op.name, op.version, (seen,), note, arguments=item.name, took=took)

    def _inside(self, step: BoundStep, path: str, depth: int, took: Watched | None) -> Iterator[StepExplanation]:
        for name, value in step.settings.items():
            inner = f"{path}.{name}"
            if not isinstance(value, Body):
                continue
            types: StepTypes = self._typing.bodies[inner]
            ran = took.inner.get(name) if took is not None else None
            for position in sorted(value.graph.used()):
                within = value.graph.steps[position]
                took_within = ran.inner.get(within.name) if ran is not None else None
                estimate = self._estimates.inner[inner][position]
                yield _explained(
                    within, position, types[position], f"in {name}", value.graph, depth, estimate, took_within
                )
                yield from self._inside(within, f"{inner}.{within.name}", depth + 1, took_within)


def _joined(found: Estimates, graph: BoundGraph, program: BoundGraph) -> Estimates:
    """The estimates of the steps of a program: one that stands for several has their costs together."""
    runs = sorted(program.used())
    steps = list(found.steps)
    for position in sorted(shared(graph).used() - set(runs)):
        stands = next((p for p in runs if p > position and program.steps[p].replaces), None)
        if stands is not None:
            steps[stands] = Estimate(total((steps[stands].cost, steps[position].cost)))
    return Estimates(steps, found.inner)


def _call(
    graph: BoundGraph,
    step: BoundStep,
    position: int,
    types: tuple[Type, ...],
    number: str,
    depth: int,
    steps: Sequence[StepExplanation],
) -> StepExplanation:
    """A call whose steps are part of the graph."""
    cost = total(each.estimate.cost for each in steps if each.depth == depth + 1)
    arguments = ", ".join(_arguments(step, graph))
    note = "its steps are part of the graph"
    return StepExplanation(
        step.op.name, step.op.version, types, note, position, arguments, depth, "", Estimate(cost), number=number
    )


def _explained(
    step: BoundStep,
    position: int,
    types: tuple[Type, ...],
    note: str,
    graph: BoundGraph,
    depth: int,
    estimate: Estimate,
    took: Watched | None,
) -> StepExplanation:
    host = step.op.host
    arguments = ", ".join([*_arguments(step, graph), *_settings(step)])
    words = [note, "native" if host is None else _host_words(step.op, estimate), _open_words(types)]
    return StepExplanation(
        step.op.name,
        step.op.version,
        types,
        "; ".join(filter(None, words)),
        position,
        arguments,
        depth,
        "" if host is None else host.library,
        estimate,
        took,
    )


def _host_words(op: Op, estimate: Estimate) -> str:
    assert op.host is not None
    words = [f"host: {op.host.library}"]
    if estimate.library_bytes == estimate.library_bytes:
        words.append(f"within {bytes_words(estimate.library_bytes)}")
    return ", ".join([*words, *([] if op.host.cancellable else ["cannot be cancelled"])])


def _open_words(types: tuple[Type, ...]) -> str:
    """That a layout shows only when the step runs, where it does."""
    open_ = any(isinstance(t, TensorType) and len(t.layouts) > 1 for t in types)
    return "the layout is chosen when it runs" if open_ else ""


def _settings(step: BoundStep) -> Iterator[str]:
    """The settings that are not at their defaults; a sub-graph is told by its steps."""
    for parameter in step.op.parameters:
        value = step.settings[parameter.name]
        if not isinstance(value, Body) and value != parameter.default:
            yield f"{parameter.name}={_setting(value)}"


def _setting(value: object) -> str:
    if isinstance(value, tuple) and len(value) > SHOWN:
        return f"({', '.join(listed(list(map(repr, value))))})"
    return repr(value)


def _arguments(step: BoundStep, graph: BoundGraph) -> list[str]:
    return listed([_argument(argument, graph) for argument in step.arguments])


def _argument(argument: Argument, graph: BoundGraph) -> str:
    if isinstance(argument, InputRef):
        return graph.inputs[argument.input].name
    if isinstance(argument, ConstantRef):
        constant = graph.constants[argument.constant]
        if isinstance(constant, Tensor) and not constant.shape and constant.dtype.numeric and not constant.missing:
            return repr(constant.array().item())
        return f"constant {argument.constant}"
    if isinstance(argument, Literal):
        return repr(argument.value)
    return f"%{graph.number(argument.step)}" + (f".{argument.output}" if argument.output else "")
