"""Groups and joins of rows of tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from libraries import library

Columns = list[NDArray[Any]]


def texts(codes: NDArray[Any]) -> NDArray[Any]:
    """A text for each number from 0 to 9999, ordered as they are."""
    all_texts: NDArray[np.str_] = np.char.mod("id%04d", np.arange(10_000))
    return all_texts.take(codes)


@library("pandas")
def pandas_grouped(codes: NDArray[Any], x: NDArray[Any], keys: str, functions: list[str]) -> Callable[[], Columns]:
    """`groupby`, whose groups are ordered by their keys."""
    import pandas as pd

    frame = pd.DataFrame({"k": pd.array(texts(codes), dtype="str") if keys == "texts" else codes, "x": x})
    first, second = functions
    return _with_answer(
        lambda: frame.groupby("k", as_index=False).agg(first=("x", first), second=("x", second)),
        lambda found: [found["first"].to_numpy(), found["second"].to_numpy()],
    )


@library("polars")
def polars_grouped(codes: NDArray[Any], x: NDArray[Any], keys: str, functions: list[str]) -> Callable[[], Columns]:
    """`group_by`, whose groups are in no order."""
    import polars as pl

    frame = pl.DataFrame({"k": texts(codes) if keys == "texts" else codes, "x": x})
    asked = [getattr(pl.col("x"), function)().alias(f"{number}") for number, function in enumerate(functions)]
    return _with_answer(
        lambda: frame.group_by("k").agg(asked),
        lambda found: [found.sort("k")[name].to_numpy() for name in ("0", "1")],
    )


@library("pandas")
def pandas_joined(left: Columns, right: Columns) -> Callable[[], Columns]:
    """`merge`, whose rows are in the order of the left ones."""
    import pandas as pd

    t, u = (pd.DataFrame({"k": keys, name: values}) for name, (keys, values) in (("x", left), ("y", right)))
    return _with_answer(
        lambda: t.merge(u, on="k"),
        lambda found: [found["x"].to_numpy(), found["y"].to_numpy()],
    )


@library("polars")
def polars_joined(left: Columns, right: Columns) -> Callable[[], Columns]:
    """`join`, asked for rows in the order of the left ones."""
    import polars as pl

    t, u = (pl.DataFrame({"k": keys, name: values}) for name, (keys, values) in (("x", left), ("y", right)))
    return _with_answer(
        lambda: t.join(u, on="k", maintain_order="left"),
        lambda found: [found["x"].to_numpy(), found["y"].to_numpy()],
    )


@library("scipy", "1 thread")
def scipy_added_up(x: sp.csr_array, codes: NDArray[Any]) -> Callable[[], NDArray[Any]]:
    """The product of a matrix that says which rows are in which group."""
    rows, groups = len(codes), int(codes.max()) + 1

    def call() -> NDArray[Any]:
        belongs = sp.csr_array((np.ones(rows), (codes, np.arange(rows))), shape=(groups, rows))
        sums: NDArray[Any] = (belongs @ x).toarray()
        return sums

    return call


def _with_answer(call: Callable[[], Any], answer: Callable[[Any], Columns]) -> Callable[[], Columns]:
    def timed() -> Any:
        return call()

    timed.answer = lambda: answer(call())  # type: ignore[attr-defined]
    return timed
