"""Parts of tensors."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, TypeAlias

import numpy as np

from jazz.codec.box import box, packed
from jazz.codec.cuts import Cut, Places, Range, length_of
from jazz.codec.encoded import BodyPlan, Source, from_arrays, from_range, range_pieces
from jazz.codec.errors import SliceError
from jazz.codec.picked import PickedEntries
from jazz.codec.readers import BLOCK, RangeReader, StoredArray, StoredBits, blocks, windows
from jazz.codec.schema import bitmap_bytes, element_count, major_dimension
from jazz.codec.stored import stored_tensor
from jazz.errors import Violation
from jazz.v1 import value_pb2 as pb

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]


LARGEST: Final = 1 << 30
"""How many bytes a part may have that is larger than the value, because positions are repeated."""


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes parts of the tensors of a body one after the other.

    Attributes:
        body: The body that they are taken from.
        plan: The places of what is written.
        limit: The most bytes that all parts together may have.
    """

    body: RangeReader
    plan: BodyPlan
    limit: int

    def write(self, tensor: pb.Tensor, cuts: Sequence[Cut], target: pb.Tensor) -> None:
        """Writes the part of a tensor that lies in `cuts`, one for each dimension; without its axes.

        What is contiguous in the body stays a range of it; the rest is gathered when it is asked for.

        Raises:
            SliceError: The part is too large.
        """
        target.type.CopyFrom(tensor.type)
        target.shape.extend(map(length_of, cuts))
        target.layout = tensor.layout
        target.order = tensor.order
        target.index_type = tensor.index_type
        target.pattern = tensor.pattern
        target.fill = tensor.fill
        target.unit = tensor.unit
        if all(cut == (0, length) for cut, length in zip(cuts, tensor.shape, strict=True)):
            self._write_whole(tensor, target)
        elif tensor.layout == pb.LAYOUT_DENSE:
            self._write_dense(tensor, cuts, target)
        else:
            self._write_sparse(tensor, cuts, target)
        if tensor.HasField("categories"):
            categories = tensor.categories
            self.write(categories, [(0, categories.shape[0])], target.categories)

    def admit(self, nbytes: int) -> None:
        """Refuses so many more bytes if they are too many."""
        if self.plan.end + nbytes > self.limit:
            raise SliceError(
                "the part is too large",
                [
                    Violation(
                        "slice", f"a part of at most {self.limit} bytes", f"{self.plan.end + nbytes} bytes or more"
                    )
                ],
            )

    def _write_whole(self, tensor: pb.Tensor, target: pb.Tensor) -> None:
        self.admit(sum(buffer.length for buffer in tensor.buffers))
        target.stored_entries = tensor.stored_entries
        target.missing_entries = tensor.missing_entries
        for buffer in tensor.buffers:
            self.plan.add(target, buffer.role, from_range(self.body, buffer.offset, buffer.length))

    def _write_dense(self, tensor: pb.Tensor, cuts: Sequence[Cut], target: pb.Tensor) -> None:
        stored = stored_tensor(tensor, self.body)
        count = element_count(tuple(target.shape))
        backwards = tensor.order == pb.ORDER_FORTRAN
        shape = tuple(tensor.shape)[::-1] if backwards else tuple(tensor.shape)
        wanted = tuple(cuts)[::-1] if backwards else tuple(cuts)
        assert stored.data is not None
        if stored.offsets is not None:
            self.admit((count + 1) * 8)
            texts = _Texts(stored.offsets, stored.data, shape, wanted)
            self.plan.add(target, pb.BUFFER_ROLE_OFFSETS, from_arrays((count + 1) * 8, texts.offsets))
            length = texts.length()
            self.admit(length)
            self.plan.add(target, pb.BUFFER_ROLE_DATA, Source(length, texts.data))
        else:
            width = stored.data.dtype.itemsize
            self.admit(count * width)
            elements = partial(box, stored.data, width, shape, wanted)
            self.plan.add(target, pb.BUFFER_ROLE_DATA, from_arrays(count * width, elements))
        if stored.validity is not None:
            bits = partial(box, StoredBits(stored.validity), 8, shape, wanted)
            _write_validity(count, bits, target, self.plan)

    def _write_sparse(self, tensor: pb.Tensor, cuts: Sequence[Cut], target: pb.Tensor) -> None:
        ranges = [cut for cut in cuts if not isinstance(cut, Places)]
        whole_after = all(cut == (0, length) for cut, length in zip(cuts[2:], tensor.shape[2:], strict=True))
        if len(ranges) == len(cuts) and whole_after:
            _write_ranges(tensor, ranges, self.body, target, self.plan)
            return
        stored = stored_tensor(tensor, self.body)
        picked = PickedEntries(stored, tensor.layout, cuts)
        indptr_bytes = 0
        if stored.indptr is not None:
            width = stored.indptr.dtype.itemsize
            indptr_bytes = (length_of(cuts[major_dimension(tensor.layout)]) + 1) * width
            self.admit(indptr_bytes)
        count = picked.count(lambda entries: self.admit(indptr_bytes + entries * picked.width))
        target.stored_entries = count
        if stored.indptr is not None:
            self.plan.add(target, pb.BUFFER_ROLE_INDPTR, from_arrays(indptr_bytes, picked.pointers))
        for number, array in enumerate(stored.indices):
            indices = partial(picked.indices, number)
            self.plan.add(target, pb.BUFFER_ROLE_INDICES, from_arrays(count * array.dtype.itemsize, indices))
        if stored.data is not None:
            data = partial(picked.values, stored.data)
            self.plan.add(target, pb.BUFFER_ROLE_DATA, from_arrays(count * stored.data.dtype.itemsize, data))
        if stored.validity is not None:
            _write_validity(count, partial(picked.values, StoredBits(stored.validity)), target, self.plan)


