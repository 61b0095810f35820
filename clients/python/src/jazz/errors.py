"""Everything that can go wrong, and the one table that says how.

The tree of exceptions, with the built-in class that each one also is::

    JazzError
    ├── NotFound             (LookupError)
    ├── AlreadyExists
    ├── InvalidArgument      (ValueError)
    │   └── KindMismatch     (TypeError)
    ├── FailedPrecondition
    ├── VersionConflict
    ├── ResourceExhausted
    ├── PermissionDenied     (PermissionError)
    ├── Unauthenticated
    ├── DeadlineExceeded     (TimeoutError)
    ├── Unavailable          (ConnectionError)
    ├── OutcomeUnknown
    ├── DataLoss
    ├── Cancelled
    ├── Unimplemented
    └── InternalError

`REASONS` maps every reason that a server can give to its gRPC status code and its exception. Servers look up the
code, clients the class; nobody reads the text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import grpc

__all__ = [
    "REASONS",
    "AlreadyExists",
    "Cancelled",
    "DataLoss",
    "DeadlineExceeded",
    "FailedPrecondition",
    "InternalError",
    "InvalidArgument",
    "JazzError",
    "KindMismatch",
    "NotFound",
    "OutcomeUnknown",
    "PermissionDenied",
    "Reason",
    "ResourceExhausted",
    "Unauthenticated",
    "Unavailable",
    "Unimplemented",
    "VersionConflict",
    "Violation",
    "error_for",
]


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that is wrong with an input.

    Attributes:
        field: The field that is wrong.
        expected: What was expected.
        found: What was found.
    """

    field: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.field}: expected {self.expected}, found {self.found}"


class JazzError(Exception):
    """Any error of Jazz.

    Attributes:
        message: A sentence for people.
        reason: The reason in upper snake case, a key of `REASONS`; a newer server may give others.
        metadata: Texts that belong to it, such as the name of the block.
        violations: For bad input, everything that is wrong with it.
    """

    default_reason = "INTERNAL"

    def __init__(
        self,
        message: str,
        *,
        reason: str | None = None,
        metadata: Mapping[str, str] | None = None,
        violations: Sequence[Violation] = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        self.reason = reason if reason is not None else self.default_reason
        self.metadata = dict(metadata or {})
        self.violations = tuple(violations)

    def __str__(self) -> str:
        violations = [str(violation) for violation in self.violations]
        lines = [self.message, *(f"  - {violation}" for violation in violations if violation != self.message)]
        return "\n".join(lines)

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.message, self.reason, self.metadata, self.violations))


def _rebuild(
    cls: type[JazzError],
    message: str,
    reason: str,
    metadata: dict[str, str],
    violations: tuple[Violation, ...],
) -> JazzError:
    return cls(message, reason=reason, metadata=metadata, violations=violations)


class NotFound(JazzError, LookupError):
    """A block, version, space, kind, pipeline, upload or field that is not there (or has expired)."""

    default_reason = "BLOCK_NOT_FOUND"


class AlreadyExists(JazzError):
    """Something that must not exist yet does."""

    default_reason = "BLOCK_EXISTS"


class InvalidArgument(JazzError, ValueError):
    """Bad input; `violations` says which field, what was expected and what was found."""

    default_reason = "INVALID_ARGUMENT"


class KindMismatch(InvalidArgument, TypeError):
    """A value is not of the kind, or a pipeline is not well typed; `violations` lists every reason."""

    default_reason = "KIND_MISMATCH"


class FailedPrecondition(JazzError):
    """The state of the server forbids it, such as deleting a space that is not empty."""

    default_reason = "FAILED_PRECONDITION"


class VersionConflict(JazzError):
    """`if_version` is not the version that there is now."""

    default_reason = "VERSION_CONFLICT"


class ResourceExhausted(JazzError):
    """A quota, a limit of the server, or its disk is full."""

    default_reason = "RESOURCE_EXHAUSTED"


class PermissionDenied(JazzError, PermissionError):
    """The caller may not do it."""

    default_reason = "PERMISSION_DENIED"


class Unauthenticated(JazzError):
    """The server does not know the caller."""

    default_reason = "UNAUTHENTICATED"


class DeadlineExceeded(JazzError, TimeoutError):
    """It took longer than the time allowed."""

    default_reason = "DEADLINE_EXCEEDED"


class Unavailable(JazzError, ConnectionError):
    """The server cannot be reached, is stopping, or takes no writes now. Trying again later can help."""

    default_reason = "UNAVAILABLE"


class OutcomeUnknown(JazzError):
    """A write may have happened or not; repeating it with the same request id tells."""

    default_reason = "OUTCOME_UNKNOWN"


class DataLoss(JazzError):
    """Bytes are not what they were when they were sent or stored."""

    default_reason = "DATA_LOSS"


class Cancelled(JazzError):
    """The caller called it off."""

    default_reason = "CANCELLED"


class Unimplemented(JazzError):
    """The server has no such call: it is older than the client, or not Jazz."""

    default_reason = "UNIMPLEMENTED"


class InternalError(JazzError):
    """A fault in Jazz."""

    default_reason = "INTERNAL"


@dataclass(frozen=True, slots=True)
class Reason:
    """What a reason is on the wire and in Python."""

    code: grpc.StatusCode
    exception: type[JazzError]


_CODE = grpc.StatusCode

