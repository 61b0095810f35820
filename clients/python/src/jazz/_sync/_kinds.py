"""Kinds: named, versioned types."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from jazz._bodies import encoded
from jazz._infos import KindInfo, Match, kind_info, match
from jazz._kind import Kind, is_reference, proposed_kind
from jazz._kind import kind as made_kind
from jazz._names import if_version as checked_if_version
from jazz._names import name as checked_name
from jazz._names import request_id, text, versioned
from jazz._slices import Ref
from jazz._sync._calls import Calls
from jazz.graph import Type
from jazz.v1 import kinds_pb2


class Kinds:
    """What a database does with kinds: `db.kinds`."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    def put(
        self,
        name: str,
        kind: Kind | Type | Mapping[str, Type | str] | str,
        *,
        if_version: int | None = None,
        timeout: float | None = None,
    ) -> KindInfo:
        """Store a kind, or a new version of it.

        Args:
            name: `space/name`.
            kind: What `jazz.kind` gives or takes: the text of a kind, a type, or a dict of types. Kinds that it refers
                to are those versions that are the latest now.
            if_version: The version that must be the latest one now; 0 for "must not exist".
            timeout: Seconds that it may take.

        Raises:
            InvalidArgument: The name or the kind is not valid.
            VersionConflict: `if_version` is not the latest version.

        >>> db.kinds.put("lab/photo", {"image": jazz.Dense["h", "w", 3], "mask": jazz.Dense["h", "w"]})
        <KindInfo lab/photo@...: {image: any[h, w, 3] dense, mask: any[h, w] dense, ...}>
        >>> print(db.kinds.put("lab/signal", "float32[samples] in mV from -5 to 5").text)
        float32[samples] in mV from -5 to 5
        """
        request = kinds_pb2.PutKindRequest(
            name=checked_name("name", name),
            kind=made_kind(kind).message,
            if_version=checked_if_version(if_version),
            request_id=request_id(),
        )
        answer = self._calls.unary("Kinds/PutKind", request, kinds_pb2.PutKindResponse, timeout, repeatable=True)
        return kind_info(answer.info)

    def get(self, name: str, *, version: int | None = None, timeout: float | None = None) -> KindInfo:
        """A kind.

        Raises:
            NotFound: There is none of that name, or no such version.
        """
        request = kinds_pb2.GetKindRequest(name=versioned("name", name, version))
        answer = self._calls.unary("Kinds/GetKind", request, kinds_pb2.GetKindResponse, timeout, repeatable=True)
        return kind_info(answer.info)

    def list(self, prefix: str, *, timeout: float | None = None) -> Iterator[KindInfo]:
        """The kinds of a space (`space`, or `space/prefix`), in the order of the bytes of their names."""
        return self._listed(kinds_pb2.ListKindsRequest(prefix=text("prefix", prefix)), timeout)

    def _listed(self, request: kinds_pb2.ListKindsRequest, timeout: object) -> Iterator[KindInfo]:
        while True:
            page = self._calls.unary("Kinds/ListKinds", request, kinds_pb2.ListKindsResponse, timeout, repeatable=True)
            for stored in page.kinds:
                yield kind_info(stored)
            request.page_token = page.next_page_token
            if not request.page_token:
                return

    def delete(
        self, name: str, *, version: int | None = None, if_version: int | None = None, timeout: float | None = None
    ) -> None:
        """Delete a kind with all its versions, or one of them.

        Raises:
            NotFound: There is none of that name, or no such version.
            VersionConflict: `if_version` is not the latest version.
            FailedPrecondition: Spaces, pipelines or other kinds require it; says which.
        """
        request = kinds_pb2.DeleteKindRequest(
            name=versioned("name", name, version), if_version=checked_if_version(if_version)
        )
        self._calls.unary("Kinds/DeleteKind", request, kinds_pb2.DeleteKindResponse, timeout, repeatable=False)

    def match(
        self,
        kind: str | Kind | Type | Mapping[str, Type | str],
        value: object,
        *,
        timeout: float | None = None,
    ) -> Match:
        """Whether a value is of a kind: the dimensions that it binds, or every reason why not.

        Args:
            kind: A stored one, `space/name` or `space/name@version`, or what `jazz.kind` gives or takes.
            value: A handle or `jazz.ref(...)` for a stored block; anything else is matched itself. Its elements stay
                here then, so that rules on them (minimum, maximum) are not checked.
            timeout: Seconds that it may take.

        Raises:
            NotFound: There is no such kind or block.

        >>> db.kinds.match({"image": jazz.Dense["h", "w", 3]}, {"image": np.zeros((4, 5, 3))}).bindings["w"]
        5
        >>> bool(db.kinds.match(jazz.Dense["n"], np.zeros((2, 2))))
        False
        """
        request = kinds_pb2.MatchKindRequest()
        if isinstance(kind, str) and is_reference(kind):
            request.name = checked_name("kind", kind)
        else:
            request.inline.CopyFrom(made_kind(kind).message)
        if isinstance(value, Ref):
            request.block = value._whole_name("value")
        else:
            request.header.CopyFrom(encoded("value", value).header)
        answer = self._calls.unary("Kinds/MatchKind", request, kinds_pb2.MatchKindResponse, timeout, repeatable=True)
        return match(answer)

    def propose(self, value: object, *, timeout: float | None = None) -> Kind:
        """A kind that a value is of, which a person then edits; its type is one for inputs (see `jazz.kind_of`).

        Args:
            value: The name of a stored block, a handle or `jazz.ref(...)`: its header is enough, its data stays there.
            timeout: Seconds that it may take.

        Raises:
            NotFound: There is no such block.

        >>> _ = db.put("lab/scan", {"image": np.zeros((12, 16, 3), "uint8"), "mask": np.zeros((12, 16), bool)})
        >>> print(db.kinds.propose("lab/scan"))
        {
          image: uint8[rows, columns, 3]
          mask: bool[rows, columns]
          ...
        }
        """
        request = kinds_pb2.ProposeKindRequest()
        if isinstance(value, Ref):
            request.block = value._whole_name("value")
        else:
            request.block = checked_name("value", value)
        answer = self._calls.unary(
            "Kinds/ProposeKind", request, kinds_pb2.ProposeKindResponse, timeout, repeatable=True
        )
        return proposed_kind(answer.kind)
