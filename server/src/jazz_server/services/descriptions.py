"""What statistics found, as messages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from jazz.codec import encode
from jazz.v1 import description_pb2 as pb
from jazz.v1 import value_pb2
from jazz.values import Tensor
from jazz_server.services.errors import cut
from jazz_server.statistics.describe import Look
from jazz_server.statistics.grids import Grid
from jazz_server.statistics.images import Image
from jazz_server.statistics.numbers import Numbers
from jazz_server.statistics.texts import Texts

_NAME_BYTES: Final = 96
"""Bytes of a name."""
_SUMMARY_BYTES: Final = 256
"""Bytes of a type in a line."""


def axis_description(axis: value_pb2.Axis, labels: Tensor | None) -> pb.AxisDescription:
    """An axis with its first labels."""
    shown = None if labels is None else _inline(labels)
    return pb.AxisDescription(name=cut(axis.name, _NAME_BYTES), length=axis.length, labels=shown)


def field_description(
    path: Sequence[str],
    summary: str,
    *,
    tensor: value_pb2.Tensor | None = None,
    axes: Sequence[int] = (),
    total: int = 0,
    seen: Look | None = None,
) -> pb.FieldDescription:
    """A field; a tensor of `total` elements (stored entries) with what was seen of it."""
    names = [cut(name, _NAME_BYTES) for name in path]
    message = pb.FieldDescription(path=names, summary=cut(summary, _SUMMARY_BYTES))
    if tensor is None or seen is None:
        return message
    message.tensor.CopyFrom(_bare(tensor))
    if any(axes):
        message.axes.extend(axes)
    message.statistics.CopyFrom(_statistics(seen.about, total))
    if seen.entries is not None:
        message.entries.CopyFrom(_grid(seen.entries))
    if seen.means is not None:
        message.means.CopyFrom(_grid(seen.means))
    message.images.extend(_image(each) for each in seen.images)
    message.more_images = seen.more_images
    if seen.head is not None:
        message.head.CopyFrom(_inline(seen.head))
    return message


def _bare(tensor: value_pb2.Tensor) -> value_pb2.Tensor:
    return value_pb2.Tensor(
        type=tensor.type,
        shape=tensor.shape,
        layout=tensor.layout,
        order=tensor.order,
        index_type=tensor.index_type,
        stored_entries=tensor.stored_entries,
        missing_entries=tensor.missing_entries,
        pattern=tensor.pattern,
        fill=tensor.fill,
        unit=tensor.unit,
    )


def _statistics(about: Numbers | Texts, total: int) -> pb.Statistics:
    message = pb.Statistics(seen=about.seen, total=total, missing=about.missing)
    if isinstance(about, Numbers):
        message.zero, message.nan, message.infinite = about.zero, about.nan, about.infinite
        if about.mean is not None:
            message.mean = about.mean
        if about.deviation is not None:
            message.standard_deviation = about.deviation
        if about.histogram is not None:
            message.histogram.edges.extend(about.histogram.edges)
            message.histogram.counts.extend(about.histogram.counts)
        if about.extremes is not None:
            message.extremes.CopyFrom(_inline(about.extremes))
        return message
    if about.frequencies is not None:
        message.frequencies.counts.extend(about.frequencies.counts)
        message.frequencies.distinct = about.frequencies.distinct
        message.frequencies.values.CopyFrom(_inline(about.frequencies.values))
    if about.lengths is not None:
        lengths = about.lengths
        message.lengths.CopyFrom(pb.Lengths(minimum=lengths.minimum, maximum=lengths.maximum, mean=lengths.mean))
    return message


def _grid(grid: Grid) -> pb.Grid:
    return pb.Grid(rows=grid.rows, columns=grid.columns, values=grid.values)


def _image(image: Image) -> pb.Image:
    return pb.Image(height=image.height, width=image.width, channels=image.channels, pixels=image.pixels)


def _inline(tensor: Tensor) -> value_pb2.InlineValue:
    encoded = encode(tensor)
    return value_pb2.InlineValue(header=encoded.header, body=encoded.body())
