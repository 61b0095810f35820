"""A bar on standard error for transfers that last over a second."""

from __future__ import annotations

import sys
import threading
import time
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

SHOWN_AFTER: Final = 1.0
"""Seconds that a transfer lasts before its bar is shown."""


class _Display:
    """The one set of bars of this process: transfers of several threads share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._progress: Progress | None = None
        self._tasks = 0

    def add(self, label: str, total: int, done: int) -> TaskID:
        with self._lock:
            if self._progress is None:
                self._progress = _bars()
                self._progress.start()
            self._tasks += 1
            return self._progress.add_task(label, total=total, completed=done)

    def update(self, task: TaskID, done: int) -> None:
        with self._lock:
            if self._progress is not None:
                self._progress.update(task, completed=done)

    def remove(self, task: TaskID) -> None:
        with self._lock:
            if self._progress is None:
                return
            self._tasks -= 1
            self._progress.remove_task(task)
            if self._tasks == 0:
                self._progress.stop()
                self._progress = None


def _bars() -> Progress:
    # imported here: it takes as long as all the rest, and most programs never show a bar
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    return Progress(*columns, console=Console(stderr=True), transient=True)


_display = _Display()


class Transfer:
    """One transfer: counts its bytes, and shows a bar once it has lasted for `SHOWN_AFTER` seconds.

    Attributes:
        label: What is transferred.
        total: Its length in bytes.
        done: How many bytes are through.
    """

    def __init__(self, label: str, total: int, *, shown: bool) -> None:
        self.label = label
        self.total = total
        self.done = 0
        self._shown = shown
        self._start = time.monotonic()
        self._task: TaskID | None = None
        self._ended = False

    def advance(self, count: int) -> None:
        """Count `count` more bytes."""
        self.done += count
        if not self._shown or self._ended:
            return
        if self._task is not None:
            _display.update(self._task, self.done)
        elif time.monotonic() - self._start >= SHOWN_AFTER and self.done < self.total:
            self._task = _display.add(self.label, self.total, self.done)

    def restart(self) -> None:
        """Count from 0 again: the transfer is made once more."""
        self.done = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended = True
        if self._task is not None:
            _display.remove(self._task)
            self._task = None


def wanted(progress: bool | None) -> bool:
    """Whether bars are shown: as asked for, or when nothing was asked, if standard error is a terminal."""
    return sys.stderr.isatty() if progress is None else progress
