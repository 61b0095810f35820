"""Descriptions as characters, for terminals: bars for histograms, braille for matrices, blocks for images."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np

from jazz._descriptions import Description, FieldDescription, Histogram
from jazz._pictures import raster, words

Array = np.ndarray[Any, np.dtype[Any]]

_BARS: Final = " ▁▂▃▄▅▆▇█"
_SHADES: Final = " ░▒▓█"
_DOTS: Final = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""The bits of the dots of a braille character: four rows of two."""
_ORDER: Final = (np.array([[0, 4], [6, 2], [1, 5], [7, 3]]) + 0.5) / 8
"""Thresholds of the dots of a character, so that as many are set as a part is full."""
_CELL: Final = 24
"""Characters of a cell."""
_LEAST: Final = 12
"""Characters that a column which is cut must have."""


def lines(description: Description, width: int, *, colours: bool = False) -> Iterator[str]:
    """A description in lines of at most `width` characters; with escape sequences for colours of images if asked."""
    if description.rows is not None or len(description.fields) != 1 or description.more_fields:
        yield from _overview(description, width)
    if description.rows is not None:
        yield ""
        yield from _first_rows(description, width)
    elif len(description.fields) == 1:
        yield from _alone(description.fields[0], width, colours=colours)


def _alone(field: FieldDescription, width: int, *, colours: bool) -> Iterator[str]:
    facts = list(words.facts(field))
    about = field.statistics
    if about is None:
        return
    if field.head is None:
        facts.append(("", "empty"))
    elif field.sparse or field.head.ndim < 2:
        facts.append(("value" if field.shape == () else "first", words.beginning(field)))
    for name, text in facts:
        yield _cut(f"  {name:<10}  {text}", width)
    if about.histogram is not None and len(about.histogram.counts) > 1:
        yield _cut(f"  {'':<10}  {bars(about.histogram)}", width)
    if field.images:
        yield ""
        yield from contact_sheet(field, width - 2, colours=colours)
        return
    values = field.entries if field.entries is not None else field.means
    if values is not None and field.shape is not None:
        yield ""
        counts = field.entries is not None
        for line in braille(
            raster.strengths(values, counts=counts), *raster.fitted(field.shape, min(64, 2 * width - 4))
        ):
            yield f"  {line}"
    if field.head is not None and field.head.ndim == 2 and not field.sparse:
        yield ""
        yield from _corner(field, width)


