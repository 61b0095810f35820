"""Pipelines that call stored ones, and choose between two, over the wire."""

from __future__ import annotations

import numpy as np
import pytest

import jazz
from client_database import db

__all__ = ["db"]


def test_a_stored_pipeline_is_called_as_it_was(db: jazz.Database) -> None:
    db.pipelines.put("lab/grow", jazz.pipeline(lambda x, by: x * by))
    grow = db.pipelines.get("lab/grow").pipeline
    assert grow is not None
    db.pipelines.put("lab/twice", jazz.pipeline(lambda x: jazz.ops.call(grow, jazz.ops.call(grow, x, 2), by=3)))
    db.pipelines.put("lab/grow", jazz.pipeline(lambda x, by: x - by))
    db.pipelines.delete("lab/grow")
    assert db.run("lab/twice", x=np.array([1, 2])).tolist() == [6, 12]
    stored = db.pipelines.get("lab/twice").pipeline
    assert stored is not None
    assert db.run(stored, x=np.array([1, 2])).tolist() == [6, 12]


def test_of_two_sides_one_is_computed(db: jazz.Database) -> None:
    def scaled(x: jazz.Node) -> object:
        most = jazz.ops.max(x)
        return jazz.ops.cond(most > 1, lambda: x / most, lambda: x)

    db.pipelines.put("lab/scaled", jazz.pipeline(scaled, inputs={"x": jazz.Dense[np.float64, "n"]}))
    assert db.run("lab/scaled", x=np.array([1.0, 4.0])).tolist() == [0.25, 1.0]
    assert db.run("lab/scaled", x=np.array([0.5, 1.0])).tolist() == [0.5, 1.0]
    profile = db.run("lab/scaled", x=np.array([1.0, 4.0]), profile=True).profile
    assert [(step.op, step.note, step.profile is not None) for step in profile.steps if step.depth] == [
        ("divide", "in then; native", True)
    ]


def test_what_is_wrong_inside_is_told_with_the_line_that_wrote_it(db: jazz.Database) -> None:
    layer = jazz.pipeline(lambda x, w: x @ w)
    wrong = jazz.pipeline(
        lambda x: jazz.ops.call(layer, x, np.ones((3, 3))), inputs={"x": jazz.Dense[np.float64, "n", 2]}
    )
    with pytest.raises(jazz.KindMismatch) as caught:
        db.pipelines.put("lab/wrong", wrong)
    (violation,) = caught.value.violations
    assert "call.pipeline.steps[0] matmul.b" in violation.field
    assert "test_calls.py" in violation.field


def test_an_axis_may_be_several(db: jazz.Database) -> None:
    both = jazz.pipeline(lambda x: (jazz.ops.sum(x, axis=(0, 1)), jazz.ops.max(x, axis=(0, -1), keepdims=True)))
    total, greatest = db.run(both, x=np.arange(12.0).reshape(3, 4))
    assert float(total) == 66
    assert greatest.tolist() == [[11]]
