"""Tables that pipelines make, from frames to frames: what pandas makes of the same fields."""

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as scipy_sparse

import jazz
from client_database import db
from jazz import ops
from jazz.kinds import type_text

__all__ = ["db"]


@pytest.fixture
def frame():
    return pd.DataFrame(
        {
            "n": pd.array([3, None, 1, 3], dtype="Int64"),
            "x": [0.5, 2.0, -1.0, 4.0],
            "text": pd.array(["c", "a", None, "é"], dtype="string"),
            "kind": pd.Categorical(["low", "high", "low", None], categories=["low", "high"], ordered=True),
            "at": pd.to_datetime(["2024-01-03", "2024-01-01", None, "2024-01-02"]).as_unit("us"),
        },
        index=["r1", "r2", "r3", "r4"],
    )


def filtered_and_sorted(t):
    t = t[t["x"] > 0].assign(half=lambda t: t["x"] / 2, quarter=lambda t: t["half"] / 2)
    return ops.sort_by(t, "quarter", descending=True)[["quarter", "kind"]]


def filtered_and_sorted_by_pandas(t):
    t = t[t["x"] > 0].assign(half=lambda t: t["x"] / 2, quarter=lambda t: t["half"] / 2)
    return t.sort_values("quarter", ascending=False)[["quarter", "kind"]]


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda t: t[["text", "n"]], lambda t: t[["text", "n"]]),
        (lambda t: t.drop(columns=["n", "at"]), lambda t: t.drop(columns=["n", "at"])),
        (lambda t: t.drop(columns="kind"), lambda t: t.drop(columns="kind")),
        (lambda t: t.assign(y=t["x"] * 2), lambda t: t.assign(y=t["x"] * 2)),
        (lambda t: t.assign(x=t["text"], z=t["at"]), lambda t: t.assign(x=t["text"], z=t["at"])),
        (lambda t: t.assign(yes=True, one=1, half=0.5), lambda t: t.assign(yes=True, one=1, half=0.5)),
        (lambda t: t.assign(share=t["x"] / t["x"].sum()), lambda t: t.assign(share=t["x"] / t["x"].sum())),
        (lambda t: t.assign(mean=t["x"].mean()), lambda t: t.assign(mean=t["x"].mean())),
        (lambda t: t.assign(given=np.arange(4)), lambda t: t.assign(given=np.arange(4))),
        (lambda t: t[:0].assign(y=1), lambda t: t[:0].assign(y=1)),
        (lambda t: t[1:2].assign(y=1.5), lambda t: t[1:2].assign(y=1.5)),
        (lambda t: ops.frame({"é 1": t["x"], "m": t["at"]}), lambda t: pd.DataFrame({"é 1": t["x"], "m": t["at"]})),
        (lambda t: ops.concat([t[["x"]], t[["x"]][2:]]), lambda t: pd.concat([t[["x"]], t[["x"]][2:]])),
        (filtered_and_sorted, filtered_and_sorted_by_pandas),
    ],
)  # fmt: skip
def test_tables_are_those_that_pandas_makes(db, frame, function, expected):
    found = db.run(jazz.pipeline(function), t=frame)

    # Where nothing is missing a type of numpy comes back.
    pd.testing.assert_frame_equal(found, expected(frame), check_dtype=False)


def test_texts_stand_in_every_row(db, frame):
    found = db.run(jazz.pipeline(lambda t: t.assign(text="né")), t=frame)

    assert found["text"].tolist() == ["né"] * 4


def test_computed_columns_are_a_frame(db):
    made = jazz.pipeline(lambda x: ops.frame({"x": x, "square": x * x, "text": "a"}))

    found = db.run(made, x=np.arange(3.0))

    expected = pd.DataFrame({"x": [0.0, 1.0, 2.0], "square": [0.0, 1.0, 4.0], "text": ["a", "a", "a"]})
    pd.testing.assert_frame_equal(found, expected, check_dtype=False)


def test_fields_may_be_matrices_sparse_ones_and_tables(db, frame):
    counts = scipy_sparse.random_array((4, 1000), density=0.01, format="csr", rng=np.random.default_rng(3))
    made = jazz.pipeline(lambda t, m, c: ops.frame({"m": m, "counts": c, "cells": t[["x"]], "x": t["x"]}))

    found = db.run(made, t=frame, m=np.eye(4), c=counts)

    assert list(found) == ["m", "counts", "cells", "x"]
    assert (found["counts"].data != counts).nnz == 0
    np.testing.assert_array_equal(found["m"].data, np.eye(4))
    pd.testing.assert_frame_equal(found["cells"], frame[["x"]])
    pd.testing.assert_series_equal(found["x"], frame["x"], check_names=False)


