"""Numbers in ascending order, segment by segment."""

from __future__ import annotations

from typing import Any

from jazz_server.engine.kernels.declare import NUMBER, Int64s, Size, ValuesOut, inlined, kernel


@inlined
def before(a: Any, b: Any) -> Any:
    """Tell whether a number comes before another one; NaN comes last."""
    return a < b or (b != b and a == a)


@kernel(value=NUMBER)
def sort_segments(
    indptr: Int64s, data: ValuesOut, scratch: ValuesOut, longest: Size, row_begin: Size, row_end: Size
) -> None:
    """Sort the numbers ``indptr[row]:indptr[row + 1]`` of each row in place, unless they are more than `longest`.

    Insertion in runs of 16, then merges through `scratch`, which is as long as `data`.
    """
    for row in range(row_begin, row_end):
        first = indptr[row]
        count = indptr[row + 1] - first
        if count > longest:
            continue
        for begin in range(0, count, 16):
            for i in range(begin + 1, min(begin + 16, count)):
                value = data[first + i]
                hole = i
                while hole > begin and before(value, data[first + hole - 1]):
                    data[first + hole] = data[first + hole - 1]
                    hole -= 1
                data[first + hole] = value
        width = 16
        while width < count:
            for begin in range(0, count, 2 * width):
                middle = min(begin + width, count)
                end = min(begin + 2 * width, count)
                for i in range(begin, middle):
                    scratch[first + i] = data[first + i]
                left = begin
                right = middle
                for i in range(begin, end):
                    if left == middle:
                        break
                    if right == end or not before(data[first + right], scratch[first + left]):
                        data[first + i] = scratch[first + left]
                        left += 1
                    else:
                        data[first + i] = data[first + right]
                        right += 1
            width *= 2
