"""The threads that kernels run on: the one that asks for work, and kernel threads that help it.

Kernel threads are niced, so that small calls keep their response time under load.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextvars import Context, ContextVar
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

NICENESS = 19
_RANGES_PER_THREAD = 16
_threads: int | None = None
_takes_part: ContextVar[bool] = ContextVar("jazz_server.engine.takes_part", default=False)


def thread_count() -> int:
    """Return how many threads share work: the number set, else that of the CPUs that this process may use."""
    return _threads or len(os.sched_getaffinity(0))


def set_thread_count(count: int) -> None:
    """Set how many threads share work, in the whole process, before the first kernel thread is started."""
    global _threads
    _threads = count


def for_ranges(n: int, function: Callable[[int, int], object], *, grain: int = 1) -> None:
    """Call ``function(begin, end)`` for ranges that cover ``[0, n)``, in parallel, and wait for all of them.

    No range is shorter than `grain` unless `n` is; work that makes only one range runs in the calling thread, and so
    does all work when the caller is itself a kernel thread. If calls raise, the first error is raised here, after all
    ranges that had begun are done; ranges not yet begun are left out.
    """
    parts = min(n // max(grain, 1), thread_count() * _RANGES_PER_THREAD)
    bounds = [part * n // parts for part in range(parts + 1)] if parts > 1 else [0, n]
    for_bounds(bounds, function)


def for_bounds(bounds: Sequence[int], function: Callable[[int, int], object]) -> None:
    """Call ``function(bounds[i], bounds[i + 1])`` for every i, as `for_ranges` does; empty ranges are left out."""
    ranges = [(int(b), int(e)) for b, e in pairwise(bounds) if e > b]
    for_each(ranges, lambda pair: function(*pair))


def for_each(items: Sequence[Any], function: Callable[[Any], object]) -> None:
    """Call ``function(item)`` for every item, in parallel, and wait; rules and errors as in `for_ranges`.

    The calling thread takes items like the kernel threads, each the next one when it is done with the one before, in
    a context of its own: what a run is watched with, say, is not there in any of them.
    """
    if len(items) < 2 or thread_count() == 1 or _takes_part.get():
        for item in items:
            function(item)
        return
    remaining = iter(items)
    lock = threading.Lock()
    errors: list[BaseException] = []

    def work() -> None:
        _takes_part.set(True)
        while not errors:
            with lock:
                item = next(remaining, lock)
            if item is lock:
                return
            try:
                function(item)
            except BaseException as error:  # noqa: BLE001 - raised by the caller, below
                errors.append(error)

    helping = [_pool().submit(work) for _ in range(min(len(items), thread_count()) - 1)]
    Context().run(work)
    # What no thread has begun by now has nothing left to do: kernel threads may be busy with what others ask for.
    wait([future for future in helping if not future.cancel()])
    if errors:
        raise errors[0]


def split_by_weight(indptr: NDArray[Any], parts: int) -> NDArray[np.int64]:
    """Return bounds that split rows into at most `parts` ranges of about equal numbers of entries.

    `indptr` (rows + 1) is that of a compressed matrix. The result starts with 0, ends with the number of rows and never
    decreases. Rows count a little themselves, so that a matrix of empty rows is split too.
    """
    rows = len(indptr) - 1
    weights = indptr.astype(np.int64) - int(indptr[0]) + np.arange(rows + 1)
    targets = np.arange(1, parts) * (int(weights[-1]) / parts)
    inner = np.minimum(np.searchsorted(weights, targets), rows)
    return np.concatenate(([0], inner, [rows])).astype(np.int64)


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(thread_count() - 1, thread_name_prefix="jazz-kernel", initializer=_begin_thread)


def _begin_thread() -> None:
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
