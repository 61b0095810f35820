"""Rewrites of a typed graph that give the same answers faster."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from jazz_server.pipelines.bound import BoundGraph
from jazz_server.pipelines.passes.common import shared
from jazz_server.pipelines.passes.layers import fused
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
    graph, notes = fused(shared(graph), typing)
    return Rewritten(graph, notes)
