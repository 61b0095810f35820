"""Pairs of rows with equal keys: compiled and as their source."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jazz_server.engine import pairs
from unit.engine.kernel_cases import Configuration, few, same

KEYS = 5
compiled_or_not = pytest.mark.parametrize("types", [Configuration("int64", "int64", c) for c in (True, False)])
codes = st.lists(st.integers(0, KEYS - 1), max_size=12).map(lambda found: np.array(found, np.int64))


def joined(left: np.ndarray, right: np.ndarray, how: str) -> tuple[np.ndarray, np.ndarray]:
    """The rows that pandas puts beside each other; -1 beside one that is alone."""
    tables = [pd.DataFrame({"k": each, name: np.arange(len(each))}) for each, name in ((left, "l"), (right, "r"))]
    found = tables[0].merge(tables[1], on="k", how=how).fillna(-1)
    return found["l"].to_numpy(np.int64), found["r"].to_numpy(np.int64)


@compiled_or_not
@few
@given(left=codes, right=codes, alone=st.booleans())
def test_rows_are_beside_all_that_have_their_key(
    types: Configuration, left: np.ndarray, right: np.ndarray, alone: bool
) -> None:
    counts, middle = np.bincount(right, minlength=KEYS), len(left) // 3
    expected = joined(left, right, "left" if alone else "inner")
    rows, others = np.full((2, len(expected[0])), -7)
    first = types.run("pairs_count", left, counts, int(alone), 0, middle)
    assert first + types.run("pairs_count", left, counts, int(alone), middle, len(left)) == len(rows)
    starts = np.concatenate(([0], np.cumsum(counts)))
    given_ = (left, starts, np.argsort(right, kind="stable"), rows, others, int(alone))
    types.run("pairs_of_many", *given_, 0, 0, middle)
    types.run("pairs_of_many", *given_, first, middle, len(left))
    same((rows, others), expected)


@compiled_or_not
@few
@given(left=codes, right=st.permutations(range(KEYS)), some=st.integers(0, KEYS))
def test_rows_are_beside_the_one_that_has_their_key(
    types: Configuration, left: np.ndarray, right: list[int], some: int
) -> None:
    there = np.array(right[:some], np.int64)
    partner = np.full(KEYS, -1)
    partner[there] = np.arange(some)
    expected = joined(left, there, "inner")
    rows, others = np.full((2, len(expected[0])), -7)
    types.run("pairs_of_one", left, partner, rows, others, 0, len(rows), 0, len(left))
    same((rows, others), expected)


@pytest.mark.parametrize("how", ["inner", "left", "outer"])
@pytest.mark.parametrize("once", [False, True])
def test_any_number_of_threads_finds_the_same_pairs(how: str, once: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(8)
    left, right = random.integers(0, 90, 500), random.permutation(100) if once else random.integers(0, 100, 300)
    alone = {"left_alone": how != "inner", "right_alone": how == "outer", "by_key": how == "outer"}
    found = []
    for threads in (1, 3):
        monkeypatch.setattr(pairs, "_GRAIN", 1)
        monkeypatch.setattr(pairs, "thread_count", lambda threads=threads: threads)
        pair = pairs.matched(left, right, 100, **alone)
        found.append((pair.left, pair.right))
    same(found[0], found[1])
    if how != "outer":
        same(found[0], joined(left, right, how))
