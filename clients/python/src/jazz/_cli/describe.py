"""Blocks, spaces, kinds, pipelines and operations in words, in rows, and for JSON."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any, Final, TypeAlias

from jazz import BlockInfo, Explanation, KindInfo, OpInfo, PipelineInfo, SpaceInfo, StepInfo, _show
from jazz._descriptions import Description, FieldDescription
from jazz.codec import summary as header_summary
from jazz.convert import from_value

_SUMMARY: Final = 36
"""Characters of a type in a row."""

Thing: TypeAlias = BlockInfo | SpaceInfo | KindInfo | PipelineInfo


def row(thing: Thing) -> str:
    """One line, the name last."""
    when = _show.moment(thing.created)
    match thing:
        case BlockInfo():
            summary = thing.summary if len(thing.summary) <= _SUMMARY else f"{thing.summary[: _SUMMARY - 3]}..."
            return f"{_show.size(thing.nbytes):>9}  {thing.version:>8}  {when}  {summary:<{_SUMMARY}}  {thing.name}"
        case SpaceInfo():
            kept = "volatile" if thing.volatile else "on disk"
            return f"{_show.size(thing.nbytes):>9}  {thing.blocks:>8} blocks  {when}  {kept:<8}  {thing.name}"
        case KindInfo():
            return f"{thing.version:>8}  {when}  {thing.name}  {thing.summary}"
        case PipelineInfo():
            return f"{thing.version:>8}  {when}  {thing.name}  {thing.signature}"


def details(thing: Thing) -> Iterator[str]:
    """All that is known, a line each."""
    pairs = {name: text for name, text in _pairs(thing) if text not in (None, "")}
    width = max(len(name) for name in pairs)
    yield thing.name
    for name, text in pairs.items():
        yield f"  {name:<{width}}  {text}"
    if isinstance(thing, PipelineInfo) and thing.pipeline is not None:
        if thing.pipeline.doc:
            yield from ("", *(f"  {line}" for line in thing.pipeline.doc.splitlines()))
        yield ""
        for line in str(thing.pipeline).splitlines():
            yield f"  {line}"


def _pairs(thing: Thing) -> Iterator[tuple[str, object]]:
    match thing:
        case BlockInfo():
            yield "type", thing.summary
            yield "size", _show.size(thing.nbytes)
            yield "version", thing.version
            yield "kind", thing.kind
            yield "created", _show.moment(thing.created)
            yield "updated", _show.moment(thing.updated) if thing.updated != thing.created else None
            yield "expires", _show.moment(thing.expires)
            yield "crc32c", f"{thing.crc32c:08x}"
            yield from ((f"[{key}]", value) for key, value in thing.attributes.items())
        case SpaceInfo():
            yield "blocks", thing.blocks
            yield "size", _show.size(thing.nbytes)
            yield "quota", None if thing.quota is None else _show.size(thing.quota)
            yield "kept", "in memory only" if thing.volatile else "on disk"
            yield "versions kept", thing.versions
            yield "time to live", thing.ttl
            yield "kind", thing.kind
            yield "version", thing.version
            yield "created", _show.moment(thing.created)
        case KindInfo():
            yield "version", thing.version
            yield "created", _show.moment(thing.created)
            yield from thing.kind.rows
        case PipelineInfo():
            yield "version", thing.version
            yield "created", _show.moment(thing.created)
            yield from ((f"input {name}", _show.type_text(kind)) for name, kind in thing.inputs.items())
            yield from ((f"bound {name}", block) for name, block in thing.binds.items())
            yield from ((f"output {name}", _show.type_text(kind)) for name, kind in thing.outputs.items())


def fields(info: BlockInfo) -> Iterator[str]:
    """The fields of a table and their types; nothing for other values."""
    if info.header is None or info.header.WhichOneof("value") != "table":
        return
    entries = info.header.table.fields
    width = max((len(entry.name) for entry in entries), default=0)
    for entry in entries:
        yield f"  {entry.name:<{width}}  {header_summary(entry.value)}"


def operation(op: OpInfo) -> Iterator[str]:
    """An operation with its settings."""
    yield op.signature
    (_, about), *rows = op.rows()
    yield from (f"  {line}" for line in about.splitlines())
    yield from (f"  {what}: {known}" for what, known in rows)


def steps(explanation: Explanation) -> list[dict[str, Any]]:
    """What a program wants to know of the steps of a pipeline, with what they took where they ran."""
    return [_step(step) for step in explanation.steps]


def _step(step: StepInfo) -> dict[str, Any]:
    told = {field.name: getattr(step, field.name) for field in dataclasses.fields(step)}
    profile = step.profile
    return told | {
        "outputs": [_show.type_text(kind) for kind in step.outputs],
        "profile": None if profile is None else dataclasses.asdict(profile),
    }


def numbers(description: Description) -> list[dict[str, Any]]:
    """What a program wants to know of the fields of a block: statistics, without pictures."""
    return [_numbers(field) for field in description.fields]


def _numbers(field: FieldDescription) -> dict[str, Any]:
    found: dict[str, Any] = {"path": field.path, "type": field.type, "shape": field.shape}
    about = field.statistics
    if about is None:
        return found
    counts = {name: getattr(about, name) for name in ("seen", "total", "zero", "nan", "infinite", "mean", "deviation")}
    found |= {"stored": field.stored, "missing": field.missing, **counts}
    if about.extremes is not None:
        found["minimum"], found["maximum"] = from_value(about.extremes, to="numpy")
    if about.histogram is not None:
        found["histogram"] = {"edges": about.histogram.edges, "counts": about.histogram.counts}
    if about.frequent is not None:
        texts = from_value(about.frequent, to="numpy").tolist()
        frequent = [{"value": text, "count": count} for text, count in zip(texts, about.counts, strict=True)]
        found |= {"distinct": about.distinct, "frequent": frequent}
    if about.lengths is not None:
        found["lengths"] = dict(zip(("minimum", "mean", "maximum"), about.lengths, strict=True))
    return found


def as_json(thing: Thing | OpInfo) -> dict[str, Any]:
    """What a program wants to know."""
    found = {field.name: getattr(thing, field.name) for field in dataclasses.fields(thing)}
    match thing:
        case BlockInfo():
            del found["header"]
            found |= {"shape": thing.shape, "dtype": thing.dtype, "layout": thing.layout, "fields": thing.fields}
        case PipelineInfo():
            del found["pipeline"]
            found["inputs"] = {name: _show.type_text(kind) for name, kind in thing.inputs.items()}
            found["outputs"] = {name: _show.type_text(kind) for name, kind in thing.outputs.items()}
        case KindInfo():
            found["kind"] = thing.summary
        case OpInfo():
            found["parameters"] = [dataclasses.asdict(parameter) for parameter in thing.parameters]
        case SpaceInfo():
            pass
    what = {BlockInfo: "block", SpaceInfo: "space", KindInfo: "kind", PipelineInfo: "pipeline", OpInfo: "op"}
    return {"what": what[type(thing)], **found}
