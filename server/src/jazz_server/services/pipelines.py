"""The service Pipelines."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, ExitStack
from typing import Any

from jazz.codec import Encoded, chunks
from jazz.v1 import blocks_pb2
from jazz.v1 import pipelines_pb2 as pb
from jazz_server.engine.op import Op
from jazz_server.identity import caller
from jazz_server.pipelines.errors import IllTyped
from jazz_server.pipelines.explain import explain
from jazz_server.pipelines.explained import Explanation
from jazz_server.pipelines.infer import infer
from jazz_server.pipelines.messages import normalise
from jazz_server.services.checks import Checks
from jazz_server.services.core import Core
from jazz_server.services.explanations import explanation_message, head_sizes, op_bytes, op_message
from jazz_server.services.infos import outcome_info
from jazz_server.services.matching import KindGate
from jazz_server.services.names import read_name, read_prefix, read_reference, read_versions
from jazz_server.services.pages import page_of
from jazz_server.services.plans import Plan, plan_run
from jazz_server.services.queue import Computed
from jazz_server.services.receiving import Incoming
from jazz_server.services.requests import existing_version, precondition, remembered
from jazz_server.services.runs import Runs, body_checksums
from jazz_server.services.sending import parts_of, send_parts, send_values
from jazz_server.services.sources import Sources, bound_heads, head_type, registered, with_versions
from jazz_server.services.stored import document_content, pin_kinds, pipeline_info
from jazz_server.store import BlockName, Noun, Put, Request

FRAMED = frozenset({"RunPipeline"})


class Pipelines:
    """Typed graphs of operations over values."""

    def __init__(self, core: Core, gate: KindGate, sources: Sources, runs: Runs) -> None:
        self._core = core
        self._store = core.store
        self._gate = gate
        self._sources = sources
        self._runs = runs

    async def put_pipeline(self, request: pb.PutPipelineRequest, context: object) -> pb.PutPipelineResponse:
        """Store a pipeline, or a new version of it."""
        checks = Checks()
        name = checks.attempt(lambda: read_name(request.name))
        request_id = checks.attempt(lambda: remembered(request))
        checks.refuse()
        assert name is not None
        source = await self._sources.inline(request)
        heads = bound_heads(self._store, source.binds)
        kinds = self._sources.kinds_of(self._store, source.pipeline)
        types = {input_name: head_type(head) for input_name, head in heads.items()}
        typing = await self._core.work(
            lambda: infer(source.pipeline, types, ops=self._sources.ops, kinds=kinds.__getitem__)
        )
        inputs = {input_name: type_ for input_name, type_ in typing.inputs.items() if input_name not in source.binds}
        message = normalise(request.pipeline, self._sources.ops)
        pinned = pin_kinds(message, self._sources.full_kind_name)
        content = document_content(
            message, source.binds, inputs, typing.outputs, registered(heads), cache_results=request.cache_results
        )
        pins = [
            (head.name, head.version)
            for input_name, head in heads.items()
            if read_reference(source.binds[input_name])[1] is not None
        ]
        document = await self._store.put_document(
            Noun.PIPELINE,
            name,
            content,
            precondition=precondition(request),
            pins=pins,
            kinds=read_versions(pinned),
            request=request_id,
        )
        return pb.PutPipelineResponse(info=pipeline_info(document))

    async def get_pipeline(self, request: pb.GetPipelineRequest, context: object) -> pb.GetPipelineResponse:
        """Give a pipeline."""
        document = self._store.get_document(Noun.PIPELINE, *read_reference(request.name))
        return pb.GetPipelineResponse(info=pipeline_info(document, full=True))

    async def list_pipelines(self, request: pb.ListPipelinesRequest, context: object) -> pb.ListPipelinesResponse:
        """List the pipelines of a space."""
        space, prefix = read_prefix(request.prefix)
        page = self._store.list_documents(
            Noun.PIPELINE, space, prefix=prefix, page_size=request.page_size, page_token=request.page_token
        )
        pipelines = [pipeline_info(document) for document in page.items]
        return pb.ListPipelinesResponse(pipelines=pipelines, next_page_token=page.next_page_token)

    async def delete_pipeline(self, request: pb.DeletePipelineRequest, context: object) -> pb.DeletePipelineResponse:
        """Delete a pipeline with all its versions."""
        checks = Checks()
        name = checks.attempt(lambda: read_name(request.name))
        version = checks.attempt(lambda: existing_version(request))
        request_id = checks.attempt(lambda: remembered(request))
        checks.refuse()
        assert name is not None
        await self._store.delete_document(Noun.PIPELINE, name, if_version=version, request=request_id)
        return pb.DeletePipelineResponse()

    async def explain_pipeline(self, request: pb.ExplainPipelineRequest, context: object) -> pb.ExplainPipelineResponse:
        """Say in words how a pipeline would run."""
        source = await self._sources.target(self._store, request)
        heads = bound_heads(self._store, source.binds)
        kinds = self._sources.kinds_of(self._store, source.pipeline)
        types = {name: head_type(head) for name, head in heads.items()}
        ops = self._sources.ops

        def work() -> Explanation:
            typing = infer(source.pipeline, types, ops=ops, kinds=kinds.__getitem__)
            return explain(source.pipeline, typing, ops=ops, sizes=head_sizes(heads))

        try:
            explained = await self._core.work(work)
        except IllTyped as error:
            raise with_versions(error, source, heads) from error
        return pb.ExplainPipelineResponse(explanation=explanation_message(explained))

    async def run_pipeline(self, messages: AsyncIterator[bytes], context: Any) -> AsyncIterator[bytes]:
        """Run a pipeline, stored or not."""
        incoming = Incoming(messages, pb.RunPipelineRequest)
        message = await incoming.header(pb.RunPipelineHeader)
        with ExitStack() as held:
            plan = await self._plan(message, held)
            program = await self._runs.program(plan)
            held.enter_context(self._core.memory.held(plan.streamed_bytes, "the inputs of the run"))
            bodies = await self._runs.receive(plan, incoming)
            sums = await self._core.work(lambda: body_checksums(bodies)) if message.request_id else ()
            request = remembered(message, *sums)
            result = await self._runs.run(plan, program, bodies, context.time_remaining(), held)
        stored = await self._store_outputs(plan, result, request)
        given = [(n, each) for n, (name, each) in enumerate(result.outputs.items()) if name not in stored]
        head = pb.RunPipelineResponse(header=_result_header(plan, result, stored)).SerializeToString()
        # What lies in a stored block is read from the disk when it is sent, which others must not wait for.
        aside = bool(result.lent.difference(stored))
        answers = send_parts(self._core, head, parts_of(given)) if aside else send_values(head, given)
        async for answer in answers:
            yield answer

    async def list_ops(self, request: pb.ListOpsRequest, context: object) -> pb.ListOpsResponse:
        """List the operations that pipelines are made of."""
        ops = [self._sources.ops[name] for name in sorted(self._sources.ops)]
        page = page_of("ops", ops, _op_name, size=op_bytes, page_size=request.page_size, page_token=request.page_token)
        return pb.ListOpsResponse(ops=[op_message(op) for op in page.items], next_page_token=page.next_page_token)

    async def _plan(self, message: pb.RunPipelineHeader, held: ExitStack) -> Plan:
        """The plan of a run, all of whose names are looked up in one snapshot."""
        with self._store.snapshot() as snapshot:
            source = await self._sources.target(snapshot, message)
            return await plan_run(self._core, message, source, self._sources, snapshot, self._runs.kept, held)

    async def _store_outputs(
        self, plan: Plan, result: Computed, request: Request | None
    ) -> dict[str, blocks_pb2.BlockInfo]:
        """Store the outputs that are to be stored, all of them in one commit."""
        if not plan.stores:
            return {}
        async with AsyncExitStack() as uploads:
            puts = [await self._upload(name, result.outputs[output], uploads) for output, name in plan.stores.items()]
            outcomes = await self._store.commit(puts, request=request)
        return {output: outcome_info(outcome) for output, outcome in zip(plan.stores, outcomes, strict=True)}

    async def _upload(self, name: BlockName, encoded: Encoded, uploads: AsyncExitStack) -> Put:
        admission = await self._gate.admit(name.space, "", encoded.header)
        upload = await self._store.upload(name.space, encoded.body_bytes, owner=caller.get())
        uploads.push_async_callback(upload.abort)
        for _, data in chunks(encoded):
            await upload.write(data)
        await upload.finish()
        await self._gate.check_elements(admission, encoded.header, upload.map)
        header = encoded.header.SerializeToString(deterministic=True)
        return Put(name, header, upload, kind=admission.kind, admitted=admission.required)


def _result_header(plan: Plan, result: Computed, stored: dict[str, blocks_pb2.BlockInfo]) -> pb.RunResultHeader:
    outputs = [
        pb.RunOutput(name=name, block=stored[name])
        if name in stored
        else pb.RunOutput(name=name, value=pb.StreamedValue(header=each.header, body_bytes=each.body_bytes))
        for name, each in result.outputs.items()
    ]
    used = [pb.UsedBlock(input=name, name=str(head.name), version=head.version) for name, head in plan.heads().items()]
    return pb.RunResultHeader(
        outputs=outputs,
        pipeline_version=plan.source.version,
        used_blocks=used,
        compute_nanoseconds=result.nanoseconds,
        runs_together=result.together,
        profile=None if result.explanation is None else explanation_message(result.explanation),
    )


def _op_name(op: Op) -> bytes:
    return op.name.encode()
