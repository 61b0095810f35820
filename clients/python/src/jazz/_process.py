"""Connections do not survive a fork: gRPC's threads stay behind in the parent, and a call in the child would hang."""

from __future__ import annotations

import os

from jazz.errors import FailedPrecondition

_connected_in: int | None = None


def note_connection() -> None:
    """Remember that this process has used gRPC.

    Raises:
        FailedPrecondition: It is the fork of a process that had.
    """
    global _connected_in
    check_process()
    _connected_in = os.getpid()


def check_process() -> None:
    """See that this process is not the fork of one that had used gRPC.

    Raises:
        FailedPrecondition: It is.
    """
    if _connected_in is not None and _connected_in != os.getpid():
        raise FailedPrecondition(
            f"this process was forked from process {_connected_in} after that had connected to Jazz, and gRPC does not "
            "work across a fork; start processes with multiprocessing.get_context('spawn') (or 'forkserver'), and "
            "connect in each of them"
        )
