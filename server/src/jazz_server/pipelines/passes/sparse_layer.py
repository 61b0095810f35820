"""One layer of a sparse network on values: the kernel `csr_layer`, run over all rows."""

from __future__ import annotations

import threading
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from jazz.values import Tensor
from jazz_server.engine.compressed import Compressed, aligned, cast, lines_of, tensor_of, widened
from jazz_server.engine.launch import pointers
from jazz_server.engine.library import kernel
from jazz_server.engine.memory import check_bytes
from jazz_server.engine.op import Run
from jazz_server.engine.parallel import for_bounds, split_by_weight, thread_count
from jazz_server.pipelines.passes.clamps import Clamp

KERNEL: Final = "csr_layer"

_RANGES_PER_THREAD: Final = 4
_ENTRIES_PER_RANGE: Final = 1 << 14
_CAPACITY: Final = 1 << 20
"""How many entries one call makes room for, at most, unless a row needs more."""


def sparse_layer(
    run: Run, x: Tensor, w: Tensor, bias: NDArray[Any], clamp: Clamp, dtype: np.dtype[Any]
) -> Tensor | None:
    """min(max(y + bias, lower), upper) where y = x @ w is not zero, else 0.

    Args:
        run: What may stop it, asked between pieces of work.
        x: The activations (m, k), CSR.
        w: The weights (k, n), CSR.
        bias: One number, or n of them, of `dtype`.
        clamp: The limits; zero is within.
        dtype: The type of the result: float32 or float64.

    Returns:
        The result, CSR; None when the kernel would give another answer than the operations one by one. It adds the
        bias wherever a sum has terms, even if they cancel, which makes no difference if and only if the bias alone is
        limited to zero. What no kernel takes (missing elements, absent entries that are not zero) is left to them.
    """
    if not is_exact(w, bias, clamp) or not _is_plain(x):
        return None
    if not x.stored:
        return _empty(x, w, dtype)
    a, b = aligned(cast(lines_of(x), dtype), cast(lines_of(w), dtype))
    return tensor_of(_Layer(run, a, b, np.ascontiguousarray(bias), clamp).compute())


def _empty(x: Tensor, w: Tensor, dtype: np.dtype[Any]) -> Tensor:
    """The result for activations of which none is there."""
    index = np.promote_types(x.indices[0].dtype, w.indices[0].dtype)
    indptr = np.zeros(x.shape[0] + 1, index)
    return tensor_of(Compressed(x.shape[0], w.shape[1], indptr, np.empty(0, index), np.empty(0, dtype)))


def is_exact(w: Tensor, bias: NDArray[Any], clamp: Clamp) -> bool:
    """Whether the kernel gives the answer of the operations one by one for these weights and this bias."""
    if len(bias) not in (1, w.shape[1]) or not _is_plain(w):
        return False
    return bool(np.all(np.minimum(np.maximum(bias, clamp.lower), clamp.upper) == 0))


def _is_plain(x: Tensor) -> bool:
    return not x.missing and not any(x.fill)


class _Layer:
    def __init__(self, run: Run, x: Compressed, w: Compressed, bias: NDArray[Any], clamp: Clamp) -> None:
        self._run = run
        self._x = x
        self._w = w
        self._bias = bias
        self._clamp = clamp
        self._counts = np.zeros(x.rows, np.int64)
        self._pieces: dict[int, tuple[NDArray[Any], NDArray[Any]]] = {}
        self._lock = threading.Lock()
        self._kernel = kernel(KERNEL, index=x.indices.dtype, value=x.data.dtype)

    def compute(self) -> Compressed:
        parts = max(1, min(thread_count() * _RANGES_PER_THREAD, (self._x.stored + self._x.rows) // _ENTRIES_PER_RANGE))
        for_bounds(split_by_weight(self._x.indptr, parts).tolist(), self._rows)
        index, value = self._x.indices.dtype, self._x.data.dtype
        indptr = pointers(self._counts, index)
        check_bytes(int(indptr[-1]) * (indptr.itemsize + value.itemsize), "a sparse layer")
        pieces = [self._pieces[begin] for begin in sorted(self._pieces)]
        indices = np.concatenate([np.empty(0, index), *(piece[0] for piece in pieces)])
        data = np.concatenate([np.empty(0, value), *(piece[1] for piece in pieces)])
        result = Compressed(self._x.rows, self._w.columns, indptr, indices, data)
        return result if indptr.dtype == index else widened(result, indptr.dtype)

    def _rows(self, begin: int, end: int) -> None:
        """Computes rows, as many at a time as there is room for."""
        x, w, columns = self._x, self._w, self._w.columns
        index, value = x.indices.dtype, x.data.dtype
        with np.errstate(over="ignore"):
            lower, upper = value.type(self._clamp.lower), value.type(self._clamp.upper)
        stamps, touched, merged = (np.empty(columns + 1, index) for _ in range(3))
        sums, words = np.empty(columns, value), np.empty(columns // 32 + 1, np.int64)
        while begin < end:
            self._run.checkpoint()
            capacity = max(columns + 1, min((end - begin) * columns, _CAPACITY))
            indices, data = np.empty(capacity, index), np.empty(capacity, value)
            done = self._kernel(
                x.indptr, x.indices, x.data, w.indptr, w.indices, w.data, self._bias, int(len(self._bias) > 1),
                lower, upper, self._counts, indices, data, capacity,
                stamps, sums, touched, words, merged, columns, begin, end,
            )  # fmt: skip
            filled = int(self._counts[begin : begin + done].sum())
            # A copy lets go of the room that was not needed.
            with self._lock:
                self._pieces[begin] = indices[:filled].copy(), data[:filled].copy()
            begin += done
