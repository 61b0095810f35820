"""A server that does as it is told, and a connection to it."""

from collections.abc import Iterator

import pytest

import jazz
from unit.client.fake import Fake


@pytest.fixture
def fake() -> Iterator[Fake]:
    server = Fake()
    yield server
    server.stop()


@pytest.fixture
def db(fake: Fake) -> Iterator[jazz.Database]:
    with jazz.connect(fake.target) as database:
        yield database


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Repetitions come at once."""
    monkeypatch.setattr("jazz._retry.FIRST_DELAY", 0.001)
