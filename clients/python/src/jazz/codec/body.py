"""Checks of bodies."""

from jazz.codec.readers import RangeReader
from jazz.v1 import value_pb2 as pb


def check_body(header: pb.Value, body: RangeReader) -> None: ...
