"""The asynchronous client: the same methods as `jazz.connect` gives, awaited.

    async with jazz.aio.connect("localhost:50051") as db:
        await db.put("lab/numbers", [1.5, 2.5])
        numbers = await db.get("lab/numbers")
        async for info in db.list("lab"):
            print(info)

A connection belongs to the event loop in which it was used first.
"""

from jazz._async._batches import Batch
from jazz._async._commits import Commit
from jazz._async._database import Database, connect
from jazz._async._handles import Block
from jazz._async._sessions import Session

__all__ = ["Batch", "Block", "Commit", "Database", "Session", "connect"]
