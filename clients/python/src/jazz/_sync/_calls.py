"""Calls to the server: deadlines, repetitions, messages. What is above speaks protobuf, what is below bytes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Final, TypeVar

from google.protobuf.message import Message

from jazz import codec
from jazz._bodies import Body, Incoming, alone, messages, parsed
from jazz._names import flag, seconds
from jazz._progress import Transfer, wanted
from jazz._retry import Backoff, deadline_after, remaining
from jazz._target import Target
from jazz._transport_sync import Duplex, Transport, sleep
from jazz.errors import JazzError

M = TypeVar("M", bound=Message)

SMALL_TIMEOUT: Final = 60.0
"""Seconds that a call without bulk data may take, unless asked otherwise."""


class Calls:
    """Makes calls over one connection.

    A call is made again only where it cannot act twice: reads, and writes with a `request_id`. Streams whose messages
    reached the caller already (sessions) are never made again.
    """

    def __init__(self, target: Target, *, timeout: object, progress: object) -> None:
        self.target = target.shown
        self._timeout = seconds("timeout", timeout)
        self._has_timeout = timeout is not None
        self._bars = wanted(None if progress is None else flag("progress", progress))
        self._transport = Transport(target)

    def unary(
        self, method: str, request: Message, answer: type[M], timeout: object, *, repeatable: bool, bulk: bool = False
    ) -> M:
        """One message there, one back."""
        deadline = self._deadline(timeout, None if bulk else SMALL_TIMEOUT)
        backoff = Backoff(deadline, repeatable)
        message = request.SerializeToString()
        while True:
            try:
                return parsed(answer, self._transport.unary(_path(method), message, remaining(deadline)))
            except JazzError as error:
                delay = backoff.delay(error)
                if delay is None:
                    raise
            sleep(delay)

    def upload(
        self, method: str, first: Message, value: codec.Encoded, answer: type[M], timeout: object, *, label: str
    ) -> M:
        """A value there, one message back. Made again: it has a `request_id`, or stores nothing."""
        deadline = self._deadline(timeout, None)
        backoff = Backoff(deadline, repeatable=True)
        with Transfer(label, value.body_bytes, shown=self._bars) as transfer:
            while True:
                transfer.restart()
                single, outgoing = alone(messages(first, [value], transfer))
                try:
                    if single is None:
                        arrived = self._transport.upload(_path(method), outgoing, remaining(deadline))
                    else:
                        arrived = self._transport.unary(_path(method), single, remaining(deadline))
                    return parsed(answer, arrived)
                except JazzError as error:
                    delay = backoff.delay(error)
                    if delay is None:
                        raise
                sleep(delay)

    def download(
        self,
        method: str,
        request: Message,
        answer: type[M],
        announced: Callable[[M], Sequence[tuple[int, int]]],
        timeout: object,
        *,
        label: str,
    ) -> tuple[M, dict[int, Body]]:
        """One message there, values back."""
        deadline = self._deadline(timeout, None)
        backoff = Backoff(deadline, repeatable=True)
        message = request.SerializeToString()
        with Transfer(label, 0, shown=self._bars) as transfer:
            while True:
                incoming = Incoming(answer, announced, transfer)
                try:
                    stream = self._transport.download(_path(method), message, remaining(deadline))
                    with closing(stream) as arriving:
                        for piece in arriving:
                            incoming.take(piece)
                    return incoming.finish()
                except JazzError as error:
                    delay = backoff.delay(error)
                    if delay is None:
                        raise
                sleep(delay)

    def exchange(
        self,
        method: str,
        first: Message,
        values: Sequence[codec.Encoded],
        answer: type[M],
        announced: Callable[[M], Sequence[tuple[int, int]]],
        timeout: object,
        *,
        label: str,
    ) -> tuple[M, dict[int, Body]]:
        """Values there and values back. Made again: it stores nothing, or has a `request_id`."""
        deadline = self._deadline(timeout, None)
        backoff = Backoff(deadline, repeatable=True)
        with (
            Transfer(f"{label} (inputs)", sum(value.body_bytes for value in values), shown=self._bars) as there,
            Transfer(f"{label} (outputs)", 0, shown=self._bars) as back,
        ):
            while True:
                there.restart()
                incoming = Incoming(answer, announced, back)
                single, outgoing = alone(messages(first, values, there))
                try:
                    if single is None:
                        stream = self._transport.exchange(_path(method), outgoing, remaining(deadline))
                    else:
                        stream = self._transport.download(_path(method), single, remaining(deadline))
                    with closing(stream) as arriving:
                        for piece in arriving:
                            incoming.take(piece)
                    return incoming.finish()
                except JazzError as error:
                    delay = backoff.delay(error)
                    if delay is None:
                        raise
                sleep(delay)

    def duplex(self, method: str, timeout: object) -> Duplex:
        """A call whose messages both ways are at the caller's pace."""
        return self._transport.duplex(_path(method), remaining(self._deadline(timeout, None)))

    def close(self) -> None:
        """Close the connection."""
        self._transport.close()

    def _deadline(self, timeout: object, default: float | None) -> float | None:
        if timeout is not None:
            return deadline_after(seconds("timeout", timeout))
        return deadline_after(self._timeout if self._has_timeout else default)


def _path(method: str) -> str:
    return f"/jazz.v1.{method}"
