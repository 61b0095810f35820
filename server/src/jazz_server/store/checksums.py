"""crc32c per 64 KiB of a body: computed as bytes arrive, checked as they are read."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass

from crc32c import crc32c

CHECK_BYTES = 64 * 1024

# Below this size waiting to get the interpreter's lock back costs more than it lets others do.
_RELEASE_FROM = 256 * 1024


def checksum(data: bytes | memoryview, start: int = 0) -> int:
    """crc32c of the bytes, going on from `start`; gives up the interpreter's lock for large ones."""
    return crc32c(data, start, int(len(data) >= _RELEASE_FROM))


def _shifts() -> tuple[tuple[int, ...], ...]:
    """What each byte of a crc32c becomes when a block of 64 KiB is appended.

    A crc32c is an affine function of its start over GF(2), hence the sum of what its 32 bits become.
    """
    zeros = bytes(CHECK_BYTES)
    bits = [checksum(zeros, 1 << bit) ^ checksum(zeros) for bit in range(32)]
    tables = []
    for first in range(0, 32, 8):
        table = [0]
        for bit in bits[first : first + 8]:
            table += [each ^ bit for each in table]
        tables.append(tuple(table))
    return tuple(tables)


_LOWEST, _LOW, _HIGH, _HIGHEST = _shifts()


def append_block(crc: int, block: int) -> int:
    """The crc32c of some bytes and a block of 64 KiB behind them, from those of both."""
    shifted = _LOWEST[crc & 255] ^ _LOW[crc >> 8 & 255] ^ _HIGH[crc >> 16 & 255] ^ _HIGHEST[crc >> 24]
    return shifted ^ block


@dataclass(frozen=True, slots=True)
class Measured:
    """A piece of a body with its checksum, and those of the body with it."""

    crc: int
    total: int
    blocks: Sequence[int]
    partial: int
    filled: int


class RunningChecksums:
    """The checksum of a whole body and those of its 64 KiB blocks, fed with pieces cut anywhere."""

    def __init__(self) -> None:
        self.total = 0
        self._table = array("I")
        self._partial = 0
        self._filled = 0

    def measure(self, data: memoryview) -> Measured:
        """Look at the next piece, which is not taken yet. Reads whole blocks once."""
        crc, total, partial, filled = 0, self.total, self._partial, self._filled
        blocks: list[int] = []
        offset = 0
        while offset < len(data):
            piece = data[offset : offset + CHECK_BYTES - filled]
            offset += len(piece)
            partial = checksum(piece, partial)
            if len(piece) == CHECK_BYTES:
                crc, total = append_block(crc, partial), append_block(total, partial)
            else:
                crc, total = checksum(piece, crc), checksum(piece, total)
            filled += len(piece)
            if filled == CHECK_BYTES:
                blocks.append(partial)
                partial = filled = 0
        return Measured(crc, total, blocks, partial, filled)

    def take(self, measured: Measured) -> None:
        """Take the piece that was measured last."""
        self.total = measured.total
        self._table.extend(measured.blocks)
        self._partial = measured.partial
        self._filled = measured.filled

    def table(self) -> "array[int]":
        """One checksum per 64 KiB block, the last of which may be shorter."""
        table = self._table[:]
        if self._filled:
            table.append(self._partial)
        return table
