"""Pipelines: stored graphs, and runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from jazz._bodies import form
from jazz._explanations import Explanation, explanation
from jazz._names import flag, invalid, request_id, text, versioned
from jazz._names import if_version as checked_if_version
from jazz._names import name as checked_name
from jazz._op_infos import OpInfo, op_info
from jazz._pipeline_infos import PipelineInfo, pipeline_info
from jazz._runs import (
    all_inputs,
    announced,
    binds,
    pipeline_message,
    run_inputs,
    run_result,
    stores,
    target_name,
    with_lines,
)
from jazz._slices import Ref
from jazz._sync._blocks import Blocks
from jazz._sync._calls import Calls
from jazz.graph import Pipeline
from jazz.v1 import pipelines_pb2


class Pipelines:
    """What a database does with stored pipelines: `db.pipelines`."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    def put(
        self,
        name: str,
        pipeline: Pipeline | pipelines_pb2.Pipeline,
        *,
        bind: Mapping[str, str | Ref] | None = None,
        cache_results: bool = False,
        if_version: int | None = None,
        timeout: float | None = None,
    ) -> PipelineInfo:
        """Store a pipeline, or a new version of it. It is typed first: all that is wrong with it is said at once.

        Args:
            name: `space/name`.
            pipeline: A function under `@jazz.pipeline`.
            bind: Inputs that are taken from stored blocks: `space/name` for the latest version at each run,
                `space/name@version` for that version, which is then kept.
            cache_results: Whether the server keeps results in memory, as long as there is room, for runs on the same
                inputs: the same versions of blocks, and values of the same bytes.
            if_version: The version that must be the latest one now; 0 for "must not exist".
            timeout: Seconds that it may take.

        Raises:
            KindMismatch: The pipeline is not well typed; `violations` names every step, and its line in the program.
            NotFound: A bound block is not there.
            VersionConflict: `if_version` is not the latest version.

        >>> @jazz.pipeline
        ... def double(x: jazz.Dense["n"]):
        ...     return x * 2
        >>> db.pipelines.put("lab/double", double)
        <PipelineInfo lab/double@...: (x: jazz.Dense['n']) -> (result: ...)>
        """
        request = pipelines_pb2.PutPipelineRequest(
            name=checked_name("name", name),
            binds=binds(bind),
            cache_results=flag("cache_results", cache_results),
            if_version=checked_if_version(if_version),
            request_id=request_id(),
            pipeline=pipeline_message(pipeline),
        )
        with with_lines(pipeline):
            answer = self._calls.unary(
                "Pipelines/PutPipeline", request, pipelines_pb2.PutPipelineResponse, timeout, repeatable=True
            )
        return pipeline_info(answer.info)

    def get(self, name: str, *, version: int | None = None, timeout: float | None = None) -> PipelineInfo:
        """A pipeline with its graph.

        Raises:
            NotFound: There is none of that name, or no such version.
        """
        request = pipelines_pb2.GetPipelineRequest(name=versioned("name", name, version))
        answer = self._calls.unary(
            "Pipelines/GetPipeline", request, pipelines_pb2.GetPipelineResponse, timeout, repeatable=True
        )
        return pipeline_info(answer.info)

    def list(self, prefix: str, *, timeout: float | None = None) -> Iterator[PipelineInfo]:
        """The pipelines of a space (`space`, or `space/prefix`), in the order of the bytes of their names."""
        return self._listed(pipelines_pb2.ListPipelinesRequest(prefix=text("prefix", prefix)), timeout)

    def _listed(self, request: pipelines_pb2.ListPipelinesRequest, timeout: object) -> Iterator[PipelineInfo]:
        while True:
            page = self._calls.unary(
                "Pipelines/ListPipelines", request, pipelines_pb2.ListPipelinesResponse, timeout, repeatable=True
            )
            for stored in page.pipelines:
                yield pipeline_info(stored)
            request.page_token = page.next_page_token
            if not request.page_token:
                return

    def delete(self, name: str, *, if_version: int | None = None, timeout: float | None = None) -> None:
        """Delete a pipeline with all its versions.

        Raises:
            NotFound: There is none of that name.
            VersionConflict: `if_version` is not the latest version.
        """
        request = pipelines_pb2.DeletePipelineRequest(
            name=checked_name("name", name), if_version=checked_if_version(if_version)
        )
        self._calls.unary(
            "Pipelines/DeletePipeline", request, pipelines_pb2.DeletePipelineResponse, timeout, repeatable=False
        )

    def explain(
        self,
        pipeline: str | Pipeline | pipelines_pb2.Pipeline,
        *,
        bind: Mapping[str, str | Ref] | None = None,
        timeout: float | None = None,
    ) -> Explanation:
        """Say in words how a pipeline would run, with the type of every value in it.

        Args:
            pipeline: A stored one, `space/name` or `space/name@version`, or one that is not stored.
            bind: For one that is not stored: inputs that are taken from stored blocks.
            timeout: Seconds that it may take.

        Raises:
            NotFound: There is no such pipeline, or a bound block is not there.
            KindMismatch: The pipeline is not well typed.
        """
        request = pipelines_pb2.ExplainPipelineRequest(name=target_name(pipeline))
        if not isinstance(pipeline, str):
            request.inline.CopyFrom(
                pipelines_pb2.InlinePipeline(binds=binds(bind), pipeline=pipeline_message(pipeline))
            )
        elif bind is not None:
            raise invalid("bind", "None for a stored pipeline, whose binds are stored with it", bind)
        with with_lines(pipeline):
            answer = self._calls.unary(
                "Pipelines/ExplainPipeline", request, pipelines_pb2.ExplainPipelineResponse, timeout, repeatable=True
            )
        return explanation(answer.explanation)


