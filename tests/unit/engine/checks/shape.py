"""Shapes changed, parts cut out, elements in their order."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from unit.engine.cases import REAL, Case
from unit.engine.checking import Check
from unit.engine.missing_reference import Answer, moved
from unit.engine.samples import Sample, samples, shapes


def axis_of(draw: st.DrawFn, rank: int) -> int:
    return draw(st.integers(-rank, rank - 1))


def some_axes(draw: st.DrawFn, rank: int) -> dict[str, Any]:
    """No axis, one or several."""
    if rank == 0 or draw(st.booleans()):
        return {}
    if draw(st.booleans()):
        return {"axis": axis_of(draw, rank)}
    return {"axis": tuple(draw(st.lists(st.integers(0, rank - 1), max_size=rank, unique=True)))}


@st.composite
def reshapes(draw: st.DrawFn, _name: str) -> Case:
    x = draw(samples(draw(shapes())))
    size = x.array.size
    divisors = [n for n in range(1, size + 1) if size % n == 0] or [0, 1, 3]
    first = draw(st.sampled_from(divisors))
    rest = size // first if first else draw(st.integers(0, 2))
    shape = draw(st.permutations([first, rest, *draw(st.sampled_from([[], [1], [1, 1]]))]))
    if math.prod(shape) == size and size and draw(st.booleans()):
        place = draw(st.integers(0, len(shape) - 1))
        shape = [-1 if i == place else n for i, n in enumerate(shape)]
    if size == 1 and draw(st.booleans()):
        return [x], {"shape": ()}
    return [x], {"shape": draw(st.sampled_from([tuple(shape), -1, size]))}


@st.composite
def expansions(draw: st.DrawFn, _name: str) -> Case:
    shape = draw(shapes())
    return [draw(samples(shape))], {"axis": draw(st.integers(-len(shape) - 1, len(shape)))}


@st.composite
def squeezes(draw: st.DrawFn, _name: str) -> Case:
    shape = tuple(draw(st.lists(st.sampled_from([1, 1, 2, 0]), max_size=3)))
    return [draw(samples(shape))], some_axes(draw, len(shape))


@st.composite
def flips(draw: st.DrawFn, _name: str) -> Case:
    shape = draw(shapes())
    return [draw(samples(shape))], some_axes(draw, len(shape))


@st.composite
def tiles(draw: st.DrawFn, _name: str) -> Case:
    times = draw(st.one_of(st.integers(0, 3), st.lists(st.integers(0, 2), max_size=4).map(tuple)))
    return [draw(samples(draw(shapes())))], {"repetitions": times}


@st.composite
def stacks(draw: st.DrawFn, _name: str) -> Case:
    shape = draw(shapes(2))
    parts = [draw(samples(shape)) for _ in range(draw(st.integers(1, 3)))]
    return parts, {"axis": draw(st.integers(-len(shape) - 1, len(shape)))}


BOUNDS = st.one_of(st.none(), st.integers(-6, 6))


@st.composite
def slices(draw: st.DrawFn, _name: str) -> Case:
    shape = draw(shapes(min_rank=1))
    chosen = {"start": draw(BOUNDS), "stop": draw(BOUNDS), "step": draw(st.sampled_from([1, 2, -1, -2, 5]))}
    return [draw(samples(shape))], {**chosen, "axis": axis_of(draw, len(shape))}


def _slice(x: Sample, start: Any = None, stop: Any = None, step: int = 1, axis: int = 0) -> tuple[Any, ...]:
    return (np.moveaxis(np.moveaxis(x.array, axis, 0)[start:stop:step], 0, axis),)


@st.composite
def splits(draw: st.DrawFn, _name: str) -> Case:
    shape = draw(shapes(min_rank=1))
    how: dict[str, Any] = {"sections": draw(st.integers(1, 4))}
    if draw(st.booleans()):
        how = {"indices": draw(st.one_of(st.integers(-5, 5), st.lists(st.integers(-5, 5), max_size=3).map(tuple)))}
    return [draw(samples(shape))], {**how, "axis": axis_of(draw, len(shape))}


def _split(x: Sample, sections: Any = None, indices: Any = None, axis: int = 0) -> tuple[Any, ...]:
    if sections is not None:
        return tuple(np.split(x.array, sections, axis=axis))
    return tuple(np.split(x.array, [indices] if isinstance(indices, int) else list(indices), axis=axis))


@st.composite
def filters(draw: st.DrawFn, _name: str) -> Case:
    shape = draw(shapes(min_rank=1))
    axis = axis_of(draw, len(shape))
    return [draw(samples(shape)), draw(samples((shape[axis],), ("bool",)))], {"axis": axis}


@st.composite
def sorts(draw: st.DrawFn, _name: str) -> Case:
    shape = draw(shapes(min_rank=1))
    return [draw(samples(shape, REAL))], {"axis": axis_of(draw, len(shape)), "descending": draw(st.booleans())}


def order(x: Sample, axis: int = -1, descending: bool = False) -> NDArray[Any]:
    """One line and one element at a time: NaN behind numbers, what is missing behind NaN, equal ones as they are."""
    array, missing = np.moveaxis(x.array, axis, -1), np.moveaxis(x.missing, axis, -1)
    found = np.zeros(array.shape, np.int64)
    for index in np.ndindex(array.shape[:-1]):
        line, marks = array[index].tolist(), missing[index].tolist()

        def key(j: int, line: Any = line, marks: Any = marks) -> Any:
            value = 0 if marks[j] or line[j] != line[j] else -line[j] if descending else line[j]
            return marks[j], line[j] != line[j], value, j

        found[index] = sorted(range(len(line)), key=key)
    return np.ascontiguousarray(np.moveaxis(found, -1, axis))


def _sort(x: Sample, axis: int = -1, descending: bool = False) -> tuple[Any, ...]:
    return (np.take_along_axis(x.array, order(x, axis, descending), axis=axis),)


def _sort_missing(_name: str, args: list[Any], settings: dict[str, Any]) -> list[Answer]:
    (x,) = args
    places, axis = order(x, **settings), settings.get("axis", -1)
    return [(np.take_along_axis(x.array, places, axis=axis), np.take_along_axis(x.missing, places, axis=axis))]


def _argsort_missing(_name: str, args: list[Any], settings: dict[str, Any]) -> list[Answer]:
    places = order(args[0], **settings)
    return [(places, np.zeros(places.shape, np.bool_))]


@st.composite
def anything_ordered(draw: st.DrawFn, _name: str) -> Case:
    return [draw(samples(draw(shapes()), REAL))], {}


def _unique(x: Sample) -> tuple[Any, ...]:
    values, indices, inverse, counts = np.unique(
        x.array.reshape(-1), return_index=True, return_inverse=True, return_counts=True
    )
    return values, indices, inverse.reshape(x.array.shape), counts


def _unique_missing(_name: str, args: list[Any], _settings: dict[str, Any]) -> list[Answer]:
    (x,) = args
    there = ~x.missing.reshape(-1)
    flat = x.array.reshape(-1)
    values, indices, inverse, counts = np.unique(
        flat[there], return_index=True, return_inverse=True, return_counts=True
    )
    places = np.flatnonzero(there)[indices] if len(indices) else indices
    marks = np.zeros(len(values), np.bool_)
    whole = np.full(flat.shape, len(values), np.int64)
    whole[there] = inverse
    if not there.all():
        values, marks = np.append(values, values.dtype.type(0)), np.append(marks, True)
        places, counts = np.append(places, np.flatnonzero(~there)[0]), np.append(counts, np.count_nonzero(~there))
    none = np.zeros(len(values), np.bool_)
    return [(values, marks), (places, none), (whole.reshape(x.array.shape), x.missing & False), (counts, none)]


def _of_array(function: Any) -> Any:
    return lambda x, **settings: (np.ascontiguousarray(function(x.array, **settings)),)


def _reshape(x: Any, shape: Any) -> Any:
    return np.reshape(x, shape) if shape != () else x.reshape(())


def _reshaped(x: Sample, shape: Any) -> tuple[Any, ...]:
    return (_reshape(x.array, shape),)


CHECKS = {
    "argsort": Check(sorts, lambda x, **settings: (order(x, **settings),), _argsort_missing),
    "expand_dims": Check(expansions, lambda x, axis=0: (np.expand_dims(x.array, axis),), moved, moves=True),
    "filter": Check(
        filters,
        lambda x, mask, axis=0: (np.compress(mask.array, x.array, axis=axis),),
        moved,
        moves=True,
        complete=(1,),
    ),
    "flip": Check(flips, lambda x, axis=None: (np.flip(x.array, axis),), moved, moves=True),
    "reshape": Check(reshapes, _reshaped, moved, moves=True),
    "slice": Check(slices, _slice, moved, moves=True),
    "sort": Check(sorts, _sort, _sort_missing),
    "split": Check(splits, _split, moved, moves=True),
    "squeeze": Check(squeezes, lambda x, axis=None: (np.squeeze(x.array, axis),), moved, moves=True),
    "stack": Check(
        stacks, lambda *arrays, axis=0: (np.stack([x.array for x in arrays], axis=axis),), moved, moves=True
    ),
    "tile": Check(tiles, lambda x, repetitions: (np.tile(x.array, repetitions),), moved, moves=True),
    "unique": Check(anything_ordered, _unique, _unique_missing, moves=True, fills=True),
}
