"""Reductions that say how numbers are spread, and what goes along a line and keeps its length."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import special

from unit.engine.cases import REAL, Case, axes, axis_or_none
from unit.engine.checking import Check
from unit.engine.missing_reference import Answer, lines
from unit.engine.reference import REFERENCES, Axes, alone
from unit.engine.samples import DTYPES, Sample, samples, shapes

NUMBERS = tuple(name for name in REAL if name != "bool")
METHODS = ["linear", "lower", "higher", "nearest", "midpoint"]


@st.composite
def spreads(draw: st.DrawFn, _name: str) -> Case:
    shape = draw(shapes())
    chosen: dict[str, Any] = {"keepdims": draw(st.booleans()), "correction": draw(st.sampled_from([0, 1, 0.5]))}
    return [draw(samples(shape, DTYPES, wild=False))], chosen | draw(axes(len(shape)))


@st.composite
def quantiles(draw: st.DrawFn, _name: str) -> Case:
    shape = draw(shapes())
    shares = st.sampled_from([0, 0.0, 0.1, 0.25, 0.5, 0.625, 1.0, 1])
    chosen: dict[str, Any] = {
        "keepdims": draw(st.booleans()),
        "method": draw(st.sampled_from(METHODS)),
        "q": draw(st.one_of(shares, st.lists(shares, min_size=1, max_size=3).map(tuple))),
    }
    return [draw(samples(shape, NUMBERS, wild=draw(st.booleans())))], chosen | draw(axes(len(shape)))


@st.composite
def sums(draw: st.DrawFn, name: str) -> Case:
    shape = draw(shapes())
    return [draw(samples(shape, REAL if name == "logsumexp" else DTYPES))], {"keepdims": draw(st.booleans())} | draw(
        axes(len(shape))
    )


@st.composite
def softmaxes(draw: st.DrawFn, _name: str) -> Case:
    shape = draw(shapes(min_rank=1))
    return [draw(samples(shape, REAL))], {"axis": draw(st.integers(-len(shape), len(shape) - 1))}


@st.composite
def scans(draw: st.DrawFn, _name: str) -> Case:
    shape = draw(shapes())
    return [draw(samples(shape, DTYPES, wild=False))], draw(axis_or_none(len(shape)))


def of_lines(dtype: Any, line: Any) -> Any:
    """A reference that makes one number of each line: `line` does, and `dtype` gives the element type."""

    def reference(x: Any, axis: Axes = None, keepdims: bool = False, **settings: Any) -> tuple[Any, ...]:
        array = alone(x)
        rank = array.ndim
        gone = range(rank) if axis is None else [each % rank for each in (axis if isinstance(axis, tuple) else (axis,))]
        shape = [1 if each in gone else n for each, n in enumerate(array.shape) if keepdims or each not in gone]
        full = np.zeros(array.shape, np.bool_)
        found = [line(each, **settings) for each, _ in lines(Sample(None, array, ~full, full), axis)]  # type: ignore[arg-type]
        several = settings.get("q")
        lead = (len(several),) if isinstance(several, tuple) else ()
        columns = np.array(found, dtype(array, settings)).reshape((-1, *lead))
        return (np.moveaxis(columns, 0, -1).reshape((*lead, *shape)),)

    return reference


def missing_of_lines(nothing_left: bool) -> Any:
    """Missing where an element of the line is; when those are skipped, where all are, unless that has an answer."""

    def rule(name: str, args: list[Any], settings: dict[str, Any]) -> list[Answer]:
        (x,) = args
        skipna = settings.get("skipna", False)
        settings = {key: value for key, value in settings.items() if key != "skipna"}
        plain = {key: value for key, value in settings.items() if key not in ("axis", "keepdims")}
        with np.errstate(all="ignore"):
            whole = np.asarray(REFERENCES[name](x, **settings)[0])
            several = settings.get("q")
            lead = (len(several),) if isinstance(several, tuple) else ()
            values, missing = [], []
            for line, marks in lines(x, settings.get("axis")):
                left = line[~marks]
                hidden = bool(marks.any() and (not skipna or (len(left) == 0 and not nothing_left)))
                missing.append(hidden)
                empty = np.zeros(lead, whole.dtype)
                values.append(empty if hidden else np.asarray(REFERENCES[name](left, **plain)[0]))
        columns = np.array(values, whole.dtype).reshape((-1, *lead))
        marked = np.broadcast_to(np.array(missing, np.bool_).reshape(whole.shape[len(lead) :]), whole.shape)
        return [(np.moveaxis(columns, 0, -1).reshape(whole.shape), marked)]

    return rule


def _float(array: NDArray[Any], _settings: dict[str, Any]) -> Any:
    return array.dtype if array.dtype.kind == "f" else np.float64


def _variance(line: NDArray[Any], correction: float = 0) -> Any:
    wide = line.astype(np.complex128 if line.dtype.kind == "c" else np.float64)
    divisor = max(len(line) - correction, 0)
    total = (np.abs(wide - wide.mean()) ** 2).sum() if len(line) else 0.0
    return np.divide(total, divisor)


def _quantile(line: NDArray[Any], q: Any, method: str = "linear") -> Any:
    """By the definition, element by element; what is between infinite neighbours is the limit."""
    if isinstance(q, tuple):
        return [_quantile(line, each, method) for each in q]
    if len(line) == 0:
        raise ValueError("no elements")
    found = np.sort(line)
    if found[-1] != found[-1]:
        return found[-1]
    place = q * (len(line) - 1)
    low, high = math.floor(place), math.ceil(place)
    if method in ("lower", "higher", "nearest"):
        return found[{"lower": low, "higher": high, "nearest": round(place)}[method]]
    a, b = float(found[low]), float(found[high])
    share = place - low if method == "linear" else 0.5 * (high > low)
    if share == 0 or a == b:
        return a
    return a * (1 - share) + b * share


def _quantile_type(array: NDArray[Any], settings: dict[str, Any]) -> Any:
    between = settings.get("method", "linear") in ("linear", "midpoint")
    return np.float64 if between and array.dtype.kind != "f" else array.dtype


def _quantiles(x: Any, **settings: Any) -> tuple[Any, ...]:
    array = alone(x)
    axis = settings.get("axis")
    given = array.shape if axis is None else [array.shape[i] for i in (axis if isinstance(axis, tuple) else (axis,))]
    if 0 in given:
        raise ValueError("no elements")
    (found,) = of_lines(_quantile_type, _quantile)(array, **settings)
    return (found,)


def _logsumexp(line: NDArray[Any]) -> Any:
    return special.logsumexp(line.astype(np.float64)) if len(line) else -np.inf


def _softmax(x: Any, axis: int = -1) -> tuple[Any, ...]:
    array = alone(x)
    dtype = array.dtype if array.dtype.kind == "f" else np.dtype(np.float64)
    return (special.softmax(array.astype(np.float64), axis=axis).astype(dtype) if array.size else array.astype(dtype),)


def _softmax_of_present(_name: str, args: list[Any], settings: dict[str, Any]) -> list[Answer]:
    (x,) = args
    axis = settings.get("axis", -1)
    wide = x.array.astype(np.float64)
    wide[x.missing] = -np.inf
    with np.errstate(all="ignore"):
        (values,) = _softmax(wide, axis)
    dtype = x.array.dtype if x.array.dtype.kind == "f" else np.dtype(np.float64)
    hidden = (
        x.missing if settings.get("skipna") else np.broadcast_to(x.missing.any(axis, keepdims=True), x.missing.shape)
    )
    return [(values.astype(dtype), hidden)]


def _cumsum(x: Any, axis: int | None = None) -> tuple[Any, ...]:
    array = alone(x)
    dtype = np.cumsum(np.zeros(1, array.dtype)).dtype
    wide = {"f": np.float64, "c": np.complex128}.get(dtype.kind, dtype)
    return (np.cumsum(array, axis, wide).astype(dtype),)


def _cumsum_of_present(_name: str, args: list[Any], settings: dict[str, Any]) -> list[Answer]:
    (x,) = args
    axis = settings.get("axis")
    (values,) = _cumsum(x.array, axis)
    hidden = x.missing.reshape(-1) if axis is None else x.missing
    return [(values, hidden if settings.get("skipna") else np.logical_or.accumulate(hidden, axis or 0))]


CHECKS = {
    "var": Check(
        spreads,
        of_lines(lambda x, _: np.var(np.zeros(1, x.dtype)).dtype, _variance),
        missing_of_lines(False),
        skipna=True,
    ),
    "std": Check(
        spreads,
        of_lines(lambda x, _: np.var(np.zeros(1, x.dtype)).dtype, lambda line, **kw: np.sqrt(_variance(line, **kw))),
        missing_of_lines(False),
        skipna=True,
    ),
    "quantile": Check(quantiles, _quantiles, missing_of_lines(False), skipna=True),
    "logsumexp": Check(sums, of_lines(_float, _logsumexp), missing_of_lines(True), skipna=True),
    "softmax": Check(softmaxes, _softmax, _softmax_of_present, skipna=True),
    "cumsum": Check(scans, _cumsum, _cumsum_of_present, skipna=True),
}
