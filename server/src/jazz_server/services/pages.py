"""The pages of a listing, by AIP-158."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from jazz_server.store import Page
from jazz_server.store.paging import make_page, page_limit, read_token

_T = TypeVar("_T")


def page_of(
    listing: str,
    items: Iterable[_T],
    key: Callable[[_T], bytes],
    *,
    size: Callable[[_T], int],
    page_size: int,
    page_token: str,
) -> Page[_T]:
    """A page of what is in memory as a whole, in the order of its keys; `size` says about how many bytes an item takes.

    Raises:
        jazz_server.store.errors.InvalidInput: The size is negative, or the token is not of this listing.
    """
    last = read_token(listing, page_token)
    rest = ((item, size(item)) for item in items if not last or key(item) > last)
    return make_page(listing, rest, page_limit(page_size), key)
