"""Blocking calls in threads, which a cancelled caller does not leave behind half done."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from typing import TypeVar

from jazz_server.store.errors import Closed

T = TypeVar("T")


async def run_to_end(executor: Executor | None, call: Callable[..., T], *arguments: object) -> T:
    """Run a blocking call; a cancellation takes effect when the call has ended, however often it is repeated.

    Otherwise the caller would close files that the thread still works on. `Closed` once the threads have ended.
    """
    try:
        work = asyncio.get_running_loop().run_in_executor(executor, call, *arguments)
    except RuntimeError as error:  # the only sign that an executor gives of its shutdown
        raise Closed from error
    cancelled: asyncio.CancelledError | None = None
    while not work.done():
        try:
            await asyncio.wait([work])
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        work.exception()  # nobody is left to hear of it
        raise cancelled
    return work.result()
