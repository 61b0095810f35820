import asyncio
import os
import shutil
import threading
from pathlib import Path

import pytest

from jazz_server.store import Delete, Store, StoreOptions
from jazz_server.store.catalogue import Catalogue
from jazz_server.store.errors import (
    DataLoss,
    OutcomeUnknown,
)
from unit.store.shop import Shop, block, segment_files, until_writable


async def until_orphans_are_swept(store: Store) -> None:
    async with asyncio.timeout(20):
        while len(store._tasks) > 1:
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("at", [0, 70_000, 199_999])
async def test_a_flipped_bit_in_a_segment_is_data_loss_where_it_is_and_only_there(
    tmp_path: Path, shop: Shop, at: int
) -> None:
    body = os.urandom(200_000)
    await shop.put("demo/a", body)
    flip(segment_files(tmp_path / "store")[0], at)
    async with shop.store.open_body(shop.store.head(block("demo/a"))) as opened:
        with pytest.raises(DataLoss):
            await opened.read()
        with pytest.raises(DataLoss):
            await opened.read(at, 1)
        with pytest.raises(DataLoss):
            opened.map().view(at, 1)
        away = (at + 65536 * 2) % 200_000
        assert bytes(await opened.read(away, 1)) == body[away : away + 1]
        assert bytes(opened.map().view(away, 1)) == body[away : away + 1]


@pytest.mark.parametrize("back", [1, 10, 40, 64, 70, 120])
async def test_a_flipped_bit_behind_the_body_is_data_loss(tmp_path: Path, shop: Shop, back: int) -> None:
    await shop.put("demo/a", bytes(200_000))
    file = segment_files(tmp_path / "store")[0]
    flip(file, file.stat().st_size - back)
    async with shop.store.open_body(shop.store.head(block("demo/a"))) as opened:
        with pytest.raises(DataLoss):
            await opened.read()


@pytest.mark.parametrize("length", [0, 10, 100_000, 200_000, -1])
async def test_a_segment_cut_short_is_data_loss(tmp_path: Path, shop: Shop, length: int) -> None:
    await shop.put("demo/a", bytes(200_000))
    file = segment_files(tmp_path / "store")[0]
    os.truncate(file, length if length >= 0 else file.stat().st_size - 1)
    async with shop.store.open_body(shop.store.head(block("demo/a"))) as opened:
        with pytest.raises(DataLoss):
            opened.map().view(0, 1)


async def test_a_missing_or_exchanged_segment_is_data_loss(tmp_path: Path, shop: Shop) -> None:
    await shop.put("demo/a", bytes(200_000))
    await shop.put("demo/b", b"b" * 200_000)
    first, second = segment_files(tmp_path / "store")
    first.write_bytes(second.read_bytes())
    second.unlink()
    for name in ("demo/a", "demo/b"):
        with pytest.raises(DataLoss):
            await shop.get(name)


async def test_a_flipped_bit_in_the_catalogue_is_never_wrong_data(tmp_path: Path, plain: StoreOptions) -> None:
    precious = os.urandom(800)
    store = await Store.open(tmp_path / "s", plain)
    await Shop(store).put("demo/a", precious)
    await store.close()
    tables = sorted((tmp_path / "s" / "catalogue").glob("*.sst"))
    [file] = [path for path in tables if precious in path.read_bytes()]
    flip(file, file.read_bytes().index(precious) + 50)
    store = await Store.open(tmp_path / "s", plain)
    with pytest.raises(DataLoss):
        await Shop(store).get("demo/a")
    await store.close()


async def test_a_lost_write_in_the_middle_of_the_log_is_noticed(tmp_path: Path, plain: StoreOptions) -> None:
    store = await Store.open(tmp_path / "s", plain)
    for i in range(5):
        await Shop(store).put(f"demo/{i}")
    catalogue = store._core.durable.catalogue
    journal = catalogue._families[next(each for each in catalogue._families if each == "journal")]
    key = (catalogue._journal_next - 2).to_bytes(8, "big")
    del journal[key], journal
    catalogue.sync()
    store._core.durable.broken = True
    store._core.writable = False  # closes without cutting the journal
    await store.close()
    with pytest.raises(DataLoss, match="is missing although later ones are there"):
        await Store.open(tmp_path / "s", plain)


