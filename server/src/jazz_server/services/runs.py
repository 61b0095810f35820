"""Runs: values brought in, programs compiled and kept, computing in threads of its own, and stopping in time."""

from __future__ import annotations

import asyncio
import mmap
import os
import threading
import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

import numpy as np

from jazz.codec import BytesReader, check_body, decode, take
from jazz.codec.frames import checksum
from jazz.errors import error_for
from jazz.v1 import value_pb2
from jazz.values import Value
from jazz_server.engine.memory import empty_aligned
from jazz_server.engine.parallel import NICENESS
from jazz_server.engine.sizes import size_of
from jazz_server.engine.watching import Watched
from jazz_server.kinds.types import Kind, Type
from jazz_server.pipelines.control import RunControl
from jazz_server.pipelines.errors import IllTyped
from jazz_server.pipelines.explain import explain
from jazz_server.pipelines.explained import Explanation
from jazz_server.pipelines.infer import infer
from jazz_server.pipelines.joining import Member, few_rows, without_rows
from jazz_server.pipelines.program import Program
from jazz_server.pipelines.program import compile as compile_program
from jazz_server.services.checks import Checks
from jazz_server.services.core import Core
from jazz_server.services.errors import known, within
from jazz_server.services.headers import header_type
from jazz_server.services.infos import value_header
from jazz_server.services.kept import kept_results, result_key
from jazz_server.services.plans import Plan
from jazz_server.services.queue import Computed, Job, Queue, done_at_once
from jazz_server.services.quick import is_typed_at_once
from jazz_server.services.receiving import Incoming, WriteBehind, receive
from jazz_server.services.sending import SMALL
from jazz_server.services.sources import Sources, with_versions
from jazz_server.services.stored import Recent
from jazz_server.store import Body, Head

_PROGRAMS_KEPT = 256

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class _Loaded:
    """The value of a stored block; its arrays are views of the mapped body."""

    value: Value
    nbytes: int


