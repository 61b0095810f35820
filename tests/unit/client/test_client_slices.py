"""Parts of values, as Python writes them."""

import datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest

import jazz
from jazz import codec, convert
from jazz._slices import selection
from jazz.v1 import value_pb2


def message(**parts: object) -> value_pb2.Slice | None:
    return selection(parts.get("item"), parts.get("rows"), parts.get("columns"), parts.get("along")).message()


def wanted(**parts: object) -> value_pb2.Selection:
    """What is asked of the one dimension that is given."""
    part = message(**parts)
    assert part is not None
    if part.axes:
        return part.axes[0].selection
    return part.rows if part.HasField("rows") else part.columns


def labels_of(selected: value_pb2.Selection) -> Any:
    """The labels that are asked for."""
    assert selected.WhichOneof("selection") == "labels"
    value = codec.decode(selected.labels.header, selected.labels.body)
    return convert.from_value(value, to="numpy").tolist()


def test_nothing_asked_for_is_everything() -> None:
    assert message() is None
    assert message(along={}) is None


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (slice(2, 5), (2, 5)),
        (slice(None, 5), (None, 5)),
        (slice(-3, None), (-3, None)),
        (slice(2, 5, 1), (2, 5)),
        (slice(np.int64(2), np.uint8(5)), (2, 5)),
        (slice(None), (None, None)),
        (range(2, 5), (2, 5)),
        (range(5, 2), (5, 5)),
        (range(3), (0, 3)),
    ],
)
def test_slices_and_ranges_are_ranges(rows: object, expected: tuple[int | None, int | None]) -> None:
    assert wanted(rows=rows) == value_pb2.Selection(range=value_pb2.Range(start=expected[0], stop=expected[1]))


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([0, 5, -1], [0, 5, -1]),
        ((2, 2), [2, 2]),
        (3, [3]),
        (np.int32(-1), [-1]),
        (np.array([4, 1], np.uint8), [4, 1]),
        (pd.Index([4, 1]), [4, 1]),
        (pd.Series([4, 1], dtype="Int64", index=["a", "b"]), [4, 1]),
        (range(0, 9, 4), [0, 4, 8]),
        (range(-2, 0), [-2, -1]),
        ([], []),
        (np.array([], bool)[:0].astype(int), []),
    ],
)
def test_integers_are_positions(rows: object, expected: list[int]) -> None:
    assert wanted(rows=rows) == value_pb2.Selection(positions=value_pb2.Positions(positions=expected))


@pytest.mark.parametrize(
    "rows", [[False, True, True], np.array([False, True, True]), pd.Series([False, True, True], dtype="boolean")]
)
def test_a_mask_is_the_positions_where_it_is_true_of_a_dimension_of_its_length(rows: object) -> None:
    assert wanted(rows=rows) == value_pb2.Selection(positions=value_pb2.Positions(positions=[1, 2], of=3))


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("r1", ["r1"]),
        (["r1", "né"], ["r1", "né"]),
        (np.array(["r1", "r2"]), ["r1", "r2"]),
        (pd.Index(["r1", "r2"], name="gene"), ["r1", "r2"]),
        (pd.Categorical(["b", "a"]), ["b", "a"]),
        (0.5, [0.5]),
        (jazz.labels([10, 20]), [10, 20]),
        (jazz.labels(10), [10]),
        (jazz.labels("a"), ["a"]),
        (datetime.date(2026, 11, 27), [datetime.date(2026, 11, 27)]),
        (pd.Timestamp("2026-11-27T10:00"), [pd.Timestamp("2026-11-27T10:00")]),
    ],
)
def test_all_else_are_labels(rows: object, expected: list[object]) -> None:
    found = labels_of(wanted(rows=rows))

    assert [pd.Timestamp(each) if isinstance(each, int) and each > 10**9 else each for each in found] == expected


@pytest.mark.parametrize("field", ["rows", "columns", "along"])
@pytest.mark.parametrize(
    "part",
    [True, slice(0, 9, 2), slice(9, 0, -1), slice(0.5, 1), slice("a"), slice(2**63),
     {"a"}, {"a": 1}, [[1, 2]], ["a", 3],
     ["\ud800"], [2**64 - 1], pd.array([1, None], "Int64"), pd.array([True, None], "boolean"), object()],
)  # fmt: skip
def test_what_is_no_part_of_a_dimension_is_refused(field: str, part: object) -> None:
    with pytest.raises(jazz.InvalidArgument) as caught:
        message(**{field: {"obs": part} if field == "along" else part})

    assert caught.value.violations[0].field.startswith(field)


