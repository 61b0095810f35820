"""Pages of listings: sizes, and tokens that are only good for the listing that gave them out."""

import base64
import binascii
from collections.abc import Callable, Iterable
from typing import TypeVar

from crc32c import crc32c

from jazz_server.store.errors import InvalidInput, InvalidPageToken
from jazz_server.store.records import Page

MAX_PAGE = 1000
DEFAULT_PAGE = 100
PAGE_BYTES = 2 * 1024 * 1024

T = TypeVar("T")


def page_limit(page_size: int) -> int:
    """Items in a page: 0 stands for the default, more than the maximum for the maximum."""
    if page_size < 0:
        raise InvalidInput("page_size", "a number that is not negative", str(page_size))
    return min(page_size or DEFAULT_PAGE, MAX_PAGE)


def make_token(listing: str, last: bytes) -> str:
    """The token for what follows the item with the key `last`."""
    return base64.urlsafe_b64encode(_sum(listing, last) + last).decode()


def read_token(listing: str, token: str) -> bytes:
    """The key of the last item seen, empty at the start; `InvalidPageToken`."""
    if not token:
        return b""
    try:
        content = base64.b64decode(token, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        content = b""
    check, last = content[:4], content[4:]
    if len(check) < 4 or check != _sum(listing, last):
        raise InvalidPageToken("page_token", "a token that this listing gave out", repr(token))
    return last


def make_page(listing: str, items: Iterable[tuple[T, int]], limit: int, key: Callable[[T], bytes]) -> Page[T]:
    """The first `limit` items, or fewer if they are large, and a token if there are more; each comes with its bytes."""
    page: list[T] = []
    total = 0
    for item, size in items:
        total += size
        if len(page) == limit or (page and total > PAGE_BYTES):
            return Page(page, make_token(listing, key(page[-1])))
        page.append(item)
    return Page(page)


def _sum(listing: str, last: bytes) -> bytes:
    return crc32c(listing.encode(errors="replace") + b"\0" + last).to_bytes(4, "big")
