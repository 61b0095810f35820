"""What every operation answers where elements are missing, one element and one line at a time.

An answer is an array and which of its elements are missing; the others are those of `REFERENCES`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unit.engine.cases import REDUCING
from unit.engine.reference import REFERENCES, Axes, _Descending
from unit.engine.samples import Sample

Marks = NDArray[np.bool_]
Answer = tuple[NDArray[Any], Marks]
Answers = Callable[[str, list[Any], dict[str, Any]], list[Answer]]
"""From the name of an operation, arguments and settings to its results; the reference is that of `REFERENCES`."""

UNARY = ("abs", "clip", "exp", "log", "log1p", "negative", "relu", "sigmoid", "sqrt")
BINARY = (
    "add", "divide", "equal", "greater", "greater_equal", "less", "less_equal", "maximum", "minimum", "multiply",
    "not_equal", "subtract",
)  # fmt: skip
ANNIHILATORS = {"multiply": (0, 1), "divide": (0,)}
NOTHING_LEFT = {"mean", "max", "min", "argmax", "argmin"}
"""What has no answer when nothing is left."""

DECIDED = {"any": True, "all": False}
"""What is not missing, whatever the missing elements would be, when the others have this answer."""


def at(marks: Marks, index: tuple[int, ...], shape: tuple[int, ...]) -> bool:
    """The truth value that stands at an index of the shape that it is broadcast to."""
    return bool(np.broadcast_to(marks, shape)[index])


def elementwise(name: str, args: list[Any], settings: dict[str, Any]) -> list[Answer]:
    """Missing where any operand is, unless an absent entry annihilates."""
    return annihilating(*ANNIHILATORS.get(name, ()))(name, args, settings)


def annihilating(*positions: int) -> Answers:
    """Missing where any operand is, unless an entry of an operand in one of the positions is absent."""

    def rule(name: str, args: list[Any], settings: dict[str, Any]) -> list[Answer]:
        with np.errstate(all="ignore"):
            values = np.asarray(REFERENCES[name](*args, **settings)[0])
        missing = np.zeros(values.shape, np.bool_)
        for index in np.ndindex(values.shape):
            samples = [(i, arg) for i, arg in enumerate(args) if isinstance(arg, Sample)]
            gone = any(not at(arg.stored, index, values.shape) for i, arg in samples if i in positions)
            missing[index] = not gone and any(at(arg.missing, index, values.shape) for _, arg in samples)
        return [(values, missing)]

    return rule


def deciding(*elements: Any) -> Answers:
    """Missing where any operand is, unless another one is the element that decides the result alone."""

    def rule(name: str, args: list[Any], settings: dict[str, Any]) -> list[Answer]:
        with np.errstate(all="ignore"):
            values = np.asarray(REFERENCES[name](*args, **settings)[0])
        missing = np.zeros(values.shape, np.bool_)
        for index in np.ndindex(values.shape):
            gone, decided = False, False
            for arg, element in zip(args, elements, strict=True):
                hidden = isinstance(arg, Sample) and at(arg.missing, index, values.shape)
                found = np.broadcast_to(arg.array if isinstance(arg, Sample) else arg, values.shape)[index]
                gone, decided = gone or hidden, decided or (not hidden and bool(found == element))
            missing[index] = gone and not decided
        return [(values, missing)]

    return rule


def where(name: str, args: list[Any], settings: dict[str, Any]) -> list[Answer]:
    """Missing where the condition is, or what it chooses."""
    values = np.asarray(REFERENCES[name](*args, **settings)[0])
    missing = np.zeros(values.shape, np.bool_)
    condition = args[0]
    for index in np.ndindex(values.shape):
        chosen = args[1] if at(condition.array, index, values.shape) else args[2]
        hidden = isinstance(chosen, Sample) and at(chosen.missing, index, values.shape)
        missing[index] = at(condition.missing, index, values.shape) or hidden
    return [(values, missing)]


def lines(x: Sample, axis: Axes) -> Iterator[tuple[NDArray[Any], Marks]]:
    """The elements that are reduced to one, and which are missing, for every result in C order."""
    rank = x.array.ndim
    given = range(rank) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    inner = sorted(each % rank for each in given)
    outer = [each for each in range(rank) if each not in inner]
    array, missing = x.array.transpose(outer + inner), x.missing.transpose(outer + inner)
    for index in np.ndindex(array.shape[: len(outer)]):
        yield array[index].reshape(-1), missing[index].reshape(-1)


def reduction(name: str, args: list[Any], settings: dict[str, Any]) -> list[Answer]:
    """A line that something is missing in has no result, or that of what is left of it."""
    settings = dict(settings)
    skipna = settings.pop("skipna", False)
    axis = settings.get("axis")
    (x,) = args
    kept = {k: v for k, v in settings.items() if k not in ("axis", "keepdims")}
    with np.errstate(all="ignore"):
        whole = np.asarray(REFERENCES[name](x, **settings)[0])
        values, missing = [], []
        for line, marks in lines(x, axis):
            left = line[~marks]
            hidden = marks.any() and (not skipna or (len(left) == 0 and name in NOTHING_LEFT))
            if not skipna and name in DECIDED and len(left):
                hidden = hidden and bool(REFERENCES[name](left)[0]) is not DECIDED[name]
            missing.append(bool(hidden))
            if hidden:
                values.append(0)
            else:
                (value,) = REFERENCES[name](left, **kept)
                values.append(np.flatnonzero(~marks)[value] if name in ("argmax", "argmin") else value)
    return [(np.array(values, whole.dtype).reshape(whole.shape), np.array(missing, np.bool_).reshape(whole.shape))]


def matmul(name: str, args: list[Any], settings: dict[str, Any]) -> list[Answer]:
    """Missing where an element that is meets one that is stored."""
    a, b = args
    with np.errstate(all="ignore"):
        values = np.asarray(REFERENCES[name](a, b)[0])
    ma, sa = (np.atleast_2d(x) for x in (a.missing, a.stored))
    mb, sb = (x[:, None] if x.ndim == 1 else x for x in (b.missing, b.stored))
    missing = np.zeros((len(ma), mb.shape[1]), np.bool_)
    for i, j in np.ndindex(missing.shape):
        missing[i, j] = any((ma[i, k] and sb[k, j]) or (sa[i, k] and mb[k, j]) for k in range(len(mb)))
    return [(values, missing.reshape(values.shape))]


def topk(_name: str, args: list[Any], settings: dict[str, Any]) -> list[Answer]:
    """Greatest first, NaN after all numbers, what is missing after that."""
    (x,) = args
    k = settings["k"]
    shape = (*x.array.shape[:-1], k)
    values, missing, indices = np.zeros(shape, x.array.dtype), np.zeros(shape, np.bool_), np.zeros(shape, np.int64)
    for index in np.ndindex(x.array.shape[:-1]):
        row, marks = x.array[index], x.missing[index]
        order = sorted(range(len(row)), key=lambda j: (bool(marks[j]), bool(row[j] != row[j]), _Descending(row[j]), j))[
            :k
        ]
        values[index], missing[index], indices[index] = row[order], marks[order], order
    return [(values, missing), (indices, np.zeros(shape, np.bool_))]


def moved(name: str, args: list[Any], settings: dict[str, Any]) -> list[Answer]:
    """Marks are moved as elements are."""
    marked = [i for i, arg in enumerate(args) if isinstance(arg, Sample) and (i == 0 or name in ("concat", "stack"))]
    marks = [replace(arg, array=arg.missing) if i in marked else arg for i, arg in enumerate(args)]
    pairs = zip(REFERENCES[name](*args, **settings), REFERENCES[name](*marks, **settings), strict=True)
    return [(np.asarray(values), np.asarray(missing)) for values, missing in pairs]


def cast(name: str, args: list[Any], settings: dict[str, Any]) -> list[Answer]:
    return [(np.asarray(REFERENCES[name](*args, **settings)[0]), args[0].missing)]


def size(name: str, args: list[Any], settings: dict[str, Any]) -> list[Answer]:
    return [(np.asarray(REFERENCES[name](*args, **settings)[0]), np.zeros((), np.bool_))]


def is_na(_name: str, args: list[Any], _settings: dict[str, Any]) -> list[Answer]:
    return [(args[0].missing, np.zeros(args[0].missing.shape, np.bool_))]


def count_na(_name: str, args: list[Any], settings: dict[str, Any]) -> list[Answer]:
    counts = np.asarray(np.sum(args[0].missing.astype(np.int64), **settings))
    return [(counts, np.zeros(counts.shape, np.bool_))]


def fill_na(_name: str, args: list[Any], _settings: dict[str, Any]) -> list[Answer]:
    x, value = args
    values, missing = x.array.copy(), np.zeros(x.array.shape, np.bool_)
    for index in np.ndindex(x.array.shape):
        if x.missing[index]:
            if isinstance(value, Sample):
                values[index] = np.broadcast_to(value.array, values.shape)[index]
                missing[index] = at(value.missing, index, values.shape)
            else:
                values[index] = value
    return [(values, missing)]


def drop_na(_name: str, args: list[Any], settings: dict[str, Any]) -> list[Answer]:
    (x,) = args
    axis = settings.get("axis", 0)
    kept = [i for i in range(x.array.shape[axis]) if not np.take(x.missing, i, axis=axis).any()]
    values = np.take(x.array, np.array(kept, np.int64), axis=axis)
    return [(values, np.zeros(values.shape, np.bool_))]


ANSWERS: dict[str, Answers] = {
    **dict.fromkeys((*UNARY, *BINARY), elementwise),
    **dict.fromkeys(REDUCING, reduction),
    **dict.fromkeys(("concat", "diag", "take", "to_dense", "to_sparse", "transpose"), moved),
    "cast": cast,
    "count_na": count_na,
    "drop_na": drop_na,
    "fill_na": fill_na,
    "is_na": is_na,
    "matmul": matmul,
    "size": size,
    "topk": topk,
    "where": where,
}
"""The answers of every operation but those on tables and graphs."""
