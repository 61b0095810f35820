"""Values of every type, layout, order and rank, for properties; compared buffer by buffer."""

from __future__ import annotations

import dataclasses

import numpy as np
from hypothesis import strategies as st

from jazz.codec import BytesReader, InvalidValue, check_body, check_header
from jazz.values import Axis, DataType, Layout, Null, Order, Table, Tensor

NUMERIC = [
    *("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
    *("float16", "float32", "float64", "complex64", "complex128"),
]
FIXED_TYPES = [
    *(DataType(name) for name in NUMERIC),
    *(
        DataType("timestamp", unit, zone)
        for unit, zone in [("s", ""), ("ms", "UTC"), ("us", "Europe/Vienna"), ("ns", "+02:00")]
    ),
    *(DataType("duration", unit) for unit in ("s", "ms", "us", "ns")),
    DataType("date"),
]
lengths = st.integers(0, 4)
seeds = st.integers(0, 2**32 - 1)
texts = st.text(st.characters(codec="utf-8"), max_size=5)


def bitmap(missing: np.ndarray) -> np.ndarray:
    return np.packbits(~missing, bitorder="little")


def elements(random: np.random.Generator, dtype: DataType, count: int) -> np.ndarray:
    if dtype.name == "bool":
        return random.integers(0, 2, count).astype(bool)
    return np.frombuffer(random.bytes(count * dtype.storage.itemsize), dtype.storage)


def with_missing(random: np.random.Generator, data: np.ndarray, share: float) -> tuple[np.ndarray, np.ndarray | None]:
    missing = random.random(len(data)) < share
    if not missing.any():
        return data, None
    return np.where(missing, np.zeros(1, data.dtype), data), bitmap(missing)


@st.composite
def dense_tensors(draw, types=None, min_rank=0, max_rank=3, axes=True) -> Tensor:
    dtype = draw(st.sampled_from(types or FIXED_TYPES))
    shape = tuple(draw(st.lists(lengths, min_size=min_rank, max_size=max_rank)))
    order = draw(st.sampled_from(Order)) if len(shape) > 1 else Order.C
    random = np.random.default_rng(draw(seeds))
    data = elements(random, dtype, int(np.prod(shape)))
    data, validity = with_missing(random, data, draw(st.sampled_from([0.0, 0.3, 1.0])))
    return (
        labelled(draw, Tensor(dtype, shape, order=order, data=data, validity=validity))
        if axes
        else Tensor(dtype, shape, order=order, data=data, validity=validity)
    )


def labelled(draw, tensor: Tensor) -> Tensor:
    """The tensor, perhaps with a unit, and with axes, of which some have labels."""
    if tensor.dtype.measurable:
        tensor = replaced(tensor, unit=draw(st.sampled_from(["", "m", "µmol/l"])))
    if not tensor.shape or not draw(st.booleans()):
        return tensor
    names = [draw(st.sampled_from(["", f"axis {number}"])) for number in range(tensor.ndim)]
    if not any(names):
        return tensor
    declared = []
    for name, length in zip(names, tensor.shape, strict=True):
        if name:
            declared.append(Axis(name, length, labels(draw, length)))
    return replaced(tensor, axes=tuple(names), declared=tuple(declared))


def labels(draw, length: int) -> Tensor | None:
    """Labels of any type, perhaps missing or repeated; or none."""
    match draw(st.sampled_from(["none", "text", "different texts", "fixed", "factor"])):
        case "none":
            return None
        case "text":
            items = draw(st.lists(st.none() | texts.map(str.encode), min_size=length, max_size=length))
            return variable("string", items, (length,))
        case "different texts":
            return variable("string", [str(number).encode() for number in range(length)], (length,))
        case "factor":
            return factor(draw, (length,))
    dtype = draw(st.sampled_from(FIXED_TYPES))
    random = np.random.default_rng(draw(seeds))
    data, validity = with_missing(random, elements(random, dtype, length), draw(st.sampled_from([0.0, 0.3])))
    return Tensor(dtype, (length,), data=data, validity=validity)


def replaced(tensor: Tensor, **changes) -> Tensor:
    return dataclasses.replace(tensor, **changes)


def variable(name: str, items: list[bytes | None], shape: tuple[int, ...], order: Order = Order.C) -> Tensor:
    offsets = np.cumsum([0, *(len(item or b"") for item in items)]).astype(np.int64)
    missing = np.array([item is None for item in items], bool)
    data = np.frombuffer(b"".join(item or b"" for item in items), np.uint8)
    validity = bitmap(missing) if missing.any() else None
    return Tensor(DataType(name), shape, order=order, data=data, offsets=offsets, validity=validity)


@st.composite
def variable_tensors(draw, max_rank=3) -> Tensor:
    name = draw(st.sampled_from(["string", "bytes"]))
    shape = tuple(draw(st.lists(lengths, max_size=max_rank)))
    order = draw(st.sampled_from(Order)) if len(shape) > 1 else Order.C
    one = texts.map(str.encode) if name == "string" else st.binary(max_size=5)
    count = int(np.prod(shape))
    items = draw(st.lists(st.none() | one, min_size=count, max_size=count))
    return labelled(draw, variable(name, items, shape, order))


@st.composite
def factors(draw) -> Tensor:
    return labelled(draw, factor(draw, tuple(draw(st.lists(lengths, max_size=3)))))


def factor(draw, shape: tuple[int, ...]) -> Tensor:
    """A factor of that shape: ordered or not, with categories that nothing has, and perhaps with none."""
    names = draw(st.lists(texts, max_size=4, unique=True))
    random = np.random.default_rng(draw(seeds))
    codes = random.integers(0, max(1, len(names)), int(np.prod(shape))).astype(np.int32)
    data, validity = with_missing(random, codes, draw(st.sampled_from([0.0, 0.3, 1.0])) if names else 1.0)
    categories = variable("string", [name.encode() for name in names], (len(names),))
    order = draw(st.sampled_from(Order)) if len(shape) > 1 else Order.C
    dtype = DataType("factor", ordered=draw(st.booleans()))
    return Tensor(dtype, shape, order=order, data=data, validity=validity, categories=categories)


@st.composite
def sparse_tensors(draw, layouts=tuple(Layout)[1:], numeric=False) -> Tensor:
    layout = draw(st.sampled_from(layouts))
    dtype = draw(st.sampled_from([DataType(name) for name in NUMERIC] if numeric else FIXED_TYPES))
    rank = draw(st.integers(1, 3)) if layout is Layout.COO else 2
    shape = tuple(draw(st.lists(lengths, min_size=rank, max_size=rank)))
    index = draw(st.sampled_from([np.int32, np.int64]))
    random = np.random.default_rng(draw(seeds))
    there = random.random(shape) < draw(st.sampled_from([0.0, 0.3, 1.0]))
    if layout is Layout.CSC:
        there = there.T
    places = [axis.astype(index) for axis in np.nonzero(there)]
    count = len(places[0])
    data, validity = with_missing(random, elements(random, dtype, count), draw(st.sampled_from([0.0, 0.3])))
    fill = b"" if draw(st.booleans()) else b"\1" * dtype.storage.itemsize
    if dtype.name == "bool" and draw(st.booleans()):
        data, validity, fill = None, None, b""
    indptr = None
    if layout is not Layout.COO:
        indptr = np.concatenate([[0], np.cumsum(there.sum(axis=1))]).astype(index)
        places = places[1:]
    return labelled(
        draw,
        Tensor(
            dtype, shape, layout=layout, data=data, indptr=indptr, indices=tuple(places), validity=validity, fill=fill
        ),
    )


def tensors():
    return dense_tensors() | variable_tensors() | factors() | sparse_tensors()


names = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=5)