def _write_validity(count: int, bits: Callable[[], Iterator[Array]], target: pb.Tensor, plan: BodyPlan) -> None:
    target.missing_entries = count - sum(int(np.count_nonzero(block)) for block in bits())
    if target.missing_entries:
        plan.add(target, pb.BUFFER_ROLE_VALIDITY, from_arrays(bitmap_bytes(count), lambda: packed(bits())))


@dataclass(frozen=True, slots=True)
class _Texts:
    """A box of a tensor of strings or bytes."""

    stored_offsets: StoredArray
    stored_data: StoredArray
    shape: tuple[int, ...]
    cuts: tuple[Cut, ...]

    def _extents(self) -> Iterator[tuple[Array, Array]]:
        """Where the elements begin and end in the stored data."""
        begins = box(self.stored_offsets, 8, self.shape, self.cuts)
        ends = box(self.stored_offsets.from_second(), 8, self.shape, self.cuts)
        return zip(begins, ends, strict=True)

    def length(self) -> int:
        """The bytes of all elements."""
        return sum(int((ends - begins).sum()) for begins, ends in self._extents())

    def offsets(self) -> Iterator[Array]:
        """Where the elements begin and end in the data of the box."""
        total = 0
        yield np.zeros(1, np.int64)
        for begins, ends in self._extents():
            block = total + np.cumsum(ends - begins)
            total = int(block[-1])
            yield block

    def data(self) -> Iterator[memoryview]:
        """The elements' bytes."""
        for begins, ends in self._extents():
            yield from self._gathered(begins, ends)

    def _gathered(self, begins: Array, ends: Array) -> Iterator[memoryview]:
        if (begins[1:] == ends[:-1]).all():
            first = int(begins[0])
            yield from range_pieces(self.stored_data.body, self.stored_data.offset + first, int(ends[-1]) - first)
        elif int((ends - begins).sum()) <= BLOCK:
            yield self._joined(begins, ends).data
        else:
            middle = len(begins) // 2
            yield from self._gathered(begins[:middle], ends[:middle])
            yield from self._gathered(begins[middle:], ends[middle:])

    def _joined(self, begins: Array, ends: Array) -> Array:
        lengths = ends - begins
        ahead = np.cumsum(lengths) - lengths
        joined = np.empty(int(lengths.sum()), np.uint8)
        for chosen, first, last in windows(begins, ends, 1):
            each = lengths[chosen]
            inside = np.arange(int(each.sum())) - np.repeat(np.cumsum(each) - each, each)
            window = self.stored_data.part(first, last)
            joined[np.repeat(ahead[chosen], each) + inside] = window[np.repeat(begins[chosen] - first, each) + inside]
        return joined


def _write_ranges(
    tensor: pb.Tensor, ranges: Sequence[Range], body: RangeReader, target: pb.Tensor, plan: BodyPlan
) -> None:
    stored = stored_tensor(tensor, body)
    if stored.indptr is not None:
        major = major_dimension(tensor.layout)
        first, last = ranges[major]
        span = (stored.indptr.element(first), stored.indptr.element(last))
        entries = _entries(stored.indices[0], span, ranges[1 - major], tensor.shape[1 - major])
    else:
        span = _coordinate_span(stored.indices[0], ranges[0], tensor.shape[0])
        entries = _Entries(span) if len(ranges) == 1 else _entries(stored.indices[1], span, ranges[1], tensor.shape[1])
    count = entries.count()
    target.stored_entries = count
    if stored.indptr is not None:
        bounds = ranges[major_dimension(tensor.layout)]
        width = stored.indptr.dtype.itemsize
        pointers = partial(entries.pointers, stored.indptr, bounds)
        plan.add(target, pb.BUFFER_ROLE_INDPTR, from_arrays((bounds[1] - bounds[0] + 1) * width, pointers))
        entries.write(stored.indices[0], count, ranges[1 - major_dimension(tensor.layout)][0], target, plan)
    else:
        for array, (start, _) in zip(stored.indices, ranges, strict=True):
            entries.write(array, count, start, target, plan)
    if stored.data is not None:
        entries.write(stored.data, count, None, target, plan)
    if stored.validity is not None:
        _write_validity(count, partial(entries.bits, stored.validity), target, plan)


