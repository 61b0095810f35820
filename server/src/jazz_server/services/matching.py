"""Stored kinds, and whether what is to be stored is of them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from jazz.codec import decode
from jazz.errors import error_for
from jazz.v1 import kinds_pb2, value_pb2
from jazz_server.kinds.elements import match_value
from jazz_server.kinds.match import Match, match
from jazz_server.kinds.types import Kind, TableType, TensorType, Type
from jazz_server.pipelines.messages import kind_from_message
from jazz_server.services.core import Core
from jazz_server.services.errors import mismatch_violations
from jazz_server.services.headers import header_type
from jazz_server.services.names import Reference, read_reference
from jazz_server.store.bodies import MappedBody
from jazz_server.store.errors import DocumentNotFound, SpaceNotFound, StoreError, VersionNotFound
from jazz_server.store.reader import Reader
from jazz_server.store.records import Document, Noun

_KINDS_KEPT = 1000

View = Callable[[], MappedBody | memoryview]
"""Gives the body of a value, for rules about its elements."""


class StoredKinds:
    """Reads stored kinds. Versions never change, so that what was read is kept."""

    def __init__(self) -> None:
        self._read: OrderedDict[tuple[str, int], Kind] = OrderedDict()

    def get(self, reader: Reader, reference: Reference) -> tuple[str, Kind]:
        """A kind with its full name, `space/name@version`.

        Raises:
            jazz.errors.NotFound: There is none.
        """
        name, version = reference
        document = reader.get_document(Noun.KIND, name, version)
        return f"{document.name}@{document.version}", self.of(document)

    def of(self, document: Document) -> Kind:
        """The kind in a document."""
        key = (str(document.name), document.version)
        kind = self._read.get(key)
        if kind is None:
            kind = kind_from_message(kinds_pb2.Kind.FromString(document.content))
            self._read[key] = kind
            if len(self._read) > _KINDS_KEPT:
                self._read.popitem(last=False)
        return kind

    def resolver(self, reader: Reader) -> Callable[[str], Kind]:
        """Looks kinds up by name, as the type system asks for it."""

        def resolve(name: str) -> Kind:
            try:
                return self.get(reader, read_reference(name))[1]
            except (DocumentNotFound, VersionNotFound, SpaceNotFound) as error:
                raise LookupError(name) from error

        return resolve


class KindGate:
    """What every value has to pass on its way into a space."""

    def __init__(self, core: Core, kinds: StoredKinds) -> None:
        self._core = core
        self._kinds = kinds

    async def admit(self, space: str, asked: str, header: value_pb2.Value, view: View, field: str = "header") -> str:
        """Match a value with the kind asked for and the one of the space; gives the full name of the kind it is put with.

        Raises:
            jazz.errors.KindMismatch: It is not of that kind; says every reason.
            jazz.errors.NotFound: There is no such kind.
        """
        required = self._required(space)
        names = []
        for reference, where in ((asked, f"{field}.kind"), (required, "space.kind")):
            if reference:
                full, kind = self._kinds.get(self._core.store, read_reference(reference, where))
                names.append(full)
                await self._check(full, kind, header, view, f"{field}.value")
        return names[0] if names else ""

    def _required(self, space: str) -> str:
        try:
            return self._core.store.get_space(space).settings.kind or ""
        except SpaceNotFound:
            return ""

    async def _check(self, name: str, kind: Kind, header: value_pb2.Value, view: View, field: str) -> None:
        found = await self.match(kind, header, view)
        if not found.matches:
            violations = mismatch_violations(found.mismatches, field)
            raise error_for(
                "KIND_MISMATCH", f"the value is not of the kind {name}", metadata={"kind": name}, violations=violations
            )

    async def match(self, kind: Kind, header: value_pb2.Value, view: View | None) -> Match:
        """Match a value; its elements only if the kind has rules about them and there is a body."""
        resolve = self._kinds.resolver(self._core.store)
        found = match(kind, header_type(header), resolve)
        if view is None or not found.matches or not _has_rules(kind, resolve):
            return found
        return await self._core.work(lambda: match_value(kind, decode(header, view()), resolve))


def _has_rules(kind: Kind, resolve: Callable[[str], Kind]) -> bool:
    """Whether a kind says something about elements: cautiously yes where it refers to others."""
    return bool(kind.extends) or _type_has_rules(kind.type)


def _type_has_rules(type_: Type) -> bool:
    match type_:
        case TensorType():
            return type_.minimum is not None or type_.maximum is not None
        case TableType():
            return any(_type_has_rules(field.type) for field in type_.fields)
        case _:
            return hasattr(type_, "name")
