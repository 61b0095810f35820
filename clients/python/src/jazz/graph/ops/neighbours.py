"""Nearest neighbours."""

from __future__ import annotations

from typing import Literal, NamedTuple

from jazz.graph import settings
from jazz.graph.errors import tracing_error
from jazz.graph.node import Node, Operand, apply_many


class Neighbours(NamedTuple):
    """What `knn` gives."""

    distances: Node
    indices: Node


def knn(
    x: Operand, queries: Operand, k: int, *, metric: Literal["cosine", "euclidean", "jaccard"] = "cosine"
) -> Neighbours:
    """The `k` rows of `x` that are nearest to each row of `queries`, exactly: how far, and which; `[queries, k]` twice.

    Nearest first; of rows that are equally far the lower one first, and NaN last. Indices are int64. Cosine distance
    is 1 minus the cosine, and 1 where a row is zero; Jaccard distance is 1 minus the share of the columns that are not
    zero in both among those that are not zero in either, and 0 where there are none.

    Args:
        x: A matrix, dense or sparse.
        queries: A matrix of as many columns, dense or sparse.
        k: How many neighbours, at most the rows of `x`.
        metric: The distance.

    >>> print(jazz.pipeline(lambda known, query: jazz.ops.knn(known, query, 3)))
    <lambda>(known, query) -> distances, indices
      %0 = knn(known, query, k=3)
      distances = %0[0]
      indices = %0[1]
    """
    if metric not in ("cosine", "euclidean", "jaccard"):
        raise tracing_error("metric", "'cosine', 'euclidean' or 'jaccard'", repr(metric))
    options = {"k": settings.integer("k", k, least=0), "metric": None if metric == "cosine" else metric}
    return Neighbours(*apply_many("knn", (x, queries), options, 2))
