import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from jazz_server.store.errors import Closed
from jazz_server.store.threads import run_to_end


async def test_a_call_in_a_thread_is_waited_for_however_often_the_caller_is_cancelled() -> None:
    go, ended = threading.Event(), threading.Event()

    def work() -> None:
        go.wait(20)
        ended.set()

    with ThreadPoolExecutor(1) as executor:
        task = asyncio.create_task(run_to_end(executor, work))
        for _ in range(3):
            await asyncio.sleep(0.01)
            task.cancel()
        await asyncio.sleep(0.01)
        assert not task.done()
        go.set()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert ended.is_set()


async def test_what_a_call_raises_after_its_caller_was_cancelled_is_not_heard_of() -> None:
    go = threading.Event()

    def fails() -> None:
        go.wait(20)
        raise OSError(5, "Input/output error")

    with ThreadPoolExecutor(1) as executor:
        task = asyncio.create_task(run_to_end(executor, fails))
        await asyncio.sleep(0.01)
        task.cancel()
        go.set()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_a_call_after_the_threads_have_ended_says_that_the_store_is_closed() -> None:
    executor = ThreadPoolExecutor(1)
    executor.shutdown()
    with pytest.raises(Closed):
        await run_to_end(executor, int)
