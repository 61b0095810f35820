"""Matrices divided into parts, images, beginnings of tensors."""

import math

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st

from jazz_server.statistics.describe import ALONE, look
from jazz_server.statistics.grids import entry_grid, mean_grid
from jazz_server.statistics.heads import head
from jazz_server.statistics.images import Form, images
from jazz_server.statistics.sampling import bounds
from unit.statistics.memory import go_on, stored, watched


def parts(array, size):
    """The parts of a matrix, row by row."""
    rows, columns = (bounds(length, size) for length in array.shape)
    return [
        array[rows[i] : rows[i + 1], columns[j] : columns[j + 1]]
        for i in range(len(rows) - 1)
        for j in range(len(columns) - 1)
    ]


@given(st.integers(1, 30), st.integers(1, 30), st.sampled_from(["csr", "csc", "coo"]), st.integers(0, 1000))
def test_stored_entries_are_counted_where_they_are(rows, columns, layout, seed):
    matrix = sp.random_array((rows, columns), density=0.3, format=layout, rng=np.random.default_rng(seed))
    found = entry_grid(stored(matrix), 8, go_on)

    assert found.values == tuple(np.count_nonzero(part) for part in parts(matrix.toarray(), 8))
    assert (found.rows, found.columns) == (min(rows, 8), min(columns, 8))


def test_of_a_large_sparse_matrix_little_is_read_and_bands_are_exact():
    matrix = watched(sp.random_array((1000, 2000), density=0.9, format="csr", rng=np.random.default_rng(1)))
    found = entry_grid(matrix.tensor, 4, go_on)

    assert sum(found.values) == pytest.approx(matrix.tensor.count, rel=1e-6)
    assert matrix.reads.nbytes < matrix.tensor.count * 4 // 20


@given(st.integers(1, 30), st.integers(1, 30), st.sampled_from("CF"))
def test_means_are_those_of_the_parts(rows, columns, order):
    array = np.asarray(np.random.default_rng(1).normal(size=(rows, columns)), order=order)
    array[0, 0] = np.nan
    found = mean_grid(stored(array), 8, go_on)
    expected = [np.nanmean(part) if np.isfinite(part).any() else math.nan for part in parts(array, 8)]

    np.testing.assert_allclose(found.values, expected, rtol=1e-5, atol=1e-6)


def test_missing_and_infinite_elements_are_in_no_mean():
    array = np.ma.array([[1.0, np.inf], [99.0, 3.0]], mask=[[0, 0], [1, 0]])

    np.testing.assert_array_equal(mean_grid(stored(array), 1, go_on).values, [2])


@pytest.mark.parametrize("shape", [(3000, 3000), (2, 4_000_000), (4_000_000, 2)])
@pytest.mark.parametrize("order", ["C", "F"])
def test_of_a_large_dense_matrix_little_is_read(shape, order):
    matrix = watched(np.ones(shape, order=order))
    found = mean_grid(matrix.tensor, 64, go_on)

    assert set(found.values) == {1.0}
    assert matrix.reads.nbytes <= 9 << 20


def test_an_image_becomes_its_points():
    array = np.arange(6, dtype=np.uint8).reshape(2, 3) * 50
    [image], more = images(stored(array), Form(False, False, 0, 255), 96, 9, go_on)

    assert (image.height, image.width, image.channels, more) == (2, 3, 1, 0)
    assert image.pixels == array.tobytes()


@pytest.mark.parametrize("order", ["C", "F"])
def test_large_images_become_small_ones_of_the_same_proportion(order):
    array = np.asarray(np.full((400, 200, 3), 0.5, np.float32), order=order)
    [image], _ = images(stored(array), Form(False, True, 0, 1), 96, 9, go_on)

    assert (image.height, image.width, image.channels) == (96, 48, 3)
    assert set(image.pixels) == {128}


@pytest.mark.parametrize("shape", [(3_000_000, 2), (3000, 3000)])
def test_of_very_large_images_little_is_read(shape):
    tensor = watched(np.ones(shape, np.float32))
    [image], _ = images(tensor.tensor, Form(False, False, 0, 1), 96, 9, go_on)

    assert set(image.pixels) == {255}
    assert tensor.reads.nbytes <= 24 << 20


def test_of_many_images_the_first_are_shown():
    array = np.zeros((7, 4, 5), np.uint8)
    array[1] = 255
    found, more = images(stored(array), Form(True, False, 0, 255), 96, 2, go_on)

    assert [set(image.pixels) for image in found] == [{0}, {255}]
    assert more == 5


def test_points_that_are_missing_are_transparent():
    array = np.ma.array([[255, 0]], mask=[[0, 1]], dtype=np.uint8)
    [image], _ = images(stored(array), Form(False, False, 0, 255), 96, 9, go_on)

    assert (image.channels, image.pixels) == (2, bytes([255, 255, 0, 0]))


def test_an_image_without_points_is_none():
    assert images(stored(np.zeros((0, 5), np.uint8)), Form(False, False, 0, 255), 96, 9, go_on) == ([], 0)


@pytest.mark.parametrize("order", ["C", "F"])
def test_the_head_is_the_beginning_of_the_last_two_dimensions(order):
    array = np.asarray(np.arange(3 * 10 * 20).reshape(3, 10, 20), order=order)
    found = head(stored(array), 8, 4)

    assert found.shape == (8, 4)
    np.testing.assert_array_equal(found.array(), array[0, :8, :4])


@given(st.sampled_from(["csr", "csc", "coo"]), st.integers(0, 100))
def test_the_head_of_a_sparse_tensor_is_its_first_entries(layout, seed):
    matrix = sp.random_array((9, 7), density=0.2, format=layout, rng=np.random.default_rng(seed))
    if not matrix.nnz:
        return
    found = head(stored(matrix), 3, 3)
    dense = matrix.toarray()

    assert found.stored == min(3, matrix.nnz)
    assert [dense[i, j] for i, j in zip(*found.indices, strict=True)] == found.data.tolist()
    places = list(zip(*(each.tolist() for each in found.indices), strict=True))
    assert places == sorted(places)


def test_the_head_says_what_is_missing_and_cuts_texts():
    found = head(stored(["a", None, "x" * 100]), 8, 8)

    assert found.missing == 1
    assert int(np.diff(found.offsets).max()) <= 48


@pytest.mark.parametrize(
    "value",
    [np.zeros((0, 3)), np.float64(3), "text", b"", np.zeros((3, 0)), sp.csr_array((0, 5)), sp.csr_array((5, 0))],
    ids=str,
)
def test_what_is_empty_or_alone_can_be_looked_at(value):
    assert look(stored(value), None, ALONE, go_on).entries is None
