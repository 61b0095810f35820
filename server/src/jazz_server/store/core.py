"""What the parts of a store share: both catalogues, the files, uploads, pins, and the way a transaction is written."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from weakref import WeakSet

from jazz_server.store.catalogue import Reads
from jazz_server.store.errors import Closed, MixedDurability, ReadOnly, storage_error
from jazz_server.store.folder import Folder
from jazz_server.store.lookup import find_space
from jazz_server.store.options import StoreOptions
from jazz_server.store.pins import Pins
from jazz_server.store.reader import Snapshot
from jazz_server.store.segments import SegmentFolder
from jazz_server.store.sync import Ledger
from jazz_server.store.threads import Threads
from jazz_server.store.transaction import Transaction, is_referenced
from jazz_server.store.uploads import Uploads
from jazz_server.store.versions import VersionCounter


@dataclass(slots=True, eq=False)
class Core:
    """The inside of a `Store`. `unsettled` counts, by segment, the writes whose outcome is not known yet."""

    options: StoreOptions
    folder: Folder
    segments: SegmentFolder
    io: Threads
    durable: Ledger
    volatile: Ledger
    versions: VersionCounter
    uploads: Uploads
    pins: Pins
    writable: bool = True
    closed: bool = False
    unsettled: Counter[bytes] = field(default_factory=Counter)
    snapshots: "WeakSet[Snapshot]" = field(default_factory=WeakSet)

    def check_open(self) -> None:
        """Raise `Closed` once the store is closed."""
        if self.closed:
            raise Closed

    def check_writable(self) -> None:
        """Raise `Closed` or `ReadOnly` when nothing can be written."""
        self.check_open()
        if not self.writable:
            raise ReadOnly

    def check_room(self, ledger: Ledger, size: int = 0) -> None:
        """Raise `DiskFull` if what goes to the disk may not grow any more."""
        if ledger is self.volatile:
            return
        try:
            self.segments.check_room(size)
        except OSError as error:
            raise storage_error(error) from error

    def transaction(self, ledger: Ledger) -> Transaction:
        """A transaction on what is there now, synced or not."""
        return Transaction(ledger.catalogue, self.options.clock())

    def ledger_of(self, space: str) -> Ledger | None:
        """The ledger that has the space now."""
        for ledger in (self.durable, self.volatile):
            if find_space(ledger.catalogue, space) is not None:
                return ledger
        return None

    def ledger_for(self, spaces: Iterable[str], field_name: str) -> Ledger:
        """The one ledger of all these spaces, where a missing one counts as durable; `MixedDurability`."""
        ledgers = {id(each): each for each in (self.ledger_of(s) or self.durable for s in spaces)}
        if len(ledgers) > 1:
            raise MixedDurability(field_name, "only durable or only volatile spaces", "both")
        return next(iter(ledgers.values()), self.durable)

    def others(self, ledger: Ledger) -> tuple[Reads, ...]:
        """The catalogues of the other ledgers as they are now, synced or not."""
        return tuple(each.catalogue for each in (self.durable, self.volatile) if each is not ledger)

    def write(self, ledger: Ledger, tx: Transaction, segments: Iterable[bytes] = ()) -> "asyncio.Future[None]":
        """Write a transaction; segments that nothing refers to any more go once that is synced."""
        lost = tx.unreferenced()
        concerned = lost.union(segments)
        self.unsettled.update(concerned)

        def published() -> None:
            self.unsettled -= Counter(concerned)
            for segment in lost:
                self.pins.condemn(segment, self._unneeded_since(ledger))

        return ledger.write(tx.changes(), published)

    def settle(self) -> None:
        """After a reopening: remove the segments of writes that turned out not to have happened."""
        for segment in self.unsettled:
            if not is_referenced(self.durable.catalogue, segment):
                self.pins.condemn(segment, self._unneeded_since(self.durable))
        self.unsettled.clear()

    def snapshot(self) -> Snapshot:
        """The published state, held until it is closed."""
        epochs = (self.durable.epoch, self.volatile.epoch)
        snapshot = Snapshot(
            self.durable.visible,
            self.volatile.visible,
            self.pins,
            self.options.clock,
            epochs,
            self._release,
        )
        self.snapshots.add(snapshot)
        return snapshot

    def _release(self, snapshot: Snapshot) -> None:
        self.snapshots.discard(snapshot)
        self.pins.sweep()

    def _unneeded_since(self, ledger: Ledger) -> Callable[[], bool]:
        epoch = ledger.epoch
        which = 0 if ledger is self.durable else 1
        return lambda: all(snapshot.epochs[which] >= epoch for snapshot in self.snapshots)
