"""Pipelines written twice that are about shapes, parts, order, scale and features."""

# ruff: noqa: PLW0108 - the names of parameters are those of inputs

from __future__ import annotations

from collections.abc import Callable

import numpy as np

import jazz
from jazz import ops


def _first_seen(v: jazz.Node) -> jazz.Node:
    found = ops.unique(v)
    return ops.take(found.values, ops.argsort(found.indices))


OF_PARTS: dict[str, Callable[..., object]] = {
    # shapes
    "function(x) jz_reshape(x, c(2, -1))": lambda x: x.reshape(2, -1),
    "function(x) jz_reshape(x, -1)": lambda x: x.reshape(-1),
    "function(x) jz_reshape(sum(x), numeric())": lambda x: x.sum().reshape(()),
    "function(x) { dim(x) <- c(2, 6); x }": lambda x: x.T.reshape(6, 2).T,
    "function(x) { dim(x) <- NULL; x }": lambda x: x.T.reshape(-1),
    "function(v) { dim(v) <- c(1, 3); v }": lambda v: v.reshape(3, 1).T,
    "function(x) jz_expand_dims(x, 3)": lambda x: ops.expand_dims(x, 2),
    "function(x) jz_squeeze(jz_expand_dims(x), 1)": lambda x: x[None].squeeze(0),
    "function(x) jz_squeeze(jz_expand_dims(x))": lambda x: x[None].squeeze(),
    "function(x) jz_flip(x, 2)": lambda x: ops.flip(x, 1),
    "function(x) jz_flip(x, c(1, 2))": lambda x: ops.flip(x, (0, 1)),
    "function(s) jz_flip(s)": lambda s: ops.flip(s),
    "function(x) jz_tile(x, c(1, 2))": lambda x: ops.tile(x, (1, 2)),
    "function(v) jz_tile(v, 2)": lambda v: ops.tile(v, 2),
    "function(x, y) jz_stack(list(x, y), 2)": lambda x, y: ops.stack([x, y], axis=1),
    "function(v) cbind(v, v)": lambda v: ops.stack([v, v], axis=1),
    "function(v) rbind(v, v)": lambda v: ops.stack([v, v]),
    "function(x, v) cbind(x, v)": lambda x, v: ops.concat([x, ops.expand_dims(v, 1)], axis=1),
    "function(x, u) rbind(u, x)": lambda x, u: ops.concat([u[None], x]),
    # parts
    "function(x) x[2, ]": lambda x: x[1],
    "function(x) x[, 3]": lambda x: x[:, 2],
    "function(x) x[2, 3]": lambda x: x[1, 2],
    "function(x) x[1:2, 3]": lambda x: ops.take(ops.take(x, np.array([0, 1], "int32")), 2, axis=1),
    "function(x, v) x[v > 1, ]": lambda x, v: x[v > 1.0],
    "function(x, u) x[, u < 30]": lambda x, u: x[:, u < 30.0],
    "function(s, v) s[v != 2, ]": lambda s, v: s[v != 2.0],
    "function(v) v[c(TRUE, FALSE, TRUE)]": lambda v: v[np.array([True, False, True])],
    "function(x) head(x, 2)": lambda x: x[:2],
    "function(x) head(x, -1)": lambda x: x[:-1],
    "function(v) tail(v, 2)": lambda v: v[-2:],
    "function(x) tail(x, -1)": lambda x: x[1:],
    "function(v) tail(v, 0)": lambda v: v[:0],
    "function(x) jz_slice(x, 0, -1, 2, axis = 2)": lambda x: x[:, 0:-1:2],
    "function(x) jz_split(x, 2, axis = 2)": lambda x: ops.split(x, sections=2, axis=1),
    "function(x) jz_split(x, indices = c(1, 2))[[3]]": lambda x: ops.split(x, indices=(1, 2))[2],
    "function(x) jz_split(x, indices = 1)[[1]]": lambda x: ops.split(x, indices=1)[0],
    "function(x, v) jz_filter(x, v > 1)": lambda x, v: ops.filter(x, v > 1.0),
    "function(f) f[f$k > 1, ]$k": lambda f: f[f["k"] > 1.0]["k"],
    # rows of tables
    "function(f) jz_take(f, c(2L, 0L))$n": lambda f: f[np.array([2, 0], "int32")]["n"],
    "function(table) table[c(3, 1, 1), ]": lambda table: table[np.array([2, 0, 0], "int32")],
    "function(table) table[2, ]": lambda table: table[np.array([1], "int32")],
    'function(table) table[2:3, "text"]': lambda table: table[np.array([1, 2], "int32")]["text"],
    "function(table) table[table$k > 1, ]": lambda table: table[table["k"] > 1.0],
    "function(table) { part <- table[table$k > 1, ]; part$k * part$k }": lambda table: (
        (part := table[table["k"] > 1.0])["k"] * part["k"]
    ),
    "function(table) table[c(TRUE, FALSE, TRUE), ]$text": lambda table: table[np.array([True, False, True])]["text"],
    "function(table) table[order(table$text, decreasing = TRUE), ]": lambda table: table[
        ops.argsort(table["text"], descending=True)
    ],
    "function(table) head(table, 2)": lambda table: table[:2],
    "function(table) tail(table, 1)$n": lambda table: table[-1:]["n"],
    "function(table) jz_slice(table, step = 2)": lambda table: table[::2],
    "function(table) jz_flip(table)": lambda table: ops.flip(table),
    "function(table) rbind(table, head(table, 1))": lambda table: ops.concat([table, table[:1]]),
    "function(f) jz_concat(list(f, f))$k": lambda f: ops.concat([f, f])["k"],
    'function(table) jz_sort_by(table, "n")': lambda table: ops.sort_by(table, "n"),
    'function(f) jz_sort_by(f, c("n", "k"), c(TRUE, FALSE))$k': lambda f: ops.sort_by(
        f, ["n", "k"], descending=[True, False]
    )["k"],
    # tables that are made and changed
    "function(v) jz_frame(list(v = v, less = -v, yes = TRUE, text = 'é'))": lambda v: ops.frame(
        {"v": v, "less": -v, "yes": True, "text": "é"}
    ),
    "function(f) data.frame(n = f$n, part = 0.5)": lambda f: ops.frame({"n": f["n"], "part": 0.5}),
    "function(table) { table$twice <- table$k * 2; table }": lambda table: table.assign(twice=table["k"] * 2.0),
    "function(table) { table[['k']] <- NULL; table$n <- table$text; table }": lambda table: (
        table := table.drop(columns="k")
    ).assign(n=table["text"]),
    "function(table) jz_assign(table, list(a = 1, b = table$k))": lambda table: ops.assign(
        table, {"a": 1.0, "b": table["k"]}
    ),
    "function(table) jz_assign(table, list(a = 1, b = function(t) t$a * t$k, c = 2))": lambda table: table.assign(
        a=1.0, b=lambda t: t["a"] * t["k"], c=2.0
    ),
    "function(table) within(table, { twice <- k * 2; rm(n); k <- 0L })": lambda table: table.assign(
        k=0, twice=table["k"] * 2.0
    ).drop(columns="n"),
    "function(table) with(table, k * k)": lambda table: (k := table["k"]) * k,
    "function(table) cbind(table, a = 1)": lambda table: table.assign(a=1.0),
    "function(table) transform(table, a = k * k)": lambda table: table.assign(a=lambda t: (k := t["k"]) * k),
    "function(table) jz_drop(table, c('k', 'n'))": lambda table: table.drop(columns=["k", "n"]),
    "function(table) table[c('n', 'k')]": lambda table: table[["n", "k"]],
    "function(table) table['n']": lambda table: table[["n"]],
    "function(f) f[, c('n', 'k')]": lambda f: f[["n", "k"]],
    "function(table) table[2:3, c('n', 'k')]": lambda table: table[np.array([1, 2], "int32")][["n", "k"]],
    # tables that are joined by keys
    "function(table) jz_merge(table, table['k'])": lambda table: table.merge(table[["k"]]),
    "function(table, f) jz_merge(table, f, 'left', on = 'k', suffixes = c('', '_f'))": lambda table, f: table.merge(
        f, "left", on="k", suffixes=(None, "_f")
    ),
    "function(table) jz_merge(table, table, left_on='n', right_on='k', coalesce=TRUE, sort=TRUE)": lambda table: (
        ops.merge(table, table, left_on="n", right_on="k", coalesce=True, sort=True)
    ),
    "function(table) jz_merge(table, table[1:2, ], how = 'anti', validate = 'm:1', on = c('n', 'k'))": lambda table: (
        table.merge(table[np.array([0, 1], "int32")], "anti", on=["n", "k"], validate="many_to_one")
    ),
    "function(table) merge(table, table['k'], all = TRUE)": lambda table: table[["k", "n", "text"]].merge(
        table[["k"]], "outer", "k", sort=True, suffixes=(".x", ".y")
    ),
    "function(table) merge(table, table, by.x = 'n', by.y = 'k', all.x = TRUE, sort = FALSE)": lambda table: (
        table.merge(table, "left", left_on="n", right_on="k", suffixes=(".x", ".y"), coalesce=True)
    ),
    # order
    "function(v) rev(v)": lambda v: v[::-1],
    "function(v) sort(v)": lambda v: ops.sort(ops.drop_na(v)),
    "function(v) sort(v, decreasing = TRUE, na.last = TRUE)": lambda v: ops.sort(v, descending=True),
    "function(v) order(v)": lambda v: ops.argsort(v) + 1,
    "function(x, v) x[order(v, decreasing = TRUE), ]": lambda x, v: x[ops.argsort(v, descending=True)],
    "function(v) unique(v)": _first_seen,
    "function(s) jz_sort(s)": lambda s: ops.sort(s),
    "function(m) jz_sort(m, 1, descending = TRUE)": lambda m: ops.sort(m, 0, descending=True),
    "function(m) jz_argsort(m)": lambda m: ops.argsort(m),
    "function(m) jz_unique(m)": lambda m: ops.unique(m)._asdict(),
    "function(t) jz_sort(t)": lambda t: ops.sort(t),
    # entries and scale
    "function(x) jz_to_sparse(x, threshold = 2.5)": lambda x: ops.to_sparse(x, threshold=2.5),
    "function(x) jz_prune(x, threshold = 2, k = 2)": lambda x: ops.prune(x, threshold=2.0, k=2),
    "function(s) jz_prune(s)": lambda s: ops.prune(s),
    "function(x, s) jz_prune(x, s)": lambda x, s: ops.prune(x, s),
    "function(x) jz_keep_topk(x, 2)": lambda x: ops.keep_topk(x, 2),
    "function(s, x, y) jz_sampled_matmul(s, x %*% t(y), y)": lambda s, x, y: ops.sampled_matmul(s, x @ y.T, y),
    "function(s, v) jz_scale_rows(s, v)": lambda s, v: ops.scale_rows(s, v),
    "function(x, u) jz_scale_columns(x, u)": lambda x, u: ops.scale_columns(x, u),
    "function(x) jz_normalize(x)": lambda x: ops.normalize(x),
    'function(s) jz_normalize(s, "max", 1)': lambda s: ops.normalize(s, "max", axis=0),
    "function(x) jz_standardize(x)": lambda x: ops.standardize(x),
    "function(s) jz_standardize(s, 2, with_mean = FALSE)": lambda s: ops.standardize(s, 1, with_mean=False),
    "function(m) jz_standardize(m, na.rm = TRUE)": lambda m: ops.standardize(m, skipna=True),
    # features
    "function(i) jz_one_hot(i, 3)": lambda i: ops.one_hot(i, 3),
    "function(n) jz_to_dense(jz_one_hot(n))": lambda n: ops.to_dense(ops.one_hot(n)),
    "function(x) jz_bin(x, c(-1, 0, 5))": lambda x: ops.bin(x, np.array([-1.0, 0, 5])),
    "function(x) jz_bin(x, c(5, 0), right = TRUE)": lambda x: ops.bin(x, np.array([5.0, 0]), right=True),
    "function(t) jz_hash_features(t, 8)": lambda t: ops.hash_features(t, 8),
    "function(t) jz_hash_features(jz_tokenize(t), 8, alternate_sign = FALSE)": lambda t: ops.hash_features(
        ops.tokenize(t), 8, alternate_sign=False
    ),
    "function(t) jz_tokenize(t, lowercase = FALSE, min_length = 4)$tokens": lambda t: ops.tokenize(
        t, lowercase=False, min_length=4
    )["tokens"],
    "function(t) jz_tokenize(t)$lengths": lambda t: ops.tokenize(t)["lengths"],
    "function(t) { w <- jz_tokenize(t); jz_count_tokens(w, jz_unique(w$tokens)$values) }": lambda t: ops.count_tokens(
        words := ops.tokenize(t), ops.unique(words["tokens"]).values
    ),
    "function(s) jz_tfidf(s)": lambda s: ops.tfidf(s),
    'function(x, y) jz_tfidf(abs(x), abs(y), smooth = FALSE, sublinear = TRUE, norm = "none")': lambda x, y: ops.tfidf(
        abs(x), abs(y), smooth=False, sublinear=True, norm="none"
    ),
}
