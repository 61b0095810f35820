"""Jazz: typed data, kinds and compiled sparse pipelines.

    import jazz

    db = jazz.connect("localhost:50051")
    db.put("lab/numbers", [1.5, 2.5])
    db.get("lab/numbers")

`connect` gives a `Database`; `jazz.aio.connect` one whose methods are awaited. `pipeline` makes a pipeline of a
function, out of the operations in `ops`, with types such as `Csr["rows", 1024]`. Everything that can go wrong is a
`JazzError`.
"""

from jazz import aio
from jazz._array import Array
from jazz._cuts import Labels, labels
from jazz._descriptions import Description
from jazz._explanations import Explanation, StepInfo, StepProfile
from jazz._infos import BlockInfo, KindInfo, Match, ServerInfo, SpaceInfo
from jazz._kind import Kind, kind, kind_of
from jazz._op_infos import OpInfo, OpParameter
from jazz._operations import UNCHANGED, Result
from jazz._outputs import Outputs
from jazz._pipeline_infos import PipelineInfo, RunResult
from jazz._slices import Ref, ref
from jazz._sync._batches import Batch
from jazz._sync._commits import Commit
from jazz._sync._database import Database, connect
from jazz._sync._handles import Block
from jazz._sync._sessions import Session
from jazz._tls import Tls
from jazz.errors import (
    AlreadyExists,
    Cancelled,
    DataLoss,
    DeadlineExceeded,
    FailedPrecondition,
    InternalError,
    InvalidArgument,
    JazzError,
    KindMismatch,
    NotFound,
    OutcomeUnknown,
    PermissionDenied,
    ResourceExhausted,
    Unauthenticated,
    Unavailable,
    Unimplemented,
    VersionConflict,
    Violation,
)
from jazz.graph import (
    Any,
    Coo,
    Csc,
    Csr,
    Dense,
    Node,
    OfKind,
    Pipeline,
    Table,
    Tensor,
    TracingError,
    ops,
    pipeline,
)

__all__ = [
    "UNCHANGED",
    "AlreadyExists",
    "Any",
    "Array",
    "Batch",
    "Block",
    "BlockInfo",
    "Cancelled",
    "Commit",
    "Coo",
    "Csc",
    "Csr",
    "DataLoss",
    "Database",
    "DeadlineExceeded",
    "Dense",
    "Description",
    "Explanation",
    "FailedPrecondition",
    "InternalError",
    "InvalidArgument",
    "JazzError",
    "Kind",
    "KindInfo",
    "KindMismatch",
    "Labels",
    "Match",
    "Node",
    "NotFound",
    "OfKind",
    "OpInfo",
    "OpParameter",
    "OutcomeUnknown",
    "Outputs",
    "PermissionDenied",
    "Pipeline",
    "PipelineInfo",
    "Ref",
    "ResourceExhausted",
    "Result",
    "RunResult",
    "ServerInfo",
    "Session",
    "SpaceInfo",
    "StepInfo",
    "StepProfile",
    "Table",
    "Tensor",
    "Tls",
    "TracingError",
    "Unauthenticated",
    "Unavailable",
    "Unimplemented",
    "VersionConflict",
    "Violation",
    "aio",
    "connect",
    "kind",
    "kind_of",
    "labels",
    "ops",
    "pipeline",
    "ref",
]
