"""The command `jazz`. It stands outside of the package, which loads gRPC, so that it can tell gRPC something before."""

from __future__ import annotations

import os

# gRPC's core writes lines of its own to stderr, also for what is told better here; it reads this when it is loaded.
# That is for the command to decide alone: a program that imports the package may want its lines.
os.environ.setdefault("GRPC_VERBOSITY", "NONE")

from jazz._cli import main

__all__ = ["main"]