def _entries(indices: StoredArray, span: Range, wanted: Range, length: int) -> _Entries:
    return _Entries(span) if wanted == (0, length) else _Entries(span, indices, wanted)


def _coordinate_span(indices: StoredArray, wanted: Range, length: int) -> Range:
    """Which entries have first coordinates in a range, by binary search."""
    if wanted == (0, length):
        return 0, indices.count
    return _first_not_below(indices, wanted[0]), _first_not_below(indices, wanted[1])


def _first_not_below(indices: StoredArray, bound: int) -> int:
    low, high = 0, indices.count
    while low < high:
        middle = (low + high) // 2
        if indices.element(middle) < bound:
            low = middle + 1
        else:
            high = middle
    return low


@dataclass(frozen=True, slots=True)
class _Entries:
    """Which stored entries are wanted: those in a span, of them those whose index in one dimension is in a range."""

    span: Range
    indices: StoredArray | None = None
    wanted: Range = (0, 0)

    def _kept(self, start: int, stop: int) -> Iterator[tuple[int, int, Array | None]]:
        """Blocks of entries, each with which of its entries are wanted (None: all)."""
        # Blocks of eight bytes an entry also bound what is read of the data of those entries.
        for first, last in blocks(start, stop, 8):
            if self.indices is None:
                yield first, last, None
            else:
                window = self.indices.part(first, last)
                yield first, last, (window >= self.wanted[0]) & (window < self.wanted[1])

    def count(self) -> int:
        """How many are wanted."""
        start, stop = self.span
        if self.indices is None:
            return stop - start
        return sum(int(np.count_nonzero(mask)) for _, _, mask in self._kept(start, stop) if mask is not None)

    def write(self, array: StoredArray, count: int, shift: int | None, target: pb.Tensor, plan: BodyPlan) -> None:
        """Writes what an array holds for the wanted entries: indices less `shift`, or data when `shift` is None."""
        role = pb.BUFFER_ROLE_DATA if shift is None else pb.BUFFER_ROLE_INDICES
        width = array.dtype.itemsize
        if self.indices is None and not shift:
            source = from_range(array.body, array.offset + self.span[0] * width, count * width)
        else:
            source = from_arrays(count * width, partial(self._picked, array, shift or 0))
        plan.add(target, role, source)

    def _picked(self, array: StoredArray, shift: int) -> Iterator[Array]:
        for first, last, mask in self._kept(*self.span):
            window = array.part(first, last)
            picked = window if mask is None else window[mask]
            yield picked - array.dtype.type(shift) if shift else picked

    def bits(self, validity: StoredArray) -> Iterator[Array]:
        """Which of the wanted entries are present."""
        for first, last, mask in self._kept(*self.span):
            window = validity.bits(first, last)
            yield window if mask is None else window[mask]

    def pointers(self, indptr: StoredArray, rows: Range) -> Iterator[Array]:
        """Where the rows begin and end among the wanted entries."""
        ahead = 0
        for first, last in blocks(rows[0], rows[1] + 1, indptr.dtype.itemsize):
            # One more to the left, so that entries between two blocks are counted.
            window = indptr.part(max(first - 1, rows[0]), last)
            counts = self._counts(window)
            yield (ahead + counts)[first - max(first - 1, rows[0]) :].astype(indptr.dtype)
            ahead += int(counts[-1])

    def _counts(self, pointers: Array) -> Array:
        """How many entries are wanted between the first of some positions and each of them."""
        if self.indices is None:
            return pointers.astype(np.int64) - int(pointers[0])
        counts = np.zeros(len(pointers), np.int64)
        ahead = 0
        for first, last, mask in self._kept(int(pointers[0]), int(pointers[-1])):
            assert mask is not None
            running = np.cumsum(mask, dtype=np.int64)
            here = slice(np.searchsorted(pointers, first, "right"), np.searchsorted(pointers, last, "right"))
            counts[here] = ahead + running[pointers[here] - first - 1]
            ahead += int(running[-1])
        return counts
