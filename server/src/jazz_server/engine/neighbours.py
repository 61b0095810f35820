"""The nearest rows of a matrix, exactly: every row meets every query, and the k best are kept."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from jazz.values import Layout, Tensor
from jazz_server.engine import layouts, operands
from jazz_server.engine.compressed import Compressed, aligned, cast, drop_zeros, row_ids, with_data
from jazz_server.engine.launch import launch
from jazz_server.engine.library import kernel
from jazz_server.engine.memory import check_bytes, check_shape
from jazz_server.engine.op import Run
from jazz_server.engine.parallel import for_each, thread_count
from jazz_server.engine.promotion import Array

METRICS = ("cosine", "euclidean", "jaccard")

_DOT, _SQUARED, _JACCARD, _DIFFERENCE = 0, 1, 2, 3
"""The scores of `kernels.distances`."""

_SCORES = {"cosine": _DOT, "euclidean": _SQUARED, "jaccard": _JACCARD}
_LANES = 16
_MOST_LANES = 64
_GRAIN = 1 << 12
"""Rows that a task has at least."""


def nearest(
    run: Run, x: Tensor, queries: Tensor, k: int, metric: str, dtype: np.dtype[Any]
) -> tuple[Array, NDArray[np.int64]]:
    """The distances (queries, k) of the k nearest rows of x to each query, ascending, and which rows they are.

    Of rows that are equally near those of lower number come first.
    """
    run.checkpoint()
    check_shape((queries.shape[0], k), np.dtype(np.int64))
    if queries.shape[0] == 0 or k == 0:
        return np.empty((queries.shape[0], k), dtype), np.empty((queries.shape[0], k), np.int64)
    work: np.dtype[Any] = np.dtype(np.float32 if dtype.itemsize <= 4 else np.float64)
    if metric == "euclidean" and operands.is_sparse(x):
        work = np.dtype(np.float64)
    search = _Search(x, queries, k, metric, work)
    scores, rows = search.best(run)
    if metric == "cosine":
        distances = np.clip(0.0 - scores, 0, 2)  # of 0 that is 0, where -scores is -0.0
    elif metric == "jaccard":
        distances = 1 - scores.astype(np.float64)
    elif search.rows is not None:
        distances, rows = _settled(search.rows, search.queries, rows, work)
    else:
        distances = np.sqrt(-scores)
    return distances.astype(dtype), rows


class _Search:
    """All rows against all queries.

    Attributes:
        rows: The rows when they are sparse, else None.
        queries: The queries.
    """

    def __init__(self, x: Tensor, queries: Tensor, k: int, metric: str, work: np.dtype[Any]) -> None:
        self.rows = layouts.rows_of(x) if operands.is_sparse(x) else None
        self._array = np.empty((0, 0), work) if self.rows is not None else layouts.array_of(x)
        self.queries = layouts.rows_of(layouts.to_sparse(queries, Layout.CSR))
        self._count, self._columns, self._k, self._work = x.shape[0], x.shape[1], k, work
        self._score = _SCORES[metric]
        if metric == "euclidean" and self.rows is None:
            self._score = _DIFFERENCE
        if self.rows is not None:
            self.rows, self._sizes = _prepared(self.rows, metric, work)
            self._longest = int(np.diff(self.rows.indptr).max(initial=0))
        else:
            self._array, self._sizes = _prepared_array(self._array, metric, work)
        self.queries, self._query_sizes = _prepared(self.queries, metric, work)

    def best(self, run: Run) -> tuple[Array, NDArray[np.int64]]:
        """The scores of the best rows for each query, greatest first, and which they are."""
        queries, threads = self.queries.rows, thread_count()
        lanes = min(_MOST_LANES, -(-queries // _LANES) * _LANES)
        tiles = [(begin, min(begin + lanes, queries)) for begin in range(0, queries, lanes)]
        parts = max(1, min(-(-2 * threads // len(tiles)), self._count // _GRAIN)) if len(tiles) < 2 * threads else 1
        bounds = [self._count * part // parts for part in range(parts + 1)]
        check_bytes(threads * self._columns * (4 + lanes * self._work.itemsize), "the tiles of queries")
        scores = np.full((parts, queries, self._k), -np.inf, self._work)
        rows = np.full((parts, queries, self._k), self._count, np.int64)

        def work(task: tuple[int, tuple[int, int]]) -> None:
            run.checkpoint()
            part, (begin, end) = task
            span = (part, slice(begin, end))
            counts = self._meet(begin, end, lanes, scores[span], rows[span], bounds[part], bounds[part + 1])
            filled = np.arange(self._k) < counts[:, None]
            scores[span][~filled], rows[span][~filled] = -np.inf, self._count

        for_each([(part, tile) for tile in tiles for part in range(parts)], work)
        return (scores[0], rows[0]) if parts == 1 else self._merged(scores, rows)

    def _meet(
        self, begin: int, end: int, lanes: int, scores: Array, rows: Array, row_begin: int, row_end: int
    ) -> NDArray[np.int64]:
        """Meets a range of rows with the queries of a tile, and says how many rows each has found."""
        work, count = self._work, end - begin
        chosen = _lines(self.queries, begin, end)
        counts, worst = np.zeros(count, np.int64), np.full(count, np.nan, work)
        sums = np.empty(lanes, work)
        sizes = self._query_sizes[begin:end]
        if self.rows is None:
            tile = _tile(chosen.indices, chosen, self._columns, lanes)
            kernel("dense_nearest", value=work)(
                self._array, self._sizes, tile, sizes, sums, scores, rows, counts, worst, self._columns, lanes, count,
                self._k, self._score, row_begin, row_end,
            )  # fmt: skip
            return counts
        columns, places = np.unique(chosen.indices, return_inverse=True)
        slots = np.zeros(self._columns, np.int32)
        slots[columns] = np.arange(1, len(columns) + 1)
        tile = _tile(places + 1, chosen, len(columns) + 1, lanes)
        matrix = self.rows
        kernel("csr_nearest", index=matrix.indices.dtype, value=work)(
            matrix.indptr, matrix.indices, matrix.data, self._sizes, slots, tile, sizes, sums,
            np.empty(self._longest + 4, np.int32), np.empty(self._longest + 4, work), scores, rows, counts, worst,
            lanes, count, self._k, self._score, row_begin, row_end,
        )  # fmt: skip
        return counts

    def _merged(self, scores: Array, rows: NDArray[np.int64]) -> tuple[Array, NDArray[np.int64]]:
        """The best of all parts of the rows: greatest first, of equals the lower row, NaN last, then what is no row."""
        every, places = (np.concatenate(list(found), axis=1) for found in (scores, rows))
        order = np.lexsort((places, -every, places == self._count), axis=-1)[:, : self._k]
        return np.take_along_axis(every, order, axis=1), np.take_along_axis(places, order, axis=1)


def _tile(slots: Array, queries: Compressed, height: int, lanes: int) -> Array:
    """The values of queries by slot, then query."""
    tile = np.zeros((height, lanes), queries.data.dtype)
    tile[slots, row_ids(queries)] = queries.data
    return tile


def _lines(matrix: Compressed, begin: int, end: int) -> Compressed:
    """Some rows of a matrix."""
    first, last = int(matrix.indptr[begin]), int(matrix.indptr[end])
    indptr = matrix.indptr[begin : end + 1] - matrix.indptr[begin]
    return Compressed(end - begin, matrix.columns, indptr, matrix.indices[first:last], matrix.data[first:last])


def _prepared(matrix: Compressed, metric: str, work: np.dtype[Any]) -> tuple[Compressed, Array]:
    """The rows as their scores need them, and their sizes: of unit length, as they are, or as sets."""
    if metric == "jaccard":
        matrix = drop_zeros(matrix)
        ones = np.ones(matrix.stored, work)
        return with_data(matrix, ones), np.diff(matrix.indptr).astype(work)
    wide = cast(matrix, np.dtype(np.float64))
    squares = np.zeros(matrix.rows)
    launch(
        "csr_sum_rows", matrix.rows, matrix.stored, wide.indptr, np.square(wide.data), squares,
        index=wide.indptr.dtype, value=np.float64,
    )  # fmt: skip
    if metric == "euclidean":
        return cast(matrix, work), squares.astype(work)
    lengths = np.sqrt(squares)
    lengths[lengths == 0] = 1
    data = wide.data / np.repeat(lengths, np.diff(matrix.indptr))
    return with_data(matrix, data.astype(work)), squares.astype(work)


def _prepared_array(array: Array, metric: str, work: np.dtype[Any]) -> tuple[Array, Array]:
    if metric == "jaccard":
        found = (array != 0).astype(work, order="C")
        return found, found.sum(axis=1)
    if metric == "euclidean":
        return np.ascontiguousarray(array, work), np.zeros(len(array), work)
    wide = array.astype(np.float64)
    lengths = np.sqrt(np.square(wide).sum(axis=1))
    lengths[lengths == 0] = 1
    return np.ascontiguousarray(wide / lengths[:, None], work), np.zeros(len(array), work)


def _settled(
    x: Compressed, queries: Compressed, rows: NDArray[np.int64], work: np.dtype[Any]
) -> tuple[Array, NDArray[np.int64]]:
    """The distances of the rows that were found, from the differences themselves, in their order."""
    x, queries = aligned(x, cast(queries, work))
    squares = np.empty(rows.shape, work)
    launch(
        "csr_squared_distances", queries.rows, rows.size * 64, x.indptr, x.indices, x.data,
        queries.indptr, queries.indices, queries.data, rows, squares, rows.shape[1],
        index=x.indices.dtype, value=work,
    )  # fmt: skip
    order = np.lexsort((rows, squares), axis=-1)
    return np.sqrt(np.take_along_axis(squares, order, axis=1)), np.take_along_axis(rows, order, axis=1)
