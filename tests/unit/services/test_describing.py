"""Descriptions that several callers ask for at once."""

import asyncio
import threading
from typing import Any

import numpy as np
import pytest

import jazz.aio
from jazz_server.services import describing


class Looks:
    """Stands around what looks at a tensor: counts, and waits until it is let go."""

    def __init__(self) -> None:
        self.count = 0
        self.began, self.let_go = threading.Event(), threading.Event()
        self._look = describing.look

    def __call__(self, *args: Any) -> Any:
        self.count += 1
        self.began.set()
        assert self.let_go.wait(30)
        return self._look(*args)


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> Looks:
    looks = Looks()
    monkeypatch.setattr(describing, "look", looks)
    return looks


async def test_what_several_ask_for_at_once_is_looked_at_once(db: jazz.aio.Database, looks: Looks) -> None:
    await db.put("lab/x", np.arange(6.0))
    asking = [asyncio.create_task(db.describe("lab/x")) for _ in range(5)]
    assert await asyncio.to_thread(looks.began.wait, 30)
    await db.info("lab/x")
    looks.let_go.set()

    assert len(await asyncio.gather(*asking)) == 5
    assert looks.count == 1


async def test_when_the_first_is_called_off_the_next_one_looks(db: jazz.aio.Database, looks: Looks) -> None:
    await db.put("lab/x", np.arange(6.0))
    first = asyncio.create_task(db.describe("lab/x"))
    assert await asyncio.to_thread(looks.began.wait, 30)
    second = asyncio.create_task(db.describe("lab/x"))
    await db.info("lab/x")
    first.cancel()
    looks.let_go.set()

    assert await second
