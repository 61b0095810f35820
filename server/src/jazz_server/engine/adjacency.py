"""Graphs: matrices whose entries that are not zero are edges, from the node of the row to that of the column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jazz.values import Layout, Tensor
from jazz_server.engine import compressed, layouts, operands
from jazz_server.engine.compressed import Compressed
from jazz_server.engine.errors import OpError
from jazz_server.engine.launch import launch
from jazz_server.engine.memory import check_bytes
from jazz_server.engine.promotion import Array
from jazz_server.kinds import describe

_SAMPLE = 64


@dataclass(frozen=True, slots=True)
class Graph:
    """Edges by the node that they begin at.

    Attributes:
        nodes: The number of nodes.
        indptr: Where in `targets` the edges of each node begin, and the end.
        targets: The nodes that edges lead to, ascending for each node.
        weights: The weights of the edges as they are stored; None when each is 1.
    """

    nodes: int
    indptr: Array
    targets: Array
    weights: Array | None = None

    @property
    def edges(self) -> int:
        """The number of edges."""
        return len(self.targets)

    @property
    def index(self) -> np.dtype[Any]:
        """The type of its indices."""
        dtype: np.dtype[Any] = self.targets.dtype
        return dtype


def square(argument: Any, field: str = "a") -> Tensor:
    """The matrix of a graph.

    Raises:
        OpError: It is not square, or elements are missing: whether there is an edge is not known.
    """
    matrix = operands.complete(field, argument)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise OpError(field, "a square matrix", f"shape {describe.shape(matrix.shape)}")
    return matrix


def outgoing(matrix: Tensor) -> Graph:
    """The edges of a matrix."""
    return _graph(matrix, transposed=False)


def incoming(matrix: Tensor) -> Graph:
    """The edges of a matrix the other way: those of a node lead to the nodes that had an edge to it."""
    return _graph(matrix, transposed=True)


def either_way(matrix: Tensor) -> Graph:
    """The edges of a matrix, all of them this way or all the other, whichever is at hand."""
    return _graph(matrix, transposed=matrix.layout is Layout.CSC)


def undirected(matrix: Tensor) -> Graph:
    """Both nodes of each edge as neighbours of each other, once; without weights and edges from a node to itself."""
    graph = either_way(matrix)
    sources = compressed.row_ids(_lines(graph, np.zeros(0)))
    loops = sources == graph.targets
    if loops.any():
        kept = ~loops
        edges = compressed.from_sorted_rows((graph.nodes,) * 2, sources[kept], graph.targets[kept], np.zeros(0))
        graph = Graph(graph.nodes, edges.indptr, edges.indices)
    if is_symmetric(graph):
        return Graph(graph.nodes, graph.indptr, graph.targets)
    return _united(graph, reverse(graph))


def reverse(graph: Graph) -> Graph:
    """The edges the other way."""
    if graph.weights is None:
        # the type that moves the least
        turned = compressed.transpose(_lines(graph, np.ones(graph.edges, np.bool_)))
        return Graph(graph.nodes, turned.indptr, turned.indices)
    turned = compressed.transpose(_lines(graph, graph.weights))
    return Graph(graph.nodes, turned.indptr, turned.indices, turned.data)


def is_symmetric(graph: Graph) -> bool:
    """Whether there is an edge back for every edge: a few are looked up, and then sums of hashes of 64 bits compared.

    O(edges), and much less than turning them around.
    """
    positions = np.linspace(0, graph.edges - 1, min(graph.edges, _SAMPLE)).astype(graph.indptr.dtype)
    for u, v in zip(np.searchsorted(graph.indptr, positions, "right") - 1, graph.targets[positions], strict=True):
        back = graph.targets[graph.indptr[v] : graph.indptr[v + 1]]
        place = np.searchsorted(back, back.dtype.type(u))
        if place == len(back) or back[place] != u:
            return False
    sums = np.zeros(graph.nodes, np.int64)
    launch(
        "hash_asymmetry", graph.nodes, graph.edges, graph.indptr, graph.targets, sums, graph.nodes, index=graph.index
    )
    return int(sums.sum()) == 0


def float_weights(graph: Graph, *, finite: bool = False) -> NDArray[np.float64]:
    """The weights as float64.

    Raises:
        OpError: One is negative or not a number, or not `finite` when that is asked for.
    """
    weights = np.ones(graph.edges) if graph.weights is None else graph.weights.astype(np.float64, copy=False)
    wrong = ~(weights >= 0)
    if wrong.any():
        raise OpError("a", "weights of at least 0", str(weights[wrong][0]))
    if finite and not np.isfinite(weights).all():
        raise OpError("a", "finite weights", "inf")
    return np.ascontiguousarray(weights)


def _graph(matrix: Tensor, *, transposed: bool) -> Graph:
    """The edges by row, or by column when `transposed`. Stored zeros are none."""
    if matrix.data is None and matrix.layout is (Layout.CSC if transposed else Layout.CSR):
        assert matrix.indptr is not None
        return Graph(matrix.shape[0], matrix.indptr, matrix.indices[0])
    if matrix.layout is Layout.DENSE:
        matrix = layouts.to_sparse(matrix, Layout.CSC if transposed else Layout.CSR)
    lines = layouts.columns_of(matrix) if transposed else layouts.rows_of(matrix)
    lines = compressed.drop_zeros(lines)
    # A bool that is not zero is 1.
    weights = None if lines.data.dtype == np.bool_ else lines.data
    return Graph(lines.rows, lines.indptr, lines.indices, weights)


def _lines(graph: Graph, data: Array) -> Compressed:
    return Compressed(graph.nodes, graph.nodes, graph.indptr, graph.targets, data)


def _united(a: Graph, b: Graph) -> Graph:
    """The edges of either graph."""
    check_bytes(3 * 8 * (a.edges + b.edges), "an undirected graph")
    places = [
        compressed.row_ids(_lines(graph, np.zeros(0))).astype(np.int64) * graph.nodes + graph.targets
        for graph in (a, b)
    ]
    sources, targets = np.divmod(np.union1d(*places), max(a.nodes, 1))
    index = np.promote_types(a.index, np.min_scalar_type(-len(sources) - 1))
    edges = compressed.from_sorted_rows((a.nodes,) * 2, sources.astype(index), targets.astype(index), np.zeros(0))
    return Graph(a.nodes, edges.indptr, edges.indices)
