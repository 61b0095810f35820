"""Tables joined by keys: what is known before it runs, and what is refused."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from jazz.values import DataType, Layout, Value, dense
from jazz_server.engine import memory
from jazz_server.engine.catalogue import CATALOGUE
from jazz_server.engine.errors import MemoryLimit, OpError
from jazz_server.kinds.types import AnyType, FieldType, Symbol, TableType, TensorType
from unit.engine.merged import merge, numbered, refused, times, unchecked, whole
from unit.engine.samples import infer
from unit.engine.test_ops_values import texts

N, M = Symbol("n"), Symbol("m")


# Types


def closed(**fields: Any) -> TableType:
    return TableType(tuple(FieldType(name, type_) for name, type_ in fields.items()), closed=True)


def vector(length: Any, dtype: str = "int64", **more: Any) -> TensorType:
    return TensorType((DataType(dtype),), (length,), (Layout.DENSE,), **more)


def typed(left: Any, right: Any, **more: Any) -> str:
    (type_,), wrong = infer(CATALOGUE["merge"], [left, right], left_on=("k",), right_on=("k",), **more)
    assert not wrong
    return str(type_)


def test_keys_that_are_there_once_say_how_many_rows_there_are() -> None:
    left, right = closed(k=vector(N), x=vector(N)), closed(k=vector(M), y=vector(M, "float64"))
    told = "{k: int64[n], x: int64[n], y: float64[n]?}"
    for validate in ("many_to_one", "one_to_one"):
        assert typed(left, right, how="left", validate=validate) == told
    assert typed(left, right, how="right", validate="one_to_many").startswith("{k: int64[m], x: int64[m]?")
    for more in ({"how": "left"}, {"how": "left", "validate": "one_to_many"}, {"validate": "one_to_one"}):
        assert "[n]" not in typed(left, right, **more)


def test_what_a_table_may_have_besides_is_not_known_of_the_result() -> None:
    left, right = closed(k=vector(N), x=vector(N), z=vector(N)), TableType((FieldType("z", vector(M)),))
    assert re.sub(r"\?\d+", "r", typed(left, right)) == "{k: int64[r], z_x: int64[r], z_y: int64[r], ...}"
    assert typed(AnyType(), left).startswith("{k: any value, ...}")
    maybe = TableType((FieldType("k", vector(M)), FieldType("x", vector(M), optional=True)), closed=True)
    assert re.sub(r"\?\d+", "r", typed(left, maybe)) == "{k: int64[r], z: int64[r], ...}"


def test_units_are_kept_and_keys_have_the_same() -> None:
    metres, seconds = vector(N, unit="m"), vector(M, unit="s")
    assert "int64[n] in m" in typed(
        closed(k=vector(N), x=metres), closed(k=vector(M)), how="left", validate="many_to_one"
    )
    assert refused(closed(k=metres), closed(k=seconds)) == [
        "right.k: expected a length in m, as `left.k`, found s, a time"
    ]


# What is refused


def test_tables_without_the_keys_are_refused() -> None:
    table_ = whole(key=dense(np.array([1])), x=dense(np.array([1])))
    wrong = "left_on: expected some of the fields `key`, `x`, found `keys` (did you mean key?)"
    assert refused(table_, table_, ("keys",), ("key",)) == [wrong]
    assert refused(vector(1), table_, ("key",)) == ["left: expected a table, found a tensor int64[1]"]
    with pytest.raises(OpError, match=re.escape(wrong)):
        unchecked(table_, table_, ("keys",), ("key",))


@pytest.mark.parametrize(
    ("a", "b", "wrong"),
    [
        (dense(np.eye(2)), dense(np.eye(2)), "left.k: expected a vector, found rank 2 [2, 2]"),
        (texts("a"), dense(np.array([1])), "right.k: expected texts (string or factor), as `left.k`, found int64"),
        (dense(np.array([1j])), dense(np.array([1])), "left.k: expected elements that have an order, found complex128"),
        (
            times("date", None, 1),
            times("timestamp", "s", 1),
            "right.k: expected dates, as `left.k`, found timestamp[s]",
        ),
        (whole(x=texts("a")), texts("a"), "left.k: expected a tensor, found a table"),
    ],
)
def test_keys_that_are_none_are_refused(a: Value, b: Value, wrong: str) -> None:
    left, right = whole(k=a), whole(k=b)
    assert refused(left, right)[0].startswith(wrong)
    with pytest.raises(OpError, match=re.escape(wrong)):
        unchecked(left, right)


@pytest.mark.parametrize(
    ("settings", "wrong"),
    [
        ({"how": "full"}, "how: expected 'inner', 'left', 'right', 'outer', 'semi' or 'anti', found 'full'"),
        ({"validate": "one_to_on"}, "found 'one_to_on' (did you mean one_to_one, one_to_many or many_to_one?)"),
        ({"on": ("k", "k")}, "left_on: expected each name once, found `k` again"),
        ({"on": ()}, "left_on: expected names of fields, found none"),
        ({"right_on": ("k", "x")}, "right_on: expected as many names as left_on has, 1, found 2"),
        ({"suffixes": ("_x",)}, "suffixes: expected two texts, found `_x`"),
        ({"suffixes": ("_x", "\0")}, "suffixes: expected texts without NUL, found ('_x', '\\x00')"),
    ],
)
def test_settings_that_say_nothing_are_refused(settings: dict[str, Any], wrong: str) -> None:
    found = refused(numbered(texts("a"), "x"), numbered(texts("a"), "x"), **settings)
    assert found
    assert found[0].endswith(wrong)


@pytest.mark.parametrize(
    ("validate", "side"),
    [("one_to_one", "left"), ("one_to_one", "right"), ("one_to_many", "left"), ("many_to_one", "right")],
)
def test_keys_that_are_there_again_are_refused_if_they_are_to_be_there_once(validate: str, side: str) -> None:
    once, again = numbered(texts("a", "b"), "i"), numbered(texts("b", "a", "c", "a"), "j")
    given = (again, once) if side == "left" else (once, again)
    wrong = f'{side}: expected each key once, as validate="{validate}" has it, found the key of row 1 again in row 3'
    with pytest.raises(OpError, match=re.escape(wrong)):
        merge(*given, validate=validate)
    merge(*given, validate="many_to_many")
    merge(once, once, validate=validate)


def test_a_product_that_is_too_large_is_refused() -> None:
    many = numbered(dense(np.zeros(40_000, np.int64)), "i")
    before = memory.limit_bytes()
    with pytest.raises(MemoryLimit, match="1600000000 rows of joined tables would take"):
        unchecked(many, many)
    assert memory.limit_bytes() == before
