"""Graphs: square matrices. What is not zero is an edge, from the node of the row to that of the column."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from jazz.values import Tensor, dense, numeric_type
from jazz_server.engine import adjacency, arguments, components, operands, ranks, shapes, traversal
from jazz_server.engine.errors import OpError
from jazz_server.engine.op import Cost, CostSettings, Inference, Op, Parameter, Run, Scalar, Settings, Size
from jazz_server.engine.promotion import INT64, INTEGERS, REAL
from jazz_server.kinds import describe
from jazz_server.kinds.types import Dimension, TensorType, Type

_FLOAT64: Final = numeric_type(np.dtype(np.float64))
_MISSING: Final = "Refused when it runs: whether there is an edge, or how long it is, would not be known."
_TURNS: Final = 30
"""How many turns of PageRank a cost assumes."""


def _square(inference: Inference, argument: Type | Scalar) -> Dimension:
    """How many nodes a matrix has."""
    a = arguments.tensor(inference, "a", argument, REAL)
    if not arguments.rank_in(inference, "a", a, (2,)) or a.shape is None:
        return inference.fresh()
    return shapes.same(inference, "a", a.shape[0], a.shape[1], "column")


def _nodes(inference: Inference, field: str, argument: Type | Scalar, ranks: Sequence[int]) -> TensorType:
    """What is known of nodes: integers."""
    found = arguments.tensor(inference, field, argument, INTEGERS)
    if arguments.DENSE[0] not in found.layouts:
        inference.mismatch(field, "a dense tensor", describe.layouts(found.layouts))
    arguments.rank_in(inference, field, found, ranks)
    return found


def _vector(dtype: Any, nodes: Dimension) -> TensorType:
    return TensorType((dtype,), (nodes,), arguments.DENSE)


def _of_nodes(*dtypes: Any, scalars: int = 0) -> Callable[..., tuple[Type, ...]]:
    """The type rule of operations that give vectors over the nodes, and after them counts."""

    def infer(inference: Inference, args: Sequence[Type | Scalar], _settings: Settings) -> tuple[Type, ...]:
        nodes = _square(inference, args[0])
        counts = [TensorType((INT64,), (), arguments.DENSE)] * scalars
        return (*(_vector(dtype, nodes) for dtype in dtypes), *counts)

    return infer


def _infer_pagerank(inference: Inference, args: Sequence[Type | Scalar], settings: Settings) -> tuple[Type, ...]:
    damping = arguments.number(inference, settings, "damping")
    if damping is not None and not 0 <= damping <= 1:
        inference.mismatch("damping", "a number from 0 to 1", repr(damping))
    tolerance = arguments.number(inference, settings, "tol")
    if tolerance is not None and tolerance < 0:
        inference.mismatch("tol", "a number of at least 0", repr(tolerance))
    arguments.count(inference, settings, "max_iter", 1)
    return (_vector(_FLOAT64, _square(inference, args[0])),)


def _infer_bfs(inference: Inference, args: Sequence[Type | Scalar], _settings: Settings) -> tuple[Type, ...]:
    _nodes(inference, "sources", args[1], (0, 1))
    nodes = _square(inference, args[0])
    return _vector(INT64, nodes), _vector(INT64, nodes)


def _infer_sssp(inference: Inference, args: Sequence[Type | Scalar], _settings: Settings) -> tuple[Type, ...]:
    _nodes(inference, "source", args[1], (0,))
    return (_vector(_FLOAT64, _square(inference, args[0])),)


def _infer_walks(inference: Inference, args: Sequence[Type | Scalar], settings: Settings) -> tuple[Type, ...]:
    starts = _nodes(inference, "starts", args[1], (1,))
    _square(inference, args[0])
    length = arguments.count(inference, settings, "length")
    seed = arguments.count(inference, settings, "seed")
    if seed is not None and seed >= 1 << 32:
        inference.mismatch("seed", "an integer below 2**32", str(seed))
    walks = inference.fresh() if starts.shape is None or len(starts.shape) != 1 else starts.shape[0]
    return (TensorType((INT64,), (walks, None if length is None else length + 1), arguments.DENSE),)


def _listed(field: str, argument: Any, nodes: int) -> NDArray[np.int64]:
    """Nodes of a graph, checked.

    Raises:
        OpError: There is no such node, or one is missing.
    """
    found = operands.integers(field, operands.complete(field, argument)).reshape(-1)
    wrong = (found < 0) | (found >= nodes)
    if wrong.any():
        expected = f"nodes from 0 to {nodes - 1}" if nodes else "no node, since there is none"
        raise OpError(field, expected, str(found[wrong][0]))
    return np.ascontiguousarray(found)


def _matrix(run: Run, argument: Any) -> Tensor:
    """The matrix of a graph, when the run is to go on."""
    run.checkpoint()
    return adjacency.square(argument)


def _run_pagerank(run: Run, args: Sequence[Any], settings: Settings) -> tuple[Tensor, ...]:
    damping, tolerance, turns = (settings[name] for name in ("damping", "tol", "max_iter"))
    assert isinstance(damping, int | float)
    assert isinstance(tolerance, int | float)
    assert isinstance(turns, int)
    return (dense(ranks.pagerank(run, _matrix(run, args[0]), damping, tolerance, turns)),)


def _run_bfs(run: Run, args: Sequence[Any], _settings: Settings) -> tuple[Tensor, ...]:
    matrix = _matrix(run, args[0])
    sources = _listed("sources", args[1], matrix.shape[0])
    levels, parents = traversal.breadth_first(run, adjacency.outgoing(matrix), sources)
    return dense(levels), dense(parents)


def _run_sssp(run: Run, args: Sequence[Any], _settings: Settings) -> tuple[Tensor, ...]:
    matrix = _matrix(run, args[0])
    (source,) = _listed("source", args[1], matrix.shape[0])
    return (dense(traversal.shortest(run, adjacency.outgoing(matrix), int(source))),)


def _run_components(run: Run, args: Sequence[Any], _settings: Settings) -> tuple[Tensor, ...]:
    labels, count = components.connected(run, adjacency.either_way(_matrix(run, args[0])))
    return dense(labels), dense(np.asarray(count, np.int64))


def _run_triangles(run: Run, args: Sequence[Any], _settings: Settings) -> tuple[Tensor, ...]:
    return (dense(np.asarray(components.triangles(run, adjacency.undirected(_matrix(run, args[0]))), np.int64)),)


def _run_cores(run: Run, args: Sequence[Any], _settings: Settings) -> tuple[Tensor, ...]:
    return (dense(components.cores(run, adjacency.undirected(_matrix(run, args[0])))),)


def _run_walks(run: Run, args: Sequence[Any], settings: Settings) -> tuple[Tensor, ...]:
    matrix = _matrix(run, args[0])
    starts = _listed("starts", args[1], matrix.shape[0])
    length, seed = settings["length"], settings["seed"]
    assert isinstance(length, int)
    assert isinstance(seed, int)
    return (dense(traversal.random_walks(run, adjacency.outgoing(matrix), starts, length, seed)),)


def _passes(count: float) -> Callable[[Sequence[Size], CostSettings, Sequence[Size]], Cost]:
    """The cost of so many passes over the edges."""

    def cost(args: Sequence[Size], _settings: CostSettings, _results: Sequence[Size]) -> Cost:
        return Cost(2 * count * args[0].stored, count * args[0].bytes)

    return cost


def _cost_sssp(args: Sequence[Size], _settings: CostSettings, _results: Sequence[Size]) -> Cost:
    nodes = args[0].shape[0]
    return Cost(2 * args[0].stored + 8 * nodes * np.log2(nodes + 2), 3 * args[0].bytes)


def _cost_triangles(args: Sequence[Size], _settings: CostSettings, _results: Sequence[Size]) -> Cost:
    return Cost(args[0].stored ** 1.5, 4 * args[0].bytes)


def _cost_walks(_args: Sequence[Size], _settings: CostSettings, results: Sequence[Size]) -> Cost:
    return Cost(64 * results[0].stored)


_OF_MATRIX: Final = Op(
    name="",
    version=1,
    signature="",
    doc="",
    missing=_MISSING,
    arguments=("a",),
    results=("result",),
    infer=_of_nodes(),
    run=_run_cores,
)

OPS: Final = (
    replace(
        _OF_MATRIX,
        name="pagerank",
        signature="pagerank(a[n, n], damping, tol, max_iter) -> float64[n]",
        doc=(
            "PageRank of the nodes (Brin and Page, 1998), as networkx defines it: rank[v] = (1 - damping) / n + "
            "damping * (sum of rank[u] * a[u, v] / sum of a[u, :] over u, and of rank[u] / n over the nodes u "
            "without edges). From 1 / n by power iteration until sum(|new - old|) is at most tol; an error if that "
            "takes more than max_iter turns. Weights are finite and at least 0. Sums run in an order that is always "
            "the same. A CSC matrix is not turned around first, nor is one that is symmetric and whose weights are "
            "equal."
        ),
        infer=_infer_pagerank,
        run=_run_pagerank,
        parameters=(
            Parameter("damping", "float", "The chance to follow an edge rather than begin anew.", default=0.85),
            Parameter("tol", "float", "The sum of changes of a turn at which to stop.", default=1e-6),
            Parameter("max_iter", "int", "How many turns at most.", default=100),
        ),
        cost=_passes(_TURNS),
        work="O(edges) a turn",
    ),
    replace(
        _OF_MATRIX,
        name="bfs",
        signature="bfs(a[n, n], sources[s]) -> levels int64[n], parents int64[n]",
        doc=(
            "Breadth-first search: how many edges the way from the nearest source to each node has, and the node "
            "before it, of several the one of lowest number; a source has level 0 and no parent. -1 where no way "
            "leads, and for the parent of a source. Edges are followed from the frontier, or back from the nodes "
            "that are left where the frontier is large and every edge goes both ways (Beamer et al., SC 2012)."
        ),
        arguments=("a", "sources"),
        results=("levels", "parents"),
        infer=_infer_bfs,
        run=_run_bfs,
        cost=_passes(1),
        work="O(nodes + edges)",
    ),
    replace(
        _OF_MATRIX,
        name="sssp",
        signature="sssp(a[n, n], source) -> float64[n]",
        doc=(
            "Shortest paths from one node: the least sum of weights on a way to each node, inf where none leads, by "
            "Dijkstra's algorithm with a heap of four children. Weights are at least 0; edges are what is not zero."
        ),
        arguments=("a", "source"),
        infer=_infer_sssp,
        run=_run_sssp,
        cost=_cost_sssp,
        work="O((nodes + edges) log nodes)",
    ),
    replace(
        _OF_MATRIX,
        name="connected_components",
        signature="connected_components(a[n, n]) -> labels int64[n], count int64[]",
        doc=(
            "The component of each node when edges go both ways (weak components), numbered in the order of their "
            "first nodes, as scipy.sparse.csgraph has it, and how many there are. As in Afforest (Sutton et al., "
            "IPDPS 2018)."
        ),
        results=("labels", "count"),
        infer=_of_nodes(INT64, scalars=1),
        run=_run_components,
        cost=_passes(1),
        work="O(nodes + edges), nearly",
    ),
    replace(
        _OF_MATRIX,
        name="triangle_count",
        signature="triangle_count(a[n, n]) -> int64[]",
        doc=(
            "How many sets of three nodes have an edge between every two, each counted once. Edges go both ways, and "
            "those from a node to itself do not count. By rank (Schank and Wagner, WEA 2005)."
        ),
        infer=_of_nodes(scalars=1),
        run=_run_triangles,
        cost=_cost_triangles,
        work="O(edges ** 1.5)",
    ),
    replace(
        _OF_MATRIX,
        name="k_core",
        signature="k_core(a[n, n]) -> int64[n]",
        doc=(
            "The core number of each node: the greatest k such that it lies in a part of the graph in which every node "
            "has k neighbours. Edges go both ways, and those from a node to itself do not count. By Batagelj and "
            "Zaversnik (2003)."
        ),
        infer=_of_nodes(INT64),
        run=_run_cores,
        cost=_passes(2),
        work="O(nodes + edges)",
    ),
    replace(
        _OF_MATRIX,
        name="random_walks",
        signature="random_walks(a[n, n], starts[w], length, seed) -> int64[w, length + 1]",
        doc=(
            "A walk from each start along edges, chosen with chances that are as their weights (at least 0, finite), "
            "each walk a row of nodes; -1 from where no edge leads on. Random numbers are Philox2x32-10 (Salmon et "
            "al., SC 2011) of the seed, the number of the walk and the step, so that an answer is the same for any "
            "number of threads, and the first walks are the same however many there are."
        ),
        arguments=("a", "starts"),
        infer=_infer_walks,
        run=_run_walks,
        parameters=(
            Parameter("length", "int", "How many steps a walk has.", required=True),
            Parameter("seed", "int", "What random numbers begin with, from 0 to 2**32 - 1.", default=0),
        ),
        cost=_cost_walks,
        work="O(walks * length * log(edges of a node))",
    ),
)
"""The operations of this module."""
