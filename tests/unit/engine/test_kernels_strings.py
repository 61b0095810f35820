"""Texts changed, tested and joined, one by one: compiled and as their source."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jazz_server.engine.string_functions import cases, white_space
from unit.engine.kernel_cases import Configuration
from unit.engine.test_kernels_texts import encoded

each = pytest.mark.parametrize(
    "types",
    [Configuration("int64", "int64", compiled) for compiled in (True, False)],
    ids=["compiled", "source"],
)
some = settings(max_examples=40, deadline=None)
TEXTS = st.lists(
    st.text(st.characters(exclude_categories=["Cs"])) | st.text("ab \x00éßA 四😀", max_size=12), max_size=6
)


def numbers(count: int) -> np.ndarray:
    """Room for a number for each text; what is left unfilled shows."""
    return np.full(count, -7)


def written(types: Configuration, name: str, lengths: np.ndarray, *given_: Any) -> list[str]:
    """The texts of so many bytes that a kernel writes."""
    offsets = np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)
    out = np.full(int(offsets[-1]), 7, np.uint8)
    types.run_rows(name, *given_, offsets, out, rows=len(lengths))
    return [out[begin:end].tobytes().decode() for begin, end in pairwise(offsets)]


@each
@some
@given(texts=TEXTS, start=st.integers(-5, 5), stop=st.integers(-5, 5), sides=st.sampled_from([(0, 1), (1, 0), (1, 1)]))
def test_lengths_and_parts(
    types: Configuration, texts: list[str], start: int, stop: int, sides: tuple[int, int]
) -> None:
    given_, rows = encoded(texts), len(texts)
    counts, begins, lengths = numbers(rows), numbers(rows), numbers(rows)
    types.run_rows("texts_length", *given_, counts, rows=rows)
    assert counts.tolist() == list(map(len, texts))
    types.run_rows("texts_slice", *given_, start, stop, begins, lengths, rows=rows)
    assert written(types, "texts_copy", lengths, given_[1], begins) == [text[start:stop] for text in texts]
    spaces = white_space()
    types.run_rows("texts_strip", *given_, spaces, len(spaces), *sides, begins, lengths, rows=rows)
    strip = {(0, 1): str.rstrip, (1, 0): str.lstrip, (1, 1): str.strip}[sides]
    assert written(types, "texts_copy", lengths, given_[1], begins) == list(map(strip, texts))


@each
@some
@given(texts=TEXTS)
def test_code_points_are_mapped(types: Configuration, texts: list[str]) -> None:
    given_, lengths = encoded(texts), numbers(len(texts))
    offsets, mapped = cases("upper")
    known = len(offsets) - 1
    types.run_rows("texts_mapped_count", *given_, offsets, known, lengths, rows=len(texts))
    found = written(types, "texts_mapped_fill", lengths, *given_, offsets, mapped, known)
    assert found == list(map(str.upper, texts))


@each
@some
@given(
    pairs=st.lists(st.tuples(st.text("abé", max_size=12), st.text("abé", max_size=3)), max_size=6), new=st.text("aé四")
)
def test_texts_are_looked_for_replaced_and_joined(types: Configuration, pairs: list[tuple[str, str]], new: str) -> None:
    texts, wanted = ([pair[i] for pair in pairs] for i in range(2))
    rows, at = len(pairs), np.arange(len(pairs))
    x, y = (*encoded(texts), at), (*encoded(wanted), at)
    borders, found = numbers(len(y[1])), np.zeros(rows, np.bool_)
    types.run_rows("texts_borders", *y[:2], borders, rows=rows)
    types.run_rows("texts_contain", *x, *y, borders, found, rows=rows)
    assert found.tolist() == [b in a for a, b in pairs]
    for name, from_end in ((str.startswith, 0), (str.endswith, 1)):
        types.run_rows("texts_start", *x, *y, from_end, found, rows=rows)
        assert found.tolist() == [name(a, b) for a, b in pairs]
    lengths = np.array([len((a + b).encode()) for a, b in pairs], np.int64)
    assert written(types, "texts_join", lengths, *x, *y) == [a + b for a, b in pairs]
    z = (*encoded([new]), np.zeros(rows, np.int64))
    lengths = numbers(rows)
    types.run_rows("texts_replace_count", *x, *y, borders, z[0], z[2], lengths, rows=rows)
    expected = [a.replace(b, new) if b else a for a, b in pairs]
    assert written(types, "texts_replace_fill", lengths, *x, *y, borders, *z) == expected
