"""What is known of groups before they are there, what is noted then, and what is refused when it runs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from jazz.values import DataType, Layout, Null, Table, dense
from jazz_server.engine.errors import OpError
from jazz_server.kinds.types import AnyType, Symbol, TensorType
from unit.engine.test_ops_frames import closed, typed, unchecked, vector
from unit.engine.test_ops_groups import FUNCTIONS, of

N = Symbol("n")
SOME = "some of the fields `k`, `x`, `m`, `s`, `sp`, `t`"
MEEN = f"functions: expected {', '.join(FUNCTIONS[:-1])} or last, found `meen` (did you mean mean or median?)"


def second(field: str, function: str, **more: Any) -> dict[str, Any]:
    """Settings of which the second result is told of a field."""
    return {"fields": ("x", field), "functions": ("sum", function), **more}


def inferred(*args: Any, by: tuple[str, ...] = ("k",), **more: Any) -> tuple[str, list[str]]:
    names = more.pop("names", more["functions"])
    return typed("aggregate", *args, by=by, names=names, **more)


def test_the_type_of_the_result_is_known() -> None:
    keys = {"k": vector(N, dtype="int32", nullable=True, unit="m"), "s": vector(N, dtype="string")}
    whole = closed(**keys, x=vector(N, 2, nullable=True), c=TensorType((DataType("float32"),), (N, 5), (Layout.CSR,)))
    fields, functions = ("x", "x", "x", "c", "c", "s"), ("size", "count", "mean", "sum", "first", "max")
    found, wrong = inferred(whole, by=("k", "s"), names=tuple("abcdef"), fields=fields, functions=functions)
    assert not wrong
    assert found == (
        "{k: int32[?1]? in m, s: string[?1], a: int64[?1], b: int64[?1, 2], c: float64[?1, 2]?, d: float32[?1, 5], "
        "e: float32[?1, 5] csr, f: string[?1]}"
    )
    found, wrong = inferred(whole, dropna=True, skipna=True, fields=("x", "x"), functions=("sum", "mean"))
    assert (found, wrong) == ("{k: int32[?1] in m, sum: float64[?1, 2], mean: float64[?1, 2]?}", [])
    empty = closed(k=vector(0), x=vector(0))
    assert inferred(empty, fields=("x",), functions=("min",)) == ("{k: float64[0], min: float64[0]}", [])
    found, wrong = inferred(AnyType(), fields=("x", "x"), functions=("size", "mean"))
    assert not wrong
    assert found.startswith("{k: any[?1]?, size: int64[?1], mean: ")


@pytest.mark.parametrize(
    ("settings_", "wrong"),
    [
        ({"by": ()}, "by: expected names of fields, found none"),
        ({"by": ("k", "k")}, "by: expected each name once, found `k` again"),
        ({"by": ("key",)}, f"by: expected {SOME}, found `key`"),
        ({"by": ("m",)}, "table.m: expected rank 1, found rank 2 [3, 2]"),
        ({"by": ("z",)}, "table.z: expected elements that have an order, found complex128"),
        ({"by": ("t",)}, "table.t: expected a tensor, found a table {v: float64[3]}"),
        ({"names": ("x", "x")}, "names: expected each name once, found `x` again"),
        ({"names": ("k", "x")}, "names: expected names that no key has, found `k`"),
        ({"names": ("a", "")}, "names: expected names of fields, found an empty one"),
        ({"names": ("a",)}, "fields: expected a field for each of 1 name, found 2"),
        ({"functions": ("sum",)}, "functions: expected a function for each of 2 names, found 1"),
        (second("x", "meen"), MEEN),
        (second("xx", "sum"), f"fields: expected {SOME}, found `xx` (did you mean x?)"),
        (second("s", "mean"), "table.s: expected numbers, timestamps or durations for mean, found string"),
        (second("t", "sum"), "table.t: expected a tensor for sum, found a table {v: float64[3]}"),
        (second("sp", "median"), "table.sp: expected a dense tensor for median, found layout csr"),
        (second("sp", "nunique"), "table.sp: expected a dense tensor for nunique, found layout csr"),
        (second("sp", "last", skipna=True), "table.sp: expected a dense tensor for last, found layout csr"),
        (
            second("z", "max"),
            "table.z: expected real numbers, texts, bytes, times or ordered factors for max, found complex128",
        ),
        (
            second("s", "median"),
            "table.s: expected real numbers that are no truth values for median, found string",
        ),
        (second("one", "sum"), "table.one: expected rank 1 or more, found rank 0"),
        (second("short", "sum"), "table.short: expected 3 rows, found 2 rows"),
    ],
)  # fmt: skip
def test_what_cannot_be_told_of_groups_is_noted(settings_: dict[str, Any], wrong: str) -> None:
    sparse = TensorType((DataType("float64"),), (3, 4), (Layout.CSR,), nullable=True)
    fields = {"k": vector(3), "x": vector(3), "m": vector(3, 2), "s": vector(3, dtype="string"), "sp": sparse}
    rare = {"z": vector(3, dtype="complex128"), "one": vector(), "short": vector(2)}
    asked = {*settings_.get("by", ()), *settings_.get("fields", ())}
    fields |= {"t": closed(v=vector(3))} | {name: type_ for name, type_ in rare.items() if name in asked}  # type: ignore[dict-item]
    chosen = {"by": ("k",), "names": ("a", "b"), "fields": ("x", "x"), "functions": ("sum", "sum")} | settings_
    assert wrong in typed("aggregate", closed(**fields), **chosen)[1]


def test_what_is_no_table_is_noted() -> None:
    for given_, found in ((vector(3), "a tensor float64[3]"), (1, "1")):
        wrong = inferred(given_, fields=("x",), functions=("sum",))[1]
        assert wrong == [f"table: expected a table, found {found}"]


@pytest.mark.parametrize(
    ("whole", "message"),
    [
        (dense(np.arange(3)), "table: expected a table, found tensor"),
        (of([1, 2], [[1], [2]]), "table.k0: expected rank 1, found rank 2"),
        (of([1, 2], [1, 2, 3]), "expected 2 rows, found 3 rows"),
        (of([1, 2]), "by: expected some of the fields `x`, found `k0`"),
        (of(["a", "b"], [1, 2]), "table.x: expected numbers, timestamps or durations for mean, found string"),
        (Table((("k0", dense(np.arange(2))), ("x", Null()))), "table.x: expected a tensor"),
    ],
)
def test_what_is_not_known_beforehand_is_refused_when_it_runs(whole: Any, message: str) -> None:
    with pytest.raises(OpError, match=message):
        unchecked("aggregate", whole, by=("k0",), names=("a",), fields=("x",), functions=("mean",))
