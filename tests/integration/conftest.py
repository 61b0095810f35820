"""Real servers, and stubs that talk to them."""

from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest

from jazz.v1 import spaces_pb2
from running_server import RunningServer, server
from wire import OPTIONS, Stubs

__all__ = ["own", "server", "shared_server", "stubs"]


@pytest.fixture(scope="session")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server for tests that leave nothing behind but spaces."""
    folder: Path = tmp_path_factory.mktemp("shared")
    running = RunningServer(folder)
    try:
        running.start()
        yield running
    finally:
        running.close()


@pytest.fixture(scope="session")
def _shared_stubs(shared_server: RunningServer) -> Iterator[Stubs]:
    with grpc.insecure_channel(shared_server.target, options=OPTIONS) as channel:
        yield Stubs(channel)


@pytest.fixture
def stubs(_shared_stubs: Stubs) -> Iterator[Stubs]:
    """Stubs that talk to the shared server, which is empty before and after."""
    yield _shared_stubs
    while spaces := _shared_stubs.spaces.ListSpaces(spaces_pb2.ListSpacesRequest(page_size=1000)).spaces:
        for space in spaces:
            _delete(_shared_stubs, space.name)


def _delete(stubs: Stubs, space: str) -> None:
    """Delete a space, unless others require a kind in it, which have to go before it."""
    try:
        stubs.spaces.DeleteSpace(spaces_pb2.DeleteSpaceRequest(name=space, force=True))
    except grpc.RpcError as error:
        if error.code() is not grpc.StatusCode.FAILED_PRECONDITION:
            raise


@pytest.fixture
def own(server: RunningServer) -> Iterator[Stubs]:
    """Stubs that talk to the test's own server."""
    with grpc.insecure_channel(server.target, options=OPTIONS) as channel:
        yield Stubs(channel)
