"""What happens when the disk is really full."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from jazz_server.store import Delete, SpaceSettings, Store, StoreOptions
from jazz_server.store.errors import DiskFull, OutcomeUnknown, StoreError
from unit.store.disks import fill, small_disk
from unit.store.shop import Shop, block, segment_files

MEGABYTE = 1024 * 1024


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", 8) as mounted:
        yield mounted


def options(free: int) -> StoreOptions:
    return StoreOptions(trial_seconds=None, sweep_seconds=3600, free_disk_bytes=free)


async def until_writable(store: Store) -> None:
    async with asyncio.timeout(20):
        while not store.writable:
            await asyncio.sleep(0.01)


async def put_until_refused(shop: Shop, size: int) -> tuple[int, StoreError]:
    """How many blocks of random bytes found room, and what the next one was told."""
    for number in range(10_000):
        try:
            await shop.put(f"demo/{size}-{number:05}", os.urandom(size))
        except StoreError as error:
            return number, error
    raise AssertionError("the disk is not full")


async def test_a_segment_that_finds_no_room_leaves_nothing_behind(disk: Path) -> None:
    store = await Store.open(disk / "s", options(0))
    shop = Shop(store)
    count, error = await put_until_refused(shop, MEGABYTE)
    assert isinstance(error, DiskFull)
    assert len(segment_files(disk / "s")) == count
    assert list((disk / "s" / "data" / "staging").iterdir()) == []
    assert store.get_space("demo").blocks == count
    await store.commit([Delete(block(f"demo/{MEGABYTE}-00000"))])
    await store._core.pins.drained()
    await shop.put("demo/again", os.urandom(MEGABYTE))
    await store.close()


async def test_a_catalogue_that_finds_no_room_takes_writes_again_once_there_is_some(disk: Path) -> None:
    ballast = disk / "ballast"
    ballast.write_bytes(bytes(5 * MEGABYTE))
    store = await Store.open(disk / "s", options(0))
    shop = Shop(store)
    count, error = await put_until_refused(shop, 10_000)
    assert isinstance(error, OutcomeUnknown)
    assert not store.writable
    assert len(await shop.get("demo/10000-00000")) == 10_000
    ballast.unlink()
    await until_writable(store)
    assert len(shop.names("demo")) in (count, count + 1)
    await shop.put("demo/after")
    await store.close()
    again = await Store.open(disk / "s", options(0))
    assert len(await Shop(again).get(f"demo/10000-{count - 1:05}")) == 10_000
    assert Shop(again).names("demo")[-1] == "after"
    await again.close()


@pytest.mark.parametrize("size", [10_000, 100_000])
async def test_writes_are_refused_before_the_disk_is_full_so_that_deleting_goes_on(disk: Path, size: int) -> None:
    store = await Store.open(disk / "s", options(2 * MEGABYTE))
    shop = Shop(store)
    count, error = await put_until_refused(shop, size)
    assert isinstance(error, DiskFull)
    assert count > 0
    assert isinstance((await put_until_refused(shop, 9_000))[1], DiskFull)
    assert store.writable
    with pytest.raises(DiskFull):
        await store.create_space("other")
    with pytest.raises(DiskFull):
        await store.upload("demo", 100 * MEGABYTE)
    await store.commit([Delete(block(name)) for name in (f"demo/{path}" for path in shop.names("demo"))])
    assert shop.names("demo") == []
    await store.close()


async def test_a_volatile_space_needs_no_disk(disk: Path) -> None:
    store = await Store.open(disk / "s", options(0))
    await store.create_space("fast", SpaceSettings(volatile=True, quota_bytes=2**30))
    fill(disk / "fill")
    await Shop(store).put("fast/a", b"a")
    assert await Shop(store).get("fast/a") == b"a"
    (disk / "fill").unlink()
    await store.close()


async def test_a_store_can_be_closed_while_the_disk_is_full(disk: Path) -> None:
    store = await Store.open(disk / "s", options(0))
    await Shop(store).put("demo/a", os.urandom(10_000))
    fill(disk / "fill")
    await store.close()
    (disk / "fill").unlink()
    again = await Store.open(disk / "s", options(0))
    assert len(await Shop(again).get("demo/a")) == 10_000
    await again.close()


async def test_a_store_that_cannot_be_opened_for_want_of_room_lets_go_of_its_folder(disk: Path) -> None:
    await (await Store.open(disk / "s", options(0))).close()
    fill(disk / "fill")
    with pytest.raises(DiskFull):
        await Store.open(disk / "s", options(0))
    (disk / "fill").unlink()
    await (await Store.open(disk / "s", options(0))).close()
