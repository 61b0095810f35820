"""Which step a server means: "steps[3] matmul.a", "steps[4] iterate.body.steps[0] add", "graphs[1].steps[2] relu"."""

from __future__ import annotations

import re
from typing import Final

from jazz.v1 import pipelines_pb2

_GRAPH: Final = re.compile(r"graphs\[(\d+)\]\.")
_STEP: Final = re.compile(r"(?:\.(\w+)\.)?steps\[(\d+)\]")


def position(field: str, message: pipelines_pb2.Pipeline) -> tuple[int | None, int] | None:
    """The sub-graph (None for the graph itself) and the step in it; None when the field names no step of these."""
    outer = _GRAPH.match(field)
    graph = int(outer[1]) if outer else None
    found: tuple[int | None, int] | None = None
    for part in _STEP.finditer(field):
        setting, step = part[1], int(part[2])
        if found is not None:
            parameters = {item.name: item.graph for item in _graph(message, graph).steps[found[1]].parameters}
            if setting not in parameters:
                return found
            graph = parameters[setting]
        if (graph is not None and graph >= len(message.graphs)) or step >= len(_graph(message, graph).steps):
            return found
        found = (graph, step)
    return found


def _graph(message: pipelines_pb2.Pipeline, number: int | None) -> pipelines_pb2.Graph:
    return message.graph if number is None else message.graphs[number]
