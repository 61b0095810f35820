"""Pipelines that requests name or carry, read once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache

from jazz.errors import JazzError, Violation, error_for
from jazz.v1 import pipelines_pb2 as pb
from jazz.v1 import value_pb2
from jazz_server.engine.op import Op
from jazz_server.kinds.types import Kind, Type
from jazz_server.pipelines.errors import IllTyped
from jazz_server.pipelines.graph import Graph, Pipeline
from jazz_server.pipelines.messages import canonical_bytes, pipeline_from_message
from jazz_server.services.checks import Checks
from jazz_server.services.core import Core
from jazz_server.services.errors import invalid, refuse
from jazz_server.services.headers import SMALL_HEADER, header_type
from jazz_server.services.infos import value_header
from jazz_server.services.matching import Reads, StoredKinds
from jazz_server.services.names import read_reference
from jazz_server.services.quick import is_read_at_once
from jazz_server.services.stored import Recent, Registered, Source, inline_key, read_content
from jazz_server.store import Document, Head, Noun
from jazz_server.store.errors import BlockNotFound, VersionNotFound

_PIPELINES_KEPT = 128


class Sources:
    """Reads pipelines. Their graphs are kept: versions never change."""

    def __init__(self, core: Core, kinds: StoredKinds, ops: Mapping[str, Op]) -> None:
        self.ops = ops
        self._core = core
        self._kinds = kinds
        self._stored: Recent[Source] = Recent(_PIPELINES_KEPT)
        self._pipelines: Recent[Pipeline] = Recent(_PIPELINES_KEPT)

    async def stored(self, document: Document) -> Source:
        """The pipeline in a document."""
        key = (str(document.name), document.version)
        source = self._stored.get(key)
        if source is None:
            content = read_content(document)
            info = pb.PipelineInfo.FromString(content.info)
            pipeline = await self._core.work(lambda: pipeline_from_message(info.pipeline, ops=self.ops))
            binds = {bind.input: bind.block for bind in info.binds}
            source = Source(key, pipeline, binds, document.version, content.binds, info.cache_results)
            self._stored.put(key, source)
        return source

    async def inline(self, message: pb.InlinePipeline | pb.PutPipelineRequest) -> Source:
        """The pipeline in a request.

        Raises:
            jazz.errors.InvalidArgument: It is not well formed, or its binds are not; says everything.
        """
        self._check_constants(message.pipeline)
        key = inline_key(canonical_bytes(message.pipeline))
        pipeline = self._pipelines.get(key)
        if pipeline is None:
            quick = is_read_at_once(message.pipeline)
            pipeline = self._read(message) if quick else await self._core.work(lambda: self._read(message))
            self._pipelines.put(key, pipeline)
        return Source(key, pipeline, _read_binds(message.binds, pipeline.graph), 0, {})

    async def target(self, reader: Reads, message: pb.RunPipelineHeader | pb.ExplainPipelineRequest) -> Source:
        """The pipeline that a request names or carries."""
        match message.WhichOneof("target"):
            case "name":
                return await self.stored(reader.get_document(Noun.PIPELINE, *read_reference(message.name)))
            case "inline":
                return await self.inline(message.inline)
            case _:
                raise invalid("target", "the name of a pipeline, or one inline", "neither")

    def kinds_of(self, reader: Reads, pipeline: Pipeline) -> dict[str, Kind]:
        """The stored kinds that a pipeline refers to, by name."""
        types = [item.type for graph in (pipeline.graph, *pipeline.graphs) for item in graph.inputs]
        return self._kinds.gather(reader, types)

    def full_kind_name(self, name: str) -> str:
        """The name of a stored kind with the version that it is in now, or that it says."""
        return self._kinds.full_name(self._core.store, name, "pipeline.inputs")

    def _read(self, message: pb.InlinePipeline | pb.PutPipelineRequest) -> Pipeline:
        return pipeline_from_message(message.pipeline, ops=self.ops)

    def _check_constants(self, message: pb.Pipeline) -> None:
        limit = self._core.limits.inline_bytes
        violations = [
            Violation(f"pipeline.constants[{n}].body", f"at most {limit} bytes; bind a block", f"{len(c.body)} bytes")
            for n, c in enumerate(message.constants)
            if len(c.body) > limit
        ]
        if violations:
            raise refuse(violations, reason="INVALID_PIPELINE")


def _read_binds(binds: Sequence[pb.Bind], graph: Graph) -> dict[str, str]:
    names = {item.name for item in graph.inputs}
    read: dict[str, str] = {}
    checks = Checks()
    for position, bind in enumerate(binds):
        field = f"binds[{position}]"
        if bind.input not in names:
            expected = f"the name of an input: {', '.join(sorted(names)) or 'there are none'}"
            checks.note(invalid(f"{field}.input", expected, repr(bind.input)))
        elif bind.input in read:
            checks.note(invalid(f"{field}.input", "each input once", f"{bind.input!r} again"))
        checks.attempt(_reader(bind.block, f"{field}.block"))
        read[bind.input] = bind.block
    checks.refuse()
    return read


def _reader(block: str, field: str) -> Callable[[], object]:
    return lambda: read_reference(block, field)


def input_head(reader: Reads, name: str, block: str) -> Head:
    """The block that an input is taken from.

    Raises:
        jazz.errors.NotFound: It is not there; names the input and the block.
    """
    try:
        return reader.head(*read_reference(block, f"inputs.{name}"))
    except (BlockNotFound, VersionNotFound) as error:
        message = f"the input {name!r} is taken from the block {block!r}: {error}"
        raise error_for(error.reason, message, metadata={**error.metadata, "input": name, "block": block}) from error


def bound_heads(reader: Reads, binds: Mapping[str, str]) -> dict[str, Head]:
    """The blocks of bound inputs."""
    return {name: input_head(reader, name, block) for name, block in binds.items()}


def head_type(head: Head) -> Type:
    """The type of a stored value."""
    return _described(head.header) if len(head.header) <= SMALL_HEADER else header_type(value_header(head))


@lru_cache(4096)
def _described(header: bytes) -> Type:
    # A run asks for the types of all bound blocks several times, and a network has more than a hundred.
    return header_type(value_pb2.Value.FromString(header))


def registered(heads: Mapping[str, Head]) -> dict[str, Registered]:
    """What bound blocks are now."""
    return {name: Registered(head.version, str(head_type(head))) for name, head in heads.items()}


def with_versions(error: IllTyped, source: Source, heads: Mapping[str, Head]) -> JazzError:
    """The error for a pipeline that is not well typed (any more): it names the versions of blocks that have changed."""
    changed = list(_changed(source, heads))
    message = error.message
    if changed:
        message = "the pipeline is not well typed with the blocks as they are now"
    return error_for(error.reason, message, violations=[*changed, *error.violations])


def _changed(source: Source, heads: Mapping[str, Head]) -> Iterator[Violation]:
    for name, then in source.registered.items():
        head = heads.get(name)
        if head is None or head.version == then.version or str(head.name) != source.binds[name].partition("@")[0]:
            continue  # not read, as it was, or another block that the run names instead
        now = str(head_type(head))
        if now != then.type:
            found = f"{head.name}@{head.version}, {now}"
            yield Violation(f"binds.{name}", f"{head.name}@{then.version}, {then.type}, as it was registered", found)
