"""The folder of a store: its lock, its format, and where things are in it.

FORMAT          what this folder is (JSON)
PID             the process that has, or last had, the store open
CLEAN           there while the store is closed after an orderly shutdown
catalogue/      RocksDB
volatile/       the (empty) face of the catalogue that is in memory
data/staging/   uploads that are under way
data/segments/  segment files by the first two digits of their name
data/quarantine/  files that nothing referred to at some start
"""

import errno
import fcntl
import json
import logging
import os
from dataclasses import dataclass
from pathlib import Path

from jazz_server.store.errors import StoreFormat, StoreLocked, storage_error

_log = logging.getLogger(__name__)
FORMAT_NAME = "jazz-store"
FORMAT_VERSION = 1

_PROBE_BYTES = 64 * 1024
_OPENING_BYTES = 1024 * 1024  # settings, manifests and the like

_IGNORED = frozenset({"lost+found", "FORMAT.new"})  # a mounted disk's own; an interrupted creation


@dataclass(frozen=True, slots=True)
class Folder:
    """A locked store folder. The lock is held on the folder itself, until `release` or the process ends."""

    path: Path
    lock: int
    clean: bool

    @property
    def catalogue(self) -> Path:
        """Where RocksDB is."""
        return self.path / "catalogue"

    @property
    def volatile(self) -> Path:
        """Where rocksdict writes its settings for the catalogue in memory."""
        return self.path / "volatile"

    @property
    def data(self) -> Path:
        """Where files with bodies are."""
        return self.path / "data"

    def release(self, *, clean: bool) -> None:
        """Give up the lock; `clean` after an orderly shutdown."""
        try:
            if clean:
                (self.path / "CLEAN").touch()
            (self.path / "PID").unlink(missing_ok=True)
        except OSError as error:  # a full disk, say: the next start is then one after a disorderly stop
            _log.warning("the folder could not be left in order: %s", error)
        finally:
            os.close(self.lock)


def lock_folder(path: Path) -> Folder:
    """Lock the folder, then see what it is, and make it a store if it is empty or not there.

    Raises `StoreLocked` and `StoreFormat`, in both cases without having touched anything in the folder.
    """
    try:
        _make_folder(path)
        lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise StoreFormat(f"{path} cannot be used as a folder: {error}", folder=path) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(lock)
        raise StoreLocked(path, _holder(path)) from error
    try:
        _check_format(path)
        (path / "PID").write_text(f"{os.getpid()}\n")
        clean = path / "CLEAN"
        folder = Folder(path, lock, clean.exists())
        clean.unlink(missing_ok=True)
        os.fsync(lock)
    except OSError as error:
        os.close(lock)
        raise storage_error(error) from error
    except BaseException:
        os.close(lock)
        raise
    return folder


def _make_folder(path: Path) -> None:
    """Make a folder and those above it, durably."""
    if path.is_dir():
        return
    _make_folder(path.parent)
    path.mkdir(exist_ok=True)
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Make the entries of a folder durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def probe(folder: Folder) -> None:
    """Write and sync a file; raises OSError where the disk is broken, or has no room for the tables of the log."""
    disk = os.statvfs(folder.path)
    needed = _OPENING_BYTES + sum(log.stat().st_size for log in folder.catalogue.glob("*.log"))
    if disk.f_bavail * disk.f_frsize < needed:
        raise OSError(errno.ENOSPC, f"to open the catalogue takes {needed} bytes")
    path = folder.path / "probe"
    try:
        with path.open("wb") as file:
            file.write(bytes(_PROBE_BYTES))
            file.flush()
            os.fsync(file.fileno())
    finally:
        path.unlink(missing_ok=True)


def _holder(path: Path) -> int | None:
    try:
        return int((path / "PID").read_text())
    except (OSError, ValueError):
        return None


def _check_format(path: Path) -> None:
    try:
        content = json.loads((path / "FORMAT").read_text())
    except FileNotFoundError:
        foreign = sorted(entry.name for entry in path.iterdir() if entry.name not in _IGNORED)
        if foreign:
            raise StoreFormat(
                f"{path} is not empty and not a Jazz store: it holds {foreign[0]!r}", folder=path
            ) from None
        _write_format(path)
        return
    except ValueError as error:
        raise StoreFormat(f"{path / 'FORMAT'} cannot be read: {error}", folder=path) from error
    match content:
        case {"format": str(name), "version": int(version)} if name == FORMAT_NAME:
            if version != FORMAT_VERSION:
                raise StoreFormat(
                    f"{path} has format version {version}, this server reads {FORMAT_VERSION}",
                    folder=path,
                    expected=FORMAT_VERSION,
                    found=version,
                )
        case _:
            raise StoreFormat(f"{path} is not a Jazz store", folder=path)


def _write_format(path: Path) -> None:
    new = path / "FORMAT.new"
    with new.open("w") as file:
        json.dump({"format": FORMAT_NAME, "version": FORMAT_VERSION}, file)
        file.flush()
        os.fsync(file.fileno())
    new.rename(path / "FORMAT")
    sync_folder(path)
