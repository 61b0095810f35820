"""Parts of stored values are what numpy would give of the whole."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jazz.codec import (
    BytesReader,
    FieldNotFound,
    LabelNotFound,
    SliceError,
    check_body,
    check_header,
    decode,
    encode,
    picked,
    readers,
    slices,
    take,
)
from jazz.codec import box as box_module
from jazz.v1 import value_pb2 as pb
from jazz.values import Axis, DataType, Layout, Null, Table, Tensor, compressed, dense
from unit.codec.value_strategies import dense_form, dense_tensors, frames, replaced, same, tensors, values, variable

bounds = st.none() | st.integers(-6, 6)
ranges = st.tuples(bounds, bounds)


def wanted_of(selection) -> pb.Selection:
    """A range from a tuple, positions from a list, labels from a tensor."""
    if isinstance(selection, tuple):
        return pb.Selection(range=pb.Range(start=selection[0], stop=selection[1]))
    if isinstance(selection, list):
        return pb.Selection(positions=pb.Positions(positions=selection))
    value = encode(selection)
    return pb.Selection(labels=pb.InlineValue(header=value.header, body=value.body()))


def texts(*labels: str | None) -> Tensor:
    return variable("string", [None if label is None else label.encode() for label in labels], (len(labels),))


def part(item=(), rows=None, columns=None, names=None, along=None) -> pb.Slice:
    message = pb.Slice(item=item)
    if rows is not None:
        message.rows.CopyFrom(wanted_of(rows))
    if columns is not None:
        message.columns.CopyFrom(wanted_of(columns))
    if names is not None:
        message.columns.CopyFrom(wanted_of(texts(*names)))
    for axis, selection in (along or {}).items():
        message.axes.add(axis=axis, selection=wanted_of(selection))
    return message


def taken(value, wanted: pb.Slice):
    stored = encode(value)
    result = take(stored.header, wanted, BytesReader(stored.body()))
    body = result.body()
    check_header(result.header, len(body))
    check_body(result.header, BytesReader(body))
    return decode(result.header, body)


@pytest.fixture(params=[readers.BLOCK, 32], ids=["one block", "blocks of 32 bytes"])
def block_size(request, monkeypatch):
    for module in (readers, box_module, picked, slices):
        monkeypatch.setattr(module, "BLOCK", request.param)
    for module in (readers, box_module):
        monkeypatch.setattr(module, "SKIPPED", min(request.param, 64 << 10) // 4)


@pytest.mark.usefixtures("block_size")
def test_rows_and_columns_of_any_tensor_are_those_of_numpy():
    @given(tensors(), st.none() | ranges, st.none() | ranges)
    @settings(max_examples=250, deadline=None)
    def check(tensor, rows, columns):
        rows = rows if tensor.ndim > 0 else None
        columns = columns if tensor.ndim > 1 else None
        result = taken(tensor, part(rows=rows, columns=columns))
        wanted = tuple(slice(*(wanted or (None, None))) for wanted in (rows, columns)[: tensor.ndim])
        expected = dense_form(tensor)[(*wanted, ...)]
        assert (dense_form(result) == expected).all()
        assert result.shape == expected.shape
        assert (result.dtype, result.layout, result.order) == (tensor.dtype, tensor.layout, tensor.order)
        assert [indices.dtype for indices in result.indices] == [indices.dtype for indices in tensor.indices]

    check()


@st.composite
def positions(draw, length: int) -> list[int]:
    return draw(st.lists(st.integers(-length, length - 1), max_size=6)) if length else []


@pytest.mark.usefixtures("block_size")
def test_texts_may_be_asked_for_before_an_empty_one_that_lies_where_they_begin():
    labels = texts("", "apple", "", "a text that is longer", "")
    result = taken(labels, part(rows=[0, 3, 2, 1, 4]))
    assert dense_form(result).tolist() == [b"", b"a text that is longer", b"", b"apple", b""]


def nameable(labels: Tensor) -> list[int]:
    """The positions of labels that are there, and there once."""
    every = dense_form(labels).tolist()
    if labels.dtype.storage.kind in "fc":
        return [
            n
            for n, element in enumerate(labels.array())
            if element == element and (labels.array() == element).sum() == 1 and every[n] is not None
        ]
    return [n for n, label in enumerate(every) if label is not None and every.count(label) == 1]


@st.composite
def cut_tensors(draw):
    """A tensor and what is wanted of some of its dimensions: ranges, positions, labels."""
    tensor = draw(tensors())
    cuts = []
    for dimension, length in enumerate(tensor.shape):
        axis = next((each for each in tensor.declared if tensor.axes[dimension] == each.name), None)
        ways = [st.none(), ranges, positions(length)]
        named = [] if axis is None or axis.labels is None else nameable(axis.labels)
        if named:
            ways.append(st.lists(st.sampled_from(named), min_size=1, max_size=6).map(lambda at: ("at", at)))
        cuts.append(draw(st.one_of(ways)))
    return tensor, cuts


def numbers(cut, length: int) -> np.ndarray:
    """The positions that are wanted of a dimension, as numpy would have them."""
    every = np.arange(length)
    if cut is None:
        return every
    if isinstance(cut, list):
        return every[np.array(cut, int)]
    return every[np.array(cut[1])] if cut[0] == "at" else every[slice(*cut)]


def as_asked(cut, tensor: Tensor, dimension: int):
    """What is asked for a cut: labels for those that are given as such."""
    if isinstance(cut, tuple) and cut[0] == "at":
        (labels,) = (axis.labels for axis in tensor.declared if axis.name == tensor.axes[dimension])
        return taken(labels, part(rows=list(cut[1])))
    return cut


@pytest.mark.usefixtures("block_size")
def test_positions_and_labels_of_any_tensor_are_those_of_numpy():
    @given(cut_tensors())
    @settings(max_examples=400, deadline=None)
    def check(drawn):
        tensor, cuts = drawn
        asked = [as_asked(cut, tensor, dimension) for dimension, cut in enumerate(cuts)]
        along = {name: asked[n] for n, name in enumerate(tensor.axes) if name and asked[n] is not None and n > 1}
        cuts = [cut if n < 2 or (tensor.axes and tensor.axes[n]) else None for n, cut in enumerate(cuts)]
        result = taken(tensor, part(rows=asked[0] if asked else None, columns=[*asked, None, None][1], along=along))
        places = [numbers(cut, length) for cut, length in zip(cuts, tensor.shape, strict=True)]
        expected = dense_form(tensor)[np.ix_(*places)] if places else dense_form(tensor)
        assert result.shape == expected.shape
        assert (dense_form(result) == expected).all()
        assert (result.dtype, result.layout, result.order) == (tensor.dtype, tensor.layout, tensor.order)
        assert (result.axes, result.unit, result.fill) == (tensor.axes, tensor.unit, tensor.fill)
        for axis, before in zip(result.declared, tensor.declared, strict=True):
            if before.labels is not None:
                kept = places[tensor.axes.index(before.name)]
                assert dense_form(axis.labels).tolist() == dense_form(before.labels)[kept].tolist()

    check()


@given(dense_tensors(min_rank=1), ranges, ranges)
@settings(max_examples=60, deadline=None)
def test_labels_are_cut_with_their_axis(tensor, rows, columns):
    columns = columns if tensor.ndim > 1 else None
    result = taken(tensor, part(rows=rows, columns=columns))
    assert result.axes == tensor.axes
    for axis, before in zip(result.declared, tensor.declared, strict=True):
        dimension = tensor.axes.index(before.name)
        wanted = slice(*((rows, columns)[dimension] or (None, None))) if dimension < 2 else slice(None)
        assert axis.length == result.shape[dimension]
        if before.labels is not None:
            assert dense_form(axis.labels).tolist() == dense_form(before.labels)[wanted].tolist()


@given(frames(), ranges)
@settings(max_examples=60, deadline=None)
def test_rows_of_a_table_are_rows_of_all_its_fields_and_of_its_labels(table, rows):
    result = taken(table, part(rows=rows))
    assert result.names == table.names
    for name in table.names:
        assert dense_form(result[name]).tolist() == dense_form(table[name])[slice(*rows)].tolist()
    (axis,), (before,) = result.declared, table.declared
    assert axis.length == len(range(before.length)[slice(*rows)])
    if before.labels is not None:
        assert dense_form(axis.labels).tolist() == dense_form(before.labels)[slice(*rows)].tolist()


@given(values())
@settings(max_examples=60, deadline=None)
def test_a_slice_of_nothing_is_the_value(value):
    assert same(taken(value, pb.Slice()), value)


def test_an_item_is_a_value_of_its_own_with_the_axes_it_uses():
    labels = variable("string", [b"a", b"b"], (2,))
    field = replaced(dense(np.arange(2.0)), axes=("rows",))
    inner = Table((("x", field), ("y", dense(np.zeros(3)))))
    table = Table((("inner", inner), ("z", Null())), (Axis("rows", 2, labels), Axis("unused", 7)))
    assert same(taken(table, part(item=["inner", "x"])), replaced(field, declared=table.declared[:1]))
    assert same(taken(table, part(item=["inner", "y"])), inner["y"])
    assert same(taken(table, part(item=["inner"])), Table(inner.fields, table.declared[:1]))
    assert taken(table, part(item=["z"])) == Null()


def test_columns_of_a_table_are_fields_by_name_in_the_order_asked_for_or_by_position():
    table = Table(tuple((name, dense(np.full(3, number))) for number, name in enumerate("abc")))
    assert taken(table, part(names=["c", "a"])).names == ("c", "a")
    assert taken(table, part(columns=(-2, None))).names == ("b", "c")
    assert taken(table, part(names=["c"], rows=(1, 2)))["c"].array().tolist() == [2]
    assert taken(table, part(names=[])).names == ()


def test_item_then_rows_then_columns():
    table = Table((("m", dense(np.arange(12).reshape(3, 4))), ("n", Null())))
    result = taken(table, part(item=["m"], rows=(1, None), columns=(0, 2)))
    assert result.array().tolist() == [[4, 5], [8, 9]]


def test_rows_of_a_table_reach_into_nested_tables():
    table = Table((("a", dense(np.arange(3))), ("b", Table((("c", dense(np.arange(6).reshape(3, 2))),)))))
    result = taken(table, part(rows=(1, 2)))
    assert result["a"].array().tolist() == [1]
    assert result["b"]["c"].array().tolist() == [[2, 3]]


def test_a_dimension_that_stays_whole_loses_an_axis_that_is_cut():
    square = Tensor(DataType("int64"), (3, 3), data=np.arange(9), axes=("cell", "cell"), declared=(Axis("cell", 3),))
    rows = taken(square, part(rows=(0, 2)))
    assert (rows.axes, rows.declared[0].length) == (("cell", ""), 2)
    columns = taken(square, part(columns=(0, 2)))
    assert (columns.axes, columns.declared[0].length) == (("", "cell"), 2)
    both = taken(square, part(rows=(0, 2), columns=(0, 2)))
    assert (both.axes, both.declared[0].length) == (("cell", "cell"), 2)


def test_rows_of_a_frame_without_columns_are_rows_of_its_axis():
    table = Table((), (Axis("rows", 3, variable("string", [b"a", b"b", b"c"], (3,))),))
    (axis,) = taken(table, part(rows=(1, None))).declared
    assert axis.length == 2
    assert dense_form(axis.labels).tolist() == [b"b", b"c"]


def columns_table() -> Table:
    return Table((("a", dense(np.zeros(3))), ("b", dense(np.zeros(2)))))


@pytest.mark.parametrize(
    ("value", "wanted", "error", "field"),
    [
        (columns_table(), part(item=["c"]), FieldNotFound, "slice.item[0]"),
        (columns_table(), part(item=["a", "x"]), FieldNotFound, "slice.item[1]"),
        (columns_table(), part(names=["a", "c"]), FieldNotFound, "slice.columns.labels[1]"),
        (columns_table(), part(names=["a", "a"]), SliceError, "slice.columns.labels[1]"),
        (columns_table(), part(rows=(0, 1)), SliceError, "slice.rows"),
        (Table((("a", dense(np.zeros(3))), ("b", Null()))), part(rows=(0, 1)), SliceError, "slice.rows"),
        (Table(), part(rows=(0, 1)), SliceError, "slice.rows"),
        (Null(), part(rows=(0, 1)), SliceError, "slice.rows"),
        (Null(), part(columns=(0, 1)), SliceError, "slice.columns"),
        (dense(np.zeros(())), part(rows=(0, 1)), SliceError, "slice.rows"),
        (dense(np.zeros(3)), part(columns=(0, 1)), SliceError, "slice.columns"),
        (dense(np.zeros((3, 3))), part(names=["a"]), SliceError, "slice.columns.labels"),
        (
            Table(
                (("a", replaced(dense(np.zeros(2)), axes=("x",))), ("b", replaced(dense(np.zeros(2)), axes=("y",)))),
                (Axis("x", 2), Axis("y", 2)),
            ),
            part(rows=(0, 1)),
            SliceError,
            "slice.rows",
        ),
    ],
)
def test_a_slice_that_does_not_fit_is_refused_by_name(value, wanted, error, field):
    with pytest.raises(error) as caught:
        taken(value, wanted)
    assert caught.value.violations[0].field == field


def square(**changes) -> Tensor:
    plain = {"shape": (3, 3), "data": np.arange(9), "axes": ("cell", "cell")} | changes
    return Tensor(DataType("int64"), **plain, declared=(Axis("cell", 3, texts("a", "b", "c")),))


@pytest.mark.parametrize("wanted", [["b", "a"], [1, 0], [-2, -3]])
def test_an_axis_that_is_cut_by_name_is_cut_in_every_dimension_and_field(wanted):
    along = {"cell": texts(*wanted) if isinstance(wanted[0], str) else wanted}
    vector = replaced(dense(np.arange(3.0)), axes=("cell",))
    other = replaced(dense(np.zeros((3, 2))), axes=("", ""))
    inner = Table((("v", vector), ("o", other)))
    table = Table((("s", replaced(square(), declared=())), ("t", inner), ("n", Null())), square().declared)

    result = taken(table, part(along=along))

    assert result["s"].array().tolist() == [[4, 3], [1, 0]]
    assert result["s"].axes == ("cell", "cell")
    assert result["t"]["v"].array().tolist() == [1, 0]
    assert result["t"]["o"].shape == (3, 2)
    assert dense_form(result.declared[0].labels).tolist() == [b"b", b"a"]
    assert taken(square(), part(along=along)).array().tolist() == [[4, 3], [1, 0]]


def test_axes_of_the_same_name_beside_each_other_are_cut_one_by_one():
    fields = [
        (name, replaced(dense(np.arange(len(labels))), axes=("x",), declared=(Axis("x", len(labels), texts(*labels)),)))
        for name, labels in {"one": "abc", "other": "zca"}.items()
    ]
    result = taken(Table(tuple(fields)), part(along={"x": texts("a", "c")}))
    assert (result["one"].array().tolist(), result["other"].array().tolist()) == ([0, 2], [2, 1])
    with pytest.raises(SliceError) as caught:
        taken(Table(tuple(fields)), part(rows=texts("a")))
    assert caught.value.violations[0].field == "slice.rows.labels"


def test_rows_and_an_axis_of_another_dimension_are_cut_at_once():
    tensor = Tensor(DataType("int64"), (2, 3), data=np.arange(6), axes=("", "x"), declared=(Axis("x", 3),))
    assert taken(tensor, part(rows=[1], along={"x": [2, 0]})).array().tolist() == [[5, 3]]


def test_rows_are_those_of_the_columns_that_are_chosen():
    table = Table((("a", dense(np.arange(3))), ("b", dense(np.zeros(5)))))
    assert taken(table, part(names=["a"], rows=[2, 0]))["a"].array().tolist() == [2, 0]


def labelled_by(labels: Tensor) -> Tensor:
    (count,) = labels.shape
    return replaced(dense(np.arange(count)), axes=("x",), declared=(Axis("x", count, labels),))


def vector(name: str, *elements, unit: str | None = None) -> Tensor:
    dtype = DataType(name, unit)
    return Tensor(dtype, (len(elements),), data=np.array(elements, dtype.storage))


@pytest.mark.parametrize(
    ("labels", "wanted"),
    [
        (vector("uint64", 2**64 - 1, 5), vector("int8", 5)),
        (vector("int8", -1, 5), vector("uint64", 5)),
        (vector("float32", 0.1, 0.5), vector("float64", 0.5)),
        (vector("timestamp", 10**9, 5 * 10**9, unit="ns"), vector("timestamp", 5, unit="s")),
        (vector("timestamp", 1, 5, unit="s"), vector("timestamp", 5000, unit="ms")),
        (vector("duration", 1, 5, unit="s"), vector("duration", 5000, unit="ms")),
        (texts("a", "b"), replaced(vector("factor", 1), categories=texts("a", "b"))),
        (replaced(vector("factor", 0, 1), categories=texts("a", "b")), texts("b")),
        (texts(None, "b", None), texts("b")),
        (texts("b\0", "b"), texts("b")),
        (texts("x", ""), texts("")),
        (vector("bool", False, True), vector("bool", True)),
        (vector("complex64", 1j, 2), vector("complex128", 2)),
    ],
)
def test_labels_are_compared_by_value(labels, wanted):
    assert taken(labelled_by(labels), part(rows=wanted)).array().tolist() == [1]


@pytest.mark.parametrize(
    ("labels", "wanted", "error"),
    [
        (vector("int8", 1, -1), vector("uint64", 2**64 - 1), LabelNotFound),
        (vector("float32", 0.1), vector("float64", 0.1), LabelNotFound),
        (vector("float64", np.nan), vector("float64", np.nan), LabelNotFound),
        (vector("timestamp", 1, unit="s"), vector("timestamp", 1001, unit="ms"), LabelNotFound),
        (vector("timestamp", 1, unit="ns"), vector("timestamp", 2**62, unit="s"), LabelNotFound),
        (texts("a", "b"), texts(None), LabelNotFound),
        (texts("a"), texts("A"), LabelNotFound),
        (texts("a", "b", "a"), texts("b", "a"), SliceError),
        (vector("int64", 1), texts("1"), SliceError),
        (vector("int64", 1), vector("float64", 1.0), SliceError),
        (vector("timestamp", 1, unit="s"), vector("int64", 1), SliceError),
        (replaced(vector("factor", 0, 0), categories=texts("a")), texts("a"), SliceError),
    ],
)
def test_labels_that_are_not_there_once_are_refused(labels, wanted, error):
    with pytest.raises(SliceError) as caught:
        taken(labelled_by(labels), part(rows=wanted))
    assert type(caught.value) is error
    assert caught.value.violations[0].field.startswith("slice.rows.labels")


def test_of_many_labels_that_are_not_there_the_first_hundred_are_named():
    with pytest.raises(LabelNotFound, match="300 labels") as caught:
        taken(labelled_by(texts("a")), part(rows=texts(*map(str, range(300)))))
    assert len(caught.value.violations) == 100


class CountingReader(BytesReader):
    def __init__(self, body):
        super().__init__(body)
        self.seen = 0

    def view(self, offset, length):
        self.seen += length
        return super().view(offset, length)


def read_bytes(value, wanted) -> tuple[int, int]:
    """How much is read for a part, and how long its body is."""
    stored = encode(value)
    reader = CountingReader(stored.body())
    result = take(stored.header, wanted, reader)
    result.body()
    return reader.seen, result.body_bytes


@pytest.mark.parametrize("order", ["C", "F"])
def test_contiguous_parts_are_read_without_the_rest(order):
    array = np.zeros((1000, 1000), order=order)
    wanted = part(rows=(10, 20)) if order == "C" else part(columns=(10, 20))
    assert read_bytes(dense(array), wanted) == (80_000, 80_000)


def test_rows_of_csr_are_read_without_the_rest():
    count, width = 10_000, 10
    indptr = np.arange(0, count * width + 1, width, dtype=np.int64)
    indices = np.tile(np.arange(width), count)
    tensor = compressed(Layout.CSR, (count, width), indptr, indices, np.ones(count * width))
    seen, length = read_bytes(tensor, part(rows=(5000, 5010)))
    assert length < 2000
    assert seen < 2 * length


def test_rows_of_strings_are_read_without_the_rest():
    tensor = variable("string", [b"abc"] * 10_000, (10_000,))
    seen, _ = read_bytes(tensor, part(rows=(5000, 5010)))
    assert seen < 2000


def test_rows_of_coo_are_found_by_binary_search():
    places = np.arange(100_000)
    tensor = Tensor(DataType("float64"), (100_000,), layout=Layout.COO, data=np.ones(100_000), indices=(places,))
    seen, _ = read_bytes(tensor, part(rows=(5000, 5010)))
    assert seen < 2000


def test_contiguous_parts_are_views():
    array = np.arange(12.0).reshape(3, 4)
    stored = encode(dense(array))
    result = take(stored.header, part(rows=(1, 2)), BytesReader(np.frombuffer(array.tobytes(), np.uint8)))
    (piece,) = result.pieces()
    assert np.frombuffer(piece).tolist() == [4, 5, 6, 7]
    body = np.frombuffer(array.tobytes(), np.uint8)
    (piece,) = take(stored.header, part(rows=(1, 2)), BytesReader(body)).pieces()
    assert np.shares_memory(np.frombuffer(piece, np.uint8), body)


def test_positions_are_read_without_the_rest():
    tensor = dense(np.zeros((1000, 1000)))
    seen, length = read_bytes(tensor, part(rows=[900, 5, 100]))
    assert (seen, length) == (24_000, 24_000)


def test_rows_of_coo_in_any_order_are_found_by_binary_search():
    places = np.arange(1_000_000)
    tensor = Tensor(DataType("float64"), (1_000_000,), layout=Layout.COO, data=np.ones(1_000_000), indices=(places,))
    seen, length = read_bytes(tensor, part(rows=[500_000, 5, 999_999]))
    assert length == 88
    assert seen < 1_000_000


def test_labels_are_looked_for_in_bounded_blocks():
    count = 200_000
    labels = variable("string", [b"%d" % number for number in range(count)], (count,))
    result = taken(labelled_by(labels), part(rows=texts("199999", "7", "42")))
    assert result.array().tolist() == [199_999, 7, 42]
