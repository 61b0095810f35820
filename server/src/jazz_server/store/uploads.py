"""Uploads: bodies on their way in, staged under a token until a commit takes them or they expire."""

import asyncio
import mmap
import os
import secrets
import weakref
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Self

from jazz_server.store.checksums import RunningChecksums
from jazz_server.store.errors import ChecksumMismatch, UploadNotFound, UploadSize, storage_error
from jazz_server.store.segments import (
    SegmentFolder,
    SegmentTail,
    SegmentTrailer,
    write_all,
    write_tail,
)
from jazz_server.store.threads import Threads
from jazz_server.store.writeback import WRITEBACK_BYTES, begin_writeback


class _State(Enum):
    OPEN = auto()
    SEALED = auto()
    CLAIMED = auto()
    TAKEN = auto()
    GONE = auto()


@dataclass(frozen=True, slots=True)
class StagedMemory:
    """A sealed body in a memory file."""

    segment: bytes
    descriptor: int
    size: int
    checksum: int
    table: "array[int]"


class Upload:
    """A body of announced size, written in order and then sealed. Not safe for several writers at once.

    Made by `Store.upload`. Bytes that have been refused (`ChecksumMismatch`, `UploadSize`) are not part of the body
    and may be sent again.
    """

    def __init__(self, owner_of: "Uploads", space: str, size: int, owner: str, volatile: bool) -> None:
        self.token = secrets.token_urlsafe(24)
        self.space = space
        self.size = size
        self.owner = owner
        self.volatile = volatile
        self.received = 0
        self.expires_at = 0
        self.segment = b""
        self._uploads = owner_of
        self._state = _State.OPEN
        self._sums = RunningChecksums()
        self._buffer: bytearray | None = None
        self._descriptor = -1
        self._room_until = 0
        self._written_back = 0
        self._maps: list[weakref.ref[mmap.mmap]] = []
        self._busy = asyncio.Lock()

    @property
    def checksum(self) -> int:
        """crc32c of what has been received."""
        return self._sums.total

    @property
    def inline(self) -> bytes | None:
        """The body, if it is small enough to be kept in the catalogue."""
        return None if self._buffer is None else bytes(self._buffer)

    async def write(self, data: bytes | bytearray | memoryview, crc: int | None = None) -> None:
        """Append bytes, which `crc` (crc32c) vouches for.

        Raises `ChecksumMismatch`, `UploadSize` if they are more than announced, `UploadNotFound` if the upload has
        expired, `DiskFull`, after which the upload is gone.
        """
        view = memoryview(data).cast("B")
        async with self._busy:
            self._check_open(_State.OPEN)
            if self.received + len(view) > self.size:
                raise UploadSize("size", f"{self.size} bytes", f"at least {self.received + len(view)}")
            if self._buffer is not None:
                self._append(view, crc)
            else:
                await self._run(self._append, view, crc)
            self.received += len(view)
            self._uploads.extend(self)

    async def finish(self) -> Self:
        """Seal the complete upload. `UploadSize` if bytes are missing."""
        async with self._busy:
            if self._state is _State.SEALED:
                return self
            self._check_open(_State.OPEN)
            if self.received != self.size:
                raise UploadSize("size", f"{self.size} bytes", f"{self.received} bytes")
            if self._buffer is None:
                await self._run(self._seal)
            self._state = _State.SEALED
            self._uploads.extend(self)
        return self

    def map(self) -> memoryview:
        """The sealed body as read-only memory, to be looked at before it is committed. Blocks."""
        self._check_open(_State.SEALED)
        if self._buffer is not None:
            return memoryview(bytes(self._buffer))
        mapped = mmap.mmap(self._descriptor, self.size, access=mmap.ACCESS_READ)
        self._maps.append(weakref.ref(mapped))
        return memoryview(mapped)

    @property
    def sealed(self) -> bool:
        """Whether it is complete and waits for a commit."""
        return self._state is _State.SEALED

    async def abort(self) -> None:
        """Throw the upload away and release its quota. Does nothing once it is committed or gone."""
        async with self._busy:
            if self._state is not _State.CLAIMED:
                await self._discard()

    def claim(self) -> None:
        """Hold a sealed upload for one commit, which then takes it or unclaims it."""
        self._check_open(_State.SEALED)
        self._state = _State.CLAIMED

    def unclaim(self) -> None:
        """Give a claimed upload back, for another commit to try."""
        if self._state is _State.CLAIMED:
            self._state = _State.SEALED
            self._uploads.extend(self)

    async def promote(self, trailer: SegmentTrailer) -> None:
        """Bring a claimed durable segment to its final place, on disk, as described by `trailer`."""
        async with self._busy:
            if self._buffer is None and not self.volatile:
                tail = SegmentTail(self.size, self.checksum, self._sums.table(), trailer)
                await self._run(self._promote, tail)

    def take(self) -> None:
        """Note that a commit has taken the upload: its quota and its segment are the block's now."""
        self._state = _State.TAKEN
        self._uploads.forget(self)
        if not self.volatile:
            self._close()
            if any(mapped() is not None for mapped in self._maps):
                self._uploads.folder.lend(self.segment)

    def staged_memory(self) -> StagedMemory:
        """The memory file of a volatile upload, to be taken over."""
        return StagedMemory(self.segment, self._descriptor, self.size, self.checksum, self._sums.table())

    async def start(self, inline_bytes: int) -> None:
        """Make the place that the bytes go to."""
        async with self._busy:
            if self.size <= inline_bytes:
                self._buffer = bytearray()
            else:
                self.segment = secrets.token_bytes(16)
                await self._run(self._make_file)

    def _make_file(self) -> None:
        if self.volatile:
            self._descriptor = os.memfd_create("jazz", os.MFD_CLOEXEC)
        else:
            self._descriptor = self._uploads.folder.create(self.segment, self.size)

    def _append(self, view: memoryview, crc: int | None) -> None:
        measured = self._sums.measure(view)
        if crc is not None and crc != measured.crc:
            raise ChecksumMismatch("chunk", f"crc32c {crc:08x}", f"{measured.crc:08x}")
        if self._buffer is not None:
            self._buffer += view
        elif self.volatile:
            write_all(self._descriptor, view, self.received)
        else:
            end = self.received + len(view)
            self._ensure_room(end)
            write_all(self._descriptor, view, self.received)
            self._write_back(end)
        self._sums.take(measured)

    def _ensure_room(self, end: int) -> None:
        if end > self._room_until:  # asked for once for many pieces
            until = min(max(end, self.received + WRITEBACK_BYTES), self.size)
            self._uploads.folder.check_room(until - self.received)
            self._room_until = until

    def _write_back(self, end: int, *, least: int = WRITEBACK_BYTES) -> None:
        if end - self._written_back >= least:
            begin_writeback(self._descriptor, self._written_back, end - self._written_back)
            self._written_back = end

    def _seal(self) -> None:
        if self.volatile:  # nobody who is given the file may write to it
            writable, self._descriptor = self._descriptor, os.open(f"/proc/self/fd/{self._descriptor}", os.O_RDONLY)
            os.close(writable)
        else:  # a commit, which writes behind the body, waits for the disk
            self._write_back(self.size, least=1)

    def _promote(self, tail: SegmentTail) -> None:
        write_tail(self._descriptor, tail)
        self._uploads.folder.promote(self.segment)

    async def _run(self, call: Callable[..., None], *arguments: object) -> None:
        """Run a blocking call to its end, even if the caller is cancelled; a failed one ends the upload."""
        try:
            await self._uploads.threads.run(call, *arguments)
        except asyncio.CancelledError:
            await self._discard()
            raise
        except OSError as error:
            await self._discard()
            raise storage_error(error) from error

    async def _discard(self) -> None:
        if self._state in (_State.TAKEN, _State.GONE):
            return
        self._state = _State.GONE
        self._uploads.forget(self)
        self._close()
        self._buffer = None if self._buffer is None else bytearray()
        if self.segment and not self.volatile:
            await self._uploads.threads.run(self._uploads.folder.remove, self.segment)

    def _close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
        self._descriptor = -1

    def _check_open(self, state: _State) -> None:
        if self._state is not state or self._uploads.expired(self):
            raise UploadNotFound(self.token)