REASONS: Final[dict[str, Reason]] = {
    "BLOCK_NOT_FOUND": Reason(_CODE.NOT_FOUND, NotFound),
    "VERSION_NOT_FOUND": Reason(_CODE.NOT_FOUND, NotFound),
    "SPACE_NOT_FOUND": Reason(_CODE.NOT_FOUND, NotFound),
    "KIND_NOT_FOUND": Reason(_CODE.NOT_FOUND, NotFound),
    "PIPELINE_NOT_FOUND": Reason(_CODE.NOT_FOUND, NotFound),
    "UPLOAD_NOT_FOUND": Reason(_CODE.NOT_FOUND, NotFound),
    "FIELD_NOT_FOUND": Reason(_CODE.NOT_FOUND, NotFound),
    "LABEL_NOT_FOUND": Reason(_CODE.NOT_FOUND, NotFound),
    "BLOCK_EXISTS": Reason(_CODE.ALREADY_EXISTS, AlreadyExists),
    "SPACE_EXISTS": Reason(_CODE.ALREADY_EXISTS, AlreadyExists),
    "KIND_EXISTS": Reason(_CODE.ALREADY_EXISTS, AlreadyExists),
    "PIPELINE_EXISTS": Reason(_CODE.ALREADY_EXISTS, AlreadyExists),
    "INVALID_ARGUMENT": Reason(_CODE.INVALID_ARGUMENT, InvalidArgument),
    "INVALID_NAME": Reason(_CODE.INVALID_ARGUMENT, InvalidArgument),
    "INVALID_VALUE": Reason(_CODE.INVALID_ARGUMENT, InvalidArgument),
    "INVALID_SETTINGS": Reason(_CODE.INVALID_ARGUMENT, InvalidArgument),
    "INVALID_PAGE_TOKEN": Reason(_CODE.INVALID_ARGUMENT, InvalidArgument),
    "INVALID_SLICE": Reason(_CODE.INVALID_ARGUMENT, InvalidArgument),
    "INVALID_PIPELINE": Reason(_CODE.INVALID_ARGUMENT, InvalidArgument),
    "INVALID_STREAM": Reason(_CODE.INVALID_ARGUMENT, InvalidArgument),
    "REQUEST_ID_REUSED": Reason(_CODE.INVALID_ARGUMENT, InvalidArgument),
    "MIXED_DURABILITY": Reason(_CODE.INVALID_ARGUMENT, InvalidArgument),
    "KIND_MISMATCH": Reason(_CODE.INVALID_ARGUMENT, KindMismatch),
    "FAILED_PRECONDITION": Reason(_CODE.FAILED_PRECONDITION, FailedPrecondition),
    "KIND_CHANGED": Reason(_CODE.FAILED_PRECONDITION, FailedPrecondition),
    "KIND_REQUIRED": Reason(_CODE.FAILED_PRECONDITION, FailedPrecondition),
    "SPACE_NOT_EMPTY": Reason(_CODE.FAILED_PRECONDITION, FailedPrecondition),
    "VERSION_CONFLICT": Reason(_CODE.ABORTED, VersionConflict),
    "RESOURCE_EXHAUSTED": Reason(_CODE.RESOURCE_EXHAUSTED, ResourceExhausted),
    "QUOTA_EXCEEDED": Reason(_CODE.RESOURCE_EXHAUSTED, ResourceExhausted),
    "DISK_FULL": Reason(_CODE.RESOURCE_EXHAUSTED, ResourceExhausted),
    "MEMORY_LIMIT": Reason(_CODE.RESOURCE_EXHAUSTED, ResourceExhausted),
    "PERMISSION_DENIED": Reason(_CODE.PERMISSION_DENIED, PermissionDenied),
    "UNAUTHENTICATED": Reason(_CODE.UNAUTHENTICATED, Unauthenticated),
    "DEADLINE_EXCEEDED": Reason(_CODE.DEADLINE_EXCEEDED, DeadlineExceeded),
    "UNAVAILABLE": Reason(_CODE.UNAVAILABLE, Unavailable),
    "READ_ONLY": Reason(_CODE.UNAVAILABLE, Unavailable),
    "OUTCOME_UNKNOWN": Reason(_CODE.UNKNOWN, OutcomeUnknown),
    "DATA_LOSS": Reason(_CODE.DATA_LOSS, DataLoss),
    "CHECKSUM_MISMATCH": Reason(_CODE.DATA_LOSS, DataLoss),
    "CANCELLED": Reason(_CODE.CANCELLED, Cancelled),
    "UNIMPLEMENTED": Reason(_CODE.UNIMPLEMENTED, Unimplemented),
    "INTERNAL": Reason(_CODE.INTERNAL, InternalError),
}
"""Every reason, with its status code and its exception."""

_BY_CODE: Final[dict[grpc.StatusCode, type[JazzError]]] = {
    reason.code: reason.exception for reason in reversed(REASONS.values())
}


def error_for(
    reason: str,
    message: str,
    *,
    code: grpc.StatusCode | None = None,
    metadata: Mapping[str, str] | None = None,
    violations: Sequence[Violation] = (),
) -> JazzError:
    """The exception for a reason; for a reason that is not in the table, the one for the status code.

    >>> error_for("QUOTA_EXCEEDED", "space 'lab' is full").__class__.__name__
    'ResourceExhausted'
    """
    known = REASONS.get(reason)
    if known is not None:
        exception = known.exception
    else:
        exception = _BY_CODE.get(code, JazzError) if code is not None else JazzError
    return exception(message, reason=reason, metadata=metadata, violations=violations)
