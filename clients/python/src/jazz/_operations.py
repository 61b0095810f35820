"""Operations that travel together, and their results, which arrive later."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Generic, TypeVar

from jazz import codec
from jazz._bodies import damaged, decoded_inline, form, inline
from jazz._infos import BlockInfo, block_info
from jazz._names import attributes as checked_attributes
from jazz._names import if_version as checked_if_version
from jazz._names import invalid, kind_name, versioned
from jazz._slices import block_name, selection
from jazz._status import error_from_result
from jazz._times import to_duration, to_timestamp
from jazz.errors import FailedPrecondition, JazzError
from jazz.v1 import blocks_pb2

T = TypeVar("T")


class Unchanged:
    """The type of `UNCHANGED`."""

    def __repr__(self) -> str:
        return "UNCHANGED"


UNCHANGED: Final = Unchanged()
"""What is left out of an update: it stays as it is. None would mean "never" or "none"."""


class Result(Generic[T]):
    """What one operation of a batch, a session or a commit will give.

    It is there once the `with` block has been left (or a session flushed).
    """

    __slots__ = ("_arrived", "_error", "_make", "_value", "name")

    def __init__(self, name: str, make: Callable[[blocks_pb2.OperationResult], T]) -> None:
        self.name = name
        self._make = make
        self._arrived: blocks_pb2.OperationResult | None = None
        self._error: JazzError | None = None
        self._value: list[T] = []

    @property
    def done(self) -> bool:
        """Whether the answer is there."""
        return self._error is not None or self._arrived is not None or bool(self._value)

    @property
    def error(self) -> JazzError | None:
        """Why the operation failed; None when it did not, or when the answer is not there yet."""
        return self._error

    @property
    def value(self) -> T:
        """What the operation gave.

        Raises:
            JazzError: The operation failed: its own error.
            FailedPrecondition: The answer is not there yet.
        """
        if self._error is not None:
            raise self._error
        if self._arrived is not None:
            self._value = [self._make(self._arrived)]
            self._arrived = None
        if not self._value:
            raise FailedPrecondition(f"the answer for {self.name} is there once the with block has been left")
        return self._value[0]

    def resolve(self, result: blocks_pb2.OperationResult) -> None:
        """Take in the server's answer."""
        if result.WhichOneof("result") == "error":
            self._error = error_from_result(result.error)
        else:
            self._arrived = result

    def fail(self, error: JazzError) -> None:
        """Take in why there is no answer."""
        if not self.done:
            self._error = error

    def __repr__(self) -> str:
        if self._error is not None:
            state = f"{type(self._error).__name__}: {self._error.message}"
        else:
            state = "done" if self.done else "pending"
        return f"<Result {self.name}: {state}>"


def put_operation(
    block: object,
    *,
    attributes: object,
    kind: object,
    if_version: object,
    ttl: object,
) -> blocks_pb2.PutOperation:
    """A put without its value."""
    return blocks_pb2.PutOperation(
        name=block_name("name", block),
        kind=kind_name(kind),
        attributes=checked_attributes(attributes),
        if_version=checked_if_version(if_version),
        time_to_live=to_duration("ttl", ttl),
    )


def put_inline(
    block: object, value: codec.Encoded, *, attributes: object, kind: object, if_version: object, ttl: object
) -> tuple[blocks_pb2.Operation, Result[BlockInfo]]:
    """A put with its value."""
    put = put_operation(block, attributes=attributes, kind=kind, if_version=if_version, ttl=ttl)
    put.value.CopyFrom(inline(value))
    return blocks_pb2.Operation(put=put), Result(put.name, lambda result: block_info(result.info, value.header))


def get_operation(
    block: object, *, version: object, rows: object, columns: object, along: object, item: object, to: str | None
) -> tuple[blocks_pb2.Operation, Result[object]]:
    """A get."""
    full = versioned("name", block, version)
    shown = form(to)
    get = blocks_pb2.GetOperation(name=full, slice=selection(item, rows, columns, along).message())
    return blocks_pb2.Operation(get=get), Result(full, lambda result: _got(result, shown))


def _got(result: blocks_pb2.OperationResult, to: str | None) -> object:
    if not result.HasField("value"):
        raise damaged("another answer than that to a get")
    return decoded_inline(result.value.value, to)


def info_operation(block: object, *, version: object) -> tuple[blocks_pb2.Operation, Result[BlockInfo]]:
    """A look at a block."""
    full = versioned("name", block, version)
    request = blocks_pb2.GetBlockInfoRequest(name=full)
    return blocks_pb2.Operation(info=request), Result(full, lambda result: block_info(result.info))


def copy_request(source: object, target: object, *, version: object, if_version: object) -> blocks_pb2.CopyBlockRequest:
    """A copy, without a request id."""
    return blocks_pb2.CopyBlockRequest(
        source=versioned("source", block_name("source", source), version),
        target=block_name("target", target),
        if_version=checked_if_version(if_version),
    )


def copy_operation(
    source: object, target: object, *, version: object, if_version: object
) -> tuple[blocks_pb2.Operation, Result[BlockInfo]]:
    """A copy."""
    request = copy_request(source, target, version=version, if_version=if_version)
    return blocks_pb2.Operation(copy=request), Result(request.target, lambda result: block_info(result.info))


def delete_request(block: object, *, version: object, if_version: object) -> blocks_pb2.DeleteBlockRequest:
    """A delete, without a request id."""
    return blocks_pb2.DeleteBlockRequest(
        name=versioned("name", block_name("name", block), version), if_version=checked_if_version(if_version)
    )


def delete_operation(
    block: object, *, version: object, if_version: object
) -> tuple[blocks_pb2.Operation, Result[None]]:
    """A delete."""
    request = delete_request(block, version=version, if_version=if_version)
    return blocks_pb2.Operation(delete=request), Result(request.name, lambda _: None)


def update_request(
    block: object, *, attributes: object, expires: object, if_version: object
) -> blocks_pb2.UpdateBlockRequest:
    """A change of attributes and expiry, without a request id.

    Raises:
        InvalidArgument: Neither is given.
    """
    request = blocks_pb2.UpdateBlockRequest(name=block_name("name", block), if_version=checked_if_version(if_version))
    if not isinstance(attributes, Unchanged):
        request.attributes.extend(checked_attributes(attributes))
        request.update_mask.paths.append("attributes")
    if not isinstance(expires, Unchanged):
        if expires is not None:
            request.expire_time.CopyFrom(to_timestamp("expires", expires))
        request.update_mask.paths.append("expire_time")
    if not request.update_mask.paths:
        raise invalid("update", "attributes or expires to change", described="neither")
    return request