class Runs(Blocks):
    """What a database does besides storing: running pipelines."""

    def __init__(self, calls: Calls) -> None:
        super().__init__(calls)
        self.pipelines = Pipelines(calls)

    def run(
        self,
        pipeline: str | Pipeline | pipelines_pb2.Pipeline,
        inputs: Mapping[str, object] | None = None,
        /,
        *,
        into: str | Ref | Mapping[str, str | Ref] | None = None,
        to: str | None = None,
        details: bool = False,
        profile: bool = False,
        timeout: float | None = None,
        **named_inputs: object,
    ) -> Any:
        """Run a pipeline, stored or not.

        Args:
            pipeline: A stored one, `space/name` or `space/name@version`, or a function under `@jazz.pipeline`.
            inputs: Inputs by name, for names that are no keywords or are those of arguments of this method.
            into: Where to store the output instead of giving it back; a mapping from outputs to names when there are
                several, of which those that it names are stored, in one atomic commit.
            to: The form that outputs shall have, as for `get`.
            details: Whether to give a `RunResult`, which tells the versions used and the time taken as well.
            profile: Whether to give a `RunResult` whose `profile` tells what each step took. Such a run is computed by
                itself: no result is kept or shared.
            timeout: Seconds that it may take; None for the connection's timeout, which is none for runs.
            named_inputs: Inputs by keyword. A handle (`db["space/name"]`), a part of one (`db["space/name"][:100]`) or
                `jazz.ref("space/name@3")` stands for a stored block, whose bytes stay on the server; anything else is
                sent. An input for which a block is bound can be given too: it takes the block's place in this run.

        Returns:
            The output; `Outputs`, a tuple that knows names, when there are several; a `BlockInfo` in the place of each
            that was stored.

        Raises:
            NotFound: There is no such pipeline, or a block that it needs is not there.
            KindMismatch: An input is not of the type that the pipeline asks for.
            InvalidArgument: An input is missing or not known.
            ResourceExhausted: It would take more memory than the server gives a run.

        >>> @jazz.pipeline
        ... def double(x: jazz.Dense["n"]):
        ...     return x * 2
        >>> db.run(double, x=np.array([1.5, 2.5]))
        array([3., 5.])
        """
        stored, shown = target_name(pipeline), form(to)
        detailed, profiled = flag("details", details), flag("profile", profile)
        every = all_inputs(pipeline, inputs, named_inputs)
        headers, bodies = run_inputs(every)
        request = pipelines_pb2.RunPipelineRequest()
        header = request.header
        header.inputs.extend(headers)
        header.profile = profiled
        if stored is None:
            header.inline.pipeline.CopyFrom(pipeline_message(pipeline))
        else:
            header.name = stored
        header.stores.extend(stores(into, self._outputs_for(into, pipeline, timeout)))
        if header.stores:
            header.request_id = request_id()
        with with_lines(pipeline, every):
            answer, received = self._calls.exchange(
                "Pipelines/RunPipeline",
                request,
                bodies,
                pipelines_pb2.RunPipelineResponse,
                announced,
                timeout,
                label=f"run {stored or 'pipeline'}",
            )
        result = run_result(answer.header, received, shown)
        return result if detailed or profiled else result.value

    def _outputs_for(self, into: object, pipeline: object, timeout: float | None) -> tuple[str, ...]:
        """The names of the outputs, where `into` asks for the only one without naming it."""
        if into is None or isinstance(into, Mapping):
            return ()
        if isinstance(pipeline, str):
            return tuple((self.pipelines.get(pipeline, timeout=timeout)).outputs)
        return tuple(output.name for output in pipeline_message(pipeline).graph.outputs)

    def ops(self, *, timeout: float | None = None) -> Iterator[OpInfo]:
        """The operations that pipelines are made of, sorted by name.

        >>> [op.name for op in db.ops() if op.name.startswith("arg")]
        ['argmax', 'argmin', 'argsort']
        """
        return self._ops(pipelines_pb2.ListOpsRequest(), timeout)

    def _ops(self, request: pipelines_pb2.ListOpsRequest, timeout: object) -> Iterator[OpInfo]:
        while True:
            page = self._calls.unary(
                "Pipelines/ListOps", request, pipelines_pb2.ListOpsResponse, timeout, repeatable=True
            )
            for op in page.ops:
                yield op_info(op)
            request.page_token = page.next_page_token
            if not request.page_token:
                return