def test_what_is_made_is_stored_got_and_taken_by_the_next_pipeline(db, frame):
    made = jazz.pipeline(lambda t: t[["x", "text"]].assign(y=t["x"] + 1), inputs={"t": "{x: float64[n]}"})
    info = db.pipelines.put("made/step", made)
    db.put("made/frame", frame)

    db.run("made/step", t=db["made/frame"], into="made/table")
    found = db.get("made/table")
    summed = db.run(jazz.pipeline(lambda t: t["y"].sum(), inputs={"t": "{y: float64[n]}"}), t=db["made/table"])

    assert type_text(info.outputs["result"]) == "{x: float64[n] dense|coo, text: any, y: float64[n] dense, closed}"
    pd.testing.assert_frame_equal(found, frame[["x", "text"]].assign(y=frame["x"] + 1), check_dtype=False)
    assert summed == (frame["x"] + 1).sum()


def test_a_made_table_is_of_a_kind_that_its_fields_have(db):
    db.kinds.put("made/points", "{x: float64[n], y: float64[n], closed}")

    db.run(jazz.pipeline(lambda x: ops.frame({"x": x, "y": -x})), x=np.arange(2.0), into="made/two")

    assert db.kinds.match("made/points", db["made/two"]).bindings == {"n": 2}


def test_other_numbers_of_rows_are_refused_with_the_name_of_the_field(db):
    made = jazz.pipeline(lambda x, i: ops.frame({"x": x, "y": x[i]}))

    with pytest.raises(jazz.errors.KindMismatch, match=r"frame\.y.*expected 3 rows, found 2 rows"):
        db.run(made, x=np.arange(3.0), i=np.array([0, 1]))
    kept = jazz.pipeline(lambda x: ops.frame({"x": x, "y": x[x > 1]}))
    with pytest.raises(jazz.errors.InvalidArgument, match=r"frame\.y.*expected 3 rows, as x, found 1 row"):
        db.run(kept, x=np.arange(3.0))


def test_a_mismatch_that_types_tell_is_refused_when_the_pipeline_is_stored(db):
    types = {"x": "float64[3]", "y": "float64[4]"}
    made = jazz.pipeline(lambda x, y: ops.frame({"x": x, "y": y}), inputs=types)

    with pytest.raises(jazz.errors.KindMismatch, match=r"frame\.y.*expected 3 rows, found 4 rows"):
        db.pipelines.put("made/never", made)


def test_labels_of_rows_that_are_not_the_same_are_refused(db, frame):
    made = jazz.pipeline(lambda t, u: t.assign(y=u["x"]))

    with pytest.raises(jazz.errors.InvalidArgument, match=r"assign\.y.*expected the labels of rows that n has"):
        db.run(made, t=frame, u=frame[::-1])


def test_fields_that_there_are_not_do_not_go(db, frame):
    with pytest.raises(jazz.errors.KindMismatch, match=r"found `txt` \(did you mean text\?\)"):
        db.run(jazz.pipeline(lambda t: t.drop(columns="txt")), t=frame)


@pytest.mark.parametrize(("dimension", "found"), [("n", "int64[n] dense"), (None, "int64[d1] dense")])
def test_a_table_of_very_many_fields_is_taken_apart_field_by_field(db, dimension, found):
    names = [f"f{number}" for number in range(1000)]
    type_ = jazz.Table[dict.fromkeys(names, jazz.Dense[np.int64, dimension])]

    def total(t):
        rest = t["f0"]
        for name in names[1:]:
            rest = rest + t[name]
        return rest

    db.pipelines.put("lab/total", jazz.pipeline(total, inputs={"t": type_}))
    assert type_text(db.pipelines.get("lab/total").outputs["result"]) == found
    wide = pd.DataFrame({name: np.arange(3) * number for number, name in enumerate(names)})
    np.testing.assert_array_equal(db.run("lab/total", t=wide), wide.sum(axis=1))
    with pytest.raises(jazz.KindMismatch, match="f999"):
        db.run("lab/total", t=wide.drop(columns="f999"))
