"""What to write in the place of a function that `jazz.ops` does not have."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

OPERATORS: Final = {
    "&": "a * b for truth values",
    "|": "jazz.ops.maximum(a, b) for truth values",
    "^": "a != b for truth values",
    "~": "x == False for truth values",
}
"""Operators of Python that values of a pipeline do not have, and what says the same, where something does."""

_INSTEAD: Final = {
    "absolute": "jazz.ops.abs(x)",
    "argmin": "jazz.ops.argmax(-x)",
    "argsort": "jazz.ops.topk(x, k)",
    "astype": "jazz.ops.cast(x, dtype)",
    "concatenate": "jazz.ops.concat(a, b, axis=0)",
    "dot": "a @ b",
    "dropna": "jazz.ops.drop_na(x)",
    "expm1": "jazz.ops.exp(x) - 1",
    "fillna": "jazz.ops.fill_na(x, value)",
    "hstack": "jazz.ops.concat(a, b, axis=1)",
    "isna": "jazz.ops.is_na(x)",
    "isnan": "x != x",
    "isnull": "jazz.ops.is_na(x)",
    "log10": "jazz.ops.log(x) / math.log(10)",
    "log2": "jazz.ops.log(x) / math.log(2)",
    "logical_and": OPERATORS["&"],
    "logical_not": OPERATORS["~"],
    "logical_or": OPERATORS["|"],
    "notna": "jazz.ops.is_na(x) == False",
    "notnull": "jazz.ops.is_na(x) == False",
    "power": "x ** 2, x ** 0.5, or jazz.ops.exp(p * jazz.ops.log(x)) for x > 0",
    "reciprocal": "1 / x",
    "shape": "jazz.ops.size(x, axis=...)",
    "softmax": "e = jazz.ops.exp(x - jazz.ops.max(x, axis=-1, keepdims=True)); e / jazz.ops.sum(e, -1, keepdims=True)",
    "sort": "jazz.ops.topk(x, k)",
    "square": "x * x",
    "tanh": "2 * jazz.ops.sigmoid(2 * x) - 1",
    "toarray": "jazz.ops.to_dense(x)",
    "tocsr": "jazz.ops.to_sparse(x)",
    "todense": "jazz.ops.to_dense(x)",
    "true_divide": "jazz.ops.divide(a, b)",
    "vstack": "jazz.ops.concat(a, b, axis=0)",
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
