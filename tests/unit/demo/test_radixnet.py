"""The network of the demo is the challenge's: by construction for layers 0 to 5, by its answers for all 120."""

import numpy as np
import pytest
import scipy.sparse as sp

from official import official_images, official_layer, official_layers
from radixnet import BIAS, categories, infer, radixnet


@pytest.mark.parametrize("layer", range(6))
def test_layers_0_to_5_are_the_official_ones(dnn_data, layer):
    ours = radixnet(1024, 6, seed=1)[layer]

    assert (ours != official_layer(dnn_data, layer)).nnz == 0


def test_the_rule_gives_the_official_categories_on_the_official_network(dnn_data):
    images, expected = official_images(dnn_data)

    found = categories(infer(images, official_layers(dnn_data), BIAS[1024]))

    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("neurons", [1024, 4096])
def test_every_neuron_of_every_layer_has_32_inputs_and_32_outputs_of_weight_one_sixteenth(neurons):
    for layer in radixnet(neurons, 14, seed=3):
        assert layer.dtype == np.float32
        assert layer.shape == (neurons, neurons)
        assert np.all(np.diff(layer.indptr) == 32)
        assert np.all(np.bincount(layer.indices, minlength=neurons) == 32)
        assert np.all(layer.data == np.float32(1 / 16))


def test_the_seed_decides_the_permutations_and_nothing_else():
    first, again, other = radixnet(1024, 8, seed=1), radixnet(1024, 8, seed=1), radixnet(1024, 8, seed=2)

    assert all((a != b).nnz == 0 for a, b in zip(first, again, strict=True))
    assert all((a != b).nnz == 0 for a, b in zip(first[:6], other[:6], strict=True))
    assert (first[6] != other[6]).nnz > 0


@pytest.mark.parametrize("neurons", [0, 16, 1000, 1023, 3072])
def test_a_number_of_neurons_that_is_not_16_times_a_power_of_two_is_refused(neurons):
    with pytest.raises(ValueError, match=f"found {neurons}"):
        radixnet(neurons, 1, seed=1)


def test_between_5_and_95_percent_of_the_digits_survive():
    from digits import load

    images, digits = load()
    alive = len(categories(infer(images[::10], radixnet(1024, 120, seed=1), BIAS[1024])))

    assert images.shape == (5000, 1024)
    assert sp.issparse(images)
    assert np.array_equal(np.unique(digits), np.arange(10))
    assert 0.05 < alive / 500 < 0.95