class Uploads:
    """All uploads under way, and the bytes of quota that they reserve."""

    def __init__(
        self,
        folder: SegmentFolder,
        threads: Threads,
        clock: Callable[[], int],
        seconds: float,
    ) -> None:
        self.folder = folder
        self.threads = threads
        self._clock = clock
        self._seconds = seconds
        self._uploads: dict[str, Upload] = {}
        self._reserved: dict[str, int] = {}

    def reserved(self, space: str) -> int:
        """Bytes reserved in a space."""
        return self._reserved.get(space, 0)

    async def start(self, space: str, size: int, *, owner: str, volatile: bool, inline_bytes: int) -> Upload:
        """Reserve the bytes and make a place for them. The caller has checked the quota in this turn."""
        upload = Upload(self, space, size, owner, volatile)
        self._uploads[upload.token] = upload
        self._reserved[space] = self.reserved(space) + size
        self.extend(upload)
        await upload.start(inline_bytes)
        return upload

    def staged(self, token: str, owner: str) -> Upload:
        """The sealed or open upload with this token; `UploadNotFound` also if it is another owner's."""
        upload = self._uploads.get(token)
        if upload is None or upload.owner != owner or self.expired(upload):
            raise UploadNotFound(token)
        return upload

    def expired(self, upload: Upload) -> bool:
        """Whether an upload has not been touched for too long."""
        return upload.expires_at <= self._clock()

    def extend(self, upload: Upload) -> None:
        """Let an upload that is in use live on."""
        upload.expires_at = self._clock() + int(self._seconds * 1e9)

    def forget(self, upload: Upload) -> None:
        """Release the reservation of an upload that is over."""
        if self._uploads.pop(upload.token, None) is None:
            return
        left = self.reserved(upload.space) - upload.size
        if left:
            self._reserved[upload.space] = left
        else:
            self._reserved.pop(upload.space, None)

    async def drop(self, space: str) -> None:
        """Abort what is sealed for a space that is no more: a new space of its name has nothing to do with it."""
        for upload in [each for each in self._uploads.values() if each.space == space and each.sealed]:
            await upload.abort()

    def knows(self, segment: bytes) -> bool:
        """Whether a segment belongs to an upload that is under way."""
        return any(upload.segment == segment for upload in self._uploads.values())

    async def expire(self) -> None:
        """Abort what has expired."""
        for upload in [each for each in self._uploads.values() if self.expired(each)]:
            await upload.abort()

    async def close(self) -> None:
        """Abort all."""
        for upload in list(self._uploads.values()):
            await upload.abort()
