"""Commands on pipelines: run, explain, ops."""

from __future__ import annotations

import errno
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated

import typer

import jazz
from jazz import _files, _show
from jazz._cli import arguments, describe, preview
from jazz._cli.printing import note, say, say_json, width
from jazz._cli.session import session
from jazz.convert import from_value
from jazz.values import Value


def run(
    context: typer.Context,
    pipeline: Annotated[str, typer.Argument(metavar="PIPELINE", help="space/name, or space/name@version.")],
    inputs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="INPUT=FILE|INPUT=@BLOCK",
            help="Values for inputs: a file, or a stored block or a part of it, such as x=@lab/images[0:100].",
        ),
    ] = None,
    into: Annotated[
        list[str] | None,
        typer.Option(
            metavar="OUTPUT=FILE|OUTPUT=@BLOCK",
            help="Where an output goes; 'OUTPUT=' may be left out when there is one. May be repeated.",
        ),
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Name every block and version used.")] = False,
    profile: Annotated[bool, typer.Option("--profile", help="Tell what each step took.")] = False,
) -> None:
    """Run a stored pipeline, and have a look at its outputs or put them somewhere.

    A stored block named as an input stays on the server.
    """
    settings = session(context)
    pairs = [arguments.pair("INPUT", text, "INPUT=FILE or INPUT=@BLOCK") for text in inputs or ()]
    values = {name: _input(name, text) for name, text in arguments.unique("INPUT", pairs).items()}
    with settings.database() as db:
        names = list(db.pipelines.get(pipeline).outputs)
        targets = arguments.unique("--into", [_target(names, text) for text in into or ()])
        blocks = {name: target[1:] for name, target in targets.items() if target.startswith("@")}
        files = {name: Path(target) for name, target in targets.items() if name not in blocks}
        for name, path in files.items():
            if not path.parent.is_dir():
                advice = f"there is no such folder (a block: {name}=@{path})"
                raise FileNotFoundError(errno.ENOENT, advice, str(path.parent))
        result = db.run(pipeline, values, into=blocks or None, to="value", details=True, profile=profile)
    several = isinstance(result.value, jazz.Outputs)
    outputs = dict(result.value.items()) if several else {names[0]: result.value}
    for name, path in files.items():
        with arguments.writable(path, None) as target:
            left_out = _files.write(target, outputs[name])
        if left_out:
            note(f"{name}: {left_out}")
    if settings.json:
        say_json(
            {
                "outputs": {name: _output_json(name, value, files) for name, value in outputs.items()},
                "used_versions": result.used_versions,
                "pipeline_version": result.pipeline_version,
                "compute_seconds": result.compute_seconds,
                **({"profile": describe.steps(result.profile)} if result.profile is not None else {}),
            }
        )
        return
    for name, value in outputs.items():
        _tell(name, value, files.get(name))
    ran = f"{pipeline.partition('@')[0]}@{result.pipeline_version}: computed in {result.compute_seconds * 1e3:.3g} ms"
    if verbose:
        note(ran)
        for name, block in result.used_versions.items():
            note(f"  {name} from {block}")
    else:
        note(f"{ran}{', ' if result.used_versions else ''}{_show.sources(result.used_versions)}")
    if result.profile is not None:
        note(result.profile.text)


def _input(name: str, text: str) -> object:
    if text in ("", "@"):
        expected = f"{name}=FILE or {name}=@BLOCK"
        raise typer.BadParameter(f"expected {expected}, found '{name}={text}'", param_hint="INPUT")
    if text.startswith("@"):
        return arguments.block(text[1:])
    if not Path(text).exists():
        raise FileNotFoundError(errno.ENOENT, f"there is no such file (a stored block: {name}=@{text})", text)
    loaded = _files.read(Path(text))
    if loaded.note:
        note(f"{text}: {loaded.note}")
    return loaded.value


def _target(outputs: list[str], text: str) -> tuple[str, str]:
    """An output and where it goes."""
    name, equals, target = text.partition("=")
    if equals and name in outputs and target:
        return name, target
    if len(outputs) == 1 and text and not (equals and name.isidentifier()):
        return outputs[0], text
    expected = " or ".join(f"{output}=..." for output in outputs)
    raise typer.BadParameter(f"expected {expected}, found {text!r}", param_hint="--into")


def _output_json(name: str, value: Value | jazz.BlockInfo, files: Mapping[str, Path]) -> object:
    if name in files:
        return {"file": str(files[name])}
    return describe.as_json(value) if isinstance(value, jazz.BlockInfo) else from_value(value, to="numpy")


def _tell(name: str, value: Value | jazz.BlockInfo, path: Path | None) -> None:
    if path is not None:
        note(f"{name} -> {path}")
    elif isinstance(value, jazz.BlockInfo):
        say(f"{name} -> {value.name}@{value.version}  {value.summary}  {_show.size(value.nbytes)}")
    else:
        say(f"{name}:")
        for line in preview.lines(value, width() - 2):
            say(f"  {line}")


def explain(
    context: typer.Context,
    pipeline: Annotated[str, typer.Argument(metavar="PIPELINE", help="space/name, or space/name@version.")],
) -> None:
    """Say how a stored pipeline would run: its steps, what they cost, and what was chosen for them."""
    settings = session(context)
    with settings.database() as db:
        explanation = db.pipelines.explain(pipeline)
    if settings.json:
        say_json({"steps": describe.steps(explanation), "flops": explanation.flops, "bytes": explanation.bytes})
    else:
        say(explanation.text)


def ops(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="One operation, with its settings.")] = None,
) -> None:
    """List the operations that pipelines are made of, or describe one."""
    settings = session(context)
    with settings.database() as db:
        known = {op.name: op for op in db.ops()}
    if name is not None and name not in known:
        close = get_close_matches(name, known)
        raise typer.BadParameter(
            f"there is no operation {name!r}" + (f"; is it {' or '.join(close)}?" if close else ""), param_hint="NAME"
        )
    for op in known.values() if name is None else [known[name]]:
        if settings.json:
            say_json(describe.as_json(op))
        elif name is None:
            say(op.signature)
        else:
            for line in describe.operation(op):
                say(line)
