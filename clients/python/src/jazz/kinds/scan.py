"""Reading a text from left to right, and saying where it is not what was expected."""

from __future__ import annotations

import json
import re
from typing import NoReturn

from jazz.errors import InvalidArgument, Violation

_SPACE = re.compile(r"[ \t\r]*")
_QUOTED = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_COMMENT = re.compile(r"#[^\n]*")
_SHOWN = 40


class Scanner:
    """A place in a text that moves on.

    Attributes:
        text: The text.
        at: The place, counted from 0.
    """

    def __init__(self, text: str, field: str) -> None:
        self.text = text
        self.at = 0
        self._field = field

    def fail(self, expected: str, found: str | None = None, at: int | None = None) -> NoReturn:
        """Say what was expected at a place (here if none is given), and what was found."""
        place = self.at if at is None else at
        line = self.text.count("\n", 0, place) + 1
        column = place - self.text.rfind("\n", 0, place)
        where = f"{self._field}, line {line}, column {column}"
        violation = Violation(where, expected, self._next(place) if found is None else found)
        raise InvalidArgument("this text cannot be read", violations=[violation])

    def space(self) -> None:
        """Skip space, but no ends of lines."""
        self.match(_SPACE)

    def match(self, pattern: re.Pattern[str]) -> str | None:
        """What a pattern matches here, and move behind it."""
        found = pattern.match(self.text, self.at)
        if found is None:
            return None
        self.at = found.end()
        return found.group()

    def sign(self, sign: str) -> bool:
        """Whether these characters are here; if so, move behind them."""
        if not self.text.startswith(sign, self.at):
            return False
        self.at += len(sign)
        return True

    def expect(self, sign: str, expected: str = "") -> None:
        """Move behind these characters, which must be here."""
        if not self.sign(sign):
            self.fail(expected or f"`{sign}`")

    def peek(self) -> str:
        """The identifier that is here, "" if none is."""
        end = self.at
        while end < len(self.text) and self._continues(end):
            end += 1
        return self.text[self.at : end]

    def word(self, word: str) -> bool:
        """Whether this word is here; if so, move behind it."""
        if self.peek() != word:
            return False
        self.at += len(word)
        return True

    def quoted(self) -> str | None:
        """The text in quotes that is here, None if none is."""
        begin = self.at
        if not self.text.startswith('"', begin):
            return None
        literal = self.match(_QUOTED)
        if literal is None:
            self.fail("a closing quote in the same line", at=begin)
        try:
            text = str(json.loads(literal, strict=False))
            text.encode()
        except ValueError:
            self.fail("a text in quotes, with the escapes of JSON", literal, begin)
        return text

    def comment(self) -> str | None:
        """The comment that is here, None if none is."""
        found = self.match(_COMMENT)
        return None if found is None else found[1:].removeprefix(" ").rstrip()

    def comments(self) -> list[str]:
        """Skip space and ends of lines, and give the comments between them."""
        found: list[str] = []
        while True:
            self.space()
            comment = self.comment()
            if comment is not None:
                found.append(comment)
            elif not self.sign("\n"):
                return found

    @property
    def ended(self) -> bool:
        """Whether nothing is left."""
        return self.at == len(self.text)

    @property
    def line_ended(self) -> bool:
        """Whether nothing is left of this line."""
        return self.ended or self.text[self.at] == "\n"

    def _continues(self, at: int) -> bool:
        character = self.text[at]
        return character.isidentifier() if at == self.at else f"_{character}".isidentifier()

    def _next(self, at: int) -> str:
        if at >= len(self.text):
            return "the end of the text"
        if self.text[at] == "\n":
            return "the end of the line"
        self.at = at
        words = re.compile(r"[^\s,:{}\[\]#]+").match(self.text, at)
        found = self.peek() or (words.group() if words else self.text[at])
        return f"`{found[:_SHOWN]}`"
