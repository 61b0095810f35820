"""The service Kinds."""

from __future__ import annotations

from jazz.errors import InvalidArgument
from jazz.kinds import kind_text, parse_kind
from jazz.kinds.propose import proposed
from jazz.v1 import kinds_pb2 as pb
from jazz.v1 import value_pb2
from jazz_server.kinds.check import check_kind
from jazz_server.kinds.match import Match
from jazz_server.kinds.references import references, renamed_kind
from jazz_server.kinds.types import Kind
from jazz_server.pipelines.messages import kind_from_message, kind_to_message
from jazz_server.services.checks import Checks
from jazz_server.services.core import Core
from jazz_server.services.errors import invalid, mismatch_violations, refuse
from jazz_server.services.headers import body_end
from jazz_server.services.infos import value_header
from jazz_server.services.matching import KindGate, StoredKinds
from jazz_server.services.names import read_name, read_prefix, read_reference, read_versions
from jazz_server.services.puts import read_header
from jazz_server.services.requests import existing_version, precondition, remembered
from jazz_server.services.times import timestamp
from jazz_server.settings import KIND_BYTES
from jazz_server.store import Document, Noun

_LISTED_BYTES = 1 << 20
"""How many bytes the texts in a page of kinds may take; those of the others are left out."""

_TEXT_BYTES = 4 * KIND_BYTES
"""How long the text of a kind may be."""


