import asyncio
from pathlib import Path

import pytest

from jazz_server.store import NEVER, Copy, Delete, Noun, Put, SpaceSettings, Store, StoreOptions
from jazz_server.store.catalogue import Family
from jazz_server.store.errors import (
    BlockNotFound,
    InvalidName,
    InvalidSettings,
    MixedDurability,
    QuotaExceeded,
    SpaceExists,
    SpaceNotEmpty,
    SpaceNotFound,
    VersionConflict,
)
from unit.store.shop import Clock, Shop, block, segment_files

VOLATILE = SpaceSettings(volatile=True, quota_bytes=1_000_000)


async def test_a_space_is_created_once(store: Store) -> None:
    made = await store.create_space("demo", SpaceSettings(versions_kept=2, kind="demo/k"))
    assert store.get_space("demo") == made
    assert made.settings == SpaceSettings(versions_kept=2, kind="demo/k")
    for settings in (SpaceSettings(), VOLATILE):
        with pytest.raises(SpaceExists):
            await store.create_space("demo", settings)
    with pytest.raises(InvalidName):
        await store.create_space("Demo!")


@pytest.mark.parametrize(
    ("field", "settings"),
    [
        ("versions_kept", SpaceSettings(versions_kept=0)),
        ("versions_kept", SpaceSettings(versions_kept=1_000_001)),
        ("ttl_seconds", SpaceSettings(ttl_seconds=0)),
        ("ttl_seconds", SpaceSettings(ttl_seconds=NEVER)),
        ("quota_bytes", SpaceSettings(quota_bytes=-1)),
        ("quota_bytes", SpaceSettings(volatile=True)),
        ("kind", SpaceSettings(kind="")),
    ],
)
async def test_settings_out_of_range_are_refused(store: Store, field: str, settings: SpaceSettings) -> None:
    with pytest.raises(InvalidSettings) as caught:
        await store.create_space("demo", settings)
    assert caught.value.field == field


async def test_a_first_put_makes_the_space(shop: Shop) -> None:
    await shop.put("demo/a")
    assert shop.store.get_space("demo").settings == SpaceSettings()


async def test_a_store_can_be_told_not_to_make_spaces(tmp_path: Path) -> None:
    store = await Store.open(tmp_path / "s", StoreOptions(create_spaces=False, trial_seconds=None))
    with pytest.raises(SpaceNotFound):
        await store.commit([Put(block("demo/a"), b"")])
    with pytest.raises(SpaceNotFound):
        await store.upload("demo", 10)
    await store.close()


async def test_spaces_are_listed_in_order_durable_and_volatile(store: Store) -> None:
    for name in ("c", "a", "e", "ab"):
        await store.create_space(name)
    await store.create_space("b", VOLATILE)
    first = store.list_spaces(page_size=3)
    rest = store.list_spaces(page_size=3, page_token=first.next_page_token)
    assert [space.name for space in first.items + rest.items] == ["a", "ab", "b", "c", "e"]
    assert [space.name for space in store.list_spaces(prefix="a").items] == ["a", "ab"]


async def test_settings_change_and_bump_the_version(store: Store) -> None:
    made = await store.create_space("demo")
    changed = await store.update_space("demo", {"ttl_seconds": 5.0}, if_version=made.version)
    assert changed.settings == SpaceSettings(ttl_seconds=5.0)
    assert changed.version > made.version
    assert store.get_space("demo") == changed
    with pytest.raises(VersionConflict):
        await store.update_space("demo", {}, if_version=made.version)
    for wrong in ({"volatile": True, "quota_bytes": 5}, {"color": 1}, {"versions_kept": 0}):
        with pytest.raises(InvalidSettings):
            await store.update_space("demo", wrong)
    with pytest.raises(SpaceNotFound):
        await store.update_space("nowhere", {})


