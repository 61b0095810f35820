"""Changes of stored blocks, from their messages to the store's operations."""

from __future__ import annotations

from jazz.errors import JazzError, Violation
from jazz.v1 import blocks_pb2 as pb
from jazz_server.services.checks import Checks
from jazz_server.services.errors import invalid, refuse
from jazz_server.services.infos import read_attributes
from jazz_server.services.masks import masked
from jazz_server.services.names import read_name, read_reference
from jazz_server.services.puts import Gate
from jazz_server.services.requests import existing_version, precondition
from jazz_server.services.times import nanoseconds
from jazz_server.store import NEVER, Copy, Delete, SetAttributes, Store

_UPDATED = ("attributes", "expire_time")


def update_operation(message: pb.UpdateBlockRequest) -> SetAttributes:
    """The store's operation for a change of attributes or expiry."""
    checks = Checks()
    name = checks.attempt(lambda: read_name(message.name))
    fields = checks.attempt(lambda: masked(message.update_mask, message, _UPDATED))
    attributes = checks.attempt(lambda: read_attributes(message.attributes))
    expires_at = checks.attempt(lambda: nanoseconds("expire_time", message.expire_time))
    version = checks.attempt(lambda: existing_version(message))
    checks.refuse()
    assert name is not None
    assert fields is not None
    expiry_changes = "expire_time" in fields
    expires = expiry_changes and message.HasField("expire_time")
    return SetAttributes(
        name,
        attributes=attributes if "attributes" in fields else None,
        ttl_seconds=NEVER if expiry_changes and not expires else None,
        expires_at=expires_at if expires else None,
        if_version=version,
    )


async def copy_operation(message: pb.CopyBlockRequest, store: Store, gate: Gate) -> Copy:
    """The store's operation for a copy, whose target may ask for a kind."""
    checks = Checks()
    source = checks.attempt(lambda: read_reference(message.source, "source"))
    target = checks.attempt(lambda: read_name(message.target, "target"))
    checks.refuse()
    assert source is not None
    assert target is not None
    name, version = source
    found = store.head(name, version)
    required = await gate.admit_copy(found, target.space)
    return Copy(name, target, version, admitted=(required, found.version), precondition=precondition(message))


def delete_operation(message: pb.DeleteBlockRequest) -> Delete:
    """The store's operation for a delete."""
    checks = Checks()
    reference = checks.attempt(lambda: read_reference(message.name))
    version = checks.attempt(lambda: existing_version(message))
    checks.refuse()
    assert reference is not None
    return Delete(*reference, if_version=version)


def check_distinct(names: list[str]) -> None:
    """Refuse operations of a commit on the same block.

    Raises:
        jazz.errors.InvalidArgument: There are such; names all of them.
    """
    first: dict[str, int] = {}
    again = []
    for position, name in enumerate(names):
        if name in first:
            found = f"{name!r}, as in operations[{first[name]}]"
            again.append(Violation(f"operations[{position}]", "each block once in a commit", found))
        first.setdefault(name, position)
    if again:
        raise refuse(again)


def nothing_to_do(field: str) -> JazzError:
    """The error for an operation that says nothing."""
    return invalid(field, "one of the operations", "none")
