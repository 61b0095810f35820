"""Puts blocks without end and says which were acknowledged, until it is killed."""

import asyncio
import random
import sys
from pathlib import Path

from jazz_server.store import BlockName, Copy, Delete, Put, Store, StoreOptions
from jazz_server.store.options import Recycling

WRITERS = 3


def body(writer: int, number: int) -> bytes:
    """What the block with this number holds: of any size, and known to the parent."""
    chance = random.Random(writer * 1_000_003 + number)
    return chance.randbytes(chance.choice([0, 10, 1000, 16_384, 16_385, 70_000, 300_000]))


async def write(store: Store, writer: int) -> None:
    space = f"w{writer}"
    number = 0
    while True:
        name = BlockName(space, f"{number:06}")
        scratch = BlockName(space, "~scratch")
        await store.commit(
            [
                Put(name, b"", inline=body(writer, number)),
                Put(scratch, b"", inline=bytes(50_000)),
                Copy(name, BlockName(space, "~copy")),
                Delete(scratch),
            ]
        )
        sys.stdout.write(f"{writer} {number}\n")
        sys.stdout.flush()
        number += 1


async def main(path: str) -> None:
    recycling = Recycling(least_bytes=16_384)
    options = StoreOptions(trial_seconds=None, journal_batches=20, sweep_seconds=0.05, recycling=recycling)
    store = await Store.open(Path(path), options)
    await asyncio.gather(*(write(store, writer) for writer in range(WRITERS)))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
