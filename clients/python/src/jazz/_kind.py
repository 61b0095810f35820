"""Kinds from what Python writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jazz import _show
from jazz._names import invalid, name, text
from jazz.graph import Table, Type, from_message, to_message
from jazz.graph.types import EXPECTED_TYPE, TableType
from jazz.v1 import kinds_pb2


@dataclass(frozen=True, slots=True, repr=False)
class Kind:
    """What values shall be; made by `jazz.kind`, stored by `db.kinds.put`.

    Attributes:
        type: Their type.
        extends: Names of kinds whose fields they have as well.
        doc: What they are, in a few lines.
    """

    type: Type
    extends: tuple[str, ...] = ()
    doc: str = ""

    @property
    def message(self) -> kinds_pb2.Kind:
        """The kind as a message of the contract."""
        extends = [kinds_pb2.KindReference(name=base) for base in self.extends]
        return kinds_pb2.Kind(type=to_message(self.type), extends=extends, doc=self.doc)

    @property
    def rows(self) -> list[tuple[str, object]]:
        """What it says, in rows for people: names and words."""
        rows: list[tuple[str, object]] = [("extends", ", ".join(self.extends))]
        if isinstance(self.type, TableType):
            rows += [(f"field {field.name}", _field_text(field.type, field.optional)) for field in self.type.fields]
            rows.append(("other fields", "refused" if self.type.is_closed else "allowed"))
        else:
            rows.append(("type", repr(self.type)))
        return [*rows, ("about", self.doc)]

    def __repr__(self) -> str:
        extends = f", extends={list(self.extends)!r}" if self.extends else ""
        return f"jazz.kind({self.type!r}{extends}" + (f", doc={self.doc!r})" if self.doc else ")")

    def _repr_html_(self) -> str:
        return _show.html_table("kind", self.rows)


def _field_text(type_: Type, optional: bool) -> str:
    return f"{type_!r}{', may be absent' if optional else ''}"


def kind(of: Kind | Type | Mapping[str, Type], *, extends: str | Sequence[str] = (), doc: str = "") -> Kind:
    """A kind: what values shall be.

    Args:
        of: A type such as `jazz.Csr["rows", 1024]`, or a dict from names of fields to types for tables with at least
            these fields. A kind is given back as it is, with what follows added.
        extends: Names of kinds whose fields it has as well.
        doc: What it is, in a few lines.

    Raises:
        InvalidArgument: It is none of these.

    >>> jazz.kind({"image": jazz.Dense["h", "w", 3], "label": jazz.Dense[str, ()]}, doc="A photo.")
    jazz.kind(jazz.Table[{'image': jazz.Dense['h', 'w', 3], 'label': jazz.Dense[str, ()]}], doc='A photo.')
    """
    bases = [extends] if isinstance(extends, str) else extends
    added = tuple(name(f"extends[{index}]", base) for index, base in enumerate(bases))
    about = text("doc", doc)
    if isinstance(of, Kind):
        return Kind(of.type, of.extends + added, about or of.doc)
    if isinstance(of, Mapping):
        return Kind(Table[of], added, about)
    if isinstance(of, Type):
        return Kind(of, added, about)
    raise invalid("kind", f"{EXPECTED_TYPE}, or a dict from names to such types", of)


def kind_from_message(message: kinds_pb2.Kind) -> Kind:
    """The kind for a message of the contract."""
    return Kind(from_message(message.type), tuple(base.name for base in message.extends), message.doc)
