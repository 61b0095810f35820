import asyncio
import contextlib
import errno
import os
import shutil
import threading
from pathlib import Path

import pytest

from jazz_server.store import Delete, Put, Snapshot, SpaceSettings, Store, StoreOptions
from jazz_server.store.catalogue import Catalogue
from jazz_server.store.errors import (
    BlockNotFound,
    Closed,
    DataLoss,
    OutcomeUnknown,
    ReadOnly,
    StorageFailed,
    StoreFormat,
    StoreLocked,
    StoreUnavailable,
    UploadNotFound,
    VersionNotFound,
)
from unit.store.shop import Clock, Shop, block, segment_files


def listing(folder: Path) -> list[tuple[str, int]]:
    return sorted((str(path), path.lstat().st_mtime_ns) for path in [folder, *folder.rglob("*")])


async def until_writable(store: Store) -> None:
    async with asyncio.timeout(20):
        while not store.writable:
            await asyncio.sleep(0.01)


async def until_orphans_are_swept(store: Store) -> None:
    async with asyncio.timeout(20):
        while len(store._tasks) > 1:
            await asyncio.sleep(0.01)


@pytest.fixture
def plain() -> StoreOptions:
    return StoreOptions(trial_seconds=None)


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


async def test_a_store_that_is_read_only_can_be_closed(tmp_path: Path, plain: StoreOptions) -> None:
    store = await Store.open(tmp_path / "s", plain)
    store._core.durable.fail()
    await store.close()
    assert not (tmp_path / "s" / "CLEAN").exists()
    await (await Store.open(tmp_path / "s", plain)).close()
    assert (tmp_path / "s" / "CLEAN").exists()


async def test_a_second_opener_is_refused_before_it_touches_anything(tmp_path: Path, shop: Shop) -> None:
    await shop.put("demo/a")
    before = listing(tmp_path)
    with pytest.raises(StoreLocked) as caught:
        await Store.open(tmp_path / "store")
    assert caught.value.metadata == {"folder": str(tmp_path / "store"), "pid": str(os.getpid())}
    assert listing(tmp_path) == before
    await shop.put("demo/a")


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"format": "jazz-store", "version": 99}', "\0"])
async def test_a_folder_of_an_unknown_format_is_left_alone(tmp_path: Path, content: str) -> None:
    (tmp_path / "FORMAT").write_text(content)
    before = listing(tmp_path)
    with pytest.raises(StoreFormat):
        await Store.open(tmp_path)
    assert listing(tmp_path) == before


async def test_a_folder_with_other_things_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("do not touch")
    before = listing(tmp_path)
    with pytest.raises(StoreFormat, match=r"thesis\.txt"):
        await Store.open(tmp_path)
    with pytest.raises(StoreFormat):
        await Store.open(tmp_path / "thesis.txt")
    assert listing(tmp_path) == before


async def test_a_fresh_mount_and_an_interrupted_creation_are_as_good_as_empty(tmp_path: Path) -> None:
    (tmp_path / "lost+found").mkdir()
    (tmp_path / "FORMAT.new").write_text("{")
    store = await Store.open(tmp_path)
    await Shop(store).put("demo/a")
    await store.close()


async def test_a_closed_store_says_so_and_can_be_opened_again(tmp_path: Path, shop: Shop) -> None:
    store = shop.store
    await shop.put("demo/a", bytes(100_000))
    head = store.head(block("demo/a"))
    await store.close()
    await store.close()
    with pytest.raises(Closed):
        store.head(block("demo/a"))
    with pytest.raises(Closed):
        await shop.put("demo/a")
    with pytest.raises(Closed):
        await store.upload("demo", 1)
    with pytest.raises(Closed):
        store.snapshot()
    again = await Store.open(tmp_path / "store")
    assert again.head(block("demo/a")) == head
    await again.close()


async def test_a_snapshot_holds_still(tmp_path: Path, shop: Shop) -> None:
    body = os.urandom(100_000)
    await shop.put("demo/a", body)
    await shop.put("demo/b", b"small")
    with shop.store.snapshot() as snapshot:
        await shop.store.commit([Delete(block("demo/a")), Delete(block("demo/b")), Put(block("demo/c"), b"")])
        await shop.store.sweep()
        assert shop.names("demo") == ["c"]
        assert [head.name.path for head in snapshot.list_blocks("demo").items] == ["a", "b"]
        for name, expected in [("demo/a", body), ("demo/b", b"small")]:
            async with snapshot.open_body(snapshot.head(block(name))) as opened:
                assert bytes(await opened.read()) == expected
        assert len(segment_files(tmp_path / "store")) == 1
    with pytest.raises(Closed):
        snapshot.head(block("demo/a"))
    await shop.store._core.pins.drained()
    assert segment_files(tmp_path / "store") == []


async def test_a_dropped_snapshot_lets_go_at_the_next_sweep(tmp_path: Path, shop: Shop) -> None:
    await shop.put("demo/a", bytes(100_000))
    held: list[Snapshot] = [shop.store.snapshot()]
    await shop.store.commit([Delete(block("demo/a"))])
    held.clear()
    await shop.store.sweep()
    await shop.store._core.pins.drained()
    assert segment_files(tmp_path / "store") == []


async def test_an_open_body_outlives_its_block(tmp_path: Path, shop: Shop) -> None:
    body = os.urandom(300_000)
    await shop.put("demo/a", body)
    head = shop.store.head(block("demo/a"))
    async with shop.store.open_body(head) as opened, shop.store.open_body(head) as other:
        await shop.store.commit([Delete(block("demo/a"))])
        assert bytes(await opened.read()) == body
        assert bytes(other.map().view(0, head.size)) == body
    await shop.store._core.pins.drained()
    assert segment_files(tmp_path / "store") == []
    with pytest.raises(VersionNotFound):
        shop.store.open_body(head)


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


