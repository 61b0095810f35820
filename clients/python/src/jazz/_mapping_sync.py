"""Python's own syntax for blocks: `in`, assignment, `del`, attributes. Its twin is `_mapping_async`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from jazz._infos import BlockInfo
from jazz._pictures.page import plain
from jazz.errors import JazzError

if TYPE_CHECKING:
    from jazz._sync._database import Database
    from jazz._sync._handles import Block

_DISPLAY_TIMEOUT = 5.0
"""Seconds that a display in a notebook waits for the server."""


class DatabaseMapping:
    """A database as a mapping from names to blocks."""

    def __contains__(self, block: object) -> bool:
        return self._database.exists(cast(str, block))

    def __setitem__(self, block: str, value: object) -> None:
        """Put `value` as the latest version of a block."""
        self._database.put(block, value)

    def __delitem__(self, block: str) -> None:
        """Delete a block with all its versions."""
        self._database.delete(block)

    @property
    def _database(self) -> Database:
        return cast("Database", self)


class BlockMapping:
    """What a handle says of its block by asking the server."""

    __slots__ = ()

    @property
    def attributes(self) -> Mapping[str, str]:
        """The attributes of the block."""
        return self._info.attributes

    @property
    def shape(self) -> tuple[int, ...] | None:
        """The shape of a tensor; None for tables and null."""
        return self._info.shape

    @property
    def dtype(self) -> str | None:
        """The element type of a tensor, such as "float32"; None for tables and null."""
        return self._info.dtype

    @property
    def nbytes(self) -> int:
        """The length of the body in bytes."""
        return self._info.nbytes

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray[Any, Any]:
        """The value as a numpy array: `np.asarray(db["lab/numbers"][:10])`.

        Raises:
            TypeError: An array would lose something: missing elements, what is stored of a sparse matrix, names, ...
        """
        if copy is False:
            raise ValueError("a block on the server cannot become an array without a copy")
        value = self._block.get()
        if np.ma.is_masked(value):
            raise TypeError(f"{self!r} has missing elements, which numpy.asarray would lose: .get()")
        if not hasattr(value, "__array__") and not isinstance(value, str | bytes):
            raise TypeError(f"{self!r} is no array but {type(value).__qualname__}: .get()")
        return np.asarray(value, dtype)

    def _repr_html_(self) -> str:
        """A picture of the block, made of what the server tells; nothing of the block is fetched."""
        try:
            return self._block.describe(timeout=_DISPLAY_TIMEOUT)._repr_html_()
        except JazzError as error:
            reasons = [f"{type(error).__name__}: {error.message}", *map(str, error.violations)]
            return plain(repr(self), "; ".join(reasons))

    @property
    def _info(self) -> BlockInfo:
        return self._block.info()

    @property
    def _block(self) -> Block:
        return cast("Block", self)
