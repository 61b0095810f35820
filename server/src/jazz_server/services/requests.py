"""Requests that can be repeated: what a repetition is told apart by, and what a write may presuppose."""

from __future__ import annotations

import hashlib

from google.protobuf.message import Message

from jazz_server.identity import caller
from jazz_server.services.errors import invalid
from jazz_server.services.names import read_request_id
from jazz_server.store.operations import Precondition, Request


def remembered(request: Message, *more: bytes) -> Request | None:
    """How the store remembers a request that has an id; None for one that has none.

    What it is told apart by is its message and `more`, such as the checksum of a body that came in a stream.

    Raises:
        jazz.errors.InvalidArgument: Its id is not a UUID.
    """
    request_id = read_request_id(getattr(request, "request_id"))  # noqa: B009 - a field that not all messages have
    if request_id is None:
        return None
    bare = type(request)()
    bare.CopyFrom(request)
    bare.ClearField("request_id")
    return Request(request_id, caller.get(), digest(bare, *more))


def part_of(request_id: str, position: int, operation: Message) -> Request:
    """How the store remembers one operation of a batch that has an id."""
    return Request(f"{request_id}#{position}", caller.get(), digest(operation))


def digest(message: Message, *more: bytes) -> bytes:
    """What tells one request from another."""
    parts = [message.DESCRIPTOR.full_name.encode(), message.SerializeToString(deterministic=True), *more]
    hashed = hashlib.blake2b(digest_size=16)
    for part in parts:
        hashed.update(len(part).to_bytes(8, "little"))
        hashed.update(part)
    return hashed.digest()


def if_version(message: Message) -> int | None:
    """The version that a message asks for; None when it asks for none."""
    return message.if_version if message.HasField("if_version") else None  # type: ignore[attr-defined]


def precondition(message: Message) -> Precondition:
    """What a put presupposes: version 0 stands for "must not exist"."""
    version = if_version(message)
    return Precondition(must_not_exist=True) if version == 0 else Precondition(if_version=version)


def existing_version(message: Message) -> int | None:
    """The version that a change of something that must exist asks for.

    Raises:
        jazz.errors.InvalidArgument: It is 0, which says "must not exist".
    """
    version = if_version(message)
    if version == 0:
        raise invalid("if_version", "1 or more, as it must exist", "0")
    return version


def no_request_id(message: Message) -> None:
    """Refuse a request id on an operation that is part of something larger.

    Raises:
        jazz.errors.InvalidArgument: It has one.
    """
    if message.request_id:  # type: ignore[attr-defined]
        raise invalid("request_id", "none inside a commit or a batch", repr(message.request_id))  # type: ignore[attr-defined]
