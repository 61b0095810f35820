"""The kernel threads."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jazz_server.engine import parallel
from jazz_server.engine.watching import note, watching


@pytest.fixture(autouse=True)
def three_threads(monkeypatch: pytest.MonkeyPatch) -> object:
    """Run with a pool of three threads, whatever the machine has."""
    monkeypatch.setattr(parallel, "thread_count", lambda: 3)
    parallel._pool.cache_clear()
    yield
    parallel._pool().shutdown()
    parallel._pool.cache_clear()


@pytest.mark.parametrize("n", [0, 1, 2, 11, 12, 13, 1000])
@pytest.mark.parametrize("grain", [0, 1, 5, 2000])
def test_ranges_cover_everything_once(n: int, grain: int) -> None:
    seen = np.zeros(n, np.int64)

    def mark(begin: int, end: int) -> None:
        assert end - begin >= min(grain, n)
        seen[begin:end] += 1

    parallel.for_ranges(n, mark, grain=grain)
    assert (seen == 1).all()


def test_small_work_stays_in_the_calling_thread() -> None:
    threads = set()
    parallel.for_ranges(10, lambda begin, end: threads.add(threading.get_ident()), grain=6)
    assert threads == {threading.get_ident()}


def test_the_caller_is_joined_by_kernel_threads_that_are_named_and_niced() -> None:
    all_at_once = threading.Barrier(3, timeout=60)
    found = []

    def work(_item: int) -> None:
        all_at_once.wait()
        niceness = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
        found.append((threading.current_thread().name[:11], niceness))

    parallel.for_each(range(3), work)
    caller = (threading.current_thread().name[:11], os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
    kernel_thread = ("jazz-kernel", parallel.NICENESS)
    assert sorted(found) == sorted([caller, kernel_thread, kernel_thread])
    assert caller[1] < parallel.NICENESS


def test_a_caller_does_not_wait_for_kernel_threads_that_are_busy() -> None:
    busy, done = threading.Barrier(4, timeout=60), threading.Event()

    def occupy() -> None:
        parallel.for_each(range(3), lambda _item: (busy.wait(), done.wait(60)))

    other = threading.Thread(target=occupy)
    other.start()
    busy.wait()
    threads = set()
    parallel.for_each(range(9), lambda _item: threads.add(threading.get_ident()))
    done.set()
    other.join()
    assert threads == {threading.get_ident()}


def test_work_sees_nothing_of_what_is_watched_in_the_calling_thread() -> None:
    with watching() as run:
        parallel.for_each(range(9), lambda item: note(f"item {item}"))
    assert run.chosen == {}


def test_nested_work_runs_in_its_own_thread_and_does_not_deadlock() -> None:
    pairs = []

    def outer(begin: int, end: int) -> None:
        own = threading.get_ident()
        parallel.for_ranges(9, lambda b, e: pairs.append((own, threading.get_ident())))

    parallel.for_ranges(9, outer)
    assert pairs
    assert all(outer_thread == inner_thread for outer_thread, inner_thread in pairs)


def test_callers_can_work_at_the_same_time() -> None:
    totals = np.zeros((8, 500), np.int64)

    def caller(number: int) -> None:
        for _ in range(20):
            parallel.for_ranges(500, lambda begin, end: totals[number, begin:end].__iadd__(1))

    with ThreadPoolExecutor(8) as callers:
        list(callers.map(caller, range(8)))
    assert (totals == 20).all()


def test_an_error_is_raised_after_what_had_begun_is_done() -> None:
    running = []

    def work(begin: int, end: int) -> None:
        running.append(begin)
        if begin == 0:
            raise ZeroDivisionError
        running.remove(begin)

    with pytest.raises(ZeroDivisionError):
        parallel.for_ranges(100, work)
    assert running == [0]
    parallel.for_ranges(100, lambda begin, end: None)


@settings(max_examples=50, deadline=None)
@given(counts=st.lists(st.integers(0, 50), max_size=40), parts=st.integers(1, 9), offset=st.integers(0, 9))
def test_rows_are_split_by_weight(counts: list[int], parts: int, offset: int) -> None:
    indptr = (offset + np.concatenate(([0], np.cumsum(counts)))).astype(np.int32)
    bounds = parallel.split_by_weight(indptr, parts)
    assert len(bounds) == parts + 1
    assert (bounds[0], bounds[-1]) == (0, len(counts))
    assert (np.diff(bounds) >= 0).all()
    heaviest = max(counts, default=0) + 1
    weights = np.add.reduceat(np.array([*counts, 0]) + 1, bounds[:-1]) * (np.diff(bounds) > 0)
    assert weights.max() <= (sum(counts) + len(counts)) / parts + heaviest + 1
