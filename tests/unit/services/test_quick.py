"""Which pipelines are read and typed on the event loop: those that take about a millisecond."""

from typing import Any

import pytest

import jazz
from jazz.values import DataType, Layout
from jazz_server.kinds.types import AnyType, KindReference, TableType, TensorType, Type
from jazz_server.pipelines.messages import pipeline_from_message
from jazz_server.services.quick import is_read_at_once, is_typed_at_once

ops = jazz.ops
PLAIN = TensorType((DataType("float64"),), (3,), (Layout.DENSE,))


def _chain(steps: int, **inputs: Any) -> jazz.Pipeline:
    def traced(x: Any) -> Any:
        for _ in range(steps):
            x = ops.sqrt(x)
        return x

    return jazz.pipeline(traced, inputs=inputs)


def _looped(x: Any) -> Any:
    return ops.iterate(lambda state: state * 2, x, max_iter=3)


@pytest.mark.parametrize(
    ("pipeline", "expected"),
    [
        (_chain(32), True),
        (_chain(33), False),
        (_chain(2, x="float32[n]"), True),
        (_chain(2, x="float32[n] in m"), False),
        (_chain(2, x="{a: float32[n]}"), False),
        (_chain(2, x="lab/photo"), False),
        (jazz.pipeline(_looped), False),
    ],
)
def test_a_pipeline_is_read_at_once_when_it_has_few_steps_and_plain_types(
    pipeline: jazz.Pipeline, expected: bool
) -> None:
    assert is_read_at_once(pipeline.message) is expected
    assert is_typed_at_once(pipeline_from_message(pipeline.message), [PLAIN]) is expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (AnyType(), True),
        (TensorType((DataType("float64"),), (3,), (Layout.DENSE,), unit="m"), False),
        (TableType(()), False),
        (KindReference("lab/photo"), False),
    ],
)
def test_a_pipeline_is_typed_at_once_for_values_of_plain_types(given: Type, expected: bool) -> None:
    assert is_typed_at_once(pipeline_from_message(_chain(2).message), [PLAIN, given]) is expected
