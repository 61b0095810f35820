"""All that a tensor shows at a glance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from jazz.values import Tensor
from jazz_server.statistics.grids import Grid, entry_grid, mean_grid
from jazz_server.statistics.heads import head
from jazz_server.statistics.images import Form, Image, images
from jazz_server.statistics.numbers import Numbers, describe_numbers, is_number
from jazz_server.statistics.stored import Checkpoint, Stored
from jazz_server.statistics.texts import Texts, describe_factor, describe_texts


@dataclass(frozen=True, slots=True)
class Detail:
    """How closely a tensor is looked at.

    Attributes:
        elements: Elements (stored entries) that statistics are made of, at most.
        grid: Parts of a matrix along each dimension.
        rows: Rows of its beginning, or stored entries.
        columns: Columns of its beginning.
        points: Points of a thumbnail along each dimension.
        images: Thumbnails.
    """

    elements: int
    grid: int
    rows: int
    columns: int
    points: int
    images: int


ALONE: Final = Detail(elements=1 << 21, grid=64, rows=8, columns=8, points=96, images=12)
"""For a tensor that is all there is to look at."""

AMONG_OTHERS: Final = Detail(elements=1 << 17, grid=16, rows=8, columns=4, points=32, images=3)
"""For one of several."""

_SMALLER: Final = 40
"""Points of each of several images."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a tensor shows.

    Attributes:
        about: What its elements (stored entries) are like.
        head: Its beginning; None when there is none.
        entries: How many entries lie in each part of a sparse matrix.
        means: The mean of each part of a dense matrix of numbers.
        images: The images that it is.
        more_images: How many images there are beyond those.
    """

    about: Numbers | Texts
    head: Tensor | None
    entries: Grid | None = None
    means: Grid | None = None
    images: tuple[Image, ...] = ()
    more_images: int = 0


def look(tensor: Stored, form: Form | None, detail: Detail, checkpoint: Checkpoint) -> Look:
    """Look at a tensor, as an image if it has the form of one. The work is bounded, whatever its size."""
    number = is_number(tensor.dtype)
    if number:
        about: Numbers | Texts = describe_numbers(tensor, detail.elements, checkpoint)
    elif tensor.dtype.name == "factor":
        about = describe_factor(tensor, detail.elements, checkpoint)
    else:
        about = describe_texts(tensor, detail.elements, checkpoint)
    beginning = head(tensor, detail.rows, detail.columns)
    matrix = len(tensor.shape) == 2 and 0 not in tensor.shape
    if matrix and tensor.sparse:
        return Look(about, beginning, entries=entry_grid(tensor, detail.grid, checkpoint))
    if form is not None and not tensor.sparse:
        points = min(detail.points, _SMALLER) if form.several else detail.points
        shown, more = images(tensor, form, points, detail.images, checkpoint)
        if shown:
            return Look(about, beginning, images=tuple(shown), more_images=more)
    if matrix and tensor.dtype.numeric:
        return Look(about, beginning, means=mean_grid(tensor, detail.grid, checkpoint))
    return Look(about, beginning)
