"""Statistics of texts, bytes and factors."""

from collections import Counter
from itertools import pairwise

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from jazz_server.statistics.texts import describe_factor, describe_texts
from unit.statistics.memory import go_on, stored, watched


def frequencies(found):
    values = found.frequencies.values
    bounds = values.offsets.tolist()
    texts = [values.data.tobytes()[a:b] for a, b in pairwise(bounds)]
    return dict(zip(texts, found.frequencies.counts, strict=True))


@given(st.lists(st.one_of(st.none(), st.sampled_from(["a", "b", "né", ""])), min_size=1, max_size=50))
def test_few_texts_are_counted_exactly(texts):
    if all(text is None for text in texts):
        texts.append("a")
    found = describe_texts(stored(texts), 100, go_on)
    known = [text.encode() for text in texts if text is not None]

    assert (found.seen, found.missing) == (len(texts), texts.count(None))
    assert frequencies(found) == dict(Counter(known))
    assert found.frequencies.distinct == len(set(known))
    assert found.lengths.minimum == min(map(len, known))
    assert found.lengths.maximum == max(map(len, known))
    assert found.lengths.mean == sum(map(len, known)) / len(known)


def test_the_most_frequent_come_first_and_the_rest_is_counted():
    found = describe_texts(stored([str(n) for n in range(20)] + ["7", "7", "3"]), 100, go_on)

    assert list(frequencies(found).items())[:2] == [(b"7", 3), (b"3", 2)]
    assert len(found.frequencies.counts) == 6
    assert found.frequencies.distinct == 20


def test_long_texts_are_cut_between_characters():
    [text] = frequencies(describe_texts(stored(["é" * 1000]), 100, go_on))

    assert text.decode().endswith("…")
    assert len(text) <= 48


def test_when_all_are_missing_there_is_nothing_to_count():
    found = describe_texts(stored(pd.array([None, None], dtype="string")), 100, go_on)

    assert (found.missing, found.frequencies, found.lengths) == (2, None, None)


def test_very_large_texts_are_not_read_whole():
    tensor = watched(["x" * 1_000_000] * 50)
    found = describe_texts(tensor.tensor, 1000, go_on)

    assert tensor.reads.nbytes < 4 << 20
    assert found.lengths.maximum == 1_000_000
    assert found.seen <= 50


def test_many_texts_are_sampled():
    tensor = watched([f"text {n % 3}" for n in range(500_000)])
    found = describe_texts(tensor.tensor, 10_000, go_on)

    assert found.seen <= 10_000
    assert found.frequencies.distinct == 3
    assert tensor.reads.nbytes < 1 << 20


def test_the_values_of_a_factor_are_counted():
    codes = pd.Categorical(["b", None, "a", "b"], categories=["a", "b", "unused"])
    found = describe_factor(stored(codes), 100, go_on)

    assert frequencies(found) == {b"b": 2, b"a": 1}
    assert (found.seen, found.missing, found.frequencies.distinct) == (4, 1, 2)
