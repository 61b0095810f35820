"""Checks of headers: whether what they say is possible, complete and canonical."""

from __future__ import annotations

import functools
import math
import re
import zoneinfo
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from jazz.codec.errors import Findings, quoted
from jazz.codec.schema import (
    ALIGNMENT,
    DATA_TYPE_NAMES,
    INDEX_TYPES,
    INT32_MAX,
    INT64_MAX,
    LAYOUTS,
    MAX_CATEGORY_BYTES,
    MAX_RANK,
    MAX_UNIT_BYTES,
    UNIT_NAMES,
    aligned,
    bitmap_bytes,
    data_type,
    major_dimension,
)
from jazz.v1 import value_pb2 as pb
from jazz.values import MAX_DEPTH, DataType

_FIXED_OFFSET: Final = re.compile(r"(?!-00:00)[+-](?:[01]\d|2[0-3]):[0-5]\d", re.ASCII)
_COMPRESSED: Final = (pb.LAYOUT_CSR, pb.LAYOUT_CSC)
_TIMED: Final = ("timestamp", "duration")
_UNSTORABLE_SPARSE: Final = ("string", "bytes", "factor")


def check_header(header: pb.Value, body_bytes: int) -> None:
    """Checks everything about a value that can be known without its body. Linear in the size of the header.

    Args:
        header: The header.
        body_bytes: The length of the body that belongs to it.

    Raises:
        InvalidValue: It is not a header of `docs/wire-format.md`; names everything that is wrong.
    """
    check = _Check()
    check.value(header, depth=1)
    if check.findings.count == 0 and check.end != body_bytes:
        check.report("body_bytes", f"{check.end}, where the last buffer ends", str(body_bytes))
    check.findings.refuse("the header of the value is not valid")


def known_zone(zone: str) -> bool:
    """Whether a time zone is an IANA name or a fixed offset such as "+02:00".

    >>> known_zone("Europe/Vienna"), known_zone("+02:00"), known_zone("Mars/Olympus")
    (True, True, False)
    """
    return _FIXED_OFFSET.fullmatch(zone) is not None or zone in _zones()


@functools.cache
def _zones() -> frozenset[str]:
    # Some systems have a file of this name among the zones, which is another zone on each machine.
    return frozenset(zoneinfo.available_timezones() - {"localtime"})


