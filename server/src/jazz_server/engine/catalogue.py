"""The operations that there are."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from jazz_server.engine.errors import UnknownOp
from jazz_server.engine.op import Op
from jazz_server.engine.ops import (
    arithmetic,
    comparisons,
    control,
    elementwise,
    linalg,
    missing,
    reductions,
    selection,
    shape,
    sparse,
)
from jazz_server.kinds import describe

_THEMES: Final = (arithmetic, comparisons, control, elementwise, linalg, missing, reductions, selection, shape, sparse)

CATALOGUE: Final[Mapping[str, Op]] = MappingProxyType(
    {op.name: op for op in sorted((op for theme in _THEMES for op in theme.OPS), key=lambda op: op.name)}
)
"""Every operation by its name, sorted."""


def find(name: str, version: int = 0) -> Op:
    """The operation of a name and version; the latest version when 0.

    Raises:
        UnknownOp: There is none; it names those that are spelled like it.

    >>> find("matmul").version
    1
    """
    op = CATALOGUE.get(name)
    if op is None:
        raise UnknownOp(name, version, describe.close_to(name, CATALOGUE))
    if version not in (0, op.version):
        raise UnknownOp(name, version, (), available=op.version)
    return op
