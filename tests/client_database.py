"""Connections to a real server that leave it empty."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress

import numpy as np
import pytest

import jazz
import jazz.aio
from running_server import RunningServer


@contextmanager
def emptying(target: str) -> Iterator[jazz.Database]:
    """A connection to a server that is empty at its end."""
    with jazz.connect(target) as database:
        yield database
        while spaces := list(database.spaces.list()):
            for space in spaces:
                with suppress(jazz.FailedPrecondition):  # others require a kind in it, and go before it
                    database.spaces.delete(space.name, force=True)


@pytest.fixture
def db(shared_server: RunningServer) -> Iterator[jazz.Database]:
    """A connection to the shared server, which is empty before and after."""
    with emptying(shared_server.target) as database:
        yield database


@pytest.fixture
async def adb(shared_server: RunningServer) -> AsyncIterator[jazz.aio.Database]:
    """The same, asynchronous."""
    async with jazz.aio.connect(shared_server.target) as database:
        yield database
        while spaces := [space async for space in database.spaces.list()]:
            for space in spaces:
                with suppress(jazz.FailedPrecondition):
                    await database.spaces.delete(space.name, force=True)


def put_and_get(target: str, process: int, count: int) -> int:
    """Put blocks and get them back: the work of one of several processes."""
    with jazz.connect(target) as db:
        for number in range(count):
            value = np.full(20_000, process * 1000 + number)
            db.put(f"lab/{process}/{number}", value)
            assert np.array_equal(db.get(f"lab/{process}/{number}"), value)
    return count
