"""What can be set when a store is opened."""

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Recycling:
    """How the files of removed segments wait to be written over for new ones: how many bytes, and how long.

    Files of less than `least_bytes` are as quickly made anew.
    """

    total_bytes: int = 256 * 1024 * 1024
    least_bytes: int = 1024 * 1024
    seconds: float = 10.0


@dataclass(frozen=True, slots=True)
class StoreOptions:
    """Limits in bytes, times in seconds; `clock` gives ns since 1970.

    `trial_seconds` bounds the time that the catalogue may take to open in the child process that tries it
    first, because a damaged one can make RocksDB spin; None opens without a trial.

    `free_disk_bytes` is the room on the disk below which nothing is added any more, so that the catalogue can still
    note what is deleted.
    """

    create_spaces: bool = True
    inline_bytes: int = 16 * 1024
    max_header_bytes: int = 1024 * 1024
    max_attributes_bytes: int = 64 * 1024
    max_operations: int = 10_000
    max_document_bytes: int = 16 * 1024 * 1024
    documents_kept: int = 100
    upload_seconds: float = 600.0
    request_seconds: float = 600.0
    sweep_seconds: float = 1.0
    sweep_batch: int = 500
    io_threads: int = 4
    block_cache_bytes: int = 64 * 1024 * 1024
    trial_seconds: float | None = 60.0
    reserved_versions: int = 10_000
    journal_batches: int = 50_000
    free_disk_bytes: int = 32 * 1024 * 1024
    recycling: Recycling = Recycling()
    clock: Callable[[], int] = time.time_ns
