"""Threads for blocking calls, which a cancelled caller does not leave behind half done."""

import asyncio
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, Final, Generic, TypeVar, cast

from jazz_server.store.errors import Closed

T = TypeVar("T")


class _Job(Generic[T]):
    """A call on its way through a thread and back to the loop of its caller, who waits for `heard`."""

    __slots__ = ("_arguments", "_call", "_error", "_loop", "_result", "ended", "heard")

    def __init__(self, loop: asyncio.AbstractEventLoop, call: Callable[..., T], arguments: tuple[object, ...]) -> None:
        self.heard: asyncio.Future[None] = loop.create_future()
        self.ended = False
        self._loop = loop
        self._call = call
        self._arguments = arguments
        self._result: T | None = None
        self._error: BaseException | None = None

    def work(self) -> None:
        """In the thread: the call, and word of its end."""
        try:
            self._result = self._call(*self._arguments)
        except BaseException as error:  # noqa: BLE001 - whatever it is, the caller is who hears of it
            self._error = error
        self._loop.call_soon_threadsafe(self._end)

    def _end(self) -> None:
        self.ended = True
        if not self.heard.done():
            self.heard.set_result(None)

    def wait_again(self) -> None:
        """After a cancellation, which has taken `heard` with it."""
        self.heard = self._loop.create_future()

    def outcome(self) -> T:
        """What the call has given, or raised."""
        if self._error is None:
            return cast(T, self._result)
        try:
            raise self._error
        finally:
            self._error = None  # its traceback knows this job


_END: Final = None


class Threads:
    """A number of threads, which wait for calls of one loop.

    The standard library's pool does the same at five times the price: 50 µs of the loop's time for a call, of which a
    body of 200 MB needs two hundred.
    """

    def __init__(self, count: int, name: str) -> None:
        self._count = count
        self._name = name
        self._calls: SimpleQueue[_Job[Any] | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._running = 0
        self._closed = False

    async def run(self, call: Callable[..., T], *arguments: object) -> T:
        """Run a blocking call; a cancellation takes effect when the call has ended, however often it is repeated.

        Otherwise the caller would close files that the thread still works on. `Closed` once the threads have ended.
        """
        if self._closed:
            raise Closed
        if self._running == len(self._threads) < self._count:  # few threads are woken quicker than many in turn
            self._begin()
        job = _Job(asyncio.get_running_loop(), call, arguments)
        self._running += 1
        self._calls.put(job)
        cancelled: asyncio.CancelledError | None = None
        while not job.ended:
            try:
                await job.heard
            except asyncio.CancelledError as error:
                cancelled = error
                job.wait_again()
        self._running -= 1
        if cancelled is not None:
            raise cancelled  # nobody is left to hear of what the call has raised
        return job.outcome()

    def close(self) -> None:
        """End the threads when they have done what they were given. Blocks."""
        self._closed = True
        for _ in self._threads:
            self._calls.put(_END)
        for thread in self._threads:
            thread.join()

    def _begin(self) -> None:
        name = f"{self._name}_{len(self._threads)}"
        thread = threading.Thread(target=_work, args=(self._calls,), name=name, daemon=True)
        self._threads.append(thread)
        thread.start()


def _work(calls: "SimpleQueue[_Job[Any] | None]") -> None:
    while (job := calls.get()) is not _END:
        job.work()
        del job  # what it was given can be large, and the next one may be long in coming
