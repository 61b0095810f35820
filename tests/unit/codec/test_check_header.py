"""Headers that are not valid are refused with everything that is wrong with them."""

from __future__ import annotations

import numpy as np
import pytest
from google.protobuf.message import DecodeError
from hypothesis import given, settings
from hypothesis import strategies as st

from jazz.codec import InvalidValue, check_header, decode, encode
from jazz.v1 import value_pb2 as pb
from jazz.values import MAX_DEPTH, Axis, DataType, Layout, Null, Table, Tensor, compressed, dense
from unit.codec.value_strategies import same, valid, values, variable


def refused(header: pb.Value, body_bytes: int) -> dict[str, tuple[str, str]]:
    """What is wrong with a header: expected and found by field."""
    with pytest.raises(InvalidValue) as caught:
        check_header(header, body_bytes)
    return {violation.field: (violation.expected, violation.found) for violation in caught.value.violations}


def matrix() -> Tensor:
    return dense(np.zeros((2, 3)))


def csr(index: type = np.int32) -> Tensor:
    return compressed(Layout.CSR, (2, 3), np.array([0, 1, 2], index), np.array([0, 2], index), np.ones(2))


def factor() -> Tensor:
    categories = variable("string", [b"a", b"b"], (2,))
    return Tensor(DataType("factor"), (3,), data=np.zeros(3, np.int32), categories=categories)


def coo() -> Tensor:
    return Tensor(DataType("bool"), (4,), layout=Layout.COO, indices=(np.array([1, 2]),))


def missing() -> Tensor:
    return Tensor(DataType("int8"), (3,), data=np.zeros(3, np.int8), validity=np.array([5], np.uint8))


def timestamp() -> Tensor:
    return Tensor(DataType("timestamp", "s", "UTC"), (1,), data=np.zeros(1, np.int64))


def labelled() -> Tensor:
    labels = variable("string", [b"a", b"b"], (2,))
    return Tensor(
        DataType("int8"), (2,), data=np.zeros(2, np.int8), axes=("rows",), declared=(Axis("rows", 2, labels),)
    )


def text() -> Tensor:
    return variable("string", [b"a", b"bc"], (2,))


