"""Arrays and matrices of scipy.sparse."""

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st

import jazz
from jazz.convert import from_value, to_value
from jazz.convert.axes import same
from jazz.errors import InvalidArgument
from jazz.values import DataType, Layout, Tensor
from unit.convert.travel import sent, there_and_back

FORMATS = ["csr", "csc", "coo", "bsr", "lil", "dok", "dia"]
TYPES = ["bool", "int8", "int64", "uint16", "float32", "float64", "complex64", "complex128"]


@given(
    st.sampled_from(["csr", "csc", "coo"]),
    st.sampled_from(TYPES),
    st.tuples(st.integers(0, 6), st.integers(0, 6)),
    st.sampled_from([np.int32, np.int64]),
    st.integers(0, 2**32 - 1),
)
@settings(max_examples=120, deadline=None)
def test_layout_type_entries_and_index_type_come_back(layout, dtype, shape, index, seed):
    random = np.random.default_rng(seed)
    there = np.array(np.nonzero(random.random(shape) < 0.4), index)
    data = random.integers(0, 3, len(there[0])).astype(dtype)
    matrix = scipy.sparse.coo_array((data, tuple(there)), shape=shape)
    matrix.coords = tuple(there)
    if layout != "coo":
        matrix = as_compressed(layout, shape, *there, data)
    result = there_and_back(matrix)
    assert (result.format, result.dtype, result.shape) == (layout, matrix.dtype, matrix.shape)
    for name in ("coords", "data") if layout == "coo" else ("indptr", "indices", "data"):
        np.testing.assert_array_equal(getattr(result, name), getattr(matrix, name), strict=True)


def as_compressed(layout, shape, rows, columns, data):
    """A CSR or CSC array with the index type given, which scipy's own conversions do not keep."""
    major, minor = (rows, columns) if layout == "csr" else (columns, rows)
    order = np.lexsort((minor, major))
    length = shape[0] if layout == "csr" else shape[1]
    counts = np.bincount(major, minlength=length)
    indptr = np.concatenate([[0], np.cumsum(counts)]).astype(rows.dtype)
    matrix = scipy.sparse.csr_array(shape) if layout == "csr" else scipy.sparse.csc_array(shape)
    matrix.data, matrix.indices, matrix.indptr = data[order], minor[order], indptr
    return matrix


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("layout", FORMATS)
@pytest.mark.parametrize("kind", ["array", "matrix"])
def test_all_formats_of_arrays_and_matrices_are_taken(kind, layout, dtype):
    dense = np.array([[0, 1, 0], [1, 0, 1]]).astype(dtype)
    matrix = getattr(scipy.sparse, f"{layout}_{kind}")(dense)
    result = there_and_back(matrix)
    assert result.format == (layout if layout in ("csr", "csc", "coo") else "csr")
    assert result.dtype == matrix.dtype
    np.testing.assert_array_equal(result.toarray(), dense)


@pytest.mark.parametrize("kind", [scipy.sparse.csr_array, scipy.sparse.coo_array, scipy.sparse.dok_array])
@pytest.mark.parametrize("dense", [[0, 2, 0, 3], [0], []])
def test_vectors_become_coo(kind, dense):
    result = there_and_back(kind(np.array(dense, "int16")))
    assert (result.format, result.dtype, result.shape) == ("coo", np.int16, (len(dense),))
    np.testing.assert_array_equal(result.toarray(), dense)


def test_entries_of_a_compressed_vector_can_be_missing():
    vector = jazz.Array(scipy.sparse.csr_array(np.array([0, 2, 0, 3])), missing=[True, False])
    result = there_and_back(vector)
    assert (result.data.format, result.missing.tolist()) == ("coo", [True, False])


@pytest.mark.parametrize("layout", ["csr", "csc"])
def test_canonical_matrices_are_not_copied_either_way(layout):
    matrix = getattr(scipy.sparse, f"{layout}_array")(np.eye(4))
    value = to_value(matrix)
    back = from_value(value)
    for name, array in (("indptr", value.indptr), ("indices", value.indices[0]), ("data", value.data)):
        assert np.shares_memory(array, getattr(matrix, name))
        assert np.shares_memory(array, getattr(back, name))


def test_explicit_zeros_are_kept():
    matrix = scipy.sparse.csr_array(([0.0, 1.0], ([0, 1], [1, 0])), shape=(2, 2))
    assert there_and_back(matrix).nnz == 2


