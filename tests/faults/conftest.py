"""The faults are those of a real server."""

from collections.abc import Iterator

import pytest

from faults.victim import Victim, under_attack
from running_server import RunningServer, server

__all__ = ["server"]


@pytest.fixture(scope="module")
def victim(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Victim]:
    """A server that all attacks of a module go at; it has to serve to the end."""
    running = RunningServer(tmp_path_factory.mktemp("victim"))
    try:
        running.start()
        yield from under_attack(running)
    finally:
        running.close()
