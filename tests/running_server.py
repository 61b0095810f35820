"""A real server as a child process, for tests that go through the wire."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

STARTED = re.compile(r"listening on (\S+?)(?: and unix:(\S+?))?, data in")
ENVIRONMENT = {key: value for key, value in os.environ.items() if not key.startswith("JAZZ_")}


class RunningServer:
    """A server on a free port of this machine and a Unix socket, with its data in a folder.

    Attributes:
        target: Where it listens; it stays the same when the server is started again.
        socket: Its Unix socket.
        data: Its data folder.
        log: The file with its log.
        options: Further options of `jazz-server serve`.
        environment: Further variables of its environment.
    """

    def __init__(self, folder: Path, *options: str, environment: Mapping[str, str] | None = None) -> None:
        self.target = "127.0.0.1:0"
        self.data = folder / "data"
        self.socket = folder / "jazz.sock"
        self.log = folder / "server.log"
        self.options = options
        self.environment = environment or {}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process."""
        assert self._process is not None
        return self._process.pid

    @property
    def messages(self) -> str:
        """What it has logged."""
        return self.log.read_text()

    def start(self, timeout: float = 60) -> None:
        """Start it and wait until it listens."""
        begin = self.log.stat().st_size if self.log.exists() else 0
        command = serve_command("--data", self.data, "--listen", self.target, "--socket", self.socket, *self.options)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, env={**ENVIRONMENT, **self.environment})
        deadline = time.monotonic() + timeout
        while (started := STARTED.search(self.log.read_text()[begin:])) is None:
            assert self._process.poll() is None, f"the server did not start:\n{self.messages[begin:]}"
            assert time.monotonic() < deadline, f"the server did not start in time:\n{self.messages[begin:]}"
            time.sleep(0.01)
        self.target = started[1]

    def signal(self, number: signal.Signals) -> None:
        """Send a signal."""
        assert self._process is not None
        self._process.send_signal(number)

    def wait(self, timeout: float = 60) -> int:
        """Wait for its end and give the exit code."""
        assert self._process is not None
        return self._process.wait(timeout)

    def stop(self, timeout: float = 60) -> int:
        """Stop it as an operator would, and give the exit code."""
        self.signal(signal.SIGTERM)
        return self.wait(timeout)

    def kill(self) -> None:
        """End it at once, as a crash would."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def restart(self) -> None:
        """Stop it and start it again."""
        assert self.stop() == 0
        self.start()

    def close(self) -> None:
        """End it, however it is."""
        if self._process is not None and self._process.poll() is None:
            self.kill()


def serve_command(*options: object) -> list[str]:
    """The command that serves with these options."""
    return [sys.executable, "-m", "jazz_server", "serve", *map(str, options)]


def refused_start(*options: object, **environment: object) -> str:
    """What a server that cannot start says, with further variables in its environment."""
    command = serve_command(*options)
    variables = ENVIRONMENT | {name: str(value) for name, value in environment.items()}
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, env=variables, check=False)
    assert ended.returncode == 1
    return ended.stderr


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    """A server with an empty data folder."""
    running = RunningServer(tmp_path)
    try:
        running.start()
        yield running
    finally:
        running.close()
