"""Files of any other ending: bytes with their content type."""

from __future__ import annotations

import mimetypes
from pathlib import Path
from typing import Final

from jazz._files.errors import cannot_hold, described
from jazz.convert import from_value
from jazz.values import Tensor, Value

CONTENT_TYPE: Final = "content-type"
"""The attribute that says what bytes are."""


def read_bytes(path: Path) -> bytes:
    """All of it."""
    return path.read_bytes()


def content_type(path: Path) -> str:
    """What the ending of a file says that it is."""
    guessed, encoding = mimetypes.guess_type(path.name)
    if encoding is not None:
        return f"application/{encoding}"
    return guessed or "application/octet-stream"


def write_bytes(path: Path, value: Value, known: str) -> None:
    """One element of bytes or text as it is.

    Raises:
        FileFormatError: The value is anything else; `known` names the endings that may hold it.
    """
    if not isinstance(value, Tensor) or value.shape != () or not value.dtype.variable or value.missing:
        raise cannot_hold(path, f"one element of bytes or text, or one of the endings {known}", described(value))
    data = from_value(value, to="numpy").item()
    path.write_bytes(data.encode() if isinstance(data, str) else bytes(data))
