"""Labels: where those that are wanted lie along an axis."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, Final, Literal, TypeAlias, cast

import numpy as np

from jazz.codec.body import check_body
from jazz.codec.decode import decode
from jazz.codec.errors import Findings, InvalidValue, LabelNotFound, SliceError, quoted
from jazz.codec.header import check_header
from jazz.codec.readers import BytesReader, RangeReader, StoredBits, blocks
from jazz.codec.schema import data_type
from jazz.codec.stored import StoredTensor, stored_tensor
from jazz.errors import Violation
from jazz.v1 import value_pb2 as pb
from jazz.values import DataType, Layout, Tensor

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]
Label: TypeAlias = Any
"""A label that is wanted: its bytes if it is a text, else a numpy scalar of its storage; None if it is missing."""

_PER_SECOND: Final = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}


def read_labels(message: pb.InlineValue, field: str) -> Tensor:
    """The labels in a slice, checked.

    Raises:
        SliceError: They are no valid dense tensor of rank 1.
    """
    try:
        check_header(message.header, len(message.body))
        check_body(message.header, BytesReader(message.body))
    except InvalidValue as error:
        wrong = [
            Violation(field + each.field.removeprefix("value"), each.expected, each.found) for each in error.violations
        ]
        raise SliceError("the labels of the slice are not valid", wrong) from error
    value = decode(message.header, message.body)
    if not isinstance(value, Tensor) or value.layout is not Layout.DENSE or value.ndim != 1:
        raise _error(
            field, "a dense tensor of rank 1", str(value) if isinstance(value, Tensor) else type(value).__name__.lower()
        )
    return value


def find_labels(wanted: Tensor, axis: pb.Tensor, body: RangeReader, field: str) -> Array:
    """The positions of labels along an axis.

    Reads the axis once, in bounded blocks: O(n log m) for m labels on an axis of n.

    Args:
        wanted: The labels that are wanted.
        axis: The labels of the axis.
        body: The body in which the labels of the axis are.
        field: What the labels are called in an error.

    Raises:
        LabelNotFound: Labels are not there, or missing; names them.
        SliceError: The labels are of another type than those of the axis, or there more than once.
    """
    dtype = data_type(axis.type)
    if _family(wanted.dtype) != _family(dtype):
        raise _error(field, f"labels of the type of those of the axis, {dtype}", str(wanted.dtype))
    labels = _labels(wanted)
    found, twice = _Search(axis, body).positions(_comparable(labels, wanted.dtype, dtype))
    _refuse(labels, wanted.dtype, found, twice, field)
    return found


def names_of(wanted: Tensor, field: str) -> list[str]:
    """Labels that are names of fields.

    Raises:
        SliceError: They are not all texts.
    """
    if _family(wanted.dtype) != "text":
        raise _error(field, "names of fields, as it is a table", f"labels of type {wanted.dtype}")
    labels = _labels(wanted)
    if None in labels:
        raise _error(f"{field}[{labels.index(None)}]", "the name of a field", "a missing one")
    return [label.decode() for label in labels]


def _error(field: str, expected: str, found: str) -> SliceError:
    return SliceError("the slice does not fit the value", [Violation(field, expected, found)])


def _family(dtype: DataType) -> str:
    """The types whose elements can be equal."""
    if dtype.name in ("string", "factor"):
        return "text"
    if dtype.name == "timestamp":
        return "instant" if dtype.zone else "wall clock"
    if dtype.measurable:
        return {"i": "integer", "u": "integer", "f": "float", "c": "complex"}[dtype.storage.kind]
    return dtype.name


def _texts(tensor: Tensor) -> list[bytes]:
    assert tensor.offsets is not None
    assert tensor.data is not None
    data = tensor.data.tobytes()
    offsets = tensor.offsets.tolist()
    return [data[start:stop] for start, stop in pairwise(offsets)]


def _labels(wanted: Tensor) -> list[Label]:
    assert wanted.data is not None
    if wanted.categories is not None:
        names = _texts(wanted.categories)
        labels: list[Label] = [names[code] if names else b"" for code in wanted.data.tolist()]
    else:
        labels = _texts(wanted) if wanted.offsets is not None else list(wanted.data)
    if wanted.validity is not None:
        there = np.unpackbits(wanted.validity, count=len(labels), bitorder="little").tolist()
        labels = [label if present else None for label, present in zip(labels, there, strict=True)]
    return labels


def _comparable(labels: Sequence[Label], given: DataType, dtype: DataType) -> list[Label]:
    """Labels as the axis would store them; None for those that it cannot."""
    if dtype.unit is not None and given.unit is not None:
        up, down = _PER_SECOND[dtype.unit], _PER_SECOND[given.unit]
        return [
            None if label is None or int(label) * up % down else _fitting(int(label) * up // down, dtype)
            for label in labels
        ]
    if dtype.storage.kind in "iu" and dtype.measurable:
        return [None if label is None else _fitting(int(label), dtype) for label in labels]
    if dtype.storage.kind in "fc":
        with np.errstate(over="ignore"):
            return [
                None if label is None or dtype.storage.type(label) != label else dtype.storage.type(label)
                for label in labels
            ]
    return list(labels)


def _fitting(number: int, dtype: DataType) -> Label:
    bounds = np.iinfo(dtype.storage)
    return dtype.storage.type(number) if bounds.min <= number <= bounds.max else None


class _Search:
    """Looks for labels among those of an axis."""

    def __init__(self, axis: pb.Tensor, body: RangeReader) -> None:
        self._axis = axis
        self._body = body
        self._stored = stored_tensor(axis, body)

    def positions(self, labels: Sequence[Label]) -> tuple[Array, Array]:
        """Where each label is, -1 where it is not, and whether it is there more than once."""
        if self._axis.HasField("categories"):
            codes, _ = _Search(self._axis.categories, self._body).positions(labels)
            labels = [None if code < 0 else np.int32(code) for code in codes.tolist()]
        numbers = {
            label: number for number, label in enumerate(dict.fromkeys(each for each in labels if each is not None))
        }
        found = np.full(len(numbers), -1, np.int64)
        twice = np.zeros(len(numbers), np.bool_)
        for places, which in self._hits(list(numbers)):
            twice |= np.bincount(which, minlength=len(numbers)) + (found >= 0) > 1
            found[which] = places
        which = np.array([-1 if label is None else numbers[label] for label in labels], np.int64)
        if not len(numbers):
            return np.full(len(labels), -1, np.int64), np.zeros(len(labels), np.bool_)
        return np.where(which < 0, -1, found[which]), (which >= 0) & twice[which]

    def _hits(self, labels: list[Label]) -> Iterator[tuple[Array, Array]]:
        """Places on the axis, and which of the labels is at each."""
        if not labels:
            return
        if self._stored.offsets is not None:
            yield from _text_hits(self._stored, labels)
            return
        data = self._stored.data
        assert data is not None
        keys = np.array(labels, data.dtype)
        order = np.argsort(keys, kind="stable")
        for start, stop in blocks(0, data.count, 8):
            here, which = _equal(data.part(start, stop), keys[order])
            if self._stored.validity is not None:
                present = StoredBits(self._stored.validity).part(start, stop)[here] == 1
                here, which = here[present], which[present]
            yield start + here, order[which]


def _text_hits(stored: StoredTensor, labels: list[bytes]) -> Iterator[tuple[Array, Array]]:
    """Places of texts: those of each length are compared with the labels of that length."""
    assert stored.offsets is not None
    assert stored.data is not None
    by_length: dict[int, list[int]] = {}
    for number, label in enumerate(labels):
        by_length.setdefault(len(label), []).append(number)
    keys = {}
    for length, numbers in by_length.items():
        texts = np.array([labels[number] for number in numbers], f"S{max(length, 1)}")
        order = np.argsort(texts, kind="stable")
        keys[length] = (texts[order], np.array(numbers)[order])
    for start, stop in blocks(0, stored.count, 8):
        offsets = stored.offsets.part(start, stop + 1)
        lengths = np.diff(offsets)
        present = StoredBits(stored.validity).part(start, stop) == 1 if stored.validity is not None else lengths >= 0
        for length in np.intersect1d(lengths, np.array(list(keys))).tolist():
            texts, numbers_there = keys[length]
            same = np.flatnonzero((lengths == length) & present)
            for first, last in blocks(0, len(same), max(length, 8)):
                chosen = same[first:last]
                if length == 0:
                    yield start + chosen, np.full(len(chosen), numbers_there[0])
                    continue
                begins = offsets[chosen]
                found = stored.data.at_each(begins, length).view(f"S{length}")
                here, which = _equal(found, texts)
                yield start + chosen[here], numbers_there[which]


def _equal(elements: Array, keys: Array) -> tuple[Array, Array]:
    """The places of those elements that are keys, and which they are; keys ascend."""
    which = np.searchsorted(keys, elements)
    which[which == len(keys)] = 0
    here = np.flatnonzero(keys[which] == elements)
    return here, which[here]


def _refuse(labels: Sequence[Label], dtype: DataType, found: Array, twice: Array, field: str) -> None:
    absent = Findings()
    repeated = Findings()
    for number in np.flatnonzero(found < 0).tolist():
        label = labels[number]
        absent.add(
            f"{field}[{number}]", "a label of the axis", "a missing one" if label is None else _shown(label, dtype)
        )
    if absent.count:
        raise LabelNotFound(_sentence(absent, "label is not there", "labels are not there"), absent.violations)
    for number in np.flatnonzero(twice).tolist():
        repeated.add(
            f"{field}[{number}]", "a label that the axis has once", f"{_shown(labels[number], dtype)} more than once"
        )
    if repeated.count:
        raise SliceError(
            _sentence(repeated, "label is there", "labels are there") + " more than once", repeated.violations
        )


def _sentence(findings: Findings, one: str, many: str) -> str:
    return f"a {one}" if findings.count == 1 else f"{findings.count} {many}"


def _shown(label: Label, dtype: DataType) -> str:
    if isinstance(label, bytes):
        return quoted(label.decode()) if dtype.name != "bytes" else repr(label[:60])
    if dtype.name == "date":
        return str(np.datetime64(int(label), "D"))
    if dtype.name == "timestamp":
        return str(np.datetime64(int(label), _unit(dtype))) + (f" in {dtype.zone}, as UTC" if dtype.zone else "")
    if dtype.name == "duration":
        return str(np.timedelta64(int(label), _unit(dtype)))
    return str(label)


def _unit(dtype: DataType) -> Literal["s", "ms", "us", "ns"]:
    assert dtype.unit is not None
    return cast('Literal["s", "ms", "us", "ns"]', dtype.unit)
