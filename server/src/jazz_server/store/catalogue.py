"""The catalogue: the column families of one RocksDB, read as they are now or as of a point in time.

RocksDB is called on the event loop: its calls hold the interpreter's lock anyway, and take microseconds for the
small records that are kept here. Only `sync`, `flush`, `open` and `close` are made in threads.
"""

import gc
import logging
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol
from weakref import WeakSet

from rocksdict import (
    BlockBasedOptions,
    Cache,
    DBRecoveryMode,
    Env,
    Options,
    Rdict,
    RdictIter,
    WriteBatch,
    WriteOptions,
)

from jazz_server.store import keys
from jazz_server.store.errors import DataLoss, OutcomeUnknown, StoreUnavailable
from jazz_server.store.names import BlockName
from jazz_server.store.records import Head

_log = logging.getLogger(__name__)
_WRITE_BUFFER = 16 * 1024 * 1024
_LARGEST_WAL = 64 * 1024 * 1024
_JOURNAL_START = b"journal-start"


class Family(StrEnum):
    """The column families, one per noun, and what their keys name."""

    SPACES = "spaces"  # name → SpaceRecord
    USAGE = "usage"  # space id → Usage
    NAMES = "names"  # space id, path → number of versions, and where to look for the oldest
    BLOCKS = "blocks"  # space id, path, version (latest first) → Head
    PAYLOADS = "payloads"  # space id, version → body of an inline block
    SEGMENTS = "segments"  # segment id, key in BLOCKS → nothing: a reference
    KINDS = "kinds"  # as BLOCKS → Document
    PIPELINES = "pipelines"  # as BLOCKS → Document
    PINS = "pins"  # key in BLOCKS, key of a document → nothing
    REQUIRED = "required"  # key in KINDS, what requires it → Requirement
    EXPIRY = "expiry"  # time, family, key → nothing
    REQUESTS = "requests"  # identity, request id → RequestRecord
    TRASH = "trash"  # id of a deleted space whose records are still to be removed → nothing
    META = "meta"
    JOURNAL = "journal"  # number of a write → nothing


_READ = (
    Family.SPACES,
    Family.USAGE,
    Family.BLOCKS,
    Family.PAYLOADS,
    Family.SEGMENTS,
    Family.KINDS,
    Family.PIPELINES,
)

Changes = Mapping[tuple[Family, bytes], bytes | None]
Pairs = Iterator[tuple[bytes, bytes]]


class Reads(Protocol):
    """What can be read: the catalogue as it is now, at a point in time, or in a transaction."""

    def get(self, family: Family, key: bytes) -> bytes | None:
        """The value of a key."""

    def scan(self, family: Family, start: bytes, *, backwards: bool = False) -> Pairs:
        """Keys and values in order, from `start` on (backwards: from the last key not after `start`)."""


def scan_prefix(reads: Reads, family: Family, prefix: bytes) -> Pairs:
    """The pairs whose key starts with the prefix, in order."""
    for pair in reads.scan(family, prefix):
        if not pair[0].startswith(prefix):
            return
        yield pair


class _Cursor:
    """An iterator, which several walks can use in turns. It shows the database as it was when it was made."""

    def __init__(self, iterator: RdictIter) -> None:
        self._iterator = iterator
        self._walk = 0

    def walk(self, start: bytes, backwards: bool) -> Pairs:
        iterator = self._iterator
        try:
            mine = self._seek(start, backwards)
            while iterator.valid():
                key = iterator.key()
                yield key, iterator.value()
                if self._walk != mine:
                    mine = self._seek(key, backwards)
                if backwards:
                    iterator.prev()
                else:
                    iterator.next()
            iterator.status()
        except Exception as error:
            raise DataLoss(f"the catalogue cannot be read: {error}") from error

    def _seek(self, key: bytes, backwards: bool) -> int:
        """Go to a key; gives the number of the walk that the iterator now serves."""
        if backwards:
            self._iterator.seek_for_prev(key)
        else:
            self._iterator.seek(key)
        self._walk += 1
        return self._walk


class View:
    """The catalogue as it was when the view was made. It keeps the database open until dropped.

    It consists of an iterator per column family, each of which holds on to the state at its making (and all are
    made in one turn of the loop). The snapshots of rocksdict would not do: their iterators show later writes.

    Attributes:
        heads: What readers have looked up: by name, and by the version that was asked for or None for the latest.
    """

    def __init__(self, families: Mapping[Family, Rdict]) -> None:
        self._cursors = {name: _Cursor(families[name].iter()) for name in _READ}
        self.heads: dict[tuple[BlockName, int | None], Head] = {}

    def get(self, family: Family, key: bytes) -> bytes | None:
        """The value of a key."""
        for found, value in self.scan(family, key):
            return value if found == key else None
        return None

    def scan(self, family: Family, start: bytes, *, backwards: bool = False) -> Pairs:
        """Keys and values in order from `start`."""
        cursor = self._cursors.get(family)
        if cursor is None:
            raise StoreUnavailable
        return cursor.walk(start, backwards)

    def drop(self) -> None:
        """Let go of the database; reads raise `StoreUnavailable` from now on."""
        self._cursors = {}
        self.heads = {}


