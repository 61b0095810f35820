"""Texts changed and looked into by the names that pandas has: `x.str.upper()`, `x.str.contains("a")`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final, NoReturn, TypeAlias

from jazz.graph import settings
from jazz.graph.errors import tracing_error
from jazz.graph.foreign_arguments import OF_STRINGS, refusing
from jazz.graph.known import names_of_fields
from jazz.graph.node import Node, Operand
from jazz.graph.ops import strings
from jazz.graph.suggestions import CLOSE, OF_TEXTS

METHODS: Final = (
    "cat", "contains", "endswith", "len", "lower", "lstrip", "replace", "rstrip", "slice", "startswith", "strip",
    "upper",
)  # fmt: skip
"""The names of the methods of texts."""

Part: TypeAlias = slice
"""What `x.str[1:3]` is asked for; inside of `Texts` the name is that of a method."""

_SPECIAL: Final = re.compile(r"[\\.^$*+?{}\[\]|()]")
"""What is no text as it is where pandas takes it for a regular expression."""


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of a value of the pipeline, one by one: `x.str`. Of a factor they are those of its categories.

    What is looked for is a text as it is, or a value with one for each: pipelines have no regular expressions. `x + y`
    is texts behind each other.
    """

    node: Node

    def len(self) -> Node:
        """How many code points each has: `jazz.ops.str_len`."""
        return strings.str_len(self.node)

    def upper(self) -> Node:
        """In upper case: `jazz.ops.str_upper`."""
        return strings.str_upper(self.node)

    def lower(self) -> Node:
        """In lower case: `jazz.ops.str_lower`."""
        return strings.str_lower(self.node)

    @refusing(OF_STRINGS)
    def strip(self) -> Node:
        """Without white space at both ends: `jazz.ops.str_strip`."""
        return strings.str_strip(self.node)

    @refusing(OF_STRINGS)
    def lstrip(self) -> Node:
        """Without white space at the left end: `jazz.ops.str_strip`."""
        return strings.str_strip(self.node, "left")

    @refusing(OF_STRINGS)
    def rstrip(self) -> Node:
        """Without white space at the right end: `jazz.ops.str_strip`."""
        return strings.str_strip(self.node, "right")

    def slice(self, start: int | None = None, stop: int | None = None, step: int | None = None) -> Node:
        """The code points from `start` up to `stop`, also written `x.str[start:stop]`: `jazz.ops.str_slice`.

        Raises:
            TracingError: A bound is no integer, or the step is none, or another one than 1.
        """
        if step is not None and settings.integer("step", step) != 1:
            raise tracing_error("step", "1: each code point, in their order", repr(step))
        return strings.str_slice(self.node, start, stop)

    def __getitem__(self, part: Part) -> Node:
        """The code points that a slice has."""
        if not isinstance(part, slice):
            raise tracing_error("part", "a slice of each text, such as x.str[:1] for the first code point", repr(part))
        return self.slice(part.start, part.stop, part.step)

    @refusing(OF_STRINGS)
    def startswith(self, pat: Operand) -> Node:
        """Whether they start with a text: `jazz.ops.str_startswith`."""
        return strings.str_startswith(self.node, _one("pat", pat))

    @refusing(OF_STRINGS)
    def endswith(self, pat: Operand) -> Node:
        """Whether they end with a text: `jazz.ops.str_endswith`."""
        return strings.str_endswith(self.node, _one("pat", pat))

    @refusing(OF_STRINGS)
    def contains(self, pat: Operand, *, regex: bool | None = None) -> Node:
        """Whether a text is anywhere in them: `jazz.ops.str_contains`.

        Args:
            pat: The text, as it is.
            regex: False. It has to be said where pandas would take the text for a regular expression.

        Raises:
            TracingError: It is to be a regular expression, or might be meant as one.
        """
        if regex is None and isinstance(pat, str) and _SPECIAL.search(pat):
            raise tracing_error("regex", "False, since pandas takes this text for a regular expression", repr(pat))
        _refuse_expressions(regex)
        return strings.str_contains(self.node, _one("pat", pat))

    @refusing(OF_STRINGS)
    def replace(self, pat: Operand, repl: Operand, *, regex: bool = False) -> Node:
        """With a new text in the place of each occurrence of an old one: `jazz.ops.str_replace`."""
        _refuse_expressions(regex)
        return strings.str_replace(self.node, _one("pat", pat), _one("repl", repl))

    @refusing(OF_STRINGS)
    def cat(self, others: Operand, sep: str = "") -> Node:
        """With those of another value behind them, and something between: `x + sep + others`."""
        if not isinstance(sep, str):
            raise tracing_error("sep", "a text", repr(sep))
        return (self.node + sep if sep else self.node) + _one("others", others)

    def __getattr__(self, name: str) -> NoReturn:
        instead = "" if name.startswith("_") else f"; {_instead_of(name)}"
        raise AttributeError(f"texts have no {name}{instead}")


def texts_of(node: Node) -> Texts:
    """The texts of a value, which is not known to be a table.

    Raises:
        AttributeError: It is.
    """
    if names_of_fields(node._source) is not None:
        raise AttributeError("str")  # of which `Traced` says what to write
    return Texts(node)


def _one(name: str, value: Operand) -> Operand:
    """One text, or a value with one for each: several might be meant as alternatives."""
    if isinstance(value, list | tuple | set | frozenset | dict | re.Pattern) or callable(value):
        raise tracing_error(name, "a text, or a value of the pipeline with one for each", repr(value))
    return value


def _refuse_expressions(regex: object) -> None:
    if regex not in (None, False):
        raise tracing_error("regex", "False, since pipelines have no regular expressions", repr(regex))


def _instead_of(name: str) -> str:
    """What to write for a method of this name."""
    if name in OF_TEXTS:
        return f"use {OF_TEXTS[name]}"
    return f"they have {', '.join(get_close_matches(name, METHODS, n=2, cutoff=CLOSE) or METHODS)}"
