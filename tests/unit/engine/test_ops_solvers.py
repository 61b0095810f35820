"""`svds`, `eigsh` and `cg`: what their answers fulfil, that these are the same each time, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from numpy.typing import NDArray

from jazz.convert import to_value
from jazz.values import Layout, Tensor
from jazz_server.engine import layouts
from jazz_server.engine.catalogue import CATALOGUE
from jazz_server.engine.errors import Interrupted, OpError
from jazz_server.engine.sizes import size_of
from jazz_server.kinds.match import type_of
from jazz_server.kinds.types import Symbol, TensorType
from unit.engine.samples import apply, array_of, infer, settings_of

every_layout = pytest.mark.parametrize("layout", list(Layout))
every_type = pytest.mark.parametrize("dtype", ["bool", "int8", "int64", "uint64", "float16", "float32", "float64"])
WIDE = {"float16": "float32", "float32": "float32"}


def some(rows: int, columns: int, dtype: str = "float64", seed: int = 0) -> NDArray[Any]:
    random = np.random.default_rng(seed)
    return np.where(random.random((rows, columns)) < 0.5, random.integers(0, 7, (rows, columns)), 0).astype(dtype)


def tensor(array: NDArray[Any], layout: Layout = Layout.DENSE) -> Tensor:
    value = to_value(array)
    assert isinstance(value, Tensor)
    return value if layout is Layout.DENSE else layouts.to_sparse(value, layout)


def tolerance(dtype: str) -> float:
    return 1e-4 if WIDE.get(dtype) else 1e-9


@every_layout
@every_type
def test_singular_values_are_numpys_and_their_vectors_give_the_matrix_back(layout: Layout, dtype: str) -> None:
    x = some(9, 7, dtype)
    u, s, vt = map(array_of, apply("svds", tensor(x, layout), k=6))
    assert {u.dtype, s.dtype, vt.dtype} == {np.dtype(WIDE.get(dtype, "float64"))}
    wide, allowed = x.astype("float64"), tolerance(dtype)
    assert_allclose(s, np.linalg.svd(wide)[1][:6], rtol=allowed, atol=allowed * 10)
    assert_allclose(wide @ vt.T, u * s, atol=allowed * 100)
    assert_allclose(u.T @ u, np.eye(6), atol=allowed * 100)


@every_layout
@every_type
@pytest.mark.parametrize("which", ["LM", "SM", "LA", "SA"])
def test_eigenvalues_are_numpys_and_ascend(layout: Layout, dtype: str, which: str) -> None:
    half = some(8, 8, dtype)
    x = np.maximum(half, half.T)
    w, v = map(array_of, apply("eigsh", tensor(x, layout), k=3, which=which))
    wide, allowed = x.astype("float64"), tolerance(dtype) * 100
    every = np.linalg.eigvalsh(wide)
    order = {"LM": -abs(every), "SM": abs(every), "LA": -every, "SA": every}[which].argsort(kind="stable")
    assert_allclose(w, np.sort(every[order[:3]]), atol=allowed)
    assert_allclose(wide @ v, v * w, atol=allowed)


def test_answers_are_the_same_each_time_and_greatest_elements_positive() -> None:
    x = tensor(some(30, 20, seed=3), Layout.CSR)
    first, second = (apply("svds", x, k=4) for _ in range(2))
    for a, b in zip(first, second, strict=True):
        assert_array_equal(array_of(a), array_of(b))
    u = array_of(first[0])
    assert np.all(np.take_along_axis(u, np.abs(u).argmax(axis=0)[None], axis=0) > 0)


@every_layout
@every_type
def test_conjugate_gradients_solve(layout: Layout, dtype: str) -> None:
    half = np.minimum(some(6, 6, dtype), 1) if dtype != "bool" else np.zeros((6, 6), bool)
    a = np.maximum(half, half.T)
    np.fill_diagonal(a, 1 if dtype == "bool" else 20)
    b = np.arange(6).astype("int64" if dtype == "bool" else dtype)
    x, iterations = map(array_of, apply("cg", tensor(a, layout), tensor(b), rtol=1e-6))
    assert_allclose(a.astype("float64") @ x, b, atol=1e-3)
    assert 0 < iterations <= 60


def test_nothing_to_solve_takes_no_turn() -> None:
    x, iterations = map(array_of, apply("cg", tensor(np.eye(3)), tensor(np.zeros(3))))
    assert_array_equal(x, np.zeros(3))
    assert iterations == 0
    empty, iterations = map(array_of, apply("cg", tensor(np.zeros((0, 0))), tensor(np.zeros(0))))
    assert (empty.shape, iterations) == ((0,), 0)


@pytest.mark.parametrize(
    ("name", "arguments", "settings", "field"),
    [
        ("svds", [some(3, 4)], {"k": 3}, "k"),
        ("svds", [np.zeros((3, 4, 5))], {"k": 1}, "a"),
        ("eigsh", [some(3, 4)], {"k": 1}, "a"),
        ("eigsh", [some(3, 3)], {"k": 1, "which": "XX"}, "which"),
        ("spsolve", [some(3, 3), np.zeros(4)], {}, "b"),
        ("cg", [some(3, 3), np.zeros((3, 2))], {}, "b"),
        ("cg", [some(3, 3), np.zeros(3)], {"rtol": -1.0}, "rtol"),
        ("cg", [some(3, 3).astype(complex), np.zeros(3)], {}, "a"),
    ],
)
def test_what_does_not_fit_is_refused_by_its_type(
    name: str, arguments: list[Any], settings: dict[str, Any], field: str
) -> None:
    _, wrong = infer(CATALOGUE[name], [type_of(to_value(x)) for x in arguments], **settings)
    assert [mismatch.split(":")[0] for mismatch in wrong] == [field]


@pytest.mark.parametrize(
    ("name", "arguments", "settings", "field"),
    [
        ("svds", [np.zeros((4, 5))], {"k": 2}, "a"),
        ("svds", [np.full((4, 5), np.nan)], {"k": 2}, "a"),
        ("svds", [np.ma.masked_array(np.ones((4, 5)), np.eye(4, 5))], {"k": 2}, "a"),
        ("spsolve", [np.zeros((3, 3)), np.ones(3)], {}, "a"),
        ("spsolve", [np.eye(3), np.array([1, np.inf, 0])], {}, "b"),
        ("cg", [np.diag(np.arange(1.0, 9)), np.ones(8)], {"max_iter": 2, "rtol": 1e-9}, "max_iter"),
    ],
)
def test_what_shows_only_in_the_data_is_an_error(
    name: str, arguments: list[Any], settings: dict[str, Any], field: str
) -> None:
    with pytest.raises(OpError) as caught:
        apply(name, *map(to_value, arguments), **settings)
    assert caught.value.field == field


def test_gradients_stop_between_two_turns() -> None:
    class Impatient:
        turns = 0

        def checkpoint(self) -> None:
            self.turns += 1
            if self.turns > 3:
                raise Interrupted

    op, impatient = CATALOGUE["cg"], Impatient()
    arguments = [tensor(np.diag(np.arange(1.0, 50))), tensor(np.ones(49))]
    with pytest.raises(Interrupted):
        op.run(impatient, arguments, settings_of(op, {"rtol": 1e-12}))
    assert impatient.turns == 4


def test_dimensions_that_must_be_equal_are_made_so() -> None:
    a = TensorType((type_of(tensor(np.zeros(1))).dtypes), (Symbol("n"), Symbol("m")), (Layout.CSR,))
    (w, v), wrong = infer(CATALOGUE["eigsh"], [a], k=2)
    assert not wrong
    assert [str(w), str(v)] == ["float64[2]", "float64[n, 2]"]


@pytest.mark.parametrize("name", ["svds", "eigsh", "spsolve", "cg"])
def test_memory_is_bound_before_anything_runs(name: str) -> None:
    op = CATALOGUE[name]
    a, b = tensor(np.eye(100), Layout.CSR), tensor(np.zeros(100))
    sizes = [size_of(x) for x in (a, b)][: len(op.arguments)]
    assert op.host is not None
    needed = op.host.memory(sizes, settings_of(op, {}))
    assert a.nbytes < needed < 1 << 20
