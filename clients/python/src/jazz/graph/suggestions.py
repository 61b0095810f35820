"""What to write in the place of a function that `jazz.ops` does not have."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

_INSTEAD: Final = {
    "absolute": "jazz.ops.abs(x)",
    "astype": "jazz.ops.cast(x, dtype)",
    "compress": "x[mask]",
    "concatenate": "jazz.ops.concat([a, b])",
    "diff": "x[1:] - x[:-1]",
    "digitize": "jazz.ops.bin(x, edges)",
    "dot": "a @ b",
    "dropna": "jazz.ops.drop_na(x)",
    "eliminate_zeros": "jazz.ops.prune(x)",
    "fillna": "jazz.ops.fill_na(x, value)",
    "flatten": "x.reshape(-1)",
    "get_dummies": "jazz.ops.one_hot(x)",
    "hstack": "jazz.ops.concat([a, b], axis=1)",
    "isna": "jazz.ops.is_na(x)",
    "isnull": "jazz.ops.is_na(x)",
    "cumulative_sum": "jazz.ops.cumsum(x, axis=...)",
    "log10": "jazz.ops.log(x) / math.log(10)",
    "log2": "jazz.ops.log(x) / math.log(2)",
    "mod": "a % b",
    "notna": "~jazz.ops.is_na(x)",
    "notnull": "~jazz.ops.is_na(x)",
    "power": "a ** b",
    "median": "jazz.ops.quantile(x, 0.5)",
    "nanmean": "jazz.ops.mean(x, skipna=True), which skips what is missing, and no NaN",
    "percentile": "jazz.ops.quantile(x, q / 100)",
    "ptp": "jazz.ops.max(x) - jazz.ops.min(x)",
    "ravel": "x.reshape(-1)",
    "reciprocal": "1 / x",
    "shape": "jazz.ops.size(x, axis=...)",
    "square": "x * x",
    "toarray": "jazz.ops.to_dense(x)",
    "tocsr": "jazz.ops.to_sparse(x)",
    "todense": "jazz.ops.to_dense(x)",
    "true_divide": "jazz.ops.divide(a, b)",
    "vstack": "jazz.ops.concat([a, b])",
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
