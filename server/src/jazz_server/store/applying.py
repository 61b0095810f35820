"""Applying the operations of a commit to a transaction."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from jazz_server.store.blocks import (
    NewVersion,
    check_precondition,
    checked_attributes,
    delete_block,
    expiry,
    set_attributes,
    write_version,
)
from jazz_server.store.checksums import checksum
from jazz_server.store.errors import InvalidBlock, KindChanged, SpaceNotFound, UploadNotFound
from jazz_server.store.lookup import find_space, get_head, inline_body, latest_head
from jazz_server.store.names import BlockName, check_name
from jazz_server.store.operations import Copy, Delete, Operation, Put, SetAttributes
from jazz_server.store.options import StoreOptions
from jazz_server.store.records import (
    Inline,
    Location,
    Memory,
    Outcome,
    Segment,
    SpaceRecord,
    SpaceSettings,
)
from jazz_server.store.segments import SegmentTrailer
from jazz_server.store.spaces import add_space, check_quota
from jazz_server.store.transaction import Transaction
from jazz_server.store.uploads import Uploads
from jazz_server.store.versions import VersionCounter


@dataclass(slots=True)
class Committer:
    """Applies operations to a transaction: one commit of one durability."""

    tx: Transaction
    options: StoreOptions
    versions: VersionCounter
    uploads: Uploads
    volatile: bool

    def apply(self, operations: Sequence[Operation]) -> list[Outcome]:
        """Apply all in order, each seeing those before it; raises for the first that cannot be."""
        outcomes = [self._apply(operation) for operation in operations]
        grown: Counter[str] = Counter()  # spaces that were put to, with the bytes of uploads now theirs
        for operation in operations:
            if isinstance(operation, Put | Copy):
                upload = operation.upload if isinstance(operation, Put) else None
                grown[operation_target(operation).space] += upload.size if upload else 0
        for space, taken in grown.items():
            check_quota(self.tx, self.space(space), self.uploads.reserved(space) - taken)
        return outcomes

    def space(self, name: str) -> SpaceRecord:
        """The space that is written to, made with default settings if it is missing."""
        record = find_space(self.tx, name)
        if record is None:
            if not self.options.create_spaces or self.volatile:
                raise SpaceNotFound(name)
            record = add_space(self.tx, name, SpaceSettings(), self.versions.take())
        return record

    def _apply(self, operation: Operation) -> Outcome:
        match operation:
            case Put():
                return self._put(operation)
            case Copy():
                return self._copy(operation)
            case Delete():
                return Outcome(operation.name, delete_block(self.tx, operation))
            case SetAttributes():
                head = set_attributes(self.tx, operation, self.options)
                return Outcome(operation.name, head.version, head)

    def _put(self, put: Put) -> Outcome:
        space = self.space(put.name.space)
        if put.admitted is not None:
            _check_admitted(space, put.admitted)
        upload = put.upload
        if upload is not None and (upload.space, upload.volatile) != (space.name, self.volatile):
            raise UploadNotFound(upload.token)
        body = put.inline if upload is None else upload.inline
        location: Location
        if body is not None:
            location = Inline(space.id, self.volatile)
        else:
            segment = upload.segment if upload is not None else b""
            location = Memory(segment) if self.volatile else Segment(segment)
        new = NewVersion(
            header=put.header,
            size=len(put.inline) if upload is None else upload.size,
            checksum=checksum(put.inline) if upload is None else upload.checksum,
            kind=put.kind,
            attributes=checked_attributes(put.attributes, self.options),
            expires_at=expiry(self.tx.now, put.ttl_seconds, put.expires_at, space.settings.ttl_seconds),
            location=location,
            payload=body or b"",
        )
        version = self.versions.take()
        head = write_version(self.tx, space, put.name, put.precondition, version, new)
        return Outcome(put.name, version, head)

    def _copy(self, copy: Copy) -> Outcome:
        source = get_head(self.tx, copy.source, copy.version, self.tx.now)
        space = self.space(copy.target.space)
        if copy.admitted is not None:
            _check_admitted(space, copy.admitted[0])
            if space.settings.kind and source.version != copy.admitted[1]:
                raise KindChanged(f"{source.name} has changed since it was matched with {space.settings.kind}")
        location = source.location
        payload = b""
        if isinstance(location, Inline):
            payload = inline_body(self.tx, source, location.space_id)
            location = Inline(space.id, self.volatile)
        attributes = source.attributes
        if copy.attributes is not None:
            attributes = checked_attributes(copy.attributes, self.options)
        new = NewVersion(
            header=source.header,
            size=source.size,
            checksum=source.checksum,
            kind=source.kind,
            attributes=attributes,
            expires_at=expiry(self.tx.now, copy.ttl_seconds, copy.expires_at, space.settings.ttl_seconds),
            location=location,
            payload=payload,
        )
        version = self.versions.take()
        head = write_version(self.tx, space, copy.target, copy.precondition, version, new)
        return Outcome(copy.target, version, head)


def _check_admitted(space: SpaceRecord, kind: str) -> None:
    """Refuse what was matched with another kind than the space has now."""
    now = space.settings.kind or ""
    if now != kind:
        change = f"{now or 'no kind'} instead of {kind or 'none'}"
        raise KindChanged(f"the space {space.name!r} has come to ask for {change} while the value was on its way")


def operation_target(operation: Operation) -> BlockName:
    """The block that an operation writes to."""
    return operation.target if isinstance(operation, Copy) else operation.name


def check_operation(operation: Operation, options: StoreOptions) -> None:
    """Raise for what can be seen to be wrong without looking into the store."""
    check_name(operation_target(operation))
    if isinstance(operation, Copy):
        check_name(operation.source)
    if isinstance(operation, Put):
        if len(operation.header) > options.max_header_bytes:
            limit = f"at most {options.max_header_bytes} bytes"
            raise InvalidBlock("header", limit, f"{len(operation.header)} bytes")
        if operation.upload is not None and operation.inline:
            raise InvalidBlock("upload", "an upload or bytes in hand", "both")
    if isinstance(operation, Put | Copy | SetAttributes) and operation.attributes is not None:
        checked_attributes(operation.attributes, options)


def check_early(tx: Transaction, put: Put) -> None:
    """Raise for a precondition that does not hold, before a body is moved for nothing."""
    space = find_space(tx, put.name.space)
    if space is not None:
        latest = latest_head(tx, space.id, check_name(put.name), tx.now)
        check_precondition(put.name, latest, put.precondition)


def trailer_of(put: Put, tx: Transaction, options: StoreOptions, after_version: int) -> SegmentTrailer:
    """What is written into the segment file of a put."""
    space = find_space(tx, put.name.space)
    ttl = space.settings.ttl_seconds if space else None
    return SegmentTrailer(
        name=put.name,
        header=put.header,
        kind=put.kind,
        attributes=checked_attributes(put.attributes, options),
        created_at=tx.now,
        expires_at=expiry(tx.now, put.ttl_seconds, put.expires_at, ttl),
        after_version=after_version,
    )
