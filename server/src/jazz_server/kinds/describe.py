"""Types in words, for people who read a mismatch."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from difflib import get_close_matches
from itertools import islice

from jazz.values import DataType, Layout
from jazz_server.kinds.types import SHOWN, Dimension, NullType, TableType, TensorType, Type


def choices(words: Iterable[str]) -> str:
    """Words as alternatives.

    >>> choices(["int32", "int64", "bool"])
    'int32, int64 or bool'
    """
    *rest, last = list(words)
    return f"{', '.join(rest)} or {last}" if rest else last


def dtypes(types: Sequence[DataType]) -> str:
    """Element types as alternatives."""
    return choices(map(str, types)) if types else "any element type"


def layouts(found: Sequence[Layout]) -> str:
    """Layouts as alternatives."""
    return f"layout {choices(layout.value for layout in found)}" if found else "any layout"


def shape(dimensions: Sequence[Dimension] | None) -> str:
    """A shape as it is written in signatures.

    >>> shape((3, None))
    '[3, *]'
    """
    if dimensions is None:
        return "any shape"
    return f"[{', '.join('*' if d is None else str(d) for d in dimensions)}]"


def count(number: int, noun: str) -> str:
    """A number of things.

    >>> count(1, "row"), count(12, "row")
    ('1 row', '12 rows')
    """
    return f"{number} {noun}{'' if number == 1 else 's'}"


def rank(dimensions: Sequence[Dimension]) -> str:
    """The rank of a shape, and the shape.

    >>> rank((3, 4))
    'rank 2 [3, 4]'
    """
    return f"rank {len(dimensions)} {shape(dimensions)}" if dimensions else "rank 0"


def kind_of(type_: Type) -> str:
    """What sort of value a type is about, with all of it."""
    if isinstance(type_, TensorType):
        return f"a tensor {type_}"
    if isinstance(type_, TableType):
        return f"a table {type_}" if type_.fields else "a table"
    return "null" if isinstance(type_, NullType) else str(type_)


def names(found: Collection[str]) -> str:
    """A list of names, as far as people want to read it.

    >>> names(["a", "b"]), names([])
    ('`a`, `b`', 'none')
    """
    shown = ", ".join(f"`{name}`" for name in islice(found, SHOWN))
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    return shown + more if found else "none"


def listed(words: Sequence[str]) -> list[str]:
    """Words, those after the first twelve as one.

    >>> listed(["a", "b"]), listed(["a"] * 14)[10:]
    (['a', 'b'], ['a', 'a', 'and 2 more'])
    """
    hidden = len(words) - SHOWN
    return [*words[:SHOWN], f"and {hidden} more"] if hidden > 0 else list(words)


def length(size: int, rank: int, position: int) -> str:
    """A length of a dimension of a tensor.

    >>> length(3, 1, 0), length(1, 2, 0), length(4, 2, 1), length(5, 3, 2)
    ('3 elements', '1 row', '4 columns', '5 in dimension 2')
    """
    nouns = {1: ("element",), 2: ("row", "column")}.get(rank)
    return count(size, nouns[position]) if nouns else f"{size} in dimension {position}"


def suggestion(name: str, known: Iterable[str]) -> str:
    """A question that names what is spelled like `name`, or "".

    >>> suggestion("matmull", ["matmul", "take"])
    ' (did you mean matmul?)'
    """
    return did_you_mean(close_to(name, known))


def did_you_mean(close: Sequence[str]) -> str:
    """A question that names these, or ""."""
    return f" (did you mean {choices(close)}?)" if close else ""


def close_to(name: str, known: Iterable[str]) -> list[str]:
    """Up to three names that are spelled like `name`, the closest first."""
    return get_close_matches(name, list(known), n=3)
