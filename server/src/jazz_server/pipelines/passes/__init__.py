"""Rewrites of a typed graph that give the same answers faster."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from jazz.values import Layout
from jazz_server.kinds.match import type_of
from jazz_server.kinds.types import TensorType
from jazz_server.pipelines.bound import BoundGraph
from jazz_server.pipelines.passes.chains import fused_chains
from jazz_server.pipelines.passes.layers import described, fused
from jazz_server.pipelines.passes.repeats import shared
from jazz_server.pipelines.passes.row_products import pushed_or_pulled
from jazz_server.pipelines.passes.runs import chained
from jazz_server.pipelines.typing import Typing


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A graph after all passes.

    Attributes:
        graph: The graph. Steps keep their positions; those that nothing uses any more do not run.
        notes: What was done to a step and why, by its position.
    """

    graph: BoundGraph
    notes: Mapping[int, str]


def rewritten(graph: BoundGraph, typing: Typing) -> Rewritten:
    """The graph after all passes."""
    graph = shared(graph)
    if not _has_sparse(graph, typing):
        return Rewritten(*fused_chains(graph, typing))
    graph, layers = fused(graph, typing)
    graph, runs = chained(graph, layers)
    graph, chains = fused_chains(graph, typing)
    graph, products = pushed_or_pulled(graph, typing)
    notes = {position: described(graph, layer) for position, layer in layers.items()}
    return Rewritten(graph, notes | dict(runs) | dict(chains) | dict(products))


def _has_sparse(graph: BoundGraph, typing: Typing) -> bool:
    """Whether some value may be sparse, as in layers and in products that are pushed or pulled."""
    types = (*typing.arguments, *map(type_of, graph.constants), *(type_ for step in typing.steps for type_ in step))
    return any(isinstance(type_, TensorType) and type_.layouts != (Layout.DENSE,) for type_ in types)
