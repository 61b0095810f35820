"""Elements of a tensor in another shape: any element type, layout and missing elements, whatever is absent.

Positions are those of elements in C order. A result is dense if the tensor is or the rank is 0; it keeps the layout of
a sparse tensor where its rank has it, and is COO else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from jazz.values import Layout, Order, Tensor, dense
from jazz_server.engine import layouts, operands, selection, structure
from jazz_server.engine.entries import Entries, entries_of, sparse_of
from jazz_server.engine.errors import OpError
from jazz_server.engine.memory import check_bytes

MOST_DIMENSIONS: Final = 64
"""How many dimensions a tensor has at most, as the wire has it."""


def layout_in(layout: Layout, rank: int) -> Layout:
    """The layout that a tensor of a layout has in another rank."""
    if layout is Layout.DENSE or rank == 0:
        return Layout.DENSE
    return layout if rank == 2 else Layout.COO


def layouts_in(found: Sequence[Layout], rank: int | None) -> tuple[Layout, ...]:
    """The layouts that a tensor may have in another rank, or in any when that is None."""
    possible = {layout_in(layout, n) for layout in found for n in ((0, 1, 2, 3) if rank is None else (rank,))}
    return tuple(layout for layout in Layout if layout in possible)


def numbered_entries(tensor: Tensor) -> Entries:
    """Where the entries of a sparse tensor are, and as their values where they lie in its buffers."""
    places = np.arange(tensor.stored, dtype=np.int64)
    return entries_of(replace(tensor, data=places, validity=None, categories=None, offsets=None))


def placed(source: Tensor, entries: Entries, layout: Layout) -> Tensor:
    """The sparse tensor with entries of `source`, which are those at the values of `entries`."""
    skeleton = sparse_of(entries, layout, wide=layouts.wide(source))
    assert skeleton.data is not None
    return replace(
        structure.picked(source, skeleton.data),
        shape=entries.shape, layout=layout, order=Order.C, indptr=skeleton.indptr, indices=skeleton.indices,
        axes=(), declared=(),
    )  # fmt: skip


def reshaped(tensor: Tensor, shape: tuple[int, ...]) -> Tensor:
    """The elements in C order as a tensor of a shape of the same size. What is dense in C order is not copied.

    Raises:
        OpError: It has too many dimensions.
    """
    if tensor.shape == shape:
        return tensor
    if len(shape) > MOST_DIMENSIONS:
        raise OpError("x", f"at most {MOST_DIMENSIONS} dimensions of the result", str(len(shape)))
    if not operands.is_sparse(tensor):
        if tensor.order is Order.C:
            return replace(tensor, shape=shape, axes=(), declared=())
        return structure.arranged(tensor, structure.numbered(tensor).reshape(shape))
    if not shape:
        return reshaped(layouts.to_dense(tensor), shape)
    entries = numbered_entries(tensor)
    return placed(tensor, replace(entries, shape=shape), layout_in(tensor.layout, len(shape)))


def taken(tensor: Tensor, indices: NDArray[np.int64], axis: int) -> Tensor:
    """The slices at a vector of indices, counted from 0, along an axis, in the layout of the tensor."""
    if operands.is_sparse(tensor):
        return selection.take(tensor, indices, axis)
    return structure.taken(tensor, indices, axis)


def cut(tensor: Tensor, axis: int, positions: range) -> Tensor:
    """The slices at positions along an axis. What is dense and has no texts and no missing elements is not gathered."""
    if positions == range(tensor.shape[axis]):
        return tensor
    if len(positions) == 0:
        positions = range(0)
    if operands.is_sparse(tensor) or tensor.dtype.variable or tensor.validity is not None:
        check_bytes(8 * len(positions), "the positions along an axis")
        return taken(tensor, np.arange(positions.start, positions.stop, positions.step, dtype=np.int64), axis)
    stop = positions.stop if positions.stop >= 0 else None
    window: tuple[Any, ...] = (slice(None),) * axis + (slice(positions.start, stop, positions.step),)
    return replace(dense(tensor.array()[window]), dtype=tensor.dtype, categories=tensor.categories)
