"""Tracing: functions become pipelines.

`pipeline` turns a function into a `Pipeline` by running it once with `Node`s for its inputs; operators and
the functions of `ops` note steps; the types in `types` say what the inputs are.
"""

from __future__ import annotations

from jazz.graph import ops
from jazz.graph.errors import TracingError
from jazz.graph.node import Node, Operand
from jazz.graph.pipeline import Pipeline, pipeline
from jazz.graph.types import (
    Any,
    AnyType,
    Coo,
    Csc,
    Csr,
    Dense,
    FieldType,
    KindType,
    NullType,
    OfKind,
    Table,
    TableType,
    Tensor,
    TensorType,
    Type,
    from_message,
    to_message,
)

__all__ = [
    "Any",
    "AnyType",
    "Coo",
    "Csc",
    "Csr",
    "Dense",
    "FieldType",
    "KindType",
    "Node",
    "NullType",
    "OfKind",
    "Operand",
    "Pipeline",
    "Table",
    "TableType",
    "Tensor",
    "TensorType",
    "TracingError",
    "Type",
    "from_message",
    "ops",
    "pipeline",
    "to_message",
]
