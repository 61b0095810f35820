"""Networks of the Sparse DNN Graph Challenge: its rule over 120 layers, through `run` on blocks that are stored.

Weights are built as the official ones are, with random permutations of our own. Inputs are derived from 800 official
images in `JAZZ_DNN_DATA`, which are shifted and scaled up, and from the digits of the demo. Edges a second are counted
as the challenge does: inputs x layers x 32 x neurons.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, Final

import numpy as np
import scipy.ndimage as ndimage
import scipy.sparse as sp
from numpy.typing import NDArray

import jazz
from digits import SIDE, pictures
from figures import Benchmark, Figure, best
from local_server import Server
from official import official_images
from peers import Disagreement, Peer, close
from radixnet import BIAS, CAP, categories, infer, radixnet

LAYERS: Final = 120
SEED: Final = 1
DERIVED: Final = {1024: 6000, 4096: 3000, 16384: 1200}
"""How many inputs there are for each number of neurons."""

VARIOUS: Final = (4096, 16384)
"""The numbers of neurons of networks that are also run with weights that are not all the same."""

MANY: Final = 60_000
_DARK: Final = 0.7
"""From this grey value on a pixel is one: then as many are as in official images, one in ten."""

_CHECKED: Final = 1500
"""So many of the many inputs are compared with scipy's answer, spread evenly."""

PUBLISHED: Final = {
    "one RTX 2080 Ti, published by Bisson and Fatica, HPEC 2019": 0.68,
    "one A100, published by Hidayetoglu et al., HPEC 2020": 0.018,
}
"""Seconds for the 60 000 official inputs."""


def challenge(neurons: int, names: list[str]) -> jazz.Pipeline:
    """The rule as a pipeline."""
    bias = np.float32(BIAS[neurons])

    def rule(x: Any, **weights: Any) -> Any:
        for w in weights.values():
            y = x @ w
            x = jazz.ops.clip(y + bias * (y != 0), 0, CAP)
        return x

    inputs: dict[str, Any] = {"x": jazz.Csr[np.float32, "images", neurons]}
    inputs |= dict.fromkeys(names, jazz.Csr[np.float32, neurons, neurons])
    return jazz.pipeline(rule, inputs=inputs)


class Network:
    """A network that is stored and bound in a server of its own.

    Attributes:
        neurons: How many neurons each layer has.
        weights: The weights of the layers.
        computing: Seconds that the server computed in each run on the inputs that are stored.
    """

    def __init__(self, db: jazz.Database, neurons: int, weights: list[sp.csr_array]) -> None:
        self.neurons = neurons
        self.weights = weights
        names = [f"w{layer:03}" for layer in range(LAYERS)]
        for first in range(0, LAYERS, 10):
            with db.commit() as commit:
                for name, weights in zip(names[first : first + 10], self.weights[first:], strict=False):
                    commit.put(f"net/{name}", weights)
        db.pipelines.put("net/infer", challenge(neurons, names), bind={name: f"net/{name}" for name in names})
        self.computing: list[float] = []
        self._db = db

    def store(self, images: sp.csr_array) -> None:
        """Stores the inputs of the runs that follow."""
        self._db.put("net/images", images)
        self.computing.clear()

    def run(self) -> sp.csr_array:
        """The activations after the last layer."""
        result = self._db.run("net/infer", x=self._db["net/images"], details=True)
        self.computing.append(result.compute_seconds)
        answer: sp.csr_array = result.value
        return answer

    def edges(self, rows: int) -> float:
        """The edges of a run, as the challenge counts them."""
        return float(rows) * LAYERS * 32 * self.neurons


@contextmanager
def network(neurons: int, *, columns_once: bool, weights: list[sp.csr_array] | None = None) -> Iterator[Network]:
    """A network, by default that of the challenge, in a server that computes equal columns once, or all of them."""
    left_out = "" if columns_once else "columns"
    with tempfile.TemporaryDirectory() as folder, _environment(JAZZ_WITHOUT=left_out, JAZZ_MEMORY_LIMIT="4096"):
        server = Server(Path(folder) / "data", Path(folder) / "log")
        with server, jazz.connect(server.target) as db:
            yield Network(db, neurons, weights or radixnet(neurons, LAYERS, seed=SEED))


@contextmanager
def _environment(**variables: str) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def same(ours: sp.csr_array, theirs: sp.csr_array) -> None:
    """The same rows are left, with the same activations within rounding.

    Raises:
        Disagreement: They are not.
    """
    if not np.array_equal(categories(ours), categories(theirs)):
        raise Disagreement(f"{len(categories(ours))} rows are left against {len(categories(theirs))}")
    close(ours, theirs, rtol=1e-4)


def _many_inputs(columns_once: bool) -> Iterator[Figure]:
    """Seconds for 60 000 inputs."""
    suffix = ".columns" if columns_once else ""
    with network(1024, columns_once=columns_once) as net:
        for images, kind in ((shifted(MANY), "derived"), (varied(MANY), "independent")):
            yield _many(net, images, kind, suffix)


def various(neurons: int) -> list[sp.csr_array]:
    """The network of the challenge with weights from 1/64 to 7/64, on average what they are there; exact as float16."""
    random, layers = np.random.default_rng(SEED), radixnet(neurons, LAYERS, seed=SEED)
    for layer in layers:
        layer.data[:] = random.integers(1, 8, layer.nnz) / 64
    return layers


