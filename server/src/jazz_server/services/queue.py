"""Runs that wait for a thread. Those that can be one are run as one when a thread is free: nothing waits for others."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Hashable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Final

from jazz.codec import Encoded, encode
from jazz.values import Value
from jazz_server.engine.errors import Interrupted
from jazz_server.engine.watching import Watched, watching
from jazz_server.pipelines.errors import PipelineError
from jazz_server.pipelines.explained import Explanation
from jazz_server.pipelines.joining import MOST, Member, joinable, run_joint
from jazz_server.pipelines.slabs import Slabs
from jazz_server.services.lent import lent
from jazz_server.services.stored import Recent

_PLANS_KEPT: Final = 256


@dataclass(frozen=True, slots=True)
class Computed:
    """What a run gave.

    Attributes:
        outputs: The outputs in their order, encoded.
        nanoseconds: How long the computing took.
        together: How many runs were computed as one; 0 for a result that had been kept.
        lent: The outputs whose bytes are those of inputs.
        watched: What each step took, if that was asked for.
        explanation: The same in words.
    """

    outputs: Mapping[str, Encoded]
    nanoseconds: int
    together: int = 1
    lent: frozenset[str] = frozenset()
    watched: Watched | None = None
    explanation: Explanation | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Job:
    """A run that waits.

    Attributes:
        member: What is to be run.
        key: What it has in common with those that it can be joined with; None when with none.
        names: The inputs that are cut by rows.
        rows: How many rows they have.
        watched: Whether to tell what each step takes.
        done: What comes of it.
    """

    member: Member
    key: Hashable = None
    names: tuple[str, ...] = ()
    rows: int = 0
    watched: bool = False
    done: Future[Computed] = field(default_factory=Future)


class Queue:
    """Jobs in the order in which they came, and the threads that compute."""

    def __init__(self, threads: ThreadPoolExecutor) -> None:
        self._threads = threads
        self._jobs: deque[Job] = deque()
        self._lock = threading.Lock()
        self._plans: Recent[tuple[Slabs | None]] = Recent(_PLANS_KEPT)

    def submit(self, job: Job) -> Future[Computed]:
        """Have a job done, in its turn or with one that is alike."""
        with self._lock:
            self._jobs.append(job)
        self._threads.submit(self._work)
        return job.done

    def _work(self) -> None:
        jobs = self._next()
        try:
            if len(jobs) < 2 or not self._together(jobs):
                for job in jobs:
                    _alone(job)
        except BaseException as error:  # noqa: BLE001 - handed to whoever waits for it
            for job in jobs:
                if not job.done.done():
                    job.done.set_exception(error)

    def _next(self) -> list[Job]:
        """The first job and those that are alike, as many as may be; none when they were done with others."""
        with self._lock:
            if not self._jobs:
                return []
            jobs = [self._jobs.popleft()]
            if jobs[0].key is None:
                return jobs
            rows = jobs[0].rows
            for job in [each for each in self._jobs if each.key == jobs[0].key]:
                rows += job.rows
                if rows > MOST:
                    break
                self._jobs.remove(job)
                jobs.append(job)
            return jobs

    def _plan(self, job: Job) -> Slabs | None:
        assert job.key is not None
        with self._lock:
            kept = self._plans.get(job.key)
        if kept is None:
            kept = (joinable(job.member.program, job.names),)
            with self._lock:
                self._plans.put(job.key, kept)
        return kept[0]

    def _together(self, jobs: Sequence[Job]) -> bool:
        """Do jobs as one. When something is wrong with any, nothing is done: each is to find out for itself."""
        plan = self._plan(jobs[0])
        if plan is None:
            return False
        began = time.perf_counter_ns()
        try:
            found = run_joint(plan, [job.member for job in jobs], [job.rows for job in jobs])
        except (PipelineError, Interrupted):
            return False
        took = time.perf_counter_ns() - began
        for job, outputs in zip(jobs, found, strict=True):
            job.done.set_result(Computed(_encoded(outputs), took, len(jobs)))
        return True


def done_at_once(member: Member, *, watched: bool) -> Computed:
    """What comes of a run by itself, in this thread."""
    began = time.perf_counter_ns()
    with watching() if watched else nullcontext() as noted:
        outputs = member.program.run(member.values, member.control)
    took = time.perf_counter_ns() - began
    return Computed(_encoded(outputs), took, lent=lent(outputs, member.values.values()), watched=noted)


def _alone(job: Job) -> None:
    try:
        job.done.set_result(done_at_once(job.member, watched=job.watched))
    except BaseException as error:  # noqa: BLE001 - handed to whoever waits for it
        job.done.set_exception(error)


def _encoded(outputs: Mapping[str, Value]) -> dict[str, Encoded]:
    return {name: encode(value) for name, value in outputs.items()}
