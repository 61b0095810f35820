"""What writing to blocks does to the catalogue: the rules of versions, pins, expiry and quota."""

import datetime
import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice, takewhile

import msgspec

from jazz_server.store import keys
from jazz_server.store.catalogue import Family, scan_prefix
from jazz_server.store.errors import (
    BlockExists,
    InvalidBlock,
    VersionConflict,
)
from jazz_server.store.lookup import get_head, get_space, latest_head
from jazz_server.store.names import BlockName, check_name, encode_text
from jazz_server.store.operations import Delete, Precondition, SetAttributes
from jazz_server.store.options import StoreOptions
from jazz_server.store.records import (
    Attributes,
    Head,
    Inline,
    Location,
    Memory,
    Segment,
    SpaceRecord,
    decode,
    encode,
    seal,
)
from jazz_server.store.transaction import Transaction

EXPIRES_BLOCK = b"b"
_LATEST_EXPIRY = 2**63 - 1
_LONGEST_TTL = 1e10  # seconds, some 300 years: longer than there are ns in an expiry


@dataclass(frozen=True, slots=True)
class NewVersion:
    """What is to become the latest version of a block; `payload` is the body if it is inline."""

    header: bytes
    size: int
    checksum: int
    kind: str
    attributes: Attributes
    expires_at: int | None
    location: Location
    payload: bytes = b""


def write_version(
    tx: Transaction,
    space: SpaceRecord,
    name: BlockName,
    precondition: Precondition,
    version: int,
    new: NewVersion,
) -> Head:
    """Add a version and prune those that are too many; `VersionConflict`, `BlockExists`."""
    path = check_name(name)
    count, _ = _versions(tx, space.id, path)
    latest = latest_head(tx, space.id, path, tx.now) if count else None
    check_precondition(name, latest, precondition)
    head = Head(
        name=name,
        version=version,
        header=new.header,
        size=new.size,
        checksum=new.checksum,
        kind=new.kind,
        attributes=new.attributes,
        created_at=tx.now,
        updated_at=tx.now,
        expires_at=new.expires_at,
        location=new.location,
    )
    key = keys.version(space.id, path, version)
    tx.put(Family.BLOCKS, key, encode(head))
    if isinstance(new.location, Inline):
        tx.put(Family.PAYLOADS, keys.payload(space.id, version), seal(new.payload))
    else:
        tx.refer(new.location.id, key)
    _note_expiry(tx, key, head.expires_at)
    _count(tx, space.id, path, 1)
    tx.charge(space.id, blocks=0, versions=1, size=head.charge)
    prune(tx, space, path)
    return head


def check_precondition(name: BlockName, latest: Head | None, precondition: Precondition) -> None:
    """Raise `BlockExists` or `VersionConflict` unless the latest version is as it should be."""
    if precondition.must_not_exist and latest is not None:
        raise BlockExists(name, latest.version)
    _check_version(name, latest, precondition.if_version)


def delete_block(tx: Transaction, operation: Delete) -> int:
    """Delete a version or all of a block, pinned or not; gives the (latest) version deleted."""
    name = operation.name
    head = get_head(tx, name, operation.version, tx.now)
    space_id = get_space(tx, name.space).id
    path = check_name(name)
    _check_version(name, latest_head(tx, space_id, path, tx.now), operation.if_version)
    if operation.version is not None:
        delete_version(tx, space_id, keys.version(space_id, path, head.version), head)
    else:
        for key, stored in list(scan_prefix(tx, Family.BLOCKS, keys.versions(space_id, path))):
            delete_version(tx, space_id, key, decode(Head, stored))
    return head.version


def set_attributes(tx: Transaction, operation: SetAttributes, options: StoreOptions) -> Head:
    """Change the attributes or the expiry of the latest version, which keeps its number."""
    name = operation.name
    head = get_head(tx, name, None, tx.now)
    _check_version(name, head, operation.if_version)
    key = keys.version(get_space(tx, name.space).id, check_name(name), head.version)
    attributes = head.attributes
    if operation.attributes is not None:
        attributes = checked_attributes(operation.attributes, options)
    expires_at = head.expires_at
    if operation.ttl_seconds is not None or operation.expires_at is not None:
        expires_at = expiry(tx.now, operation.ttl_seconds, operation.expires_at, None)
    changed = msgspec.structs.replace(
        head, attributes=attributes, expires_at=expires_at, updated_at=tx.now, revision=head.revision + 1
    )
    _forget_expiry(tx, key, head.expires_at)
    _note_expiry(tx, key, expires_at)
    tx.put(Family.BLOCKS, key, encode(changed))
    return changed


def delete_version(tx: Transaction, space_id: int, key: bytes, head: Head) -> None:
    """Remove one version and all that belongs to it."""
    tx.delete(Family.BLOCKS, key)
    match head.location:
        case Inline():
            tx.delete(Family.PAYLOADS, keys.payload(space_id, head.version))
        case Segment(id=segment) | Memory(id=segment):
            tx.release(segment, key)
    _forget_expiry(tx, key, head.expires_at)
    _count(tx, space_id, keys.path_of(key), -1)
    tx.charge(space_id, blocks=0, versions=-1, size=-head.charge)


