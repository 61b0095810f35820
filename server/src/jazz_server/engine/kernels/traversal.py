"""Ways through graphs: levels of a breadth-first search, shortest paths, random walks.

A graph is the pattern of a CSR matrix: an entry at (u, v) is an edge from u to v. A set of nodes is a bitmap: node v is
bit ``v & 7`` of the byte ``v >> 3``.
"""

from __future__ import annotations

from jazz_server.engine.kernels.declare import (
    INDEX,
    Bytes,
    BytesOut,
    Float64s,
    Float64sOut,
    Index,
    IndexOut,
    Int64s,
    Int64sOut,
    Size,
    inlined,
    kernel,
)


@inlined
def contains(words: Bytes, node: Size) -> bool:
    """Tell whether a node is in a set."""
    return bool((words[node >> 3] >> (node & 7)) & 1)


@inlined
def insert(words: BytesOut, node: Size) -> None:
    """Put a node into a set."""
    words[node >> 3] |= 1 << (node & 7)


@kernel(index=INDEX)
def bfs_push(
    indptr: Index,
    indices: Index,
    frontier: Index,
    seen: BytesOut,
    found: IndexOut,
    finders: IndexOut,
    row_begin: Size,
    row_end: Size,
) -> int:
    """List the nodes that edges lead to from nodes `row_begin` to `row_end` of a frontier, and that were not seen.

    They are put into `seen` and into `found`, each with the first node of the frontier that has an edge to it, and
    their number is returned.
    """
    count = 0
    for i in range(row_begin, row_end):
        u = frontier[i]
        for p in range(indptr[u], indptr[u + 1]):
            v = indices[p]
            if not contains(seen, v):
                insert(seen, v)
                found[count] = v
                finders[count] = u
                count += 1
    return count


@kernel(index=INDEX)
def bfs_claim(
    found: Index,
    finders: Index,
    seen: BytesOut,
    claimed: BytesOut,
    levels: Int64sOut,
    parents: Int64sOut,
    level: Size,
    row_begin: Size,
    row_end: Size,
) -> int:
    """Give those that were found and not seen their level and parent, put them into `claimed`, return their number."""
    count = 0
    for i in range(row_begin, row_end):
        v = found[i]
        if not contains(seen, v):
            insert(seen, v)
            insert(claimed, v)
            levels[v] = level
            parents[v] = finders[i]
            count += 1
    return count


@kernel(index=INDEX)
def bfs_pull(
    indptr: Index,
    indices: Index,
    frontier: Bytes,
    seen: BytesOut,
    claimed: BytesOut,
    levels: Int64sOut,
    parents: Int64sOut,
    level: Size,
    row_begin: Size,
    row_end: Size,
) -> int:
    """Claim each node of a range that was not seen and has a node of the frontier among its entries; count them.

    The entries of a row are the nodes from which edges lead to it, and its parent becomes the first of them. A range
    begins at a multiple of 8, so that no two ranges share a byte.
    """
    count = 0
    for v in range(row_begin, row_end):
        if not contains(seen, v):
            for p in range(indptr[v], indptr[v + 1]):
                u = indices[p]
                if contains(frontier, u):
                    insert(claimed, v)
                    levels[v] = level
                    parents[v] = u
                    count += 1
                    break
    for byte in range(row_begin >> 3, (row_end + 7) >> 3):
        seen[byte] |= claimed[byte]
    return count


@kernel(index=INDEX)
def set_to_list(words: Bytes, listed: IndexOut, nodes: Size) -> int:
    """List the nodes of a set in ascending order, and return their number."""
    count = 0
    for byte in range((nodes + 7) >> 3):
        if words[byte] != 0:
            for v in range(byte << 3, min((byte + 1) << 3, nodes)):
                if contains(words, v):
                    listed[count] = v
                    count += 1
    return count


@inlined
def sift_up(heap: IndexOut, places: Int64sOut, distances: Float64s, hole: Size, node: Size) -> None:
    """Move a node of a heap up to where no node above it is farther; every node has up to four below it."""
    distance = distances[node]
    while hole > 0:
        above = (hole - 1) >> 2
        other = heap[above]
        if distances[other] <= distance:
            break
        heap[hole] = other
        places[other] = hole
        hole = above
    heap[hole] = node
    places[node] = hole


