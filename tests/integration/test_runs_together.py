"""Many runs at once, and results that are kept: the answers are those of one run after the other."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import scipy.sparse as sp

import jazz
from running_server import RunningServer

RNG = np.random.default_rng(5)
W = sp.random_array((400, 60), density=0.1, rng=RNG, format="csr", dtype=np.float64)


@jazz.pipeline
def scores(x: jazz.Csr["rows", 400], w: jazz.Csr[400, 60]) -> object:  # noqa: F821 - names of dimensions
    y = jazz.ops.relu(x @ w - 0.01)
    for _ in range(6):
        y = jazz.ops.relu(y * 0.5 + y)
    return jazz.ops.topk(y, 5)


@pytest.fixture
def registered(server: RunningServer) -> Iterator[jazz.Database]:
    with jazz.connect(server.target) as db:
        db.put("together/w", W)
        db.pipelines.put("together/scores", scores, bind={"w": "together/w"})
        yield db


def test_fifty_runs_at_once_give_the_answers_of_one_after_the_other(registered: jazz.Database) -> None:
    inputs = [sp.random_array((1 + n % 4, 400), density=0.05, rng=RNG, format="csr") for n in range(200)]
    alone = [registered.run("together/scores", x=x) for x in inputs]
    with ThreadPoolExecutor(50) as pool:
        together = list(pool.map(lambda x: registered.run("together/scores", x=x, details=True), inputs))
    for one, many in zip(alone, together, strict=True):
        np.testing.assert_array_equal(one.values, many.value.values)
        np.testing.assert_array_equal(one.indices, many.value.indices)
    assert max(run.runs_together for run in together) > 1


def test_results_are_kept_when_a_pipeline_says_so(registered: jazz.Database) -> None:
    x = sp.random_array((300, 400), density=0.05, rng=RNG, format="csr")
    info = registered.pipelines.put("together/kept", scores, bind={"w": "together/w"}, cache_results=True)
    assert info.cache_results
    assert not registered.pipelines.get("together/scores").cache_results
    first, second = (registered.run("together/kept", x=x, details=True) for _ in range(2))
    assert (first.runs_together, second.runs_together, second.compute_seconds) == (1, 0, 0)
    np.testing.assert_array_equal(first.value.values, second.value.values)
    again = registered.run("together/scores", x=x, details=True)
    assert again.runs_together == 1


def test_a_kept_result_is_not_that_of_other_values_or_versions(registered: jazz.Database) -> None:
    registered.pipelines.put("together/kept", scores, bind={"w": "together/w"}, cache_results=True)
    x = sp.random_array((300, 400), density=0.05, rng=RNG, format="csr")
    registered.run("together/kept", x=x)
    other = x.copy()
    other.data[0] += 1
    assert registered.run("together/kept", x=other, details=True).runs_together == 1
    registered.put("together/w", W * 2)
    newer = registered.run("together/kept", x=x, details=True)
    assert newer.runs_together == 1
    np.testing.assert_array_equal(newer.value.values, registered.run("together/scores", x=x).values)


def test_a_kept_result_can_be_stored(registered: jazz.Database) -> None:
    registered.pipelines.put("together/sum", jazz.pipeline(lambda x: jazz.ops.sum(x)), cache_results=True)  # noqa: PLW0108
    registered.put("together/x", np.arange(10.0))
    for name in ("together/a", "together/b"):
        registered.run("together/sum", x=registered["together/x"], into=name)
        assert registered.get(name) == 45


def test_a_large_stored_block_is_given_back_beside_what_is_computed_of_it(registered: jazz.Database) -> None:
    x = RNG.random((3000, 100))
    registered.put("together/x", x)

    given = jazz.pipeline(lambda x: {"total": jazz.ops.sum(x), "same": x, "turned": x.T})
    found = registered.run(given, x=registered["together/x"])

    np.testing.assert_allclose(found["total"], x.sum())
    np.testing.assert_array_equal(found["same"], x)
    np.testing.assert_array_equal(found["turned"], x.T)
