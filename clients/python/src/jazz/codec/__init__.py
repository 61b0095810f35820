"""Values to headers and bodies and back; checking and slicing what is encoded.

`docs/wire-format.md` is the byte specification. Server and client use the same functions; none of them needs more
than numpy.
"""

from jazz.codec.body import check_body
from jazz.codec.decode import decode
from jazz.codec.encode import encode
from jazz.codec.encoded import CHUNK, Encoded, chunks
from jazz.codec.errors import CodecError, FieldNotFound, InvalidValue, LabelNotFound, SliceError
from jazz.codec.header import check_header
from jazz.codec.readers import Buffer, BytesReader, RangeReader
from jazz.codec.summary import summary
from jazz.codec.take import take

__all__ = [
    "CHUNK",
    "Buffer",
    "BytesReader",
    "CodecError",
    "Encoded",
    "FieldNotFound",
    "InvalidValue",
    "LabelNotFound",
    "RangeReader",
    "SliceError",
    "check_body",
    "check_header",
    "chunks",
    "decode",
    "encode",
    "summary",
    "take",
]
