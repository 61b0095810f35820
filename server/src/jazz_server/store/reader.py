"""Reading at one point in time: what the store shows, and snapshots that hold still."""

from collections.abc import Callable, Iterator
from heapq import merge
from types import TracebackType
from typing import Final, Self, TypeAlias

from jazz_server.store import keys
from jazz_server.store.bodies import Body
from jazz_server.store.catalogue import Family, Reads, View
from jazz_server.store.errors import (
    BlockNotFound,
    Closed,
    DocumentNotFound,
    SpaceNotFound,
    VersionNotFound,
)
from jazz_server.store.lookup import (
    DOCUMENTS,
    describe_space,
    document_versions,
    find_space,
    get_document,
    get_head,
    has_expired,
    inline_body,
    live_heads,
)
from jazz_server.store.names import BlockName, check_name, check_space_name, encode_prefix
from jazz_server.store.paging import make_page, page_limit, read_token
from jazz_server.store.pins import Pins
from jazz_server.store.records import (
    Document,
    Head,
    Inline,
    Memory,
    Noun,
    Page,
    Space,
    SpaceRecord,
    decode,
)
from jazz_server.store.transaction import is_referenced

_HEADS_KEPT: Final = 16_384

Shown: TypeAlias = "View | _Nothing"
"""What a reader shows."""


