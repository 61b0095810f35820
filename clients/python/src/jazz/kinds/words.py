"""The words of the text form, and what can be written without quotes."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Final

REFERENCE: Final = re.compile(r"[a-z][a-z0-9_-]*(?:/[\w.+-]+)+(?:@[0-9]+)?")
"""Names of kinds that need no quotes."""

ZONE: Final = re.compile(r"[A-Za-z0-9_+:/-]+")
"""Time zones that need no quotes."""

UNIT: Final = re.compile(r"[^\s\"#,{}\[\]]+")
"""Units that need no quotes."""

TIME_UNITS: Final = ("s", "ms", "us", "ns")

_CONTROLS: Final = ("Cc", "Zl", "Zp")
"""Categories of characters that end lines or cannot be seen."""


def quoted(text: str) -> str:
    """A text in quotes, with JSON's escapes for what cannot be printed.

    >>> print(quoted('two "words"'))
    "two \\"words\\""
    """
    characters = (
        c if c.isprintable() or c == " " else json.dumps(c)[1:-1] for c in json.dumps(text, ensure_ascii=False)
    )
    return "".join(characters)


def bare_or_quoted(text: str, bare: re.Pattern[str]) -> str:
    """The text as it is where that can be read, else in quotes."""
    return text if bare.fullmatch(text) else quoted(text)


def name_text(name: str) -> str:
    """The name of a field: an identifier as it is, anything else in quotes.

    >>> print(name_text("größe"), name_text("two words"))
    größe "two words"
    """
    return name if name.isidentifier() else quoted(name)


def is_line(text: str) -> bool:
    """Whether a text can stand behind a field: one line, no space around it."""
    return text == text.strip() and not any(unicodedata.category(c) in _CONTROLS for c in text)


def is_paragraph(text: str) -> bool:
    """Whether a text can stand above a kind: lines, none of them with space at its end, the outer ones not empty."""
    lines = text.split("\n")
    bounded = not text or (lines[0] != "" and lines[-1] != "")
    return bounded and all(line == line.rstrip() and is_line(line.strip()) for line in lines)
