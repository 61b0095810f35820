"""What to write in the place of a function that pipelines do not have."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from difflib import get_close_matches
from typing import Final

_DAYS: Final = 't.assign(day=t["when"].dt.floor("D")), a key'
_DISTINCT: Final = 't[jazz.ops.sort(jazz.ops.unique(t["key"]).indices)], or t.groupby(["a", "b"]).size() for several'
_LABELS: Final = "fields: labels of rows are none, unless reset_index() makes them one before the table is put"
_PARTS: Final = (
    "year", "quarter", "month", "day", "day_of_week", "day_of_year", "hour", "minute", "second", "days", "seconds",
)  # fmt: skip
_PAIRS: Final = 't.groupby(["a", "b"]).agg(total=("x", "sum")), which has a row for each pair that occurs'

CLOSE: Final = 0.7
"""How alike names are, of 1, of which one is mistyped for the other: `tpok` is, and `rank` is no `pagerank`."""

INSTEAD: Final = {
    **{part: f'x.dt.{part} of times, or t["{part}"], the field' for part in _PARTS},
    "DataFrame": 'jazz.ops.frame({"a": x})',
    "absolute": "jazz.ops.abs(x)",
    "add.accumulate": "jazz.ops.cumsum(x, axis=0)",
    "add.outer": "a[:, None] + b",
    "add.reduce": "jazz.ops.sum(x, axis=0)",
    "agg": 't["x"].sum(), or t.groupby("key").agg(total=("x", "sum")) for groups',
    "append": "jazz.ops.concat([t, u])",
    "apply": 'operations on whole fields, such as t["x"] * 2',
    "applymap": "operations on whole values, such as x * 2",
    "arrange": 'jazz.ops.sort_by(t, "field")',
    "astype": "jazz.ops.cast(x, dtype)",
    "average": "jazz.ops.mean(x)",
    "between": "(x >= low) & (x <= high)",
    "cat": "jazz.ops.concat([a, b])",
    "columns": 'names of fields: t[["a", "b"]]',
    "compress": "x[mask]",
    "concat_str": 'x + "-" + y',
    "concatenate": "jazz.ops.concat([a, b])",
    "contains": 'x.str.contains("text")',
    "copy": "the value itself, since values never change",
    "corr": "((x - x.mean()) * (y - y.mean())).mean() / (x.std() * y.std())",
    "count": "jazz.ops.size(x) - jazz.ops.count_na(x)",
    "crosstab": _PAIRS,
    "cumulative_sum": "jazz.ops.cumsum(x, axis=...)",
    "cut": "jazz.ops.bin(x, edges)",
    "date_part": "x.dt.month",
    "date_trunc": 'x.dt.floor("M")',
    "describe": "x.mean(), x.std(), jazz.ops.quantile(x, [0, 0.25, 0.5, 0.75, 1])",
    "diagonal": "jazz.ops.diag(x)",
    "diff": "x[1:] - x[:-1]",
    "digitize": "jazz.ops.bin(x, edges)",
    "distinct": _DISTINCT,
    "div": "a / b",
    "dot": "a @ b",
    "drop_duplicates": _DISTINCT,
    "dropna": "jazz.ops.drop_na(x)",
    "dt": 't["when"].dt, of a field of times',
    "dtypes": "db.pipelines.explain(pipeline), which says the type of every value",
    "duplicated": "jazz.ops.unique(x), whose counts[inverse] say how often each element is there",
    "einsum": "a @ b, or (a * b).sum(axis=...)",
    "eliminate_zeros": "jazz.ops.prune(x)",
    "endswith": 'x.str.endswith("text")',
    "eq": "a == b",
    "eval": 't.assign(z=t["x"] + t["y"])',
    "exp2": "2.0 ** x",
    "fillna": "jazz.ops.fill_na(x, value)",
    "flatten": "x.reshape(-1)",
    "ge": "a >= b",
    "get_dummies": "jazz.ops.one_hot(x)",
    "group_by": 't.groupby("key")',
    "groupby": 't.groupby("key")',
    "gt": "a > b",
    "head": "x[:n]",
    "hstack": "jazz.ops.concat([a, b], axis=1)",
    "hypot": "jazz.ops.sqrt(a * a + b * b)",
    "iloc": "x[rows][:, columns]",
    "in1d": "jazz.ops.isin(x, values)",
    "index": _LABELS,
    "inner_join": 't.merge(u, on="key")',
    "insert": "t.assign(name=x), which puts it behind",
    "is_in": "jazz.ops.isin(x, values)",
    "isna": "jazz.ops.is_na(x)",
    "isnull": "jazz.ops.is_na(x)",
    "item": "the value itself, which is of rank 0",
    "iterrows": 'operations on whole fields, such as t["x"] * 2',
    "itertuples": 'operations on whole fields, such as t["x"] * 2',
    "join": 't.merge(u, on="key")',
    "le": "a <= b",
    "left_join": 't.merge(u, on="key", how="left")',
    "loc": "x[mask]",
    "log10": "jazz.ops.log(x) / math.log(10)",
    "log2": "jazz.ops.log(x) / math.log(2)",
    "logical_and.reduce": "jazz.ops.all(x, axis=0)",
    "logical_or.reduce": "jazz.ops.any(x, axis=0)",
    "lower": "x.str.lower()",
    "lt": "a < b",
    "map": 'operations on whole values, such as x * 2, or t.merge(u, on="key", how="left") to look values up',
    "maximum.reduce": "jazz.ops.max(x, axis=0)",
    "median": "jazz.ops.quantile(x, 0.5)",
    "minimum.reduce": "jazz.ops.min(x, axis=0)",
    "mod": "a % b",
    "mul": "a * b",
    "multiply.outer": "jazz.ops.outer(a, b)",
    "multiply.reduce": "jazz.ops.prod(x, axis=0)",
    "mutate": "t.assign(name=x)",
    "nanmean": "jazz.ops.mean(x, skipna=True), which skips what is missing, and no NaN",
    "nansum": "jazz.ops.sum(x, skipna=True), which skips what is missing, and no NaN",
    "ne": "a != b",
    "nlargest": 'jazz.ops.sort_by(t, "x", descending=True)[:n]',
    "nnz": "jazz.ops.count_nonzero(x)",
    "nonzero": "jazz.ops.count_nonzero(x), or x != 0",
    "notna": "~jazz.ops.is_na(x)",
    "notnull": "~jazz.ops.is_na(x)",
    "nsmallest": 'jazz.ops.sort_by(t, "x")[:n]',
    "nunique": "jazz.ops.size(jazz.ops.unique(x).values)",
    "over": 't.merge(t.groupby("key").agg(total=("x", "sum")), on="key", how="left")',
    "percentile": "jazz.ops.quantile(x, q / 100)",
    "pipe": "f(t)",
    "pivot": _PAIRS,
    "pivot_table": _PAIRS,
    "pop": 't["name"] and t.drop(columns="name")',
    "positive": "+x",
    "power": "a ** b",
    "ptp": "jazz.ops.max(x) - jazz.ops.min(x)",
    "query": 't[t["x"] > 1]',
    "rank": "jazz.ops.argsort(jazz.ops.argsort(x)), from 0",
    "ravel": "x.reshape(-1)",
    "reciprocal": "1 / x",
    "rename": 't.assign(new=t["old"]).drop(columns="old"), which puts it behind',
    "replace": "jazz.ops.where(x == old, new, x), or x.str.replace(old, new) inside of texts",
    "resample": _DAYS,
    "reset_index": _LABELS,
    "select": 't[["a", "b"]]',
    "set_index": _LABELS,
    "shape": "jazz.ops.size(x, axis=...)",
    "shift": "x[:-1] beside x[1:]",
    "sort_values": 'jazz.ops.sort_by(t, "field")',
    "square": "x * x",
    "startswith": 'x.str.startswith("text")',
    "str": 't["name"].str, of a field of texts',
    "strip": "x.str.strip()",
    "sub": "a - b",
    "subtract.outer": "a[:, None] - b",
    "summarise": 't.groupby("key").agg(total=("x", "sum"))',
    "swapaxes": "x.T",
    "tail": "x[-n:]",
    "to_numpy": "the value itself",
    "to_period": 'x.dt.floor("M")',
    "toarray": "jazz.ops.to_dense(x)",
    "tocoo": 'jazz.ops.to_sparse(x, "coo")',
    "tocsc": 'jazz.ops.to_sparse(x, "csc")',
    "tocsr": "jazz.ops.to_sparse(x)",
    "todense": "jazz.ops.to_dense(x)",
    "tolist": "the value itself",
    "transform": 't.assign(x=t["x"] * 2)',
    "true_divide": "jazz.ops.divide(a, b)",
    "unique": "jazz.ops.unique(x).values",
    "unstack": _PAIRS,
    "upper": "x.str.upper()",
    "value_counts": 't.groupby("key").size()',
    "values": "the value itself",
    "vstack": "jazz.ops.concat([a, b])",
    "weekday": "x.dt.day_of_week, 0 for Monday",
    "with_columns": "t.assign(name=x)",
}
"""Functions and methods of numpy, scipy, pandas and polars by name, and what says the same."""

_NO_TEXTS: Final = "numbers such as x.dt.month, since pipelines make no texts of times"

_ZONE: Final = "the zone that the column has when it is put: tz_localize and tz_convert before"

OF_TIMES: Final = {
    "as_unit": "the unit that the column has: as_unit before it is put",
    "ceil": 'x.dt.floor("D")',
    "components": "x.dt.days, x.dt.seconds, x.dt.microseconds and x.dt.nanoseconds",
    "convert_time_zone": _ZONE,
    "date": 'x.dt.floor("D")',
    "day_name": "x.dt.day_of_week, 0 for Monday",
    "hours": 'x // np.timedelta64(1, "h"), or x.dt.seconds // 3600 of the last day',
    "is_leap_year": "(y % 4 == 0) & ((y % 100 != 0) | (y % 400 == 0)), where y = x.dt.year",
    "is_month_start": "x.dt.day == 1",
    "is_quarter_start": "(x.dt.day == 1) & (x.dt.month % 3 == 1)",
    "is_year_start": "x.dt.day_of_year == 1",
    "isocalendar": 'x.dt.floor("W"), the Monday of the week',
    "millisecond": "x.dt.microsecond // 1000",
    "minutes": 'x // np.timedelta64(1, "m")',
    "month_name": _NO_TEXTS,
    "normalize": 'x.dt.floor("D")',
    "ordinal_day": "x.dt.day_of_year",
    "replace_time_zone": _ZONE,
    "round": 'x.dt.floor("D")',
    "strftime": _NO_TEXTS,
    "time": 'x - x.dt.floor("D"), a duration',
    "timetz": 'x - x.dt.floor("D"), a duration',
    "to_period": 'x.dt.floor("M")',
    "total_days": 'x / np.timedelta64(1, "D")',
    "total_hours": 'x / np.timedelta64(1, "h")',
    "total_milliseconds": 'x / np.timedelta64(1, "ms")',
    "total_minutes": 'x / np.timedelta64(1, "m")',
    "truncate": 'x.dt.floor("M")',
    "tz": _ZONE,
    "tz_convert": _ZONE,
    "tz_localize": _ZONE,
    "week": 'x.dt.floor("W"), the Monday of the week',
    "weekofyear": 'x.dt.floor("W"), the Monday of the week',
}
"""What times have in pandas and polars, and what says the same, or comes next to it."""

_NO_EXPRESSIONS: Final = 'x.str.contains("text") or x.str.replace("old", "new"): there are no regular expressions'
_WORDS: Final = "jazz.ops.tokenize(x), which has the words of all texts"
_FIRST_LETTER: Final = "x.str[:1].str.upper() + x.str[1:].str.lower()"

OF_TEXTS: Final = {
    "capitalize": _FIRST_LETTER,
    "casefold": "x.str.lower()",
    "concat": "x + y",
    "count": '(x.str.len() - x.str.replace("a", "").str.len()) // len("a")',
    "count_matches": '(x.str.len() - x.str.replace("a", "").str.len()) // len("a")',
    "ends_with": 'x.str.endswith("a")',
    "extract": _NO_EXPRESSIONS,
    "extractall": _NO_EXPRESSIONS,
    "find": 'x.str.contains("a")',
    "findall": _NO_EXPRESSIONS,
    "fullmatch": 'x == "text"',
    "get": "x.str[i : i + 1]",
    "get_dummies": "jazz.ops.one_hot(x) of a factor",
    "head": "x.str[:n]",
    "index": 'x.str.contains("a")',
    "isin": "jazz.ops.isin(x, values)",
    "join": 'x + "-" + y',
    "len_bytes": "x.str.len(), which counts code points",
    "len_chars": "x.str.len()",
    "match": 'x.str.startswith("a")',
    "partition": _WORDS,
    "removeprefix": 'jazz.ops.where(x.str.startswith("a"), x.str[1:], x)',
    "removesuffix": 'jazz.ops.where(x.str.endswith("a"), x.str[:-1], x)',
    "replace_all": 'x.str.replace("old", "new")',
    "rfind": 'x.str.contains("a")',
    "rindex": 'x.str.contains("a")',
    "rpartition": _WORDS,
    "rsplit": _WORDS,
    "slice_replace": 'x.str[:i] + "new" + x.str[j:]',
    "split": _WORDS,
    "starts_with": 'x.str.startswith("a")',
    "strip_chars": "x.str.strip()",
    "strip_chars_end": "x.str.rstrip()",
    "strip_chars_start": "x.str.lstrip()",
    "tail": "x.str[-n:]",
    "title": _FIRST_LETTER,
    "to_lowercase": "x.str.lower()",
    "to_uppercase": "x.str.upper()",
}
"""What texts have in pandas and polars, and what says the same, or comes next to it."""

_BESIDE: Final = 't.merge(g.agg(total=("x", "sum")), on="key", how="left"), which has it beside every row'
_FIRST: Final = "docs/tables.md, which numbers the rows of groups and takes the first of each"

OF_GROUPS: Final = {
    "aggregate": 'g.agg(total=("x", "sum"))',
    "apply": 'g.agg(total=("x", "sum")), whose functions are named',
    "cumcount": _FIRST,
    "cumsum": "docs/tables.md, which numbers the rows of groups",
    "dt": 't.assign(month=t["when"].dt.month).groupby("month")',
    "filter": 't.merge(n[n["n"] > 2], on="key", how="semi") with n = g.agg(n=("x", "size"))',
    "get_group": 't[t["key"] == value]',
    "head": _FIRST,
    "idxmax": 't.merge(g["x"].max(), on=["key", "x"], how="semi"), which has the rows where it is',
    "idxmin": 't.merge(g["x"].min(), on=["key", "x"], how="semi"), which has the rows where it is',
    "len": "g.size()",
    "ngroups": 'jazz.ops.size(g.size()["size"])',
    "nlargest": _FIRST,
    "nsmallest": _FIRST,
    "nth": _FIRST,
    "quantile": "g.median()",
    "rank": _FIRST,
    "str": 't.assign(name=t["name"].str.strip()).groupby("name")',
    "summarise": 'g.agg(total=("x", "sum"))',
    "tail": _FIRST,
    "transform": _BESIDE,
    "unique": 't.groupby(["key", "x"]).size()',
    "value_counts": 't.groupby(["key", "x"]).size()',
}
"""Methods that groups of rows have in pandas and polars, and what says the same."""


def instead_of(name: str, known: Iterable[str]) -> str:
    """What to write for a function of this name, given the operations that there are.

    >>> instead_of("tpok", ["take", "topk"])
    'jazz.ops.topk'
    """
    names = sorted(known)
    return likely(name, names) or f"what jazz.ops has: {', '.join(names)}"


def likely(name: str, known: Collection[str]) -> str | None:
    """What is likely meant by this name; None when nothing is, as far as is known.

    >>> likely("dropna", []), likely("fft", ["take", "topk"])
    ('jazz.ops.drop_na(x)', None)
    """
    if name in INSTEAD:
        return INSTEAD[name]
    close = [name] if name in known else get_close_matches(name, known, n=2, cutoff=CLOSE)
    return " or ".join(f"jazz.ops.{each}" for each in close) or None
