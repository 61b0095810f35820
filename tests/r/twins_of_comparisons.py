"""Twins that compare texts, factors and times: see `twins`."""

# ruff: noqa: PLW0108 - the names of parameters are those of inputs

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import numpy as np
import pandas as pd

import jazz
from jazz import ops

TYPES_COMPARED = {"g": "factor[n]?", "o": "ordered factor[n]"}
"""The types of further inputs."""

DATA_COMPARED = {
    "g": 'factor(c("red", NA, "blue"))',
    "o": 'factor(c("low", "high", "middle"), c("low", "middle", "high"), ordered = TRUE)',
}
"""What they are, in R."""

NOON = pd.Timestamp("2024-03-31 12:00", tz="Europe/Vienna").as_unit("us")


def _among(x: jazz.Node, values: object) -> jazz.Node:
    """R's `%in%` where either side may be missing."""
    return ops.fill_na(ops.isin(x, values), False) | (ops.is_na(x) & ops.any(ops.is_na(values)))


COMPARED: dict[str, Callable[..., object]] = {
    'function(t) t == "the dog"': lambda t: t == "the dog",
    'function(t) "the" != t': lambda t: ops.not_equal("the", t),
    'function(t) t >= c("The cat", "the dog", "\\u00e9\\U0001f600")': lambda t: t >= ["The cat", "the dog", "é😀"],
    "function(t) jz_less(jz_expand_dims(t), t)": lambda t: ops.less(ops.expand_dims(t), t),
    'function(g) g == "red"': lambda g: g == "red",
    'function(g) "none of them" != g': lambda g: ops.not_equal("none of them", g),
    "function(g, t) jz_equal(g, t)": lambda g, t: ops.equal(g, t),
    'function(g) g == factor(c("blue", "red", "green"))': lambda g: g == pd.Categorical(["blue", "red", "green"]),
    'function(o) o > "low"': lambda o: o > "low",
    "function(o) o <= rev(o)": lambda o: o <= o[::-1],
    'function(day) day >= as.Date("1970-01-01")': lambda day: day >= dt.date(1970, 1, 1),
    'function(day) as.Date(c("2024-02-29", "2024-03-01", NA)) == day': lambda day: ops.equal(
        [dt.date(2024, 2, 29), dt.date(2024, 3, 1), None], day
    ),
    'function(when) when < as.POSIXct("2024-03-31 12:00", tz = "Europe/Vienna")': lambda when: when < NOON,
    'function(when) as.POSIXct("2024-03-31 12:00", tz = "Europe/Vienna") != when': lambda when: ops.not_equal(
        NOON, when
    ),
    'function(span) span > as.difftime(90, units = "mins")': lambda span: span > dt.timedelta(minutes=90),
    'function(f) jz_filter(f, jz_logical_and(f$text == "a", f$k < 2))': lambda f: ops.filter(
        f, (f["text"] == "a") & (f["k"] < 2.0)
    ),
    # membership
    'function(t) jz_isin(t, c("the dog", ""))': lambda t: ops.isin(t, ["the dog", ""]),
    'function(t) t %in% "the dog"': lambda t: ops.fill_na(ops.isin(t, "the dog"), False),
    "function(t, g) !(t %in% g)": lambda t, g: ~_among(t, g),
    'function(g) g %in% c("red", NA)': lambda g: _among(g, ["red", None]),
    "function(v) is.element(v, c(1, 4))": lambda v: ops.fill_na(ops.isin(v, np.array([1.0, 4])), False),
    "function(x, m) x %in% m": lambda x, m: _among(x, m),
    "function(v) 2 %in% v": lambda v: ops.fill_na(ops.isin(2.0, v), False),
    "function(v) v %in% NULL": lambda v: ops.fill_na(ops.isin(v, np.zeros(0, bool)), False),
    'function(day) jz_isin(day, as.Date(c("2024-02-29", "1970-01-01")))': lambda day: ops.isin(
        day, [dt.date(2024, 2, 29), dt.date(1970, 1, 1)]
    ),
    'function(table) table[table$text %in% c("a", "b"), ]$k': lambda table: table[
        ops.fill_na(ops.isin(table["text"], ["a", "b"]), False)
    ]["k"],
}
