"""Texts: one of them, the words of several, their hashes, and which of a vocabulary they are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from jazz.values import DataType, Tensor
from jazz_server.engine.launch import launch, pointers
from jazz_server.engine.library import kernel
from jazz_server.engine.memory import check_bytes

STRING: Final = DataType("string")

KNOWN: Final = 0x32400
"""Code points from here on are neither word characters nor written in another case."""

_DOTTED_I: Final = 0x130
_SIGMA: Final = 0x3A3
_SMALL_SIGMA: Final = 0x3C3


@dataclass(frozen=True, slots=True)
class Characters:
    """What characters are, by code point.

    Attributes:
        words: Which are part of words: letters, digits and the underscore, as `\\w` of Python's `re` has it.
        same: Every code point.
        lower: How each is written in lower case, by Unicode's simple mapping.
    """

    words: NDArray[np.bool_]
    same: NDArray[np.int32]
    lower: NDArray[np.int32]


@cache
def characters() -> Characters:
    """The tables of the Unicode version that this Python has; 2 MB, made in some hundredths of a second."""
    every = "".join(map(chr, range(KNOWN)))
    words = np.zeros(KNOWN, np.bool_)
    for run in re.finditer(r"\w+", every):
        words[run.start() : run.end()] = True
    # The one letter whose lower case is two characters, and the one whose lower case depends on what stands around it.
    pieces = (every[:_DOTTED_I].lower(), "i", every[_DOTTED_I + 1 :].lower())
    lower = np.frombuffer("".join(pieces).encode("utf-32-le", "surrogatepass"), np.int32).copy()
    lower[_SIGMA] = _SMALL_SIGMA
    return Characters(words, np.arange(KNOWN, dtype=np.int32), lower)


def single(text: str) -> Tensor:
    """The tensor of rank 0 that holds a text."""
    encoded = np.frombuffer(text.encode(), np.uint8)
    return Tensor(STRING, (), data=encoded, offsets=np.array([0, len(encoded)], np.int64))


def listed(texts: Tensor) -> list[str]:
    """The texts of a vector, one by one."""
    offsets, data = buffers(texts)
    encoded = data.tobytes()
    return [encoded[begin:end].decode() for begin, end in pairwise(offsets.tolist())]


def words_of(texts: Tensor, *, lowercase: bool, least: int) -> tuple[Tensor, NDArray[np.int64]]:
    """The words of at least so many characters, text after text, and how many each text has: O(bytes)."""
    offsets, data = buffers(texts)
    count, work = len(offsets) - 1, len(data) + len(offsets)
    known = characters()
    lower = known.lower if lowercase else known.same
    counts, lengths = np.empty(count, np.int64), np.empty(count, np.int64)
    launch("tokens_count", count, work, offsets, data, known.words, lower, KNOWN, least, counts, lengths)
    first_token, first_byte = (pointers(found, np.dtype(np.int64)) for found in (counts, lengths))
    total, size = int(first_token[-1]), int(first_byte[-1])
    check_bytes(size + 8 * total, "the words of texts")
    begins, out = np.empty(total + 1, np.int64), np.empty(size, np.uint8)
    begins[-1] = size
    launch(
        "tokens_fill", count, work,
        offsets, data, known.words, lower, KNOWN, least, first_token, first_byte, begins, out,
    )  # fmt: skip
    return Tensor(STRING, (total,), data=out, offsets=begins), counts


def hashes_of(texts: Tensor) -> NDArray[np.int64]:
    """MurmurHash3_x86_32 of the UTF-8 of each text, seed 0, as signed numbers of 32 bits: O(bytes)."""
    offsets, data = buffers(texts)
    hashes = np.empty(len(offsets) - 1, np.int64)
    launch("texts_hash", len(hashes), len(data) + len(hashes), offsets, data, hashes)
    return hashes


def found_in(texts: Tensor, vocabulary: Tensor) -> NDArray[np.int64]:
    """Which text of a vocabulary each text is, -1 for none: O(bytes).

    Raises:
        TwiceThere: A text is twice in the vocabulary.
    """
    known, known_data = buffers(vocabulary)
    size = 1 << max(2 * len(known), 4).bit_length()
    slots = np.full(size, -1, np.int64)
    put = kernel("texts_table")
    twice = put(known, known_data, hashes_of(vocabulary), slots, size, 0, len(known) - 1)
    if twice:
        raise TwiceThere(twice - 1, known_data[known[twice - 1] : known[twice]].tobytes().decode())
    offsets, data = buffers(texts)
    found = np.empty(len(offsets) - 1, np.int64)
    launch(
        "texts_find", len(found), len(data) + len(found),
        offsets, data, hashes_of(texts), known, known_data, slots, size, found,
    )  # fmt: skip
    return found


class TwiceThere(ValueError):
    """A text is twice in a vocabulary.

    Attributes:
        position: Where it is for the second time.
        text: What it is.
    """

    def __init__(self, position: int, text: str) -> None:
        super().__init__(f"{text!r} is twice in the vocabulary")
        self.position = position
        self.text = text


def buffers(texts: Tensor) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Where each text begins and ends, and the bytes, as kernels take them."""
    assert texts.data is not None
    assert texts.offsets is not None
    return np.ascontiguousarray(texts.offsets), np.ascontiguousarray(texts.data)
