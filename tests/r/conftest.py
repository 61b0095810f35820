"""R in this process, with the installed package, connected to the server that the Python client is connected to."""

import os
import warnings
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

import jazz
from r.session import RSession
from running_server import RunningServer

LIBRARY = Path(os.environ.get("JAZZ_R_LIBS") or Path(__file__).parents[2] / "build" / "r-library")


@pytest.fixture(scope="session")
def r_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """The server of both clients."""
    running = RunningServer(tmp_path_factory.mktemp("r"))
    try:
        running.start()
        yield running
    finally:
        running.close()


@pytest.fixture(scope="session")
def r(r_server: RunningServer) -> RSession:
    """R, with the package attached and a connection `db`."""
    if not (LIBRARY / "rjazz").is_dir():
        pytest.skip(f"rjazz is not installed in {LIBRARY} (`make r`, or set JAZZ_R_LIBS)")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # rpy2's own, about names and consoles
        pytest.importorskip("rpy2.robjects", reason="rpy2 is not installed (`make r-test` installs it)")
    return RSession(LIBRARY, r_server.target)


@pytest.fixture(scope="session")
def _database(r_server: RunningServer) -> Iterator[jazz.Database]:
    with jazz.connect(r_server.target, timeout=60) as database:
        yield database


@pytest.fixture
def db(_database: jazz.Database) -> Iterator[jazz.Database]:
    """The Python client of a server that is empty before and after."""
    yield _database
    while spaces := list(_database.spaces.list()):
        for space in spaces:
            # those whose kinds others require go after these
            with suppress(jazz.FailedPrecondition):
                _database.spaces.delete(space.name, force=True)