class Catalogue:
    """One RocksDB: durable in a folder, or in memory only (`env`), where nothing is ever synced."""

    def __init__(self, path: Path, cache_bytes: int, *, memory: bool = False) -> None:
        self._path = path
        self._cache_bytes = cache_bytes
        self._memory = memory
        self._database: Rdict | None = None
        self._families: dict[Family, Rdict] = {}
        self._handles: dict[Family, Any] = {}
        self._views: WeakSet[View] = WeakSet()
        self._write_options = WriteOptions()
        self._write_options.disable_wal = memory  # type: ignore[method-assign, assignment]  # the stub is wrong
        self._journal_start = 1
        self._journal_next = 1

    def open(self) -> None:
        """Open or make the database (takes its time: call it in a thread)."""
        env = Env.mem_env() if self._memory else Env()
        cache = Cache(self._cache_bytes)
        families = {name.value: database_options(env, cache) for name in Family}
        database = Rdict(str(self._path), database_options(env, cache), column_families=families)
        self._database = database
        self._families = {name: database.get_column_family(name.value) for name in Family}
        self._handles = {name: database.get_column_family_handle(name.value) for name in Family}
        self._check_journal()

    def close(self, *, failed: bool = False) -> None:
        """Let go of the database, which may have `failed`, and drop all views, which would keep it open (blocks)."""
        for view in list(self._views):
            view.drop()
        database, self._database = self._database, None
        self._families = {}
        self._handles = {}
        if database is None or self._memory:
            return
        try:
            database.close()
        except Exception as error:  # noqa: BLE001 - RocksDB's errors have no type
            _log.warning("the catalogue was closed in disorder: %s", str(error))
            failed = True
        del database
        if failed:
            gc.collect()  # what the frames of kept exceptions refer to holds the database open

    def get(self, family: Family, key: bytes) -> bytes | None:
        """The value of a key as it is now, synced or not."""
        try:
            value: bytes | None = self._family(family).get(key)
        except StoreUnavailable:
            raise
        except Exception as error:
            raise DataLoss(f"the catalogue cannot be read: {error}") from error
        return value

    def scan(self, family: Family, start: bytes, *, backwards: bool = False) -> Pairs:
        """Keys and values as they are now, synced or not, in order from `start`."""
        return _Cursor(self._family(family).iter()).walk(start, backwards)

    def view(self) -> View:
        """The catalogue as it is now, to be read later."""
        self._family(Family.META)
        view = View(self._families)
        self._views.add(view)
        return view

    def write(self, changes: Changes) -> None:
        """Write all changes (None deletes) in one atomic batch, not yet synced.

        Raises `OutcomeUnknown` if RocksDB refuses: part of the batch may be in its log.
        """
        self._family(Family.META)
        batch = WriteBatch(raw_mode=True)
        for (family, key), value in changes.items():
            if value is None:
                batch.delete(key, self._handles[family])
            else:
                batch.put(key, value, self._handles[family])
        if not self._memory:
            batch.put(keys.number(self._journal_next), b"", self._handles[Family.JOURNAL])
        self._write(batch)
        self._journal_next += 1

    def sync(self) -> None:
        """Make all that is written durable (blocks: call it in a thread)."""
        if self._memory:
            return
        if self._database is None:
            raise StoreUnavailable
        self._database.flush_wal(True)

    @property
    def journal_length(self) -> int:
        """Writes since the journal was last cut."""
        return self._journal_next - self._journal_start

    def flush(self) -> int:
        """Write all that is in memory to table files (blocks: call it in a thread).

        Gives the number up to which the journal is then no longer needed.
        """
        reached = self._journal_next
        for family in list(self._families.values()):
            family.flush()
        return reached

    def cut_journal(self, reached: int) -> None:
        """Forget the writes before `reached`, which are in table files with checksums of their own."""
        batch = WriteBatch(raw_mode=True)
        journal = self._handles[Family.JOURNAL]
        batch.delete_range(keys.number(0), keys.number(reached), journal)
        batch.put(_JOURNAL_START, keys.number(reached), self._handles[Family.META])
        self._write(batch)
        self._journal_start = reached

    def _write(self, batch: WriteBatch) -> None:
        if self._database is None:
            raise StoreUnavailable
        try:
            self._database.write(batch, self._write_options)
        except Exception as error:
            raise OutcomeUnknown(f"the catalogue could not be written: {error}") from error

    def _check_journal(self) -> None:
        """Refuse a database in which a write is missing between others.

        Each batch writes its number. A damaged log can make RocksDB drop a batch and go on with the next.
        """
        start = self.get(Family.META, _JOURNAL_START)
        expected = self._journal_start = int.from_bytes(start, "big") if start else 1
        for key, _ in self.scan(Family.JOURNAL, keys.number(expected)):
            if key != keys.number(expected):
                lost = f"write {expected} is missing although later ones are there"
                raise DataLoss(f"the log of the catalogue is damaged: {lost}", folder=self._path)
            expected += 1
        self._journal_next = expected

    def _family(self, family: Family) -> Rdict:
        try:
            return self._families[family]
        except KeyError:
            raise StoreUnavailable from None


def database_options(env: Env, cache: Cache) -> Options:
    """Options of the database and of each column family.

    Raw mode, because rocksdict otherwise unpickles what it reads. The recovery mode, because the default
    silently dropped half of the keys after one flipped byte.
    """
    options = Options(raw_mode=True)
    options.set_env(env)
    options.create_if_missing(True)
    options.create_missing_column_families(True)
    options.set_wal_recovery_mode(DBRecoveryMode.tolerate_corrupted_tail_records())
    options.set_max_total_wal_size(_LARGEST_WAL)
    options.set_write_buffer_size(_WRITE_BUFFER)
    options.set_keep_log_file_num(4)
    options.set_max_background_jobs(2)
    table = BlockBasedOptions()
    table.set_block_cache(cache)
    table.set_bloom_filter(10, False)
    options.set_block_based_table_factory(table)
    return options
