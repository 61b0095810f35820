"""What other libraries make of the same arrays. It runs in `.venv/bench`; see `peers.py`."""

from __future__ import annotations

from collections.abc import Callable
from importlib import metadata
from typing import Any, TypeVar

_Function = TypeVar("_Function", bound=Callable[..., Callable[[], Any]])


def library(distribution: str, note: str = "") -> Callable[[_Function], _Function]:
    """Declares of what distribution a peer is; a note follows its version in the table."""

    def declare(function: _Function) -> _Function:
        label = f"{distribution} {metadata.version(distribution)}"
        function.library = f"{label}, {note}" if note else label  # type: ignore[attr-defined]
        return function

    return declare
