"""The same value said in R and in Python."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp

TEXT = np.dtypes.StringDType(na_object=None)


def missing(elements: list[Any], mask: list[bool], dtype: Any) -> Any:
    return np.ma.array(np.array(elements, dtype), mask=mask)


def sparse(cls: Any, dtype: Any = float) -> Any:
    return cls(np.array([[0, 1.5, 0], [-2, 0, 0]]).astype(dtype))


_TRIPLETS = "c(1, 2), c(2, 1), x = c(1.5, -2), dims = c(2, 3)"

VALUES: dict[str, Any] = {
    "NULL": None,
    "c(TRUE, FALSE)": np.array([True, False]),
    "c(TRUE, NA, FALSE)": missing([True, False, False], [False, True, False], bool),
    "c(1L, -2147483647L)": np.array([1, -2147483647], "int32"),
    "c(1L, NA)": missing([1, 0], [False, True], "int32"),
    "c(1.5, -0.1, Inf, -Inf)": np.array([1.5, -0.1, np.inf, -np.inf]),
    "c(1.5, NaN)": np.array([1.5, np.nan]),
    "c(1.5, NA, NaN)": missing([1.5, 0, np.nan], [False, True, False], float),
    "numeric(0)": np.array([]),
    "logical(0)": np.array([], bool),
    "c(1+2i, 0-1i)": np.array([1 + 2j, -1j]),
    "c(1+2i, NA)": missing([1 + 2j, 0], [False, True], complex),
    'c("a", "", "\\u00fc\\U1F600")': np.array(["a", "", "ü\U0001f600"], TEXT),
    'c("a", NA)': np.array(["a", None], TEXT),
    'iconv("\\u00e9", "UTF-8", "latin1")': np.array(["é"], TEXT),
    "as.raw(0:255)": bytes(range(256)),
    'structure(list(as.raw(1:2), raw(0)), class = c("blob", "vctrs_list_of", "vctrs_vctr", "list"), ptype = raw(0))': np.array(  # noqa: E501
        [b"\1\2", b""], object
    ),
    'factor(c("a", NA, "b", "a"), levels = c("b", "a", "unused"))': pd.Categorical(
        ["a", None, "b", "a"], ["b", "a", "unused"]
    ),
    'factor(c("lo", "hi"), levels = c("lo", "hi"), ordered = TRUE)': pd.Categorical(
        ["lo", "hi"], ["lo", "hi"], ordered=True
    ),
    'as.Date(c("2024-02-29", NA, "1900-01-01"))': np.array(["2024-02-29", "NaT", "1900-01-01"], "M8[D]"),
    'as.POSIXct(c(0, 1.5, NA), origin = "1970-01-01", tz = "UTC")': np.array([0, 1_500_000, "NaT"], "M8[us]"),
    'as.POSIXct("2024-07-01 12:00:00", tz = "Europe/Vienna")': np.array(["2024-07-01T10:00:00"], "M8[us]"),
    'as.difftime(c(1.5, NA), units = "secs")': np.array([1_500_000, "NaT"], "m8[us]"),
    'bit64::as.integer64(c("9007199254740993", "-1"))': np.array([9007199254740993, -1]),
    'bit64::as.integer64(c("9007199254740993", NA))': missing([9007199254740993, 0], [False, True], "int64"),
    "matrix(1:6, 2)": np.array([[1, 3, 5], [2, 4, 6]], "int32"),
    "matrix(c(1, NA, 3, 4), 2)": missing([[1, 3], [0, 4]], [[False, False], [True, False]], float),
    "matrix(numeric(0), 0, 3)": np.zeros((0, 3)),
    'matrix(c("a", "b"), 1)': np.array([["a", "b"]], TEXT),
    "array(1:24, c(2, 3, 4))": np.arange(1, 25, dtype="int32").reshape(4, 3, 2).T,
    f"sparseMatrix({_TRIPLETS})": sparse(sp.csc_array),
    f'as(sparseMatrix({_TRIPLETS}), "RsparseMatrix")': sparse(sp.csr_array),
    f'as(sparseMatrix({_TRIPLETS}), "TsparseMatrix")': sparse(sp.coo_array),
    "sparseMatrix(c(1, 2), c(2, 1), dims = c(2, 3))": sparse(sp.csc_array, bool),
    "sparseMatrix(c(1, 2), c(2, 1), x = TRUE, dims = c(2, 3))": sparse(sp.csc_array, bool),
    "sparseMatrix(integer(0), integer(0), x = numeric(0), dims = c(0, 5))": sp.csc_array((0, 5)),
    "sparseMatrix(c(1, 1), c(1, 2), x = c(2, 3), dims = c(2, 2), symmetric = TRUE)": sp.csc_array([[2.0, 3], [3, 0]]),
    "sparseMatrix(c(1, 1), c(1, 2), x = c(2, 3), dims = c(2, 2), triangular = TRUE)": sp.csc_array([[2.0, 3], [0, 0]]),
    "Diagonal(3)": sp.csc_array(np.eye(3)),
    "Diagonal(x = c(1, 5))": sp.csc_array(np.diag([1.0, 5])),
    'as(c(2L, 1L), "pMatrix")': sp.csr_array(np.array([[False, True], [True, False]])),
    "sparseVector(c(1.5, 2), c(1, 4), 5)": sp.coo_array(np.array([1.5, 0, 0, 2, 0])),
    "c(a = 1, b = 2)": pd.Series([1.0, 2], ["a", "b"]),
    'data.frame(n = c(1L, 2L), t = c("a", "b"))': pd.DataFrame(
        {"n": np.array([1, 2], "int32"), "t": pd.array(["a", "b"], "str")}
    ),
    'data.frame(x = c(1.5, 2), row.names = c("p", "q"))': pd.DataFrame({"x": [1.5, 2]}, ["p", "q"]),
    'list(a = 1, inner = list(b = "x", c = NULL))': {
        "a": np.array([1.0]),
        "inner": {"b": np.array(["x"], TEXT), "c": None},
    },
    "list(m = matrix(1:4, 2), v = 1:3)": {
        "m": np.array([[1, 3], [2, 4]], "int32"),
        "v": np.arange(1, 4, dtype="int32"),
    },
}
"""What R calls it, and what Python gives for it."""

ONE_WAY = {"symmetric", "triangular", "Diagonal", "pMatrix", "RsparseMatrix", "TsparseMatrix", "x = TRUE", "latin1"}
"""Parts of the R of values that come back as another class, or in another order, equal in what they hold."""

PATTERNS = {"sparseMatrix(c(1, 2), c(2, 1), dims = c(2, 3))", 'as(c(2L, 1L), "pMatrix")'}
"""Matrices without elements: Python's have elements, all of them true."""

ZONED = {"Europe/Vienna", '"UTC"'}
"""Parts of the R of times that have a zone, which numpy's have not."""
