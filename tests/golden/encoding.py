"""Descriptions of values to their bytes, by the rules of docs/wire-format.md alone.

A second implementation beside `jazz.codec`, which it is there to check: it shares the messages of the contract with it
and nothing else, works on Python's own numbers and texts, and is slow.
"""

from __future__ import annotations

import itertools
import math
import struct
from typing import Any, TypeAlias

from jazz.v1 import value_pb2 as pb

Description: TypeAlias = dict[str, Any]

STRUCT = {
    "bool": "?", "int8": "b", "int16": "h", "int32": "i", "int64": "q", "uint8": "B", "uint16": "H", "uint32": "I",
    "uint64": "Q", "timestamp": "q", "date": "i", "duration": "q", "factor": "i", "float16": "e", "float32": "f",
    "float64": "d",
}  # fmt: skip
BITS = {"float16": "H", "float32": "I", "float64": "Q"}
PARTS = {"complex64": "float32", "complex128": "float64"}
TIME_UNITS = {"s": "SECOND", "ms": "MILLISECOND", "us": "MICROSECOND", "ns": "NANOSECOND"}


def encoded(description: Description) -> pb.InlineValue:
    """The header and the body of the value that is described."""
    message = pb.InlineValue()
    body = bytearray()
    _value(description, message.header, body)
    message.body = bytes(body)
    return message


def _value(description: Description, message: pb.Value, body: bytearray) -> None:
    for axis in description.get("axes", []):
        written = message.axes.add(name=axis["name"], length=axis["length"])
        if "labels" in axis:
            _tensor(axis["labels"], written.labels, body)
    if "tensor" in description:
        _tensor(description["tensor"], message.tensor, body)
    elif "table" in description:
        message.table.SetInParent()
        for field in description["table"]:
            _value(field["value"], message.table.fields.add(name=field["name"]).value, body)
    else:
        assert description["null"] is True
        message.null.SetInParent()


def _tensor(described: Description, message: pb.Tensor, body: bytearray) -> None:
    dtype, layout, shape = described["type"], described["layout"], described["shape"]
    message.type.data_type = pb.DataType.Value(f"DATA_TYPE_{dtype.upper()}")
    if "time_unit" in described:
        message.type.time_unit = pb.TimeUnit.Value(f"TIME_UNIT_{TIME_UNITS[described['time_unit']]}")
    message.type.time_zone = described.get("time_zone", "")
    message.type.ordered = described.get("ordered", False)
    message.shape.extend(shape)
    message.layout = pb.Layout.Value(f"LAYOUT_{layout.upper()}")
    message.axes.extend(described.get("axes", []))
    message.unit = described.get("unit", "")
    if layout == "dense":
        message.order = pb.Order.Value(f"ORDER_{described['order'].upper()}")
        elements = [described["elements"][place] for place in storage_order(shape, described["order"])]
    else:
        elements = _sparse(described, message, body)
    _elements(described, elements, message, body)
    if "categories" in described:
        names = described["categories"]
        texts = {"type": "string", "shape": [len(names)], "layout": "dense", "order": "c", "elements": names}
        _tensor(texts, message.categories, body)


def storage_order(shape: list[int], order: str) -> list[int]:
    """For each element in its place in storage, which one it is when the last index grows fastest."""
    if order == "c":
        return list(range(math.prod(shape)))
    strides = [math.prod(shape[dimension + 1 :]) for dimension in range(len(shape))]
    places = itertools.product(*(range(length) for length in reversed(shape)))
    return [sum(index * stride for index, stride in zip(reversed(place), strides, strict=True)) for place in places]


def _sparse(described: Description, message: pb.Tensor, body: bytearray) -> list[Any]:
    """Writes what is there of a sparse tensor before its elements, and gives those in storage order."""
    layout, shape = described["layout"], described["shape"]
    entries = [(entry["at"], entry.get("is", True)) for entry in described["entries"]]
    assert entries == sorted(entries, key=lambda entry: entry[0])
    major = {"csr": 0, "csc": 1, "coo": 0}[layout]
    entries.sort(key=lambda entry: entry[0][major])  # it stays sorted by the other
    message.index_type = pb.IndexType.Value(f"INDEX_TYPE_{described['index_type'].upper()}")
    message.stored_entries = len(entries)
    message.pattern = described.get("pattern", False)
    if "fill" in described:
        message.fill = packed(described["type"], described["fill"])
    code = {"int32": "i", "int64": "q"}[described["index_type"]]
    dimensions = range(len(shape)) if layout == "coo" else [1 - major]
    if layout != "coo":
        counts = [sum(at[major] < row for at, _ in entries) for row in range(shape[major] + 1)]
        _place(message, "INDPTR", struct.pack(f"<{len(counts)}{code}", *counts), body)
    for dimension in dimensions:
        indices = [at[dimension] for at, _ in entries]
        _place(message, "INDICES", struct.pack(f"<{len(indices)}{code}", *indices), body)
    return [element for _, element in entries]


def _elements(described: Description, elements: list[Any], message: pb.Tensor, body: bytearray) -> None:
    dtype = described["type"]
    if dtype in ("string", "bytes"):
        contents = [b"" if element is None else packed(dtype, element) for element in elements]
        ends = list(itertools.accumulate(map(len, contents)))
        _place(message, "OFFSETS", struct.pack(f"<{len(ends) + 1}q", 0, *ends), body)
        _place(message, "DATA", b"".join(contents), body)
    elif not message.pattern:
        if dtype == "factor":
            names = described["categories"]
            elements = [None if element is None else str(names.index(element)) for element in elements]
        zero = bytes(width(dtype))
        data = [zero if element is None else packed(dtype, element) for element in elements]
        _place(message, "DATA", b"".join(data), body)
    missing = [element is None for element in elements]
    message.missing_entries = sum(missing)
    if any(missing):
        bits = sum(1 << place for place, gone in enumerate(missing) if not gone)
        _place(message, "VALIDITY", bits.to_bytes(math.ceil(len(missing) / 8), "little"), body)


def width(dtype: str) -> int:
    """The bytes of an element of a type of fixed width."""
    return 2 * width(PARTS[dtype]) if dtype in PARTS else struct.calcsize(f"<{STRUCT[dtype]}")


def packed(dtype: str, element: Any) -> bytes:
    """The bytes of an element that is not missing."""
    if dtype == "string":
        return str(element).encode("utf-8")
    if dtype == "bytes":
        return bytes.fromhex(element)
    if dtype in PARTS:
        return b"".join(packed(PARTS[dtype], part) for part in element)
    if dtype == "bool":
        return struct.pack("<?", element)
    if dtype not in BITS:
        return struct.pack(f"<{STRUCT[dtype]}", int(element))
    if element.startswith("nan"):
        return struct.pack(f"<{BITS[dtype]}", int(element[4:-1], 16))
    return struct.pack(f"<{STRUCT[dtype]}", float.fromhex(element))


def _place(message: pb.Tensor, role: str, data: bytes, body: bytearray) -> None:
    body += bytes(-len(body) % 64)
    message.buffers.add(role=pb.BufferRole.Value(f"BUFFER_ROLE_{role}"), offset=len(body), length=len(data))
    body += data
