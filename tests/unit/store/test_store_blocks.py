import asyncio
import math
from pathlib import Path

import pytest

from jazz_server.store import NEVER, Copy, Delete, Precondition, Put, SetAttributes, Store
from jazz_server.store.checksums import CHECK_BYTES, checksum
from jazz_server.store.errors import (
    BlockExists,
    BlockNotFound,
    Closed,
    InvalidBlock,
    InvalidInput,
    InvalidName,
    InvalidPageToken,
    SpaceNotFound,
    VersionConflict,
    VersionNotFound,
)
from unit.store.shop import Clock, Shop, block, segment_files

SIZES = [0, 1, 16 * 1024, 16 * 1024 + 1, CHECK_BYTES - 1, CHECK_BYTES, CHECK_BYTES + 1, 3 * CHECK_BYTES, 1_000_003]


def pattern(size: int) -> bytes:
    return bytes(i * 7 % 251 for i in range(1000)) * (size // 1000) + bytes(size % 1000)


@pytest.mark.parametrize("size", SIZES)
async def test_a_body_comes_back_as_it_was_put(shop: Shop, size: int) -> None:
    body = pattern(size)
    await shop.put("demo/a", body)
    head = shop.store.head(block("demo/a"))
    assert (head.size, head.checksum, head.header) == (size, checksum(body), b"header")
    async with shop.store.open_body(head) as opened:
        assert bytes(await opened.read()) == body
        assert bytes(opened.map().view(0, size)) == body


@pytest.mark.parametrize("size", SIZES)
async def test_any_part_of_a_body_can_be_read_and_viewed(shop: Shop, size: int) -> None:
    body = pattern(size)
    await shop.put("demo/a", body)
    async with shop.store.open_body(shop.store.head(block("demo/a"))) as opened:
        mapped = opened.map()
        for offset in {0, 1, size // 2, CHECK_BYTES - 1, CHECK_BYTES, size - 1, size}:
            for length in {0, 1, CHECK_BYTES, size - offset}:
                if offset >= 0 and length >= 0 and offset + length <= size:
                    assert bytes(await opened.read(offset, length)) == body[offset : offset + length]
                    assert bytes(mapped.view(offset, length)) == body[offset : offset + length]


@pytest.mark.parametrize("size", [5, 100_000])
async def test_a_range_outside_of_the_body_is_an_error(shop: Shop, size: int) -> None:
    await shop.put("demo/a", bytes(size))
    async with shop.store.open_body(shop.store.head(block("demo/a"))) as opened:
        for offset, length in [(0, size + 1), (-1, 1), (size + 1, 0), (1, -1)]:
            with pytest.raises(ValueError, match="bytes"):
                await opened.read(offset, length)
            with pytest.raises(ValueError, match="bytes"):
                opened.map().view(offset, length)


async def test_a_closed_body_is_read_no_more_but_its_views_stay(shop: Shop) -> None:
    await shop.put("demo/a", pattern(100_000))
    opened = shop.store.open_body(shop.store.head(block("demo/a")))
    view = opened.map().view(0, 100_000)
    opened.close()
    opened.close()
    with pytest.raises(Closed):
        await opened.read()
    assert bytes(view) == pattern(100_000)


async def test_what_is_put_is_there_after_reopening(tmp_path: Path, store: Store, shop: Shop) -> None:
    version = await shop.put("demo/small", b"small", attributes={"b": "2", "a": "1"}, kind="demo/k@1")
    await shop.put("demo/large", pattern(200_000))
    before = store.head(block("demo/small"))
    await store.close()
    again = await Store.open(tmp_path / "store", store._core.options)
    try:
        assert again.head(block("demo/small")) == before
        assert before.version == version
        assert before.attributes == (("a", "1"), ("b", "2"))
        assert await Shop(again).get("demo/large") == pattern(200_000)
        assert await Shop(again).put("demo/small", b"") > version
    finally:
        await again.close()


async def test_versions_grow_over_all_blocks_and_are_never_used_again(shop: Shop) -> None:
    first = await shop.put("demo/a")
    second = await shop.put("demo/b")
    await shop.store.commit([Delete(block("demo/b"))])
    third = await shop.put("demo/b")
    assert first < second < third


async def test_missing_things_are_not_found(shop: Shop) -> None:
    version = await shop.put("demo/a")
    with pytest.raises(BlockNotFound) as caught:
        shop.store.head(block("demo/b"))
    assert caught.value.metadata == {"block": "demo/b"}
    with pytest.raises(BlockNotFound):
        shop.store.head(block("nowhere/b"))
    with pytest.raises(BlockNotFound):
        shop.store.head(block("demo/b"), version)
    with pytest.raises(BlockNotFound):
        shop.store.versions(block("demo/b"))
    for missing in (version + 1, 0, -1, 2**70):
        with pytest.raises(VersionNotFound):
            shop.store.head(block("demo/a"), missing)
    with pytest.raises(SpaceNotFound):
        shop.store.list_blocks("nowhere")
    with pytest.raises(InvalidName):
        shop.store.head(block("demo/a\0b"))


async def test_the_space_keeps_its_number_of_versions(shop: Shop) -> None:
    written = [await shop.put("demo/a", bytes([i])) for i in range(6)]
    assert shop.versions("demo/a") == written[:1:-1]
    assert await shop.get("demo/a", written[2]) == b"\2"
    with pytest.raises(VersionNotFound):
        shop.store.head(block("demo/a"), written[1])


async def test_creation_time_is_that_of_the_version(shop: Shop, clock: Clock) -> None:
    first = await shop.put("demo/a")
    created = clock.ns
    clock.advance(5)
    await shop.put("demo/a")
    assert shop.store.head(block("demo/a"), first).created_at == created
    head = shop.store.head(block("demo/a"))
    assert (head.created_at, head.updated_at) == (clock.ns, clock.ns)


async def test_preconditions_on_put(shop: Shop) -> None:
    absent = Precondition(must_not_exist=True)
    version = await shop.put("demo/a", precondition=absent)
    with pytest.raises(BlockExists):
        await shop.put("demo/a", precondition=absent)
    second = await shop.put("demo/a", precondition=Precondition(if_version=version))
    with pytest.raises(VersionConflict) as caught:
        await shop.put("demo/a", precondition=Precondition(if_version=version))
    assert caught.value.metadata == {"name": "demo/a", "expected": str(version), "found": str(second)}
    with pytest.raises(VersionConflict):
        await shop.put("demo/b", precondition=Precondition(if_version=version))


@pytest.mark.parametrize("size", [5, 100_000])
async def test_a_refused_put_leaves_nothing_behind(tmp_path: Path, shop: Shop, size: int) -> None:
    await shop.put("demo/a", b"first")
    with pytest.raises(BlockExists):
        await shop.put("demo/a", bytes(size), precondition=Precondition(must_not_exist=True))
    assert await shop.get("demo/a") == b"first"
    assert segment_files(tmp_path / "store") == []
    assert list((tmp_path / "store" / "data" / "staging").iterdir()) == []


async def test_a_commit_does_all_or_nothing(tmp_path: Path, shop: Shop) -> None:
    await shop.put("demo/there", b"old")
    before = shop.store.get_space("demo")
    with pytest.raises(BlockNotFound):
        await shop.store.commit(
            [
                Put(block("demo/new"), b"", inline=bytes(50_000)),
                Put(block("demo/there"), b"", inline=b"new"),
                Delete(block("demo/missing")),
            ]
        )
    assert shop.names("demo") == ["there"]
    assert await shop.get("demo/there") == b"old"
    assert shop.store.get_space("demo") == before
    assert segment_files(tmp_path / "store") == []


async def test_operations_of_a_commit_see_those_before_them(shop: Shop) -> None:
    outcomes = await shop.store.commit(
        [
            Put(block("demo/a"), b"", inline=b"1"),
            Copy(block("demo/a"), block("demo/b")),
            Delete(block("demo/a")),
            Put(block("demo/a"), b"", inline=b"2", precondition=Precondition(must_not_exist=True)),
        ]
    )
    assert await shop.get("demo/b") == b"1"
    assert await shop.get("demo/a") == b"2"
    assert [str(outcome.name) for outcome in outcomes] == ["demo/a", "demo/b", "demo/a", "demo/a"]
    assert outcomes[3].version > outcomes[0].version
    assert shop.store.get_space("demo").blocks == 2
    assert shop.store.get_space("demo").versions == 2


async def test_a_commit_of_nothing_does_nothing(shop: Shop) -> None:
    assert await shop.store.commit([]) == []


async def test_a_commit_can_be_large(shop: Shop) -> None:
    await shop.store.commit([Put(block(f"demo/{i:05}"), b"", inline=b"x") for i in range(3000)])
    assert shop.store.get_space("demo").blocks == 3000


@pytest.mark.parametrize("size", [10, 100_000])
async def test_a_copy_outlives_its_source(tmp_path: Path, shop: Shop, size: int) -> None:
    body = pattern(size)
    await shop.put("demo/a", body, attributes={"x": "1"})
    await shop.store.commit([Copy(block("demo/a"), block("other/b"))])
    await shop.store.commit([Delete(block("demo/a"))])
    assert await shop.get("other/b") == body
    assert shop.store.head(block("other/b")).attributes == (("x", "1"),)
    assert len(segment_files(tmp_path / "store")) == (size > 16 * 1024)


async def test_a_copy_can_name_a_version_and_replace_attributes(shop: Shop) -> None:
    old = await shop.put("demo/a", b"old")
    await shop.put("demo/a", b"new")
    await shop.store.commit([Copy(block("demo/a"), block("demo/b"), version=old, attributes={"n": "1"})])
    assert await shop.get("demo/b") == b"old"
    assert shop.store.head(block("demo/b")).attributes == (("n", "1"),)
    with pytest.raises(VersionNotFound):
        await shop.store.commit([Copy(block("demo/a"), block("demo/b"), version=10**6)])
    with pytest.raises(BlockNotFound):
        await shop.store.commit([Copy(block("demo/zzz"), block("demo/b"))])


async def test_delete_removes_one_version_or_all(shop: Shop) -> None:
    first, second, third = [await shop.put("demo/a") for _ in range(3)]
    await shop.store.commit([Delete(block("demo/a"), version=second)])
    assert shop.versions("demo/a") == [third, first]
    with pytest.raises(VersionNotFound):
        await shop.store.commit([Delete(block("demo/a"), version=second)])
    with pytest.raises(VersionConflict):
        await shop.store.commit([Delete(block("demo/a"), if_version=first)])
    await shop.store.commit([Delete(block("demo/a"), if_version=third)])
    with pytest.raises(BlockNotFound):
        await shop.store.commit([Delete(block("demo/a"))])
    assert shop.store.get_space("demo").versions == 0


async def test_attributes_change_without_a_new_version(shop: Shop, clock: Clock) -> None:
    version = await shop.put("demo/a", b"body", attributes={"a": "1"})
    clock.advance(1)
    await shop.store.commit([SetAttributes(block("demo/a"), {"b": "2"}, if_version=version)])
    head = shop.store.head(block("demo/a"))
    assert (head.version, head.revision, head.attributes) == (version, 2, (("b", "2"),))
    assert head.updated_at == clock.ns
    assert await shop.get("demo/a") == b"body"
    with pytest.raises(VersionConflict):
        await shop.store.commit([SetAttributes(block("demo/a"), {}, if_version=version + 1)])
    with pytest.raises(BlockNotFound):
        await shop.store.commit([SetAttributes(block("demo/b"), {})])


async def test_oversized_or_contradictory_blocks_are_refused(shop: Shop) -> None:
    name = block("demo/a")
    wrong = [
        Put(name, bytes(2 * 1024 * 1024)),
        Put(name, b"", attributes={"k": "v" * 100_000}),
        Put(name, b"", attributes={"": "v"}),
        Put(name, b"", ttl_seconds=0),
        Put(name, b"", ttl_seconds=math.nan),
        Put(name, b"", ttl_seconds=1, expires_at=2**62),
        Put(name, b"", expires_at=1),
    ]
    for put in wrong:
        with pytest.raises(InvalidBlock):
            await shop.store.commit([put])


async def test_listing_is_in_order_of_bytes_and_by_prefix(shop: Shop) -> None:
    paths = ["a", "a!", "a/b", "a/b/c", "ab", "b", "é", "z", "日本", "𐍈", "ﬀ"]
    await shop.store.commit([Put(block(f"demo/{path}"), b"") for path in paths])
    for path in paths[:3]:
        await shop.put(f"demo/{path}")
    assert shop.names("demo") == sorted(paths, key=str.encode)
    assert shop.names("demo", "a") == ["a", "a!", "a/b", "a/b/c", "ab"]
    assert shop.names("demo", "a/") == ["a/b", "a/b/c"]
    assert shop.names("demo", "日") == ["日本"]
    assert shop.names("demo", "x") == []


async def test_pages_cover_a_listing_once(shop: Shop) -> None:
    paths = [f"p/{i:03}" for i in range(25)]
    await shop.store.commit([Put(block(f"demo/{path}"), b"") for path in [*paths, "q"]])
    seen, token = [], ""
    while True:
        page = shop.store.list_blocks("demo", prefix="p/", page_size=10, page_token=token)
        seen.append([head.name.path for head in page.items])
        token = page.next_page_token
        if not token:
            break
    assert [len(page) for page in seen] == [10, 10, 5]
    assert sum(seen, []) == paths  # noqa: RUF017


async def test_a_page_goes_on_where_the_last_ended_even_if_that_block_is_gone(shop: Shop) -> None:
    await shop.store.commit([Put(block(f"demo/{path}"), b"") for path in "abc"])
    page = shop.store.list_blocks("demo", page_size=1)
    await shop.store.commit([Delete(block("demo/a"))])
    page = shop.store.list_blocks("demo", page_size=1, page_token=page.next_page_token)
    assert [head.name.path for head in page.items] == ["b"]


async def test_only_tokens_of_the_same_listing_are_taken(shop: Shop) -> None:
    await shop.store.commit([Put(block(f"demo/{path}"), b"") for path in "abc"])
    token = shop.store.list_blocks("demo", page_size=1).next_page_token
    for wrong in ("x", "????", token[:-4] + "AAAA", "é"):
        with pytest.raises(InvalidPageToken):
            shop.store.list_blocks("demo", page_token=wrong)
    with pytest.raises(InvalidPageToken):
        shop.store.list_blocks("demo", prefix="a", page_token=token)
    with pytest.raises(InvalidInput):
        shop.store.list_blocks("demo", page_size=-1)


async def test_expired_is_invisible_at_once(shop: Shop, clock: Clock) -> None:
    lasting = await shop.put("demo/a", b"lasting")
    brief = await shop.put("demo/a", b"brief", ttl_seconds=10)
    await shop.put("demo/b", b"", expires_at=clock.ns + 1)
    assert shop.names("demo") == ["a", "b"]
    clock.advance(10)
    assert shop.names("demo") == ["a"]
    assert shop.versions("demo/a") == [lasting]
    assert await shop.get("demo/a") == b"lasting"
    with pytest.raises(VersionNotFound):
        shop.store.head(block("demo/a"), brief)
    with pytest.raises(BlockNotFound):
        shop.store.head(block("demo/b"))
    with pytest.raises(BlockNotFound):
        await shop.store.commit([Copy(block("demo/b"), block("demo/c"))])
    await shop.put("demo/b", precondition=Precondition(must_not_exist=True))


async def test_expired_is_swept(tmp_path: Path, shop: Shop, clock: Clock) -> None:
    await shop.put("demo/a", bytes(100_000), ttl_seconds=10)
    await shop.put("demo/b", b"b", ttl_seconds=20)
    clock.advance(10)
    await shop.store.sweep()
    assert shop.store.get_space("demo").blocks == 1
    await shop.store._core.pins.drained()
    assert segment_files(tmp_path / "store") == []
    clock.advance(10)
    await shop.store.sweep()
    assert shop.store.get_space("demo").bytes == 0


async def test_an_expiry_can_be_changed_and_removed(shop: Shop, clock: Clock) -> None:
    await shop.put("demo/a", ttl_seconds=10)
    await shop.store.commit([SetAttributes(block("demo/a"), ttl_seconds=100)])
    clock.advance(50)
    await shop.store.sweep()
    await shop.store.commit([SetAttributes(block("demo/a"), ttl_seconds=NEVER)])
    clock.advance(1000)
    await shop.store.sweep()
    assert shop.store.head(block("demo/a")).expires_at is None


@pytest.mark.parametrize("size", [10, 100_000])
async def test_a_precondition_sees_the_operations_before_it_whatever_the_size_of_the_body(
    shop: Shop, size: int
) -> None:
    await shop.put("demo/a", b"old")
    absent = Precondition(must_not_exist=True)
    await shop.store.commit(
        [Delete(block("demo/a")), Put(block("demo/a"), b"", inline=bytes(size), precondition=absent)]
    )
    assert await shop.get("demo/a") == bytes(size)


async def test_a_body_is_not_moved_for_a_precondition_that_fails_anyway(tmp_path: Path, shop: Shop) -> None:
    await shop.put("demo/a", b"old")
    absent = Precondition(must_not_exist=True)
    with pytest.raises(BlockExists):
        await shop.put("demo/a", bytes(100_000), precondition=absent)
    assert segment_files(tmp_path / "store") == []


async def test_a_time_to_live_beyond_all_clocks_is_the_last_time_there_is(shop: Shop) -> None:
    await shop.put("demo/a", ttl_seconds=1e300)
    assert shop.store.head(block("demo/a")).expires_at == 2**63 - 1


async def test_a_commit_of_too_many_operations_is_refused(shop: Shop) -> None:
    with pytest.raises(InvalidBlock) as caught:
        await shop.store.commit([Delete(block("demo/a"))] * 10_001)
    assert (caught.value.field, caught.value.found) == ("operations", "10001")


async def test_a_page_holds_fewer_blocks_where_they_are_large(shop: Shop) -> None:
    paths = [f"{i:02}" for i in range(12)]
    for path in paths:
        await shop.store.commit([Put(block(f"demo/{path}"), bytes(1_000_000))])
    found, token, pages = [], "", 0
    while token or not pages:
        page = shop.store.list_blocks("demo", page_size=1000, page_token=token)
        assert 1 <= len(page.items) < len(paths)
        found += [head.name.path for head in page.items]
        token, pages = page.next_page_token, pages + 1
    assert found == paths


async def test_a_commit_after_another_cancelled_one_keeps_what_it_reads_from(tmp_path: Path, shop: Shop) -> None:
    await shop.put("demo/a", bytes(100_000))
    copying = asyncio.create_task(shop.store.commit([Copy(block("demo/a"), block("demo/b"))]))
    deleting = asyncio.create_task(shop.store.commit([Delete(block("demo/a"))]))
    await asyncio.sleep(0)
    copying.cancel()
    deleting.cancel()
    await asyncio.gather(copying, deleting, return_exceptions=True)
    await shop.put("demo/z")
    await shop.store._core.pins.drained()
    assert len(segment_files(tmp_path / "store")) == 1
    for name in shop.names("demo"):
        assert await shop.get(f"demo/{name}") in (bytes(100_000), b"")
