"""Have the disk write early, so that little is left to wait for when a file is synced."""

import ctypes

WRITEBACK_BYTES = 8 * 1024 * 1024
"""How much is handed to the disk at a time."""

_BEGIN = 2  # SYNC_FILE_RANGE_WRITE of linux/fs.h
_sync_file_range = ctypes.CDLL(None).sync_file_range
_sync_file_range.argtypes = (ctypes.c_int, ctypes.c_int64, ctypes.c_int64, ctypes.c_uint)


def begin_writeback(descriptor: int, offset: int, length: int) -> None:
    """Begin to write what is in memory of a file to the disk. Nothing is durable by that, and nothing is reported.

    What a disk cannot write is said by `fsync`, as for all else.
    """
    _sync_file_range(descriptor, offset, length, _BEGIN)
