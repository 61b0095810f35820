"""Pipelines written twice that are about rows of tables in groups."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

import jazz
from jazz import ops


def _totals(table: jazz.Node) -> jazz.Node:
    """What R's aggregate() does: missing keys are left out, and rows are in the order of the last key."""
    told = table[["k"]].assign(a=table["text"], b=table["n"])
    return ops.aggregate(told, ["b", "a"], k=("k", "sum"), dropna=True)[["a", "b", "k"]]


def _sums(x: object, group: object) -> jazz.Node:
    return ops.frame({"x": x, "group": group}).groupby("group")["x"].sum()["x"]


OF_GROUPED: dict[str, Callable[..., object]] = {
    "function(table) jz_aggregate(table, 'text', total = c('k', 'sum'), n = c('n', 'size'))": lambda table: (
        table.groupby("text").agg(total=("k", "sum"), n=("n", "size"))
    ),
    "function(f) jz_aggregate(f, c('text', 'k'), n = c('n', 'length'))": lambda f: ops.aggregate(
        f, ["text", "k"], n=("n", "size")
    ),
    "function(table) jz_aggregate(table, 'k', v = c('n', 'sd'), na.rm = TRUE, dropna = TRUE, correction = 1L)": (
        lambda table: table.groupby("k", dropna=True).agg(v=("n", "std"), skipna=True, correction=1)
    ),
    "function(table) jz_aggregate(table, 'text', k = c('k', 'max'))$k * 2L": lambda table: (
        table.groupby("text")["k"].max()["k"] * 2
    ),
    "function(table) aggregate(table['k'], by = list(text = table$text), FUN = var)": lambda table: (
        table[["k"]].assign(text=table["text"]).groupby("text", dropna=True)["k"].var(correction=1)
    ),
    "function(table) aggregate(table['k'], by = list(a = table$text, b = table$n), FUN = sum)": _totals,
    "function(table) aggregate(k ~ text, data = table, FUN = mean)": lambda table: (
        ops.drop_na(table[["text", "k"]]).groupby("text", dropna=True)["k"].mean()
    ),
    "function(x, v) rowsum(x, v) * 2": lambda x, v: _sums(x, v) * 2.0,
    "function(s, v) rowsum(s, v) + 1": lambda s, v: _sums(s, v) + 1.0,
    "function(v) rowsum(v, c(2, 1, 2))": lambda v: ops.expand_dims(_sums(v, np.array([2.0, 1.0, 2.0])), 1),
    "function(x, v) rowsum(x, v, reorder = FALSE)": lambda x, v: _sums(x, v)[ops.argsort(ops.unique(v).indices)],
    "function(table) rowsum(table['n'], table$k, na.rm = TRUE)": lambda table: (
        table[["n"]].assign(group=table["k"]).groupby("group")["n"].sum(skipna=True).drop(columns="group")
    ),
}
