"""What is told of the steps of a pipeline: their cost before they run, and afterwards what they took."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import scipy.sparse as sp

import jazz
import jazz.aio
from client_database import adb, db

__all__ = ["adb", "db"]

LAYER = jazz.pipeline(
    lambda x, w: jazz.ops.relu(x @ w), inputs={"x": jazz.Dense[np.float64, 4, 10], "w": jazz.Csr[np.float64, 10, 5]}
)
WEIGHTS = sp.csr_array(np.eye(10, 5))


def test_a_cost_is_told_where_sizes_are_known(db: jazz.Database) -> None:
    db.put("lab/w", WEIGHTS)
    product, relu = db.pipelines.explain(LAYER, bind={"w": "lab/w"}).steps
    assert (product.op, product.flops) == ("matmul", 2 * 40 * 5 / 10)
    assert (relu.op, relu.flops, relu.bytes) == ("relu", 20, 320)
    assert product.library is None
    assert product.profile is None


def test_no_cost_is_told_where_sizes_are_not_known(db: jazz.Database) -> None:
    explained = db.pipelines.explain(jazz.pipeline(lambda x: x + 1))
    assert [(step.flops, step.bytes) for step in explained.steps] == [(None, None)]
    assert (explained.flops, explained.bytes) == (0, 0)


def test_a_profile_tells_what_each_step_took(db: jazz.Database) -> None:
    x = np.arange(40.0).reshape(4, 10)
    result = db.run(LAYER, x=x, w=WEIGHTS, profile=True)
    np.testing.assert_array_equal(result.value, x @ WEIGHTS.toarray())
    assert result.profile is not None
    product, relu = result.profile.steps
    assert product.profile is not None
    assert relu.profile is not None
    assert (product.profile.calls, relu.profile.calls) == (1, 1)
    assert (relu.profile.bytes_read, relu.profile.bytes_written) == (160, 160)
    assert 0 < product.profile.seconds < result.compute_seconds
    assert repr(result.profile).count("; took ") == 3
    assert any(chosen.startswith("kernel ") for chosen in product.profile.chosen)


def test_steps_of_a_loop_are_counted_in_all_its_turns(db: jazz.Database) -> None:
    grown = jazz.pipeline(lambda x: jazz.ops.iterate(lambda s: s + 1, x, max_iter=7).state)
    profile = db.run(grown, x=np.zeros(3), profile=True).profile
    assert [(step.op, step.depth, step.profile.calls) for step in profile.steps] == [("iterate", 0, 1), ("add", 1, 7)]


def test_nothing_is_told_that_was_not_asked_for(db: jazz.Database) -> None:
    assert db.run(LAYER, x=np.zeros((4, 10)), w=WEIGHTS, details=True).profile is None


def test_a_profiled_run_gives_no_result_that_was_kept(db: jazz.Database) -> None:
    db.pipelines.put("lab/layer", LAYER, cache_results=True)
    given = {"x": np.ones((4, 10)), "w": WEIGHTS}
    db.run("lab/layer", given)
    assert db.run("lab/layer", given, profile=True).runs_together == 1


async def test_the_asynchronous_client_tells_the_same(adb: jazz.aio.Database) -> None:
    result = await adb.run(LAYER, x=np.zeros((4, 10)), w=WEIGHTS, profile=True)
    assert [step.op for step in result.profile.steps] == ["matmul", "relu"]


def test_an_explanation_can_be_copied_and_pickled(db: jazz.Database) -> None:
    explained = db.pipelines.explain(LAYER)
    assert pickle.loads(pickle.dumps(explained)) == copy.deepcopy(explained) == explained


def test_an_operation_tells_all_that_is_known_of_it(db: jazz.Database) -> None:
    (matmul,) = [op for op in db.ops() if op.name == "matmul"]
    assert (matmul.arguments[:2], matmul.results) == (("a", "b"), ("result",))
    assert matmul.native
    assert matmul.library is None
    assert matmul.work.startswith("O(")
    assert matmul.since == "0.1"
    (topk,) = [op for op in db.ops() if op.name == "topk"]
    assert [(p.name, p.type, p.required, p.default) for p in topk.parameters] == [("k", "int", True, None)]
