import asyncio
import errno
import os
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jazz_server.store import Precondition, Put, Request, SpaceSettings, Store, Upload
from jazz_server.store.checksums import CHECK_BYTES, RunningChecksums, checksum
from jazz_server.store.errors import (
    BlockExists,
    ChecksumMismatch,
    DiskFull,
    InvalidBlock,
    RequestIdReused,
    UploadNotFound,
    UploadSize,
)
from unit.store.shop import Clock, Shop, block, segment_files

SMALL, LARGE = 1000, 200_000


async def sealed(store: Store, body: bytes, owner: str = "") -> Upload:
    upload = await store.upload("demo", len(body), owner=owner)
    await upload.write(body)
    return await upload.finish()


def staging(folder: Path) -> list[Path]:
    return list((folder / "store" / "data" / "staging").iterdir())


@given(st.binary(max_size=300), st.lists(st.integers(0, 300)))
def test_checksums_do_not_depend_on_where_the_bytes_are_cut(seed: bytes, cuts: list[int]) -> None:
    body = seed * 700
    sums = RunningChecksums()
    places = [0, *sorted(min(cut * 700, len(body)) for cut in cuts), len(body)]
    for start, end in pairwise(places):
        measured = sums.measure(memoryview(body)[start:end])
        assert measured.crc == checksum(body[start:end])
        sums.take(measured)
    blocks = [body[at : at + CHECK_BYTES] for at in range(0, len(body), CHECK_BYTES)]
    assert list(sums.table()) == [checksum(each) for each in blocks]
    assert sums.total == checksum(body)


@pytest.mark.parametrize("size", [0, SMALL, LARGE])
async def test_chunks_may_be_cut_anywhere(shop: Shop, size: int) -> None:
    body = os.urandom(size)
    upload = await shop.store.upload("demo", size)
    for start in range(0, size, 777):
        chunk = body[start : start + 777]
        await upload.write(memoryview(chunk), checksum(chunk))
    await upload.finish()
    await shop.store.commit([Put(block("demo/a"), b"", upload)])
    assert await shop.get("demo/a") == body


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_a_chunk_with_a_wrong_checksum_is_refused_and_can_be_sent_again(shop: Shop, size: int) -> None:
    body = os.urandom(size)
    upload = await shop.store.upload("demo", size)
    with pytest.raises(ChecksumMismatch):
        await upload.write(body, checksum(body) ^ 1)
    await upload.write(body, checksum(body))
    await shop.store.commit([Put(block("demo/a"), b"", await upload.finish())])
    assert await shop.get("demo/a") == body


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_more_or_fewer_bytes_than_announced_are_an_error(shop: Shop, size: int) -> None:
    upload = await shop.store.upload("demo", size)
    await upload.write(bytes(size - 1))
    with pytest.raises(UploadSize) as caught:
        await upload.finish()
    assert (caught.value.expected, caught.value.found) == (f"{size} bytes", f"{size - 1} bytes")
    with pytest.raises(UploadSize):
        await upload.write(b"12")
    await upload.write(b"1")
    await upload.finish()


async def test_a_negative_size_is_an_error(store: Store) -> None:
    with pytest.raises(InvalidBlock):
        await store.upload("demo", -1)


async def test_an_unfinished_upload_cannot_be_committed(shop: Shop) -> None:
    upload = await shop.store.upload("demo", LARGE)
    with pytest.raises(UploadNotFound):
        await shop.store.commit([Put(block("demo/a"), b"", upload)])


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_a_staged_upload_is_found_by_its_owner_only(shop: Shop, size: int) -> None:
    upload = await sealed(shop.store, bytes(size), "ann")
    assert shop.store.staged(upload.token, "ann") is upload
    for token, owner in [(upload.token, "bob"), (upload.token, ""), ("unknown", "ann")]:
        with pytest.raises(UploadNotFound):
            shop.store.staged(token, owner)


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_an_upload_is_used_once(shop: Shop, size: int) -> None:
    upload = await sealed(shop.store, bytes(size))
    with pytest.raises(UploadNotFound):
        await shop.store.commit([Put(block("demo/a"), b"", upload), Put(block("demo/b"), b"", upload)])
    await shop.store.commit([Put(block("demo/a"), b"", upload)])
    with pytest.raises(UploadNotFound):
        await shop.store.commit([Put(block("demo/b"), b"", upload)])
    with pytest.raises(UploadNotFound):
        shop.store.staged(upload.token)
    await upload.abort()
    assert await shop.get("demo/a") == bytes(size)


