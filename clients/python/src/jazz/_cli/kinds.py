"""Commands on kinds: kind put, show, ls, match, of, rm."""

from __future__ import annotations

import errno
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

import jazz
from jazz import _files
from jazz._cli import describe
from jazz._cli.arguments import opened
from jazz._cli.printing import note, say, say_json
from jazz._cli.session import session
from jazz._files import FileFormatError
from jazz.errors import Violation

Name = Annotated[str, typer.Argument(metavar="NAME", help="space/name, or space/name@version.")]


def put(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="space/name.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The text of the kind, or - for standard input.")],
    if_version: Annotated[
        int | None, typer.Option(min=0, help="The version that must be the latest; 0: it must not exist.")
    ] = None,
) -> None:
    """Store the text of a kind, or a new version of it."""
    kind = jazz.kind(_text(file))
    with session(context).database() as db:
        _tell(context, db.kinds.put(name, kind, if_version=if_version))


def show(context: typer.Context, name: Name) -> None:
    """Print the text of a kind."""
    with session(context).database() as db:
        info = db.kinds.get(name)
    if session(context).json:
        _tell(context, info)
    else:
        note(f"{info.name}@{info.version}")
        say(info.text)


def ls(
    context: typer.Context,
    prefix: Annotated[str, typer.Argument(metavar="PREFIX", help="space, or space/prefix.")],
) -> None:
    """List kinds."""
    with session(context).database() as db:
        for info in db.kinds.list(prefix):
            _tell(context, info)


def match(
    context: typer.Context,
    kind: Annotated[str, typer.Argument(metavar="NAME", help="The kind: space/name, or space/name@version.")],
    block: Annotated[str, typer.Argument(metavar="BLOCK|FILE", help="A stored block, or a file.")],
) -> None:
    """Say whether a block is of a kind, and every reason why not; the status is 1 when it is not."""
    settings = session(context)
    with settings.database() as db:
        found = db.kinds.match(kind, _value(block))
    if settings.json:
        reasons = [{"field": m.field, "expected": m.expected, "found": m.found} for m in found.mismatches]
        say_json({"matches": bool(found), "bindings": found.bindings, "mismatches": reasons})
    elif found:
        say(", ".join(["yes", *(f"{symbol} = {size}" for symbol, size in found.bindings.items())]))
    else:
        for wrong in found.mismatches:
            say(f"{wrong.field or 'value'}: expected {wrong.expected}, found {wrong.found}")
    if not found:
        raise typer.Exit(1)


def of(
    context: typer.Context,
    block: Annotated[str, typer.Argument(metavar="BLOCK|FILE", help="A stored block, or a file.")],
) -> None:
    """Propose a kind for a block or a file: its text, to be edited."""
    value = _value(block)
    if isinstance(value, jazz.Ref):
        with session(context).database() as db:
            kind = db.kinds.propose(value)
    else:
        kind = jazz.kind_of(value)
    if session(context).json:
        say_json({"what": "kind", "text": kind.text})
    else:
        say(kind.text)


def rm(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="All versions of space/name, or space/name@version.")],
) -> None:
    """Delete a kind, unless something requires it."""
    with session(context).database() as db:
        db.kinds.delete(name)


def _text(file: Path) -> str:
    try:
        content = opened(sys.stdin, "input").buffer.read() if str(file) == "-" else file.read_bytes()
        return content.decode().replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        name = "standard input" if str(file) == "-" else str(file)
        wrong = Violation(name, "the text of a kind in UTF-8", str(error))
        raise FileFormatError(f"{name} cannot be read", violations=[wrong]) from error


def _value(text: str) -> Any:
    """A file, where there is one of that name, else a stored block."""
    path = Path(text)
    if not path.is_file():
        if "/" not in text:
            raise FileNotFoundError(errno.ENOENT, "there is no such file, and stored blocks are space/name", text)
        return jazz.ref(text)
    loaded = _files.read(path)
    if loaded.note:
        note(f"{text}: {loaded.note}")
    return loaded.value


def _tell(context: typer.Context, info: jazz.KindInfo) -> None:
    if session(context).json:
        say_json({**describe.as_json(info), "text": info.text})
    else:
        say(describe.row(info))
