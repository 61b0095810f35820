"""Memory that comes and goes with every message of a transfer stays with the process, and in few places."""

from __future__ import annotations

import ctypes
from typing import Final

_KEPT_BYTES: Final = 64 * 1024 * 1024
_OWN_PAGES_FROM: Final = 32 * 1024 * 1024
_ARENAS: Final = 2

_M_TRIM_THRESHOLD: Final = -1  # of malloc.h
_M_MMAP_THRESHOLD: Final = -3
_M_ARENA_MAX: Final = -8


def keep_freed_memory() -> None:
    """Have glibc keep up to 64 MiB of what a thread frees, recycle blocks up to 32 MiB, and do so in two arenas.

    The first two are where its own adjustment ends, after blocks of that length have come and gone; where it begins,
    the memory of each message would go back to the system and come again page by page, a sixth of the work of a put.
    What is kept is kept in every arena, of which there would be eight for a core: what one thread has freed would lie
    idle while the next one asks for more. Does nothing where the C library has no such setting.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_TRIM_THRESHOLD, _KEPT_BYTES)
        mallopt(_M_MMAP_THRESHOLD, _OWN_PAGES_FROM)
        mallopt(_M_ARENA_MAX, _ARENAS)
