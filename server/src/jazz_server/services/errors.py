"""From an error of the domain to a `google.rpc.Status`, and to the `Error` of a batch."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import grpc
from google.protobuf.any_pb2 import Any
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo
from google.rpc.status_pb2 import Status

from jazz.codec.errors import CodecError
from jazz.errors import REASONS, JazzError, Violation, error_for
from jazz.v1 import errors_pb2
from jazz_server.engine.errors import Interrupted, MemoryLimit, OpError
from jazz_server.kinds.errors import KindError
from jazz_server.kinds.types import Mismatch
from jazz_server.pipelines.errors import PipelineError, RunCancelled
from jazz_server.store.errors import DocumentExists, DocumentNotFound, InvalidInput, InvalidSettings, StoreError

DOMAIN = "jazz"
DETAILS_KEY = "grpc-status-details-bin"

_log = logging.getLogger(__name__)

_MESSAGE_BYTES = 1000
_TEXT_BYTES = 300
_LEAST_BYTES = 150
_VIOLATIONS = 100
_STATUS_BYTES = 5000
"""Trailers above 8 KiB, base64 and all, are refused by clients that have gRPC's default settings."""


def invalid(field: str, expected: str, found: str, *, reason: str = "INVALID_ARGUMENT") -> JazzError:
    """The error for one thing that is wrong with a request."""
    return refuse([Violation(field, expected, found)], reason=reason)


def refuse(
    violations: Sequence[Violation],
    *,
    reason: str = "INVALID_ARGUMENT",
    message: str = "",
    metadata: Mapping[str, str] | None = None,
) -> JazzError:
    """The error for everything that is wrong with a request; without a message there is at least one violation."""
    if not message:
        more = f" (and {len(violations) - 1} more)" if len(violations) > 1 else ""
        message = f"{violations[0]}{more}"
    return error_for(reason, message, metadata=metadata, violations=violations)


def known(error: BaseException) -> JazzError:
    """The error that the client is told. One that nobody foresaw is logged, and its number is all that leaves."""
    match error:
        case JazzError():
            return error
        case InvalidInput():
            violation = Violation(_store_field(error), error.expected, error.found)
            return error_for(_store_reason(error), str(violation), metadata=error.metadata, violations=[violation])
        case StoreError():
            return error_for(_store_reason(error), str(error), metadata=error.metadata)
        case OpError():
            return invalid(error.field, error.expected, error.found, reason="INVALID_VALUE")
        case MemoryLimit():
            return error_for("MEMORY_LIMIT", str(error) or "the run would take more memory than a run may have")
        case MemoryError():
            return error_for("MEMORY_LIMIT", "the server has no memory for it now")
        case PipelineError() | CodecError():
            return error_for(error.reason, error.message, violations=error.violations)
        case KindError():
            return error_for(error.reason, error.message, violations=mismatch_violations(error.mismatches))
        case RunCancelled():
            return error_for("CANCELLED", "the run was called off")
        case Interrupted():
            return error_for("DEADLINE_EXCEEDED", "it took longer than the time allowed")
        case _:
            incident = secrets.token_hex(6)
            _log.error("incident %s", incident, exc_info=error)
            message = f"a fault in the server; its log tells more about incident {incident}"
            return error_for("INTERNAL", message, metadata={"incident": incident})


_STORE_REASONS = {
    "INVALID_INPUT": "INVALID_ARGUMENT",
    "INVALID_BLOCK": "INVALID_ARGUMENT",
    "UPLOAD_SIZE": "INVALID_STREAM",
    "STORAGE_FAILED": "UNAVAILABLE",
    "STORE_UNAVAILABLE": "UNAVAILABLE",
    "CLOSED": "UNAVAILABLE",
}
"""What the store tells apart and clients need not."""


_STORE_FIELDS = {"expires_at": "expire_time", "ttl_seconds": "time_to_live"}
"""What the contract calls otherwise than the store."""


def _store_field(error: InvalidInput) -> str:
    field = _STORE_FIELDS.get(error.field, error.field)
    return f"settings.{field}" if isinstance(error, InvalidSettings) else field


