"""How a `jazz.Array` looks, in a terminal and in a notebook."""

from __future__ import annotations

import html
from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from jazz._array import Array

_FEW: Final = 6
"""So many labels, rows and columns are shown."""


def text(array: Array) -> str:
    """A line that says what it is, its elements if it is dense, and a line for each other part."""
    lines = [f"<Array {_heading(array)}>"]
    if not array.sparse:
        with np.printoptions(threshold=100):
            lines.append(repr(_elements(array)))
    return "\n".join([*lines, *(f"{name}: {part}" for name, part in _parts(array))])


def page(array: Array) -> str:
    """The same in HTML; of a dense array of one or two dimensions the first rows and columns with their labels."""
    parts = [f"<p><b>Array</b> {html.escape(_heading(array))}</p>"]
    if not array.sparse and 1 <= array.ndim <= 2:
        parts.append(_table(array))
    notes = "".join(
        f"<tr><th>{html.escape(name)}</th><td>{html.escape(part)}</td></tr>" for name, part in _parts(array)
    )
    return "".join([*parts, f"<table>{notes}</table>" if notes else ""])


def _heading(array: Array) -> str:
    sides = zip(array.dims, array.shape, strict=True)
    shape = ", ".join(f"{name}: {length}" if name else str(length) for name, length in sides)
    layout = f" {array.data.format}" if array.sparse else ""
    unit = f" in {array.unit}" if array.unit else ""
    return f"{_type(array)}[{shape}]{layout}{unit}"


def _type(array: Array) -> str:
    if array.categories is not None:
        return "ordered factor" if array.ordered else "factor"
    return "string" if array.dtype.kind in "UT" else str(array.dtype)


def _elements(array: Array) -> Any:
    return array.to_numpy() if array.categories is not None else array.data


def _parts(array: Array) -> Iterator[tuple[str, str]]:
    """What there is beside the elements, each with its name."""
    if array.sparse:
        missing = "" if array.missing is None else f", {int(array.missing.sum())} of them missing"
        yield "entries", f"{array.nnz} stored{missing}"
    if array.fill is not None:
        yield "fill", str(array.fill)
    if array.categories is not None:
        yield "categories", _listed(array.categories)
    for name, labels in array.labels.items():
        yield name, _listed(_plain(labels))


def _plain(labels: Any) -> Any:
    return _elements(labels) if isinstance(labels, Array) else labels


def _listed(vector: Any) -> str:
    shown = ", ".join(str(element) for element in vector[:_FEW])
    return f"{shown}, … ({len(vector)})" if len(vector) > _FEW else shown


def _table(array: Array) -> str:
    elements = _elements(array)
    elements = elements if array.ndim == 2 else elements[:, np.newaxis]
    rows, columns = (min(length, _FEW) for length in elements.shape)
    wide = array.labels.get(array.dims[1]) if array.ndim == 2 else None
    tall = array.labels.get(array.dims[0])
    lines = []
    if wide is not None:
        lines.append(f"<tr><th></th>{''.join(f'<th>{_cell(label)}</th>' for label in _plain(wide)[:columns])}</tr>")
    names = range(rows) if tall is None else _plain(tall)[:rows]
    for name, row in zip(names, elements, strict=False):
        cells = "".join(f"<td>{_cell(element)}</td>" for element in row[:columns])
        lines.append(f"<tr><th>{_cell(name)}</th>{cells}{'<td>…</td>' if len(row) > columns else ''}</tr>")
    if len(elements) > rows:
        lines.append("<tr><th>…</th></tr>")
    return f"<table>{''.join(lines)}</table>"


def _cell(element: Any) -> str:
    return html.escape(str(element))
