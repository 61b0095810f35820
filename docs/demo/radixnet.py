"""The networks of the Sparse DNN Graph Challenge: their construction, and the rule by which they infer.

Kepner, Alford, Gadepally, Jones, Milechin, Robinett, Samsi: "Sparse Deep Neural Network Graph Challenge" (2019);
the construction is the RadiX-Net of Robinett and Kepner (2019). Every weight is 1/16, every neuron has 32 inputs.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp

INPUTS = 32
"""Inputs of a neuron."""

CAP = 32.0
"""The greatest value of a neuron."""

BIAS = {1024: -0.30, 4096: -0.35, 16384: -0.40, 65536: -0.45}
"""The bias of every neuron by the number of neurons in a layer."""


def radixnet(neurons: int, layers: int, *, seed: int) -> list[sp.csr_array]:
    """Weights of `layers` layers as CSR matrices [neurons, neurons] of float32: rows are inputs.

    With N/16 = 2^m nodes, layer k < m is `kron(ones(16, 16), B_k) / 16`, where B_k has ones at (j, j) and
    (j + 2^k mod N/16, j). Each later run of m layers is the same with its rows and its columns permuted at random.

    >>> [layer.nnz for layer in radixnet(1024, 2, seed=1)]
    [32768, 32768]
    """
    nodes = neurons // 16
    depth = nodes.bit_length() - 1
    if nodes < 2 or 16 << depth != neurons:
        raise ValueError(f"neurons: expected 16 times a power of two, found {neurons}")
    random = np.random.default_rng(seed)
    base = [_butterfly(nodes, 1 << k) for k in range(depth)]
    weights = []
    for layer in range(layers):
        if layer % depth == 0:
            identity = np.arange(neurons)
            rows, columns = (
                (random.permutation(neurons), random.permutation(neurons)) if layer else (identity, identity)
            )
        weights.append(_canonical(base[layer % depth][rows][:, columns]))
    return weights


def _butterfly(nodes: int, stride: int) -> sp.csr_array:
    node = np.arange(nodes)
    ones = np.ones(2 * nodes, np.float32)
    pairs = sp.csr_array((ones, (np.concatenate([node, (node + stride) % nodes]), np.concatenate([node, node]))))
    return sp.csr_array(sp.kron(np.full((16, 16), 1 / 16, np.float32), pairs))


def _canonical(matrix: Any) -> sp.csr_array:
    result = sp.csr_array(matrix, dtype=np.float32)
    result.sort_indices()
    return result


def infer(images: sp.csr_array, weights: list[sp.csr_array], bias: float) -> sp.csr_array:
    """The activations after the last layer, by plain scipy.

    `Y = min(max(Y @ W + bias where Y @ W is non-zero, 0), 32)` for every layer, in float32. Sums run over ascending
    inputs: their rounding decides whether a neuron at the edge stays active, so that their order belongs to the rule.
    """
    y = images
    for w in weights:
        y = y @ w
        y.data += np.float32(bias)
        np.clip(y.data, 0, CAP, out=y.data)
        y.eliminate_zeros()
        y.sort_indices()
    return y


def categories(activations: sp.csr_array) -> np.ndarray[Any, np.dtype[np.int64]]:
    """The images that have an active neuron left: what a submission to the challenge is judged by."""
    return np.flatnonzero(np.diff(activations.indptr))
