"""Explanations and operations to their messages."""

from __future__ import annotations

from collections.abc import Mapping

from jazz.v1 import pipelines_pb2 as pb
from jazz_server.engine.op import Op, Size
from jazz_server.engine.sizes import size_of_type
from jazz_server.engine.watching import Watched
from jazz_server.pipelines.explained import Explanation, StepExplanation
from jazz_server.pipelines.messages import type_to_message
from jazz_server.services.headers import header_type
from jazz_server.services.infos import value_header
from jazz_server.services.stored import input_messages, output_messages
from jazz_server.store import Head


def head_sizes(heads: Mapping[str, Head]) -> dict[str, Size]:
    """The sizes of stored tensors, by input."""
    headers = {name: value_header(head) for name, head in heads.items()}
    sizes = {
        name: size_of_type(header_type(header), header.tensor.stored_entries)
        for name, header in headers.items()
        if header.WhichOneof("value") == "tensor"
    }
    return {name: size for name, size in sizes.items() if size is not None}


def explanation_message(explained: Explanation) -> pb.Explanation:
    """The message of an explanation."""
    cost = explained.cost
    return pb.Explanation(
        inputs=input_messages(explained.inputs),
        outputs=output_messages(explained.outputs),
        steps=[_step_message(step) for step in explained.steps],
        text=str(explained),
        flops=cost.flops,
        bytes=cost.bytes or 0,
    )


def _step_message(step: StepExplanation) -> pb.StepExplanation:
    return pb.StepExplanation(
        op=step.op,
        op_version=step.version,
        outputs=[type_to_message(type_) for type_ in step.outputs],
        note=step.note,
        position=step.position,
        arguments=step.arguments,
        depth=step.depth,
        library=step.library,
        library_bytes=_known(step.estimate.library_bytes),
        flops=_known(step.estimate.cost.flops),
        bytes=_known(step.estimate.cost.bytes),
        profile=None if step.took is None else _profile_message(step.took),
    )


def _known(number: float | None) -> float | None:
    return number if number == number else None


def _profile_message(took: Watched) -> pb.StepProfile:
    return pb.StepProfile(
        calls=took.calls,
        nanoseconds=took.nanoseconds,
        bytes_read=took.bytes_read,
        bytes_written=took.bytes_written,
        rows_pruned=took.rows_pruned,
        chosen=list(took.chosen),
    )


def op_message(op: Op) -> pb.OpInfo:
    """The message of an operation."""
    parameters = [
        pb.OpParameter(
            name=each.name,
            type=each.type,
            default_value=None if each.default is None else str(each.default),
            doc=each.doc,
            required=each.required,
        )
        for each in op.parameters
    ]
    host = op.host
    return pb.OpInfo(
        name=op.name,
        version=op.version,
        signature=op.signature,
        doc=op.doc,
        parameters=parameters,
        host=None if host is None else pb.OpHost(library=host.library, cancellable=host.cancellable),
        missing=op.missing,
        arguments=op.arguments,
        optional_arguments=op.optional_arguments,
        results=op.results,
        work=op.work,
        since=op.since,
    )


def op_bytes(op: Op) -> int:
    """About as many bytes as an operation takes in a list."""
    return len(op.doc) + len(op.missing) + len(op.signature) + sum(len(each.doc) for each in op.parameters)
