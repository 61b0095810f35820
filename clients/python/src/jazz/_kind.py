"""Kinds from what Python writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from jazz._names import invalid, name, text
from jazz.graph import Table, Type, to_message
from jazz.graph.types import EXPECTED_TYPE
from jazz.v1 import kinds_pb2


def kind(
    of: kinds_pb2.Kind | Type | Mapping[str, Type], *, extends: str | Sequence[str] = (), doc: str = ""
) -> kinds_pb2.Kind:
    """A kind: what values shall be.

    Args:
        of: A type such as `jazz.Csr["rows", 1024]`, or a dict from names of fields to types for tables with at least
            these fields. A kind is given back as it is, with what follows added.
        extends: Names of kinds whose fields it has as well.
        doc: What it is, in a few lines.

    Raises:
        InvalidArgument: It is none of these.

    >>> photo = jazz.kind({"image": jazz.Dense["h", "w", 3], "mask": jazz.Dense["h", "w"]}, doc="A photo and its mask.")
    >>> len(photo.type.table.fields)
    2
    """
    made = kinds_pb2.Kind()
    if isinstance(of, kinds_pb2.Kind):
        made.CopyFrom(of)
    elif isinstance(of, Mapping):
        made.type.CopyFrom(to_message(Table[of]))
    elif isinstance(of, Type):
        made.type.CopyFrom(to_message(of))
    else:
        raise invalid("kind", f"{EXPECTED_TYPE}, or a dict from names to such types", of)
    bases = [extends] if isinstance(extends, str) else extends
    made.extends.extend(kinds_pb2.KindReference(name=name(f"extends[{i}]", base)) for i, base in enumerate(bases))
    if doc:
        made.doc = text("doc", doc)
    return made