@inlined
def sift_from_root(heap: IndexOut, places: Int64sOut, distances: Float64s, size: Size, node: Size) -> None:
    """Put a node into the heap of `size` whose root is vacant."""
    distance = distances[node]
    hole = 0
    while True:
        first = 4 * hole + 1
        if first >= size:
            break
        nearest = first
        for child in range(first + 1, min(first + 4, size)):
            if distances[heap[child]] < distances[heap[nearest]]:
                nearest = child
        other = heap[nearest]
        if distances[other] >= distance:
            break
        heap[hole] = other
        places[other] = hole
        hole = nearest
    heap[hole] = node
    places[node] = hole


@kernel(index=INDEX)
def shortest_paths(
    indptr: Index,
    indices: Index,
    weights: Float64s,
    distances: Float64sOut,
    heap: IndexOut,
    places: Int64sOut,
    size: Size,
    steps: Size,
) -> int:
    """Settle up to `steps` of the nearest nodes of a heap by Dijkstra's algorithm, and return the heap's new size.

    Weights are at least 0. `places` says where in the heap a node is: -1 when it was never in it, -2 when it is
    settled.
    """
    while size > 0 and steps > 0:
        u = heap[0]
        size -= 1
        places[u] = -2
        if size > 0:
            sift_from_root(heap, places, distances, size, heap[size])
        steps -= 1
        for p in range(indptr[u], indptr[u + 1]):
            v = indices[p]
            distance = distances[u] + weights[p]
            if distance < distances[v]:
                distances[v] = distance
                place = places[v]
                if place == -1:
                    place = size
                    size += 1
                sift_up(heap, places, distances, place, v)
    return size


MASK = 0xFFFFFFFF
MULTIPLIER = 0xD256D193
WEYL = 0x9E3779B9


@inlined
def random_bits(counter: Size, key: Size) -> int:
    """Return 53 random bits: Philox2x32-10 (Salmon et al., SC 2011) of a counter and a key."""
    left = counter & MASK
    right = (counter >> 32) & MASK
    key = key & MASK
    for _ in range(10):
        product = MULTIPLIER * left
        left = ((product >> 32) & MASK) ^ key ^ right
        right = product & MASK
        key = (key + WEYL) & MASK
    return ((left & 0x1FFFFF) << 32) | right


@inlined
def first_above(cumulated: Float64s, begin: Size, end: Size, target: float) -> int:
    """Return the first of ascending numbers that is greater than a target; the last of them when none is."""
    last = end - 1
    while begin < last:
        middle = (begin + last) >> 1
        if cumulated[middle] > target:
            last = middle
        else:
            begin = middle + 1
    return begin


@kernel(index=INDEX)
def walk_randomly(
    indptr: Index,
    indices: Index,
    cumulated: Float64s,
    weighted: Size,
    starts: Int64s,
    walks: Int64sOut,
    length: Size,
    key: Size,
    row_begin: Size,
    row_end: Size,
) -> None:
    """Walk `length` steps from nodes, into `walks` (starts, length + 1); -1 from where no edge leads on.

    Step s of walk w takes the random number s of the stream w. With `weighted`, `cumulated` holds the sums of the
    weights of a row's entries up to each of them.
    """
    for walk in range(row_begin, row_end):
        target = walk * (length + 1)
        u = starts[walk]
        walks[target] = u
        for step in range(length):
            if u >= 0:
                begin = indptr[u]
                end = indptr[u + 1]
                u = -1
                if end > begin:
                    uniform = random_bits((walk << 32) + step, key) * (1.0 / 9007199254740992.0)
                    if weighted == 0:
                        u = indices[begin + int((end - begin) * uniform)]
                    elif cumulated[end - 1] > 0:
                        u = indices[first_above(cumulated, begin, end, uniform * cumulated[end - 1])]
            walks[target + step + 1] = u


@kernel(index=INDEX)
def cumulate_rows(indptr: Index, weights: Float64s, cumulated: Float64sOut, row_begin: Size, row_end: Size) -> None:
    """Add up the entries of each row, up to each of them."""
    for row in range(row_begin, row_end):
        total = 0.0
        for p in range(indptr[row], indptr[row + 1]):
            total += weights[p]
            cumulated[p] = total