async def test_a_damaged_catalogue_is_refused_in_time(tmp_path: Path) -> None:
    options = StoreOptions(trial_seconds=20)
    await (await Store.open(tmp_path / "s", options)).close()
    next((tmp_path / "s" / "catalogue").glob("MANIFEST-*")).write_bytes(b"garbage" * 100)
    with pytest.raises(DataLoss):
        await Store.open(tmp_path / "s", options)
    with pytest.raises(DataLoss):  # and the lock was let go
        await Store.open(tmp_path / "s", options)


async def test_orphans_are_put_aside_and_deleted_after_a_clean_start(tmp_path: Path, plain: StoreOptions) -> None:
    folder = tmp_path / "s"
    store = await Store.open(folder, plain)
    await Shop(store).put("demo/a", bytes(100_000))
    await store.close()
    [kept] = segment_files(folder)
    orphan = folder / "data" / "segments" / "ab" / ("ab" * 16)
    shutil.copy(kept, orphan)
    (folder / "data" / "staging" / "left").write_bytes(b"half")
    aside = folder / "data" / "quarantine" / orphan.name

    async def reopen() -> None:
        store = await Store.open(folder, plain)
        await until_orphans_are_swept(store)
        assert await Shop(store).get("demo/a") == bytes(100_000)
        await store.close()

    await reopen()
    assert segment_files(folder) == [kept]
    assert aside.exists()
    assert list((folder / "data" / "staging").iterdir()) == []
    (folder / "CLEAN").unlink()
    await reopen()
    assert aside.exists()
    await reopen()
    assert not aside.exists()


async def test_a_segment_put_aside_by_mistake_is_brought_back(tmp_path: Path, plain: StoreOptions) -> None:
    folder = tmp_path / "s"
    store = await Store.open(folder, plain)
    await Shop(store).put("demo/a", bytes(100_000))
    await store.close()
    [kept] = segment_files(folder)
    kept.rename(folder / "data" / "quarantine" / kept.name)
    store = await Store.open(folder, plain)
    async with asyncio.timeout(20):
        while not kept.exists():
            await asyncio.sleep(0.01)
    assert await Shop(store).get("demo/a") == bytes(100_000)
    await store.close()


def flip(file: Path, at: int) -> None:
    content = bytearray(file.read_bytes())
    content[at] ^= 1
    file.write_bytes(content)


async def test_a_segment_deleted_by_a_write_of_unknown_outcome_goes_once_that_turns_out_to_have_happened(
    tmp_path: Path, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    await shop.put("demo/z")
    await until_orphans_are_swept(shop.store)
    go, original, calls = threading.Event(), Catalogue.sync, []

    def second_fails(catalogue: Catalogue) -> None:
        calls.append(1)
        go.wait(20)
        if len(calls) == 2:
            raise OSError(5, "Input/output error")
        original(catalogue)

    monkeypatch.setattr(Catalogue, "sync", second_fails)
    putting = asyncio.create_task(shop.put("demo/a", bytes(100_000)))
    async with asyncio.timeout(20):
        while not calls:
            await asyncio.sleep(0.001)
    deleting = asyncio.create_task(shop.store.commit([Delete(block("demo/a"))]))
    await asyncio.sleep(0.01)
    go.set()
    await putting
    with pytest.raises(OutcomeUnknown):
        await deleting
    await until_writable(shop.store)
    assert shop.names("demo") == ["z"]
    await shop.store._core.pins.drained()
    assert segment_files(tmp_path / "store") == []


async def test_a_file_that_goes_while_orphans_are_looked_for_does_not_end_the_search(
    tmp_path: Path, plain: StoreOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "s"
    await (await Store.open(folder, plain)).close()
    orphan = folder / "data" / "segments" / "ab" / ("ab" * 16)
    orphan.touch()
    ghost = folder / "data" / "segments" / "00" / ("00" * 16)
    monkeypatch.setattr("jazz_server.store.recovery._list", lambda shard: [ghost, *shard.iterdir()])
    store = await Store.open(folder, plain)
    async with asyncio.timeout(20):
        while orphan.exists():
            await asyncio.sleep(0.01)
    await store.close()
