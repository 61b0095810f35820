"""Rows of tables in groups, from frames to frames: what pandas makes of the same groups."""

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as scipy_sparse

import jazz
from client_database import db
from jazz import ops
from jazz.kinds import type_text

__all__ = ["db"]

TYPE = "{k: string[n]?, g: int64[n], x: float64[n], n: int64[n]?}"


@pytest.fixture
def frame():
    return pd.DataFrame(
        {
            "k": pd.array(["b", "a", None, "b", "é", "a"], "string"),
            "g": [1, 1, 2, 2, 1, 1],
            "x": [0.5, 2.0, -1.0, 4.0, 8.25, 3.0],
            "n": pd.array([3, None, 1, 3, None, 5], "Int64"),
        },
        index=list("uvwxyz"),
    )


def groups(frame, by):
    """The groups of pandas that are as those of Jazz."""
    return frame.groupby(by, as_index=False, dropna=False)


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda t: t.groupby("k").agg(total=("x", "sum"), rows=("x", "size")),
         lambda t: groups(t, "k").agg(total=("x", "sum"), rows=("x", "size"))),
        (lambda t: t.groupby(["k", "g"])["x"].max(), lambda t: groups(t, ["k", "g"])["x"].max()),
        (lambda t: t.groupby(["g", "k"])[["x", "n"]].sum(skipna=True),
         lambda t: groups(t, ["g", "k"])[["x", "n"]].sum()),
        (lambda t: t.groupby("k", dropna=True).size(), lambda t: t.groupby("k", as_index=False).size()),
        (lambda t: t.groupby("g").agg({"x": "median", "k": "count"}),
         lambda t: groups(t, "g").agg({"x": "median", "k": "count"})),
        (lambda t: t.groupby("g")["x"].std(correction=1), lambda t: groups(t, "g")["x"].std()),
        (lambda t: t.groupby("k").first(), lambda t: groups(t, "k").agg(lambda x: x.iloc[0])),
        (lambda t: t[:0].groupby("k").agg(total=("x", "sum")), lambda t: groups(t[:0], "k").agg(total=("x", "sum"))),
    ],
)  # fmt: skip
def test_groups_are_those_that_pandas_makes(db, frame, function, expected):
    found = db.run(jazz.pipeline(function, inputs={"t": TYPE}), t=frame)

    pd.testing.assert_frame_equal(found, expected(frame), check_dtype=False)


def test_what_is_missing_makes_results_missing_unless_it_is_left_out(db, frame):
    counted = {"n": ("n", "sum"), "low": ("n", "min"), "there": ("n", "count")}

    plain = db.run(jazz.pipeline(lambda t: t.groupby("k").agg(**counted)), t=frame)
    left_out = db.run(jazz.pipeline(lambda t: t.groupby("k").agg(**counted, skipna=True)), t=frame)

    assert plain["k"].isna().tolist() == [False, False, False, True]
    assert plain["n"].tolist() == [pd.NA, 6, pd.NA, 1]
    assert left_out["n"].tolist() == [5, 6, 0, 1]
    assert left_out["low"].tolist() == [5, 3, pd.NA, 1]
    assert plain["there"].tolist() == [1, 2, 0, 1]


def test_a_sparse_matrix_is_added_up_by_groups_of_its_rows(db):
    counts = scipy_sparse.random_array((400, 300), density=0.02, format="csr", rng=np.random.default_rng(3))
    kind = np.arange(400) % 7
    by_kind = jazz.pipeline(lambda c, k: ops.frame({"c": c, "k": k}).groupby("k").agg(c=("c", "sum"), m=("c", "mean")))

    found = db.run(by_kind, c=counts, k=kind)

    expected = np.stack([counts[kind == each].sum(axis=0) for each in range(7)])
    np.testing.assert_allclose(found["c"].data, expected)
    np.testing.assert_allclose(found["m"].data, expected / np.bincount(kind)[:, None])


def test_groups_go_through_further_steps_and_are_stored_with_their_type(db, frame):
    def shares(t):
        found = t.groupby("g").agg(x=("x", "sum")).assign(share=lambda u: u["x"] / u["x"].sum())
        return ops.sort_by(found, "share", descending=True)

    info = db.pipelines.put("groups/shares", jazz.pipeline(shares, inputs={"t": TYPE}))
    db.run("groups/shares", t=frame, into="groups/of-frame")
    found = db.get("groups/of-frame")

    assert (
        type_text(info.outputs["result"])
        == "{g: int64[d1] dense, x: float64[d1] dense, share: float64[d1] dense, closed}"
    )
    assert found["g"].tolist() == [1, 2]
    np.testing.assert_allclose(found["share"], [13.75 / 16.75, 3 / 16.75])


def test_groups_are_of_a_kind_that_their_fields_have(db, frame):
    db.kinds.put("groups/totals", "{k: string[groups]?, total: float64[groups], closed}")

    db.run(jazz.pipeline(lambda t: t.groupby("k").agg(total=("x", "sum"))), t=frame, into="groups/by-k")

    assert db.kinds.match("groups/totals", db["groups/by-k"]).bindings == {"groups": 4}


def test_a_field_or_function_that_there_is_not_is_refused_with_what_is_close(db, frame):
    with pytest.raises(jazz.errors.KindMismatch, match=r"aggregate\.fields.*found `xx` \(did you mean x\?\)"):
        db.run(jazz.pipeline(lambda t: t.groupby("k").agg(n=("xx", "sum"))), t=frame)
    with pytest.raises(jazz.errors.KindMismatch, match=r"aggregate\.by.*found `kk` \(did you mean k\?\)"):
        db.run(jazz.pipeline(lambda t: t.groupby("kk").size()), t=frame)
    with pytest.raises(jazz.errors.KindMismatch, match=r"aggregate\.table\.k.*expected numbers, timestamps"):
        db.pipelines.put("groups/never", jazz.pipeline(lambda t: t.groupby("g").mean(), inputs={"t": TYPE}))
