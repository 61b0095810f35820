"""gRPC by `grpc`. Its twin is `_transport_async`; all that stands on the two is written once."""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from time import sleep
from typing import Any, Final, cast

import grpc

from jazz._interrupts import Interruptible
from jazz._process import check_process, note_connection
from jazz._status import error_from_call
from jazz._target import Target
from jazz.errors import Cancelled, FailedPrecondition

__all__ = ["Duplex", "Transport", "sleep"]

_BYTES: Final[dict[str, Any]] = {"request_serializer": None, "response_deserializer": None}

# Messages of a download are taken from gRPC by the thread that reads them, not handed over by one of the channel's.
# (`grpc.experimental.ChannelOptions.SingleThreadedUnaryStream`, whose module takes longer to load than it helps.)
_OWN_THREAD: Final = ("SingleThreadedUnaryStream", 1)


class Transport:
    """One channel, made at the first call; messages are bytes both ways, failures are exceptions of Jazz.

    Any number of threads may use it. An interrupt (Ctrl-C) calls off the call under way and leaves the channel usable.
    """

    def __init__(self, target: Target) -> None:
        self.target = target
        self._channel: grpc.Channel | None = None
        self._retired: list[grpc.Channel] = []
        self._lock = threading.Lock()
        self._closed = False

    def unary(self, path: str, message: bytes, timeout: float | None) -> bytes:
        """One message there, one back."""
        channel = self._open()
        with self._errors():
            answer: bytes = channel.unary_unary(path, **_BYTES)(message, timeout=timeout, metadata=self.target.metadata)
        return answer

    def upload(self, path: str, messages: Iterator[bytes], timeout: float | None) -> bytes:
        """Many messages there, one back."""
        channel = self._open()
        with self._errors():
            with Interruptible():
                call = channel.stream_unary(path, **_BYTES).future(
                    messages, timeout=timeout, metadata=self.target.metadata
                )
            try:
                with Interruptible(call.cancel):
                    answer: bytes = call.result()
            finally:
                call.cancel()
        return answer

    def download(self, path: str, message: bytes, timeout: float | None) -> Generator[bytes, None, None]:
        """One message there, many back. The call is called off if the iterator is closed early."""
        channel = self._open()
        with self._errors(), Interruptible():
            call = channel.unary_stream(path, **_BYTES)(message, timeout=timeout, metadata=self.target.metadata)
        yield from self._arriving(call)

    def exchange(self, path: str, messages: Iterator[bytes], timeout: float | None) -> Generator[bytes, None, None]:
        """Many messages there and many back. The call is called off if the iterator is closed early."""
        channel = self._open()
        with self._errors(), Interruptible():
            call = channel.stream_stream(path, **_BYTES)(messages, timeout=timeout, metadata=self.target.metadata)
        yield from self._arriving(call)

    def _arriving(self, call: Any) -> Generator[bytes, None, None]:
        # One handler of Ctrl-C for all messages: to set one for each is a tenth of what taking them in costs.
        try:
            with self._errors(), Interruptible(call.cancel):
                yield from call
        finally:
            call.cancel()

    def next_message(self, call: Any) -> bytes | None:
        """The next message of a call; None when there are no more."""
        with self._errors(), Interruptible(call.cancel):
            return next(call, None)

    def duplex(self, path: str, timeout: float | None) -> Duplex:
        """A call whose messages both ways are at the caller's pace."""
        return Duplex(self, path, timeout)

    def close(self) -> None:
        """Close the channel; calls under way are called off."""
        with self._lock:
            self._closed = True
            channels = [*self._retired, *([] if self._channel is None else [self._channel])]
            self._channel = None
            self._retired.clear()
        for channel in channels:
            channel.close()

    def _open(self) -> grpc.Channel:
        check_process()
        channel = self._channel
        if channel is not None:
            return channel
        with self._lock:
            if self._closed:
                raise FailedPrecondition(f"the connection to {self.target.shown} is closed")
            if self._channel is None:
                note_connection()
                target = self.target
                options = (*target.options, _OWN_THREAD)
                if target.credentials is None:
                    self._channel = grpc.insecure_channel(target.address, options=options)
                else:
                    self._channel = grpc.secure_channel(target.address, target.credentials, options=options)
            return self._channel

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except grpc.RpcError as failure:
            call = cast(grpc.Call, failure)  # what is raised is the call
            text, trailing = call.details(), call.trailing_metadata()
            raise error_from_call(call.code(), text, trailing, target=self.target.shown) from None
        except grpc.FutureCancelledError:
            raise Cancelled(f"the call to {self.target.shown} was cancelled") from None
        except ValueError:
            if not self._closed:
                raise
            # another thread closed the channel between opening it and calling: gRPC has no error of its own for it
            raise FailedPrecondition(f"the connection to {self.target.shown} is closed") from None
        except (Exception, GeneratorExit):
            raise
        except BaseException:
            # an interrupt may have hit gRPC while it held a lock of the channel: calls to come get another channel,
            # those of other threads end on this one
            with self._lock:
                if self._channel is not None:
                    self._retired.append(self._channel)
                    self._channel = None
            raise


class Duplex:
    """A call with messages both ways."""

    def __init__(self, transport: Transport, path: str, timeout: float | None) -> None:
        self._transport = transport
        self._outgoing: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        channel = transport._open()
        with transport._errors(), Interruptible():
            self._call = channel.stream_stream(path, **_BYTES)(
                iter(self._outgoing.get, None), timeout=timeout, metadata=transport.target.metadata
            )

    def send(self, message: bytes) -> None:
        """Send one message. That the call has failed is said by `receive`."""
        self._outgoing.put(message)

    def receive(self) -> bytes | None:
        """The next message; None when there are no more."""
        return self._transport.next_message(self._call)

    def end(self) -> None:
        """Say that no more messages follow."""
        self._outgoing.put(None)

    def cancel(self) -> None:
        """Call it off; nothing happens when it has ended."""
        self._call.cancel()
        self._outgoing.put(None)  # releases the thread that sends
