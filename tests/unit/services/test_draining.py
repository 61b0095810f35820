"""How a server ends."""

import asyncio
import time

import pytest

from jazz_server.activity import Activity
from jazz_server.draining import drain


class Health:
    """A health service that is told that it is over."""

    over = False

    async def enter_graceful_shutdown(self):
        self.over = True


class Server:
    """A server that stops when the shortest request to stop runs out, and knows when each would have."""

    def __init__(self):
        self.ends = []
        self._stopped = asyncio.Event()

    async def stop(self, grace):
        self.ends.append(time.monotonic() + grace)
        if grace < 10:
            await asyncio.sleep(grace)
            self._stopped.set()
        await self._stopped.wait()


@pytest.mark.parametrize("grace", [0.0, 0.1, 0.25, 0.5])
async def test_two_requests_to_stop_never_run_out_together(grace):
    # gRPC would cancel the calls of a server that it has destroyed, and crash
    server, activity = Server(), Activity(10)
    activity.enter()

    await drain(server, activity, Health(), grace)

    first, second = server.ends
    assert first - second > 60


async def test_who_is_told_first_is_the_health_service_and_new_calls_are_refused():
    server, activity, health = Server(), Activity(10), Health()

    await drain(server, activity, health, 0.1)

    assert health.over
    assert activity.draining


async def test_calls_under_way_are_waited_for_no_longer_than_they_take():
    server, activity = Server(), Activity(10)
    activity.enter()
    asyncio.get_running_loop().call_later(0.05, activity.leave)

    began = time.monotonic()
    await drain(server, activity, Health(), 9)

    assert time.monotonic() - began < 5
