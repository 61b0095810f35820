"""Descriptions as HTML: readable on light and dark pages, without scripts and without anything from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from jazz import _show
from jazz._descriptions import Description, FieldDescription
from jazz._infos import BlockInfo
from jazz._pictures import drawing, words

_BOX: Final = "font-size:13px;line-height:1.45;color:inherit;max-width:100%;overflow-x:auto"
_ROWS: Final = 8


def page(description: Description) -> str:
    """A description as HTML."""
    info = description.info
    if description.rows is not None:
        parts = [_frame(description, description.rows)]
    elif len(description.fields) == 1 and not description.more_fields:
        parts = [_alone(description.fields[0])]
    else:
        parts = [_fields(description)]
    return f'<div style="{_BOX}">{_title(description)}{"".join(parts)}{_foot(info)}</div>'


def plain(name: str, remark: str) -> str:
    """A name, and why there is no picture of it."""
    return f'<div style="{_BOX}"><b>{drawing.text(name, 200)}</b><br>{drawing.dim(drawing.text(remark, 400))}</div>'


def _title(description: Description) -> str:
    info = description.info
    name = ".".join((info.name, *description.item))
    single = len(description.fields) == 1
    type_ = description.fields[0].type if single else info.summary.partition(" {")[0]
    if not single:
        fields = len(description.fields) + description.more_fields
        rows = "" if description.rows is None else f", {words.count(description.rows)} rows"
        type_ = f"{type_} of {words.count(fields)} fields{rows}"
    size = "" if description.item else drawing.dim(f"· {_show.size(info.nbytes)}")
    version = drawing.dim(f"@{info.version}")
    return f"<div><b>{drawing.text(name, 200)}</b>{version} {drawing.text(type_, 200)} {size}</div>"


def _foot(info: BlockInfo) -> str:
    parts = [f"put {_show.moment(info.created)}"]
    if info.kind:
        parts.insert(0, f"kind {info.kind}")
    if info.expires is not None:
        parts.append(f"expires {_show.moment(info.expires)}")
    parts.extend(f"{key} = {value}" for key, value in list(info.attributes.items())[:_ROWS])
    if len(info.attributes) > _ROWS:
        parts.append(f"{len(info.attributes) - _ROWS} more attributes")
    return f'<div style="margin-top:4px">{drawing.dim(" · ".join(drawing.text(part, 120) for part in parts))}</div>'


def _alone(field: FieldDescription) -> str:
    about = field.statistics
    if about is None:
        return ""
    pictures = [drawing.images(field), drawing.grid(field)]
    if about.histogram is not None and len(about.histogram.counts) > 1:
        pictures.append(drawing.histogram_with_range(about, field.name))
    facts = list(words.facts(field))
    if field.head is not None and (field.sparse or field.head.ndim < 2):
        facts.append(("value" if field.shape == () else "first", words.beginning(field)))
    elif field.head is None:
        facts.append(("", "empty"))
    shown = "".join(f"<div>{each}</div>" for each in pictures if each)
    shown += f'<div style="flex:1 1 320px;min-width:0">{drawing.pairs(facts)}</div>'
    side_by_side = (
        f'<div style="display:flex;flex-wrap:wrap;gap:18px;align-items:flex-start;margin:6px 0">{shown}</div>'
    )
    return side_by_side + (_corner(field) if not field.images else "")


def _corner(field: FieldDescription) -> str:
    """The beginning of a tensor of rank 2 or more as a table."""
    head = field.head
    if head is None or head.ndim != 2 or field.sparse or field.shape is None:
        return ""
    rows = [[drawing.element(word) for word in row] for row in words.grid(head)]
    row_axis, column_axis = field.axes[-2:] if field.axes else (None, None)
    row_labels = words.labels(row_axis, len(rows)) or [str(place) for place in range(len(rows))]
    column_labels = words.labels(column_axis, head.shape[1]) or [str(place) for place in range(head.shape[1])]
    heads = ["", *(drawing.text(each) for each in column_labels)]
    wider = field.shape[-1] > head.shape[1]
    lines = [
        [drawing.dim(drawing.text(label)), *row, *(["…"] * wider)] for label, row in zip(row_labels, rows, strict=True)
    ]
    if field.shape[-2] > len(rows):
        lines.append([drawing.dim("⋮"), *["⋮"] * head.shape[1], *([""] * wider)])
    where = ""
    if len(field.shape) > 2:
        where = drawing.dim(f"[{', '.join(['0'] * (len(field.shape) - 2))}, :, :]")
    numbers = [False] + [head.dtype.numeric] * head.shape[1] + [False] * wider
    return where + drawing.table([heads + [""] * wider], lines, numbers=numbers)


def _frame(description: Description, count: int) -> str:
    """A table whose fields are columns: names, types, histograms and the first rows."""
    fields = description.fields
    axis = fields[0].axes[0] if fields[0].axes else None
    labels = words.labels(axis, _ROWS)
    columns = [_column(field) for field in fields]
    shown = min(count, _ROWS)
    names = labels or [str(place) for place in range(shown)]
    index = drawing.dim(drawing.text(axis.name)) if axis is not None and labels else ""
    heads = [
        [index, *(f"<b>{drawing.text(field.name, 40)}</b>" for field in fields)],
        ["", *(drawing.dim(drawing.text(_type(field), 40)) for field in fields)],
    ]
    for name, row in (("missing", list(map(_missing, fields))), ("", list(map(_small, fields)))):
        if any(row):
            heads.append([drawing.dim(name), *row])
    rows = [[drawing.dim(drawing.text(names[place])), *(column[place] for column in columns)] for place in range(shown)]
    if count > shown:
        rows.append([drawing.dim("⋮"), *["⋮"] * len(fields)])
    numbers = [
        False,
        *(field.head is not None and field.head.dtype.numeric and field.head.ndim == 1 for field in fields),
    ]
    more = f"… {words.count(description.more_fields)} more fields" if description.more_fields else ""
    sampled = [field.statistics for field in fields if field.statistics is not None and field.statistics.sampled]
    if sampled:
        more += f"{' · ' if more else ''}counts and histograms of a sample of {words.count(sampled[0].seen)} rows"
    return drawing.table(heads, rows, numbers=numbers) + (drawing.dim(more) if more else "")


def _type(field: FieldDescription) -> str:
    """The type of a column: its rows are those of all others, so that they are left out."""
    return field.type.replace(f"[{field.shape[0]}]", "", 1) if field.shape and len(field.shape) == 1 else field.type


def _missing(field: FieldDescription) -> str:
    return (
        drawing.text(f"{words.count(field.missing)} ({words.share(field.missing, field.stored)})")
        if field.missing
        else ""
    )


def _small(field: FieldDescription) -> str:
    """A picture of a column."""
    about = field.statistics
    if field.images or field.means is not None:
        return drawing.images(field, 72) or drawing.grid(field, 72)
    if about is None or not about.seen - about.missing:
        return ""
    if about.histogram is not None:
        return drawing.histogram(about.histogram, about, field.name, 96, 26)
    lines = [drawing.text(each, 30) for each in list(words.frequent(about))[:2]]
    return f'<div style="line-height:1.2;font-size:.85em">{drawing.dim("<br>".join(lines))}</div>'


def _column(field: FieldDescription) -> list[str]:
    head = field.head
    if head is None:
        return []
    cut = ", …" if head.ndim == 2 and field.shape is not None and field.shape[-1] > head.shape[1] else ""
    return [", ".join(drawing.element(word, 32) for word in row) + cut for row in words.grid(head)]


def _fields(description: Description) -> str:
    """A table of any fields, one in a row."""
    rows = [list(_field_row(field)) for field in description.fields]
    heads = [["field", "type", "missing", "what is in it", "", "first"]]
    more = f"… {words.count(description.more_fields)} more fields" if description.more_fields else ""
    drawn = drawing.table([[drawing.dim(each) for each in heads[0]]], rows, numbers=[False] * 6)
    return drawn + (drawing.dim(more) if more else "")


def _field_row(field: FieldDescription) -> Iterator[str]:
    about = field.statistics
    yield f"<b>{drawing.text(field.name, 60)}</b>"
    yield drawing.dim(drawing.text(field.type, 60))
    yield _missing(field)
    stored = f"{words.count(field.stored)} stored, " if field.sparse else ""
    yield drawing.text(f"{stored}{words.short(field)}", 60)
    picture = drawing.images(field, 72) or drawing.grid(field, 72)
    if not picture and about is not None and about.histogram is not None and len(about.histogram.counts) > 1:
        picture = drawing.histogram(about.histogram, about, field.name, 96, 26)
    yield picture
    yield drawing.text(words.beginning(field, 4), 60)
