"""What is made of texts, one by one: lengths, cases, parts, answers, and texts of several."""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from jazz.values import Tensor, dense
from jazz_server.engine import structure
from jazz_server.engine.errors import OpError
from jazz_server.engine.launch import launch
from jazz_server.engine.layouts import missing_array
from jazz_server.engine.memory import check_bytes
from jazz_server.engine.missing import marked
from jazz_server.engine.strings import Beside, Placed, beside, made, shaped
from jazz_server.engine.texts import KNOWN, STRING, buffers, listed, single

_SPACES: Final = 0x3001
"""Code points from here on are no white space."""

_ASCII: Final = 0x80
_FAR: Final = 2**62
"""More code points than a text has."""

_SIGMA: Final = "Σ"


@cache
def white_space() -> NDArray[np.bool_]:
    """Which code points are white space to Python's `str.strip`."""
    return np.array([chr(code).isspace() for code in range(_SPACES)])


@cache
def cases(case: str) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """What each code point becomes in upper or lower case, as texts; made in a tenth of a second."""
    change = str.upper if case == "upper" else str.lower
    every = [change(chr(code)).encode("utf-8", "surrogatepass") for code in range(KNOWN)]
    offsets = np.zeros(KNOWN + 1, np.int64)
    np.cumsum([*map(len, every)], out=offsets[1:])
    return offsets, np.frombuffer(b"".join(every), np.uint8)


def lengths_of(texts: Tensor) -> Tensor:
    """How many code points each text of a vector has: O(bytes)."""
    offsets, data = buffers(texts)
    check_bytes(offsets.nbytes, "the lengths of texts")
    found = np.empty(texts.size, np.int64)
    launch("texts_length", texts.size, len(data) + texts.size, offsets, data, found)
    return dense(found)


def in_case(texts: Tensor, case: str) -> Tensor:
    """The texts of a vector in upper or lower case, as Python's `str` writes them: O(bytes)."""
    offsets, data = buffers(texts)
    if not len(data) or int(data.max()) < _ASCII:
        check_bytes(3 * data.nbytes, "the texts of a result")
        first = ord("a" if case == "upper" else "A")
        letters = (data >= first) & (data < first + 26)
        return Tensor(STRING, texts.shape, data=np.where(letters, data ^ 0x20, data), offsets=offsets)
    mapped_offsets, mapped = cases(case)
    work, lengths = len(data) + texts.size, np.empty(texts.size, np.int64)
    launch("texts_mapped_count", texts.size, work, offsets, data, mapped_offsets, KNOWN, lengths)
    found = made(lengths, "texts_mapped_fill", work, offsets, data, mapped_offsets, mapped, KNOWN)
    return _with_last_sigmas(texts, found) if case == "lower" else found


def _with_last_sigmas(texts: Tensor, lower: Tensor) -> Tensor:
    """Texts in lower case, of which those with a Σ are Python's own: what that becomes depends on what is around it."""
    _, data = buffers(texts)
    first, second = _SIGMA.encode()
    if not np.any((data[:-1] == first) & (data[1:] == second)):
        return lower
    greek = np.flatnonzero(contains(beside(texts, single(_SIGMA))).array())
    written = [text.lower().encode() for text in listed(structure.picked(texts, greek))]
    offsets = np.cumsum([0, *map(len, written)]).astype(np.int64)
    own = Tensor(STRING, (len(greek),), data=np.frombuffer(b"".join(written), np.uint8), offsets=offsets)
    at = np.arange(texts.size)
    at[greek] = texts.size + np.arange(len(greek))
    return structure.arranged(structure.pooled((lower, own), None), at)


def stripped(texts: Tensor, side: str) -> Tensor:
    """The texts of a vector without white space at their left end, their right end or both: O(bytes)."""
    sides = int(side != "right"), int(side != "left")
    return _parts(texts, "texts_strip", white_space(), _SPACES, *sides)


