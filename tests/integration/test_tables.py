"""Rows of tables in pipelines, from frames to frames."""

import numpy as np
import pandas as pd
import pytest

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
            "text": ["c", "a", None, "b"],
            "kind": pd.Categorical(["low", "high", "low", None], categories=["low", "high"], ordered=True),
            "at": pd.to_datetime(["2024-01-03", "2024-01-01", None, "2024-01-02"]).as_unit("us"),
        },
        index=["r1", "r2", "r3", "r4"],
    )


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda t: t[1:3], lambda t: t.iloc[1:3]),
        (lambda t: t[::-2], lambda t: t.iloc[::-2]),
        (lambda t: t[[3, 0, -1]], lambda t: t.iloc[[3, 0, -1]]),
        (lambda t: t[np.array([True, False, False, True])], lambda t: t.iloc[[0, 3]]),
        (lambda t: t[:0], lambda t: t.iloc[:0]),
        (lambda t: ops.flip(t, axis=0), lambda t: t.iloc[::-1]),
        (lambda t: ops.concat([t[2:], t]), lambda t: pd.concat([t[2:], t])),
        (lambda t: ops.sort_by(t, "n"), lambda t: t.sort_values("n", kind="stable")),
        (lambda t: ops.sort_by(t, "text", descending=True), lambda t: t.sort_values("text", ascending=False)),
        (lambda t: ops.sort_by(t, "kind"), lambda t: t.sort_values("kind")),
        (lambda t: ops.sort_by(t, "at", descending=True), lambda t: t.sort_values("at", ascending=False)),
        (
            lambda t: ops.sort_by(t, ["n", "text"], descending=[True, False]),
            lambda t: t.sort_values(["n", "text"], ascending=[False, True]),
        ),
    ],
)
def test_rows_are_those_that_pandas_gives(db, frame, function, expected):
    found = db.run(jazz.pipeline(function), t=frame)

    # Where nothing is missing a type of numpy comes back.
    pd.testing.assert_frame_equal(found, expected(frame), check_dtype=False)


def test_the_types_of_rows_are_known_when_a_pipeline_is_registered(db):
    first = jazz.pipeline(lambda t: t[:3]["x"], inputs={"t": "{x: float32[n] in m, y: string[n]}"})

    info = db.pipelines.put("tables/first", first)

    assert type_text(info.outputs["result"]) == "float32[d1] dense|coo in m"


def test_tables_with_other_fields_are_refused_before_they_run(db, frame):
    joined = jazz.pipeline(lambda t, u: ops.concat([t, u]))

    with pytest.raises(jazz.errors.KindMismatch, match=r"arrays\[1\].*the fields of arrays\[0\], found no `at`"):
        db.run(joined, t=frame, u=frame[["n", "text", "kind"]])
    with pytest.raises(jazz.errors.KindMismatch, match=r"arrays\[1\].n"):
        db.run(joined, t=frame[["n"]], u=pd.DataFrame({"n": ["a"]}))


def test_a_position_that_there_is_not_is_refused(db, frame):
    with pytest.raises(jazz.errors.InvalidArgument, match="indices from -4 to 3, found 4"):
        db.run(jazz.pipeline(lambda t, i: t[i]), t=frame, i=np.array([4]))
