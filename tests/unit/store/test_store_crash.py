"""A process is killed in the middle of writing: what it acknowledged is there, and nothing is half there."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from jazz_server.store import Store, StoreOptions
from jazz_server.store.catalogue import Family
from jazz_server.store.errors import SpaceNotFound
from unit.store import crash_child
from unit.store.shop import Shop, block, segment_files


def run_until_killed(folder: Path, acknowledgements: int) -> dict[int, int]:
    """Blocks acknowledged by each writer."""
    command = [sys.executable, str(crash_child.__file__), str(folder)]
    seen = dict.fromkeys(range(crash_child.WRITERS), 0)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        for count, line in enumerate(child.stdout, 1):
            writer, number = line.split()
            seen[int(writer)] = int(number) + 1
            if count == acknowledgements:
                os.kill(child.pid, signal.SIGKILL)
    assert child.returncode == -signal.SIGKILL
    return seen


@pytest.mark.parametrize("acknowledgements", [1, 2, 5, 17, 60, 150])
async def test_a_killed_process_loses_nothing_acknowledged_and_leaves_nothing_half(
    tmp_path: Path, acknowledgements: int
) -> None:
    folder = tmp_path / "store"
    acknowledged = await asyncio.to_thread(run_until_killed, folder, acknowledgements)
    store = await Store.open(folder, StoreOptions(trial_seconds=20))
    shop = Shop(store)
    highest = 0
    for writer, count in acknowledged.items():
        try:
            names = shop.names(f"w{writer}", "0")
        except SpaceNotFound:
            assert count == 0
            continue
        assert names == [f"{number:06}" for number in range(len(names))]
        assert count <= len(names) <= count + 2
        for number, name in enumerate(names):
            assert await shop.get(f"w{writer}/{name}") == crash_child.body(writer, number)
            highest = max(highest, store.head(block(f"w{writer}/{name}")).version)
        assert await shop.get(f"w{writer}/~copy") == crash_child.body(writer, len(names) - 1)
        assert shop.names(f"w{writer}", "~s") == []
    assert await shop.put("w0/next") > highest
    async with asyncio.timeout(20):
        while len(store._tasks) > 1:
            await asyncio.sleep(0.01)
    await store._core.pins.drained()
    assert len(segment_files(folder)) == referenced_segments(store)
    assert list((folder / "data" / "staging").iterdir()) == []
    await store.close()


def referenced_segments(store: Store) -> int:
    return len({key[:16] for key, _ in store._core.durable.visible.scan(Family.SEGMENTS, b"")})
