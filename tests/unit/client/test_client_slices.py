"""Parts of values, as Python writes them."""

from typing import Any

import numpy as np
import pytest

import jazz
from jazz._slices import selection
from jazz.v1 import value_pb2

Range = value_pb2.Range


def message(**parts: object) -> value_pb2.Slice | None:
    return selection(parts.get("item"), parts.get("rows"), parts.get("columns")).message()


def test_nothing_asked_for_is_everything() -> None:
    assert message() is None


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (slice(2, 5), Range(start=2, stop=5)),
        (slice(None, 5), Range(stop=5)),
        (slice(-3, None), Range(start=-3)),
        (slice(2, 5, 1), Range(start=2, stop=5)),
        (slice(np.int64(2), np.uint8(5)), Range(start=2, stop=5)),
        (slice(None), Range()),
        (range(2, 5), Range(start=2, stop=5)),
        (range(5, 2), Range(start=5, stop=5)),
        (range(3), Range(start=0, stop=3)),
    ],
)
def test_rows_are_slices_and_ranges(rows: object, expected: value_pb2.Range) -> None:
    assert message(rows=rows) == value_pb2.Slice(rows=expected)


@pytest.mark.parametrize(
    "rows",
    [3, True, [1, 2], "a", slice(0, 9, 2), slice(9, 0, -1), slice(0.5, 1), slice("a"), slice(2**63), range(0, 9, 2),
     range(-3, 0), np.array([True])],
)  # fmt: skip
def test_other_rows_are_refused(rows: object) -> None:
    with pytest.raises(jazz.InvalidArgument) as caught:
        message(rows=rows)

    assert caught.value.violations[0].field.startswith("rows")


def test_columns_are_positions_or_names() -> None:
    names = value_pb2.FieldNames(names=["b", "a"])

    assert message(columns=slice(0, 2)) == value_pb2.Slice(column_range=Range(start=0, stop=2))
    assert message(columns=["b", "a"]) == value_pb2.Slice(column_names=names)
    assert message(columns=[]) == value_pb2.Slice(column_names=value_pb2.FieldNames())


@pytest.mark.parametrize("columns", ["a", 3, ["a", 3], {"a"}, slice(0, 9, 2), ["\ud800"]])
def test_other_columns_are_refused(columns: object) -> None:
    with pytest.raises(jazz.InvalidArgument) as caught:
        message(columns=columns)

    assert caught.value.violations[0].field.startswith("columns")


def test_an_item_is_a_name_or_a_path() -> None:
    assert message(item="a") == value_pb2.Slice(item=["a"])
    assert message(item=("a", "b")) == value_pb2.Slice(item=["a", "b"])


@pytest.mark.parametrize("item", [3, ("a", 3), b"a"])
def test_other_items_are_refused(item: object) -> None:
    with pytest.raises(jazz.InvalidArgument) as caught:
        message(item=item)

    assert caught.value.violations[0].field.startswith("item")


@pytest.mark.parametrize(
    ("part", "shown"),
    [
        (lambda ref: ref, ""),
        (lambda ref: ref[...], ""),
        (lambda ref: ref[:], ""),
        (lambda ref: ref[2:5], "[2:5]"),
        (lambda ref: ref[-2:, :3], "[-2:, :3]"),
        (lambda ref: ref[:, :3], "[:, :3]"),
        (lambda ref: ref["a"]["b"][:9], "['a']['b'][:9]"),
        (lambda ref: ref[["a", "b"]], "[:, ['a', 'b']]"),
        (lambda ref: ref[2:5]["a"], "['a'][2:5]"),
        (lambda ref: ref[2:5][:, 1:], "[2:5, 1:]"),
    ],
)
def test_a_reference_is_cut_as_an_array_is(part: Any, shown: str) -> None:
    reference = part(jazz.ref("lab/x@3"))

    assert repr(reference) == f"jazz.ref('lab/x@3'){shown}"


@pytest.mark.parametrize("key", [3, (1, 2), (slice(1), slice(1), slice(1)), slice(0, 4, 2), None, 1.5])
def test_keys_that_the_server_cannot_cut_are_refused(key: object) -> None:
    with pytest.raises(jazz.InvalidArgument):
        jazz.ref("lab/x")[key]


def test_a_dimension_is_cut_once() -> None:
    with pytest.raises(jazz.InvalidArgument, match="not cut already"):
        jazz.ref("lab/x")[2:5][1:]
    with pytest.raises(jazz.InvalidArgument):
        jazz.ref("lab/x")[:, 2:]["a"]


def test_references_to_the_same_part_are_equal() -> None:
    assert jazz.ref("lab/x")[:3] == jazz.ref("lab/x")[:3]
    assert jazz.ref("lab/x")[:3] != jazz.ref("lab/x")
    assert len({jazz.ref("lab/x"), jazz.ref("lab/x")}) == 1
    assert jazz.ref("lab/x") != "lab/x"


def test_a_reference_cannot_be_iterated_over() -> None:
    with pytest.raises(TypeError, match="not iterable"):
        iter(jazz.ref("lab/x"))


@pytest.mark.parametrize("name", ["", None, 7, b"lab/x", "\ud800"])
def test_names_that_are_none_are_refused(name: object) -> None:
    with pytest.raises(jazz.InvalidArgument):
        jazz.ref(name)  # type: ignore[arg-type]