def bars(histogram: Histogram, limit: int = 32) -> str:
    """A histogram in a line of at most `limit` bars, each of one bin or of several."""
    step = -(-len(histogram.counts) // limit)
    counts = [sum(histogram.counts[place : place + step]) for place in range(0, len(histogram.counts), step)]
    most = max(counts)
    heights = [0 if times == 0 else 1 + round(times / most * 7) for times in counts]
    return "".join(_BARS[height] for height in heights)


def braille(strength: Array, height: int, width: int) -> list[str]:
    """A picture of about `height` times `width` dots: where little is there, all of it is seen, else shades."""
    height, width = max(4, height // 4 * 4), max(2, width // 2 * 2)
    points = np.abs(_fitted(strength, height, width))
    sparse = np.count_nonzero(points) <= points.size / 2 and strength.max(initial=0) > 0
    thresholds = 0.0 if sparse else np.tile(_ORDER, (height // 4, width // 2))
    dots = points > thresholds
    return [
        "".join(_braille(dots[row : row + 4, column : column + 2]) for column in range(0, width, 2))
        for row in range(0, height, 4)
    ]


def _fitted(strength: Array, height: int, width: int) -> Array:
    """The strongest of the parts that fall on each dot."""
    if strength.shape[0] > height or strength.shape[1] > width:
        rows = np.arange(min(height, strength.shape[0])) * strength.shape[0] // min(height, strength.shape[0])
        columns = np.arange(min(width, strength.shape[1])) * strength.shape[1] // min(width, strength.shape[1])
        strength = np.maximum.reduceat(np.maximum.reduceat(np.abs(strength), rows, axis=0), columns, axis=1)
    return raster.resized(strength, height, width)


def _braille(dots: Array) -> str:
    bits = sum(_DOTS[row][column] for row, column in zip(*(each.tolist() for each in np.nonzero(dots)), strict=True))
    return chr(0x2800 + bits)


def contact_sheet(field: FieldDescription, width: int, *, colours: bool) -> Iterator[str]:
    """As many images as fit side by side."""
    several = len(field.images) > 1 or field.more_images > 0
    limit = min(32 if several else 64, width)
    columns = max(min(limit, points.shape[1]) for points in field.images)
    across = max(1, (width + 1) // (columns + 1))
    shown = [picture(points, limit, colours=colours) for points in field.images[:across]]
    for row in zip(*shown, strict=True):
        yield "  " + " ".join(row)
    more = len(field.images) - len(shown) + field.more_images
    if more:
        yield f"  … {words.count(more)} more"


def picture(points: Array, limit: int, *, colours: bool) -> list[str]:
    """An image in lines: two points in each character, in their colours or in shades."""
    scale = min(1.0, limit / points.shape[1])
    height = max(2, round(points.shape[0] * scale / 2) * 2)
    small = raster.resized(points, height, max(1, round(points.shape[1] * scale)))
    if colours:
        return [_coloured(small[row], small[row + 1]) for row in range(0, height, 2)]
    light = raster.grey(small)
    means = (light[::2] + light[1::2]) / 2
    return ["".join(_SHADES[round(level * 4)] for level in row) for row in means.tolist()]


def _coloured(upper: Array, lower: Array) -> str:
    cells = (f"\x1b[38;2;{_rgb(top)};48;2;{_rgb(bottom)}m▀" for top, bottom in zip(upper, lower, strict=True))
    return "".join(cells) + "\x1b[0m"


def _rgb(point: Array) -> str:
    shown = point[:3] if len(point) >= 3 else point[[0, 0, 0]]
    return ";".join(map(str, shown.tolist()))


def _corner(field: FieldDescription, width: int) -> Iterator[str]:
    head = field.head
    assert head is not None
    assert field.shape is not None
    rows = words.grid(head)
    row_axis, column_axis = field.axes[-2:] if field.axes else (None, None)
    row_labels = words.labels(row_axis, len(rows)) or [str(place) for place in range(len(rows))]
    column_labels = words.labels(column_axis, head.shape[1]) or [str(place) for place in range(head.shape[1])]
    if len(field.shape) > 2:
        yield f"  [{', '.join(['0'] * (len(field.shape) - 2))}, :, :]"
    wider = field.shape[-1] > head.shape[1]
    table = [["", *column_labels, *([""] * wider)]]
    table += [[label, *row, *(["…"] * wider)] for label, row in zip(row_labels, rows, strict=True)]
    numbers = [False, *[head.dtype.numeric] * head.shape[1], *([False] * wider)]
    yield from _table(table, numbers, width)
    if field.shape[-2] > len(rows):
        yield f"  ⋮ {words.count(field.shape[-2])} rows"


def _overview(description: Description, width: int) -> Iterator[str]:
    """The fields, one in a line."""
    table = [["field", "type", "missing", "", "what is in it"]]
    for field in description.fields:
        about = field.statistics
        drawn = (
            ""
            if about is None or about.histogram is None or len(about.histogram.counts) < 2
            else bars(about.histogram, 16)
        )
        missing = words.count(field.missing) if field.missing else ""
        stored = f"{words.count(field.stored)} stored, " if field.sparse else ""
        table.append([field.name, _cut(field.type, _CELL), missing, drawn, f"{stored}{words.short(field)}"])
    yield from _table(table, [False, False, True, False, False], width, cell=2 * _CELL)
    if description.more_fields:
        yield f"  … {words.count(description.more_fields)} more fields"
    sampled = [field.statistics for field in description.fields if field.statistics and field.statistics.sampled]
    if sampled:
        yield f"  of a sample of {words.count(sampled[0].seen)} elements of each"


def _first_rows(description: Description, width: int) -> Iterator[str]:
    fields = description.fields
    axis = fields[0].axes[0] if fields[0].axes else None
    columns = [[", ".join(row) for row in words.grid(field.head)] if field.head is not None else [] for field in fields]
    shown = len(columns[0])
    if not shown:
        yield "  no rows"
        return
    labels = words.labels(axis, shown)
    index = labels or [str(place) for place in range(shown)]
    table = [[axis.name if axis is not None and labels else "", *(field.name for field in fields)]]
    table += [[index[place], *(column[place] for column in columns)] for place in range(shown)]
    numbers = [False, *(field.head is not None and field.head.dtype.numeric for field in fields)]
    yield from _table(table, numbers, width)
    if description.rows is not None and description.rows > shown:
        yield f"  ⋮ {words.count(description.rows)} rows"


def _table(rows: Sequence[Sequence[str]], right: Sequence[bool], width: int, *, cell: int = _CELL) -> Iterator[str]:
    """Cells in columns; what is long is cut, and columns that do not fit are counted."""
    cut = [[_cut(each, cell) for each in row] for row in rows]
    widths = [max(len(row[place]) for row in cut) for place in range(len(right))]
    ends = np.cumsum([2 + each for each in widths])
    shown = max(1, int(np.count_nonzero(ends <= width)))
    if shown == len(widths) - 1 and width - ends[-2] >= _LEAST:  # the last one is cut instead
        widths[-1] = width - int(ends[-2]) - 2
        cut = [[*row[:-1], _cut(row[-1], widths[-1])] for row in cut]
        shown += 1
    for row in cut:
        cells = (
            row[place].rjust(widths[place]) if right[place] else row[place].ljust(widths[place])
            for place in range(shown)
        )
        yield _cut(f"  {'  '.join(cells)}".rstrip(), width)
    if shown < len(widths):
        left = len(widths) - shown
        yield _cut(f"  … {words.count(left)} more {'column' if left == 1 else 'columns'}", width)


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: max(width - 1, 1)]}…"