def test_columns_are_labels_too_whether_of_a_table_or_a_matrix() -> None:
    assert labels_of(wanted(columns=["b", "a"])) == ["b", "a"]
    assert labels_of(wanted(columns="b")) == ["b"]
    assert wanted(columns=slice(0, 2)).range == value_pb2.Range(start=0, stop=2)


def test_axes_are_cut_by_name() -> None:
    part = message(along={"obs": ["a"], "var": slice(3), "time": None})

    assert part is not None
    assert [each.axis for each in part.axes] == ["obs", "var"]
    with pytest.raises(jazz.InvalidArgument):
        message(along=["obs"])
    with pytest.raises(jazz.InvalidArgument):
        message(along={3: ["obs"]})


def test_a_part_that_no_message_can_say_is_refused_before_it_is_sent() -> None:
    with pytest.raises(jazz.InvalidArgument, match="16777216 bytes"):
        message(rows=np.full(6_000_000, 2**20))


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
        (lambda ref: ref[[0, -1]], "[[0, -1]]"),
        (lambda ref: ref[np.arange(9)], "[[0, 1, 2, 3, 4, 5, … 9 in all]]"),
        (lambda ref: ref[[0], [2, 1]], "[[0], [2, 1]]"),
        (lambda ref: ref[["r1", "r2"], :], "[['r1', 'r2'], :]"),
        (lambda ref: ref[:, ["c1"]], "[:, ['c1']]"),
        (lambda ref: ref[np.array([True, False])], "[[0]]"),
        (lambda ref: ref[jazz.labels([10, 20])], "[jazz.labels([10, 20])]"),
        (lambda ref: ref.along(obs=["a"], var=slice(3)), ".along(obs=['a'], var=slice(None, 3))"),
        (lambda ref: ref.along({"the time": "a:b"})["x"], "['x'].along({'the time': ['a:b']})"),
    ],
)
def test_a_reference_is_cut_as_an_array_is(part: Any, shown: str) -> None:
    reference = part(jazz.ref("lab/x@3"))

    assert repr(reference) == f"jazz.ref('lab/x@3'){shown}"


@pytest.mark.parametrize("key", [3, (1, 2), ("a", slice(3)), (slice(1), slice(1), slice(1)), slice(0, 4, 2), None, 1.5])
def test_keys_that_the_server_cannot_cut_are_refused(key: object) -> None:
    with pytest.raises(jazz.InvalidArgument):
        jazz.ref("lab/x")[key]


def test_a_dimension_is_cut_once() -> None:
    with pytest.raises(jazz.InvalidArgument, match="not cut already"):
        jazz.ref("lab/x")[2:5][1:]
    with pytest.raises(jazz.InvalidArgument):
        jazz.ref("lab/x")[:, 2:]["a"]
    with pytest.raises(jazz.InvalidArgument):
        jazz.ref("lab/x").along(obs=[1]).along(obs=[1])


def test_references_to_the_same_part_are_equal() -> None:
    assert jazz.ref("lab/x")[:3] == jazz.ref("lab/x")[:3]
    assert jazz.ref("lab/x")[:3] != jazz.ref("lab/x")
    assert jazz.ref("lab/x")[["a"], :] == jazz.ref("lab/x")[np.array(["a"]), :]
    assert hash(jazz.ref("lab/x").along(obs=[1])) == hash(jazz.ref("lab/x").along(obs=[1]))
    assert len({jazz.ref("lab/x"), jazz.ref("lab/x")}) == 1
    assert jazz.ref("lab/x") != "lab/x"


def test_a_reference_cannot_be_iterated_over() -> None:
    with pytest.raises(TypeError, match="not iterable"):
        iter(jazz.ref("lab/x"))


@pytest.mark.parametrize("name", ["", None, 7, b"lab/x", "\ud800"])
def test_names_that_are_none_are_refused(name: object) -> None:
    with pytest.raises(jazz.InvalidArgument):
        jazz.ref(name)  # type: ignore[arg-type]
