"""A look at a value: as much as fits a screen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np
import scipy.sparse

from jazz._show import size
from jazz.convert import MissingPackage, from_value
from jazz.errors import InvalidArgument
from jazz.values import Value

LINES: Final = 20
"""Rows, entries or fields that are shown."""

_TEXT: Final = 2000


def lines(value: Value, width: int) -> Iterator[str]:
    """A value in a few lines of at most about `width` characters.

    Frames look as in pandas where it is installed; labels that no usual form has place for are left out.
    """
    try:
        shown = from_value(value)
    except (InvalidArgument, MissingPackage):
        try:
            shown = from_value(value, to="numpy")
        except InvalidArgument as error:
            yield f"there is no form to show it in: {error.violations[0].found}"
            return
    yield from _lines(shown, width)


def _lines(value: Any, width: int) -> Iterator[str]:
    match value:
        case None:
            yield "null"
        case str():
            yield from _text(value, width)
        case bytes():
            yield from _bytes(value, width)
        case Mapping():
            yield from _table(value, width)
        case np.ndarray():
            yield from _array(value, width)
        case _ if scipy.sparse.issparse(value):
            yield from _sparse(value)
        case _ if hasattr(value, "columns"):
            yield from value.to_string(max_rows=LINES, line_width=width).splitlines()
        case _ if hasattr(value, "to_string"):
            yield from value.to_string(max_rows=LINES).splitlines()
        case _:
            yield from _text(repr(value), width)


def _text(text: str, width: int) -> Iterator[str]:
    shown = text[:_TEXT].splitlines() or [""]
    for line in shown[:LINES]:
        yield line if len(line) <= width else f"{line[: width - 3]}..."
    if len(text) > _TEXT or len(shown) > LINES:
        yield f"... {len(text)} characters"


def _bytes(data: bytes, width: int) -> Iterator[str]:
    """As text if they are readable, else as in a hex dump."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = "\0"
    if all(char.isprintable() or char in "\n\r\t" for char in text):
        yield from _text(text, width)
        return
    for start in range(0, min(len(data), 16 * 8), 16):
        row = data[start : start + 16]
        readable = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)
        yield f"{start:08x}  {row.hex(' '):<47}  {readable}"
    if len(data) > 16 * 8:
        yield f"... {size(len(data))}"


def _array(array: np.ndarray[Any, np.dtype[Any]], width: int) -> Iterator[str]:
    with np.printoptions(threshold=200, edgeitems=4, linewidth=max(width, 20)):
        yield from str(array).splitlines()


def _sparse(matrix: Any) -> Iterator[str]:
    entries = matrix.tocoo()
    for place in range(min(entries.nnz, LINES)):
        where = ", ".join(str(indices[place]) for indices in entries.coords)
        yield f"({where})  {entries.data[place]}"
    if entries.nnz > LINES:
        yield f"... {entries.nnz} stored entries"
    elif entries.nnz == 0:
        yield "no stored entries"


def _table(table: Mapping[str, object], width: int) -> Iterator[str]:
    for number, (name, item) in enumerate(table.items()):
        if number == LINES:
            yield f"... {len(table)} fields"
            return
        inner = list(_lines(item, width - 4))
        if len(inner) == 1 and len(name) + len(inner[0]) + 2 <= width:
            yield f"{name}: {inner[0]}"
            continue
        yield f"{name}:"
        for line in inner[:5]:
            yield f"    {line}"
        if len(inner) > 5:
            yield "    ..."
    if not table:
        yield "no fields"
