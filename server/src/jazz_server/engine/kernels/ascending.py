"""Numbers at a place of the ascending order, segment by segment."""

from __future__ import annotations

from typing import Any, Final

from jazz_server.engine.kernels.declare import NUMBER, Int64s, Size, ValuesOut, inlined, kernel

_SHORT: Final = 16
"""How many numbers are sorted, by a loop that does not branch on what they are."""


@inlined
def drawn(data: ValuesOut, low: Size, high: Size, state: int) -> Any:
    """Return the number at a place between two that 31 random bits say."""
    return data[low + (((high - low) * state) >> 31)]


@inlined
def stepped(state: int) -> int:
    """Return the next 31 random bits."""
    return (state * 1103515245 + 12345) & 0x7FFFFFFF


@inlined
def middle_of(a: Any, b: Any, c: Any) -> Any:
    """Return the number that is between two others."""
    return max(min(a, b), min(max(a, b), c))


@inlined
def select(data: ValuesOut, low: Size, high: Size, place: Size, state: Size) -> Size:
    """Put the number at `place` of the ascending order of data[low:high] there, and smaller ones before; none is NaN.

    What stands from there up to the place that is returned is in ascending order, too.

    Each turn leaves the part that has the place: what is below a number, or is not. Numbers are drawn, from `state` on,
    so that no order of them takes long.
    """
    while high - low > _SHORT:
        first = stepped(state)
        second = stepped(first)
        state = stepped(second)
        pivot = middle_of(drawn(data, low, high, first), drawn(data, low, high, second), drawn(data, low, high, state))
        edge = low
        for i in range(low, high):
            x = data[i]
            data[i] = data[edge]
            data[edge] = x
            edge += x < pivot
        if place < edge:
            high = edge
            continue
        if edge == low:  # where many are the least one, they are all put first
            for i in range(low, high):
                x = data[i]
                data[i] = data[edge]
                data[edge] = x
                edge += x <= pivot
            if place < edge:
                return edge
        low = edge
    for i in range(low + 1, high):
        x = data[i]
        for j in range(low, i):
            y = data[j]
            below = x < y
            data[j] = x if below else y
            x = y if below else x
        data[i] = x
    return high


@kernel(value=NUMBER)
def select_segments(
    begins: Int64s,
    ends: Int64s,
    data: ValuesOut,
    places: Int64s,
    seed: Size,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Put the numbers at `places` of the ascending order of each segment there, and those that come next behind them.

    Segment s is ``data[begins[s]:ends[s]]``, and stays as it is if its place is not in it. One with NaN is NaN all over
    then. `seed` has 31 bits, and changes no number.
    """
    for row in range(row_begin, row_end):
        begin = begins[row] + 0
        end = ends[row] + 0
        place = places[row] + 0
        if place < begin or place >= end:
            continue
        undefined = False
        for p in range(begin, end):
            undefined |= data[p] != data[p]
        if undefined:
            p = begin
            while data[p] == data[p]:
                p += 1
            for other in range(begin, end):
                data[other] = data[p]
            continue
        sorted_end = select(data, begin, end, place, seed)
        if place + 1 == sorted_end and sorted_end < end:
            least = sorted_end
            for p in range(sorted_end + 1, end):
                if data[p] < data[least]:
                    least = p
            x = data[least]
            data[least] = data[sorted_end]
            data[sorted_end] = x
