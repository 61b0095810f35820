"""What the server tells of the operations that pipelines are made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from jazz import _show
from jazz.v1 import pipelines_pb2


@dataclass(frozen=True, slots=True)
class OpParameter:
    """A setting of an operation.

    Attributes:
        name: Its name.
        type: What it takes: "int", "axis", "axes" (one or several), "float|str", ...
        required: Whether it must be given.
        default: Its default; None when it is not set unless it is given.
        doc: What it does.
    """

    name: str
    type: str
    required: bool
    default: str | None
    doc: str

    def __str__(self) -> str:
        default = "required" if self.required else "not set" if self.default is None else f"default {self.default}"
        return f"{self.type}, {default}: {self.doc}"


@dataclass(frozen=True, slots=True, repr=False)
class OpInfo:
    """An operation that pipelines are made of.

    Attributes:
        name: Its name.
        version: Its version.
        signature: Its signature, such as "matmul(a[m, k], b[k, n]) -> [m, n]".
        doc: What it does, with the formula.
        arguments: The names of its arguments; a last one that starts with "*" takes any number.
        optional_arguments: How many of the arguments, counted from the last, may be left out.
        results: The names of its results; one that starts with "*" stands for several.
        parameters: Its settings.
        library: The library that it runs inside of; None when it is machine code without the interpreter lock.
        cancellable: Whether a run that is inside of it can be stopped.
        missing: What it does with missing elements.
        work: About how much work it is, such as "O(multiplications)".
        since: The version of Jazz that it is there since.
    """

    name: str
    version: int
    signature: str
    doc: str
    arguments: tuple[str, ...]
    optional_arguments: int
    results: tuple[str, ...]
    parameters: tuple[OpParameter, ...]
    library: str | None
    cancellable: bool
    missing: str
    work: str
    since: str

    @property
    def native(self) -> bool:
        """Whether it runs as machine code without the interpreter lock, rather than inside a library."""
        return self.library is None

    @property
    def runs_as(self) -> str:
        """How it runs, in words."""
        if self.library is None:
            return "machine code"
        return f"{self.library}{'' if self.cancellable else ', which cannot be cancelled'}"

    def rows(self) -> Iterator[tuple[str, str]]:
        """All that is known of it, one after the other, each with what it is."""
        yield "about", self.doc
        yield "missing elements", self.missing
        yield "results", ", ".join(self.results)
        yield "runs as", self.runs_as
        yield "work", self.work
        yield "since", f"Jazz {self.since}, version {self.version}"
        yield from ((parameter.name, str(parameter)) for parameter in self.parameters)

    def __repr__(self) -> str:
        return f"<OpInfo {self.signature}>"

    def _repr_html_(self) -> str:
        return _show.html_table(self.signature, list(self.rows()))


def op_info(message: pipelines_pb2.OpInfo) -> OpInfo:
    """From the message."""
    return OpInfo(
        name=message.name,
        version=message.version,
        signature=message.signature,
        doc=message.doc,
        arguments=tuple(message.arguments),
        optional_arguments=message.optional_arguments,
        results=tuple(message.results),
        parameters=tuple(
            OpParameter(
                entry.name,
                entry.type,
                entry.required,
                entry.default_value if entry.HasField("default_value") else None,
                entry.doc,
            )
            for entry in message.parameters
        ),
        library=message.host.library if message.HasField("host") else None,
        cancellable=message.host.cancellable,
        missing=message.missing,
        work=message.work,
        since=message.since,
    )
