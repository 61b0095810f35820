"""Statistics of texts, bytes and factors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np

from jazz.values import DataType, Tensor
from jazz_server.statistics.sampling import CHUNK, chunks
from jazz_server.statistics.stored import Checkpoint, Stored, shortened

MOST: Final = 6
"""Values that are named."""
SHOWN: Final = 48
"""Bytes of a text that are shown."""

_TEXTS: Final = 2048
_BYTES: Final = 64 << 10
_CHUNKS: Final = 32


@dataclass(frozen=True, slots=True)
class Frequencies:
    """The values that are there most often.

    Attributes:
        values: The values, a vector of strings or bytes; long ones are cut.
        counts: How often each is there.
        distinct: How many different ones were found.
    """

    values: Tensor
    counts: tuple[int, ...]
    distinct: int


@dataclass(frozen=True, slots=True)
class Lengths:
    """The lengths of texts in bytes."""

    minimum: int
    maximum: int
    mean: float


@dataclass(frozen=True, slots=True)
class Texts:
    """What texts, bytes or the values of a factor are like.

    Attributes:
        seen: How many were looked at.
        missing: How many of them are missing.
        frequencies: The values that are there most often; None when all are missing.
        lengths: Their lengths; None when all are missing, and for factors.
    """

    seen: int = 0
    missing: int = 0
    frequencies: Frequencies | None = None
    lengths: Lengths | None = None


def describe_texts(tensor: Stored, budget: int, checkpoint: Checkpoint) -> Texts:
    """Statistics of all texts, or of a sample of about `budget` of them, of which at most 2 MiB are read."""
    assert tensor.offsets is not None
    assert tensor.data is not None
    counted: Counter[bytes] = Counter()
    seen = missing = 0
    least, most, total = 2**63, 0, 0
    exact = tensor.count <= budget and tensor.data.count <= _CHUNKS * _BYTES
    size = _TEXTS if exact else max(1, min(_TEXTS, budget // _CHUNKS))
    for start, wanted in chunks(tensor.count, tensor.count if exact else min(budget, size * _CHUNKS), size):
        checkpoint()
        offsets = tensor.offsets.part(start, wanted + 1)
        # As many texts as fit, of which the first one may be cut.
        stop = wanted
        if not exact:
            stop = max(start + 1, start + int(np.searchsorted(offsets, int(offsets[0]) + _BYTES, "right")) - 1)
        offsets = offsets[: stop - start + 1]
        first, last = int(offsets[0]), int(offsets[-1])
        data = tensor.data.part(first, last if exact else min(last, first + _BYTES)).tobytes()
        lengths = np.diff(offsets)
        bounds = (offsets - first).tolist()
        places: Iterable[int] = range(stop - start)
        present = tensor.present(start, stop)
        seen += stop - start
        if present is not None:
            missing += stop - start - int(np.count_nonzero(present))
            places = np.flatnonzero(present).tolist()
            lengths = lengths[present]
        counted.update(data[bounds[place] : bounds[place + 1]] for place in places)
        if len(lengths):
            least, most, total = (
                min(least, int(lengths.min())),
                max(most, int(lengths.max())),
                total + int(lengths.sum()),
            )
    if not counted:
        return Texts(seen, missing)
    ranked = sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:MOST]
    shown = texts_tensor([cut(text, tensor.dtype) for text, _ in ranked], tensor.dtype)
    frequencies = Frequencies(shown, tuple(count for _, count in ranked), len(counted))
    return Texts(seen, missing, frequencies, Lengths(least, most, total / (seen - missing)))


def describe_factor(tensor: Stored, budget: int, checkpoint: Checkpoint) -> Texts:
    """Statistics of a factor: of all elements, or of a sample of about `budget` of them."""
    assert tensor.categories is not None
    counts = np.zeros(tensor.categories.count, np.int64)
    seen = missing = 0
    for start, stop in chunks(tensor.count, budget, CHUNK):
        checkpoint()
        codes = tensor.elements(start, stop)
        present = tensor.present(start, stop)
        seen += stop - start
        if present is not None:
            missing += len(codes) - int(np.count_nonzero(present))
            codes = codes[present]
        distinct, times = np.unique(codes, return_counts=True)
        counts[distinct] += times
    found = np.flatnonzero(counts)
    if not len(found):
        return Texts(seen, missing)
    ranked = found[np.argsort(-counts[found], kind="stable")][:MOST].tolist()
    string = tensor.categories.dtype
    values = texts_tensor([cut(tensor.categories.text(code, SHOWN + 1), string) for code in ranked], string)
    return Texts(seen, missing, Frequencies(values, tuple(counts[ranked].tolist()), len(found)))


def cut(text: bytes, dtype: DataType) -> bytes:
    """A string as much of it as is shown; bytes without a mark where they are cut."""
    return shortened(text, SHOWN) if dtype.name == "string" else text[:SHOWN]


def texts_tensor(texts: list[bytes], dtype: DataType, shape: tuple[int, ...] | None = None) -> Tensor:
    """A tensor of strings or bytes, in C order."""
    offsets = np.cumsum([0, *map(len, texts)], dtype=np.int64)
    data = np.frombuffer(b"".join(texts), np.uint8)
    return Tensor(dtype, (len(texts),) if shape is None else shape, data=data, offsets=offsets)
