"""Pipelines written twice: as R says it and as Python says it, for inputs of the same names."""

from __future__ import annotations

from collections.abc import Callable
from math import inf, log

import numpy as np

import jazz
from jazz import ops
from r.twins_of_comparisons import COMPARED, DATA_COMPARED, TYPES_COMPARED
from r.twins_of_elements import OF_ELEMENTS
from r.twins_of_graphs import OF_GRAPHS
from r.twins_of_groups import OF_GROUPED
from r.twins_of_parts import OF_PARTS
from r.twins_of_strings import DATA_OF_STRINGS, OF_STRINGS, TYPES_OF_STRINGS
from r.twins_of_times import DATA_OF_TIMES, OF_TIMES, TYPES_OF_TIMES

TYPES = {
    "x": "float64[r, c]",
    "y": "float64[r, c]",
    "w": "float64[c, k]",
    "q": "float64[r, r]",
    "v": "float64[r]",
    "u": "float64[c]",
    "s": "float64[r, c] csr",
    "m": "float64[r, c]?",
    "i": "int32[k]",
    "f": "any",
    "n": "any[...]?",
    "t": "string[d]",
    **TYPES_OF_STRINGS,
    **TYPES_OF_TIMES,
    **TYPES_COMPARED,
}
"""The types of inputs, as text, which both read."""

FIELDS = {"table": {"n": "float64[z]?", "k": "int32[z]", "text": "string[z]?"}}
"""The types of the fields of inputs that are tables."""

DATA = {
    "x": "matrix(c(1.5, -2, 3, 0, 5, -6, 7.25, 8, -9, 10, 11, -12), 3)",
    "y": "matrix(c(1.5, 2, -3, 4, 5, 6, 7, -8, 9, 10, 11, 12), 3)",
    "w": "matrix(c(1, 2, 3, 4, -1, 0.5, 0, 2), 4)",
    "q": "matrix(c(0.5, 0.25, 0.25, 0, 0.5, 0.5, 1, 0, 0), 3)",
    "v": "c(1, 2, 4)",
    "u": "c(10, 20, 30, 40)",
    "s": 'as(sparseMatrix(c(1, 3, 2), c(2, 4, 1), x = c(1.5, -2, 3), dims = c(3, 4)), "RsparseMatrix")',
    "m": "matrix(c(1.5, NA, 3, 0, NaN, -6, 7.25, 8, -9, 10, 11, NA), 3)",
    "i": "c(2L, 0L)",
    "f": 'data.frame(n = c(1.5, NA, 3), k = 1:3, text = c("a", NA, "c"))',
    "table": 'data.frame(n = c(1.5, NA, 3), k = 1:3, text = c("a", NA, "c"))',
    "n": 'factor(c("a", NA, "b"))',
    "t": 'c("The cat sat", "the dog", "")',
    **DATA_OF_STRINGS,
    **DATA_OF_TIMES,
    **DATA_COMPARED,
}
"""What inputs are, in R."""

doubled = jazz.pipeline(lambda a, b: a * 2.0 + b)

