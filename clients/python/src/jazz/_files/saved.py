"""Files that appear whole or not at all."""

from __future__ import annotations

import errno
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A path to write to, of the same ending, in the same folder: it becomes `path` when all went well.

    A file that is there already stays as it is until then, and when something goes wrong. What is no regular file (a
    pipe, a device) is written to directly.
    """
    if path.exists() and not path.is_file():
        yield path
        return
    target = path.resolve()
    if not target.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "there is no such folder", str(path.parent))
    with tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=target.parent) as folder:
        written = Path(folder) / target.name
        yield written
        if target.exists():
            written.chmod(target.stat().st_mode)
        written.replace(target)
