"""What is written in the brackets of a value of a pipeline, as steps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import jazz
from jazz.graph import TracingError


def steps(function: Any) -> list[str]:
    return [line.strip() for line in str(jazz.pipeline(function)).splitlines()[1:-1]]


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda x: x["name"], ["%0 = field(x, name='name')"]),
        (lambda x: x[["b"]], ["%0 = field(x, name='b')", "%1 = frame(%0, names=('b'))"]),
        (lambda x: x[2], ["%0 = take(x, 2)"]),
        (lambda x: x[-1], ["%0 = take(x, -1)"]),
        (lambda x: x[np.int8(2)], ["%0 = take(x, 2)"]),
        (lambda x: x[1:3], ["%0 = slice(x, start=1, stop=3)"]),
        (lambda x: x[::-1], ["%0 = slice(x, step=-1)"]),
        (lambda x: x[:, 1:], ["%0 = slice(x, axis=1, start=1)"]),
        (lambda x: x[..., 0], ["%0 = take(x, 0, axis=-1)"]),
        (lambda x: x[1, 2], ["%0 = take(x, 2, axis=1)", "%1 = take(%0, 1)"]),
        (lambda x: x[..., 1, 2], ["%0 = take(x, 1, axis=-2)", "%1 = take(%0, 2, axis=-1)"]),
        (lambda x: x[None], ["%0 = expand_dims(x)"]),
        (lambda x: x[:, None], ["%0 = expand_dims(x, axis=1)"]),
        (lambda x: x[..., None], ["%0 = expand_dims(x, axis=-1)"]),
        (lambda x: x[0, None], ["%0 = take(x, 0)", "%1 = expand_dims(%0)"]),
        (lambda x, i: x[i], ["%0 = take(x, i)"]),
        (lambda x, i: x[:, i], ["%0 = take(x, i, axis=1)"]),
        (lambda x: x[x > 0], ["%0 = greater(x, 0)", "%1 = filter(x, %0)"]),
        (
            lambda x: x[jazz.ops.fill_na(jazz.ops.isin(x, 2), False)],
            ["%0 = isin(x, 2)", "%1 = fill_na(%0, False)", "%2 = filter(x, %1)"],
        ),
        (lambda x: x[~jazz.ops.is_na(x)], ["%0 = is_na(x)", "%1 = logical_not(%0)", "%2 = filter(x, %1)"]),
        (lambda x: x.reshape(2, -1), ["%0 = reshape(x, shape=(2, -1))"]),
        (lambda x: x.reshape((2, -1)), ["%0 = reshape(x, shape=(2, -1))"]),
        (lambda x: x.reshape(-1), ["%0 = reshape(x, shape=-1)"]),
        (lambda x: x.reshape(()), ["%0 = reshape(x, shape=())"]),
        (lambda x: x.squeeze(), ["%0 = squeeze(x)"]),
        (lambda x: x.squeeze((0, 1)), ["%0 = squeeze(x, axis=(0, 1))"]),
    ],
)
def test_steps_of_what_is_in_brackets(function: Any, expected: list[str]) -> None:
    assert steps(function) == expected


def test_everything_is_no_step() -> None:
    for function in (lambda x: x[:], lambda x: x[...], lambda x: x[:, :], lambda x: x[()], lambda x: x[::1]):
        assert steps(function) == []


def test_vectors_of_positions_and_truth_values_are_constants() -> None:
    for key, op in (([2, 0], "take"), (np.array([2, 0]), "take"), ([], "take"), ([True, False], "filter")):
        message = jazz.pipeline(lambda x, key=key: x[key] + 0, inputs={"x": "any"}).message
        assert message.graph.steps[0].op == op
        assert len(message.constants) == 1


@pytest.mark.parametrize(
    ("function", "found"),
    [
        (lambda x: x[1.5], "1.5"),
        (lambda x: x[True], "True"),
        (lambda x: x[..., ...], "several"),
        (lambda x: x[[0], [1]], "several of them"),
        (lambda x: x[[0], 1], "one beside 1"),
        (lambda x: x[[0], None], "one beside None"),
        (lambda x: x[::0], "0"),
        (lambda x: x[x:], "<Node"),
        (lambda x: x[np.ones((2, 2), bool)], "array"),
        (lambda x: x[["name", 1]], "['name', 1]"),
        (lambda x: x[["name", ""]], "['name', '']"),
        (lambda x: x[["name", "name"]], "['name', 'name']"),
        (lambda x: x["a", "b"], "'a'"),
        (lambda x: x[{}], "{}"),
    ],
)
def test_what_is_no_index_is_refused(function: Any, found: str) -> None:
    with pytest.raises(TracingError) as caught:
        jazz.pipeline(function)
    assert found in caught.value.violations[0].found
