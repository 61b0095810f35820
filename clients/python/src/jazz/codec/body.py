"""Checks of bodies: whether the contents of the buffers are what readers rely on."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from jazz.codec.errors import Findings, quoted
from jazz.codec.readers import RangeReader, StoredArray, blocks
from jazz.codec.schema import data_type, major_dimension
from jazz.codec.stored import StoredTensor, stored_tensor
from jazz.v1 import value_pb2 as pb

_CHECKED_TYPES: Final = (pb.DATA_TYPE_BOOL, pb.DATA_TYPE_STRING, pb.DATA_TYPE_BYTES, pb.DATA_TYPE_FACTOR)
"""The types of which some bytes are no elements."""

_TEXT_BLOCK: Final = 256 << 10
"""How many bytes of text are decoded at a time: Python holds its lock meanwhile."""

Report = Callable[[str, str, str], None]
Array = np.ndarray[Any, np.dtype[Any]]


def check_body(header: pb.Value, body: RangeReader) -> None:
    """Checks the contents of the body of a value whose header passed `check_header`.

    Reads each byte at most three times, in blocks of 4 MiB, and may run in any thread. What the body's reader raises
    (such as a checksum that does not match) comes through.

    Raises:
        InvalidValue: A buffer does not hold what `docs/wire-format.md` says; names, for every tensor and rule, the
            first place where.
    """
    check = _Check(body)
    check.value(header, "value")
    check.findings.refuse("the body of the value is not valid")


class _Check:
    """A walk over the buffers of a body in their order."""

    def __init__(self, body: RangeReader) -> None:
        self.findings = Findings()
        self._body = body
        self._end = 0

    def value(self, message: pb.Value, path: str) -> None:
        """Checks all tensors in a value."""
        for number, axis in enumerate(message.axes):
            if axis.HasField("labels"):
                self._tensor(axis.labels, f"{path}.axes[{number}].labels")
        if message.HasField("tensor"):
            self._tensor(message.tensor, path)
        elif message.HasField("table"):
            for field in message.table.fields:
                self.value(field.value, f"{path}[{quoted(field.name)}]")

    def _tensor(self, tensor: pb.Tensor, path: str) -> None:
        def report(field: str, expected: str, found: str) -> None:
            self.findings.add(f"{path}.{field}", expected, found)

        self._padding(tensor, report)
        if _takes_any_bytes(tensor):
            return
        stored = stored_tensor(tensor, self._body)
        if stored.indptr is not None:
            dimension = 1 - major_dimension(tensor.layout)
            _check_compressed(stored.indptr, stored.indices[0], tensor.shape[dimension], report)
        elif stored.indices:
            _check_coordinates(stored.indices, tuple(tensor.shape), report)
        sound = stored.offsets is None or _check_variable(tensor, stored, report)
        if stored.validity is not None:
            _check_validity(tensor, stored, sound, report)
        if tensor.type.data_type == pb.DATA_TYPE_BOOL and stored.data is not None:
            _check_truth(stored.data, report)
        if tensor.HasField("categories"):
            _check_codes(stored, tensor.categories.shape[0], report)
            before = self.findings.count
            self._tensor(tensor.categories, f"{path}.categories")
            if self.findings.count == before and not _all_different(stored_tensor(tensor.categories, self._body)):
                report("categories", "texts that all differ", "the same text twice")

    def _padding(self, tensor: pb.Tensor, report: Report) -> None:
        for number, buffer in enumerate(tensor.buffers):
            gap = self._body.view(self._end, buffer.offset - self._end) if buffer.offset > self._end else b""
            if bytes(gap).strip(b"\0"):
                report(f"buffers[{number}]", "zeros between it and the buffer before it", "other bytes")
            self._end = buffer.offset + buffer.length


def _takes_any_bytes(tensor: pb.Tensor) -> bool:
    """Whether no bytes of a tensor are wrong, as they are dense numbers of which none is missing, or times."""
    return (
        tensor.layout == pb.LAYOUT_DENSE and not tensor.missing_entries and tensor.type.data_type not in _CHECKED_TYPES
    )


def _check_compressed(indptr: StoredArray, indices: StoredArray, width: int, report: Report) -> None:
    """Checks the positions and indices of CSR (CSC) rows (columns); `width` is the length of the other dimension."""
    first = indptr.element(0)
    if first != 0:
        report("indptr[0]", "0", str(first))
        return
    for start, stop in blocks(0, indptr.count - 1, indptr.dtype.itemsize):
        pointers = indptr.part(start, stop + 1)
        growing = pointers[1:] >= pointers[:-1]
        if not growing.all():
            place = int(np.argmin(growing)) + 1
            report(f"indptr[{start + place}]", f"{pointers[place - 1]} or more", str(pointers[place]))
            return
        if pointers[-1] > indices.count:
            report(f"indptr[{stop}]", f"at most {indices.count}, the stored entries", str(pointers[-1]))
            return
        if not _check_rows(pointers, indices, width, report):
            return
    last = indptr.element(indptr.count - 1)
    if last != indices.count:
        report(f"indptr[{indptr.count - 1}]", f"{indices.count}, the stored entries", str(last))


def _check_rows(pointers: Array, indices: StoredArray, width: int, report: Report) -> bool:
    """Checks the indices of the rows that begin and end at `pointers`."""
    begin = int(pointers[0])
    for start, stop in blocks(begin, int(pointers[-1]), indices.dtype.itemsize):
        base = max(begin, start - 1)
        window = indices.part(base, stop)
        if not _check_range(window, base, width, "indices", report):
            return False
        growing = window[1:] > window[:-1]
        # Where a row begins, its first index need not be greater than the last one of the row before it.
        inside = pointers[np.searchsorted(pointers, base, "right") : np.searchsorted(pointers, stop, "left")]
        growing[inside - base - 1] = True
        if not growing.all():
            place = int(np.argmin(growing)) + 1
            expected = f"more than the index before it in its row, {window[place - 1]}"
            report(f"indices[{base + place}]", expected, str(window[place]))
            return False
    return True


def _check_range(window: Array, base: int, width: int, name: str, report: Report) -> bool:
    if len(window) == 0 or (window.min() >= 0 and window.max() < width):
        return True
    place = int(np.argmax((window < 0) | (window >= width)))
    report(f"{name}[{base + place}]", f"an index from 0 to {width - 1}", str(window[place]))
    return False


def _check_coordinates(indices: tuple[StoredArray, ...], shape: tuple[int, ...], report: Report) -> None:
    for start, stop in blocks(0, indices[0].count, indices[0].dtype.itemsize):
        base = max(0, start - 1)
        growing = np.zeros(stop - base - 1, np.bool_)
        equal = np.ones(stop - base - 1, np.bool_)
        for dimension, array in enumerate(indices):
            window = array.part(base, stop)
            if not _check_range(window, base, shape[dimension], f"indices({dimension})", report):
                return
            growing |= equal & (window[1:] > window[:-1])
            equal &= window[1:] == window[:-1]
        if not growing.all():
            place = base + int(np.argmin(growing)) + 1
            after, before = (str([array.element(position) for array in indices]) for position in (place, place - 1))
            report(f"indices[{place}]", f"coordinates after those of the entry before, {before}", after)
            return


def _check_variable(tensor: pb.Tensor, stored: StoredTensor, report: Report) -> bool:
    """Checks offsets, and the text of strings; tells whether the offsets can be relied on."""
    assert stored.offsets is not None
    assert stored.data is not None
    if not _check_offsets(stored.offsets, stored.data.count, report):
        return False
    if tensor.type.data_type == pb.DATA_TYPE_STRING and not _check_text(stored.data, report):
        _check_boundaries(stored.offsets, stored.data, report)
    return True


def _check_offsets(offsets: StoredArray, length: int, report: Report) -> bool:
    for position, expected in ((0, 0), (offsets.count - 1, length)):
        found = offsets.element(position)
        if found != expected:
            report(f"offsets[{position}]", str(expected), str(found))
            return False
    for start, stop in blocks(0, offsets.count - 1, offsets.dtype.itemsize):
        window = offsets.part(start, stop + 1)
        growing = window[1:] >= window[:-1]
        if not growing.all():
            place = int(np.argmin(growing)) + 1
            report(f"offsets[{start + place}]", f"{window[place - 1]} or more", str(window[place]))
            return False
    return True


def _check_text(data: StoredArray, report: Report) -> bool:
    """Checks that all data together is UTF-8; tells whether it is ASCII or not UTF-8 at all."""
    ascii_only = True
    rest = b""
    for start in range(0, data.count, _TEXT_BLOCK):
        window = data.part(start, min(start + _TEXT_BLOCK, data.count))
        if not rest and window.max() < 0x80:
            continue
        ascii_only = False
        text = rest + window.tobytes()
        try:
            _, used = codecs.utf_8_decode(text, "strict", False)
        except UnicodeDecodeError as error:
            report(f"data[{start - len(rest) + error.start}]", "UTF-8", f"bytes {text[error.start : error.end].hex()}")
            return True
        rest = text[used:]
    if rest:
        report(f"data[{data.count - len(rest)}]", "UTF-8", f"a character cut off after {rest.hex()}")
        return True
    return ascii_only


def _check_boundaries(offsets: StoredArray, data: StoredArray, report: Report) -> None:
    """Checks that no string begins inside a character."""
    for start, stop in blocks(0, offsets.count, offsets.dtype.itemsize):
        window = offsets.part(start, stop)
        begin, end = 0, int(np.searchsorted(window, data.count, "left"))
        while begin < end:
            first = int(window[begin])
            after = min(end, int(np.searchsorted(window, first + _TEXT_BLOCK, "left")))
            text = data.part(first, int(window[after - 1]) + 1)
            inside = (text[window[begin:after] - first] & 0xC0) == 0x80
            if inside.any():
                place = begin + int(np.argmax(inside))
                report(f"offsets[{start + place}]", "the beginning of a character", f"{window[place]}, inside of one")
                return
            begin = after


def _check_validity(tensor: pb.Tensor, stored: StoredTensor, sound: bool, report: Report) -> None:
    assert stored.validity is not None
    last = stored.validity.element(stored.validity.count - 1)
    if stored.count % 8 and last >> stored.count % 8:
        report("validity", "zeros after the last bit", f"a last byte of {last:#04x}")
    width = data_type(tensor.type).storage.itemsize
    present = 0
    clean = True
    for start, stop in blocks(0, stored.count, max(8, width)):
        bits = stored.validity.bits(start, stop)
        present += int(np.count_nonzero(bits))
        absent = bits == 0
        if not clean or not sound or not absent.any():
            continue
        if stored.offsets is not None:
            window = stored.offsets.part(start, stop + 1)
            dirty = (window[1:] != window[:-1]) & absent
        elif stored.data is not None:
            dirty = stored.data.part(start, stop).view(np.uint8).reshape(-1, width).any(axis=1) & absent
        else:
            continue
        clean = not dirty.any()
        if not clean:
            report(f"data[{start + int(np.argmax(dirty))}]", "zero bytes, as it is missing", "other bytes")
    missing = stored.count - present
    if missing != tensor.missing_entries:
        report("validity", f"{tensor.missing_entries} zeros, the missing entries", str(missing))


def _check_truth(data: StoredArray, report: Report) -> None:
    for start, stop in blocks(0, data.count, 1):
        window = data.part(start, stop).view(np.uint8)
        if window.max() > 1:
            place = int(np.argmax(window > 1))
            report(f"data[{start + place}]", "0 or 1", str(window[place]))
            return


def _check_codes(stored: StoredTensor, categories: int, report: Report) -> None:
    assert stored.data is not None
    for start, stop in blocks(0, stored.data.count, stored.data.dtype.itemsize):
        codes = stored.data.part(start, stop)
        wrong = (codes < 0) | (codes >= categories)
        if stored.validity is not None:
            wrong &= stored.validity.bits(start, stop) == 1
        if wrong.any():
            place = int(np.argmax(wrong))
            found = str(codes[place])
            report(f"data[{start + place}]", f"a code from 0 to {categories - 1}" if categories else "no codes", found)
            return


def _all_different(categories: StoredTensor) -> bool:
    """Whether texts, which fit in memory, are all different: those of each length are sorted and compared."""
    assert categories.offsets is not None
    assert categories.data is not None
    offsets = categories.offsets.part(0, categories.offsets.count)
    data = categories.data.part(0, categories.data.count)
    lengths = np.diff(offsets)
    order = np.argsort(lengths, kind="stable")
    distinct, first = np.unique(lengths[order], return_index=True)
    bounds = [*first.tolist(), len(order)]
    for number, length in enumerate(distinct.tolist()):
        same = order[bounds[number] : bounds[number + 1]]
        if len(same) == 1:
            continue
        if length == 0:
            return False
        texts = np.lib.stride_tricks.sliding_window_view(data, length)[offsets[same]].view(f"S{length}").reshape(-1)
        texts.sort()
        if (texts[1:] == texts[:-1]).any():
            return False
    return True
