"""Groups and joins of rows of tables, in process like their peers, on two threads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any, Final

import numpy as np
import pandas as pd
import scipy.sparse as sp

import jazz
from figures import Figure, best
from jazz.convert import from_value
from libraries.tables import texts
from operations import in_process
from peers import Peer

ROWS: Final = 1_000_000
KEYS: Final = 1000
ITEMS: Final = 100_000
CELLS: Final = 100_000
GENES: Final = 20_000
CLUSTERS: Final = 50
GROUPED: Final = (
    ("groupby.ints", "ints", ("sum", "mean")),
    ("groupby.texts", "texts", ("sum", "mean")),
    ("groupby.spread", "ints", ("median", "std")),
)


def table() -> Iterator[Figure]:
    """Seconds of groups of 1M rows by 1000 keys, of 1M rows joined with 100k, and of sums of sparse rows by group."""
    random = np.random.default_rng(4)
    codes, x = random.integers(0, KEYS, ROWS), random.random(ROWS)
    for name, keys, functions in GROUPED:
        column = pd.array(texts(codes), dtype="str") if keys == "texts" else codes
        given = {"codes": codes, "x": x, "keys": keys, "functions": list(functions)}
        inputs = {"t": pd.DataFrame({"k": column, "x": x})}
        yield _figure(f"table.{name}", _grouped(*functions), inputs, "grouped", given)

    sold = {"k": random.integers(0, ITEMS + ITEMS // 5, ROWS), "x": x}
    items = {"k": random.permutation(ITEMS), "y": random.random(ITEMS)}
    both = {"left": list(sold.values()), "right": list(items.values())}
    yield _figure("table.merge", _joined, {"t": pd.DataFrame(sold), "u": pd.DataFrame(items)}, "joined", both)

    cells = sp.random_array((CELLS, GENES), density=0.02, format="csr", rng=random)
    clusters = {"x": cells, "codes": random.integers(0, CLUSTERS, CELLS)}
    yield _figure("table.groupby.sparse", _added_up, clusters, "added_up", clusters, peers=("scipy",))


def _grouped(first: str, second: str) -> Callable[[Any], Any]:
    return lambda t: t.groupby("k").agg(first=("x", first), second=("x", second), correction=1)


def _joined(t: Any, u: Any) -> Any:
    return t.merge(u, on="k", how="inner")


def _added_up(x: Any, codes: Any) -> Any:
    return jazz.ops.frame({"x": x, "k": codes}).groupby("k")["x"].sum()["x"]


def _figure(
    name: str,
    traced: Callable[..., Any],
    inputs: dict[str, Any],
    function: str,
    given: dict[str, Any],
    peers: tuple[str, ...] = ("pandas", "polars"),
) -> Figure:
    ours = in_process(traced, **inputs)
    found = from_value(ours()["result"])
    is_table = isinstance(found, pd.DataFrame)
    answer = [found[column].to_numpy() for column in found if column != "k"] if is_table else found.data
    with ExitStack() as stack:
        running = [stack.enter_context(Peer(f"tables.{peer}_{function}", **given)) for peer in peers]
        for peer in running:
            peer.check(answer)
        return best(name, "s", ours, {str(peer): peer for peer in running}, turns=3)