def prune(tx: Transaction, space: SpaceRecord, path: bytes) -> None:
    """Delete the versions beyond those that the space keeps, except pinned ones. O(versions deleted + pinned).

    The search begins at the oldest version that was left the last time: RocksDB walks over what has been deleted since
    its last compaction as if it were there, and all of that is older.
    """
    count, oldest = _versions(tx, space.id, path)
    excess = count - space.settings.versions_kept
    if excess <= 0:
        return
    prefix = keys.versions(space.id, path)
    oldest_first = tx.scan(Family.BLOCKS, keys.version(space.id, path, oldest), backwards=True)
    found = list(islice(takewhile(lambda pair: pair[0].startswith(prefix), oldest_first), excess + 1))
    left = []
    for place, (key, stored) in enumerate(found):
        if place == excess or is_pinned(tx, key):
            left.append(key)
        else:
            delete_version(tx, space.id, key, decode(Head, stored))
    if left:
        _note_versions(tx, space.id, path, _versions(tx, space.id, path)[0], keys.version_of(left[0]))


def is_pinned(tx: Transaction, block_key: bytes) -> bool:
    """Whether the latest version of some document holds this version of a block."""
    return any(True for _ in scan_prefix(tx, Family.PINS, block_key + b"\0"))


def expiry(now: int, ttl_seconds: float | None, expires_at: int | None, default_ttl: float | None) -> int | None:
    """When a block expires (ns since 1970), or None; `InvalidBlock` for what is no time or is over."""
    if expires_at is not None:
        if ttl_seconds is not None:
            raise InvalidBlock("expires_at", "either ttl_seconds or expires_at", "both")
        if not now < expires_at <= _LATEST_EXPIRY:
            raise InvalidBlock("expires_at", "a time that is still to come", _shown_time(expires_at))
        return expires_at
    ttl = default_ttl if ttl_seconds is None else ttl_seconds
    if ttl is None or ttl == math.inf:
        return None
    if not ttl > 0:
        raise InvalidBlock("ttl_seconds", "a positive number", str(ttl))
    return min(now + int(min(ttl, _LONGEST_TTL) * 1e9), _LATEST_EXPIRY)


def _shown_time(ns: int) -> str:
    """A time in ns since 1970 as people write it, or as it is where the calendar has none."""
    try:
        return datetime.datetime.fromtimestamp(ns // 10**9, datetime.UTC).isoformat()
    except (OverflowError, ValueError):
        return f"{ns} ns after 1970"


def checked_attributes(attributes: Mapping[str, str], options: StoreOptions) -> Attributes:
    """Attributes sorted by key; `InvalidBlock` if one has no key or all are too large."""
    result = tuple(sorted(attributes.items()))
    size = sum(len(encode_text(part, "attributes")) for attribute in result for part in attribute)
    if size > options.max_attributes_bytes:
        limit = f"at most {options.max_attributes_bytes} bytes"
        raise InvalidBlock("attributes", limit, f"{size} bytes")
    if result and result[0][0] == "":
        raise InvalidBlock("attributes", "keys that are not empty", "''")
    return result


def _check_version(name: BlockName, latest: Head | None, expected: int | None) -> None:
    found = latest.version if latest else 0
    if expected is not None and expected != found:
        raise VersionConflict(name, expected, found)


def _versions(tx: Transaction, space_id: int, path: bytes) -> tuple[int, int]:
    """How many versions of a block there are, and a number that none of theirs is below."""
    stored = tx.get(Family.NAMES, keys.number(space_id) + path)
    return (int.from_bytes(stored[:8], "big"), int.from_bytes(stored[8:], "big")) if stored else (0, 0)


def _note_versions(tx: Transaction, space_id: int, path: bytes, count: int, oldest: int) -> None:
    key = keys.number(space_id) + path
    if count:
        tx.put(Family.NAMES, key, keys.number(count) + keys.number(oldest))
    else:
        tx.delete(Family.NAMES, key)


def _count(tx: Transaction, space_id: int, path: bytes, change: int) -> None:
    before, oldest = _versions(tx, space_id, path)
    after = before + change
    _note_versions(tx, space_id, path, after, oldest)
    tx.charge(space_id, blocks=int(after > 0) - int(before > 0), versions=0, size=0)


def _note_expiry(tx: Transaction, key: bytes, expires_at: int | None) -> None:
    if expires_at is not None:
        tx.put(Family.EXPIRY, keys.expiry(expires_at, EXPIRES_BLOCK + key), b"")


def _forget_expiry(tx: Transaction, key: bytes, expires_at: int | None) -> None:
    if expires_at is not None:
        tx.delete(Family.EXPIRY, keys.expiry(expires_at, EXPIRES_BLOCK + key))
