"""Measures of graphs: ranks of pages, components, triangles, cores.

A graph is the pattern of a CSR matrix: an entry at (u, v) is an edge from u to v. Sets of nodes are bitmaps as in
`traversal`.
"""

from __future__ import annotations

from jazz_server.engine.kernels.declare import (
    INDEX,
    Bytes,
    BytesOut,
    Float64,
    Float64s,
    Float64sOut,
    Index,
    IndexOut,
    Int64sOut,
    Size,
    inlined,
    kernel,
)
from jazz_server.engine.kernels.traversal import contains, insert


@kernel(index=INDEX)
def pull_ranks(
    indptr: Index,
    indices: Index,
    weights: Float64s,
    weighted: Size,
    places: Index,
    shares: Float64s,
    rates: Float64s,
    ranks: Float64sOut,
    shares_out: Float64sOut,
    changes: Float64sOut,
    dangling: Float64sOut,
    base: Float64,
    rows: Size,
    block: Size,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Give each node `base` and the shares that it gets from those with an edge to it, for a range of blocks of nodes.

    The entries of row v are the places of the nodes with an edge to v: the share of node u is at ``places[u]``. A node
    gives ``rank * rate``; the rate of a node without edges is 0. For each block, the sum of the changes of ranks and
    the sum of the ranks of nodes of rate 0 are written. Four sums at a time hide how long an addition takes; their
    order is fixed.
    """
    for b in range(row_begin, row_end):
        change = 0.0
        lost = 0.0
        for v in range(b * block, min((b + 1) * block, rows)):
            begin = indptr[v]
            end = indptr[v + 1]
            first, second, third, fourth = base, 0.0, 0.0, 0.0
            blocked = end - (end - begin) % 4
            if weighted == 0:
                for p in range(begin, blocked, 4):
                    first += shares[indices[p]]
                    second += shares[indices[p + 1]]
                    third += shares[indices[p + 2]]
                    fourth += shares[indices[p + 3]]
                for p in range(blocked, end):
                    first += shares[indices[p]]
            else:
                for p in range(begin, end):
                    first += weights[p] * shares[indices[p]]
            rank = (first + second) + (third + fourth)
            change += abs(rank - ranks[v])
            ranks[v] = rank
            rate = rates[v]
            shares_out[places[v]] = rank * rate
            if rate == 0:
                lost += rank
        changes[b] = change
        dangling[b] = lost


@inlined
def root_of(roots: IndexOut, node: Size) -> int:
    """Return the root of a node's tree, halving the way to it."""
    while roots[node] != node:
        roots[node] = roots[roots[node]]
        node = roots[node]
    return node


@inlined
def join(roots: IndexOut, u: Size, v: Size) -> None:
    """Make one tree of those of two nodes; its root is the lesser one, so that the root of a tree is its first node."""
    u = root_of(roots, u)
    v = root_of(roots, v)
    if u < v:
        roots[v] = u
    else:
        roots[u] = v


@kernel(index=INDEX)
def join_first_edges(
    indptr: Index, indices: Index, roots: IndexOut, most: Size, row_begin: Size, row_end: Size
) -> None:
    """Join nodes with those that their first edges, `most` at most, lead to."""
    for u in range(row_begin, row_end):
        for p in range(indptr[u], min(indptr[u] + most, indptr[u + 1])):
            join(roots, u, indices[p])


@kernel(index=INDEX)
def join_pairs(sources: Index, targets: Index, roots: IndexOut, row_begin: Size, row_end: Size) -> None:
    """Join pairs of nodes."""
    for i in range(row_begin, row_end):
        join(roots, sources[i], targets[i])


@kernel(index=INDEX)
def find_roots(roots: Index, found: IndexOut, row_begin: Size, row_end: Size) -> None:
    """Write the root of each node."""
    for node in range(row_begin, row_end):
        root = roots[node]
        while roots[root] != root:
            root = roots[root]
        found[node] = root


@kernel(index=INDEX)
def select_tree(roots: Index, words: BytesOut, root: Size, row_begin: Size, row_end: Size) -> None:
    """Put the nodes of a range with a root into a set. A range begins at a multiple of 8."""
    for node in range(row_begin, row_end):
        if roots[node] == root:
            insert(words, node)


@kernel(index=INDEX)
def list_joining_edges(
    indptr: Index,
    indices: Index,
    roots: Index,
    largest: Bytes,
    sources: IndexOut,
    targets: IndexOut,
    row_begin: Size,
    row_end: Size,
) -> int:
    """List the edges between nodes of different roots, and return their number; `largest` is the set of one root."""
    count = 0
    for u in range(row_begin, row_end):
        within = contains(largest, u)
        root = roots[u]
        for p in range(indptr[u], indptr[u + 1]):
            v = indices[p]
            if (not within or not contains(largest, v)) and roots[v] != root:
                sources[count] = u
                targets[count] = v
                count += 1
    return count


@kernel(index=INDEX)
def upward_count(
    indptr: Index, indices: Index, ranks: Index, counts: Int64sOut, row_begin: Size, row_end: Size
) -> None:
    """Count the neighbours of higher rank of each node, into the place of its rank."""
    for u in range(row_begin, row_end):
        rank = ranks[u]
        count = 0
        for p in range(indptr[u], indptr[u + 1]):
            count += ranks[indices[p]] > rank
        counts[rank] = count


@kernel(index=INDEX)
def upward_fill(
    indptr: Index,
    indices: Index,
    ranks: Index,
    starts: Index,
    targets: IndexOut,
    row_begin: Size,
    row_end: Size,
) -> None:
    """List the ranks of the neighbours of higher rank of each node; those of rank r begin at ``starts[r]``."""
    for u in range(row_begin, row_end):
        rank = ranks[u]
        position = starts[rank] + 0
        for p in range(indptr[u], indptr[u + 1]):
            other = ranks[indices[p]]
            if other > rank:
                targets[position] = other
                position += 1


@kernel(index=INDEX)
def count_triangles(
    indptr: Index, indices: Index, stamps: IndexOut, counts: Int64sOut, row_begin: Size, row_end: Size
) -> None:
    """Count for each node the pairs of edges from it that an edge joins, in a graph without cycles.

    Scratch, one per thread: `stamps` (nodes), -1 at the beginning.
    """
    for u in range(row_begin, row_end):
        for p in range(indptr[u], indptr[u + 1]):
            stamps[indices[p]] = u
        count = 0
        for p in range(indptr[u], indptr[u + 1]):
            v = indices[p]
            for q in range(indptr[v], indptr[v + 1]):
                count += stamps[indices[q]] == u
        counts[u] = count


@kernel(index=INDEX)
def peel(
    indptr: Index,
    indices: Index,
    degrees: Int64sOut,
    order: IndexOut,
    places: Int64sOut,
    starts: Int64sOut,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Turn degrees into core numbers, for the places `row_begin` to `row_end` of an order by degree.

    The algorithm of Batagelj and Zaversnik (2003). `order` lists the nodes by ascending degree, `places` says where in
    it a node is, and `starts` where nodes of a degree begin. Ranges are taken one after the other.
    """
    for i in range(row_begin, row_end):
        u = order[i]
        for p in range(indptr[u], indptr[u + 1]):
            v = indices[p]
            if degrees[v] > degrees[u]:
                # v becomes the first of its degree, and the beginning of that degree moves behind it
                degree = degrees[v]
                place = places[v]
                first = starts[degree]
                other = order[first]
                if other != v:
                    order[place] = other
                    places[other] = place
                    order[first] = v
                    places[v] = first
                starts[degree] = first + 1
                degrees[v] = degree - 1
