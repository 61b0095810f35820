"""Chains of element-wise steps, computed in one go: a block of elements stays in the cache through all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final

import numpy as np

from jazz.values import Layout, Tensor, dense
from jazz_server.engine import hot, rows
from jazz_server.engine.dense import elementwise
from jazz_server.engine.mapping import Mapped
from jazz_server.engine.op import Op, Run, Settings
from jazz_server.engine.parallel import for_ranges
from jazz_server.engine.promotion import Array
from jazz_server.engine.scalars import Number, ScalarStep, has_form, source_of
from jazz_server.engine.watching import note
from jazz_server.kinds.match import type_of
from jazz_server.kinds.types import Dimension, TensorType, Type
from jazz_server.pipelines.bound import BoundGraph, BoundStep
from jazz_server.pipelines.graph import Argument, ConstantRef, InputRef, Literal, StepRef
from jazz_server.pipelines.typing import Typing

_GRAIN: Final = 1 << 15
"""How many elements a thread should have to work on."""


@dataclass(frozen=True, slots=True)
class Chain:
    """Element-wise steps of which the last one gives the result and nothing else uses the others.

    Attributes:
        steps: The positions of the steps, in order.
        takes: What goes in: tensors from outside.
    """

    steps: tuple[int, ...]
    takes: tuple[Argument, ...]


def fused_chains(graph: BoundGraph, typing: Typing) -> tuple[BoundGraph, Mapping[int, str]]:
    """The graph with each chain in the place of its last step, and what was done to it."""
    search = _Search(graph, typing)
    chains = search.chains()
    if not chains:
        return graph, {}
    steps = list(graph.steps)
    notes = {}
    for chain in chains:
        last = chain.steps[-1]
        types = [type_ for source in chain.takes if isinstance(type_ := search.type(source), TensorType)]
        steps[last] = _fused(graph, typing, chain, types)
        inner = ", ".join(map(graph.number, chain.steps[:-1]))
        notes[last] = f"fused with steps {inner}: {len(chain.steps)} element-wise steps, block by block"
    return replace(graph, steps=tuple(steps)), notes


class _Search:
    def __init__(self, graph: BoundGraph, typing: Typing) -> None:
        self._graph = graph
        self._typing = typing
        self._constants = [type_of(constant) for constant in graph.constants]
        self._order = sorted(graph.used())
        users: dict[int, set[int]] = {position: set() for position in self._order}
        for position in self._order:
            for argument in graph.steps[position].arguments:
                if isinstance(argument, StepRef):
                    users[argument.step].add(position)
        self._users = users
        self._given = {output.source.step for output in graph.outputs if isinstance(output.source, StepRef)}

    def chains(self) -> list[Chain]:
        """All chains of two or more steps."""
        fits = [position for position in self._order if self._fits(position)]
        taken: set[int] = set()
        found = []
        for last in reversed(fits):
            if last not in taken:
                members = self._members(last, [p for p in fits if p < last and p not in taken])
                if len(members) > 1:
                    taken |= members
                    found.append(self._chain(sorted(members)))
        return found

    def _members(self, last: int, before: Sequence[int]) -> set[int]:
        """The steps that only steps of the chain use, of the shape of its result."""
        members = {last}
        shape = self._shape(last)
        for position in reversed(before):
            private = position not in self._given and self._users[position] <= members
            if private and self._shape(position) == shape:
                members.add(position)
        return members

    def _chain(self, steps: Sequence[int]) -> Chain:
        inside = set(steps)
        outside: dict[Argument, None] = {}
        for position in steps:
            for argument in self._graph.steps[position].arguments:
                own = isinstance(argument, StepRef) and argument.step in inside
                if not own and not isinstance(argument, Literal):
                    outside[argument] = None
        return Chain(tuple(steps), tuple(outside))

    def _fits(self, position: int) -> bool:
        """Whether a step is element-wise on dense numbers of which none is missing, and gives such."""
        step = self._graph.steps[position]
        if not isinstance(step.op.run, Mapped) or not _plain(self._typing.steps[position][0]):
            return False
        tensors = [a for a in step.arguments if not isinstance(a, Literal)]
        return len(tensors) > 0 and bool(self._shape(position)) and all(map(_plain, map(self.type, tensors)))

    def _shape(self, position: int) -> tuple[Dimension, ...] | None:
        result = self._typing.steps[position][0]
        return result.shape if isinstance(result, TensorType) else None

    def type(self, argument: Argument) -> Type:
        """The type of an argument that is no literal."""
        if isinstance(argument, StepRef):
            return self._typing.steps[argument.step][argument.output]
        if isinstance(argument, InputRef):
            return self._typing.arguments[argument.input]
        assert isinstance(argument, ConstantRef)
        return self._constants[argument.constant]


@lru_cache(1024)
def _plain(type_: Type) -> bool:
    """Whether values of a type are dense tensors of numbers of which none is missing."""
    return (
        isinstance(type_, TensorType)
        and type_.layout is Layout.DENSE
        and not type_.nullable
        and type_.dtype is not None
        and type_.dtype.numeric
        and type_.shape is not None
        and None not in type_.shape
    )


@dataclass(frozen=True, slots=True)
class _Call:
    """A step of a chain.

    Attributes:
        step: The step.
        operands: Literals, or the places of values: those that the chain takes come first, then the steps.
        result: The type of its result.
    """

    step: BoundStep
    operands: Sequence[int | Literal]
    result: TensorType


def _calls(graph: BoundGraph, typing: Typing, chain: Chain) -> list[_Call]:
    places: dict[Argument, int] = {source: n for n, source in enumerate(chain.takes)}
    inside = {position: n for n, position in enumerate(chain.steps, len(places))}

    def operand(argument: Argument) -> int | Literal:
        if isinstance(argument, Literal):
            return argument
        if isinstance(argument, StepRef) and argument.step in inside:
            return inside[argument.step]
        return places[argument]

    calls = []
    for position in chain.steps:
        step = graph.steps[position]
        result = typing.steps[position][0]
        assert isinstance(result, TensorType)
        calls.append(_Call(step, [operand(argument) for argument in step.arguments], result))
    return calls


def _fused(graph: BoundGraph, typing: Typing, chain: Chain, types: Sequence[TensorType]) -> BoundStep:
    last = graph.steps[chain.steps[-1]]
    calls = _calls(graph, typing, chain)
    function = _composed(calls, len(chain.takes))
    dtype = calls[-1].result.dtypes[0].storage
    source = _source(calls, types)

    def run(run: Run, arguments: Sequence[Any], _settings: Settings) -> tuple[Tensor, ...]:
        run.checkpoint()
        kernel = None if source is None else hot.find(source, dtype.name)
        if kernel is not None and len({argument.order for argument in arguments}) == 1:
            note("a kernel of its own")
            out = np.empty(arguments[0].size, dtype)
            bound = kernel.bind(*(argument.data for argument in arguments), out)
            for_ranges(out.size, bound, grain=_GRAIN)
            return (replace(dense(out), shape=arguments[0].shape, order=arguments[0].order),)
        note("block by block")
        return (elementwise(function, [argument.array() for argument in arguments], dtype),)

    op = Op(
        name="elementwise",
        version=1,
        signature="elementwise(*arrays) -> [...]",
        doc="Several element-wise operations, one after the other on each block of elements.",
        arguments=("*arrays",),
        results=("result",),
        infer=last.op.infer,
        run=run,
        rows=rows.elementwise,
    )
    return BoundStep(last.name, op, chain.takes, {}, replaces=True)


def _source(calls: Sequence[_Call], types: Sequence[TensorType]) -> str | None:
    """The chain as the source of one kernel; None when it is not one on numbers of one type and shape."""
    if not all(has_form(call.step.op.name) for call in calls):
        return None
    dtypes, shape = calls[-1].result.dtypes, calls[-1].result.shape
    if any(t.dtypes != dtypes or t.shape != shape for t in (*types, *(call.result for call in calls))):
        return None
    steps = []
    for call in calls:
        operands: list[int | Number] = []
        for operand in call.operands:
            if isinstance(operand, int):
                operands.append(operand)
            elif isinstance(operand.value, int | float) and not isinstance(operand.value, bool):
                operands.append(Number(float(operand.value)))
            else:
                return None
        steps.append(ScalarStep(call.step.op.name, tuple(operands), call.step.settings))
    return source_of(steps, len(types), dtypes[0].name)


def _composed(calls: Sequence[_Call], takes: int) -> Callable[..., Array]:
    """The steps of a chain as one function of arrays."""
    plan: list[tuple[Callable[..., Any], list[tuple[int, Any]], Any]] = []
    last_uses: dict[int, int] = {}
    for n, call in enumerate(calls):
        assert isinstance(call.step.op.run, Mapped)
        operands = [(x, None) if isinstance(x, int) else (-1, x.value) for x in call.operands]
        for place, _ in operands:
            last_uses[place] = n
        plan.append((call.step.op.run.function(call.step.settings), operands, call.result.dtypes[0].storage))
    done: list[list[int]] = [[] for _ in calls]
    for place, n in last_uses.items():
        if place >= 0:
            done[n].append(place)

    def function(*arrays: Array) -> Array:
        values: list[Any] = list(arrays)
        for (call, operands, dtype), unused in zip(plan, done, strict=True):
            result = call(*[value if place < 0 else values[place] for place, value in operands])
            values.append(result if result.dtype == dtype else result.astype(dtype))
            for place in unused:
                values[place] = None  # its memory, still in the cache, is that of the next result
        return values[-1]  # type: ignore[no-any-return]

    return function
