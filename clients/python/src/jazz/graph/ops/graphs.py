"""Graphs: square matrices in any layout. What is not zero is an edge from the node of the row to that of the column."""

from __future__ import annotations

from typing import NamedTuple

from jazz.graph import settings
from jazz.graph.errors import tracing_error
from jazz.graph.node import Node, Operand, apply, apply_many


def pagerank(a: Operand, *, damping: float = 0.85, tol: float = 1e-6, max_iter: int = 100) -> Node:
    """The PageRank of each node, float64 `[n]`, as networkx defines it.

    `rank[v] = (1 - damping) / n + damping * sum over u of rank[u] * a[u, v] / a[u].sum()`; nodes without edges give to
    all alike.

    Args:
        a: The matrix of the graph; weights are at least 0.
        damping: The chance to follow an edge rather than begin anew.
        tol: The change of a turn, `sum(|new - old|)`, at which to stop.
        max_iter: How many turns at most; an error if it takes more.

    >>> print(jazz.pipeline(lambda links: jazz.ops.topk(jazz.ops.pagerank(links), 10)))
    <lambda>(links) -> values, indices
      %0 = pagerank(links)
      %1 = topk(%0, k=10)
      values = %1[0]
      indices = %1[1]
    """
    chance, change = (float(settings.magnitude(name, x)) for name, x in (("damping", damping), ("tol", tol)))
    if chance > 1:
        raise tracing_error("damping", "a number from 0 to 1", repr(damping))
    turns = settings.integer("max_iter", max_iter, least=1)
    return apply(
        "pagerank",
        a,
        damping=None if chance == 0.85 else chance,
        tol=None if change == 1e-6 else change,
        max_iter=None if turns == 100 else turns,
    )


class Levels(NamedTuple):
    """What `bfs` gives."""

    levels: Node
    parents: Node


def bfs(a: Operand, sources: Operand) -> Levels:
    """How many edges the way from the nearest source to each node has, and the node before it: int64 `[n]` twice.

    -1 where no way leads, and for the parents of sources. Of several nodes before a node the parent is the one of
    lowest number.

    Args:
        a: The matrix of the graph.
        sources: One node or a vector of them, counted from 0.

    >>> print(jazz.pipeline(lambda links: jazz.ops.bfs(links, 0).levels))
    <lambda>(links) -> result
      %0 = bfs(links, 0)
      result = %0
    """
    return Levels(*apply_many("bfs", (a, sources), {}, 2))


def sssp(a: Operand, source: Operand) -> Node:
    """The length of the shortest path from a node to each, float64 `[n]`; infinite where none leads.

    Args:
        a: The matrix of the graph; weights are at least 0, and what is 0 is no edge.
        source: A node, counted from 0.

    >>> print(jazz.pipeline(lambda roads: jazz.ops.sssp(roads, 0)))
    <lambda>(roads) -> result
      %0 = sssp(roads, 0)
      result = %0
    """
    return apply("sssp", a, source)


class Components(NamedTuple):
    """What `connected_components` gives."""

    labels: Node
    count: Node  # type: ignore[assignment]


def connected_components(a: Operand) -> Components:
    """The number of the component of each node, int64 `[n]`, and how many there are; edges go both ways.

    Components are numbered in the order of their first nodes.

    >>> print(jazz.pipeline(lambda links: jazz.ops.connected_components(links)))
    <lambda>(links) -> labels, count
      %0 = connected_components(links)
      labels = %0[0]
      count = %0[1]
    """
    return Components(*apply_many("connected_components", (a,), {}, 2))


def triangle_count(a: Operand) -> Node:
    """How many sets of three nodes have an edge between every two, int64; edges go both ways.

    >>> print(jazz.pipeline(lambda links: jazz.ops.triangle_count(links)))
    <lambda>(links) -> result
      %0 = triangle_count(links)
      result = %0
    """
    return apply("triangle_count", a)


def k_core(a: Operand) -> Node:
    """The core number of each node, int64 `[n]`; edges go both ways.

    It is the greatest k such that the node is in a part of the graph in which every node has k neighbours.

    >>> print(jazz.pipeline(lambda links: jazz.ops.k_core(links)))
    <lambda>(links) -> result
      %0 = k_core(links)
      result = %0
    """
    return apply("k_core", a)


def random_walks(a: Operand, starts: Operand, *, length: int, seed: int = 0) -> Node:
    """A walk of `length` steps from each start, int64 `[starts, length + 1]`; -1 from where no edge leads on.

    Edges are chosen with chances that are as their weights. The same seed gives the same walks, however many threads
    there are.

    Args:
        a: The matrix of the graph; weights are at least 0.
        starts: A vector of nodes, counted from 0.
        length: How many steps.
        seed: What random numbers begin with, from 0 to 2**32 - 1.

    >>> print(jazz.pipeline(lambda links, starts: jazz.ops.random_walks(links, starts, length=8, seed=1)))
    <lambda>(links, starts) -> result
      %0 = random_walks(links, starts, length=8, seed=1)
      result = %0
    """
    begin = settings.integer("seed", seed, least=0)
    if begin >= 2**32:
        raise tracing_error("seed", "an integer below 2**32", repr(seed))
    return apply("random_walks", a, starts, length=settings.integer("length", length, least=0), seed=begin or None)
