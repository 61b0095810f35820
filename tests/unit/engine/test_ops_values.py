"""What operations do with missing elements, texts, tables, limits and loops."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse as scipy_sparse

from jazz.values import Axis, DataType, Layout, Table, Tensor, compressed, dense
from jazz_server.engine import layouts, memory
from jazz_server.engine.catalogue import CATALOGUE
from jazz_server.engine.errors import MemoryLimit, OpError
from unit.engine.samples import Steps, array_of, is_canonical, sparse
from unit.engine.samples import apply as op

RNG = np.random.default_rng(7)


def texts(*values: str) -> Tensor:
    encoded = [value.encode() for value in values]
    offsets = np.cumsum([0, *map(len, encoded)]).astype(np.int64)
    return Tensor(DataType("string"), (len(values),), data=np.frombuffer(b"".join(encoded), np.uint8), offsets=offsets)


def strings(tensor: Tensor) -> list[str]:
    assert tensor.data is not None
    assert tensor.offsets is not None
    data = tensor.data.tobytes()
    return [data[b:e].decode() for b, e in zip(tensor.offsets[:-1], tensor.offsets[1:], strict=True)]


def holey(array: Any, *present: bool) -> Tensor:
    shown = np.where(present, np.array(array), 0)
    return replace(dense(shown), validity=np.packbits(present, bitorder="little"))


def present(tensor: Tensor) -> list[bool]:
    assert tensor.validity is not None
    return [bool(x) for x in np.unpackbits(tensor.validity, count=tensor.stored, bitorder="little")]


def csr(matrix: Any, index: str = "int32") -> Tensor:
    m = scipy_sparse.csr_array(matrix)
    return compressed(Layout.CSR, m.shape, m.indptr.astype(index), m.indices.astype(index), m.data)


# Missing elements and texts


def test_texts_are_taken_joined_and_transposed() -> None:
    words = texts("né", "", "dix", "四")
    assert strings(op("take", words, dense(np.array([3, 0, 0, -2])))) == ["四", "né", "né", "dix"]
    assert strings(op("concat", words, texts("a"))) == ["né", "", "dix", "四", "a"]
    assert strings(op("concat", texts("b"), texts(), words, texts())) == ["b", "né", "", "dix", "四"]
    square = replace(words, shape=(2, 2))
    assert strings(op("take", op("transpose", square), 0)) == ["né", "dix"]
    assert strings(op("concat", square, op("transpose", square), axis=1)) == [
        "né", "", "né", "dix", "dix", "四", "", "四",
    ]  # fmt: skip


def test_missing_elements_stay_missing_where_elements_are_only_moved() -> None:
    x = holey([1, 2, 3], True, False, True)
    taken = op("take", x, dense(np.array([1, 0, 1])))
    assert (present(taken), taken.array()[1]) == ([False, True, False], 1)
    joined = op("concat", x, dense(np.array([0.5])))
    assert (joined.dtype.name, present(joined)) == ("float64", [True, False, True, True])
    assert op("take", x, dense(np.array([0, 2]))).validity is None
    assert op("transpose", x).missing == 1
    assert op("size", x).array() == 3


def test_missing_entries_of_sparse_tensors_move_along() -> None:
    x = replace(csr([[0, 1.0], [2, 3]]), validity=np.array([0b101], np.uint8))
    taken = op("take", x, dense(np.array([1, 0])))
    assert (taken.indices[0].tolist(), present(taken)) == ([0, 1, 1], [False, True, True])
    columns = op("take", x, dense(np.array([1])), axis=1)
    assert columns.validity is None
    assert present(op("concat", x, x)) == [True, False, True, True, False, True]


def test_an_index_that_is_missing_is_refused_when_it_runs() -> None:
    with pytest.raises(OpError) as caught:
        op("take", dense(np.zeros(3)), holey([1, 2], True, False))
    assert (caught.value.field, caught.value.found) == ("indices", "1 missing element")


def test_a_bitmap_that_marks_nothing_as_missing_is_no_obstacle() -> None:
    assert op("add", holey([1, 2], True, True), 1).array().tolist() == [2, 3]


def test_absent_entries_that_are_not_zero_are_refused_but_for_what_moves_or_stores_them() -> None:
    x = replace(csr([[0, 1.0], [0, 0]]), fill=np.float64(9).tobytes())
    assert op("to_dense", x).array().tolist() == [[9, 1], [9, 9]]
    assert op("to_dense", op("transpose", x)).array().tolist() == [[9, 9], [1, 9]]
    with pytest.raises(OpError) as caught:
        CATALOGUE["negative"].run(Steps(), [x], {})
    assert (caught.value.field, caught.value.found) == ("x", "absent entries that are 9.0")
    with pytest.raises(OpError):
        op("concat", x, csr([[0, 1.0]]))


def test_factors_of_the_same_categories_keep_them() -> None:
    factor = Tensor(DataType("factor"), (2,), data=np.array([1, 0], np.int32), categories=texts("a", "b"))
    joined = op("concat", factor, factor)
    assert joined.data.tolist() == [1, 0, 1, 0]
    assert strings(joined.categories) == ["a", "b"]
    assert op("take", factor, dense(np.array([0]))).dtype == DataType("factor")


def test_a_field_brings_the_axes_that_it_refers_to() -> None:
    rows, columns = Axis("rows", 2, texts("a", "b")), Axis("columns", 3)
    table = Table((("x", replace(dense(np.zeros(2)), axes=("rows",))), ("y", dense(np.zeros(1)))), (rows, columns))
    assert op("field", table, name="x").declared == (rows,)
    assert op("field", table, name="y").declared == ()
    with pytest.raises(OpError) as caught:
        CATALOGUE["field"].run(Steps(), [table], {"name": "z"})
    assert caught.value.field == "name"


# Buffers and layouts


def test_transposing_moves_no_data_but_for_coo() -> None:
    x = csr([[0, 1.0], [2, 0]])
    turned = op("transpose", x)
    assert turned.layout is Layout.CSC
    assert turned.data is x.data
    assert turned.indices[0] is x.indices[0]
    y = dense(np.arange(6).reshape(2, 3))
    assert op("transpose", y).data is y.data


@pytest.mark.parametrize("name", ["add", "multiply", "matmul"])
def test_indices_of_64_bits_stay_so(name: str) -> None:
    x = csr([[0, 1.0], [2, 0]], "int64")
    assert op(name, x, csr([[0, 1.0], [2, 0]])).indices[0].dtype == np.int64
    assert op(name, csr([[0, 1.0], [2, 0]]), csr([[0, 1.0], [2, 0]])).indices[0].dtype == np.int32


def test_entries_that_cancel_are_not_stored() -> None:
    a, b = csr([[1.0, 1.0]]), csr([[1.0], [-1.0]])
    assert op("matmul", a, b).stored == 0
    assert op("subtract", a, a).stored == 0


@pytest.mark.parametrize("marked", [False, True])
@pytest.mark.parametrize("layout", ["dense", "csr", "csc", "coo"])
def test_infinities_beside_absent_entries_of_vectors_leave_no_trace(layout: str, marked: bool) -> None:
    stored = np.array([True, False, True])
    vector = sparse(np.array([1.0, 0.0, 2.0]), stored, Layout.COO)
    if marked:
        vector = replace(vector, validity=np.array([0b01], np.uint8))
    square = np.array([[1.0, np.inf, 2.0], [np.nan, -np.inf, np.nan], [3.0, np.nan, 4.0]])
    matrix = dense(square) if layout == "dense" else op("to_sparse", dense(square), layout=layout)

    left, right, both = op("matmul", vector, matrix), op("matmul", matrix, vector), op("matmul", vector, vector)

    assert_array_equal(layouts.missing_array(left), [marked] * 3)
    assert_array_equal(layouts.missing_array(right), [marked] * 3)
    assert bool(both.missing) is marked
    if not marked:
        assert_array_equal(left.array(), [7, np.nan, 10])
        assert_array_equal(right.array(), [5, np.nan, 11])
        assert both.array() == 5


def test_infinities_beside_absent_entries_of_a_vector_leave_no_trace_in_products_of_vectors() -> None:
    whole = dense(np.array([np.inf, 2.0, np.nan]))
    vector = sparse(np.array([0.0, 3.0, 0.0]), np.array([False, True, False]), Layout.COO)

    assert op("matmul", vector, whole).array() == 6
    assert op("matmul", whole, vector).array() == 6


@pytest.mark.parametrize("layout", ["csr", "csc", "coo"])
def test_large_matrices_are_computed_in_parallel_parts(layout: str) -> None:
    first, second = (scipy_sparse.random_array((2000, 900), density=0.005, rng=RNG, format="csr") for _ in range(2))
    a, b = (op("to_sparse", csr(m), layout=layout) for m in (first, second))
    wide = RNG.normal(size=(900, 40))
    tall = RNG.normal(size=(50, 2000))
    assert_allclose(op("matmul", a, dense(wide)).array(), first @ wide, rtol=1e-9, atol=1e-12)
    assert_allclose(op("matmul", a, dense(np.asfortranarray(wide))).array(), first @ wide, rtol=1e-9, atol=1e-12)
    assert_allclose(op("matmul", dense(tall), a).array(), tall @ first, rtol=1e-9, atol=1e-12)
    product = op("matmul", a, op("transpose", b))
    assert_allclose(array_of(product), (first @ second.T).toarray(), rtol=1e-9, atol=1e-12)
    assert is_canonical(product)
    for name, expected in (("add", first + second), ("multiply", first * second), ("maximum", first.maximum(second))):
        found = op(name, a, b)
        assert_allclose(array_of(found), expected.toarray())
        assert is_canonical(found)
    assert_allclose(op("sum", a, axis=0).array(), first.sum(axis=0))
    assert_allclose(op("sum", a, axis=1).array(), first.sum(axis=1))
    values, places = op("topk", a, k=5)
    assert_array_equal(values.array(), -np.sort(-first.toarray(), axis=1)[:, :5])
    assert_array_equal(np.take_along_axis(first.toarray(), places.array(), 1), values.array())


@pytest.mark.parametrize("order", ["C", "F"])
def test_large_dense_arrays_are_computed_in_parallel_parts(order: Any) -> None:
    x = np.array(RNG.normal(size=(700, 300)), order=order)
    row, column = RNG.normal(size=300), RNG.normal(size=(700, 1))
    assert_array_equal(op("add", dense(x), dense(row)).array(), x + row)
    assert_array_equal(op("multiply", dense(x), dense(column)).array(), x * column)
    assert_array_equal(op("multiply", dense(column), dense(row)).array(), column * row)
    assert_array_equal(op("exp", dense(x)).array(), np.exp(x))
    assert op("exp", dense(x)).order.value == order


# Limits


@pytest.fixture
def one_mebibyte() -> Iterator[None]:
    before = memory.limit_bytes()
    memory.set_limit_bytes(1 << 20)
    yield
    memory.set_limit_bytes(before)


def huge() -> Tensor:
    places = tuple(np.array([5], np.int32) for _ in range(2))
    return Tensor(DataType("float32"), (1 << 20, 1 << 20), Layout.COO, data=np.ones(1, np.float32), indices=places)


@pytest.mark.usefixtures("one_mebibyte")
@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("to_dense", [huge()]),
        ("exp", [huge()]),
        ("add", [huge(), 1]),
        ("add", [dense(np.zeros((1 << 12, 1))), dense(np.zeros(1 << 12))]),
        ("matmul", [dense(np.zeros((1 << 12, 1))), dense(np.zeros((1, 1 << 12)))]),
        ("matmul", [csr(np.ones((1 << 12, 1))), dense(np.zeros((1, 1 << 12)))]),
        ("matmul", [csr(np.ones((1 << 10, 1))), csr(np.ones((1, 1 << 10)))]),
        ("take", [dense(np.zeros((1, 1 << 10))), dense(np.zeros(1 << 10, np.int64))]),
        ("concat", [dense(np.zeros(1 << 16)), dense(np.zeros(1 << 17))]),
        ("topk", [huge()]),
    ],
)
def test_a_result_that_is_too_large_is_refused_before_it_is_made(name: str, args: list[Any]) -> None:
    with pytest.raises(MemoryLimit, match="at most 1 MiB are allowed"):
        op(name, *args, **({"k": 1} if name == "topk" else {}))


def test_what_is_sparse_costs_what_is_stored() -> None:
    assert op("negative", huge()).stored == 1
    assert op("multiply", huge(), huge()).stored == 1
    assert op("count_nonzero", huge()).array() == 1
    assert op("argmax", huge()).array() == 5 * (1 << 20) + 5


@pytest.mark.parametrize("index", [3, -4])
def test_indices_out_of_range_are_refused(index: int) -> None:
    with pytest.raises(OpError) as caught:
        op("take", dense(np.zeros(3)), dense(np.array([0, index])))
    assert (caught.value.field, caught.value.expected) == ("indices", "indices from -3 to 2")


def test_results_are_ieee_and_silent() -> None:
    x = dense(np.array([0.0, -1.0, 1.0]))
    with np.errstate(all="raise"):
        assert_array_equal(op("divide", x, 0).array(), [np.nan, -np.inf, np.inf])
        assert_array_equal(op("sqrt", x).array(), [0, np.nan, 1])
        assert_array_equal(op("mean", dense(np.zeros(0))).array(), np.nan)