async def test_keeping_fewer_versions_prunes_what_is_there(shop: Shop) -> None:
    written = {name: [await shop.put(name) for _ in range(4)] for name in ("demo/a", "demo/b")}
    await shop.store.update_space("demo", {"versions_kept": 1})
    for name, versions in written.items():
        assert shop.versions(name) == versions[-1:]
    assert shop.store.get_space("demo").versions == 2


async def test_blocks_live_as_long_as_the_space_says_unless_told_otherwise(shop: Shop, clock: Clock) -> None:
    await shop.store.create_space("demo", SpaceSettings(ttl_seconds=10))
    await shop.put("demo/default")
    await shop.put("demo/longer", ttl_seconds=20)
    await shop.put("demo/forever", ttl_seconds=NEVER)
    clock.advance(10)
    assert shop.names("demo") == ["forever", "longer"]
    clock.advance(10)
    assert shop.names("demo") == ["forever"]


async def test_only_an_empty_space_is_deleted_unless_forced(shop: Shop) -> None:
    await shop.put("demo/a", bytes(100_000))
    with pytest.raises(SpaceNotEmpty):
        await shop.store.delete_space("demo")
    await shop.store.commit([Delete(block("demo/a"))])
    await shop.store.put_document(Noun.KIND, block("demo/k"), b"")
    with pytest.raises(SpaceNotEmpty):
        await shop.store.delete_space("demo")
    await shop.store.delete_space("demo", force=True)
    with pytest.raises(SpaceNotFound):
        shop.store.get_space("demo")
    with pytest.raises(SpaceNotFound):
        await shop.store.delete_space("demo")


async def test_a_space_made_again_is_empty_and_the_old_one_is_swept(tmp_path: Path, shop: Shop) -> None:
    for i in range(3):
        await shop.put(f"demo/{i}", bytes(50_000))
    await shop.store.delete_space("demo", force=True)
    await shop.put("demo/new", bytes(50_000))
    assert shop.names("demo") == ["new"]
    with pytest.raises(BlockNotFound):
        shop.store.head(block("demo/1"))
    await shop.store.sweep()
    await shop.store._core.pins.drained()
    assert len(segment_files(tmp_path / "store")) == 1
    assert shop.store.get_space("demo").bytes == 50_000 + len(b"header")


async def test_statistics_count_blocks_versions_and_bytes(shop: Shop) -> None:
    await shop.put("demo/a", b"12345")
    await shop.put("demo/a", bytes(100_000))
    await shop.put("demo/b", b"")
    space = shop.store.get_space("demo")
    assert (space.blocks, space.versions, space.bytes) == (2, 3, 100_005 + 3 * len(b"header"))


async def test_quota_counts_all_kept_versions(shop: Shop) -> None:
    await shop.store.create_space("demo", SpaceSettings(quota_bytes=100, versions_kept=2))
    await shop.put("demo/a", bytes(40))
    await shop.put("demo/a", bytes(40))
    with pytest.raises(QuotaExceeded) as caught:
        await shop.put("demo/b", bytes(40))
    assert caught.value.metadata["quota_bytes"] == "100"
    await shop.put("demo/a", bytes(40))  # the oldest goes
    with pytest.raises(QuotaExceeded):
        await shop.store.commit([Copy(block("demo/a"), block("demo/b"))])
    with pytest.raises(QuotaExceeded):
        await shop.store.update_space("demo", {"quota_bytes": 50})
    await shop.store.commit([Delete(block("demo/a"))])
    await shop.put("demo/b", bytes(90))


async def test_uploads_reserve_quota_until_they_are_over(shop: Shop, clock: Clock) -> None:
    store = shop.store
    await store.create_space("demo", SpaceSettings(quota_bytes=100_000))
    upload = await store.upload("demo", 60_000)
    with pytest.raises(QuotaExceeded):
        await store.upload("demo", 60_000)
    with pytest.raises(QuotaExceeded):
        await shop.put("demo/a", bytes(50_000))
    await upload.abort()
    upload = await store.upload("demo", 60_000)
    clock.advance(601)
    await store.sweep()
    upload = await store.upload("demo", 60_000)
    await upload.write(bytes(60_000))
    await upload.finish()
    await store.commit([Put(block("demo/a"), b"", upload)])
    with pytest.raises(QuotaExceeded):
        await store.upload("demo", 60_000)
    assert store.get_space("demo").bytes == 60_000


