"""Runs of layers: each on the result of the one before, with the same limits, as one step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from jazz.values import Tensor, Value
from jazz_server.engine.compressed import cast, lines_of
from jazz_server.engine.library import library
from jazz_server.engine.memory import limit_bytes
from jazz_server.engine.op import Op, Run, Scalar, Settings
from jazz_server.engine.rows import of_first
from jazz_server.engine.watching import note
from jazz_server.pipelines.bound import BoundGraph, BoundStep
from jazz_server.pipelines.graph import Argument, StepRef
from jazz_server.pipelines.passes.layers import Layer, bias_numbers
from jazz_server.pipelines.passes.networks import stacked
from jazz_server.pipelines.passes.ready import Ready
from jazz_server.pipelines.passes.sparse_layer import is_exact
from jazz_server.pipelines.passes.stages import KERNELS, Network
from jazz_server.pipelines.passes.tiles import pays, through_tiles
from jazz_server.pipelines.passes.without import without


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
        first, before = graph.number(everything[0]), graph.number(everything[-2])
        notes[last] = f"fused with steps {first}-{before}: {len(run)} layers, in tiles of rows if it pays"
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


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A network, or that tiles would give another answer for these weights."""

    network: Network | None

    @property
    def nbytes(self) -> int:
        return 0 if self.network is None else self.network.nbytes


_ready: Final[Ready[_Prepared]] = Ready(lambda: limit_bytes() // 4)


def _network(
    run: Run, layers: Sequence[Layer], weights: Sequence[Tensor], biases: Sequence[Tensor | Scalar]
) -> Network | None:
    """The weights made ready for tiles, or as they were in an earlier run; None where tiles would not be exact."""
    first = layers[0]

    def make() -> _Prepared:
        numbers = [bias_numbers(layer, bias) for layer, bias in zip(layers, biases, strict=True)]
        if not all(is_exact(w, bias, first.clamp) for w, bias in zip(weights, numbers, strict=True)):
            return _Prepared(None)
        matrices = [cast(lines_of(w), first.dtype) for w in weights]
        return _Prepared(stacked(run, matrices, numbers, first.clamp.upper))

    arrays = [array for value in (*weights, *biases) if isinstance(value, Tensor) for array in value.buffers()]
    literals = tuple(bias for bias in biases if not isinstance(bias, Tensor))
    shapes = tuple((w.shape, w.fill) for w in weights)
    subtracted = tuple(layer.subtracts for layer in layers)
    return _ready.get(arrays, (shapes, literals, subtracted, first.clamp, first.dtype), make).network


def _chained_step(graph: BoundGraph, layers: Sequence[Layer], steps: Sequence[BoundStep]) -> BoundStep:
    first, last = layers[0], steps[-1]

    def run(run: Run, arguments: Sequence[Any], settings: Settings) -> tuple[Value, ...]:
        state, weights, biases = arguments[0], arguments[1::2], arguments[2::2]
        tiles = not without("tiles")
        for position, step in enumerate(steps):
            run.checkpoint()
            if tiles and position + 1 < len(steps) and not state.missing and pays(state):
                network = _network(run, layers[position:], weights[position:], biases[position:])
                result = None if network is None else through_tiles(run, state, network)
                if result is not None:
                    return (result,)
                tiles = False
            note("row by row: " + ("too little is active for tiles" if tiles else "tiles could give another answer"))
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
