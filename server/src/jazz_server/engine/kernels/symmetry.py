"""Whether a matrix is symmetric, told from sums of hashes: one pass over the entries, in order."""

from __future__ import annotations

from jazz_server.engine.kernels.declare import INDEX, Index, Int64sOut, Size, inlined, kernel

FIRST = -7046029254386353131
SECOND = -4417276706812531889


@inlined
def mixed(x: Size) -> int:
    """Return the bits of a number, mixed: the finalizer of SplitMix64 (Steele et al., OOPSLA 2014), shortened."""
    x = (x ^ (x >> 29)) * FIRST
    return (x ^ ((x >> 32) & 0xFFFFFFFF)) * SECOND  # without the sign, which would make one hash of x and ~x


@kernel(index=INDEX)
def hash_asymmetry(
    indptr: Index, indices: Index, sums: Int64sOut, columns: Size, row_begin: Size, row_end: Size
) -> None:
    """Add up, for each row u, a hash of 64 bits of each entry (u, v) above the diagonal less that of (v, u) below it.

    The sum over all rows is 0 where every entry has one opposite of it; else it is not, up to a chance of 2**-64.
    """
    for u in range(row_begin, row_end):
        total = 0
        for p in range(indptr[u], indptr[u + 1]):
            v = indices[p]
            if u < v:
                total += mixed(u * columns + v)
            elif v < u:
                total -= mixed(v * columns + u)
        sums[u] = total
