"""Statistics of numbers and times."""

import doctest

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from jazz_server.statistics import numbers, sampling
from jazz_server.statistics import stored as stored_module
from jazz_server.statistics.numbers import describe_numbers, histogram
from jazz_server.statistics.sampling import bounds, chunks, spread
from unit.statistics.memory import go_on, stored, watched

TYPES = ["?", "i1", "i8", "u1", "u8", "f2", "f4", "f8"]


@pytest.mark.parametrize("module", [numbers, sampling, stored_module])
def test_examples_show_what_happens(module):
    assert doctest.testmod(module).failed == 0


@given(st.sampled_from(TYPES).flatmap(lambda dtype: arrays.arrays(dtype, st.integers(0, 50))))
def test_what_is_small_is_counted_exactly(array):
    found = describe_numbers(stored(array), 100, go_on)
    finite = array[np.isfinite(array)]

    assert found.seen == len(array)
    assert found.zero == np.count_nonzero(array == 0)
    assert found.nan == np.count_nonzero(np.isnan(array))
    assert found.infinite == np.count_nonzero(np.isinf(array))
    if not len(finite):
        assert (found.mean, found.deviation, found.extremes, found.histogram) == (None, None, None, None)
        return
    assert found.extremes.array().tolist() == [finite.min(), finite.max()]
    assert sum(found.histogram.counts) == len(finite)


@given(arrays.arrays("f8", st.integers(1, 50), elements=st.floats(-1e6, 1e6)))
def test_mean_and_deviation_are_those_of_numpy(array):
    found = describe_numbers(stored(array), 100, go_on)

    assert found.mean == pytest.approx(array.mean(), abs=1e-6)
    assert found.deviation == pytest.approx(array.std(), abs=1e-6)


@given(st.sampled_from(TYPES).flatmap(lambda dtype: arrays.arrays(dtype, st.integers(1, 50))))
def test_every_number_lies_in_a_bin_between_its_edges(array):
    finite = array[np.isfinite(array)]
    if not len(finite):
        return
    found = histogram(finite)

    assert len(found.edges) == len(found.counts) + 1
    assert len(found.counts) <= 32
    assert list(found.edges) == sorted(found.edges)
    assert found.edges[0] <= float(finite.min())
    assert float(finite.max()) <= found.edges[-1]


def test_few_integers_have_a_bin_each():
    found = histogram(np.array([3, 5, 5], np.int8))

    assert found.edges == (2.5, 3.5, 4.5, 5.5)
    assert found.counts == (1, 0, 2)


@pytest.mark.parametrize("extremes", [[-(2**63), 2**63 - 1], [0, 2**63 - 1]])
def test_the_whole_range_of_integers_has_a_histogram(extremes):
    assert sum(histogram(np.array(extremes, np.int64)).counts) == 2


def test_missing_numbers_are_counted_and_nothing_else():
    found = describe_numbers(stored([0, None, 5, None]), 100, go_on)

    assert (found.seen, found.missing, found.zero, found.mean) == (4, 2, 1, 2.5)


def test_of_complex_numbers_the_magnitudes_are_described():
    found = describe_numbers(stored(np.array([3 + 4j, 0, complex("nan"), complex("inf")])), 100, go_on)

    assert found.extremes.dtype.name == "float64"
    assert found.extremes.array().tolist() == [0, 5]
    assert (found.zero, found.nan, found.infinite) == (1, 1, 1)


def test_times_have_a_range_and_a_histogram_but_no_zero():
    found = describe_numbers(stored(np.array(["1970-01-01", "1970-01-03", "NaT"], "M8[s]")), 100, go_on)

    assert found.extremes.data.tolist() == [0, 2 * 86_400]
    assert (found.zero, found.missing, found.mean) == (0, 1, None)
    assert sum(found.histogram.counts) == 2


def test_a_large_tensor_is_sampled_evenly_and_always_in_the_same_way():
    array = np.arange(10_000_000)
    one, two = watched(array), watched(array)
    found, again = (describe_numbers(each.tensor, 100_000, go_on) for each in (one, two))

    assert (found.mean, found.histogram) == (again.mean, again.histogram)
    assert found.seen < 110_000
    assert found.mean == pytest.approx(array.mean(), rel=0.01)
    assert one.reads.nbytes == found.seen * 8
    assert found.extremes.array().tolist() == [0, len(array) - 1]


def test_work_stops_at_a_checkpoint():
    class Stop(Exception):
        pass

    def stop() -> None:
        raise Stop

    with pytest.raises(Stop):
        describe_numbers(stored(np.arange(10)), 100, stop)


@given(st.integers(0, 10_000), st.integers(1, 3000), st.integers(1, 500))
def test_chunks_are_ascending_do_not_overlap_and_stay_within_the_budget(count, budget, size):
    found = list(chunks(count, budget, size))
    places = [place for start, stop in found for place in range(start, stop)]

    assert places == sorted(set(places))
    assert all(0 <= place < count for place in places)
    assert len(places) == count if count <= budget else 0 < len(places) <= budget


@given(st.integers(0, 1000), st.integers(1, 100))
def test_spread_positions_are_different_and_parts_are_of_about_equal_size(count, number):
    assert len(set(spread(count, number))) == min(count, number)
    lengths = set(np.diff(bounds(count, number)).tolist())
    assert not lengths or max(lengths) - min(lengths) <= 1
