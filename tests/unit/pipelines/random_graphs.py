"""Random graphs over the whole catalogue, well typed because each step is typed before it is taken.

A graph grows step by step: an operation, arguments and settings are drawn until the type rule takes them. What the step
gives is computed at once, by the operation alone; so a graph comes with its answers, step by step.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from jazz.convert import to_value
from jazz.values import Layout, Table, Tensor, Value, dense
from jazz_server.engine.catalogue import CATALOGUE
from jazz_server.engine.op import Op, Parameter, Scalar
from jazz_server.kinds.match import type_of
from jazz_server.kinds.types import AnyType
from jazz_server.pipelines.body import bind
from jazz_server.pipelines.control import RunControl
from jazz_server.pipelines.errors import IllTyped, RunError
from jazz_server.pipelines.execution import Schedule
from jazz_server.pipelines.graph import (
    Argument,
    Graph,
    GraphRef,
    Input,
    InputRef,
    Literal,
    Output,
    ParameterValue,
    Pipeline,
    Step,
    StepRef,
)
from jazz_server.pipelines.infer import infer
from unit.engine.samples import DTYPES, elements, sparse
from unit.engine.samples import infer as infer_step

UNSTEADY: Final = {"eigsh", "svds"}
"""Operations whose answers are one of many where values are equal, and which of them hangs on rounding."""

OPERATIONS: Final = tuple(name for name in CATALOGUE if name not in UNSTEADY)
"""Those that graphs are made of."""

DRAWS: Final = 40
TRIES: Final = 12
"""How many operations are drawn for a step, and how many times arguments and settings for each."""

MOST_ELEMENTS: Final = 300
_KEEPING: Final = ("abs", "negative", "relu", "tanh", "floor", "sign")
"""Operations of one operand that mostly keep its type, for bodies of loops."""


@dataclass
class Grown:
    """A graph, and what each of its values is.

    Attributes:
        pipeline: The graph, without outputs.
        inputs: The values of its inputs.
        results: The values that each step gives.
        arguments: The values, or literals, that each step was applied to.
    """

    graphs: list[Graph]
    inputs: list[Value]
    steps: list[Step] = field(default_factory=list)
    results: list[tuple[Value, ...]] = field(default_factory=list)
    arguments: list[list[Value | Scalar]] = field(default_factory=list)

    def pool(self) -> list[tuple[Argument, Value]]:
        """All values and where they come from."""
        found: list[tuple[Argument, Value]] = [(InputRef(n), value) for n, value in enumerate(self.inputs)]
        for n, results in enumerate(self.results):
            found += [(StepRef(n, output), value) for output, value in enumerate(results)]
        return found

    def graph(self, outputs: Sequence[Argument], *, typed: bool) -> Graph:
        """The graph with outputs; its inputs take what they are, or anything."""
        inputs = [Input(f"x{n}", type_of(x) if typed else AnyType()) for n, x in enumerate(self.inputs)]
        named = [Output(f"y{n}", source) for n, source in enumerate(outputs)]
        return Graph(tuple(inputs), tuple(self.steps), tuple(named))

    def pipeline(self, outputs: Sequence[Argument]) -> Pipeline:
        """The pipeline with outputs."""
        return Pipeline(self.graph(outputs, typed=True), tuple(self.graphs))


def grown(seed: int, steps: int) -> Grown:
    """A random graph of so many steps."""
    rng = np.random.default_rng(seed)
    graph = Grown([], [_value(rng) for _ in range(rng.integers(2, 5))])
    if rng.random() < 0.3:
        graph.inputs += [_texts(rng), to_value(["one", "words", "two"]), _table(rng), _words()]
    if rng.random() < 0.3:
        graph.inputs += [_links(rng), dense(rng.integers(4, size=3))]
    _grow(rng, graph, steps, OPERATIONS)
    return graph


def _value(rng: np.random.Generator) -> Value:
    """A tensor of a random element type, layout and shape, with or without missing elements."""
    dtype = np.dtype(str(rng.choice([*DTYPES, "float32", "float64", "float64", "int64"])))
    shape = tuple(int(n) for n in rng.integers(0 if rng.random() < 0.1 else 1, 6, size=rng.choice([0, 1, 2, 2, 2, 3])))
    if rng.random() < 0.3:
        shape = tuple(4 for _ in shape)
    values = elements(dtype, shape, int(rng.integers(2**31)), wild=False)
    layout = Layout(str(rng.choice(["dense", "dense", "csr", "csc", "coo"])))
    tensor = dense(values)
    if (layout is Layout.COO and shape) or (layout in (Layout.CSR, Layout.CSC) and len(shape) == 2):
        tensor = sparse(values, rng.random(shape) < 0.5, layout)
    elif rng.random() < 0.3 and shape and dtype.kind != "c":
        masked = to_value(np.ma.array(values, mask=rng.random(shape) < 0.3))
        assert isinstance(masked, Tensor)
        tensor = masked
    return tensor


def _texts(rng: np.random.Generator) -> Value:
    words = ["one", "two words", "", "three more words", "Ünï cödé", "one"]
    return to_value([words[n] for n in rng.integers(len(words), size=4)])


def _words() -> Value:
    """Texts as their words, as `tokenize` gives them."""
    return Table((("tokens", to_value(["one", "two", "one"])), ("lengths", dense(np.array([2, 0, 1])))))


def _links(rng: np.random.Generator) -> Value:
    """A symmetric and positive definite matrix, which is a weighted graph as well."""
    values = np.triu(rng.random((4, 4)) < 0.5, 1) * 0.5
    values = values + values.T + 2 * np.eye(4)
    return sparse(values, values != 0, Layout.CSR)


def _table(rng: np.random.Generator) -> Value:
    return Table((("a", dense(rng.random(4))), ("b", dense(rng.integers(5, size=4)))))


def _grow(rng: np.random.Generator, graph: Grown, steps: int, names: Sequence[str]) -> None:
    for _ in range(steps):
        for _ in range(DRAWS):
            op = CATALOGUE[str(rng.choice(names))]
            if any(_taken(rng, graph, op) for _ in range(TRIES)):
                break


def _taken(rng: np.random.Generator, graph: Grown, op: Op) -> bool:
    """Whether a step of an operation could be drawn."""
    before = len(graph.graphs)
    if _drawn(rng, graph, op):
        return True
    del graph.graphs[before:]
    return False


def _drawn(rng: np.random.Generator, graph: Grown, op: Op) -> bool:
    drawn = _subgraph_step(rng, graph, op) if any(p.type == "graph" for p in op.parameters) else _step(rng, graph, op)
    if drawn is None:
        return False
    step, values = drawn
    candidate = Grown(graph.graphs, graph.inputs, [*graph.steps, step])
    try:
        infer(
            candidate.pipeline([StepRef(len(graph.steps))]), {f"x{n}": type_of(x) for n, x in enumerate(graph.inputs)}
        )
        results = alone(step, values, graph.graphs)
    except (IllTyped, RunError):
        return False
    if any(isinstance(value, Tensor) and value.size > MOST_ELEMENTS for value in results):
        return False
    graph.steps.append(step)
    graph.results.append(results)
    graph.arguments.append(values)
    return True


def alone(step: Step, values: Sequence[Value | Scalar], graphs: Sequence[Graph]) -> tuple[Value, ...]:
    """What a step gives by itself, without any pass over the graph that it is in."""
    tensors = [value for value in values if not isinstance(value, bool | int | float | str)]
    places = iter(range(len(tensors)))
    arguments = tuple(
        Literal(value) if isinstance(value, bool | int | float | str) else InputRef(next(places)) for value in values
    )
    inputs = tuple(Input(f"x{n}", AnyType()) for n in range(len(tensors)))
    count = _results(step, graphs)
    outputs = tuple(Output(f"y{n}", StepRef(0, n)) for n in range(count))
    one = Graph(inputs, (Step(step.op, arguments, step.parameters),), outputs)
    return Schedule(bind(Pipeline(one, tuple(graphs)), CATALOGUE)).run(RunControl(), tensors)


def _results(step: Step, graphs: Sequence[Graph]) -> int:
    settings = dict(step.parameters)
    match step.op:
        case "iterate":
            return 2
        case "call" | "cond":
            inner = settings["pipeline" if step.op == "call" else "then"]
            assert isinstance(inner, GraphRef)
            return len(graphs[inner.graph].outputs)
        case "split":
            sections, indices = settings.get("sections"), settings.get("indices")
            if isinstance(sections, int):
                return sections
            return 1 + (len(indices) if isinstance(indices, tuple) else int(indices is not None))
        case _:
            return len(CATALOGUE[step.op].results)


def _step(rng: np.random.Generator, graph: Grown, op: Op) -> tuple[Step, list[Value | Scalar]] | None:
    """A step whose arguments and settings the type rule takes; None when these are not."""
    count = len(op.arguments)
    if op.optional_arguments and rng.random() < 0.5:
        count -= int(rng.integers(1, op.optional_arguments + 1))
    if op.arguments and op.arguments[-1].startswith("*"):
        count += int(rng.integers(0, 3))
    pool = graph.pool()
    chosen = [_argument(rng, pool) for _ in range(count)]
    settings = {p.name: value for p in op.parameters if (value := _setting(rng, p)) is not None}
    values = [value for _, value in chosen]
    types: list[Any] = [v if isinstance(v, bool | int | float | str) else type_of(v) for v in values]
    if infer_step(op, types, **settings)[1]:
        return None
    return Step(op.name, tuple(source for source, _ in chosen), tuple(sorted(settings.items()))), values


def _argument(rng: np.random.Generator, pool: Sequence[tuple[Argument, Value]]) -> tuple[Argument, Any]:
    if rng.random() < 0.15:
        literal: Scalar = [0, 1, 2, -1, 0.5, -1.5, True][rng.integers(7)]
        return Literal(literal), literal
    recent = pool[-4:] if rng.random() < 0.5 else pool
    return recent[rng.integers(len(recent))]


def _setting(rng: np.random.Generator, parameter: Parameter) -> Any:
    """A value that a parameter may have; None to leave it out."""
    if not parameter.required and rng.random() < 0.5:
        return None
    kind = str(rng.choice(parameter.type.split("|")))
    small = int(rng.integers(-2, 5))
    match kind:
        case "int":
            return small
        case "axis":
            return int(rng.integers(-2, 3))
        case "axes":
            axes = tuple(int(n) for n in rng.permutation(3)[: rng.integers(1, 3)])
            return axes if rng.random() < 0.4 else axes[0]
        case "float":
            return float(rng.choice([0.0, 0.25, 0.5, 1.0, 2.0, 3.0]))
        case "bool":
            return bool(rng.random() < 0.5)
        case "dtype":
            return str(rng.choice(DTYPES))
        case "ints":
            return tuple(int(n) for n in rng.integers(-1, 5, size=rng.integers(0, 4)))
        case "floats":
            return tuple(sorted(float(n) for n in rng.integers(-3, 4, size=rng.integers(1, 4))))
        case "strs":
            return ("one", "words", "two")[: rng.integers(1, 4)]
        case _:
            said = re.findall(r'"(\w+)"', parameter.doc)
            return str(rng.choice(said)) if said else str(rng.choice(["a", "b"]))


def _subgraph_step(rng: np.random.Generator, graph: Grown, op: Op) -> tuple[Step, list[Value | Scalar]] | None:
    """A call, a choice or a loop around a graph of a few steps."""
    pool = [(source, value) for source, value in graph.pool() if isinstance(value, Tensor)]
    taken = [pool[rng.integers(len(pool))] for _ in range(1 if op.name == "iterate" else rng.integers(1, 3))]
    values: list[Value | Scalar] = [value for _, value in taken]
    sources = tuple(source for source, _ in taken)
    inner = Grown(graph.graphs, [value for _, value in taken])
    if op.name == "iterate":
        _grow(rng, inner, 1, _KEEPING)
        if not inner.steps:
            return None
        body = _kept(graph, inner.graph([StepRef(len(inner.steps) - 1)], typed=False))
        limit: ParameterValue = int(rng.integers(0, 4))
        return Step("iterate", sources, (("body", body), ("max_iter", limit))), values
    names = tuple(name for name in OPERATIONS if name not in ("call", "cond", "iterate"))
    _grow(rng, inner, int(rng.integers(1, 3)), names)
    if not inner.steps:
        return None
    first = [StepRef(len(inner.steps) - 1)]
    then = _kept(graph, inner.graph(first, typed=False))
    if op.name == "call":
        return Step("call", sources, (("pipeline", then),)), values
    other = Grown(graph.graphs, inner.inputs, [*inner.steps, Step(str(rng.choice(_KEEPING)), (first[0],))])
    otherwise = _kept(graph, other.graph([StepRef(len(other.steps) - 1)], typed=False))
    truth = bool(rng.random() < 0.5)
    return Step("cond", (Literal(truth), *sources), (("else", otherwise), ("then", then))), [truth, *values]


def _kept(graph: Grown, inner: Graph) -> GraphRef:
    graph.graphs.append(inner)
    return GraphRef(len(graph.graphs) - 1)
