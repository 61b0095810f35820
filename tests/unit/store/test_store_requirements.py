"""Versions of kinds that something requires, and values that were matched with a kind that has changed since."""

from pathlib import Path

import pytest

from jazz_server.store import Copy, Noun, Put, SpaceSettings, Store, StoreOptions
from jazz_server.store.errors import DocumentNotFound, KindChanged, KindRequired, SpaceNotFound, VersionNotFound
from unit.store.shop import block

KIND = block("kinds/k")


async def test_a_required_version_is_neither_deleted_nor_pruned(tmp_path: Path, options: StoreOptions) -> None:
    store = await Store.open(tmp_path / "kept", options)
    first = await store.put_document(Noun.KIND, KIND, b"0")
    pipeline = await store.put_document(Noun.PIPELINE, block("lab/p"), b"p", kinds=[(KIND, first.version)])
    for number in range(options.documents_kept + 3):
        await store.put_document(Noun.KIND, KIND, str(number).encode())

    assert store.get_document(Noun.KIND, KIND, first.version).content == b"0"
    for version in (None, first.version):
        with pytest.raises(KindRequired, match=f"pipeline lab/p@{pipeline.version}"):
            await store.delete_document(Noun.KIND, KIND, version)
    await store.close()


async def test_requirements_outlive_the_process(tmp_path: Path, options: StoreOptions) -> None:
    store = await Store.open(tmp_path / "again", options)
    kind = await store.put_document(Noun.KIND, KIND, b"0")
    await store.create_space("lab", SpaceSettings(kind=f"{KIND}@{kind.version}"))
    await store.close()

    again = await Store.open(tmp_path / "again", options)
    with pytest.raises(KindRequired, match="space lab"):
        await again.delete_document(Noun.KIND, KIND)
    await again.close()


async def test_every_version_of_a_document_requires_for_itself(store: Store) -> None:
    kind = await store.put_document(Noun.KIND, KIND, b"0")
    old = await store.put_document(Noun.PIPELINE, block("lab/p"), b"1", kinds=[(KIND, kind.version)])
    await store.put_document(Noun.PIPELINE, block("lab/p"), b"2")

    with pytest.raises(KindRequired):
        await store.delete_document(Noun.KIND, KIND)
    await store.delete_document(Noun.PIPELINE, block("lab/p"), old.version)
    await store.delete_document(Noun.KIND, KIND)


async def test_what_is_not_there_cannot_be_required(store: Store) -> None:
    with pytest.raises(DocumentNotFound):
        await store.put_document(Noun.PIPELINE, block("lab/p"), b"", kinds=[(KIND, 1)])
    kind = await store.put_document(Noun.KIND, KIND, b"0")
    with pytest.raises(VersionNotFound):
        await store.create_space("lab", SpaceSettings(kind=f"{KIND}@{kind.version + 1}"))
    with pytest.raises(SpaceNotFound):
        store.get_space("lab")


async def test_a_kind_goes_with_what_requires_it_in_the_same_space(store: Store) -> None:
    kind = await store.put_document(Noun.KIND, block("lab/k"), b"0")
    await store.put_document(Noun.PIPELINE, block("lab/p"), b"", kinds=[(block("lab/k"), kind.version)])
    await store.delete_space("lab", force=True)


async def test_a_value_that_was_matched_with_another_kind_is_refused(store: Store) -> None:
    kind = await store.put_document(Noun.KIND, KIND, b"0")
    name = f"{KIND}@{kind.version}"
    await store.create_space("lab", SpaceSettings(kind=name))

    with pytest.raises(KindChanged, match="the space 'lab'"):
        await store.commit([Put(block("lab/x"), b"", inline=b"1", admitted="")])
    await store.commit([Put(block("lab/x"), b"", inline=b"1", admitted=name)])


async def test_a_copy_of_what_has_changed_since_it_was_matched_is_refused(store: Store) -> None:
    kind = await store.put_document(Noun.KIND, KIND, b"0")
    name = f"{KIND}@{kind.version}"
    await store.create_space("lab", SpaceSettings(kind=name))
    [matched] = await store.commit([Put(block("other/x"), b"", inline=b"1")])
    await store.commit([Put(block("other/x"), b"", inline=b"2")])

    with pytest.raises(KindChanged, match="other/x"):
        await store.commit([Copy(block("other/x"), block("lab/x"), admitted=(name, matched.version))])
    await store.commit([Copy(block("other/x"), block("lab/x"), matched.version, admitted=(name, matched.version))])
