"""Parts of arrays that lie in storage order, read without reading the rest."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np

from jazz.codec.cuts import Cut, Places, cut_part, length_of
from jazz.codec.readers import BLOCK, SKIPPED, Elements, blocks

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]


def box(elements: Elements, width: int, shape: Sequence[int], cuts: Sequence[Cut]) -> Iterator[Array]:
    """The elements of a box of an array, in the order of the cuts, in blocks of at most about 4 MiB.

    Args:
        elements: The elements of the array.
        width: The bytes of an element.
        shape: The shape of the array, slowest dimension first.
        cuts: What is wanted of each dimension.
    """
    if all(length_of(cut) for cut in cuts):
        yield from _box(elements, width, 0, tuple(shape), tuple(cuts))


def _box(elements: Elements, width: int, base: int, shape: tuple[int, ...], cuts: tuple[Cut, ...]) -> Iterator[Array]:
    inner = math.prod(shape[1:])
    wanted = math.prod(map(length_of, cuts[1:]))
    cut = cuts[0] if cuts else (0, 1)
    if all(cut == (0, length) for cut, length in zip(cuts[1:], shape[1:], strict=True)):
        if not isinstance(cut, Places):
            for first, last in blocks(base + cut[0] * inner, base + cut[1] * inner, width):
                yield elements.part(first, last)
            return
        if inner * width <= BLOCK:
            for first, last in blocks(0, len(cut), inner * width):
                yield _rows(elements, base, inner, cut_part(cut, first, last))
            return
    elif inner * width <= SKIPPED and wanted * width <= BLOCK:
        for first, last in blocks(0, length_of(cut), max(inner, wanted) * width):
            rows = _rows(elements, base, inner, cut_part(cut, first, last))
            yield _inside(rows.reshape(-1, *shape[1:]), cuts[1:]).reshape(-1)
        return
    for row in cut.array.tolist() if isinstance(cut, Places) else range(*cut):
        yield from _box(elements, width, base + row * inner, shape[1:], cuts[1:])


def _rows(elements: Elements, base: int, inner: int, cut: Cut) -> Array:
    """Rows of `inner` elements each, the first of which begins at `base`."""
    if isinstance(cut, Places):
        return elements.at(base // inner + cut.array, inner)
    return elements.part(base + cut[0] * inner, base + cut[1] * inner)


def _inside(rows: Array, cuts: Sequence[Cut]) -> Array:
    """What is wanted of all dimensions but the first."""
    rows = rows[(slice(None), *(slice(None) if isinstance(cut, Places) else slice(*cut) for cut in cuts))]
    for number, cut in enumerate(cuts):
        if isinstance(cut, Places):
            rows = rows.take(cut.array, axis=number + 1)
    return rows


def packed(bits: Iterator[Array]) -> Iterator[Array]:
    """Truth values, one byte each, as the bytes of a bitmap."""
    rest = np.empty(0, np.uint8)
    for block in bits:
        joined = np.concatenate([rest, block]) if len(rest) else block
        whole = len(joined) // 8 * 8
        yield np.packbits(joined[:whole], bitorder="little")
        rest = joined[whole:]
    if len(rest):
        yield np.packbits(rest, bitorder="little")
