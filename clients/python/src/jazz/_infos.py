"""What the server tells: blocks, spaces, kinds, the server."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from jazz import _show
from jazz._kind import Kind, kind_from_message
from jazz._pickling import Record
from jazz._times import from_duration, from_timestamp
from jazz.errors import Violation
from jazz.v1 import blocks_pb2, kinds_pb2, server_pb2, spaces_pb2, value_pb2


@dataclass(frozen=True, slots=True, repr=False)
class BlockInfo(Record):
    """What is known of one version of a block.

    Attributes:
        name: `space/name`.
        version: Its version; greater than that of every write before it.
        kind: The kind that it was put with, or None.
        attributes: Its attributes, sorted by key.
        created: When this version was put.
        updated: When its attributes or expiry were changed last.
        expires: When it expires; None for never.
        nbytes: The length of its body in bytes.
        crc32c: CRC-32C of its body.
        summary: Its type in a line, such as "float32[1024, 1024] csr".
        header: The header of its value, where it was asked for: `db.info`, `db.put`, `db.list(full=True)`.
    """

    name: str
    version: int
    kind: str | None
    attributes: Mapping[str, str]
    created: datetime.datetime
    updated: datetime.datetime
    expires: datetime.datetime | None
    nbytes: int
    crc32c: int
    summary: str
    header: value_pb2.Value | None = field(default=None, compare=False)

    @property
    def shape(self) -> tuple[int, ...] | None:
        """The shape of a tensor; None for tables and null, and where the header is not known."""
        tensor = self._tensor
        return None if tensor is None else tuple(tensor.shape)

    @property
    def dtype(self) -> str | None:
        """The element type of a tensor, such as "float32"; None as for `shape`."""
        tensor = self._tensor
        return None if tensor is None else _show.element_type(tensor.type)

    @property
    def layout(self) -> str | None:
        """The layout of a tensor, such as "csr"; None as for `shape`."""
        tensor = self._tensor
        return None if tensor is None else _show.layout_name(tensor.layout)

    @property
    def fields(self) -> tuple[str, ...] | None:
        """The names of a table's fields; None for tensors and null, and where the header is not known."""
        if self.header is None or self.header.WhichOneof("value") != "table":
            return None
        return tuple(entry.name for entry in self.header.table.fields)

    @property
    def _tensor(self) -> value_pb2.Tensor | None:
        if self.header is None or self.header.WhichOneof("value") != "tensor":
            return None
        return self.header.tensor

    def __repr__(self) -> str:
        extra = f", {_show.pairs(self.attributes)}" if self.attributes else ""
        return f"<BlockInfo {self.name}@{self.version}: {self.summary}, {_show.size(self.nbytes)}{extra}>"

    def _repr_html_(self) -> str:
        return _show.html_table(self.name, self._rows())

    def _rows(self) -> list[tuple[str, object]]:
        return [
            ("type", self.summary),
            ("size", _show.size(self.nbytes)),
            ("version", self.version),
            ("kind", self.kind),
            ("created", _show.moment(self.created)),
            ("updated", _show.moment(self.updated) if self.updated != self.created else None),
            ("expires", _show.moment(self.expires)),
            *self.attributes.items(),
        ]


def block_info(message: blocks_pb2.BlockInfo, header: value_pb2.Value | None = None) -> BlockInfo:
    """From the message; the header is the given one when the message has none."""
    return BlockInfo(
        name=message.name,
        version=message.version,
        kind=message.kind or None,
        attributes=MappingProxyType({entry.key: entry.value for entry in message.attributes}),
        created=from_timestamp(message.create_time),
        updated=from_timestamp(message.update_time),
        expires=from_timestamp(message.expire_time) if message.HasField("expire_time") else None,
        nbytes=message.body_bytes,
        crc32c=message.crc32c,
        summary=message.summary,
        header=message.header if message.HasField("header") else header,
    )


@dataclass(frozen=True, slots=True, repr=False)
class SpaceInfo:
    """A space with its settings and its use.

    Attributes:
        name: Its name.
        volatile: Whether its blocks live in memory only.
        versions: How many versions of a block are kept.
        ttl: How long a block lives that is put without a time to live of its own; None for ever.
        quota: Bytes that all kept versions and reserved uploads may take; None for no limit.
        kind: The kind that every block must match, `space/name@version`, or None.
        version: Its version, which every change of the settings raises.
        created: When it was created.
        updated: When its settings were changed last.
        blocks: Blocks in it, each counted once.
        nbytes: Bytes that all kept versions and reserved uploads take.
    """

    name: str
    volatile: bool
    versions: int
    ttl: datetime.timedelta | None
    quota: int | None
    kind: str | None
    version: int
    created: datetime.datetime
    updated: datetime.datetime
    blocks: int
    nbytes: int

    def __repr__(self) -> str:
        parts = [
            f"{self.blocks} block{'' if self.blocks == 1 else 's'}",
            _show.size(self.nbytes) + (f" of {_show.size(self.quota)}" if self.quota is not None else ""),
            "volatile" if self.volatile else "",
            f"ttl {self.ttl}" if self.ttl is not None else "",
            f"kind {self.kind}" if self.kind else "",
        ]
        return f"<SpaceInfo {self.name}: {', '.join(part for part in parts if part)}>"

    def _repr_html_(self) -> str:
        return _show.html_table(
            self.name,
            [
                ("blocks", self.blocks),
                ("size", _show.size(self.nbytes)),
                ("quota", None if self.quota is None else _show.size(self.quota)),
                ("kept", "in memory only" if self.volatile else "on disk"),
                ("versions kept", self.versions),
                ("time to live", self.ttl),
                ("kind", self.kind),
                ("version", self.version),
                ("created", _show.moment(self.created)),
            ],
        )


