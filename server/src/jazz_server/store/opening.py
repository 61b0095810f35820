"""Putting the parts of a store together, and taking them apart."""

import shutil
from functools import partial
from pathlib import Path

from jazz_server.store.catalogue import Catalogue
from jazz_server.store.core import Core
from jazz_server.store.errors import DataLoss, StoreError, storage_error
from jazz_server.store.folder import Folder, lock_folder, probe, sync_folder
from jazz_server.store.options import StoreOptions
from jazz_server.store.pins import Pins
from jazz_server.store.segments import SegmentFolder
from jazz_server.store.sync import Ledger
from jazz_server.store.threads import Threads
from jazz_server.store.trial import try_catalogue
from jazz_server.store.uploads import Uploads
from jazz_server.store.versions import VersionCounter

_VOLATILE_CACHE = 8 * 1024 * 1024


async def open_core(path: Path, options: StoreOptions) -> Core:
    """Lock the folder, open the catalogues and show what is in them. See `Store.open` for what is raised."""
    folder = lock_folder(path)  # not in a thread: a cancellation could lose the lock
    io = Threads(options.io_threads, "jazz-io")
    segments = SegmentFolder(folder.data, options)
    durable = Ledger(Catalogue(folder.catalogue, options.block_cache_bytes), Threads(1, "jazz-wal"))
    volatile = Ledger(Catalogue(folder.volatile, _VOLATILE_CACHE, memory=True), None)
    core = Core(
        options=options,
        folder=folder,
        segments=segments,
        io=io,
        durable=durable,
        volatile=volatile,
        versions=VersionCounter(durable, options.reserved_versions),
        uploads=Uploads(segments, io, options.clock, options.upload_seconds),
        pins=Pins(segments, io),
    )
    try:
        await io.run(_open_catalogues, core)
        for ledger in (durable, volatile):
            ledger.publish(ledger.catalogue.view())
        await core.versions.load()
    except BaseException:
        await close_core(core, clean=False)
        raise
    return core


async def close_core(core: Core, *, clean: bool) -> None:
    """Close files and catalogues, end the threads, release the folder."""
    core.closed = True
    for snapshot in list(core.snapshots):
        snapshot.close()
    core.pins.close()
    await core.durable.drained()
    for ledger in (core.durable, core.volatile):
        ledger.publish(None)
        await core.io.run(partial(ledger.catalogue.close, failed=not clean))
    last = Threads(1, "jazz-end")
    await last.run(_end, core, clean)
    last.close()


def _open_catalogues(core: Core) -> None:
    folder, seconds = core.folder, core.options.trial_seconds
    try:
        core.segments.make()
        _clear_volatile(folder)
        folder.catalogue.mkdir(exist_ok=True)
        folder.volatile.mkdir()
        sync_folder(folder.path)
    except OSError as error:
        raise storage_error(error) from error
    damage = try_catalogue(folder.catalogue, seconds) if seconds is not None else None
    if damage is not None:
        raise DataLoss(f"the catalogue is damaged: {damage}", folder=folder.catalogue)
    for ledger in (core.durable, core.volatile):
        try:
            ledger.catalogue.open()
        except StoreError:
            raise
        except Exception as error:
            _check_disk(folder)
            raise DataLoss(f"the catalogue cannot be opened: {error}", folder=folder.catalogue) from error


def _check_disk(folder: Folder) -> None:
    """Raise `DiskFull` or `StorageFailed` if the catalogue could not be opened because of that."""
    try:
        probe(folder)
    except OSError as error:
        raise storage_error(error) from error


def _clear_volatile(folder: Folder) -> None:
    if folder.volatile.exists():
        shutil.rmtree(folder.volatile)


def _end(core: Core, clean: bool) -> None:
    core.io.close()
    if core.durable.threads is not None:
        core.durable.threads.close()
    try:
        _clear_volatile(core.folder)
    finally:
        core.folder.release(clean=clean)
