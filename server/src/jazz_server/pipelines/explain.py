"""What a pipeline would do, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from jazz_server.engine.catalogue import CATALOGUE
from jazz_server.engine.op import Op
from jazz_server.kinds.types import Type
from jazz_server.pipelines.body import Body, bind
from jazz_server.pipelines.bound import BoundGraph, BoundStep
from jazz_server.pipelines.conversion import conversions
from jazz_server.pipelines.graph import Argument, ConstantRef, InputRef, Literal, Pipeline
from jazz_server.pipelines.passes import rewritten
from jazz_server.pipelines.typing import StepTypes, Typing

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
        depth: How many loops it is inside of.
    """

    op: str
    version: int
    outputs: tuple[Type, ...]
    note: str
    position: int | None = None
    arguments: str = ""
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a pipeline would run.

    Attributes:
        inputs: The inputs that a run must give.
        known: The inputs whose values are known, such as stored blocks, and their types.
        outputs: The outputs.
        steps: The steps in the order in which they run, those of loops after the step that holds them.
        unused: How many steps do not run, because no output needs them.
    """

    inputs: Mapping[str, Type]
    known: Mapping[str, Type]
    outputs: Mapping[str, Type]
    steps: tuple[StepExplanation, ...]
    unused: int

    def __str__(self) -> str:
        return "\n".join(_lines(self))


def explain(pipeline: Pipeline, typing: Typing, *, ops: Mapping[str, Op] = CATALOGUE) -> Explanation:
    """Says how a pipeline would run.

    Args:
        pipeline: A well-formed pipeline.
        typing: Its types, as `jazz_server.pipelines.infer.infer` gives them.
        ops: The operations by name.
    """
    bound = bind(pipeline, ops)
    program = rewritten(bound, typing)
    used = program.graph.used()
    steps = [*_converting(bound, typing, ops)]
    for position in sorted(used):
        step = program.graph.steps[position]
        steps += _explained(step, position, typing.steps[position], program.notes.get(position, ""), bound, 0)
        steps += _inside(step, step.name, typing.bodies, 1)
    return Explanation(
        inputs={name: type_ for name, type_ in typing.inputs.items() if name not in typing.given},
        known=typing.given,
        outputs=typing.outputs,
        steps=tuple(steps),
        unused=len(bound.steps) - len(bound.used()),
    )


def _converting(graph: BoundGraph, typing: Typing, ops: Mapping[str, Op]) -> Iterator[StepExplanation]:
    for item, seen in zip(graph.inputs, typing.arguments, strict=True):
        if item.name not in typing.given:
            continue
        for path, before, after in conversions(typing.given[item.name], seen, item.name):
            op = ops["to_dense" if after.value == "dense" else "to_sparse"]
            note = f"converts {path} from {before.value} to {after.value}"
            yield StepExplanation(op.name, op.version, (seen,), note, arguments=item.name)


def _explained(
    step: BoundStep, position: int, types: tuple[Type, ...], note: str, graph: BoundGraph, depth: int
) -> Iterator[StepExplanation]:
    how = "native" if step.op.native else "host"
    arguments = ", ".join([*(_argument(argument, graph) for argument in step.arguments), *_settings(step)])
    yield StepExplanation(
        step.op.name, step.op.version, types, "; ".join(filter(None, (note, how))), position, arguments, depth
    )


def _inside(step: BoundStep, path: str, bodies: Mapping[str, StepTypes], depth: int) -> Iterator[StepExplanation]:
    for name, value in step.settings.items():
        if not isinstance(value, Body):
            continue
        types = bodies[f"{path}.{name}"]
        for position in sorted(value.graph.used()):
            inner = value.graph.steps[position]
            yield from _explained(inner, position, types[position], "in each turn", value.graph, depth)
            yield from _inside(inner, f"{path}.{name}.{inner.name}", bodies, depth + 1)


def _settings(step: BoundStep) -> Iterator[str]:
    """The settings that are not at their defaults; a sub-graph is told by its steps."""
    for parameter in step.op.parameters:
        value = step.settings[parameter.name]
        if not isinstance(value, Body) and value != parameter.default:
            yield f"{parameter.name}={value!r}"


def _argument(argument: Argument, graph: BoundGraph) -> str:
    if isinstance(argument, InputRef):
        return graph.inputs[argument.input].name
    if isinstance(argument, ConstantRef):
        return f"constant {argument.constant}"
    if isinstance(argument, Literal):
        return repr(argument.value)
    return f"%{argument.step}" + (f".{argument.output}" if argument.output else "")


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
            "" if step.position is None else f"%{step.position}",
            f"{'  ' * step.depth}{step.op}({step.arguments})",
            ", ".join(map(str, step.outputs)),
            step.note,
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
