"""Values on their way into the store: checked as far as they can be, step by step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from jazz.codec import BytesReader, check_body, check_header
from jazz.v1 import blocks_pb2 as pb
from jazz.v1 import value_pb2
from jazz_server.services.checks import Checks
from jazz_server.services.core import Core
from jazz_server.services.errors import invalid, refuse
from jazz_server.services.headers import has_units, wrong_units
from jazz_server.services.infos import read_attributes, value_header
from jazz_server.services.matching import Admission, KindGate
from jazz_server.services.names import read_name, read_reference
from jazz_server.services.requests import precondition
from jazz_server.services.sending import SMALL
from jazz_server.services.times import positive_seconds
from jazz_server.settings import HEADER_BYTES
from jazz_server.store import BlockName, Head, Precondition, Put, Upload


@dataclass(frozen=True, slots=True)
class Target:
    """Where a value goes, and what with."""

    name: BlockName
    kind: str
    attributes: dict[str, str]
    ttl_seconds: float | None
    precondition: Precondition


@dataclass(frozen=True, slots=True)
class CheckedHeader:
    """A header that passed all checks that need no body."""

    value: value_pb2.Value
    body_bytes: int

    @property
    def encoded(self) -> bytes:
        """The header as it is stored: equal for equal headers, without unknown fields."""
        return self.value.SerializeToString(deterministic=True)


def read_target(message: pb.PutBlockHeader | pb.PutOperation, checks: Checks) -> Target | None:
    """Where a value goes; None if something is wrong, which is noted."""
    name = checks.attempt(lambda: read_name(message.name))
    if message.kind:
        checks.attempt(lambda: read_reference(message.kind, "kind"))
    attributes = checks.attempt(lambda: read_attributes(message.attributes))
    lifetime = checks.attempt(lambda: positive_seconds("time_to_live", message, "time_to_live"))
    if name is None or attributes is None:
        return None
    return Target(name, message.kind, attributes, lifetime, precondition(message))


async def read_header(core: Core, value: value_pb2.Value, body_bytes: int, checks: Checks) -> CheckedHeader:
    """A header; what is wrong with it is noted."""
    value.DiscardUnknownFields()
    checked = checks.attempt(lambda: _well_formed(value, body_bytes))
    if checked is not None and has_units(value):
        wrong = await core.check(lambda: wrong_units(value))
        if wrong:
            checks.note(refuse(wrong, reason="INVALID_VALUE"))
    return CheckedHeader(value, body_bytes)


def _well_formed(value: value_pb2.Value, body_bytes: int) -> CheckedHeader:
    """A header of which all is right but perhaps its units."""
    size = value.ByteSize()
    if size > HEADER_BYTES:
        raise invalid("value", f"a header of at most {HEADER_BYTES} bytes", f"{size} bytes", reason="INVALID_VALUE")
    check_header(value, body_bytes)
    return CheckedHeader(value, body_bytes)


class Gate:
    """The way of a value into the store."""

    def __init__(self, core: Core, kinds: KindGate) -> None:
        self._core = core
        self._kinds = kinds

    async def admit(self, target: Target, header: CheckedHeader) -> Admission:
        """Match a header with the kinds that it has to be of."""
        return await self._kinds.admit(target.name.space, target.kind, header.value)

    async def check_upload(self, admission: Admission, header: CheckedHeader, upload: Upload) -> None:
        """Check the contents of a complete upload before it is committed, in a worker thread.

        Raises:
            jazz.errors.InvalidArgument: They are not what the header says.
        """
        await self.check_contents(header, upload)
        await self.check_elements(admission, header, upload)

    async def check_contents(self, header: CheckedHeader, upload: Upload) -> None:
        """Check that the contents of a complete upload are what the header says, in a worker thread.

        Raises:
            jazz.codec.InvalidValue: They are not.
        """
        await self._check(header, header.body_bytes <= SMALL, upload.map)

    async def check_elements(self, admission: Admission, header: CheckedHeader, upload: Upload) -> None:
        """Check the rules about elements of the kinds that a value was admitted to.

        Raises:
            jazz.errors.KindMismatch: They break one.
        """
        await self._kinds.check_elements(admission, header.value, upload.map)

    async def inline_put(self, message: pb.PutOperation, limit: int) -> Put:
        """The store's operation for a put whose value is in the message, all checks done."""
        checks = Checks()
        target = read_target(message, checks)
        header = await read_inline(self._core, message, limit, checks)
        checks.refuse()
        assert target is not None
        admission = await self.admit(target, header)
        body = message.value.body
        await self._check(header, len(body) <= SMALL, lambda: memoryview(body))
        await self._kinds.check_elements(admission, header.value, lambda: memoryview(body))
        return store_put(target, header.encoded, admission, inline=body)

    async def admit_copy(self, source: Head, space: str) -> str:
        """Match a stored value with the kind that a space asks for, when it is copied there; gives that kind.

        Raises:
            jazz.errors.KindMismatch: It is not of that kind.
        """
        header = value_header(source)
        admission = await self._kinds.admit(space, "", header)
        if admission.rules and admission.kind != source.kind:
            async with self._core.store.open_body(source) as body:
                mapped = body.map()
                await self._kinds.check_elements(admission, header, lambda: mapped.view(0, source.size))
        return admission.required

    async def _check(self, header: CheckedHeader, small: bool, view: Callable[[], memoryview]) -> None:
        def check() -> None:
            check_body(header.value, BytesReader(view()))

        if small:
            check()
        else:
            await self._core.work(check)


def store_put(
    target: Target, header: bytes, admission: Admission, *, upload: Upload | None = None, inline: bytes = b""
) -> Put:
    """The store's operation for a put."""
    return Put(
        target.name,
        header,
        upload,
        inline,
        attributes=target.attributes,
        kind=admission.kind,
        admitted=admission.required,
        ttl_seconds=target.ttl_seconds,
        precondition=target.precondition,
    )


async def read_inline(core: Core, message: pb.PutOperation, limit: int, checks: Checks) -> CheckedHeader:
    """The header of a value in a message; what is wrong with it is noted."""
    size = len(message.value.body)
    checks.attempt(lambda: _check_size(size, limit))
    return await read_header(core, message.value.header, size, checks)


def _check_size(size: int, limit: int) -> None:
    if size > limit:
        raise invalid("value.body", f"at most {limit} bytes; PutBlock takes more", f"{size} bytes")
