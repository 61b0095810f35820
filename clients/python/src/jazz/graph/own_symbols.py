"""Tables that were proposed, as inputs of one pipeline: lengths that have one name in two of them need not be the same.

The rows of all frames without an index are called `rows` in the types proposed for them, and nobody meant by that that
two frames have as many.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from jazz.graph.tensor_types import TensorType
from jazz.graph.types import TableType, Type


def with_own_symbols(types: Mapping[str, Type]) -> dict[str, Type]:
    """The types of inputs; where several are tables that were proposed, with the input's name in their symbols.

    >>> from jazz import kind_of
    >>> sold, items = kind_of({"n": [3, 1], "item": ["a", "b"]}).type, kind_of({"item": ["a"], "n": [5]}).type
    >>> with_own_symbols({"x": sold})["x"]
    jazz.Table[{'n': jazz.Tensor[np.int64, 'rows'], 'item': jazz.Tensor[str, 'rows']}]
    >>> with_own_symbols({"x": sold, "y": items})["x"]
    jazz.Table[{'n': jazz.Tensor[np.int64, 'rows_x'], 'item': jazz.Tensor[str, 'rows_x']}]
    """
    own = [name for name, type_ in types.items() if isinstance(type_, TableType) and type_.own_symbols]
    if len(own) < 2:
        return dict(types)
    return {name: _named(type_, name) if name in own else type_ for name, type_ in types.items()}


def _named(type_: Type, name: str) -> Type:
    """The type, with a name behind each symbol."""
    match type_:
        case TensorType(shape=shape) if shape is not None:
            return replace(type_, shape=tuple(f"{d}_{name}" if isinstance(d, str) else d for d in shape))
        case TableType():
            return replace(type_, fields=tuple(replace(f, type=_named(f.type, name)) for f in type_.fields))
        case _:
            return type_
