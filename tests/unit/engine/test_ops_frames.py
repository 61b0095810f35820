"""Tables made of fields, with other fields, and without some."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from jazz import codec
from jazz.convert.axes import same, same_axis
from jazz.values import Axis, DataType, Layout, Null, Table, Tensor, Value, dense
from jazz_server.engine.catalogue import CATALOGUE
from jazz_server.engine.errors import OpError
from jazz_server.kinds.match import type_of
from jazz_server.kinds.types import AnyType, FieldType, NullType, Symbol, TableType, TensorType, Type
from unit.engine.samples import Steps, infer, settings_of
from unit.engine.samples import apply as op
from unit.engine.test_ops_tables import PATHS, assert_fits, at, bare, table
from unit.engine.test_ops_values import csr, huge, strings, texts

N = Symbol("n")
SINGLE = "fields: expected a field of rank 1 or more, which says how many rows there are, found single values alone"


def frame(**fields: Any) -> Any:
    return op("frame", *fields.values(), names=tuple(fields))


def unchecked(name: str, *args: Any, **settings: Any) -> Any:
    """The result where types are not known beforehand."""
    return CATALOGUE[name].run(Steps(), list(args), settings_of(CATALOGUE[name], settings))[0]


def typed(name: str, *args: Any, **settings: Any) -> tuple[str, list[str]]:
    (type_,), wrong = infer(CATALOGUE[name], list(args), **settings)
    return str(type_), wrong


def vector(*shape: Any, dtype: str = "float64", **more: Any) -> TensorType:
    return TensorType((DataType(dtype),), shape, (Layout.DENSE,), **more)


def closed(**fields: Type) -> TableType:
    return TableType(tuple(FieldType(name, type_) for name, type_ in fields.items()), closed=True)


def assert_valid(value: Value) -> None:
    """What the wire refuses is no value: axes that are not declared, or have another length."""
    encoded = codec.encode(value)
    codec.decode(encoded.header, encoded.body())


def fields_of(whole: Table) -> dict[str, Value]:
    return {name: op("field", whole, name=name) for name in whole.names}


# What is made


@pytest.mark.parametrize("rows", [0, 1, 3])
@pytest.mark.parametrize("labels", [True, False])
def test_the_fields_of_a_table_make_that_table(rows: int, labels: bool) -> None:
    whole = table(rows, labels=labels)
    fields = fields_of(whole)
    for found in (frame(**fields), op("assign", whole, fields["s"], names=("s",))):
        assert_valid(found)
        assert found.names == whole.names
        for path in PATHS:
            assert same(bare(at(found, path)), bare(at(whole, path)))
            assert at(found, path).unit == at(whole, path).unit
        assert same_axis(found.declared[0], whole.declared[0])
        assert (found["n"].axes, found["m"].axes, found["by"].axes) == (("rows",), ("rows", "xy"), ("rows", "rows"))
    (type_,), wrong = infer(CATALOGUE["frame"], [type_of(x) for x in fields.values()], names=tuple(fields))
    assert not wrong
    assert_fits(frame(**fields), type_)


def test_what_is_computed_lies_along_rows_and_is_not_copied() -> None:
    x, m, s = dense(np.arange(3.0)), dense(np.ones((3, 2))), csr(np.eye(3))
    found = frame(x=x, m=m, s=s)
    assert (found["x"].axes, found["m"].axes, found["s"].axes) == (("rows",), ("rows", ""), ("rows", ""))
    (rows,) = found.declared
    assert (rows.name, rows.length, rows.labels) == ("rows", 3, None)
    assert found["x"].data is x.data
    assert found["s"].indptr is s.indptr
    assert_valid(found)


def test_what_is_sparse_costs_what_is_stored() -> None:
    x = huge()
    assert frame(x=x)["x"].stored == x.stored


@pytest.mark.parametrize("rows", [0, 1, 4])
def test_single_values_stand_in_every_row(rows: int) -> None:
    gone = Tensor(
        DataType("string"),
        (),
        data=np.zeros(0, np.uint8),
        offsets=np.zeros(2, np.int64),
        validity=np.zeros(1, np.uint8),
    )
    kind = Tensor(DataType("factor"), (), data=np.array([1], np.int32), categories=texts("low", "high"))
    length = replace(dense(np.asarray(2.5, np.float32)), unit="m")
    found = frame(x=dense(np.zeros(rows)), flag=True, count=3, part=0.5, text="né", gone=gone, kind=kind, length=length)
    assert_valid(found)
    assert (found["flag"].dtype.name, found["flag"].data.tolist()) == ("bool", [True] * rows)
    assert (found["count"].dtype.name, found["count"].data.tolist()) == ("int64", [3] * rows)
    assert (found["part"].dtype.name, found["part"].data.tolist()) == ("float64", [0.5] * rows)
    assert strings(found["text"]) == ["né"] * rows
    assert found["gone"].missing == rows
    assert (found["kind"].data.tolist(), strings(found["kind"].categories)) == ([1] * rows, ["low", "high"])
    assert (found["length"].dtype.name, found["length"].unit) == ("float32", "m")


def test_five_thousand_fields_are_a_table() -> None:
    x = dense(np.arange(2.0))
    names = tuple(f"f{place}" for place in range(5000))
    found = op("frame", *[x] * 5000, names=names)
    assert found.names == names
    more = op("assign", found, *[1] * 5000, names=tuple(f"g{name}" for name in names))
    assert len(more.names) == 10000
    assert op("drop", more, names=names).names == more.names[5000:]


def test_fields_are_replaced_where_they_are_and_added_behind() -> None:
    whole = frame(a=dense(np.arange(2)), b=dense(np.arange(2)))
    found = op("assign", whole, texts("x", "y"), 1, names=("a", "c"))
    assert found.names == ("a", "b", "c")
    assert strings(found["a"]) == ["x", "y"]
    assert op("assign", Table(), dense(np.arange(2)), names=("a",)).names == ("a",)


# Axes of rows


def labelled(*labels: str, name: str = "rows") -> Tensor:
    axis = Axis(name, len(labels), texts(*labels) if any(labels) else None)
    return replace(dense(np.arange(len(labels))), axes=(name,), declared=(axis,))


def test_rows_have_the_labels_that_a_field_has() -> None:
    for fields in (
        {"x": dense(np.arange(2)), "y": labelled("a", "b")},
        {"x": labelled("", ""), "y": labelled("a", "b"), "z": labelled("a", "b")},
    ):
        found = frame(**fields)
        assert_valid(found)
        (rows,) = found.declared
        assert strings(rows.labels) == ["a", "b"]
        assert all(value.axes == ("rows",) and not value.declared for _, value in found.fields)


def test_rows_have_the_name_that_a_field_has() -> None:
    found = frame(x=labelled("", ""), y=labelled("", "", name="day"), z=labelled("a", "b", name="day"))
    (rows,) = found.declared
    assert (rows.name, strings(rows.labels), found["x"].axes) == ("day", ["a", "b"], ("day",))


def test_another_dimension_along_the_rows_still_is_and_one_along_another_axis_of_that_name_has_none() -> None:
    square = replace(dense(np.ones((2, 2))), axes=("rows", "rows"), declared=(Axis("rows", 2),))
    other = replace(dense(np.ones((2, 3))), axes=("", "day"), declared=(Axis("day", 3),))
    found = frame(square=square, other=other, day=labelled("a", "b", name="day"))
    assert_valid(found)
    assert (found["square"].axes, found["other"].axes) == (("day", "day"), ("day", ""))


def test_an_axis_that_fields_share_is_declared_once() -> None:
    xy = Axis("xy", 2, texts("x", "y"))
    m = replace(dense(np.ones((3, 2))), axes=("", "xy"), declared=(xy,))
    found = frame(m=m, n=m)
    assert_valid(found)
    assert [axis.name for axis in found.declared] == ["rows", "xy"]
    assert op("drop", found, names=("m",)).declared == found.declared
    both = op("assign", found, 1, names=("m",))
    assert_valid(both)
    assert op("drop", op("assign", found, 1, names=("k",)), names=("m", "n")).declared[0].name == "rows"
    assert len(op("drop", op("assign", found, 1, names=("k",)), names=("m", "n")).declared) == 1


def test_rows_that_are_not_the_same_are_refused() -> None:
    a, b = labelled("a", "b"), labelled("b", "a")
    with pytest.raises(OpError, match="y: expected the labels of rows that x has, found other labels"):
        frame(x=a, y=b)
    with pytest.raises(OpError, match="y: expected rows along the axis `rows`, as x, found rows along `day`"):
        frame(x=a, y=labelled("a", "b", name="day"))
    inner = Table((("v", replace(dense(np.arange(2)), axes=("rows",))),), b.declared)
    with pytest.raises(OpError, match=r"y\.v: expected the labels of rows that x has"):
        frame(x=a, y=inner)


# What shows only in the data


def test_other_numbers_of_rows_are_refused_with_the_name_of_the_field() -> None:
    x, y = dense(np.arange(3)), dense(np.arange(2))
    with pytest.raises(OpError, match="y: expected 3 rows, as x, found 2 rows"):
        unchecked("frame", x, y, names=("x", "y"))
    whole = frame(x=x)
    with pytest.raises(OpError, match="y: expected 3 rows, as x, found 2 rows"):
        unchecked("assign", whole, y, names=("y",))
    with pytest.raises(OpError, match=r"inner\.y: expected 3 rows, as x, found 2 rows"):
        unchecked("assign", whole, Table((("y", y),)), names=("inner",))


def test_what_has_no_rows_is_refused() -> None:
    one = dense(np.asarray(1))
    with pytest.raises(OpError, match=r"fields: expected a field of rank 1 or more.*found single values alone"):
        unchecked("frame", one, 2, names=("x", "y"))
    with pytest.raises(OpError, match="y: expected a tensor, found Null"):
        unchecked("frame", dense(np.arange(2)), Null(), names=("x", "y"))
    with pytest.raises(OpError, match=r"y\.v: expected rank 1 or more, found rank 0"):
        unchecked("frame", dense(np.arange(2)), Table((("v", one),)), names=("x", "y"))
    with pytest.raises(OpError, match="table: expected a table, found tensor"):
        unchecked("assign", one, 2, names=("x",))
    with pytest.raises(OpError, match="table: expected a table, found tensor"):
        unchecked("drop", one, names=("x",))


def test_fields_that_there_are_not_do_not_go() -> None:
    whole = frame(age=dense(np.arange(2)), size=dense(np.arange(2)))
    with pytest.raises(OpError, match=r"some of the fields `age`, `size`, found `ages` \(did you mean age\?\)"):
        unchecked("drop", whole, names=("ages",))
    with pytest.raises(OpError, match="names: expected a field that stays, found all fields"):
        unchecked("drop", whole, names=("size", "age"))


# What types say


def test_the_type_of_what_is_made_is_known() -> None:
    metres = vector(N, unit="m", nullable=True)
    inner = closed(v=vector(None, dtype="bool"))
    found = typed("frame", metres, inner, "é", AnyType(), vector(), names=("x", "in", "s", "a", "mean"))
    assert found == ("{x: float64[n]? in m, in: {v: bool[n]}, s: string[n], a: any value, mean: float64[n]}", [])
    optional = TableType((FieldType("x", metres), FieldType("y", metres, optional=True)))
    assert typed("assign", optional, 1, vector(N, 2), names=("k", "y")) == (
        "{x: float64[n]? in m, y: float64[n, 2], k: int64[n], ...}",
        [],
    )
    assert typed("assign", AnyType(), vector(3), names=("k",)) == ("{k: float64[3], ...}", [])
    assert typed("drop", closed(x=metres, y=metres), names=("x",)) == ("{y: float64[n]? in m}", [])
    assert typed("drop", AnyType(), names=("x",)) == ("{...}", [])


@pytest.mark.parametrize(
    ("name", "args", "names", "wrong"),
    [
        ("frame", (vector(3), vector(4)), ("x", "y"), "y: expected 3 rows, found 4 rows"),
        ("frame", (vector(3), closed(v=vector(4))), ("x", "y"), "y: expected 3 rows, found 4 rows"),
        ("frame", (vector(3), closed(v=vector())), ("x", "y"), "y.v: expected rank 1 or more, found rank 0"),
        ("frame", (vector(3), NullType()), ("x", "y"), "y: expected a tensor or a table, found null"),
        ("frame", (vector(), 1, "a"), ("x", "y", "z"), SINGLE),
        ("frame", (vector(3), 1), ("x",), "names: expected a name for each of 2 fields, found 1"),
        ("frame", (vector(3), 1), ("x", "x"), "names: expected each name once, found `x` again"),
        ("frame", (vector(3), 1), ("x", ""), "names: expected names of fields, found an empty one"),
        ("frame", (vector(3), 1), ("x", "y\0"), "names: expected names without NUL, found `x`, `y\\x00`"),
        ("frame", (), (), "names: expected names of fields, found none"),
        ("assign", (closed(x=vector(3)), vector(4)), ("y",), "y: expected 3 rows, found 4 rows"),
        ("assign", (closed(x=vector()), vector(4)), ("y",), "table.x: expected rank 1 or more, found rank 0"),
        ("assign", (vector(3), vector(3)), ("y",), "table: expected a table, found a tensor float64[3]"),
        ("assign", (1, vector(3)), ("y",), "table: expected a table, found 1"),
        ("assign", (AnyType(), 1), ("y", "z"), "names: expected a name for each of 1 field, found 2"),
        ("drop", (closed(age=vector(3), x=vector(3)),), ("ages",),
         "names: expected some of the fields `age`, `x`, found `ages` (did you mean age?)"),
        ("drop", (closed(x=vector(3)),), ("x",), "names: expected a field that stays, found all fields"),
        ("drop", (vector(3),), ("x",), "table: expected a table, found a tensor float64[3]"),
        ("drop", (AnyType(),), ("x", "x"), "names: expected each name once, found `x` again"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_table_is_noted(name: str, args: tuple[Any, ...], names: tuple[str, ...], wrong: str) -> None:
    assert typed(name, *args, names=names)[1] == [wrong]
