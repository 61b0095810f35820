"""What is wrong with the way a pipeline is written."""

from __future__ import annotations

from jazz.errors import InvalidArgument, Violation


class TracingError(InvalidArgument, TypeError):
    """A function cannot become a pipeline as it is written, or a value of a pipeline is used as if it were data."""

    default_reason = "INVALID_PIPELINE"


def tracing_error(field: str, expected: str, found: str, message: str | None = None) -> TracingError:
    """The error for one thing that is wrong: where, what was expected, what was found."""
    violation = Violation(field, expected, found)
    return TracingError(message or "this cannot be part of a pipeline", violations=[violation])
