"""What an operation is: the seam between the catalogue and everything that types, explains and runs pipelines.

An `Op` is a record of plain functions. `infer` says what comes out for what is known of what goes in, `cost` about how
much work that is, `run` computes it. None of them knows where values come from or where they go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from math import prod
from typing import Any, Protocol, TypeAlias

from jazz.values import Value
from jazz_server.kinds.types import Dimension, Type

Scalar: TypeAlias = bool | int | float | str
"""A literal in a pipeline. It takes the type of its neighbours: it never widens a tensor within its family."""


class SubGraph(Protocol):
    """A graph that is a setting of an operation, such as the body of a loop."""

    @property
    def arity(self) -> int:
        """How many values it takes."""
        ...

    @property
    def outputs(self) -> int:
        """How many values it gives."""
        ...

    def infer(self, inference: Inference, arguments: Sequence[Type]) -> tuple[Type, ...]:
        """The types of its outputs; mismatches inside are noted with the names of its own steps."""
        ...

    def run(self, run: Run, arguments: Sequence[Value]) -> tuple[Value, ...]:
        """Its outputs."""
        ...


Setting: TypeAlias = Scalar | tuple[Scalar, ...] | SubGraph
"""The value of a parameter."""

Settings: TypeAlias = Mapping[str, Setting]
"""The parameters of a step with defaults filled in."""


class Inference(Protocol):
    """What a type rule talks to: it unifies dimensions and notes what is wrong, all of it, without stopping."""

    def unify(self, field: str, expected: Dimension, found: Dimension) -> Dimension:
        """The dimension that both are; a mismatch is noted when they cannot be the same, and `expected` is given."""
        ...

    def fresh(self) -> Dimension:
        """A dimension that nothing is known of and that is equal to no other."""
        ...

    def mismatch(self, field: str, expected: str, found: str) -> None:
        """Notes one thing that is wrong. `field` is the name of an argument or parameter."""
        ...

    def suggestion(self, name: str, known: Iterable[str]) -> str:
        """A question that names what is spelled like `name`, such as " (did you mean x?)", or ""."""
        ...


class Run(Protocol):
    """What a computation talks to while it runs."""

    def checkpoint(self) -> None:
        """Called between kernels and in every turn of a loop: raises when the run is cancelled or out of time."""
        ...


@dataclass(frozen=True, slots=True)
class Parameter:
    """A setting of an operation.

    Attributes:
        name: Its name.
        type: What it takes, in words: "int", "float", "bool", "str", "axis", "axes" (one or several), "dtype", "graph",
            "ints", "floats", "strs"; alternatives as "float|str".
        doc: What it does.
        required: Whether it must be given.
        default: What it is when it is not given; None for "not set".
    """

    name: str
    type: str
    doc: str
    required: bool = False
    default: Setting | None = None


@dataclass(frozen=True, slots=True)
class Size:
    """How large a value is. What is not known is NaN, and so is all that is computed from it.

    Attributes:
        shape: The length of each dimension; () for a literal and for a table.
        stored: How many elements are stored: all of a dense tensor, the entries of a sparse one.
        bytes: What its buffers take.
        sparse: Whether it is sparse.
    """

    shape: tuple[float, ...]
    stored: float
    bytes: float
    sparse: bool = False

    @property
    def elements(self) -> float:
        """How many elements it has, stored or not."""
        return prod(self.shape)


@dataclass(frozen=True, slots=True)
class Cost:
    """About how much work a step is, before it runs. It decides nothing about answers.

    Attributes:
        flops: Operations on numbers; a multiplication with its addition is two.
        bytes: What is read from memory and written to it; when None, each argument is read once and each result
            written once.
        stored: How many entries are stored of each sparse result; when None, as many as of the argument with most.
    """

    flops: float
    bytes: float | None = None
    stored: float | None = None


CostSettings: TypeAlias = Mapping[str, Setting | Cost]
"""The parameters of a step as its cost sees them: in the place of a sub-graph is the cost of running that once."""


@dataclass(frozen=True, slots=True)
class Host:
    """The library that an operation runs inside of.

    Attributes:
        library: What is called, such as "scipy.sparse.linalg.svds". `run` imports it: the server starts without.
        memory: The bytes that it takes at most besides its arguments, its results included. A run that may not have
            that many is refused before the library is called.
        cancellable: Whether `run` comes back to ask whether the run is to stop.
    """

    library: str
    memory: Callable[[Sequence[Size], Settings], float]
    cancellable: bool = False


class Flow(Enum):
    """What becomes of rows: results lie along them, or each part of the rows gives a part of the result."""

    ROWS = "rows"
    SUM = "sum"
    PRODUCT = "product"
    MEAN = "mean"
    MAXIMUM = "maximum"
    MINIMUM = "minimum"
    ANY = "any"
    ALL = "all"


RowRule: TypeAlias = Callable[[Sequence[bool], Sequence[Type | Scalar], Settings], Flow | None]
"""What an operation makes of rows, for which of its arguments lie along them (at least one does), their types and the
settings. Row i of a result depends on row i of those arguments only and on the others as a whole; None when it does
not."""


@dataclass(frozen=True, slots=True, eq=False)
class Op:
    """A typed operation. Two of them are equal when they are the same object.

    Attributes:
        name: Its name, as in scipy or the array API.
        version: Its version: raised when its answers change.
        signature: Its signature for people, such as "matmul(a[m, k], b[k, n]) -> [m, n]".
        doc: What it does, with the formula and its source.
        arguments: The names of its arguments; a last one that starts with "*" takes any number.
        optional_arguments: How many of the arguments, counted from the end, may be left out.
        results: The names of its results.
        parameters: Its settings.
        infer: The types of the results, from what is known of the arguments (types, or scalars for literals). It notes
            mismatches and always gives as many types as there are results (`AnyType()` where nothing is known).
        run: The results, from values (or scalars for literals) that `infer` has found no fault with. It may raise
            `jazz_server.engine.errors.OpError` for what shows only in the data.
        host: The library that it runs inside of; None when it is native: machine code without the interpreter lock.
        missing: What it does with missing elements, in a sentence.
        cost: About how much work it is, from the sizes of arguments and results; asked when all of them are values
            whose rank is known. None: one operation for each element that is stored.
        work: The cost in words, such as "O(multiplications)".
        since: The version of Jazz that it is there since.
        rows: What it makes of rows of its arguments; None when it never works on each row for itself.
        picks: Whether all that `infer` does with a table is to pick a field. It is given tables as they were typed,
            without what was found out about their dimensions since, so that no step goes through all fields.
    """

    name: str
    version: int
    signature: str
    doc: str
    arguments: tuple[str, ...]
    results: tuple[str, ...]
    infer: Callable[[Inference, Sequence[Type | Scalar], Settings], tuple[Type, ...]]
    run: Callable[[Run, Sequence[Any], Settings], tuple[Value, ...]]
    parameters: tuple[Parameter, ...] = ()
    optional_arguments: int = 0
    host: Host | None = None
    missing: str = ""
    cost: Callable[[Sequence[Size], CostSettings, Sequence[Size]], Cost] | None = None
    work: str = "O(elements stored)"
    since: str = "0.1"
    rows: RowRule | None = None
    picks: bool = False

    @property
    def native(self) -> bool:
        """Whether it runs as machine code without the interpreter lock, rather than inside a library."""
        return self.host is None
