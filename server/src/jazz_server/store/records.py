"""The records of the catalogue, and how they are encoded: msgpack behind a crc32c of it."""

from enum import Enum
from typing import Any, Generic, TypeVar

import msgspec
from crc32c import crc32c

from jazz_server.store.errors import DataLoss
from jazz_server.store.names import BlockName

Attributes = tuple[tuple[str, str], ...]
T = TypeVar("T")
R = TypeVar("R", bound=msgspec.Struct)


class Noun(Enum):
    """What a document is: each noun is a namespace of its own."""

    KIND = "kind"
    PIPELINE = "pipeline"


class SpaceSettings(msgspec.Struct, frozen=True, omit_defaults=True):
    """What holds for the blocks of a space.

    `ttl_seconds` is the time to live of blocks put without one; `quota_bytes` bounds headers and bodies of
    all kept versions plus reserved uploads, and must be set for a volatile space; `kind` is a reference
    that the layer above enforces; a version that it says is neither pruned nor deleted.
    """

    volatile: bool = False
    versions_kept: int = 4
    ttl_seconds: float | None = None
    quota_bytes: int | None = None
    kind: str | None = None


class SpaceRecord(msgspec.Struct, frozen=True):
    """A space as it is stored. `id` prefixes the keys of all that is in it; `required` is the key of its kind."""

    id: int
    name: str
    settings: SpaceSettings
    version: int
    created_at: int
    updated_at: int
    required: bytes = b""


class Requirement(msgspec.Struct, frozen=True):
    """What requires a kind, in words ("space lab", "pipeline lab/p@3"), and the space that it is in or is."""

    what: str
    space: str
    space_id: int


class Usage(msgspec.Struct, frozen=True):
    """What a space holds: names, versions, and bytes of headers and bodies (expired ones until swept)."""

    blocks: int = 0
    versions: int = 0
    bytes: int = 0


class Space(msgspec.Struct, frozen=True):
    """A space: its settings, their version (an etag), times in ns since 1970, and statistics."""

    name: str
    settings: SpaceSettings
    version: int
    created_at: int
    updated_at: int
    blocks: int
    versions: int
    bytes: int


class Inline(msgspec.Struct, frozen=True, tag="i"):
    """The body is a record of the catalogue, of the space with this id."""

    space_id: int
    volatile: bool = False


class Segment(msgspec.Struct, frozen=True, tag="s"):
    """The body is in a segment file."""

    id: bytes


class Memory(msgspec.Struct, frozen=True, tag="m"):
    """The body is in anonymous memory."""

    id: bytes


Location = Inline | Segment | Memory


class Head(msgspec.Struct, frozen=True):
    """One version of a block: all but its body.

    `size` is the body's length in bytes, `checksum` its crc32c. Times are ns since 1970: `created_at` of
    this version, `updated_at` the same or that of the last change to its attributes or expiry, which
    `revision` counts (from 1). `attributes` are sorted by key.
    """

    name: BlockName
    version: int
    header: bytes
    size: int
    checksum: int
    kind: str
    attributes: Attributes
    created_at: int
    updated_at: int
    expires_at: int | None
    location: Location
    revision: int = 1

    @property
    def charge(self) -> int:
        """The bytes that count towards the quota of the space."""
        return self.size + len(self.header)


class Document(msgspec.Struct, frozen=True):
    """One version of a kind or a pipeline.

    `pins` are the block versions that it holds, and `held` their keys, which stay what they are when a space is
    deleted and made again. `required` are the keys of the versions of kinds that it refers to.
    """

    noun: Noun
    name: BlockName
    version: int
    content: bytes
    created_at: int
    updated_at: int
    pins: tuple[tuple[BlockName, int], ...] = ()
    held: tuple[bytes, ...] = ()
    required: tuple[bytes, ...] = ()


class Outcome(msgspec.Struct, frozen=True):
    """What one operation of a commit did: the version written or deleted, and the new head, if any."""

    name: BlockName
    version: int
    head: Head | None = None


class RequestRecord(msgspec.Struct, frozen=True):
    """The outcome of a request, kept so that a repetition is told the same."""

    digest: bytes
    expires_at: int
    outcomes: tuple[Outcome, ...] = ()
    document: Document | None = None


class Page(msgspec.Struct, Generic[T], frozen=True):
    """Part of a listing; an empty `next_page_token` says that it was the last."""

    items: list[T]
    next_page_token: str = ""


_encode = msgspec.msgpack.Encoder().encode
_decoders: dict[type[msgspec.Struct], msgspec.msgpack.Decoder[Any]] = {
    record: msgspec.msgpack.Decoder(record)
    for record in (SpaceRecord, Usage, Head, Document, RequestRecord, Requirement)
}


def encode(record: msgspec.Struct) -> bytes:
    """The bytes to store for a record."""
    return seal(_encode(record))


def decode(record: type[R], stored: bytes) -> R:
    """The record in stored bytes; `DataLoss` if they are not what `encode` gave."""
    try:
        result: R = _decoders[record].decode(unseal(stored))
    except msgspec.DecodeError as error:
        raise DataLoss(f"a stored {record.__name__} cannot be read: {error}") from error
    return result


def seal(content: bytes) -> bytes:
    """Content behind its crc32c."""
    return crc32c(content).to_bytes(4, "big") + content


def unseal(stored: bytes) -> memoryview:
    """The content of sealed bytes; `DataLoss` if the checksum differs."""
    content = memoryview(stored)[4:]
    if len(stored) < 4 or crc32c(content) != int.from_bytes(stored[:4], "big"):
        raise DataLoss("a stored record does not have its checksum")
    return content
