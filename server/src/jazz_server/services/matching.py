"""Stored kinds, and whether what is to be stored is of them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass

from jazz.codec import decode
from jazz.errors import error_for
from jazz.v1 import kinds_pb2, value_pb2
from jazz_server.kinds.elements import match_value
from jazz_server.kinds.match import Match, match
from jazz_server.kinds.references import references
from jazz_server.kinds.types import Kind, KindReference, TableType, TensorType, Type
from jazz_server.pipelines.messages import kind_from_message
from jazz_server.services.core import Core
from jazz_server.services.errors import mismatch_violations
from jazz_server.services.headers import header_type
from jazz_server.services.names import Reference, read_reference
from jazz_server.store import Document, Noun, Snapshot, Store
from jazz_server.store.errors import DocumentNotFound, SpaceNotFound, VersionNotFound

_KINDS_KEPT = 1000

Reads = Store | Snapshot
"""Where names are looked up: now, or at one point in time."""

View = Callable[[], memoryview]
"""Gives the body of a value; called in a worker thread."""


class StoredKinds:
    """Reads stored kinds. Versions never change, so that what was read is kept."""

    def __init__(self) -> None:
        self._read: OrderedDict[tuple[str, int], Kind] = OrderedDict()

    def get(self, reader: Reads, reference: Reference) -> tuple[str, Kind]:
        """A kind with its full name, `space/name@version`.

        Raises:
            jazz.errors.NotFound: There is none.
        """
        name, version = reference
        document = reader.get_document(Noun.KIND, name, version)
        return f"{document.name}@{document.version}", self.of(document)

    def full_name(self, reader: Reads, reference: str, field: str = "kind") -> str:
        """The name of a kind with the version that it is in now, or that it says.

        Raises:
            jazz.errors.NotFound: There is none.
        """
        return self.get(reader, read_reference(reference, field))[0]

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

    def gather(self, reader: Reads, parts: Iterable[Kind | Type]) -> dict[str, Kind]:
        """All stored kinds that are referred to, at any depth: for a thread, which must not touch the store."""
        read: dict[str, Kind] = {}
        resolve = self.resolver(reader)
        asked = {name for part in parts for name in references(part)}
        left = list(asked)
        while left:
            name = left.pop()
            with suppress(LookupError):
                read[name] = resolve(name)
                more = set(references(read[name])) - asked
                asked |= more
                left.extend(more)
        return read

    def resolver(self, reader: Reads) -> Callable[[str], Kind]:
        """Looks kinds up by name, as the type system asks for it."""

        def resolve(name: str) -> Kind:
            try:
                return self.get(reader, read_reference(name))[1]
            except (DocumentNotFound, VersionNotFound, SpaceNotFound) as error:
                raise LookupError(name) from error

        return resolve


@dataclass(frozen=True, slots=True)
class Admission:
    """A value whose header is of the kinds asked for.

    Attributes:
        kind: The full name of the kind that it is put with; "" for none.
        required: The kind that the space asked for; "" for none.
        rules: The kinds that have rules about elements, with their full names.
    """

    kind: str = ""
    required: str = ""
    rules: tuple[tuple[str, Kind], ...] = ()


class KindGate:
    """What every value has to pass on its way into a space: first its header, then, if a kind says so, its elements."""

    def __init__(self, core: Core, kinds: StoredKinds) -> None:
        self._core = core
        self._kinds = kinds

    async def admit(self, space: str, asked: str, header: value_pb2.Value) -> Admission:
        """Match a header with the kind asked for and with the one of the space.

        Raises:
            jazz.errors.KindMismatch: It is not of that kind; says every reason.
            jazz.errors.NotFound: There is no such kind.
        """
        required = self._required(space)
        found = [
            self._kinds.get(self._core.store, read_reference(reference, field))
            for reference, field in [(asked, "kind"), (required, "space.settings.kind")]
            if reference
        ]
        for name, kind in found:
            _refuse(name, await self.match_header(kind, header))
        rules = tuple((name, kind) for name, kind in found if _has_rules(kind))
        return Admission(found[0][0] if found else "", required, rules)

    async def check_elements(self, admission: Admission, header: value_pb2.Value, view: View) -> None:
        """Match the elements of an admitted value, in a worker thread.

        Raises:
            jazz.errors.KindMismatch: They break a rule.
        """
        for name, kind in admission.rules:
            _refuse(name, await self.match_elements(kind, header, view))

    async def match_header(self, kind: Kind, header: value_pb2.Value) -> Match:
        """Match a header, in the thread for checks."""
        kinds = self._kinds.gather(self._core.store, [kind])
        return await self._core.check(lambda: match(kind, header_type(header), kinds.__getitem__))

    async def match_elements(self, kind: Kind, header: value_pb2.Value, view: View) -> Match:
        """Match a whole value, in a worker thread."""
        kinds = self._kinds.gather(self._core.store, [kind])
        return await self._core.work(lambda: match_value(kind, decode(header, view()), kinds.__getitem__))

    def _required(self, space: str) -> str:
        try:
            return self._core.store.get_space(space).settings.kind or ""
        except SpaceNotFound:
            return ""


def _refuse(name: str, found: Match) -> None:
    if not found.matches:
        message = f"the value is not of the kind {name}"
        violations = mismatch_violations(found.mismatches)
        raise error_for("KIND_MISMATCH", message, metadata={"kind": name}, violations=violations)


def _has_rules(kind: Kind) -> bool:
    """Whether a kind may say something about elements: what it refers to is not looked at."""
    return bool(kind.extends) or _type_has_rules(kind.type)


def _type_has_rules(type_: Type) -> bool:
    match type_:
        case TensorType():
            return type_.minimum is not None or type_.maximum is not None
        case TableType():
            return any(_type_has_rules(field.type) for field in type_.fields)
        case _:
            return isinstance(type_, KindReference)