CHANGES = [
    (matrix, lambda t: t.type.__setattr__("data_type", 0), "value.type.data_type"),
    (matrix, lambda t: t.type.__setattr__("data_type", 99), "value.type.data_type"),
    (matrix, lambda t: t.type.__setattr__("time_unit", 1), "value.type.time_unit"),
    (matrix, lambda t: t.type.__setattr__("time_zone", "UTC"), "value.type.time_zone"),
    (matrix, lambda t: t.type.__setattr__("ordered", True), "value.type.ordered"),
    (matrix, lambda t: t.shape.__setitem__(0, -2), "value.shape[0]"),
    (matrix, lambda t: t.shape.__setitem__(slice(None), [2**31, 2**31, 2]), "value.shape"),
    (matrix, lambda t: t.shape.__setitem__(slice(None), [0, 2**40, 2**40]), "value.shape"),
    (matrix, lambda t: t.shape.extend([1] * 63), "value.shape"),
    (matrix, lambda t: t.shape.__setitem__(0, 5), "value.buffers[0].length"),
    (matrix, lambda t: t.__setattr__("layout", 0), "value.layout"),
    (matrix, lambda t: t.__setattr__("layout", 7), "value.layout"),
    (matrix, lambda t: t.__setattr__("order", 0), "value.order"),
    (matrix, lambda t: t.__setattr__("order", 3), "value.order"),
    (text, lambda t: t.__setattr__("order", pb.ORDER_FORTRAN), "value.order"),
    (matrix, lambda t: t.__setattr__("index_type", 1), "value.index_type"),
    (matrix, lambda t: t.__setattr__("stored_entries", 6), "value.stored_entries"),
    (matrix, lambda t: t.__setattr__("pattern", True), "value.pattern"),
    (matrix, lambda t: t.__setattr__("fill", b"12345678"), "value.fill"),
    (matrix, lambda t: t.__setattr__("missing_entries", -1), "value.missing_entries"),
    (matrix, lambda t: t.__setattr__("missing_entries", 7), "value.missing_entries"),
    (matrix, lambda t: t.__setattr__("missing_entries", 1), "value.buffers"),
    (matrix, lambda t: t.axes.append("rows"), "value.axes"),
    (matrix, lambda t: t.axes.extend(["rows", ""]), "value.axes[0]"),
    (matrix, lambda t: t.axes.extend(["", ""]), "value.axes"),
    (matrix, lambda t: t.categories.SetInParent(), "value.categories"),
    (matrix, lambda t: t.buffers.add(role=pb.BUFFER_ROLE_DATA, offset=64), "value.buffers"),
    (matrix, lambda t: t.buffers.pop(), "value.buffers"),
    (matrix, lambda t: t.buffers[0].__setattr__("role", 0), "value.buffers"),
    (matrix, lambda t: t.buffers[0].__setattr__("role", 17), "value.buffers"),
    (matrix, lambda t: t.buffers[0].__setattr__("offset", 8), "value.buffers[0].offset"),
    (matrix, lambda t: t.buffers[0].__setattr__("offset", 64), "value.buffers[0].offset"),
    (matrix, lambda t: t.buffers[0].__setattr__("length", 47), "value.buffers[0].length"),
    (csr, lambda t: t.__setattr__("order", pb.ORDER_C), "value.order"),
    (csr, lambda t: t.shape.append(1), "value.shape"),
    (csr, lambda t: t.__setattr__("index_type", 0), "value.index_type"),
    (csr, lambda t: t.__setattr__("index_type", pb.INDEX_TYPE_INT64), "value.buffers[0].length"),
    (csr, lambda t: t.__setattr__("stored_entries", 7), "value.stored_entries"),
    (csr, lambda t: t.__setattr__("stored_entries", -1), "value.stored_entries"),
    (csr, lambda t: t.__setattr__("pattern", True), "value.type.data_type"),
    (csr, lambda t: t.__setattr__("fill", b"1"), "value.fill"),
    (csr, lambda t: t.__setattr__("fill", bytes(8)), "value.fill"),
    (csr, lambda t: t.shape.__setitem__(1, 2**31), "value.shape[1]"),
    (csr, lambda t: t.buffers.reverse(), "value.buffers"),
    (csr, lambda t: t.type.__setattr__("data_type", pb.DATA_TYPE_BYTES), "value.layout"),
    (csr, lambda t: t.type.__setattr__("data_type", pb.DATA_TYPE_FACTOR), "value.layout"),
    (coo, lambda t: t.__setattr__("missing_entries", 1), "value.missing_entries"),
    (coo, lambda t: t.__setattr__("fill", b"\1"), "value.fill"),
    (coo, lambda t: t.shape.pop(), "value.shape"),
    (missing, lambda t: t.__setattr__("missing_entries", 0), "value.buffers"),
    (timestamp, lambda t: t.type.__setattr__("time_unit", 0), "value.type.time_unit"),
    (timestamp, lambda t: t.type.__setattr__("time_unit", 5), "value.type.time_unit"),
    (timestamp, lambda t: t.type.__setattr__("time_zone", "Mars/Olympus"), "value.type.time_zone"),
    (timestamp, lambda t: t.type.__setattr__("time_zone", "+25:00"), "value.type.time_zone"),
    (timestamp, lambda t: t.type.__setattr__("time_zone", "../etc/passwd"), "value.type.time_zone"),
    (matrix, lambda t: t.__setattr__("unit", " m"), "value.unit"),
    (matrix, lambda t: t.__setattr__("unit", "m\n"), "value.unit"),
    (matrix, lambda t: t.__setattr__("unit", "é" * 129), "value.unit"),
    (timestamp, lambda t: t.__setattr__("unit", "m"), "value.unit"),
    (text, lambda t: t.__setattr__("unit", "m"), "value.unit"),
    (factor, lambda t: t.__setattr__("unit", "m"), "value.unit"),
    (factor, lambda t: t.ClearField("categories"), "value.categories"),
    (factor, lambda t: t.categories.__setattr__("missing_entries", 1), "value.categories.missing_entries"),
    (factor, lambda t: t.categories.type.__setattr__("data_type", 1), "value.categories.type.data_type"),
    (factor, lambda t: t.categories.axes.append("a"), "value.categories.axes"),
    (factor, lambda t: t.categories.shape.append(1), "value.categories.shape"),
    (factor, lambda t: t.categories.buffers[1].__setattr__("length", 1 << 27), "value.categories.buffers"),
    (labelled, lambda t: t.axes.__setitem__(0, "columns"), "value.axes[0]"),
    (labelled, lambda t: t.shape.__setitem__(0, 3), "value.shape[0]"),
]


