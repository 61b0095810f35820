"""Chains of element-wise steps, computed in one go: a block of elements stays in the cache through all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
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
from jazz_server.kinds.types import TensorType, Type
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
    steps = list(graph.steps)
    notes = {}
    for chain in search.chains():
        last = chain.steps[-1]
        steps[last] = _fused(graph, typing, chain, [search.type(source) for source in chain.takes])
        inner = ", ".join(str(position) for position in chain.steps[:-1])
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
        fits = {position for position in self._order if self._fits(position)}
        taken: set[int] = set()
        found = []
        for last in reversed(self._order):
            if last not in fits or last in taken:
                continue
            members = self._members(last, fits - taken)
            if len(members) > 1:
                taken |= members
                found.append(self._chain(sorted(members)))
        return found

    def _members(self, last: int, fits: set[int]) -> set[int]:
        """The steps that only steps of the chain use, of the shape of its result."""
        members = {last}
        shape = self._result(last).shape
        for position in reversed([p for p in self._order if p < last and p in fits]):
            private = position not in self._given and self._users[position] <= members
            if private and self._result(position).shape == shape:
                members.add(position)
        return members

    def _chain(self, steps: Sequence[int]) -> Chain:
        inside = set(steps)
        arguments = (a for position in steps for a in self._graph.steps[position].arguments)
        outside = [
            a for a in arguments if not isinstance(a, Literal) and not (isinstance(a, StepRef) and a.step in inside)
        ]
        return Chain(tuple(steps), tuple(dict.fromkeys(outside)))

    def _fits(self, position: int) -> bool:
        """Whether a step is element-wise on dense numbers of which none is missing, and gives such."""
        step = self._graph.steps[position]
        if not isinstance(step.op.run, Mapped):
            return False
        result = self._result(position)
        types = [self.type(a) for a in step.arguments if not isinstance(a, Literal)]
        return len(types) > 0 and bool(result.shape) and all(map(_plain, (result, *types)))

    def _result(self, position: int) -> TensorType:
        return _tensor_type(self._typing.steps[position][0])

    def type(self, argument: Argument) -> TensorType:
        """The type of an argument; one of which nothing is known when it is no tensor."""
        if isinstance(argument, StepRef):
            return _tensor_type(self._typing.steps[argument.step][argument.output])
        if isinstance(argument, InputRef):
            return _tensor_type(self._typing.arguments[argument.input])
        return _tensor_type(self._constants[argument.constant]) if isinstance(argument, ConstantRef) else _UNKNOWN


_UNKNOWN: Final = TensorType()


def _tensor_type(found: Type) -> TensorType:
    return found if isinstance(found, TensorType) else _UNKNOWN


def _plain(type_: TensorType) -> bool:
    return (
        type_.layout is Layout.DENSE
        and not type_.nullable
        and type_.dtype is not None
        and type_.dtype.numeric
        and type_.shape is not None
        and None not in type_.shape
    )


def _fused(graph: BoundGraph, typing: Typing, chain: Chain, types: Sequence[TensorType]) -> BoundStep:
    last = graph.steps[chain.steps[-1]]
    function = _composed(graph, typing, chain)
    dtype = _storage(typing, chain.steps[-1])
    source = _source(graph, typing, chain, types)

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


def _source(graph: BoundGraph, typing: Typing, chain: Chain, types: Sequence[TensorType]) -> str | None:
    """The chain as the source of one kernel; None when it is not one on numbers of one type and shape."""
    if not chain.takes or not all(has_form(graph.steps[position].op.name) for position in chain.steps):
        return None
    (result,) = typing.steps[chain.steps[-1]]
    own = {(t.dtype, t.shape) for t in (*types, result) if isinstance(t, TensorType)}
    inner = {t.dtype for position in chain.steps for t in typing.steps[position] if isinstance(t, TensorType)}
    if len(own) != 1 or len(inner) != 1:
        return None
    places: dict[Argument, int] = {source: n for n, source in enumerate(chain.takes)}
    steps = []
    for position in chain.steps:
        step = graph.steps[position]
        operands: list[int | Number] = []
        for argument in step.arguments:
            if not isinstance(argument, Literal):
                operands.append(places[argument])
            elif isinstance(argument.value, int | float) and not isinstance(argument.value, bool):
                operands.append(Number(float(argument.value)))
            else:
                return None
        steps.append(ScalarStep(step.op.name, tuple(operands), step.settings))
        places[StepRef(position)] = len(places)
    return source_of(steps, len(chain.takes), _storage(typing, chain.steps[-1]).name)


def _storage(typing: Typing, position: int) -> Any:
    (type_,) = typing.steps[position]
    assert isinstance(type_, TensorType)
    assert type_.dtype is not None
    return type_.dtype.storage


def _composed(graph: BoundGraph, typing: Typing, chain: Chain) -> Callable[..., Array]:
    """The steps of a chain as one function of arrays."""
    places: dict[Argument, int] = {source: n for n, source in enumerate(chain.takes)}
    plan: list[tuple[Callable[..., Any], list[tuple[int, Any]], Any]] = []
    last_uses: dict[int, int] = {}
    for position in chain.steps:
        step = graph.steps[position]
        assert isinstance(step.op.run, Mapped)
        operands = [(-1, a.value) if isinstance(a, Literal) else (places[a], None) for a in step.arguments]
        last_uses.update({place: len(plan) for place, _ in operands})
        plan.append((step.op.run.function(step.settings), operands, _storage(typing, position)))
        places[StepRef(position)] = len(places)

    done = [[place for place, last in last_uses.items() if last == n and place >= 0] for n in range(len(plan))]

    def function(*arrays: Array) -> Array:
        values: list[Any] = list(arrays)
        for (call, operands, dtype), unused in zip(plan, done, strict=True):
            result = call(*(value if place < 0 else values[place] for place, value in operands))
            values.append(result if result.dtype == dtype else result.astype(dtype))
            for place in unused:
                values[place] = None  # its memory, still in the cache, is that of the next result
        return values[-1]  # type: ignore[no-any-return]

    return function
