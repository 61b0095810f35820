"""What can go wrong in the store, as types. Each has a `reason` and `metadata` that travel to clients.

StoreError
├── InvalidInput            (field, expected, found)
│   ├── InvalidName, InvalidPageToken, InvalidSettings, InvalidBlock
│   ├── UploadSize, ChecksumMismatch, RequestIdReused, MixedDurability
├── SpaceNotFound, BlockNotFound, VersionNotFound, DocumentNotFound, UploadNotFound
├── SpaceExists, BlockExists, DocumentExists, SpaceNotEmpty
├── VersionConflict
├── QuotaExceeded, DiskFull
├── DataLoss, StorageFailed, OutcomeUnknown
└── ReadOnly, StoreUnavailable, Closed, StoreLocked, StoreFormat
"""

import errno
from collections.abc import Sequence
from typing import ClassVar


class StoreError(Exception):
    """Base of all errors of the store: `reason` is stable, `metadata` names what it is about."""

    reason: ClassVar[str] = "STORE_ERROR"

    def __init__(self, message: str, **metadata: object) -> None:
        super().__init__(message)
        self.metadata = {key: str(value) for key, value in metadata.items()}


class InvalidInput(StoreError):
    """An argument that can never be accepted: names the field, what was expected, what was found."""

    reason = "INVALID_INPUT"

    def __init__(self, field: str, expected: str, found: str, **metadata: object) -> None:
        super().__init__(f"{field}: expected {expected}, found {found}", **metadata)
        self.field = field
        self.expected = expected
        self.found = found


class InvalidName(InvalidInput):
    """A name that breaks the rules for names."""

    reason = "INVALID_NAME"


class InvalidPageToken(InvalidInput):
    """A page token that this listing did not give out."""

    reason = "INVALID_PAGE_TOKEN"


class InvalidSettings(InvalidInput):
    """Settings of a space that are out of range or cannot be changed."""

    reason = "INVALID_SETTINGS"


class InvalidBlock(InvalidInput):
    """A header, attributes or an expiry that a block cannot have."""

    reason = "INVALID_BLOCK"


class UploadSize(InvalidInput):
    """More or fewer bytes were uploaded than announced."""

    reason = "UPLOAD_SIZE"


class ChecksumMismatch(InvalidInput):
    """An uploaded chunk does not have the checksum that came with it."""

    reason = "CHECKSUM_MISMATCH"


class RequestIdReused(InvalidInput):
    """The request id was used before for another request."""

    reason = "REQUEST_ID_REUSED"


class MixedDurability(InvalidInput):
    """One commit names durable and volatile spaces."""

    reason = "MIXED_DURABILITY"


class SpaceNotFound(StoreError):
    """There is no such space."""

    reason = "SPACE_NOT_FOUND"

    def __init__(self, space: str) -> None:
        super().__init__(f"space {space!r} does not exist", space=space)


class SpaceExists(StoreError):
    """A space of that name exists already."""

    reason = "SPACE_EXISTS"

    def __init__(self, space: str) -> None:
        super().__init__(f"space {space!r} exists already", space=space)


class SpaceNotEmpty(StoreError):
    """The space still holds blocks, kinds or pipelines."""

    reason = "SPACE_NOT_EMPTY"

    def __init__(self, space: str) -> None:
        super().__init__(f"space {space!r} is not empty", space=space)


class BlockNotFound(StoreError):
    """There is no such block, or it has expired."""

    reason = "BLOCK_NOT_FOUND"

    def __init__(self, block: object, *, space_missing: str | None = None) -> None:
        because = "" if space_missing is None else f": there is no space {space_missing!r}"
        super().__init__(f"block {str(block)!r} does not exist{because}", block=block)


class VersionNotFound(StoreError):
    """The block or document exists, but not in that version."""

    reason = "VERSION_NOT_FOUND"

    def __init__(self, name: object, version: int) -> None:
        super().__init__(f"{str(name)!r} has no version {version}", name=name, version=version)


class BlockExists(StoreError):
    """The block exists, and the write asked that it should not."""

    reason = "BLOCK_EXISTS"

    def __init__(self, block: object, version: int) -> None:
        super().__init__(
            f"block {str(block)!r} exists already, in version {version}",
            block=block,
            version=version,
        )


