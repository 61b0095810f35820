"""The service Server."""

from __future__ import annotations

from jazz.v1 import server_pb2 as pb
from jazz_server.engine.parallel import thread_count
from jazz_server.identity import caller
from jazz_server.services.core import Core
from jazz_server.services.times import duration, timestamp
from jazz_server.version import server_version


class Server:
    """What runs here."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def get_server_info(self, request: pb.GetServerInfoRequest, context: object) -> pb.GetServerInfoResponse:
        """Say what runs here and within which limits."""
        core = self._core
        return pb.GetServerInfoResponse(
            version=server_version(),
            start_time=timestamp(core.started_at),
            identity=caller.get(),
            kernels=core.kernels,
            threads=thread_count(),
            limits=pb.Limits(
                message_bytes=core.limits.message_bytes,
                inline_bytes=core.limits.inline_bytes,
                batch_operations=core.limits.batch_operations,
                upload_lifetime=duration(core.upload_seconds),
            ),
        )
