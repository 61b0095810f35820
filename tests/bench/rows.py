"""One row through the weights of one layer, of which one in a thousand is there, in process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from figures import Figure, best
from jazz_server.engine import parallel
from jazz_server.engine.compressed import Compressed
from jazz_server.engine.row_product import RowProduct
from peers import THREADS, Peer

ACTIVE: Final = (1.0, 0.1, 0.01)
_DENSE_BYTES: Final = 5 << 30
"""Larger dense matrices are not made: their peers get the first columns, and the time is scaled up."""


def row() -> Iterator[Figure]:
    """Seconds of a row by a layer of 4096 and of 65536 neurons, for inputs that are more or less active."""
    parallel.set_thread_count(THREADS)
    for neurons in (4096, 65536):
        random = np.random.default_rng(1)
        w = sp.random_array((neurons, neurons), density=0.001, format="csr", dtype=np.float32, rng=random)
        w.sort_indices()
        product = RowProduct(Compressed(neurons, neurons, w.indptr, w.indices, w.data))
        for active in ACTIVE:
            x = np.where(random.random(neurons) < active, random.random(neurons, np.float32), np.float32(0))
            yield _figure(product, w, x, active)


def _figure(product: RowProduct, w: sp.csr_array, x: NDArray[Any], active: float) -> Figure:
    neurons = len(x)
    share = 1 if 4 * neurons**2 <= _DENSE_BYTES else 4
    part = w[:, : neurons // share] if share > 1 else w
    with ExitStack() as stack:
        sparse = stack.enter_context(Peer("rows.scipy", w=w, x=x))
        sparse.check(product(x))
        peers: dict[str, Any] = {str(sparse): sparse}
        for function in ("numpy_dense", "onnx_dense"):
            peer = stack.enter_context(Peer(f"rows.{function}", w=part, x=x))
            peer.check(product(x)[: neurons // share])
            label = f"{peer}, {share} times the time of a quarter" if share > 1 else str(peer)
            peers[label] = lambda peer=peer: share * peer()
        name = f"row.{neurons}.0.1pct.{round(100 * active)}pct-active"
        return best(name, "s", lambda: product(x), peers, note=f"{np.count_nonzero(x)} of {neurons} inputs are active")