def space_info(message: spaces_pb2.Space) -> SpaceInfo:
    """From the message."""
    settings = message.settings
    return SpaceInfo(
        name=message.name,
        volatile=settings.volatile,
        versions=settings.versions_kept,
        ttl=from_duration(settings.time_to_live) if settings.HasField("time_to_live") else None,
        quota=settings.quota_bytes if settings.HasField("quota_bytes") else None,
        kind=settings.kind or None,
        version=message.version,
        created=from_timestamp(message.create_time),
        updated=from_timestamp(message.update_time),
        blocks=message.blocks,
        nbytes=message.used_bytes,
    )


@dataclass(frozen=True, slots=True, repr=False)
class KindInfo:
    """A stored kind.

    Attributes:
        name: `space/name`.
        version: Its version.
        created: When this version was stored.
        kind: The kind.
    """

    name: str
    version: int
    created: datetime.datetime
    kind: Kind

    @property
    def summary(self) -> str:
        """What its values are, in a line."""
        return str(self.kind.type)

    @property
    def text(self) -> str:
        """The kind as people write it."""
        return self.kind.text

    def __repr__(self) -> str:
        return f"<KindInfo {self.name}@{self.version}: {self.summary}>"

    def _repr_html_(self) -> str:
        rows: list[tuple[str, object]] = [("version", self.version), ("created", _show.moment(self.created))]
        return _show.html_table(self.name, rows + self.kind.rows)


def kind_info(message: kinds_pb2.KindInfo) -> KindInfo:
    """From the message."""
    return KindInfo(message.name, message.version, from_timestamp(message.create_time), kind_from_message(message.kind))


@dataclass(frozen=True, slots=True, repr=False)
class Match(Record):
    """Whether a value is of a kind. True in a condition when it is.

    Attributes:
        bindings: The length of each dimension symbol.
        mismatches: Every reason why it is not; empty when it is.
    """

    bindings: Mapping[str, int]
    mismatches: tuple[Violation, ...]

    def __bool__(self) -> bool:
        return not self.mismatches

    def __repr__(self) -> str:
        if self:
            return f"<Match: yes{''.join(f', {symbol} = {size}' for symbol, size in self.bindings.items())}>"
        return "\n".join(["<Match: no", *(f"  - {_unnamed(wrong)}" for wrong in self.mismatches)]) + ">"

    def _repr_html_(self) -> str:
        if self:
            return _show.html_table("matches", self.bindings.items())
        rows = [(_unnamed(wrong).field, f"expected {wrong.expected}, found {wrong.found}") for wrong in self.mismatches]
        return _show.html_table("does not match", rows)


def _unnamed(wrong: Violation) -> Violation:
    """The same for the value itself, which has no name."""
    return wrong if wrong.field else replace(wrong, field="value")


def match(message: kinds_pb2.MatchKindResponse) -> Match:
    """From the message."""
    mismatches = tuple(Violation(wrong.field, wrong.expected, wrong.found) for wrong in message.mismatches)
    if not message.matches and not mismatches:  # a mismatch without a reason is a mismatch all the same
        mismatches = (Violation("", "a value of the kind", "another"),)
    return Match(MappingProxyType({entry.symbol: entry.size for entry in message.bindings}), mismatches)


@dataclass(frozen=True, slots=True)
class ServerInfo:
    """What runs there and within which limits.

    Attributes:
        version: The version of the server.
        started: When it started.
        identity: The identity that the caller has there.
        kernels: The kernel library that it computes with, such as "x86-64-v4".
        threads: Threads that compute.
        message_bytes: The most bytes of one message.
        inline_bytes: The most bytes of one value inside a message: in batches, sessions, constants of pipelines.
        batch_operations: The most operations in one batch.
        upload_lifetime: How long a staged upload is kept.
    """

    version: str
    started: datetime.datetime
    identity: str
    kernels: str
    threads: int
    message_bytes: int
    inline_bytes: int
    batch_operations: int
    upload_lifetime: datetime.timedelta

    def _repr_html_(self) -> str:
        return _show.html_table(
            f"Jazz {self.version}",
            [
                ("started", _show.moment(self.started)),
                ("identity", self.identity),
                ("kernels", self.kernels),
                ("threads", self.threads),
                ("largest message", _show.size(self.message_bytes)),
                ("largest inline value", _show.size(self.inline_bytes)),
                ("operations in a batch", self.batch_operations),
                ("staged uploads kept", self.upload_lifetime),
            ],
        )


def server_info(message: server_pb2.GetServerInfoResponse) -> ServerInfo:
    """From the message."""
    limits = message.limits
    return ServerInfo(
        version=message.version,
        started=from_timestamp(message.start_time),
        identity=message.identity,
        kernels=message.kernels,
        threads=message.threads,
        message_bytes=limits.message_bytes,
        inline_bytes=limits.inline_bytes,
        batch_operations=limits.batch_operations,
        upload_lifetime=from_duration(limits.upload_lifetime),
    )
