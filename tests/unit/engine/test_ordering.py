"""The stable order of keys."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jazz_server.engine.ordering import stable_order

TYPES = ("int8", "int16", "int32", "int64", "uint64")
APART = (1, 1 << 16, 1 << 17, (1 << 32) - 1, 1 << 32, 1 << 62)


@settings(deadline=None)
@given(data=st.data(), dtype=st.sampled_from(TYPES), apart=st.sampled_from(APART))
def test_equal_keys_stay_in_their_order(data: st.DataObject, dtype: str, apart: int) -> None:
    limits = np.iinfo(dtype)
    least = data.draw(st.integers(limits.min, limits.max))
    steps = data.draw(st.lists(st.integers(0, 3), max_size=40))
    keys = np.array([min(least + step * (apart // 3), limits.max) for step in steps], dtype)
    found = stable_order(keys)
    assert found.dtype == np.int64
    assert found.tolist() == np.argsort(keys, kind="stable").tolist()


@pytest.mark.parametrize("bound", [3, 1 << 16, 1 << 20, 1 << 40])
def test_many_keys_are_ordered_as_few_are(bound: int) -> None:
    keys = np.random.default_rng(1).integers(-bound, bound, 50_000)
    assert (stable_order(keys) == np.argsort(keys, kind="stable")).all()


def test_floating_point_keys_have_an_order() -> None:
    assert stable_order(np.array([1.5, -np.inf, 1.5, 0.0])).tolist() == [1, 3, 0, 2]
