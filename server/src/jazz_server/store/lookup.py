"""Finding things in a catalogue, be it as it is now, at a point in time, or in a transaction."""

from collections.abc import Iterator

from jazz_server.store import keys
from jazz_server.store.catalogue import Family, Reads, scan_prefix
from jazz_server.store.errors import (
    BlockNotFound,
    DataLoss,
    DocumentNotFound,
    SpaceNotFound,
    VersionNotFound,
)
from jazz_server.store.names import MAX_VERSION, BlockName, check_name
from jazz_server.store.records import (
    Document,
    Head,
    Noun,
    Space,
    SpaceRecord,
    Usage,
    decode,
    unseal,
)

DOCUMENTS = {Noun.KIND: Family.KINDS, Noun.PIPELINE: Family.PIPELINES}


def find_space(reads: Reads, name: str) -> SpaceRecord | None:
    """The space of that name, if there is one."""
    stored = reads.get(Family.SPACES, name.encode(errors="replace"))
    return None if stored is None else decode(SpaceRecord, stored)


def get_space(reads: Reads, name: str) -> SpaceRecord:
    """The space of that name; `SpaceNotFound`."""
    record = find_space(reads, name)
    if record is None:
        raise SpaceNotFound(name)
    return record


def describe_space(reads: Reads, record: SpaceRecord) -> Space:
    """A space with its statistics."""
    stored = reads.get(Family.USAGE, keys.number(record.id))
    usage = decode(Usage, stored) if stored else Usage()
    return Space(
        record.name,
        record.settings,
        record.version,
        record.created_at,
        record.updated_at,
        usage.blocks,
        usage.versions,
        usage.bytes,
    )


def live_heads(reads: Reads, prefix: bytes, now: int) -> Iterator[Head]:
    """Versions under a key prefix that have not expired, by name and then latest first."""
    for _, stored in scan_prefix(reads, Family.BLOCKS, prefix):
        head = decode(Head, stored)
        if not has_expired(head, now):
            yield head


def latest_head(reads: Reads, space_id: int, path: bytes, now: int) -> Head | None:
    """The latest version that has not expired."""
    return next(live_heads(reads, keys.versions(space_id, path), now), None)


def get_head(reads: Reads, name: BlockName, version: int | None, now: int) -> Head:
    """One version of a block, or its latest; `BlockNotFound`, `VersionNotFound`."""
    path = check_name(name)
    record = find_space(reads, name.space)
    if record is None:
        raise BlockNotFound(name, space_missing=name.space)
    if version is not None:
        stored = _get_version(reads, Family.BLOCKS, record.id, path, version)
        head = decode(Head, stored) if stored else None
        if head is not None and not has_expired(head, now):
            return head
    latest = latest_head(reads, record.id, path, now)
    if latest is None:
        raise BlockNotFound(name)
    if version is not None:
        raise VersionNotFound(name, version)
    return latest


def has_expired(head: Head, now: int) -> bool:
    """Whether a version is to be treated as absent."""
    return head.expires_at is not None and head.expires_at <= now


def inline_body(reads: Reads, head: Head, space_id: int) -> bytes:
    """The body of an inline block, checked; `DataLoss`, or `VersionNotFound` if it was deleted since."""
    stored = reads.get(Family.PAYLOADS, keys.payload(space_id, head.version))
    if stored is None:
        raise VersionNotFound(head.name, head.version)
    body = bytes(unseal(stored))
    if len(body) != head.size or int.from_bytes(stored[:4], "big") != head.checksum:
        raise DataLoss(f"the body of {head.name} is not the one that was committed")
    return body


def document_versions(reads: Reads, noun: Noun, prefix: bytes) -> Iterator[Document]:
    """Documents under a key prefix, by name and then latest first."""
    for _, stored in scan_prefix(reads, DOCUMENTS[noun], prefix):
        yield decode(Document, stored)


def get_document(reads: Reads, noun: Noun, name: BlockName, version: int | None) -> Document:
    """One version of a document, or its latest; `DocumentNotFound`, `VersionNotFound`."""
    path = check_name(name)
    record = find_space(reads, name.space)
    if record is None:
        raise DocumentNotFound(noun.value, name, space_missing=name.space)
    if version is not None:
        stored = _get_version(reads, DOCUMENTS[noun], record.id, path, version)
        if stored is not None:
            return decode(Document, stored)
    latest = next(document_versions(reads, noun, keys.versions(record.id, path)), None)
    if latest is None:
        raise DocumentNotFound(noun.value, name)
    if version is not None:
        raise VersionNotFound(name, version)
    return latest


def _get_version(reads: Reads, family: Family, space_id: int, path: bytes, version: int) -> bytes | None:
    if not 0 < version <= MAX_VERSION:
        return None
    return reads.get(family, keys.version(space_id, path, version))
