"""`Traced`: what a value of a pipeline is while its function is traced, and what it cannot do, having no data yet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NoReturn, Self

from jazz.graph.errors import TracingError
from jazz.graph.known import names_of_fields
from jazz.graph.suggestions import instead_of, likely
from jazz.graph.trace import InputOf, OutputOf, Source, Trace


class Traced:
    """A name for a value that has no data yet: where it comes from. What needs data is refused, with what to use."""

    __slots__ = ("_source", "_trace")

    def __init__(self, trace: Trace, source: Source) -> None:
        self._trace = trace
        self._source = source

    def __repr__(self) -> str:
        match self._source:
            case InputOf(index=index):
                return f"<Node: input {index} of {self._trace.name}>"
            case OutputOf(step=step):
                return f"<Node: {step.op} in {self._trace.name} at {step.where}>"
            case _:
                return f"<Node: a constant of {self._trace.name}>"

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, _: object) -> Self:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"{self!r} cannot be pickled: it is a name for what a step will give; a pipeline can be")

    def __bool__(self) -> bool:
        raise cannot_be(
            "asked whether it is true", "jazz.ops.where to choose between values, jazz.ops.iterate to repeat"
        )

    def __len__(self) -> int:
        raise cannot_be("asked for its length", "jazz.ops.size(x, axis=0), a value too; of a table that of a field")

    def __iter__(self) -> Iterator[Self]:
        raise cannot_be("iterated over or unpacked", "operations on whole arrays, or jazz.ops.iterate to repeat")

    def __contains__(self, item: object) -> bool:
        raise cannot_be("searched", "jazz.ops.count_nonzero(x == item)")

    def __float__(self) -> float:
        raise cannot_be("made a number of Python's", "the node itself, or node.astype(float)")

    __int__ = __index__ = __complex__ = __float__

    def __lshift__(self, other: object) -> NoReturn:
        raise TracingError("values of a pipeline have no operator <<")

    def __rshift__(self, other: object) -> NoReturn:
        raise TracingError("values of a pipeline have no operator >>")

    __rlshift__, __rrshift__ = __lshift__, __rshift__

    def __setitem__(self, key: object, value: object) -> NoReturn:
        made = (
            "t = t.assign(...), which makes a new table"
            if isinstance(key, str)
            else "jazz.ops.where to make a new value"
        )
        raise cannot_be("assigned to", f"{made}: values never change")

    def __delitem__(self, key: object) -> NoReturn:
        raise cannot_be("taken apart", "t = t.drop(columns=...), which makes a new table: values never change")

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> NoReturn:
        module = getattr(function, "__module__", None) or "numpy"
        called = f"{module.replace('numpy', 'np', 1)}.{function.__name__}"
        raise cannot_be(f"passed to {called}", op_for(function.__name__))

    def __getattr__(self, name: str) -> NoReturn:
        if name in ("shape", "ndim", "dtype", "size"):
            raise AttributeError(
                f"{self!r} has no {name}: the function is traced before there is data; "
                "lengths are jazz.ops.size(x, axis=...)"
            )
        instead = "" if name.startswith("_") else f"; use {self._instead_of(name)}"
        raise AttributeError(f"{self!r} has no {name}{instead}")

    def _instead_of(self, name: str) -> str:
        """What to write for a method or a field of this name."""
        fields = names_of_fields(self._source)
        if fields is not None and name in fields:
            return f't["{name}"], the field of that name'
        names = _ops()
        return likely(name, names) or f't["{name}"] for a field of a table, or {instead_of(name, names)}'


def op_for(name: str) -> str:
    """What to use in the place of a function or method of this name."""
    return instead_of(name, _ops())


def _ops() -> list[str]:
    from jazz.graph import ops  # which is made of nodes

    return [known for known in ops.__all__ if known.islower()]


def cannot_be(what: str, instead: str) -> TracingError:
    """The error for what a value without data cannot be, with what to use instead."""
    return TracingError(
        f"a value of a pipeline cannot be {what}: it has no data yet, because the function is traced once, when the "
        f"pipeline is written; use {instead}"
    )
