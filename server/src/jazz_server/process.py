"""The server process: it takes its addresses, opens its store, serves, and stops without losing anything."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import resource
import signal
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import grpc
import grpc.aio
import uvloop
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from jazz_server.activity import Activity
from jazz_server.addresses import check_address, parse_address, release_socket, take_socket
from jazz_server.allocator import keep_freed_memory
from jazz_server.draining import drain
from jazz_server.engine import hot
from jazz_server.engine.library import KernelLibraryUnavailable, UnknownLevel, detected_level
from jazz_server.engine.memory import set_limit_bytes
from jazz_server.interceptors import Boundary
from jazz_server.pipelines.passes.without import UnknownPass, left_out
from jazz_server.services.core import Core
from jazz_server.settings import HEADER_BYTES, MIB, CannotStart, ServerSettings
from jazz_server.store import Store, StoreOptions
from jazz_server.store.errors import StoreError
from jazz_server.tls import server_credentials
from jazz_server.version import server_version
from jazz_server.wiring import service_handlers

_log = logging.getLogger("jazz_server")

_AHEAD_BYTES = 2 * MIB
"""Bytes of a call that a client may send before the server has asked for them."""

_HOT_KERNELS = "kernels"
"""The folder in that of the data in which kernels are kept that were made while it served."""


def serve(settings: ServerSettings, began: float) -> None:
    """Serve until SIGTERM or SIGINT. `began` is the time that the start is counted from, of `time.perf_counter`.

    Raises:
        CannotStart: It cannot start; says why in a line.
    """
    _check_environment()
    _allow_open_files()
    keep_freed_memory()
    uvloop.run(_serve(settings, began))


def _check_environment() -> None:
    try:
        left_out()
        detected_level()
    except (UnknownPass, UnknownLevel) as error:
        raise CannotStart(str(error)) from error
    except KernelLibraryUnavailable:
        pass  # it serves all but runs, and says so when it is ready


def _allow_open_files() -> None:
    """Every upload and every body that is read holds a file: as many as the system lets this process have."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


@dataclass(frozen=True, slots=True)
class _Listening:
    """A server that has its addresses."""

    server: grpc.aio.Server
    activity: Activity
    addresses: tuple[str, ...]
    warnings: tuple[str, ...]


async def _serve(settings: ServerSettings, began: float) -> None:
    stopping = _stop_on_signals()
    async with AsyncExitStack() as stack:
        listening = await stack.enter_async_context(_listen(settings))
        store = await stack.enter_async_context(_open_store(settings))
        kernels = _kernel_level()
        set_limit_bytes(settings.limits.memory_bytes)
        core = Core(
            store,
            settings.limits,
            listening.activity,
            kernels=kernels,
            upload_seconds=_store_options(settings).upload_seconds,
        )
        stack.callback(core.close)
        made = hot.use(settings.data / _HOT_KERNELS)
        if made is not None:
            stack.callback(made.close)
        health_servicer = await _register(listening.server, core)
        gc.freeze()  # what the server is made of stays: looking for garbage in it would stop everything for 30 ms
        await listening.server.start()
        for warning in listening.warnings:
            _log.warning("%s", warning)
        took = time.perf_counter() - began
        where = " and ".join(listening.addresses)
        _log.info(
            "jazz-server %s listening on %s, data in %s, kernels %s, ready in %.1f s",
            server_version(), where, settings.data, kernels or "none", took,
        )  # fmt: skip
        await stopping.wait()
        await drain(listening.server, listening.activity, health_servicer, settings.grace_seconds)
    _log.info("jazz-server stopped, everything acknowledged is on disk")


def _stop_on_signals() -> asyncio.Event:
    stopping = asyncio.Event()

    def on_signal(name: str) -> None:
        if stopping.is_set():
            _log.warning("%s again: ending at once", name)
            logging.shutdown()
            os._exit(1)
        _log.info("%s: finishing the calls under way", name)
        stopping.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, on_signal, number.name)
    return stopping


