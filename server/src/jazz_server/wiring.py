"""How the services are put together."""

from __future__ import annotations

import grpc

from jazz.v1 import blocks_pb2, kinds_pb2, pipelines_pb2, server_pb2, spaces_pb2
from jazz_server.engine.catalogue import CATALOGUE
from jazz_server.services import blocks, kinds, pipelines, server, spaces
from jazz_server.services.core import Core
from jazz_server.services.describing import Describer
from jazz_server.services.handlers import service_handler
from jazz_server.services.matching import KindGate, StoredKinds
from jazz_server.services.puts import Gate
from jazz_server.services.runs import Runs
from jazz_server.services.sources import Sources
from jazz_server.services.staged import StagedUploads


def service_handlers(core: Core) -> dict[str, grpc.GenericRpcHandler]:
    """The handlers of all services of Jazz, by the full name of the service."""
    stored_kinds = StoredKinds()
    gate = KindGate(core, stored_kinds)
    sources = Sources(core, stored_kinds, CATALOGUE)
    runs = Runs(core, sources)
    core.at_close(runs.close)
    values = blocks.Blocks(core, Gate(core, gate), StagedUploads(core.store), Describer(core, stored_kinds))
    served = (
        (blocks_pb2, "Blocks", values, blocks.FRAMED),
        (spaces_pb2, "Spaces", spaces.Spaces(core, stored_kinds), frozenset[str]()),
        (kinds_pb2, "Kinds", kinds.Kinds(core, gate, stored_kinds), frozenset[str]()),
        (pipelines_pb2, "Pipelines", pipelines.Pipelines(core, gate, sources, runs), pipelines.FRAMED),
        (server_pb2, "Server", server.Server(core), frozenset[str]()),
    )
    handlers = {}
    for module, name, servicer, framed in served:
        described = module.DESCRIPTOR.services_by_name[name]
        handlers[described.full_name] = service_handler(described, servicer, framed)
    return handlers
