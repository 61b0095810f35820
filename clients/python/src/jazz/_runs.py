"""Pipelines and runs as messages: what is given, what comes back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any, Final

from jazz import codec
from jazz._bodies import Body, damaged, decoded, encoded
from jazz._explanations import explanation
from jazz._infos import block_info
from jazz._names import invalid, name, text
from jazz._outputs import Outputs
from jazz._pipeline_infos import RunResult
from jazz._slices import Ref, block_name
from jazz.errors import JazzError, KindMismatch
from jazz.graph import Pipeline
from jazz.v1 import pipelines_pb2

_BLOCK_NAME: Final = re.compile(r"[a-z][a-z0-9_-]*(/[^/\s]+)+")


def pipeline_message(pipeline: object) -> pipelines_pb2.Pipeline:
    """A pipeline as a message.

    Raises:
        InvalidArgument: It is none.
    """
    if isinstance(pipeline, Pipeline):
        return pipeline.message
    if isinstance(pipeline, pipelines_pb2.Pipeline):
        return pipeline
    raise invalid("pipeline", "a name such as 'space/name', or a function under @jazz.pipeline", pipeline)


@contextmanager
def with_lines(pipeline: object, inputs: Mapping[str, object] | None = None) -> Iterator[None]:
    """Errors of the server get the lines of the program that wrote the steps that they name.

    A text that was sent as an input, and looks like the name of a block, is mentioned when something did not fit.
    """
    try:
        yield
    except JazzError as error:
        told = pipeline.located(error) if isinstance(pipeline, Pipeline) else error
        if isinstance(error, KindMismatch):
            told = _with_texts(told, inputs or {})
        if told is error:
            raise
        raise told from error.__cause__


def _with_texts(error: JazzError, inputs: Mapping[str, object]) -> JazzError:
    texts = {key: value for key, value in inputs.items() if isinstance(value, str) and _BLOCK_NAME.fullmatch(value)}
    if not texts:
        return error
    sent = " and ".join(f"{key} is the text {value!r}" for key, value in texts.items())
    message = f"{error.message}; {sent}: db[name] or jazz.ref(name) stands for a stored block"
    return type(error)(message, reason=error.reason, metadata=error.metadata, violations=error.violations)


def binds(bind: object) -> list[pipelines_pb2.Bind]:
    """Stored blocks in the place of inputs, sorted by input.

    Raises:
        InvalidArgument: It is not a mapping from inputs to blocks.
    """
    if bind is None:
        return []
    if not isinstance(bind, Mapping):
        raise invalid("bind", "a mapping from inputs to names of blocks", bind)
    pairs = [(text("bind input", key), block_name(f"bind[{key!r}]", block)) for key, block in bind.items()]
    return [pipelines_pb2.Bind(input=key, block=block) for key, block in sorted(pairs)]


def run_inputs(inputs: Mapping[str, object]) -> tuple[list[pipelines_pb2.RunInput], list[codec.Encoded]]:
    """Inputs of a run, sorted by name, and the bodies to send, one for each: an empty one for a stored block."""
    headers: list[pipelines_pb2.RunInput] = []
    bodies: list[codec.Encoded] = []
    for key in inputs:
        text("inputs", key, "names of inputs as strings")
    for key, value in sorted(inputs.items()):
        if isinstance(value, Ref):
            headers.append(pipelines_pb2.RunInput(name=key, block=value._request()))
            bodies.append(NOTHING)
        else:
            body = encoded(f"inputs[{key!r}]", value)
            streamed = pipelines_pb2.StreamedValue(header=body.header, body_bytes=body.body_bytes)
            headers.append(pipelines_pb2.RunInput(name=key, value=streamed))
            bodies.append(body)
    return headers, bodies


NOTHING = encoded("nothing", None)
"""A body without bytes."""


def stores(into: object, outputs: Sequence[str]) -> list[pipelines_pb2.StoreOutput]:
    """Where to store outputs.

    Args:
        into: A name or handle for the only output, or a mapping from outputs to them; None to store nothing.
        outputs: The names of the pipeline's outputs, for the first case.

    Raises:
        InvalidArgument: A single name is given, and there are several outputs.
    """
    if into is None:
        return []
    if isinstance(into, Mapping):
        pairs = [(text("into output", key), block_name(f"into[{key!r}]", block)) for key, block in into.items()]
        return [pipelines_pb2.StoreOutput(output=key, block=block) for key, block in pairs]
    block = block_name("into", into)
    if len(outputs) != 1:
        named = ", ".join(outputs)
        raise invalid("into", f"a mapping from outputs to names, since there are several: {named}", block)
    return [pipelines_pb2.StoreOutput(output=outputs[0], block=block)]


def all_inputs(pipeline: object, given: object, named: Mapping[str, object]) -> dict[str, object]:
    """The inputs of a run from both ways of giving them.

    Raises:
        InvalidArgument: The first is no mapping, one is given twice, or one is a parameter with a default.
    """
    if isinstance(pipeline, Pipeline) and pipeline.settings:
        for key in pipeline.settings.keys() & named.keys() - pipeline.inputs.keys():
            expected = f"{pipeline.settings[key]!r} or nothing: {key} has a default, with which the function was traced"
            raise invalid(f"inputs[{key!r}]", expected, named[key])
    if given is None:
        return dict(named)
    if not isinstance(given, Mapping):
        raise invalid("inputs", "a mapping from names of inputs to values; or give them by keyword", given)
    twice = sorted(set(given) & set(named))
    if twice:
        raise invalid("inputs", "each input once", described=f"{', '.join(twice)} twice")
    return {**given, **named}


def announced(first: pipelines_pb2.RunPipelineResponse) -> list[tuple[int, int]]:
    """The bodies that follow the answer to a run: positions and lengths."""
    return [
        (index, output.value.body_bytes)
        for index, output in enumerate(first.header.outputs)
        if output.WhichOneof("result") == "value"
    ]


def run_result(answer: pipelines_pb2.RunResultHeader, bodies: Mapping[int, Body], to: str | None) -> RunResult:
    """What a run gave."""
    results: list[Any] = []
    for index, output in enumerate(answer.outputs):
        match output.WhichOneof("result"):
            case "value":
                results.append(decoded(output.value.header, bodies[index], to))
            case "block":
                results.append(block_info(output.block))
            case _:
                raise damaged(f"no result for the output {output.name}")
    if not results:
        raise damaged("no outputs")
    return RunResult(
        value=results[0] if len(results) == 1 else Outputs([output.name for output in answer.outputs], results),
        used_versions=MappingProxyType({used.input: f"{used.name}@{used.version}" for used in answer.used_blocks}),
        pipeline_version=answer.pipeline_version or None,
        compute_seconds=answer.compute_nanoseconds / 1e9,
        runs_together=answer.runs_together,
        profile=explanation(answer.profile) if answer.HasField("profile") else None,
    )


def target_name(pipeline: object) -> str | None:
    """The name of a stored pipeline; None for one that is given itself."""
    return name("pipeline", pipeline) if isinstance(pipeline, str) else None
