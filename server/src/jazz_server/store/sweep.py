"""What goes on in the background: removing what has expired and what deleted spaces left behind."""

import asyncio
import contextlib
import logging
from itertools import islice

from jazz_server.store import keys
from jazz_server.store.blocks import EXPIRES_BLOCK, delete_version
from jazz_server.store.catalogue import Family, scan_prefix
from jazz_server.store.core import Core
from jazz_server.store.documents import drop_documents
from jazz_server.store.errors import OutcomeUnknown, StoreError
from jazz_server.store.lookup import DOCUMENTS, find_space
from jazz_server.store.records import Head, RequestRecord, decode
from jazz_server.store.spaces import prune_names
from jazz_server.store.sync import Ledger

_log = logging.getLogger(__name__)


async def sweep_forever(core: Core) -> None:
    """Sweep again and again, until cancelled."""
    while True:
        await asyncio.sleep(core.options.sweep_seconds)
        if core.writable:
            try:
                await sweep(core)
            except StoreError as error:
                _log.warning("sweeping failed: %s", str(error))


async def sweep(core: Core) -> None:
    """Remove all that has expired by now, in small transactions."""
    await core.uploads.expire()
    await core.io.run(core.segments.spares.expire)
    for ledger in (core.durable, core.volatile):
        for remove_some in (_remove_expired, _empty_trash):
            while core.writable and await remove_some(core, ledger):
                await asyncio.sleep(0)  # a write to memory gives nobody else a turn
    core.pins.sweep()
    if core.writable and core.durable.catalogue.journal_length > core.options.journal_batches:
        await cut_journal(core)


async def prune_space(core: Core, ledger: Ledger, name: str) -> None:
    """Prune every block of a space to the versions that it keeps now, in small transactions."""
    after: bytes | None = b""
    while after is not None:
        tx = core.transaction(ledger)
        record = find_space(tx, name)
        if record is None:
            return
        after = prune_names(tx, record, after, core.options.sweep_batch)
        await core.write(ledger, tx)
        await asyncio.sleep(0)  # a write to memory gives nobody else a turn


async def cut_journal(core: Core) -> None:
    """Let RocksDB write its table files, after which the journal can start anew."""
    catalogue = core.durable.catalogue
    try:
        reached = await (core.durable.threads or core.io).run(catalogue.flush)
    except Exception as error:  # noqa: BLE001 - RocksDB's errors have no type
        _log.warning("the catalogue could not be flushed: %s", str(error))
        core.durable.fail()
        return
    if core.writable:
        with contextlib.suppress(OutcomeUnknown):  # the ledger sees to it; the journal stays long
            await core.durable.cut_journal(reached)


async def _remove_expired(core: Core, ledger: Ledger) -> bool:
    """Remove one batch of expired versions and requests; gives whether there may be more."""
    tx = core.transaction(ledger)
    until = keys.number(tx.now + 1)
    due = [key for key, _ in islice(tx.scan(Family.EXPIRY, b""), core.options.sweep_batch) if key < until]
    for key in due:
        tag, target = key[8:9], key[9:]
        if tag == EXPIRES_BLOCK:
            stored = tx.get(Family.BLOCKS, target)
            if stored is not None:
                delete_version(tx, int.from_bytes(target[:8], "big"), target, decode(Head, stored))
        else:
            stored = tx.get(Family.REQUESTS, target)
            if stored is not None and decode(RequestRecord, stored).expires_at <= tx.now:
                tx.delete(Family.REQUESTS, target)
        tx.delete(Family.EXPIRY, key)
    if due:
        await core.write(ledger, tx)
    return len(due) == core.options.sweep_batch


async def _empty_trash(core: Core, ledger: Ledger) -> bool:
    """Remove one batch of what a deleted space held; gives whether there may be more."""
    tx = core.transaction(ledger)
    batch = core.options.sweep_batch
    prefix = next((key for key, _ in tx.scan(Family.TRASH, b"")), None)
    if prefix is None:
        return False
    space_id = int.from_bytes(prefix, "big")
    blocks = list(islice(scan_prefix(tx, Family.BLOCKS, prefix), batch))
    for key, stored in blocks:
        delete_version(tx, space_id, key, decode(Head, stored))
    left = batch - len(blocks)
    for noun in DOCUMENTS:
        left -= drop_documents(tx, noun, prefix, left)
    tx.forget_usage(space_id)
    if left > 0:
        tx.delete(Family.TRASH, prefix)
    await core.write(ledger, tx)
    return True
