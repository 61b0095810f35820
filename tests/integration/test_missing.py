"""Missing elements in pipelines, from a client to the server and back."""

from __future__ import annotations

import datetime

import numpy as np
import pandas as pd
import pytest

import jazz
from client_database import db
from jazz.values import DataType, Layout, Tensor

__all__ = ["db"]

AGES = np.ma.masked_array([30, 0, 50], [False, True, False])
FRAME = pd.DataFrame(
    {
        "age": pd.array([30, None, 50], dtype="Int64"),
        "name": ["Ada", "Bo", None],
        "since": pd.to_datetime(["2024-02-29", None, "2025-01-01"]).tz_localize("Europe/Vienna"),
    },
    index=["r1", "r2", "r3"],
)


def entries(*data: float, missing: int) -> Tensor:
    """A matrix [2, 3] with entries at (0, 0), (0, 2) and (1, 1), one of which is missing."""
    bits = np.packbits(np.arange(3) != missing, bitorder="little")
    return Tensor(
        DataType("float64"), (2, 3), Layout.CSR, data=np.array(data, float), validity=bits,
        indptr=np.array([0, 2, 3], np.int32), indices=(np.array([0, 2, 1], np.int32),),
    )  # fmt: skip


def test_integers_with_a_missing_one_stay_integers(db: jazz.Database) -> None:
    found = db.run(jazz.pipeline(lambda x: 2 * x + 1), x=AGES)
    assert isinstance(found, np.ma.MaskedArray)
    assert found.dtype == np.int64
    assert found.tolist() == [61, None, 101]


def test_a_sum_is_missing_or_skips(db: jazz.Database) -> None:
    def f(x):
        return {"all": x.sum(), "left": x.sum(skipna=True), "mean": x.mean(skipna=True), "count": jazz.ops.count_na(x)}

    found = db.run(jazz.pipeline(f), x=AGES)
    assert np.ma.getmaskarray(found["all"]).all()
    assert (found["left"], found["mean"], found["count"]) == (80, 40.0, 1)


def test_comparisons_with_something_missing_are_missing(db: jazz.Database) -> None:
    found = db.run(jazz.pipeline(lambda x: x > 40), x=AGES)
    assert found.tolist() == [False, None, True]
    chosen = db.run(jazz.pipeline(lambda x: jazz.ops.where(x > 40, x, 0)), x=AGES)
    assert chosen.tolist() == [0, None, 50]


def test_nan_is_not_missing(db: jazz.Database) -> None:
    x = np.ma.masked_array([1.0, np.nan, 0.0], [False, False, True])
    found = db.run(jazz.pipeline(lambda x: (jazz.ops.is_na(x), jazz.ops.sum(x, skipna=True))), x=x)
    assert found[0].tolist() == [False, False, True]
    assert np.isnan(found[1])


def test_missing_entries_of_sparse_tensors_are_entries(db: jazz.Database) -> None:
    x, y = entries(1, 0, 3, missing=1), entries(0, 5, 7, missing=0)
    db.put("lab/x", x)
    found = db.run(jazz.pipeline(lambda x, y: x * y), x=db["lab/x"], y=y, to="value")
    assert (found.layout, found.stored, found.missing) == (Layout.CSR, 3, 2)
    assert found.data.tolist() == [0, 0, 21]
    where = db.run(jazz.pipeline(jazz.ops.is_na), x=x)
    assert where.toarray().tolist() == [[False, False, True], [False, False, False]]
    product = db.run(jazz.pipeline(lambda x, y: x @ y.T), x=x, y=entries(2, 2, 0, missing=2), to="value")
    assert (product.stored, product.missing) == (2, 2)
    filled = db.run(jazz.pipeline(lambda x: jazz.ops.fill_na(x, 0)), x=x)
    assert (filled.nnz, filled.toarray().tolist()) == (2, [[1, 0, 0], [0, 3, 0]])


def test_a_frame_loses_rows_in_which_something_is_missing(db: jazz.Database) -> None:
    db.put("lab/people", FRAME)
    left = db.run(jazz.pipeline(jazz.ops.drop_na), x=db["lab/people"])
    pd.testing.assert_frame_equal(left, db.get("lab/people").dropna().astype({"age": "int64"}))


def test_columns_of_any_type_are_filled(db: jazz.Database) -> None:
    def f(people):
        return jazz.ops.fill_na(people["name"], "?"), jazz.ops.fill_na(people["age"], 0)

    names, ages = db.run(jazz.pipeline(f), people=FRAME)
    assert list(names) == ["Ada", "Bo", "?"]
    assert list(ages) == [30, 0, 50]
    days = np.array(["2024-02-29", "NaT"], "M8[D]")
    filled = db.run(jazz.pipeline(lambda d: jazz.ops.fill_na(d, datetime.date(2000, 1, 1))), d=days)
    assert filled.tolist() == [datetime.date(2024, 2, 29), datetime.date(2000, 1, 1)]


def test_an_input_says_whether_elements_may_be_missing(db: jazz.Database) -> None:
    def complete(x: jazz.Dense["n"]):  # noqa: F821
        return x + 1

    def nullable(x: jazz.Dense["n"].nullable()):  # noqa: F821
        return x + 1

    with pytest.raises(jazz.KindMismatch, match=r"inputs\.x: expected no missing elements"):
        db.run(jazz.pipeline(complete), x=AGES)
    assert db.run(jazz.pipeline(nullable), x=AGES).tolist() == [31, None, 51]
    assert "?" not in str(db.pipelines.explain(jazz.pipeline(complete)))
    assert "[n]?" in str(db.pipelines.explain(jazz.pipeline(nullable)))


def test_a_loop_does_not_converge_to_what_is_missing(db: jazz.Database) -> None:
    def f(x):
        return jazz.ops.iterate(lambda s: s / 2, x, max_iter=100, tol=1e-3).state

    with pytest.raises(jazz.InvalidArgument, match="expected a first state without missing elements"):
        db.run(jazz.pipeline(f), x=AGES / 1.0)

    def turns(x):
        return jazz.ops.iterate(lambda s: s * 2, x, max_iter=3).state

    assert db.run(jazz.pipeline(turns), x=AGES).tolist() == [240, None, 400]


def test_an_index_that_is_missing_is_refused(db: jazz.Database) -> None:
    with pytest.raises(jazz.InvalidArgument, match="expected a tensor without missing elements"):
        db.run(jazz.pipeline(lambda x, i: jazz.ops.take(x, i) + 1), x=AGES, i=np.ma.masked_array([0, 1], [True, False]))
