import pytest

from jazz_server.store import Delete, Noun, Precondition, Request, SpaceSettings, Store
from jazz_server.store.errors import (
    BlockNotFound,
    DocumentExists,
    DocumentNotFound,
    InvalidBlock,
    MixedDurability,
    VersionConflict,
    VersionNotFound,
)
from unit.store.shop import Shop, block

NAME = block("demo/d")


@pytest.mark.parametrize("noun", list(Noun))
async def test_documents_have_versions(store: Store, noun: Noun) -> None:
    first = await store.put_document(noun, NAME, b"1")
    second = await store.put_document(noun, NAME, b"2", precondition=Precondition(if_version=first.version))
    assert store.get_document(noun, NAME) == second
    assert store.get_document(noun, NAME, first.version).content == b"1"
    assert store.document_versions(noun, NAME) == [second, first]
    with pytest.raises(VersionNotFound):
        store.get_document(noun, NAME, second.version + 1)
    with pytest.raises(VersionConflict):
        await store.put_document(noun, NAME, b"", precondition=Precondition(if_version=first.version))
    with pytest.raises(DocumentExists):
        await store.put_document(noun, NAME, b"", precondition=Precondition(must_not_exist=True))


async def test_kinds_pipelines_and_blocks_are_namespaces_of_their_own(shop: Shop) -> None:
    await shop.put("demo/d", b"block")
    await shop.store.put_document(Noun.KIND, NAME, b"kind")
    with pytest.raises(DocumentNotFound):
        shop.store.get_document(Noun.PIPELINE, NAME)
    assert shop.store.list_documents(Noun.PIPELINE, "demo").items == []
    assert await shop.get("demo/d") == b"block"


async def test_documents_are_listed_by_prefix_and_page(store: Store) -> None:
    for path in ("b", "a/2", "a/1", "a/1"):
        await store.put_document(Noun.KIND, block(f"demo/{path}"), b"")
    page = store.list_documents(Noun.KIND, "demo", page_size=2)
    rest = store.list_documents(Noun.KIND, "demo", page_size=2, page_token=page.next_page_token)
    assert [each.name.path for each in page.items + rest.items] == ["a/1", "a/2", "b"]
    assert len(store.list_documents(Noun.KIND, "demo", prefix="a/").items) == 2


async def test_documents_are_deleted_by_version_or_wholly(store: Store) -> None:
    first, second = [await store.put_document(Noun.KIND, NAME, b"") for _ in range(2)]
    with pytest.raises(VersionConflict):
        await store.delete_document(Noun.KIND, NAME, if_version=first.version)
    assert await store.delete_document(Noun.KIND, NAME, second.version) == second.version
    assert store.get_document(Noun.KIND, NAME) == first
    await store.delete_document(Noun.KIND, NAME)
    for name in (NAME, block("nowhere/d")):
        with pytest.raises(DocumentNotFound):
            await store.delete_document(Noun.KIND, name)
        with pytest.raises(DocumentNotFound):
            store.get_document(Noun.KIND, name)


async def test_a_pinned_version_is_not_pruned(shop: Shop) -> None:
    pinned, *_ = [await shop.put("demo/w", bytes([i])) for i in range(3)]
    await shop.store.put_document(Noun.PIPELINE, NAME, b"", pins=[(block("demo/w"), pinned)])
    latest = [await shop.put("demo/w", bytes([i])) for i in range(10)]
    assert shop.versions("demo/w") == [*latest[:-5:-1], pinned]
    assert await shop.get("demo/w", pinned) == b"\0"


async def test_a_version_that_is_no_longer_pinned_is_pruned(shop: Shop) -> None:
    store = shop.store
    pinned = await shop.put("demo/w")
    await store.put_document(Noun.PIPELINE, NAME, b"", pins=[(block("demo/w"), pinned)])
    await store.put_document(Noun.PIPELINE, block("demo/e"), b"", pins=[(block("demo/w"), pinned)])
    latest = [await shop.put("demo/w") for _ in range(4)]
    await store.put_document(Noun.PIPELINE, NAME, b"", pins=[(block("demo/w"), latest[-1])])
    assert pinned in shop.versions("demo/w")
    await store.delete_document(Noun.PIPELINE, block("demo/e"))
    assert shop.versions("demo/w") == latest[::-1]


async def test_the_pins_of_a_deleted_space_end_with_it(shop: Shop) -> None:
    pinned = await shop.put("demo/w")
    await shop.store.put_document(Noun.PIPELINE, block("other/d"), b"", pins=[(block("demo/w"), pinned)])
    for _ in range(4):
        await shop.put("demo/w")
    assert pinned in shop.versions("demo/w")
    await shop.store.delete_space("other", force=True)
    await shop.store.sweep()
    assert pinned not in shop.versions("demo/w")


async def test_a_pinned_block_may_be_deleted_by_its_user(shop: Shop) -> None:
    pinned = await shop.put("demo/w")
    await shop.store.put_document(Noun.PIPELINE, NAME, b"", pins=[(block("demo/w"), pinned)])
    await shop.store.commit([Delete(block("demo/w"))])
    with pytest.raises(BlockNotFound):
        shop.store.head(block("demo/w"))
    await shop.store.put_document(Noun.PIPELINE, NAME, b"")


async def test_only_what_is_there_and_as_durable_can_be_pinned(shop: Shop) -> None:
    store = shop.store
    version = await shop.put("demo/w")
    await store.create_space("fast", SpaceSettings(volatile=True, quota_bytes=1000))
    fast = await shop.put("fast/w")
    for name, number, error in [
        ("demo/w", version + 5, VersionNotFound),
        ("demo/x", 1, BlockNotFound),
        ("nowhere/x", 1, BlockNotFound),
        ("fast/w", fast, MixedDurability),
    ]:
        with pytest.raises(error):
            await store.put_document(Noun.PIPELINE, NAME, b"", pins=[(block(name), number)])
    await store.put_document(Noun.PIPELINE, block("fast/d"), b"", pins=[(block("fast/w"), fast)])


async def test_documents_have_request_ids_and_a_size_limit(store: Store) -> None:
    request = Request("r", "ann", b"d")
    first = await store.put_document(Noun.KIND, NAME, b"1", request=request)
    assert await store.put_document(Noun.KIND, NAME, b"1", request=request) == first
    with pytest.raises(InvalidBlock):
        await store.put_document(Noun.KIND, NAME, bytes(17 * 1024 * 1024))


async def test_what_is_not_there_for_want_of_its_space_says_so(shop: Shop) -> None:
    with pytest.raises(BlockNotFound, match="there is no space 'nowhere'"):
        shop.store.head(block("nowhere/x"))
    with pytest.raises(DocumentNotFound, match="there is no space 'nowhere'"):
        shop.store.get_document(Noun.PIPELINE, block("nowhere/x"))
