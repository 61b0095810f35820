"""Tensors in every layout with the array that they stand for, and the inference and run that operations talk to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from jazz.values import Layout, Order, Table, Tensor, compressed, dense, numeric_type
from jazz_server.engine.catalogue import CATALOGUE
from jazz_server.engine.op import Op, Scalar
from jazz_server.engine.promotion import NUMERIC
from jazz_server.kinds import describe
from jazz_server.kinds.match import type_of
from jazz_server.kinds.types import Dimension, Mismatch, Type
from jazz_server.kinds.unify import DimensionConflict, Unifier

DTYPES = tuple(dtype.name for dtype in NUMERIC)


@dataclass(frozen=True, eq=False)
class Sample:
    """A tensor, the array that it stands for, which of its elements are stored, and which of those are missing."""

    tensor: Tensor
    array: NDArray[Any]
    stored: NDArray[np.bool_]
    missing: NDArray[np.bool_]

    def __repr__(self) -> str:
        shown = np.where(self.missing, "NA", self.array.astype(str)).tolist()
        return f"<{self.tensor} {self.tensor.order.value} {shown} stored {self.stored.tolist()}>"


@dataclass
class Notes:
    """An inference that collects what is wrong."""

    unifier: Unifier = field(default_factory=Unifier)
    mismatches: list[Mismatch] = field(default_factory=list)

    def unify(self, name: str, expected: Dimension, found: Dimension) -> Dimension:
        try:
            return self.unifier.unify(expected, found, name)
        except DimensionConflict as conflict:
            self.mismatch(name, str(conflict.expected), str(conflict.found))
            return expected

    def fresh(self) -> Dimension:
        return self.unifier.fresh()

    def mismatch(self, name: str, expected: str, found: str) -> None:
        self.mismatches.append(Mismatch(name, expected, found))

    def suggestion(self, name: str, known: Iterable[str]) -> str:
        return describe.suggestion(name, known)


class Steps:
    """A run that counts its checkpoints."""

    def __init__(self) -> None:
        self.count = 0

    def checkpoint(self) -> None:
        self.count += 1


def settings_of(op: Op, settings: dict[str, Any]) -> dict[str, Any]:
    return {parameter.name: parameter.default for parameter in op.parameters} | settings


def infer(op: Op, args: list[Type | Scalar], **settings: Any) -> tuple[tuple[Type, ...], list[str]]:
    """The types of the results, and everything that is wrong."""
    notes = Notes()
    types = op.infer(notes, args, settings_of(op, settings))
    return types, [str(mismatch) for mismatch in notes.mismatches]


def run(op: Op, args: list[Any], **settings: Any) -> tuple[Any, ...]:
    """The results; the types must fit, and it asks whether to go on, unless it runs a graph, which does."""
    _, wrong = infer(op, [type_of(x) if isinstance(x, Tensor | Table) else x for x in args], **settings)
    assert not wrong, wrong
    steps = Steps()
    results = op.run(steps, args, settings_of(op, settings))
    assert steps.count or any(parameter.type == "graph" for parameter in op.parameters), op.name
    return results


def apply(name: str, /, *args: Any, **settings: Any) -> Any:
    """The result of an operation of the catalogue, or the results if it has several."""
    results = run(CATALOGUE[name], list(args), **settings)
    return results[0] if len(results) == 1 else results


def array_of(tensor: Tensor) -> NDArray[Any]:
    """All elements, by the plainest of means."""
    if tensor.layout is Layout.DENSE:
        return tensor.array()
    fill = np.frombuffer(tensor.fill, tensor.dtype.storage)[0] if tensor.fill else 0
    out = np.full(tensor.shape, fill, tensor.dtype.storage)
    data = np.ones(tensor.stored, np.bool_) if tensor.data is None else tensor.data
    out[indices_of(tensor)] = data
    return out


def indices_of(tensor: Tensor) -> tuple[NDArray[Any], ...]:
    if tensor.layout is Layout.COO:
        return tensor.indices
    assert tensor.indptr is not None
    lines = np.repeat(np.arange(len(tensor.indptr) - 1), np.diff(tensor.indptr))
    return (lines, tensor.indices[0]) if tensor.layout is Layout.CSR else (tensor.indices[0], lines)


def is_canonical(tensor: Tensor) -> bool:
    """Whether entries are sorted and unique, indices in range, and positions consistent."""
    if tensor.layout is Layout.DENSE:
        return True
    indices = indices_of(tensor)
    if any(len(i) and not (i.min() >= 0 and i.max() < n) for i, n in zip(indices, tensor.shape, strict=True)):
        return False
    keys = indices[::-1] if tensor.layout is Layout.CSC else indices
    places = list(zip(*(key.tolist() for key in keys), strict=True))
    types = {i.dtype for i in (*tensor.indices, *([] if tensor.indptr is None else [tensor.indptr]))}
    return places == sorted(set(places)) and len(types) == 1 and types <= {np.dtype(np.int32), np.dtype(np.int64)}


def sparse(
    values: NDArray[Any], stored: NDArray[np.bool_], layout: Layout, index: str = "int32", *, pattern: bool = False
) -> Tensor:
    """A sparse tensor that stores some of the elements of an array."""
    places = np.nonzero(stored.T)[::-1] if layout is Layout.CSC else np.nonzero(stored)
    data = None if pattern else values[places]
    if layout is Layout.COO:
        return Tensor(
            numeric_type(values.dtype), values.shape, layout, data=data, indices=tuple(p.astype(index) for p in places)
        )
    lines, others = places if layout is Layout.CSR else places[::-1]
    length = values.shape[0 if layout is Layout.CSR else 1]
    indptr = np.concatenate(([0], np.cumsum(np.bincount(lines, minlength=length)[:length]))).astype(index)
    return compressed(layout, values.shape, indptr, others.astype(index), data)  # type: ignore[arg-type]


_PALETTES: dict[str, list[Any]] = {
    "b": [False, True],
    "i": [0, 1, -1, 2, 3, -5, 100],
    "u": [0, 1, 2, 3, 5, 200],
    "f": [0.0, -0.0, 1.0, -1.0, 0.5, 2.5, -3.25, 7.0],
    "c": [0, 1, -1, 1j, 0.5 - 2j, -3 + 1j],
}


def elements(dtype: np.dtype[Any], shape: tuple[int, ...], seed: int, *, wild: bool) -> NDArray[Any]:
    """Elements of a type, often zero; with `wild` extreme and not finite ones, too."""
    rng = np.random.default_rng(seed)
    palette = list(_PALETTES[dtype.kind])
    if wild and dtype.kind in "fc":
        palette += [np.nan, np.inf, -np.inf]
    if wild and dtype.kind in "iu":
        palette += [np.iinfo(dtype).max, np.iinfo(dtype).min]
    return np.array(palette, dtype)[rng.integers(len(palette), size=shape)].reshape(shape)


def shapes(max_rank: int = 3, min_rank: int = 0) -> st.SearchStrategy[tuple[int, ...]]:
    return st.lists(st.integers(0, 4), min_size=min_rank, max_size=max_rank).map(tuple)


@st.composite
def samples(
    draw: st.DrawFn,
    shape: tuple[int, ...],
    dtypes: tuple[str, ...] = DTYPES,
    layouts: tuple[Layout, ...] = tuple(Layout),
    *,
    wild: bool = True,
) -> Sample:
    """Tensors of a shape."""
    possible = [
        layout
        for layout in layouts
        if layout is Layout.DENSE or (layout is Layout.COO and shape) or (len(shape) == 2 and layout is not Layout.COO)
    ]
    layout = draw(st.sampled_from(possible or [Layout.DENSE]))
    dtype = np.dtype(draw(st.sampled_from(dtypes)))
    seed = draw(st.integers(0, 2**32 - 1))
    values = elements(dtype, shape, seed, wild=wild)
    if layout is Layout.DENSE:
        array = np.asarray(values, order="F" if draw(st.booleans()) else "C")
        tensor = dense(array)
        assert tensor.order in Order
        return Sample(tensor, array, np.ones(shape, np.bool_), np.zeros(shape, np.bool_))
    stored = np.random.default_rng(seed + 1).random(shape) < draw(st.sampled_from([0, 0.3, 0.7, 1]))
    pattern = dtype.kind == "b" and draw(st.booleans())
    if pattern:
        values = np.ones(shape, np.bool_)
    index = draw(st.sampled_from(["int32", "int64"]))
    tensor = sparse(values, stored, layout, index, pattern=pattern)
    return Sample(tensor, np.where(stored, values, np.zeros((), dtype)), stored, np.zeros(shape, np.bool_))


def pierced(sample: Sample, missing: NDArray[np.bool_]) -> Sample:
    """The sample with some of its stored elements missing."""
    tensor = sample.tensor
    missing = missing & sample.stored
    if not missing.any():
        return sample
    data = np.ones(tensor.stored, np.bool_) if tensor.data is None else tensor.data
    marks = in_storage_order(tensor, missing)
    validity = np.packbits(~marks, bitorder="little")
    zero = np.zeros((), data.dtype)
    array = np.where(missing, np.zeros((), sample.array.dtype), sample.array)
    return Sample(replace(tensor, data=np.where(marks, zero, data), validity=validity), array, sample.stored, missing)


def in_storage_order(tensor: Tensor, array: NDArray[Any]) -> NDArray[Any]:
    """The elements of an array of the tensor's shape that the tensor stores, as it stores them."""
    if tensor.layout is Layout.DENSE:
        return array.reshape(-1, order=tensor.order.value)
    return np.asarray(array[indices_of(tensor)])


def missing_of(tensor: Tensor) -> NDArray[np.bool_]:
    """Which elements are missing, by the plainest of means."""
    if tensor.validity is None:
        return np.zeros(tensor.shape, np.bool_)
    bits = np.unpackbits(tensor.validity, bitorder="little")[: tensor.stored] == 0
    if tensor.layout is Layout.DENSE:
        return bits.reshape(tensor.shape, order=tensor.order.value)
    out = np.zeros(tensor.shape, np.bool_)
    out[indices_of(tensor)] = bits
    return out