class _Check:
    """A walk over a header in the order of its buffers.

    Attributes:
        findings: What is wrong.
        end: Where the last buffer seen ends in the body.
    """

    def __init__(self) -> None:
        self.findings = Findings()
        self.end = 0
        # Names of fields are put into words only when there is something to report: headers can have a million.
        self._path: list[str | tuple[str]] = []
        self._lengths: dict[str, int] = {}

    @contextmanager
    def _at(self, part: str) -> Iterator[None]:
        self._path.append(part)
        yield
        self._path.pop()

    def report(self, field: str, expected: str, found: str) -> None:
        """Notes a violation of a field of the message at hand."""
        self.findings.add(f"{self._here()}.{field}" if field else self._here(), expected, found)

    def _here(self) -> str:
        parts = (part if isinstance(part, str) else f"[{quoted(part[0])}]" for part in self._path)
        return "value" + "".join(parts)

    def value(self, message: pb.Value, depth: int) -> None:
        """Checks a value that lies inside `depth` - 1 others."""
        if depth > MAX_DEPTH:
            self.report("", f"at most {MAX_DEPTH} values inside each other", "more")
            return
        declared = self._axes(message)
        match message.WhichOneof("value"):
            case "tensor":
                self.tensor(message.tensor)
            case "table":
                self._table(message.table, depth)
            case "null":
                if message.axes:
                    self.report("axes", "none on null", str(len(message.axes)))
            case _:
                self.report("", "a tensor, a table or null", "nothing")
        for name in declared:
            del self._lengths[name]

    def _axes(self, message: pb.Value) -> list[str]:
        """Checks the axes that are declared here, brings them into sight and gives their names."""
        declared: list[str] = []
        for number, axis in enumerate(message.axes):
            with self._at(f".axes[{number}]"):
                self._name(axis.name)
                if axis.name in self._lengths:
                    self.report("name", "a name that no other axis in sight has", quoted(axis.name))
                else:
                    self._lengths[axis.name] = axis.length
                    declared.append(axis.name)
                if axis.length < 0:
                    self.report("length", "0 or more", str(axis.length))
                if axis.HasField("labels"):
                    with self._at(".labels"):
                        self._vector(axis.labels, axis.length)
        return declared

    def _vector(self, labels: pb.Tensor, length: int) -> None:
        if labels.layout != pb.LAYOUT_DENSE:
            self.report("layout", "dense", _layout_name(labels.layout))
        if tuple(labels.shape) != (length,):
            self.report("shape", f"[{length}], the length of the axis", _shape_text(labels.shape))
        if labels.axes:
            self.report("axes", "none on labels", str(len(labels.axes)))
        self.tensor(labels)

    def _name(self, name: str) -> None:
        if not name:
            self.report("name", "a name", "an empty one")
        elif "\0" in name:
            self.report("name", "a name without NUL", quoted(name))

    def _table(self, table: pb.Table, depth: int) -> None:
        seen: set[str] = set()
        for number, field in enumerate(table.fields):
            if not field.name or "\0" in field.name or field.name in seen:
                with self._at(f".fields[{number}]"):
                    self._name(field.name)
                    if field.name in seen:
                        self.report("name", "a name that no other field of the table has", quoted(field.name))
            seen.add(field.name)
            self._path.append((field.name,))
            self.value(field.value, depth + 1)
            self._path.pop()

    def tensor(self, tensor: pb.Tensor) -> None:
        """Checks a tensor and its buffers; the buffers only if what their lengths follow from is sound."""
        before = self.findings.count
        self._element_type(tensor)
        self._shape(tensor)
        self._layout(tensor)
        if self.findings.count == before:
            self._entries(tensor)
        self._axis_names(tensor)
        if self.findings.count == before:
            self._buffers(tensor)
        self._categories(tensor)

    def _element_type(self, tensor: pb.Tensor) -> None:
        kind = tensor.type
        name = DATA_TYPE_NAMES.get(kind.data_type)
        if name is None:
            self.report("type.data_type", "a data type", f"number {kind.data_type}")
            return
        if name in _TIMED and kind.time_unit not in UNIT_NAMES:
            self.report("type.time_unit", f"a unit, as the type is {name}", f"number {kind.time_unit}")
        if name not in _TIMED and kind.time_unit:
            self.report("type.time_unit", f"none, as the type is {name}", f"number {kind.time_unit}")
        if kind.time_zone:
            if name != "timestamp":
                self.report("type.time_zone", f"none, as the type is {name}", quoted(kind.time_zone))
            elif not known_zone(kind.time_zone):
                self.report("type.time_zone", "an IANA name or an offset such as +02:00", quoted(kind.time_zone))
        if tensor.unit:
            self._unit(tensor.unit, name)
        if kind.ordered and name != "factor":
            self.report("type.ordered", f"false, as the type is {name}", "true")

    def _unit(self, unit: str, name: str) -> None:
        if not DataType(name).measurable:
            self.report("unit", f"none, as the type is {name}", quoted(unit))
        elif not unit.isprintable() or unit != unit.strip() or len(unit.encode()) > MAX_UNIT_BYTES:
            expected = f"a unit such as kg/m**3, of at most {MAX_UNIT_BYTES} bytes that can be printed"
            self.report("unit", expected, quoted(unit))

    def _shape(self, tensor: pb.Tensor) -> None:
        if len(tensor.shape) > MAX_RANK:
            self.report("shape", f"at most {MAX_RANK} dimensions", str(len(tensor.shape)))
            return
        for number, length in enumerate(tensor.shape):
            if length < 0:
                self.report(f"shape[{number}]", "0 or more", str(length))
        # As in numpy, dimensions of length 0 do not make the others' product small.
        product = math.prod(length for length in tensor.shape if length > 0)
        name = DATA_TYPE_NAMES.get(tensor.type.data_type)
        if tensor.layout == pb.LAYOUT_DENSE and name is not None:
            product *= 8 if name in ("string", "bytes") else data_type(tensor.type).storage.itemsize
        if product > INT64_MAX:
            self.report("shape", "dimensions whose product and bytes fit in 63 bits", str(list(tensor.shape)))

    def _layout(self, tensor: pb.Tensor) -> None:
        rank = len(tensor.shape)
        name = DATA_TYPE_NAMES.get(tensor.type.data_type, "")
        layout = tensor.layout
        if layout not in LAYOUTS:
            self.report("layout", "a layout", f"number {layout}")
            return
        if layout == pb.LAYOUT_DENSE:
            allowed = {pb.ORDER_C: "C", pb.ORDER_FORTRAN: "Fortran"} if rank > 1 else {pb.ORDER_C: "C"}
            if tensor.order not in allowed:
                self.report("order", f"{' or '.join(allowed.values())} at rank {rank}", _order_name(tensor.order))
            if tensor.index_type:
                self.report("index_type", "none, as it is dense", f"number {tensor.index_type}")
            if tensor.stored_entries:
                self.report("stored_entries", "0, as it is dense", str(tensor.stored_entries))
            if tensor.pattern:
                self.report("pattern", "false, as it is dense", "true")
            if tensor.fill:
                self.report("fill", "none, as it is dense", f"{len(tensor.fill)} bytes")
            return
        if layout in _COMPRESSED and rank != 2:
            self.report("shape", f"2 dimensions, as the layout is {_layout_name(layout)}", str(rank))
        if layout == pb.LAYOUT_COO and rank == 0:
            self.report("shape", "1 dimension or more, as the layout is coo", "0")
        if name in _UNSTORABLE_SPARSE:
            self.report("layout", f"dense, as the type is {name}", _layout_name(layout))
        if tensor.order:
            self.report("order", "none, as it is sparse", _order_name(tensor.order))
        if tensor.index_type not in INDEX_TYPES:
            self.report("index_type", "int32 or int64", f"number {tensor.index_type}")
        if tensor.pattern and name and name != "bool":
            self.report("type.data_type", "bool, as it is a pattern", name)
        if tensor.fill:
            self._fill(tensor)

    def _fill(self, tensor: pb.Tensor) -> None:
        if tensor.type.data_type not in DATA_TYPE_NAMES:
            return
        size = data_type(tensor.type).storage.itemsize
        if tensor.pattern:
            self.report("fill", "none, as it is a pattern", f"{len(tensor.fill)} bytes")
        elif len(tensor.fill) != size:
            self.report("fill", f"{size} bytes, the size of an element", f"{len(tensor.fill)} bytes")
        elif not any(tensor.fill):
            self.report("fill", "nothing where absent entries are zero", f"{size} zero bytes")
        elif tensor.type.data_type == pb.DATA_TYPE_BOOL and tensor.fill != b"\x01":
            self.report("fill", "the truth value 1", str(tensor.fill[0]))

    def _entries(self, tensor: pb.Tensor) -> None:
        size = math.prod(tensor.shape)
        stored = size
        if tensor.layout != pb.LAYOUT_DENSE:
            stored = tensor.stored_entries
            if not 0 <= stored <= size:
                self.report("stored_entries", f"from 0 to {size}, the number of elements", str(stored))
            if tensor.index_type == pb.INDEX_TYPE_INT32:
                self._int32_limits(tensor)
        if not 0 <= tensor.missing_entries <= max(stored, 0):
            self.report("missing_entries", f"from 0 to {max(stored, 0)}", str(tensor.missing_entries))
        elif tensor.pattern and tensor.missing_entries:
            self.report("missing_entries", "0, as it is a pattern", str(tensor.missing_entries))

    def _int32_limits(self, tensor: pb.Tensor) -> None:
        for number, length in enumerate(tensor.shape):
            if length > INT32_MAX:
                self.report(f"shape[{number}]", f"at most {INT32_MAX} with int32 indices", str(length))
        if tensor.layout in _COMPRESSED and tensor.stored_entries > INT32_MAX:
            self.report("stored_entries", f"at most {INT32_MAX} with int32 indices", str(tensor.stored_entries))

    def _axis_names(self, tensor: pb.Tensor) -> None:
        if not tensor.axes:
            return
        rank = len(tensor.shape)
        if len(tensor.axes) != rank:
            self.report("axes", f"{rank} names, one for each dimension, or none", str(len(tensor.axes)))
            return
        if not any(tensor.axes):
            self.report("axes", "none where no dimension has one", f"{rank} empty names")
        for number, name in enumerate(tensor.axes):
            if not name:
                continue
            if name not in self._lengths:
                self.report(f"axes[{number}]", "an axis that is declared here or around", quoted(name))
            elif self._lengths[name] != tensor.shape[number]:
                expected = f"{self._lengths[name]}, the length of axis {quoted(name)}"
                self.report(f"shape[{number}]", expected, str(tensor.shape[number]))

    def _buffers(self, tensor: pb.Tensor) -> None:
        wanted = _wanted_buffers(tensor)
        found: list[int] = [buffer.role for buffer in tensor.buffers]
        roles: list[int] = [role for role, _ in wanted]
        if found != roles:
            self.report("buffers", _role_names(roles), _role_names(found))
            return
        for number, (buffer, (_, length)) in enumerate(zip(tensor.buffers, wanted, strict=True)):
            offset = aligned(self.end)
            if buffer.offset != offset:
                expected = f"{offset}, the first multiple of {ALIGNMENT} after the buffer before it"
                self.report(f"buffers[{number}].offset", expected, str(buffer.offset))
            if length is not None and buffer.length != length:
                self.report(f"buffers[{number}].length", f"{length} bytes", str(buffer.length))
            if buffer.offset + buffer.length > INT64_MAX:
                self.report(f"buffers[{number}].length", "an end that fits in 63 bits", str(buffer.length))
            self.end = buffer.offset + buffer.length

    def _categories(self, tensor: pb.Tensor) -> None:
        factor = tensor.type.data_type == pb.DATA_TYPE_FACTOR
        if not tensor.HasField("categories"):
            if factor:
                self.report("categories", "a tensor of strings, as the type is factor", "nothing")
            return
        with self._at(".categories"):
            self._check_categories(tensor.categories, factor)

    def _check_categories(self, categories: pb.Tensor, factor: bool) -> None:
        if not factor:
            self.report("", "nothing, as the type is not factor", "a tensor")
            return
        if categories.type.data_type != pb.DATA_TYPE_STRING:
            found = DATA_TYPE_NAMES.get(categories.type.data_type, f"number {categories.type.data_type}")
            self.report("type.data_type", "string", found)
            return
        if categories.layout != pb.LAYOUT_DENSE:
            self.report("layout", "dense", _layout_name(categories.layout))
        if len(categories.shape) != 1:
            self.report("shape", "1 dimension", str(len(categories.shape)))
        elif categories.shape[0] > INT32_MAX:
            self.report("shape[0]", f"at most {INT32_MAX} categories", str(categories.shape[0]))
        if categories.missing_entries:
            self.report("missing_entries", "0", str(categories.missing_entries))
        if categories.axes:
            self.report("axes", "none on categories", str(len(categories.axes)))
        size = sum(buffer.length for buffer in categories.buffers)
        if size > MAX_CATEGORY_BYTES:
            self.report("buffers", f"at most {MAX_CATEGORY_BYTES} bytes in all", str(size))
        self.tensor(categories)


