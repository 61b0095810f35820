"""A server in a process of its own, for the time of a demo."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType

import jazz


class Server:
    """`jazz-server serve` on a free loopback port, ended with the block it is used in.

    Attributes:
        target: Where it listens, "127.0.0.1:port".
        started_in: Seconds from the start of the process to the first answer.
    """

    def __init__(self, data: Path, log: Path) -> None:
        self.target = ""
        self.started_in = 0.0
        self._data = data
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts the process and returns when it answers."""
        began = time.perf_counter()
        self.target = f"127.0.0.1:{_free_port()}"
        command = [str(Path(sys.executable).with_name("jazz-server")), "serve"]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*command, "--data", str(self._data), "--listen", self.target], stdout=log, stderr=log
            )
        self._wait()
        self.started_in = time.perf_counter() - began

    def _wait(self) -> None:
        assert self._process is not None
        with jazz.connect(self.target) as db:
            while True:
                try:
                    db.server.info(timeout=1)
                except (jazz.Unavailable, jazz.DeadlineExceeded):
                    if self._process.poll() is not None:
                        raise RuntimeError(f"the server did not start:\n{self._log.read_text()}") from None
                else:
                    return

    @property
    def pid(self) -> int:
        """The process."""
        assert self._process is not None
        return self._process.pid

    def kill(self) -> None:
        """Ends it as a power cut would: kill -9."""
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait()
            self._process = None

    def __enter__(self) -> Server:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end(signal.SIGTERM)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
