"""Handles: a block, or a part of one, that can be asked for."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

from jazz._descriptions import Description
from jazz._infos import BlockInfo
from jazz._mapping_sync import BlockMapping
from jazz._operations import UNCHANGED, Unchanged
from jazz._slices import Ref, Selection

if TYPE_CHECKING:
    from jazz._sync._blocks import Blocks


class Block(BlockMapping, Ref):
    """A block of a database, or a part of one: `db["space/name"]`, `db["space/name"][10:20]`.

    Making one asks the server nothing, and the block need not exist. It stands for the stored block wherever one can
    be given: as an input of a run it stays on the server.

    >>> numbers = db["lab/numbers"]
    >>> numbers.put([1.5, 2.5, 3.5])
    <BlockInfo lab/numbers@...: float64[3], 24 B>
    >>> numbers[1:].get()
    array([2.5, 3.5])
    >>> numbers[[-1, 0]].get()
    array([3.5, 1.5])
    """

    __slots__ = ("_blocks",)

    def __init__(self, blocks: Blocks, block: str, part: Selection = Selection()) -> None:  # noqa: B008
        super().__init__(block, part)
        self._blocks = blocks

    def _with(self, selection: Selection) -> Self:
        return type(self)(self._blocks, self.name, selection)

    def get(self, *, to: str | None = None, timeout: float | None = None) -> Any:
        """The value, or the part of it that this handle stands for; as `Database.get`."""
        return self._blocks._get(self._request(), to=to, timeout=timeout)

    def put(
        self,
        value: object,
        *,
        attributes: Mapping[str, str] | None = None,
        kind: str | None = None,
        if_version: int | None = None,
        ttl: float | datetime.timedelta | None = None,
        timeout: float | None = None,
    ) -> BlockInfo:
        """Store a value as the latest version; as `Database.put`."""
        return self._blocks.put(
            self._whole_name("put"),
            value,
            attributes=attributes,
            kind=kind,
            if_version=if_version,
            ttl=ttl,
            timeout=timeout,
        )

    def info(self, *, timeout: float | None = None) -> BlockInfo:
        """What is known of the block; as `Database.info`."""
        return self._blocks.info(self._whole_name("info"), timeout=timeout)

    def describe(self, *, timeout: float | None = None) -> Description:
        """What the block, or the field of it that this handle stands for, shows at a glance; as `Database.describe`."""
        field = type(self)(self._blocks, self.name, replace(self._selection, item=()))
        return self._blocks.describe(field._whole_name("describe"), item=self._selection.item or None, timeout=timeout)

    def exists(self, *, timeout: float | None = None) -> bool:
        """Whether there is such a block; as `Database.exists`."""
        return self._blocks.exists(self._whole_name("exists"), timeout=timeout)

    def versions(self, *, timeout: float | None = None) -> Iterator[BlockInfo]:
        """The versions that are kept, newest first; as `Database.versions`."""
        return self._blocks.versions(self._whole_name("versions"), timeout=timeout)

    def update(
        self,
        *,
        attributes: Mapping[str, str] | Unchanged | None = UNCHANGED,
        expires: datetime.datetime | Unchanged | None = UNCHANGED,
        if_version: int | None = None,
        timeout: float | None = None,
    ) -> BlockInfo:
        """Change attributes and expiry; as `Database.update`."""
        return self._blocks.update(
            self._whole_name("update"), attributes=attributes, expires=expires, if_version=if_version, timeout=timeout
        )

    def copy(self, target: str | Ref, *, if_version: int | None = None, timeout: float | None = None) -> BlockInfo:
        """Store this block under another name as well; as `Database.copy`."""
        return self._blocks.copy(self._whole_name("copy"), target, if_version=if_version, timeout=timeout)

    def delete(self, *, if_version: int | None = None, timeout: float | None = None) -> None:
        """Delete the block; as `Database.delete`."""
        self._blocks.delete(self._whole_name("delete"), if_version=if_version, timeout=timeout)

    def __repr__(self) -> str:
        return f"<Block {self.name}{self._selection}>"
