"""Pictures made of points: grids in colour, and PNG."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]

ABOVE: Final = (66, 133, 220)
"""The colour of what is there, and of numbers above zero: readable on white and on black."""
BELOW: Final = (226, 120, 44)
"""The colour of numbers below zero."""

_FAINTEST: Final = 0.18
_COLOUR_TYPES: Final = {1: 0, 2: 4, 3: 2, 4: 6}


def strengths(values: Array, *, counts: bool) -> Array:
    """How strongly each part of a grid is drawn, from -1 to 1; what is below zero is negative, NaN is 0.

    Counts: by their square root, so that sparse parts are seen beside full ones, and at least faintly if there is
    anything. Means: between zero and the greatest if there are some on both sides of zero, else from the least.
    """
    finite = np.where(np.isfinite(values), values, 0).astype(np.float64)
    known = finite[np.isfinite(values)]
    if not known.size or not known.any():
        return np.zeros(values.shape)
    if counts:
        return np.where(finite > 0, _FAINTEST + (1 - _FAINTEST) * np.sqrt(finite / finite.max()), 0)
    least, greatest = float(known.min()), float(known.max())
    if least < 0 < greatest:
        return finite / max(-least, greatest)
    if least == greatest:
        return np.where(np.isfinite(values), 0.5, 0)
    return np.where(np.isfinite(values), (finite - least) / (greatest - least), 0)


def coloured(strength: Array) -> Array:
    """Points [height, width, 4] whose opacity is the strength, so that the page shows through."""
    points = np.empty((*strength.shape, 4), np.uint8)
    points[..., :3] = np.where(strength[..., None] < 0, BELOW, ABOVE)
    points[..., 3] = np.rint(np.abs(strength) * 255)
    return points


def png(points: Array) -> bytes:
    """A PNG of points [height, width, channels]: grey; grey, alpha; red, green, blue; red, green, blue, alpha."""
    height, width, channels = points.shape
    lines = np.concatenate([np.zeros((height, 1), np.uint8), points.reshape(height, -1)], axis=1)
    header = struct.pack(">IIBBBBB", width, height, 8, _COLOUR_TYPES[channels], 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(lines.tobytes(), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in parts)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def data_uri(points: Array) -> str:
    """A PNG inside a page."""
    return f"data:image/png;base64,{base64.b64encode(png(points)).decode()}"


def grey(points: Array) -> Array:
    """How light points are, from 0 to 1; transparent ones are dark."""
    unit = points.astype(np.float64) / 255
    light = unit[..., 0] if points.shape[-1] < 3 else unit[..., :3] @ np.array([0.299, 0.587, 0.114])
    light = light * unit[..., -1] if points.shape[-1] in (2, 4) else light
    return np.asarray(light)


def resized(points: Array, height: int, width: int) -> Array:
    """Points along the first two dimensions, picked so that they are as many as asked for."""
    rows = np.arange(height) * points.shape[0] // height
    columns = np.arange(width) * points.shape[1] // width
    return np.asarray(points[rows][:, columns])


def fitted(shape: Sequence[int], limit: int) -> tuple[int, int]:
    """A height and a width in the proportion of a shape, or of 1 to 4 at most, of which the greater is `limit`."""
    height, width = shape
    ratio = min(4.0, max(0.25, width / max(height, 1)))
    return (round(limit / ratio), limit) if ratio > 1 else (limit, round(limit * ratio))
