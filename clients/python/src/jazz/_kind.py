"""Kinds from what Python writes."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from jazz import _show
from jazz._bodies import encoded
from jazz._names import invalid, name, text
from jazz.errors import InvalidArgument
from jazz.graph import FieldType, Table, TracingError, Type, from_message, to_message
from jazz.graph.types import EXPECTED_TYPE, TableType
from jazz.kinds import kind_text, parse_kind, proposed
from jazz.kinds.words import is_paragraph
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
    def text(self) -> str:
        """The kind as people write it; `jazz.kind` reads it again.

        >>> print(jazz.kind({"image": "uint8[h, w, 3]"}, doc="A photo.").text)
        # A photo.
        {
          image: uint8[h, w, 3]
          ...
        }
        """
        return kind_text(self.message)

    @property
    def rows(self) -> list[tuple[str, object]]:
        """What it says, in rows for people: names and words."""
        rows: list[tuple[str, object]] = [("extends", ", ".join(self.extends))]
        if isinstance(self.type, TableType):
            rows += [(f"field {field.name}", _field_text(field)) for field in self.type.fields]
            rows.append(("other fields", "refused" if self.type.is_closed else "allowed"))
        else:
            rows.append(("type", str(self.type)))
        return [*rows, ("about", self.doc)]

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        extends = f", extends={list(self.extends)!r}" if self.extends else ""
        return f"jazz.kind({self.type!r}{extends}" + (f", doc={self.doc!r})" if self.doc else ")")

    def _repr_html_(self) -> str:
        return _show.html_table("kind", self.rows)


def _field_text(field: FieldType) -> str:
    return f"{field.type}{', may be absent' if field.optional else ''}{f': {field.doc}' if field.doc else ''}"


def kind(of: Kind | Type | Mapping[str, Type | str] | str, *, extends: str | Sequence[str] = (), doc: str = "") -> Kind:
    """A kind: what values shall be.

    Args:
        of: The text of a kind (see `jazz.kinds`); a type such as `jazz.Csr["rows", 1024]`; or a dict from names of
            fields to types or their texts, for tables with at least these fields. A kind is given back as it is, with
            what follows added.
        extends: Names of kinds whose fields it has as well.
        doc: What it is, in a few lines; space around them and common to them goes, as in docstrings.

    Raises:
        InvalidArgument: It is none of these, or a text that cannot be read; names line and column.

    >>> jazz.kind({"image": jazz.Dense["h", "w", 3], "label": jazz.Dense[str, ()]}, doc="A photo.")
    jazz.kind(jazz.Table[{'image': jazz.Dense['h', 'w', 3], 'label': jazz.Dense[str, ()]}], doc='A photo.')
    >>> print(jazz.kind("extends lab/record {image: uint8[h,w,3], mask?: bool[h,w]}"))
    extends lab/record {
      image: uint8[h, w, 3]
      mask?: bool[h, w]
      ...
    }
    """
    bases = [extends] if isinstance(extends, str) else extends
    added = tuple(name(f"extends[{index}]", base) for index, base in enumerate(bases))
    about = inspect.cleandoc(text("doc", doc))
    if not is_paragraph(about):
        raise invalid("doc", "lines without control characters and without space at their ends", doc)
    if isinstance(of, str):
        of = kind_from_message(parse_kind(text("kind", of)))
    if isinstance(of, Kind):
        return Kind(of.type, of.extends + added, about or of.doc)
    if isinstance(of, Mapping):
        try:
            return Kind(Table[of], added, about)
        except TracingError as error:
            raise InvalidArgument("the argument 'kind' is not valid", violations=error.violations) from error
    if isinstance(of, Type):
        return Kind(of, added, about)
    raise invalid("kind", f"{EXPECTED_TYPE}, the text of a kind, or a dict from names to types or texts", of)


def kind_of(value: object) -> Kind:
    """A kind that a value is of: a proposal, which a person then edits.

    Types, layouts of sparse tensors, units and whether something is missing are those of the value. Dimensions along
    the same axis have a symbol named after it, and so have those with which fields beside each other begin alike; see
    `jazz.kinds.propose`. Its type is one for inputs of pipelines: of two tables, each has lengths of its own. Needs no
    server.

    Raises:
        InvalidArgument: It cannot be stored.

    >>> print(jazz.kind_of({"image": np.zeros((12, 16, 3), "uint8"), "mask": np.zeros((12, 16), bool)}))
    {
      image: uint8[rows, columns, 3]
      mask: bool[rows, columns]
      ...
    }
    """
    return proposed_kind(proposed(encoded("value", value).header))


def is_reference(written: str) -> bool:
    """Whether a text is no more than the name of a stored kind."""
    return "/" in written and not any(sign in written for sign in '{["\n#')


def kind_from_message(message: kinds_pb2.Kind) -> Kind:
    """The kind for a message of the contract."""
    return Kind(from_message(message.type), tuple(base.name for base in message.extends), message.doc)


def proposed_kind(message: kinds_pb2.Kind) -> Kind:
    """The kind for a message that proposes one: what two such tables call alike need not be of one length."""
    kind = kind_from_message(message)
    return replace(kind, type=replace(kind.type, own_symbols=True)) if isinstance(kind.type, TableType) else kind
