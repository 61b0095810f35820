"""What of Python's syntax cannot wait for an answer. Its twin is `_mapping_sync`."""

from __future__ import annotations


class DatabaseMapping:
    """Says what to write instead of `name in db`, which would have to be awaited."""

    def __contains__(self, block: object) -> bool:
        raise TypeError(f"`in` cannot be awaited; write `await db.exists({block!r})`")


class BlockMapping:
    """A handle has no synchronous properties here."""

    __slots__ = ()
