"""How a server ends: no new calls, time for those under way, then the rest is cancelled."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import Protocol

from jazz_server.activity import Activity

_log = logging.getLogger("jazz_server")

_FLUSH_SECONDS = 0.25
"""How long answers that are under way may take to leave, once all calls are done."""

_NEVER_SECONDS = 86_400.0
"""How much longer the first of two requests to stop waits. When two of them run out together, gRPC may cancel the calls
of a server that it has destroyed, which crashes the process."""


class _Stoppable(Protocol):
    async def stop(self, grace: float | None) -> None: ...


class _Health(Protocol):
    async def enter_graceful_shutdown(self) -> None: ...


async def drain(server: _Stoppable, activity: Activity, health: _Health, grace: float) -> None:
    """Say that it is over, take no more calls, let those under way finish for `grace` seconds, cancel what is left."""
    await health.enter_graceful_shutdown()
    activity.draining = True
    stopped = asyncio.create_task(server.stop(grace + _NEVER_SECONDS))
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(grace):
            await activity.quiet()
    if activity.busy:
        _log.warning("cancelling %d calls that did not finish within %g s", activity.busy, grace)
    await server.stop(min(_FLUSH_SECONDS, grace))
    await stopped
