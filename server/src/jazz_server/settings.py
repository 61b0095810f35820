"""What can be set when a server is started."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

MIB = 1024 * 1024

HEADER_BYTES = MIB
"""Bytes that the header of a value may have."""

KIND_BYTES = MIB // 4
"""Bytes that a kind may have."""


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """The PEM files of a server that speaks TLS. With `client_ca`, clients must show a certificate that it issued."""

    certificate: Path
    key: Path
    client_ca: Path | None = None


@dataclass(frozen=True, slots=True)
class ServiceLimits:
    """What a client has to stay within.

    Attributes:
        message_bytes: Bytes of one message.
        inline_bytes: Bytes of the body of a value inside a message (batches, sessions, commits, constants).
        batch_operations: Operations of one batch or commit.
        concurrent_calls: Calls that are served at the same time.
        concurrent_runs: Runs that compute at the same time; others wait for their turn.
        waiting_runs: Runs that may wait; further ones are refused.
        memory_bytes: Bytes that inputs of runs, their results and cached values may take together.
    """

    message_bytes: int = 32 * MIB
    inline_bytes: int = MIB
    batch_operations: int = 10_000
    concurrent_calls: int = 4096
    concurrent_runs: int = 2
    waiting_runs: int = 256
    memory_bytes: int = 1024 * MIB


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """How a server runs.

    Attributes:
        data: The folder of its store.
        listen: Where it listens for TCP, `HOST:PORT`; port 0 takes a free one. None for nowhere.
        socket: Where it listens for connections from the same machine. None for nowhere.
        tls: Its certificate; without it, TCP is not encrypted.
        create_spaces: Whether the first put into a missing space creates it.
        grace_seconds: How long calls may go on after the server was told to stop.
        limits: What clients have to stay within.
    """

    data: Path
    listen: str | None = "127.0.0.1:50051"
    socket: Path | None = None
    tls: TlsFiles | None = None
    create_spaces: bool = True
    grace_seconds: float = 20.0
    limits: ServiceLimits = field(default_factory=ServiceLimits)


class CannotStart(Exception):
    """The server cannot start; the message is one line for the person who started it."""
