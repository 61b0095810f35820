"""What writing to spaces does to the catalogue."""

import math
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

import msgspec

from jazz_server.store import keys, requirements
from jazz_server.store.blocks import prune
from jazz_server.store.catalogue import Family, Reads, scan_prefix
from jazz_server.store.errors import (
    InvalidSettings,
    QuotaExceeded,
    SpaceNotEmpty,
    VersionConflict,
)
from jazz_server.store.lookup import get_space, live_heads
from jazz_server.store.names import parse_reference
from jazz_server.store.records import Requirement, SpaceRecord, SpaceSettings, encode
from jazz_server.store.transaction import Transaction

_MOST_VERSIONS = 1_000_000


def check_settings(settings: SpaceSettings) -> None:
    """Raise `InvalidSettings` for what is out of range."""
    kept, quota, ttl = settings.versions_kept, settings.quota_bytes, settings.ttl_seconds
    if not isinstance(kept, int) or not 1 <= kept <= _MOST_VERSIONS:
        raise InvalidSettings("versions_kept", f"an integer from 1 to {_MOST_VERSIONS}", repr(kept))
    if quota is not None and (not isinstance(quota, int) or not 0 <= quota < 2**63):
        raise InvalidSettings("quota_bytes", "an integer from 0 to 2^63 - 1", repr(quota))
    if ttl is not None and not (isinstance(ttl, int | float) and 0 < ttl < math.inf):
        raise InvalidSettings("ttl_seconds", "a positive number of seconds", repr(ttl))
    if settings.kind == "":
        raise InvalidSettings("kind", "a reference or nothing", "''")
    if settings.volatile and quota is None:
        raise InvalidSettings("quota_bytes", "a quota, as the space is volatile", "none")


def add_space(
    tx: Transaction, name: str, settings: SpaceSettings, version: int, others: Sequence[Reads] = ()
) -> SpaceRecord:
    """Write a new space. `others` are the catalogues beside that of the transaction."""
    record = _requiring(tx, SpaceRecord(version, name, settings, version, tx.now, tx.now), others)
    tx.put(Family.SPACES, name.encode(), encode(record))
    return record


def change_space(
    tx: Transaction,
    name: str,
    changes: Mapping[str, Any],
    *,
    version: int,
    if_version: int | None,
    reserved: int,
    others: Sequence[Reads],
) -> SpaceRecord:
    """Change settings. Where fewer versions are kept, `prune_names` is to follow."""
    record = get_space(tx, name)
    if if_version is not None and if_version != record.version:
        raise VersionConflict(name, if_version, record.version)
    unknown = set(changes) - set(SpaceSettings.__struct_fields__)
    if unknown:
        known = ", ".join(SpaceSettings.__struct_fields__)
        raise InvalidSettings("settings", f"one of {known}", repr(min(unknown)))
    settings = msgspec.structs.replace(record.settings, **changes)
    check_settings(settings)
    if settings.volatile != record.settings.volatile:
        raise InvalidSettings("volatile", "no change", "another value")
    changed = msgspec.structs.replace(record, settings=settings, version=version, updated_at=tx.now)
    if settings.kind != record.settings.kind:
        _release(tx, record)
        changed = _requiring(tx, changed, others)
    tx.put(Family.SPACES, name.encode(), encode(changed))
    check_quota(tx, changed, reserved)
    return changed


def prune_names(tx: Transaction, record: SpaceRecord, after: bytes, limit: int) -> bytes | None:
    """Prune the blocks behind the key `after`, at most `limit`; gives where to go on, or None at the end."""
    prefix = keys.number(record.id)
    names = scan_prefix(tx, Family.NAMES, prefix) if not after else tx.scan(Family.NAMES, after)
    batch = [key for key, _ in islice(names, limit + 1) if key.startswith(prefix)]
    for key in batch[:limit]:
        prune(tx, record, key[8:])
    return batch[limit] if len(batch) > limit else None


def remove_space(
    tx: Transaction, name: str, *, force: bool, if_version: int | None, others: Sequence[Reads]
) -> SpaceRecord:
    """Remove a space; what is in it becomes unreachable at once and is swept away later.

    A space with kinds that something elsewhere requires stays: `KindRequired`.
    """
    record = get_space(tx, name)
    if if_version is not None and if_version != record.version:
        raise VersionConflict(name, if_version, record.version)
    prefix = keys.number(record.id)
    if not force and not _is_empty(tx, prefix):
        raise SpaceNotEmpty(name)
    requirements.check_not_required((tx, *others), prefix, f"a kind in the space {name!r}", but_in=record.id)
    _release(tx, record)
    tx.delete(Family.SPACES, name.encode())
    tx.put(Family.TRASH, prefix, b"")
    return record


def check_quota(tx: Transaction, record: SpaceRecord, reserved: int) -> None:
    """Raise `QuotaExceeded` if the space holds more than it may."""
    quota = record.settings.quota_bytes
    needed = tx.usage(record.id).bytes + reserved
    if quota is not None and needed > quota:
        raise QuotaExceeded(record.name, quota, needed)


def _requiring(tx: Transaction, record: SpaceRecord, others: Sequence[Reads]) -> SpaceRecord:
    """The space with the version of a kind that it names, if it does, required."""
    name, version = parse_reference(record.settings.kind) if record.settings.kind else (None, None)
    if name is None or version is None:
        return msgspec.structs.replace(record, required=b"")
    durable = not record.settings.volatile
    (kind_key,) = requirements.kind_keys([(name, version)], tx, others, durable=durable)
    what = Requirement(f"space {record.name}", record.name, record.id)
    requirements.require(tx, kind_key, keys.number(record.id), what)
    return msgspec.structs.replace(record, required=kind_key)


def _release(tx: Transaction, record: SpaceRecord) -> None:
    if record.required:
        requirements.release(tx, record.required, keys.number(record.id))


def _is_empty(tx: Transaction, prefix: bytes) -> bool:
    if any(True for _ in live_heads(tx, prefix, tx.now)):
        return False
    documents = (Family.KINDS, Family.PIPELINES)
    return not any(True for family in documents for _ in scan_prefix(tx, family, prefix))