def _wanted_buffers(tensor: pb.Tensor) -> list[tuple[int, int | None]]:
    """The roles and lengths of the buffers that a tensor must have; None where any length will do."""
    dtype = data_type(tensor.type)
    if tensor.layout == pb.LAYOUT_DENSE:
        stored = math.prod(tensor.shape)
        wanted: list[tuple[int, int | None]] = []
    else:
        stored = tensor.stored_entries
        width = INDEX_TYPES[tensor.index_type].itemsize
        wanted = [(pb.BUFFER_ROLE_INDICES, stored * width)]
        if tensor.layout == pb.LAYOUT_COO:
            wanted *= len(tensor.shape)
        else:
            rows = tensor.shape[major_dimension(tensor.layout)]
            wanted.insert(0, (pb.BUFFER_ROLE_INDPTR, (rows + 1) * width))
    if dtype.variable:
        wanted += [(pb.BUFFER_ROLE_OFFSETS, (stored + 1) * 8), (pb.BUFFER_ROLE_DATA, None)]
    elif not tensor.pattern:
        wanted.append((pb.BUFFER_ROLE_DATA, stored * dtype.storage.itemsize))
    if tensor.missing_entries:
        wanted.append((pb.BUFFER_ROLE_VALIDITY, bitmap_bytes(stored)))
    return wanted


def _shape_text(shape: Sequence[int]) -> str:
    return str(list(shape)) if len(shape) <= MAX_RANK else f"{len(shape)} dimensions"


def _layout_name(number: int) -> str:
    return LAYOUTS[number].value if number in LAYOUTS else f"number {number}"


def _order_name(number: int) -> str:
    names = {pb.ORDER_UNSPECIFIED: "none", pb.ORDER_C: "C", pb.ORDER_FORTRAN: "Fortran"}
    return names.get(number, f"number {number}")  # type: ignore[call-overload, no-any-return]


def _role_names(roles: Sequence[int]) -> str:
    known = dict(zip(pb.BufferRole.values(), pb.BufferRole.keys(), strict=True))
    # A header may list any number of buffers; a message about it names the first ones.
    shown = [known[role].removeprefix("BUFFER_ROLE_").lower() if role in known else str(role) for role in roles[:8]]
    return ", ".join([*shown, f"… ({len(roles)} in all)"] if len(roles) > len(shown) else shown) or "none"
