"""Keys of the catalogue. Numbers are big-endian, so that keys sort as what they stand for.

Everything in a space is keyed by the space's id, not by its name: to delete a space is to delete one record, and a
space made again under the old name starts empty, while the rest is swept away in the background.
"""

_LAST = 2**64 - 1


def number(value: int) -> bytes:
    """Eight bytes that sort as the number does."""
    return value.to_bytes(8, "big")


def versions(space_id: int, path: bytes) -> bytes:
    """Prefix of all versions of a name. A path holds no NUL, hence paths sort bytewise."""
    return number(space_id) + path + b"\0"


def version(space_id: int, path: bytes, value: int) -> bytes:
    """Key of one version; later versions sort first."""
    return number(space_id) + path + b"\0" + number(_LAST - value)


def after_versions(space_id: int, path: bytes) -> bytes:
    """The first possible key behind all versions of a name."""
    return number(space_id) + path + b"\1"


def path_of(key: bytes) -> bytes:
    """The path in a key made by `version`."""
    return key[8:-9]


def version_of(key: bytes) -> int:
    """The version in a key made by `version`."""
    return _LAST - int.from_bytes(key[-8:], "big")


def payload(space_id: int, value: int) -> bytes:
    """Key of an inline body."""
    return number(space_id) + number(value)


def pin(block_key: bytes, noun: str, document_key: bytes) -> bytes:
    """Key of a document's hold on one version of a block."""
    return block_key + b"\0" + noun.encode() + b"\0" + document_key


def requirement(kind_key: bytes, requirer: bytes) -> bytes:
    """Key of what requires one version of a kind: `requirer` is the key of a space or of a version of a document."""
    return kind_key + b"\0" + requirer


def request(identity: str, request_id: str) -> bytes:
    """Key of a remembered request."""
    encoded = identity.encode()
    return len(encoded).to_bytes(4, "big") + encoded + request_id.encode()


def expiry(expires_at: int, target: bytes) -> bytes:
    """Key of a note that something expires; `target` is a tag byte and the key of it."""
    return number(expires_at) + target
