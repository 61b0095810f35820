"""Files of segments that were removed a moment ago, for the next bodies to be written over."""

import contextlib
import os
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from jazz_server.store.options import Recycling


@dataclass(frozen=True, slots=True)
class _Spare:
    path: Path
    size: int
    until: int


class Spares:
    """Files within the bounds of `Recycling`. All calls block and may come from any thread.

    A block that is replaced again and again removes a file with each put, and makes another one of the same length.
    To write over the first costs half of that: it has its pages and its place on the disk. Their names begin with
    "spare-", so that what a crash leaves in their folder is known for what it is.
    """

    def __init__(self, folder: Path, bounds: Recycling, clock: Callable[[], int]) -> None:
        self._folder = folder
        self._bounds = bounds
        self._clock = clock
        self._spares: list[_Spare] = []
        self._lock = threading.Lock()

    def keep(self, path: Path) -> bool:
        """Take over a file that nobody looks at any more; False if it is not there, or not worth it.

        One with a second name, as backups by hard links give, stays as it is.
        """
        with self._lock, contextlib.suppress(OSError):
            state = path.stat()
            if state.st_nlink != 1 or not self._bounds.least_bytes <= state.st_size <= self._bounds.total_bytes:
                return False
            while sum(spare.size for spare in self._spares) + state.st_size > self._bounds.total_bytes:
                self._drop(self._spares[0])
            spare = self._folder / f"spare-{secrets.token_hex(8)}"
            path.rename(spare)
            self._spares.append(_Spare(spare, state.st_size, self._clock() + int(self._bounds.seconds * 1e9)))
            return True
        return False

    def take(self, size: int, path: Path) -> int | None:
        """Move a file of about `size` bytes to `path` and open it for reading and writing; None if there is none.

        What it holds has no meaning, and its length is not `size`.
        """
        with self._lock:
            fitting = [spare for spare in self._spares if size / 2 <= spare.size <= 2 * size]
            if not fitting:
                return None
            spare = min(fitting, key=lambda spare: abs(spare.size - size))
            self._spares.remove(spare)
            try:
                spare.path.rename(path)
            except FileNotFoundError:
                return None
            return os.open(path, os.O_RDWR | os.O_CLOEXEC)

    def expire(self) -> None:
        """Remove what nobody has asked for in time."""
        with self._lock:
            for spare in [each for each in self._spares if each.until <= self._clock()]:
                self._drop(spare)

    def clear(self) -> bool:
        """Remove all; gives whether there was anything."""
        with self._lock:
            found = bool(self._spares)
            for spare in list(self._spares):
                self._drop(spare)
            return found

    def _drop(self, spare: _Spare) -> None:
        self._spares.remove(spare)
        with contextlib.suppress(OSError):  # it is swept at the next start
            spare.path.unlink(missing_ok=True)
