"""Rows of tables: taken, cut, turned round, chosen and joined, whatever the fields are."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import scipy.sparse as scipy_sparse
from hypothesis import given, settings
from hypothesis import strategies as st

from jazz.convert.axes import same
from jazz.values import Axis, DataType, Layout, Null, Table, Tensor, Value, dense
from jazz_server.engine.catalogue import CATALOGUE
from jazz_server.engine.errors import OpError
from jazz_server.kinds.match import type_of
from jazz_server.kinds.types import AnyType, FieldType, Symbol, TableType, TensorType, Type
from unit.engine.samples import Steps, infer, settings_of
from unit.engine.samples import apply as op
from unit.engine.test_ops_values import csr, strings, texts


def bare(value: Tensor) -> Tensor:
    """The tensor without names, labels and unit."""
    return replace(value, axes=(), declared=(), unit="")


def marked(value: Tensor, missing: list[bool]) -> Tensor:
    return replace(value, validity=np.packbits(~np.array(missing, np.bool_), bitorder="little"))


def at(value: Value, path: str) -> Any:
    for name in path.split("."):
        assert isinstance(value, Table)
        value = value[name]
    return value


PATHS = ("n", "s", "f", "at", "m", "sparse", "counts", "by", "inner.v", "inner.w")


def table(rows: int, seed: int = 0, *, labels: bool = True) -> Table:
    """Fields of every sort along an axis with labels: missing ones, texts, matrices, sparse ones, a table."""
    rng = np.random.default_rng(seed)
    entries = scipy_sparse.random_array((rows, 4), density=0.5, format="csr", rng=rng)
    vector = op("to_sparse", dense((np.arange(rows) % 2).astype(np.float64)), layout="coo")
    fields: dict[str, Value] = {
        "n": replace(marked(dense(rng.integers(0, 9, rows)), [bool(i % 3 == 1) for i in range(rows)]), unit="m"),
        "s": texts(*(f"té{i}" for i in rng.integers(0, 99, rows))),
        "f": Tensor(
            DataType("factor"), (rows,), data=np.arange(rows, dtype=np.int32) % 2, categories=texts("low", "high")
        ),
        "at": replace(dense(rng.integers(0, 99, rows)), dtype=DataType("timestamp", unit="ns", zone="UTC")),
        "m": replace(
            dense(rng.normal(size=(rows, 2))), axes=("rows", "xy"), declared=(Axis("xy", 2, texts("x", "y")),)
        ),
        "sparse": vector,
        "counts": csr(entries),
        "by": replace(dense(rng.normal(size=(rows, rows))), axes=("rows", "rows")),
        "inner": Table((("v", replace(dense(rng.normal(size=rows)), axes=("rows",))), ("w", texts(*["w"] * rows)))),
    }
    for name in ("n", "s", "f", "at"):
        fields[name] = replace(at(Table(tuple(fields.items())), name), axes=("rows",))
    found = texts(*(f"r{seed}{i}" for i in range(rows))) if labels else None
    return Table(tuple(fields.items()), (Axis("rows", rows, found),))


def assert_fits(value: Value, type_: Type) -> None:
    if isinstance(value, Table):
        assert isinstance(type_, TableType)
        assert [item.name for item in type_.fields] == list(value.names)
        for item in type_.fields:
            assert_fits(value[item.name], item.type)
        return
    exact = type_of(value)
    assert isinstance(exact, TensorType)
    assert isinstance(type_, TensorType)
    assert (type_.dtypes, type_.layouts, type_.unit) == (exact.dtypes, exact.layouts, exact.unit)
    assert type_.shape is not None
    assert exact.shape is not None
    assert len(type_.shape) == len(exact.shape)
    assert all(d == n or not isinstance(d, int) for d, n in zip(type_.shape, exact.shape, strict=True))
    assert type_.nullable or not exact.nullable


MOVES: dict[str, Any] = {
    "take": st.lists(st.integers(-3, 2), max_size=5).map(lambda found: ([dense(np.array(found, np.int64))], {})),
    "slice": st.tuples(*[st.none() | st.integers(-5, 5)] * 2, st.sampled_from([1, 2, -1, -2])).map(
        lambda found: ([], dict(zip(("start", "stop", "step"), found, strict=True)))
    ),
    "flip": st.just(([], {"axis": 0})),
    "filter": st.lists(st.booleans(), min_size=3, max_size=3).map(lambda mask: ([dense(np.array(mask, np.bool_))], {})),
}


@pytest.mark.parametrize("name", MOVES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_rows_of_a_table_are_those_of_each_field_and_of_the_labels(name: str, data: st.DataObject) -> None:
    rest, chosen = data.draw(MOVES[name])
    whole = table(3)
    found = op(name, whole, *rest, **chosen)
    for path in PATHS:
        assert same(bare(at(found, path)), op(name, bare(at(whole, path)), *rest, **chosen))
    labels = op(name, whole.declared[0].labels, *rest, **chosen)
    (rows,) = found.declared
    assert (rows.name, rows.length) == ("rows", labels.shape[0])
    assert same(rows.labels, labels)
    assert (found["n"].axes, found["n"].unit) == (("rows",), "m")
    assert (found["m"].axes, found["by"].axes) == (("rows", "xy"), ("rows", ""))
    (type_,), wrong = infer(
        CATALOGUE[name], [type_of(x) for x in (whole, *rest)], **settings_of(CATALOGUE[name], chosen)
    )
    assert not wrong
    assert_fits(found, type_)


@settings(max_examples=30, deadline=None)
@given(lengths=st.lists(st.integers(0, 3), min_size=1, max_size=4))
def test_tables_are_joined_field_by_field_with_their_labels(lengths: list[int]) -> None:
    parts = [table(rows, seed) for seed, rows in enumerate(lengths)]
    parts = [Table(tuple(x for x in part.fields if x[0] != "by"), part.declared) for part in parts]
    found = op("concat", *parts)
    for path in PATHS:
        if path != "by":
            assert same(bare(at(found, path)), op("concat", *(bare(at(part, path)) for part in parts)))
    (rows,) = found.declared
    assert (rows.length, strings(rows.labels)) == (
        sum(lengths),
        [x for p in parts for x in strings(p.declared[0].labels)],
    )
    assert (found["n"].axes, found["n"].unit, found["m"].axes) == (("rows",), "m", ("rows", "xy"))
    (type_,), wrong = infer(CATALOGUE["concat"], [type_of(part) for part in parts], axis=0)
    assert not wrong
    assert_fits(found, type_)


def test_fields_are_joined_by_their_names_in_the_order_of_the_first_table() -> None:
    one = Table((("a", dense(np.array([1], np.int8))), ("b", texts("x"))))
    other = Table((("b", texts("y", "z")), ("a", dense(np.array([0.5, 2.5])))))
    found = op("concat", one, other)
    assert found.names == ("a", "b")
    assert found["a"].array().tolist() == [1, 0.5, 2.5]
    assert strings(found["b"]) == ["x", "y", "z"]


def test_rows_that_are_joined_keep_their_labels_only_if_all_have_some_of_one_type() -> None:
    labelled, numbered = table(2), replace(table(1), declared=(Axis("rows", 1, dense(np.array([7]))),))
    one, two, three = (Table(x.fields[:2], x.declared) for x in (labelled, numbered, table(1, labels=False)))
    for others in ((two,), (three,), (one, three)):
        (rows,) = op("concat", one, *others).declared
        assert (rows.name, rows.length, rows.labels) == ("rows", 2 + sum(at(x, "n").shape[0] for x in others), None)
    renamed = Table((("n", replace(at(one, "n"), axes=("id",))), ("s", bare(at(one, "s")))), (Axis("id", 2),))
    found = op("concat", one, renamed)
    assert (found.declared, found["n"].axes, found["n"].unit) == ((), (), "m")


def test_an_index_of_rank_0_gives_one_row_and_more_dimensions_stay() -> None:
    whole = table(3)
    one = op("take", whole, -1)
    assert (one["n"].shape, one["m"].shape, one["counts"].shape, one.declared) == ((), (2,), (4,), ())
    assert (one["m"].axes, one["m"].layout) == (("xy",), Layout.DENSE)
    square = op("take", whole, dense(np.array([[0, 1], [2, 0]])))
    assert (square["s"].shape, square["m"].shape, square["m"].axes) == ((2, 2), (2, 2, 2), ("", "", "xy"))
    for found, index in ((one, -1), (square, TensorType((DataType("int64"),), (2, 2), (Layout.DENSE,)))):
        (type_,), _ = infer(CATALOGUE["take"], [type_of(whole), index], axis=0)
        assert_fits(found, type_)


def test_tables_without_rows_or_fields() -> None:
    none = table(0)
    assert op("slice", none, start=2)["counts"].shape == (0, 4)
    assert op("take", none, dense(np.array([], np.int64)))["s"].shape == (0,)
    assert op("flip", none)["m"].shape == (0, 2)
    for name, rest in (("slice", []), ("flip", []), ("take", [dense(np.array([5]))]), ("concat", [Table()])):
        assert op(name, Table(), *rest).fields == ()


def test_thousands_of_fields() -> None:
    wide = Table(tuple((f"x{i}", dense(np.arange(3.0))) for i in range(5000)))
    assert op("concat", wide, op("slice", wide, step=-1))["x4999"].array().tolist() == [0, 1, 2, 2, 1, 0]


def test_rows_without_missing_elements_are_those_of_matrices_and_tables_in_it_too() -> None:
    x = Table(
        (
            ("m", marked(dense(np.arange(6.0).reshape(3, 2)), [False, True, False, False, False, False])),
            ("inner", Table((("v", marked(dense(np.arange(3)), [False, False, True])),))),
        )
    )
    assert op("drop_na", x)["m"].array().tolist() == [[2, 3]]


N, M = Symbol("n"), Symbol("m")


def tensor(dtype: str, *shape: Any, unit: str = "") -> TensorType:
    return TensorType((DataType(dtype),), shape, (Layout.DENSE,), unit=unit)


def fields(closed: bool = True, /, **types: Type) -> TableType:
    return TableType(tuple(FieldType(name, type_) for name, type_ in types.items()), closed)


OPTIONAL = TableType((FieldType("a", tensor("int8", N)), FieldType("o", tensor("int8", N), optional=True)), closed=True)


@pytest.mark.parametrize(
    ("name", "args", "chosen", "type_"),
    [
        (
            "slice",
            [fields(a=tensor("int8", 9, unit="m"), b=tensor("date", N))],
            {"stop": 3},
            "{a: int8[3] in m, b: date[3]}",
        ),
        ("slice", [fields(a=tensor("int8", N, 4))], {"step": -1}, "{a: int8[n, 4]}"),
        ("flip", [fields(False, a=tensor("int8", N), b=AnyType())], {}, "{a: int8[n], b: any value, ...}"),
        ("take", [fields(a=tensor("int8", N)), tensor("int32", M)], {}, "{a: int8[m]}"),
        ("take", [fields(a=tensor("int8", N), b=fields(c=tensor("date", N, 2)))], {}, "{a: int8[], b: {c: date[2]}}"),
        ("concat", [fields(a=tensor("int8", 2)), fields(a=tensor("float32", 3))], {}, "{a: float32[5]}"),
        ("concat", [fields(a=tensor("int8", 2)), AnyType()], {}, "{a: any[*]?}"),
        ("concat", [OPTIONAL, OPTIONAL], {}, "{a: int8[*], o?: int8[*]}"),
        ("concat", [OPTIONAL, fields(a=tensor("int8", 1))], {}, "{a: int8[*]}"),
        (
            "concat",
            [fields(False, a=tensor("int8", 2)), fields(False, b=tensor("date", 1))],
            {},
            "{a: any[3]?, b: any[3]?, ...}",
        ),
        ("slice", [AnyType()], {}, "any value"),
        ("flip", [AnyType()], {}, "any value"),
        ("take", [AnyType(), tensor("int32", M)], {}, "any value"),
        ("concat", [AnyType(), AnyType()], {}, "any value"),
    ],
)
def test_the_types_of_rows_are_known(name: str, args: list[Any], chosen: dict[str, Any], type_: str) -> None:
    args = [*args, 0] if name == "take" and len(args) == 1 else args
    (found,), wrong = infer(CATALOGUE[name], args, **chosen)
    assert not wrong
    assert re.sub(r"\?\d+", "*", str(found)) == type_


LEVELS = Tensor(DataType("factor", ordered=True), (2,), data=np.array([0, 1], np.int32), categories=texts("a", "b"))
TWO = fields(a=tensor("int8", 2), b=tensor("string", 2))


@pytest.mark.parametrize(
    ("name", "args", "chosen", "reasons"),
    [
        ("slice", [fields(a=tensor("int8"))], {}, ["x.a: expected rank 1 or more, found rank 0"]),
        ("slice", [TWO], {"axis": 1}, ["axis: expected 0, the axis of the rows of a table, found 1"]),
        ("flip", [TWO], {"axis": (0, 1)}, ["axis: expected 0, the axis of the rows of a table, found (0, 1)"]),
        (
            "flip",
            [fields(a=tensor("int8", 2), b=fields(c=tensor("int8", 3)))],
            {},
            ["x.b: expected 2 rows, found 3 rows"],
        ),
        ("take", [TWO, tensor("bool", 2)], {}, ["indices: expected integers; filter takes truth values, found bool"]),
        ("take", [TWO, 2], {}, ["indices: expected an index from -2 to 1, found 2"]),
        ("take", [AnyType(), tensor("date", 2)], {}, ["indices: expected integers, found date"]),
        (
            "concat",
            [TWO, fields(a=tensor("int8", 2))],
            {},
            ["arrays[1]: expected the fields of arrays[0], found no `b`"],
        ),
        (
            "concat",
            [TWO, fields(False, a=tensor("int8", 2), b=tensor("string", 2), c=tensor("int8", 2))],
            {},
            ["arrays[1]: expected the fields of arrays[0], found `c` more"],
        ),
        (
            "concat",
            [TWO, fields(a=tensor("date", 2), b=tensor("string", 2))],
            {},
            ["arrays[1].a: expected int8, as arrays[0].a has, found date"],
        ),
        (
            "concat",
            [fields(a=tensor("int8", 2, unit="m")), fields(a=tensor("int8", 2, unit="s"))],
            {},
            ["arrays[1].a: expected a length in m, as `arrays[0].a`, found s, a time"],
        ),
        (
            "concat",
            [fields(a=tensor("int8", 2, 3)), fields(a=tensor("int8", 2, 4))],
            {},
            ["arrays[1].a: expected 3 columns, found 4 columns"],
        ),
        (
            "concat",
            [TWO, tensor("int8", 2)],
            {},
            ["arrays[1]: expected a table, as others are, found a tensor int8[2]"],
        ),
        (
            "concat",
            [tensor("int8", 2), TWO],
            {},
            ["arrays[0]: expected a table, as others are, found a tensor int8[2]"],
        ),
        ("concat", [TWO, TWO], {"axis": 1}, ["axis: expected 0, the axis of the rows of a table, found 1"]),
    ],
)
def test_what_are_no_rows_is_said(name: str, args: list[Any], chosen: dict[str, Any], reasons: list[str]) -> None:
    assert infer(CATALOGUE[name], args, **chosen)[1] == reasons


def along(name: str, rows: int = 2) -> Tensor:
    return replace(dense(np.zeros(rows)), axes=(name,), declared=(Axis(name, rows),))


@pytest.mark.parametrize(
    ("name", "args", "reason"),
    [
        (
            "slice",
            [Table((("a", dense(np.zeros(2))), ("b", dense(np.zeros(3)))))],
            "x.b: expected 2 rows, as x.a, found 3 rows",
        ),
        ("slice", [Table((("a", Null()),))], "x.a: expected rank 1 or more, found null"),
        (
            "flip",
            [Table((("a", along("obs")), ("b", along("var"))))],
            "x.b: expected rows along the axis `obs`, as x.a, found rows along `var`",
        ),
        ("take", [table(2), dense(np.array([0, 2]))], "indices: expected indices from -2 to 1, found 2"),
        ("take", [table(2), dense(np.array([-3]))], "indices: expected indices from -2 to 1, found -3"),
        ("take", [table(0), dense(np.array([0]))], "indices: expected no indices into an axis of length 0, found 0"),
        (
            "take",
            [table(2), marked(dense(np.array([0])), [True])],
            "indices: expected a tensor without missing elements, found 1 missing element",
        ),
        (
            "concat",
            [Table((("f", replace(LEVELS, categories=texts(*names))),)) for names in ("ab", "ba")],
            "arrays[1].f: expected the ordered categories `a`, `b`, as arrays[0].f has, found `b`, `a`",
        ),
        ("concat", [Table((("a", along("x")),)), Table()], "arrays[1]: expected the fields of arrays[0], found no `a`"),
    ],
)
def test_what_are_no_rows_is_refused_when_it_runs(name: str, args: list[Any], reason: str) -> None:
    with pytest.raises(OpError) as caught:
        CATALOGUE[name].run(Steps(), args, settings_of(CATALOGUE[name], {}))
    assert str(caught.value) == reason
