"""Types of inputs: what may be written, what it means, how it looks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import jazz
from jazz.errors import InvalidArgument
from jazz.graph import Any as AnyValue
from jazz.graph import (
    Coo,
    Csc,
    Csr,
    Dense,
    OfKind,
    Table,
    TableType,
    Tensor,
    TracingError,
    Type,
    from_message,
    to_message,
)
from jazz.v1 import value_pb2
from jazz.values import DataType, Layout


def test_a_subscript_gives_dimensions() -> None:
    assert Csr["rows", 1024].shape == ("rows", 1024)
    assert Dense[None, "*", 3].shape == (None, None, 3)
    assert Dense["n"].shape == ("n",)
    assert Dense[np.int64(4)].shape == (4,)


def test_three_dots_are_any_rank_and_empty_brackets_a_scalar() -> None:
    assert Dense[...].shape is None
    assert Dense[np.float32, ...].shape is None
    assert Dense[()].shape == ()
    assert Dense[np.float32, ()].shape == ()


def test_an_element_type_alone_leaves_the_shape_open() -> None:
    assert Dense[np.float32].shape is None
    assert Csr["r", "c"][np.float32].shape == ("r", "c")


@pytest.mark.parametrize(
    ("entry", "names"),
    [
        (np.float32, ["float32"]),
        (np.dtype(">i4"), ["int32"]),
        (bool, ["bool"]),
        (int, ["int64"]),
        (float, ["float64"]),
        (complex, ["complex128"]),
        (str, ["string"]),
        (bytes, ["bytes"]),
        (np.str_, ["string"]),
        (np.floating, ["float16", "float32", "float64"]),
        (np.float64 | np.float32, ["float32", "float64"]),
        (np.dtype("datetime64[ns]"), ["timestamp[ns]"]),
        (np.dtype("datetime64[D]"), ["date"]),
        (np.dtype("timedelta64[ms]"), ["duration[ms]"]),
        (DataType("timestamp", unit="us", zone="UTC"), ["timestamp[us, UTC]"]),
        (DataType("factor"), ["factor"]),
    ],
)
def test_element_types(entry: Any, names: list[str]) -> None:
    assert [str(dtype) for dtype in Dense[entry, "n"].dtypes] == names


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ("two words", "an identifier"),
        (-1, "from 0"),
        (2**63, "from 0"),
        ((..., 3), "'...' to stand alone"),
        (("n", np.float32), "before all dimensions"),
        (("n", 1.5), "a length, a symbol"),
        (np.object_, "an element type"),
        (np.dtype("datetime64[h]"), "an element type"),
        (np.dtype("datetime64[25s]"), "an element type"),
        (object(), "an element type"),
        ([3, 4], "an element type"),
    ],
)
def test_what_is_no_entry_is_refused(entries: Any, expected: str) -> None:
    with pytest.raises(TracingError) as caught:
        _ = Dense[entries]
    assert expected in caught.value.violations[0].expected


@pytest.mark.parametrize("layout", [Csr, Csc])
def test_compressed_layouts_have_two_dimensions(layout: Any) -> None:
    with pytest.raises(TracingError, match="2 dimensions"):
        layout["n"]


def test_coordinates_have_one_dimension_or_more() -> None:
    assert Coo["i", "j", "k"].shape == ("i", "j", "k")
    with pytest.raises(TracingError):
        Coo[()]


def test_types_are_values() -> None:
    assert Csr["n", 3] == Csr["n", 3]
    assert len({Csr["n", 3], Csr["n", 3], Csr["n", 3].strict()}) == 2
    with pytest.raises(AttributeError):
        Csr.layouts = ()  # type: ignore[misc]


@pytest.mark.parametrize(
    "text",
    [
        "jazz.Csr",
        "jazz.Csr['rows', 1024]",
        "jazz.Dense[np.float32, 'h', None, 3].strict().nullable()",
        "jazz.Dense[np.float32 | np.float64]",
        "jazz.Dense[np.bool | np.number, ()]",
        "jazz.Dense[np.bool | np.int8 | np.floating, ()]",
        "jazz.Tensor[3].unit('m').between(0, None)",
        "jazz.Table",
        "jazz.Table[{'a': jazz.Dense['n'], 'b': jazz.Table[{'c': jazz.Any}]}].optional('a').closed()",
        "jazz.OfKind['lab/photo@3']",
        "jazz.Any",
    ],
)
def test_a_type_looks_as_it_is_written(text: str) -> None:
    from jazz import graph

    assert repr(eval(text, {"jazz": graph, "np": np})) == text


@pytest.mark.parametrize(
    "type_",
    [
        Csr["rows", 1024],
        Tensor,
        Dense[...],
        Dense[()],
        Dense[DataType("timestamp", unit="ns", zone="UTC"), None, "n"],
        Dense[np.integer, "n"].strict().nullable().unit("kg").between(0, 10),
        Table[{"a": Dense["n"], "b": Coo["n", "m", 2]}].optional("b").closed(),
        OfKind["lab/photo"],
        AnyValue,
    ],
    ids=repr,
)
def test_messages_hold_all_of_a_type(type_: Type) -> None:
    assert from_message(to_message(type_)) == type_


def test_element_types_and_layouts_are_sorted_in_the_message() -> None:
    message = to_message(Dense[np.float64 | np.int8, "n"]).tensor
    numbers = [item.data_type for item in message.types]
    assert numbers == [value_pb2.DATA_TYPE_INT8, value_pb2.DATA_TYPE_FLOAT64]
    assert list(message.layouts) == [value_pb2.LAYOUT_DENSE]


def test_a_layout_without_brackets_is_a_type() -> None:
    assert Csr.layouts == (Layout.CSR,)
    assert not to_message(Csr).tensor.HasField("shape")


@pytest.mark.parametrize("fields", [3, {"": Dense}, {3: Dense}, {"a": np.float32}, ["a"]])
def test_tables_take_names_and_types(fields: Any) -> None:
    with pytest.raises(TracingError):
        Table[fields]


def test_only_fields_can_be_optional() -> None:
    with pytest.raises(TracingError, match="'b'"):
        Table[{"a": Dense}].optional("b")


def test_symbols_of_tables_that_were_proposed_are_their_own() -> None:
    proposed, written = jazz.kind_of({"a": [1, 2], "b": [3.0, 4.0]}).type, jazz.Table[{"a": jazz.Tensor["rows"]}]
    assert isinstance(proposed, TableType)
    assert proposed == jazz.kind(str(proposed)).type

    def symbols(**types: Type) -> list[object]:
        inputs = jazz.pipeline(lambda **nodes: nodes, inputs=types).inputs.values()
        return [type_.fields[0].type.shape[0] for type_ in inputs]  # type: ignore[union-attr, index]

    assert symbols(t=proposed, u=written) == ["rows", "rows"]
    assert symbols(t=proposed, u=proposed.closed(), v=written) == ["rows_t", "rows_u", "rows"]
    assert symbols(t=proposed, u=proposed[{"a": "int64[rows]"}]) == ["rows", "rows"]


def test_errors_are_of_the_tree_and_of_python() -> None:
    with pytest.raises(InvalidArgument) as caught:
        OfKind["photo"]
    assert isinstance(caught.value, TypeError | ValueError)
    assert caught.value.reason == "INVALID_PIPELINE"
