"""Descriptions made by hand: no server is asked."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from jazz._descriptions import Description, description
from jazz.codec import encode, summary
from jazz.convert import to_value
from jazz.v1 import blocks_pb2, description_pb2, value_pb2


def inline(value: object) -> value_pb2.InlineValue:
    """A value in a message."""
    encoded = encode(to_value(value))
    return value_pb2.InlineValue(header=encoded.header, body=encoded.body())


def field(value: object, *path: str, head: object = None, **more: Any) -> description_pb2.FieldDescription:
    """A field with the header of a value; its head is `head`, or the value itself."""
    header = encode(to_value(value)).header
    made = description_pb2.FieldDescription(path=path, summary=summary(header), **more)
    if header.HasField("tensor"):
        made.tensor.CopyFrom(header.tensor)
        made.head.CopyFrom(inline(value if head is None else head))
        if not made.HasField("statistics"):
            made.statistics.CopyFrom(statistics(seen=2, total=2))
    return made


def statistics(**fields: Any) -> description_pb2.Statistics:
    """Statistics."""
    return description_pb2.Statistics(**fields)


def numbers(*counts: int, **fields: Any) -> description_pb2.Statistics:
    """Statistics of numbers from 0 to 1 with a histogram."""
    edges = np.linspace(0, 1, len(counts) + 1).tolist()
    total = sum(counts)
    made = {"seen": total, "total": total, "mean": 0.5, "standard_deviation": 0.25, "extremes": inline([0.0, 1.0])}
    return statistics(histogram=description_pb2.Histogram(edges=edges, counts=counts), **(made | fields))


def described(
    *fields: description_pb2.FieldDescription, attributes: Mapping[str, str] | None = None, **more: Any
) -> Description:
    """A description of a block `lab/x`."""
    info = blocks_pb2.BlockInfo(name="lab/x", version=3, summary="float64[2]", body_bytes=4200)
    for key, value in (attributes or {}).items():
        info.attributes.add(key=key, value=value)
    found = description_pb2.Description(fields=fields, **more)
    return description(blocks_pb2.DescribeBlockResponse(info=info, description=found), ())
