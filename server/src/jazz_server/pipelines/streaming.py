"""Runs on some rows at a time, of what would take too much memory at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from jazz.errors import Violation
from jazz.values import Layout, Tensor, Value
from jazz_server.engine.errors import MemoryLimit
from jazz_server.engine.op import Op, Run
from jazz_server.engine.parallel import split_by_weight
from jazz_server.engine.rows import between
from jazz_server.pipelines.errors import RunOutOfMemory
from jazz_server.pipelines.gathering import Gathered
from jazz_server.pipelines.graph import Argument, InputRef
from jazz_server.pipelines.slabs import Slabs, Values

SLAB_BYTES: Final = 64 << 20
"""What the rows of one turn and what is known to be computed of them take together. Enough to keep all threads busy."""

WHOLE_BYTES: Final = 1 << 30
"""What takes up to so much, and a quarter of the memory that a run may have, is run as a whole: results need not be put
together from parts."""

_SHARE: Final = 16
"""A turn takes at most this part of the memory that a run may have."""


def slab_bytes(limit: int | None) -> int:
    """The bytes of one turn, for a run that may take so much memory."""
    return SLAB_BYTES if limit is None else max(1, min(SLAB_BYTES, limit // _SHARE))


def whole_bytes(limit: int | None) -> int:
    """The bytes up to which a run that may take so much memory is run as a whole."""
    return WHOLE_BYTES if limit is None else min(WHOLE_BYTES, limit // 4)


def bounds(tensor: Tensor, bytes_: int, limit: int | None) -> Sequence[int]:
    """Where the rows of a tensor are cut, so that turns take about equally much.

    Args:
        tensor: The largest of the inputs that are cut.
        bytes_: What all rows, and what is known to be computed of them, take.
        limit: The memory that the run may have.
    """
    rows = tensor.shape[0]
    turns = min(rows, -(-bytes_ // slab_bytes(limit)))
    if turns < 2:
        return [0, rows]
    if tensor.layout is Layout.CSR and tensor.indptr is not None:
        return [int(bound) for bound in np.unique(split_by_weight(tensor.indptr, turns))]
    return _Even(rows, turns)


@dataclass(frozen=True, slots=True)
class _Even(Sequence[int]):
    """Cuts into equal parts, each told when it is asked for: of rows that are not stored there may be any number."""

    rows: int
    parts: int

    def __len__(self) -> int:
        return self.parts + 1

    def __getitem__(self, position: int) -> int:  # type: ignore[override]
        return range(self.parts + 1)[position] * self.rows // self.parts


def run_slabs(
    plan: Slabs,
    inputs: Sequence[Value],
    cuts: Sequence[int],
    seen: Callable[[int, Value], Value],
    run: Run,
    limit: int | None,
    ops: Mapping[str, Op],
) -> list[Value]:
    """The outputs of a graph, of the rows between each two cuts after the other.

    Args:
        plan: The stages of the graph.
        inputs: The values of the inputs in order, as they were given.
        cuts: Where rows are cut.
        seen: What steps see of an input, from its position and its value or rows of it.
        run: What may stop the run.
        limit: The bytes that values computed here may take at any time.
        ops: The operations by name.

    Raises:
        RunError: A step failed on its data, or for want of memory (`RunOutOfMemory`).
        jazz_server.engine.errors.Interrupted: `run` said so.
    """
    values: Values = {InputRef(n): seen(n, value) for n, value in enumerate(inputs) if n not in plan.inputs}
    values |= plan.before.run(run, values, limit)
    parts: dict[Argument, Gathered] = {
        source: Gathered(flow, cuts[-1]) for source, flow in zip(plan.each.gives, plan.flows, strict=True)
    }
    for begin, end in pairwise(cuts):
        run.checkpoint()
        gathered = sum(part.nbytes for part in parts.values())
        if limit is not None and gathered > limit:
            raise _too_large(f"{gathered} bytes of the first {begin} of {cuts[-1]} rows", limit)
        own: Values = {InputRef(n): seen(n, _rows(inputs[n], begin, end)) for n in plan.inputs}
        try:
            for source, value in plan.each.run(run, values | own, None if limit is None else limit - gathered).items():
                parts[source].add(value, end - begin)
        except (MemoryLimit, MemoryError) as error:
            raise _too_large(str(error) or "outputs that do not fit", limit) from error
    values |= {source: part.result(run, ops) for source, part in parts.items()}
    values |= plan.after.run(run, values, limit)
    return [
        seen(source.input, inputs[source.input])
        if isinstance(source, InputRef) and source.input in plan.inputs
        else values[source]
        for source in plan.outputs
    ]


def _rows(value: Value, begin: int, end: int) -> Value:
    assert isinstance(value, Tensor)
    return between(value, begin, end)


def _too_large(found: str, limit: int | None) -> RunOutOfMemory:
    expected = "outputs that fit into memory" if limit is None else f"at most {limit} bytes of values at a time"
    return RunOutOfMemory([Violation("outputs", expected, found)])
