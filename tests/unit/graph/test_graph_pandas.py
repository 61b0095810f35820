"""Series, frames and indexes of pandas beside values of a pipeline."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse

import jazz
from jazz import ops
from jazz.graph.errors import TracingError

SERIES = pd.Series([1.0, 2.0])
FRAME = pd.DataFrame({"a": [1.0, 2.0], "b": [3.0, 4.0]})
DEFERRED = [
    operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv, operator.mod, operator.pow,
    operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge, operator.and_, operator.or_,
    operator.xor,
]  # fmt: skip


@pytest.mark.parametrize("left", [SERIES, FRAME, pd.Index([1, 2]), pd.RangeIndex(2), pd.array([1, None])], ids=repr)
@pytest.mark.parametrize("operation", DEFERRED)
def test_pandas_leaves_the_operator_to_the_node(left: Any, operation: Callable[..., Any]) -> None:
    (step,) = jazz.pipeline(lambda x: operation(left, x)).message.graph.steps

    assert {argument.WhichOneof("argument") for argument in step.arguments} == {"constant", "input"}


@pytest.mark.parametrize(
    "function",
    [lambda x: SERIES @ x, lambda x: FRAME @ x, lambda x: SERIES.dot(x + 1), lambda x: FRAME.dot(x + 1)],
    ids=["series @", "frame @", "series.dot", "frame.dot"],
)
def test_the_matrix_product_of_pandas_says_what_to_write(function: Callable[[Any], Any]) -> None:
    with pytest.raises(TracingError, match=r"pandas.*jazz\.ops\.matmul\(a, x\)"):
        jazz.pipeline(function)


def test_what_it_says_to_write_is_taken() -> None:
    written = jazz.pipeline(lambda x: ops.matmul(SERIES.to_numpy(), x)).message
    assert written == jazz.pipeline(lambda x: SERIES.to_numpy() @ x).message

    (step,) = jazz.pipeline(lambda x: ops.matmul(SERIES, x)).message.graph.steps
    assert step.op == "matmul"


def test_numpy_and_scipy_take_a_node_for_an_object() -> None:
    def same(x: Any) -> Any:
        assert np.asarray(x).dtype == object
        assert np.array([x, x])[1] is x
        return scipy.sparse.eye_array(2) @ x

    assert [step.op for step in jazz.pipeline(same).message.graph.steps] == ["matmul"]