@asynccontextmanager
async def _listen(settings: ServerSettings) -> AsyncIterator[_Listening]:
    """Takes the addresses before anything on disk is touched; nothing is accepted until the server starts."""
    credentials = server_credentials(settings.tls) if settings.tls else None
    activity = Activity(settings.limits.concurrent_calls)
    server = grpc.aio.server(interceptors=(Boundary(activity),), options=_channel_options(settings))
    addresses, warnings = [], []
    try:
        if settings.listen is not None:
            address, local = parse_address(settings.listen), True
            local = check_address(address)
            if not local and credentials is None:
                warnings.append(
                    f"listening on {address} without TLS: whoever can reach it can read and write everything"
                )
            addresses.append(_bind(server, str(address), credentials))
        if settings.socket is not None:
            addresses.append(_bind(server, take_socket(settings.socket), None))
        if not addresses:
            raise CannotStart("there is nowhere to listen")
        yield _Listening(server, activity, tuple(addresses), tuple(warnings))
    finally:
        await server.stop(None)
        if settings.socket is not None and len(addresses) > (settings.listen is not None):
            release_socket(settings.socket)


def _bind(server: grpc.aio.Server, address: str, credentials: grpc.ServerCredentials | None) -> str:
    try:
        if credentials is not None:
            port = server.add_secure_port(address, credentials)
        else:
            port = server.add_insecure_port(address)
    except RuntimeError as error:
        raise CannotStart(f"cannot listen on {address}") from error
    return address if address.startswith("unix:") else f"{address.rpartition(':')[0]}:{port}"


def _channel_options(settings: ServerSettings) -> list[tuple[str, int]]:
    limit = settings.limits.message_bytes
    return [
        # Without this, a second server would share the port and take half of the calls.
        ("grpc.so_reuseport", 0),
        ("grpc.max_receive_message_length", limit),
        ("grpc.max_send_message_length", limit),
        ("grpc.max_metadata_size", 64 * 1024),
        # So much may be on its way for a call, however slow this machine is: gRPC would measure how much arrives while
        # an answer is awaited, which grows when nothing gets done, and hold it for every call.
        ("grpc.http2.bdp_probe", 0),
        ("grpc.http2.lookahead_bytes", _AHEAD_BYTES),
        # Notice clients that vanished, and let clients notice a server that did.
        ("grpc.keepalive_time_ms", 60_000),
        ("grpc.keepalive_timeout_ms", 20_000),
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
        ("grpc.http2.min_recv_ping_interval_without_data_ms", 10_000),
    ]


@asynccontextmanager
async def _open_store(settings: ServerSettings) -> AsyncIterator[Store]:
    try:
        # RocksDB opens its catalogue in memory by an absolute path only
        store = await Store.open(settings.data.absolute(), _store_options(settings))
    except StoreError as error:
        raise CannotStart(f"cannot use the data folder {settings.data}: {error}") from error
    except OSError as error:
        raise CannotStart(f"cannot use the data folder {settings.data}: {error.strerror or error}") from error
    try:
        yield store
    finally:
        await store.close()


def _store_options(settings: ServerSettings) -> StoreOptions:
    return StoreOptions(
        create_spaces=settings.create_spaces,
        max_header_bytes=HEADER_BYTES,
        max_document_bytes=settings.limits.message_bytes,
    )


def _kernel_level() -> str:
    try:
        return detected_level()
    except KernelLibraryUnavailable as error:
        _log.warning("pipelines cannot run: %s", error)
        return ""


async def _register(server: grpc.aio.Server, core: Core) -> health.aio.HealthServicer:
    handlers = service_handlers(core)
    server.add_generic_rpc_handlers(tuple(handlers.values()))
    servicer = health.aio.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
    for name in handlers:
        await servicer.set(name, health_pb2.HealthCheckResponse.SERVING)
    _enable_reflection(server, (*handlers, health.SERVICE_NAME))
    return servicer


def _enable_reflection(server: grpc.aio.Server, names: tuple[str, ...]) -> None:
    from grpc_reflection.v1alpha import reflection

    reflection.enable_server_reflection((*names, reflection.SERVICE_NAME), server)
