"""Whether a pipeline is well formed: references, operations, parameters, names and sizes. Types are another matter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

from jazz.values import DATA_TYPES
from jazz_server.engine.op import Op, Parameter
from jazz_server.pipelines.graph import (
    Argument,
    ConstantRef,
    Graph,
    GraphRef,
    InputRef,
    Output,
    ParameterValue,
    Pipeline,
    Step,
    StepRef,
)
from jazz_server.pipelines.violations import Violations, shown

MAX_STEPS: Final = 100_000
"""How many steps a pipeline may have, those of sub-graphs counted wherever they are used."""

MAX_NESTING: Final = 32
"""How deep sub-graphs may be nested."""


def check(pipeline: Pipeline, ops: Mapping[str, Op], violations: Violations) -> None:
    """Notes everything about a pipeline that is not well formed. Linear in its size.

    Args:
        pipeline: The pipeline.
        ops: The operations by name.
        violations: Where to note it. What is already noted there is not noted again.
    """
    for position, graph in enumerate(pipeline.graphs):
        _Check(graph, f"graphs[{position}].", position, len(pipeline.constants), ops, violations).run()
    _Check(pipeline.graph, "", len(pipeline.graphs), len(pipeline.constants), ops, violations).run()
    _check_sizes(pipeline, violations)


def step_name(position: int, step: Step) -> str:
    """What errors call a step, such as "steps[3] matmul"."""
    return f"steps[{position}] {step.op}"


def argument_name(op: Op, position: int) -> str:
    """What errors call an argument: its name, or "arrays[2]" for one of any number."""
    last = len(op.arguments) - 1
    if op.arguments and op.arguments[last].startswith("*") and position >= last:
        return f"{op.arguments[last][1:]}[{position - last}]"
    return op.arguments[position] if position <= last else f"arguments[{position}]"


class _Check:
    """The check of one graph; sub-graphs that it may refer to are those before `graphs`."""

    def __init__(
        self, graph: Graph, prefix: str, graphs: int, constants: int, ops: Mapping[str, Op], violations: Violations
    ) -> None:
        self._graph = graph
        self._prefix = prefix
        self._graphs = graphs
        self._constants = constants
        self._ops = ops
        self._violations = violations

    def run(self) -> None:
        self._check_names("inputs", [item.name for item in self._graph.inputs])
        for position, step in enumerate(self._graph.steps):
            self._check_step(position, step)
        self._check_names("outputs", [item.name for item in self._graph.outputs])
        self._check_outputs(self._graph.outputs)

    def _note(self, field: str, expected: str, found: str) -> None:
        self._violations.add(f"{self._prefix}{field}", expected, found)

    def _check_names(self, role: str, names: Sequence[str]) -> None:
        seen: set[str] = set()
        for position, name in enumerate(names):
            field = f"{role}[{position}].name"
            if not name.isidentifier():
                self._note(field, "an identifier", shown(name))
            elif name in seen:
                self._note(field, f"a name that no other of the {role} has", shown(name))
            seen.add(name)

    def _check_outputs(self, outputs: Sequence[Output]) -> None:
        if not outputs:
            self._note("outputs", "at least one output", "none")
        for position, output in enumerate(outputs):
            if not self._is_there(output.source, len(self._graph.steps)):
                self._note_reference(f"outputs[{position}] {output.name}", output.source, len(self._graph.steps))

    def _check_step(self, position: int, step: Step) -> None:
        op = self._ops.get(step.op)
        if op is None:
            close = self._violations.nearest(step.op, self._ops)
            name = step_name(position, step)
            self._note(name, f"an operation, such as {close}" if close else "an operation", shown(step.op))
        else:
            if step.version not in (0, op.version):
                name = step_name(position, step)
                self._note(f"{name}.op_version", f"version {op.version}", f"version {step.version}")
            fewest, most = _counts(op)
            if not fewest <= len(step.arguments) <= most:
                self._note_count(step_name(position, step), op, len(step.arguments))
            if step.parameters or _required(op):
                self._check_parameters(step_name(position, step), op, step)
        for index, argument in enumerate(step.arguments):
            if not self._is_there(argument, position):
                label = argument_name(op, index) if op else f"arguments[{index}]"
                self._note_reference(f"{step_name(position, step)}.{label}", argument, position)

    def _note_count(self, name: str, op: Op, found: int) -> None:
        fewest, most = _counts(op)
        names = ", ".join(op.arguments)
        if most == float("inf"):
            expected = f"at least {fewest} arguments ({names})"
        elif fewest == most:
            expected = f"{fewest} argument{'' if fewest == 1 else 's'} ({names})" if names else "no arguments"
        else:
            expected = f"{fewest} to {most} arguments ({names})"
        self._note(f"{name}.arguments", expected, str(found))

    def _is_there(self, argument: Argument, steps: int) -> bool:
        """Whether what a reference refers to is there; the first `steps` steps are."""
        if isinstance(argument, StepRef):
            return argument.step < steps and argument.output < self._most_outputs(self._graph.steps[argument.step])
        if isinstance(argument, InputRef):
            return argument.input < len(self._graph.inputs)
        return not isinstance(argument, ConstantRef) or argument.constant < self._constants

    def _most_outputs(self, step: Step) -> float:
        op = self._ops.get(step.op)
        return float("inf") if op is None else _results(op)

    def _note_reference(self, field: str, argument: Argument, steps: int) -> None:
        """Notes a reference to what is not there."""
        if isinstance(argument, InputRef):
            self._check_position(field, "input", argument.input, len(self._graph.inputs))
        elif isinstance(argument, ConstantRef):
            self._check_position(field, "constant", argument.constant, self._constants)
        elif isinstance(argument, StepRef):
            if argument.step >= steps:
                there = argument.step < len(self._graph.steps)
                self._note(field, "an earlier step", f"step {argument.step}{'' if there else ', which is not there'}")
                return
            op = self._ops[self._graph.steps[argument.step].op]
            self._check_position(field, "output", argument.output, len(op.results), f" of step {argument.step}")

    def _check_position(self, field: str, what: str, found: int, count: int, of: str = "") -> None:
        if found >= count:
            known = f"{what} 0" if count == 1 else f"{what} 0 to {count - 1}"
            self._note(field, f"{known}{of}" if count else f"no {what}: there are none", f"{what} {found}{of}")

    def _check_parameters(self, name: str, op: Op, step: Step) -> None:
        known = {parameter.name: parameter for parameter in op.parameters}
        given = {key for key, _ in step.parameters}
        counts = Counter(key for key, _ in step.parameters) if len(given) < len(step.parameters) else {}
        for key, count in counts.items():
            if count > 1:
                self._note(f"{name}.{key}", "a value", f"{count} values")
        for key, value in step.parameters:
            parameter = known.get(key)
            if parameter is None:
                close = self._violations.nearest(key, known)
                expected = f"a parameter, such as {close}" if close else ", ".join(known) or "no parameters"
                self._note(f"{name}.{key}", expected, shown(key))
            else:
                self._check_value(f"{name}.{key}", parameter, value)
        for parameter in _required(op):
            if parameter.name not in given:
                self._note(f"{name}.{parameter.name}", _expected(parameter.type), "nothing")

    def _check_value(self, field: str, parameter: Parameter, value: ParameterValue) -> None:
        if not _takes(parameter.type, value):
            self._note(field, _expected(parameter.type), _described(value))
        elif isinstance(value, GraphRef):
            self._check_position(field, "sub-graph", value.graph, self._graphs)


@cache
def _counts(op: Op) -> tuple[int, float]:
    """How few and how many arguments an operation takes."""
    fewest = len(op.arguments) - op.optional_arguments
    endless = bool(op.arguments) and op.arguments[-1].startswith("*")
    return (fewest - 1, float("inf")) if endless else (fewest, len(op.arguments))


@cache
def _results(op: Op) -> float:
    """How many results an operation has at most."""
    return float("inf") if any(result.startswith("*") for result in op.results) else len(op.results)


@cache
def _required(op: Op) -> tuple[Parameter, ...]:
    """The parameters that have to be given."""
    return tuple(parameter for parameter in op.parameters if parameter.required)


_EXPECTED: Final = {
    "int": "an integer",
    "float": "a number",
    "bool": "true or false",
    "str": "a text",
    "axis": "an axis, counted from 0 or, negative, from the end",
    "axes": "an axis, counted from 0 or, negative, from the end, or a list of them",
    "dtype": "a data type",
    "graph": "a sub-graph",
    "ints": "a list of integers",
    "floats": "a list of numbers",
    "strs": "a list of texts",
}

_ITEMS: Final[dict[str, tuple[type, ...]]] = {"axes": (int,), "ints": (int,), "floats": (int, float), "strs": (str,)}
"""What lists hold, by the type of the parameter."""


def _expected(kinds: str) -> str:
    """What a parameter of a type, or of alternatives, takes, in words."""
    return " or ".join(_EXPECTED[kind] for kind in kinds.split("|"))


def _takes(kinds: str, value: ParameterValue) -> bool:
    """Whether a parameter of a type, or of alternatives, takes a value."""
    return any(_takes_one(kind, value) for kind in kinds.split("|"))


def _takes_one(kind: str, value: ParameterValue) -> bool:
    if kind == "graph" or isinstance(value, GraphRef):
        return kind == "graph" and isinstance(value, GraphRef)
    if isinstance(value, tuple):
        return kind in _ITEMS and all(type(item) in _ITEMS[kind] for item in value)
    if kind in ("int", "axis", "axes"):
        return type(value) is int
    if kind == "float":
        return type(value) in (int, float)
    if kind == "bool":
        return type(value) is bool
    if kind == "dtype":
        return isinstance(value, str) and value in DATA_TYPES
    return kind == "str" and isinstance(value, str)


def _described(value: ParameterValue) -> str:
    if isinstance(value, GraphRef):
        return f"sub-graph {value.graph}"
    if isinstance(value, tuple):
        return "a list" if len(value) > 8 else f"[{', '.join(map(_described, value))}]"
    return shown(value) if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)


def _check_sizes(pipeline: Pipeline, violations: Violations) -> None:
    """Notes sub-graphs that are nested too deep, and too many steps."""
    depths: list[int] = []
    counts: list[int] = []
    for position, graph in enumerate((*pipeline.graphs, pipeline.graph)):
        used = [
            value.graph
            for step in graph.steps
            for _, value in step.parameters
            if isinstance(value, GraphRef) and value.graph < position
        ]
        depths.append(1 + max((depths[graph] for graph in used), default=-1))
        counts.append(len(graph.steps) + sum(counts[graph] for graph in used))
        if depths[-1] > MAX_NESTING and max(depths[:-1]) == MAX_NESTING:
            violations.add("graphs", f"sub-graphs nested at most {MAX_NESTING} deep", "deeper ones")
    if counts[-1] > MAX_STEPS:
        found = f"{counts[-1]}, with those of sub-graphs wherever they are used"
        violations.add("steps", f"at most {MAX_STEPS} steps", found)
