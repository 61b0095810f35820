"""Tables and arrays of pyarrow, and those of polars."""

import datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import scipy.sparse

import jazz
from jazz.convert import from_value, to_value
from jazz.errors import InvalidArgument
from unit.convert.travel import sent, there_and_back

ARRAYS = [
    pa.array([1, None, 3], pa.int8()),
    pa.array([1, 2, 3], pa.uint64()),
    pa.array([1.5, None, float("nan")], pa.float32()),
    pa.array(np.array([1, 2], np.float16)),
    pa.array([True, None, False]),
    pa.array(["a", None, "é"], pa.large_string()),
    pa.array([b"a", None, b""], pa.large_binary()),
    pa.array([0, None], pa.timestamp("ms")),
    pa.array([0, 1], pa.timestamp("ns", tz="Europe/Vienna")),
    pa.array([datetime.date(2020, 1, 1), None]),
    pa.array([1, None], pa.duration("us")),
    pa.DictionaryArray.from_arrays(pa.array([0, None, 1], pa.int32()), pa.array(["a", "b"], pa.large_string())),
    pa.array([], pa.int16()),
    pa.array([], pa.large_string()),
]


@pytest.mark.parametrize("array", ARRAYS, ids=lambda array: str(array.type))
def test_arrays_come_back(array):
    result = there_and_back(array, to="arrow")
    assert result.type == array.type
    assert repr(result.to_pylist()) == repr(array.to_pylist())
    result.validate(full=True)


@pytest.mark.parametrize("array", ARRAYS, ids=lambda array: str(array.type))
def test_parts_of_arrays_and_chunks_are_taken_as_what_they_show(array):
    result = there_and_back(array[1:], to="arrow")
    assert repr(result.to_pylist()) == repr(array[1:].to_pylist())
    chunked = pa.chunked_array([array[:1], array[1:]], array.type)
    assert len(there_and_back(chunked, to="arrow")) == len(array)


def test_other_types_of_text_become_the_large_ones():
    for kind in (pa.string(), pa.string_view()):
        assert there_and_back(pa.array(["a", None], kind), to="arrow").to_pylist() == ["a", None]
    assert there_and_back(pa.array([b"ab"], pa.binary(2)), to="arrow").to_pylist() == [b"ab"]


def test_a_table_comes_back():
    table = pa.table({"a": [1, None], "b": pa.array(["x", "y"], pa.large_string())})
    assert there_and_back(table, to="arrow").equals(table)
    assert there_and_back(table.to_batches()[0], to="arrow").equals(table)


@pytest.mark.parametrize(
    ("obj", "field"),
    [
        (pa.array([[1]]), "value"),
        (pa.array([None]), "value"),
        (pa.array([datetime.time(1)]), "value"),
        (pa.table([pa.array([1]), pa.array([1])], ["a", "a"]), "value.schema.names[1]"),
        (pa.table({"a": [{"b": 1}]}), "value['a']"),
        (pa.array([0], pa.timestamp("s", tz="Mars")), "value.type.tz"),
        (pa.array([1, 2]).dictionary_encode(), "value.dictionary"),
        (pa.DictionaryArray.from_arrays(pa.array([0, 1]), pa.array(["a", "a"])), "value.dictionary"),
        (pa.DictionaryArray.from_arrays(pa.array([0, 1]), pa.array(["a", None])), "value.dictionary"),
    ],
)
def test_what_cannot_be_stored_is_refused_by_place(obj, field):
    with pytest.raises(InvalidArgument) as caught:
        to_value(obj)
    assert caught.value.violations[0].field == field


@pytest.mark.parametrize("obj", [np.array([["a"]]), np.zeros(2, complex), {"a": 1}])
def test_what_arrow_cannot_hold_is_refused(obj):
    with pytest.raises(InvalidArgument):
        from_value(sent(obj), to="arrow")


def addresses(array):
    return [None if buffer is None else buffer.address for buffer in array.buffers()]


def pointers(*arrays):
    return [array.ctypes.data for array in arrays]


@pytest.mark.parametrize(
    "array",
    [
        pa.array(np.arange(5.0)),
        pa.array(np.arange(9, dtype=np.uint8))[3:],
        pa.array([0, 1], pa.timestamp("ns", tz="UTC")),
        pa.array([0, 1], pa.date32()),
        pa.array([0, 1], pa.duration("s")),
    ],
    ids=lambda array: str(array.type),
)
def test_numbers_and_times_are_not_copied_either_way(array):
    value = to_value(array)
    width = value.data.itemsize
    assert pointers(value.data) == [array.buffers()[1].address + array.offset * width]
    assert addresses(from_value(value, to="arrow")) == [None, *pointers(value.data)]


def test_a_chunked_array_of_one_chunk_is_not_copied():
    chunk = pa.array(np.arange(5.0))
    assert pointers(to_value(pa.chunked_array([chunk])).data) == [chunk.buffers()[1].address]


