"""Texts, words and vocabularies; the largest entries of rows and sampled products: compiled and as their source."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jazz_server.engine.texts import characters
from unit.engine.kernel_cases import Configuration, Draw, buffers, draws, few, numeric_types, same

each = pytest.mark.parametrize(
    "types",
    [Configuration("int64", "int64", compiled) for compiled in (True, False)],
    ids=["compiled", "source"],
)
some = settings(max_examples=40, deadline=None)
TEXTS = st.lists(st.text(st.characters(exclude_categories=["Cs"])) | st.text("ab\x00éA_ 四😀", max_size=20), max_size=6)


def encoded(texts: list[str]) -> tuple[np.ndarray, np.ndarray]:
    parts = [text.encode() for text in texts]
    offsets = np.cumsum([0, *map(len, parts)]).astype(np.int64)
    return offsets, np.frombuffer(b"".join(parts), np.uint8)


@each
@some
@given(texts=TEXTS)
def test_prefixes_are_ordered_as_texts_are(types: Configuration, texts: list[str]) -> None:
    found = np.full(len(texts), -7)
    types.run_rows("texts_prefix", *encoded(texts), found, rows=len(texts))
    expected = [int.from_bytes(text.encode()[:8].ljust(8, b"\0"), "big") - (1 << 63) for text in texts]
    assert found.tolist() == expected


@each
@some
@given(texts=TEXTS, cut=st.integers(0, 6))
def test_runs_of_texts_are_sorted_stably(types: Configuration, texts: list[str], cut: int) -> None:
    texts = texts * 5
    runs = np.array([0, min(cut, len(texts)), len(texts)])
    order = np.arange(len(texts))
    types.run_rows("texts_sort_runs", *encoded(texts), runs, order, np.zeros(len(texts), np.int64), rows=2)
    for begin, end in pairwise(runs):
        assert order[begin:end].tolist() == sorted(range(begin, end), key=lambda i: texts[i])


@each
@some
@given(texts=TEXTS)
def test_texts_differ_from_those_before_them(types: Configuration, texts: list[str]) -> None:
    texts = sorted(texts * 2)
    found = np.zeros(len(texts), np.bool_)
    types.run_rows("texts_differ", *encoded(texts), np.arange(len(texts)), found, rows=len(texts))
    assert found.tolist() == [i == 0 or texts[i] != texts[i - 1] for i in range(len(texts))]


@each
def test_hashes_are_murmurs(types: Configuration) -> None:
    # Of scikit-learn's own tests, and of Wikipedia.
    known = {"": 0, "foo": -156908512, "test": -1167338989, "The quick brown fox jumps over the lazy dog": 776992547}
    found = np.zeros(len(known), np.int64)
    types.run_rows("texts_hash", *encoded([*known]), found, rows=len(known))
    assert found.tolist() == [*known.values()]


@each
@some
@given(known=st.lists(st.text("abé", max_size=4), unique=True), texts=st.lists(st.text("abé", max_size=4)))
def test_texts_are_found_in_a_table(types: Configuration, known: list[str], texts: list[str]) -> None:
    size = 64 if len(known) < 32 else 1024
    slots = np.full(size, -1)
    # Hashes that are all alike put everything one behind the other.
    hashes, own = np.full(len(known), -5), np.full(len(texts), -5)
    assert types.run("texts_table", *encoded(known), hashes, slots, size, 0, len(known)) == 0
    found = np.full(len(texts), -7)
    types.run_rows("texts_find", *encoded(texts), own, *encoded(known), slots, size, found, rows=len(texts))
    assert found.tolist() == [known.index(text) if text in known else -1 for text in texts]


@each
def test_a_text_that_is_twice_in_a_table_is_told(types: Configuration) -> None:
    known = ["a", "b", "a", "b"]
    assert types.run("texts_table", *encoded(known), np.zeros(4, np.int64), np.full(16, -1), 16, 0, 4) == 3


@each
@some
@given(texts=TEXTS, least=st.integers(1, 3), lowercase=st.booleans())
def test_words_are_counted_and_written(types: Configuration, texts: list[str], least: int, lowercase: bool) -> None:
    tables = characters()
    lower = tables.lower if lowercase else tables.same
    given_: tuple[Any, ...] = (*encoded(texts), tables.words, lower, len(lower), least)
    counts, lengths = np.full(len(texts), -7), np.full(len(texts), -7)
    types.run_rows("tokens_count", *given_, counts, lengths, rows=len(texts))
    words = [[w for w in re.findall(r"\w+", text) if len(w) >= least] for text in texts]
    written = ["".join(chr(lower[ord(c)]) for c in w) for of_one in words for w in of_one]
    assert counts.tolist() == [len(of_one) for of_one in words]
    first_token, first_byte = (np.concatenate(([0], np.cumsum(found))) for found in (counts, lengths))
    begins, out = np.full(len(written) + 1, first_byte[-1]), np.zeros(int(first_byte[-1]), np.uint8)
    types.run_rows("tokens_fill", *given_, first_token, first_byte, begins, out, rows=len(texts))
    assert [out[begin:end].tobytes().decode() for begin, end in pairwise(begins)] == written


@numeric_types
@few
@given(case=draws(), data=st.data())
def test_the_largest_entries_of_rows_are_marked(types: Configuration, case: Draw, data: st.DataObject) -> None:
    a = case.csr(types)
    limits = np.array([data.draw(st.integers(-1, 5)) for _ in range(case.rows)], np.int64)
    heap, marks = np.full(a.nnz, -7, np.int64), np.zeros(a.nnz, np.bool_)
    indptr, _, values = buffers(a)
    types.run_rows("csr_mark_largest", indptr, values, limits, heap, marks, rows=case.rows)
    for row, limit in enumerate(limits):
        entries = range(indptr[row], indptr[row + 1])
        ranked = sorted(entries, key=lambda p: (bool(values[p] != values[p]), -float(values[p]), p))
        assert set(np.flatnonzero(marks[indptr[row] : indptr[row + 1]]) + indptr[row]) == set(ranked[: max(limit, 0)])


@numeric_types
@few
@given(case=draws(special=False))
def test_products_are_computed_where_they_are_asked_for(types: Configuration, case: Draw) -> None:
    pattern = case.csr(types)
    a, b = case.values(types, (case.rows, case.inner), 1), case.values(types, (case.columns, case.inner), 2)
    out = types.empty(pattern.nnz)
    indptr, indices, _ = buffers(pattern)
    types.run_rows("csr_sampled_matmul", indptr, indices, a, b, out, case.inner, rows=case.rows)
    rows = np.repeat(np.arange(case.rows), np.diff(indptr))
    same(out, (a @ b.T)[rows, indices].astype(types.dtype))
