"""Generates the synchronous client `jazz._sync` from the asynchronous one, `jazz._async`.

Run it after every change there: `python clients/python/unasync_client.py`. `--check` changes nothing and says what is
out of date. A test holds the two together.
"""

from __future__ import annotations

import difflib
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

import unasync

PACKAGE: Final = Path(__file__).parent / "src" / "jazz"

REPLACEMENTS: Final = {
    "_async": "_sync",
    "_transport_async": "_transport_sync",
    "_mapping_async": "_mapping_sync",
    "aclosing": "closing",
}
"""Names that have another name in the synchronous client, besides those that `unasync` knows."""

EXAMPLES: Final = (
    (re.compile(r"\((await [^\n]*?\))\)(?=[.\[])"), r"\1"),
    (re.compile(r"\bawait "), ""),
    (re.compile(r"\basync (?=with |for )"), ""),
    (re.compile(r"\bjazz\.aio\."), "jazz."),
)
"""What the examples in docstrings lose, which `unasync` leaves alone."""

_HEAD: Final = '"""The synchronous client: generated from `jazz._async` by `clients/python/unasync_client.py`."""\n'


def generate(target: Path) -> None:
    """Write the synchronous client into a folder."""
    sources = sorted((PACKAGE / "_async").glob("*.py"))
    rule = unasync.Rule(f"{PACKAGE / '_async'}/", f"{target}/", additional_replacements=REPLACEMENTS)
    unasync.unasync_files([str(source) for source in sources], [rule])
    for path in target.glob("*.py"):
        path.write_text(synchronous_examples(path.read_text()))
    (target / "__init__.py").write_text(_HEAD)
    configuration = PACKAGE.parents[3] / "pyproject.toml"
    ruff = [sys.executable, "-m", "ruff"]
    options = ["--config", str(configuration), "--quiet", str(target)]
    subprocess.run([*ruff, "check", "--fix", "--select", "I", *options], check=True)
    subprocess.run([*ruff, "format", *options], check=True)


def synchronous_examples(code: str) -> str:
    """The code with the examples in its docstrings as they are written without waiting.

    >>> synchronous_examples(">>> (await db.info('lab/x')).shape, [i async for i in db.list('lab')]")
    ">>> db.info('lab/x').shape, [i for i in db.list('lab')]"
    """
    for pattern, replacement in EXAMPLES:
        code = pattern.sub(replacement, code)
    return code


def differences() -> list[str]:
    """The lines in which `_sync` differs from what would be generated."""
    lines: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / "_sync"
        fresh.mkdir()
        generate(fresh)
        names = {path.name for path in (*fresh.glob("*.py"), *(PACKAGE / "_sync").glob("*.py"))}
        for name in sorted(names):
            old, new = (_lines(there / name) for there in (PACKAGE / "_sync", fresh))
            lines.extend(difflib.unified_diff(old, new, f"_sync/{name}", "generated"))
    return lines


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines(keepends=True) if path.exists() else []


def main() -> int:
    """Generate, or compare."""
    if sys.argv[1:] == ["--check"]:
        found = differences()
        sys.stdout.writelines(found)
        return 1 if found else 0
    target = PACKAGE / "_sync"
    for path in target.glob("*.py"):
        path.unlink()
    generate(target)
    return 0


if __name__ == "__main__":
    sys.exit(main())