TWINS: dict[str, Callable[..., object]] = {
    # operators
    "function(x, y) x + y": lambda x, y: x + y,
    "function(x, y) x - y": lambda x, y: x - y,
    "function(x, y) x * y": lambda x, y: x * y,
    "function(x, y) x / y": lambda x, y: x / y,
    "function(x) x + 1.5": lambda x: x + 1.5,
    "function(x) 2L * x": lambda x: 2 * x,
    "function(x) 1 / x - 1": lambda x: 1.0 / x - 1.0,
    "function(x) -x": lambda x: -x,
    "function(x) +x": lambda x: +x,
    "function(x) x^2": lambda x: x**2.0,
    "function(x) x^2L": lambda x: x**2.0,
    "function(x) 2^x": lambda x: 2.0**x,
    "function(x) abs(x)^0.5": lambda x: abs(x) ** 0.5,
    "function(x, y) x == y": lambda x, y: x == y,
    "function(x, y) x != y": lambda x, y: x != y,
    "function(x, y) x < y": lambda x, y: x < y,
    "function(x) x <= 0": lambda x: x <= 0.0,
    "function(x) x > 0L": lambda x: x > 0,
    "function(x, y) x >= y": lambda x, y: x >= y,
    "function(x) sum(x > TRUE)": lambda x: (x > True).sum(),
    # along the columns, as R recycles
    "function(x, v) x + v": lambda x, v: (x.T + v).T,
    "function(x, v) v - x": lambda x, v: (v - x.T).T,
    "function(x) x / rowSums(x)": lambda x: (x.T / x.sum(axis=1)).T,
    "function(x, v) x * v + v": lambda x, v: (x.T * v + v).T,
    "function(x, v) x > v": lambda x, v: (x.T > v).T,
    # functions
    "function(x) exp(x)": lambda x: ops.exp(x),
    "function(x) log(abs(x))": lambda x: ops.log(ops.abs(x)),
    "function(x) log1p(abs(x))": lambda x: ops.log1p(abs(x)),
    "function(x) log(abs(x), 2)": lambda x: ops.log(abs(x)) / log(2),
    "function(x) log10(abs(x))": lambda x: ops.log(abs(x)) / log(10),
    "function(x) sqrt(jz_abs(x))": lambda x: ops.sqrt(ops.abs(x)),
    "function(x) jz_relu(x)": lambda x: ops.relu(x),
    "function(x) jz_sigmoid(x)": lambda x: ops.sigmoid(x),
    "function(x) jz_clip(x, -1, 1)": lambda x: ops.clip(x, -1.0, 1.0),
    "function(x) jz_clip(x, max = 2L)": lambda x: ops.clip(x, max=2),
    "function(x, y) pmax(x, y, 0)": lambda x, y: ops.maximum(ops.maximum(x, y), 0.0),
    "function(x) pmin(x, 1)": lambda x: ops.minimum(x, 1.0),
    "function(x) ifelse(x > 0, x, 0)": lambda x: ops.where(x > 0.0, x, 0.0),
    "function(x, y) jz_where(x > y, x, y)": lambda x, y: ops.where(x > y, x, y),
    "function(x, u) jz_add(x, u)": lambda x, u: ops.add(x, u),
    "function(x, u) jz_subtract(jz_multiply(x, u), jz_divide(x, u))": lambda x, u: ops.subtract(
        x * u, ops.divide(x, u)
    ),
    "function(x, u) jz_maximum(jz_minimum(x, u), jz_negative(x))": lambda x, u: ops.maximum(ops.minimum(x, u), -x),
    "function(x, u) jz_equal(jz_not_equal(x, u), jz_less(x, u))": lambda x, u: ops.equal(x != u, x < u),
    "function(x, u) jz_where(jz_greater(x, u), jz_less_equal(x, u), jz_greater_equal(x, u))": lambda x, u: ops.where(
        x > u, x <= u, x >= u
    ),
    "function(x) jz_exp(jz_log(jz_sqrt(jz_log1p(jz_abs(x)))))": lambda x: ops.exp(ops.log(ops.sqrt(ops.log1p(abs(x))))),
    # matrices
    "function(x, w) x %*% w": lambda x, w: x @ w,
    "function(s, w) jz_matmul(s, w)": lambda s, w: ops.matmul(s, w),
    "function(x, u) x %*% u": lambda x, u: x @ u,
    "function(v, x) v %*% x": lambda v, x: v @ x,
    "function(x, y) crossprod(x, y)": lambda x, y: x.T @ y,
    "function(x) tcrossprod(x)": lambda x: x @ x.T,
    "function(x) t(x)": lambda x: x.T,
    "function(x) jz_transpose(jz_transpose(x))": lambda x: x.T.T,
    "function(x, u) sweep(x, 2, u)": lambda x, u: x - u,
    'function(x, u) sweep(x, 2, u, "+")': lambda x, u: x + u,
    'function(x, v) sweep(x, 1, v, "/")': lambda x, v: (x.T / v).T,
    "function(x, u) sweep(x, 2, u, pmax)": lambda x, u: ops.maximum(x, u),
    "function(x, y) cbind(x, y)": lambda x, y: ops.concat([x, y], axis=1),
    "function(x, y) rbind(x, y)": lambda x, y: ops.concat([x, y]),
    "function(v, u) jz_concat(list(v, u))": lambda v, u: ops.concat([v, u]),
    "function(q) diag(q)": lambda q: ops.diag(q),
    "function(v, x) jz_diag(v) %*% x": lambda v, x: ops.diag(v) @ x,
    "function(s) jz_to_dense(s)": lambda s: ops.to_dense(s),
    "function(x) jz_to_sparse(x)": lambda x: ops.to_sparse(x),
    'function(x) jz_to_sparse(x, "csc")': lambda x: ops.to_sparse(x, "csc"),
    'function(x) jz_to_sparse(x, "coo")': lambda x: ops.to_sparse(x, "coo"),
    'function(x) jz_cast(x, "float32")': lambda x: x.astype("float32"),
    # parts
    "function(x) x[c(3, 1), ]": lambda x: ops.take(x, np.array([2, 0], "int32")),
    "function(x) x[, 2:3]": lambda x: ops.take(x, np.array([1, 2], "int32"), axis=1),
    "function(x) x[1, , drop = FALSE]": lambda x: ops.take(x, np.array([0], "int32")),
    "function(x) x[1:2, 4:1]": lambda x: ops.take(
        ops.take(x, np.array([0, 1], "int32")), np.array([3, 2, 1, 0], "int32"), axis=1
    ),
    "function(v) v[3:2]": lambda v: ops.take(v, np.array([2, 1], "int32")),
    "function(x, i) jz_take(x, i)": lambda x, i: ops.take(x, i),
    "function(x, i) jz_take(x, i, 2)": lambda x, i: ops.take(x, i, axis=1),
    "function(f) f$k": lambda f: f["k"],
    'function(f) f[["text"]]': lambda f: ops.field(f, "text"),
    'function(f) mean(jz_field(jz_drop_na(f), "n"))': lambda f: ops.drop_na(f)["n"].mean(),
    # reductions
    "function(x) rowSums(x)": lambda x: x.sum(axis=1),
    "function(x) colSums(x)": lambda x: x.sum(axis=0),
    "function(x) rowMeans(x)": lambda x: x.mean(axis=1),
    "function(x) colMeans(x)": lambda x: x.mean(axis=0),
    "function(m) colMeans(m, na.rm = TRUE)": lambda m: m.mean(axis=0, skipna=True),
    "function(x) sum(x)": lambda x: x.sum(),
    "function(x) mean(x)": lambda x: x.mean(),
    "function(m) max(m, na.rm = TRUE)": lambda m: m.max(skipna=True),
    "function(x) min(x)": lambda x: x.min(),
    "function(x) jz_mean(x, 2, keepdims = TRUE)": lambda x: x.mean(axis=1, keepdims=True),
    "function(m) jz_max(m, 1, na.rm = TRUE)": lambda m: m.max(axis=0, skipna=True),
    "function(x) jz_min(x, c(2))": lambda x: x.min(axis=[1]),
    "function(x) jz_argmax(x, 2)": lambda x: ops.argmax(x, axis=1),
    "function(x) jz_count_nonzero(x)": lambda x: ops.count_nonzero(x),
    "function(x) jz_norm(x)": lambda x: ops.norm(x),
    "function(x) jz_norm(x, 1, axis = 2)": lambda x: ops.norm(x, ord=1, axis=1),
    "function(x) jz_norm(x, Inf, keepdims = TRUE)": lambda x: ops.norm(x, ord=inf, keepdims=True),
    "function(x) jz_topk(x, 2)": lambda x: ops.topk(x, 2),
    "function(x) jz_topk(x, 3L)$indices": lambda x: ops.topk(x, 3).indices,
    "function(x) jz_size(x)": lambda x: ops.size(x),
    "function(x) jz_size(x, 2)": lambda x: ops.size(x, axis=1),
    # what is missing
    "function(m) is.na(m)": lambda m: ops.is_na(m),
    "function(n) jz_is_na(n)": lambda n: ops.is_na(n),
    "function(m) jz_fill_na(m, 0)": lambda m: ops.fill_na(m, 0.0),
    'function(n) jz_fill_na(n, "b")': lambda n: ops.fill_na(n, "b"),
    "function(m) jz_drop_na(m, 2)": lambda m: ops.drop_na(m, axis=1),
    "function(m) jz_count_na(m)": lambda m: ops.count_na(m),
    "function(m) jz_count_na(m, 1)": lambda m: ops.count_na(m, axis=0),
    # constants
    "function(v) v + c(1, 2, 3)": lambda v: v + np.array([1.0, 2, 3]),
    "function(v) (v + c(1, 2, 3)) * c(1, 2, 3)": lambda v: (v + np.array([1.0, 2, 3])) * np.array([1.0, 2, 3]),
    "function(x) x %*% matrix(c(1, 2, 3, 4, 5, 6, 7, 8), 4)": lambda x: x @ np.arange(1.0, 9).reshape(2, 4).T,
    "function(v) v * c(1L, 2L, 3L)": lambda v: v * np.array([1, 2, 3], "int32"),
    "function(x, by = 3) x * by": lambda x, by=3.0: x * by,
    # outputs
    "function(x) list(same = x, turned = t(x))": lambda x: {"same": x, "turned": x.T},
    "function(x) list(sum(x), mean(x))": lambda x: (x.sum(), x.mean()),
    "function(x, y) { unused <- x + y; x }": lambda x, y: x,
    "function(x) { z <- exp(x); z * z + z }": lambda x: _shared(x),
    # loops
    "function(q, v) jz_iterate(function(r) q %*% r * 0.5 + 0.5, v, max_iter = 5)$state": lambda q, v: (
        ops.iterate(lambda r: q @ r * 0.5 + 0.5, v, max_iter=5).state
    ),
    "function(q, v) { l <- jz_iterate(function(r) q %*% r, v, max_iter = 100L, tol = 1e-9)\n"
    " list(rank = l$state, turns = l$iterations) }": lambda q, v: dict(
        zip(("rank", "turns"), ops.iterate(lambda r: q @ r, v, max_iter=100, tol=1e-9), strict=True)
    ),
    "function(v) { l <- jz_iterate(function(a, b) list(b, a + b), v, v, max_iter = 3)\n"
    " list(a = l$state[[1]], b = l$state[[2]]) }": lambda v: dict(
        zip("ab", ops.iterate(lambda a, b: (b, a + b), v, v, max_iter=3).state, strict=True)
    ),
    "function(q, v) jz_iterate(function(r) jz_iterate(function(p) q %*% p + r, r, max_iter = 2)$state, v,"
    " max_iter = 2)$state": lambda q, v: (
        ops.iterate(lambda r: ops.iterate(lambda p: q @ p + r, r, max_iter=2).state, v, max_iter=2).state
    ),
    # pipelines in pipelines
    "function(x, y) jz_inline(jz_pipeline(function(a, b) jz_add(a * 2, b)), x, b = y)": lambda x, y: doubled(x, b=y),
    "function(x, y) jz_call(jz_pipeline(function(a, b) jz_add(a * 2, b)), x, b = y)": lambda x, y: ops.call(
        doubled, x, b=y
    ),
    "function(x, v) jz_cond(sum(x) > 1, function() x * 2, function() x)": lambda x, v: ops.cond(
        ops.sum(x) > 1.0, lambda: x * 2.0, lambda: x
    ),
    "function(x, y) jz_cond(sum(x) > 1, function() list(x, y), function() list(y, x))[[1]]": lambda x, y: ops.cond(
        ops.sum(x) > 1.0, lambda: (x, y), lambda: (y, x)
    )[0],
    'function(x) jz_apply("topk", x, k = 2, results = 2)[[2]]': lambda x: ops.apply("topk", x, k=2, results=2)[1],
    **OF_ELEMENTS,
    **OF_GRAPHS,
    **OF_GROUPED,
    **OF_PARTS,
    **OF_STRINGS,
    **OF_TIMES,
    **COMPARED,
}


def _shared(x: jazz.Node) -> jazz.Node:
    z = ops.exp(x)
    return z * z + z
