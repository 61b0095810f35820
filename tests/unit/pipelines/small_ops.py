"""Operations that are just enough to try graphs with, and graphs written short."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from jazz.values import DataType, Layout, Value, compressed, dense
from jazz_server.engine.errors import MemoryLimit, OpError
from jazz_server.engine.op import Host, Inference, Op, Parameter, Run, Settings
from jazz_server.kinds.types import AnyType, Dimension, Symbol, TensorType, Type
from jazz_server.pipelines.graph import Argument, Graph, Input, Output, ParameterValue, Pipeline, Step, StepRef

F64 = DataType("float64")
DENSE = (Layout.DENSE,)


def tensor(*shape: int | str | None, dtype: str = "float64", layout: Layout = Layout.DENSE) -> TensorType:
    """A tensor type; texts are symbols."""
    dimensions: list[Dimension] = [Symbol(d) if isinstance(d, str) else d for d in shape]
    return TensorType((DataType(dtype),), tuple(dimensions), (layout,))


def step(op: str, *arguments: Argument, **parameters: ParameterValue) -> Step:
    return Step(op, arguments, tuple(sorted(parameters.items())))


def graph(inputs: Mapping[str, Type], steps: Sequence[Step], **outputs: Argument) -> Graph:
    """A graph; its output is the last step when none is named."""
    named = outputs or {"result": StepRef(len(steps) - 1)}
    return Graph(
        tuple(Input(name, type_) for name, type_ in inputs.items()),
        tuple(steps),
        tuple(Output(name, source) for name, source in named.items()),
    )


def pipeline(inputs: Mapping[str, Type], steps: Sequence[Step], **outputs: Argument) -> Pipeline:
    return Pipeline(graph(inputs, steps, **outputs))


def _tensors(inference: Inference, arguments: Sequence[Any], names: Sequence[str]) -> list[TensorType | None]:
    found: list[TensorType | None] = []
    for name, argument in zip(names, arguments, strict=False):
        if isinstance(argument, bool | int | float) or (isinstance(argument, TensorType) and argument.shape is None):
            found.append(None)
        elif isinstance(argument, TensorType):
            found.append(argument)
        else:
            if not isinstance(argument, AnyType):
                inference.mismatch(name, "a tensor", str(argument))
            found.append(None)
    return found


def _infer_matmul(inference: Inference, arguments: Sequence[Any], settings: Settings) -> tuple[Type, ...]:
    a, b = _tensors(inference, arguments, ("a", "b"))
    if a and b and a.shape and b.shape:
        inference.unify("b", a.shape[1], b.shape[0])
    rows = a.shape[0] if a and a.shape else inference.fresh()
    columns = b.shape[1] if b and b.shape else inference.fresh()
    return (TensorType((F64,), (rows, columns), DENSE),)


def _infer_same(inference: Inference, arguments: Sequence[Any], settings: Settings) -> tuple[Type, ...]:
    known = [t for t in _tensors(inference, arguments, ("a", "b")) if t is not None and t.shape is not None]
    if not known:
        return (TensorType((F64,), None, DENSE),)
    shape = known[0].shape or ()
    for other in known[1:]:
        if len(other.shape or ()) != len(shape):
            inference.mismatch("b", f"rank {len(shape)}", f"rank {len(other.shape or ())}")
        else:
            shape = tuple(inference.unify("b", x, y) for x, y in zip(shape, other.shape or (), strict=True))
    return (TensorType((F64,), shape, DENSE),)


def _array(value: Any) -> Any:
    return value if isinstance(value, bool | int | float) else value.array()


def _infer_twice(inference: Inference, arguments: Sequence[Any], settings: Settings) -> tuple[Type, ...]:
    (same,) = _infer_same(inference, arguments, settings)
    return (same, same)


def _run_pick(run: Run, arguments: Sequence[Any], settings: Settings) -> tuple[Value, ...]:
    flat = arguments[0].array().reshape(-1)
    index = settings["index"]
    assert isinstance(index, int)
    if index >= len(flat):
        raise OpError("index", f"below {len(flat)}", str(index))
    return (dense(flat[index : index + 1].reshape(())),)


def _run_huge(run: Run, arguments: Sequence[Any], settings: Settings) -> tuple[Value, ...]:
    raise MemoryLimit("a petabyte")


def _infer_repeat(inference: Inference, arguments: Sequence[Any], settings: Settings) -> tuple[Type, ...]:
    body: Any = settings["body"]
    results: tuple[Type, ...] = body.infer(inference, arguments)
    return results[:1]


def _run_repeat(run: Run, arguments: Sequence[Any], settings: Settings) -> tuple[Value, ...]:
    body: Any = settings["body"]
    count = settings["turns"]
    assert isinstance(count, int)
    state = arguments[0]
    for _ in range(count):
        run.checkpoint()
        state = body.run(run, [state, *arguments[1:]])[0]
    return (state,)


def _infer_stack(inference: Inference, arguments: Sequence[Any], settings: Settings) -> tuple[Type, ...]:
    return (TensorType((F64,), (inference.fresh(),), DENSE),)


def _csr(value: Any) -> Value:
    array = value.array()
    rows, columns = np.nonzero(array)
    indptr = np.searchsorted(rows, np.arange(array.shape[0] + 1)).astype(np.int32)
    return compressed(Layout.CSR, array.shape, indptr, columns.astype(np.int32), array[rows, columns])


def _op(name: str, arguments: tuple[str, ...], infer: Any, run: Any, *parameters: Parameter, **more: Any) -> Op:
    return Op(
        name, more.pop("version", 1), name, "", arguments, more.pop("results", ("y",)), infer, run, parameters, **more
    )


def _first(inference: Inference, arguments: Sequence[Any], settings: Settings) -> tuple[Type, ...]:
    return (arguments[0],)


OPS = {
    op.name: op
    for op in (
        _op("matmul", ("a", "b"), _infer_matmul, lambda _, a, s: (dense(_array(a[0]) @ _array(a[1])),), version=2),
        _op("add", ("a", "b"), _infer_same, lambda _, a, s: (dense(np.asarray(_array(a[0]) + _array(a[1]))),)),
        _op("negative", ("a",), _infer_same, lambda _, a, s: (dense(-_array(a[0])),)),
        _op(
            "plus_minus",
            ("a",),
            _infer_twice,
            lambda _, a, s: (dense(_array(a[0])), dense(-_array(a[0]))),
            results=("plus", "minus"),
        ),
        _op(
            "pick",
            ("a",),
            lambda i, a, s: (_infer_same(i, a, s), (tensor(),))[1],
            _run_pick,
            Parameter("index", "int", "", required=True),
            Parameter("label", "str", "", default=""),
            host=Host("numpy.take", memory=lambda sizes, settings: 8.0),
        ),
        _op("huge", ("a",), _infer_same, _run_huge),
        _op(
            "repeat",
            ("*state",),
            _infer_repeat,
            _run_repeat,
            Parameter("body", "graph", "", required=True),
            Parameter("turns", "int", "", default=1),
        ),
        _op("stack", ("*arrays",), _infer_stack, lambda _, a, s: (dense(np.concatenate([_array(x) for x in a])),)),
        _op("shift", ("a", "by"), _infer_same, lambda _, a, s: (a[0],), optional_arguments=1),
        _op("to_sparse", ("x",), _first, lambda _, a, s: (_csr(a[0]),), Parameter("layout", "str", "", required=True)),
        _op("to_dense", ("x",), _first, lambda _, a, s: (a[0],)),
        _op("stored", ("x",), lambda i, a, s: (tensor(),), lambda _, a, s: (dense(np.asarray(float(a[0].stored))),)),
    )
}
"""The operations by name."""
