"""Shapes, parts, order, entries and features, where types do not say all: what is stored, refused, moved along."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import scipy.sparse as scipy_sparse
from numpy.testing import assert_allclose, assert_array_equal

from jazz.values import Axis, DataType, Layout, Table, Tensor, dense
from jazz_server.engine import layouts
from jazz_server.engine.catalogue import CATALOGUE
from jazz_server.engine.errors import MemoryLimit, OpError
from jazz_server.kinds.match import type_of
from jazz_server.kinds.types import Symbol, TensorType
from unit.engine.samples import Steps, array_of, infer, is_canonical, missing_of, settings_of
from unit.engine.samples import apply as op
from unit.engine.test_ops_values import csr, holey, huge, present, strings, texts

HUGE = huge()  # one entry, 1, at (5, 5) of 2**20 rows and columns
NONE = replace(layouts.to_sparse(dense(np.zeros((0, 1))), Layout.COO), shape=(0, 1 << 62))
LONG = replace(layouts.to_sparse(dense(np.ones(1)), Layout.COO), shape=(1 << 62,))
RNG = np.random.default_rng(11)


def typed(dtype: str, *shape: Any, layout: Layout = Layout.DENSE) -> TensorType:
    dims = tuple(Symbol(d) if isinstance(d, str) else d for d in shape)
    return TensorType((DataType(dtype),), dims, (layout,))


# Nothing of the size of what is not stored


def test_what_is_sparse_costs_what_is_stored() -> None:
    side = 1 << 20
    sizes = {"reshape": {"shape": (1 << 30, 1 << 10)}, "expand_dims": {}, "squeeze": {}, "flip": {}, "slice": {}}
    for name, settings in sizes.items():
        assert op(name, HUGE, **settings).stored == 1
    assert op("tile", HUGE, repetitions=(2, 1)).stored == 2
    assert op("stack", HUGE, HUGE).stored == 2
    assert [part.stored for part in op("split", HUGE, sections=2)] == [1, 0]
    assert op("filter", HUGE, dense(np.arange(side) == 5)).indices[0].tolist() == [0]
    assert [int(i[0]) for i in op("sort", HUGE, axis=0).indices] == [side - 1, 5]
    values, indices, inverse, counts = op("unique", HUGE)
    assert (values.array().tolist(), indices.array().tolist()) == ([0, 1], [0, 5 * side + 5])
    assert counts.array().tolist() == [side * side - 1, 1]
    assert (inverse.stored, inverse.data.tolist(), inverse.fill) == (1, [1], b"")
    assert op("prune", HUGE, k=3).stored == 1
    assert op("prune", HUGE, HUGE).stored == 1
    assert op("keep_topk", HUGE, k=3).stored == 1
    assert op("normalize", HUGE).stored == 1
    assert op("standardize", HUGE, with_mean=False).stored == 1
    assert op("scale_rows", HUGE, dense(np.full(side, 3.0, np.float32))).data.tolist() == [3]
    ones = dense(np.ones((side, 1), np.float32))
    assert op("sampled_matmul", HUGE, ones, op("transpose", ones)).data.tolist() == [1]
    assert op("one_hot", dense(np.array([5])), classes=1 << 40).stored == 1
    assert op("tfidf", HUGE).stored == 1


def test_the_inverse_of_a_sparse_tensor_with_negative_elements_stands_for_the_index_of_zero() -> None:
    x = csr([[0, -2.0, 0], [3.0, 0, -2.0]])
    inverse = op("unique", x)[2]
    assert inverse.layout is Layout.CSR
    assert inverse.stored == 3
    assert op("to_dense", inverse).array().tolist() == [[1, 0, 1], [2, 1, 0]]


@pytest.mark.parametrize(
    ("name", "args", "settings"),
    [
        ("argsort", [HUGE], {}),
        ("standardize", [HUGE], {}),
        ("tile", [dense(np.zeros(1 << 20))], {"repetitions": 1 << 20}),
        ("tile", [LONG], {"repetitions": 4}),
        ("flip", [LONG], {}),
        ("split", [LONG], {"sections": 2}),
        ("kron", [LONG, LONG], {}),
        ("kron", [NONE, NONE], {}),
        ("sum", [replace(NONE, shape=(1, 0, 1 << 62), indices=NONE.indices * 2)], {"axis": 0}),
        ("bin", [HUGE, dense(np.array([1.0]))], {}),
        ("one_hot", [replace(dense(np.array([0])), validity=np.array([0], np.uint8))], {"classes": 1 << 40}),
        ("one_hot", [holey([0, 0, 0], False, False, False)], {"classes": (1 << 63) - 1}),
    ],
)
def test_a_result_that_is_too_large_is_refused(name: str, args: list[Any], settings: dict[str, Any]) -> None:
    with pytest.raises(MemoryLimit):
        op(name, *args, **settings)


def test_a_product_without_elements_may_be_of_any_length() -> None:
    assert op("multiply", NONE, dense(np.ones((3, 1, 1)))).shape == (3, 0, 1 << 62)


@pytest.mark.parametrize("layout", ["csr", "csc", "coo"])
def test_large_sparse_matrices(layout: str) -> None:
    source = scipy_sparse.random_array((3000, 700), density=0.01, rng=RNG, format="csr")
    source.data -= 0.5
    x, full = op("to_sparse", csr(source), layout=layout), source.toarray()
    for axis in (0, 1):
        assert_array_equal(array_of(op("sort", x, axis=axis)), np.sort(full, axis=axis))
        assert is_canonical(op("sort", x, axis=axis))
    kept = array_of(op("prune", x, k=3))
    assert_array_equal(np.sort(np.abs(kept), axis=1)[:, -3:], np.sort(np.abs(full), axis=1)[:, -3:])
    assert (np.count_nonzero(kept, axis=1) <= 3).all()
    active = array_of(op("keep_topk", x, k=4))
    assert_array_equal(np.sort(active, axis=1)[:, -4:], np.sort(np.maximum(full, 0), axis=1)[:, -4:])
    a, b = RNG.normal(size=(3000, 33)), RNG.normal(size=(33, 700))
    product = op("sampled_matmul", x, dense(a), dense(b))
    assert product.layout.value == layout
    assert_allclose(array_of(product), np.where(full != 0, a @ b, 0), rtol=1e-12, atol=1e-12)


# Elements of any type


def test_texts_factors_and_times_are_moved() -> None:
    words = texts("né", "", "dix", "四", "a", "b")
    assert op("reshape", words, shape=(2, -1)).shape == (2, 3)
    assert strings(op("flip", op("reshape", words, shape=(2, 3)), axis=1)) == ["dix", "", "né", "b", "a", "四"]
    assert strings(op("slice", words, start=-1, stop=0, step=-2)) == ["b", "四", ""]
    assert strings(op("filter", words, dense(np.arange(6) % 2 == 0))) == ["né", "dix", "a"]
    assert [strings(part) for part in op("split", words, indices=(1, 5))] == [["né"], ["", "dix", "四", "a"], ["b"]]
    assert strings(op("stack", texts("a", "b"), texts("c", "d"), axis=1)) == ["a", "c", "b", "d"]
    assert strings(op("tile", texts("a", "b"), repetitions=2)) == ["a", "b", "a", "b"]
    factor = Tensor(DataType("factor"), (3,), data=np.array([1, 0, 1], np.int32), categories=texts("x", "y"))
    for name, settings in (("sort", {}), ("reshape", {"shape": (3, 1)}), ("slice", {"start": 1})):
        moved = op(name, factor, **settings)
        assert moved.dtype.name == "factor"
        assert strings(moved.categories) == ["x", "y"]
    assert op("sort", factor).data.tolist() == [0, 1, 1]
    assert op("one_hot", factor).shape == (3, 2)
    times = replace(dense(np.array([3, 1, 2])), dtype=DataType("timestamp", unit="ns", zone="UTC"))
    assert op("sort", times, descending=True).dtype == times.dtype
    assert op("unique", times)[0].data.tolist() == [1, 2, 3]


def test_names_units_and_labels_stay_behind() -> None:
    x = replace(dense(np.zeros((2, 3))), axes=("a", ""), declared=(Axis("a", 2, texts("p", "q")),), unit="m")
    for name, settings in (("reshape", {"shape": (2, 3)}), ("flip", {}), ("slice", {}), ("sort", {}), ("tile", {})):
        found = op(name, x, **({"repetitions": 1} if name == "tile" else settings))
        assert (found.axes, found.declared, found.unit) == ((), (), "")


def test_absent_entries_that_are_not_zero_stay_what_they_are_where_elements_are_moved() -> None:
    x = replace(csr([[0, 1.0], [0, 0]]), fill=np.float64(9).tobytes())
    assert op("to_dense", op("reshape", x, shape=4)).array().tolist() == [9, 1, 9, 9]
    assert op("to_dense", op("flip", x)).array().tolist() == [[9, 9], [1, 9]]
    assert op("to_dense", op("squeeze", op("expand_dims", x))).array().tolist() == [[9, 1], [9, 9]]
    for name in ("sort", "unique", "prune", "normalize"):
        with pytest.raises(OpError) as caught:
            CATALOGUE[name].run(Steps(), [x], settings_of(CATALOGUE[name], {}))
        assert caught.value.found == "absent entries that are 9.0"


def test_what_is_dense_in_c_order_is_reshaped_without_a_copy() -> None:
    x = dense(np.arange(6.0).reshape(2, 3))
    assert op("reshape", x, shape=(3, 2)).data is x.data
    assert op("expand_dims", x).data is x.data


def frame() -> Table:
    ages = replace(holey([30, 0, 50], True, False, True), axes=("rows",))
    names = replace(texts("Ada", "Bo", "Cy"), axes=("rows",))
    return Table((("age", ages), ("name", names)), (Axis("rows", 3, texts("a", "b", "c")),))


def test_rows_of_a_table_are_filtered_with_their_labels() -> None:
    found = op("filter", frame(), dense(np.array([False, True, True])))
    assert strings(found["name"]) == ["Bo", "Cy"]
    assert present(found["age"]) == [False, True]
    (rows,) = found.declared
    assert (rows.name, rows.length, strings(rows.labels)) == ("rows", 2, ["b", "c"])
    assert op("filter", frame(), dense(np.zeros(3, np.bool_)))["age"].shape == (0,)
    (type_,), wrong = infer(CATALOGUE["filter"], [type_of(frame()), typed("bool", 2)])
    assert wrong == ["mask: expected 3 truth values, found 2 truth values"]
    assert str(type_).startswith("{age: int64[")


# Thresholds


@pytest.mark.parametrize("layout", ["csr", "csc", "coo"])
def test_with_a_threshold_only_what_exceeds_it_is_stored(layout: str) -> None:
    least = np.iinfo(np.int64).min
    x = np.array([[1.0, -2.0, np.nan], [2.0, -0.5, np.inf]])
    expected = [[0, 0, np.nan], [0, 0, np.inf]]
    found = op("to_sparse", dense(x), layout=layout, threshold=2)
    assert_array_equal(array_of(found), expected)
    assert found.stored == 2
    assert_array_equal(array_of(op("to_sparse", csr(x), layout=layout, threshold=2)), expected)
    assert op("to_sparse", dense(np.array([[least, 3]])), layout=layout, threshold=5).stored == 1
    marked = op("to_sparse", holey([[1.0, 9.0, 1.0]], [True, True, False]), layout=layout, threshold=2)
    assert (marked.stored, present(marked)) == (2, [True, False])


def test_pruning_without_settings_leaves_out_stored_zeros() -> None:
    x = csr([[1.0, 2.0], [0, 3.0]])
    x = replace(x, data=np.array([0.0, 2.0, 0.0]))
    assert op("prune", x).data.tolist() == [2.0]


def test_magnitudes_of_the_least_integers_are_the_greatest() -> None:
    least = np.iinfo(np.int64).min
    x = dense(np.array([[5, least, least + 1, -7]]))
    assert array_of(op("prune", x, k=1)).tolist() == [[0, least, 0, 0]]
    top = np.iinfo(np.uint64).max
    assert array_of(op("prune", dense(np.array([[top, 1, 2]], np.uint64)), k=1)).tolist() == [[top, 0, 0]]


# What shows only when it runs


@pytest.mark.parametrize(
    ("name", "args", "settings", "reason"),
    [
        ("reshape", [dense(np.zeros(6))], {"shape": (4, -1)}, "shape: expected a shape of 6 elements, found [4, -1]"),
        (
            "squeeze",
            [dense(np.zeros((2, 1)))],
            {"axis": 0},
            "axis: expected an axis of length 1, found axis 0 of [2, 1]",
        ),
        ("split", [dense(np.zeros(5))], {"sections": 2}, "sections: expected a number that divides 5, found 2"),
        (
            "filter",
            [dense(np.zeros(3)), dense(np.ones(2, np.bool_))],
            {},
            "mask: expected a vector of 3 truth values, found shape [2]",
        ),
        (
            "filter",
            [dense(np.zeros(2)), holey([True, True], True, False)],
            {},
            (
                "mask: expected truth values of which none is missing (fill_na with false leaves these elements out), "
                "found 1 missing element"
            ),
        ),
        ("one_hot", [dense(np.array([0, 3]))], {"classes": 3}, "x: expected classes from 0 to 2, found 3"),
        ("one_hot", [dense(np.array([-1]))], {"classes": 3}, "x: expected classes from 0 to 2, found -1"),
        (
            "bin",
            [dense(np.zeros(2)), dense(np.array([1.0, 3.0, 2.0]))],
            {},
            "edges: expected edges that ascend or descend, found some that do neither",
        ),
        (
            "bin",
            [dense(np.zeros(2)), dense(np.array([1.0, np.nan]))],
            {},
            "edges: expected edges that ascend or descend, found some that do neither",
        ),
        (
            "sampled_matmul",
            [csr([[1.0]]), csr([[1.0]]), dense(np.ones((1, 1)))],
            {},
            "a: expected a dense matrix; to_dense makes one, found layout csr",
        ),
        (
            "prune",
            [csr([[1.0, 2.0]]), dense(np.ones((2, 1)))],
            {},
            "mask: expected the shape [1, 2] of x, found [2, 1]",
        ),
    ],
)
def test_what_does_not_fit_is_refused_when_it_runs(
    name: str, args: list[Any], settings: dict[str, Any], reason: str
) -> None:
    with pytest.raises(OpError) as caught:
        CATALOGUE[name].run(Steps(), args, settings_of(CATALOGUE[name], settings))
    assert str(caught.value) == reason
    assert type(caught.value.found) is str


F = typed("float32", 3, 4)


@pytest.mark.parametrize(
    ("name", "args", "settings", "reason"),
    [
        ("reshape", [F], {"shape": (5, 2)}, "shape: expected a shape of 12 elements, found [5, 2]"),
        ("reshape", [F], {"shape": (-1, -1)}, "shape: expected lengths from 0 on, and at most one -1, found [-1, -1]"),
        ("reshape", [F], {"shape": (1.5,)}, "shape: expected integers, found [1.5]"),
        ("reshape", [F], {"shape": (12, *[1] * 64)}, "x: expected at most 64 dimensions of the result, found 65"),
        ("tile", [F], {"repetitions": (1,) * 70}, "x: expected at most 64 dimensions of the result, found 70"),
        ("expand_dims", [F], {"axis": 3}, "axis: expected an axis from -3 to 2 of [3, 4, 1], found 3"),
        ("squeeze", [F], {"axis": 0}, "axis: expected an axis of length 1, found axis 0 of [3, 4]"),
        ("flip", [F], {"axis": (0, 0)}, "axis: expected each axis once, found [0, 0]"),
        ("flip", [F], {"axis": (0, 2)}, "axis: expected an axis from -2 to 1 of [3, 4], found 2"),
        ("tile", [F], {"repetitions": (1, -1)}, "repetitions: expected numbers from 0 on, found [1, -1]"),
        ("stack", [F, typed("float32", 3, 5)], {}, "arrays[1]: expected 4 in dimension 2, found 5 in dimension 2"),
        ("slice", [F], {"step": 0}, "step: expected an integer that is not 0, found 0"),
        ("slice", [typed("float32")], {}, "x: expected rank 1 or more, found rank 0"),
        ("split", [F], {}, "sections: expected either sections or indices, found neither"),
        ("split", [F], {"sections": 2}, "sections: expected a number that divides 3, found 2"),
        ("split", [F], {"sections": 5000}, "sections: expected at most 4096 parts, found 5000"),
        ("filter", [F, typed("bool", 4)], {}, "mask: expected 3 truth values, found 4 truth values"),
        ("filter", [F, typed("int8", 3)], {}, "mask: expected truth values (bool), found int8"),
        ("take", [F, typed("bool", 3)], {}, "indices: expected integers; filter takes truth values, found bool"),
        ("sort", [typed("complex64", 3)], {}, "x: expected elements that have an order, found complex64"),
        ("unique", [typed("complex64", 3)], {}, "x: expected elements that have an order, found complex64"),
        ("prune", [F], {"threshold": -1}, "threshold: expected a number of at least 0, found -1"),
        ("prune", [F, typed("bool", 3, 5)], {}, "mask: expected 4 elements, found 5 elements"),
        ("keep_topk", [F], {"k": -1}, "k: expected an integer of at least 0, found -1"),
        ("scale_rows", [F, typed("float32", 4)], {}, "scale: expected 3 rows, found 4 rows"),
        ("scale_columns", [F, typed("float32", 3)], {}, "scale: expected 4 columns, found 3 columns"),
        ("normalize", [F], {"norm": "l3"}, "norm: expected l1, l2 or max, found 'l3'"),
        ("sampled_matmul", [F, typed("float32", 3, 2), typed("float32", 3, 4)], {}, "b: expected 2 rows, found 3 rows"),
        (
            "sampled_matmul",
            [F, typed("float32", 3, 2, layout=Layout.CSR), typed("float32", 2, 4)],
            {},
            "a: expected a dense matrix; to_dense makes one, found layout csr",
        ),
        ("one_hot", [F], {}, "x: expected integers, truth values or a factor, found float32"),
        ("bin", [F, F], {}, "edges: expected rank 1, found rank 2 [3, 4]"),
        ("tfidf", [F, typed("int64", 7, 5)], {}, "corpus: expected 4 columns, found 5 columns"),
        ("tfidf", [F], {"norm": "l3"}, "norm: expected l1, l2, max or none, found 'l3'"),
    ],
)
def test_what_does_not_fit_is_said(name: str, args: list[Any], settings: dict[str, Any], reason: str) -> None:
    assert infer(CATALOGUE[name], args, **settings)[1] == [reason]


@pytest.mark.parametrize(
    ("name", "args", "settings", "type_"),
    [
        ("reshape", [typed("string", "n", 6)], {"shape": (-1, 2, 3)}, "string[n, 2, 3]"),
        ("reshape", [typed("float32", "n", 6, layout=Layout.CSC)], {"shape": (-1, 6)}, "float32[n, 6] csc"),
        ("reshape", [typed("float32", 4, 6, layout=Layout.CSC)], {"shape": -1}, "float32[24] coo"),
        ("squeeze", [typed("date", "n", 1)], {}, "date[n]"),
        ("expand_dims", [typed("float32", "n", layout=Layout.COO)], {"axis": -1}, "float32[n, 1] coo"),
        ("flip", [typed("float32", "n", "m", layout=Layout.CSR)], {}, "float32[n, m] csr"),
        ("tile", [typed("bool", "n", 3)], {"repetitions": (1, 2)}, "bool[n, 6]"),
        ("stack", [typed("int8", "n"), typed("float32", "n")], {"axis": 1}, "float32[n, 2]"),
        ("slice", [typed("float32", "n", 5)], {"stop": -2, "axis": 1}, "float32[n, 3]"),
        ("slice", [typed("float32", "n")], {"step": -1}, "float32[n]"),
        ("split", [typed("float32", "n", 6)], {"sections": 2, "axis": -1}, "float32[n, 3], float32[n, 3]"),
        ("sort", [typed("string", "n")], {}, "string[n]"),
        ("argsort", [typed("float32", "n", "m", layout=Layout.CSR)], {}, "int64[n, m]"),
        ("prune", [typed("float32", "n", "m")], {}, "float32[n, m] csr"),
        ("prune", [typed("float32", "n", layout=Layout.COO)], {"k": 2}, "float32[n] coo"),
        ("keep_topk", [typed("float32", "b", "n", "m")], {"k": 2}, "float32[b, n, m] coo"),
        ("scale_rows", [typed("int8", "n", "m", layout=Layout.CSC), typed("float32", "n")], {}, "float32[n, m] csc"),
        (
            "sampled_matmul",
            [typed("bool", "n", "m", layout=Layout.CSC), typed("int8", "n", 4), typed("float32", 4, "m")],
            {},
            "float32[n, m] csc",
        ),
        ("normalize", [typed("int8", "n", "m", layout=Layout.CSR)], {}, "float64[n, m] csr"),
        ("standardize", [typed("float32", "n", "m", layout=Layout.CSR)], {}, "float32[n, m]"),
        ("standardize", [typed("float32", "n", "m", layout=Layout.CSR)], {"with_mean": False}, "float32[n, m] csr"),
        ("one_hot", [typed("uint8", "n")], {"classes": 10}, "bool[n, 10] csr"),
        ("one_hot", [typed("bool", "n", "m")], {}, "bool[n, m, 2] coo"),
        ("bin", [typed("float16", "n"), typed("int8", 4)], {}, "int64[n]"),
        ("tfidf", [typed("int64", "n", "v", layout=Layout.CSR)], {}, "float64[n, v] csr"),
    ],
)
def test_types_say_element_type_shape_and_layout(
    name: str, args: list[Any], settings: dict[str, Any], type_: str
) -> None:
    types, wrong = infer(CATALOGUE[name], args, **settings)
    assert not wrong
    assert ", ".join(map(str, types)) == type_


def test_missing_classes_are_missing_in_every_class() -> None:
    found = op("one_hot", holey([2, 0], True, False), classes=3)
    assert array_of(found).tolist() == [[False, False, True], [False, False, False]]
    assert missing_of(found).tolist() == [[False] * 3, [True] * 3]
    assert layouts.to_dense(found).missing == 3
