"""A server in the loop of the test."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import grpc
import pytest

import jazz.aio
from jazz_server.activity import Activity
from jazz_server.interceptors import Boundary
from jazz_server.services.core import Core
from jazz_server.settings import ServiceLimits
from jazz_server.store import Store, StoreOptions
from jazz_server.wiring import service_handlers
from wire import OPTIONS


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[jazz.aio.Database]:
    """A client of a server that runs in the loop of the test."""
    store = await Store.open(tmp_path / "store", StoreOptions(trial_seconds=None))
    activity = Activity(100)
    core = Core(store, ServiceLimits(), activity, kernels="", upload_seconds=60)
    server = grpc.aio.server(interceptors=(Boundary(activity),), options=OPTIONS)
    server.add_generic_rpc_handlers(tuple(service_handlers(core).values()))
    port = server.add_insecure_port("localhost:0")
    await server.start()
    async with jazz.aio.connect(f"localhost:{port}") as connected:
        yield connected
    await server.stop(None)
    await asyncio.to_thread(core.close)
    await store.close()
