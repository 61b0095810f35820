"""Descriptions of tensors and axes, put together."""

from __future__ import annotations

import math
from typing import Any

from golden.encoding import Description

PLACES = [[0, 1], [0, 3], [2, 0], [2, 1], [2, 3]]
"""Where the entries of sparse matrices of 3 rows and 4 columns are; the second row has none."""


def case(about: str, tensor: Description, axes: list[Description] | None = None) -> Description:
    """A case of a tensor, with the axes that are declared on it."""
    return {"about": about, **({"axes": axes} if axes else {}), "tensor": tensor}


def dense(
    kind: Description, shape: list[int], items: list[Any], order: str = "c", missing: bool = False
) -> Description:
    """A dense tensor with those elements again and again; of five elements the second is missing."""
    elements = [items[place % len(items)] for place in range(math.prod(shape))]
    if missing:
        elements = [None if place % 5 == 1 else element for place, element in enumerate(elements)]
    return {**kind, "shape": shape, "layout": "dense", "order": order, "elements": elements}


def sparse(
    kind: Description, layout: str, items: list[Any], missing: bool = False, index_type: str = "int32"
) -> Description:
    """A sparse matrix with those elements at `PLACES`; the second and the last are missing."""
    elements: list[Any] = items[: len(PLACES)]
    if missing:
        elements = [None if place in (1, 4) else element for place, element in enumerate(elements)]
    entries = [{"at": at, "is": element} for at, element in zip(PLACES, elements, strict=True)]
    return {**kind, "shape": [3, 4], "layout": layout, "index_type": index_type, "entries": entries}


def texts(*items: str | None) -> Description:
    """A vector of strings."""
    return {"type": "string", "shape": [len(items)], "layout": "dense", "order": "c", "elements": list(items)}


def vector(dtype: str, *items: Any, **further: Any) -> Description:
    """A dense vector."""
    return {"type": dtype, "shape": [len(items)], "layout": "dense", "order": "c", "elements": list(items), **further}


def axis(name: str, length: int, labels: Description | None = None) -> Description:
    """An axis."""
    return {"name": name, "length": length, **({"labels": labels} if labels else {})}


def named_axes(rows: int, columns: int) -> list[Description]:
    """Axes of a matrix: of texts along the rows, of dates along the columns."""
    days = vector("date", *(str(19000 + day) for day in range(columns)))
    return [axis("gene", rows, texts(*(f"g{row}" for row in range(rows)))), axis("day", columns, days)]
