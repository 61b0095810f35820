"""Graphs, semirings and neighbours over the wire: on stored blocks, together with other steps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp

import jazz
from client_database import emptying
from running_server import RunningServer

LENGTHS = sp.csr_array(np.array([[0, 1.0, 4, 0], [0, 0, 2, 0], [0, 0, 0, 3], [0, 0, 0, 0]]))


@pytest.fixture(scope="module")
def db(shared_server: RunningServer) -> Iterator[jazz.Database]:
    with emptying(shared_server.target) as database:
        yield database


def test_a_product_in_another_semiring_comes_back_with_its_fill(db: jazz.Database) -> None:
    db.put("lab/lengths", LENGTHS)
    twice = db.run(jazz.pipeline(lambda a: jazz.ops.matmul(a, a, semiring="min_plus")), a=db["lab/lengths"])
    assert isinstance(twice, jazz.Array)
    whole = db.run(jazz.pipeline(jazz.ops.to_dense), x=twice)
    expected = np.full((4, 4), np.inf)
    expected[0, 2], expected[0, 3], expected[1, 3] = 3, 7, 5
    np.testing.assert_array_equal(whole, expected)
    # it can be stored, and taken by another product
    db.put("lab/twice", twice)
    thrice = jazz.pipeline(lambda a, b: jazz.ops.to_dense(jazz.ops.matmul(a, b, semiring="min_plus")))
    assert db.run(thrice, a=db["lab/twice"], b=db["lab/lengths"])[0, 3] == 6


def test_a_step_that_another_fill_would_go_into_is_refused_before_there_are_values(db: jazz.Database) -> None:
    @jazz.pipeline
    def twice(a: jazz.Csr["n", "n"]) -> Any:  # noqa: F821
        return jazz.ops.matmul(a, a, semiring="min_plus") * 2

    with pytest.raises(jazz.KindMismatch, match=r"steps\[1\] multiply\.a.*absent entries that are inf"):
        db.pipelines.put("lab/twice_twice", twice)


def test_a_stored_block_with_a_fill_is_refused_by_its_header(db: jazz.Database) -> None:
    db.put("lab/reach", db.run(jazz.pipeline(lambda a: jazz.ops.matmul(a, a, semiring="min_plus")), a=LENGTHS))
    with pytest.raises(jazz.KindMismatch, match=r"steps\[0\] sum\.x.*absent entries that are inf"):
        db.pipelines.put("lab/reached", jazz.pipeline(jazz.ops.sum), bind={"x": "lab/reach"})


def test_ranks_go_on_into_other_steps(db: jazz.Database) -> None:
    db.put("lab/links", LENGTHS)

    first = jazz.pipeline(lambda links: jazz.ops.topk(jazz.ops.pagerank(links), 1).indices)
    db.pipelines.put("lab/first", first, bind={"links": "lab/links"})
    np.testing.assert_array_equal(db.run("lab/first"), [3])


def test_several_answers_have_their_names(db: jazz.Database) -> None:
    found = db.run(jazz.pipeline(lambda a: jazz.ops.bfs(a, 0)), a=LENGTHS)
    np.testing.assert_array_equal(found.levels, [0, 1, 1, 2])
    np.testing.assert_array_equal(found.parents, [-1, 0, 0, 2])


def test_neighbours_are_found_among_stored_rows(db: jazz.Database) -> None:
    rows = sp.random_array((300, 50), density=0.1, format="csr", rng=1)
    db.put("lab/rows", rows)
    near = jazz.pipeline(lambda known, query: jazz.ops.knn(known, query, 2, metric="euclidean"))
    found = db.run(near, known=db["lab/rows"], query=rows[[5, 7]])
    np.testing.assert_array_equal(found.indices[:, 0], [5, 7])
    assert not found.distances[:, 0].any()


def test_what_scipy_solves_is_named_and_bound(db: jazz.Database) -> None:
    solve = jazz.pipeline(jazz.ops.spsolve)
    a = sp.csr_array(np.diag([2.0, 4, 8]))
    np.testing.assert_allclose(db.run(solve, a=a, b=np.ones(3)), [0.5, 0.25, 0.125])
    assert "scipy.sparse.linalg.splu" in str(db.pipelines.explain(solve))


def test_nodes_that_there_are_not_name_the_step(db: jazz.Database) -> None:
    with pytest.raises(jazz.InvalidArgument, match=r"bfs.*nodes from 0 to 3, found 9"):
        db.run(jazz.pipeline(lambda a: jazz.ops.bfs(a, 9).levels), a=LENGTHS)
