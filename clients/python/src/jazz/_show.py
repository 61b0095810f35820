"""How things look: sizes, times, tables in notebooks, types in words."""

from __future__ import annotations

import datetime
import html
from collections.abc import Iterable, Mapping

from jazz.graph.types import from_message
from jazz.v1 import kinds_pb2, value_pb2

_FEW = 4
"""So many things are named one by one."""
_UNITS = ("B", "kB", "MB", "GB", "TB", "PB", "EB")


def size(count: int) -> str:
    """A number of bytes for people, in powers of 1000.

    >>> size(999), size(4_200_000)
    ('999 B', '4.2 MB')
    """
    amount = float(count)
    for unit in _UNITS:
        if amount < 999.95 or unit == _UNITS[-1]:
            return f"{count} B" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    raise AssertionError("the last unit takes everything")


def moment(when: datetime.datetime | None) -> str:
    """A time for people, in their own zone, or nothing."""
    return "" if when is None else when.astimezone().strftime("%Y-%m-%d %H:%M:%S %z")


def pairs(mapping: Mapping[str, object]) -> str:
    """A mapping in a line."""
    return ", ".join(f"{key}={value}" for key, value in mapping.items())


def sources(blocks: Mapping[str, str]) -> str:
    """Which inputs come from which blocks, in a line; many inputs from blocks of one folder are named together.

    >>> sources({"x": "lab/x@2", "w": "net/w@3"})
    'x from lab/x@2, w from net/w@3'
    >>> sources({"x": "lab/x@2"} | {f"w{n:03}": f"net/w{n:03}@{n}" for n in range(120)})
    'x from lab/x@2, w000 … w119 (120) from net/…'
    """
    if len(blocks) <= _FEW:
        return ", ".join(f"{name} from {block}" for name, block in blocks.items())
    folders: dict[str, list[str]] = {}
    for name, block in blocks.items():
        folders.setdefault(block.rpartition("/")[0], []).append(name)
    told = [
        f"{names[0]} from {blocks[names[0]]}"
        if len(names) == 1
        else f"{names[0]} … {names[-1]} ({len(names)}) from {folder}/…"
        for folder, names in folders.items()
    ]
    return ", ".join(told[:_FEW] + ([f"and {len(told) - _FEW} more"] if len(told) > _FEW else []))


def html_table(title: str, rows: Iterable[tuple[str, object]]) -> str:
    """Names and values as an HTML table, all text escaped; rows without a value are left out."""
    cells = "".join(
        f'<tr><th style="text-align:left">{html.escape(name)}</th>'
        f'<td style="text-align:left">{html.escape(str(value))}</td></tr>'
        for name, value in rows
        if value is not None and value != ""
    )
    return (
        f'<table><caption style="text-align:left"><b>{html.escape(title)}</b></caption><tbody>{cells}</tbody></table>'
    )


def element_type(element: value_pb2.ElementType) -> str:
    """An element type, such as "float32" or "timestamp[ns, UTC]"."""
    name = value_pb2.DataType.Name(element.data_type).removeprefix("DATA_TYPE_").lower()
    unit = {1: "s", 2: "ms", 3: "us", 4: "ns"}.get(element.time_unit)
    inside = ", ".join(part for part in (unit, element.time_zone) if part)
    return f"{'ordered ' if element.ordered else ''}{name}{f'[{inside}]' if inside else ''}"


def layout_name(layout: value_pb2.Layout) -> str:
    """A layout, such as "csr"."""
    return value_pb2.Layout.Name(layout).removeprefix("LAYOUT_").lower()


def type_text(kind: kinds_pb2.Type) -> str:
    """A type as it is written in Python, such as "jazz.Csr['rows', 1024]"."""
    return repr(from_message(kind))
