"""Matching values with kinds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from jazz.values import DataType, Layout, Null, Table, Tensor, Value, compressed, dense
from jazz_server.kinds.elements import match_value
from jazz_server.kinds.match import match, type_of
from jazz_server.kinds.types import (
    AnyType,
    FieldType,
    Kind,
    KindReference,
    NullType,
    Symbol,
    TableType,
    TensorType,
    Type,
)

H, W = Symbol("h"), Symbol("w")
FLOAT = DataType("float32")
BOOL = DataType("bool")
IMAGE = TensorType((FLOAT,), (H, W, 3))
MASK = TensorType((BOOL,), (H, W))
SCENE = TableType((FieldType("image", IMAGE), FieldType("mask", MASK)))


def zeros(*shape: int, dtype: str = "float32") -> Tensor:
    return dense(np.zeros(shape, dtype))


def table(**fields: Value) -> Table:
    return Table(tuple(fields.items()))


def reasons(kind: Kind | Type, value: Value, resolve: Callable[[str], Kind] | None = None) -> list[str]:
    return [str(mismatch) for mismatch in match(kind, type_of(value), resolve).mismatches]


def csr() -> Tensor:
    return compressed(
        Layout.CSR, (1, 2), np.array([0, 1], np.int32), np.array([1], np.int32), np.array([5], np.float32)
    )


def test_the_type_of_a_value_is_exact() -> None:
    assert type_of(zeros(2, 3)) == TensorType((FLOAT,), (2, 3), (Layout.DENSE,))
    assert type_of(csr()) == TensorType((FLOAT,), (1, 2), (Layout.CSR,))
    assert type_of(Null()) == NullType()
    assert type_of(table(a=Null())) == TableType((FieldType("a", NullType()),), closed=True)


def test_a_value_is_nullable_if_and_only_if_something_is_missing() -> None:
    whole = replace(zeros(2), validity=np.array([0b11], np.uint8))
    holey = replace(zeros(2), validity=np.array([0b01], np.uint8))
    assert [type_of(value).nullable for value in (whole, holey)] == [False, True]  # type: ignore[union-attr]


def test_symbols_agree_over_all_fields() -> None:
    found = match(SCENE, type_of(table(image=zeros(5, 4, 3), mask=zeros(5, 4, dtype="bool"))))
    assert found.matches
    assert found.bindings == {"h": 5, "w": 4}


def test_a_conflict_names_the_field_that_set_the_symbol() -> None:
    value = table(image=zeros(512, 4, 3), mask=zeros(480, 4, dtype="bool"))
    assert reasons(SCENE, value) == ["mask: expected 512 rows (`h` as `image` set it), found 480 rows"]


def test_every_reason_is_given_at_once() -> None:
    value = table(image=zeros(5, 4, 4), mask=zeros(6, 4))
    assert reasons(SCENE, value) == [
        "image: expected 3 in dimension 2, found 4 in dimension 2",
        "mask: expected bool, found float32",
        "mask: expected 5 rows (`h` as `image` set it), found 6 rows",
    ]


def test_the_rank_is_said_with_the_shape() -> None:
    assert reasons(MASK, zeros(3, dtype="bool")) == ["expected rank 2 [h, w], found rank 1 [3]"]


@pytest.mark.parametrize(
    ("kind", "value", "reason"),
    [
        (IMAGE, Null(), "expected a tensor float32[h, w, 3], found null"),
        (NullType(), zeros(1), "expected null, found a tensor float32[1]"),
        (SCENE, zeros(1), "expected a table with `image`, `mask`, found a tensor float32[1]"),
        (IMAGE, table(), "expected a tensor float32[h, w, 3], found a table"),
    ],
)
def test_the_sort_of_value_is_said(kind: Type, value: Value, reason: str) -> None:
    assert reasons(kind, value) == [reason]


def test_a_missing_field_is_a_mismatch_and_an_optional_one_is_none() -> None:
    optional = TableType((FieldType("image", IMAGE, optional=True), FieldType("mask", MASK)))
    assert reasons(optional, table(mask=zeros(1, 2, dtype="bool"))) == []
    assert reasons(optional, table(other=Null())) == [
        "mask: expected a field that is a tensor bool[h, w], found fields `other`"
    ]


def test_further_fields_are_refused_by_closed_tables_alone() -> None:
    value = table(mask=zeros(1, 2, dtype="bool"), maks=Null())
    fields = (FieldType("mask", MASK),)
    assert reasons(TableType(fields), value) == []
    assert reasons(TableType(fields, closed=True), value) == [
        "maks: expected no fields but `mask` (did you mean mask?), found this one"
    ]


def test_another_layout_is_refused_only_if_the_layout_is_strict() -> None:
    wanted = TensorType(layouts=(Layout.DENSE, Layout.CSC))
    assert reasons(wanted, csr()) == []
    assert reasons(replace(wanted, strict=True), csr()) == ["expected layout dense or csc, found layout csr"]


def test_missing_elements_fit_nullable_types_alone() -> None:
    holey = replace(zeros(2), validity=np.array([0b01], np.uint8))
    assert reasons(TensorType(nullable=True), holey) == []
    assert reasons(TensorType(), holey) == ["expected no missing elements, found a tensor with missing elements"]


@pytest.mark.parametrize(
    ("expected", "found", "reason"),
    [
        ("m", "m", None),
        ("m", "metre", None),
        ("N", "kg*m/s**2", None),
        ("", "m", None),
        ("m", "", "expected a length in m, found no unit"),
        ("m", "s", "expected a length in m, found s, a time"),
        (
            "m",
            "km",
            "expected a length in m, found km, which is m × 1000: convert it, nothing is converted silently",  # noqa: RUF001
        ),
        (
            "K",
            "degC",
            "expected a temperature in K, found degC, which counts from another zero or otherwise: convert it",
        ),
        ("dimensionless", "", "expected a plain number in dimensionless, found no unit"),
    ],
)
def test_units_are_those_asked_for_however_they_are_spelled(expected: str, found: str, reason: str | None) -> None:
    reasons = [str(m) for m in match(TensorType(unit=expected), TensorType(unit=found)).mismatches]
    assert reasons == ([reason] if reason else [])


def test_what_is_computed_may_be_in_any_unit_where_none_is_known() -> None:
    assert match(TensorType(unit="m"), TensorType(), computed=True).matches


def test_nested_fields_have_paths() -> None:
    kind = TableType((FieldType("a", TableType((FieldType("b", MASK),))),))
    assert reasons(kind, table(a=table(b=zeros(1, dtype="bool")))) == ["a.b: expected rank 2 [h, w], found rank 1 [1]"]


def test_symbols_are_shared_with_nested_tables() -> None:
    kind = TableType((FieldType("rows", TensorType(shape=(H,))), FieldType("in", TableType((FieldType("m", MASK),)))))
    value = Table((("rows", zeros(3)), ("in", table(m=zeros(4, 2, dtype="bool")))))
    assert reasons(kind, value) == ["in.m: expected 3 rows (`h` as `rows` set it), found 4 rows"]


def test_what_is_not_known_of_a_value_does_not_contradict() -> None:
    assert match(IMAGE, AnyType()).matches
    assert match(IMAGE, TensorType((FLOAT, BOOL), (None, Symbol("x"), 3))).matches
    assert match(IMAGE, TensorType()).matches


STORED = {
    "s/scene": Kind(SCENE),
    "s/labelled": Kind(
        TableType((FieldType("label", TensorType(shape=(H,))),), closed=True), extends=(KindReference("s/scene"),)
    ),
    "s/loop": Kind(TableType((FieldType("inner", KindReference("s/loop"), optional=True),))),
}


def stored(name: str) -> Kind:
    return STORED[name]


def test_the_fields_of_extended_kinds_are_asked_for_with_shared_symbols() -> None:
    labelled = STORED["s/labelled"]
    good = table(image=zeros(2, 2, 3), mask=zeros(2, 2, dtype="bool"), label=zeros(2))
    assert reasons(labelled, good, stored) == []
    bad = table(image=zeros(2, 2, 3), mask=zeros(2, 2, dtype="bool"), label=zeros(9), more=Null())
    assert reasons(labelled, bad, stored) == [
        "label: expected 2 elements (`h` as `image` set it), found 9 elements",
        "more: expected no fields but `image`, `mask`, `label`, found this one",
    ]


def test_kinds_that_are_referred_to_have_symbols_of_their_own() -> None:
    pair = TableType((FieldType("a", KindReference("s/scene")), FieldType("b", KindReference("s/scene"))))
    small = table(image=zeros(1, 1, 3), mask=zeros(1, 1, dtype="bool"))
    large = table(image=zeros(2, 2, 3), mask=zeros(2, 2, dtype="bool"))
    assert reasons(pair, table(a=small, b=large), stored) == []
    assert reasons(pair, table(a=small, b=table(image=zeros(2, 2, 3), mask=zeros(1, 2, dtype="bool"))), stored) == [
        "b.mask: expected 2 rows (`h` as `b.image` set it), found 1 row"
    ]


def test_unknown_kinds_and_cycles_are_reasons() -> None:
    assert reasons(KindReference("s/nothing"), Null(), stored) == [
        "expected a stored kind s/nothing, found none of that name"
    ]
    value = table(inner=table(inner=table()))
    assert reasons(KindReference("s/loop"), value, stored) == [
        "inner: expected kinds that do not contain themselves, found s/loop -> s/loop"
    ]


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ([0.0, 0.5, 1.0], None),
        ([], None),
        ([0.5, 1.5], "expected elements from 0 to 1, found 1.5 at [1]"),
        ([-1.0], "expected elements from 0 to 1, found -1.0 at [0]"),
        ([float("nan"), 0.5], "expected elements from 0 to 1, found NaN at [0]"),
    ],
)
def test_elements_are_held_to_their_range(values: list[float], reason: str | None) -> None:
    kind = TableType((FieldType("p", TensorType(minimum=0, maximum=1)),))
    found = match_value(kind, table(p=dense(np.array(values, np.float64))))
    assert [str(m) for m in found.mismatches] == ([f"p: {reason}"] if reason else [])


def test_absent_entries_are_elements_and_missing_ones_are_not() -> None:
    positive = TensorType(minimum=1, nullable=True)
    assert [str(m) for m in match_value(positive, csr()).mismatches] == [
        "expected elements of at least 1, found absent entries, which are 0.0"
    ]
    missing = replace(dense(np.array([0.0, 2.0])), validity=np.array([0b10], np.uint8))
    assert match_value(positive, missing).matches


def test_ranges_hold_in_kinds_that_are_referred_to() -> None:
    kinds = {"s/p": Kind(TensorType(maximum=1))}
    kind = TableType((FieldType("p", KindReference("s/p")),))
    found = match_value(kind, table(p=dense(np.array([2.0]))), kinds.__getitem__)
    assert [str(m) for m in found.mismatches] == ["p: expected elements of at most 1, found 2.0 at [0]"]


def test_a_type_of_tables_gives_its_fields_by_name() -> None:
    assert [SCENE.named(item.name) for item in SCENE.fields] == [*SCENE.fields]
    assert SCENE.named("none") is None
    assert TableType().named("image") is None
    assert (SCENE, hash(SCENE)) == (replace(SCENE), hash(replace(SCENE)))
    assert replace(SCENE, fields=SCENE.fields[1:]).named("image") is None


def test_of_two_fields_of_a_name_the_first_one_counts() -> None:
    twice = TableType((FieldType("x", IMAGE), FieldType("x", MASK)))
    assert twice.named("x") == FieldType("x", IMAGE)


def test_a_table_gives_its_fields_by_name() -> None:
    one, two = zeros(1), zeros(2)
    made = table(a=one, b=two)
    assert (made["a"], made["b"]) == (one, two)
    assert ("b" in made, "c" in made, "c" in Table()) == (True, False, False)
    assert "a" not in replace(made, fields=made.fields[1:])
    with pytest.raises(KeyError):
        made["c"]