@pytest.mark.parametrize(("make", "change", "field"), CHANGES)
def test_what_is_wrong_with_a_tensor_is_named(make, change, field):
    encoded = encode(make())
    check_header(encoded.header, encoded.body_bytes)
    change(encoded.header.tensor)
    assert field in refused(encoded.header, encoded.body_bytes)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda v: v.axes[0].__setattr__("name", ""), "value.axes[0].name"),
        (lambda v: v.axes[0].__setattr__("name", "a\0"), "value.axes[0].name"),
        (lambda v: v.axes[0].__setattr__("length", -1), "value.axes[0].length"),
        (lambda v: v.axes[0].__setattr__("length", 3), "value.axes[0].labels.shape"),
        (lambda v: v.axes[0].labels.axes.append("rows"), "value.axes[0].labels.axes"),
        (lambda v: v.axes[0].labels.__setattr__("layout", pb.LAYOUT_COO), "value.axes[0].labels.layout"),
        (lambda v: v.axes.add(name="rows", length=2), "value.axes[1].name"),
        (lambda v: v.ClearField("axes"), "value.axes[0]"),
        (lambda v: v.null.SetInParent(), "value.axes"),
        (lambda v: v.ClearField("tensor"), "value"),
    ],
)
def test_what_is_wrong_with_axes_is_named(change, field):
    encoded = encode(labelled())
    change(encoded.header)
    assert field in refused(encoded.header, encoded.body_bytes)


@pytest.mark.parametrize(
    ("names", "field"),
    [(["a", "a"], "value.fields[1].name"), ([""], "value.fields[0].name"), (["a\0b"], "value.fields[0].name")],
)
def test_names_of_fields_are_checked(names, field):
    encoded = encode(Table(tuple((name, Null()) for name in names)))
    assert field in refused(encoded.header, 0)


def test_an_axis_of_an_outer_value_cannot_be_declared_again_inside_but_siblings_may_share_a_name():
    inner = Table((), (Axis("rows", 1),))
    check_header(encode(Table((("a", inner), ("b", inner)))).header, 0)
    outer = encode(Table((("a", inner),), (Axis("rows", 1),)))
    assert "value['a'].axes[0].name" in refused(outer.header, 0)


def test_the_length_of_the_body_must_be_where_the_last_buffer_ends():
    encoded = encode(matrix())
    for length in (47, 49, 64):
        assert refused(encoded.header, length) == {"value.body_bytes": ("48, where the last buffer ends", str(length))}


def test_all_violations_are_named_at_once():
    encoded = encode(Table((("a", matrix()), ("b", text()), ("c", csr()))))
    fields = encoded.header.table.fields
    fields[0].value.tensor.order = 0
    fields[1].value.tensor.type.data_type = 44
    fields[2].value.tensor.index_type = 0
    found = refused(encoded.header, encoded.body_bytes)
    assert {"value['a'].order", "value['b'].type.data_type", "value['c'].index_type"} <= set(found)


