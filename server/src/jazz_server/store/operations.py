"""What a commit may consist of."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from jazz_server.store.names import BlockName
from jazz_server.store.uploads import Upload

NEVER = math.inf
"""A time to live that overrides the one of the space: the block does not expire."""


@dataclass(frozen=True, slots=True)
class Precondition:
    """What must hold of the target for the operation (and with it the commit) to take place.

    `if_version`: its latest version is this one. `must_not_exist`: it has no version that has not expired.
    """

    if_version: int | None = None
    must_not_exist: bool = False


ANY = Precondition()


@dataclass(frozen=True, slots=True)
class Put:
    """Write a new version of a block, whose body is an upload or bytes in hand.

    `ttl_seconds` and `expires_at` (ns since 1970) exclude one another; with neither, the space's time to live holds.
    `admitted` is the kind of the space that the value was matched with ("" for none): where the space has another one
    by then, the write is refused; None leaves that unchecked.
    """

    name: BlockName
    header: bytes
    upload: Upload | None = None
    inline: bytes = b""
    attributes: Mapping[str, str] = field(default_factory=dict)
    kind: str = ""
    admitted: str | None = None
    ttl_seconds: float | None = None
    expires_at: int | None = None
    precondition: Precondition = ANY


@dataclass(frozen=True, slots=True)
class Copy:
    """Write a version of a block as a new version of another, without copying a large body.

    `attributes` of None keeps those of the source. The expiry is not copied. `admitted` is as for `Put`, with the
    version of the source that was matched.
    """

    source: BlockName
    target: BlockName
    version: int | None = None
    attributes: Mapping[str, str] | None = None
    admitted: tuple[str, int] | None = None
    ttl_seconds: float | None = None
    expires_at: int | None = None
    precondition: Precondition = ANY


@dataclass(frozen=True, slots=True)
class Delete:
    """Delete one version of a block, or all of them."""

    name: BlockName
    version: int | None = None
    if_version: int | None = None


@dataclass(frozen=True, slots=True)
class SetAttributes:
    """Replace the attributes or the expiry of the latest version (`ttl_seconds` of `NEVER` removes it).

    The version stays, because the content does, and caches go by it; `revision` and `updated_at` change.
    """

    name: BlockName
    attributes: Mapping[str, str] | None = None
    ttl_seconds: float | None = None
    expires_at: int | None = None
    if_version: int | None = None


Operation = Put | Copy | Delete | SetAttributes


@dataclass(frozen=True, slots=True)
class Request:
    """Makes a repeated write harmless: who asks (`identity`), under which `id`, for what (`digest`)."""

    id: str
    identity: str
    digest: bytes