class Runs:
    """Carries plans out."""

    def __init__(self, core: Core, sources: Sources) -> None:
        self._core = core
        self._sources = sources
        self._programs: Recent[Program] = Recent(_PROGRAMS_KEPT)
        self._values: Recent[_Loaded] = Recent(core.limits.memory_bytes // 2, lambda loaded: loaded.nbytes)
        self._threads = ThreadPoolExecutor(core.limits.concurrent_runs, "jazz-run", initializer=_begin_thread)
        self._queue = Queue(self._threads)
        self._results = kept_results(core.limits.memory_bytes // 8)
        self._waiting = 0

    def close(self) -> None:
        """Wait for the threads to end."""
        self._threads.shutdown()

    async def program(self, plan: Plan) -> Program | None:
        """The program of a run, or whether its inputs fit, before their bodies are received.

        None where a part of a block is an input, whose type shows only when it has been taken.

        Raises:
            jazz.errors.KindMismatch: The inputs do not fit; says every reason.
        """
        if not plan.sliced:
            return await self._program(plan, plan.types)
        kinds = _lookup(plan.kinds)
        work = partial(infer, plan.source.pipeline, plan.types, ops=self._sources.ops, kinds=kinds)
        await self._typed(plan, plan.types, work)
        return None

    async def receive(self, plan: Plan, incoming: Incoming) -> dict[str, memoryview]:
        """The bodies of the inputs that come in the stream, by input. The caller holds the memory for them."""
        bodies = {name: _room(header.body_bytes) for name, header in plan.streamed.items()}
        sizes = {plan.positions[name]: header.body_bytes for name, header in plan.streamed.items()}
        fill = {plan.positions[name]: _Filler(self._core, body).write for name, body in bodies.items()}
        behind = {position: WriteBehind(fill[position]) for position, size in sizes.items() if size > SMALL}
        try:
            await receive(incoming, sizes, {**fill, **behind})
            for write in behind.values():
                await write.flush()
        finally:
            for write in behind.values():
                await write.stop()
        return bodies

    async def run(
        self,
        plan: Plan,
        program: Program | None,
        bodies: Mapping[str, memoryview],
        time_left: float | None,
        held: ExitStack,
    ) -> Computed:
        """Compute the outputs by what `program` gave. `held` gives the memory back that parts of blocks take.

        Raises:
            jazz.errors.JazzError: As the table of reasons says: values that are not valid or do not fit, too little
                memory, too many runs.
        """
        deadline = None if time_left is None else time.monotonic() + time_left
        key = (
            await self._core.work(lambda: result_key(plan, bodies))
            if plan.source.cache_results and not plan.profile
            else None
        )
        kept = None if key is None else self._results.get(key)
        if kept is not None:
            return replace(kept, nanoseconds=0, together=0)
        values = await self._streamed(plan, bodies)
        types = dict(plan.types)
        for name, block in plan.blocks.items():
            if not isinstance(block.source, Body):
                values[name] = block.source
            elif block.part is None:
                values[name] = await self._loaded(block.head, block.source)
            else:
                values[name], types[name] = await self._part(name, block.head, block.source, block.part, held)
        program = program or await self._program(plan, types)
        control = RunControl(deadline=deadline, memory_limit=self._core.memory.limit)
        member = Member(program, values, control)
        if program.little:
            result = done_at_once(member, watched=plan.profile)
        else:
            result = await self._compute(_job(plan, member, types))
        if result.watched is not None:
            explained = await self._core.work(lambda: self._explained(plan, program, values, result.watched))
            return replace(result, explanation=explained)
        if key is not None:
            self._results.put(key, result)
        return result

    def _explained(
        self, plan: Plan, program: Program, values: Mapping[str, Value], watched: Watched | None
    ) -> Explanation:
        sizes = {name: size_of(value) for name, value in values.items()}
        return explain(plan.source.pipeline, program.typing, ops=self._sources.ops, sizes=sizes, run=watched)

    # Values

    async def _streamed(self, plan: Plan, bodies: Mapping[str, memoryview]) -> dict[str, Value]:
        def load() -> dict[str, Value]:
            checks = Checks()
            for name, body in bodies.items():
                try:
                    check_body(plan.streamed[name].value, BytesReader(body))
                except Exception as error:  # noqa: BLE001 - mapped as at the boundary, with the input's name
                    checks.note(within(f"inputs.{name}", known(error)))
            checks.refuse()
            return {name: decode(plan.streamed[name].value, body) for name, body in bodies.items()}

        small = plan.streamed_bytes <= SMALL
        return load() if small else await self._core.work(load)

    def kept(self, head: Head) -> Value | None:
        """The value of a block, if it is in memory."""
        loaded = self._values.get((head.name, head.version))
        return None if loaded is None else loaded.value

    async def _loaded(self, head: Head, body: Body) -> Value:
        mapped = body.map()
        header = value_header(head)
        value = await self._core.work(lambda: decode(header, mapped.view(0, head.size)))
        self._values.put((head.name, head.version), _Loaded(value, head.size + len(head.header)))
        return value

    async def _part(
        self, name: str, head: Head, body: Body, wanted: value_pb2.Slice, held: ExitStack
    ) -> tuple[Value, Type]:
        mapped = body.map()
        header = value_header(head)
        part = await self._core.work(lambda: take(header, wanted, mapped))
        held.enter_context(self._core.memory.held(part.body_bytes, f"the part of {head.name} for {name!r}"))
        value = await self._core.work(lambda: decode(part.header, part.body()))
        return value, header_type(part.header)

    # Programs

    async def _program(self, plan: Plan, types: Mapping[str, Type]) -> Program:
        key = _program_key(plan, types)
        program = self._programs.get(key)
        if program is None:
            kinds = _lookup(plan.kinds)
            work = partial(compile_program, plan.source.pipeline, types, ops=self._sources.ops, kinds=kinds)
            program = await self._typed(plan, types, work)
            self._programs.put(key, program)
        return program

    async def _typed(self, plan: Plan, types: Mapping[str, Type], work: Callable[[], _T]) -> _T:
        try:
            return work() if is_typed_at_once(plan.source.pipeline, types.values()) else await self._core.work(work)
        except IllTyped as error:
            raise with_versions(error, plan.source, plan.heads()) from error

    # Computing

    async def _compute(self, job: Job) -> Computed:
        limits = self._core.limits
        if self._waiting >= limits.concurrent_runs + limits.waiting_runs:
            message = f"{limits.concurrent_runs} runs compute and {limits.waiting_runs} wait, as many as may"
            raise error_for("RESOURCE_EXHAUSTED", message)
        self._waiting += 1
        work = asyncio.wrap_future(self._queue.submit(job))
        work.add_done_callback(self._done)
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            job.member.control.cancelled.set()
            raise

    def _done(self, work: asyncio.Future[Computed]) -> None:
        self._waiting -= 1
        if not work.cancelled():
            work.exception()


def _job(plan: Plan, member: Member, types: Mapping[str, Type]) -> Job:
    """A run as it waits, and what it has in common with those that it can be joined with."""
    if plan.profile:
        return Job(member, watched=True)
    names = tuple(sorted(plan.streamed))
    rows = 0 if plan.sliced else few_rows({name: types[name] for name in names})
    if not rows:
        return Job(member)
    blocks = tuple((name, str(head.name), head.version) for name, head in plan.heads().items())
    own = {name: without_rows(types[name]) for name in names}
    return Job(member, (_program_key(plan, own), blocks), names, rows)


def _begin_thread() -> None:
    """Like the kernels' threads, those of runs let small calls go first."""
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)


class _Filler:
    """Fills a body with the pieces that arrive."""

    def __init__(self, core: Core, body: memoryview) -> None:
        self._core = core
        self._body = body
        self._end = 0

    async def write(self, data: memoryview, crc: int) -> None:
        """Append a piece, which the CRC-32C vouches for."""
        begin, self._end = self._end, self._end + len(data)
        if len(data) <= SMALL:
            self._copy(data, crc, begin)
        else:
            await self._core.work(lambda: self._copy(data, crc, begin))

    def _copy(self, data: memoryview, crc: int, begin: int) -> None:
        found = checksum(data)
        if found != crc:
            message = f"a piece of {len(data)} bytes has the CRC-32C {found:08x}, not {crc:08x} as was said"
            raise error_for("CHECKSUM_MISMATCH", message)
        self._body[begin : begin + len(data)] = data


def _room(size: int) -> memoryview:
    """Memory for a body, aligned for every buffer in it; of a large one none is taken before bytes are there."""
    if size > SMALL:
        return memoryview(mmap.mmap(-1, size))
    return empty_aligned((size,), np.dtype(np.uint8)).data


def _lookup(kinds: Mapping[str, Kind]) -> Callable[[str], Kind]:
    return kinds.__getitem__


def _program_key(plan: Plan, types: Mapping[str, Type]) -> Hashable:
    return plan.source.key, tuple(sorted(types.items(), key=_name)), tuple(sorted(plan.kinds.items(), key=_name))


def _name(item: tuple[str, object]) -> str:
    return item[0]


def body_checksums(bodies: Mapping[str, memoryview]) -> Sequence[bytes]:
    """What the bodies of inputs are told apart by; reads them all."""
    return [checksum(body).to_bytes(4, "little") for _, body in sorted(bodies.items())]
