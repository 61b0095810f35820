"""What a run did, for those who asked: how long each step took, how much it moved, what was chosen in it and why.

Nothing is noted, and next to nothing done, unless the run is watched. That it is does not travel in arguments: whoever
chooses is often far below the step that it chooses for.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass(slots=True)
class Watched:
    """What a run, one step of it, or a sub-graph of a step took, all its turns together.

    Attributes:
        calls: How many times it ran.
        nanoseconds: How long that took, what is inside of it included.
        bytes_read: What its arguments took, summed over the calls.
        bytes_written: What its results took.
        rows_pruned: How many rows needed not be computed.
        chosen: What was chosen in it, in words, and how many times.
        inner: The steps of a run or a sub-graph, the sub-graphs of a step, by name, in the order of their first call.
    """

    calls: int = 0
    nanoseconds: int = 0
    bytes_read: int = 0
    bytes_written: int = 0
    rows_pruned: int = 0
    chosen: Counter[str] = field(default_factory=Counter)
    inner: dict[str, Watched] = field(default_factory=dict)


_watched: ContextVar[Watched | None] = ContextVar("jazz_server.engine.watched", default=None)


def watched() -> Watched | None:
    """What is being watched, in this thread; None when nothing is."""
    return _watched.get()


def note(chosen: str, *, rows_pruned: int = 0) -> None:
    """Tells those who watch what was chosen for the step that runs, and how many rows it needs not compute.

    >>> with watching() as run:
    ...     note("push: 1 % of the rows are active", rows_pruned=99)
    >>> run.chosen
    Counter({'push: 1 % of the rows are active': 1})
    """
    step = _watched.get()
    if step is not None:
        step.rows_pruned += rows_pruned
        step.chosen[chosen] += 1


@contextmanager
def watching() -> Iterator[Watched]:
    """Watches all that runs in this thread until the end."""
    with _timed(Watched()) as run:
        yield run


@contextmanager
def inside(name: str) -> Iterator[Watched | None]:
    """Watches a step, or a sub-graph of one, if what is around it is watched."""
    outer = _watched.get()
    if outer is None:
        yield None
        return
    with _timed(outer.inner.setdefault(name, Watched())) as part:
        yield part


@contextmanager
def _timed(part: Watched) -> Iterator[Watched]:
    token = _watched.set(part)
    began = time.perf_counter_ns()
    try:
        yield part
    finally:
        part.nanoseconds += time.perf_counter_ns() - began
        part.calls += 1
        _watched.reset(token)
