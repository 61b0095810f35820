"""What can be wrong with a pipeline, when it is registered and when it runs.

Every error carries a reason of `jazz.errors.REASONS`.
"""

from __future__ import annotations

from collections.abc import Iterable

from jazz.errors import Violation
from jazz_server.engine.errors import Interrupted


class PipelineError(Exception):
    """An error of this package.

    Attributes:
        reason: A key of `jazz.errors.REASONS`.
        message: A sentence for people.
        violations: Everything that is wrong.
    """

    reason = "INTERNAL"
    summary = "the pipeline failed"

    def __init__(self, violations: Iterable[Violation]) -> None:
        self.violations = tuple(violations)
        self.message = self.summary
        super().__init__("\n".join([self.message, *(f"  - {violation}" for violation in self.violations)]))


class InvalidPipeline(PipelineError):
    """A graph is not well formed: wrong references, operations, parameters, names or sizes."""

    reason = "INVALID_PIPELINE"
    summary = "the pipeline is not well formed"


class InvalidType(PipelineError):
    """A type, or a kind, is not well formed."""

    reason = "INVALID_ARGUMENT"
    summary = "the type is not well formed"


class IllTyped(PipelineError):
    """The values in a graph, or those given to it, are not what operations and declarations ask for."""

    reason = "KIND_MISMATCH"
    summary = "the pipeline is not well typed"


class InvalidRun(PipelineError):
    """What a run was given is not what its pipeline takes: inputs are missing, or there are none of such names."""

    reason = "INVALID_ARGUMENT"
    summary = "the inputs of the run are not those of the pipeline"


class RunError(PipelineError):
    """A step failed on the data it was given. The violation names the step."""

    reason = "INVALID_VALUE"
    summary = "a step of the pipeline cannot work with its data"

    def within(self, step: str) -> RunError:
        """The same error, seen from the graph around: `step` names the step whose sub-graph failed."""
        return type(self)(Violation(f"{step}.{v.field}", v.expected, v.found) for v in self.violations)


class RunOutOfMemory(RunError):
    """A step would need more memory than the run may have."""

    reason = "MEMORY_LIMIT"
    summary = "a step of the pipeline needs more memory than it may have"


class RunCancelled(Interrupted):
    """The run was called off."""

    reason = "CANCELLED"


class RunDeadlineExceeded(Interrupted):
    """The run took longer than the time allowed."""

    reason = "DEADLINE_EXCEEDED"
