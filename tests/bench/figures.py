"""What a benchmark gives: one figure of Jazz and the same figure of a peer, measured in the same run."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Figure:
    """One line of the table.

    Attributes:
        name: Its stable name.
        unit: The unit of `ours` and `peer`; a unit that ends in "/s" is better when it is greater, others when less.
        ours: The figure of Jazz.
        peer: The figure of the peer.
        peer_name: The peer with its version.
    """

    name: str
    unit: str
    ours: float
    peer: float
    peer_name: str

    @property
    def ratio(self) -> float:
        """How many times better Jazz is than the peer; below 1 when it is worse."""
        return self.ours / self.peer if self.unit.endswith("/s") else self.peer / self.ours


Benchmark = Callable[[], Iterator[Figure]]
"""A benchmark measures when it is iterated and gives its figures one by one."""


def seconds(call: Callable[[], object], *, turns: int = 5) -> float:
    """The median of the seconds that a call takes, after one that does not count."""
    call()
    taken = []
    for _ in range(turns):
        began = time.perf_counter()
        call()
        taken.append(time.perf_counter() - began)
    return median(taken)


def alternately(first: Callable[[], object], second: Callable[[], object], *, turns: int = 5) -> tuple[float, float]:
    """The medians of the seconds that two calls take, in turns, so that a noisy moment meets both."""
    first()
    second()
    taken: tuple[list[float], list[float]] = ([], [])
    for _ in range(turns):
        for call, times in zip((first, second), taken, strict=True):
            began = time.perf_counter()
            call()
            times.append(time.perf_counter() - began)
    return median(taken[0]), median(taken[1])