@st.composite
def tables(draw, fields) -> Table:
    found = draw(st.lists(st.tuples(names, fields), max_size=3, unique_by=lambda field: field[0]))
    return Table(tuple(found))


@st.composite
def frames(draw) -> Table:
    """A table of vectors along one axis."""
    length = draw(st.integers(0, 5))
    random = np.random.default_rng(draw(seeds))
    axis = Axis("rows", length, labels(draw, length))
    fields = []
    for number, dtype in enumerate(draw(st.lists(st.sampled_from(FIXED_TYPES), max_size=3))):
        data, validity = with_missing(random, elements(random, dtype, length), draw(st.sampled_from([0.0, 0.3])))
        fields.append((f"column {number}", Tensor(dtype, (length,), data=data, validity=validity, axes=("rows",))))
    if draw(st.booleans()):
        items = draw(st.lists(st.none() | texts.map(str.encode), min_size=length, max_size=length))
        fields.append(("text", replaced(variable("string", items, (length,)), axes=("rows",))))
    if draw(st.booleans()):
        fields.append(("level", replaced(factor(draw, (length,)), axes=("rows",))))
    return Table(tuple(fields), (axis,))


@st.composite
def annotated(draw) -> Table:
    """A sparse matrix and what is known of its rows and columns, along axes that all share, at two depths."""
    matrix = replaced(draw(sparse_tensors(layouts=[Layout.CSR, Layout.CSC])), axes=("row", "column"), declared=())
    rows, columns = matrix.shape
    declared = (Axis("row", rows, labels(draw, rows)), Axis("column", columns, labels(draw, columns)))
    of_rows = Table((("level", replaced(factor(draw, (rows,)), axes=("row",))),))
    dense_one = Tensor(DataType("int16"), (columns, 2), data=np.arange(columns * 2, dtype="<i2"), axes=("column", ""))
    return Table((("X", matrix), ("rows", of_rows), ("columns", dense_one)), declared)


