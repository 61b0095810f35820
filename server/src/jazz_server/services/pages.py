"""The pages of a listing, by AIP-158."""

from __future__ import annotations

from jazz_server.services.errors import invalid

DEFAULT = 100
MOST = 1000


def page_size(asked: int) -> int:
    """How many a page holds: the default when 0, never more than `MOST`.

    Raises:
        jazz.errors.InvalidArgument: It is negative.
    """
    if asked < 0:
        raise invalid("page_size", "0 or more", str(asked))
    return min(asked or DEFAULT, MOST)
