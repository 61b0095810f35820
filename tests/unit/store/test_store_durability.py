import asyncio
import os
import shutil
import threading
from pathlib import Path

import pytest

from jazz_server.store import Put, SpaceSettings, Store, StoreOptions
from jazz_server.store.catalogue import Catalogue
from jazz_server.store.errors import (
    BlockNotFound,
    OutcomeUnknown,
    ReadOnly,
)
from unit.store.shop import Clock, Shop, block, segment_files, until_writable


async def test_readers_see_a_write_only_once_it_is_synced(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    await shop.put("demo/a", b"old")
    go, original = threading.Event(), Catalogue.sync

    def blocked(catalogue: Catalogue) -> None:
        go.wait(20)
        original(catalogue)

    monkeypatch.setattr(Catalogue, "sync", blocked)
    writing = asyncio.create_task(shop.put("demo/a", b"new"))
    creating = asyncio.create_task(shop.store.create_space("other"))
    await asyncio.sleep(0.05)
    assert await shop.get("demo/a") == b"old"
    assert [space.name for space in shop.store.list_spaces().items] == ["demo"]
    later = asyncio.create_task(shop.put("demo/a", b"newer"))
    await asyncio.sleep(0.05)
    assert not writing.done()
    go.set()
    await asyncio.gather(writing, creating, later)
    assert await shop.get("demo/a") == b"newer"


async def test_many_writers_share_a_sync(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    await shop.put("demo/a")
    calls, original = [], Catalogue.sync

    def counted(catalogue: Catalogue) -> None:
        calls.append(1)
        original(catalogue)

    monkeypatch.setattr(Catalogue, "sync", counted)
    await asyncio.gather(*(shop.put(f"demo/{i}") for i in range(200)))
    assert len(calls) <= 3


async def test_a_cancelled_writer_has_written_or_not_but_nothing_half(shop: Shop) -> None:
    for i in range(20):
        task = asyncio.create_task(shop.put(f"demo/{i}", bytes(50_000)))
        for _ in range(i):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await shop.put("demo/last")
    for name in shop.names("demo"):
        if name != "last":
            assert await shop.get(f"demo/{name}") == bytes(50_000)


@pytest.mark.parametrize("size", [10, 100_000])
async def test_after_a_failed_sync_the_outcome_is_unknown_and_the_store_recovers(
    tmp_path: Path, shop: Shop, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = await shop.put("demo/kept", b"kept")

    def fails(*_: object) -> None:
        raise OSError(5, "Input/output error")

    snapshot = shop.store.snapshot()
    with monkeypatch.context() as patch:
        patch.setattr(Catalogue, "sync", fails)
        patch.setattr("jazz_server.store.recovery.probe", fails)
        results = await asyncio.gather(*(shop.put(f"demo/{i}", bytes(size)) for i in range(3)), return_exceptions=True)
        assert {type(result) for result in results} <= {OutcomeUnknown, ReadOnly}
        assert any(isinstance(result, OutcomeUnknown) for result in results)
        assert not shop.store.writable
        with pytest.raises(ReadOnly):
            await shop.put("demo/x")
        assert shop.names("demo") == ["kept"]
        assert snapshot.head(block("demo/kept")).version == kept
    await until_writable(shop.store)
    version = await shop.put("demo/after", b"after")
    assert version > kept
    found = shop.names("demo")
    assert {"kept", "after"} <= set(found)
    for name in set(found) - {"kept", "after"}:
        assert await shop.get(f"demo/{name}") == bytes(size)
    await shop.store._core.pins.drained()
    assert len(segment_files(tmp_path / "store")) == (len(found) - 2) * (size > 16 * 1024)


async def test_while_the_disk_stays_broken_the_store_is_read_but_not_written(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    await shop.put("demo/a", b"a")

    def fails(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Catalogue, "sync", fails)
        patch.setattr("jazz_server.store.recovery.probe", fails)
        with pytest.raises(OutcomeUnknown):
            await shop.put("demo/b")
        await asyncio.sleep(0.2)
        assert await shop.get("demo/a") == b"a"
        with pytest.raises(ReadOnly):
            await shop.store.delete_space("demo", force=True)
    await until_writable(shop.store)
    await shop.put("demo/b")


async def test_the_journal_is_cut_when_it_grows_long(tmp_path: Path, clock: Clock) -> None:
    options = StoreOptions(clock=clock, trial_seconds=None, sweep_seconds=3600, journal_batches=10)
    store = await Store.open(tmp_path / "s", options)
    for i in range(15):
        await Shop(store).put(f"demo/{i}")
    assert store._core.durable.catalogue.journal_length > 10
    await store.sweep()
    assert store._core.durable.catalogue.journal_length <= 1
    await Shop(store).put("demo/x")
    await store.close()
    store = await Store.open(tmp_path / "s", options)
    assert store.get_space("demo").blocks == 16
    with pytest.raises(BlockNotFound):
        store.head(block("demo/y"))
    await store.close()


async def test_versions_go_on_past_what_was_reserved(tmp_path: Path) -> None:
    options = StoreOptions(trial_seconds=None, reserved_versions=3)
    store = await Store.open(tmp_path / "s", options)
    shop = Shop(store)
    versions = await asyncio.gather(*(shop.put(f"demo/{i}") for i in range(50)))
    assert len(set(versions)) == 50
    await store.commit([Put(block(f"demo/{i}"), b"") for i in range(50)])
    await store.close()


async def test_versions_given_out_are_never_given_again_after_a_crash(tmp_path: Path) -> None:
    options = StoreOptions(trial_seconds=None, reserved_versions=3)
    store = await Store.open(tmp_path / "s", options)
    many, few = ([Put(block(f"demo/{i}"), b"") for i in range(count)] for count in (100, 5))
    await asyncio.gather(store.commit(many), store.commit(few))
    given = [await Shop(store).put("demo/more") for _ in range(80)]
    shutil.copytree(tmp_path / "s", tmp_path / "crashed")
    crashed = await Store.open(tmp_path / "crashed", options)
    assert await Shop(crashed).put("demo/next") > max(given)
    await crashed.close()
    await store.close()


async def test_the_folders_of_a_new_store_are_on_disk_before_it_takes_writes(
    tmp_path: Path, plain: StoreOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: dict[Path, set[str]] = {}
    real = os.fsync

    def note(descriptor: int) -> None:
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        synced[path] = {entry.name for entry in path.iterdir()} if path.is_dir() else set()
        real(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    folder = tmp_path / "new" / "folder"
    store = await Store.open(folder, plain)
    assert "new" in synced[tmp_path]
    assert "folder" in synced[tmp_path / "new"]
    assert {"FORMAT", "catalogue", "data"} <= synced[folder]
    assert "segments" in synced[folder / "data"]
    assert len(synced[folder / "data" / "segments"]) == 256
    await store.close()


async def test_the_file_of_a_volatile_body_cannot_be_written_to(shop: Shop) -> None:
    await shop.store.create_space("fast", SpaceSettings(volatile=True, quota_bytes=10**6))
    upload = await shop.store.upload("fast", 100_000)
    await upload.write(bytes(100_000))
    await upload.finish()
    descriptor = upload.staged_memory().descriptor
    assert os.pread(descriptor, 100_000, 0) == bytes(100_000)
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.pwrite(descriptor, b"x", 0)
    await upload.abort()
