"""Slices of which some are nowhere: their elements are missing, whatever type they have."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from jazz import codec
from jazz.convert import to_value
from jazz.convert.axes import same
from jazz.values import DATA_TYPES, DataType, Order, Tensor, dense
from jazz_server.engine import gaps
from jazz_server.engine.errors import MemoryLimit
from jazz_server.engine.missing import missing_entries
from unit.engine.samples import apply as op
from unit.engine.test_ops_values import holey, texts

POSITIONS = np.array([1, gaps.NOWHERE, 0, gaps.NOWHERE, 1])
THERE = dense(POSITIONS != gaps.NOWHERE)


def vector(name: str) -> Tensor:
    """Two elements of a type."""
    if name == "string":
        return texts("é", "")
    if name == "bytes":
        return to_value(np.array([b"\xff", b""], object))  # type: ignore[return-value]
    dtype = DataType(name, unit="ns" if name in ("timestamp", "duration") else None)
    found = replace(dense(np.array([1, 0]).astype(dtype.storage)), dtype=dtype)
    return replace(found, categories=texts("a", "b")) if name == "factor" else found


def assert_gapped(x: Tensor) -> None:
    found = gaps.taken(x, POSITIONS)
    encoded = codec.encode(found)
    codec.decode(encoded.header, encoded.body())
    assert found.shape == (5, *x.shape[1:])
    assert same(op("filter", found, THERE, axis=0), op("take", x, dense(POSITIONS[POSITIONS >= 0]), axis=0))
    assert missing_entries(op("filter", found, op("logical_not", THERE), axis=0)).all()


@pytest.mark.parametrize("name", DATA_TYPES)
def test_elements_of_any_type_can_be_missing(name: str) -> None:
    assert_gapped(vector(name))


NO_CATEGORY = Tensor(
    DataType("factor"), (2,), data=np.zeros(2, np.int32), categories=texts(), validity=np.zeros(1, np.uint8)
)


@pytest.mark.parametrize(
    "x",
    [
        holey([5, 7], False, True),
        dense(np.arange(12.0).reshape(2, 3, 2)),
        replace(dense(np.arange(6)), shape=(2, 3), order=Order.F),
        replace(texts("a", "b", "é", ""), shape=(2, 2)),
        dense(np.zeros((2, 0))),
        NO_CATEGORY,
    ],
)
def test_slices_of_any_shape_can_be_missing(x: Tensor) -> None:
    assert_gapped(x)


@pytest.mark.parametrize("x", [dense(np.zeros(0)), texts(), dense(np.zeros((0, 2), np.int64))])
def test_of_nothing_everything_is_missing(x: Any) -> None:
    found = gaps.taken(x, np.full(3, gaps.NOWHERE))
    assert (found.shape, found.dtype, found.missing) == ((3, *x.shape[1:]), x.dtype, found.size)


def test_what_is_there_is_taken_as_ever() -> None:
    x = dense(np.arange(3.0))
    assert same(gaps.taken(x, np.array([2, 0])), op("take", x, dense(np.array([2, 0])), axis=0))
    assert gaps.taken(x, np.zeros(0, np.int64)).shape == (0,)


def test_positions_that_have_no_room_are_refused() -> None:
    with pytest.raises(MemoryLimit):
        gaps.taken(dense(np.zeros((1, 2000), np.int8)), np.full(1_000_000, gaps.NOWHERE))
