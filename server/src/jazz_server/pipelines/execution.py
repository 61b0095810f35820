"""Running the steps of a graph, one after the other, on values."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from jazz.errors import Violation
from jazz.values import Table, Tensor, Value
from jazz_server.engine.errors import MemoryLimit, OpError
from jazz_server.engine.memory import room
from jazz_server.engine.op import Run, Scalar
from jazz_server.engine.operands import unnamed
from jazz_server.engine.sizes import check_host
from jazz_server.engine.watching import inside, watched
from jazz_server.pipelines.bound import BoundGraph, BoundStep
from jazz_server.pipelines.errors import RunError, RunOutOfMemory
from jazz_server.pipelines.graph import Argument, ConstantRef, InputRef, Literal, StepRef
from jazz_server.pipelines.scalars import scalar_value

_MOST_ELEMENTS: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Instruction:
    """One step on numbered slots.

    Attributes:
        step: The step.
        arguments: The slots of its arguments.
        stores: Its outputs that are used later, and the slots that they go to.
        frees: The slots that nothing after it needs.
        reserves: The bytes that its outputs are known to take before it runs.
    """

    step: BoundStep
    arguments: tuple[int, ...]
    stores: tuple[tuple[int, int], ...]
    frees: tuple[int, ...]
    reserves: int


class Schedule:
    """The order in which a graph runs, and where its values are kept. It holds no state of a run."""

    def __init__(self, graph: BoundGraph, reserves: Sequence[int] = ()) -> None:
        """Plans the run of a graph.

        Args:
            graph: The graph.
            reserves: For each step the bytes that its outputs are known to take; unknown when empty.
        """
        self._slots: list[Value | Scalar | None] = []
        self._numbers: dict[Argument, int] = {}
        for position in range(len(graph.inputs)):
            self._slot(InputRef(position), None)
        for position, constant in enumerate(graph.constants):
            self._slot(ConstantRef(position), constant)
        self._inputs = len(graph.inputs)
        order = sorted(graph.used())
        self._plan(graph, order, reserves)

    def _slot(self, source: Argument, content: Value | Scalar | None) -> int:
        number = self._numbers.get(source)
        if number is None:
            number = self._numbers[source] = len(self._slots)
            self._slots.append(content)
        return number

    def _plan(self, graph: BoundGraph, order: Sequence[int], reserves: Sequence[int]) -> None:
        arguments = {position: [self._located(a) for a in graph.steps[position].arguments] for position in order}
        self.outputs = tuple(self._located(output.source, alone=True) for output in graph.outputs)
        last = {slot: position for position in order for slot in arguments[position]}
        kept = set(self.outputs)
        stores: dict[int, list[tuple[int, int]]] = {}
        freed: dict[int, list[int]] = {}
        for source, slot in self._numbers.items():
            if isinstance(source, StepRef):
                stores.setdefault(source.step, []).append((source.output, slot))
            if isinstance(source, StepRef | InputRef) and slot in last and slot not in kept:
                freed.setdefault(last[slot], []).append(slot)
        self.instructions = tuple(
            Instruction(
                graph.steps[position],
                tuple(arguments[position]),
                tuple(stores.get(position, ())),
                tuple(freed.get(position, ())),
                reserves[position] if reserves else 0,
            )
            for position in order
        )

    def _located(self, source: Argument, *, alone: bool = False) -> int:
        if isinstance(source, Literal):
            # Equal literals of different types, such as 1 and True, have slots of their own.
            self._slots.append(scalar_value(source.value) if alone else source.value)
            return len(self._slots) - 1
        return self._slot(source, None)

    def run(self, run: Run, arguments: Sequence[Value | Scalar], limit: int | None = None) -> tuple[Value, ...]:
        """The outputs for the values of the inputs. Any number of threads may run it at once.

        Args:
            run: What may stop the run; asked before each step.
            arguments: The values of the inputs in order.
            limit: The bytes that values computed here may take at any time.

        Raises:
            RunError: A step failed on its data, or for want of memory (`RunOutOfMemory`).
            jazz_server.engine.errors.Interrupted: `run` said so.
        """
        slots: list[Any] = list(self._slots)
        slots[: self._inputs] = arguments
        del arguments
        live = 0
        for instruction in self.instructions:
            run.checkpoint()
            step = instruction.step
            if limit is not None and live + instruction.reserves > limit:
                raise _out_of_memory(step, limit, live + instruction.reserves)
            values = [slots[slot] for slot in instruction.arguments]
            if limit is None:
                results = _called(step, run, values)
            else:
                with room(limit - live):
                    results = _called(step, run, values)
            del values
            for output, slot in instruction.stores:
                slots[slot] = results[output]
            if limit is not None:
                live += sum(_nbytes(slots[slot]) for _, slot in instruction.stores)
                if live > limit:
                    raise _out_of_memory(step, limit, live)
                live -= sum(_nbytes(slots[slot]) for slot in instruction.frees if slot >= self._inputs)
            del results
            for slot in instruction.frees:
                slots[slot] = None
        outputs = (slots[slot] for slot in self.outputs)
        return tuple(value if isinstance(value, Value) else scalar_value(value) for value in outputs)


def _called(step: BoundStep, run: Run, arguments: list[Any]) -> tuple[Value, ...]:
    """The results of a step, noted where the run is watched."""
    if watched() is None:
        return _call(step, run, arguments)
    with inside(step.name) as part:
        results = _call(step, run, arguments)
    assert part is not None
    part.bytes_read += sum(map(_nbytes, arguments))
    part.bytes_written += sum(map(_nbytes, results))
    return results


def _call(step: BoundStep, run: Run, arguments: list[Any]) -> tuple[Value, ...]:
    try:
        if step.op.host is not None:
            check_host(step.op.host, arguments, step.settings)
        results = step.op.run(run, arguments, step.settings)
    except OpError as error:
        raise RunError([Violation(f"{step.name}.{error.field}", error.expected, error.found)]) from error
    except RunError as error:
        if step.replaces:
            raise
        raise error.within(step.name) from error
    except (MemoryLimit, MemoryError) as error:
        found = str(error) or "a value that does not fit"
        raise RunOutOfMemory([Violation(step.name, "values that fit into memory", found)]) from error
    for value in results:
        if isinstance(value, Tensor) and math.prod(length for length in value.shape if length) > _MOST_ELEMENTS:
            # A sparse one takes little memory, but no header can describe it.
            expected = f"a result whose dimensions multiply to at most {_MOST_ELEMENTS}"
            raise RunError([Violation(step.name, expected, f"shape {value.shape}")])
    if any(isinstance(argument, Table) for argument in arguments):
        return results  # parts of tables keep what belongs to them
    return tuple(map(_unnamed, results))


def _unnamed(value: Value) -> Value:
    return unnamed(value) if isinstance(value, Tensor) else value


def _out_of_memory(step: BoundStep, limit: int, found: int) -> RunOutOfMemory:
    return RunOutOfMemory([Violation(step.name, f"at most {limit} bytes of values at a time", f"{found} bytes")])


def _nbytes(value: Value | Scalar) -> int:
    if isinstance(value, Tensor):
        return value.nbytes
    if isinstance(value, Table):
        return sum(_nbytes(field) for _, field in value.fields)
    return 0
