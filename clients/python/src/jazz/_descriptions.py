"""What a block shows at a glance, as the server found it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from jazz import codec
from jazz._infos import BlockInfo, block_info
from jazz._pickling import Record
from jazz.v1 import blocks_pb2, description_pb2, value_pb2
from jazz.values import Tensor

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True, slots=True)
class Histogram:
    """How numbers are spread.

    Attributes:
        edges: The bounds of the bins, one more than there are bins; of times in counts of their unit.
        counts: How many numbers lie in each bin.
    """

    edges: tuple[float, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Statistics:
    """What the elements of a tensor are like; of a sparse one its stored entries.

    Attributes:
        seen: How many were looked at.
        total: How many there are; more than were looked at when this is a sample.
        missing: How many of those looked at are missing.
        zero: How many of them are zero.
        nan: How many of them are NaN.
        infinite: How many of them are infinite.
        mean: The mean of those that are finite (complex: of magnitudes), or None.
        deviation: Their standard deviation, or None.
        extremes: The least and the greatest that is finite, a tensor of length 2 (complex: of magnitudes), or None.
        histogram: How they are spread, or None.
        frequent: The texts that are there most often, a tensor, or None.
        counts: How often each of them is there.
        distinct: How many different texts were found.
        lengths: The least, the mean and the greatest length of texts in bytes, or None.
    """

    seen: int
    total: int
    missing: int
    zero: int
    nan: int
    infinite: int
    mean: float | None
    deviation: float | None
    extremes: Tensor | None
    histogram: Histogram | None
    frequent: Tensor | None
    counts: tuple[int, ...]
    distinct: int
    lengths: tuple[int, float, int] | None

    @property
    def sampled(self) -> bool:
        """Whether only a part was looked at."""
        return self.seen < self.total


@dataclass(frozen=True, slots=True, eq=False)
class AxisDescription:
    """An axis.

    Attributes:
        name: Its name.
        length: Its length.
        labels: Its first labels, a tensor, or None.
    """

    name: str
    length: int
    labels: Tensor | None


@dataclass(frozen=True, slots=True, eq=False)
class FieldDescription:
    """A field of a table, or the value itself.

    Attributes:
        path: The names of the fields that lead to it; () for the value itself.
        type: Its type in a line, such as "float32[1024, 1024] csr".
        shape: Its shape; None for a null and for a table without fields.
        sparse: Whether only some of its elements are stored.
        stored: How many of its elements are stored.
        missing: How many of those are missing.
        complex: Whether numbers and pictures are of magnitudes.
        axes: For each dimension its axis or None; () when it has none.
        statistics: What its elements are like, or None.
        entries: Of a sparse matrix: how many entries are stored in each part of it.
        means: Of a dense matrix: the mean of each part of it.
        images: What it shows if its kind says that it is an image: arrays [height, width, channels] of uint8.
        more_images: How many images there are beyond those.
        head: The beginning of a dense tensor, or the first entries of a sparse one; None when there are none.
    """

    path: tuple[str, ...]
    type: str
    shape: tuple[int, ...] | None
    sparse: bool
    stored: int
    missing: int
    complex: bool
    axes: tuple[AxisDescription | None, ...]
    statistics: Statistics | None
    entries: Array | None
    means: Array | None
    images: tuple[Array, ...]
    more_images: int
    head: Tensor | None

    @property
    def name(self) -> str:
        """The names that lead to it, joined by dots."""
        return ".".join(self.path)

    @property
    def size(self) -> int:
        """How many elements it has, stored or not."""
        return 0 if self.shape is None else int(np.prod(self.shape, dtype=object))


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Description(Record):
    """What a block shows at a glance: in a notebook a picture of it, as text the same in characters.

    Attributes:
        info: The block.
        item: The path of field names to what is described; () for the whole value.
        fields: Its first fields, flattened; or one, the value itself.
        more_fields: How many fields there are beyond those.
        axes: The axes that these lie along.
    """

    info: BlockInfo
    item: tuple[str, ...]
    fields: tuple[FieldDescription, ...]
    more_fields: int
    axes: tuple[AxisDescription, ...]

    @property
    def rows(self) -> int | None:
        """The rows of a frame: of a table whose fields are dense and have the same first dimension; else None."""
        lengths = {field.shape[0] if field.shape and not field.sparse else None for field in self.fields}
        return lengths.pop() if len(lengths) == 1 and self.fields[0].path else None

    def __repr__(self) -> str:
        return f"<Description {self.info.name}@{self.info.version}: {self.info.summary}>"

    def __str__(self) -> str:
        from jazz._pictures.characters import lines

        return "\n".join([f"{self.info.name}@{self.info.version}", *lines(self, 100)])

    def _repr_html_(self) -> str:
        from jazz._pictures.page import page

        return page(self)


def description(message: blocks_pb2.DescribeBlockResponse, item: tuple[str, ...]) -> Description:
    """From the message."""
    found = message.description
    axes = tuple(AxisDescription(axis.name, axis.length, _tensor(axis, "labels")) for axis in found.axes)
    fields = tuple(_field(each, axes) for each in found.fields)
    return Description(block_info(message.info), item, fields, found.more_fields, axes)


def _field(message: description_pb2.FieldDescription, axes: tuple[AxisDescription, ...]) -> FieldDescription:
    tensor = message.tensor if message.HasField("tensor") else None
    sparse = tensor is not None and tensor.layout != value_pb2.LAYOUT_DENSE
    complex_types = (value_pb2.DATA_TYPE_COMPLEX64, value_pb2.DATA_TYPE_COMPLEX128)
    return FieldDescription(
        path=tuple(message.path),
        type=message.summary,
        shape=None if tensor is None else tuple(tensor.shape),
        sparse=sparse,
        stored=message.statistics.total,
        missing=0 if tensor is None else tensor.missing_entries,
        complex=tensor is not None and tensor.type.data_type in complex_types,
        axes=tuple(axes[place - 1] if place else None for place in message.axes),
        statistics=_statistics(message.statistics) if message.HasField("statistics") else None,
        entries=_grid(message.entries) if message.HasField("entries") else None,
        means=_grid(message.means) if message.HasField("means") else None,
        images=tuple(_image(each) for each in message.images),
        more_images=message.more_images,
        head=_tensor(message, "head"),
    )


def _statistics(message: description_pb2.Statistics) -> Statistics:
    histogram, lengths = message.histogram, message.lengths
    return Statistics(
        seen=message.seen,
        total=message.total,
        missing=message.missing,
        zero=message.zero,
        nan=message.nan,
        infinite=message.infinite,
        mean=message.mean if message.HasField("mean") else None,
        deviation=message.standard_deviation if message.HasField("standard_deviation") else None,
        extremes=_tensor(message, "extremes"),
        histogram=Histogram(tuple(histogram.edges), tuple(histogram.counts)) if histogram.counts else None,
        frequent=_tensor(message.frequencies, "values"),
        counts=tuple(message.frequencies.counts),
        distinct=message.frequencies.distinct,
        lengths=(lengths.minimum, lengths.mean, lengths.maximum) if message.HasField("lengths") else None,
    )


def _tensor(message: Any, field: str) -> Tensor | None:
    if not message.HasField(field):
        return None
    value = codec.decode(getattr(message, field).header, getattr(message, field).body)
    assert isinstance(value, Tensor)
    return value


def _grid(message: description_pb2.Grid) -> Array:
    return np.array(message.values, np.float32).reshape(message.rows, message.columns)


def _image(message: description_pb2.Image) -> Array:
    return np.frombuffer(message.pixels, np.uint8).reshape(message.height, message.width, message.channels)
