"""Nearest neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from jazz.values import Tensor, dense
from jazz_server.engine import arguments, neighbours, operands, shapes
from jazz_server.engine.dense import quiet
from jazz_server.engine.errors import OpError
from jazz_server.engine.op import Cost, CostSettings, Inference, Op, Parameter, Run, Scalar, Settings, Size
from jazz_server.engine.promotion import INT64, REAL, Array, ordered, outcomes
from jazz_server.kinds import describe
from jazz_server.kinds.types import TensorType, Type


def _distance(a: Array, b: Array) -> Array:
    """A number of the element type of distances: that of both if it is one of floating-point numbers, else float64."""
    common = np.result_type(a, b)
    return np.zeros(1, common if common.kind == "f" else np.float64)


def _infer(inference: Inference, args: Sequence[Type | Scalar], settings: Settings) -> tuple[Type, ...]:
    x, queries = (
        arguments.tensor(inference, name, arg, REAL) for name, arg in zip(("x", "queries"), args, strict=True)
    )
    fit = [arguments.rank_in(inference, name, found, (2,)) for name, found in (("x", x), ("queries", queries))]
    metric = settings.get("metric")
    if metric not in neighbours.METRICS:
        inference.mismatch("metric", describe.choices(map(repr, neighbours.METRICS)), repr(metric))
    k = arguments.count(inference, settings, "k")
    rows = None
    if fit[0] and x.shape is not None and isinstance(x.shape[0], int) and k is not None and k > x.shape[0]:
        inference.mismatch("k", f"at most {describe.count(x.shape[0], 'row')}", str(k))
    if all(fit) and x.shape is not None and queries.shape is not None:
        shapes.same(inference, "queries", x.shape[1], queries.shape[1], "column")
    if fit[1] and queries.shape is not None:
        rows = queries.shape[0]
    dtypes = ordered(found.dtype for found in outcomes(_distance, [x.dtypes, queries.dtypes]))
    shape = (inference.fresh() if rows is None else rows, k)
    return TensorType(dtypes, shape, arguments.DENSE), TensorType((INT64,), shape, arguments.DENSE)


def _run(run: Run, args: Sequence[Any], settings: Settings) -> tuple[Tensor, ...]:
    x, queries = operands.complete("x", args[0]), operands.complete("queries", args[1])
    k, metric = settings["k"], settings["metric"]
    assert isinstance(k, int)
    if k > x.shape[0]:
        raise OpError("k", f"at most {describe.count(x.shape[0], 'row')}", str(k))
    dtype = _distance(np.empty(0, x.dtype.storage), np.empty(0, queries.dtype.storage)).dtype
    with quiet():
        distances, rows = neighbours.nearest(run, x, queries, k, str(metric), dtype)
    return dense(distances), dense(rows)


def _cost(args: Sequence[Size], _settings: CostSettings, results: Sequence[Size]) -> Cost:
    return Cost(2 * args[0].stored * args[1].shape[0], args[0].bytes * np.ceil(args[1].shape[0] / 64) + args[1].bytes)


OPS: Final = (
    Op(
        name="knn",
        version=1,
        signature="knn(x[n, d], queries[m, d], k, metric) -> distances[m, k], indices int64[m, k]",
        doc=(
            "The k rows of x that are nearest to each row of queries, nearest first, exactly: which they are and how "
            "far. Of rows that are equally far the lower one comes first, and NaN comes last. cosine is 1 - x.q / "
            "(|x| |q|), 1 where a length is 0; euclidean is |x - q|; jaccard is 1 - |both| / |either| of the columns "
            "that are not zero, 0 where there are none; as in scikit-learn. Distances are of the element type of "
            "both if they are floating-point numbers, else float64. Sparse rows are compared by |x|^2 + |q|^2 - 2 "
            "x.q in float64 to find those that are nearest in euclidean distance. No matrix of all distances is made."
        ),
        missing="Refused when it runs: how far is not known.",
        arguments=("x", "queries"),
        results=("distances", "indices"),
        infer=_infer,
        run=_run,
        parameters=(
            Parameter("k", "int", "How many neighbours.", required=True),
            Parameter("metric", "str", 'The distance: "cosine", "euclidean" or "jaccard".', default="cosine"),
        ),
        cost=_cost,
        work="O(stored of x times m), in vectors of 16",
    ),
)
"""The operations of this module."""
