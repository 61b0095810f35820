"""`knn`: what checks of small matrices do not show. Many queries and rows, ties, NaN, threads, what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from numpy.testing import assert_allclose, assert_array_equal
from numpy.typing import NDArray

from jazz.convert import to_value
from jazz.values import Layout, Tensor
from jazz_server.engine import layouts, neighbours, parallel
from jazz_server.engine.catalogue import CATALOGUE
from jazz_server.engine.errors import Interrupted, OpError
from jazz_server.kinds.match import type_of
from unit.engine.checks.neighbours import distances
from unit.engine.samples import apply, array_of, infer, settings_of

METRICS = ("cosine", "euclidean", "jaccard")
every_metric = pytest.mark.parametrize("metric", METRICS)


def counts(rows: int, columns: int, seed: int, dtype: str = "float64") -> NDArray[Any]:
    """Small numbers, mostly zero, so that many rows are equally far."""
    random = np.random.default_rng(seed)
    return np.where(random.random((rows, columns)) < 0.3, random.integers(1, 4, (rows, columns)), 0).astype(dtype)


def tensor(array: Any, layout: Layout = Layout.DENSE) -> Tensor:
    found = to_value(array)
    assert isinstance(found, Tensor)
    return found if layout is Layout.DENSE else layouts.to_sparse(found, layout)


def nearest(x: Tensor, queries: Tensor, k: int, metric: str) -> tuple[NDArray[Any], NDArray[Any]]:
    far, rows = apply("knn", x, queries, k=k, metric=metric)
    return array_of(far), array_of(rows)


@every_metric
@pytest.mark.parametrize("layout", [Layout.DENSE, Layout.CSR])
@pytest.mark.parametrize("queries", [1, 15, 16, 17, 64, 65, 200])
def test_any_number_of_queries_meets_all_rows(queries: int, layout: Layout, metric: str) -> None:
    x, q = counts(500, 12, 1), counts(queries, 12, 2)
    far, rows = nearest(tensor(x, layout), tensor(q, layout), 7, metric)
    expected = distances(x, q, metric)
    assert_allclose(far, np.sort(expected, axis=1)[:, :7], atol=1e-7)
    assert_allclose(np.take_along_axis(expected, rows, axis=1), far, atol=1e-7)
    assert all(len(set(row)) == 7 for row in rows)


@every_metric
@pytest.mark.parametrize("layout", [Layout.DENSE, Layout.CSR])
def test_rows_that_are_equally_far_come_in_their_order(layout: Layout, metric: str) -> None:
    x = np.tile(counts(4, 6, 3), (30, 1))
    far, rows = nearest(tensor(x, layout), tensor(x[:4], layout), 90, metric)
    for query in range(4):
        for distance in set(far[query]):
            of_one = rows[query][far[query] == distance]
            assert_array_equal(of_one, np.sort(of_one))
    zero = {"cosine": 1e-6, "euclidean": 0, "jaccard": 0}[metric]
    assert np.all(far[x[:4].any(axis=1), :30] <= zero)


@pytest.mark.parametrize("layout", [Layout.DENSE, Layout.CSR])
def test_what_rounding_leaves_of_a_product_that_is_zero_puts_no_row_before_another(layout: Layout) -> None:
    x = tensor(np.array([[-1, -1, 2, 0], [-1, 3, 2, 1], [1, -1, -1, -5], [-1, 0, 3, 1]], np.int8), layout)
    far, rows = nearest(x, tensor(np.array([[True, False, False, True]])), 4, "cosine")
    assert rows.tolist() == [[1, 3, 0, 2]]
    assert far[0, :2].tolist() == [1, 1]


@every_metric
@pytest.mark.parametrize("layout", [Layout.DENSE, Layout.CSR])
def test_answers_are_the_same_for_any_number_of_threads_and_parts(
    layout: Layout, metric: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    x, q = counts(900, 9, 4), counts(70, 9, 5)
    found = []
    for threads, grain in ((1, 1 << 12), (2, 100), (4, 7)):
        monkeypatch.setattr(parallel, "_threads", threads)
        monkeypatch.setattr(neighbours, "_GRAIN", grain)
        found.append(nearest(tensor(x, layout), tensor(q, layout), 5, metric))
        few = nearest(tensor(x, layout), tensor(q[:3], layout), 5, metric)
        assert_array_equal(few[1], found[-1][1][:3])
    for far, rows in found[1:]:
        assert_array_equal(far, found[0][0])
        assert_array_equal(rows, found[0][1])


@pytest.mark.parametrize("layout", [Layout.DENSE, Layout.CSR, Layout.CSC, Layout.COO])
@pytest.mark.parametrize("other", [Layout.DENSE, Layout.CSR, Layout.CSC, Layout.COO])
@every_metric
def test_every_pair_of_layouts_gives_the_same_rows(layout: Layout, other: Layout, metric: str) -> None:
    x, q = counts(60, 10, 6), counts(20, 10, 7)
    far, rows = nearest(tensor(x, layout), tensor(q, other), 60, metric)
    first, _ = nearest(tensor(x), tensor(q), 60, metric)
    assert_allclose(far, first, atol=1e-7)
    assert_array_equal(np.sort(rows, axis=1), np.tile(np.arange(60), (20, 1)))


@pytest.mark.parametrize("layout", [Layout.DENSE, Layout.CSR])
@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_rows_with_nan_come_last(layout: Layout, metric: str) -> None:
    x = counts(10, 5, 8) + 1
    x[2, 1] = np.nan
    far, rows = nearest(tensor(x, layout), tensor(x[:2], layout), 10, metric)
    assert_array_equal(rows[:, -1], [2, 2])
    assert np.isnan(far[:, -1]).all()
    assert not np.isnan(far[:, :-1]).any()


def test_what_is_the_same_is_not_far() -> None:
    x = np.random.default_rng(9).random((50, 30)) * 1e6
    for layout in (Layout.DENSE, Layout.CSR):
        far, rows = nearest(tensor(x, layout), tensor(x, layout), 1, "euclidean")
        assert_array_equal(rows[:, 0], np.arange(50))
        assert not far.any()


@every_metric
@pytest.mark.parametrize("layout", [Layout.DENSE, Layout.CSR])
def test_no_distance_is_minus_zero(layout: Layout, metric: str) -> None:
    x = tensor(np.array([[1.0, 0.0], [3.0, 4.0]]), layout)
    far, _ = nearest(x, x, 2, metric)
    assert not np.signbit(far).any()


def test_texts_are_found_as_by_a_product_of_matrices() -> None:
    x = sp.random_array((3000, 2000), density=0.01, format="csr", dtype=np.float32, rng=1)
    q = x[:100]
    far, rows = nearest(tensor(sp.csr_array(x)), tensor(sp.csr_array(q)), 10, "cosine")
    assert far.dtype == np.float32
    lengths = np.sqrt(np.asarray(x.multiply(x).sum(axis=1))).ravel()
    cosine = (q @ x.T).toarray() / np.outer(lengths[:100], lengths)
    assert_allclose(far, np.sort(1 - cosine, axis=1)[:, :10], atol=1e-5)
    assert_array_equal(rows[:, 0], np.arange(100))


class _Impatient:
    def __init__(self, turns: int) -> None:
        self.left = turns

    def checkpoint(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise Interrupted


def test_a_run_stops_between_two_tiles_of_queries() -> None:
    op = CATALOGUE["knn"]
    args = [tensor(counts(50, 5, 1)), tensor(counts(200, 5, 2))]
    with pytest.raises(Interrupted):
        op.run(_Impatient(2), args, settings_of(op, {"k": 3}))


@pytest.mark.parametrize(
    ("x", "q", "given", "field"),
    [
        (np.ones((4, 3)), np.ones((2, 4)), {"k": 1}, "queries"),
        (np.ones((4, 3)), np.ones(3), {"k": 1}, "queries"),
        (np.ones((4, 3)), np.ones((2, 3)), {"k": 5}, "k"),
        (np.ones((4, 3)), np.ones((2, 3)), {"k": -1}, "k"),
        (np.ones((4, 3)), np.ones((2, 3)), {"k": 1, "metric": "manhattan"}, "metric"),
        (np.ones((4, 3), np.complex128), np.ones((2, 3)), {"k": 1}, "x"),
    ],
)
def test_what_does_not_fit_is_refused_by_its_type(x: Any, q: Any, given: dict[str, Any], field: str) -> None:
    _, wrong = infer(CATALOGUE["knn"], [type_of(tensor(x)), type_of(tensor(q))], **given)
    assert [mismatch.split(":")[0] for mismatch in wrong] == [field]


@pytest.mark.parametrize("field", ["x", "queries"])
def test_missing_elements_are_refused(field: str) -> None:
    holed = tensor(np.ma.masked_array(np.ones((3, 3)), np.eye(3)))
    args = [holed if name == field else tensor(np.ones((3, 3))) for name in ("x", "queries")]
    with pytest.raises(OpError) as caught:
        apply("knn", *args, k=1)
    assert caught.value.field == field
