"""The store of Jazz: spaces, blocks and documents, versioned, durable, embedded.

`Store` is the whole surface; what it takes and gives is exported here, its errors are in
`jazz_server.store.errors`.

    store = await Store.open(Path("data"))
    [outcome] = await store.commit([Put(parse_name("demo/greeting"), b"", inline=b"hello")])
    async with store.open_body(store.head(outcome.name)) as body:
        assert await body.read() == b"hello"
    await store.close()
"""

from jazz_server.store.bodies import Body, MappedBody
from jazz_server.store.errors import StoreError
from jazz_server.store.names import BlockName, check_name, check_space_name, parse_name, parse_reference
from jazz_server.store.operations import (
    ANY,
    NEVER,
    Copy,
    Delete,
    Operation,
    Precondition,
    Put,
    Request,
    SetAttributes,
)
from jazz_server.store.options import StoreOptions
from jazz_server.store.reader import Reader, Snapshot
from jazz_server.store.records import Document, Head, Noun, Outcome, Page, Space, SpaceSettings
from jazz_server.store.store import Store
from jazz_server.store.uploads import Upload

__all__ = [
    "ANY",
    "NEVER",
    "BlockName",
    "Body",
    "Copy",
    "Delete",
    "Document",
    "Head",
    "MappedBody",
    "Noun",
    "Operation",
    "Outcome",
    "Page",
    "Precondition",
    "Put",
    "Reader",
    "Request",
    "SetAttributes",
    "Snapshot",
    "Space",
    "SpaceSettings",
    "Store",
    "StoreError",
    "StoreOptions",
    "Upload",
    "check_name",
    "check_space_name",
    "parse_name",
    "parse_reference",
]