def _against_peers(neurons: int, suffix: str = "") -> Iterator[Figure]:
    """Edges a second, against all peers."""
    images = scaled(DERIVED[neurons], neurons)
    weights = various(neurons) if suffix else None
    how = "weights are not the same" if suffix else "no use is made of equal columns"
    note = f"{images.shape[0]} derived inputs: {_source()} shifted and scaled up; {how}"
    with ExitStack() as stack:
        net = stack.enter_context(network(neurons, columns_once=False, weights=weights))
        net.store(images)
        given = {"x": images, "weights": net.weights, "bias": BIAS[neurons], "cap": CAP}
        functions = ("torch", "mkl", "graphblas", "scipy")
        peers = [stack.enter_context(Peer(f"networks.{function}", **given)) for function in functions]
        ours = net.run()
        for peer in peers:
            peer.check(ours, same)
        work = net.edges(images.shape[0])
        named = {str(peer): peer for peer in peers}
        yield best(f"dnn.{neurons}x{LAYERS}{suffix}", "edges/s", net.run, named, work=work, turns=3, note=note)


def _many(net: Network, images: sp.csr_array, kind: str, suffix: str) -> Figure:
    net.store(images)
    ours = net.run()
    checked = np.linspace(0, images.shape[0] - 1, _CHECKED).astype(int)
    same(ours[checked], infer(images[checked], net.weights, BIAS[net.neurons]))
    peers = {name: (lambda seconds=seconds: seconds) for name, seconds in PUBLISHED.items()}
    name = f"dnn.{net.neurons}x{LAYERS}.60k{suffix}" + (".independent" if kind == "independent" else "")
    how = "equal columns are computed once" if suffix else "no use is made of equal columns"
    figure = best(name, "s", net.run, peers, turns=5)
    # What is published is the time of kernels alone, without what it takes to bring inputs in and answers out.
    computing = f"computing took {median(net.computing):.3f} s"
    return replace(figure, note=f"{images.shape[0]} {kind} inputs; {how}; {computing}")


def scaled(rows: int, neurons: int) -> sp.csr_array:
    """Images and shifted ones, scaled to as many pixels as there are neurons."""
    images = shifted(rows)
    side = round(neurons**0.5)
    if side == SIDE:
        return images
    parts = [images[begin : begin + 200].toarray() for begin in range(0, rows, 200)]
    zoom = (1, side / SIDE, side / SIDE)
    bigger = [ndimage.zoom(part.reshape(-1, SIDE, SIDE), zoom, order=1) >= 0.5 for part in parts]
    return sp.csr_array(sp.vstack([sp.csr_array(b.reshape(len(b), -1).astype(np.float32)) for b in bigger]))


def shifted(rows: int) -> sp.csr_array:
    """Official images (or digits), then the same shifted by one pixel, by two and so on."""
    images = _originals()
    steps = range(-4, 5)
    ways = sorted(((dy, dx) for dy in steps for dx in steps), key=lambda way: (abs(way[0]) + abs(way[1]), way))
    copies = [np.roll(images, way, axis=(1, 2)) for way in ways[: -(-rows // len(images))]]
    return sp.csr_array(np.concatenate(copies).reshape(-1, SIDE * SIDE)[:rows])


def _source() -> str:
    return "official images" if os.environ.get("JAZZ_DNN_DATA") else "digits of the demo"


def _originals() -> NDArray[np.float32]:
    """The official images [800, 32, 32] in `JAZZ_DNN_DATA`; without it the digits of the demo [5000, 32, 32]."""
    folder = os.environ.get("JAZZ_DNN_DATA")
    if not folder:
        return (pictures()[0] >= _DARK).astype(np.float32)
    images, _ = official_images(Path(folder))
    dense: NDArray[np.float32] = images.toarray().reshape(-1, SIDE, SIDE)
    return dense


def varied(rows: int) -> sp.csr_array:
    """Real digits of which each is turned, sheared and stretched by random amounts of its own; as dark as official."""
    grey, _ = pictures()
    random = np.random.default_rng(SEED)
    middle = (SIDE - 1) / 2
    made = np.empty((rows, SIDE, SIDE), np.float32)
    for row in range(rows):
        matrix = np.eye(2) + random.uniform(-0.2, 0.2, (2, 2))
        offset = middle - matrix @ (middle + random.uniform(-1.5, 1.5, 2))
        made[row] = ndimage.affine_transform(grey[row % len(grey)], matrix, offset, order=1) >= _DARK
    return sp.csr_array(made.reshape(rows, -1))


NETWORKS: Final[Mapping[str, Benchmark]] = {
    **{f"dnn.{neurons}x{LAYERS}": partial(_against_peers, neurons) for neurons in DERIVED},
    **{f"dnn.{neurons}x{LAYERS}.weights": partial(_against_peers, neurons, ".weights") for neurons in VARIOUS},
    f"dnn.1024x{LAYERS}.60k": partial(_many_inputs, False),
    f"dnn.1024x{LAYERS}.60k.columns": partial(_many_inputs, True),
}
"""Benchmarks of networks by what the names of their figures are or begin with."""
