"""What to write in the place of a function that `jazz.ops` does not have."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

_INSTEAD: Final = {
    "DataFrame": 'jazz.ops.frame({"a": x})',
    "absolute": "jazz.ops.abs(x)",
    "add.accumulate": "jazz.ops.cumsum(x, axis=0)",
    "add.outer": "a[:, None] + b",
    "add.reduce": "jazz.ops.sum(x, axis=0)",
    "astype": "jazz.ops.cast(x, dtype)",
    "compress": "x[mask]",
    "concatenate": "jazz.ops.concat([a, b])",
    "copy": "the value itself, since values never change",
    "cumulative_sum": "jazz.ops.cumsum(x, axis=...)",
    "diagonal": "jazz.ops.diag(x)",
    "diff": "x[1:] - x[:-1]",
    "digitize": "jazz.ops.bin(x, edges)",
    "dot": "a @ b",
    "dropna": "jazz.ops.drop_na(x)",
    "einsum": "a @ b, or (a * b).sum(axis=...)",
    "eliminate_zeros": "jazz.ops.prune(x)",
    "exp2": "2.0 ** x",
    "fillna": "jazz.ops.fill_na(x, value)",
    "flatten": "x.reshape(-1)",
    "get_dummies": "jazz.ops.one_hot(x)",
    "group_by": 't.groupby("key")',
    "groupby": 't.groupby("key")',
    "head": "x[:n]",
    "hstack": "jazz.ops.concat([a, b], axis=1)",
    "hypot": "jazz.ops.sqrt(a * a + b * b)",
    "iloc": "x[rows][:, columns]",
    "in1d": "jazz.ops.isin(x, values)",
    "is_in": "jazz.ops.isin(x, values)",
    "isna": "jazz.ops.is_na(x)",
    "isnull": "jazz.ops.is_na(x)",
    "insert": "t.assign(name=x), which puts it behind",
    "inner_join": 't.merge(u, on="key")',
    "item": "the value itself, which is of rank 0",
    "join": 't.merge(u, on="key")',
    "left_join": 't.merge(u, on="key", how="left")',
    "loc": "x[mask]",
    "log10": "jazz.ops.log(x) / math.log(10)",
    "log2": "jazz.ops.log(x) / math.log(2)",
    "logical_and.reduce": "jazz.ops.all(x, axis=0)",
    "logical_or.reduce": "jazz.ops.any(x, axis=0)",
    "maximum.reduce": "jazz.ops.max(x, axis=0)",
    "median": "jazz.ops.quantile(x, 0.5)",
    "minimum.reduce": "jazz.ops.min(x, axis=0)",
    "mod": "a % b",
    "multiply.outer": "jazz.ops.outer(a, b)",
    "multiply.reduce": "jazz.ops.prod(x, axis=0)",
    "nanmean": "jazz.ops.mean(x, skipna=True), which skips what is missing, and no NaN",
    "nansum": "jazz.ops.sum(x, skipna=True), which skips what is missing, and no NaN",
    "nnz": "jazz.ops.count_nonzero(x)",
    "nonzero": "jazz.ops.count_nonzero(x), or x != 0",
    "notna": "~jazz.ops.is_na(x)",
    "notnull": "~jazz.ops.is_na(x)",
    "percentile": "jazz.ops.quantile(x, q / 100)",
    "positive": "+x",
    "power": "a ** b",
    "ptp": "jazz.ops.max(x) - jazz.ops.min(x)",
    "ravel": "x.reshape(-1)",
    "pop": 't["name"] and t.drop(columns="name")',
    "reciprocal": "1 / x",
    "select": 't[["a", "b"]]',
    "shape": "jazz.ops.size(x, axis=...)",
    "sort_values": 'jazz.ops.sort_by(t, "field")',
    "square": "x * x",
    "subtract.outer": "a[:, None] - b",
    "summarise": 't.groupby("key").agg(total=("x", "sum"))',
    "swapaxes": "x.T",
    "tail": "x[-n:]",
    "to_numpy": "the value itself",
    "toarray": "jazz.ops.to_dense(x)",
    "tocoo": 'jazz.ops.to_sparse(x, "coo")',
    "tocsc": 'jazz.ops.to_sparse(x, "csc")',
    "tocsr": "jazz.ops.to_sparse(x)",
    "todense": "jazz.ops.to_dense(x)",
    "tolist": "the value itself",
    "true_divide": "jazz.ops.divide(a, b)",
    "value_counts": 't.groupby("key").size()',
    "values": "the value itself",
    "vstack": "jazz.ops.concat([a, b])",
    "with_columns": "t.assign(name=x)",
}
"""Functions of numpy and scipy by name, and what says the same."""


def instead_of(name: str, known: Iterable[str]) -> str:
    """What to write for a function of this name, given the operations that there are.

    >>> instead_of("tpok", ["take", "topk"])
    'jazz.ops.topk'
    """
    names = sorted(known)
    if name in names:
        return f"jazz.ops.{name}"
    if name in _INSTEAD:
        return _INSTEAD[name]
    close = get_close_matches(name, names, n=2)
    if close:
        return " or ".join(f"jazz.ops.{each}" for each in close)
    return f"what jazz.ops has: {', '.join(names)}"
