"""Rows and columns brought to scale."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from unit.engine.cases import REAL, Case
from unit.engine.checking import Check
from unit.engine.missing_reference import Answer, Answers, annihilating
from unit.engine.reference import REFERENCES, Reference
from unit.engine.samples import Sample, samples, shapes


def scales(axis: int) -> Callable[[str], st.SearchStrategy[Case]]:
    @st.composite
    def drawn(draw: st.DrawFn, _name: str) -> Case:
        shape = draw(shapes(2, 2))
        return [draw(samples(shape)), draw(samples((shape[axis],)))], {}

    return drawn


def _stretched(scale: Sample, axis: int) -> Sample:
    index = (slice(None), None) if axis == 0 else (None, slice(None))
    parts = {name: getattr(scale, name)[index] for name in ("array", "stored", "missing")}
    return replace(scale, **parts)


def _scale(axis: int) -> Reference:
    return lambda x, scale: REFERENCES["multiply"](x, _stretched(scale, axis))


def _scale_missing(axis: int) -> Answers:
    rule = annihilating(0, 1)
    return lambda _name, args, _settings: rule("multiply", [args[0], _stretched(args[1], axis)], {})


@st.composite
def normalizations(draw: st.DrawFn, _name: str) -> Case:
    shape = draw(shapes(min_rank=1))
    norm = draw(st.sampled_from(["l1", "l2", "max"]))
    return [draw(samples(shape))], {"norm": norm, "axis": draw(st.integers(-len(shape), len(shape) - 1))}


def _normalize(x: Sample, norm: str = "l2", axis: int = -1) -> tuple[Any, ...]:
    array = x.array
    dtype = (np.zeros(1, array.dtype) / np.ones(1, np.abs(np.zeros(1, array.dtype)).dtype)).dtype
    wide = array.astype(np.complex128 if array.dtype.kind == "c" else np.float64)
    order = {"l1": 1, "l2": 2, "max": np.inf}[norm]
    if array.shape[axis] == 0:
        return (wide.astype(dtype),)
    norms = np.linalg.vector_norm(wide, ord=order, axis=axis, keepdims=True)
    return (np.where(x.stored, wide / np.where(norms == 0, 1, norms), 0).astype(dtype),)


def whole_line(reference: Reference, axis: int) -> Answers:
    """A line in which something is missing is missing, as far as it is stored."""

    def answer(_name: str, args: list[Any], settings: dict[str, Any]) -> list[Answer]:
        (x,) = args
        lines = x.missing.any(axis=settings.get("axis", axis), keepdims=True)
        with np.errstate(all="ignore"):
            return [(reference(x, **settings)[0], x.stored & lines)]

    return answer


@st.composite
def standardizations(draw: st.DrawFn, _name: str) -> Case:
    shape = draw(shapes(min_rank=1))
    chosen = {"axis": draw(st.integers(-len(shape), len(shape) - 1)), "with_mean": draw(st.booleans())}
    return [draw(samples(shape, REAL, wild=False))], chosen


def _line(line: NDArray[np.float64], with_mean: bool) -> NDArray[np.float64]:
    """scikit-learn's StandardScaler of one feature, with its rule of what is constant within rounding."""
    count, mean, variance, epsilon = len(line), line.mean(), line.var(), np.finfo(np.float64).eps
    constant = variance <= count * epsilon * variance + (count * mean * epsilon) ** 2
    return (line - mean if with_mean else line) / (1 if constant else np.sqrt(variance))


def _standardize(x: Sample, axis: int = 0, with_mean: bool = True, skipna: bool = False) -> tuple[Any, ...]:
    dtype = x.array.dtype if x.array.dtype.kind == "f" else np.dtype(np.float64)
    array, missing = np.moveaxis(x.array, axis, -1), np.moveaxis(x.missing, axis, -1)
    found = np.zeros(array.shape)
    for index in np.ndindex(array.shape[:-1]):
        left = ~missing[index]
        if left.any():
            found[index][left] = _line(array[index][left].astype(np.float64), with_mean)
    return (np.ascontiguousarray(np.moveaxis(found, -1, axis)).astype(dtype),)


def _standardize_missing(_name: str, args: list[Any], settings: dict[str, Any]) -> list[Answer]:
    (x,) = args
    values = _standardize(x, **settings)[0]
    if settings["skipna"]:
        return [(values, x.missing)]
    lines = np.broadcast_to(x.missing.any(axis=settings["axis"], keepdims=True), x.missing.shape)
    return [(values, lines if settings["with_mean"] else x.stored & lines)]


CHECKS = {
    "normalize": Check(normalizations, _normalize, whole_line(_normalize, -1)),
    "scale_columns": Check(scales(1), _scale(1), _scale_missing(1)),
    "scale_rows": Check(scales(0), _scale(0), _scale_missing(0)),
    "standardize": Check(standardizations, _standardize, _standardize_missing, skipna=True),
}
