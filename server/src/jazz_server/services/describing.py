"""Describing blocks: what is read of them, in threads that let others go first, and what is kept."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Callable, Hashable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final
from weakref import WeakValueDictionary

from jazz.codec import FieldNotFound, RangeReader, summary
from jazz.codec.schema import LAYOUTS, ORDERS, data_type
from jazz.codec.stored import stored_tensor
from jazz.errors import Violation, error_for
from jazz.v1 import blocks_pb2 as pb
from jazz.v1 import description_pb2, value_pb2
from jazz.values import DataType, Order
from jazz_server.engine.parallel import NICENESS
from jazz_server.kinds.images import image_type
from jazz_server.kinds.types import Kind
from jazz_server.pipelines.control import RunControl
from jazz_server.services.core import Core
from jazz_server.services.descriptions import axis_description, field_description
from jazz_server.services.infos import block_info, value_header
from jazz_server.services.matching import StoredKinds
from jazz_server.services.names import read_reference
from jazz_server.services.stored import Recent
from jazz_server.statistics.describe import ALONE, AMONG_OTHERS, look
from jazz_server.statistics.heads import head
from jazz_server.statistics.images import Form
from jazz_server.statistics.stored import Checkpoint, Stored
from jazz_server.store import Body, Head
from jazz_server.store.errors import DocumentNotFound, SpaceNotFound, VersionNotFound

_FIELDS: Final = 24
"""Fields that are described; of others only how many they are is told."""
_AXES: Final = 24
"""Axes that are described."""
_LABELS: Final = 8
"""Labels of an axis that are shown."""
_WAITING: Final = 64
"""Descriptions that may wait for their turn."""
_KEPT_BYTES: Final = 16 << 20
"""Bytes that descriptions take which are kept."""


class Describer:
    """Describes blocks, one at a time, and keeps what it found: a version never changes."""

    def __init__(self, core: Core, kinds: StoredKinds) -> None:
        self._store = core.store
        self._kinds = kinds
        self._thread = ThreadPoolExecutor(1, "jazz-describe", initializer=_begin_thread)
        self._waiting = 0
        self._kept: Recent[description_pb2.Description] = Recent(_KEPT_BYTES, lambda found: found.ByteSize())
        self._turns: WeakValueDictionary[Hashable, asyncio.Lock] = WeakValueDictionary()
        core.at_close(self._thread.shutdown)

    async def describe(self, request: pb.DescribeBlockRequest, time_left: float | None) -> pb.DescribeBlockResponse:
        """What a block shows at a glance.

        Raises:
            jazz.errors.NotFound: There is no such block, or no such field in it.
            jazz.errors.ResourceExhausted: Too many wait to be described.
        """
        head_ = self._store.head(*read_reference(request.name))
        key = (str(head_.name), head_.version, tuple(request.item))
        async with self._turns.setdefault(key, asyncio.Lock()):  # whoever waits finds what the one before found
            found = self._kept.get(key)
            if found is None:
                found = await self._look(head_, tuple(request.item), time_left)
                self._kept.put(key, found)
        return pb.DescribeBlockResponse(info=block_info(head_), description=found)

    async def _look(self, head_: Head, item: Sequence[str], time_left: float | None) -> description_pb2.Description:
        if self._waiting >= _WAITING:
            raise error_for("RESOURCE_EXHAUSTED", f"{_WAITING} blocks wait to be described, as many as may")
        kind, kinds = self._kind(head_)
        control = RunControl(deadline=None if time_left is None else time.monotonic() + time_left)
        async with self._store.open_body(head_) as body:
            work = self._work(head_, body, _Describing(item, kind, kinds.__getitem__, control.checkpoint))
            self._waiting += 1
            running = asyncio.get_running_loop().run_in_executor(self._thread, work)
            running.add_done_callback(self._done)
            try:
                return await asyncio.shield(running)
            except asyncio.CancelledError:
                control.cancelled.set()
                raise

    def _kind(self, head_: Head) -> tuple[Kind | None, dict[str, Kind]]:
        """The kind of a block and all that it refers to; None when it has none, or one that was deleted."""
        if not head_.kind:
            return None, {}
        with suppress(DocumentNotFound, VersionNotFound, SpaceNotFound):
            _, kind = self._kinds.get(self._store, read_reference(head_.kind))
            return kind, self._kinds.gather(self._store, [kind])
        return None, {}

    @staticmethod
    def _work(head_: Head, body: Body, describing: _Describing) -> Callable[[], description_pb2.Description]:
        mapped = body.map()
        return lambda: describing.describe(value_header(head_), mapped)

    def _done(self, running: asyncio.Future[Any]) -> None:
        self._waiting -= 1
        if not running.cancelled():
            running.exception()  # whoever stopped waiting does not care that it failed


def _begin_thread() -> None:
    """Small calls go first."""
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)


@dataclass(frozen=True, slots=True)
class _Leaf:
    """A value that is no table with fields, with the axes in sight."""

    path: tuple[str, ...]
    value: value_pb2.Value
    axes: dict[str, value_pb2.Axis]


@dataclass(frozen=True, slots=True)
class _Describing:
    """One description being made, in a thread."""

    item: Sequence[str]
    kind: Kind | None
    resolve: Callable[[str], Kind]
    checkpoint: Checkpoint
    found: description_pb2.Description = field(default_factory=description_pb2.Description)
    places: dict[int, int] = field(default_factory=dict)

    def describe(self, header: value_pb2.Value, body: RangeReader) -> description_pb2.Description:
        leaves = list(_leaves(_item(_Leaf((), header, _declared(header)), self.item)))
        for leaf in leaves[:_FIELDS]:
            self.checkpoint()
            self._describe(leaf, body, alone=len(leaves) == 1)
        self.found.more_fields = max(0, len(leaves) - _FIELDS)
        return self.found

    def _describe(self, leaf: _Leaf, body: RangeReader, *, alone: bool) -> None:
        path = leaf.path[len(self.item) :]
        if not leaf.value.HasField("tensor"):
            self.found.fields.append(field_description(path, summary(leaf.value)))
            return
        message = leaf.value.tensor
        stored = _stored(message, body)
        seen = look(stored, self._form(leaf, stored.dtype), ALONE if alone else AMONG_OTHERS, self.checkpoint)
        places = [self._place(leaf.axes[name], body) if name else 0 for name in message.axes]
        self.found.fields.append(
            field_description(path, summary(leaf.value), tensor=message, axes=places, total=stored.count, seen=seen)
        )

    def _form(self, leaf: _Leaf, dtype: DataType) -> Form | None:
        """How a leaf is an image, if its block's kind says so and the range of its numbers is known."""
        type_ = image_type(self.kind, leaf.path, self.resolve) if self.kind is not None else None
        shape = leaf.value.tensor.shape
        if type_ is None or len(shape) != 2 + type_.several + type_.channels or not dtype.numeric:
            return None
        if type_.channels and shape[-1] not in (1, 3, 4):
            return None
        lightest = {"u1": 255.0, "?": 1.0}.get(dtype.storage.str[1:], 1.0 if dtype.storage.kind == "f" else None)
        lightest = type_.maximum if type_.maximum is not None else lightest
        darkest = type_.minimum if type_.minimum is not None else 0.0
        if lightest is None or not 0 < lightest - darkest < float("inf") or dtype.storage.kind == "c":
            return None
        return Form(type_.several, type_.channels, darkest, lightest)

    def _place(self, axis: value_pb2.Axis, body: RangeReader) -> int:
        """The place of an axis in the description, counted from 1; 0 when there are too many."""
        known = self.places.get(id(axis))
        if known is None and len(self.places) < _AXES:
            known = self.places[id(axis)] = len(self.places) + 1
            labels = head(_stored(axis.labels, body), _LABELS, 1) if axis.HasField("labels") else None
            self.found.axes.append(axis_description(axis, labels))
        return known or 0


