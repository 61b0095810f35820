"""The operations that pipelines are made of: `jazz.ops`.

Names and answers are the array API's and scipy's; dtype and broadcasting rules are numpy's. Arguments may be dense or
sparse: the layout never changes an answer. In a sparse tensor an absent entry is zero, and annihilates in `multiply`
and `divide`. Missing is not NaN: a result is missing where an operand is, in every element type.

Every function notes a step in the pipeline that is being traced. Its arguments are values of that pipeline, numbers (of
the type of their neighbours), or arrays, matrices and frames, which become constants. What they compute is seen when
the pipeline runs; the examples show the steps that they note.
"""

# ruff: noqa: A004 - the names are the array API's

from __future__ import annotations

from typing import NoReturn as _NoReturn

from jazz.graph.ops.activations import gelu, leaky_relu, relu, sigmoid, softplus, tanh
from jazz.graph.ops.arrays import cast, concat, diag, field, matmul, take, to_dense, to_sparse, transpose
from jazz.graph.ops.branches import apply, call, cond
from jazz.graph.ops.elementwise import (
    abs,
    add,
    clip,
    cos,
    divide,
    equal,
    exp,
    expm1,
    floor_divide,
    greater,
    greater_equal,
    isin,
    less,
    less_equal,
    log,
    log1p,
    maximum,
    minimum,
    multiply,
    negative,
    not_equal,
    pow,
    remainder,
    sign,
    sin,
    sqrt,
    subtract,
    where,
)
from jazz.graph.ops.features import bin, count_tokens, hash_features, one_hot, tfidf, tokenize
from jazz.graph.ops.graphs import (
    Components,
    Levels,
    bfs,
    connected_components,
    k_core,
    pagerank,
    random_walks,
    sssp,
    triangle_count,
)
from jazz.graph.ops.groups import aggregate
from jazz.graph.ops.iteration import Iterated, iterate
from jazz.graph.ops.linalg import Eigen, Singular, Solved, cg, eigsh, kron, outer, spsolve, svds, trace
from jazz.graph.ops.logic import isfinite, isinf, isnan, logical_and, logical_not, logical_or, logical_xor
from jazz.graph.ops.merging import merge
from jazz.graph.ops.missing import count_na, drop_na, fill_na, is_na
from jazz.graph.ops.neighbours import Neighbours, knn
from jazz.graph.ops.ordering import Unique, argsort, sort, unique
from jazz.graph.ops.reductions import (
    TopK,
    all,
    any,
    argmax,
    argmin,
    count_nonzero,
    logsumexp,
    max,
    mean,
    min,
    norm,
    prod,
    quantile,
    size,
    std,
    sum,
    topk,
    var,
)
from jazz.graph.ops.rounding import ceil, floor, round, trunc
from jazz.graph.ops.scaling import (
    keep_topk,
    normalize,
    prune,
    sampled_matmul,
    scale_columns,
    scale_rows,
    standardize,
)
from jazz.graph.ops.scans import cumsum, softmax
from jazz.graph.ops.shapes import expand_dims, filter, flip, reshape, slice, split, squeeze, stack, tile
from jazz.graph.ops.strings import (
    str_contains,
    str_endswith,
    str_len,
    str_lower,
    str_replace,
    str_slice,
    str_startswith,
    str_strip,
    str_upper,
)
from jazz.graph.ops.tables import assign, drop, frame, sort_by
from jazz.graph.ops.times import time_floor, time_part
from jazz.graph.suggestions import instead_of as _instead_of

__all__ = [
    "Components",
    "Eigen",
    "Iterated",
    "Levels",
    "Neighbours",
    "Singular",
    "Solved",
    "TopK",
    "Unique",
    "abs",
    "add",
    "aggregate",
    "all",
    "any",
    "apply",
    "argmax",
    "argmin",
    "argsort",
    "assign",
    "bfs",
    "bin",
    "call",
    "cast",
    "ceil",
    "cg",
    "clip",
    "concat",
    "cond",
    "connected_components",
    "cos",
    "count_na",
    "count_nonzero",
    "count_tokens",
    "cumsum",
    "diag",
    "divide",
    "drop",
    "drop_na",
    "eigsh",
    "equal",
    "exp",
    "expand_dims",
    "expm1",
    "field",
    "fill_na",
    "filter",
    "flip",
    "floor",
    "floor_divide",
    "frame",
    "gelu",
    "greater",
    "greater_equal",
    "hash_features",
    "is_na",
    "isfinite",
    "isin",
    "isinf",
    "isnan",
    "iterate",
    "k_core",
    "keep_topk",
    "knn",
    "kron",
    "leaky_relu",
    "less",
    "less_equal",
    "log",
    "log1p",
    "logical_and",
    "logical_not",
    "logical_or",
    "logical_xor",
    "logsumexp",
    "matmul",
    "max",
    "maximum",
    "mean",
    "merge",
    "min",
    "minimum",
    "multiply",
    "negative",
    "norm",
    "normalize",
    "not_equal",
    "one_hot",
    "outer",
    "pagerank",
    "pow",
    "prod",
    "prune",
    "quantile",
    "random_walks",
    "relu",
    "remainder",
    "reshape",
    "round",
    "sampled_matmul",
    "scale_columns",
    "scale_rows",
    "sigmoid",
    "sign",
    "sin",
    "size",
    "slice",
    "softmax",
    "softplus",
    "sort",
    "sort_by",
    "split",
    "spsolve",
    "sqrt",
    "squeeze",
    "sssp",
    "stack",
    "standardize",
    "std",
    "str_contains",
    "str_endswith",
    "str_len",
    "str_lower",
    "str_replace",
    "str_slice",
    "str_startswith",
    "str_strip",
    "str_upper",
    "subtract",
    "sum",
    "svds",
    "take",
    "tanh",
    "tfidf",
    "tile",
    "time_floor",
    "time_part",
    "to_dense",
    "to_sparse",
    "tokenize",
    "topk",
    "trace",
    "transpose",
    "triangle_count",
    "trunc",
    "unique",
    "var",
    "where",
]


def __getattr__(name: str) -> _NoReturn:
    found = f"jazz.ops has no {name}"
    if not name.startswith("_"):
        found += f"; use {_instead_of(name, (known for known in __all__ if known.islower()))}"
    raise AttributeError(found)
