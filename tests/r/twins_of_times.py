"""Pipelines written twice, in R and in Python, of timestamps, dates and durations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import numpy as np
import pandas as pd

from jazz import ops

TYPES_OF_TIMES = {
    "day": "date[n]?",
    "when": "timestamp[us, Europe/Vienna][n]",
    "span": "duration[us][n]",
}
"""The types of further inputs."""

DATA_OF_TIMES = {
    "day": 'as.Date(c("2024-02-29", NA, "1969-12-31"))',
    "when": 'as.POSIXct(c("2024-03-30 12:00:00", "2024-03-31 12:00:00.5", "1969-12-31"), tz = "Europe/Vienna")',
    "span": 'as.difftime(c(1.5, -2, 0), units = "hours")',
}
"""What they are, in R."""

HOUR = dt.timedelta(hours=1)
MOMENT = pd.Timestamp("2024-01-01 10:00", tz="UTC").as_unit("us")

OF_TIMES: dict[str, Callable[..., object]] = {
    'function(day) day - as.Date("2024-01-01")': lambda day: day - dt.date(2024, 1, 1),
    'function(day) day + as.difftime(2, units = "days")': lambda day: day + np.timedelta64(2 * 86_400 * 10**6, "us"),
    'function(when) when - as.POSIXct("2024-01-01 10:00", tz = "UTC")': lambda when: when - MOMENT,
    'function(when) as.POSIXct("2024-01-01 10:00", tz = "UTC") - when': lambda when: MOMENT - when,
    "function(when, span) when + span": lambda when, span: when + span,
    'function(when) as.difftime(1, units = "hours") + when': lambda when: HOUR + when,
    "function(when, span) (when - span) - when": lambda when, span: (when - span) - when,
    "function(span) -span * 2.5": lambda span: -span * 2.5,
    "function(span) 3L * abs(span) / 2L": lambda span: 3 * abs(span) / 2,
    'function(span) span / as.difftime(1, units = "hours")': lambda span: span / HOUR,
    'function(span) pmax(span, as.difftime(1, units = "hours"))': lambda span: ops.maximum(span, HOUR),
    'function(span) span %/% as.difftime(1, units = "mins")': lambda span: span // dt.timedelta(minutes=1),
    'function(span) span %% as.difftime(7, units = "mins")': lambda span: span % dt.timedelta(minutes=7),
    'function(day) ifelse(is.na(day), as.Date("2024-01-01"), day)': lambda day: ops.where(
        ops.is_na(day), dt.date(2024, 1, 1), day
    ),
    "function(when) max(when) - min(when)": lambda when: when.max() - when.min(),
    "function(day) max(day, na.rm = TRUE)": lambda day: day.max(skipna=True),
    "function(when) jz_argmax(when)": lambda when: when.argmax(),
    "function(when, span) mean(when) + mean(span) + sum(span)": lambda when, span: (
        when.mean() + span.mean() + span.sum()
    ),
    "function(t) min(t)": lambda t: t.min(),
    'function(day) pmin(day, as.Date("2024-01-01"))': lambda day: ops.minimum(day, dt.date(2024, 1, 1)),
    'function(when) jz_time_part(when, "hour") + jz_time_part(when, "day_of_week")': lambda when: (
        when.dt.hour + when.dt.day_of_week
    ),
    'function(day) jz_time_part(day, "month")': lambda day: ops.time_part(day, "month"),
    'function(span) jz_time_part(span, "days")': lambda span: span.dt.days,
    'function(when) trunc(when, "days") - trunc(when, units = "mins")': lambda when: (
        when.dt.floor("D") - when.dt.floor("min")
    ),
    'function(day) trunc(day, "years")': lambda day: day.dt.floor("Y"),
    'function(when) jz_time_floor(when, "minute", every = 15)': lambda when: when.dt.floor("15min"),
    'function(day) jz_time_floor(day, "week")': lambda day: ops.time_floor(day, "week"),
}
