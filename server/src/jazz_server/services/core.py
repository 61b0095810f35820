"""What the servicers share."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from jazz.errors import error_for
from jazz_server.activity import Activity
from jazz_server.settings import ServiceLimits
from jazz_server.store import Store

_T = TypeVar("_T")

_WORKERS = 4


class Memory:
    """The bytes that values take which the server holds for runs: bounded, and refused beyond."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.taken = 0

    @property
    def free(self) -> int:
        """Bytes that can be taken."""
        return self.limit - self.taken

    def take(self, size: int, what: str) -> None:
        """Take bytes, to be given back.

        Raises:
            jazz.errors.ResourceExhausted: There are not so many.
        """
        if size > self.free:
            taken = f", of which {self.taken} are taken" if self.taken else ""
            message = f"{what} would take {size} bytes; the server has {self.limit} for it{taken}"
            raise error_for("MEMORY_LIMIT", message, metadata={"limit_bytes": str(self.limit)})
        self.taken += size

    def give_back(self, size: int) -> None:
        """Give bytes back."""
        self.taken -= size

    @contextmanager
    def held(self, size: int, what: str) -> Iterator[None]:
        """Take bytes for as long as the context lasts."""
        self.take(size, what)
        try:
            yield
        finally:
            self.give_back(size)


class Core:
    """What the servicers share: the store, the limits, the threads.

    Attributes:
        store: The store.
        limits: What clients have to stay within.
        activity: The calls that are being served.
        kernels: The level of the kernel library; "" when there is none.
        upload_seconds: How long a staged upload is kept.
        started_at: When the server started, in ns since 1970.
        memory: Bytes of values for runs.
    """

    def __init__(
        self, store: Store, limits: ServiceLimits, activity: Activity, *, kernels: str, upload_seconds: float
    ) -> None:
        self.store = store
        self.limits = limits
        self.activity = activity
        self.kernels = kernels
        self.upload_seconds = upload_seconds
        self.started_at = time.time_ns()
        self.memory = Memory(limits.memory_bytes)
        self._workers = ThreadPoolExecutor(_WORKERS, "jazz-worker")
        self._checker = ThreadPoolExecutor(1, "jazz-check")
        self._closing: list[Callable[[], None]] = []

    async def work(self, function: Callable[[], _T]) -> _T:
        """Call a function in a worker thread. It goes on to its end even if the call is cancelled."""
        return await asyncio.get_running_loop().run_in_executor(self._workers, function)

    async def check(self, function: Callable[[], _T]) -> _T:
        """Call a function that checks types or units, in the one thread for it.

        One, as such checks hold the interpreter: the first unit of all takes a second, and workers are left alone.
        """
        return await asyncio.get_running_loop().run_in_executor(self._checker, function)

    def at_close(self, close: Callable[[], None]) -> None:
        """Have something called when the server stops."""
        self._closing.append(close)

    def close(self) -> None:
        """Wait for all threads to end."""
        for close in self._closing:
            close()
        self._checker.shutdown()
        self._workers.shutdown()
