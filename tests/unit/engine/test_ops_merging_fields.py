"""Tables joined by keys: which fields there are, and what is missing in them."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jazz.convert.axes import same
from jazz.values import Axis, Layout, Table, Tensor, dense
from jazz_server.engine.errors import OpError
from jazz_server.engine.missing import missing_entries
from unit.engine.merged import HOWS, factor, merge, numbered, pairs, refused, rows, unchecked, whole
from unit.engine.samples import apply as op
from unit.engine.test_ops_tables import PATHS, at, bare, table
from unit.engine.test_ops_values import csr, strings, texts

SPARSE_PATHS = {"sparse", "counts"}


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
    made = 'expected factor, as left.k has (add with "" makes strings of a factor), found string'
    assert refused(words, whole(k=texts("b")), how="outer") == [f"right.k: {made}"]


def test_keys_of_all_rows_are_refused_where_no_type_holds_them() -> None:
    signed, unsigned = whole(k=dense(np.array([1]))), whole(k=dense(np.array([2], np.uint64)))
    wrong = "right.k: expected %s, as left.k has, since no type holds both: cast one of them, found %s"
    for left, right, told in ((signed, unsigned, ("int64", "uint64")), (unsigned, signed, ("uint64", "int64"))):
        assert refused(left, right, how="outer") == [wrong % told]
        with pytest.raises(OpError, match=re.escape(wrong % told)):
            unchecked(left, right, how="outer")
        assert merge(left, right, how="left")["k"].dtype == left["k"].dtype  # type: ignore[union-attr]
    assert merge(unsigned, whole(k=dense(np.array([7], np.uint8))), how="outer")["k"].dtype.name == "uint64"


def test_integers_are_keys_of_all_rows_beside_floats_if_they_are_floats() -> None:
    floats = whole(k=dense(np.array([0.5, 2.0**53])))
    found = merge(whole(k=dense(np.array([2**53, 2**60]))), floats, how="outer")["k"]
    assert (found.dtype.name, found.array().tolist()) == ("float64", [0.5, 2.0**53, 2.0**60])
    wrong = (
        "%s.k: expected integers that are numbers of float64 as well, the type of %s.k: cast one of them, "
        "found 9007199254740993"
    )
    odd = whole(k=dense(np.array([3, 2**53 + 1])))
    with pytest.raises(OpError, match=re.escape(wrong % ("left", "right"))):
        merge(odd, floats, how="outer")
    with pytest.raises(OpError, match=re.escape(wrong % ("right", "left"))):
        merge(floats, odd, how="outer")
