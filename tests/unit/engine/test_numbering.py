"""Texts by numbers: the table that numbers them, and when it is given up."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jazz.convert import to_value
from jazz.values import Tensor
from jazz_server.engine.numbering import numbered
from jazz_server.engine.ordering import ranks_of_texts
from unit.engine.kernel_cases import Configuration
from unit.engine.test_kernels_texts import TEXTS, each, encoded


def texts_of(texts: list[str]) -> Tensor:
    found = to_value(np.array(texts, np.dtypes.StringDType()))
    assert isinstance(found, Tensor)
    return found


def in_order_of_first(texts: list[str]) -> list[int]:
    return [list(dict.fromkeys(texts)).index(text) for text in texts]


@each
@settings(max_examples=40, deadline=None)
@given(texts=TEXTS | st.lists(st.text("ab", min_size=6, max_size=17), max_size=12))
def test_texts_are_numbered_in_a_table(types: Configuration, texts: list[str]) -> None:
    texts = texts * 2
    slots, state, numbers = np.full(64, -1), np.array([0, 1000]), np.full(len(texts), -7)
    hashes, first = np.full(32, -7), np.full(32, -7)
    given_ = (*encoded(texts), slots, 64, hashes, first, state, numbers)
    middle = len(texts) // 3
    assert types.run("texts_number", *given_, 0, middle) == middle
    assert types.run("texts_number", *given_, middle, len(texts)) == len(texts)
    assert numbers.tolist() == in_order_of_first(texts)
    different = list(dict.fromkeys(texts))
    assert state[0] == len(different)
    assert first[: state[0]].tolist() == [texts.index(text) for text in different]
    again = np.full(256, -1)
    types.run_rows("numbers_place", hashes, again, 256, rows=len(different))
    assert sorted(again[again >= 0]) == list(range(len(different)))
    assert types.run("texts_number", *given_[:2], again, 256, *given_[4:], 0, len(texts)) == len(texts)
    assert state[0] == len(different)


@each
def test_numbering_stops_where_half_of_the_table_is_taken(types: Configuration) -> None:
    texts, state = ["a", "b", "a", "c", "d"], np.array([0, 100])
    given_ = (*encoded(texts), np.full(4, -1), 4, np.zeros(2, np.int64), np.zeros(2, np.int64), state)
    assert types.run("texts_number", *given_, np.zeros(5, np.int64), 0, 5) == 2
    assert state[0] == 2


@each
def test_numbering_stops_where_too_many_slots_are_looked_at_in_vain(types: Configuration) -> None:
    texts, state = [f"{i}" for i in range(100)], np.array([0, 1])
    given_ = (*encoded(texts), np.full(256, -1), 256, np.zeros(128, np.int64), np.zeros(128, np.int64), state)
    row = types.run("texts_number", *given_, np.zeros(100, np.int64), 0, 100)
    assert 0 < row < 100
    assert state.tolist() == [row, state[1]]
    assert state[1] <= 0


@each
@pytest.mark.parametrize("pair", [["svX8Ce+z", "qnldZM#{"], ["?6^IMWAG", "O&1cY5zJ"]])
def test_short_texts_whose_hashes_are_opposite_on_the_way_are_told_apart(types: Configuration, pair: list[str]) -> None:
    state, numbers = np.array([0, 100]), np.full(4, -7)
    given_ = (*encoded(pair * 2), np.full(16, -1), 16, np.zeros(8, np.int64), np.zeros(8, np.int64), state, numbers)
    assert types.run("texts_number", *given_, 0, 4) == 4
    assert numbers.tolist() == [0, 1, 0, 1]


@settings(deadline=None)
@given(texts=TEXTS)
def test_few_texts_are_always_numbered(texts: list[str]) -> None:
    found = numbered(texts_of(texts))
    assert found is not None
    assert found.numbers.tolist() == in_order_of_first(texts)
    assert found.first.tolist() == [texts.index(text) for text in dict.fromkeys(texts)]


@pytest.mark.parametrize("different", [1, 5_000, 12_000])
def test_tables_grow_with_the_texts_that_differ(different: int) -> None:
    numbers = np.random.default_rng(1).integers(0, different, 60_000)
    found = numbered(texts_of([f"text number {number}" for number in numbers]))
    assert found is not None
    _, first, inverse = np.unique(numbers, return_index=True, return_inverse=True)
    assert (np.sort(first) == found.first).all()
    assert (numbers[found.first[found.numbers]] == numbers).all()
    assert (first[inverse] == found.first[found.numbers]).all()


def test_texts_most_of_which_are_there_once_are_not_numbered() -> None:
    assert numbered(texts_of([f"{number}" for number in range(20_000)])) is None


@pytest.mark.parametrize("different", [300, 15_000, 20_000])
def test_texts_have_ranks_whether_they_are_numbered_or_not(different: int) -> None:
    numbers = np.random.default_rng(2).permutation(20_000) % different
    texts = [f"{number}é" for number in numbers]
    ordered = {text: rank for rank, text in enumerate(sorted(set(texts)))}
    ranks = np.unique(ranks_of_texts(texts_of(texts)), return_inverse=True)[1]
    assert ranks.tolist() == [ordered[text] for text in texts]
