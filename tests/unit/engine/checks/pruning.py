"""Fewer entries, and products where they are asked for."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from jazz.values import Layout
from unit.engine.cases import REAL, Case
from unit.engine.checking import Check
from unit.engine.missing_reference import Answer
from unit.engine.samples import DTYPES, Sample, samples, shapes


@st.composite
def prunings(draw: st.DrawFn, _name: str) -> Case:
    shape = draw(shapes(min_rank=1))
    chosen: dict[str, Any] = {"threshold": draw(st.sampled_from([0, 1, 2.5]))}
    if draw(st.booleans()):
        chosen["k"] = draw(st.integers(0, 4))
    args = [draw(samples(shape))]
    return [*args, draw(samples(shape))] if draw(st.booleans()) else args, chosen


def _magnitude(value: Any) -> Any:
    return abs(value.item())


def first(keys: list[Any], k: int) -> set[int]:
    """Where the k greatest keys are: the first of equals, NaN last."""
    ranked = sorted(range(len(keys)), key=lambda j: (keys[j] != keys[j], 0 if keys[j] != keys[j] else -keys[j], j))
    return set(ranked[:k])


def _pruned(x: Sample, mask: Sample | None, threshold: float, k: int | None) -> NDArray[np.bool_]:
    """What is left, one row and one element at a time."""
    kept = np.zeros(x.array.shape, np.bool_)
    for index in np.ndindex(x.array.shape):
        magnitude = _magnitude(x.array[index])
        left = bool(x.missing[index]) or not magnitude <= threshold
        kept[index] = left and (mask is None or bool(mask.array[index] != 0))
    if k is None:
        return kept
    for row in np.ndindex(x.array.shape[:-1]):
        there = np.flatnonzero(kept[row] & ~x.missing[row])
        chosen = first([_magnitude(x.array[row][j]) for j in there], k)
        for number, j in enumerate(there):
            kept[row][j] = number in chosen
    return kept


def _prune(x: Sample, mask: Sample | None = None, threshold: float = 0, k: int | None = None) -> tuple[Any, ...]:
    return (np.where(_pruned(x, mask, threshold, k), x.array, x.array.dtype.type(0)),)


def _prune_missing(_name: str, args: list[Any], settings: dict[str, Any]) -> list[Answer]:
    x, mask = args if len(args) == 2 else (*args, None)
    kept = _pruned(x, mask, settings["threshold"], settings.get("k"))
    return [(np.where(kept, x.array, x.array.dtype.type(0)), x.missing & kept)]


@st.composite
def activations(draw: st.DrawFn, _name: str) -> Case:
    return [draw(samples(draw(shapes(min_rank=1)), REAL))], {"k": draw(st.integers(0, 5))}


def _keep(x: Sample, k: int) -> tuple[Any, ...]:
    found = np.zeros(x.array.shape, x.array.dtype)
    for row in np.ndindex(x.array.shape[:-1]):
        there = np.flatnonzero(~x.missing[row])
        for number in first([x.array[row][j].item() for j in there], k):
            found[row][there[number]] = x.array[row][there[number]]
    return (found,)


def _keep_missing(_name: str, args: list[Any], settings: dict[str, Any]) -> list[Answer]:
    return [(_keep(*args, **settings)[0], args[0].missing)]


@st.composite
def sampled(draw: st.DrawFn, _name: str) -> Case:
    rows, inner, columns = (draw(st.integers(0, 4)) for _ in range(3))
    wild = draw(st.booleans())
    dtypes = REAL if wild else DTYPES
    factors = [draw(samples(shape, dtypes, (Layout.DENSE,), wild=wild)) for shape in ((rows, inner), (inner, columns))]
    return [draw(samples((rows, columns))), *factors], {}


def _sampled(mask: Sample, a: Sample, b: Sample) -> tuple[Any, ...]:
    dtype = np.matmul(np.zeros((1, 1), a.array.dtype), np.zeros((1, 1), b.array.dtype)).dtype
    wide = {"f": np.dtype(np.float64), "c": np.dtype(np.complex128)}.get(dtype.kind, dtype)
    found = np.matmul(a.array.astype(wide), b.array.astype(wide)).astype(dtype)
    return (np.where((mask.array != 0) | mask.missing, found, dtype.type(0)),)


def _sampled_missing(_name: str, args: list[Any], _settings: dict[str, Any]) -> list[Answer]:
    mask, a, b = args
    with np.errstate(all="ignore"):
        (values,) = _sampled(mask, a, b)
    hidden = a.missing.any(axis=1)[:, None] | b.missing.any(axis=0)
    return [(values, mask.missing | ((mask.array != 0) & hidden))]


CHECKS = {
    "keep_topk": Check(activations, _keep, _keep_missing),
    "prune": Check(prunings, _prune, _prune_missing, complete=(1,)),
    "sampled_matmul": Check(sampled, _sampled, _sampled_missing),
}
