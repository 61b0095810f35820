"""Group commit: many writers share one sync, and what is read is what has been synced."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from jazz_server.store.catalogue import Catalogue, Changes, View
from jazz_server.store.errors import OutcomeUnknown, ReadOnly, StoreError, StoreUnavailable
from jazz_server.store.threads import Threads

Callback = Callable[[], None]


@dataclass(slots=True, eq=False)
class _Writer:
    done: asyncio.Future[None]
    published: Callback | None


@dataclass(slots=True)
class Ledger:
    """A catalogue with its published view.

    A write goes to the catalogue at once and unsynced. Then the writers of this turn of the loop wait together: the
    view to publish is taken, the log is synced in a thread, and when that has succeeded the view is published,
    `published` callbacks run and the writers go on. Writes made meanwhile are in the next round. (A view
    costs some µs, a sync some hundred.)

    If a sync fails, the writers get `OutcomeUnknown` and `failed` is called, once.
    """

    catalogue: Catalogue
    threads: Threads | None
    failed: Callback = field(default=lambda: None)
    epoch: int = 0
    broken: bool = False
    _visible: View | None = None
    _waiting: list[_Writer] = field(default_factory=list)
    _round: asyncio.Task[None] | None = None

    @property
    def visible(self) -> View:
        """What readers see."""
        if self._visible is None:
            raise StoreUnavailable
        return self._visible

    def publish(self, view: View | None) -> None:
        """Show a view to readers (or nothing, while the catalogue is reopened)."""
        self._visible = view
        self.epoch += 1

    def fail(self) -> None:
        """Take no writes until `resume`, and have somebody see to it."""
        self.broken = True
        self.failed()

    def resume(self) -> None:
        """Show the reopened catalogue, and take writes again."""
        self.publish(self.catalogue.view())
        self.broken = False

    def write(self, changes: Changes, published: Callback | None = None) -> "asyncio.Future[None]":
        """Write in this turn of the loop; the future is done when the changes are synced and visible.

        The write stands even if nobody waits for the future.
        """
        self._attempt(lambda: self.catalogue.write(changes))
        return self.barrier(published)

    def cut_journal(self, reached: int) -> "asyncio.Future[None]":
        """Let the catalogue forget its journal up to what has been flushed."""
        self._attempt(lambda: self.catalogue.cut_journal(reached))
        return self.barrier()

    def barrier(self, published: Callback | None = None) -> "asyncio.Future[None]":
        """A future that is done when all that has been written so far is synced and visible."""
        if self.broken:
            raise ReadOnly
        loop = asyncio.get_running_loop()
        writer = _Writer(loop.create_future(), published)
        if self.threads is None:
            self.publish(self.catalogue.view())
            _finish([writer])
        else:
            self._waiting.append(writer)
            if self._round is None:
                self._round = loop.create_task(self._sync(self.threads))
        return writer.done

    def _attempt(self, write: Callback) -> None:
        if self.broken:
            raise ReadOnly
        try:
            write()
        except OutcomeUnknown:
            self.fail()
            raise

    async def drained(self) -> None:
        """Wait until no sync is under way."""
        while self._round is not None:
            await asyncio.wait([self._round])

    async def _sync(self, threads: Threads) -> None:
        try:
            while self._waiting:
                writers, self._waiting = self._waiting, []
                try:
                    view = self.catalogue.view()
                    await threads.run(self.catalogue.sync)
                except Exception as error:  # noqa: BLE001 - RocksDB's errors have no type
                    self._fail([*writers, *self._waiting], error)
                    return
                self.publish(view)
                _finish(writers)
        finally:
            self._round = None

    def _fail(self, writers: list[_Writer], cause: Exception) -> None:
        self._waiting = []
        for writer in writers:
            if not writer.done.done():
                error: StoreError = OutcomeUnknown(f"the write could not be synced: {cause}")
                error.__cause__ = cause
                writer.done.set_exception(error)
                writer.done.exception()  # a writer may have gone; nobody needs to hear of it then
        self.fail()


def _finish(writers: list[_Writer]) -> None:
    for writer in writers:
        if writer.published is not None:
            writer.published()
        if not writer.done.done():
            writer.done.set_result(None)
