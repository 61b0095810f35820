"""The store: spaces, blocks and documents, versioned and durable. Its methods are the whole surface."""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from pathlib import Path
from typing import Any

from jazz_server.store.bodies import Body
from jazz_server.store.commit import commit, commit_document, start_upload
from jazz_server.store.core import Core
from jazz_server.store.documents import delete_document
from jazz_server.store.errors import (
    DataLoss,
    DocumentNotFound,
    SpaceExists,
    SpaceNotFound,
)
from jazz_server.store.lookup import describe_space
from jazz_server.store.names import BlockName, check_name, check_space_name
from jazz_server.store.opening import close_core, open_core
from jazz_server.store.operations import ANY, Operation, Precondition, Request
from jazz_server.store.options import StoreOptions
from jazz_server.store.reader import Reader, Snapshot
from jazz_server.store.records import (
    Document,
    Head,
    Noun,
    Outcome,
    Page,
    RequestRecord,
    Space,
    SpaceSettings,
)
from jazz_server.store.recovery import reopen, sweep_orphans
from jazz_server.store.requests import Requests, remember
from jazz_server.store.spaces import (
    add_space,
    change_space,
    check_settings,
    remove_space,
)
from jazz_server.store.sweep import cut_journal, prune_space, sweep, sweep_forever
from jazz_server.store.sync import Ledger
from jazz_server.store.uploads import Upload


