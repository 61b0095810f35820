"""Reading bodies: pinned against removal, and never a byte that does not have its checksum."""

import asyncio
import contextlib
import mmap
import os
import threading
import weakref
from array import array
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from jazz_server.store.checksums import CHECK_BYTES, append_block, checksum
from jazz_server.store.errors import Closed, DataLoss, StorageFailed
from jazz_server.store.segments import read_tail
from jazz_server.store.threads import Threads

T = TypeVar("T")

Piece = tuple[memoryview, int]
"""Bytes and their crc32c."""


class SegmentReader:
    """One segment file or memory file, opened at first use. Safe to use from any thread."""

    def __init__(self, path: Path, size: int, total: int) -> None:
        self.size = size
        self._path = path
        self._total = total
        self._descriptor = -1
        self._table = array("I")
        self._checked = bytearray()
        self._map: memoryview | None = None
        self._mapped_file: weakref.ref[mmap.mmap] | None = None
        self._closed = False
        self._lock = threading.Lock()

    @classmethod
    def of_memory(cls, descriptor: int, size: int, total: int, table: "array[int]") -> "SegmentReader":
        """A reader of a memory file, whose descriptor it takes over."""
        reader = cls(Path("memory"), size, total)
        reader._adopt(descriptor, table)
        return reader

    def read(self, offset: int, length: int) -> Piece:
        """Bytes of the body, checked, and their checksum; blocks."""
        with self._lock:
            descriptor = self._opened()
        start = offset // CHECK_BYTES * CHECK_BYTES
        end = min(-(-(offset + length) // CHECK_BYTES) * CHECK_BYTES, self.size)
        whole = memoryview(self._pread(descriptor, end - start, start))
        crc = 0
        for block in range(start // CHECK_BYTES, -(-end // CHECK_BYTES)):
            data = whole[block * CHECK_BYTES - start :][:CHECK_BYTES]
            self._check(block, data)
            crc = append_block(crc, self._table[block]) if len(data) == CHECK_BYTES else checksum(data, crc)
        wanted = whole[offset - start : offset - start + length]
        return wanted, crc if len(wanted) == len(whole) else checksum(wanted)

    def view(self, offset: int, length: int) -> memoryview:
        """Mapped bytes of the body, each block of which is checked once; blocks."""
        body = self._mapped()
        first = offset // CHECK_BYTES
        for block in range(first, -(-(offset + length) // CHECK_BYTES)):
            if not self._checked[block]:
                self._check(block, body[block * CHECK_BYTES :][:CHECK_BYTES])
                self._checked[block] = 1
        return body[offset : offset + length]

    def close(self) -> None:
        """Close the file. Views of the mapped body stay valid."""
        with self._lock:
            if self._descriptor >= 0:
                os.close(self._descriptor)
            self._descriptor = -1
            self._map = None
            self._closed = True

    @property
    def lent(self) -> bool:
        """Whether somebody has views of the mapped body, once this is closed."""
        return self._mapped_file is not None and self._mapped_file() is not None

    def _opened(self) -> int:
        if self._closed:
            raise Closed("the body")
        if self._descriptor < 0:
            self._open()
        return self._descriptor

    def _open(self) -> None:
        name = self._path.name
        try:
            descriptor = os.open(self._path, os.O_RDONLY)
        except FileNotFoundError as error:
            raise DataLoss(f"segment {name} is not there", segment=name) from error
        except OSError as error:
            raise StorageFailed(f"segment {name} cannot be opened: {error.strerror}", segment=name) from error
        try:
            tail = read_tail(descriptor)
            if (tail.size, tail.checksum) != (self.size, self._total):
                raise DataLoss(f"segment {self._path.name} is not the one that was committed")
        except BaseException:
            os.close(descriptor)
            raise
        self._adopt(descriptor, tail.table)

    def _adopt(self, descriptor: int, table: "array[int]") -> None:
        self._descriptor = descriptor
        self._table = table
        self._checked = bytearray(len(table))

    def _mapped(self) -> memoryview:
        name = self._path.name
        with self._lock:
            descriptor = self._opened()
            if self._map is None:
                if os.fstat(descriptor).st_size < self.size:
                    raise DataLoss(f"segment {name} is cut short", segment=name)
                try:
                    mapped = mmap.mmap(descriptor, self.size, access=mmap.ACCESS_READ)
                except OSError as error:
                    raise StorageFailed(f"segment {name} cannot be mapped: {error.strerror}", segment=name) from error
                self._mapped_file = weakref.ref(mapped)
                self._map = memoryview(mapped)
            return self._map

    def _pread(self, descriptor: int, length: int, offset: int) -> bytes:
        data = b""
        while len(data) < length:
            try:
                more = os.pread(descriptor, length - len(data), offset + len(data))
            except OSError as error:
                raise DataLoss(f"segment {self._path.name} cannot be read: {error}") from error
            if not more:
                raise DataLoss(f"segment {self._path.name} is cut short", segment=self._path.name)
            data = data + more if data else more
        return data

    def _check(self, block: int, data: memoryview) -> None:
        if checksum(data) != self._table[block]:
            raise DataLoss(
                f"bytes {block * CHECK_BYTES}… of segment {self._path.name} are damaged",
                segment=self._path.name,
                offset=block * CHECK_BYTES,
            )


class MappedBody:
    """A body as memory. `view` may be called from any thread; what it gives outlives the body."""

    def __init__(self, body: "Body", source: bytes | SegmentReader) -> None:
        self._body = body  # which lets go of its segment when nothing refers to it
        self._source = source

    def view(self, offset: int, length: int) -> memoryview:
        """The bytes from `offset` on, read-only; raises `DataLoss` if they are damaged."""
        _check_range(offset, length, self._body.size)
        if isinstance(self._source, bytes):
            return memoryview(self._source)[offset : offset + length]
        if length == 0:
            return memoryview(b"")
        return self._source.view(offset, length)


class Body:
    """The body of a block. While it is open its bytes stay, even if the block is deleted.

    Use it as an async context, or call `close()` (on the event loop). One that is dropped is closed soon after.
    """

    def __init__(
        self, source: bytes | SegmentReader, threads: Threads, release: Callable[[], None] | None = None
    ) -> None:
        self.size = len(source) if isinstance(source, bytes) else source.size
        self._source: bytes | SegmentReader | None = source
        self._threads = threads
        self._release = release
        if release is not None:
            self._dropped = weakref.finalize(self, _release_soon, asyncio.get_running_loop(), release)
            self._dropped.atexit = False

    async def read(self, offset: int = 0, length: int | None = None) -> memoryview:
        """Bytes of the body, checked (`DataLoss`); to the end if no length is given. O(length)."""
        return await self.convert(_bytes, offset, length)

    async def convert(self, make: Callable[[memoryview, int], T], offset: int = 0, length: int | None = None) -> T:
        """What `make` gives for bytes of the body, checked as in `read`, and their crc32c.

        It is called in the thread that reads, unless the body is a small one.
        """
        source = self._opened()
        length = self.size - offset if length is None else length
        _check_range(offset, length, self.size)
        if isinstance(source, bytes) or length == 0:
            data = memoryview(source if isinstance(source, bytes) else b"")[offset : offset + length]
            return make(data, checksum(data))
        return await self._threads.run(_converted, source, make, offset, length)

    def map(self) -> MappedBody:
        """The body as memory, whose parts are read and checked when they are first viewed."""
        return MappedBody(self, self._opened())

    def close(self) -> None:
        """Let go of the bytes. Views keep theirs."""
        self._source = None
        if self._release is not None and self._dropped.detach() is not None:
            self._release()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _opened(self) -> bytes | SegmentReader:
        if self._source is None:
            raise Closed("the body")
        return self._source


def _bytes(data: memoryview, _: int) -> memoryview:
    return data


def _converted(source: SegmentReader, make: Callable[[memoryview, int], T], offset: int, length: int) -> T:
    return make(*source.read(offset, length))


def _release_soon(loop: asyncio.AbstractEventLoop, release: Callable[[], None]) -> None:
    """Release on the loop what was dropped in whatever thread."""
    with contextlib.suppress(RuntimeError):  # the loop has ended, and the store with it
        loop.call_soon_threadsafe(release)


def _check_range(offset: int, length: int, size: int) -> None:
    if offset < 0 or length < 0 or offset + length > size:
        raise ValueError(f"bytes {offset} to {offset + length} of a body of {size} bytes")
