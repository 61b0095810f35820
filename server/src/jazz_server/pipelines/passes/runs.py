"""Runs of layers: each on the result of the one before, with the same limits, as one step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from jazz.values import Value
from jazz_server.engine.library import library
from jazz_server.engine.op import Op, Run, Settings
from jazz_server.engine.rows import of_first
from jazz_server.pipelines.bound import BoundGraph, BoundStep
from jazz_server.pipelines.graph import Argument, StepRef
from jazz_server.pipelines.passes.layers import Layer, bias_numbers
from jazz_server.pipelines.passes.sparse_layer import is_exact
from jazz_server.pipelines.passes.tiles import KERNELS, pays, through_tiles


def chained(graph: BoundGraph, layers: Mapping[int, Layer]) -> tuple[BoundGraph, Mapping[int, str]]:
    """The graph with each run of two layers or more in the place of its last one, and what was done in words.

    `layers` are those in the graph, by the position of the step that stands for them.
    """
    if not layers or not set(KERNELS) <= set(library().names):
        return graph, {}
    steps = list(graph.steps)
    notes = {}
    for run in _runs(graph, layers):
        last = run[-1]
        steps[last] = _chained_step(graph, [layers[position] for position in run], [steps[p] for p in run])
        everything = sorted(step for position in run for step in layers[position].steps)
        notes[last] = (
            f"fused with steps {everything[0]}-{everything[-2]}: {len(run)} layers, in tiles of rows if it pays"
        )
    return replace(graph, steps=tuple(steps)), notes


def _runs(graph: BoundGraph, layers: Mapping[int, Layer]) -> Iterable[Sequence[int]]:
    """The longest runs of two or more layers, as positions."""
    used = graph.used()
    uses: Counter[Argument] = Counter(a for position in used for a in graph.steps[position].arguments)
    uses.update(output.source for output in graph.outputs)
    ending: dict[int, list[int]] = {}
    for position in sorted(layers):
        source = layers[position].x
        before = source.step if isinstance(source, StepRef) else -1
        joins = before in ending and uses[source] == 1 and _alike(layers[before], layers[position])
        ending[position] = [*ending.pop(before), position] if joins else [position]
    return [run for run in ending.values() if len(run) > 1]


def _alike(a: Layer, b: Layer) -> bool:
    return a.dtype == b.dtype and a.clamp == b.clamp and a.clamp.lower == 0 and bool(np.isfinite(a.clamp.upper))


def _chained_step(graph: BoundGraph, layers: Sequence[Layer], steps: Sequence[BoundStep]) -> BoundStep:
    first, last = layers[0], steps[-1]

    def run(run: Run, arguments: Sequence[Any], settings: Settings) -> tuple[Value, ...]:
        state, weights, biases = arguments[0], arguments[1::2], arguments[2::2]
        numbers = [bias_numbers(layer, bias) for layer, bias in zip(layers, biases, strict=True)]
        tiles = all(is_exact(w, bias, first.clamp) for w, bias in zip(weights, numbers, strict=True))
        for position, step in enumerate(steps):
            run.checkpoint()
            if tiles and position + 1 < len(steps) and not state.missing and pays(state):
                rest = weights[position:], numbers[position:]
                result = through_tiles(run, state, *rest, first.clamp.upper, first.dtype)
                if result is not None:
                    return (result,)
                tiles = False
            (state,) = step.op.run(run, (state, weights[position], biases[position]), step.settings)
        return (state,)

    op = Op(
        name="sparse_layers",
        version=1,
        signature="sparse_layers(x[m, k], *weights_and_biases) -> [m, n]",
        doc="Layers of `sparse_layer`, each on the result of the one before; equal to them but for rounding.",
        arguments=("x", "*weights_and_biases"),
        results=("result",),
        infer=last.op.infer,
        run=run,
        rows=of_first,
    )
    inner = tuple(argument for layer in layers for argument in (layer.w, layer.bias))
    return BoundStep(last.name, op, (first.x, *inner), {}, replaces=True)
