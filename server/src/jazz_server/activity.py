"""What is being served at the moment."""

from __future__ import annotations

import asyncio

from jazz.errors import error_for


class Activity:
    """The calls that are being served. A call that waits for its client between two messages can be `idle`."""

    def __init__(self, concurrent_calls: int) -> None:
        self.draining = False
        self._limit = concurrent_calls
        self._open = 0
        self._busy = 0
        self._quiet = asyncio.Event()
        self._quiet.set()

    @property
    def busy(self) -> int:
        """Calls that are at work."""
        return self._busy

    def enter(self) -> None:
        """Count a call in.

        Raises:
            jazz.errors.Unavailable: The server is stopping.
            jazz.errors.ResourceExhausted: It serves as many calls as it may.
        """
        if self.draining:
            raise error_for("UNAVAILABLE", "the server is stopping")
        if self._open >= self._limit:
            raise error_for("RESOURCE_EXHAUSTED", f"the server is serving {self._limit} calls, as many as it may")
        self._open += 1
        self.resume()

    def leave(self) -> None:
        """Count a call out."""
        self._open -= 1
        self.pause()

    def pause(self) -> None:
        """Count a call as idle."""
        self._busy -= 1
        if self._busy == 0:
            self._quiet.set()

    def resume(self) -> None:
        """Count an idle call as busy again."""
        self._busy += 1
        self._quiet.clear()

    async def quiet(self) -> None:
        """Wait until no call is at work."""
        await self._quiet.wait()
