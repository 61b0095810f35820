"""The official network and images of the Sparse DNN Graph Challenge, from the folder in `JAZZ_DNN_DATA`."""

from pathlib import Path

import numpy as np
import scipy.sparse as sp

NEURONS = 1024


def official_layer(folder: Path, layer: int) -> sp.csr_array:
    """The weights of one layer [1024, 1024] as float32 CSR: rows are inputs."""
    return official_layers(folder)[layer]


def official_layers(folder: Path) -> list[sp.csr_array]:
    """The weights of all 120 layers."""
    with np.load(folder / "weights-1024x120.npz") as file:
        inputs = file["indices"].astype(np.int32)
    pointers = np.arange(0, inputs[0].size + 1, inputs.shape[2], dtype=np.int32)
    weights = np.full(inputs[0].size, 1 / 16, np.float32)
    shape = (NEURONS, NEURONS)
    return [sp.csr_array(sp.csc_array((weights, layer.ravel(), pointers), shape=shape)) for layer in inputs]


def official_images(folder: Path) -> tuple[sp.csr_array, np.ndarray]:
    """800 images [800, 1024] as float32 CSR, and the rows among them that survive all layers."""
    with np.load(folder / "images-1024.npz") as file:
        indices, pointers = file["indices"].astype(np.int32), file["indptr"]
        expected = file["categories"]
    ones = np.ones(len(indices), np.float32)
    return sp.csr_array((ones, indices, pointers), shape=(len(pointers) - 1, NEURONS)), expected
