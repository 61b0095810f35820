"""Texts: words, vocabularies, hashes, their order. References are Python's own strings, one text at a time."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from jazz.values import DataType, Layout, Table, Tensor, dense
from jazz_server.engine.catalogue import CATALOGUE
from jazz_server.engine.errors import OpError
from jazz_server.engine.texts import characters, hashes_of
from jazz_server.kinds.match import type_of
from jazz_server.kinds.types import AnyType, Symbol, TensorType
from unit.engine.samples import apply as op
from unit.engine.samples import array_of, infer, is_canonical
from unit.engine.test_ops_values import strings, texts

TEXTS = st.lists(st.text(st.characters(exclude_categories=["Cs"])) | st.text("aAbB _1ß İΣσς né四\x00😀", max_size=12))


def in_lower_case(text: str) -> str:
    """Character by character, by Unicode's simple mapping."""
    return "".join({"İ": "i", "Σ": "σ"}.get(c, c.lower()) for c in text)  # noqa: RUF001


def words(text: str, *, lowercase: bool = True, least: int = 2) -> list[str]:
    return [w for w in re.findall(r"\w+", in_lower_case(text) if lowercase else text) if len(w) >= least]


@settings(deadline=None)
@given(found=TEXTS, lowercase=st.booleans(), least=st.integers(1, 3))
def test_words_are_those_of_re(found: list[str], lowercase: bool, least: int) -> None:
    table = op("tokenize", texts(*found), lowercase=lowercase, min_length=least)
    expected = [words(text, lowercase=lowercase, least=least) for text in found]
    assert strings(table["tokens"]) == [word for of_one in expected for word in of_one]
    assert table["lengths"].array().tolist() == [len(of_one) for of_one in expected]


def test_every_character_is_what_python_says() -> None:
    every = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]
    known = characters()
    is_word = [bool(re.match(r"\w", c)) for c in every]
    assert [ord(c) < len(known.words) and bool(known.words[ord(c)]) for c in every] == is_word
    changed = {ord(c): ord(in_lower_case(c)) for c in every if in_lower_case(c) != c}
    assert {int(code): int(known.lower[code]) for code in np.flatnonzero(known.lower != known.same)} == changed


def test_most_words_are_written_as_python_lowers_whole_texts() -> None:
    found = ["Grüße, WELT", "ÀÉÎÕÜ ŸŽŠ", "ПРИВЕТ мир", "ΑΒΓ ΔΕ", "ǅ ǄǅǆẞK"]
    (table,) = (op("tokenize", texts(*found)),)
    assert strings(table["tokens"]) == [w for text in found for w in re.findall(r"(?u)\b\w\w+\b", text.lower())]


def test_a_text_that_is_missing_has_no_length() -> None:
    x = replace(texts("one two", "", "three"), validity=np.array([0b101], np.uint8))
    table = op("tokenize", x)
    assert strings(table["tokens"]) == ["one", "two", "three"]
    assert table["lengths"].validity.tolist() == [0b101]
    for name, args in (("count_tokens", [table, texts("one")]), ("hash_features", [table]), ("hash_features", [x])):
        with pytest.raises(OpError) as caught:
            op(name, *args)
        assert caught.value.found == "1 missing element"


@settings(deadline=None)
@given(found=TEXTS, extra=st.lists(st.text(max_size=4), unique=True))
def test_words_of_a_vocabulary_are_counted(found: list[str], extra: list[str]) -> None:
    vocabulary = list(dict.fromkeys([*extra, *(word for text in found for word in words(text)[::2])]))
    counts = op("count_tokens", op("tokenize", texts(*found)), texts(*vocabulary))
    expected = [[words(text).count(word) for word in vocabulary] for text in found]
    assert_array_equal(array_of(counts), np.array(expected, np.int64).reshape(len(found), len(vocabulary)))
    assert is_canonical(counts)
    assert counts.data is not None
    assert np.all(counts.data > 0)


def test_words_to_counts_to_weights() -> None:
    table = op("tokenize", texts("the cat sat", "the dog", ""))
    vocabulary = op("unique", table["tokens"])[0]
    assert strings(vocabulary) == ["cat", "dog", "sat", "the"]
    weights = op("tfidf", op("count_tokens", table, vocabulary))
    # As scikit-learn's TfidfVectorizer gives them.
    expected = [
        [0.6227660078332259, 0, 0.6227660078332259, 0.4736296010332684],
        [0, 0.7959605415681652, 0, 0.6053485081062916],
        [0, 0, 0, 0],
    ]
    np.testing.assert_allclose(array_of(weights), expected, rtol=1e-14)


def test_a_word_that_is_twice_in_a_vocabulary_is_refused() -> None:
    with pytest.raises(OpError) as caught:
        op("count_tokens", op("tokenize", texts("a")), texts("one", "two", "one"))
    assert (caught.value.field, caught.value.found) == ("vocabulary", "'one' twice")


def test_lengths_that_are_not_those_of_the_words_are_refused() -> None:
    for lengths in ([1], [3, -1], [], [1, 1, 1]):
        table = Table((("tokens", texts("a", "b")), ("lengths", dense(np.array(lengths, np.int64)))))
        with pytest.raises(OpError, match="lengths"):
            op("hash_features", table)


