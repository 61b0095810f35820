"""Repeated requests: what came of each is kept for a while, and told again."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from jazz_server.store import keys
from jazz_server.store.catalogue import Family
from jazz_server.store.core import Core
from jazz_server.store.errors import InvalidBlock, RequestIdReused
from jazz_server.store.names import encode_text
from jazz_server.store.operations import Request
from jazz_server.store.records import Document, Outcome, RequestRecord, decode, encode
from jazz_server.store.transaction import Transaction

EXPIRES_REQUEST = b"r"
_MAX_ID_BYTES = 1024

T = TypeVar("T")


class Requests:
    """Lets a request take place once, even if it is repeated while it is under way."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._running: dict[bytes, asyncio.Future[None]] = {}

    async def once(
        self,
        request: Request,
        work: Callable[[], Awaitable[T]],
        recall: Callable[[RequestRecord], T],
    ) -> T:
        """Do the work, which is to `remember` its outcome, or recall what came of it; `RequestIdReused`."""
        key = _key(request)
        while key in self._running:
            await asyncio.wait([self._running[key]])
        record = await self._find(request)
        if record is not None:
            return recall(record)
        done = self._running[key] = asyncio.get_running_loop().create_future()
        try:
            return await work()
        finally:
            del self._running[key]
            done.set_result(None)

    async def _find(self, request: Request) -> RequestRecord | None:
        """What came of the request before, once that is synced."""
        for ledger in (self._core.durable, self._core.volatile):
            tx = self._core.transaction(ledger)
            stored = tx.get(Family.REQUESTS, _key(request))
            record = decode(RequestRecord, stored) if stored else None
            if record is None or record.expires_at <= tx.now:
                continue
            if record.digest != request.digest:
                found = f"{request.id!r} used again for another request"
                raise RequestIdReused("request_id", "an id for each request", found)
            await ledger.barrier()
            return record
        return None


def remember(
    tx: Transaction,
    request: Request,
    seconds: float,
    outcomes: Sequence[Outcome] = (),
    document: Document | None = None,
) -> None:
    """Keep what came of a request, in the same batch as what it did."""
    key = _key(request)
    expires_at = tx.now + int(seconds * 1e9)
    record = RequestRecord(request.digest, expires_at, tuple(outcomes), document)
    tx.put(Family.REQUESTS, key, encode(record))
    tx.put(Family.EXPIRY, keys.expiry(expires_at, EXPIRES_REQUEST + key), b"")


def _key(request: Request) -> bytes:
    size = len(encode_text(request.id, "request_id"))
    if not 0 < size <= _MAX_ID_BYTES:
        raise InvalidBlock("request_id", f"1 to {_MAX_ID_BYTES} bytes", f"{size} bytes")
    return keys.request(request.identity, request.id)