def test_of_very_many_violations_the_number_is_given():
    encoded = encode(Table(tuple((f"{number}", Null()) for number in range(1000))))
    for field in encoded.header.table.fields:
        field.name = ""
    with pytest.raises(InvalidValue) as caught:
        check_header(encoded.header, 0)
    assert len(caught.value.violations) == 100
    assert "more violations are not listed" in str(caught.value)


def nested(depth: int) -> pb.Value:
    """A header of so many values inside each other."""
    header = pb.Value()
    value = header
    for _ in range(depth - 1):
        value = value.table.fields.add(name="a").value
    value.null.SetInParent()
    return header


def test_values_may_be_nested_as_deep_as_protobuf_parses_them():
    deepest = nested(MAX_DEPTH)
    check_header(pb.Value.FromString(deepest.SerializeToString()), 0)
    assert any("inside each other" in expected for expected, _ in refused(nested(MAX_DEPTH + 1), 0).values())


@pytest.mark.parametrize("zone", ["Europe/Vienna", "UTC", "+02:00", "-11:30", ""])
def test_known_zones_are_taken(zone):
    encoded = encode(Tensor(DataType("timestamp", "ns", zone), (1,), data=np.zeros(1, np.int64)))
    check_header(encoded.header, encoded.body_bytes)


def mutated(draw: st.DrawFn, message: pb.Value) -> pb.Value | None:
    """A header with some bytes of its encoding changed, if it is still a message."""
    data = bytearray(message.SerializeToString())
    for _ in range(draw(st.integers(1, 3))):
        if data:
            data[draw(st.integers(0, len(data) - 1))] = draw(st.integers(0, 255))
    try:
        return pb.Value.FromString(bytes(data))
    except DecodeError:
        return None


@given(values(), st.data())
@settings(max_examples=300, deadline=None)
def test_a_changed_header_is_refused_or_describes_a_value(value, data):
    encoded = encode(value)
    header = mutated(data.draw, encoded.header)
    if header is None:
        return
    body = encoded.body()
    if valid(header, body):
        again = encode(decode(header, body))
        assert again.body() == body
        assert same(decode(header, body), decode(again.header, body))


edits = st.sampled_from(
    ["shape", "layout", "order", "index_type", "stored_entries", "missing_entries", "pattern", "fill", "axes", "buffer"]
)


def edit(draw: st.DrawFn, tensor: pb.Tensor) -> None:
    number = draw(st.sampled_from([-1, 0, 1, 2, 3, 8, 64, 2**31, 2**62, 2**63 - 1]))
    match draw(edits):
        case "shape" if tensor.shape:
            tensor.shape[draw(st.integers(0, len(tensor.shape) - 1))] = number
        case "shape" | "axes" as field:
            getattr(tensor, field).append("a" if field == "axes" else number)
        case "pattern":
            tensor.pattern = not tensor.pattern
        case "fill":
            tensor.fill = draw(st.binary(max_size=8))
        case "stored_entries" | "missing_entries" as field:
            setattr(tensor, field, number)
        case "buffer" if tensor.buffers:
            buffer = draw(st.sampled_from(list(tensor.buffers)))
            setattr(buffer, draw(st.sampled_from(["offset", "length"])), abs(number))
        case "layout" | "order" | "index_type" as field:
            setattr(tensor, field, draw(st.integers(0, 5)))


@given(values(), st.data())
@settings(max_examples=200, deadline=None)
def test_a_header_with_edited_fields_is_refused_or_describes_a_value(value, data):
    encoded = encode(value)
    tensors = (
        [encoded.header.tensor]
        if encoded.header.HasField("tensor")
        else [field.value.tensor for field in encoded.header.table.fields if field.value.HasField("tensor")]
    )
    for tensor in tensors:
        edit(data.draw, tensor)
    body = encoded.body()
    if valid(encoded.header, body):
        assert encode(decode(encoded.header, body)).body() == body
