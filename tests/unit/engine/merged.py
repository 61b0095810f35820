"""Tables joined by keys, short to write and to read, with what has to be so of all of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from jazz import codec
from jazz.convert import to_value
from jazz.values import DataType, Table, Tensor, Value, dense
from jazz_server.engine.catalogue import CATALOGUE
from jazz_server.engine.missing import missing_entries
from jazz_server.kinds.match import type_of
from unit.engine.samples import Steps, infer, settings_of
from unit.engine.samples import apply as op
from unit.engine.test_ops_tables import assert_fits

HOWS = ("inner", "left", "right", "outer")


def whole(**fields: Value) -> Table:
    return Table(tuple(fields.items()))


def numbered(key: Value, name: str) -> Table:
    """A table of a key and the number of each row."""
    assert isinstance(key, Tensor)
    return Table((("k", key), (name, dense(np.arange(key.shape[0])))))


def merge(left: Table, right: Table, on: Any = ("k",), right_on: Any = None, **more: Any) -> Any:
    """The tables joined; the result fits its type, and is what the wire takes."""
    chosen = {"left_on": on, "right_on": right_on or on} | more
    found = op("merge", left, right, **chosen)
    (type_,), wrong = infer(CATALOGUE["merge"], [type_of(left), type_of(right)], **chosen)
    assert not wrong
    assert_fits(found, type_)
    encoded = codec.encode(found)
    codec.decode(encoded.header, encoded.body())
    return found


def unchecked(left: Table, right: Table, on: Any = ("k",), right_on: Any = None, **more: Any) -> Any:
    """The result where types are not known beforehand."""
    chosen = {"left_on": on, "right_on": right_on or on} | more
    return CATALOGUE["merge"].run(Steps(), [left, right], settings_of(CATALOGUE["merge"], chosen))[0]


def refused(left: Any, right: Any, on: Any = ("k",), right_on: Any = None, **more: Any) -> list[str]:
    given = [type_of(x) if isinstance(x, Table) else x for x in (left, right)]
    return infer(CATALOGUE["merge"], given, left_on=on, right_on=right_on or on, **more)[1]


def rows(found: Table, name: str) -> list[int | None]:
    column = found[name]
    assert isinstance(column, Tensor)
    return [None if gone else int(x) for x, gone in zip(column.array(), missing_entries(column), strict=True)]


def pairs(found: Table) -> list[tuple[int | None, int | None]]:
    return list(zip(rows(found, "i"), rows(found, "j"), strict=True))


def times(name: str, unit: str | None, *elements: int, zone: str = "") -> Tensor:
    dtype = DataType(name, unit=unit, zone=zone)
    return replace(dense(np.array(elements, dtype.storage)), dtype=dtype)


def factor(*elements: str | None, categories: list[str]) -> Tensor:
    found = to_value(pd.Categorical(list(elements), categories=categories))
    assert isinstance(found, Tensor)
    return found
