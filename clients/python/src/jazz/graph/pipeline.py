"""`@jazz.pipeline`: a function becomes a typed graph."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Annotated, Any, get_args, get_origin, overload

from jazz._outputs import Outputs
from jazz.errors import InvalidArgument, JazzError
from jazz.graph import listing
from jazz.graph.canonical import embedded, encode, inline
from jazz.graph.errors import TracingError, tracing_error
from jazz.graph.node import Node, Operand
from jazz.graph.own_symbols import with_own_symbols
from jazz.graph.positions import position
from jazz.graph.sources import source_of
from jazz.graph.trace import INPUT_TYPE, InputOf, Source, SubGraph, Trace, current, under_way
from jazz.graph.types import EXPECTED_TYPE, Type, as_type, from_message
from jazz.v1 import pipelines_pb2


@dataclass(frozen=True, repr=False, eq=False)
class Pipeline:
    """A typed graph of operations: what `@jazz.pipeline` makes of a function.

    `db.run(pipeline, x=...)` runs it, `db.pipelines.put("space/name", pipeline)` stores it. Called inside another
    pipeline's function, it becomes part of that one. Two pipelines are equal when their messages are the same bytes.

    Attributes:
        name: The name of the function; not part of the message.
        message: The message of the contract, in its canonical form. It is not to be changed.
        settings: Parameters of the function that are no inputs, and the defaults that it was traced with.
    """

    name: str
    message: pipelines_pb2.Pipeline
    _lines: tuple[str, ...] = ()
    _sub_lines: tuple[tuple[str, ...], ...] = ()
    settings: Mapping[str, object] = field(default_factory=dict)

    @classmethod
    def from_message(cls, message: pipelines_pb2.Pipeline, name: str = "pipeline") -> Pipeline:
        """The pipeline for a message, such as that of a stored pipeline."""
        lines = tuple("" for _ in message.graph.steps)
        return cls(name, message, lines, tuple(tuple("" for _ in graph.steps) for graph in message.graphs))

    @property
    def doc(self) -> str:
        """What it is for."""
        return self.message.doc

    @property
    def inputs(self) -> Mapping[str, Type]:
        """Its inputs in their order, and their types."""
        return MappingProxyType({item.name: from_message(item.type) for item in self.message.graph.inputs})

    @property
    def outputs(self) -> tuple[str, ...]:
        """The names of its outputs in their order."""
        return tuple(item.name for item in self.message.graph.outputs)

    def source_of(self, step: int, *, graph: int | None = None) -> str | None:
        """The line of the program that made a step, such as "model.py:12"; None where it is not known.

        Args:
            step: The step, counted from 0, as in `message.graph.steps`.
            graph: The sub-graph that it is in, counted from 0; the graph itself when None.
        """
        lines = self._lines if graph is None else self._sub_lines[graph] if graph < len(self._sub_lines) else ()
        return lines[step] or None if 0 <= step < len(lines) else None

    def line_of(self, field: str) -> str | None:
        """The line of the program for a field that a server found fault with, such as "steps[3] matmul.a".

        None where the field names no step, or the line is not known.
        """
        found = position(field, self.message)
        return None if found is None else self.source_of(found[1], graph=found[0])

    def located(self, error: JazzError) -> JazzError:
        """The same error, with the line of the program at every violation whose line is known."""
        lines = [self.line_of(violation.field) for violation in error.violations]
        if not any(lines):
            return error
        violations = [
            violation if line is None else replace(violation, field=f"{violation.field} (at {line})")
            for violation, line in zip(error.violations, lines, strict=True)
        ]
        return type(error)(error.message, reason=error.reason, metadata=error.metadata, violations=violations)

    def __bytes__(self) -> bytes:
        return self.message.SerializeToString(deterministic=True)

    def __eq__(self, other: object) -> bool:
        return bytes(self) == bytes(other) if isinstance(other, Pipeline) else NotImplemented

    def __hash__(self) -> int:
        return hash(bytes(self))

    def __call__(self, *args: Operand, **kwargs: Operand) -> Any:
        """Writes its steps into the pipeline that is being traced.

        Returns:
            A node, or for several outputs the nodes as `Outputs`: a tuple that knows names, too.

        Raises:
            TracingError: No function is being traced, or the arguments are not its inputs.
        """
        trace = current()
        if trace is None:
            raise tracing_error(
                self.name,
                f"db.run({self.name}, ...), or a call inside another pipeline",
                "a call outside of a pipeline",
                "a pipeline runs on a server; calling it as a function makes it part of another pipeline",
            )
        arguments = [source_of(value, trace) for value in self.bound(args, kwargs)]
        outputs = inline(self.message, arguments, trace, self._lines, self._sub_lines)
        nodes = [Node(trace, source) for _, source in outputs]
        return nodes[0] if len(nodes) == 1 else Outputs(self.outputs, nodes)

    def bound(self, args: tuple[Operand, ...], kwargs: Mapping[str, Operand]) -> list[Operand]:
        """The values of its inputs in their order, given by position and by name as to a function.

        Raises:
            TracingError: One is missing, or there is none of that name.
        """
        names = list(self.inputs)
        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
        signature = inspect.Signature([inspect.Parameter(name, kind) for name in names])
        for name in kwargs:
            if name in self.settings and name not in names:
                found = f"{name}={kwargs[name]!r}"
                raise tracing_error(name, f"the value that was traced, {self.settings[name]!r}", found)
        try:
            return list(signature.bind(*args, **kwargs).arguments.values())
        except TypeError as error:
            raise tracing_error(f"{self.name}(...)", f"the inputs {', '.join(names) or 'none'}", str(error)) from None

    def within(self, trace: Trace) -> SubGraph:
        """The pipeline as a sub-graph of another one that is being traced."""
        return embedded(self.message, trace, self._lines, self._sub_lines)

    def __str__(self) -> str:
        return listing.text(self.name, self.message)

    def __repr__(self) -> str:
        steps = len(self.message.graph.steps)
        return f"<Pipeline {listing.head(self.name, self.message)}, {steps} step{'' if steps == 1 else 's'}>"

    def _repr_html_(self) -> str:
        return listing.html(self.name, self.message, self._lines)


@overload
def pipeline(
    function: Callable[..., object], *, inputs: Mapping[str, Type | str] | None = None, doc: str | None = None
) -> Pipeline: ...
@overload
def pipeline(
    *, inputs: Mapping[str, Type | str] | None = None, doc: str | None = None
) -> Callable[[Callable[..., object]], Pipeline]: ...
def pipeline(
    function: Callable[..., object] | None = None,
    *,
    inputs: Mapping[str, Type | str] | None = None,
    doc: str | None = None,
) -> Pipeline | Callable[[Callable[..., object]], Pipeline]:
    """Makes a pipeline of a function by calling it once with values that note what is done with them.

    Parameters without a default are inputs; their annotations are types (see `jazz.graph.types`), those without are
    `jazz.Any`. A parameter with a default is no input: the function gets the default itself, and numbers and arrays
    that it computes with become literals and constants.

    What the function returns are the outputs: one value is the output `result`; the values of a tuple are `result_0`,
    `result_1`, ...; those of a dict or a named tuple have its names.

    Args:
        function: The function.
        inputs: Names and types of inputs (or the texts of types, such as "float32[n]" or "lab/photo"), in place of
            annotations, and for what a function takes as `**kwargs`.
        doc: What it is for; the function's docstring when None.

    Raises:
        TracingError: The function cannot become a pipeline as it is written.

    >>> @jazz.pipeline
    ... def classify(x: jazz.Csr["rows", 1024], w: jazz.Csr[1024, "classes"], b: jazz.Dense["classes"]):
    ...     return jazz.ops.topk(jazz.ops.relu(x @ w + b), 3)
    >>> print(classify)
    classify(x: jazz.Csr['rows', 1024], w: jazz.Csr[1024, 'classes'], b: jazz.Dense['classes']) -> values, indices
      %0 = matmul(x, w)
      %1 = add(%0, b)
      %2 = relu(%1)
      %3 = topk(%2, k=3)
      values = %3[0]
      indices = %3[1]
    """
    names = sys._getframe(1).f_locals
    if function is None:
        return lambda decorated: _pipeline(decorated, inputs, doc, names)
    return _pipeline(function, inputs, doc, names)


def _pipeline(
    function: Callable[..., object],
    given: Mapping[str, Type | str] | None,
    doc: str | None,
    names: Mapping[str, object],
) -> Pipeline:
    if isinstance(function, Pipeline):
        raise tracing_error("pipeline", "a function", f"the pipeline {function.name}")
    if not callable(function):
        raise tracing_error("pipeline", "a function", f"{function!r} ({type(function).__name__})")
    name: str = getattr(getattr(function, "func", function), "__name__", type(function).__name__)
    if inspect.iscoroutinefunction(function) or inspect.isgeneratorfunction(function):
        raise tracing_error(name, "a plain function", "an asynchronous function or a generator")
    types, defaults, positional = _signature(function, name, dict(given or {}), names)
    trace = Trace(name, inputs=tuple(types.values()))
    with under_way(trace):
        nodes = {input_: Node(trace, InputOf(trace, index)) for index, input_ in enumerate(types)}
        first = [nodes[input_] for input_ in positional]
        rest = {input_: node for input_, node in nodes.items() if input_ not in positional}
        outputs = _outputs(function(*first, **rest), trace, name)
    text = doc if doc is not None else inspect.getdoc(function) if inspect.isroutine(function) else None
    encoded = encode(trace, list(types.items()), outputs, text or "")
    return Pipeline(name, encoded.message, encoded.lines, tuple(encoded.sub_lines), defaults)


def _signature(
    function: Callable[..., object], name: str, written: dict[str, Type | str], names: Mapping[str, object]
) -> tuple[dict[str, Type], dict[str, object], list[str]]:
    """Inputs and their types; parameters that are not inputs and their defaults; inputs that are positional only."""
    for input_ in written:
        if not isinstance(input_, str) or not input_.isidentifier():
            raise tracing_error("inputs", "identifiers as names", repr(input_))
    given = {input_: as_type(entry, f"inputs[{input_!r}]") for input_, entry in written.items()}
    types: dict[str, Type] = {}
    defaults: dict[str, object] = {}
    positional: list[str] = []
    takes_more = False
    for parameter in _parameters(function, name):
        if parameter.kind is parameter.VAR_POSITIONAL:
            raise tracing_error(
                f"*{parameter.name}", "parameters with names, or **kwargs with inputs={...}", f"*{parameter.name}"
            )
        if parameter.kind is parameter.VAR_KEYWORD:
            takes_more = True
        elif parameter.name in given or parameter.default is parameter.empty:
            annotated = _annotated(parameter, function, names)
            types[parameter.name] = given.pop(parameter.name, annotated)
            if parameter.kind is parameter.POSITIONAL_ONLY:
                positional.append(parameter.name)
        else:
            defaults[parameter.name] = parameter.default
    if given and not takes_more:
        raise tracing_error("inputs", f"parameters of {name}", f"{', '.join(given)}, which it does not take")
    if takes_more and not given:
        raise tracing_error("**kwargs", "the names of the inputs, as inputs={...}", "none")
    return with_own_symbols(types | given), defaults, positional


def _parameters(function: Callable[..., object], name: str) -> Iterable[inspect.Parameter]:
    try:
        return inspect.signature(function).parameters.values()
    except ValueError:
        raise tracing_error(
            name, "a function written in Python", f"{function!r}, whose parameters are not known"
        ) from None


def _annotated(parameter: inspect.Parameter, function: Callable[..., object], names: Mapping[str, object]) -> Type:
    annotation = parameter.annotation
    where = f"annotation of {parameter.name}"
    if isinstance(annotation, str):
        scope = getattr(inspect.unwrap(getattr(function, "func", function)), "__globals__", {})
        for _ in range(2):  # a text in a module with `from __future__ import annotations` is a text of a text
            if isinstance(annotation, str):
                annotation = _evaluated(annotation, where, scope, names)
    if get_origin(annotation) is Annotated:
        annotation = next((item for item in get_args(annotation) if isinstance(item, Type | str)), annotation)
    if annotation is parameter.empty or annotation is Node or annotation is object or annotation is Any:
        return INPUT_TYPE
    return as_type(annotation, where)


def _evaluated(annotation: str, where: str, scope: dict[str, Any], names: Mapping[str, object]) -> object:
    """What an annotation says: as the text of a type, or, where it says none, as Python."""
    try:
        return as_type(annotation, where)
    except InvalidArgument as error:
        unread = error.violations[0]
    try:
        return eval(annotation, scope, dict(names))
    except TracingError:
        raise
    except Exception as error:  # whatever a text raises, it is no type
        found = f"{annotation!r}, which raises {type(error).__name__}: {error} (as a text, {unread})"
        raise tracing_error(where, EXPECTED_TYPE, found) from error


def _outputs(result: object, trace: Trace, name: str) -> list[tuple[str, Source]]:
    match result:
        case None:
            raise tracing_error("result", "what the pipeline gives", "None", f"{name} returns nothing")
        case Mapping():
            items: list[tuple[object, object]] = list(result.items())
        case Outputs():
            items = list(result.items())
        case tuple() if hasattr(result, "_fields"):
            items = list(zip(result._fields, result, strict=True))
        case tuple() | list():
            items = [(f"result_{index}", value) for index, value in enumerate(result)]
        case _:
            items = [("result", result)]
    if not items:
        raise tracing_error("result", "what the pipeline gives", f"an empty {type(result).__name__}")
    return list(_named(items, trace))


def _named(items: Iterable[tuple[object, object]], trace: Trace) -> Iterable[tuple[str, Source]]:
    for name, value in items:
        if not isinstance(name, str) or not name.isidentifier():
            raise tracing_error("result", "identifiers as names of outputs", repr(name))
        if value is None or isinstance(value, tuple | list | Mapping):
            raise tracing_error(f"result {name}", "one value for each output", _described(value))
        source = source_of(value, trace)
        yield name, trace.constant(source) if isinstance(source, bool | int | float | str) else source


def _described(value: object) -> str:
    return f"{value!r} ({type(value).__name__})"
