"""What may stop a run between two kernels."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

from jazz_server.pipelines.errors import RunCancelled, RunDeadlineExceeded


@dataclass(frozen=True, slots=True)
class RunControl:
    """What may stop a run. It belongs to one run; any thread may set `cancelled`.

    Attributes:
        cancelled: Set when the run is called off.
        deadline: When its time is up, on the clock of `time.monotonic`; None for never.
        memory_limit: The bytes that values inside the run may take at any time; None for any number.
    """

    cancelled: threading.Event = field(default_factory=threading.Event)
    deadline: float | None = None
    memory_limit: int | None = None

    @property
    def stopped(self) -> bool:
        """Whether it was called off, or its time is up."""
        return self.cancelled.is_set() or (self.deadline is not None and time.monotonic() > self.deadline)

    def checkpoint(self) -> None:
        """Goes on, or stops the run.

        Raises:
            RunCancelled: It was called off.
            RunDeadlineExceeded: Its time is up.
        """
        if self.cancelled.is_set():
            raise RunCancelled("the run was cancelled")
        if self.deadline is not None and time.monotonic() > self.deadline:
            raise RunDeadlineExceeded("the time of the run is up")
