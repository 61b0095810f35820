"""Segment files: the body of one block, followed by what it takes to check it and to know what it is.

    body | zeros up to a multiple of 64 | checksum table | trailer | footer

The table holds a crc32c (uint32, little-endian) per 64 KiB of the body. The trailer is the msgpack of a
`SegmentTrailer`. It is written when the block is committed, before the version is known; it holds the last
version given out before, which orders segments for a repair. The footer has a fixed size, says where the rest
is, and has checksums of table and trailer, and of itself.
"""

import contextlib
import errno
import os
import struct
import sys
from array import array
from dataclasses import dataclass
from pathlib import Path

import msgspec

from jazz_server.store.checksums import checksum
from jazz_server.store.errors import DataLoss
from jazz_server.store.folder import sync_folder
from jazz_server.store.names import BlockName
from jazz_server.store.options import StoreOptions
from jazz_server.store.records import Attributes
from jazz_server.store.spares import Spares

ALIGNMENT = 64
FORMAT_VERSION = 1
_MAGIC = b"JAZZSEG\n"
_FOOTER = struct.Struct("<8sIIQQII16x")  # ends with the crc32c of itself: 64 bytes in all
FOOTER_BYTES = _FOOTER.size + 4


class SegmentTrailer(msgspec.Struct, frozen=True):
    """What a segment was written for; later changes are only in the catalogue."""

    name: BlockName
    header: bytes
    kind: str
    attributes: Attributes
    created_at: int
    expires_at: int | None
    after_version: int


@dataclass(frozen=True, slots=True)
class SegmentTail:
    """All of a segment file but the body."""

    size: int
    checksum: int
    table: "array[int]"
    trailer: SegmentTrailer


class SegmentFolder:
    """Where segment files are, by id. All calls block but `lend`.

    A file that is removed may be written over for another segment, unless its bytes are lent.
    """

    def __init__(self, data: Path, options: StoreOptions) -> None:
        self._data = data
        self._free_bytes = options.free_disk_bytes
        self._lent: set[bytes] = set()
        self.staging = data / "staging"
        self.segments = data / "segments"
        self.quarantine = data / "quarantine"
        self.spares = Spares(self.staging, options.recycling, options.clock)

    def make(self) -> None:
        """Make the folders that are missing, and make their entries durable."""
        for folder in (self.staging, self.quarantine, self.segments):
            folder.mkdir(parents=True, exist_ok=True)
        for shard in range(256):
            (self.segments / f"{shard:02x}").mkdir(exist_ok=True)
        for folder in (self.segments, self._data):
            sync_folder(folder)

    def check_room(self, size: int) -> None:
        """Raise the OSError of a full disk if `size` more bytes would eat into what is to stay free."""
        while self._room() - size < self._free_bytes:
            if not self.spares.clear():
                raise OSError(errno.ENOSPC, f"less than {self._free_bytes} bytes would be left on the disk")

    def _room(self) -> int:
        disk = os.statvfs(self._data)
        return disk.f_bavail * disk.f_frsize

    def create(self, segment: bytes, size: int) -> int:
        """A new staged file for a body of `size` bytes, open for reading and writing.

        It may be longer than that and hold something else, until `write_tail` is called.
        """
        path = self.staged(segment)
        spare = self.spares.take(size, path)
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o640) if spare is None else spare

    def lend(self, segment: bytes) -> None:
        """Note that somebody may look at the mapped bytes of a segment for as long as he likes."""
        self._lent.add(segment)

    def staged(self, segment: bytes) -> Path:
        """Where a segment is until it is committed."""
        return self.staging / segment.hex()

    def path(self, segment: bytes) -> Path:
        """Where a segment is once it is committed."""
        name = segment.hex()
        return self.segments / name[:2] / name

    def promote(self, segment: bytes) -> None:
        """Move a staged segment to its place, durably."""
        path = self.path(segment)
        if not path.exists():
            self.staged(segment).rename(path)
            sync_folder(path.parent)

    def remove(self, segment: bytes) -> None:
        """Remove a segment, wherever it is; what cannot be unlinked now is an orphan at the next start."""
        path = self.path(segment)
        with contextlib.suppress(OSError):
            self.staged(segment).unlink(missing_ok=True)
            if segment in self._lent or not self.spares.keep(path):
                path.unlink(missing_ok=True)
        self._lent.discard(segment)


def padded(size: int) -> int:
    """The size rounded up to the alignment."""
    return -(-size // ALIGNMENT) * ALIGNMENT


def write_all(descriptor: int, data: bytes | memoryview, offset: int) -> None:
    """`pwrite` until all is written."""
    view = memoryview(data)
    while view:
        written = os.pwrite(descriptor, view, offset)
        view = view[written:]
        offset += written


def write_tail(descriptor: int, tail: SegmentTail) -> None:
    """Write everything behind the body, replacing an earlier tail, and make the file durable."""
    end = padded(tail.size)
    trailer = msgspec.msgpack.encode(tail.trailer)
    rest = _little_endian(tail.table).tobytes() + trailer
    footer = _FOOTER.pack(_MAGIC, FORMAT_VERSION, len(trailer), tail.size, end, tail.checksum, checksum(rest))
    rest += footer + checksum(footer).to_bytes(4, "little")
    write_all(descriptor, bytes(end - tail.size) + rest, tail.size)
    os.ftruncate(descriptor, end + len(rest))
    os.fsync(descriptor)


def read_tail(descriptor: int) -> SegmentTail:
    """Read and check everything behind the body; `DataLoss` if the file is cut short or damaged."""
    length = os.fstat(descriptor).st_size
    footer = os.pread(descriptor, FOOTER_BYTES, max(length - FOOTER_BYTES, 0))
    if len(footer) < FOOTER_BYTES or not footer.startswith(_MAGIC):
        raise DataLoss("a segment file is cut short or has no footer")
    if checksum(footer[:-4]) != int.from_bytes(footer[-4:], "little"):
        raise DataLoss("the footer of a segment file does not have its checksum")
    _, version, trailer_bytes, size, end, total, rest_checksum = _FOOTER.unpack(footer[:-4])
    if version != FORMAT_VERSION:
        raise DataLoss(f"a segment file has format {version}, not {FORMAT_VERSION}")
    rest = os.pread(descriptor, max(length - FOOTER_BYTES - end, 0), end)
    if checksum(rest) != rest_checksum:
        raise DataLoss("the checksum table of a segment file does not have its checksum")
    table = array("I", rest[: len(rest) - trailer_bytes])
    try:
        trailer = msgspec.msgpack.decode(rest[len(rest) - trailer_bytes :], type=SegmentTrailer)
    except msgspec.DecodeError as error:
        raise DataLoss(f"the trailer of a segment file cannot be read: {error}") from error
    return SegmentTail(size, total, _little_endian(table), trailer)


def _little_endian(table: "array[int]") -> "array[int]":
    if sys.byteorder == "big":
        table = table[:]
        table.byteswap()
    return table
