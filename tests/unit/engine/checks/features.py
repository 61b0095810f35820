"""Features of classes and numbers, and weights of words. Texts have a file of their own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from jazz.values import Layout, dense
from unit.engine.cases import REAL, Case
from unit.engine.checking import Check
from unit.engine.missing_reference import Answer
from unit.engine.samples import Sample, samples, shapes

WHOLE = tuple(name for name in REAL if "float" not in name)


@st.composite
def one_hots(draw: st.DrawFn, _name: str) -> Case:
    x = draw(samples(draw(shapes()), WHOLE, (Layout.DENSE,), wild=False))
    array = np.asarray(np.abs(x.array.astype(np.int64)) % 4).astype(x.array.dtype)
    turned = np.asarray(array, order=x.tensor.order.value)
    return [Sample(dense(turned), array, x.stored, x.missing)], draw(st.sampled_from([{}, {"classes": 4}]))


def _one_hot(x: Sample, classes: int | None = None) -> tuple[Any, ...]:
    codes = x.array.astype(np.int64)
    if classes is None:
        there = codes[~x.missing]
        classes = 2 if x.array.dtype == np.bool_ else int(there.max()) + 1 if there.size else 0
    return (codes[..., None] == np.arange(classes),)


def _one_hot_missing(_name: str, args: list[Any], settings: dict[str, Any]) -> list[Answer]:
    (x,) = args
    (values,) = _one_hot(x, **settings)
    return [(values, np.broadcast_to(x.missing[..., None], values.shape))]


@st.composite
def bins(draw: st.DrawFn, _name: str) -> Case:
    edges = draw(samples((draw(st.integers(0, 4)),), REAL, (Layout.DENSE,), wild=False))
    ranked = np.sort(edges.array)[:: draw(st.sampled_from([1, -1]))]
    edges = replace(edges, array=ranked, tensor=dense(np.ascontiguousarray(ranked)))
    return [draw(samples(draw(shapes()), REAL)), edges], {"right": draw(st.booleans())}


def _bin(x: Sample, edges: Sample, right: bool = False) -> tuple[Any, ...]:
    bounds = edges.array.astype(np.int8) if edges.array.dtype == np.bool_ else edges.array
    if not len(bounds):
        return (np.zeros(x.array.shape, np.int64),)
    return (np.asarray(np.digitize(x.array, bounds, right=right), np.int64),)


def _bin_missing(_name: str, args: list[Any], settings: dict[str, Any]) -> list[Answer]:
    return [(_bin(*args, **settings)[0], args[0].missing)]


@st.composite
def counts(draw: st.DrawFn, _name: str) -> Case:
    shape = draw(shapes(2, 2))
    x = draw(samples(shape, REAL, wild=False))
    chosen: dict[str, Any] = {"smooth": draw(st.booleans()), "norm": draw(st.sampled_from(["l1", "l2", "max", "none"]))}
    if x.array.dtype.kind in "bu":
        chosen["sublinear"] = draw(st.booleans())
    if draw(st.booleans()):
        return [x], chosen
    return [x, draw(samples((draw(st.integers(0, 4)), shape[1]), REAL, wild=False))], chosen


def _tfidf(
    x: Sample, corpus: Sample | None = None, smooth: bool = True, sublinear: bool = False, norm: str = "l2"
) -> tuple[Any, ...]:
    """scikit-learn's TfidfTransformer, one element at a time."""
    dtype = x.array.dtype if x.array.dtype.kind == "f" else np.dtype(np.float64)
    known = (x if corpus is None else corpus).array
    found = np.zeros(x.array.shape)
    for (i, j), count in np.ndenumerate(x.array.astype(np.float64)):
        if count:
            seen = np.count_nonzero(known[:, j])
            weight = np.log(np.float64(len(known) + smooth) / (seen + smooth)) + 1
            found[i, j] = (1 + np.log(count) if sublinear else count) * weight
    found = found.astype(dtype).astype(np.float64)
    if norm == "none":
        return (found.astype(dtype),)
    of_row = {"l1": lambda row: np.abs(row).sum(), "l2": np.linalg.norm, "max": lambda row: np.abs(row).max(initial=0)}
    scaled = np.array([row / (of_row[norm](row) or 1) for row in found]).reshape(found.shape)
    return (np.where(_left(x, x if corpus is None else corpus), scaled, 0).astype(dtype),)


def _left(x: Sample, corpus: Sample) -> NDArray[np.bool_]:
    """What is stored once it is weighed: zeros are not, but for those that are missing."""
    if x.tensor.layout is Layout.DENSE:
        return x.stored
    return x.stored & ((x.array != 0) | x.missing | corpus.missing.any(axis=0))


def _tfidf_missing(_name: str, args: list[Any], settings: dict[str, Any]) -> list[Answer]:
    x, corpus = args if len(args) == 2 else (*args, args[0])
    with np.errstate(all="ignore"):
        (values,) = _tfidf(*args, **settings)
    missing: NDArray[np.bool_] = x.missing | (x.stored & corpus.missing.any(axis=0))
    if settings["norm"] != "none":
        missing = _left(x, corpus) & missing.any(axis=1, keepdims=True)
    return [(values, missing)]


CHECKS = {
    "bin": Check(bins, _bin, _bin_missing, complete=(1,)),
    "one_hot": Check(one_hots, _one_hot, _one_hot_missing),
    "tfidf": Check(counts, _tfidf, _tfidf_missing),
}

ALONE = dict.fromkeys(("count_tokens", "hash_features", "tokenize"), "test_ops_texts.py")
