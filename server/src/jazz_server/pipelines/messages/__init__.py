"""Types, kinds and pipelines to and from their messages: the one place here that knows protobuf."""

from jazz_server.pipelines.messages.pipelines import (
    canonical_bytes,
    normalise,
    pipeline_from_message,
    pipeline_to_message,
)
from jazz_server.pipelines.messages.types import (
    kind_from_message,
    kind_to_message,
    type_from_message,
    type_to_message,
)

__all__ = [
    "canonical_bytes",
    "kind_from_message",
    "kind_to_message",
    "normalise",
    "pipeline_from_message",
    "pipeline_to_message",
    "type_from_message",
    "type_to_message",
]
