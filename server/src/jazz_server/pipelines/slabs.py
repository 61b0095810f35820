"""Pipelines that are run on some rows at a time: which steps see rows, which work on the whole before and after."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from jazz.values import Value
from jazz_server.engine.op import Flow, Run, Scalar
from jazz_server.engine.rows import can_be_cut
from jazz_server.kinds.match import type_of
from jazz_server.kinds.types import AnyType, TensorType, Type
from jazz_server.pipelines.bound import BoundGraph
from jazz_server.pipelines.execution import Schedule
from jazz_server.pipelines.graph import Argument, ConstantRef, Input, InputRef, Literal, Output, StepRef
from jazz_server.pipelines.typing import Typing

Values: TypeAlias = dict[Argument, Value]
"""Values by where they come from: inputs and outputs of steps."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Some steps of a graph, ready to run.

    Attributes:
        takes: What it works on, from outside of it.
        gives: The outputs of its steps that are used outside of it.
    """

    takes: tuple[Argument, ...]
    gives: tuple[StepRef, ...]
    _schedule: Schedule

    def run(self, run: Run, values: Mapping[Argument, Value], limit: int | None = None) -> Values:
        """What it gives for values of what it takes."""
        if not self.gives:
            return {}
        results = self._schedule.run(run, [values[source] for source in self.takes], limit)
        return dict(zip(self.gives, results, strict=True))


@dataclass(frozen=True, slots=True)
class Slabs:
    """A graph in three stages, the middle one of which can be run on some rows of its inputs at a time.

    Attributes:
        inputs: The positions of the inputs that are cut by rows.
        before: What works on other inputs alone.
        each: What works on rows.
        after: What works on what has become of all rows.
        flows: What becomes of each of the values that `each` gives.
        outputs: Where the outputs come from.
    """

    inputs: frozenset[int]
    before: Stage
    each: Stage
    after: Stage
    flows: tuple[Flow, ...]
    outputs: tuple[Argument, ...]

    @property
    def lie_along(self) -> bool:
        """Whether all outputs lie along the rows, so that rows of inputs give the same rows of outputs."""
        flows = dict(zip(self.each.gives, self.flows, strict=True))
        return all(
            flows.get(source) is Flow.ROWS
            if isinstance(source, StepRef)
            else isinstance(source, InputRef) and source.input in self.inputs
            for source in self.outputs
        )


def slabs(graph: BoundGraph, typing: Typing, seed: int) -> Slabs | None:
    """The stages of a graph that is cut along the rows of an input; None where it cannot be.

    Inputs of as many rows are cut with it where steps need that.

    Args:
        graph: The graph.
        typing: Its types, exact ones.
        seed: The position of the input.
    """
    if any(isinstance(output.source, ConstantRef | Literal) for output in graph.outputs):
        return None
    cut = {seed}
    names = [item.name for item in graph.inputs]
    while all(can_be_cut(typing.arguments[n]) and can_be_cut(typing.given[names[n]]) for n in cut):
        search = _Flows(graph, typing, frozenset(cut))
        failed = search.run()
        if failed is None:
            return search.stages()
        more = failed - cut
        if not more:
            return None
        cut |= more
    return None


_Place: TypeAlias = Flow | str
"""What is known of a value: its flow, or "before" or "after" the rows."""


class _Flows:
    """How rows flow through a graph."""

    def __init__(self, graph: BoundGraph, typing: Typing, cut: frozenset[int]) -> None:
        self._graph = graph
        self._typing = typing
        self._cut = cut
        self._constants = [type_of(constant) for constant in graph.constants]
        self._order = sorted(graph.used())
        self._places: dict[int, _Place] = {}

    def run(self) -> set[int] | None:
        """None when rows flow through all steps; else the inputs that would have to be cut as well, if that helps."""
        for position in self._order:
            step = self._graph.steps[position]
            places = [self._place(argument) for argument in step.arguments]
            along = [place is Flow.ROWS for place in places]
            late = any(place != "before" and place is not Flow.ROWS for place in places)
            if not any(along):
                self._places[position] = "after" if late else "before"
                continue
            if late or step.op.rows is None:
                return set()
            types = [self._type(argument) for argument in step.arguments]
            flow = step.op.rows(along, types, step.settings)
            if flow is None:
                return self._also(step.arguments)
            self._places[position] = flow
        return None

    def stages(self) -> Slabs:
        """The stages, once rows flow through all steps."""
        early = [p for p in self._order if self._places[p] == "before"]
        late = [p for p in self._order if self._places[p] == "after"]
        middle = [p for p in self._order if isinstance(self._places[p], Flow)]
        outputs = tuple(output.source for output in self._graph.outputs)
        each = self._stage(middle, (late,), outputs)
        flows = [self._places[source.step] for source in each.gives]
        return Slabs(
            self._cut,
            self._stage(early, (middle, late), outputs),
            each,
            self._stage(late, (), outputs),
            tuple(flow for flow in flows if isinstance(flow, Flow)),
            outputs,
        )

    def _stage(self, steps: Sequence[int], users: Iterable[Sequence[int]], outputs: Sequence[Argument]) -> Stage:
        own = set(steps)
        used = [a for later in users for p in later for a in self._graph.steps[p].arguments]
        gives = tuple(dict.fromkeys(a for a in (*used, *outputs) if isinstance(a, StepRef) and a.step in own))
        takes = tuple(
            dict.fromkeys(
                a
                for p in steps
                for a in self._graph.steps[p].arguments
                if isinstance(a, InputRef) or (isinstance(a, StepRef) and a.step not in own)
            )
        )
        numbers: dict[Argument, Argument] = {source: InputRef(n) for n, source in enumerate(takes)}
        renumbered = {position: n for n, position in enumerate(steps)}

        def moved(argument: Argument) -> Argument:
            if isinstance(argument, StepRef) and argument.step in own:
                return StepRef(renumbered[argument.step], argument.output)
            return numbers.get(argument, argument)

        graph = BoundGraph(
            tuple(Input(f"taken_{n}", AnyType()) for n in range(len(takes))),
            tuple(
                replace(self._graph.steps[p], arguments=tuple(map(moved, self._graph.steps[p].arguments)))
                for p in steps
            ),
            tuple(Output(f"given_{n}", moved(source)) for n, source in enumerate(gives)),
            self._graph.constants,
        )
        return Stage(takes, gives, Schedule(graph))

    def _also(self, arguments: Sequence[Argument]) -> set[int]:
        """The inputs among arguments that have as many rows as those that are cut."""
        rows = self._rows(next(iter(self._cut)))
        inputs = {a.input for a in arguments if isinstance(a, InputRef)} - self._cut
        return {position for position in inputs if self._rows(position) == rows}

    def _rows(self, position: int) -> object:
        type_ = self._typing.arguments[position]
        return type_.shape[0] if isinstance(type_, TensorType) and type_.shape else None

    def _place(self, argument: Argument) -> _Place:
        if isinstance(argument, InputRef):
            return Flow.ROWS if argument.input in self._cut else "before"
        return self._places[argument.step] if isinstance(argument, StepRef) else "before"

    def _type(self, argument: Argument) -> Type | Scalar:
        if isinstance(argument, InputRef):
            return self._typing.arguments[argument.input]
        if isinstance(argument, StepRef):
            return self._typing.steps[argument.step][argument.output]
        return self._constants[argument.constant] if isinstance(argument, ConstantRef) else argument.value
