"""Parts of pages: escaped text, histograms as SVG, grids and images as PNG in the page; no scripts, no other files."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np

from jazz._descriptions import FieldDescription, Histogram, Statistics
from jazz._pictures import raster, words

Array = np.ndarray[Any, np.dtype[Any]]

_LINE: Final = "rgba(128,128,128,.35)"
_DIM: Final = "opacity:.65"
_CELL: Final = "text-align:left;padding:1px 10px 1px 0;vertical-align:top;background:none;border:0;color:inherit"
_ACCENT: Final = "#{:02x}{:02x}{:02x}".format(*raster.ABOVE)


def text(words_: str, limit: int = 60) -> str:
    """Text of a page: escaped, and cut when it is long."""
    return html.escape(words_ if len(words_) <= limit else f"{words_[: limit - 1]}…")


def dim(content: str) -> str:
    """Content that matters less."""
    return f'<span style="{_DIM}">{content}</span>'


def element(word: str, limit: int = 40) -> str:
    """An element of a tensor."""
    return dim(html.escape(word)) if word == words.MISSING else text(word, limit)


def pairs(rows: Iterable[tuple[str, str]]) -> str:
    """Names and texts as a table."""
    lines = (
        f'<tr style="background:none"><td style="{_CELL}">{dim(text(name))}</td>'
        f'<td style="{_CELL}">{text(value, 400)}</td></tr>'
        for name, value in rows
    )
    return f'<table style="border-collapse:collapse;margin:0;border:0">{"".join(lines)}</table>'


def table(heads: Sequence[Sequence[str]], rows: Sequence[Sequence[str]], *, numbers: Sequence[bool]) -> str:
    """A table of content that is escaped already: rows of heads, then rows; columns of numbers to the right."""
    sides = ["right" if each else "left" for each in numbers]
    lines = [
        *(_row(row, sides, "th", last=place == len(heads) - 1) for place, row in enumerate(heads)),
        *(_row(row, sides, "td", last=False) for row in rows),
    ]
    return f'<table style="border-collapse:collapse;margin:4px 0;border:0">{"".join(lines)}</table>'


def _row(cells: Sequence[str], sides: Sequence[str], tag: str, *, last: bool) -> str:
    border = f";border-bottom:1px solid {_LINE}" if last else ""
    weight = "font-weight:inherit;" if tag == "th" else ""
    inner = "".join(
        f'<{tag} style="{weight}text-align:{side};padding:1px 8px;white-space:nowrap;background:none;color:inherit;'
        f'border:0{border}">{cell}</{tag}>'
        for cell, side in zip(cells, sides, strict=True)
    )
    return f'<tr style="background:none">{inner}</tr>'


def histogram(bins: Histogram, about: Statistics, name: str, width: int = 220, height: int = 48) -> str:
    """A histogram."""
    most = max(bins.counts)
    step = width / len(bins.counts)
    bars = "".join(
        f"M{place * step:.1f} {height}v-{max(1.0, times / most * (height - 2)):.1f}h{max(step - 1, 0.5):.1f}V{height}z"
        for place, times in enumerate(bins.counts)
        if times
    )
    label = text(f"histogram of {name or 'the elements'}: {words.span(about)}, {len(bins.counts)} bins", 200)
    return (
        f'<svg role="img" aria-label="{label}" width="{width}" height="{height + 1}" '
        f'viewBox="0 0 {width} {height + 1}" style="display:block"><title>{label}</title>'
        f'<path d="{bars}" fill="{_ACCENT}"/><path d="M0 {height + 0.5}h{width}" stroke="currentColor" opacity=".4"/>'
        "</svg>"
    )


def histogram_with_range(about: Statistics, name: str) -> str:
    """A histogram with its ends written below."""
    assert about.histogram is not None
    assert about.extremes is not None
    least, greatest = (text(word) for word in words.elements(about.extremes))
    ends = f'<div style="display:flex;justify-content:space-between;gap:12px;font-size:.85em;{_DIM}">'
    return (
        f'<div style="width:max-content">{histogram(about.histogram, about, name)}'
        f"{ends}<span>{least}</span><span>{'' if least == greatest else greatest}</span></div></div>"
    )


def grid(field: FieldDescription, limit: int = 200) -> str:
    """How full the parts of a sparse matrix are, or the means of those of a dense one; "" for other fields."""
    values = field.entries if field.entries is not None else field.means
    if values is None or field.shape is None:
        return ""
    strength = raster.strengths(values, counts=field.entries is not None)
    return _image(raster.coloured(strength), raster.fitted(field.shape, limit), grid_label(field), framed=True)


def grid_label(field: FieldDescription) -> str:
    """What the picture of a matrix shows, in words."""
    assert field.shape is not None
    shape = f"{words.count(field.shape[0])} by {words.count(field.shape[1])}"
    if field.entries is not None:
        return f"where entries are stored in {shape}"
    assert field.means is not None
    known = field.means[np.isfinite(field.means)]
    what = "magnitudes" if field.complex else "elements"
    if not known.size:
        return f"{what} of {shape}: none is finite"
    return f"means of {what} of {shape}: {words.number(known.min())} … {words.number(known.max())}"


def images(field: FieldDescription, limit: int = 192) -> str:
    """The images that a field is, side by side; "" when it is none."""
    if not field.images:
        return ""
    several = len(field.images) > 1 or field.more_images > 0
    shown = "".join(
        _image(points, _scaled(points, 72 if several else limit), f"image {place}" if several else "image")
        for place, points in enumerate(field.images)
    )
    more = (
        f'<span style="{_DIM};align-self:end">… {words.count(field.more_images)} more</span>'
        if field.more_images
        else ""
    )
    return f'<div style="display:flex;flex-wrap:wrap;gap:4px;max-width:620px">{shown}{more}</div>'


def _scaled(points: Array, limit: int) -> tuple[int, int]:
    """Whole multiples, so that all points of an image are equally large."""
    times = max(1, limit // max(points.shape[:2]))
    return points.shape[0] * times, points.shape[1] * times


def _image(points: Array, size: tuple[int, int], label: str, *, framed: bool = False) -> str:
    height, width = size
    frame = f";border:1px solid {_LINE}" if framed else ""
    return (
        f'<img src="{raster.data_uri(points)}" alt="{text(label, 200)}" title="{text(label, 200)}" '
        f'style="width:{width}px;height:{height}px;image-rendering:pixelated;display:block;margin:0;max-width:none'
        f'{frame}">'
    )
