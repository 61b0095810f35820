"""Names of blocks, kinds and pipelines: what is a legal one, and how a reference is read."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from jazz_server.store.errors import InvalidName

MAX_NAME_BYTES = 1024
MAX_VERSION = 2**63 - 1

_SPACE = re.compile(r"[a-z][a-z0-9_-]{0,62}", re.ASCII)
_SPACE_RULE = "a space's name: a letter of a-z, then at most 62 of a-z, 0-9, '_' and '-'"
_VERSION = re.compile(r"[1-9][0-9]{0,18}", re.ASCII)


@dataclass(frozen=True, slots=True)
class BlockName:
    """A name within a space; `str()` gives `space/path`. Kinds and pipelines are named the same way."""

    space: str
    path: str

    def __str__(self) -> str:
        return f"{self.space}/{self.path}"


def parse_name(text: str) -> BlockName:
    """Read `space/segment/segment…`.

    Raises `InvalidName`, which says what rule is broken.

    >>> parse_name("demo/weights/layer-1")
    BlockName(space='demo', path='weights/layer-1')
    """
    space, slash, path = text.partition("/")
    if not slash:
        raise InvalidName("name", "a space and a name in it, such as 'lab/words'", repr(text))
    name = BlockName(space, path)
    check_name(name)
    return name


@lru_cache(maxsize=16_384)
def parse_reference(text: str) -> tuple[BlockName, int | None]:
    """Read a name with an optional version, `space/segment@version`.

    >>> parse_reference("demo/weights@7")
    (BlockName(space='demo', path='weights'), 7)
    """
    name, at, version = text.partition("@")
    if not at:
        return parse_name(name), None
    if not _VERSION.fullmatch(version) or int(version) > MAX_VERSION:
        raise InvalidName("version", f"an integer from 1 to {MAX_VERSION}", repr(version))
    return parse_name(name), int(version)


def check_space_name(text: str) -> None:
    """Raise `InvalidName` unless `text` matches `[a-z][a-z0-9_-]{0,62}`."""
    if not _SPACE.fullmatch(text):
        raise InvalidName("space", _SPACE_RULE, repr(text))


@lru_cache(maxsize=16_384)
def check_name(name: BlockName) -> bytes:
    """Raise `InvalidName` unless the name is legal; give its path in UTF-8, which orders listings."""
    check_space_name(name.space)
    encoded = encode_text(name.path)
    if len(name.space) + 1 + len(encoded) > MAX_NAME_BYTES:
        found = f"{len(name.space) + 1 + len(encoded)} bytes"
        raise InvalidName("name", f"at most {MAX_NAME_BYTES} bytes of UTF-8", found)
    if not unicodedata.is_normalized("NFC", name.path):
        raise InvalidName("name", "Unicode in normal form C", ascii(name.path))
    for segment in name.path.split("/"):
        if segment in ("", ".", ".."):
            raise InvalidName("name", "parts between slashes that are not empty, '.' or '..'", repr(str(name)))
    for character in name.path:
        if character == "@" or unicodedata.category(character) == "Cc":
            raise InvalidName("name", "no '@' and no control characters", ascii(name.path))
    return encoded


def encode_prefix(prefix: str) -> bytes:
    """The beginning of a name in UTF-8; `InvalidName` for what no name can begin with."""
    if "\0" in prefix:
        raise InvalidName("prefix", "no control characters", ascii(prefix))
    return encode_text(prefix, "prefix")


def encode_text(text: str, field: str = "name") -> bytes:
    """UTF-8, or `InvalidName` where the text holds lone surrogates."""
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise InvalidName(field, "text that UTF-8 can hold", ascii(text)) from error
