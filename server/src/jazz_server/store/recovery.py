"""After a failure: reopening after a failed sync, and putting aside files that a crash left behind."""

import asyncio
import logging
from functools import partial
from pathlib import Path

from jazz_server.store.catalogue import Family
from jazz_server.store.core import Core
from jazz_server.store.errors import StoreError
from jazz_server.store.folder import probe
from jazz_server.store.transaction import is_referenced

_log = logging.getLogger(__name__)
_ID_BYTES = 16
_LAST_KEY = b"\xff" * 9  # behind every reference to a segment: those go on with the id of a space
_FIRST_PAUSE = 0.05
_LONGEST_PAUSE = 5.0


async def reopen(core: Core) -> None:
    """Reopen the catalogue, which takes no writes after a failed one; try until the disk allows it.

    Readers go on with what they saw until there is room on the disk and a probe file could be synced; while the
    database is closed and opened again (some hundredths of a second) they get `StoreUnavailable`.
    """
    catalogue = core.durable.catalogue
    pause = _FIRST_PAUSE
    while not core.closed:
        await core.durable.drained()
        try:
            await core.io.run(core.segments.spares.clear)
            await core.io.run(probe, core.folder)
            core.durable.publish(None)
            await core.io.run(partial(catalogue.close, failed=True))
            await core.io.run(catalogue.open)
            core.durable.resume()
            await core.versions.load()
        except Exception as error:  # noqa: BLE001 - RocksDB's errors have no type
            _log.warning("the store cannot be reopened yet: %s", str(error))
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
        else:
            core.settle()
            core.writable = True
            _log.warning("the store has been reopened and takes writes again")
            return


async def sweep_orphans(core: Core, staged: list[Path], quarantined: list[Path]) -> None:
    """Remove what uploads left in staging at the last stop, and put aside segments that nothing refers to.

    What earlier starts put aside (`quarantined`) is brought back if something refers to it after all, and
    deleted only if the last stop was orderly and no referenced segment is missing.
    """
    try:
        await _sweep_orphans(core, staged, quarantined)
    except (OSError, StoreError) as error:
        _log.warning("files that nothing refers to are left for the next start: %s", str(error))


async def _sweep_orphans(core: Core, staged: list[Path], quarantined: list[Path]) -> None:
    segments = core.segments
    for path in staged:
        await core.io.run(_unlink, path)
    missing = await _bring_missing_back(core)
    if core.folder.clean and not missing:
        for path in quarantined:
            await core.io.run(_unlink, path)
    for shard in range(256):
        folder = segments.segments / f"{shard:02x}"
        for path in await core.io.run(_list, folder):
            if _is_orphan(core, path) and await core.io.run(_move, path, segments.quarantine / path.name):
                _log.warning("nothing refers to segment %s: put aside", path.name)


async def _bring_missing_back(core: Core) -> int:
    """Look for every referenced segment, also among those put aside; gives how many are missing."""
    segments = core.segments
    missing = 0
    after: bytes | None = b""
    while after is not None:
        batch = _referenced(core, after)
        after = batch[-1] + _LAST_KEY if batch else None
        paths = [segments.path(segment) for segment in batch]
        for path in await core.io.run(_absent, paths):
            if await core.io.run(_move, segments.quarantine / path.name, path):
                _log.warning("segment %s was brought back", path.name)
            elif is_referenced(core.durable.catalogue, bytes.fromhex(path.name)):
                missing += 1
                _log.error("segment %s is missing", path.name)
    return missing


def _referenced(core: Core, after: bytes) -> list[bytes]:
    """The next referenced segments behind a key."""
    batch: list[bytes] = []
    for key, _ in core.durable.visible.scan(Family.SEGMENTS, after):
        segment = key[:_ID_BYTES]
        if not batch or batch[-1] != segment:
            if len(batch) == core.options.sweep_batch:
                break
            batch.append(segment)
    return batch


def _absent(paths: list[Path]) -> list[Path]:
    return [path for path in paths if not path.exists()]


def _is_orphan(core: Core, path: Path) -> bool:
    """Whether nothing refers to a file. Ids are random: what is unknown now cannot become known later."""
    try:
        segment = bytes.fromhex(path.name)
    except ValueError:
        return True
    return not (
        is_referenced(core.durable.catalogue, segment)
        or is_referenced(core.durable.visible, segment)
        or segment in core.unsettled
        or core.uploads.knows(segment)
        or core.pins.knows(segment)
    )


def _move(path: Path, to: Path) -> bool:
    """Rename a file; False if it is not there (any more)."""
    try:
        path.rename(to)
    except FileNotFoundError:
        return False
    return True


def _list(folder: Path) -> list[Path]:
    return list(folder.iterdir())


def _unlink(path: Path) -> None:
    path.unlink(missing_ok=True)
