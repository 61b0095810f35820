"""Names, labels and units of what goes in: computing leaves them behind, whatever the layout and the operation."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import scipy.sparse as sp

import jazz
from jazz import ops
from jazz.convert import to_value
from jazz.values import Table, Tensor, Value
from jazz_server.kinds.match import type_of
from jazz_server.pipelines.control import RunControl
from jazz_server.pipelines.messages import pipeline_from_message
from jazz_server.pipelines.program import compile as compile_program

ELEMENTS = np.array([[0, 1.5], [2, 0]])
LAYOUTS = {
    "dense": ELEMENTS,
    "csr": sp.csr_array(ELEMENTS),
    "csc": sp.csc_array(ELEMENTS),
    "coo": sp.coo_array(ELEMENTS),
}
MOVING = {
    "transpose": lambda x: x.T,
    "transpose twice": lambda x: x.T.T,
    "take": lambda x: ops.take(x, [1, 0]),
    "slice": lambda x: x[:2],
    "concat": lambda x: ops.concat([x, x]),
    "cast": lambda x: ops.cast(x, "float64"),
    "to_dense": ops.to_dense,
    "to_sparse": ops.to_sparse,
    "fill_na": lambda x: ops.fill_na(x, 0.0),
    "drop_na": ops.drop_na,
    "cond": lambda x: ops.cond(ops.sum(x) > 0.0, lambda: x.T, lambda: x),
}  # fmt: skip


def run(traced: Callable[..., object], x: object) -> Value:
    """What a function gives as a pipeline."""
    value = to_value(x)
    program = compile_program(pipeline_from_message(jazz.pipeline(traced).message), {"x": type_of(value)})
    return program.run({"x": value}, RunControl())["result"]


@pytest.mark.parametrize("operation", MOVING)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_is_computed_of_a_tensor_has_none(layout: str, operation: str) -> None:
    found = run(MOVING[operation], jazz.Array(LAYOUTS[layout], ("a", "b"), {"a": ["p", "q"]}, unit="m"))

    assert isinstance(found, Tensor)
    assert (found.axes, found.declared, found.unit) == ((), (), "")


def test_an_input_that_is_given_back_keeps_them() -> None:
    found = run(lambda x: x, jazz.Array(ELEMENTS, ("a", "b"), {"a": ["p", "q"]}, unit="m"))

    assert isinstance(found, Tensor)
    assert (found.axes, found.unit) == (("a", "b"), "m")


def test_fields_and_rows_of_a_table_keep_them() -> None:
    table = {"x": jazz.Array([1.5, 2.5], ("rows",), {"rows": ["p", "q"]}, unit="m")}
    field, rows = run(lambda x: x["x"], table), run(lambda x: ops.take(x, [1], axis=0), table)

    assert isinstance(field, Tensor)
    assert isinstance(rows, Table)
    assert isinstance(rows["x"], Tensor)
    assert (field.axes, field.unit) == (("rows",), "m")
    assert [axis.length for axis in field.declared] == [2]
    assert (rows["x"].axes, rows["x"].unit) == (("rows",), "m")
    assert [axis.length for axis in rows["x"].declared] == [1]
