"""The official network and images of the Sparse DNN Graph Challenge, through the server."""

import numpy as np
import pytest

import jazz
from official import official_images, official_layers
from radixnet import BIAS, CAP, categories


def challenge(names: list[str], dtype: type) -> jazz.Pipeline:
    """The rule of the challenge over all layers."""
    bias = dtype(BIAS[1024])

    def infer(x, **weights):
        for w in weights.values():
            y = x @ w
            x = jazz.ops.clip(y + bias * (y != 0), 0, CAP)
        return x

    inputs = {"x": jazz.Csr[dtype, "images", 1024]} | dict.fromkeys(names, jazz.Csr[dtype, 1024, 1024])
    return jazz.pipeline(infer, inputs=inputs)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_server_finds_exactly_the_official_categories(server, dnn_data, dtype):
    images, expected = official_images(dnn_data)
    layers = official_layers(dnn_data)
    names = [f"w{layer:03}" for layer in range(len(layers))]
    with jazz.connect(server.target) as db:
        db.put("official/images", images.astype(dtype))
        with db.commit() as commit:
            for name, weights in zip(names, layers, strict=True):
                commit.put(f"official/{name}", weights.astype(dtype))
        binds = {name: f"official/{name}" for name in names}
        db.pipelines.put("official/infer", challenge(names, dtype), bind=binds)

        stored = db.run("official/infer", x=db["official/images"])
        sent = db.run("official/infer", x=images.astype(dtype))

    np.testing.assert_array_equal(categories(stored), expected)
    np.testing.assert_array_equal(categories(sent), expected)