def flip(file: Path, at: int) -> None:
    content = bytearray(file.read_bytes())
    content[at] ^= 1
    file.write_bytes(content)


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


async def test_a_store_that_is_closed_twice_at_once_or_by_a_cancelled_caller_is_closed(
    tmp_path: Path, plain: StoreOptions
) -> None:
    store = await Store.open(tmp_path / "s", plain)
    await Shop(store).put("demo/a")
    closing = asyncio.create_task(store.close())
    await asyncio.sleep(0)
    closing.cancel()
    await asyncio.gather(closing, return_exceptions=True)
    await asyncio.gather(store.close(), store.close())
    await (await Store.open(tmp_path / "s", plain)).close()


async def test_a_store_whose_last_sync_fails_lets_go_of_its_folder(
    tmp_path: Path, plain: StoreOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise OSError(5, "Input/output error")

    store = await Store.open(tmp_path / "s", plain)
    await Shop(store).put("demo/a")
    with monkeypatch.context() as patch:
        patch.setattr(Catalogue, "sync", fails)
        await store.close()
    assert not (tmp_path / "s" / "CLEAN").exists()
    again = await Store.open(tmp_path / "s", plain)
    assert Shop(again).names("demo") == ["a"]
    await again.close()


async def test_an_opening_that_is_cancelled_lets_go_of_the_folder(tmp_path: Path, plain: StoreOptions) -> None:
    for turns in range(6):
        opening = asyncio.create_task(Store.open(tmp_path / "s", plain))
        await asyncio.sleep(0.002 * turns)
        opening.cancel()
        await asyncio.gather(opening, return_exceptions=True)
        if not opening.cancelled():
            await opening.result().close()
    await (await Store.open(tmp_path / "s", plain)).close()


async def test_what_is_left_of_a_closed_store_says_so(shop: Shop) -> None:
    store = shop.store
    await shop.put("demo/a", bytes(100_000))
    head = store.head(block("demo/a"))
    snapshot, body, upload = store.snapshot(), store.open_body(head), await store.upload("demo", 100_000)
    mapped = body.map()
    await store.close()
    with pytest.raises(Closed):
        snapshot.head(block("demo/a"))
    with pytest.raises(Closed):
        await body.read()
    with pytest.raises(Closed):
        mapped.view(0, 1)
    with pytest.raises(UploadNotFound):
        await upload.write(bytes(10))
    with pytest.raises(Closed):
        await store.sweep()
    with pytest.raises(Closed):
        store.staged(upload.token)
    body.close()
    snapshot.close()
    await upload.abort()


async def test_a_commit_that_a_closing_store_overtakes_leaves_no_open_file(tmp_path: Path, plain: StoreOptions) -> None:
    store = await Store.open(tmp_path / "s", plain)
    upload = await store.upload("demo", 100_000)
    await upload.write(bytes(100_000))
    await upload.finish()
    writing = asyncio.create_task(store.commit([Put(block("demo/a"), b"", upload=upload)]))
    await asyncio.sleep(0)
    await store.close()
    [result] = await asyncio.gather(writing, return_exceptions=True)
    assert not isinstance(result, BaseException) or isinstance(result, Closed)
    assert [link for link in open_files() if tmp_path in link.parents] == []


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


async def test_too_many_open_files_are_not_damaged_data(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    await shop.put("demo/a", bytes(100_000))

    def fails(*_: object) -> int:
        raise OSError(errno.EMFILE, "Too many open files")

    with monkeypatch.context() as patch:
        patch.setattr("jazz_server.store.bodies.os.open", fails)
        with pytest.raises(StorageFailed):
            await shop.get("demo/a")
    assert await shop.get("demo/a") == bytes(100_000)


async def test_a_body_that_is_dropped_without_being_closed_lets_go(tmp_path: Path, shop: Shop) -> None:
    await shop.put("demo/a", bytes(100_000))
    mapped = shop.store.open_body(shop.store.head(block("demo/a"))).map()
    await shop.store.commit([Delete(block("demo/a"))])
    assert bytes(mapped.view(0, 100_000)) == bytes(100_000)
    del mapped
    await asyncio.sleep(0)
    await shop.store._core.pins.drained()
    assert segment_files(tmp_path / "store") == []
    assert [link for link in open_files() if link.name.endswith("(deleted)") and tmp_path in link.parents] == []


async def test_a_snapshot_whose_store_was_reopened_shows_nothing_wrong(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    await shop.put("demo/a")
    snapshot = shop.store.snapshot()
    shop.store._core.durable.fail()
    await until_writable(shop.store)
    with pytest.raises(StoreUnavailable):
        snapshot.head(block("demo/a"))


def open_files() -> list[Path]:
    links = []
    for descriptor in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # that of the listing itself
            links.append(descriptor.readlink())
    return links


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


async def test_the_file_of_a_volatile_body_cannot_be_written_to(shop: Shop) -> None:
    await shop.store.create_space("fast", SpaceSettings(volatile=True, quota_bytes=10**6))
    await shop.put("fast/a", bytes(100_000))
    async with shop.store.open_body(shop.store.head(block("fast/a"))) as body:
        descriptor = body.descriptor()
        assert descriptor is not None
        assert os.pread(descriptor, 100_000, 0) == bytes(100_000)
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.pwrite(descriptor, b"x", 0)
