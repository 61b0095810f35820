"""The weights of a run of layers, made ready for tiles: transposed, stacked, put in order and made compact.

That takes longer than to use them for a few rows, so that it is done once for the blocks that are bound and kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from jazz_server.engine.compressed import Compressed, transpose
from jazz_server.engine.kernels.tiles import EACH, HALVES, LANES, SAME
from jazz_server.engine.memory import check_bytes
from jazz_server.engine.op import Run
from jazz_server.pipelines.passes.stages import Network, Rows, has_many_registers, rows_of_tile
from jazz_server.pipelines.passes.without import without

_FEW_BYTES_OF_ROWS: Final = 128
"""So little of each neuron is in the tiles of wide layers that a weight is soon done with: it is worth being narrow."""

_TOGETHER: Final = 8
"""How many neurons have to share their inputs for weights to be most of what is read."""


def stacked(run: Run, weights: Sequence[Compressed], biases: Sequence[NDArray[Any]], upper: float) -> Network:
    """Makes layers ready.

    Args:
        run: What may stop it, asked before each layer.
        weights: The weights of each layer (inputs, outputs), of one dtype.
        biases: The biases of each layer: one number, or one for each output.
        upper: The upper limit.
    """
    stored = sum(w.stored for w in weights)
    dtype = weights[0].data.dtype
    check_bytes(stored * (4 + dtype.itemsize), "the weights of all layers")
    merges = not without("columns")
    places = np.arange(weights[0].rows, dtype=np.int32)
    layers: list[_Layer] = []
    for w, bias in zip(weights, biases, strict=True):
        run.checkpoint()
        layer, places = _arranged(w, places, bias, merges)
        layers.append(layer)
    network = _joined(layers, weights, biases, places, upper)
    return replace(network, full_from=_full_from(run, network))


@dataclass(frozen=True, slots=True)
class _Layer:
    counts: NDArray[np.int64]
    indices: NDArray[Any]
    data: NDArray[Any]
    bias: NDArray[Any]


def _arranged(
    w: Compressed, places: NDArray[np.int32], bias: NDArray[Any], merges: bool
) -> tuple[_Layer, NDArray[np.int32]]:
    """A layer whose neurons with equal inputs follow each other, and where each of its outputs is then.

    What follows each other reads the same activations, which are then at hand. `places` tells where the inputs are.
    """
    by_output = transpose(w)
    counts = np.diff(by_output.indptr).astype(np.int64)
    indices = places[by_output.indices]
    everywhere = np.ascontiguousarray(np.broadcast_to(bias, w.columns))
    inputs = _hashes(counts, indices)
    alike = inputs ^ _hashes(counts, by_output.data) * _ODD[1] ^ _mixed(everywhere)
    starts = np.concatenate(([0], np.cumsum(counts)))
    first = np.where(counts > 0, np.concatenate((indices, [0]))[starts[:-1]], 0)
    order = np.lexsort((alike, inputs, first))
    counts, everywhere = counts[order], everywhere[order]
    begins = np.concatenate(([0], np.cumsum(counts)))
    entries = np.repeat(starts[:-1][order] - begins[:-1], counts) + np.arange(begins[-1])
    layer = _Layer(counts, indices[entries], by_output.data[entries], everywhere)
    where = np.empty(w.columns, np.int32)
    if not merges:
        where[order] = np.arange(w.columns, dtype=np.int32)
        return layer, where
    repeats = _repeats(layer, begins, alike[order])
    where[order] = np.cumsum(~repeats, dtype=np.int32) - 1
    kept = np.repeat(~repeats, counts)
    return _Layer(counts[~repeats], layer.indices[kept], layer.data[kept], everywhere[~repeats]), where


def _repeats(layer: _Layer, begins: NDArray[np.int64], alike: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Which neurons are equal to the one before, to the last bit of inputs, weights and bias."""
    counts, bias = layer.counts, layer.bias
    equal = np.zeros(len(counts), np.bool_)
    equal[1:] = (alike[1:] == alike[:-1]) & (counts[1:] == counts[:-1]) & (bias[1:] == bias[:-1])
    if not equal.any():
        return equal
    of = np.repeat(np.arange(len(counts)), counts)
    asked = np.flatnonzero(equal[of])
    before = asked - counts[of[asked]]
    differ = (layer.indices[asked] != layer.indices[before]) | (layer.data[asked] != layer.data[before])
    equal[of[asked[differ]]] = False
    return equal


_ODD: Final = np.array([0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB], np.uint64)


def _mixed(numbers: NDArray[Any]) -> NDArray[np.uint64]:
    """Numbers as well mixed integers: the end of splitmix64 (Steele, Lea, Flood, OOPSLA 2014)."""
    bits: NDArray[np.uint64] = numbers.view(np.dtype(f"u{numbers.itemsize}")).astype(np.uint64)
    bits = (bits + _ODD[0]) * _ODD[1]
    bits = (bits ^ bits >> np.uint64(27)) * _ODD[2]
    bits ^= bits >> np.uint64(31)
    return bits


def _hashes(counts: NDArray[np.int64], entries: NDArray[Any]) -> NDArray[np.uint64]:
    """A number for each run of entries that tells most of those apart that differ, also in their order."""
    begins = np.concatenate(([0], np.cumsum(counts)))
    position = (np.arange(len(entries)) - np.repeat(begins[:-1], counts)).astype(np.uint64)
    sums = np.zeros(len(entries) + 1, np.uint64)
    np.cumsum(_mixed(entries) * (2 * position + _ODD[0] | np.uint64(1)), out=sums[1:])
    found: NDArray[np.uint64] = sums[begins[1:]] - sums[begins[:-1]]
    return found


