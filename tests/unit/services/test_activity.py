"""What is counted of the calls that are being served."""

import asyncio

import pytest

from jazz.errors import ResourceExhausted, Unavailable
from jazz_server.activity import Activity


async def test_it_is_quiet_when_no_call_is_at_work():
    activity = Activity(10)

    await asyncio.wait_for(activity.quiet(), 1)


async def test_it_is_not_quiet_while_a_call_is_at_work():
    activity = Activity(10)
    activity.enter()
    waiting = asyncio.create_task(activity.quiet())
    await asyncio.sleep(0)

    assert not waiting.done()
    activity.leave()
    await asyncio.wait_for(waiting, 1)


async def test_a_call_that_waits_for_its_client_does_not_count_as_work():
    activity = Activity(10)
    activity.enter()
    activity.pause()

    await asyncio.wait_for(activity.quiet(), 1)
    activity.resume()
    assert activity.busy == 1


async def test_more_calls_than_the_limit_are_refused():
    activity = Activity(1)
    activity.enter()

    with pytest.raises(ResourceExhausted):
        activity.enter()
    activity.leave()
    activity.enter()


async def test_no_call_begins_once_the_server_stops():
    activity = Activity(1)
    activity.draining = True

    with pytest.raises(Unavailable):
        activity.enter()
