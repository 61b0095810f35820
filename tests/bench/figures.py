"""What a benchmark gives: one figure of Jazz and the same figure of its peers, measured in the same run."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from statistics import median

ENOUGH = 0.02
"""Seconds that a measurement takes at least: short calls are repeated."""


@dataclass(frozen=True)
class Figure:
    """One line of the table.

    Attributes:
        name: Its stable name.
        unit: The unit of `ours` and `peer`; a unit that ends in "/s" is better when it is greater, others when less.
        ours: The figure of Jazz.
        peer: The figure of the peer, of several the best one.
        peer_name: The peer with its version.
        others: The figures of other peers by their names.
        note: What a reader has to know of the figure.
    """

    name: str
    unit: str
    ours: float
    peer: float
    peer_name: str
    others: Mapping[str, float] = field(default_factory=dict)
    note: str = ""

    @property
    def ratio(self) -> float:
        """How many times better Jazz is than the peer; below 1 when it is worse."""
        return self.ratio_to(self.peer)

    def ratio_to(self, peer: float) -> float:
        """How many times better Jazz is than a figure."""
        return self.ours / peer if self.unit.endswith("/s") else peer / self.ours


Benchmark = Callable[[], Iterator[Figure]]
"""A benchmark measures when it is iterated and gives its figures one by one."""


def taken(call: Callable[[], object]) -> float:
    """The seconds that a call takes: over one call, or over as many as take `ENOUGH` together."""
    number = 1
    while True:
        began = time.perf_counter()
        for _ in range(number):
            call()
        seconds = time.perf_counter() - began
        if seconds >= ENOUGH:
            return seconds / number
        number = max(number * 2, int(number * ENOUGH / max(seconds, 1e-9)))


def best(
    name: str,
    unit: str,
    ours: Callable[[], object],
    peers: Mapping[str, Callable[[], float]],
    *,
    work: float | None = None,
    turns: int = 5,
    note: str = "",
) -> Figure:
    """The figure of medians of seconds, all measured in turns, so that a noisy moment meets everyone.

    Args:
        name: The name of the figure.
        unit: Its unit.
        ours: What Jazz does.
        peers: What gives the seconds of a peer, by its name: a `Peer`, or `lambda: taken(call)`.
        work: When given, figures are so much per second instead of seconds.
        turns: How many turns there are, after one that does not count.
        note: What a reader has to know.
    """
    times = [[taken(ours), *(peer() for peer in peers.values())] for _ in range(turns + 1)][1:]
    seconds = [median(of_one) for of_one in zip(*times, strict=True)]
    mine, *theirs = seconds if work is None else [work / s for s in seconds]
    others = dict(zip(peers, theirs, strict=True))
    fastest = min(peers, key=lambda peer: seconds[1 + list(peers).index(peer)])
    return Figure(name, unit, mine, others.pop(fastest), fastest, others, note)


def seconds(call: Callable[[], object], *, turns: int = 5) -> float:
    """The median of the seconds that a call takes, after one that does not count."""
    call()
    times = []
    for _ in range(turns):
        began = time.perf_counter()
        call()
        times.append(time.perf_counter() - began)
    return median(times)


def alternately(first: Callable[[], object], second: Callable[[], object], *, turns: int = 5) -> tuple[float, float]:
    """The medians of the seconds that two calls take, in turns, so that a noisy moment meets both."""
    first()
    second()
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(turns):
        for call, of_one in zip((first, second), times, strict=True):
            began = time.perf_counter()
            call()
            of_one.append(time.perf_counter() - began)
    return median(times[0]), median(times[1])
