"""Which versions of kinds are required, and by what: they are neither deleted nor pruned.

What requires a kind says so in the catalogue that it is in itself, under the key of the kind's version, so that a
volatile space takes its requirements with it. Those of a deleted space count no more, and are swept away later.
"""

from collections.abc import Iterator, Sequence

from jazz_server.store import keys
from jazz_server.store.catalogue import Family, Reads, scan_prefix
from jazz_server.store.errors import KindRequired, MixedDurability
from jazz_server.store.lookup import find_space, get_document
from jazz_server.store.names import BlockName, check_name
from jazz_server.store.records import Noun, Requirement, decode, encode
from jazz_server.store.transaction import Transaction

KindList = Sequence[tuple[BlockName, int]]


def kind_keys(kinds: KindList, tx: Transaction, others: Sequence[Reads], *, durable: bool) -> tuple[bytes, ...]:
    """The keys of versions of kinds that are there.

    Raises `DocumentNotFound`, `VersionNotFound`; `MixedDurability` for a kind that would not last as long as what
    requires it.
    """
    return tuple(_kind_key(name, version, tx, others, durable) for name, version in kinds)


def _kind_key(name: BlockName, version: int, tx: Transaction, others: Sequence[Reads], durable: bool) -> bytes:
    reads = next((each for each in (tx, *others) if find_space(each, name.space) is not None), tx)
    get_document(reads, Noun.KIND, name, version)
    if durable and reads is not tx:
        raise MixedDurability("kind", "kinds of durable spaces", f"{name}, in a volatile one")
    space = find_space(reads, name.space)
    assert space is not None
    return keys.version(space.id, check_name(name), version)


def require(tx: Transaction, kind_key: bytes, requirer: bytes, what: Requirement) -> None:
    """Note that something requires a version of a kind."""
    tx.put(Family.REQUIRED, keys.requirement(kind_key, requirer), encode(what))


def release(tx: Transaction, kind_key: bytes, requirer: bytes) -> None:
    """Note that something requires a version of a kind no more."""
    tx.delete(Family.REQUIRED, keys.requirement(kind_key, requirer))


def requirers(catalogues: Sequence[Reads], prefix: bytes) -> Iterator[Requirement]:
    """What requires the kinds whose keys begin with `prefix`."""
    for reads in catalogues:
        for _, stored in scan_prefix(reads, Family.REQUIRED, prefix):
            found = decode(Requirement, stored)
            space = find_space(reads, found.space)
            if space is not None and space.id == found.space_id:
                yield found


def check_not_required(
    catalogues: Sequence[Reads], prefix: bytes, kind: str, *, but_by: str = "", but_in: int | None = None
) -> None:
    """Raise `KindRequired` if something requires a kind whose key begins with `prefix`.

    What goes with it does not count: versions of the document `but_by`, and what is in the space with the id `but_in`.
    """
    found = [
        each.what
        for each in requirers(catalogues, prefix)
        if each.space_id != but_in and not (but_by and each.what.startswith(f"{Noun.KIND.value} {but_by}@"))
    ]
    if found:
        raise KindRequired(kind, sorted(found))
