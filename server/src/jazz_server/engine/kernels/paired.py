"""Rows of two tables beside each other, by the codes of their keys. The rows are those of the one table.

Ranges of rows write where what the ranges before write ends.
"""

from __future__ import annotations

from jazz_server.engine.kernels.declare import Int64s, Int64sOut, Size, kernel


@kernel()
def pairs_count(codes: Int64s, counts: Int64s, alone: Size, row_begin: Size, row_end: Size) -> int:
    """Return how many pairs rows have: one for each partner, of which each key has so many in `counts`.

    A row that has none has a pair if `alone` is 1.
    """
    total = 0
    for row in range(row_begin, row_end):
        total += max(counts[codes[row]], alone)
    return total


@kernel()
def pairs_of_one(
    codes: Int64s,
    partner: Int64s,
    rows: Int64sOut,
    others: Int64sOut,
    place: Size,
    end: Size,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Write the pairs of rows that have a partner, in their order, from `place` to `end`; no key has more than one.

    `partner` has that of each key, below 0 for none.
    """
    row = row_begin
    while place < end:
        other = partner[codes[row]]
        rows[place] = row
        others[place] = other
        place += other >= 0
        row += 1


@kernel()
def pairs_of_many(
    codes: Int64s,
    starts: Int64s,
    partners: Int64s,
    rows: Int64sOut,
    others: Int64sOut,
    alone: Size,
    place: Size,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Write the pairs of rows, in their order, from `place` on.

    Key k has the partners ``partners[starts[k]:starts[k + 1]]``. Beside a row that is `alone` is -1.
    """
    for row in range(row_begin, row_end):
        begin = starts[codes[row]]
        end = starts[codes[row] + 1]
        if begin == end and alone:
            rows[place] = row
            others[place] = -1
            place += 1
        for p in range(begin, end):
            rows[place] = row
            others[place] = partners[p]
            place += 1