def _declared(value: value_pb2.Value) -> dict[str, value_pb2.Axis]:
    return {axis.name: axis for axis in value.axes}


def _item(leaf: _Leaf, path: Sequence[str]) -> _Leaf:
    """The value at a path of field names.

    Raises:
        FieldNotFound: There is none.
    """
    for depth, name in enumerate(path):
        inner = next((each for each in leaf.value.table.fields if each.name == name), None)
        if inner is None:
            known = [each.name for each in leaf.value.table.fields[:10]]
            expected = f"one of {', '.join(map(repr, known))}" if known else "no name, as it has no fields"
            raise FieldNotFound(f"there is no field {name!r}", [Violation(f"item[{depth}]", expected, repr(name))])
        leaf = _inner(leaf, inner)
    return leaf


def _inner(leaf: _Leaf, inner: value_pb2.Field) -> _Leaf:
    return _Leaf((*leaf.path, inner.name), inner.value, {**leaf.axes, **_declared(inner.value)})


def _leaves(leaf: _Leaf) -> Iterator[_Leaf]:
    if not leaf.value.table.fields:
        yield leaf
    for inner in leaf.value.table.fields:
        yield from _leaves(_inner(leaf, inner))


def _stored(tensor: value_pb2.Tensor, body: RangeReader) -> Stored:
    """A tensor as the statistics read it."""
    buffers = stored_tensor(tensor, body)
    return Stored(
        data_type(tensor.type),
        tuple(tensor.shape),
        LAYOUTS[tensor.layout],
        ORDERS.get(tensor.order, Order.C),
        buffers.count,
        fill=tensor.fill,
        data=buffers.data,
        offsets=buffers.offsets,
        indptr=buffers.indptr,
        indices=buffers.indices,
        validity=buffers.validity,
        categories=_stored(tensor.categories, body) if tensor.HasField("categories") else None,
    )
