"""Commands on blocks: put, get, ls, info, rm, cp."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import typer

import jazz
from jazz import _files, _show
from jazz._cli import arguments, describe, preview
from jazz._cli.failing import exit_code, tell
from jazz._cli.printing import note, on_terminal, say, say_coloured, say_json, width
from jazz._cli.session import Session, session
from jazz._pictures import characters

_PREVIEW_BYTES: Final = 1 << 20
"""Values up to this size are fetched whole for a preview, of larger ones the first rows."""
_BATCH: Final = 100
"""Blocks that are deleted in one message."""

Name = Annotated[str, typer.Argument(metavar="NAME", help="space/name, or space/name@version.")]
Format = Annotated[
    str | None, typer.Option("--format", "-f", metavar="ENDING", help="The format when FILE is -: npy, csv, ...")
]


def put(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="space/name.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file, or - for standard input.")],
    attribute: Annotated[
        list[str] | None, typer.Option("--attribute", "-a", metavar="KEY=VALUE", help="An attribute; may be repeated.")
    ] = None,
    kind: Annotated[str | None, typer.Option(help="The kind that it must be: space/name.")] = None,
    ttl: Annotated[str | None, typer.Option(metavar="TIME", help="How long it lives: 90s, 15m, 12h, 30d.")] = None,
    if_version: Annotated[
        int | None, typer.Option(min=0, help="The version that must be the latest; 0: it must not exist.")
    ] = None,
    ending: Format = None,
) -> None:
    """Store a file as a block.

    The ending says the format: .npy, .npz, .mtx, .csv, .parquet, .arrow, .feather. Any other file is stored as bytes,
    with its content type as an attribute.
    """
    given = arguments.unique("--attribute", [arguments.pair("--attribute", a, "KEY=VALUE") for a in attribute or ()])
    lifetime = arguments.duration("--ttl", ttl)
    with arguments.readable(file, ending) as path, session(context).database() as db:
        loaded = _files.read(path)
        if loaded.note:
            note(loaded.note)
        attributes = {**loaded.attributes, **given}
        info = db.put(name, loaded.value, attributes=attributes, kind=kind, ttl=lifetime, if_version=if_version)
    _told(session(context), info)


def get(
    context: typer.Context,
    name: Name,
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="Where to write it, or - for standard output.")
    ] = None,
    rows: Annotated[
        str | None, typer.Option(metavar="A:B|I,J|X,Y", help="Of the first dimension: a range, positions or labels.")
    ] = None,
    columns: Annotated[
        str | None, typer.Option(metavar="A:B|I,J|X,Y", help="Of the second dimension likewise, or of fields.")
    ] = None,
    along: Annotated[
        list[str] | None,
        typer.Option(metavar="AXIS=...", help="Of a named axis likewise, in every field; may be repeated."),
    ] = None,
    item: Annotated[str | None, typer.Option(metavar="A.B", help="A field of a table, or a field of a field.")] = None,
    version: Annotated[int | None, typer.Option(min=1, help="The version; the latest by default.")] = None,
    ending: Format = None,
) -> None:
    """Write a block, or a part of it, to a file in the format of its ending; without FILE, have a look at it."""
    part: dict[str, Any] = {
        "rows": arguments.wanted("--rows", rows),
        "columns": arguments.wanted("--columns", columns),
        "along": arguments.along(along or ()),
        "item": arguments.item(item),
        "version": version,
    }
    settings = session(context)
    if file is None and ending is not None:
        raise typer.BadParameter("it is for FILE -", param_hint="--format")
    with settings.database() as db:
        if file is not None:
            with arguments.writable(file, ending) as path:
                left_out = _files.write(path, db.get(name, to="value", **part))
            if left_out:
                note(left_out)
        elif settings.json:
            say_json(db.get(name, to="numpy", **part))
        else:
            _look(db, name, part)


def _look(db: jazz.Database, name: str, part: Mapping[str, Any]) -> None:
    """Prints what a block is and its first rows."""
    info = db.info(name, version=part["version"])
    say(f"{info.name}@{info.version}  {info.summary}  {_show.size(info.nbytes)}")
    wanted = dict(part)
    whole = all(part[key] is None for key in ("rows", "columns", "along", "item"))
    if whole and info.nbytes > _PREVIEW_BYTES:
        if not info.shape:
            for line in describe.fields(info):
                say(line)
            return
        wanted["rows"] = slice(0, preview.LINES)
    for line in preview.lines(db.get(name, to="value", **wanted), width()):
        say(line)
    if wanted["rows"] is not part["rows"] and info.shape and info.shape[0] > preview.LINES:
        say(f"... {info.shape[0]} rows")


def ls(
    context: typer.Context,
    prefix: Annotated[str, typer.Argument(metavar="PREFIX", help="space, or space/prefix.")] = "",
    long: Annotated[bool, typer.Option("--long", "-l", help="With type, size, version and time.")] = False,
    pipelines: Annotated[bool, typer.Option("--pipelines", "-p", help="Pipelines instead of blocks.")] = False,
    kinds: Annotated[bool, typer.Option("--kinds", "-k", help="Kinds instead of blocks.")] = False,
) -> None:
    """List blocks, or without PREFIX the spaces."""
    if pipelines and kinds:
        raise typer.BadParameter("--pipelines and --kinds exclude each other")
    if not prefix and (pipelines or kinds):
        raise typer.BadParameter("a space to list is needed", param_hint="PREFIX")
    settings = session(context)
    with settings.database() as db:
        found: Iterable[jazz.SpaceInfo | jazz.BlockInfo | jazz.PipelineInfo | jazz.KindInfo]
        if not prefix:
            found = db.spaces.list()
        elif pipelines:
            found = db.pipelines.list(prefix)
        elif kinds:
            found = db.kinds.list(prefix)
        else:
            found = db.list(prefix, full=settings.json)
        for thing in found:
            if settings.json:
                say_json(describe.as_json(thing))
            else:
                say(describe.row(thing) if long else thing.name)


def info(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="A space, or a block, pipeline or kind in one.")],
) -> None:
    """Say what is known of a block, a pipeline, a kind or a space; show what is in a block."""
    settings = session(context)
    with settings.database() as db:
        found = [db.spaces.get(name)] if "/" not in name else _named(db, name)
        shown = {thing.name: db.describe(thing.name, version=thing.version) for thing in _blocks(found)}
    for thing in found:
        inside = shown[thing.name] if isinstance(thing, jazz.BlockInfo) else None
        if settings.json:
            more = {} if inside is None else {"contents": describe.numbers(inside), "more_fields": inside.more_fields}
            say_json(describe.as_json(thing) | more)
            continue
        for line in describe.details(thing):
            say(line)
        if inside is not None:
            for line in characters.lines(inside, width(), colours=on_terminal()):
                say_coloured(line)


def _blocks(found: Iterable[object]) -> list[jazz.BlockInfo]:
    return [thing for thing in found if isinstance(thing, jazz.BlockInfo)]


def _named(db: jazz.Database, name: str) -> list[jazz.BlockInfo | jazz.PipelineInfo | jazz.KindInfo]:
    """The block, the pipeline and the kind of a name: all of them may be there."""
    found: list[jazz.BlockInfo | jazz.PipelineInfo | jazz.KindInfo] = []
    missing: list[jazz.NotFound] = []
    for asked in (db.info, db.pipelines.get, db.kinds.get):
        try:
            found.append(asked(name))
        except jazz.NotFound as error:
            missing.append(error)
    if not found:
        raise missing[0]
    return found


def rm(
    context: typer.Context,
    names: Annotated[
        list[str], typer.Argument(metavar="NAME", help="Blocks; space/name@version for one version alone.")
    ],
    recursive: Annotated[
        bool,
        typer.Option("--recursive", "-r", help="All blocks whose names start so; a space with all that is in it."),
    ] = False,
    pipeline: Annotated[bool, typer.Option("--pipeline", "-p", help="The names are those of pipelines.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="With --recursive: do not ask.")] = False,
) -> None:
    """Delete blocks, pipelines or spaces. What cannot be deleted is told, and the others are deleted all the same."""
    if recursive and pipeline:
        raise typer.BadParameter("--recursive deletes blocks; pipelines are deleted one by one")
    failed: list[jazz.JazzError] = []
    with session(context).database() as db:
        for name in names:
            try:
                if pipeline:
                    db.pipelines.delete(name)
                elif not recursive:
                    db.delete(name)
                elif "/" in name:
                    _delete_prefix(db, name, yes)
                else:
                    _delete_space(db, name, yes)
            except (jazz.Unavailable, jazz.DeadlineExceeded):  # the next would not get further
                raise
            except jazz.JazzError as error:
                tell(error)
                failed.append(error)
    if failed:
        raise typer.Exit(exit_code(failed[0]))


def _delete_space(db: jazz.Database, name: str, yes: bool) -> None:
    space = db.spaces.get(name)
    _ask(f"delete the space {name} with {_count(space.blocks, 'block')} ({_show.size(space.nbytes)})?", yes)
    db.spaces.delete(name, force=True)


def _delete_prefix(db: jazz.Database, prefix: str, yes: bool) -> None:
    names = [info.name for info in db.list(prefix)]
    if not names:
        raise jazz.NotFound(f"no block has a name that starts with {prefix!r}", reason="BLOCK_NOT_FOUND")
    shown = ", ".join(names[:3]) + (", ..." if len(names) > 3 else "")
    _ask(f"delete {_count(len(names), 'block')} ({shown})?", yes)
    remaining = iter(names)
    while part := list(itertools.islice(remaining, _BATCH)):
        with db.batch() as batch:
            results = [batch.delete(name) for name in part]
        for result in results:
            if result.error is not None and not isinstance(result.error, jazz.NotFound):  # deleted meanwhile: fine
                raise result.error


def _ask(question: str, yes: bool) -> None:
    if yes:
        return
    if not _asks_on_a_terminal():
        raise typer.BadParameter("there is no terminal to ask on: say --yes", param_hint="--recursive")
    typer.confirm(question, abort=True)


def _asks_on_a_terminal() -> bool:
    return sys.stdin.isatty()


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def cp(
    context: typer.Context,
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="space/name, or space/name@version.")],
    target: Annotated[str, typer.Argument(metavar="TARGET", help="space/name.")],
    if_version: Annotated[
        int | None, typer.Option(min=0, help="The version of TARGET that must be the latest; 0: it must not exist.")
    ] = None,
) -> None:
    """Store a block under another name as well; its bytes do not move."""
    with session(context).database() as db:
        info = db.copy(source, target, if_version=if_version)
    _told(session(context), info)


def _told(settings: Session, info: jazz.BlockInfo) -> None:
    if settings.json:
        say_json(describe.as_json(info))
    else:
        say(f"{info.name}@{info.version}  {info.summary}  {_show.size(info.nbytes)}")
