"""Slices."""

from jazz.codec.readers import RangeReader
from jazz.codec.encoded import Encoded
from jazz.v1 import value_pb2 as pb


def take(header: pb.Value, slice: pb.Slice, body: RangeReader) -> Encoded: ...