class VersionConflict(StoreError):
    """The latest version is not the one that the write asked for (`found` is 0 if there is none)."""

    reason = "VERSION_CONFLICT"

    def __init__(self, name: object, expected: int, found: int) -> None:
        super().__init__(
            f"{str(name)!r} should be at version {expected} but "
            + (f"is at version {found}" if found else "does not exist"),
            name=name,
            expected=expected,
            found=found,
        )


class QuotaExceeded(StoreError):
    """The write would take more bytes than the space may hold."""

    reason = "QUOTA_EXCEEDED"

    def __init__(self, space: str, quota: int, needed: int) -> None:
        super().__init__(
            f"space {space!r} may hold {quota} bytes but would need {needed}",
            space=space,
            quota_bytes=quota,
            needed_bytes=needed,
        )


class DiskFull(StoreError):
    """The disk (or memory, for a volatile space) has no room. Nothing was written."""

    reason = "DISK_FULL"


class UploadNotFound(StoreError):
    """The upload is unknown, expired, used up, or belongs to somebody else."""

    reason = "UPLOAD_NOT_FOUND"

    def __init__(self, token: str) -> None:
        super().__init__("upload does not exist (any more)", token=token)


class DataLoss(StoreError):
    """Stored bytes are damaged: they do not have their checksum, or are not there."""

    reason = "DATA_LOSS"


class StorageFailed(StoreError):
    """The operating system refused to store bytes, or to open a file of them. Nothing was written or lost."""

    reason = "STORAGE_FAILED"


class OutcomeUnknown(StoreError):
    """The write could not be made durable for sure: it may or may not have happened."""

    reason = "OUTCOME_UNKNOWN"


class ReadOnly(StoreError):
    """The store takes no writes until the disk has recovered from a failure."""

    reason = "READ_ONLY"

    def __init__(self) -> None:
        super().__init__("the store is read-only after a failed write, until it has recovered")


class StoreUnavailable(StoreError):
    """The store is being reopened after a failure; try again."""

    reason = "STORE_UNAVAILABLE"

    def __init__(self) -> None:
        super().__init__("the store is being reopened after a failed write")


class Closed(StoreError):
    """The store, or a snapshot or body of it, has been closed."""

    reason = "CLOSED"

    def __init__(self, what: str = "the store") -> None:
        super().__init__(f"{what} is closed")


class StoreLocked(StoreError):
    """Another process has the store open."""

    reason = "STORE_LOCKED"

    def __init__(self, folder: object, pid: int | None) -> None:
        holder = f"process {pid}" if pid else "another process"
        metadata = {"folder": folder} | ({"pid": pid} if pid else {})
        super().__init__(f"{folder} is in use by {holder}", **metadata)


class StoreFormat(StoreError):
    """The folder holds something else than a store of a version that can be read."""

    reason = "STORE_FORMAT"


class DocumentNotFound(StoreError):
    """There is no such kind or pipeline."""

    reason = "DOCUMENT_NOT_FOUND"

    def __init__(self, noun: str, name: object, *, space_missing: str | None = None) -> None:
        because = "" if space_missing is None else f": there is no space {space_missing!r}"
        super().__init__(f"{noun} {str(name)!r} does not exist{because}", noun=noun, name=name)


class DocumentExists(StoreError):
    """The kind or pipeline exists, and the write asked that it should not."""

    reason = "DOCUMENT_EXISTS"

    def __init__(self, noun: str, name: object, version: int) -> None:
        super().__init__(
            f"{noun} {str(name)!r} exists already, in version {version}",
            noun=noun,
            name=name,
            version=version,
        )


class KindRequired(StoreError):
    """Spaces, pipelines or other kinds require the kind, which is not deleted then."""

    reason = "KIND_REQUIRED"

    def __init__(self, kind: str, by: Sequence[str]) -> None:
        shown = ", ".join(by[:_SHOWN]) + (f" and {len(by) - _SHOWN} more" if len(by) > _SHOWN else "")
        super().__init__(f"{kind} is required by {shown}", kind=kind, required_by=shown)


class KindChanged(StoreError):
    """What a value was matched with, or the value itself, changed while it was on its way into a space."""

    reason = "KIND_CHANGED"


_SHOWN = 10
"""So many of the things that require a kind are named."""

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.ENOMEM})


def storage_error(error: OSError) -> StoreError:
    """The typed error for a failed call to the operating system while storing bytes."""
    name = errno.errorcode.get(error.errno or 0, "unknown")
    if error.errno in _FULL:
        return DiskFull(f"no room to store the bytes: {error.strerror}", errno=name)
    return StorageFailed(f"could not store the bytes: {error.strerror}", errno=name)
