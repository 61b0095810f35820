"""The service Kinds."""

from __future__ import annotations

from jazz.v1 import kinds_pb2 as pb
from jazz_server.kinds.check import check_kind
from jazz_server.kinds.match import Match
from jazz_server.kinds.types import Kind
from jazz_server.pipelines.messages import kind_from_message, kind_to_message
from jazz_server.services.checks import Checks
from jazz_server.services.core import Core
from jazz_server.services.errors import invalid, mismatch_violations, refuse
from jazz_server.services.headers import body_end
from jazz_server.services.infos import value_header
from jazz_server.services.matching import KindGate, StoredKinds
from jazz_server.services.names import read_name, read_prefix, read_reference
from jazz_server.services.puts import read_header
from jazz_server.services.requests import existing_version, precondition, remembered
from jazz_server.services.times import timestamp
from jazz_server.settings import KIND_BYTES
from jazz_server.store import Document, Noun


class Kinds:
    """Named, versioned types that values are matched with."""

    def __init__(self, core: Core, gate: KindGate, kinds: StoredKinds) -> None:
        self._store = core.store
        self._gate = gate
        self._kinds = kinds

    async def put_kind(self, request: pb.PutKindRequest, context: object) -> pb.PutKindResponse:
        """Store a kind, or a new version of it."""
        checks = Checks()
        name = checks.attempt(lambda: read_name(request.name))
        kind = checks.attempt(lambda: self._checked(request.kind))
        request_id = checks.attempt(lambda: remembered(request))
        checks.refuse()
        assert name is not None
        assert kind is not None
        content = kind_to_message(kind).SerializeToString(deterministic=True)
        document = await self._store.put_document(
            Noun.KIND, name, content, precondition=precondition(request), request=request_id
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
        return pb.ListKindsResponse(kinds=kinds, next_page_token=page.next_page_token)

    async def delete_kind(self, request: pb.DeleteKindRequest, context: object) -> pb.DeleteKindResponse:
        """Delete a kind with all its versions."""
        checks = Checks()
        name = checks.attempt(lambda: read_name(request.name))
        version = checks.attempt(lambda: existing_version(request))
        request_id = checks.attempt(lambda: remembered(request))
        checks.refuse()
        assert name is not None
        await self._store.delete_document(Noun.KIND, name, if_version=version, request=request_id)
        return pb.DeleteKindResponse()

    async def match_kind(self, request: pb.MatchKindRequest, context: object) -> pb.MatchKindResponse:
        """Say whether a value is of a kind."""
        checks = Checks()
        checks.attempt(lambda: _check_given(request, "kind", "name or inline"))
        checks.attempt(lambda: _check_given(request, "value", "block or header"))
        checks.refuse()
        kind = self._kind(request)
        if request.WhichOneof("value") == "header":
            read_header(request.header, body_end(request.header), checks)
            checks.refuse()
            return _response(self._gate.match_header(kind, request.header))
        return _response(await self._match_block(kind, request.block))

    def _checked(self, message: pb.Kind) -> Kind:
        """A kind that makes sense, and that refers to kinds which are there."""
        size = message.ByteSize()
        if size > KIND_BYTES:
            raise invalid("kind", f"at most {KIND_BYTES} bytes", f"{size} bytes")
        kind = kind_from_message(message)
        wrong = check_kind(kind, self._kinds.resolver(self._store))
        if wrong:
            raise refuse(mismatch_violations(wrong, "kind"))
        return kind

    def _kind(self, request: pb.MatchKindRequest) -> Kind:
        if request.WhichOneof("kind") == "inline":
            return self._checked(request.inline)
        return self._kinds.get(self._store, read_reference(request.name))[1]

    async def _match_block(self, kind: Kind, block: str) -> Match:
        head = self._store.head(*read_reference(block, "block"))
        header = value_header(head)
        found = self._gate.match_header(kind, header)
        if not found.matches:
            return found
        async with self._store.open_body(head) as body:
            mapped = body.map()
            return await self._gate.match_elements(kind, header, lambda: mapped.view(0, head.size))


def _check_given(request: pb.MatchKindRequest, which: str, expected: str) -> None:
    if request.WhichOneof(which) is None:
        raise invalid(which, expected, "neither")


def _info(document: Document) -> pb.KindInfo:
    return pb.KindInfo(
        name=str(document.name),
        version=document.version,
        create_time=timestamp(document.updated_at),
        kind=pb.Kind.FromString(document.content),
    )


def _response(found: Match) -> pb.MatchKindResponse:
    return pb.MatchKindResponse(
        matches=found.matches,
        bindings=[pb.Binding(symbol=symbol, size=size) for symbol, size in sorted(found.bindings.items())],
        mismatches=[pb.Mismatch(field=m.field, expected=m.expected, found=m.found) for m in found.mismatches],
    )
