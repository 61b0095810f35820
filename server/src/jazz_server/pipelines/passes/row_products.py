"""Products of a few dense rows by a sparse matrix that comes again with every run, such as weights that are bound.

Rows are pushed or pulled, by how much of them is active; see `engine.row_product`. The form of the matrix that outputs
pull from takes longer to make than a product does, so that it is made when a matrix comes for the second time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from jazz.values import Layout, Tensor, Value, dense
from jazz_server.engine.compressed import lines_of
from jazz_server.engine.library import KernelLibraryUnavailable, library
from jazz_server.engine.memory import check_shape, limit_bytes
from jazz_server.engine.op import Run, Settings
from jazz_server.engine.row_product import KERNELS, RowProduct
from jazz_server.engine.watching import note
from jazz_server.kinds.match import type_of
from jazz_server.kinds.types import TensorType, Type
from jazz_server.pipelines.bound import BoundGraph, BoundStep
from jazz_server.pipelines.graph import Argument, ConstantRef, InputRef, StepRef
from jazz_server.pipelines.passes.ready import Ready
from jazz_server.pipelines.typing import Typing

_FEW_ROWS: Final = 4
"""So many rows are taken one by one; more of them share a pass over the matrix."""

_FLOATS: Final = ("float32", "float64")


def pushed_or_pulled(graph: BoundGraph, typing: Typing) -> tuple[BoundGraph, Mapping[int, str]]:
    """The graph in which products of a few rows choose how they run, and what was done in words."""
    found = [position for position in graph.used() if _takes(graph, typing, position)]
    if not found or not _has_kernels():
        return graph, {}
    steps = list(graph.steps)
    for position in found:
        steps[position] = _choosing(steps[position])
    words = "a few rows are pushed or pulled when the matrix comes again"
    return replace(graph, steps=tuple(steps)), dict.fromkeys(found, words)


def _has_kernels() -> bool:
    try:
        return set(KERNELS) <= set(library().names)
    except KernelLibraryUnavailable:
        return False


def _takes(graph: BoundGraph, typing: Typing, position: int) -> bool:
    """Whether a step is a product of rows, of which there may be few, by a CSR matrix, and nothing can be missing."""
    step = graph.steps[position]
    if step.op.name != "matmul" or step.settings.get("semiring") != "plus_times":
        return False
    x, w = (_type(graph, typing, argument) for argument in step.arguments)
    if not isinstance(x, TensorType) or not isinstance(w, TensorType) or x.nullable or w.nullable:
        return False
    few = x.shape is None or len(x.shape) == 1 or not isinstance(x.shape[0], int) or x.shape[0] <= _FEW_ROWS
    alike = x.dtype is not None and x.dtype == w.dtype and x.dtype.name in _FLOATS
    return few and alike and (x.layout, w.layout) == (Layout.DENSE, Layout.CSR)


def _type(graph: BoundGraph, typing: Typing, argument: Argument) -> Type | None:
    if isinstance(argument, InputRef):
        return typing.arguments[argument.input]
    if isinstance(argument, StepRef):
        return typing.steps[argument.step][argument.output]
    return type_of(graph.constants[argument.constant]) if isinstance(argument, ConstantRef) else None


def _choosing(step: BoundStep) -> BoundStep:
    def run(run: Run, arguments: Sequence[Any], settings: Settings) -> tuple[Value, ...]:
        x, w = arguments
        result = _by_rows(run, x, w)
        return step.op.run(run, arguments, settings) if result is None else (result,)

    return replace(step, op=replace(step.op, run=run))


def _by_rows(run: Run, x: Tensor, w: Tensor) -> Tensor | None:
    """The product, row by row; None where that does not pay or would give another answer than `matmul`."""
    rows = x.size // max(x.shape[-1], 1)
    fits = x.shape[-1] == w.shape[0] and x.dtype == w.dtype and w.layout is Layout.CSR
    if not fits or not 0 < rows <= _FEW_ROWS or x.missing or w.missing or any(w.fill):
        return None
    product = _ready.recurring(tuple(w.buffers()), w.shape, lambda: _prepared(w))
    if product is None:
        note("the matrix comes for the first time")
        return None
    if product.product is None:
        note("zero times what is not finite is not zero: all of each row is multiplied")
        return None
    run.checkpoint()
    shape = (*x.shape[:-1], w.shape[1])
    check_shape(shape, x.dtype.storage)
    lines = np.ascontiguousarray(x.array()).reshape(rows, -1)
    results = [product.product(line) for line in lines]
    return dense((results[0] if rows == 1 else np.stack(results)).reshape(shape))


@dataclass(frozen=True, slots=True)
class _Prepared:
    """What multiplies by a matrix, or that it is not to be pulled or pushed."""

    product: RowProduct | None

    @property
    def nbytes(self) -> int:
        return 0 if self.product is None else self.product.nbytes


_ready: Final[Ready[_Prepared]] = Ready(lambda: limit_bytes() // 4)


def _prepared(w: Tensor) -> _Prepared:
    matrix = lines_of(w)
    return _Prepared(RowProduct(matrix) if np.isfinite(matrix.data).all() else None)
