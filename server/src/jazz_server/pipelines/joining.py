"""Runs of one pipeline on a few rows each, as one run on the rows of all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from typing import Final

from jazz.values import Tensor, Value
from jazz_server.engine.catalogue import CATALOGUE
from jazz_server.engine.op import Run
from jazz_server.engine.rows import between
from jazz_server.kinds.types import TensorType, Type
from jazz_server.pipelines.control import RunControl
from jazz_server.pipelines.errors import RunCancelled
from jazz_server.pipelines.graph import InputRef
from jazz_server.pipelines.program import Program
from jazz_server.pipelines.slabs import Slabs, slabs
from jazz_server.pipelines.streaming import run_slabs

FEW: Final = 64
"""Runs on at most so many rows are joined."""

MOST: Final = 1024
"""The rows of runs that are joined: what bounds how long each waits for the others."""


@dataclass(frozen=True, slots=True)
class Member:
    """One of the runs that are joined: its program, the values of its inputs, and what may stop it."""

    program: Program
    values: Mapping[str, Value]
    control: RunControl


@dataclass(frozen=True, slots=True)
class Everyone:
    """What may stop a joint run: everyone for whom it is done being stopped."""

    controls: Sequence[RunControl]

    def checkpoint(self) -> None:
        """Goes on as long as anyone waits for it.

        Raises:
            RunCancelled: Nobody does any more.
        """
        if all(control.stopped for control in self.controls):
            raise RunCancelled("all runs that were joined were called off")


def few_rows(types: Mapping[str, Type]) -> int:
    """How many rows values of these types all have, when that is few; else 0."""
    lengths = {type_.shape[0] if isinstance(type_, TensorType) and type_.shape else 0 for type_ in types.values()}
    rows = lengths.pop() if len(lengths) == 1 else 0
    return rows if isinstance(rows, int) and rows <= FEW else 0


def without_rows(type_: Type) -> Type:
    """The type of values that have any number of rows."""
    if isinstance(type_, TensorType) and type_.shape:
        return replace(type_, shape=(None, *type_.shape[1:]))
    return type_


def joinable(program: Program, names: Sequence[str]) -> Slabs | None:
    """The stages of a program whose outputs lie along the rows of these inputs and no others; None if they do not."""
    positions = [n for n, item in enumerate(program.graph.inputs) if item.name in names]
    plan = slabs(program.graph, program.types, positions[0]) if positions else None
    if plan is None or not plan.lie_along or plan.inputs != frozenset(positions):
        return None
    # An input that is an output has labels, which do not become those of all.
    return None if any(isinstance(source, InputRef) for source in plan.outputs) else plan


def run_joint(plan: Slabs, members: Sequence[Member], rows: Sequence[int]) -> list[dict[str, Value]]:
    """The outputs of each of the runs.

    Args:
        plan: The stages of the program of the first one.
        members: The runs. What is not cut by rows is the same for all.
        rows: How many rows each has.

    Raises:
        jazz_server.pipelines.errors.RunError: A step failed: which of the runs is to blame is not known.
        jazz_server.engine.errors.Interrupted: All runs are stopped.
    """
    run = Everyone([member.control for member in members])
    for member in members:
        member.program.check_values(member.values)
    graph, first = members[0].program.graph, members[0]
    inputs = [
        _joined(n, item.name, members, run)
        if n in plan.inputs
        else first.program.argument(n, first.values[item.name], run)
        for n, item in enumerate(graph.inputs)
    ]
    limits = [member.control.memory_limit for member in members if member.control.memory_limit is not None]
    outputs = run_slabs(plan, inputs, [0, sum(rows)], lambda _, value: value, run, min(limits, default=None), CATALOGUE)
    names = [output.name for output in graph.outputs]
    return [
        {name: _between(value, begin, end) for name, value in zip(names, outputs, strict=True)}
        for begin, end in pairwise(accumulate(rows, initial=0))
    ]


def _joined(position: int, name: str, members: Sequence[Member], run: Run) -> Value:
    parts = [member.program.argument(position, member.values[name], run) for member in members]
    return CATALOGUE["concat"].run(run, parts, {"axis": 0})[0]


def _between(value: Value, begin: int, end: int) -> Value:
    assert isinstance(value, Tensor)
    return between(value, begin, end)