def test_large_strings_and_bytes_are_not_copied_either_way():
    for array in (pa.array(["a", "é"], pa.large_string()), pa.array([b"a", b""], pa.large_binary())):
        value = to_value(array)
        assert pointers(value.offsets, value.data) == addresses(array)[1:]
        assert addresses(from_value(value, to="arrow"))[1:] == addresses(array)[1:]


def test_codes_and_categories_of_factors_are_not_copied_either_way():
    codes, texts = pa.array([0, 1, 0], pa.int32()), pa.array(["x", "y"], pa.large_string())
    array = pa.DictionaryArray.from_arrays(codes, texts)
    value = to_value(array)
    assert pointers(value.data) == [codes.buffers()[1].address]
    back = from_value(value, to="arrow")
    assert back.indices.buffers()[1].address == codes.buffers()[1].address
    assert addresses(back.dictionary)[1:] == addresses(texts)[1:]


def test_what_is_missing_is_not_copied_again_when_it_is_zero_already():
    value = sent([1, None, 3])
    array = from_value(value, to="arrow")
    assert addresses(array) == pointers(value.validity, value.data)
    assert pointers(to_value(array).data) == pointers(value.data)


def test_tensors_are_not_copied_either_way():
    array = pa.FixedShapeTensorArray.from_numpy_ndarray(np.arange(24.0).reshape(2, 3, 4))
    value = to_value(array)
    assert pointers(value.data) == [array.storage.values.buffers()[1].address]
    assert from_value(value, to="arrow").storage.values.buffers()[1].address == value.data.ctypes.data
    memory = np.arange(6.0).reshape(2, 3)
    assert pointers(to_value(pa.Tensor.from_numpy(memory)).data) == pointers(memory)


def test_sparse_matrices_are_not_copied_either_way():
    matrix = scipy.sparse.csr_array(np.eye(3))
    # Indices of 32 bits are made wider by Arrow.
    matrix.indptr, matrix.indices = matrix.indptr.astype(np.int64), matrix.indices.astype(np.int64)
    arrow = pa.SparseCSRMatrix.from_numpy(matrix.data, matrix.indptr, matrix.indices, shape=matrix.shape)
    value = to_value(arrow)
    assert pointers(value.indptr, value.indices[0], value.data) == pointers(matrix.indptr, matrix.indices, matrix.data)
    back = from_value(value, to="arrow").to_numpy()
    assert pointers(back[1], back[2], back[0]) == pointers(matrix.indptr, matrix.indices, matrix.data)


def test_truth_values_short_strings_and_fortran_order_are_copied():
    value = sent(np.asfortranarray(np.arange(6.0).reshape(2, 3)))
    result = from_value(value, to="arrow")
    assert result.to_numpy_ndarray().tolist() == [[0, 1, 2], [3, 4, 5]]
    assert result.storage.values.buffers()[1].address != value.data.ctypes.data


@pytest.mark.parametrize(
    "dtype", ["bool", "int8", "uint64", "float16", "float32", "float64", "M8[ns]", "m8[s]", "M8[D]"]
)
@pytest.mark.parametrize("shape", [(2, 3), (0, 2), (2, 1, 2), (1, 1, 1, 1)])
@pytest.mark.parametrize("order", ["C", "F"])
def test_dense_arrays_of_more_dimensions_are_fixed_shape_tensors(dtype, shape, order):
    array = np.asarray(np.arange(np.prod(shape)).reshape(shape).astype(dtype), order=order)
    arrow = there_and_back(array, to="arrow")
    assert isinstance(arrow.type, pa.FixedShapeTensorType)
    assert (len(arrow), tuple(arrow.type.shape)) == (shape[0], shape[1:])
    arrow.validate(full=True)
    np.testing.assert_array_equal(there_and_back(arrow), array, strict=True)


def test_missing_elements_and_rows_of_tensors():
    masked = np.ma.MaskedArray(np.arange(6).reshape(2, 3), [[True, False, False], [False, False, True]], order="F")
    arrow = there_and_back(masked, to="arrow")
    assert arrow.storage.to_pylist() == [[None, 1, 2], [3, 4, None]]
    assert there_and_back(arrow).tolist() == masked.tolist()
    rows = pa.array([[1, 2], None, [5, 6]], pa.list_(pa.int8(), 2))
    tensors = pa.ExtensionArray.from_storage(pa.fixed_shape_tensor(pa.int8(), (2,)), rows)
    assert there_and_back(tensors).tolist() == [[1, 2], [None, None], [5, 6]]
    assert there_and_back(tensors[1:]).tolist() == [[None, None], [5, 6]]


