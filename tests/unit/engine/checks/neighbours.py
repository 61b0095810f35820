"""Nearest neighbours, by all distances."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from unit.engine.cases import REAL, Case
from unit.engine.checking import Check
from unit.engine.checks.graphs import complete
from unit.engine.samples import Sample, samples


@st.composite
def searches(draw: st.DrawFn, _name: str) -> Case:
    """Numbers whose distances are exact, so that rows that are equally far are so in floating point, but by angles."""
    rows, queries, columns = (draw(st.integers(0, 8)) for _ in range(3))
    x, q = (draw(samples((n, columns), REAL, wild=False)) for n in (rows, queries))
    metric = draw(st.sampled_from(["cosine", "euclidean", "jaccard"]))
    return [x, q], {"k": draw(st.integers(0, rows + 1)), "metric": metric}


def distances(x: NDArray[Any], q: NDArray[Any], metric: str) -> NDArray[np.float64]:
    """All distances (queries, rows)."""
    if metric == "jaccard":
        both = ((q != 0)[:, None] & (x != 0)).sum(axis=2)
        either = ((q != 0)[:, None] | (x != 0)).sum(axis=2)
        return 1 - np.divide(both, either, out=np.ones(both.shape), where=either > 0)
    x, q = x.astype(np.float64), q.astype(np.float64)
    if metric == "euclidean":
        return np.sqrt(np.square(q[:, None] - x).sum(axis=2))
    units = [rows / np.where(lengths == 0, 1, lengths) for rows in (q, x) for lengths in [_lengths(rows)]]
    return np.clip(1 - units[0] @ units[1].T, 0, 2)


def _lengths(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.sqrt(np.square(rows).sum(axis=1, keepdims=True))


def _knn(x: Sample, q: Sample, k: int, metric: str) -> tuple[Any, ...]:
    if k > len(x.array):
        raise ValueError("more neighbours than rows")
    common = np.result_type(x.array, q.array)
    found = distances(x.array, q.array, metric)
    # Some are equal but for rounding.
    order = np.lexsort((np.broadcast_to(np.arange(len(x.array)), found.shape), found.round(12)), axis=-1)[:, :k]
    near = np.take_along_axis(found, order, axis=1)
    return near.astype(common if common.kind == "f" else np.float64), order


def _judged(args: Any, settings: Any, answer: list[Any]) -> list[Any]:
    """Instead of rows how far they are by angle: of those in about the same direction rounding tells which is first."""
    far, rows = answer
    if settings["metric"] != "cosine" or not rows.size:
        return answer
    x, q = (sample.array for sample in args)
    return [far, np.take_along_axis(distances(x, q, "cosine"), rows, axis=1)]


CHECKS = {"knn": Check(searches, _knn, complete(_knn), complete=(0, 1), judged=_judged)}
