"""A store in a temporary folder, with a clock that tests set."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from jazz_server.store import Store, StoreOptions
from unit.store.shop import Clock, Shop


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def options(clock: Clock) -> StoreOptions:
    return StoreOptions(clock=clock, trial_seconds=None, sweep_seconds=3600)


@pytest.fixture
async def store(tmp_path: Path, options: StoreOptions) -> AsyncIterator[Store]:
    opened = await Store.open(tmp_path / "store", options)
    yield opened
    await opened.close()


@pytest.fixture
def shop(store: Store) -> Shop:
    return Shop(store)


@pytest.fixture
def plain() -> StoreOptions:
    return StoreOptions(trial_seconds=None)
