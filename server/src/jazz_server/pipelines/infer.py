"""Type inference over pipelines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from jazz_server.engine.catalogue import CATALOGUE
from jazz_server.engine.op import Op
from jazz_server.kinds.parts import Resolve
from jazz_server.kinds.types import Dimension, NullType, Symbol, TableType, TensorType, Type
from jazz_server.kinds.unify import is_fresh
from jazz_server.pipelines.body import bind
from jazz_server.pipelines.bound import BoundGraph
from jazz_server.pipelines.declared import dressed
from jazz_server.pipelines.errors import IllTyped, InvalidRun
from jazz_server.pipelines.graph import Pipeline
from jazz_server.pipelines.inference import Session, declared_types, infer_arguments, infer_graph
from jazz_server.pipelines.typing import StepTypes, Typing
from jazz_server.pipelines.violations import Violations, shown


def infer(
    pipeline: Pipeline,
    given: Mapping[str, Type] | None = None,
    *,
    ops: Mapping[str, Op] = CATALOGUE,
    kinds: Resolve | None = None,
) -> Typing:
    """The types of all values of a pipeline.

    Dimensions are unified over the whole graph. It takes time linear in the number of steps, and gives the same answer
    for the same pipeline.

    Args:
        pipeline: A well-formed pipeline.
        given: For inputs whose value is known, its type, as `jazz_server.kinds.match.type_of` gives it. Of two that
            contradict each other, the later one is blamed.
        ops: The operations by name.
        kinds: Gives a stored kind by name; raises `LookupError` when there is none.

    Raises:
        IllTyped: Every mismatch in the graph, each naming its step and argument or its input.
        InvalidRun: `given` names inputs that are not there.
    """
    return infer_bound(bind(pipeline, ops), given or {}, kinds)


def infer_bound(graph: BoundGraph, given: Mapping[str, Type], kinds: Resolve | None) -> Typing:
    """The types of all values of a bound graph; see `infer`."""
    check_names(graph, given)
    session = Session(kinds)
    declared = declared_types(session, graph, "inputs.", shared=True)
    has = [given.get(item.name) for item in graph.inputs]
    arguments = infer_arguments(session, graph, declared, has, "inputs.", _order(graph, given), computed=False)
    types = infer_graph(session, graph, arguments)
    if session.violations:
        raise IllTyped(session.violations.all)
    seen = tuple(session.resolved(a) for a in arguments if not isinstance(a, bool | int | float | str))
    inputs = {
        item.name: session.resolved(dressed(takes, found))
        for item, takes, found in zip(graph.inputs, declared, seen, strict=True)
    }
    outputs = {output.name: type_ for output, type_ in zip(graph.outputs, types.outputs, strict=True)}
    if session.unifier.untouched:
        return Typing(inputs, dict(given), seen, types.steps, outputs, session.bodies)
    everything = [*inputs.values(), *outputs.values(), *(t for step in types.steps for t in step)]
    renamed = _Renaming(everything)
    return Typing(
        inputs={name: renamed.type(t) for name, t in inputs.items()},
        given=dict(given),
        arguments=tuple(map(renamed.type, seen)),
        steps=renamed.steps(types.steps),
        outputs={name: renamed.type(t) for name, t in outputs.items()},
        bodies={path: renamed.steps(_resolved(steps, session.resolved)) for path, steps in session.bodies.items()},
    )


def _order(graph: BoundGraph, given: Mapping[str, Type]) -> list[int]:
    """The positions of the inputs: those that are given first, in the order in which they are."""
    positions = {item.name: position for position, item in enumerate(graph.inputs)}
    return [positions.pop(name) for name in given] + list(positions.values())


def check_names(graph: BoundGraph, given: Iterable[str], *, complete: bool = False) -> None:
    """Checks that names are those of inputs, and with `complete` that none is missing.

    Raises:
        InvalidRun: Every name that is not, or is missing.
    """
    names = [item.name for item in graph.inputs]
    violations = Violations()
    present = set(given)
    for name in sorted(present - set(names)):
        close = violations.nearest(name, names)
        violations.add(
            f"inputs.{name}", f"the name of an input: {close or ', '.join(names) or 'there are none'}", shown(name)
        )
    for item in graph.inputs:
        if complete and item.name not in present:
            violations.add(f"inputs.{item.name}", f"a value for this input: {item.type}", "none")
    if violations:
        raise InvalidRun(violations.all)


def _resolved(steps: StepTypes, resolved: Callable[[Type], Type]) -> StepTypes:
    return tuple(tuple(map(resolved, types)) for types in steps)


class _Renaming:
    """Gives dimensions that nobody named a name where they recur, and none where they do not."""

    def __init__(self, types: Iterable[Type]) -> None:
        counts = Counter(symbol for type_ in types for symbol in _symbols(type_))
        taken = {symbol.name for symbol in counts}
        names = (name for n in range(1, len(counts) + len(taken) + 1) if (name := f"d{n}") not in taken)
        self._names: dict[Symbol, Dimension] = {
            symbol: Symbol(next(names)) if count > 1 else None for symbol, count in counts.items() if is_fresh(symbol)
        }

    def type(self, type_: Type) -> Type:
        if isinstance(type_, TensorType):
            if not type_.symbolic:
                return type_
            return replace(type_, shape=tuple(map(self._dimension, type_.shape or ())))
        if isinstance(type_, TableType):
            return replace(type_, fields=tuple(replace(f, type=self.type(f.type)) for f in type_.fields))
        return type_

    def steps(self, steps: StepTypes) -> StepTypes:
        return tuple(tuple(map(self.type, types)) for types in steps)

    def _dimension(self, dimension: Dimension) -> Dimension:
        if isinstance(dimension, Symbol) and is_fresh(dimension):
            return self._names.get(dimension)
        return dimension


def _symbols(type_: Type) -> Iterator[Symbol]:
    if isinstance(type_, TensorType):
        if type_.symbolic:
            yield from (d for d in type_.shape or () if isinstance(d, Symbol))
    elif isinstance(type_, TableType):
        for field in type_.fields:
            yield from _symbols(field.type)


def is_exact(type_: Type) -> bool:
    """Whether a type says all of a value's type that an operation asks for."""
    if isinstance(type_, TensorType):
        known = type_.dtype is not None and type_.layout is not None and type_.shape is not None
        return known and all(isinstance(d, int) for d in type_.shape or ())
    if isinstance(type_, TableType):
        return type_.closed and all(not f.optional and is_exact(f.type) for f in type_.fields)
    return isinstance(type_, NullType)
