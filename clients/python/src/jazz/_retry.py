"""When a failed call is made again, and after how long."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field
from typing import Final

from jazz.errors import DataLoss, JazzError, OutcomeUnknown, Unavailable

ATTEMPTS: Final = 5
"""How often a call is made at most."""

FIRST_DELAY: Final = 0.1
"""Seconds before the second attempt, before jitter; doubled for each one after."""

LONGEST_DELAY: Final = 2.0
"""The most seconds between two attempts."""

TRANSFER_DAMAGED: Final = "DATA_LOSS"
"""The reason of a body that arrived damaged or short; a stored body that is damaged is `CHECKSUM_MISMATCH`."""


def deadline_after(timeout: float | None) -> float | None:
    """The moment, on the monotonic clock, at which a call must have ended; None when it may take for ever."""
    return None if timeout is None else time.monotonic() + timeout


def remaining(deadline: float | None) -> float | None:
    """The seconds until a deadline, never less than 0."""
    return None if deadline is None else max(0.0, deadline - time.monotonic())


@dataclass(slots=True)
class Backoff:
    """Decides about one call: exponential delays with full jitter, never past the deadline.

    Only what cannot act twice is made again: reads, and writes that carry a `request_id`, which the server recognises.

    Attributes:
        deadline: When the call must have ended, on the monotonic clock.
        repeatable: Whether the call may be made again at all.
    """

    deadline: float | None
    repeatable: bool
    _failed: int = field(default=0, init=False)

    def delay(self, error: JazzError) -> float | None:
        """The seconds to wait before the next attempt; None to give up and raise the error."""
        self._failed += 1
        if not self.repeatable or self._failed >= ATTEMPTS or not _transient(error):
            return None
        bound = min(LONGEST_DELAY, FIRST_DELAY * 2 ** (self._failed - 1))
        wait = random.uniform(bound / 2, bound)
        left = remaining(self.deadline)
        return wait if left is None or wait < left else None


def _transient(error: JazzError) -> bool:
    # bytes damaged on their way arrive whole the next time; bytes damaged where they lie do not
    damaged_on_the_way = isinstance(error, DataLoss) and error.reason == TRANSFER_DAMAGED
    return isinstance(error, Unavailable | OutcomeUnknown) or damaged_on_the_way