@pytest.mark.parametrize("layout", ["csr", "csc"])
@pytest.mark.parametrize("dtype", ["bool", "int8", "float64"])
def test_unsorted_and_repeated_indices_are_made_canonical_in_a_copy(layout, dtype):
    indptr, indices = np.array([0, 3, 5]), np.array([2, 0, 2, 1, 0])
    data = np.array([1, 1, 1, 1, 0]).astype(dtype)
    kind = scipy.sparse.csr_array if layout == "csr" else scipy.sparse.csc_array
    matrix = kind((data, indices, indptr), shape=(2, 3) if layout == "csr" else (3, 2))
    value = sent(matrix)
    assert value.indptr.tolist() == [0, 2, 4]
    assert value.indices[0].tolist() == [0, 2, 0, 1]
    assert value.data.tolist() == np.array([1, 2, 0, 1]).astype(dtype).tolist()
    assert matrix.indices.tolist() == [2, 0, 2, 1, 0]


def test_a_stale_flag_of_scipy_is_not_believed():
    matrix = scipy.sparse.csr_array(np.array([[1.0, 2.0]]))
    assert matrix.has_canonical_format
    matrix.indices[:] = [1, 0]
    np.testing.assert_array_equal(there_and_back(matrix).toarray(), [[2.0, 1.0]])


def test_coordinates_are_sorted_and_duplicates_summed_in_a_copy():
    matrix = scipy.sparse.coo_array(([1, 2, 3], ([1, 0, 1], [0, 1, 0])), shape=(2, 2))
    result = there_and_back(matrix)
    assert [axis.tolist() for axis in result.coords] == [[0, 1], [1, 0]]
    assert result.data.tolist() == [2, 4]
    assert matrix.nnz == 3


@pytest.mark.parametrize("shape", [(5,), (2, 3, 4)])
def test_coordinates_of_any_rank_are_taken(shape):
    dense = (np.arange(np.prod(shape)) % 3).reshape(shape)
    result = there_and_back(scipy.sparse.coo_array(dense))
    np.testing.assert_array_equal(result.toarray(), dense)


def test_entries_beyond_the_last_row_are_left_out():
    matrix = scipy.sparse.csr_array(np.eye(2))
    matrix.indices = np.array([0, 1, 7], np.int32)
    matrix.data = np.array([1.0, 1.0, 9.0])
    np.testing.assert_array_equal(there_and_back(matrix).toarray(), np.eye(2))


def test_a_pattern_comes_back_with_true():
    pattern = Tensor(DataType("bool"), (2, 2), layout=Layout.CSR, indptr=np.array([0, 1, 1]), indices=(np.array([1]),))
    result = from_value(pattern)
    assert result.toarray().tolist() == [[False, True], [False, False]]


def broken(**arrays):
    matrix = scipy.sparse.csr_array(np.eye(3))
    for name, array in arrays.items():
        setattr(matrix, name, np.array(array))
    return matrix


@pytest.mark.parametrize(
    ("matrix", "field"),
    [
        (broken(indptr=[0, 2, 1, 3]), "value.indptr"),
        (broken(indptr=[1, 1, 2, 3]), "value.indptr"),
        (broken(indptr=[0, 1, 2]), "value.indptr"),
        (broken(indices=[0, 1]), "value.indices"),
        (broken(indices=[0, 1, 3]), "value.indices"),
        (broken(indices=[0, -1, 2]), "value.indices"),
        (broken(data=np.zeros(3, "M8[s]")), "value"),
        (broken(data=np.zeros(3, np.longdouble)), "value"),
        (broken(data=np.zeros(3, np.float16)), "value"),
    ],
)
def test_arrays_that_contradict_each_other_are_refused(matrix, field):
    with pytest.raises(InvalidArgument) as caught:
        to_value(matrix)
    assert caught.value.violations[0].field == field


def entries(**changes) -> Tensor:
    given = {"data": np.ones(1), "indptr": np.array([0, 1]), "indices": (np.array([0]),), **changes}
    return Tensor(given.pop("dtype", DataType("float64")), (1, 1), layout=Layout.CSR, **given)


@pytest.mark.parametrize(
    "tensor", [entries(validity=np.zeros(1, np.uint8), data=np.zeros(1)), entries(fill=b"12345678")]
)
def test_missing_entries_and_fills_come_in_an_array_and_are_not_left_out_of_one_of_scipy(tensor):
    assert same(to_value(from_value(tensor)), tensor)
    with pytest.raises(InvalidArgument, match="'array'"):
        from_value(tensor, to="numpy")


@pytest.mark.parametrize(
    "tensor",
    [
        entries(dtype=DataType("duration", "s"), data=np.ones(1, np.int64)),
        entries(dtype=DataType("float16"), data=np.ones(1, np.float16)),
    ],
)
def test_what_scipy_cannot_hold_is_refused_and_can_be_had_as_a_value(tensor):
    with pytest.raises(InvalidArgument, match="'value'"):
        from_value(tensor)
    assert from_value(tensor, to="value") is tensor