async def test_an_upload_belongs_to_its_space(shop: Shop) -> None:
    upload = await sealed(shop.store, bytes(LARGE))
    with pytest.raises(UploadNotFound):
        await shop.store.commit([Put(block("other/a"), b"", upload)])


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_after_a_refused_commit_the_upload_can_be_committed_again(shop: Shop, size: int) -> None:
    await shop.put("demo/a")
    upload = await sealed(shop.store, bytes(size))
    absent = Precondition(must_not_exist=True)
    with pytest.raises(BlockExists):
        await shop.store.commit([Put(block("demo/a"), b"", upload, precondition=absent)])
    again = shop.store.staged(upload.token)
    # The second of these fails only once the first body has been moved to its place.
    with pytest.raises(BlockExists):
        await shop.store.commit([Put(block("demo/b"), b"", again), Put(block("demo/b"), b"", precondition=absent)])
    await shop.store.commit([Put(block("demo/c"), b"", again)])
    assert await shop.get("demo/c") == bytes(size)


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_an_upload_expires_when_it_is_not_touched(tmp_path: Path, shop: Shop, clock: Clock, size: int) -> None:
    upload = await sealed(shop.store, bytes(size))
    clock.advance(599)
    shop.store.staged(upload.token)
    clock.advance(1)
    with pytest.raises(UploadNotFound):
        shop.store.staged(upload.token)
    with pytest.raises(UploadNotFound):
        await shop.store.commit([Put(block("demo/a"), b"", upload)])
    await shop.store.sweep()
    assert staging(tmp_path) == []


async def test_an_aborted_upload_leaves_nothing(tmp_path: Path, shop: Shop) -> None:
    upload = await shop.store.upload("demo", LARGE)
    await upload.write(b"some")
    assert len(staging(tmp_path)) == 1
    await upload.abort()
    await upload.abort()
    assert staging(tmp_path) == []
    with pytest.raises(UploadNotFound):
        await upload.write(b"more")


@pytest.mark.parametrize("call", ["pwrite", "fsync", "ftruncate"])
async def test_a_full_disk_is_a_typed_error_and_leaves_nothing(
    tmp_path: Path, shop: Shop, call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, call, full)
        with pytest.raises(DiskFull):
            await shop.put("demo/a", bytes(LARGE))
    assert staging(tmp_path) == []
    assert segment_files(tmp_path / "store") == []
    assert shop.store.writable
    await shop.put("demo/a", bytes(LARGE))


async def test_a_repeated_request_is_told_the_first_outcome(shop: Shop) -> None:
    request = Request("r1", "ann", b"digest")
    first = await shop.store.commit([Put(block("demo/a"), b"", inline=b"1")], request=request)
    again = await shop.store.commit([Put(block("demo/a"), b"", inline=b"1")], request=request)
    assert again == first
    assert shop.versions("demo/a") == [first[0].version]


async def test_requests_that_overlap_take_place_once(shop: Shop) -> None:
    request = Request("r1", "ann", b"digest")
    upload = await sealed(shop.store, bytes(LARGE))
    put = [Put(block("demo/a"), b"", upload)]
    outcomes = await asyncio.gather(*(shop.store.commit(put, request=request) for _ in range(5)))
    assert all(each == outcomes[0] for each in outcomes)
    assert len(shop.versions("demo/a")) == 1


async def test_a_request_id_stands_for_one_request_of_one_identity(shop: Shop) -> None:
    put = [Put(block("demo/a"), b"")]
    await shop.store.commit(put, request=Request("r1", "ann", b"digest"))
    with pytest.raises(RequestIdReused):
        await shop.store.commit(put, request=Request("r1", "ann", b"other"))
    await shop.store.commit(put, request=Request("r1", "bob", b"other"))
    for wrong in ("", "x" * 2000):
        with pytest.raises(InvalidBlock):
            await shop.store.commit(put, request=Request(wrong, "ann", b""))


async def test_a_request_is_forgotten_after_ten_minutes(shop: Shop, clock: Clock) -> None:
    request = Request("r1", "ann", b"digest")
    await shop.store.commit([Put(block("demo/a"), b"")], request=request)
    clock.advance(600)
    await shop.store.sweep()
    await shop.store.commit([Put(block("demo/a"), b"")], request=request)
    assert len(shop.versions("demo/a")) == 2


async def test_a_request_that_failed_may_be_made_again(shop: Shop) -> None:
    await shop.put("demo/a")
    request = Request("r1", "ann", b"digest")
    put = [Put(block("demo/a"), b"", precondition=Precondition(must_not_exist=True))]
    for _ in range(2):
        with pytest.raises(BlockExists):
            await shop.store.commit(put, request=request)


async def test_a_request_is_remembered_over_a_restart(tmp_path: Path, shop: Shop) -> None:
    request = Request("r1", "ann", b"digest")
    first = await shop.store.commit([Put(block("demo/a"), b"")], request=request)
    await shop.store.close()
    again = await Store.open(tmp_path / "store", shop.store._core.options)
    assert await again.commit([Put(block("demo/a"), b"")], request=request) == first
    await again.close()


async def test_what_was_staged_for_a_space_goes_with_it_and_its_reservation_too(shop: Shop) -> None:
    await shop.store.create_space("demo", SpaceSettings(quota_bytes=300_000))
    upload = await sealed(shop.store, os.urandom(LARGE))

    await shop.store.delete_space("demo")
    await shop.store.create_space("demo", SpaceSettings(quota_bytes=300_000))

    with pytest.raises(UploadNotFound):
        shop.store.staged(upload.token)
    await sealed(shop.store, os.urandom(LARGE))
