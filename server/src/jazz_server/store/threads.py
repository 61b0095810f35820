"""Blocking calls in threads, which a cancelled caller does not leave behind half done."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from typing import TypeVar

T = TypeVar("T")


async def run_to_end(executor: Executor, call: Callable[..., T], *arguments: object) -> T:
    """Run a blocking call; if the caller is cancelled, the cancellation takes effect when the call has ended."""
    work = asyncio.get_running_loop().run_in_executor(executor, call, *arguments)
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        await asyncio.wait([work])
        raise
