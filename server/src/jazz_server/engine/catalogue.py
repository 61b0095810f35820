"""The operations that there are: those of all modules in `jazz_server.engine.ops`."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from jazz_server.engine import ops
from jazz_server.engine.errors import InvalidTheme, UnknownOp
from jazz_server.engine.op import Op
from jazz_server.kinds import describe


def discovered() -> Mapping[str, Op]:
    """Every operation by its name, sorted: the `OPS` of every module in the package `ops`.

    Raises:
        InvalidTheme: A module has no `OPS`, or two operations have the same name.
    """
    found: dict[str, Op] = {}
    origin: dict[str, str] = {}
    for name in sorted(module.name for module in pkgutil.iter_modules(ops.__path__)):
        theme = importlib.import_module(f"{ops.__name__}.{name}")
        if not hasattr(theme, "OPS"):
            raise InvalidTheme(name, "OPS, the operations of the module", "none")
        for op in theme.OPS:
            if op.name in found:
                raise InvalidTheme(name, "operations that no other module has", f"{op.name}, as in {origin[op.name]}")
            found[op.name], origin[op.name] = op, name
    return MappingProxyType(dict(sorted(found.items())))


CATALOGUE: Final = discovered()
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
