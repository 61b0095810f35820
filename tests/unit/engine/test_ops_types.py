"""What operations say of their arguments before they run."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from jazz.values import DataType, Layout
from jazz_server.engine.catalogue import CATALOGUE, find
from jazz_server.engine.errors import UnknownOp
from jazz_server.kinds.types import AnyType, FieldType, NullType, Symbol, TableType, TensorType
from unit.engine.samples import Notes, infer, settings_of

DENSE, CSR, CSC, COO = Layout


def tensor(dtype: str, *shape: Any, layout: Layout = DENSE, nullable: bool = False, unit: str = "") -> TensorType:
    return TensorType((DataType(dtype),), shape, (layout,), nullable=nullable, unit=unit)


def wrong(name: str, /, *args: Any, **settings: Any) -> list[str]:
    return infer(CATALOGUE[name], list(args), **settings)[1]


def result(name: str, /, *args: Any, **settings: Any) -> str:
    types, mismatches = infer(CATALOGUE[name], list(args), **settings)
    assert not mismatches
    return ", ".join(map(str, types))


F = tensor("float32", 3, 4)
NA = tensor("float32", 3, 4, nullable=True)
BIG = tensor("float32", 3, 1024)
METRES = tensor("float32", 3, unit="m")

MISMATCHES: list[tuple[str, tuple[Any, ...], dict[str, Any], str]] = [
    ("matmul", (BIG, tensor("float32", 1000, 5)), {}, "b: expected 1024 rows, found 1000 rows"),
    ("matmul", (BIG, tensor("float32", 1)), {}, "b: expected 1024 elements, found 1 element"),
    ("matmul", (tensor("float32"), F), {}, "a: expected rank 1 or 2, found rank 0"),
    ("matmul", (F, 2.0), {}, "b: expected rank 1 or 2, found rank 0"),
    (
        "matmul",
        (tensor("complex64", 2, 2, layout=CSR), tensor("float32", 2, 2)),
        {},
        "a: expected real numbers, or a dense tensor, in a product with complex numbers, found complex64 in layout csr",
    ),
    ("add", (F, tensor("float32", 5)), {}, "b: expected a shape that broadcasts with [3, 4], found [5]"),
    ("add", (F, "one"), {}, "b: expected what goes with float32, which becomes no text, found 'one'"),
    ("add", (tensor("uint8", 3), 300), {}, "b: expected a number that fits in uint8, found 300"),
    ("add", (-1, tensor("uint8", 3)), {}, "a: expected a number that fits in uint8, found -1"),
    (
        "subtract",
        (tensor("bool", 3), tensor("bool", 3)),
        {},
        "b: expected element types that subtract is defined for, found bool and bool",
    ),
    ("add", (METRES, tensor("float32", 3, unit="s")), {}, "b: expected a length in m, as `a`, found s, a time"),
    (
        "less",
        (METRES, tensor("float32", 3, unit="km")),
        {},
        "b: expected a length in m, as `a`, found km, which is m × 1000: convert it, nothing is converted silently",  # noqa: RUF001
    ),
    (
        "concat",
        (tensor("float32", 2), METRES, tensor("float32", 3, unit="s")),
        {},
        "arrays[2]: expected a length in m, as `arrays[1]`, found s, a time",
    ),
    (
        "where",
        (tensor("bool", 3), METRES, tensor("float32", 3, unit="K")),
        {},
        "b: expected a length in m, as `a`, found K, a temperature",
    ),
    ("negative", (tensor("bool", 3),), {}, "x: expected element types that negative is defined for, found bool"),
    ("less", (tensor("complex64", 3), 1), {}, "a: expected real numbers, found complex64"),
    ("exp", (tensor("string", 3),), {}, "x: expected numbers, found string"),
    ("exp", (TableType(),), {}, "x: expected a tensor, found a table"),
    ("exp", (NullType(),), {}, "x: expected a tensor, found null"),
    ("clip", (F,), {"min": float("nan")}, "min: expected a number, found nan"),
    ("clip", (F,), {"max": "1"}, "max: expected a number, found '1'"),
    ("where", (F, 1, 2), {}, "condition: expected truth values (bool), found float32"),
    ("sum", (F,), {"axis": 2}, "axis: expected an axis from -2 to 1 of [3, 4], found 2"),
    ("sum", (tensor("float32"),), {"axis": 0}, "axis: expected no axis for rank 0, found 0"),
    ("sum", (F,), {"axis": 1.0}, "axis: expected an integer, found 1.0"),
    ("sum", (F,), {"keepdims": 1}, "keepdims: expected true or false, found 1"),
    (
        "max",
        (tensor("float32", 0, 3),),
        {"axis": 0},
        "x: expected at least one element along the axis, found shape [0, 3]",
    ),
    (
        "max",
        (tensor("complex64", 3),),
        {},
        "x: expected real numbers, texts, bytes, times or ordered factors, found complex64",
    ),
    ("norm", (F,), {"ord": 3}, 'ord: expected 1, 2, inf or "fro", found 3'),
    ("sum", (F,), {"axis": (0, 2)}, "axis: expected an axis from -2 to 1 of [3, 4], found 2"),
    ("sum", (F,), {"axis": (0, -2)}, "axis: expected each axis once, found 0 or -2"),
    ("sum", (F,), {"axis": ()}, "axis: expected one axis or more, found none"),
    ("logical_and", (F, True), {}, "a: expected truth values (bool), found float32"),
    ("logical_or", (tensor("bool", 3), 1), {}, "b: expected truth values (bool), found 1"),
    ("sign", (tensor("bool", 3),), {}, "x: expected element types that sign is defined for, found bool"),
    ("floor", (tensor("complex64", 3),), {}, "x: expected real numbers, found complex64"),
    (
        "pow",
        (tensor("int8", 3), -1),
        {},
        "b: expected exponents of at least 0 of integers; floating-point numbers have others, found -1",
    ),
    ("gelu", (F,), {"approximate": "erf"}, "approximate: expected none or tanh, found 'erf'"),
    ("leaky_relu", (F,), {"alpha": float("nan")}, "alpha: expected a number, found nan"),
    ("quantile", (F,), {"q": 1.5}, "q: expected numbers from 0 to 1, found 1.5"),
    ("quantile", (F,), {"q": ()}, "q: expected one number or more, found none"),
    (
        "quantile",
        (F,),
        {"q": 0.5, "method": "weibull"},
        "method: expected linear, lower, higher, nearest or midpoint, found 'weibull'",
    ),
    (
        "quantile",
        (tensor("float32", 0),),
        {"q": 0.5},
        "x: expected at least one element along the axis, found shape [0]",
    ),
    ("softmax", (tensor("float32"),), {}, "x: expected rank 1 or more, found rank 0"),
    ("softmax", (F,), {"axis": 2}, "axis: expected an axis from -2 to 1 of [3, 4], found 2"),
    ("cumsum", (F,), {"axis": 2}, "axis: expected an axis from -2 to 1 of [3, 4], found 2"),
    ("topk", (F,), {"k": 5}, "k: expected at most 4, the length of the last axis, found 5"),
    ("topk", (F,), {"k": -1}, "k: expected an integer of at least 0, found -1"),
    ("topk", (tensor("float32"),), {"k": 0}, "x: expected rank 1 or more, found rank 0"),
    ("take", (F, tensor("float32", 2)), {}, "indices: expected integers, found float32"),
    ("take", (F, 3), {}, "indices: expected an index from -3 to 2, found 3"),
    (
        "take",
        (tensor("float32", 0), tensor("int64", 2)),
        {},
        "indices: expected no indices into an axis of length 0, found [2]",
    ),
    ("concat", (), {}, "arrays: expected at least one array, found none"),
    ("concat", (F, tensor("float32", 2, 5)), {}, "arrays[1]: expected 4 columns, found 5 columns"),
    ("concat", (F, tensor("float32", 4)), {}, "arrays[1]: expected rank 2 as the others have, found rank 1 [4]"),
    ("concat", (F, tensor("string", 2, 4)), {}, "arrays[1]: expected float32, as arrays[0] has, found string"),
    ("concat", (F, 1), {}, "arrays[1]: expected rank 1 or more, found rank 0"),
    ("sum", (F,), {"skipna": 1}, "skipna: expected true or false, found 1"),
    ("fill_na", (tensor("int8", 3), 1.5), {}, "value: expected what fits in int8, found 1.5"),
    ("fill_na", (tensor("int8", 3), 300), {}, "value: expected what fits in int8, found 300"),
    ("fill_na", (tensor("string", 3), 0), {}, "value: expected what fits in string, found 0"),
    ("fill_na", (tensor("date", 3), tensor("int32")), {}, "value: expected what fits in date, found int32"),
    (
        "fill_na",
        (tensor("float32", 3), tensor("float64", 3)),
        {},
        "value: expected what fits in float32, found float64",
    ),
    (
        "fill_na",
        (tensor("float32", 3, 1), tensor("float32", 4)),
        {},
        "value: expected a shape that broadcasts to [3, 1], found [4]",
    ),
    ("drop_na", (tensor("float32"),), {}, "x: expected rank 1 or more, found rank 0"),
    ("drop_na", (F,), {"axis": 2}, "axis: expected an axis from -2 to 1 of [3, 4], found 2"),
    (
        "drop_na",
        (TableType((FieldType("a", tensor("string", 3)), FieldType("b", tensor("date", 4)))),),
        {},
        "x.b: expected 3 rows, found 4 rows",
    ),
    ("drop_na", (TableType((FieldType("a", tensor("int8")),)),), {}, "x.a: expected rank 1 or more, found rank 0"),
    ("drop_na", (TableType(),), {"axis": 1}, "axis: expected 0, the axis of the rows of a table, found 1"),
    ("to_sparse", (tensor("float32", 3),), {"layout": "csr"}, "x: expected rank 2, found rank 1 [3]"),
    ("to_sparse", (F,), {"layout": "dense"}, "layout: expected csr, csc or coo, found 'dense'"),
    (
        "cast",
        (tensor("complex64", 3),),
        {"dtype": "int8"},
        "dtype: expected complex64 or complex128 for complex numbers, found int8",
    ),
    ("diag", (tensor("float32", 1, 2, 3),), {}, "x: expected rank 1 or 2, found rank 3 [1, 2, 3]"),
    (
        "field",
        (TableType((FieldType("weights", F),), closed=True),),
        {"name": "weight"},
        "name: expected one of the fields `weights`, found `weight` (did you mean weights?)",
    ),
    (
        "field",
        (F,),
        {"name": "a"},
        "table: expected a table with a field `a`, found a tensor float32[3, 4]",
    ),
]


@pytest.mark.parametrize(("name", "args", "settings", "reason"), MISMATCHES)
def test_what_does_not_fit_is_said(name: str, args: tuple[Any, ...], settings: dict[str, Any], reason: str) -> None:
    assert wrong(name, *args, **settings) == [reason]


def test_an_unknown_element_type_is_refused_with_those_that_there_are() -> None:
    (reason,) = wrong("cast", F, dtype="float33")
    assert reason.startswith("dtype: expected bool, int8")
    assert "found 'float33' (did you mean float32" in reason


def test_all_that_is_wrong_is_said_at_once() -> None:
    assert len(wrong("where", F, tensor("string", 3), tensor("float32", 7))) == 4


def test_every_operation_gives_as_many_types_as_results_whatever_is_wrong() -> None:
    for op in CATALOGUE.values():
        if op.name == "iterate":
            continue
        count = 2 if op.arguments[-1].startswith("*") else len(op.arguments)
        for argument in (
            AnyType(),
            TableType(),
            NullType(),
            TensorType(),
            "text",
            1,
            tensor("string", 2, nullable=True),
        ):
            types, _ = infer(op, [argument] * count, k=2, dtype="float32", name="a")
            assert len(types) == len(op.results)


@pytest.mark.parametrize(
    ("name", "args", "settings", "type_"),
    [
        (
            "matmul",
            (tensor("float32", "r", 4, layout=CSR), tensor("float32", 4, 5, layout=CSC)),
            {},
            "float32[r, 5] csr",
        ),
        ("matmul", (tensor("float32", 3, 4, layout=CSR), tensor("float64", 4)), {}, "float64[3]"),
        ("add", (tensor("float32", 3), 1.5), {}, "float32[3]"),
        ("add", (tensor("int8", 3), 1), {}, "int8[3]"),
        ("add", (tensor("int8", 3), 1.5), {}, "float64[3]"),
        ("add", (tensor("bool", 3), 1), {}, "int64[3]"),
        ("add", (1, 2.5), {}, "float64[]"),
        ("add", (tensor("float32", 3, 1), tensor("float32", 4)), {}, "float32[3, 4]"),
        ("add", (tensor("float32", 3, 4, layout=CSR), 1), {}, "float32[3, 4]"),
        ("add", (tensor("float32", 3, 4, layout=CSR), 0), {}, "float32[3, 4] csr"),
        ("add", (tensor("float32", 3, 4, layout=CSR), tensor("float32", 4)), {}, "float32[3, 4]"),
        ("add", (tensor("float32", 3, 4, layout=CSC), tensor("float32", 3, 4, layout=CSC)), {}, "float32[3, 4] csc"),
        ("add", (tensor("float32", 3, 4, layout=CSC), tensor("float32", 3, 4, layout=COO)), {}, "float32[3, 4] csr"),
        ("multiply", (tensor("float32", 3, 4, layout=CSC), tensor("float32", 4)), {}, "float32[3, 4] csc"),
        ("multiply", (tensor("float32", 3, 4, layout=CSC), tensor("float32", 2, 3, 4)), {}, "float32[2, 3, 4] coo"),
        ("divide", (tensor("float32", 3, 4, layout=CSR), 0), {}, "float32[3, 4] csr"),
        ("divide", (1, tensor("float32", 3, 4, layout=CSR)), {}, "float32[3, 4]"),
        ("maximum", (tensor("float32", 3, 4, layout=CSR), 0), {}, "float32[3, 4] csr"),
        ("maximum", (tensor("float32", 3, 4, layout=CSR), 1), {}, "float32[3, 4]"),
        ("greater", (tensor("float32", 3, 4, layout=CSR), 0.5), {}, "bool[3, 4] csr"),
        ("less", (tensor("float32", 3, 4, layout=CSR), 0.5), {}, "bool[3, 4]"),
        ("clip", (tensor("float32", 3, 4, layout=CSR),), {"min": 0, "max": 32}, "float32[3, 4] csr"),
        ("clip", (tensor("float32", 3, 4, layout=CSR),), {"min": 1}, "float32[3, 4]"),
        ("relu", (tensor("float32", 3, 4, layout=CSR),), {}, "float32[3, 4] csr"),
        ("exp", (tensor("float32", 3, 4, layout=CSR),), {}, "float32[3, 4]"),
        ("transpose", (tensor("string", 3, 4, nullable=True),), {}, "string[4, 3]?"),
        ("transpose", (tensor("float32", "a", "b", layout=CSR),), {}, "float32[b, a] csc"),
        ("sum", (tensor("int8", "a", "b", layout=CSR),), {"axis": -1, "keepdims": True}, "int64[a, 1]"),
        ("argmax", (F,), {}, "int64[]"),
        ("sum", (tensor("float32", "a", 3, "b"),), {"axis": (0, -1)}, "float32[3]"),
        ("sum", (tensor("float32", "a", 3, "b"),), {"axis": (2, 0), "keepdims": True}, "float32[1, 3, 1]"),
        ("any", (NA,), {"axis": 1}, "bool[3]?"),
        ("all", (NA,), {"axis": 1, "skipna": True}, "bool[3]"),
        ("prod", (tensor("int8", 3, nullable=True),), {"skipna": True}, "int64[]"),
        ("var", (tensor("complex64", 3, 4, layout=CSC),), {"axis": 0}, "float32[4]"),
        ("std", (NA,), {"skipna": True}, "float32[]?"),
        ("quantile", (tensor("int8", "a", 4),), {"q": (0.5, 1), "axis": 1}, "float64[2, a]"),
        ("quantile", (tensor("int8", "a", 4),), {"q": 0.5, "method": "lower", "axis": 1}, "int8[a]"),
        ("logsumexp", (tensor("bool", 3),), {}, "float64[]"),
        ("softmax", (tensor("float32", "a", 4, layout=CSR, nullable=True),), {}, "float32[a, 4]?"),
        ("cumsum", (tensor("int8", "a", 4, layout=CSR),), {"axis": 0}, "int64[a, 4]"),
        ("cumsum", (F,), {}, "float32[12]"),
        ("pow", (tensor("float32", 3, 4, layout=CSR), 2), {}, "float32[3, 4] csr"),
        ("pow", (tensor("float32", 3, 4, layout=CSR), 0), {}, "float32[3, 4]"),
        ("pow", (tensor("int8", 3), 2.0), {}, "float64[3]"),
        ("logical_and", (tensor("bool", 3, 4, layout=CSR), tensor("bool", 4)), {}, "bool[3, 4] csr"),
        ("logical_not", (tensor("bool", 3, 4, layout=CSR),), {}, "bool[3, 4]"),
        ("gelu", (tensor("int64", 3, 4, layout=CSR),), {}, "float64[3, 4] csr"),
        ("isnan", (tensor("int64", 3, 4, layout=CSR),), {}, "bool[3, 4] csr"),
        ("topk", (F,), {"k": 2}, "float32[3, 2], int64[3, 2]"),
        ("topk", (NA,), {"k": 2}, "float32[3, 2]?, int64[3, 2]"),
        ("add", (NA, 1), {}, "float32[3, 4]?"),
        ("greater", (F, NA), {}, "bool[3, 4]?"),
        ("matmul", (tensor("float32", 4, 3), NA), {}, "float32[4, 4]?"),
        ("cast", (NA,), {"dtype": "int8"}, "int8[3, 4]?"),
        ("concat", (F, NA), {}, "float32[6, 4]?"),
        ("diag", (NA,), {}, "float32[3]?"),
        ("sum", (NA,), {"axis": 0}, "float32[4]?"),
        ("sum", (NA,), {"axis": 0, "skipna": True}, "float32[4]"),
        ("count_nonzero", (NA,), {"skipna": True}, "int64[]"),
        ("mean", (NA,), {"axis": 0, "skipna": True}, "float32[4]?"),
        ("mean", (F,), {"axis": 0, "skipna": True}, "float32[4]"),
        ("argmax", (NA,), {"skipna": True}, "int64[]?"),
        ("is_na", (tensor("string", 3, nullable=True),), {}, "bool[3]"),
        ("is_na", (tensor("float32", 3, 4, layout=CSC, nullable=True),), {}, "bool[3, 4] csc"),
        ("count_na", (tensor("date", 3, 4, nullable=True),), {"axis": 0, "keepdims": True}, "int64[1, 4]"),
        ("fill_na", (NA, 0), {}, "float32[3, 4]"),
        ("fill_na", (NA, tensor("float32", 4, nullable=True)), {}, "float32[3, 4]?"),
        ("fill_na", (tensor("factor", 3, nullable=True), "a"), {}, "factor[3]"),
        ("prod", (AnyType(),), {}, "int64|uint64|float16|float32|float64|complex64|complex128[]?"),
        ("sum", (AnyType(),), {}, "any[]?"),
        ("concat", (F, tensor("int64", 5, 4)), {}, "float64[8, 4]"),
        ("take", (tensor("float32", "a", "b", layout=CSR), tensor("int32", 7)), {"axis": 1}, "float32[a, 7] csr"),
        ("take", (tensor("float32", "a", "b", layout=CSR), 0), {}, "float32[b]"),
        ("diag", (tensor("float32", "a"),), {}, "float32[a, a] csr"),
        ("size", (tensor("string", "a", "b", nullable=True),), {"axis": 0}, "int64[]"),
        ("field", (TableType((FieldType("a", F),)),), {"name": "a"}, "float32[3, 4]"),
        ("field", (TableType(),), {"name": "a"}, "any value"),
    ],
)
def test_types_say_element_type_shape_and_layout(
    name: str, args: tuple[Any, ...], settings: dict[str, Any], type_: str
) -> None:
    named = [_symbols(x) if isinstance(x, TensorType) else x for x in args]
    assert result(name, *named, **settings) == type_


def _symbols(type_: TensorType) -> TensorType:
    assert type_.shape is not None
    shape = tuple(Symbol(d) if isinstance(d, str) else d for d in type_.shape)
    return TensorType(type_.dtypes, shape, type_.layouts, nullable=type_.nullable)


def test_dimensions_that_must_be_equal_are_made_so() -> None:
    notes = Notes()
    rows, inner = Symbol("rows"), Symbol("inner")
    a, b = tensor("float32", rows, inner), tensor("float32", 1024, 5)
    (found,) = find("matmul").infer(notes, [a, b], settings_of(find("matmul"), {}))
    assert str(found) == "float32[rows, 5]"
    assert notes.unifier.bindings() == {"inner": 1024}


def test_a_symbol_that_meets_a_length_by_broadcasting_has_it() -> None:
    notes = Notes()
    a, b = tensor("float32", Symbol("n"), 3), tensor("float32", Symbol("m"))
    (found,) = find("add").infer(notes, [a, b], {})
    assert str(found) == "float32[n, 3]"
    assert notes.unifier.bindings() == {"m": 3}


def test_an_unknown_operation_is_refused_with_names_like_it() -> None:
    with pytest.raises(UnknownOp) as caught:
        find("matmull")
    assert caught.value.close[0] == "matmul"
    with pytest.raises(UnknownOp) as caught:
        find("matmul", 7)
    assert caught.value.available == 1
    assert find("matmul", 1) is CATALOGUE["matmul"]


def test_every_operation_says_what_it_is() -> None:
    for name, op in CATALOGUE.items():
        assert op.name == name
        assert op.version >= 1
        assert op.signature.startswith(f"{name}(")
        assert op.doc.endswith(".")
        assert op.missing.endswith(".")
        assert all(parameter.doc.endswith(".") for parameter in op.parameters)
        assert not any(parameter.required and parameter.default is not None for parameter in op.parameters)


def test_types_are_probed_without_warnings() -> None:
    with np.errstate(all="raise"):
        assert result("log", tensor("float64", 2)) == "float64[2]"
