"""Chains of element-wise steps: one step, with the bytes that the steps would give one by one."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import jazz
from jazz.convert import to_value
from jazz.values import Tensor, Value
from jazz_server.engine.catalogue import CATALOGUE
from jazz_server.kinds.match import type_of
from jazz_server.pipelines.control import RunControl
from jazz_server.pipelines.errors import IllTyped
from jazz_server.pipelines.explain import explain
from jazz_server.pipelines.infer import infer
from jazz_server.pipelines.messages import pipeline_from_message
from jazz_server.pipelines.passes import chains
from jazz_server.pipelines.program import Program
from jazz_server.pipelines.program import compile as compile_program

ops = jazz.ops
RNG = np.random.default_rng(1)
UNARY: tuple[Callable[[Any], Any], ...] = (
    ops.relu, ops.sigmoid, ops.abs, ops.exp, lambda x: -x, lambda x: x * 2, lambda x: x > 0.5,
    lambda x: ops.clip(x, 0, 1), lambda x: ops.cast(x, "float32"),
)  # fmt: skip
BINARY: tuple[Callable[[Any, Any], Any], ...] = (
    ops.add, ops.multiply, ops.divide, ops.maximum, ops.less, lambda a, b: ops.where(a > b, a, b),
)  # fmt: skip


def _program(traced: Callable[..., Any], values: dict[str, Value]) -> Program:
    pipeline = pipeline_from_message(jazz.pipeline(traced).message)
    return compile_program(pipeline, {name: type_of(value) for name, value in values.items()})


def _steps(program: Program) -> list[str]:
    return [program.graph.steps[position].op.name for position in sorted(program.graph.used())]


def _values(**arrays: Any) -> dict[str, Value]:
    return {name: to_value(array) for name, array in arrays.items()}


@given(st.data())
def test_the_result_is_that_of_the_steps_one_by_one(data: st.DataObject) -> None:
    dtypes = st.sampled_from(["float32", "float64", "int32", "int64", "uint8", "bool"])
    shapes = st.sampled_from([(7, 5), (5,), (1, 5), (7, 1), (0, 5)])
    arrays = [(RNG.random(data.draw(shapes)) * 9 - 3).astype(data.draw(dtypes)) for _ in range(3)]
    choices = data.draw(
        st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99), st.integers(0, 99)), min_size=2, max_size=12)
    )

    def traced(a: Any, b: Any, c: Any) -> Any:
        known = [a, b, c]
        for op, left, right in choices:
            x, y = known[-1 - left % len(known)], known[-1 - right % len(known)]
            known.append(BINARY[op % len(BINARY)](x, y) if op % 2 else UNARY[op % len(UNARY)](x))
        return known[-1], known[-2]

    values = _values(a=arrays[0], b=arrays[1], c=arrays[2])
    try:
        program = _program(traced, values)
    except IllTyped:
        return  # the negative of a bool, say
    found = program.run(values, RunControl())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chains._Search, "chains", lambda self: [])
        expected = _program(traced, values).run(values, RunControl())
    for name, value in expected.items():
        other = found[name]
        assert isinstance(value, Tensor)
        assert isinstance(other, Tensor)
        assert str(other) == str(value)
        np.testing.assert_array_equal(other.array(), value.array())


def test_a_chain_is_one_step() -> None:
    values = _values(x=RNG.random((4, 3)), y=RNG.random(3))
    assert _steps(_program(lambda x, y: ops.exp(ops.relu(x * 2 + y) - 1), values)) == ["elementwise"]


def test_what_is_used_elsewhere_is_not_hidden() -> None:
    values = _values(x=RNG.random((4, 3)))

    def traced(x: Any) -> Any:
        y = x * 2
        return y, ops.exp(y) + 1

    assert _steps(_program(traced, values)) == ["multiply", "elementwise"]


def test_a_smaller_shape_is_computed_once() -> None:
    values = _values(x=RNG.random((4, 3)), y=RNG.random(3))
    assert _steps(_program(lambda x, y: ops.exp(x + ops.exp(y * 2)), values)) == ["elementwise", "elementwise"]


def test_sparse_and_missing_operands_keep_their_own_steps() -> None:
    values = _values(x=np.ma.masked_array([[1.0, 2.0]], [[True, False]]))
    assert _steps(_program(lambda x: ops.exp(x * 2), values)) == ["multiply", "exp"]


def test_explain_says_what_was_fused() -> None:
    pipeline = pipeline_from_message(jazz.pipeline(lambda x: ops.exp(x * 2) + 1).message)
    typing = infer(pipeline, {"x": type_of(to_value(np.ones((2, 2))))}, ops=CATALOGUE)
    assert "3 element-wise steps, block by block" in str(explain(pipeline, typing))
