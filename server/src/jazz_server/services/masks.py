"""Field masks of updates, by AIP-134."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from google.protobuf.field_mask_pb2 import FieldMask

from jazz.errors import Violation
from jazz_server.services.errors import invalid, refuse


def masked(mask: FieldMask, given: Any, fields: Collection[str]) -> set[str]:
    """The fields to change: those in the mask, all of `fields` for "*", those that are given for an empty mask.

    Raises:
        jazz.errors.InvalidArgument: The mask has other paths, or there is nothing to change.
    """
    if not mask.paths:
        found = {field.name for field, _ in given.ListFields()} & set(fields)
        if not found:
            raise invalid("update_mask", f"something to change, of {', '.join(fields)}", "nothing")
        return found
    if list(mask.paths) == ["*"]:
        return set(fields)
    expected = f"one of {', '.join(fields)}"
    unknown = [
        Violation(f"update_mask.paths[{position}]", expected, repr(path))
        for position, path in enumerate(mask.paths)
        if path not in fields
    ]
    if unknown:
        raise refuse(unknown)
    return set(mask.paths)