def _joined(
    layers: Sequence[_Layer],
    weights: Sequence[Compressed],
    biases: Sequence[NDArray[Any]],
    places: NDArray[np.int32],
    upper: float,
) -> Network:
    widths = [len(layer.counts) for layer in layers]
    widest = max(weights[0].rows, *widths)
    index = np.dtype(np.uint16 if widest <= 1 << 16 else np.int32)
    one = all(len(b) == 1 and b[0] == biases[0][0] for b in biases)
    dtype = weights[0].data.dtype
    counts = np.concatenate([layer.counts for layer in layers])
    indices = np.concatenate([layer.indices.astype(index) for layer in layers])
    shared = [_shared(layer) for layer in layers]
    few_rows = rows_of_tile(widest, dtype.itemsize) * dtype.itemsize <= _FEW_BYTES_OF_ROWS
    halves = has_many_registers() and few_rows and not without("halves")
    kept = [_kept(layer, halves and _are_read_together(s)) for layer, s in zip(layers, shared, strict=True)]
    return Network(
        inputs=weights[0].rows,
        columns=weights[-1].columns,
        starts=np.concatenate(([0], np.cumsum(widths))).astype(np.int64),
        indptr=np.concatenate(([0], np.cumsum(counts))).astype(np.int64),
        indices=indices,
        **_weights(layers, kept, dtype),
        bias=biases[0] if one else np.concatenate([layer.bias for layer in layers]),
        upper=dtype.type(upper),
        shared=np.concatenate(shared),
        places=places,
        widest=widest,
        full_from=len(layers),
        neurons=sum(w.columns for w in weights),
        largest=max(float(np.abs(w.data).max(initial=0)) for w in weights) * max(w.rows for w in weights),
        most=int(layers[0].counts.max(initial=0)),
    )


def _are_read_together(shared: NDArray[np.uint8]) -> bool:
    """Whether so many neurons of a layer share their inputs that its weights are most of what is read."""
    groups = int(np.count_nonzero(shared == 1))
    return len(shared) >= _TOGETHER * groups > 0


def _kept(layer: _Layer, halves: bool) -> int:
    """How the weights of a layer are kept: as float16 only if they may be, and are exact and not subnormal then."""
    data = layer.data
    if len(data) == 0:
        return EACH
    if bool((data == data[0]).all()):
        return SAME
    if not halves:
        return EACH
    with np.errstate(over="ignore", under="ignore"):
        narrow = data.astype(np.float16)
    normal = (data == 0) | (np.abs(data) >= np.finfo(np.float16).smallest_normal)
    return HALVES if bool(((narrow == data) & np.isfinite(narrow) & normal).all()) else EACH


def _weights(layers: Sequence[_Layer], kept: Sequence[int], dtype: np.dtype[Any]) -> dict[str, NDArray[Any]]:
    """The weights of a network: `data`, `halves` and `weights`, which tells where those of each layer are."""
    data: list[NDArray[Any]] = []
    halves: list[NDArray[Any]] = []
    shifts, first = [], 0
    for layer, how in zip(layers, kept, strict=True):
        into = halves if how == HALVES else data
        begin = sum(map(len, into))
        shifts.append(begin if how == SAME else begin - first)
        into.append(layer.data[:1] if how == SAME else layer.data.astype(np.float16 if how == HALVES else dtype))
        first += len(layer.data)
    return {
        "data": np.concatenate([*data, np.zeros(1, dtype)]),
        "halves": np.concatenate([*halves, np.zeros(LANES, np.float16)]),
        "weights": np.array([kept, shifts], np.int64).T.copy(),
    }


def _shared(layer: _Layer) -> NDArray[np.uint8]:
    """How many neurons, from each one on, have the same inputs as it has: 255 at most."""
    counts, neurons = layer.counts, np.arange(len(layer.counts))
    of = np.repeat(neurons, counts)
    alike = np.zeros(len(counts) + 1, np.bool_)
    alike[1:-1] = counts[1:] == counts[:-1]
    asked = np.flatnonzero(alike[of])
    differ = layer.indices[asked] != layer.indices[asked - counts[of[asked]]]
    alike[of[asked[differ]]] = False
    ends = np.flatnonzero(~alike)
    return np.asarray(np.minimum(ends[np.searchsorted(ends, neurons, side="right")] - neurons, 255), np.uint8)


def _full_from(run: Run, network: Network) -> int:
    """The first layer from which on a row of upper limits stays one, found by computing it."""
    if without("full_rows"):
        return network.layers
    retiring = replace(network, full_from=0)
    widths = [network.inputs, *np.diff(network.starts).tolist()]
    for layer in range(network.layers - 1, -1, -1):
        run.checkpoint()
        full = np.full(widths[layer], network.upper)
        row = Compressed(1, len(full), np.array([0, len(full)]), np.arange(len(full), dtype=np.int32), full)
        retired = np.zeros(1, np.bool_)
        stage = Rows(retiring, row, np.zeros(1, np.int64), retired, (layer, layer + 1), LANES)
        for _ in stage.advance(0, 1):
            pass
        if not retired[0]:
            return layer + 1
    return 0
