"""crc32c per 64 KiB of a body: computed as bytes arrive, checked as they are read."""

from array import array

from crc32c import crc32c

CHECK_BYTES = 64 * 1024

# Below this size giving up the interpreter's lock costs more than it lets others do (see crc32c's README).
_RELEASE_FROM = 32 * 1024


def checksum(data: bytes | memoryview, start: int = 0) -> int:
    """crc32c of the bytes, going on from `start`; gives up the interpreter's lock for large ones."""
    return crc32c(data, start, int(len(data) >= _RELEASE_FROM))


class RunningChecksums:
    """The checksum of a whole body and those of its 64 KiB blocks, fed with pieces cut anywhere."""

    def __init__(self) -> None:
        self.total = 0
        self._table = array("I")
        self._partial = 0
        self._filled = 0

    def update(self, data: memoryview) -> None:
        """Take the next piece."""
        self.total = checksum(data, self.total)
        offset = 0
        while offset < len(data):
            piece = data[offset : offset + CHECK_BYTES - self._filled]
            self._partial = checksum(piece, self._partial)
            self._filled += len(piece)
            offset += len(piece)
            if self._filled == CHECK_BYTES:
                self._table.append(self._partial)
                self._partial = self._filled = 0

    def table(self) -> "array[int]":
        """One checksum per 64 KiB block, the last of which may be shorter."""
        table = self._table[:]
        if self._filled:
            table.append(self._partial)
        return table
