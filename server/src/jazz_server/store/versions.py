"""The counter that all versions come from: 64 bits, never going back, whatever happens."""

import asyncio

from jazz_server.store import keys
from jazz_server.store.catalogue import Family
from jazz_server.store.sync import Ledger

_CEILING = b"version-ceiling"


class VersionCounter:
    """Gives out versions below a ceiling that was synced before; after a crash counting goes on from the ceiling."""

    def __init__(self, ledger: Ledger, block: int) -> None:
        self._ledger = ledger
        self._block = block
        self._next = 1
        self._ceiling = 1
        self._reserving = asyncio.Lock()

    async def load(self) -> None:
        """Go on from the stored ceiling."""
        stored = self._ledger.catalogue.get(Family.META, _CEILING)
        self._next = self._ceiling = max(self._next, int.from_bytes(stored, "big") if stored else 1)
        await self.ensure(1)

    @property
    def next(self) -> int:
        """A lower bound of all versions given out from now on."""
        return self._next

    async def ensure(self, count: int) -> None:
        """Make sure that `count` versions can be taken in this turn of the loop."""
        while not self._has(count):
            async with self._reserving:  # or a lower ceiling could be written over a higher one
                if not self._has(count):
                    ceiling = self._ceiling + self._block + count
                    await self._ledger.write({(Family.META, _CEILING): keys.number(ceiling)})
                    self._ceiling = ceiling

    def _has(self, count: int) -> bool:
        return self._ceiling - self._next >= count

    def take(self) -> int:
        """The next version. `ensure` must have been awaited in the same turn."""
        if self._next >= self._ceiling:
            raise AssertionError("no version has been reserved")
        version = self._next
        self._next += 1
        return version
