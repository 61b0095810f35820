"""Twins of what works element by element, and of reductions: see `twins`."""

# ruff: noqa: PLW0108 - the names of parameters are those of inputs

from __future__ import annotations

from collections.abc import Callable
from math import inf

from jazz import ops

OF_ELEMENTS: dict[str, Callable[..., object]] = {
    # logic
    "function(x, y) (x > 0) & (y > 0)": lambda x, y: (x > 0.0) & (y > 0.0),
    "function(x, y) (x > 0) | (y > 0)": lambda x, y: (x > 0.0) | (y > 0.0),
    "function(x, y) xor(x > 0, y > 0)": lambda x, y: (x > 0.0) ^ (y > 0.0),
    "function(x) !(x > 0)": lambda x: ~(x > 0.0),
    "function(m) (m > 0) & FALSE": lambda m: (m > 0.0) & False,
    "function(m) (m > 0) | 1": lambda m: (m > 0.0) | True,
    "function(x, v) (x > 0) & (v > 1)": lambda x, v: ((x > 0.0).T & (v > 1.0)).T,
    "function(x, u) jz_logical_and(jz_logical_or(x > 0, u > 10), jz_logical_xor(x > 1, u > 20))": lambda x, u: (
        ops.logical_and(ops.logical_or(x > 0.0, u > 10.0), ops.logical_xor(x > 1.0, u > 20.0))
    ),
    "function(x) jz_logical_not(x > 0)": lambda x: ops.logical_not(x > 0.0),
    "function(m) is.nan(m)": lambda m: ops.fill_na(ops.isnan(m), False),
    "function(m) is.finite(m)": lambda m: ops.fill_na(ops.isfinite(m), False),
    "function(m) is.infinite(m)": lambda m: ops.fill_na(ops.isinf(m), False),
    "function(m) jz_isnan(m) | jz_isinf(m) | jz_isfinite(m)": lambda m: ops.isnan(m) | ops.isinf(m) | ops.isfinite(m),
    # arithmetic
    "function(x, y) x %% y": lambda x, y: x % y,
    "function(x, y) x %/% y": lambda x, y: x // y,
    "function(x) x %% 2": lambda x: x % 2.0,
    "function(x) 7L %/% x": lambda x: 7 // x,
    "function(x, y) abs(x)^y": lambda x, y: abs(x) ** y,
    "function(x, v) x^v": lambda x, v: (x.T**v).T,
    "function(x, u) jz_pow(jz_abs(x), jz_floor_divide(u, 7))": lambda x, u: ops.pow(
        ops.abs(x), ops.floor_divide(u, 7.0)
    ),
    "function(x, u) jz_remainder(x, u)": lambda x, u: ops.remainder(x, u),
    # functions
    "function(x) sign(x)": lambda x: ops.sign(x),
    "function(x) expm1(x)": lambda x: ops.expm1(x),
    "function(x) sin(x) + cos(x)": lambda x: ops.sin(x) + ops.cos(x),
    "function(x) tanh(x)": lambda x: ops.tanh(x),
    "function(x) round(x)": lambda x: round(x),
    "function(x) round(x / 3, 2)": lambda x: round(x / 3.0, 2),
    "function(x) floor(x) + ceiling(x) + trunc(x)": lambda x: ops.floor(x) + ops.ceil(x) + ops.trunc(x),
    "function(x) jz_sign(jz_expm1(jz_sin(jz_cos(jz_tanh(x)))))": lambda x: ops.sign(
        ops.expm1(ops.sin(ops.cos(ops.tanh(x))))
    ),
    "function(x) jz_round(jz_floor(jz_ceil(jz_trunc(x))), -1)": lambda x: ops.round(
        ops.floor(ops.ceil(ops.trunc(x))), -1
    ),
    "function(x) jz_leaky_relu(jz_softplus(x))": lambda x: ops.leaky_relu(ops.softplus(x)),
    "function(x) jz_leaky_relu(x, 0.2)": lambda x: ops.leaky_relu(x, 0.2),
    "function(x) jz_gelu(x)": lambda x: ops.gelu(x),
    'function(x) jz_gelu(x, "tanh")': lambda x: ops.gelu(x, "tanh"),
    # reductions
    "function(x) prod(x)": lambda x: x.prod(),
    "function(m) any(m > 0)": lambda m: (m > 0.0).any(),
    "function(m) all(m > 0, na.rm = TRUE)": lambda m: (m > 0.0).all(skipna=True),
    "function(m) range(m, na.rm = TRUE)": lambda m: ops.stack([m.min(skipna=True), m.max(skipna=True)]),
    "function(v) var(v)": lambda v: v.var(correction=1),
    "function(x) sd(x)": lambda x: x.std(correction=1),
    "function(x) median(x)": lambda x: ops.quantile(x, 0.5),
    "function(x) quantile(x)": lambda x: ops.quantile(x, [0.0, 0.25, 0.5, 0.75, 1.0]),
    "function(v) cumsum(v)": lambda v: v.cumsum(),
    "function(x) cumsum(x)": lambda x: x.T.cumsum(),
    "function(x) jz_sum(x, c(1, 2))": lambda x: x.sum((0, 1)),
    "function(x) jz_prod(x, 2, keepdims = TRUE)": lambda x: x.prod(1, keepdims=True),
    "function(x) jz_any(jz_all(x > 0, 1))": lambda x: (x > 0.0).all(0).any(),
    "function(x) jz_argmin(x, 1)": lambda x: x.argmin(0),
    "function(x) jz_var(x, 2, correction = 0.5)": lambda x: x.var(1, correction=0.5),
    "function(x) jz_std(x, c(1, 2), keepdims = TRUE)": lambda x: x.std((0, 1), keepdims=True),
    'function(x) jz_quantile(x, c(0.1, 0.9), 1, "nearest")': lambda x: ops.quantile(
        x, [0.1, 0.9], axis=0, method="nearest"
    ),
    "function(s) jz_quantile(s, 0.75, 2)": lambda s: ops.quantile(s, 0.75, axis=1),
    "function(x) jz_logsumexp(x, 2)": lambda x: ops.logsumexp(x, axis=1),
    "function(x) jz_softmax(x)": lambda x: ops.softmax(x),
    "function(m) jz_softmax(m, 1, na.rm = TRUE)": lambda m: ops.softmax(m, axis=0, skipna=True),
    "function(m) jz_cumsum(m, 2, na.rm = TRUE)": lambda m: m.cumsum(1, skipna=True),
    "function(x) jz_cumsum(x)": lambda x: x.cumsum(),
    'function(x) jz_norm(x, "fro")': lambda x: ops.norm(x, ord="fro"),
    "function(x) jz_norm(x, Inf, c(1, 2))": lambda x: ops.norm(x, ord=inf, axis=(0, 1)),
    "function(m) jz_count_na(m, c(1, 2), keepdims = TRUE)": lambda m: ops.count_na(m, (0, 1), keepdims=True),
}
