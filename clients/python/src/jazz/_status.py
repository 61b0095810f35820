"""From what gRPC says of a failure to an exception of Jazz, by codes and details and never by text."""

from __future__ import annotations

import grpc
from google.protobuf.message import DecodeError
from google.rpc import error_details_pb2, status_pb2

from jazz.errors import JazzError, Violation, error_for
from jazz.v1 import errors_pb2

_DETAILS_KEY = "grpc-status-details-bin"
_DOMAIN = "jazz"


def error_from_call(failure: grpc.Call, *, target: str) -> JazzError:
    """The exception for a failed call: from the server's details when it sent some, else from the status code.

    Args:
        failure: What gRPC raised, by whichever of its interfaces: its exceptions are calls, too.
        target: Where the server was sought; named when it was not reached.
    """
    code = failure.code()
    text = failure.details() or ""
    status = _rich_status(failure)
    if status is not None:
        return _from_details(status, code, text)
    return error_for(_plain_reason(code), _plain_message(code, text, target), code=code)


def error_from_result(error: errors_pb2.Error) -> JazzError:
    """The exception for one failed operation of a batch or a session."""
    return error_for(
        error.reason,
        error.message,
        metadata={detail.key: detail.value for detail in error.details},
        violations=[Violation(wrong.field, wrong.expected, wrong.found) for wrong in error.violations],
    )


def _rich_status(call: grpc.Call) -> status_pb2.Status | None:
    for key, value in call.trailing_metadata() or ():
        if key == _DETAILS_KEY:
            try:
                return status_pb2.Status.FromString(value)
            except DecodeError:  # whatever stands between may mangle details; the status code still tells
                return None
    return None


def _from_details(status: status_pb2.Status, code: grpc.StatusCode, text: str) -> JazzError:
    reason = _plain_reason(code)
    metadata: dict[str, str] = {}
    violations: list[Violation] = []
    own: errors_pb2.Error | None = None
    for detail in status.details:
        if detail.Is(errors_pb2.Error.DESCRIPTOR):
            own = errors_pb2.Error.FromString(detail.value)
        elif detail.Is(error_details_pb2.ErrorInfo.DESCRIPTOR):
            info = error_details_pb2.ErrorInfo.FromString(detail.value)
            if info.domain == _DOMAIN:
                reason = info.reason
                metadata = dict(info.metadata)
        elif detail.Is(error_details_pb2.BadRequest.DESCRIPTOR):
            request = error_details_pb2.BadRequest.FromString(detail.value)
            violations = [Violation(wrong.field, "", wrong.description) for wrong in request.field_violations]
    if own is not None:  # it says more than the two standard messages: what was expected and what was found
        return error_from_result(own)
    return error_for(reason, status.message or text, code=code, metadata=metadata, violations=violations)


def _plain_reason(code: grpc.StatusCode) -> str:
    # a status code without a reason: its own name is the reason where the table has one
    return code.name


def _plain_message(code: grpc.StatusCode, text: str, target: str) -> str:
    if code is grpc.StatusCode.UNAVAILABLE:
        return (
            f"no Jazz server answers at {target} ({text}); "
            "check the address, that `jazz-server serve` runs there, and whether it wants TLS"
        )
    if code is grpc.StatusCode.UNIMPLEMENTED:
        return f"the server at {target} does not know this call: it is older than this client, or not Jazz ({text})"
    if code is grpc.StatusCode.DEADLINE_EXCEEDED:
        return f"the server at {target} did not answer within the timeout; a write may have happened or not"
    return text or f"{target} answered {code.name}"