def test_names_and_permutations_of_tensors():
    kind = pa.fixed_shape_tensor(pa.int32(), (2, 3), dim_names=["h", "w"])
    rows = pa.FixedSizeListArray.from_arrays(pa.array(range(12), pa.int32()), 6)
    array = pa.ExtensionArray.from_storage(kind, rows)
    assert there_and_back(array).dims == ("", "h", "w")
    assert there_and_back(array, to="arrow").type == kind
    turned = pa.ExtensionArray.from_storage(pa.fixed_shape_tensor(pa.int32(), (2, 3), permutation=[1, 0]), rows)
    np.testing.assert_array_equal(there_and_back(turned), turned.to_numpy_ndarray())


def test_chunks_of_tensors_and_tables_with_tensors():
    array = pa.FixedShapeTensorArray.from_numpy_ndarray(np.arange(12).reshape(4, 3))
    assert there_and_back(pa.chunked_array([array[:1], array[1:]])).shape == (4, 3)
    table = pa.table({"id": [1, 2, 3, 4], "image": array})
    assert there_and_back(table, to="arrow").equals(table)
    assert there_and_back(table)["image"].dims == ("rows", "")


@pytest.mark.parametrize("order", ["C", "F"])
def test_single_tensors_are_taken_with_their_order_and_names(order):
    array = np.asarray(np.arange(6).reshape(2, 3), order=order)
    result = there_and_back(pa.Tensor.from_numpy(array, dim_names=["x", ""]))
    assert result.dims == ("x", "")
    assert result.data.flags[f"{order}_CONTIGUOUS"]


@pytest.mark.parametrize("dtype", ["int8", "uint32", "float16", "float32", "float64"])
@pytest.mark.parametrize("layout", ["csr", "csc", "coo"])
def test_sparse_tensors_come_back(layout, dtype):
    if dtype == "float16":
        pytest.skip("scipy has no sparse float16")
    matrix = scipy.sparse.coo_array(np.array([[0, 1, 0], [2, 0, 3]], dtype)).asformat(layout)
    arrow = there_and_back(matrix, to="arrow")
    assert (
        type(arrow).__name__ == {"csr": "SparseCSRMatrix", "csc": "SparseCSCMatrix", "coo": "SparseCOOTensor"}[layout]
    )
    result = there_and_back(arrow)
    assert (result.format, result.dtype) == (layout, matrix.dtype)
    np.testing.assert_array_equal(result.toarray(), matrix.toarray())


def test_names_of_sparse_tensors_and_any_rank():
    cube = scipy.sparse.coo_array(np.arange(8).reshape(2, 2, 2))
    arrow = there_and_back(jazz.Array(cube, ("x", "", "z")), to="arrow")
    assert arrow.dim_names == ("x", "", "z")
    assert there_and_back(arrow).dims == ("x", "", "z")


@pytest.mark.parametrize("scalar", [pa.scalar(5, pa.int8()), pa.scalar("é"), pa.scalar(None, pa.int32())], ids=repr)
def test_scalars_are_of_rank_0(scalar):
    assert sent(scalar).shape == ()
    assert there_and_back(scalar, to="arrow").as_py() == scalar.as_py()


def test_units_are_in_the_metadata_of_columns():
    table = pa.table([pa.array([1.5])], pa.schema([pa.field("x", pa.float64(), metadata={"unit": "m"})]))
    assert sent(table)["x"].unit == "m"
    assert there_and_back(table, to="arrow").schema.equals(table.schema, check_metadata=True)
    assert there_and_back(table).attrs == {"units": {"x": "m"}}


@pytest.mark.parametrize(
    ("obj", "field"),
    [
        (pa.table({"x": [1]}).replace_schema_metadata({"source": "here"}), "value.schema.metadata"),
        (pa.table([pa.array([1])], pa.schema([pa.field("x", pa.int64(), metadata={"a": "b"})])), "value['x'].metadata"),
        (
            pa.table([pa.array(["a"])], pa.schema([pa.field("x", pa.string(), metadata={"unit": "m"})])),
            "value['x'].metadata[b'unit']",
        ),
        (pa.array([b"0123456789abcdef"], pa.uuid()), "value"),
    ],
)
def test_metadata_that_has_no_place_is_refused(obj, field):
    with pytest.raises(InvalidArgument) as caught:
        to_value(obj)
    assert caught.value.violations[0].field == field


@pytest.mark.parametrize(
    "obj",
    [
        jazz.Array([1], unit="m"),
        jazz.Array([[1]], ("x", "")),
        jazz.Array([[1]], ("", "x"), {"x": ["a"]}),
        pd.Series([1], index=["a"]),
        pd.DataFrame({"x": [1]}, index=pd.RangeIndex(1, name="gene")),
        pd.DataFrame(index=range(2)),
        np.zeros((2, 0)),
        scipy.sparse.csr_array(np.eye(2, dtype=bool)),
        jazz.Array(scipy.sparse.csr_array(np.eye(2)), fill=1.0),
        {"x": [1, 2], "y": [1]},
        {"x": scipy.sparse.csr_array((2, 2))},
    ],
)
def test_what_arrow_has_no_place_for_is_refused(obj):
    with pytest.raises(InvalidArgument):
        there_and_back(obj, to="arrow")
