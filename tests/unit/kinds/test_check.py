"""Kinds that make no sense."""

from __future__ import annotations

import pytest

from jazz.values import MAX_DEPTH, DataType, Layout
from jazz_server.kinds.check import check_kind
from jazz_server.kinds.suggestions import Suggestions
from jazz_server.kinds.types import FieldType, Kind, KindReference, Symbol, TableType, TensorType, Type

FLOAT, TEXT, COMPLEX = DataType("float64"), DataType("string"), DataType("complex128")


def reasons(kind: Kind | Type) -> list[str]:
    return [str(mismatch) for mismatch in check_kind(kind)]


def test_a_kind_that_makes_sense_has_nothing_wrong() -> None:
    tensor = TensorType((FLOAT,), (Symbol("größe"), None, 0), minimum=0, maximum=0)
    kind = Kind(TableType((FieldType("a", tensor), FieldType("b", KindReference("s/k@3")))), (KindReference("s/base"),))
    assert reasons(kind) == []


@pytest.mark.parametrize(
    ("type_", "reason"),
    [
        (TensorType(shape=(-1,)), "expected a length of 0 or more in dimension 0, found -1"),
        (TensorType(shape=(2**63,)), f"expected a length of 0 or more in dimension 0, found {2**63}"),
        (TensorType(shape=(Symbol("a b"),)), "expected a symbol that is an identifier, found 'a b'"),
        (TensorType(shape=(Symbol(""),)), "expected a symbol that is an identifier, found ''"),
        (
            TensorType(shape=(Symbol("e\N{COMBINING ACUTE ACCENT}"),)),
            "expected a symbol in Unicode normal form C, found 'e\\u0301'",
        ),
        (TensorType(minimum=2, maximum=1), "expected a maximum of at least the minimum 2, found 1"),
        (TensorType(minimum=float("nan")), "expected a minimum that is a number, found nan"),
        (TensorType((TEXT,), minimum=1), "expected element types that can have a minimum, found string"),
        (TensorType((COMPLEX,), maximum=1), "expected element types that can have a maximum, found complex128"),
        (TensorType((FLOAT, FLOAT)), "expected each element type once, found float64 or float64"),
        (TensorType((DataType("strin"),)), "expected a known element type, found strin (did you mean string?)"),
        (TensorType(strict=True), "expected the layouts that a strict layout is one of, found none"),
        (TensorType(layouts=(Layout.CSR, Layout.CSR)), "expected each layout once, found layout csr or csr"),
        (TensorType(shape=(1,), layouts=(Layout.CSR,)), "expected two dimensions for layout csr, found rank 1 [1]"),
        (KindReference("nothing"), "expected a kind as space/name or space/name@version, found 'nothing'"),
        (KindReference("s/k@0"), "expected a kind as space/name or space/name@version, found 's/k@0'"),
        (TableType((FieldType("", FieldType),)), "fields[0]: expected a name, found an empty one"),  # type: ignore[arg-type]
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(type_: Type, reason: str) -> None:
    assert reasons(type_) == [reason]


def test_fields_have_different_names_and_all_faults_are_found() -> None:
    table = TableType((FieldType("a", TensorType(shape=(-1,))), FieldType("a", KindReference("x"))))
    assert reasons(TableType((FieldType("in", table),))) == [
        "in.a: expected fields with different names, found this name twice",
        "in.a: expected a length of 0 or more in dimension 0, found -1",
        "in.a: expected a kind as space/name or space/name@version, found 'x'",
    ]


def test_tables_are_nested_up_to_a_depth() -> None:
    deep: Type = TensorType()
    for _ in range(MAX_DEPTH):
        deep = TableType((FieldType("a", deep),))
    assert reasons(deep) == []
    assert len(reasons(TableType((FieldType("a", deep),)))) == 1


def test_cycles_and_unknown_kinds_are_found_when_kinds_can_be_looked_up() -> None:
    kinds = {
        "s/a": Kind(TableType((FieldType("b", KindReference("s/b")),))),
        "s/b": Kind(TableType(), extends=(KindReference("s/a"),)),
        "s/c": Kind(KindReference("s/none")),
    }
    assert [str(m) for m in check_kind(kinds["s/a"], kinds.__getitem__)] == [
        "b.b: expected kinds that do not contain themselves, found s/b -> s/b"
    ]
    assert [str(m) for m in check_kind(kinds["s/c"], kinds.__getitem__)] == [
        "expected a stored kind s/none, found none of that name"
    ]


def test_a_field_of_an_extended_kind_is_no_cycle() -> None:
    kinds = {"s/item": Kind(TableType((FieldType("name", TensorType()),)))}
    box = Kind(TableType((FieldType("content", KindReference("s/item")),)), extends=(KindReference("s/item"),))
    assert check_kind(box, kinds.__getitem__) == []


def test_kinds_that_extend_each_other_are_found() -> None:
    kinds = {
        "s/a": Kind(TableType(), extends=(KindReference("s/b"),)),
        "s/b": Kind(TableType(), extends=(KindReference("s/a"),)),
    }
    assert [str(m) for m in check_kind(kinds["s/a"], kinds.__getitem__)] == [
        "expected kinds that do not contain themselves, found s/b -> s/a -> s/b"
    ]


def test_units_that_may_have_been_meant_are_looked_for_as_long_as_somebody_reads_of_it() -> None:
    fields = tuple(FieldType(f"f{number}", TensorType(unit=f"metr{number}e")) for number in range(200))

    wrong = reasons(TableType(fields))

    assert "did you mean met" in wrong[0]
    assert wrong[-1] == "f199: expected a unit in pint's vocabulary, such as m or kg/m**3, found `metr199e`"
    assert 1 < sum("did you mean" in reason for reason in wrong) < 100

    suggestions = Suggestions()
    for number in range(200):
        asked = check_kind(TensorType(unit=f"metr{number}e"), suggestions=suggestions)
    assert [mismatch.found for mismatch in asked] == ["`metr199e`"]
