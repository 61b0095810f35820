"""What operations say of rows is so: the rows of parts are the rows of the whole."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from jazz.values import Tensor
from jazz_server.engine import rows
from jazz_server.engine.catalogue import CATALOGUE
from jazz_server.engine.op import Flow
from jazz_server.kinds.match import type_of
from unit.engine.checking import RTOL, pierced_cases, types_of, values_of
from unit.engine.checks import CHECKS
from unit.engine.samples import array_of, infer, missing_of, run, settings_of

WITH_ROWS = sorted(name for name in CHECKS if CATALOGUE[name].rows is not None)


@pytest.mark.parametrize("name", WITH_ROWS)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_rows_of_parts_are_those_of_the_whole(name: str, data: st.DataObject) -> None:
    op = CATALOGUE[name]
    args, chosen = data.draw(pierced_cases(op, CHECKS[name]))
    types, values = types_of(args), values_of(args)
    if infer(op, types, **chosen)[1]:
        return
    assert op.rows is not None
    whole = run(op, values, **chosen)
    for along in _choices(values):
        if op.rows(along, types, settings_of(op, chosen)) is not Flow.ROWS:
            continue
        length = next(value.shape[0] for value, marked in zip(values, along, strict=True) if marked)
        middle = data.draw(st.integers(1, length - 1))
        parts = [
            run(op, [_part(v, begin, end) if m else v for v, m in zip(values, along, strict=True)], **chosen)
            for begin, end in ((0, middle), (middle, length))
        ]
        for result, *pieces in zip(whole, *parts, strict=True):
            _assert_joined(result, pieces)


def _choices(values: list[Any]) -> list[tuple[bool, ...]]:
    """Which arguments may lie along rows: some that have as many, and whose rows can be cut."""
    possible = [(False, True) if isinstance(v, Tensor) and rows.can_be_cut(type_of(v)) else (False,) for v in values]
    found = []
    for along in product(*possible):
        lengths = {v.shape[0] for v, marked in zip(values, along, strict=True) if marked}
        if len(lengths) == 1 and min(lengths) > 1:
            found.append(along)
    return found


def _part(value: Tensor, begin: int, end: int) -> Tensor:
    return rows.between(value, begin, end)


def _assert_joined(whole: Tensor, parts: list[Tensor]) -> None:
    missing = np.concatenate([missing_of(part) for part in parts])
    assert_array_equal(missing, missing_of(whole))
    found, expected = np.concatenate([array_of(part) for part in parts])[~missing], array_of(whole)[~missing]
    if found.dtype.kind in "fc":
        rtol = RTOL.get(found.dtype.name, 1e-12)
        assert_allclose(found, expected, rtol=rtol, atol=rtol * 8)
    else:
        assert_array_equal(found, expected)
