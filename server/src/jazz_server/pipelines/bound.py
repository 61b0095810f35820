"""Graphs whose steps hold their operation and settings: what is typed, rewritten and run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from jazz.values import Value
from jazz_server.engine.op import Op, Setting
from jazz_server.pipelines.graph import Argument, Input, Output, StepRef


@dataclass(frozen=True, slots=True)
class BoundStep:
    """A step with what it takes to type and run it.

    Attributes:
        name: What errors call it, such as "steps[3] matmul".
        op: The operation.
        arguments: Where its arguments come from.
        settings: All its parameters, those left out with their defaults.
        replaces: Whether it stands for several steps of the pipeline, which name themselves in errors.
    """

    name: str
    op: Op
    arguments: tuple[Argument, ...]
    settings: Mapping[str, Setting]
    replaces: bool = False


@dataclass(frozen=True)
class BoundGraph:
    """A graph of bound steps with the constants that they may refer to.

    Attributes:
        inputs: Its inputs.
        steps: Its steps.
        outputs: Its outputs.
        constants: The constants.
        numbers: What people call the steps, such as "3" or "3/0" of what step 3 calls; their positions when empty.
    """

    inputs: tuple[Input, ...]
    steps: tuple[BoundStep, ...]
    outputs: tuple[Output, ...]
    constants: tuple[Value, ...]
    numbers: tuple[str, ...] = ()

    def number(self, position: int) -> str:
        """What people call a step."""
        return self.numbers[position] if self.numbers else str(position)

    def used(self) -> frozenset[int]:
        """The positions of the steps that outputs depend on. Linear in the graph when it is asked first."""
        return self._used

    @cached_property
    def _used(self) -> frozenset[int]:
        used = {output.source.step for output in self.outputs if isinstance(output.source, StepRef)}
        for position in range(len(self.steps) - 1, -1, -1):
            if position in used:
                for argument in self.steps[position].arguments:
                    if isinstance(argument, StepRef):
                        used.add(argument.step)
        return frozenset(used)
