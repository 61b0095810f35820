"""`python -m jazz` is the command `jazz`."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Runs the command, in a process that knew from its start what it tells gRPC, which is loaded with the package."""
    told = "GRPC_VERBOSITY" in os.environ
    import jazz_command

    if not told:
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])
    jazz_command.main()


if __name__ == "__main__":
    main()