def _store_reason(error: StoreError) -> str:
    if isinstance(error, DocumentNotFound):
        return f"{error.metadata['noun'].upper()}_NOT_FOUND"
    if isinstance(error, DocumentExists):
        return f"{error.metadata['noun'].upper()}_EXISTS"
    return _STORE_REASONS.get(error.reason, error.reason)


def within(field: str, error: JazzError) -> JazzError:
    """The same error, seen from the message around the one that it is about: `field` leads there."""
    violations = [Violation(f"{field}.{each.field}", each.expected, each.found) for each in error.violations]
    message = f"{field}: {error.message}" if not violations else ""
    return refuse(violations, reason=error.reason, message=message, metadata=error.metadata)


def mismatch_violations(mismatches: Iterable[Mismatch], field: str = "value") -> list[Violation]:
    """Mismatches as violations of a field of the request."""
    return [
        Violation(f"{field}.{mismatch.field}" if mismatch.field else field, mismatch.expected, mismatch.found)
        for mismatch in mismatches
    ]


def status_code(error: JazzError) -> grpc.StatusCode:
    """The status code of an error."""
    return REASONS[error.reason].code if error.reason in REASONS else grpc.StatusCode.INTERNAL


def error_message(error: JazzError, size: int = _STATUS_BYTES) -> errors_pb2.Error:
    """The error as it stands in the answer to a batch, in as many bytes as may be, 300 or more."""
    return _error_message(_fitted(error, lambda each: _error_message(each).ByteSize(), size))


def status(error: JazzError) -> Status:
    """The error as a rich status, small enough for a trailer."""
    return _status(_fitted(error, lambda each: _status(each).ByteSize(), _STATUS_BYTES))


def _fitted(error: JazzError, size_of: Callable[[JazzError], int], size: int) -> JazzError:
    """The error with texts cut short, and with so few violations that it fits; those left out are counted."""
    metadata = {key: cut(value, _TEXT_BYTES) for key, value in error.metadata.items()}
    violations = list(_first_violations(error, size))
    message = cut(error.message, _MESSAGE_BYTES)
    while True:
        omitted = len(error.violations) - len(violations)
        if omitted:
            metadata["violations_omitted"] = str(omitted)
        short = error_for(error.reason, message, metadata=metadata, violations=violations)
        if size_of(short) <= size:
            return short
        if not violations:
            return error_for(error.reason, cut(error.message, _LEAST_BYTES))
        violations = violations[: len(violations) * 3 // 4]


def _first_violations(error: JazzError, size: int) -> Iterator[Violation]:
    """Violations with texts cut short, up to the one whose texts alone would be too much."""
    for violation in error.violations[:_VIOLATIONS]:
        short = _cut_violation(violation)
        size -= len(short.field) + len(short.expected) + len(short.found)
        if size < 0:
            return
        yield short


def _error_message(error: JazzError) -> errors_pb2.Error:
    details = [errors_pb2.ErrorDetail(key=key, value=value) for key, value in sorted(error.metadata.items())]
    violations = [errors_pb2.Violation(field=v.field, expected=v.expected, found=v.found) for v in error.violations]
    return errors_pb2.Error(reason=error.reason, message=error.message, details=details, violations=violations)


def _status(error: JazzError) -> Status:
    code: tuple[int, str] = status_code(error).value
    details = [
        ErrorInfo(reason=error.reason, domain=DOMAIN, metadata=error.metadata),
        _error_message(error),
    ]
    if error.violations:
        fields = [
            BadRequest.FieldViolation(field=v.field, description=f"expected {v.expected}, found {v.found}")
            for v in error.violations
        ]
        details.append(BadRequest(field_violations=fields))
    result = Status(code=code[0], message=error.message)
    for detail in details:
        packed = Any()
        packed.Pack(detail)
        result.details.append(packed)
    return result


def _cut_violation(violation: Violation) -> Violation:
    texts = (violation.field, violation.expected, violation.found)
    return Violation(*(cut(text, _TEXT_BYTES) for text in texts))


def cut(text: str, size: int) -> str:
    """The text, or the beginning of it that has at most so many bytes of UTF-8."""
    encoded = text.encode("utf-8", "backslashreplace")
    if len(encoded) <= size:
        return encoded.decode()
    return encoded[: size - 3].decode("utf-8", "ignore") + "…"
