"""Putting the parts of a store together, and taking them apart."""

import asyncio
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from jazz_server.store.catalogue import Catalogue
from jazz_server.store.core import Core
from jazz_server.store.errors import DataLoss, StoreError, storage_error
from jazz_server.store.folder import Folder, lock_folder, probe
from jazz_server.store.options import StoreOptions
from jazz_server.store.pins import Pins
from jazz_server.store.segments import SegmentFolder
from jazz_server.store.sync import Ledger
from jazz_server.store.trial import try_catalogue
from jazz_server.store.uploads import Uploads
from jazz_server.store.versions import VersionCounter

_VOLATILE_CACHE = 8 * 1024 * 1024


async def open_core(path: Path, options: StoreOptions) -> Core:
    """Lock the folder, open the catalogues and show what is in them. See `Store.open` for what is raised."""
    loop = asyncio.get_running_loop()
    io = ThreadPoolExecutor(options.io_threads, "jazz-io")
    try:
        folder = await loop.run_in_executor(io, lock_folder, path)
    except BaseException:
        io.shutdown()
        raise
    segments = SegmentFolder(folder.data, options.spare_disk_bytes)
    durable = Ledger(Catalogue(folder.catalogue, options.block_cache_bytes), ThreadPoolExecutor(1, "jazz-wal"))
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
        await loop.run_in_executor(io, _open_catalogues, core)
        for ledger in (durable, volatile):
            ledger.publish(ledger.catalogue.view())
        await core.versions.load()
    except BaseException:
        await close_core(core, clean=False)
        raise
    return core


async def close_core(core: Core, *, clean: bool) -> None:
    """Close files and catalogues, end the threads, release the folder."""
    loop = asyncio.get_running_loop()
    core.closed = True
    core.pins.close()
    for ledger in (core.durable, core.volatile):
        ledger.publish(None)
        await loop.run_in_executor(core.io, ledger.catalogue.close)
    await loop.run_in_executor(None, _end, core, clean)


def _open_catalogues(core: Core) -> None:
    folder, seconds = core.folder, core.options.trial_seconds
    try:
        core.segments.make()
        _clear_volatile(folder)
        folder.catalogue.mkdir(exist_ok=True)
        folder.volatile.mkdir()
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
    core.io.shutdown()
    if core.durable.executor is not None:
        core.durable.executor.shutdown()
    _clear_volatile(core.folder)
    core.folder.release(clean=clean)
