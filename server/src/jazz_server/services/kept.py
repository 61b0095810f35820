"""Results that are kept: told apart by the pipeline, the versions of blocks and the bytes of values."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Mapping

from google.protobuf.message import Message

from jazz_server.services.plans import Plan
from jazz_server.services.queue import Computed
from jazz_server.services.stored import Recent


def kept_results(size: int) -> Recent[Computed]:
    """Room for results of so many bytes in all; those that were not asked for longest go first."""
    return Recent(size, _bytes)


def result_key(plan: Plan, bodies: Mapping[str, memoryview]) -> Hashable:
    """What tells the result of a run from others. Reads all bodies, about a second for 1 GB."""
    blocks = [
        (name, str(block.head.name), block.head.version, b"" if block.part is None else _bytes_of(block.part))
        for name, block in plan.blocks.items()
    ]
    values = [
        (name, _bytes_of(checked.value), hashlib.blake2b(bodies[name], digest_size=32).digest())
        for name, checked in plan.streamed.items()
    ]
    kinds = [(name, str(kind)) for name, kind in plan.kinds.items()]
    return plan.source.key, tuple(sorted(blocks)), tuple(sorted(values)), tuple(sorted(kinds))


def _bytes(computed: Computed) -> int:
    return sum(each.body_bytes + each.header.ByteSize() for each in computed.outputs.values())


def _bytes_of(message: Message) -> bytes:
    return message.SerializeToString(deterministic=True)
