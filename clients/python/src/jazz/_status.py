"""From what gRPC says of a failure to an exception of Jazz, by codes and details and never by text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

import grpc
from google.protobuf.message import DecodeError, Message
from google.rpc import error_details_pb2, status_pb2

from jazz.errors import JazzError, Violation, error_for
from jazz.v1 import errors_pb2

M = TypeVar("M", bound=Message)

_DETAILS_KEY = "grpc-status-details-bin"
_DOMAIN = "jazz"


Metadata = Iterable[tuple[str, str | bytes]] | None
"""What a server sent after its answer."""


def error_from_call(code: grpc.StatusCode, text: str | None, trailing: Metadata, *, target: str) -> JazzError:
    """The exception for a failed call: from the server's details when it sent some, else from the status code.

    Args:
        code: The status code.
        text: The text that belongs to it.
        trailing: The metadata in which the details are.
        target: Where the server was sought; named when it was not reached.
    """
    status = _rich_status(trailing)
    if status is not None:
        return _from_details(status, code, text or "")
    return error_for(_plain_reason(code), _plain_message(code, text or "", target), code=code)


def error_from_result(error: errors_pb2.Error, code: grpc.StatusCode | None = None) -> JazzError:
    """The exception for one failed operation of a batch or a session; the code is for reasons that are not known."""
    return error_for(
        error.reason,
        error.message,
        code=code,
        metadata={detail.key: detail.value for detail in error.details},
        violations=[Violation(wrong.field, wrong.expected, wrong.found) for wrong in error.violations],
    )


def _rich_status(trailing: Metadata) -> status_pb2.Status | None:
    for key, value in trailing or ():
        if key == _DETAILS_KEY:
            return _read(status_pb2.Status, value if isinstance(value, bytes) else value.encode())
    return None


def _read(message: type[M], data: bytes) -> M | None:
    try:
        return message.FromString(data)
    except DecodeError:  # whatever stands between may mangle details; the status code still tells
        return None


def _from_details(status: status_pb2.Status, code: grpc.StatusCode, text: str) -> JazzError:
    details = {detail.type_url.rpartition("/")[2]: detail.value for detail in status.details}
    own = _detail(details, errors_pb2.Error)
    if own is not None and own.reason:  # it says more than the standard messages: what was expected, what was found
        return error_from_result(own, code)
    info = _detail(details, error_details_pb2.ErrorInfo)
    request = _detail(details, error_details_pb2.BadRequest) or error_details_pb2.BadRequest()
    known = info is not None and info.domain == _DOMAIN
    return error_for(
        info.reason if info is not None and known else _plain_reason(code),
        status.message or text,
        code=code,
        metadata=dict(info.metadata) if info is not None and known else {},
        violations=[Violation(wrong.field, "another value", wrong.description) for wrong in request.field_violations],
    )


def _detail(details: Mapping[str, bytes], message: type[M]) -> M | None:
    data = details.get(message.DESCRIPTOR.full_name)
    return None if data is None else _read(message, data)


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
        return (
            f"the server at {target} did not answer within the timeout; "
            "if it was to write something, that may have happened or not"
        )
    return text or f"{target} answered {code.name}"
