"""Layouts asked for by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from jazz.values import Layout, Tensor
from jazz_server.engine import arguments, layouts, operands, rows
from jazz_server.engine.compressed import elements
from jazz_server.engine.missing import missing_entries
from jazz_server.engine.op import Inference, Op, Parameter, Run, Scalar, Settings
from jazz_server.engine.ops.pruning import threshold_of, within
from jazz_server.engine.structure import filtered
from jazz_server.kinds import describe
from jazz_server.kinds.types import Type

_NAMES: Final = {layout.value: layout for layout in arguments.SPARSE}


def _infer_to_dense(inference: Inference, args: Sequence[Type | Scalar], _settings: Settings) -> tuple[Type, ...]:
    x = arguments.tensor(inference, "x", args[0], (), fill=None)
    return (replace(x, layouts=arguments.DENSE, fill=0),)


def _run_to_dense(run: Run, args: Sequence[Any], _settings: Settings) -> tuple[Tensor, ...]:
    run.checkpoint()
    x = args[0] if isinstance(args[0], Tensor) else operands.tensor("x", args[0])
    return (layouts.to_dense(x),)


def _infer_to_sparse(inference: Inference, args: Sequence[Type | Scalar], settings: Settings) -> tuple[Type, ...]:
    x = arguments.tensor(inference, "x", args[0])
    threshold_of(inference, settings)
    name = settings.get("layout")
    layout = _NAMES.get(name) if isinstance(name, str) else None
    if layout is None:
        inference.mismatch("layout", describe.choices(_NAMES), repr(name))
        return (replace(x, layouts=arguments.SPARSE),)
    if layout is Layout.COO:
        arguments.rank_at_least(inference, "x", x, 1)
    elif arguments.rank_in(inference, "x", x, (2,)) and x.shape is None:
        return (replace(x, shape=(None, None), layouts=(layout,)),)
    return (replace(x, layouts=(layout,)),)


def _run_to_sparse(run: Run, args: Sequence[Any], settings: Settings) -> tuple[Tensor, ...]:
    x = operands.tensor("x", args[0])
    run.checkpoint()
    result, threshold = layouts.to_sparse(x, _NAMES[str(settings["layout"])]), settings.get("threshold")
    if isinstance(threshold, int | float):
        result = filtered(result, ~within(elements(result), threshold) | missing_entries(result))
    return (result,)


OPS: Final = (
    Op(
        name="to_dense",
        version=1,
        signature="to_dense(x[...]) -> dense [...]",
        doc=(
            "x with every element stored, for any element type; absent entries become what they stand for. What is "
            "dense stays as it is."
        ),
        missing="Stay so.",
        arguments=("x",),
        results=("result",),
        infer=_infer_to_dense,
        run=_run_to_dense,
        rows=rows.of_first,
    ),
    Op(
        name="to_sparse",
        version=1,
        signature="to_sparse(x[...], layout, threshold) -> sparse [...]",
        doc=(
            "x in a sparse layout: of a dense tensor the elements that are not zero (NaN is not), of a sparse one the "
            "entries that are stored; with a threshold those of them whose magnitude exceeds it. csr and csc are for "
            "rank 2, coo for rank 1 or more."
        ),
        missing="Stay so, as stored entries.",
        arguments=("x",),
        results=("result",),
        infer=_infer_to_sparse,
        run=_run_to_sparse,
        rows=rows.of_first,
        parameters=(
            Parameter("layout", "str", 'The layout: "csr", "csc" or "coo".', default="csr"),
            Parameter("threshold", "float", "The magnitude that elements have to exceed, at least 0; none when unset."),
        ),
    ),
)
"""The operations of this module."""
