"""What stands on the command line, made into what the client takes."""

from __future__ import annotations

import datetime
import errno
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TextIO

import typer

from jazz import _files
from jazz._slices import Ref, ref

_SPAN: Final = re.compile(r"(-?\d+)?:(-?\d+)?")
_ITEM: Final = re.compile(r"""\s*(?:"((?:[^"]|"")*)"|'((?:[^']|'')*)'|([^,:"']*?))\s*(,|$)""")
_LISTED: Final = r"""(?:-?\d+|"(?:[^"]|"")*"|'(?:[^']|'')*')"""
_CUT: Final = rf"-?\d*:-?\d*|\[\s*{_LISTED}(?:\s*,\s*{_LISTED})*\s*\]"
_PART: Final = re.compile(rf"(?P<block>[^\[]+(?:\[[^\]:,\[]*\])*?)\[(?P<rows>{_CUT})(?:,\s*(?P<columns>{_CUT}))?\]")
_DURATION: Final = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)?")
_SECONDS: Final = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, None: 1}


def wanted(option: str, text: str | None) -> slice | list[int] | list[str] | None:
    """What is wanted of a dimension: a range ("10:20"), positions ("0,5,-1"), labels ("r1,r2" or '"10","20"')."""
    if text is None:
        return None
    found = _SPAN.fullmatch(text.strip())
    if found is not None:
        return slice(*(None if part is None else int(part) for part in found.groups()))
    items = list(_items(option, text))
    if all(not quoted and re.fullmatch(r"-?\d+", item) for item, quoted in items):
        return [int(item) for item, _ in items]
    return [item for item, _ in items]


def _items(option: str, text: str) -> Iterator[tuple[str, bool]]:
    """The items of a list, and whether each is quoted; a quote inside of quotes is doubled."""
    end = 0
    while True:
        found = _ITEM.match(text, end)
        if found is None or (not found[3] and found[1] is None and found[2] is None):
            expected = 'expected positions such as 10:20 or 0,5,-1, or labels such as r1,r2 or \'"10","20"\''
            raise typer.BadParameter(f"{expected}, found {text!r}", param_hint=option)
        if found[1] is not None:
            yield found[1].replace('""', '"'), True
        elif found[2] is not None:
            yield found[2].replace("''", "'"), True
        else:
            yield found[3], False
        if not found[4]:
            return
        end = found.end()


def along(pairs: Sequence[str]) -> dict[str, slice | list[int] | list[str] | None] | None:
    """What is wanted of axes: "obs=r1,r2"."""
    named = unique("--along", [pair("--along", text, "AXIS=PART") for text in pairs])
    return {axis: wanted("--along", part) for axis, part in named.items()} or None


def item(text: str | None) -> tuple[str, ...] | None:
    """A path of field names: "a.b"."""
    return None if text is None else tuple(text.split("."))


def attributes(pairs: Sequence[str]) -> dict[str, str]:
    """Keys and values: "source=dice"."""
    return dict(pair("--attribute", text, "KEY=VALUE") for text in pairs)


def pair(option: str, text: str, form: str) -> tuple[str, str]:
    """Two sides of the first equals sign."""
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise typer.BadParameter(f"expected {form}, found {text!r}", param_hint=option)
    return key, value


def unique(option: str, pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Pairs as a mapping; nothing may be given twice."""
    found: dict[str, str] = {}
    for key, value in pairs:
        if key in found:
            raise typer.BadParameter(f"{key!r} is given twice", param_hint=option)
        found[key] = value
    return found


def duration(option: str, text: str | None) -> datetime.timedelta | None:
    """A time such as "90", "90s", "15m", "12h", "30d"."""
    if text is None:
        return None
    found = _DURATION.fullmatch(text.strip())
    try:
        if found is not None:
            return datetime.timedelta(seconds=float(found[1]) * _SECONDS[found[2]])
    except OverflowError:
        pass  # longer than Python can say: as wrong as any other text
    raise typer.BadParameter(f"expected a time such as 90s, 15m, 12h or 30d, found {text!r}", param_hint=option)


def block(text: str) -> Ref:
    """A stored block or a part of it, cut as in Python: "lab/x@3", "lab/x[0:10,2:4]", "lab/x[[0,5],['a','b']]"."""
    found = _PART.fullmatch(text)
    if found is None:
        return ref(text)
    rows, columns = (_key(part) for part in found.group("rows", "columns"))
    whole = ref(found["block"])
    return whole[rows] if columns is None else whole[rows, columns]


def _key(text: str | None) -> slice | list[int] | list[str] | None:
    return wanted("INPUT", text[1:-1] if text is not None and text.startswith("[") else text)


@contextmanager
def readable(file: Path, ending: str | None) -> Iterator[Path]:
    """The file to read; standard input, for "-", as a temporary file with the ending given."""
    if str(file) != "-":
        if ending is not None:
            raise typer.BadParameter("it is for FILE -; a file's ending says its format", param_hint="--format")
        yield file
        return
    with _temporary(ending) as path:
        with path.open("wb") as target:
            shutil.copyfileobj(opened(sys.stdin, "input").buffer, target)
        yield path


@contextmanager
def writable(file: Path, ending: str | None) -> Iterator[Path]:
    """The file to write; for "-" a temporary file with the ending given, which then goes to standard output."""
    if str(file) != "-":
        if ending is not None:
            raise typer.BadParameter("it is for FILE -; a file's ending says its format", param_hint="--format")
        yield file
        return
    with _temporary(ending) as path:
        out = opened(sys.stdout, "output").buffer
        yield path
        with path.open("rb") as source:
            shutil.copyfileobj(source, out)
        out.flush()


def opened(stream: TextIO | None, name: str) -> TextIO:
    """Standard input or output, which Python has none of where it was closed before the command began.

    Raises:
        OSError: There is none.
    """
    if stream is None:
        raise OSError(errno.EBADF, f"standard {name} is closed")
    return stream


@contextmanager
def _temporary(ending: str | None) -> Iterator[Path]:
    suffix = f".{ending.removeprefix('.')}" if ending else ""
    if ending and suffix not in _files.ENDINGS:
        known = ", ".join(known.removeprefix(".") for known in _files.ENDINGS)
        raise typer.BadParameter(f"expected one of {known}, found {ending!r}", param_hint="--format")
    with tempfile.TemporaryDirectory(prefix="jazz-") as folder:
        yield Path(folder) / f"{_files.STANDARD}{suffix}"