def values():
    plain = tensors() | frames() | annotated() | st.just(Null())
    return plain | st.recursive(plain, tables, max_leaves=4)


def same(left, right) -> bool:
    """Whether two values are equal in every buffer."""
    if type(left) is not type(right):
        return False
    if isinstance(left, Null):
        return True
    if not same_axes(left.declared, right.declared):
        return False
    if isinstance(left, Table):
        return left.names == right.names and all(
            same(one, other) for (_, one), (_, other) in zip(left.fields, right.fields, strict=True)
        )
    plain = ("dtype", "shape", "layout", "order", "axes", "fill", "unit")
    return (
        all(getattr(left, name) == getattr(right, name) for name in plain)
        and [(one.dtype, one.tobytes()) for one in left.buffers()]
        == [(other.dtype, other.tobytes()) for other in right.buffers()]
        and (left.categories is None) == (right.categories is None)
        and (left.categories is None or same(left.categories, right.categories))
    )


def same_axes(left, right) -> bool:
    return len(left) == len(right) and all(
        (one.name, one.length, one.labels is None) == (other.name, other.length, other.labels is None)
        and (one.labels is None or same(one.labels, other.labels))
        for one, other in zip(left, right, strict=True)
    )


def dense_form(tensor: Tensor) -> np.ndarray:
    """The elements of a tensor as objects: bytes of each element, None where missing, "" where absent."""
    result = np.empty(tensor.shape, object)
    result[...] = ""
    present = np.ones(tensor.stored, bool)
    if tensor.validity is not None:
        present = np.unpackbits(tensor.validity, count=tensor.stored, bitorder="little").astype(bool)
    if tensor.offsets is not None:
        raw = tensor.data.tobytes()
        items = [raw[start:stop] for start, stop in zip(tensor.offsets, tensor.offsets[1:], strict=False)]
    elif tensor.data is None:
        items = [b"\1"] * tensor.stored
    else:
        items = [element.tobytes() for element in tensor.data]
    items = [item if there else None for item, there in zip(items, present, strict=True)]
    for number, place in enumerate(_places(tensor)):
        result[place] = items[number]
    return result


def _places(tensor: Tensor):
    if tensor.layout is Layout.DENSE:
        return [np.unravel_index(number, tensor.shape, order=tensor.order.value) for number in range(tensor.size)]
    if tensor.layout is Layout.COO:
        return list(zip(*(axis.tolist() for axis in tensor.indices), strict=True))
    major = np.repeat(np.arange(len(tensor.indptr) - 1), np.diff(tensor.indptr)).tolist()
    minor = tensor.indices[0].tolist()
    return list(zip(major, minor, strict=True) if tensor.layout is Layout.CSR else zip(minor, major, strict=True))


def valid(header, body) -> bool:
    """Whether both checks pass; what they refuse they must describe."""
    try:
        check_header(header, len(body))
        check_body(header, BytesReader(body))
    except InvalidValue as error:
        if not error.violations:
            raise AssertionError("a refusal without a reason") from error
        return False
    return True