def sliced(texts: Tensor, start: int | None, stop: int | None) -> Tensor:
    """The code points of each text of a vector from `start` up to `stop`, as Python slices: O(bytes)."""
    first, last = (max(-_FAR, min(bound, _FAR)) for bound in (start or 0, _FAR if stop is None else stop))
    return _parts(texts, "texts_slice", first, last)


def _parts(texts: Tensor, kernel: str, *given: object) -> Tensor:
    """What a kernel finds of each text, which says where it begins and how long it is."""
    offsets, data = buffers(texts)
    check_bytes(2 * offsets.nbytes, "the parts of texts")
    begins, lengths = (np.empty(texts.size, np.int64) for _ in range(2))
    launch(kernel, texts.size, len(data) + texts.size, offsets, data, *given, begins, lengths)
    return made(lengths, "texts_copy", texts.size, data, begins)


def joined(found: Beside) -> Tensor:
    """The texts of two operands, one behind the other: O(bytes)."""
    a, b = found.operands
    return shaped(made(a.lengths + b.lengths, "texts_join", len(a.at), *a.buffers, *b.buffers), found)


def starts(found: Beside, *, from_end: bool = False) -> Tensor:
    """Whether texts start with others, or end with them: O(bytes of these)."""
    x, wanted = found.operands
    answers = np.empty(len(x.at), np.bool_)
    launch("texts_start", len(x.at), wanted.work, *x.buffers, *wanted.buffers, int(from_end), answers)
    return _answered(answers, found)


def contains(found: Beside) -> Tensor:
    """Whether others are anywhere in texts: O(bytes)."""
    x, wanted = found.operands
    answers = np.empty(len(x.at), np.bool_)
    launch("texts_contain", len(x.at), found.work, *x.buffers, *wanted.buffers, _borders(wanted), answers)
    return _answered(answers, found)


def replaced(found: Beside) -> Tensor:
    """Texts with new ones in the place of each occurrence of old ones, from the left: O(bytes), those written included.

    Raises:
        OpError: An old text is empty.
    """
    x, old, new = found.operands
    empty = old.lengths == 0
    if np.any(empty if found.missing is None else empty & ~found.missing):
        raise OpError("old", "texts that are not empty", "''")
    borders, lengths = _borders(old), np.empty(len(x.at), np.int64)
    given = (*x.buffers, *old.buffers, borders)
    launch("texts_replace_count", len(x.at), found.work, *given, new.offsets, new.at, lengths)
    return shaped(made(lengths, "texts_replace_fill", found.work, *given, *new.buffers), found)


def chosen(condition: Tensor, a: Tensor, b: Tensor, shape: tuple[int, ...]) -> Tensor:
    """Texts of one of two operands; missing where the condition is, or the one that it chooses: O(bytes)."""
    nothing = Tensor(
        a.dtype, (1,), data=np.empty(0, np.uint8), offsets=np.zeros(2, np.int64), validity=np.zeros(1, np.uint8)
    )
    pool = structure.pooled((a, b, nothing), None)
    check_bytes(8 * 4 * int(np.prod(shape, dtype=object)), "which texts are chosen")
    at = np.where(condition.array(), structure.numbered(a), structure.numbered(b, a.size))
    if condition.validity is not None:
        at = np.where(missing_array(condition), a.size + b.size, at)
    return structure.arranged(pool, np.broadcast_to(at, shape))


def _borders(wanted: Placed) -> NDArray[np.int64]:
    """What searching for texts asks of them."""
    check_bytes(8 * len(wanted.data), "the borders of texts")
    borders = np.empty(len(wanted.data), np.int64)
    texts = len(wanted.offsets) - 1
    launch("texts_borders", texts, len(borders) + texts, wanted.offsets, wanted.data, borders)
    return borders


def _answered(answers: NDArray[np.bool_], found: Beside) -> Tensor:
    result = dense(answers.reshape(found.shape))
    return result if found.missing is None else marked(result, found.missing.reshape(found.shape))
