import asyncio
import contextlib
import errno
import os
from pathlib import Path

import pytest

from jazz_server.store import Delete, Put, Snapshot, Store, StoreOptions
from jazz_server.store.catalogue import Catalogue
from jazz_server.store.errors import (
    Closed,
    StorageFailed,
    StoreFormat,
    StoreLocked,
    StoreUnavailable,
    UploadNotFound,
    VersionNotFound,
)
from unit.store.shop import Shop, block, segment_files, until_writable


def listing(folder: Path) -> list[tuple[str, int]]:
    return sorted((str(path), path.lstat().st_mtime_ns) for path in [folder, *folder.rglob("*")])


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
