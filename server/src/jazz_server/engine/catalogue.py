"""The operations that there are: those of all modules in `jazz_server.engine.ops`."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from jazz_server.engine import ops
from jazz_server.engine.errors import InvalidTheme, UnknownOp
from jazz_server.engine.op import Op
from jazz_server.kinds import describe


@dataclass(frozen=True, slots=True)
class Theme:
    """A module of operations: its name, what its docstring says in the first line, and its operations."""

    name: str
    title: str
    ops: tuple[Op, ...]


def themes() -> tuple[Theme, ...]:
    """Every module of the package `ops`, sorted by name.

    Raises:
        InvalidTheme: A module has no `OPS`, two operations have the same name, or a folder of modules is none.
    """
    for folder in ops.__path__:
        if not Path(folder).is_dir():
            raise InvalidTheme(folder, "a folder of modules with operations", "none")
    found: list[Theme] = []
    origin: dict[str, str] = {}
    for name in sorted(module.name for module in pkgutil.iter_modules(ops.__path__)):
        module = importlib.import_module(f"{ops.__name__}.{name}")
        if not hasattr(module, "OPS"):
            raise InvalidTheme(str(module.__file__), "OPS, the operations of the module", "none")
        for op in module.OPS:
            if op.name in origin:
                found_in = f"{op.name}, as in {origin[op.name]}"
                raise InvalidTheme(str(module.__file__), "operations that no other module has", found_in)
            origin[op.name] = name
        title = (module.__doc__ or name).strip().splitlines()[0].rstrip(".")
        found.append(Theme(name, title, tuple(module.OPS)))
    return tuple(found)


def discovered() -> Mapping[str, Op]:
    """Every operation by its name, sorted: the `OPS` of every module in the package `ops`.

    Raises:
        InvalidTheme: As `themes` does.
    """
    found = {op.name: op for theme in themes() for op in theme.ops}
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
