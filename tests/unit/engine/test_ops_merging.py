"""Tables joined by keys: which rows go with which, which fields there are, and what is missing then."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jazz import codec
from jazz.convert import from_value, to_value
from jazz.convert.axes import same
from jazz.values import Axis, DataType, Layout, Table, Tensor, Value, dense
from jazz_server.engine import memory
from jazz_server.engine.catalogue import CATALOGUE
from jazz_server.engine.errors import MemoryLimit, OpError
from jazz_server.engine.missing import missing_entries
from jazz_server.kinds.match import type_of
from jazz_server.kinds.types import AnyType, FieldType, Symbol, TableType, TensorType
from unit.engine.samples import Steps, infer, settings_of
from unit.engine.samples import apply as op
from unit.engine.test_ops_tables import PATHS, assert_fits, at, bare, table
from unit.engine.test_ops_values import csr, holey, strings, texts

HOWS = ("inner", "left", "right", "outer")
N, M = Symbol("n"), Symbol("m")
SPARSE_PATHS = {"sparse", "counts"}


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


# As pandas has it

KEYS: dict[str, tuple[list[Any], Any]] = {
    "int64": ([3, -1, 0, 2**62], "int64"),
    "int8 or missing": ([3, -1, 0, pd.NA], "Int8"),
    "float64": ([0.5, -0.0, 0.0, np.nan, np.inf], "float64"),
    "bool": ([True, False], "bool"),
    "texts": (["", "a", "ab", "é", None], "str" if pd.__version__ >= "3" else "string"),
    "times": ([pd.Timestamp("2024-02-29"), pd.Timestamp("1969-12-31"), pd.NaT], "datetime64[ns]"),
    "spans": ([pd.Timedelta(1), pd.Timedelta(-5), pd.NaT], "timedelta64[ns]"),
    "categories": (["b", "a", None], pd.CategoricalDtype(["b", "z", "a"], ordered=True)),
}


@st.composite
def frames(draw: st.DrawFn) -> tuple[pd.DataFrame, pd.DataFrame, list[str]]:
    """Two frames with one or two keys of the same types, and the names of these."""
    kinds = draw(st.lists(st.sampled_from(sorted(KEYS)), min_size=1, max_size=2))
    made = []
    for name in ("i", "j"):
        count = draw(st.integers(0, 5))
        columns = {}
        for place, kind in enumerate(kinds):
            elements, dtype = KEYS[kind]
            chosen = draw(st.lists(st.sampled_from(elements), min_size=count, max_size=count))
            columns[f"k{place}"] = pd.Series(chosen, dtype=dtype)
        made.append(pd.DataFrame(columns | {name: pd.Series(range(count), dtype="int64")}))
    return made[0], made[1], [f"k{place}" for place in range(len(kinds))]


def values(given: tuple[pd.DataFrame, pd.DataFrame, list[str]]) -> tuple[Any, Any, tuple[str, ...]]:
    """The tables of two frames, and the names of their keys."""
    left, right, on = given
    return to_value(left), to_value(right), tuple(on)


@settings(max_examples=300, deadline=None)
@given(frames(), st.sampled_from(HOWS))
def test_rows_are_those_that_pandas_has_in_its_order(given: Any, how: Any) -> None:
    left, right, on = given
    expected = pd.merge(left, right, on=on, how=how)

    found = merge(*values(given), how=how)

    assert list(found.names) == list(expected)
    wanted = [
        tuple(None if pd.isna(x) else int(x) for x in pair) for pair in zip(expected["i"], expected["j"], strict=True)
    ]
    keys = pd.concat([left[on], right[on]])
    if how == "outer" and keys.isna().any(axis=None):
        # Where what is missing comes depends on its type and the number of keys in pandas, and is the end here.
        assert sorted(pairs(found), key=str) == sorted(wanted, key=str)
        complete = expected[on].notna().all(axis=1)
        if len(on) == 1:
            assert pairs(found)[: sum(complete)] == [
                pair for pair, there in zip(wanted, complete, strict=True) if there
            ]
        return
    assert pairs(found) == wanted
    shown = from_value(found)
    for name in on:
        pd.testing.assert_series_equal(shown[name], expected[name], check_dtype=False)


@settings(max_examples=100, deadline=None)
@given(frames(), st.sampled_from(HOWS))
def test_rows_in_the_order_of_keys_are_those_of_sort_by(given: Any, how: str) -> None:
    left, right, on = values(given)
    plain, ordered = merge(left, right, on, how=how), merge(left, right, on, how=how, sort=True)

    if how == "right":  # in which left rows come first within a key
        order = np.lexsort([[-1 if x is None else x for x in rows(plain, name)] for name in ("j", "i")])
        plain = op("take", plain, dense(order))
    for name in reversed(on):
        plain = op("take", plain, op("argsort", plain[name], axis=0))
    assert pairs(ordered) == pairs(plain)


@settings(max_examples=100, deadline=None)
@given(frames())
def test_semi_and_anti_are_the_rows_of_left_with_and_without_a_partner(given: Any) -> None:
    left, right, on = values(given)
    partners = set(rows(merge(left, right, on), "i"))
    assert rows(merge(left, right, on, how="semi"), "i") == sorted(partners)  # type: ignore[type-var]
    assert rows(merge(left, right, on, how="anti"), "i") == [i for i in rows(left, "i") if i not in partners]  # type: ignore[arg-type]


# Keys of different types


def times(name: str, unit: str | None, *elements: int, zone: str = "") -> Tensor:
    dtype = DataType(name, unit=unit, zone=zone)
    return replace(dense(np.array(elements, dtype.storage)), dtype=dtype)


def factor(*elements: str | None, categories: list[str]) -> Tensor:
    found = to_value(pd.Categorical(list(elements), categories=categories))
    assert isinstance(found, Tensor)
    return found


FAR = 2**63 - 1
VECTORS: dict[str, list[Tensor]] = {
    "numbers": [
        dense(np.array([0, 1, -1, FAR, -FAR - 1, 2])),
        dense(np.array([0, 1, 2**64 - 1, FAR, FAR + 1], np.uint64)),
        dense(np.array([True, False])),
        dense(np.array([-0.0, 1, np.nan, 0.5, 2.0**63])),
        dense(np.array([0.5, np.inf, 2], np.float32)),
        holey([1, 0, 2], True, False, True),
        op("to_sparse", dense(np.array([0.0, 2, 0, 1])), layout="coo"),
    ],
    "texts": [
        texts("", "a", "é", "b\0"),
        replace(texts("", "a", ""), validity=np.packbits([False, True, True], bitorder="little")),
        factor("a", None, "b", categories=["b", "a", "z"]),
        factor("a", "z", categories=["z", "a"]),
        factor(None, None, categories=[]),
        replace(factor("b", "a", categories=["b", "a"]), dtype=DataType("factor", ordered=True)),
    ],
    "bytes": [to_value(np.array([b"a", b""], object)), to_value(np.array([b"", b"\xff"], object))],  # type: ignore[list-item]
    "timestamps": [
        times("timestamp", "s", 0, 1, -1, FAR),
        times("timestamp", "ns", 0, 1, 10**9, -(10**9), -1, FAR),
        times("timestamp", "ms", -1000, 0, 5, -FAR),
    ],
    "moments": [
        times("timestamp", "s", 0, 7, zone="UTC"),
        times("timestamp", "us", 7 * 10**6, 8, zone="Europe/Vienna"),
    ],
    "durations": [times("duration", "s", 0, 1), times("duration", "us", 10**6, 999_999, 0)],
    "dates": [times("date", None, 0, -1), times("date", None, -1, 5)],
}


def is_nan(x: Tensor) -> np.ndarray[Any, Any]:
    if x.dtype.storage.kind != "f":
        return np.zeros(x.shape, np.bool_)
    return np.asarray(op("isnan", op("fill_na", x, 0.0)).array())


def alike(a: Tensor, b: Tensor) -> set[tuple[int, int]]:
    """The pairs of elements that are equal, both NaN or both missing, asked one by one."""
    a, b = (op("to_dense", x) if x.dtype.numeric else x for x in (a, b))
    gone, nan = [(missing_entries(x)) for x in (a, b)], [is_nan(x) for x in (a, b)]
    found = set()
    for i, j in product(range(a.shape[0]), range(b.shape[0])):
        one, other = op("take", a, dense(np.array([i]))), op("take", b, dense(np.array([j])))
        if gone[0][i] or gone[1][j]:
            equal = bool(gone[0][i] and gone[1][j])
        elif nan[0][i] or nan[1][j]:
            equal = bool(nan[0][i] and nan[1][j])
        else:
            equal = bool(op("equal", one, other).array()[0])
        if equal:
            found.add((i, j))
    return found


@pytest.mark.parametrize("family", VECTORS)
def test_keys_that_equal_compares_are_equal_where_it_says_so(family: str) -> None:
    for a, b in product(VECTORS[family], repeat=2):
        expected = sorted(alike(a, b))
        assert pairs(merge(numbered(a, "i"), numbered(b, "j"))) == expected
        semi = merge(numbered(a, "i"), numbered(b, "j"), how="semi")
        assert rows(semi, "i") == sorted({i for i, _ in expected})


def test_what_is_told_apart_on_one_side_is_there_once() -> None:
    apart = [
        (times("timestamp", "ns", 1, 2, FAR), times("timestamp", "s", 0)),
        (dense(np.array([2**64 - 1, 2**64 - 2, FAR], np.uint64)), dense(np.array([FAR, -1]))),
        (texts("x", "y", "z"), factor("a", categories=["a"])),
    ]
    for fine, coarse in apart:
        once = merge(numbered(fine, "i"), numbered(coarse, "j"), how="left", validate="one_to_one")
        assert rows(once, "i") == [0, 1, 2]


def test_several_keys_are_equal_in_all() -> None:
    left = whole(a=dense(np.array([1, 1, 2])), b=texts("x", "y", "x"), i=dense(np.arange(3)))
    right = whole(b=texts("x", "x", "y"), a=dense(np.array([2.0, 1.0, 2.0])), j=dense(np.arange(3)))
    found = merge(left, right, ("a", "b"))
    assert found.names == ("a", "b", "i", "j")
    assert pairs(found) == [(0, 1), (2, 0)]


# Fields of every sort


def with_key(value: Table, key: Tensor) -> Table:
    return Table((("key", key), *value.fields), value.declared)


@settings(max_examples=30, deadline=None)
@given(left=st.lists(st.integers(0, 2), max_size=4), right=st.lists(st.integers(0, 2), max_size=4))
def test_all_fields_are_taken_in_the_rows_of_both_tables(left: list[int], right: list[int]) -> None:
    keys = [dense(np.array(each, np.int64)) for each in (left, right)]
    one, other = (with_key(table(len(k.array()), seed), k) for seed, k in enumerate(keys))
    expected = pairs(merge(numbered(keys[0], "i"), numbered(keys[1], "j")))

    found = merge(one, other, ("key",))

    for place, (side, suffix) in enumerate(((one, "_x"), (other, "_y"))):
        where = dense(np.array([pair[place] for pair in expected], np.int64))
        for path in PATHS:
            name, _, rest = path.partition(".")
            column = at(found, f"{name}{suffix}" + (f".{rest}" if rest else ""))
            assert same(bare(column), op("take", bare(at(side, path)), where, axis=0))
            assert column.unit == at(side, path).unit
    (lying,) = (axis for axis in found.declared if axis.name == "rows")
    assert (lying.length, lying.labels) == (len(expected), None)
    assert (found["m_x"].axes, found["by_x"].axes, found["n_y"].axes) == (("rows", "xy"), ("rows", ""), ("rows",))


@settings(max_examples=30, deadline=None)
@given(
    left=st.lists(st.integers(0, 2), max_size=4),
    right=st.lists(st.integers(0, 2), max_size=4),
    how=st.sampled_from(["left", "right", "outer"]),
)
def test_fields_of_rows_without_a_partner_are_missing(left: list[int], right: list[int], how: str) -> None:
    keys = [dense(np.array(each, np.int64)) for each in (left, right)]
    sides = [table(len(k.array()), seed) for seed, k in enumerate(keys)]
    sides = [Table(tuple(x for x in side.fields if x[0] not in SPARSE_PATHS), side.declared) for side in sides]
    one, other = (with_key(side, k) for side, k in zip(sides, keys, strict=True))
    expected = pairs(merge(numbered(keys[0], "i"), numbered(keys[1], "j"), how=how))

    found = merge(one, other, ("key",), how=how)

    for place, (side, suffix) in enumerate(((one, "_x"), (other, "_y"))):
        there = np.array([pair[place] is not None for pair in expected], np.bool_)
        where = dense(np.array([pair[place] for pair in expected if pair[place] is not None], np.int64))
        for path in PATHS:
            name, _, rest = path.partition(".")
            if name in SPARSE_PATHS:
                continue
            column = at(found, f"{name}{suffix}" + (f".{rest}" if rest else ""))
            known = op("filter", bare(column), dense(there), axis=0)
            assert same(known, op("take", bare(at(side, path)), where, axis=0))
            assert missing_entries(op("filter", bare(column), dense(~there), axis=0)).all()
            assert column.unit == at(side, path).unit
    assert found["key"].validity is None


@pytest.mark.parametrize("how", [*HOWS, "semi", "anti"])
def test_tables_without_rows_are_joined(how: str) -> None:
    some = numbered(dense(np.array([1, 2])), "i")
    none = numbered(dense(np.zeros(0, np.int64)), "j")
    counts = {"inner": (0, 0), "left": (2, 0), "right": (0, 2), "outer": (2, 2), "semi": (0, 0), "anti": (2, 0)}
    assert merge(some, none, how=how)["k"].shape == (counts[how][0],)
    assert merge(none, some, how=how)["k"].shape == (counts[how][1],)
    assert merge(none, numbered(dense(np.zeros(0, np.int64)), "i"), how=how)["k"].shape == (0,)


def test_integers_stay_integers_where_something_is_missing() -> None:
    left, right = numbered(dense(np.array([1, 2])), "i"), numbered(dense(np.array([2])), "j")
    found = merge(left, right, how="left")
    assert (found["j"].dtype.name, rows(found, "j")) == ("int64", [None, 0])


@pytest.mark.parametrize(("how", "path"), [("left", "right"), ("outer", "left"), ("outer", "right"), ("right", "left")])
def test_sparse_fields_are_refused_where_rows_may_have_no_partner(how: str, path: str) -> None:
    plain = numbered(dense(np.array([1, 2])), "i")
    holds = Table((*plain.fields[:1], ("inner", whole(counts=csr(np.eye(2))))))
    given = (plain, holds) if path == "right" else (holds, plain)
    wrong = (
        f"{path}.inner.counts: expected a dense field, of which rows without a partner can be missing, or "
        f'how="inner" for "{how}", found layout csr'
    )
    assert refused(*given, how=how) == [wrong]
    with pytest.raises(OpError, match=re.escape(wrong)):
        unchecked(*given, how=how)


def test_sparse_fields_of_the_table_whose_rows_stay_are_taken() -> None:
    left = whole(k=dense(np.array([1, 2])), counts=csr(np.eye(2)))
    found = merge(left, numbered(dense(np.array([2, 2, 7])), "j"), how="left")
    assert found["counts"].layout is Layout.CSR
    assert (rows(found, "k"), rows(found, "j")) == ([1, 2, 2], [None, 0, 1])


def test_labels_of_rows_go_but_for_those_of_rows_of_left_alone() -> None:
    left, right = table(3), whole(n=dense(np.array([0])))
    assert all(axis.labels is None for axis in merge(left, right, ("n",)).declared if axis.name == "rows")
    found = merge(left, right, ("n",), how="anti")
    kept = [i for i in range(3) if rows(left, "n")[i] != 0]
    (lying,) = (axis for axis in found.declared if axis.name == "rows")
    assert strings(lying.labels) == [f"r0{i}" for i in kept]  # type: ignore[arg-type]


def test_axes_of_one_name_in_both_tables_stay_what_they_are() -> None:
    key = dense(np.array([1, 2]))
    sides = []
    for labels in ("ab", "cd"):
        m = replace(dense(np.eye(2)), axes=("", "xy"))
        sides.append(Table((("k", key), (labels, m)), (Axis("xy", 2, texts(*labels)),)))
    found = merge(*sides)
    assert [strings(found[name].declared[0].labels) for name in ("ab", "cd")] == [["a", "b"], ["c", "d"]]


# Names


def test_fields_of_left_are_in_their_places_and_those_of_right_behind() -> None:
    one = dense(np.array([1]))
    left, right = whole(a=one, k=one, b=one), whole(c=one, k=one, d=one)
    assert merge(left, right).names == ("a", "k", "b", "c", "d")
    assert merge(left, right, ("k",), ("d",)).names == ("a", "k_x", "b", "c", "k_y", "d")
    assert merge(left, right, ("k",), ("d",), coalesce=True).names == ("a", "k", "b", "c", "k_y")
    assert merge(left, right, how="semi").names == left.names


def test_names_of_both_get_suffixes() -> None:
    one = dense(np.array([1]))
    left, right = whole(k=one, a=one, b=one), whole(k=one, b=one, a=one)
    assert merge(left, right).names == ("k", "a_x", "b_x", "b_y", "a_y")
    assert merge(left, right, suffixes=("", ".right")).names == ("k", "a", "b", "b.right", "a.right")
    for suffixes in (("", ""), ("_z", "_z")):
        found = f"`{'a' + suffixes[0]}` again"
        wrong = f"suffixes: expected those that make names that no other field has, found {found}"
        assert refused(left, right, suffixes=suffixes) == [wrong]
        with pytest.raises(OpError, match=re.escape(wrong)):
            unchecked(left, right, suffixes=suffixes)
    assert refused(whole(k=one, a=one, a_y=one), right)[0].endswith("found `a_y` again")


def test_keys_of_two_names_are_two_fields_unless_they_become_one() -> None:
    left = whole(a=dense(np.array([1, 2])), i=dense(np.arange(2)))
    right = whole(b=dense(np.array([2.0, 3.5])), j=dense(np.arange(2)))
    two = merge(left, right, ("a",), ("b",), how="outer")
    assert (two.names, rows(two, "a"), rows(two, "b")) == (("a", "i", "b", "j"), [1, 2, None], [None, 2, 3])
    one = merge(left, right, ("a",), ("b",), how="outer", coalesce=True)
    assert (one.names, one["a"].array().tolist()) == (("a", "i", "j"), [1.0, 2.0, 3.5])
    assert merge(left, right, ("a",), ("b",), how="right", coalesce=True)["a"].array().tolist() == [2.0, 3.5]


def test_the_key_of_all_rows_is_of_the_type_that_both_make() -> None:
    left, right = whole(k=dense(np.array([1], np.int8))), whole(k=dense(np.array([300], np.int16)))
    found = merge(left, right, how="outer")["k"]
    assert (found.dtype.name, found.array().tolist()) == ("int16", [1, 300])
    words = whole(k=factor("a", categories=["a"]))
    assert refused(words, whole(k=texts("b")), how="outer") == ["right.k: expected factor, as left.k has, found string"]
    with pytest.raises(OpError, match=r"right\.k: expected the categories of left\.k, found other categories"):
        unchecked(words, whole(k=factor("b", categories=["b"])), how="outer")


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
