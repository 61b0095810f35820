"""What a traced function leaves behind: steps that refer to inputs, to each other, to constants and to literals.

A `Trace` stands for one run of a function that is being turned into a graph; a body of a loop has one of its own, whose
`parent` is the trace that it is written in. Steps may refer to sources of their own trace and of those around it: what
they take from outside becomes an input of the sub-graph (see `canonical`).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import FrameType
from typing import Final, TypeAlias

from jazz import codec, convert
from jazz.graph.errors import TracingError, tracing_error
from jazz.graph.types import Any, Type
from jazz.v1 import value_pb2

MAX_CONSTANT_BYTES: Final = 1 << 20
"""What all constants of a pipeline may take together."""

INPUT_TYPE: Final = Any
"""The type of an input that is not annotated."""

_PACKAGE: Final = str(Path(__file__).parent)

Scalar: TypeAlias = bool | int | float | str
"""A literal: it takes its type from what it meets, as a Python scalar does in numpy."""


@dataclass(frozen=True, slots=True)
class InputOf:
    """An input of a trace."""

    trace: Trace
    index: int


@dataclass(frozen=True, slots=True)
class OutputOf:
    """An output of a step."""

    step: Step
    index: int

    @property
    def trace(self) -> Trace:
        """The trace that the step is in."""
        return self.step.trace


@dataclass(frozen=True, slots=True, eq=False)
class Constant:
    """A value that travels with the pipeline. Equal ones of a pipeline are one object."""

    message: value_pb2.InlineValue


Source: TypeAlias = InputOf | OutputOf | Constant | Scalar
"""Where an argument of a step comes from."""


@dataclass(frozen=True, slots=True, eq=False)
class SubGraph:
    """A graph that is a setting of a step.

    Attributes:
        trace: The trace of its steps.
        inputs: The names and types of its inputs, those for captured sources last.
        captured: The sources around it that it uses: the last inputs stand for them.
        outputs: What it gives, by name.
    """

    trace: Trace
    inputs: tuple[tuple[str, Type], ...]
    captured: tuple[Source, ...]
    outputs: tuple[tuple[str, Source], ...]


Setting: TypeAlias = Scalar | tuple[Scalar, ...] | SubGraph
"""The value of a setting of a step."""


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """An operation applied to sources.

    Attributes:
        trace: The trace that it is in.
        op: The name of the operation.
        arguments: What it is applied to.
        settings: Settings that are not at their defaults, sorted by name.
        where: The line of the program that made it, such as "model.py:12".
        op_version: The version of the operation; 0 for the latest.
    """

    trace: Trace
    op: str
    arguments: tuple[Source, ...]
    settings: tuple[tuple[str, Setting], ...]
    where: str
    op_version: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """One run of a function that is being turned into a graph.

    Attributes:
        name: The name of the function.
        parent: The trace that it is written in, for the body of a loop.
        constants: The constants of the outermost trace, by their bytes.
        folder: The current folder when it began, which lines are shown relative to.
        inputs: The types that its inputs are declared to have; none for the body of a loop.
        starts: What the states of a loop are before the first turn, for its body.
    """

    name: str
    parent: Trace | None = None
    constants: dict[tuple[bytes, bytes], Constant] = field(default_factory=dict)
    folder: str = field(default_factory=os.getcwd)
    inputs: tuple[Type, ...] = ()
    starts: tuple[Source, ...] = ()

    def encloses(self, other: Trace) -> bool:
        """Whether `other` is this trace or one inside it."""
        inner: Trace | None = other
        while inner is not None:
            if inner is self:
                return True
            inner = inner.parent
        return False

    def constant(self, value: object) -> Constant:
        """The constant for an array or anything else that `jazz.convert` makes a value of.

        Raises:
            TracingError: It is too large for a constant.
        """
        encoded = codec.encode(convert.to_value(value))
        if encoded.body_bytes > MAX_CONSTANT_BYTES:
            raise constants_too_large(encoded.body_bytes)
        return self.keep(value_pb2.InlineValue(header=encoded.header, body=encoded.body()))

    def keep(self, message: value_pb2.InlineValue) -> Constant:
        """The constant for an encoded value: the same object whenever the bytes are the same."""
        outermost = self
        while outermost.parent is not None:
            outermost = outermost.parent
        key = (message.header.SerializeToString(deterministic=True), message.body)
        return outermost.constants.setdefault(key, Constant(message))


_current: ContextVar[Trace | None] = ContextVar("jazz.graph.trace", default=None)


def current() -> Trace | None:
    """The trace that is under way."""
    return _current.get()


@contextmanager
def under_way(trace: Trace) -> Iterator[None]:
    """Makes a trace the one that is under way."""
    token = _current.set(trace)
    try:
        yield
    finally:
        _current.reset(token)


def constants_too_large(nbytes: int) -> TracingError:
    """The error for constants that belong into a block."""
    return tracing_error(
        "constants",
        f"at most {MAX_CONSTANT_BYTES} bytes in all constants of a pipeline",
        f"{nbytes} bytes",
        "the constants are too large: store the array as a block and make it an input; then pass the block's handle, "
        "db['space/name'], where the pipeline is run, or name the block with bind={...} where it is stored",
    )


def caller(folder: str) -> str:
    """The line of the program that is being traced: "file:line", relative to a folder if it lies there.

    Raises:
        TracingError: It is a line of numpy's, which goes through a list of values as if they were numbers.
    """
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        file = frame.f_code.co_filename
        if not file.startswith(_PACKAGE):
            if frame.f_globals.get("__name__", "").startswith("numpy."):
                # np.sum([a, b]) is a number where a and b are arrays, but numpy would add a and b element by element.
                raise TracingError(
                    "values of a pipeline cannot stand in a list that is passed to numpy, which takes each of them for "
                    "a number; use jazz.ops.stack([a, b]) in the place of the list with an operation of jazz.ops, or "
                    "a + b and the like"
                )
            return f"{_shown(file, folder)}:{frame.f_lineno}"
        frame = frame.f_back
    return ""


@lru_cache(256)
def _shown(file: str, here: str) -> str:
    path = Path(file)
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
