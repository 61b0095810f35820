"""What stands on the command line, made into what the client takes."""

from __future__ import annotations

import datetime
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import typer

from jazz import _files
from jazz._slices import Ref, ref

_SPAN: Final = re.compile(r"(-?\d+)?:(-?\d+)?")
_PART: Final = re.compile(r"(?P<block>[^\[]+(?:\[[^\]:,]*\])*?)(?P<part>\[(?:-?\d*:-?\d*)(?:,-?\d*:-?\d*)?\])")
_DURATION: Final = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)?")
_SECONDS: Final = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, None: 1}


def span(option: str, text: str | None) -> slice | None:
    """Positions as in Python: "10:20", ":20", "-5:"."""
    if text is None:
        return None
    found = _SPAN.fullmatch(text.strip())
    if found is None:
        raise typer.BadParameter(f"expected positions such as 10:20, found {text!r}", param_hint=option)
    return slice(*(None if part is None else int(part) for part in found.groups()))


def columns(text: str | None) -> slice | list[str] | None:
    """Positions ("0:3") or names of fields ("x,y")."""
    if text is None:
        return None
    if _SPAN.fullmatch(text.strip()):
        return span("--columns", text)
    return text.split(",")


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
    """A stored block or a part of it: "lab/x", "lab/x@3", "lab/x[0:10]", "lab/x[0:10,2:4]"."""
    found = _PART.fullmatch(text)
    if found is None:
        return ref(text)
    cuts = [span("INPUT", cut) or slice(None) for cut in found["part"][1:-1].split(",")]
    whole = ref(found["block"])
    return whole[cuts[0]] if len(cuts) == 1 else whole[cuts[0], cuts[1]]


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
            shutil.copyfileobj(sys.stdin.buffer, target)
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
        yield path
        with path.open("rb") as source:
            shutil.copyfileobj(source, sys.stdout.buffer)
        sys.stdout.buffer.flush()


@contextmanager
def _temporary(ending: str | None) -> Iterator[Path]:
    suffix = f".{ending.removeprefix('.')}" if ending else ""
    if ending and suffix not in _files.ENDINGS:
        known = ", ".join(known.removeprefix(".") for known in _files.ENDINGS)
        raise typer.BadParameter(f"expected one of {known}, found {ending!r}", param_hint="--format")
    with tempfile.TemporaryDirectory(prefix="jazz-") as folder:
        yield Path(folder) / f"{_files.STANDARD}{suffix}"