class Store:
    """A store in a folder, used from one event loop. Made by `Store.open`.

    Reads are plain methods and see only what is synced; writes are awaited and durable when they return. All
    errors are `StoreError`s.
    """

    def __init__(self, core: Core) -> None:
        self._core = core
        self._requests = Requests(core)
        self._tasks: set[asyncio.Task[None]] = set()
        self._recovery: asyncio.Task[None] | None = None
        self._closing: asyncio.Task[None] | None = None

    # Opening and closing

    @staticmethod
    async def open(path: Path, options: StoreOptions | None = None) -> "Store":
        """Open the store in a folder, or make one if the folder is empty or not there.

        Raises `StoreLocked` if it is in use and `StoreFormat` if it holds something else, without
        touching it; `DataLoss` if the catalogue is damaged.
        """
        core = await open_core(path, options or StoreOptions())
        store = Store(core)
        core.durable.failed = store._fail
        staging, quarantine = core.segments.staging, core.segments.quarantine
        store._start(sweep_orphans(core, list(staging.iterdir()), list(quarantine.iterdir())))
        store._start(sweep_forever(core))
        return store

    async def close(self) -> None:
        """Finish what is under way and let go of the folder, even if the caller is cancelled. May be called again."""
        if self._closing is None:
            self._closing = asyncio.get_running_loop().create_task(self._close())
        await asyncio.shield(self._closing)

    async def sweep(self) -> None:
        """Remove what has expired now instead of with the next round in the background."""
        self._core.check_open()
        await sweep(self._core)

    @property
    def writable(self) -> bool:
        """False after a failed write, until the store has recovered."""
        return self._core.writable and not self._core.closed

    # Reading

    def snapshot(self) -> Snapshot:
        """The store as it is now, held until closed; use it as a context."""
        self._core.check_open()
        return self._core.snapshot()

    def get_space(self, name: str) -> Space:
        """A space and its statistics; `SpaceNotFound`."""
        return self._reader.get_space(name)

    def list_spaces(self, *, prefix: str = "", page_size: int = 0, page_token: str = "") -> Page[Space]:
        """Spaces whose name starts with `prefix`, in order; at most 1000 in a page."""
        return self._reader.list_spaces(prefix=prefix, page_size=page_size, page_token=page_token)

    def head(self, name: BlockName, version: int | None = None) -> Head:
        """A version of a block, or its latest; `BlockNotFound`, `VersionNotFound`."""
        return self._reader.head(name, version)

    def versions(self, name: BlockName) -> list[Head]:
        """All versions of a block, latest first; `BlockNotFound`."""
        return self._reader.versions(name)

    def list_blocks(self, space: str, *, prefix: str = "", page_size: int = 0, page_token: str = "") -> Page[Head]:
        """Latest versions of blocks whose path starts with `prefix`, in order of bytes; `SpaceNotFound`."""
        return self._reader.list_blocks(space, prefix=prefix, page_size=page_size, page_token=page_token)

    def open_body(self, head: Head) -> Body:
        """The body of a version, held until closed; `VersionNotFound` if it was deleted since."""
        return self._reader.open_body(head)

    def get_document(self, noun: Noun, name: BlockName, version: int | None = None) -> Document:
        """A version of a document, or its latest; `DocumentNotFound`, `VersionNotFound`."""
        return self._reader.get_document(noun, name, version)

    def document_versions(self, noun: Noun, name: BlockName) -> list[Document]:
        """All versions of a document, latest first; `DocumentNotFound`."""
        return self._reader.document_versions(noun, name)

    def list_documents(
        self, noun: Noun, space: str, *, prefix: str = "", page_size: int = 0, page_token: str = ""
    ) -> Page[Document]:
        """Latest versions of documents whose path starts with `prefix`, in order of bytes."""
        return self._reader.list_documents(noun, space, prefix=prefix, page_size=page_size, page_token=page_token)

    # Writing spaces

    async def create_space(self, name: str, settings: SpaceSettings | None = None) -> Space:
        """Make a space; `SpaceExists`, `InvalidName`, `InvalidSettings`, `DiskFull`."""
        core = self._core
        core.check_writable()
        settings = settings or SpaceSettings()
        check_space_name(name)
        check_settings(settings)
        await core.versions.ensure(1)
        core.check_writable()
        if core.ledger_of(name) is not None:
            raise SpaceExists(name)
        ledger = core.volatile if settings.volatile else core.durable
        core.check_room(ledger)
        tx = core.transaction(ledger)
        record = add_space(tx, name, settings, core.versions.take(), core.others(ledger))
        await core.write(ledger, tx)
        return describe_space(tx, record)

    async def update_space(self, name: str, changes: Mapping[str, Any], if_version: int | None = None) -> Space:
        """Change some settings, by name; `SpaceNotFound`, `VersionConflict`, `InvalidSettings`, `QuotaExceeded`.

        `volatile` cannot change. Fewer `versions_kept` prune what is there. A quota below what is used
        is refused.
        """
        core = self._core
        core.check_writable()
        check_space_name(name)
        await core.versions.ensure(1)
        core.check_writable()
        ledger = self._ledger(name)
        tx = core.transaction(ledger)
        record = change_space(
            tx,
            name,
            changes,
            version=core.versions.take(),
            if_version=if_version,
            reserved=core.uploads.reserved(name),
            others=core.others(ledger),
        )
        await core.write(ledger, tx)
        if "versions_kept" in changes:
            await prune_space(core, ledger, name)
        return describe_space(core.transaction(ledger), record)

    async def delete_space(self, name: str, *, force: bool = False, if_version: int | None = None) -> None:
        """Delete a space, with all that is in it only if `force`; `SpaceNotFound`, `SpaceNotEmpty`. O(1)."""
        core = self._core
        core.check_writable()
        check_space_name(name)
        ledger = self._ledger(name)
        tx = core.transaction(ledger)
        remove_space(tx, name, force=force, if_version=if_version, others=core.others(ledger))
        await core.write(ledger, tx)
        await core.uploads.drop(name)

    # Writing blocks

    async def upload(self, space: str, size: int, *, owner: str = "") -> Upload:
        """Start to upload a body of `size` bytes, which are reserved in the quota of the space.

        Raises `SpaceNotFound`, `QuotaExceeded`, `DiskFull`.
        """
        return await start_upload(self._core, space, size, owner)

    def staged(self, token: str, owner: str = "") -> Upload:
        """The upload with this token; `UploadNotFound` if it is over or somebody else's."""
        self._core.check_open()
        return self._core.uploads.staged(token, owner)

    async def commit(self, operations: Sequence[Operation], *, request: Request | None = None) -> list[Outcome]:
        """Carry out all operations, in order, in one atomic write, or none of them.

        Raises the error of the first one that cannot be carried out; `MixedDurability` where both durable
        and volatile spaces are written to; `OutcomeUnknown` if the disk failed. With a `request`, a
        repetition within ten minutes gives the outcome of the first time, and `RequestIdReused` if it is
        not a repetition.
        """
        self._core.check_writable()
        if request is None:
            return await commit(self._core, operations, None)
        return await self._requests.once(
            request,
            lambda: commit(self._core, operations, request),
            lambda record: list(record.outcomes),
        )

    # Writing documents

    async def put_document(
        self,
        noun: Noun,
        name: BlockName,
        content: bytes,
        *,
        precondition: Precondition = ANY,
        pins: Sequence[tuple[BlockName, int]] = (),
        kinds: Sequence[tuple[BlockName, int]] = (),
        request: Request | None = None,
    ) -> Document:
        """Write a new version of a document, which pins versions of blocks: those are not pruned.

        It requires versions of kinds, which are neither pruned nor deleted as long as it is there.

        Raises `DocumentExists`, `VersionConflict`, `BlockNotFound`, `DocumentNotFound`, `VersionNotFound`;
        `MixedDurability` if a pinned block or a kind is not as durable as the document.
        """
        core = self._core
        core.check_writable()
        check_name(name)
        if request is None:
            return await commit_document(core, noun, name, content, precondition, pins, kinds, None)
        return await self._requests.once(
            request,
            lambda: commit_document(core, noun, name, content, precondition, pins, kinds, request),
            _recall_document,
        )

    async def delete_document(
        self,
        noun: Noun,
        name: BlockName,
        version: int | None = None,
        *,
        if_version: int | None = None,
        request: Request | None = None,
    ) -> int:
        """Delete one version of a document or all; gives the (latest) one deleted. `DocumentNotFound`.

        Raises `KindRequired` for a kind that something else requires.
        """
        self._core.check_writable()
        check_name(name)
        if request is None:
            return await self._delete_document(noun, name, version, if_version, None)
        return await self._requests.once(
            request,
            lambda: self._delete_document(noun, name, version, if_version, request),
            _recall_deletion,
        )

    async def _delete_document(
        self, noun: Noun, name: BlockName, version: int | None, if_version: int | None, request: Request | None
    ) -> int:
        core = self._core
        core.check_writable()
        ledger = core.ledger_of(name.space)
        if ledger is None:
            raise DocumentNotFound(noun.value, name, space_missing=name.space)
        tx = core.transaction(ledger)
        deleted = delete_document(tx, noun, name, version, if_version, core.others(ledger))
        if request is not None:
            remember(tx, request, core.options.request_seconds, [Outcome(name, deleted)])
        await core.write(ledger, tx)
        return deleted

    # Inside

    async def _close(self) -> None:
        core = self._core
        core.closed = True
        tasks = [*self._tasks, *([self._recovery] if self._recovery else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await core.durable.drained()
        await core.uploads.close()
        if core.writable:
            await cut_journal(core)
        await core.pins.drained()
        await core.io.run(core.segments.spares.clear)
        await close_core(core, clean=core.writable)

    @property
    def _reader(self) -> Reader:
        core = self._core
        core.check_open()
        return Reader(core.durable.visible, core.volatile.visible, core.pins, core.options.clock)

    def _ledger(self, space: str) -> Ledger:
        ledger = self._core.ledger_of(space)
        if ledger is None:
            raise SpaceNotFound(space)
        return ledger

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _fail(self) -> None:
        """Take no writes any more, and set out to recover."""
        core = self._core
        core.writable = False
        if self._recovery is None and not core.closed:
            self._recovery = asyncio.get_running_loop().create_task(self._recover())

    async def _recover(self) -> None:
        try:
            await reopen(self._core)
        finally:
            self._recovery = None


def _recall_document(record: RequestRecord) -> Document:
    if record.document is None:
        raise DataLoss("the outcome of the request is not a document")
    return record.document


def _recall_deletion(record: RequestRecord) -> int:
    if not record.outcomes:
        raise DataLoss("the outcome of the request is not a deletion")
    return record.outcomes[0].version
