"""What writing documents (kinds, pipelines) does to the catalogue."""

from collections.abc import Sequence
from itertools import islice

from jazz_server.store import keys, requirements
from jazz_server.store.blocks import prune
from jazz_server.store.catalogue import Family, Reads, scan_prefix
from jazz_server.store.errors import DocumentExists, DocumentNotFound, VersionConflict
from jazz_server.store.lookup import (
    DOCUMENTS,
    document_versions,
    find_space,
    get_document,
    get_head,
    get_space,
)
from jazz_server.store.names import BlockName, check_name
from jazz_server.store.operations import Precondition
from jazz_server.store.records import Document, Noun, Requirement, SpaceRecord, decode, encode
from jazz_server.store.requirements import KindList
from jazz_server.store.transaction import Transaction

PinList = Sequence[tuple[BlockName, int]]


def write_document(
    tx: Transaction,
    space: SpaceRecord,
    noun: Noun,
    name: BlockName,
    content: bytes,
    *,
    version: int,
    pins: PinList,
    kinds: KindList,
    others: Sequence[Reads],
    durable: bool,
    precondition: Precondition,
    kept: int,
) -> Document:
    """Add a version, which takes over all pins from the one before, and requires versions of kinds for itself.

    `others` are the catalogues beside that of the transaction.
    """
    path = check_name(name)
    family = DOCUMENTS[noun]
    prefix = keys.versions(space.id, path)
    latest = next(document_versions(tx, noun, prefix), None)
    if precondition.must_not_exist and latest is not None:
        raise DocumentExists(noun.value, name, latest.version)
    _check_version(name, latest, precondition.if_version)
    held = tuple(_pin_key(tx, pinned, number) for pinned, number in pins)
    document = Document(
        noun,
        name,
        version,
        content,
        latest.created_at if latest else tx.now,
        tx.now,
        tuple(pins),
        held,
        requirements.kind_keys(kinds, tx, others, durable=durable),
    )
    key = keys.version(space.id, path, version)
    for kind_key in document.required:
        what = Requirement(f"{noun.value} {name}@{version}", space.name, space.id)
        requirements.require(tx, kind_key, key, what)
    for block_key in held:
        tx.put(Family.PINS, keys.pin(block_key, noun.value, prefix), b"")
    tx.put(family, key, encode(document))
    if latest is not None:
        _unpin(tx, latest, prefix, except_for=held)
    for old, stored in list(scan_prefix(tx, family, prefix))[kept:]:
        if not any(True for _ in requirements.requirers((tx, *others), old)):
            _drop(tx, noun, old, stored)
    return document


def delete_document(
    tx: Transaction,
    noun: Noun,
    name: BlockName,
    version: int | None,
    if_version: int | None,
    others: Sequence[Reads] = (),
) -> int:
    """Delete a version or all of a document; gives the (latest) version deleted. `KindRequired`."""
    found = get_document(tx, noun, name, version)
    record = find_space(tx, name.space)
    if record is None:
        raise DocumentNotFound(noun.value, name, space_missing=name.space)
    path, family = check_name(name), DOCUMENTS[noun]
    prefix = keys.versions(record.id, path)
    latest = next(document_versions(tx, noun, prefix))
    _check_version(name, latest, if_version)
    one = prefix if version is None else keys.version(record.id, path, version)
    if noun is Noun.KIND:
        whole = f"kind {name}" if version is None else f"kind {name}@{version}"
        but_by = str(name) if version is None else ""
        requirements.check_not_required((tx, *others), one, whole, but_by=but_by)
    for key, stored in list(scan_prefix(tx, family, one)):
        _drop(tx, noun, key, stored)
    if version is None or version == latest.version:
        _hand_over(tx, noun, prefix, latest)
    return found.version


def drop_documents(tx: Transaction, noun: Noun, prefix: bytes, limit: int) -> int:
    """Remove the first documents under the prefix of a deleted space, and what they pin; gives how many."""
    dropped = 0
    for key, stored in islice(scan_prefix(tx, DOCUMENTS[noun], prefix), limit):
        _drop(tx, noun, key, stored)
        _unpin(tx, decode(Document, stored), key[:-8], except_for=())
        dropped += 1
    return dropped


def _drop(tx: Transaction, noun: Noun, key: bytes, stored: bytes) -> None:
    """Remove a version, and what it requires with it."""
    tx.delete(DOCUMENTS[noun], key)
    for kind_key in decode(Document, stored).required:
        requirements.release(tx, kind_key, key)


def _hand_over(tx: Transaction, noun: Noun, prefix: bytes, latest: Document) -> None:
    """After the latest version was deleted: its pins go, those of the one before come back, if still there."""
    before = next(document_versions(tx, noun, prefix), None)
    held = tuple(key for key in before.held if tx.get(Family.BLOCKS, key)) if before else ()
    for block_key in held:
        tx.put(Family.PINS, keys.pin(block_key, noun.value, prefix), b"")
    _unpin(tx, latest, prefix, except_for=held)


def _unpin(tx: Transaction, document: Document, prefix: bytes, *, except_for: Sequence[bytes]) -> None:
    for (name, _), block_key in zip(document.pins, document.held, strict=True):
        if block_key in except_for:
            continue
        tx.delete(Family.PINS, keys.pin(block_key, document.noun.value, prefix))
        space = find_space(tx, name.space)
        if space is not None and block_key.startswith(keys.number(space.id)):
            prune(tx, space, keys.path_of(block_key))


def _pin_key(tx: Transaction, name: BlockName, version: int) -> bytes:
    get_head(tx, name, version, tx.now)
    return keys.version(get_space(tx, name.space).id, check_name(name), version)


def _check_version(name: BlockName, latest: Document | None, expected: int | None) -> None:
    found = latest.version if latest else 0
    if expected is not None and expected != found:
        raise VersionConflict(name, expected, found)