class Reader:
    """The read methods, over one view of the durable and one of the volatile catalogue."""

    def __init__(self, durable: Shown, volatile: Shown, pins: Pins, clock: Callable[[], int]) -> None:
        self._durable = durable
        self._volatile = volatile
        self._pins = pins
        self._clock = clock

    def get_space(self, name: str) -> Space:
        """A space and its statistics; `SpaceNotFound`, `InvalidName`."""
        check_space_name(name)
        return describe_space(*self._locate(name))

    def list_spaces(self, *, prefix: str = "", page_size: int = 0, page_token: str = "") -> Page[Space]:
        """Spaces whose name starts with `prefix`, in order."""
        listing = f"spaces {prefix}"
        limit = page_limit(page_size)
        start = read_token(listing, page_token)
        first = start + b"\0" if start else encode_prefix(prefix)
        found = merge(
            self._spaces(self._durable, first, prefix),
            self._spaces(self._volatile, first, prefix),
            key=lambda space: space.name,
        )
        return make_page(listing, ((space, 0) for space in found), limit, lambda space: space.name.encode())

    def head(self, name: BlockName, version: int | None = None) -> Head:
        """A version of a block, or its latest; `BlockNotFound`, `VersionNotFound`."""
        check_name(name)
        now = self._clock()
        for view in (self._durable, self._volatile):
            known = view.heads.get((name, version))
            if known is not None and not has_expired(known, now):
                return known
        view = self._reads(name)
        head = get_head(view, name, version, now)
        if len(view.heads) >= _HEADS_KEPT:
            view.heads.clear()
        view.heads[name, version] = head
        return head

    def versions(self, name: BlockName) -> list[Head]:
        """All versions of a block, latest first; `BlockNotFound`."""
        path = check_name(name)
        try:
            reads, record = self._locate(name.space)
        except SpaceNotFound:
            raise BlockNotFound(name, space_missing=name.space) from None
        heads = list(live_heads(reads, keys.versions(record.id, path), self._clock()))
        if not heads:
            raise BlockNotFound(name)
        return heads

    def list_blocks(self, space: str, *, prefix: str = "", page_size: int = 0, page_token: str = "") -> Page[Head]:
        """Latest versions of the blocks whose path starts with `prefix`, in order of their bytes."""
        check_space_name(space)
        reads, record = self._locate(space)
        listing = f"blocks {space} {prefix}"
        limit = page_limit(page_size)
        start = read_token(listing, page_token)
        first = keys.after_versions(record.id, start) if start else None
        found = self._latest(reads, Family.BLOCKS, record.id, prefix, first)
        now = self._clock()
        live = ((self._still_live(reads, record.id, decode(Head, stored), now), len(stored)) for stored in found)
        shown = ((head, size) for head, size in live if head is not None)
        return make_page(listing, shown, limit, lambda head: head.name.path.encode())

    def open_body(self, head: Head) -> Body:
        """The body of a version, held until closed; `VersionNotFound` if it was deleted since."""
        location = head.location
        volatile = isinstance(location, Memory) or (isinstance(location, Inline) and location.volatile)
        reads = self._volatile if volatile else self._durable
        if isinstance(location, Inline):
            return self._pins.body_of_bytes(inline_body(reads, head, location.space_id))
        if not is_referenced(reads, location.id):
            raise VersionNotFound(head.name, head.version)
        return self._pins.open(head, location)

    def get_document(self, noun: Noun, name: BlockName, version: int | None = None) -> Document:
        """A version of a document, or its latest; `DocumentNotFound`, `VersionNotFound`."""
        check_name(name)
        try:
            reads, _ = self._locate(name.space)
        except SpaceNotFound:
            raise DocumentNotFound(noun.value, name, space_missing=name.space) from None
        return get_document(reads, noun, name, version)

    def document_versions(self, noun: Noun, name: BlockName) -> list[Document]:
        """All versions of a document, latest first; `DocumentNotFound`."""
        self.get_document(noun, name)
        reads, record = self._locate(name.space)
        return list(document_versions(reads, noun, keys.versions(record.id, check_name(name))))

    def list_documents(
        self, noun: Noun, space: str, *, prefix: str = "", page_size: int = 0, page_token: str = ""
    ) -> Page[Document]:
        """Latest versions of the documents whose path starts with `prefix`, in order of their bytes."""
        check_space_name(space)
        reads, record = self._locate(space)
        listing = f"{noun.value} {space} {prefix}"
        limit = page_limit(page_size)
        start = read_token(listing, page_token)
        first = keys.after_versions(record.id, start) if start else None
        found = self._latest(reads, DOCUMENTS[noun], record.id, prefix, first)
        documents = ((decode(Document, stored), len(stored)) for stored in found)
        return make_page(listing, documents, limit, lambda each: each.name.path.encode())

    def _locate(self, space: str) -> tuple[Shown, SpaceRecord]:
        for reads in (self._durable, self._volatile):
            record = find_space(reads, space)
            if record is not None:
                return reads, record
        raise SpaceNotFound(space)

    def _reads(self, name: BlockName) -> Shown:
        try:
            return self._locate(name.space)[0]
        except SpaceNotFound:
            raise BlockNotFound(name, space_missing=name.space) from None

    @staticmethod
    def _spaces(reads: Reads, first: bytes, prefix: str) -> Iterator[Space]:
        for key, stored in reads.scan(Family.SPACES, first):
            if not key.startswith(prefix.encode()):
                return
            yield describe_space(reads, decode(SpaceRecord, stored))

    @staticmethod
    def _latest(reads: Reads, family: Family, space_id: int, prefix: str, first: bytes | None) -> Iterator[bytes]:
        """The latest version under each name; the others are skipped, not read."""
        under = keys.number(space_id) + encode_prefix(prefix)
        at: bytes | None = first or under
        while at is not None:
            here = at
            at = None
            for key, stored in reads.scan(family, here):
                if not key.startswith(under):
                    return
                yield stored
                at = keys.after_versions(space_id, keys.path_of(key))
                break

    @staticmethod
    def _still_live(reads: Reads, space_id: int, head: Head, now: int) -> Head | None:
        """The latest version that has not expired, of the block whose latest is `head`."""
        if not has_expired(head, now):
            return head
        prefix = keys.versions(space_id, head.name.path.encode())
        return next(live_heads(reads, prefix, now), None)


class Snapshot(Reader):
    """The store at one point in time. Close it: until then nothing that it shows is removed from the disk."""

    def __init__(
        self,
        durable: View,
        volatile: View,
        pins: Pins,
        clock: Callable[[], int],
        epochs: tuple[int, int],
        closed: Callable[["Snapshot"], None],
    ) -> None:
        super().__init__(durable, volatile, pins, clock)
        self.epochs = epochs
        self._closed: Callable[[Snapshot], None] | None = closed

    def close(self) -> None:
        """Let go."""
        if self._closed is not None:
            closed, self._closed = self._closed, None
            self._durable = self._volatile = _Nothing()
            closed(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class _Nothing:
    """What a closed snapshot reads."""

    heads: Final[dict[tuple[BlockName, int | None], Head]] = {}

    def get(self, family: Family, key: bytes) -> bytes | None:
        raise Closed("the snapshot")

    def scan(self, family: Family, start: bytes, *, backwards: bool = False) -> Iterator[tuple[bytes, bytes]]:
        raise Closed("the snapshot")
