"""Commits: bodies are brought to their place first; then all is checked and written in one turn of the loop."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from jazz_server.store.applying import (
    Committer,
    check_early,
    check_operation,
    operation_target,
    trailer_of,
)
from jazz_server.store.core import Core
from jazz_server.store.documents import PinList, write_document
from jazz_server.store.errors import (
    InvalidBlock,
    MixedDurability,
    QuotaExceeded,
    SpaceNotFound,
    StoreUnavailable,
)
from jazz_server.store.lookup import find_space
from jazz_server.store.names import BlockName, check_space_name
from jazz_server.store.operations import Copy, Delete, Operation, Precondition, Put, Request
from jazz_server.store.records import Document, Noun, Outcome
from jazz_server.store.requests import remember
from jazz_server.store.requirements import KindList
from jazz_server.store.sync import Ledger
from jazz_server.store.uploads import Upload

_COPY_BYTES = 4 * 1024 * 1024


async def start_upload(core: Core, space: str, size: int, owner: str) -> Upload:
    """Reserve quota and make a place for a body. See `Store.upload`."""
    core.check_writable()
    check_space_name(space)
    if not 0 <= size < 2**63:
        raise InvalidBlock("size", "from 0 to 2^63 - 1 bytes", str(size))
    ledger = core.ledger_of(space)
    if ledger is None and not core.options.create_spaces:
        raise SpaceNotFound(space)
    tx = core.transaction(ledger or core.durable)
    record = find_space(tx, space)
    if record is not None and record.settings.quota_bytes is not None:
        needed = tx.usage(record.id).bytes + core.uploads.reserved(space) + size
        if needed > record.settings.quota_bytes:
            raise QuotaExceeded(space, record.settings.quota_bytes, needed)
    core.check_room(ledger or core.durable, size)
    return await core.uploads.start(
        space,
        size,
        owner=owner,
        volatile=ledger is core.volatile,
        inline_bytes=core.options.inline_bytes,
    )


async def commit(core: Core, operations: Sequence[Operation], request: Request | None) -> list[Outcome]:
    """Carry out all operations or none. See `Store.commit`."""
    limit = core.options.max_operations
    if len(operations) > limit:
        raise InvalidBlock("operations", f"at most {limit} in a commit", str(len(operations)))
    for operation in operations:
        check_operation(operation, core.options)
    ledger = _ledger(core, operations)
    claimed: list[Upload] = []
    own: list[Upload] = []
    try:
        for operation in operations:
            if isinstance(operation, Put) and operation.upload is not None:
                operation.upload.claim()
                claimed.append(operation.upload)
        prepared = await _bring_bodies(core, ledger, operations, own)
        await core.versions.ensure(2 * len(prepared))
        outcomes, synced = _write(core, ledger, prepared, request)
    finally:
        for upload in (*claimed, *own):
            upload.unclaim()
        for upload in (*claimed, *own) if core.closed else own:
            await upload.abort()
    await synced
    return outcomes


async def commit_document(
    core: Core,
    noun: Noun,
    name: BlockName,
    content: bytes,
    precondition: Precondition,
    pins: PinList,
    kinds: KindList,
    request: Request | None,
) -> Document:
    """Write a new version of a document. See `Store.put_document`."""
    if len(content) > core.options.max_document_bytes:
        limit = f"at most {core.options.max_document_bytes} bytes"
        raise InvalidBlock("content", limit, f"{len(content)} bytes")
    await core.versions.ensure(2)
    core.check_writable()
    pinned = {pin.space for pin, _ in pins if core.ledger_of(pin.space) is not None}
    ledger = core.ledger_for({name.space, *pinned}, "pins")
    core.check_room(ledger)
    tx = core.transaction(ledger)
    committer = Committer(tx, core.options, core.versions, core.uploads, ledger is core.volatile)
    document = write_document(
        tx,
        committer.space(name.space),
        noun,
        name,
        content,
        version=core.versions.take(),
        pins=pins,
        kinds=kinds,
        others=core.others(ledger),
        durable=ledger is core.durable,
        precondition=precondition,
        kept=core.options.documents_kept,
    )
    if request is not None:
        remember(tx, request, core.options.request_seconds, document=document)
    await core.write(ledger, tx)
    return document


async def _bring_bodies(
    core: Core, ledger: Ledger, operations: Sequence[Operation], own: list[Upload]
) -> list[Operation]:
    """Put large bodies where they stay; `own` collects the uploads that were made for it."""
    prepared: list[Operation] = []
    written: set[BlockName] = set()
    for operation in operations:
        each: Operation = operation
        if isinstance(each, Copy) and _crosses(core, ledger, each):
            if len(operations) > 1:
                raise MixedDurability("source", "blocks of spaces as durable as the target", str(each.source))
            each = await _copy_bytes(core, each, own)
        elif isinstance(each, Put) and len(each.inline) > core.options.inline_bytes:
            if each.name not in written:
                check_early(core.transaction(ledger), each)
            upload = await _stage(core, each.name.space, len(each.inline), own)
            await upload.write(each.inline)
            await upload.finish()
            upload.claim()
            each = replace(each, upload=upload, inline=b"")
        if isinstance(each, Put) and each.upload is not None:
            tx = core.transaction(ledger)
            if each.name not in written:
                check_early(tx, each)
            trailer = trailer_of(each, tx, core.options, core.versions.next - 1)
            await each.upload.promote(trailer)
        prepared.append(each)
        written.add(operation_target(each))
    return prepared


def _write(
    core: Core, ledger: Ledger, operations: Sequence[Operation], request: Request | None
) -> tuple[list[Outcome], "asyncio.Future[None]"]:
    """Check and write, all in this turn of the loop. From here on the commit stands, whoever is cancelled."""
    core.check_writable()
    if _ledger(core, operations) is not ledger:
        raise StoreUnavailable
    if not all(isinstance(operation, Delete) for operation in operations):
        core.check_room(ledger)
    tx = core.transaction(ledger)
    volatile = ledger is core.volatile
    committer = Committer(tx, core.options, core.versions, core.uploads, volatile)
    outcomes = committer.apply(operations)
    if request is not None:
        remember(tx, request, core.options.request_seconds, outcomes)
    segments = []
    for operation in operations:
        upload = operation.upload if isinstance(operation, Put) else None
        if upload is None:
            continue
        upload.take()
        if upload.inline is None:
            segments.append(upload.segment)
            if volatile:
                core.pins.keep_memory(upload.staged_memory())
    return outcomes, core.write(ledger, tx, segments)


def _ledger(core: Core, operations: Sequence[Operation]) -> Ledger:
    spaces = {operation_target(operation).space for operation in operations}
    return core.ledger_for(spaces, "operations")


def _crosses(core: Core, ledger: Ledger, copy: Copy) -> bool:
    source = core.ledger_of(copy.source.space)
    return source is not None and source is not ledger


async def _copy_bytes(core: Core, copy: Copy, own: list[Upload]) -> Put:
    """The put that a copy between a durable and a volatile space comes to."""
    with core.snapshot() as snapshot:
        source = snapshot.head(copy.source, copy.version)
        upload = await _stage(core, copy.target.space, source.size, own)
        async with snapshot.open_body(source) as body:
            for offset in range(0, source.size, _COPY_BYTES):
                length = min(_COPY_BYTES, source.size - offset)
                await upload.write(await body.read(offset, length))
    await upload.finish()
    upload.claim()
    attributes = dict(source.attributes) if copy.attributes is None else copy.attributes
    return Put(
        copy.target,
        source.header,
        upload,
        attributes=attributes,
        kind=source.kind,
        ttl_seconds=copy.ttl_seconds,
        expires_at=copy.expires_at,
        precondition=copy.precondition,
    )


async def _stage(core: Core, space: str, size: int, own: list[Upload]) -> Upload:
    upload = await start_upload(core, space, size, "")
    own.append(upload)
    return upload