def murmurhash3(text: bytes) -> int:
    """MurmurHash3_x86_32, seed 0, as Austin Appleby wrote it (public domain), signed."""

    def rotated(word: int, bits: int) -> int:
        return (word << bits | word >> (32 - bits)) & 0xFFFFFFFF

    def mixed(word: int) -> int:
        return rotated(word * 0xCC9E2D51 & 0xFFFFFFFF, 15) * 0x1B873593 & 0xFFFFFFFF

    h, whole = 0, len(text) // 4 * 4
    for begin in range(0, whole, 4):
        h = (rotated(h ^ mixed(int.from_bytes(text[begin : begin + 4], "little")), 13) * 5 + 0xE6546B64) & 0xFFFFFFFF
    h ^= mixed(int.from_bytes(text[whole:], "little")) ^ len(text)
    h = (h ^ h >> 16) * 0x85EBCA6B & 0xFFFFFFFF
    h = (h ^ h >> 13) * 0xC2B2AE35 & 0xFFFFFFFF
    h ^= h >> 16
    return h - (h >> 31 << 32)


def hashed(rows: list[list[str]], features: int, signs: bool) -> np.ndarray[Any, Any]:
    found = np.zeros((len(rows), features))
    for row, its in zip(found, rows, strict=True):
        for text in its:
            h = murmurhash3(text.encode())
            row[abs(h) % features] += -1 if signs and h < 0 else 1
    return found


def test_hashes_are_those_that_others_give() -> None:
    # Of scikit-learn's own tests, and of Wikipedia.
    known = {"": 0, "foo": -156908512, "test": -1167338989, "The quick brown fox jumps over the lazy dog": 776992547}
    assert {text: murmurhash3(text.encode()) for text in known} == known
    assert hashes_of(texts(*known)).tolist() == [*known.values()]


@settings(deadline=None)
@given(found=TEXTS, features=st.integers(1, 20), signs=st.booleans())
def test_texts_are_counted_by_their_hashes(found: list[str], features: int, signs: bool) -> None:
    options: dict[str, Any] = {"features": features, "alternate_sign": signs}
    vector = op("hash_features", texts(*found), **options)
    assert_array_equal(array_of(vector), hashed([[text] for text in found], features, signs))
    table = op("hash_features", op("tokenize", texts(*found)), **options)
    assert_array_equal(array_of(table), hashed([words(text) for text in found], features, signs))
    pairs = found[: len(found) // 2 * 2]
    matrix = replace(texts(*pairs), shape=(len(pairs) // 2, 2))
    rows = [pairs[i : i + 2] for i in range(0, len(pairs), 2)]
    assert_array_equal(array_of(op("hash_features", matrix, **options)), hashed(rows, features, signs))
    for result in (vector, table):
        assert is_canonical(result)
        assert result.data is not None
        assert np.all(result.data != 0)


def test_types_know_the_rows() -> None:
    n, v = Symbol("n"), Symbol("v")
    string = TensorType((DataType("string"),), (n,), (Layout.DENSE,))
    (table,), wrong = infer(CATALOGUE["tokenize"], [string])
    assert not wrong
    vocabulary = replace(string, shape=(v,))
    assert str(infer(CATALOGUE["count_tokens"], [table, vocabulary])[0][0]) == "int64[n, v] csr"
    assert str(infer(CATALOGUE["hash_features"], [table], features=8)[0][0]) == "float64[n, 8] csr"
    assert (
        str(infer(CATALOGUE["hash_features"], [replace(string, shape=(n, 3))], features=8)[0][0]) == "float64[n, 8] csr"
    )
    assert str(infer(CATALOGUE["count_tokens"], [AnyType(), AnyType()])[0][0]) == "int64[*, *] csr"
    (exact,), _ = infer(CATALOGUE["tokenize"], [type_of(texts("a b", "c"))])
    assert str(exact.fields[1].type) == "int64[2]"


@pytest.mark.parametrize(
    ("name", "args", "reason"),
    [
        ("tokenize", [dense(np.zeros(3))], "x: expected string, found float64"),
        (
            "count_tokens",
            [texts("a"), texts("a")],
            "x: expected a table of words, as tokenize gives it, found a tensor",
        ),
        ("hash_features", [dense(np.zeros(3))], "x: expected string, found float64"),
        ("tokenize", [replace(texts("a", "b"), shape=(1, 2))], "x: expected rank 1, found rank 2 [1, 2]"),
    ],
)
def test_what_are_no_texts_is_refused(name: str, args: list[Tensor], reason: str) -> None:
    (found,) = infer(CATALOGUE[name], [type_of(arg) for arg in args])[1]
    assert found.startswith(reason)


@settings(deadline=None)
@given(found=TEXTS, descending=st.booleans())
def test_texts_are_sorted_by_code_points(found: list[str], descending: bool) -> None:
    order = sorted(range(len(found)), key=lambda i: found[i], reverse=descending)
    assert sorted(found) == sorted(found, key=str.encode)
    result = op("sort", texts(*found), descending=descending)
    assert strings(result) == [found[i] for i in order]
    assert op("argsort", texts(*found), descending=descending).array().tolist() == order


@settings(deadline=None)
@given(found=TEXTS)
def test_each_text_once(found: list[str]) -> None:
    values, indices, inverse, counts = op("unique", texts(*found))
    expected = sorted(set(found))
    assert strings(values) == expected
    assert indices.array().tolist() == [found.index(text) for text in expected]
    assert [expected[i] for i in inverse.array()] == found
    assert counts.array().tolist() == [Counter(found)[text] for text in expected]


def test_many_texts_that_begin_alike_are_sorted() -> None:
    rng = np.random.default_rng(1)
    found = [f"the same beginning {number:04d}" for number in rng.integers(2000, size=5000)] + ["z" * 9, "z" * 8] * 50
    assert strings(op("sort", texts(*found))) == sorted(found)
    assert strings(op("unique", texts(*found))[0]) == sorted(set(found))
