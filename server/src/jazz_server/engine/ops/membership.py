"""Whether elements are among others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from jazz.values import Tensor, dense
from jazz_server.engine import arguments, comparable, compared, costs, layouts, members, operands, rows
from jazz_server.engine.mapping import Rule
from jazz_server.engine.missing import marked
from jazz_server.engine.op import Inference, Op, Run, Scalar, Settings
from jazz_server.engine.ops.comparisons import Comparison, infer_comparison
from jazz_server.engine.promotion import BOOL, NUMERIC
from jazz_server.kinds.types import TensorType, Type

_FIELDS: Final = ("x", "values")
_EQUAL: Final = Rule("equal", np.equal, _FIELDS, (NUMERIC, NUMERIC))
_infer_equal: Final = infer_comparison(_EQUAL, by_order=False)
_run_equal: Final = Comparison(_EQUAL, by_order=False)


def _infer(inference: Inference, args: Sequence[Type | Scalar], settings: Settings) -> tuple[Type, ...]:
    if arguments.is_scalar(args[1]):
        return _infer_equal(inference, args, settings)
    seen = comparable.tensors(inference, args, _FIELDS)
    x, values = seen
    if 0 not in (values.shape or ()):
        comparable.check(inference, args, seen, _FIELDS, by_order=False)
        arguments.same_unit(inference, _FIELDS, args)
    return (TensorType((BOOL,), x.shape, arguments.DENSE, nullable=x.nullable or values.nullable),)


def _run(run: Run, args: Sequence[Any], settings: Settings) -> tuple[Tensor, ...]:
    if not isinstance(args[1], Tensor):
        return _run_equal(run, args, settings)
    run.checkpoint()
    x = args[0] if isinstance(args[0], str) else operands.checked("x", args[0])
    values = operands.tensor("values", args[1])
    if not values.size:
        return (dense(np.zeros(x.shape if isinstance(x, Tensor) else (), np.bool_)),)
    compared.check_comparable(x, values, _FIELDS, by_order=False)
    known = members.there(values)
    run.checkpoint()
    missing = np.zeros((), np.bool_)
    if isinstance(x, Tensor):
        found = members.among(x, known)
        missing = layouts.missing_array(x) if x.validity is not None else missing
    else:
        found = np.asarray(_run_equal(run, (x, known), settings)[0].array().any())
    if values.validity is not None:
        missing = missing | ~found
    return (marked(dense(found), missing),)


OPS: Final = (
    Op(
        name="isin",
        version=1,
        signature="isin(x[...], values[...]) -> bool[...]",
        doc=(
            "Whether each element of x is equal to one of the values, of whatever shape: any(equal(x, v)) over each v "
            "of them, for all element types that equal takes, so that NaN is among nothing. Among no values, of "
            "whatever type, is nothing. The array API's isin. Dense; beside a literal as equal."
        ),
        missing=(
            "Missing where x is, and where it is none of the values of which one is missing; false among no values."
        ),
        arguments=_FIELDS,
        results=("result",),
        infer=_infer,
        run=_run,
        cost=costs.looking_up,
        work="O((n + k) log k) for k values",
        rows=rows.of_first,
    ),
)
"""The operations of this module."""
