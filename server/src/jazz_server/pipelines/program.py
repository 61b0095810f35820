"""Programs: pipelines that are typed for certain values, rewritten to run fast, and ready to run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from jazz.errors import Violation
from jazz.values import Layout, Tensor, Value
from jazz_server.engine.catalogue import CATALOGUE
from jazz_server.engine.errors import MemoryLimit, OpError
from jazz_server.engine.op import Op, Run
from jazz_server.engine.watching import inside, note
from jazz_server.kinds.elements import match_value
from jazz_server.kinds.match import match, type_of
from jazz_server.kinds.parts import Resolve
from jazz_server.kinds.types import TableType, TensorType, Type
from jazz_server.pipelines.body import bind
from jazz_server.pipelines.bound import BoundGraph
from jazz_server.pipelines.control import RunControl
from jazz_server.pipelines.conversion import converted
from jazz_server.pipelines.effort import is_little
from jazz_server.pipelines.errors import IllTyped, InvalidRun, RunError, RunOutOfMemory
from jazz_server.pipelines.execution import Schedule
from jazz_server.pipelines.graph import Pipeline
from jazz_server.pipelines.infer import check_names, infer_bound, is_exact
from jazz_server.pipelines.passes import rewritten
from jazz_server.pipelines.passes.calls import written_out
from jazz_server.pipelines.slabs import Slabs, slabs
from jazz_server.pipelines.streaming import bounds, run_slabs, whole_bytes
from jazz_server.pipelines.typing import Typing


@dataclass(frozen=True, slots=True)
class Program:
    """A pipeline ready to run on values of certain types. It is never changed: any number of threads may run it.

    Attributes:
        graph: The graph after the passes.
        typing: The types of the pipeline.
        types: Those of the graph, in which calls are written out.
        little: Whether it is done about as fast as it is handed to a thread.
    """

    graph: BoundGraph
    typing: Typing
    types: Typing
    little: bool
    _schedule: Schedule
    _ops: Mapping[str, Op]
    _reserves: int
    _slabs: dict[int, Slabs | None] = field(default_factory=dict)

    def run(self, values: Mapping[str, Value], run: RunControl) -> dict[str, Value]:
        """The outputs for values of the inputs.

        Intermediate values are freed after their last use. `run` is asked between kernels whether to go on. What would
        take much memory runs on some rows at a time, where the pipeline works on each row for itself or adds them up.

        Args:
            values: A value for each input, of the type that the program was compiled for.
            run: What may stop it.

        Raises:
            InvalidRun: Inputs are missing, or there are none of such names.
            IllTyped: Values are not of the types that the program was compiled for, or of those that inputs take.
            RunError: A step cannot work with its data (`RunOutOfMemory`: with the memory it may have).
            jazz_server.engine.errors.Interrupted: It was cancelled (`RunCancelled`), or its time was up
                (`RunDeadlineExceeded`).
        """
        check_names(self.graph, values, complete=True)
        self.check_values(values)
        run.checkpoint()
        inputs = [values[item.name] for item in self.graph.inputs]
        outputs = self._run_on_some_rows(inputs, run) or self._schedule.run(
            run, [self.argument(position, value, run) for position, value in enumerate(inputs)], run.memory_limit
        )
        return {item.name: value for item, value in zip(self.graph.outputs, outputs, strict=True)}

    def _run_on_some_rows(self, inputs: Sequence[Value], run: RunControl) -> Sequence[Value]:
        """The outputs, when the largest input is run through on some rows at a time; else nothing."""
        tensors = [(value.nbytes, n, value) for n, value in enumerate(inputs) if isinstance(value, Tensor)]
        largest, seed, tensor = max(tensors, default=(0, 0, None), key=lambda found: found[:2])
        total = largest + self._reserves
        if tensor is None or total <= whole_bytes(run.memory_limit):
            return ()
        if seed not in self._slabs:
            self._slabs[seed] = slabs(self.graph, self.types, seed)
        plan = self._slabs[seed]
        if plan is None:
            return ()

        def seen(position: int, value: Value) -> Value:
            return self.argument(position, value, run)

        cuts = bounds(tensor, total, run.memory_limit)
        note(f"on some rows at a time, in {len(cuts) - 1} parts")
        return run_slabs(plan, inputs, cuts, seen, run, run.memory_limit, self._ops)

    def check_values(self, values: Mapping[str, Value]) -> None:
        """Checks that values are of the types that the program was compiled for, and of those that inputs take.

        Raises:
            IllTyped: They are not.
        """
        violations = []
        for item in self.graph.inputs:
            value, takes, given = values[item.name], self.typing.inputs[item.name], self.typing.given[item.name]
            has = type_of(value)
            mismatches = () if has == given else match(given, has).mismatches
            if not mismatches and _has_range(takes):
                mismatches = match_value(takes, value).mismatches
            for m in mismatches:
                where = f"inputs.{item.name}.{m.field}" if m.field else f"inputs.{item.name}"
                violations.append(Violation(where, m.expected, m.found))
        if violations:
            raise IllTyped(violations)

    def argument(self, position: int, value: Value, run: Run) -> Value:
        """What steps see of an input: its value in the layout that its type asks for.

        Raises:
            RunError: It cannot be had in that layout, or not in the memory that there is (`RunOutOfMemory`).
        """
        name = self.graph.inputs[position].name
        if self.typing.given[name] == self.typing.arguments[position]:
            return value
        try:
            with inside(f"inputs.{name}"):
                return converted(value, self.typing.given[name], self.typing.arguments[position], run, self._ops)
        except OpError as error:
            raise RunError([Violation(f"inputs.{name}", error.expected, error.found)]) from error
        except (MemoryLimit, MemoryError) as error:
            found = str(error) or "a value that does not fit"
            raise RunOutOfMemory([Violation(f"inputs.{name}", "values that fit into memory", found)]) from error


def compile(  # noqa: A001 - what it does is called so
    pipeline: Pipeline,
    typing: Typing | Mapping[str, Type],
    *,
    ops: Mapping[str, Op] = CATALOGUE,
    kinds: Resolve | None = None,
) -> Program:
    """The program of a pipeline for values of certain types.

    Args:
        pipeline: A well-formed pipeline.
        typing: Its types as `infer` gave them for the exact types of all inputs, or those exact types.
        ops: The operations by name.
        kinds: Gives a stored kind by name; raises `LookupError` when there is none.

    Raises:
        IllTyped: The pipeline is not well typed for these types.
        InvalidRun: The type of an input is not given, or not exact.
    """
    bound = bind(pipeline, ops)
    typing = typing if isinstance(typing, Typing) else infer_bound(bound, typing, kinds)
    check_names(bound, typing.given, complete=True)
    vague = [
        Violation(f"inputs.{name}", "an exact type", str(type_))
        for name, type_ in typing.given.items()
        if not is_exact(type_)
    ]
    if vague:
        raise InvalidRun(vague)
    written, types = written_out(bound, typing)
    graph = rewritten(written, types).graph
    reserves = _reserves(graph, types)
    return Program(graph, typing, types, is_little(written, types), Schedule(graph, reserves), ops, sum(reserves))


def _reserves(graph: BoundGraph, typing: Typing) -> Sequence[int]:
    """The bytes that the dense outputs of each step take; those of sparse ones show only when it runs.

    Steps that others stand for take none.
    """
    used = graph.used()
    return [sum(map(_dense_bytes, types)) if n in used else 0 for n, types in enumerate(typing.steps)]


def _dense_bytes(type_: Type) -> int:
    if not isinstance(type_, TensorType) or type_.layout is not Layout.DENSE or type_.dtype is None:
        return 0
    size = type_.dtype.storage.itemsize
    for dimension in type_.shape or ():
        size *= dimension if isinstance(dimension, int) else 0
    return size


def _has_range(type_: Type) -> bool:
    if isinstance(type_, TableType):
        return any(_has_range(f.type) for f in type_.fields)
    return isinstance(type_, TensorType) and (type_.minimum is not None or type_.maximum is not None)
