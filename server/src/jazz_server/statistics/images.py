"""Thumbnails of tensors that are images."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from jazz.values import Order
from jazz_server.statistics.grids import finite_or_nan
from jazz_server.statistics.sampling import bounds, spread
from jazz_server.statistics.stored import Array, Checkpoint, Stored

_ELEMENTS: Final = 1 << 22
"""Elements that are looked at."""
_LINE: Final = 1 << 16
"""Elements of a row of points; images with longer ones are not shown."""
_LINES: Final = 8
"""Rows that are looked at for each one that is shown, where not all are."""


@dataclass(frozen=True, slots=True)
class Form:
    """How a tensor is an image.

    Attributes:
        several: Whether its first dimension counts images.
        channels: Whether its last dimension is that of channels.
        darkest: The number that is black.
        lightest: The number that is white.
    """

    several: bool
    channels: bool
    darkest: float
    lightest: float


@dataclass(frozen=True, slots=True)
class Image:
    """Points row by row, a byte for each channel: grey; grey, alpha; red, green, blue; red, green, blue, alpha."""

    height: int
    width: int
    channels: int
    pixels: bytes


def images(tensor: Stored, form: Form, size: int, number: int, checkpoint: Checkpoint) -> tuple[list[Image], int]:
    """The first `number` images of a dense tensor, at most `size` points high and wide, and how many more there are.

    Points are means of what they stand for, and transparent where nothing is finite. Of large images rows are left out;
    those that lie in memory in a way that would take long are not shown.
    """
    shape = tensor.shape[1:] if form.several else tensor.shape
    count = tensor.shape[0] if form.several else 1
    height, width = shape[:2]
    channels = shape[2] if form.channels else 1
    if 0 in tensor.shape or width * channels > _LINE or (tensor.order is Order.F and tensor.count > _ELEMENTS):
        return [], 0
    whole = None
    if tensor.order is Order.F:
        whole = finite_or_nan(tensor, 0, tensor.count).reshape(tensor.shape, order="F").reshape(-1)
    line = width * channels
    shown = min(number, count, max(1, _ELEMENTS // (line * size)))
    rows = _rows(height, size, _ELEMENTS // (line * shown))
    found = []
    for place in range(shown):
        checkpoint()
        first = place * height * line
        lines = [
            finite_or_nan(tensor, first + start * line, first + stop * line)
            if whole is None
            else whole[first + start * line : first + stop * line]
            for start, stop in rows
        ]
        points = np.concatenate(lines).reshape(-1, width, channels)
        found.append(_image(points, form, min(1.0, size / max(height, width)), height))
    return found, count - len(found)


def _rows(height: int, size: int, limit: int) -> list[tuple[int, int]]:
    """The rows of points that are looked at: all, or some for each row that is shown."""
    if height <= limit:
        return [(0, height)]
    return [(row, row + 1) for row in spread(height, max(size, min(_LINES * size, limit)))]


def _image(points: Array, form: Form, scale: float, height: int) -> Image:
    small = _means(_means(points, max(1, round(height * scale)), 0), max(1, round(points.shape[1] * scale)), 1)
    unit = (small - form.darkest) / (form.lightest - form.darkest)
    there = ~np.isnan(unit).any(axis=2)
    levels = np.rint(np.clip(np.nan_to_num(unit), 0, 1) * 255).astype(np.uint8)
    if not there.all():
        if levels.shape[2] in (1, 3):
            levels = np.concatenate([levels, np.full((*levels.shape[:2], 1), 255, np.uint8)], axis=2)
        levels[~there] = 0
    return Image(levels.shape[0], levels.shape[1], levels.shape[2], levels.tobytes())


def _means(points: Array, parts: int, axis: int) -> Array:
    """Points along an axis brought together in `parts` of about equal size: the means of those that are numbers."""
    starts = bounds(points.shape[axis], parts)[:-1]
    there = ~np.isnan(points)
    sums = np.add.reduceat(np.where(there, points, 0), starts, axis=axis)
    counts = np.add.reduceat(there.astype(np.int64), starts, axis=axis)
    means: Array = np.divide(sums, counts, out=np.full(sums.shape, math.nan), where=counts > 0)
    return means
