"""The operation that `docs/adding-an-op.md` adds: what the page says, and a server that has done it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from running_server import RunningServer

PAGE = Path(__file__).parents[1] / "docs" / "adding-an-op.md"


def blocks(language: str) -> list[str]:
    """The code on the page."""
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def add_module(folder: Path) -> None:
    """Write the module of the operation into a folder."""
    (folder / "shrinking.py").write_text(blocks("python")[0], encoding="utf-8")


@contextmanager
def server_with_operation(folder: Path) -> Iterator[RunningServer]:
    """A server that finds the operation in a folder."""
    ops = folder / "ops"
    ops.mkdir()
    add_module(ops)
    running = RunningServer(folder, environment={"JAZZ_OPS": str(ops)})
    try:
        running.start()
        yield running
    finally:
        running.close()
