"""The faults are those of a real server."""

from running_server import server

__all__ = ["server"]
