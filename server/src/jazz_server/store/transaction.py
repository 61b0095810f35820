"""A transaction: reads that see its own changes, written in one atomic batch or not at all."""

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from heapq import merge

from jazz_server.store import keys
from jazz_server.store.catalogue import Changes, Family, Pairs, Reads, scan_prefix
from jazz_server.store.records import Usage, decode, encode


class Transaction:
    """Changes on top of a catalogue. It lives within one turn of the event loop and takes `now` (ns) once."""

    def __init__(self, base: Reads, now: int) -> None:
        self.now = now
        self._base = base
        self._changes: dict[tuple[Family, bytes], bytes | None] = {}
        self._touched: defaultdict[Family, list[bytes]] = defaultdict(list)
        self._usage: dict[int, Usage] = {}
        self._released: set[bytes] = set()

    def get(self, family: Family, key: bytes) -> bytes | None:
        """The value of a key, as changed so far."""
        if (family, key) in self._changes:
            return self._changes[family, key]
        return self._base.get(family, key)

    def scan(self, family: Family, start: bytes, *, backwards: bool = False) -> Pairs:
        """Keys and values in order, as changed so far (while it runs, change nothing ahead of it)."""
        stored = self._base.scan(family, start, backwards=backwards)
        if family not in self._touched:
            return stored
        untouched = (pair for pair in stored if (family, pair[0]) not in self._changes)
        changed = self._changed(family, start, backwards)
        return merge(untouched, changed, key=lambda pair: pair[0], reverse=backwards)

    def put(self, family: Family, key: bytes, value: bytes) -> None:
        """Set a key."""
        self._change(family, key, value)

    def delete(self, family: Family, key: bytes) -> None:
        """Remove a key, if it is there."""
        self._change(family, key, None)

    def usage(self, space_id: int) -> Usage:
        """What a space holds, as changed so far."""
        if space_id not in self._usage:
            stored = self.get(Family.USAGE, keys.number(space_id))
            self._usage[space_id] = decode(Usage, stored) if stored else Usage()
        return self._usage[space_id]

    def charge(self, space_id: int, *, blocks: int, versions: int, size: int) -> None:
        """Add to what a space holds."""
        usage = self.usage(space_id)
        self._usage[space_id] = Usage(usage.blocks + blocks, usage.versions + versions, usage.bytes + size)

    def refer(self, segment: bytes, block_key: bytes) -> None:
        """Note that a version of a block uses a segment."""
        self.put(Family.SEGMENTS, segment + block_key, b"")

    def release(self, segment: bytes, block_key: bytes) -> None:
        """Note that a version of a block uses a segment no more."""
        self.delete(Family.SEGMENTS, segment + block_key)
        self._released.add(segment)

    def unreferenced(self) -> set[bytes]:
        """Segments that lost their last reference."""
        return {segment for segment in self._released if not is_referenced(self, segment)}

    def changes(self) -> Changes:
        """All that is to be written."""
        for space_id, usage in self._usage.items():
            self.put(Family.USAGE, keys.number(space_id), encode(usage))
        return self._changes

    def forget_usage(self, space_id: int) -> None:
        """Stop to count what a deleted space holds."""
        self._usage.pop(space_id, None)
        self.delete(Family.USAGE, keys.number(space_id))

    def _changed(self, family: Family, start: bytes, backwards: bool) -> Pairs:
        """The changed pairs from `start` on, found one by one: a large commit scans often and little."""
        touched = self._touched[family]
        at = bisect_right(touched, start) - 1 if backwards else bisect_left(touched, start)
        while 0 <= at < len(touched):
            key = touched[at]
            value = self._changes[family, key]
            if value is not None:
                yield key, value
            at = bisect_left(touched, key) - 1 if backwards else bisect_right(touched, key)

    def _change(self, family: Family, key: bytes, value: bytes | None) -> None:
        if (family, key) not in self._changes:
            insort(self._touched[family], key)
        self._changes[family, key] = value


def is_referenced(reads: Reads, segment: bytes) -> bool:
    """Whether any version of a block uses the segment."""
    return any(True for _ in scan_prefix(reads, Family.SEGMENTS, segment))
