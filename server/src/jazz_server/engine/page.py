"""The page about all operations, `docs/ops.md`, written from the catalogue by `python -m jazz_server.engine.page`."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from jazz_server.engine.catalogue import Theme, themes
from jazz_server.engine.op import Op, Parameter

_HEAD = """# Operations

All operations that pipelines are made of, written from the catalogue by `make docs`. In Python they are functions of
`jazz.ops`, in R `jz_` and the name; `jazz ops NAME` and `jz_ops(db, "NAME")` show the same. Names and answers are the
array API's and scipy's; arguments are dense or sparse, and the layout never changes an answer. What holds for all of
them is in [architecture.md](architecture.md#the-op-catalogue), what they make of missing elements in
[missing.md](missing.md), and how to add one in [adding-an-op.md](adding-an-op.md)."""


def page() -> str:
    """The text of the page."""
    return "\n".join([_HEAD, "", *_lines(themes())])


def _lines(found: Sequence[Theme]) -> Iterator[str]:
    yield "| theme | operations |"
    yield "|---|---|"
    for theme in found:
        yield f"| {_title(theme)} | {' '.join(f'[`{op.name}`](#{op.name})' for op in theme.ops)} |"
    for theme in found:
        yield ""
        yield f"## {_title(theme)}"
        for op in theme.ops:
            yield ""
            yield from _operation(op)


def _title(theme: Theme) -> str:
    return theme.title.partition(":")[0]


def _operation(op: Op) -> Iterator[str]:
    yield f"### {op.name}"
    yield ""
    yield f"`{op.signature}`"
    yield ""
    yield _escaped(op.doc)
    yield ""
    yield f"* **Missing elements:** {_escaped(op.missing)}"
    yield f"* **Work:** {_escaped(op.work)}; {_runs_as(op)}."
    yield f"* **Since:** Jazz {op.since}, version {op.version}."
    if op.parameters:
        yield ""
        yield "| setting | takes | default | |"
        yield "|---|---|---|---|"
        yield from map(_parameter, op.parameters)


def _runs_as(op: Op) -> str:
    if op.host is None:
        return "machine code"
    stops = "" if op.host.cancellable else ", which cannot be cancelled"
    return f"inside of `{op.host.library}`{stops}"


def _parameter(parameter: Parameter) -> str:
    default = "required" if parameter.required else "" if parameter.default is None else f"`{parameter.default!r}`"
    kinds = parameter.type.replace("|", " or ")
    return f"| `{parameter.name}` | {kinds} | {default} | {_escaped(parameter.doc)} |"


def _escaped(text: str) -> str:
    """A text in which Markdown finds no emphasis, no tables and no tags."""
    for sign in "*_|<":
        text = text.replace(sign, f"\\{sign}")
    return text


def main() -> None:
    """Writes the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.parse_args().file.write_text(page() + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