class Kinds:
    """Named, versioned types that values are matched with."""

    def __init__(self, core: Core, gate: KindGate, kinds: StoredKinds) -> None:
        self._core = core
        self._store = core.store
        self._gate = gate
        self._kinds = kinds

    async def put_kind(self, request: pb.PutKindRequest, context: object) -> pb.PutKindResponse:
        """Store a kind, or a new version of it."""
        checks = Checks()
        name = checks.attempt(lambda: read_name(request.name))
        read = await self._read(request, checks)
        kind = None if read is None else await self._checked(read, checks)
        request_id = checks.attempt(lambda: remembered(request))
        checks.refuse()
        assert name is not None
        assert kind is not None
        full = {each: self._kinds.full_name(self._store, each) for each in references(kind)}
        message = kind_to_message(renamed_kind(kind, full.__getitem__))
        document = await self._store.put_document(
            Noun.KIND,
            name,
            message.SerializeToString(deterministic=True),
            precondition=precondition(request),
            kinds=read_versions(full.values()),
            request=request_id,
        )
        return pb.PutKindResponse(info=_info(document))

    async def get_kind(self, request: pb.GetKindRequest, context: object) -> pb.GetKindResponse:
        """Give a kind."""
        document = self._store.get_document(Noun.KIND, *read_reference(request.name))
        return pb.GetKindResponse(info=_info(document))

    async def list_kinds(self, request: pb.ListKindsRequest, context: object) -> pb.ListKindsResponse:
        """List the kinds of a space."""
        space, prefix = read_prefix(request.prefix)
        page = self._store.list_documents(
            Noun.KIND, space, prefix=prefix, page_size=request.page_size, page_token=request.page_token
        )
        kinds = [_info(document) for document in page.items]
        room = _LISTED_BYTES
        for info in kinds:
            room -= len(info.text.encode())
            if room < 0:
                info.text = ""
        return pb.ListKindsResponse(kinds=kinds, next_page_token=page.next_page_token)

    async def delete_kind(self, request: pb.DeleteKindRequest, context: object) -> pb.DeleteKindResponse:
        """Delete a kind with all its versions, or one of them."""
        checks = Checks()
        reference = checks.attempt(lambda: read_reference(request.name))
        if_version = checks.attempt(lambda: existing_version(request))
        request_id = checks.attempt(lambda: remembered(request))
        checks.refuse()
        assert reference is not None
        await self._store.delete_document(Noun.KIND, *reference, if_version=if_version, request=request_id)
        return pb.DeleteKindResponse()

    async def match_kind(self, request: pb.MatchKindRequest, context: object) -> pb.MatchKindResponse:
        """Say whether a value is of a kind."""
        checks = Checks()
        checks.attempt(lambda: _check_given(request, "kind", "name, inline or text"))
        checks.attempt(lambda: _check_given(request, "value", "block or header"))
        checks.refuse()
        kind = await self._kind(request, checks)
        if request.WhichOneof("value") == "header":
            await read_header(self._core, request.header, body_end(request.header), checks)
            checks.refuse()
            return _response(await self._gate.match_header(kind, request.header))
        return _response(await self._match_block(kind, request.block))

    async def propose_kind(self, request: pb.ProposeKindRequest, context: object) -> pb.ProposeKindResponse:
        """Propose a kind for a value, from its header alone."""
        checks = Checks()
        checks.attempt(lambda: _check_given(request, "value", "block or header"))
        checks.refuse()
        header: value_pb2.Value = request.header
        if request.WhichOneof("value") == "block":
            header = value_header(self._store.head(*read_reference(request.block, "block")))
        else:
            await read_header(self._core, header, body_end(header), checks)
            checks.refuse()
        kind = proposed(header)
        return pb.ProposeKindResponse(kind=kind, text=kind_text(kind))

    async def _read(self, request: pb.PutKindRequest | pb.MatchKindRequest, checks: Checks) -> pb.Kind | None:
        """The kind that a request carries; one whose text cannot be read is noted."""
        which = request.WhichOneof("source" if isinstance(request, pb.PutKindRequest) else "kind")
        if which != "text":
            return request.inline if isinstance(request, pb.MatchKindRequest) else request.kind
        size = len(request.text.encode())
        if size > _TEXT_BYTES:
            checks.note(invalid("text", f"at most {_TEXT_BYTES} bytes", f"{size} bytes"))
            return None
        try:
            return await self._core.work(lambda: parse_kind(request.text, "text"))
        except InvalidArgument as error:
            checks.note(error)
            return None

    async def _checked(self, message: pb.Kind, checks: Checks) -> Kind | None:
        """A kind that makes sense, and that refers to kinds which are there; what is wrong with it is noted."""
        kind = checks.attempt(lambda: _read_kind(message))
        if kind is None:
            return None
        wrong = await self._core.check(lambda: check_kind(kind))
        if not wrong:
            known = self._kinds.gather(self._store, [kind])
            wrong = await self._core.check(lambda: check_kind(kind, known.__getitem__))
        if wrong:
            checks.note(refuse(mismatch_violations(wrong, "kind")))
            return None
        text = len(kind_text(message).encode())
        if text > _TEXT_BYTES:
            checks.note(invalid("kind", f"a text of at most {_TEXT_BYTES} bytes", f"{text} bytes"))
            return None
        return kind

    async def _kind(self, request: pb.MatchKindRequest, checks: Checks) -> Kind:
        if request.WhichOneof("kind") == "name":
            return self._kinds.get(self._store, read_reference(request.name))[1]
        read = await self._read(request, checks)
        checks.refuse()
        assert read is not None
        kind = await self._checked(read, checks)
        checks.refuse()
        assert kind is not None
        return kind

    async def _match_block(self, kind: Kind, block: str) -> Match:
        head = self._store.head(*read_reference(block, "block"))
        header = value_header(head)
        found = await self._gate.match_header(kind, header)
        if not found.matches:
            return found
        async with self._store.open_body(head) as body:
            mapped = body.map()
            return await self._gate.match_elements(kind, header, lambda: mapped.view(0, head.size))


def _read_kind(message: pb.Kind) -> Kind:
    size = message.ByteSize()
    if size > KIND_BYTES:
        raise invalid("kind", f"at most {KIND_BYTES} bytes", f"{size} bytes")
    return kind_from_message(message)


def _check_given(request: pb.MatchKindRequest | pb.ProposeKindRequest, which: str, expected: str) -> None:
    if request.WhichOneof(which) is None:
        raise invalid(which, expected, "neither")


def _info(document: Document) -> pb.KindInfo:
    kind = pb.Kind.FromString(document.content)
    return pb.KindInfo(
        name=str(document.name),
        version=document.version,
        create_time=timestamp(document.updated_at),
        kind=kind,
        text=kind_text(kind),
    )


def _response(found: Match) -> pb.MatchKindResponse:
    return pb.MatchKindResponse(
        matches=found.matches,
        bindings=[pb.Binding(symbol=symbol, size=size) for symbol, size in sorted(found.bindings.items())],
        mismatches=[pb.Mismatch(field=m.field, expected=m.expected, found=m.found) for m in found.mismatches],
    )
