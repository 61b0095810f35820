"""Features made of classes, numbers and texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final, Literal

import numpy as np

from jazz.values import DataType, Layout, Table, Tensor, compressed
from jazz_server.engine import arguments, costs, gathered, operands, rows, texts
from jazz_server.engine.compressed import tensor_of
from jazz_server.engine.dense import elementwise
from jazz_server.engine.entries import unravel
from jazz_server.engine.errors import OpError
from jazz_server.engine.layouts import missing_array, to_dense
from jazz_server.engine.memory import check_bytes
from jazz_server.engine.missing import bitmap, marked
from jazz_server.engine.op import Flow, Inference, Op, Parameter, Run, Scalar, Settings
from jazz_server.engine.promotion import BOOL, INT64, INTEGERS, REAL, Array
from jazz_server.engine.rearranged import MOST_DIMENSIONS, reshaped
from jazz_server.engine.tokens import documents, token_counts
from jazz_server.kinds import describe
from jazz_server.kinds.types import AnyType, Dimension, KindReference, TableType, TensorType, Type

_FLOAT64: Final = DataType("float64")


def _infer_one_hot(inference: Inference, args: Sequence[Type | Scalar], settings: Settings) -> tuple[Type, ...]:
    x = arguments.tensor(inference, "x", args[0], ())
    dtypes = tuple(dtype for dtype in x.dtypes if dtype in (*INTEGERS, BOOL) or dtype.name == "factor")
    if x.dtypes and not dtypes:
        inference.mismatch("x", "integers, truth values or a factor", describe.dtypes(x.dtypes))
    classes: Dimension = arguments.count(inference, settings, "classes")
    if classes is None:
        classes = 2 if dtypes == (BOOL,) else inference.fresh()
    rank = None if x.shape is None else len(x.shape)
    if rank is not None and rank >= MOST_DIMENSIONS:
        inference.mismatch("x", f"at most {MOST_DIMENSIONS - 1} dimensions", str(rank))
    layouts = (Layout.CSR, Layout.COO) if rank is None else (Layout.CSR if rank == 1 else Layout.COO,)
    shape = None if x.shape is None else (*x.shape, classes)
    return (TensorType((BOOL,), shape, layouts, nullable=x.nullable),)


def _run_one_hot(run: Run, args: Sequence[Any], settings: Settings) -> tuple[Tensor, ...]:
    run.checkpoint()
    x = to_dense(operands.tensor("x", args[0]))
    flat = reshaped(x, (x.size,))
    codes, missing = operands.integers("x", flat), missing_array(flat)
    known = codes[~missing]
    classes = _classes(x, known, settings.get("classes"))
    if len(known) and not 0 <= known.min() <= known.max() < classes:
        wrong = known[(known < 0) | (known >= classes)][0]
        expected = f"classes from 0 to {classes - 1}" if classes else "no elements: there are no classes"
        raise OpError("x", expected, str(wrong))
    # Of an element that is missing it is not known which class it is of: each of them is missing.
    stored = len(known) + (x.size - len(known)) * classes
    check_bytes(17 * stored)
    counts = np.where(missing, classes, 1)
    ends = np.cumsum(counts)
    index = np.dtype(np.int32 if max(x.size, classes, stored) <= np.iinfo(np.int32).max else np.int64)
    columns = np.repeat(np.where(missing, counts - ends, codes), counts)
    marks = np.repeat(missing, counts)
    columns[marks] += np.flatnonzero(marks)
    data = ~marks if marks.any() else None
    if x.ndim == 1:
        indptr = np.concatenate(([0], ends)).astype(index)
        result = compressed(Layout.CSR, (x.size, classes), indptr, columns.astype(index), data)
    else:
        where = unravel(np.repeat(np.arange(x.size), counts), x.shape, index)
        indices = (*where, columns.astype(index))
        result = Tensor(BOOL, (*x.shape, classes), Layout.COO, data=data, indices=indices)
    return (result if data is None else replace(result, validity=bitmap(data)),)


def _classes(x: Tensor, codes: Array, given: object) -> int:
    if isinstance(given, int):
        return given
    if x.categories is not None:
        return x.categories.shape[0]
    if x.dtype == BOOL:
        return 2
    return max(int(codes.max()) + 1, 0) if len(codes) else 0


def _rows_of_classes(along: Sequence[bool], args: Sequence[Type | Scalar], settings: Settings) -> Flow | None:
    """Each row for itself, unless all of them say how many classes there are."""
    x = args[0]
    dtypes = x.dtypes if isinstance(x, TensorType) else ()
    known = settings.get("classes") is not None or (dtypes and {d.name for d in dtypes} <= {"bool", "factor"})
    return rows.of_first(along, args, settings) if known else None


def _infer_bin(inference: Inference, args: Sequence[Type | Scalar], settings: Settings) -> tuple[Type, ...]:
    x = arguments.tensor(inference, "x", args[0], REAL)
    edges = arguments.tensor(inference, "edges", args[1], REAL)
    arguments.rank_in(inference, "edges", edges, (1,))
    arguments.flag(inference, settings, "right")
    return (TensorType((INT64,), x.shape, arguments.DENSE, nullable=x.nullable),)


def _run_bin(run: Run, args: Sequence[Any], settings: Settings) -> tuple[Tensor, ...]:
    run.checkpoint()
    x = to_dense(operands.tensor("x", args[0]))
    edges = to_dense(operands.complete("edges", args[1])).array()
    ascending, descending = bool(np.all(edges[1:] >= edges[:-1])), bool(np.all(edges[1:] <= edges[:-1]))
    if not ascending and not descending:
        raise OpError("edges", "edges that ascend or descend", "some that do neither")
    side: Literal["left", "right"] = "left" if settings["right"] else "right"

    def binned(part: Array) -> Array:
        if ascending:
            return np.searchsorted(edges, part, side=side)
        return np.asarray(len(edges) - np.searchsorted(edges[::-1], part, side=side))

    result = elementwise(binned, [x.array()], np.dtype(np.int64))
    return (result if x.validity is None else marked(result, missing_array(x)),)


def _infer_hash(inference: Inference, args: Sequence[Type | Scalar], settings: Settings) -> tuple[Type, ...]:
    features = arguments.count(inference, settings, "features", 1)
    arguments.flag(inference, settings, "alternate_sign")
    x, length = args[0], None
    if isinstance(x, TableType):
        length = documents(inference, "x", x)
    elif not isinstance(x, AnyType | KindReference):
        found = arguments.tensor(inference, "x", x, (texts.STRING,))
        if arguments.rank_in(inference, "x", found, (1, 2)) and found.shape is not None:
            length = found.shape[0]
    return (TensorType((_FLOAT64,), (length, features), (Layout.CSR,)),)


def _run_hash(run: Run, args: Sequence[Any], settings: Settings) -> tuple[Tensor, ...]:
    run.checkpoint()
    features = settings["features"]
    assert isinstance(features, int)
    if isinstance(args[0], Table):
        found, counts = token_counts("x", args[0])
    else:
        x = operands.complete("x", args[0])
        found = reshaped(x, (x.size,))
        counts = np.full(x.shape[0], x.size // max(x.shape[0], 1), np.int64)
    hashes = texts.hashes_of(found)
    run.checkpoint()
    signs = np.ones(len(hashes))
    if settings["alternate_sign"]:
        signs[hashes < 0] = -1
    return (tensor_of(gathered.summed(counts, np.abs(hashes) % features, signs, features)),)


OPS: Final = (
    Op(
        name="one_hot",
        version=1,
        signature="one_hot(x[...], classes) -> sparse bool[..., classes]",
        doc=(
            "Which class each element is of: result[..., j] is true where x is j. x is of integers from 0 on, truth "
            "values or a factor, whose classes are its categories. One entry is stored for each element; bool, so that "
            "a product with it has the element type of the other factor. CSR of a vector, else COO."
        ),
        missing="All classes of an element that is missing are missing, and stored.",
        arguments=("x",),
        results=("result",),
        infer=_infer_one_hot,
        run=_run_one_hot,
        parameters=(
            Parameter(
                "classes",
                "int",
                "How many classes there are; when unset those of a factor, 2 for truth values, else as many as the "
                "greatest element needs, which shows when it runs.",
            ),
        ),
        rows=_rows_of_classes,
    ),
    Op(
        name="bin",
        version=1,
        signature="bin(x[...], edges[k], right) -> int64[...]",
        doc=(
            "In which interval between edges each element is: i where edges[i - 1] <= x < edges[i], with right "
            "edges[i - 1] < x <= edges[i]; 0 before the first edge, k from the last one on and for NaN; as "
            "numpy.digitize. Edges ascend or descend, which turns the comparisons round. Dense."
        ),
        missing="Stay so; no edge may be missing.",
        arguments=("x", "edges"),
        results=("result",),
        infer=_infer_bin,
        run=_run_bin,
        parameters=(
            Parameter(
                "right", "bool", "Whether intervals contain their right edge and not their left one.", default=False
            ),
        ),
        cost=costs.finding,
        work="O(n log k)",
        rows=rows.of_first,
    ),
    Op(
        name="hash_features",
        version=1,
        signature="hash_features(x, features, alternate_sign) -> csr float64[n, features]",
        doc=(
            "Texts counted in columns that their hashes choose (Weinberger et al. 2009): column |h| mod features, with "
            "alternate_sign as -1 where h < 0, h the MurmurHash3_x86_32 of the UTF-8, seed 0; scikit-learn's "
            'FeatureHasher of input_type="string". x is a vector of texts, one for each row; a matrix, a row of texts '
            "for each row; or what tokenize gives. CSR."
        ),
        missing="An error when it runs: fill_na and drop_na say what a text that is missing means.",
        arguments=("x",),
        results=("result",),
        infer=_infer_hash,
        run=_run_hash,
        parameters=(
            Parameter("features", "int", "How many columns the result has.", default=1 << 20),
            Parameter("alternate_sign", "bool", "Whether hashes below 0 count as -1.", default=True),
        ),
        cost=costs.reading,
        work="O(bytes)",
        rows=rows.of_first,
    ),
)
"""The operations of this module."""
