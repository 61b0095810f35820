"""Files of removed segments are written over for new ones, and only when nobody can see it."""

import asyncio
import os
import random
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from jazz_server.store import Delete, Put, SpaceSettings, Store, StoreOptions
from jazz_server.store.options import Recycling
from unit.store.disks import small_disk
from unit.store.shop import Clock, Shop, block, segment_files

LEAST = 20_000
LARGE = 50_000
RECYCLING = Recycling(total_bytes=200_000, least_bytes=LEAST, seconds=10)


@pytest.fixture
async def store(tmp_path: Path, clock: Clock) -> AsyncIterator[Store]:
    options = StoreOptions(clock=clock, trial_seconds=None, sweep_seconds=3600, recycling=RECYCLING)
    opened = await Store.open(tmp_path / "store", options)
    yield opened
    await opened.close()


async def put(shop: Shop, name: str, body: bytes) -> None:
    await shop.put(name, body)
    await shop.store._core.pins.drained()


def files(tmp_path: Path) -> set[int]:
    return {path.stat().st_ino for path in segment_files(tmp_path / "store")}


def staging(tmp_path: Path) -> list[Path]:
    return list((tmp_path / "store" / "data" / "staging").iterdir())


@pytest.mark.parametrize("length", [LARGE, LARGE // 2 + 500, 2 * LARGE - 5000, LARGE + 1])
async def test_the_file_of_a_removed_block_is_written_over(tmp_path: Path, shop: Shop, length: int) -> None:
    await put(shop, "demo/a", os.urandom(LARGE))
    first = files(tmp_path)
    await shop.store.commit([Delete(block("demo/a"))])
    await shop.store._core.pins.drained()
    assert segment_files(tmp_path / "store") == []

    body = os.urandom(length)
    await put(shop, "demo/b", body)

    assert files(tmp_path) == first
    assert await shop.get("demo/b") == body
    [path] = segment_files(tmp_path / "store")
    assert path.stat().st_size < length + 1000
    assert staging(tmp_path) == []


@pytest.mark.parametrize("length", [LEAST, LARGE // 3, 3 * LARGE])
async def test_a_file_of_another_length_is_left_for_others(tmp_path: Path, shop: Shop, length: int) -> None:
    await put(shop, "demo/a", os.urandom(LARGE))
    first = files(tmp_path)
    await shop.store.commit([Delete(block("demo/a"))])
    await put(shop, "demo/b", os.urandom(length))
    assert files(tmp_path) != first
    assert len(staging(tmp_path)) == 1


async def test_a_block_that_is_replaced_again_and_again_has_two_files_in_turn(tmp_path: Path, shop: Shop) -> None:
    await shop.store.create_space("demo", SpaceSettings(versions_kept=1))
    seen: set[int] = set()
    for _ in range(6):
        body = os.urandom(LARGE)
        await put(shop, "demo/a", body)
        assert await shop.get("demo/a") == body
        seen |= files(tmp_path)
    assert len(seen) == 2


async def test_what_was_replaced_survives_a_restart_without_what_was_there_before(
    tmp_path: Path, shop: Shop, plain: StoreOptions
) -> None:
    body = b""
    for _ in range(4):
        body = os.urandom(LARGE)
        await put(shop, "demo/a", body)
    await shop.store.close()
    assert staging(tmp_path) == []
    again = await Store.open(tmp_path / "store", plain)
    assert await Shop(again).get("demo/a") == body
    await again.close()


async def test_bytes_that_somebody_looks_at_stay(tmp_path: Path, shop: Shop) -> None:
    before = os.urandom(LARGE)
    await put(shop, "demo/a", before)
    body = shop.store.open_body(shop.store.head(block("demo/a")))
    numbers = np.frombuffer(body.map().view(0, LARGE)[100:], np.uint8)
    body.close()

    for _ in range(8):
        await put(shop, "demo/a", os.urandom(LARGE))

    assert numbers.tobytes() == before[100:]


async def test_bytes_of_an_upload_that_somebody_looks_at_stay(shop: Shop) -> None:
    before = os.urandom(LARGE)
    upload = await shop.store.upload("demo", LARGE)
    await upload.write(before)
    await upload.finish()
    view = upload.map()[7:]
    await shop.store.commit([Put(block("demo/a"), b"", upload)])

    for _ in range(8):
        await put(shop, "demo/a", os.urandom(LARGE))

    assert bytes(view) == before[7:]


async def test_a_body_that_is_open_stays(shop: Shop) -> None:
    before = os.urandom(LARGE)
    await put(shop, "demo/a", before)
    async with shop.store.open_body(shop.store.head(block("demo/a"))) as body:
        for _ in range(8):
            await put(shop, "demo/a", os.urandom(LARGE))
        assert bytes(await body.read()) == before


async def test_what_a_snapshot_sees_stays(shop: Shop) -> None:
    before = os.urandom(LARGE)
    await put(shop, "demo/a", before)
    with shop.store.snapshot() as snapshot:
        for _ in range(8):
            await put(shop, "demo/a", os.urandom(LARGE))
        async with snapshot.open_body(snapshot.head(block("demo/a"))) as body:
            assert bytes(await body.read()) == before


async def test_a_file_with_a_second_name_stays(tmp_path: Path, shop: Shop) -> None:
    await put(shop, "demo/a", os.urandom(LARGE))
    [path] = segment_files(tmp_path / "store")
    backup = tmp_path / "backup"
    os.link(path, backup)
    before = backup.read_bytes()
    for _ in range(8):
        await put(shop, "demo/a", os.urandom(LARGE))
    assert backup.read_bytes() == before


async def test_a_mapping_that_nobody_looks_at_any_more_is_no_hindrance(tmp_path: Path, shop: Shop) -> None:
    await put(shop, "demo/a", os.urandom(LARGE))
    first = files(tmp_path)
    async with shop.store.open_body(shop.store.head(block("demo/a"))) as body:
        assert len(bytes(body.map().view(0, LARGE))) == LARGE
    await shop.store.commit([Delete(block("demo/a"))])
    await put(shop, "demo/b", os.urandom(LARGE))
    assert files(tmp_path) == first


async def test_spares_go_after_a_while(tmp_path: Path, shop: Shop, clock: Clock) -> None:
    await put(shop, "demo/a", os.urandom(LARGE))
    await shop.store.commit([Delete(block("demo/a"))])
    await shop.store._core.pins.drained()
    clock.advance(9)
    await shop.store.sweep()
    assert len(staging(tmp_path)) == 1
    clock.advance(2)
    await shop.store.sweep()
    assert staging(tmp_path) == []


async def test_spares_take_no_more_than_their_bytes(tmp_path: Path, shop: Shop) -> None:
    for number in range(8):
        await put(shop, f"demo/{number}", os.urandom(LARGE))
    await put(shop, "demo/too-long", os.urandom(300_000))
    await put(shop, "demo/short", os.urandom(LEAST - 1000))
    names = [f"demo/{number}" for number in range(8)] + ["demo/too-long", "demo/short"]
    await shop.store.commit([Delete(block(name)) for name in names])
    await shop.store._core.pins.drained()
    assert [path.name.startswith("spare-") for path in staging(tmp_path)] == [True] * 3


async def test_an_upload_into_a_spare_that_comes_to_nothing_leaves_nothing(tmp_path: Path, shop: Shop) -> None:
    await put(shop, "demo/a", os.urandom(LARGE))
    await shop.store.commit([Delete(block("demo/a"))])
    await shop.store._core.pins.drained()
    upload = await shop.store.upload("demo", LARGE)
    await upload.write(b"some")
    assert len(staging(tmp_path)) == 1
    await upload.abort()
    assert staging(tmp_path) == []


async def test_what_a_crash_leaves_is_removed_at_the_next_start(
    tmp_path: Path, shop: Shop, plain: StoreOptions
) -> None:
    await put(shop, "demo/kept", b"x" * LARGE)
    await shop.store.close()
    (tmp_path / "store" / "data" / "staging" / "spare-0123456789abcdef").write_bytes(bytes(LARGE))
    again = await Store.open(tmp_path / "store", plain)
    async with asyncio.timeout(20):
        while staging(tmp_path):
            await asyncio.sleep(0.01)
    assert await Shop(again).get("demo/kept") == b"x" * LARGE
    await again.close()


async def test_spares_give_way_when_the_disk_is_full(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 8) as disk:
        recycling = Recycling(total_bytes=8_000_000, least_bytes=LEAST)
        options = StoreOptions(trial_seconds=None, sweep_seconds=3600, free_disk_bytes=0, recycling=recycling)
        store = await Store.open(disk / "store", options)
        shop = Shop(store)
        await put(shop, "demo/a", os.urandom(5_000_000))
        await store.commit([Delete(block("demo/a"))])
        await store._core.pins.drained()
        for number in range(5):
            await put(shop, f"demo/{number}", os.urandom(1_000_000))
        await store.close()


async def test_nothing_that_is_there_changes_whatever_happens_in_between(shop: Shop, clock: Clock) -> None:
    chance = random.Random(5)
    there: dict[str, bytes] = {}
    views: list[tuple[memoryview, bytes]] = []
    for step in range(400):
        name = f"demo/{chance.randrange(6)}"
        match chance.randrange(6):
            case 0 | 1 | 2:
                there[name] = chance.randbytes(chance.choice([100, LEAST, LARGE, 2 * LARGE, 90_001]))
                await shop.put(name, there[name])
            case 3 if name in there:
                body = shop.store.open_body(shop.store.head(block(name)))
                views.append((body.map().view(0, len(there[name])), there[name]))
                body.close()
            case 4 if name in there:
                await shop.store.commit([Delete(block(name))])
                del there[name]
            case 5:
                clock.advance(1)
                await shop.store.sweep()
                views = views[step % 2 :]
        assert all(bytes(view) == body for view, body in views)
    for name, expected in there.items():
        assert await shop.get(name) == expected
