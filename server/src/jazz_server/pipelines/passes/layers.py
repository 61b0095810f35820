"""Layers of sparse networks: a product, a bias where it is not zero, and limits, as one step.

``y = x @ w; clip(y + b * (y != 0), 0, cap)`` with sparse x and w takes five passes over values of which four are thrown
away. One kernel does it row by row. The rule is that of the Sparse DNN Graph Challenge (Kepner et al., IEEE HPEC 2019).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jazz.values import Layout, Tensor, Value
from jazz_server.engine.library import KernelLibraryUnavailable, library
from jazz_server.engine.missing import missing_entries
from jazz_server.engine.op import Op, Run, Scalar, Settings
from jazz_server.engine.rows import of_first
from jazz_server.kinds.match import type_of
from jazz_server.kinds.types import AnyType, TensorType, Type
from jazz_server.pipelines.bound import BoundGraph, BoundStep
from jazz_server.pipelines.execution import Schedule
from jazz_server.pipelines.graph import Argument, ConstantRef, Input, InputRef, Literal, Output, StepRef
from jazz_server.pipelines.passes.clamps import Clamp, clamp_of
from jazz_server.pipelines.passes.sparse_layer import KERNEL, sparse_layer
from jazz_server.pipelines.typing import StepTypes, Typing

_FLOATS = ("float32", "float64")


@dataclass(frozen=True, slots=True)
class Layer:
    """The steps of a graph that are one layer.

    Attributes:
        x: The activations that go in.
        w: The weights.
        bias: What is added to the product where it is not zero, or subtracted from it.
        subtracts: Whether it is subtracted.
        clamp: The limits of the result.
        dtype: The element type of product and result.
        steps: The positions of all its steps; the last one gives the result.
    """

    x: Argument
    w: Argument
    bias: Argument
    subtracts: bool
    clamp: Clamp
    dtype: np.dtype[Any]
    steps: tuple[int, ...]


def fused(graph: BoundGraph, typing: Typing) -> tuple[BoundGraph, Mapping[int, Layer]]:
    """The graph with each layer in the place of its last step, and the layers by the positions of those steps."""
    if not _has_kernel():
        return graph, {}
    search = _Search(graph, typing)
    layers = {layer.steps[-1]: layer for layer in search.layers()}
    steps = [
        _fused_step(graph, layers[position]) if position in layers else step
        for position, step in enumerate(graph.steps)
    ]
    return replace(graph, steps=tuple(steps)), layers


def _has_kernel() -> bool:
    try:
        return KERNEL in library().names
    except KernelLibraryUnavailable:
        return False


def described(graph: BoundGraph, layer: Layer) -> str:
    """What was done to a layer, in words."""
    steps = layer.steps[:-1]
    if steps[-1] - steps[0] == len(steps) - 1:
        return f"fused with steps {graph.number(steps[0])}-{graph.number(steps[-1])}: layer"
    return f"fused with steps {', '.join(map(graph.number, steps))}: layer"


def bias_numbers(layer: Layer, bias: Tensor | Scalar) -> NDArray[Any]:
    """What is added to products: one number or one for each column; NaN, for which there is no kernel, if missing."""
    with np.errstate(over="ignore"):
        numbers = np.asarray(bias.array() if isinstance(bias, Tensor) else bias).astype(layer.dtype).reshape(-1)
    if isinstance(bias, Tensor) and bias.validity is not None:
        numbers[missing_entries(bias)] = np.nan
    return -numbers if layer.subtracts else numbers


class _Search:
    """The search for layers in a typed graph."""

    def __init__(self, graph: BoundGraph, typing: Typing) -> None:
        self._graph = graph
        self._types: StepTypes = typing.steps
        self._arguments = typing.arguments
        self._constants = [type_of(constant) for constant in graph.constants]
        used = graph.used()
        self._order = sorted(used)
        self._uses: Counter[int] = Counter(
            argument.step
            for position in used
            for argument in graph.steps[position].arguments
            if isinstance(argument, StepRef)
        )
        self._uses.update(output.source.step for output in graph.outputs if isinstance(output.source, StepRef))

    def layers(self) -> Iterator[Layer]:
        """All layers. They share no steps: each ends where the limits end, and nothing else uses what is inside."""
        taken: set[int] = set()
        for position in reversed(self._order):
            if position not in taken:
                layer = self._layer(position)
                if layer is not None:
                    taken.update(layer.steps)
                    yield layer

    def _layer(self, last: int) -> Layer | None:
        clamps = [last]
        found = clamp_of(self._graph.steps[last])
        if found is None:
            return None
        source, clamp = found
        while (position := self._private(source, 1)) is not None:
            inner = clamp_of(self._graph.steps[position])
            if inner is None:
                break
            clamps.append(position)
            source, clamp = inner[0], clamp.after(inner[1])
        return self._sum(source, clamp, clamps) if clamp.lower <= 0 <= clamp.upper else None

    def _sum(self, source: Argument, clamp: Clamp, clamps: list[int]) -> Layer | None:
        total = self._private(source, 1)
        if total is None:
            return None
        step = self._graph.steps[total]
        if step.op.name not in ("add", "subtract"):
            return None
        orders = [step.arguments] if step.op.name == "subtract" else [step.arguments, step.arguments[::-1]]
        for y, masked in orders:
            # The product is used twice: by the sum and by the comparison with zero.
            product, term = self._private(y, 2), self._private(masked, 1)
            if product is None or term is None or not _is_product(self._graph.steps[product]):
                continue
            found = self._bias(term, StepRef(product))
            if found is None:
                continue
            bias, mask = found
            steps = tuple(sorted({product, mask, term, total, *clamps}))
            x, w = self._graph.steps[product].arguments
            dtype = self._dtype(x, w, product, steps[-1])
            if dtype is not None and self._is_bias(bias):
                return Layer(x, w, bias, step.op.name == "subtract", clamp, dtype, steps)
        return None

    def _bias(self, term: int, product: StepRef) -> tuple[Argument, int] | None:
        """What is multiplied with `product != 0`, and the position of that comparison."""
        step = self._graph.steps[term]
        if step.op.name != "multiply":
            return None
        for bias, mask in (step.arguments, step.arguments[::-1]):
            position = self._private(mask, 1)
            if position is None or self._graph.steps[position].op.name != "not_equal":
                continue
            if any(a == product and _is_zero(b) for a, b in _both(self._graph.steps[position].arguments)):
                return bias, position
        return None

    def _private(self, argument: Argument, uses: int) -> int | None:
        """The step that an argument is the only output of, when nothing but so many arguments uses it."""
        if isinstance(argument, StepRef) and argument.output == 0 and self._uses[argument.step] == uses:
            return argument.step
        return None

    def _dtype(self, x: Argument, w: Argument, product: int, last: int) -> np.dtype[Any] | None:
        """The element type of product and result, when it is one that the kernel has and the layouts are right.

        Nothing may be missing: the kernels know no missing elements.
        """
        types = [self._type(a) for a in (x, w, StepRef(product), StepRef(last))]
        if not all(isinstance(t, TensorType) and t.layout is Layout.CSR and not t.nullable for t in types):
            return None
        dtypes = [t.dtype for t in types if isinstance(t, TensorType)]
        # A product that is rounded to a narrower type before the bias is added gives other results.
        if dtypes[2] is None or dtypes[2] != dtypes[3] or dtypes[2].name not in _FLOATS:
            return None
        return dtypes[2].storage

    def _is_bias(self, bias: Argument) -> bool:
        """Whether it is a number or a dense vector; what it is in the end shows when it runs."""
        if isinstance(bias, Literal):
            return isinstance(bias.value, int | float)
        known = self._type(bias)
        return (
            isinstance(known, TensorType)
            and known.layout is Layout.DENSE
            and not known.nullable
            and known.shape is not None
            and len(known.shape) <= 1
        )

    def _type(self, argument: Argument) -> Type:
        if isinstance(argument, InputRef):
            return self._arguments[argument.input]
        if isinstance(argument, StepRef):
            return self._types[argument.step][argument.output]
        return self._constants[argument.constant] if isinstance(argument, ConstantRef) else AnyType()


def _both(arguments: tuple[Argument, ...]) -> tuple[tuple[Argument, Argument], ...]:
    a, b = arguments
    return ((a, b), (b, a))


def _is_zero(argument: Argument) -> bool:
    return isinstance(argument, Literal) and not isinstance(argument.value, str) and argument.value == 0


def _fused_step(graph: BoundGraph, layer: Layer) -> BoundStep:
    last = graph.steps[layer.steps[-1]]
    unfused = _unfused(graph, layer)

    def run(run: Run, arguments: Sequence[Any], settings: Settings) -> tuple[Value, ...]:
        x, w, bias = arguments
        result = sparse_layer(run, x, w, bias_numbers(layer, bias), layer.clamp, layer.dtype)
        return unfused.run(run, arguments) if result is None else (result,)

    op = Op(
        name="sparse_layer",
        version=1,
        signature="sparse_layer(x[m, k], w[k, n], bias) -> [m, n]",
        doc="min(max(y + bias, lower), upper) where y = x @ w is not zero, else 0; CSR.",
        arguments=("x", "w", "bias"),
        results=("result",),
        infer=last.op.infer,
        run=run,
        rows=of_first,
    )
    return BoundStep(last.name, op, (layer.x, layer.w, layer.bias), {}, replaces=True)


def _unfused(graph: BoundGraph, layer: Layer) -> Schedule:
    """The steps of a layer as they are, for values that the kernel would give another answer for."""
    places: dict[Argument, Argument] = {StepRef(step): StepRef(n) for n, step in enumerate(layer.steps)}
    for position, argument in enumerate((layer.x, layer.w, layer.bias)):
        if not isinstance(argument, Literal):
            places.setdefault(argument, InputRef(position))
    steps = [graph.steps[position] for position in layer.steps]
    steps = [replace(step, arguments=tuple(places.get(a, a) for a in step.arguments)) for step in steps]
    inputs = tuple(Input(name, AnyType()) for name in ("x", "w", "bias"))
    return Schedule(BoundGraph(inputs, tuple(steps), (Output("result", StepRef(len(steps) - 1)),), ()))


def _is_product(step: BoundStep) -> bool:
    """Whether a step is a product of sums, and of no other semiring."""
    return step.op.name == "matmul" and step.settings.get("semiring") == "plus_times"
