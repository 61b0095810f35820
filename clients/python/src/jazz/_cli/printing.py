"""What commands print: lines for people, as wide as the terminal, or JSON for programs."""

from __future__ import annotations

import base64
import datetime
import json
import sys
from collections.abc import Mapping
from typing import Any, TextIO

import numpy as np
import scipy.sparse
import typer
from rich.console import Console
from rich.text import Text


def width() -> int:
    """The width to print in: the terminal's; 120 where standard output is none."""
    return Console().width if on_terminal() else 120


def on_terminal() -> bool:
    """Whether standard output is a terminal; it is None where it was closed before the command began."""
    out: TextIO | None = sys.stdout
    return out is not None and out.isatty()


def error_console() -> Console:
    """Standard error."""
    return Console(stderr=True, soft_wrap=True)


def say(text: str) -> None:
    """A line on standard output as it is."""
    typer.echo(text)


def say_coloured(text: str) -> None:
    """A line on standard output with its colours, as many of them as the terminal has."""
    if on_terminal():
        Console(soft_wrap=True).print(Text.from_ansi(text), highlight=False)
    else:
        say(text)


def note(text: str) -> None:
    """A line on standard error for people: what a program does not want to read."""
    error_console().print(text, markup=False, highlight=False, style="dim")


def say_json(value: object) -> None:
    """A value on standard output as one line of JSON."""
    typer.echo(json.dumps(jsonable(value), ensure_ascii=False, allow_nan=False))


def jsonable(value: Any) -> Any:
    """What JSON can hold of a value: arrays as nested lists, sparse matrices by their entries, bytes in base64, times
    in ISO 8601, NaN and infinities as texts, missing elements as null.
    """
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if np.isfinite(value) else str(value)
        case bytes():
            return base64.b64encode(value).decode()
        case datetime.datetime() | datetime.date():
            return value.isoformat()
        case datetime.timedelta():
            return value.total_seconds()
        case Mapping():
            return {str(key): jsonable(item) for key, item in value.items()}
        case np.ma.MaskedArray():
            return jsonable(value.tolist())
        case np.datetime64() | np.timedelta64():
            return None if np.isnat(value) else str(value)
        case complex():
            return [jsonable(value.real), jsonable(value.imag)]
        case np.generic():
            return jsonable(value.item())
        case np.ndarray():
            if value.dtype.kind in "mM":
                texts = np.array([jsonable(item) for item in value.ravel()], object)
                return texts.reshape(value.shape).tolist()
            return jsonable(value.tolist())
        case list() | tuple():
            return [jsonable(item) for item in value]
        case _ if scipy.sparse.issparse(value):
            entries = value.tocoo()
            return {
                "shape": list(entries.shape),
                "coordinates": [indices.tolist() for indices in entries.coords],
                "values": jsonable(entries.data),
            }
        case _:
            return str(value)
