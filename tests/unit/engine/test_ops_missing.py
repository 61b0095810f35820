"""What is missing: found, counted, filled and left out, in every type; and where missing elements cannot be."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from jazz.convert import from_value, to_value
from jazz.values import Axis, DataType, Layout, Table, Tensor, dense
from jazz_server.engine.catalogue import CATALOGUE
from jazz_server.engine.errors import OpError
from unit.engine.samples import Steps, settings_of, sparse
from unit.engine.samples import apply as op

DAY = np.datetime64("2024-02-29")


def tensor(value: Any) -> Tensor:
    found = to_value(value)
    assert isinstance(found, Tensor)
    return found


def shown(value: Any) -> list[Any]:
    """The elements as Python's, None where they are missing."""
    found: list[Any] = from_value(value, to="arrow").to_pylist()
    return found


def factor(*codes: int | None, names: tuple[str, ...] = ("a", "b")) -> Tensor:
    numbers = tensor([0 if code is None else code for code in codes])
    bits = np.array([code is not None for code in codes])
    return Tensor(
        DataType("factor"), (len(codes),), data=numbers.array().astype(np.int32),
        validity=None if bits.all() else np.packbits(bits, bitorder="little"), categories=tensor(list(names)),
    )  # fmt: skip


TYPED = [
    (tensor(["né", None, ""]), tensor("x"), "x"),
    (tensor([b"a", None, b""]), tensor(b"x"), b"x"),
    (tensor(np.array(["2024-02-29", "NaT", "2025-01-01"], "M8[D]")), tensor(np.array(DAY)), DAY.item()),
    (tensor(np.array([1, "NaT", 2], "m8[s]")), tensor(np.timedelta64(5, "s")), np.timedelta64(5, "s").item()),
    (tensor([True, None, False]), dense(np.array(True)), True),
    (factor(1, None, 0), factor(1), "b"),
]


@pytest.mark.parametrize(("x", "value", "filled"), TYPED, ids=lambda x: str(x) if isinstance(x, Tensor) else "")
def test_every_type_is_asked_counted_filled_and_dropped(x: Tensor, value: Tensor, filled: Any) -> None:
    assert op("is_na", x).array().tolist() == [False, True, False]
    assert op("count_na", x).array() == 1
    assert shown(op("fill_na", x, value)) == [shown(x)[0], filled, shown(x)[2]]
    assert shown(op("drop_na", x)) == [shown(x)[0], shown(x)[2]]
    assert op("fill_na", x, value).dtype == x.dtype


def test_texts_and_categories_are_filled_by_literals() -> None:
    assert shown(op("fill_na", tensor(["a", None]), "né")) == ["a", "né"]
    assert shown(op("fill_na", factor(1, None), "a")) == ["b", "a"]
    with pytest.raises(OpError) as caught:
        op("fill_na", factor(1, None), "c")
    assert (caught.value.expected, caught.value.found) == ("one of the categories `a`, `b`", "'c'")
    with pytest.raises(OpError) as caught:
        op("fill_na", factor(1, None), factor(0, names=("b", "a")))
    assert caught.value.field == "value"


def test_a_value_that_is_missing_fills_nothing() -> None:
    assert shown(op("fill_na", tensor([1, None, None]), tensor([None, None, 3]))) == [1, None, 3]


def test_filling_with_zero_stores_nothing_and_keeps_stored_zeros() -> None:
    stored = np.ones((1, 3), np.bool_)
    x = sparse(np.array([[0.0, 0.0, 2.0]]), stored, Layout.CSR)
    x = replace(x, validity=np.array([0b101], np.uint8))
    filled = op("fill_na", x, 0)
    assert (filled.indices[0].tolist(), filled.data.tolist(), filled.validity) == ([0, 2], [0, 2], None)
    assert op("fill_na", x, 7).data.tolist() == [0, 7, 2]


def test_what_has_nothing_missing_is_filled_without_a_copy() -> None:
    x = dense(np.arange(3))
    assert op("fill_na", x, 0) is x


def frame() -> Table:
    rows = Axis("rows", 3, tensor(["r1", "r2", "r3"]))
    n = replace(tensor([1, None, 3]), axes=("rows",))
    s = replace(tensor(["a", "b", None]), axes=("rows",))
    return Table((("n", n), ("s", s)), (rows,))


def test_rows_are_dropped_with_their_labels() -> None:
    left = op("drop_na", frame())
    assert [shown(left[name]) for name in left.names] == [[1], ["a"]]
    (axis,) = left.declared
    assert (axis.name, axis.length) == ("rows", 1)
    assert axis.labels.data.tobytes() == b"r1"
    assert left["n"].axes == ("rows",)


def test_rows_may_have_no_axis_and_sparse_columns() -> None:
    column = Tensor(DataType("int64"), (3,), Layout.COO, data=np.array([5, 0]), indices=(np.array([0, 2], np.int32),))
    column = replace(column, validity=np.array([0b01], np.uint8))
    left = op("drop_na", Table((("c", column), ("n", tensor([None, 2, 3])))))
    assert (left["c"].shape, left["c"].stored, shown(left["n"])) == ((1,), 0, [2])
    assert op("drop_na", Table()).fields == ()


@pytest.mark.parametrize(
    ("table", "field"),
    [
        (Table((("a", dense(np.array(1.0))),)), "x.a"),
        (Table((("a", dense(np.zeros(2))), ("b", dense(np.zeros(3))))), "x.b"),
    ],
)
def test_tables_without_rows_have_none_to_drop(table: Table, field: str) -> None:
    with pytest.raises(OpError) as caught:
        CATALOGUE["drop_na"].run(Steps(), [table], settings_of(CATALOGUE["drop_na"], {}))
    assert caught.value.field == field


def test_a_reduction_of_nothing_but_missing_elements() -> None:
    x = tensor([None, None, 1])
    x = op("take", x, dense(np.array([0, 1])))
    left = {name: op(name, x, skipna=True) for name in ("sum", "norm", "count_nonzero", "mean", "max", "min", "argmax")}
    assert {name: bool(value.missing) for name, value in left.items()} == {
        "sum": False, "norm": False, "count_nonzero": False, "mean": True, "max": True, "min": True, "argmax": True,
    }  # fmt: skip
    assert left["sum"].array() == 0


def test_nan_is_not_skipped() -> None:
    x = tensor([1.0, float("nan"), None])
    assert np.isnan(op("sum", x, skipna=True).array())
    assert np.isnan(op("max", x, skipna=True).array())
    assert op("argmax", x, skipna=True).array() == 1
    assert op("count_na", x).array() == 1


def test_integers_beyond_the_floats_stay_exact_beside_a_missing_one() -> None:
    x = tensor([2**62 + 1, None])
    assert shown(op("add", x, 1)) == [2**62 + 2, None]
    assert op("sum", x, skipna=True).array() == 2**62 + 1


def test_many_elements_are_computed_in_parallel_parts() -> None:
    rng = np.random.default_rng(3)
    values, missing = rng.normal(size=(700, 300)), rng.random((700, 300)) < 0.1
    x = tensor(np.ma.masked_array(values, missing))
    found = from_value(op("multiply", x, dense(rng.normal(size=300))))
    np.testing.assert_array_equal(np.ma.getmaskarray(found), missing)
    total = from_value(op("sum", x, axis=0, skipna=True), to="numpy")
    np.testing.assert_allclose(total, np.where(missing, 0, values).sum(axis=0))
