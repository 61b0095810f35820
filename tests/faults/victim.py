"""A server under attack, and what must not change about it whatever is sent."""

import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import numpy as np

from jazz.errors import REASONS
from jazz.v1 import spaces_pb2
from running_server import RunningServer
from wire import OPTIONS, Failed, Stubs

DEADLINE = 10.0
"""Seconds after which a call hangs."""

SOAK = 20 if os.environ.get("JAZZ_SOAK") else 1
"""How many times more cases are tried."""

KNOWN = np.arange(100.0)
"""What the block `lab/known` holds."""


@dataclass(frozen=True)
class Answer:
    """What came of a call: messages, or how it failed."""

    messages: tuple[bytes, ...] = ()
    failed: Failed | None = None

    @property
    def reason(self) -> str:
        """Why it failed; "" if it did not."""
        return self.failed.reason if self.failed is not None else ""


class Victim:
    """A server, stubs for it, and a way to send it any bytes."""

    def __init__(self, server: RunningServer, channel: grpc.Channel) -> None:
        self.server = server
        self.stubs = Stubs(channel)
        self._channel = channel

    def send(self, method: str, messages: Iterable[bytes], timeout: float = DEADLINE) -> Answer:
        """Call a method, such as "Blocks/PutBlock", with messages that are sent as they are."""
        # A stream of streams takes any number of messages of any bytes, also for methods that expect a single one.
        call = self._channel.stream_stream(f"/jazz.v1.{method}", _registered_method=False)  # type: ignore[call-arg]
        answers: list[bytes] = []
        try:
            answers.extend(call(iter(messages), timeout=timeout))
        except grpc.RpcError as error:
            return Answer(tuple(answers), Failed(error))
        return Answer(tuple(answers))

    def refusal(self, method: str, *messages: Any) -> Failed:
        """How a call fails that must be refused in the right form and must leave everything as it was."""
        before = self.contents()
        answer = self.send(method, [m if isinstance(m, bytes) else m.SerializeToString() for m in messages])
        assert answer.failed is not None, f"{method} took what it should refuse"
        assert_typed(answer.failed)
        self.assert_nothing_added(before)
        return answer.failed

    def contents(self) -> dict[str, tuple[int, int, int]]:
        """Every space with its version, blocks and bytes."""
        listed = self.stubs.spaces.ListSpaces(spaces_pb2.ListSpacesRequest(page_size=1000), timeout=DEADLINE)
        return {space.name: (space.version, space.blocks, space.used_bytes) for space in listed.spaces}

    def assert_nothing_added(self, before: dict[str, tuple[int, int, int]]) -> None:
        """No space has been made or changed, and none holds more than before; what expires may go."""
        for space, (version, blocks, used) in self.contents().items():
            assert space in before, f"there is a new space {space}"
            version_then, blocks_then, used_then = before[space]
            assert version == version_then
            assert blocks <= blocks_then
            assert used <= used_then

    def assert_serves(self) -> None:
        """It puts and gets, and nothing unforeseen has happened to it."""
        self.stubs.put("serves/known", KNOWN)
        np.testing.assert_array_equal(self.stubs.array("serves/known"), KNOWN)
        assert "Traceback" not in self.server.messages, self.server.messages

    def assert_nothing_staged(self) -> None:
        """No upload is left behind, once those that were cut off are cleared away."""
        eventually(lambda: list(self.staged()) == [])

    def staged(self) -> Iterator[Path]:
        """The files of uploads under way."""
        return (self.server.data / "data" / "staging").iterdir()

    def descriptors(self) -> int:
        """Open file descriptors."""
        return len(os.listdir(f"/proc/{self.server.pid}/fd"))  # noqa: PTH208 - faster

    def anonymous_bytes(self) -> int:
        """Memory of its own: neither files' nor shared."""
        status = Path(f"/proc/{self.server.pid}/status").read_text()
        [line] = [line for line in status.splitlines() if line.startswith("RssAnon:")]
        return int(line.split()[1]) * 1024


def under_attack(server: RunningServer) -> Iterator[Victim]:
    """A started server with a block that is known; in the end it has to serve as before."""
    with grpc.insecure_channel(server.target, options=OPTIONS) as channel:
        victim = Victim(server, channel)
        victim.stubs.put("lab/known", KNOWN)
        yield victim
        victim.assert_serves()
        victim.assert_nothing_staged()


def assert_typed(failed: Failed) -> None:
    """A failure has a reason of the one table, with the status code that belongs to it, and is nobody's fault but
    the caller's."""
    assert failed.info.domain == "jazz", (failed.code, failed.message)
    assert failed.reason in REASONS, failed.reason
    assert failed.code == REASONS[failed.reason].code
    assert failed.reason != "INTERNAL", failed.message
    assert failed.message


def eventually(condition: Any) -> None:
    """Wait for what happens by itself, in a short time."""
    deadline = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)
