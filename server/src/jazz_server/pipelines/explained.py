"""What is told of a pipeline, and its text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from jazz_server.engine.memory import size_words
from jazz_server.engine.op import Cost
from jazz_server.engine.watching import Watched
from jazz_server.kinds.types import Type
from jazz_server.pipelines.estimates import NOTHING_KNOWN, Estimate, total

_HEAD: Final = 24
_TAIL: Final = 12
"""So many steps at the beginning and the end are written out when there are more."""


@dataclass(frozen=True, slots=True)
class StepExplanation:
    """What is known of one step.

    Attributes:
        op: The operation.
        version: Its version.
        outputs: The types of its outputs.
        note: What is done and why, in a line: "native" is machine code that runs without the interpreter's lock, "host"
            the call of a library.
        position: Its position in the graph; None for what is done to an input before.
        arguments: What it works on, and settings that are not at their defaults, in words.
        depth: How many sub-graphs it is inside of.
        library: The library that it runs inside of; "" for machine code.
        estimate: What is known of its work before it runs, in one turn of what it is inside of.
        took: What it took when it ran; None before, and for a step that did not.
        number: What the text calls it, such as "3/0" for the first step of what step 3 calls; its position when "".
    """

    op: str
    version: int
    outputs: tuple[Type, ...]
    note: str
    position: int | None = None
    arguments: str = ""
    depth: int = 0
    library: str = ""
    estimate: Estimate = NOTHING_KNOWN
    took: Watched | None = None
    number: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a pipeline would run, or ran.

    Attributes:
        inputs: The inputs that a run must give.
        known: The inputs whose values are known, such as stored blocks, and their types.
        outputs: The outputs.
        steps: The steps in the order in which they run, those of sub-graphs after the step that holds them.
        unused: How many steps do not run, because no output needs them.
        took: What the run took; None before.
    """

    inputs: Mapping[str, Type]
    known: Mapping[str, Type]
    outputs: Mapping[str, Type]
    steps: tuple[StepExplanation, ...]
    unused: int
    took: Watched | None = None

    @property
    def cost(self) -> Cost:
        """The work of all steps of which it is known."""
        costs = [step.estimate.cost for step in self.steps if step.depth == 0]
        return total(cost for cost in costs if cost.flops == cost.flops and cost.bytes == cost.bytes)

    def __str__(self) -> str:
        return "\n".join(_lines(self))


def _lines(explanation: Explanation) -> Iterator[str]:
    everything = {**explanation.inputs, **explanation.known}
    yield "inputs"
    width = max(map(len, [*everything, *explanation.outputs]), default=0)
    yield from _abridged([f"  {name:<{width}}  {type_}" for name, type_ in explanation.inputs.items()], "inputs")
    known = [f"  {name:<{width}}  {type_}  (known)" for name, type_ in explanation.known.items()]
    yield from _abridged(known, "known inputs")
    if not everything:
        yield "  none"
    yield "steps, in the order in which they run"
    yield from _step_lines(explanation.steps)
    cost = cost_words(explanation.cost) if explanation.cost.flops or explanation.cost.bytes else ""
    took = "" if explanation.took is None else _took_words(explanation.took)
    if cost or took:
        yield f"  in all {'; '.join(filter(None, (cost, took)))}"
    if explanation.unused:
        yield f"  ({explanation.unused} more that no output needs do not run)"
    yield "outputs"
    yield from _abridged([f"  {name:<{width}}  {type_}" for name, type_ in explanation.outputs.items()], "outputs")


def _step_lines(steps: Sequence[StepExplanation]) -> Iterator[str]:
    if not steps:
        yield "  none"
        return
    if len(steps) <= _HEAD + _TAIL + 1:
        yield from _aligned(steps)
        return
    rows = _aligned((*steps[:_HEAD], *steps[-_TAIL:]))
    yield from rows[:_HEAD]
    hidden = steps[_HEAD:-_TAIL]
    counts = ", ".join(f"{count} {op}" for op, count in Counter(step.op for step in hidden).most_common())
    yield f"  ... {len(hidden)} more: {counts} ..."
    yield from rows[_HEAD:]


def _aligned(steps: Sequence[StepExplanation]) -> list[str]:
    columns = [
        (
            "" if step.position is None else f"%{step.number or step.position}",
            f"{'  ' * step.depth}{step.op}({step.arguments})",
            ", ".join(map(str, step.outputs)),
            "; ".join(filter(None, (step.note, cost_words(step.estimate.cost), _took_words(step.took)))),
        )
        for step in steps
    ]
    widths = [max(len(row[column]) for row in columns) for column in range(3)]
    return [
        f"  {row[0]:>{widths[0]}}  {row[1]:<{widths[1]}}  {row[2]:<{widths[2]}}  {row[3]}".rstrip() for row in columns
    ]


def _abridged(lines: Sequence[str], what: str) -> Iterator[str]:
    if len(lines) <= _HEAD + _TAIL + 1:
        yield from lines
        return
    yield from lines[:_HEAD]
    yield f"  ... {len(lines) - _HEAD - _TAIL} more {what} ..."
    yield from lines[-_TAIL:]


def cost_words(cost: Cost) -> str:
    """The cost of a step, as far as it is known: "about 2.1 Mflop, 16 MiB"."""
    known = []
    if cost.flops == cost.flops:
        known.append(f"{_short(cost.flops)}flop")
    if cost.bytes is not None and cost.bytes == cost.bytes:
        known.append(bytes_words(cost.bytes))
    return f"about {', '.join(known)}" if known else ""


def bytes_words(count: float) -> str:
    """A number of bytes, "not known" for NaN and infinity."""
    return size_words(count) if abs(count) < float("inf") else "not known"


def _short(number: float) -> str:
    for prefix in ("", "k", "M", "G", "T"):
        if number < 1000:
            return f"{number:.3g} {prefix}"
        number /= 1000
    return f"{number:.3g} P"


def _took_words(took: Watched | None) -> str:
    """What a step took: "took 1.2 ms in 3 calls, read 4 KiB, wrote 2 KiB; row by row"."""
    if took is None:
        return ""
    calls = f" in {took.calls} calls" if took.calls > 1 else ""
    words = [f"took {took.nanoseconds / 1e6:.3g} ms{calls}"]
    if took.bytes_read or took.bytes_written:
        words.append(f"read {size_words(took.bytes_read)}, wrote {size_words(took.bytes_written)}")
    if took.rows_pruned:
        words.append(f"{took.rows_pruned} rows pruned")
    chosen = [f"{what} ({times} times)" if times > 1 else what for what, times in took.chosen.items()]
    return "; ".join([", ".join(words), *chosen])
