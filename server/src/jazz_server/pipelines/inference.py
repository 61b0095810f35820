"""Type inference over one graph: in one pass over its steps, with all mismatches noted and none noted twice."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final

from jazz.errors import Violation
from jazz_server.engine.mapping import Mapped
from jazz_server.engine.op import Op, Scalar
from jazz_server.kinds.match import match, type_of
from jazz_server.kinds.parts import Resolve
from jazz_server.kinds.types import AnyType, Dimension, KindReference, Mismatch, TableType, TensorType, Type
from jazz_server.kinds.unify import DimensionConflict, Unifier
from jazz_server.pipelines.bound import BoundGraph, BoundStep
from jazz_server.pipelines.check import MAX_STEPS, argument_name
from jazz_server.pipelines.declared import Scope, bare, conflict_words, looked_up, refined
from jazz_server.pipelines.errors import IllTyped
from jazz_server.pipelines.graph import Argument, ConstantRef, InputRef, Literal, StepRef
from jazz_server.pipelines.scalars import scalar_type
from jazz_server.pipelines.typing import StepTypes
from jazz_server.pipelines.violations import Violations

_BUDGET: Final = 2 * MAX_STEPS
"""How many steps are typed at most: loops in loops type their bodies more than once."""


class Session:
    """What is found out about the values of one pipeline."""

    def __init__(self, kinds: Resolve | None) -> None:
        self.unifier = Unifier()
        self.violations = Violations()
        self.kinds = kinds
        self.bodies: dict[str, StepTypes] = {}
        self.typed_bodies: dict[Hashable, tuple[Type, ...]] = {}
        self._typed = 0

    def spend(self) -> None:
        """Counts a step that is typed.

        Raises:
            IllTyped: It is one too many.
        """
        self._typed += 1
        if self._typed > _BUDGET:
            self.violations.add("graphs", f"at most {_BUDGET} steps to be typed", "more, in loops in loops")
            raise IllTyped(self.violations.all)

    def resolved(self, type_: Type) -> Type:
        """The type with all that is known of its dimensions now."""
        if self.unifier.untouched:
            return type_
        if isinstance(type_, TensorType):
            if not type_.symbolic:
                return type_
            return replace(type_, shape=tuple(map(self.unifier.resolve, type_.shape or ())))
        if isinstance(type_, TableType):
            return replace(type_, fields=tuple(replace(f, type=self.resolved(f.type)) for f in type_.fields))
        return type_


class StepInference:
    """What the type rule of one step talks to.

    Attributes:
        session: What is found out so far.
        name: The step, such as "steps[3] matmul".
        faulty: Whether something about the step is wrong.
    """

    def __init__(self, session: Session, name: str, blameless: frozenset[str] = frozenset()) -> None:
        """Begins a step; `blameless` are arguments whose own steps are wrong, so that nothing can be said of them."""
        self.session = session
        self.name = name
        self.faulty = False
        self._blameless = blameless

    def unify(self, field: str, expected: Dimension, found: Dimension) -> Dimension:
        """The dimension that both are; a mismatch is noted when they cannot be the same, and `expected` is given."""
        try:
            return self.session.unifier.unify(expected, found, f"{self.name}.{field}")
        except DimensionConflict as conflict:
            self.mismatch(field, *conflict_words(conflict))
            return expected

    def fresh(self) -> Dimension:
        """A dimension that nothing is known of and that is equal to no other."""
        return self.session.unifier.fresh()

    def mismatch(self, field: str, expected: str, found: str) -> None:
        """Notes one thing that is wrong."""
        self.faulty = True
        if field.split(".")[0] not in self._blameless:
            self.session.violations.add(f"{self.name}.{field}" if field else self.name, expected, found)

    def suggestion(self, name: str, known: Iterable[str]) -> str:
        """A question that names what is spelled like `name`, or "": also where nobody hears of it."""
        return self.session.violations.suggestion(name, known)


@dataclass(frozen=True, slots=True)
class GraphTypes:
    """The types in a graph."""

    steps: StepTypes
    outputs: tuple[Type, ...]


def infer_arguments(
    session: Session,
    graph: BoundGraph,
    declared: Sequence[Type],
    given: Sequence[Type | Scalar | None],
    prefix: str,
    order: Sequence[int] | None = None,
    *,
    computed: bool,
) -> list[Type | Scalar]:
    """What steps see of the inputs of a graph: what is declared, refined by what is given.

    Args:
        session: What is found out so far.
        graph: The graph.
        declared: What its inputs take, kinds looked up.
        given: The types of the values that inputs have; None where nothing is given.
        prefix: What violations call the inputs, such as "inputs.".
        order: The positions of the inputs in the order in which they are looked at: of two that contradict each
            other, the later one is blamed.
        computed: Whether the values are what steps compute, whose units are not known.
    """
    arguments: list[Type | Scalar] = [*declared]
    for position in range(len(declared)) if order is None else order:
        item = graph.inputs[position]
        taken = _Taken(item.type, declared[position], f"{prefix}{item.name}", computed)
        arguments[position] = _argument(session, taken, given[position])
    return arguments


@dataclass(frozen=True, slots=True)
class _Taken:
    """One input: how it is declared, what that is once kinds are looked up, and what violations call it."""

    declared: Type
    type: Type
    field: str
    computed: bool

    @property
    def kind(self) -> str:
        """The kind that it is declared with, "" if it is none that is there."""
        named = isinstance(self.declared, KindReference) and not isinstance(self.type, AnyType)
        return str(self.declared) if named else ""


def _argument(session: Session, takes: _Taken, has: Type | Scalar | None) -> Type | Scalar:
    """What steps see of one input."""
    if has is None:
        return bare(takes.type)
    if isinstance(has, AnyType | TensorType | TableType) or not isinstance(has, bool | int | float | str):
        return _received(session, takes, has)
    found = match(takes.type, scalar_type(has), computed=True, suggestions=session.violations.suggestions)
    return bare(takes.type) if _note(session, takes.field, found.mismatches, takes.kind) else has


def _received(session: Session, takes: _Taken, has: Type) -> Type:
    """What steps see of a value."""
    if isinstance(takes.type, AnyType):
        return has
    # Of a field that several kinds ask for, the looked up type has what the first says; the kind asks for everything.
    asked = takes.declared if takes.kind else takes.type
    found = match(asked, has, session.kinds, computed=takes.computed, suggestions=session.violations.suggestions)
    if _note(session, takes.field, found.mismatches, takes.kind):
        return bare(takes.type)
    mismatches: list[Mismatch] = []
    seen = refined(takes.type, has, session.unifier, mismatches.append, takes.field)
    for mismatch in mismatches:
        session.violations.add(mismatch.field, mismatch.expected, mismatch.found)
    return seen


def _note(session: Session, field: str, mismatches: Sequence[Mismatch], kind: str = "") -> bool:
    said = f", as the kind {kind} says" if kind else ""
    session.violations.add_all(
        Violation(f"{field}.{m.field}" if m.field else field, f"{m.expected}{said}", m.found) for m in mismatches
    )
    return bool(mismatches)


def declared_types(session: Session, graph: BoundGraph, prefix: str, *, shared: bool) -> list[Type]:
    """What the inputs of a graph take, with kinds looked up; `shared` symbols are those of the pipeline."""
    scope = Scope(session.unifier, shared=shared)
    declared = []
    for item in graph.inputs:
        mismatches: list[Mismatch] = []
        declared.append(looked_up(item.type, session.kinds, scope, mismatches.append))
        _note(session, f"{prefix}{item.name}", mismatches)
    return declared


def infer_graph(
    session: Session, graph: BoundGraph, arguments: Sequence[Type | Scalar], prefix: str = ""
) -> GraphTypes:
    """The types of all values of a graph, for what is known of its inputs. Linear in the graph."""
    return _GraphInference(session, graph, arguments, prefix).run()


class _GraphInference:
    def __init__(self, session: Session, graph: BoundGraph, arguments: Sequence[Type | Scalar], prefix: str) -> None:
        self._session = session
        self._graph = graph
        self._arguments = arguments
        self._prefix = prefix
        self._constants = [type_of(constant) for constant in graph.constants]
        self._types: list[tuple[Type, ...]] = []
        self._faulty: set[int] = set()

    def run(self) -> GraphTypes:
        for position, step in enumerate(self._graph.steps):
            self._session.spend()
            self._types.append(self._step(position, step))
        outputs = []
        for position, output in enumerate(self._graph.outputs):
            inference = StepInference(self._session, f"{self._prefix}outputs[{position}] {output.name}")
            known = self._known(output.source, inference)
            outputs.append(scalar_type(known) if isinstance(known, bool | int | float | str) else known)
        if self._session.unifier.untouched:
            return GraphTypes(tuple(self._types), tuple(outputs))
        resolved = self._session.resolved
        return GraphTypes(tuple(tuple(map(resolved, types)) for types in self._types), tuple(map(resolved, outputs)))

    def _step(self, position: int, step: BoundStep) -> tuple[Type, ...]:
        inference = StepInference(self._session, f"{self._prefix}{step.name}", self._blameless(step))
        arguments = [self._known(a, inference, step, index) for index, a in enumerate(step.arguments)]
        settled = settled_types(step, arguments)
        if settled is not None:
            return settled
        types = step.op.infer(inference, arguments, step.settings)
        if inference.faulty:
            self._faulty.add(position)
            return (AnyType(),) * len(types)
        return types

    def _blameless(self, step: BoundStep) -> frozenset[str]:
        """The arguments whose own steps are wrong."""
        if not self._faulty:
            return frozenset()
        wrong = [n for n, a in enumerate(step.arguments) if isinstance(a, StepRef) and a.step in self._faulty]
        names = [argument_name(step.op, index) for index in wrong]
        return frozenset((*names, *(name.split("[")[0] for name in names)))

    def _known(
        self, source: Argument, inference: StepInference, step: BoundStep | None = None, index: int = 0
    ) -> Type | Scalar:
        """What is known of an argument of a step, or of an output, now."""
        if isinstance(source, Literal):
            return source.value
        if isinstance(source, ConstantRef):
            return self._constants[source.constant]
        if isinstance(source, InputRef):
            return self._now(self._arguments[source.input], step)
        types = self._types[source.step]
        if source.output >= len(types):
            field = "" if step is None else argument_name(step.op, index)
            found = f"output {source.output} of step {source.step}"
            inference.mismatch(field, f"output 0 to {len(types) - 1} of step {source.step}", found)
            return AnyType()
        return self._now(types[source.output], step)

    def _now(self, known: Type | Scalar, step: BoundStep | None) -> Type | Scalar:
        """The type of an argument with what was found out since, as far as the step asks for it."""
        if isinstance(known, TensorType) or (isinstance(known, TableType) and (step is None or not step.op.picks)):
            return self._session.resolved(known)
        return known


def settled_types(step: BoundStep, arguments: Sequence[Type | Scalar]) -> tuple[Type, ...] | None:
    """The types of the results where they follow from the operation, its settings and arguments alone.

    None where something is wrong, or dimensions are symbols, whose meaning depends on the other steps. What is found is
    kept: most steps of a new pipeline are on types that an operation has been asked about before.
    """
    if isinstance(step.op.run, Mapped):
        arguments = step.op.run.alike(arguments)
    values: tuple[Any, ...] = (*arguments, *step.settings.values())
    for value in values:
        if isinstance(value, TensorType):
            if value.symbolic:
                return None
        elif type(value) not in _PLAIN and not (isinstance(value, float) and value != 0):
            return None
    return _settled(step.op, tuple(step.settings), len(arguments), *values)


_PLAIN: Final = frozenset((bool, int, str, type(None)))
"""The types of settings and literals of which no two that are equal are different, as 0.0 and -0.0 are."""


@lru_cache(8192, typed=True)
def _settled(op: Op, names: tuple[str, ...], arity: int, *values: Any) -> tuple[Type, ...] | None:
    session = Session(None)
    types = op.infer(StepInference(session, ""), values[:arity], dict(zip(names, values[arity:], strict=True)))
    settled = all(isinstance(type_, TensorType) and not type_.symbolic for type_ in types)
    return types if settled and not session.violations else None
