"""`x[...]` on values of a pipeline: numpy's indexing, as steps.

Ranks are not known while a function is traced, so that axes are counted from the front before `...` and from the end
behind it.
"""

from __future__ import annotations

import operator
from typing import Final

import numpy as np

from jazz.graph import settings
from jazz.graph.errors import TracingError, tracing_error
from jazz.graph.node import Node, apply
from jazz.graph.trace import OutputOf

_TRUTHS: Final = frozenset(
    {
        "equal", "not_equal", "less", "less_equal", "greater", "greater_equal", "is_na", "isnan", "isinf", "isfinite",
        "isin", "logical_and", "logical_or", "logical_xor", "logical_not", "any", "all",
        "str_contains", "str_endswith", "str_startswith",
    }
)  # fmt: skip
"""Operations that give truth values."""


def indexed(x: Node, key: object) -> Node:
    """`x[key]` for what numpy takes: integers, slices, `None`, `...`, and one vector of positions or truth values.

    A list of names gives the table of these fields, as in pandas.

    Raises:
        TracingError: It is nothing of these, or several at once whose meaning depends on shapes.
    """
    if isinstance(key, list) and key and isinstance(key[0], str):
        names = settings.names("x[[...]]", key)
        return apply("frame", *[apply("field", x, name=name) for name in names], names=names)
    entries = key if isinstance(key, tuple) else (key,)
    if sum(entry is ... for entry in entries) > 1:
        raise tracing_error("x[...]", "one '...'", "several")
    vectors = [entry for entry in entries if _is_vector(entry)]
    others = [entry for entry in entries if entry is None or _integer(entry) is not None]
    if len(vectors) > 1 or (vectors and others):
        found = "several of them" if len(vectors) > 1 else f"one beside {others[0]!r}"
        advice = "one step after the other: x[rows][:, columns], or jazz.ops.take(x, positions, axis=)"
        raise tracing_error("x[...]", "one vector of positions or truth values, beside slices", found, advice)
    split = next((place for place, entry in enumerate(entries) if entry is ...), len(entries))
    front, back = list(entries[:split]), list(entries[split + 1 :])
    x = _cut(x, [(entry, axis) for axis, entry in enumerate(_lasting(front))])
    x = _cut(x, [(entry, axis - len(_lasting(back))) for axis, entry in enumerate(_lasting(back))])
    return _widened(x, front, back)


def _lasting(entries: list[object]) -> list[object]:
    """The entries that stand for an axis of `x`."""
    return [entry for entry in entries if entry is not None]


def _cut(x: Node, entries: list[tuple[object, int]]) -> Node:
    """Slices and vectors, which keep their axis, and then integers, which do not."""
    for entry, axis in entries:
        if isinstance(entry, slice):
            x = _sliced(x, entry, axis)
        elif _is_vector(entry):
            x = apply("filter" if _is_mask(entry) else "take", x, _vector(entry), axis=axis or None)
        elif _integer(entry) is None:
            raise _refused(entry)
    # From the far end, so that axes that are still to be dropped keep their number.
    for entry, axis in entries if entries and entries[0][1] < 0 else reversed(entries):
        position = _integer(entry)
        if position is not None:
            x = apply("take", x, position, axis=axis or None)
    return x


def _sliced(x: Node, part: slice, axis: int) -> Node:
    start, stop, step = (_bound(bound) for bound in (part.start, part.stop, part.step))
    if step == 0:
        raise tracing_error("x[::step]", "an integer that is not 0", "0")
    if (start, stop, step or 1) == (None, None, 1):
        return x
    return apply("slice", x, start=start, stop=stop, step=None if step == 1 else step, axis=axis or None)


def _bound(bound: object) -> int | None:
    if isinstance(bound, Node):
        raise tracing_error("x[start:stop]", "integers that are known now", repr(bound))
    return None if bound is None else settings.integer("x[start:stop]", bound)


def _widened(x: Node, front: list[object], back: list[object]) -> Node:
    """With an axis of length 1 for every `None`."""
    axis = 0
    for entry in front:
        if entry is None:
            x = apply("expand_dims", x, axis=axis or None)
        axis += _integer(entry) is None
    axis = -1
    for entry in reversed(back):
        if entry is None:
            x = apply("expand_dims", x, axis=axis)
        axis -= _integer(entry) is None
    return x


def _integer(entry: object) -> int | None:
    """An integer that is an index; None for what is none."""
    if entry is None or isinstance(entry, bool | np.bool | np.ndarray | Node):
        return None
    try:
        return operator.index(entry)  # type: ignore[arg-type]
    except TypeError:
        return None


def _is_vector(entry: object) -> bool:
    if isinstance(entry, list):
        return all(isinstance(item, bool | np.bool) or _integer(item) is not None for item in entry)
    return isinstance(entry, Node) or (isinstance(entry, np.ndarray) and entry.ndim == 1)


def _is_mask(entry: object) -> bool:
    """Whether a vector is one of truth values: it is, or an operation that gives such gave it."""
    if isinstance(entry, Node):
        source = entry._source
        while isinstance(source, OutputOf) and source.step.op == "fill_na":
            source = source.step.arguments[0]
        return isinstance(source, OutputOf) and source.step.op in _TRUTHS
    return _vector(entry).dtype == np.bool_


def _vector(entry: object) -> Node | np.ndarray[tuple[int, ...], np.dtype[np.generic]]:
    if isinstance(entry, Node):
        return entry
    found = np.asarray(entry)
    return found if found.size else found.astype(np.int64 if found.dtype.kind == "f" else found.dtype)


def _refused(entry: object) -> TracingError:
    return tracing_error(
        "x[...]",
        "integers, slices, None, '...', or a vector of positions or truth values",
        repr(entry),
        "x['name'] is a field of a table, x[['a', 'b']] are several; for a mask of all dimensions use "
        "jazz.ops.where(mask, x, 0)",
    )
