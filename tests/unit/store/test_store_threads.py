import asyncio
import gc
import threading
import weakref
from collections.abc import Iterator

import pytest

from jazz_server.store.errors import Closed
from jazz_server.store.threads import Threads


@pytest.fixture
def threads() -> Iterator[Threads]:
    threads = Threads(2, "test")
    yield threads
    threads.close()


async def test_a_call_gives_what_it_returns_and_raises_what_it_raises(threads: Threads) -> None:
    assert await threads.run(divmod, 7, 2) == (3, 1)
    with pytest.raises(ZeroDivisionError):
        await threads.run(divmod, 7, 0)
    assert await threads.run(divmod, 9, 2) == (4, 1)


async def test_as_many_calls_run_at_once_as_there_are_threads_and_the_others_wait(threads: Threads) -> None:
    both, third = threading.Barrier(3), threading.Event()
    calls = [asyncio.create_task(threads.run(both.wait, 20)) for _ in range(2)]
    later = asyncio.create_task(threads.run(third.set))
    await asyncio.sleep(0.02)
    assert not third.is_set()
    await asyncio.to_thread(both.wait, 20)
    await asyncio.gather(*calls, later)
    assert third.is_set()


async def test_a_call_in_a_thread_is_waited_for_however_often_the_caller_is_cancelled(threads: Threads) -> None:
    go, ended = threading.Event(), threading.Event()

    def work() -> None:
        go.wait(20)
        ended.set()

    task = asyncio.create_task(threads.run(work))
    for _ in range(3):
        await asyncio.sleep(0.01)
        task.cancel()
    await asyncio.sleep(0.01)
    assert not task.done()
    go.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended.is_set()


async def test_what_a_call_raises_after_its_caller_was_cancelled_is_not_heard_of(threads: Threads) -> None:
    go = threading.Event()

    def fails() -> None:
        go.wait(20)
        raise OSError(5, "Input/output error")

    task = asyncio.create_task(threads.run(fails))
    await asyncio.sleep(0.01)
    task.cancel()
    go.set()
    with pytest.raises(asyncio.CancelledError):
        await task


class _Large:
    """What a test can see the end of."""

    def fail(self) -> None:
        raise OSError(5, "Input/output error")


async def test_what_a_call_was_given_is_let_go_while_its_thread_waits_for_the_next(threads: Threads) -> None:
    given, failing = _Large(), _Large()
    seen = [weakref.ref(given), weakref.ref(failing)]
    gc.disable()
    try:
        await threads.run(id, given)
        with pytest.raises(OSError, match="Input/output error"):
            await threads.run(failing.fail)
        del given, failing
        await threads.run(int)
        assert [each() for each in seen] == [None, None]
    finally:
        gc.enable()


async def test_calls_that_wait_are_done_before_the_threads_end() -> None:
    threads, done = Threads(1, "test"), []
    calls = [asyncio.create_task(threads.run(done.append, number)) for number in range(5)]
    await asyncio.sleep(0)
    await asyncio.to_thread(threads.close)
    await asyncio.gather(*calls)
    assert done == [0, 1, 2, 3, 4]


async def test_a_call_after_the_threads_have_ended_says_that_the_store_is_closed() -> None:
    threads = Threads(1, "test")
    threads.close()
    with pytest.raises(Closed):
        await threads.run(int)
