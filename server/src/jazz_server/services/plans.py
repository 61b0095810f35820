"""What a run will read and write: all names looked up at one point in time, everything wrong told at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import lru_cache

from jazz.codec import InvalidValue, check_header
from jazz.errors import JazzError
from jazz.v1 import pipelines_pb2 as pb
from jazz.v1 import value_pb2
from jazz.values import Value
from jazz_server.kinds.types import Kind, NullType, Type
from jazz_server.services.checks import Checks
from jazz_server.services.core import Core
from jazz_server.services.errors import invalid, known, within
from jazz_server.services.headers import SMALL_HEADER, has_units, header_type
from jazz_server.services.matching import Reads
from jazz_server.services.names import read_name, read_reference
from jazz_server.services.puts import CheckedHeader, read_header
from jazz_server.services.requests import remembered
from jazz_server.services.slices import wants_part
from jazz_server.services.sources import Sources, head_type, input_head
from jazz_server.services.stored import Source
from jazz_server.store import BlockName, Body, Head


@dataclass(frozen=True, slots=True)
class BlockInput:
    """An input that is a stored block or a part of it.

    Attributes:
        head: The block.
        part: The part; None for the whole.
        source: Its value where that is in memory, else its body.
    """

    head: Head
    part: value_pb2.Slice | None
    source: Value | Body


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run will read and write.

    Attributes:
        source: The pipeline.
        kinds: The stored kinds that it refers to.
        streamed: The headers of the inputs that come in the stream, by input.
        positions: Their `value_index`, by input.
        blocks: The inputs that are stored blocks, by input, in the order of the graph.
        types: The types of all inputs but parts of blocks; what is bound comes first, as it is not to be blamed.
        stores: The blocks that outputs go to, by output.
        profile: Whether to tell what each step took.
    """

    source: Source
    kinds: Mapping[str, Kind]
    streamed: Mapping[str, CheckedHeader]
    positions: Mapping[str, int]
    blocks: Mapping[str, BlockInput]
    types: Mapping[str, Type]
    stores: Mapping[str, BlockName]
    profile: bool

    @property
    def streamed_bytes(self) -> int:
        """The bytes of all inputs that come in the stream."""
        return sum(header.body_bytes for header in self.streamed.values())

    @property
    def sliced(self) -> bool:
        """Whether some input is a part of a block, whose type shows only when it has been taken."""
        return any(block.part is not None for block in self.blocks.values())

    def heads(self) -> dict[str, Head]:
        """The blocks that are read."""
        return {name: block.head for name, block in self.blocks.items()}


async def plan_run(
    core: Core,
    message: pb.RunPipelineHeader,
    source: Source,
    sources: Sources,
    reader: Reads,
    kept: Callable[[Head], Value | None],
    bodies: ExitStack,
) -> Plan:
    """The plan of a run. The bodies of blocks stay open as long as `bodies`; `kept` gives values that are in memory.

    Raises:
        jazz.errors.InvalidArgument: Inputs are missing, unknown or there twice, values or stores are not valid.
        jazz.errors.NotFound: A block is not there.
    """
    checks = Checks()
    names = [item.name for item in source.pipeline.graph.inputs]
    streamed: dict[str, CheckedHeader] = {}
    described: dict[str, Type] = {}
    positions: dict[str, int] = {}
    asked: dict[str, tuple[str, value_pb2.Slice | None]] = {name: (block, None) for name, block in source.binds.items()}
    given: set[str] = set()
    for position, item in enumerate(message.inputs):
        _check_input(item, position, names, given, checks)
        given.add(item.name)
        asked.pop(item.name, None)
        match item.WhichOneof("source"):
            case "value":
                streamed[item.name], described[item.name] = await _streamed(core, item.value, position, checks)
                positions[item.name] = position
            case "block":
                asked[item.name] = (item.block.name, item.block.slice if wants_part(item.block.slice) else None)
                checks.attempt(_reference_check(item.block.name, f"inputs[{position}].block.name"))
            case _:
                checks.note(invalid(f"inputs[{position}]", "a value or a block", "neither"))
    for takes in source.pipeline.graph.inputs:
        if takes.name not in given and takes.name not in asked:
            checks.note(invalid(f"inputs.{takes.name}", f"a value for this input: {takes.type}", "none"))
    stores = _stores(message, source, checks)
    checks.refuse()
    blocks = {}
    for name, (reference, part) in asked.items():
        head = input_head(reader, name, reference)
        value = kept(head) if part is None else None
        blocks[name] = BlockInput(head, part, _opened(reader, head, bodies) if value is None else value)
    kinds = sources.kinds_of(reader, source.pipeline)
    types = {name: head_type(block.head) for name, block in blocks.items() if block.part is None}
    return Plan(source, kinds, streamed, positions, blocks, types | described, stores, message.profile)


def _opened(reader: Reads, head: Head, bodies: ExitStack) -> Body:
    body = reader.open_body(head)
    bodies.callback(body.close)
    return body


def _check_input(item: pb.RunInput, position: int, names: list[str], given: set[str], checks: Checks) -> None:
    field = f"inputs[{position}].name"
    if item.name not in names:
        checks.note(invalid(field, f"the name of an input: {', '.join(names) or 'there are none'}", repr(item.name)))
    elif item.name in given:
        checks.note(invalid(field, "each input once", f"{item.name!r} again"))


async def _streamed(core: Core, value: pb.StreamedValue, position: int, checks: Checks) -> tuple[CheckedHeader, Type]:
    """A header, and the type that it describes; what is wrong with it is noted."""
    seen = _plain(value.header.SerializeToString(), value.body_bytes)
    if seen is not None:
        return seen
    own = Checks()
    header = await read_header(core, value.header, value.body_bytes, own)
    try:
        own.refuse()
    except JazzError as error:
        checks.note(within(f"inputs[{position}]", known(error)))
        return header, NullType()
    return header, header_type(header.value)


@lru_cache(1024)
def _plain(encoded: bytes, body_bytes: int) -> tuple[CheckedHeader, Type] | None:
    """A small header and the type that it describes; None for one that is wrong, or has units, which take a thread."""
    if len(encoded) > SMALL_HEADER:
        return None
    header = value_pb2.Value.FromString(encoded)
    header.DiscardUnknownFields()
    try:
        check_header(header, body_bytes)
    except InvalidValue:
        return None
    return None if has_units(header) else (CheckedHeader(header, body_bytes), header_type(header))


def _reference_check(name: str, field: str) -> Callable[[], object]:
    return lambda: read_reference(name, field)


def _stores(message: pb.RunPipelineHeader, source: Source, checks: Checks) -> dict[str, BlockName]:
    outputs = [output.name for output in source.pipeline.graph.outputs]
    stores: dict[str, BlockName] = {}
    for position, store in enumerate(message.stores):
        field = f"stores[{position}]"
        if store.output not in outputs:
            checks.note(invalid(f"{field}.output", f"the name of an output: {', '.join(outputs)}", repr(store.output)))
        elif store.output in stores:
            checks.note(invalid(f"{field}.output", "each output once", f"{store.output!r} again"))
        name = checks.attempt(_name_check(store.block, f"{field}.block"))
        if name is None:
            continue
        if name in stores.values():
            checks.note(invalid(f"{field}.block", "each block once", f"{store.block!r} again"))
        stores[store.output] = name
    checks.attempt(lambda: remembered(message))
    if message.request_id and not message.stores:
        checks.note(invalid("request_id", "none, as nothing is stored", repr(message.request_id)))
    return stores


def _name_check(block: str, field: str) -> Callable[[], BlockName]:
    return lambda: read_name(block, field)
