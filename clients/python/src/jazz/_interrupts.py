"""Ctrl-C during a call."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Self


class Interruptible:
    """Lets Ctrl-C call off what gRPC is doing, and raises `KeyboardInterrupt` once it has returned.

    Raised at once, the exception would now and then hit gRPC while it holds a lock, which stays locked then, and all
    later calls would wait for it. A second Ctrl-C is raised at once. Handlers of the program's own are left alone.
    """

    def __init__(self, cancel: Callable[[], object] | None = None) -> None:
        self._cancel = cancel
        self._active = False
        self._pressed = False

    def __enter__(self) -> Self:
        main = threading.current_thread() is threading.main_thread()
        if main and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            self._active = True
            signal.signal(signal.SIGINT, self._handle)
        return self

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self._pressed:
            signal.default_int_handler(number, frame)
        self._pressed = True
        if self._cancel is not None:
            self._cancel()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._active:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        if self._pressed:
            raise KeyboardInterrupt from None
