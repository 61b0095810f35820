"""What is told of a block."""

from __future__ import annotations

from collections.abc import Sequence

from jazz.codec import summary
from jazz.errors import Violation
from jazz.v1 import blocks_pb2, value_pb2
from jazz_server.services.errors import refuse
from jazz_server.services.times import timestamp
from jazz_server.store.records import Head, Outcome


def value_header(head: Head) -> value_pb2.Value:
    """The header of the value of a block."""
    return value_pb2.Value.FromString(head.header)


def block_info(head: Head, *, full: bool = False) -> blocks_pb2.BlockInfo:
    """What is known of a block; with the header of its value if `full`."""
    header = value_header(head)
    return blocks_pb2.BlockInfo(
        name=str(head.name),
        version=head.version,
        kind=head.kind,
        attributes=[blocks_pb2.Attribute(key=key, value=value) for key, value in head.attributes],
        create_time=timestamp(head.created_at),
        update_time=timestamp(head.updated_at),
        expire_time=None if head.expires_at is None else timestamp(head.expires_at),
        body_bytes=head.size,
        crc32c=head.checksum,
        summary=summary(header),
        header=header if full else None,
    )


def outcome_info(outcome: Outcome) -> blocks_pb2.BlockInfo:
    """The block as a write left it; empty for a delete."""
    return blocks_pb2.BlockInfo() if outcome.head is None else block_info(outcome.head)


def read_attributes(attributes: Sequence[blocks_pb2.Attribute], field: str = "attributes") -> dict[str, str]:
    """Attributes by key.

    Raises:
        jazz.errors.InvalidArgument: A key is empty or there twice; all such are named.
    """
    read: dict[str, str] = {}
    wrong = []
    for position, attribute in enumerate(attributes):
        if not attribute.key:
            wrong.append(Violation(f"{field}[{position}].key", "a key that is not empty", "''"))
        elif attribute.key in read:
            wrong.append(Violation(f"{field}[{position}].key", "each key once", f"{attribute.key!r} again"))
        read[attribute.key] = attribute.value
    if wrong:
        raise refuse(wrong)
    return read