@pytest.mark.parametrize("size", [10, 100_000])
async def test_a_volatile_space_works_alike_and_touches_no_disk(tmp_path: Path, shop: Shop, size: int) -> None:
    await shop.store.create_space("fast", VOLATILE)
    body = bytes(range(10)) * (size // 10)
    versions = [await shop.put("fast/a", body) for _ in range(2)]
    assert await shop.get("fast/a") == body
    async with shop.store.open_body(shop.store.head(block("fast/a"))) as opened:
        assert bytes(opened.map().view(3, 5)) == body[3:8]
    await shop.store.commit([Copy(block("fast/a"), block("fast/b")), Delete(block("fast/a"))])
    assert await shop.get("fast/b") == body
    assert shop.names("fast") == ["b"]
    assert versions[0] < versions[1] < shop.store.head(block("fast/b")).version
    assert segment_files(tmp_path / "store") == []
    await shop.store.delete_space("fast", force=True)
    await shop.store.sweep()
    assert shop.store._core.pins._memory == {}


async def test_a_volatile_space_refuses_rather_than_evicts(shop: Shop) -> None:
    await shop.store.create_space("fast", VOLATILE)
    await shop.put("fast/a", bytes(900_000))
    with pytest.raises(QuotaExceeded):
        await shop.put("fast/b", bytes(200_000))
    assert shop.names("fast") == ["a"]


async def test_a_volatile_space_is_gone_after_a_restart_but_its_versions_are_not_used_again(
    tmp_path: Path, shop: Shop
) -> None:
    store = shop.store
    await store.create_space("fast", VOLATILE)
    version = await shop.put("fast/a", b"x")
    await store.close()
    again = await Store.open(tmp_path / "store", store._core.options)
    with pytest.raises(SpaceNotFound):
        again.get_space("fast")
    assert await Shop(again).put("fast/a") > version
    assert not again.get_space("fast").settings.volatile
    await again.close()


@pytest.mark.parametrize("size", [10, 100_000])
async def test_durable_and_volatile_do_not_mix_except_to_copy_one_block(shop: Shop, size: int) -> None:
    await shop.store.create_space("fast", VOLATILE)
    await shop.put("demo/a", bytes(size), attributes={"x": "1"})
    with pytest.raises(MixedDurability):
        await shop.store.commit([Put(block("demo/b"), b""), Put(block("fast/b"), b"")])
    with pytest.raises(MixedDurability):
        await shop.store.commit([Copy(block("demo/a"), block("fast/a")), Put(block("fast/b"), b"")])
    await shop.store.commit([Copy(block("demo/a"), block("fast/a"))])
    await shop.store.commit([Copy(block("fast/a"), block("demo/c"))])
    await shop.store.commit([Delete(block("demo/a"))])
    for name in ("fast/a", "demo/c"):
        assert await shop.get(name) == bytes(size)
        assert shop.store.head(block(name)).attributes == (("x", "1"),)


async def test_sweeping_a_volatile_space_lets_others_have_their_turn(shop: Shop) -> None:
    store = shop.store
    await store.create_space("fast", SpaceSettings(volatile=True, quota_bytes=10**6))
    await store.commit([Put(block(f"fast/{i}"), b"") for i in range(1600)])
    await store.delete_space("fast", force=True)
    left: list[int] = []

    async def watch() -> None:
        while True:
            left.append(sum(1 for _ in store._core.volatile.catalogue.scan(Family.BLOCKS, b"")))
            await asyncio.sleep(0)

    watching = asyncio.create_task(watch())
    await asyncio.sleep(0)
    await store.sweep()
    watching.cancel()
    assert {1600, 1100, 600, 100} <= set(left)
