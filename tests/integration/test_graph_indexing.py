"""Brackets of values of pipelines mean what they mean to numpy, in every layout."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import jazz
from client_database import emptying
from jazz import ops
from running_server import RunningServer

SHAPE = (3, 4, 2)
CUBE = np.arange(24.0).reshape(SHAPE) * (np.arange(24).reshape(SHAPE) % 3 > 0)
BOUNDS = st.one_of(st.none(), st.integers(-5, 5))
SLICES = st.builds(slice, BOUNDS, BOUNDS, st.sampled_from([None, 1, 2, -1, -3]))


@pytest.fixture(scope="module")
def db(shared_server: RunningServer) -> Iterator[jazz.Database]:
    with emptying(shared_server.target) as db:
        yield db


@st.composite
def keys(draw: st.DrawFn) -> Any:
    """What numpy takes for an array of `SHAPE`: slices with integers and None among them, or with one vector."""
    front = draw(st.integers(0, 3))
    back = draw(st.integers(0, 3 - front)) if front < 3 else 0
    axes = [*range(front), *range(3 - back, 3)]
    entries: list[Any] = [draw(SLICES) for _ in axes]
    if draw(st.booleans()):
        entries = [
            draw(st.integers(-SHAPE[axis], SHAPE[axis] - 1)) if draw(st.booleans()) else entry
            for axis, entry in zip(axes, entries, strict=True)
        ]
    elif axes:
        place = draw(st.integers(0, len(axes) - 1))
        length = SHAPE[axes[place]]
        positions = st.lists(st.integers(-length, length - 1), max_size=3).map(lambda v: np.array(v, np.int64))
        masks = st.lists(st.booleans(), min_size=length, max_size=length).map(np.array)
        entries[place] = draw(st.one_of(positions, masks))
        return (*entries[:front], ..., *entries[front:])
    entries.insert(front, ...)
    for _ in range(draw(st.integers(0, 2))):
        entries.insert(draw(st.integers(0, len(entries))), None)
    return tuple(entries)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(key=keys(), sparse=st.booleans())
def test_brackets(db: jazz.Database, key: Any, sparse: bool) -> None:
    def indexed(x: Any) -> Any:
        return ops.to_dense((ops.to_sparse(x, "coo") if sparse else x)[key])

    found = db.run(jazz.pipeline(indexed), x=CUBE)
    np.testing.assert_array_equal(found, CUBE[key], strict=True)


@pytest.mark.parametrize("layout", [np.asarray, scipy.sparse.csr_array, scipy.sparse.csc_array])
def test_rows_that_fulfil_a_condition(db: jazz.Database, layout: Any) -> None:
    def of(x: Any) -> Any:
        return ops.to_dense(x[x.sum(axis=1) > 20][:, ::-1])

    matrix = CUBE[..., 0]
    np.testing.assert_array_equal(db.run(jazz.pipeline(of), x=layout(matrix)), matrix[matrix.sum(axis=1) > 20][:, ::-1])


def test_rows_of_a_frame_that_fulfil_a_condition(db: jazz.Database) -> None:
    frame = pd.DataFrame(
        {"age": pd.array([30, None, 50], "Int64"), "name": ["Ada", "Bo", None], "n": [1.5, 2.5, 3.5]},
        index=["a", "b", "c"],
    )
    found = db.run(jazz.pipeline(lambda x: x[x["n"] > 2]), x=frame)
    pd.testing.assert_frame_equal(found, frame[frame["n"] > 2])
