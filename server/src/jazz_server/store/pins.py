"""Which segments are in use by readers, and when one that nothing refers to any more may go."""

import asyncio
from collections.abc import Callable

from jazz_server.store.bodies import Body, SegmentReader
from jazz_server.store.errors import DataLoss
from jazz_server.store.records import Head, Memory, Segment
from jazz_server.store.segments import SegmentFolder
from jazz_server.store.threads import Threads
from jazz_server.store.uploads import StagedMemory


class Pins:
    """Open segments by id. A condemned segment goes once no body and no older snapshot needs it."""

    def __init__(self, folder: SegmentFolder, threads: Threads) -> None:
        self._folder = folder
        self._threads = threads
        self._readers: dict[bytes, SegmentReader] = {}
        self._counts: dict[bytes, int] = {}
        self._memory: dict[bytes, SegmentReader] = {}
        self._condemned: dict[bytes, Callable[[], bool]] = {}
        self._removals: set[asyncio.Task[None]] = set()

    def body_of_bytes(self, data: bytes) -> Body:
        """A body that is in hand already."""
        return Body(data, self._threads)

    def open(self, head: Head, location: Segment | Memory) -> Body:
        """A body that keeps its segment until it is closed. The file is opened at first use."""
        segment = location.id
        reader = self._readers.get(segment) or self._memory.get(segment)
        if reader is None:
            if isinstance(location, Memory):
                raise DataLoss(f"the memory of {head.name} is gone")
            reader = SegmentReader(self._folder.path(segment), head.size, head.checksum)
            self._readers[segment] = reader
        self._counts[segment] = self._counts.get(segment, 0) + 1
        return Body(reader, self._threads, lambda: self._unpin(segment))

    def keep_memory(self, staged: StagedMemory) -> None:
        """Take over a memory file until it is condemned."""
        self._memory[staged.segment] = SegmentReader.of_memory(
            staged.descriptor, staged.size, staged.checksum, staged.table
        )

    def condemn(self, segment: bytes, unneeded: Callable[[], bool]) -> None:
        """Remove a segment that has lost its last reference, as soon as `unneeded()` and nobody reads it."""
        self._condemned[segment] = unneeded
        self._try_remove(segment)

    def knows(self, segment: bytes) -> bool:
        """Whether a segment is open or waits to be removed."""
        return segment in self._counts or segment in self._condemned

    def sweep(self) -> None:
        """Remove what has become free since."""
        for segment in list(self._condemned):
            self._try_remove(segment)

    async def drained(self) -> None:
        """Wait for removals under way."""
        while self._removals:
            await asyncio.wait(self._removals)

    def close(self) -> None:
        """Close all that is open."""
        for reader in (*self._readers.values(), *self._memory.values()):
            reader.close()
        self._readers.clear()
        self._memory.clear()
        self._condemned.clear()

    def _unpin(self, segment: bytes) -> None:
        count = self._counts.pop(segment, 1) - 1
        if count:
            self._counts[segment] = count
            return
        reader = self._readers.pop(segment, None)
        if reader is not None:
            reader.close()
            if reader.lent:
                self._folder.lend(segment)
        if segment in self._condemned:
            self._try_remove(segment)

    def _try_remove(self, segment: bytes) -> None:
        if segment in self._counts or not self._condemned[segment]():
            return
        del self._condemned[segment]
        memory = self._memory.pop(segment, None)
        if memory is not None:
            memory.close()
        else:
            self._start_removal(segment)

    def _start_removal(self, segment: bytes) -> None:
        task = asyncio.get_running_loop().create_task(self._threads.run(self._folder.remove, segment))
        self._removals.add(task)
        task.add_done_callback(self._removals.discard)
